"""Clicks teach: what the next edition makes of them, and that today's stays; through the commands, on a real Redis."""

import asyncio
import datetime as dt
import re
from dataclasses import replace

import pytest
from learning_days import ANNA, FIRST, Daily, collected, open_services, papers, subject_of
from test_commands import GROUP, Clock, Reader, buttons

from bot.chat import Chat
from brief.models import Paper
from brief.profile import Direction
from brief.ranking.learning import LEARNED

NEXT, THIRD = FIRST + dt.timedelta(days=1), FIRST + dt.timedelta(days=2)
PROVERS = [paper for paper in papers(FIRST) if subject_of(paper) == "prover"]
OTHER = Chat(id="telegram:8")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def anna(settings, store, clock) -> Daily:
    return Daily(open_services(settings, store, clock), clock)


def place(why):
    return int(re.search(r"Place (\d+) of", why)[1])


# -- the next edition -------------------------------------------------------------------------------------------------


async def test_five_likes_on_a_niche_lift_it_in_the_next_edition_and_not_in_todays(anna, clock):
    other = Daily(anna.services, clock, OTHER)
    assert await anna.wakes(FIRST) == await other.wakes(FIRST)
    before = await anna.edition()
    await anna.likes(PROVERS[:5])
    assert await anna.edition() == before
    assert await anna.text("/top") == await other.text("/top")
    assert await anna.wakes(NEXT) != await other.wakes(NEXT)
    provers = [paper for paper in papers(NEXT) if subject_of(paper) == "prover"]
    mine, theirs = [[place(await reader.why(paper)) for paper in provers] for reader in (anna, other)]
    assert sum(mine) / len(mine) < sum(theirs) / len(theirs) - 3
    assert all(own <= shared for own, shared in zip(mine, theirs, strict=True))
    assert (await other.edition()).profile == before.profile != (await anna.edition()).profile


async def test_five_likes_on_a_niche_direction_bring_more_of_it_into_the_brief(anna, clock):
    niche = Direction(id="provers", zh="证明", en="provers", keywords=("Lean lemmas",))
    profile = anna.services.profile
    profile = profile.model_copy(update={"directions": (*profile.directions, niche)})
    services = replace(anna.services, profile=profile)
    one, other = Daily(services, clock), Daily(services, clock, OTHER)
    assert await one.wakes(FIRST) == await other.wakes(FIRST)
    await one.likes(PROVERS[:5])
    provers = {paper.id for paper in papers(NEXT) if subject_of(paper) == "prover"}
    mine, theirs = [await reader.wakes(NEXT) for reader in (one, other)]
    assert len(provers & set(mine)) > len(provers & set(theirs)) > 0


async def test_five_likes_beside_all_directions_are_seen_in_the_next_brief_and_why_tells(anna, clock):
    other = Daily(anna.services, clock, OTHER)
    assert await anna.wakes(FIRST) == await other.wakes(FIRST)
    await anna.likes([paper for paper in papers(FIRST) if subject_of(paper) == "soil"][:5])
    await anna.wakes(NEXT)
    await other.wakes(NEXT)
    mine, theirs = [
        [pick for pick in (await reader.edition()).picks if subject_of(pick.paper) == "soil"]
        for reader in (anna, other)
    ]
    assert theirs == []
    [pick] = mine
    assert "which you liked" in pick.card.relation[0].text
    why = " ".join((await anna.why(pick.paper)).split())
    assert "which you liked although it is of none of your directions; both speak of" in why
    assert "vineyard" in why or "soil" in why


async def test_todays_edition_stays_when_the_day_is_collected_again_after_more_clicks(anna):
    await anna.wakes(FIRST)
    await anna.likes(PROVERS[:1])
    shown = await anna.wakes(NEXT)
    await anna.likes(PROVERS[1:6], "dislike")
    day = await anna.services.store.day(NEXT)
    await anna.services.store.save_day(day.model_copy(update={"collected": anna.clock.now}))
    again = await anna.edition()
    assert again.collected == anna.clock.now
    assert [pick.paper.id for pick in again.items] == shown


async def test_nothing_is_shown_twice_across_the_switch_and_after_it(anna):
    seen = await anna.wakes(FIRST)
    everything = papers(FIRST)  # still in the window of the days that follow
    await anna.likes(PROVERS[:2])
    for date in (NEXT, THIRD):
        shown = await anna.wakes(date, *everything)
        assert len(shown) > 10
        assert not set(shown) & set(seen)
        seen += shown


