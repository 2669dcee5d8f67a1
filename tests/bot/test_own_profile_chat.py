"""A profile of one's own: two chats, two briefs of the same day."""

import pytest
from test_commands import GROUP, PAPER, PRIVATE, Reader, buttons, clock, reader, services  # noqa: F401  (fixtures)

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
    different = await Reader(reader.services, OTHER)("/profile latent reasoning")
    assert different == await reader("/profile")
    assert reader.services.profile_of(await Reader(reader.services, OTHER).chat(), SAMPLE_DATE).name != second.name


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
