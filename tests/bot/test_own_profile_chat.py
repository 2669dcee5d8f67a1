"""A profile of one's own: two chats, two briefs of the same day."""

import datetime as dt
from dataclasses import replace

import pytest
from test_commands import GROUP, PAPER, PRIVATE, Reader, buttons, clock, reader, services  # noqa: F401  (fixtures)
from test_commands import OTHER as ELSEWHERE

from bot.chat import Chat
from brief.own_profile import LENGTH
from sources.sample_site import SAMPLE_DATE

OTHER = Chat(id="telegram:8")
WORDS = "computer use: GUI agent, computer-use agent\navoid: biology"


def chosen(reply):
    return buttons(reply)["card"]


async def test_two_chats_get_different_briefs_of_the_same_day(services):  # noqa: F811
    one, other = Reader(services), Reader(services, OTHER)
    before = chosen(await one("/top"))
    assert chosen(await other("/top")) == before
    await other(f"/profile {WORDS}")
    assert chosen(await other("/top")) != before
    assert chosen(await one("/top")) == before
    own = services.profile_of(await other.chat(), SAMPLE_DATE)
    assert own.name != services.profile.name
    stored = [await services.store.brief(SAMPLE_DATE, name, "en") for name in (own.name, services.profile.name)]
    assert [[pick.paper.id for pick in made.items[:5]] for made in stored] == [chosen(await other("/top")), before]
    assert await other("/paper " + PAPER) != await one("/paper " + PAPER)


async def test_reset_brings_the_operators_back(reader):  # noqa: F811
    before, shown = await reader("/top"), await reader.text("/profile")
    assert "computer use" in await reader.text(f"/profile {WORDS}")
    assert buttons(await reader("/profile"))["profile"] == ["reset"]
    assert "Forgotten: your own words." in await reader.text("/profile reset")
    assert await reader.text("/profile") == shown
    assert (await reader.chat()).profile == ""
    assert await reader("/top") == before


async def test_the_name_stays_when_the_words_change(reader):  # noqa: F811
    await reader(f"/profile {WORDS}")
    first = reader.services.profile_of(await reader.chat(), SAMPLE_DATE)
    await reader("/profile latent reasoning")
    second = reader.services.profile_of(await reader.chat(), SAMPLE_DATE)
    assert first.name == second.name
    assert first.digest != second.digest
    other = Reader(reader.services, OTHER)
    await other("/profile latent reasoning")
    assert await other("/profile") == await reader("/profile")
    assert reader.services.profile_of(await other.chat(), SAMPLE_DATE).name != second.name


async def test_a_direction_that_no_paper_says_a_word_of_is_named(reader):  # noqa: F811
    shown = await reader.text("/profile asdf qwer; latent reasoning")
    assert "says a word of this: asdf qwer." in shown
    assert "says a word of this" not in await reader.text("/profile latent reasoning")


async def test_lines_are_kept_and_what_is_not_understood_is_said(reader):  # noqa: F811
    shown = await reader.text("/profile latent reasoning: continuous thought\n量子引力\navoid: biology")
    assert (await reader.chat()).profile == "latent reasoning: continuous thought\n量子引力\navoid: biology"
    assert all(said in shown for said in ("continuous thought", "“量子引力”", "biology"))
    assert "your own words" in await reader.text("/settings")
    assert "自己写" in await reader.text("/settings", "zh")


@pytest.mark.parametrize("text", ["量子引力", "🙂", "of the", "a" * (LENGTH + 1), "\ud800 量"])
async def test_what_cannot_be_used_changes_nothing(reader, text):  # noqa: F811
    await reader.refused(f"/profile {text}")
    assert await reader.services.people.chat(PRIVATE.id) is None


async def test_in_groups_everybody_sees_it_and_administrators_set_it(services):  # noqa: F811
    member, admin = Reader(services, GROUP, "1", admin=False), Reader(services, GROUP, "2")
    await admin("/profile latent reasoning")
    assert "latent reasoning" in await member.text("/profile")
    for line in ("/profile robots", "/profile reset"):
        assert "administrators" in await member.refused(line, usage=False)
    assert (await admin.chat()).profile == "latent reasoning"


# -- papers to see more of, whom to follow, what to avoid -------------------------------------------------------------


async def profile_of(one):
    return one.services.profile_of(await one.chat(), SAMPLE_DATE)


async def test_plain_words_name_papers_people_and_what_to_avoid(reader):  # noqa: F811
    said = f"more like https://arxiv.org/abs/{PAPER}v1\nfollow Ada Lovelace and Stanford University\nno surveys"
    shown = await reader.text(f"/profile {said}")
    own = await profile_of(reader)
    assert (own.seeds, own.authors) == ((PAPER,), ("Ada Lovelace",))
    assert (own.organizations, own.avoid) == (("Stanford University",), ("surveys",))
    assert own.directions == reader.services.profile.directions
    assert (
        "Understood: 1 paper to see more like, 1 followed author, 1 followed organization, 1 thing to avoid." in shown
    )
    assert "You named no direction" in shown
    assert PAPER in shown
    assert "ClawGym" in shown
    assert "看懂了：1 篇想多看同类的论文、1 位关注的作者、1 个关注的机构、1 个不看的词。" in await reader.text(
        f"/profile {said}", "zh"
    )