async def test_what_the_shared_edition_shows_after_the_switch_may_still_come(anna, clock):
    other = Daily(anna.services, clock, OTHER)
    await anna.wakes(FIRST)
    await anna.likes(PROVERS)
    await anna.likes([paper for paper in papers(FIRST) if subject_of(paper) == "latent"], "dislike")
    mine, theirs = await anna.wakes(NEXT), await other.wakes(NEXT)
    only_theirs = set(theirs) - set(mine)
    assert only_theirs
    await collected(anna.services, THIRD, papers(NEXT))  # a quiet day
    assert only_theirs & set(await anna.wakes(THIRD))


async def test_one_wrong_click_changes_little_and_is_taken_back_exactly(anna, clock):
    other = Daily(anna.services, clock, OTHER)
    await anna.wakes(FIRST)
    wrong = next(paper for paper in papers(FIRST) if subject_of(paper) == "rl")
    await anna(f"/dislike {wrong.id}")
    mine, theirs = await anna.wakes(NEXT), await other.wakes(NEXT)
    assert len(set(mine) & set(theirs)) >= len(theirs) - 3
    profile = anna.services.profile_of(await anna.chat(), NEXT)
    ranked = await anna.services.ranked(NEXT, profile, {})
    assert 0 < max(abs(item.score.parts["learned"]) for item in ranked) < LEARNED / 4
    await anna(f"/dislike {wrong.id}")
    assert await anna.clicks() == []
    assert await anna.services.ranked(NEXT, profile, {}) == await anna.services.ranked(NEXT, anna.services.profile, {})


async def test_a_brief_of_ones_own_is_kept_120_days_and_the_shared_one_for_good(anna):
    await anna.wakes(FIRST)
    await anna.likes(PROVERS[:1])
    await anna.wakes(NEXT)
    redis = anna.services.store.client
    briefs = {key.decode().split(":brief:")[1]: await redis.ttl(key) async for key in redis.scan_iter("*:brief:*")}
    kept = {key.split(":")[1].split("-")[0]: ttl for key, ttl in briefs.items()}
    assert kept.pop("chat") > 119 * 86_400
    assert set(kept.values()) == {-1}


# -- which clicks -----------------------------------------------------------------------------------------------------


async def test_the_strongest_click_counts_and_taken_back_it_leaves_the_others(anna):
    await anna.wakes(FIRST)
    paper = PROVERS[0].id
    for line, kind in [
        (f"/paper {paper}", "opened"),
        (f"/paper {paper}", "opened"),
        (f"/save {paper}", "later"),
        (f"/like {paper}", "like"),
        (f"/done {paper}", "like"),
        (f"/dislike {paper}", "dislike"),
        (f"/dislike {paper}", "done"),
        (f"/save {paper}", "later"),
        (f"/remove {paper}", "opened"),
    ]:
        await anna(line)
        assert await anna.clicks() == [(paper, kind, "", 1.0)], line


async def test_in_a_group_everybody_counts_a_share(anna, clock):
    one, two = (Daily(anna.services, clock, GROUP, person) for person in ("1", "2"))
    await one.wakes(FIRST)
    await one.likes(PROVERS[:2])
    assert {share for *_, share in await one.clicks()} == {1.0}
    await two.wakes(FIRST)
    await two.likes(PROVERS[:1], "dislike")
    first, second = (paper.id for paper in PROVERS[:2])
    counted = [(first, "like", "1", 0.5), (second, "like", "1", 0.5), (first, "dislike", "2", 0.5)]
    assert sorted(await one.clicks()) == sorted(counted)
    await two.likes(PROVERS[:1], "dislike")
    assert {share for *_, share in await one.clicks()} == {1.0}


async def test_a_hundred_papers_are_remembered_the_newest(anna):
    await anna.wakes(FIRST)
    for n in range(103):
        paper = Paper(id=f"2601.{n:05}", title=f"Title {n}")
        await anna.services.tastes.learn(ANNA.id, paper, "like", anna.clock.now + dt.timedelta(seconds=n))
    assert [paper for paper, *_ in await anna.clicks()] == [f"2601.{n:05}" for n in range(3, 103)]


async def test_clicks_at_once_are_all_kept(anna):
    await anna.wakes(FIRST)
    await asyncio.gather(*(anna(f"/like {paper.id}") for paper in papers(FIRST)[:20]))
    assert len(await anna.clicks()) == 20
    assert (await anna.chat()).learns_since == NEXT


async def test_a_chat_that_reads_a_day_ahead_of_its_own_learns_after_that(anna):
    west = Daily(anna.services, anna.clock, Chat(id="telegram:9", zone="America/Los_Angeles"))
    await anna.wakes(FIRST)
    west.clock.now = dt.datetime.combine(FIRST, dt.time(2), dt.UTC)  # still Sunday there, and no edition of that
    west.request = replace(west.request, date=FIRST)
    await west(f"/like {PROVERS[0].id}")
    assert (await west.chat()).learns_since == NEXT


# -- /profile ---------------------------------------------------------------------------------------------------------


async def test_profile_says_what_was_learned_and_reset_forgets_it_until_undone(anna):
    await anna.wakes(FIRST)
    assert "refines the order" in await anna.text("/profile")
    await anna("/profile theorem proving: Lean, formal proofs")
    await anna.likes(PROVERS[:3])
    await anna.likes([p for p in papers(FIRST) if subject_of(p) == "soil"][:2], "dislike")
    before, known = await anna.clicks(), await anna.chat()
    shown = await anna.text("/profile")
    assert "5 clicks have taught" in shown
    assert "Moved most: +" in shown
    assert "5 次点击" in await anna.text("/profile", "zh")
    assert buttons(await anna("/profile"))["profile"] == ["reset"]
    reset = await anna("/profile reset")
    assert buttons(reset)["profile"] == ["undo"]
    assert await anna.clicks() == []
    assert ((await anna.chat()).profile, (await anna.chat()).learns_since) == ("", None)
    assert "refines the order" in await anna.text("/profile")
    assert await anna.text("/profile undo") == shown
    assert await anna.clicks() == before
    assert await anna.chat() == known
    assert "no reset" in await anna.refused("/profile undo", usage=False)


async def test_reset_says_what_it_forgot(anna):
    await anna.wakes(FIRST)
    await anna.likes(PROVERS[:1])
    assert "Forgotten: 1 click." in await anna.text("/profile reset")
    await anna("/profile theorem proving")
    await anna.likes(PROVERS[1:2])
    assert "已忘掉：你写的话和1 次点击。" in await anna.text("/profile reset", "zh")
    assert "Forgotten" not in await anna.text("/profile reset")


async def test_going_back_to_the_operators_words_keeps_the_clicks(anna):
    await anna.wakes(FIRST)
    await anna("/profile theorem proving")
    await anna.likes(PROVERS[:2])
    assert "/profile theorem proving" in await anna.text("/profile default")  # to have it back
    assert (await anna.chat()).profile == ""
    assert "theorem proving" not in await anna.text("/profile default")
    assert len(await anna.clicks()) == 2


async def test_only_administrators_reset_a_group(anna, clock):
    member = Reader(anna.services, GROUP, "2", admin=False)
    await Daily(anna.services, clock, GROUP, "1").wakes(FIRST)
    await member(f"/like {PROVERS[0].id}")
    assert "administrators" in await member.refused("/profile reset", usage=False)
    assert (await anna.services.tastes.of(GROUP.id)).facts


# -- a chat that gets a new id ----------------------------------------------------------------------------------------


async def test_clicks_and_what_was_shown_move_with_a_chat(anna, clock):
    group = Daily(anna.services, clock, GROUP, "1")
    await group.wakes(FIRST)
    await group.likes(PROVERS[:3])
    seen = await group.wakes(NEXT)
    clicks = await group.clicks()
    await anna.services.people.migrate(GROUP.id, "telegram:-100999")
    moved = Daily(anna.services, clock, GROUP.model_copy(update={"id": "telegram:-100999"}), "1")
    assert await group.clicks() == []
    assert await moved.clicks() == clicks
    await moved(f"/like {PROVERS[0].id}")
    assert len(await moved.clicks()) == 2
    assert not set(await moved.wakes(THIRD, *papers(NEXT))) & set(seen)


# -- a strong paper that was not shown --------------------------------------------------------------------------------


async def test_what_stood_high_and_was_not_shown_comes_back_once_marked(anna):
    """Five papers that say the same crowd each other out: what they leave is marked the day after, and no more."""
    twins = [
        Paper(
            id=f"2604.9000{n}",
            version=1,
            title="Looped transformer for latent reasoning",
            abstract=f"Latent reasoning, latent space, continuous thought, latent tokens, hidden states. Twin{n}.",
            published=dt.datetime.combine(FIRST, dt.time(1), dt.UTC),
            sources=("arxiv",),
        )
        for n in range(8)
    ]
    shown = await anna.wakes(FIRST, *twins)
    memory = await anna.services.store.memory(anna.services.profile.name, FIRST)
    assert memory.missed
    assert set(memory.missed) <= {twin.id for twin in twins} - set(shown)
    await collected(anna.services, NEXT, [*papers(FIRST), *twins])
    await anna.wakes(NEXT)
    returned = {pick.paper.id for pick in (await anna.edition()).items if pick.returned}
    assert returned
    assert returned <= set(memory.missed)
    assert "missed yesterday" in await anna.text("/brief text")
    assert "昨日遗漏" in await anna.text("/brief text", "zh")
    memory = await anna.services.store.memory(anna.services.profile.name, NEXT)
    assert not returned & set(memory.missed)