async def test_a_paper_that_is_named_is_learned_from_at_once(reader):  # noqa: F811
    def learned(why):
        return [line for line in why.splitlines() if "your taste" in line]

    await reader("/profile avoid: biology")
    before = await reader.services.ranked(SAMPLE_DATE, await profile_of(reader), {})
    assert learned(await reader.text(f"/why {PAPER}")) == []
    await reader(f"/profile + more like {PAPER}")
    after = await reader.services.ranked(SAMPLE_DATE, await profile_of(reader), {})
    assert {item.paper.id for item in after} == {item.paper.id for item in before}
    gains = {item.paper.id: item.score.parts["learned"] for item in after}
    assert max(gains, key=lambda paper: gains[paper]) == PAPER
    [line] = learned(await reader.text(f"/why {PAPER}"))
    assert line.endswith("your taste: 1 paper your profile names")
    assert "rise" in await reader.text(f"/why {PAPER}")


@pytest.mark.parametrize(("language", "said"), [("en", "which you named; both speak of"), ("zh", "你点名的")])
async def test_a_paper_like_a_named_one_is_among_the_recommendations_and_why_says_so(reader, language, said):  # noqa: F811
    await reader(f"/profile quantum chemistry; more like {PAPER}")
    made = await reader.services.edition(await reader.services.people.chat(reader.request.chat.id), SAMPLE_DATE)
    [like] = [pick.paper for pick in made.picks if pick.score.example]
    why = " ".join((await reader.text(f"/why {like.id}", language)).split())
    assert said in why
    assert PAPER in why


async def test_a_named_paper_stays_as_long_as_it_is_named(reader):  # noqa: F811
    await reader(f"/profile more like {PAPER}")
    [key] = [key async for key in reader.services.store.client.scan_iter(f"*:paper:{PAPER}")]
    await reader.services.store.client.expire(key, 60)
    await reader("/top")
    assert await reader.services.store.client.ttl(key) > 119 * 86_400


async def test_a_paper_nobody_has_is_named_and_the_rest_counts(reader):  # noqa: F811
    shown = await reader.text(f"/profile latent reasoning; more like 2604.99999, {PAPER}")
    assert "“2604.99999”: no site knows a paper of this number" in shown
    assert f"“{PAPER}”" not in shown
    assert "Understood: 1 direction, 1 paper to see more like." in shown
    assert "abs/2604.99999" not in shown
    assert (await profile_of(reader)).seeds == ("2604.99999", PAPER)
    assert "2604.99999 (not found so far)" in await reader.text("/profile")
    assert "2604.99999 （还没有取到）" in await reader.text("/profile", "zh")


async def test_nothing_is_called_understood_where_the_only_paper_named_is_nowhere(reader):  # noqa: F811
    shown = await reader.text("/profile more like 2604.99999")
    assert "no site knows" in shown
    assert "Understood" not in shown


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "“量子引力”, “圈量子”: abstracts are in English"), ("zh", "“量子引力”、“圈量子”：摘要都是英文")],
)
async def test_what_is_not_understood_for_one_reason_is_said_in_one_sentence(reader, language, said):  # noqa: F811
    shown = await reader.text("/profile latent reasoning\n量子引力\n圈量子\nof the", language)
    assert said in shown
    assert shown.count("abstracts are in English" if language == "en" else "摘要都是英文") == 1


async def test_a_long_list_of_what_is_not_understood_is_cut_and_says_so(reader):  # noqa: F811
    unknown = "\n".join("甲乙丙丁戊己庚"[n] * 3 for n in range(7))
    assert "“戊戊戊” and 2 more: abstracts" in await reader.text(f"/profile latent reasoning\n{unknown}")


async def test_a_lone_name_is_asked_about(reader):  # noqa: F811
    assert "organizations: Stanford University" in await reader.refused("/profile follow Hinton")
    assert "organizations: Hinton" in await reader.text("/profile latent reasoning; follow Hinton")


async def test_a_direction_is_said_when_its_last_keyword_is(reader):  # noqa: F811
    unknown = ", ".join(f"qwertyuiop{n}" for n in range(30))
    assert "says a word of this" in await reader.text(f"/profile mine: {unknown}")
    assert "says a word of this" not in await reader.text(f"/profile mine: {unknown}, reasoning")


async def test_words_that_begin_as_those_before_did_take_their_place(reader):  # noqa: F811
    await reader("/profile latent reasoning")
    replaced = await reader.text("/profile latent reasoning; code agents")
    assert "in place of" in replaced
    assert "in place of" not in await reader.text("/profile latent reasoning; code agents")


async def test_words_are_added_or_replaced_and_can_be_had_back(reader):  # noqa: F811
    await reader("/profile latent reasoning\navoid: biology")
    before = await reader.chat()
    added = await reader.text("/profile + follow Ada Lovelace")
    assert (await reader.chat()).profile == "latent reasoning\navoid: biology\nfollow Ada Lovelace"
    assert "in place of" not in added
    assert "1 direction, 1 followed author, 1 thing to avoid" in added
    await reader("/profile 再加 关注 Alan Turing")
    assert (await profile_of(reader)).authors == ("Ada Lovelace", "Alan Turing")
    await reader(f"/profile {before.profile}")
    replaced = await reader.text("/profile code agents")
    assert "in place of" in replaced
    assert "/profile latent reasoning; avoid: biology" in " ".join(replaced.split())
    await reader("/profile latent reasoning; avoid: biology")
    assert (await profile_of(reader)).avoid == ("biology",)
    assert "Understood" not in await reader.text("/profile")
    assert "Understood" not in await reader.text("/profile reset")


async def test_the_papers_of_the_operators_profile_are_had_with_the_first_day(services):  # noqa: F811
    await services.store.client.flushdb()
    asked = replace(services, profile=services.profile.model_copy(update={"seeds": (ELSEWHERE, "2604.99999")}))
    assert await asked.store.paper(ELSEWHERE) is None
    await asked.collect(SAMPLE_DATE - dt.timedelta(days=10))
    assert await asked.store.paper(ELSEWHERE)
