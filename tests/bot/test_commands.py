"""The commands as every chat uses them: a real Redis, the packaged edition's sources, one table of commands."""

import datetime as dt
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, get_args

import pytest

from bot.chat import Chat
from bot.commands import COMMANDS, CommandError, File, Reply, Request, answer
from bot.people import People
from bot.services import Services
from brief.models import Language
from brief.profile import load_profile
from brief.settings import Settings
from brief.store import Store
from formatting import markdown, terminal
from formatting.document import Button, Buttons, Document
from sources import SOURCES
from sources._http import Http
from sources.sample_site import SAMPLE_DATE, SampleTransport

MORNING = dt.datetime.combine(SAMPLE_DATE, dt.time(9), dt.UTC)
PAPER, OTHER = "2604.26904", "2604.23941"
LANGUAGES = get_args(Language)
MENU = [name for name, row in COMMANDS.items() if not row.hidden]
PRIVATE = Chat(id="telegram:7")
GROUP = Chat(id="telegram:-100123", kind="group", title="Reading group")
NO_SITE: list[Any] = []


class Clock:
    """The time, which a test may move."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def services(settings: Settings, store: Store, clock: Clock) -> AsyncIterator[Services]:
    """Services on the packaged edition, which is collected."""
    async with Http(user_agent="Paperboy/test", turn=lambda *_: nullcontext(), transport=SampleTransport()) as http:
        made = Services(
            settings=settings,
            profile=load_profile(),
            store=store,
            people=People(store.client, clock),
            sources=[row.build(http, settings) for row in SOURCES],
            clock=clock,
        )
        await made.collect(SAMPLE_DATE)
        yield made


class Reader:
    """Somebody in a chat, who types and presses."""

    def __init__(self, services: Services, chat: Chat = PRIVATE, person: str = "", *, admin: bool = True) -> None:
        self.services, self.admin = services, admin
        self.request = Request(
            "", chat.language, SAMPLE_DATE, chat, f"{chat.id}/{person}" if person else chat.id, admin, "Ada"
        )

    async def __call__(self, line: str, language: Language | None = None) -> Reply:
        stored = await self.services.people.chat(self.request.chat.id)
        chat = stored or self.request.chat
        request = replace(self.request, chat=chat, language=language or chat.language)
        return await answer(line, request, self.services)

    async def text(self, line: str, language: Language | None = None) -> str:
        """Return the answer as text."""
        reply = await self(line, language)
        assert isinstance(reply, Document), reply
        return words(reply)

    async def refused(self, line: str, *, usage: bool = True) -> str:
        """Return how a line is refused."""
        with pytest.raises(CommandError) as caught:
            await self(line)
        assert caught.value.usage is usage
        return words(caught.value.document)

    async def chat(self) -> Chat:
        stored = await self.services.people.chat(self.request.chat.id)
        assert stored
        return stored


def words(document: Document) -> str:
    """Return what a document says, on lines long enough that none is broken."""
    return terminal.render(document, width=10_000, color=False)


@pytest.fixture
def reader(services: Services) -> Reader:
    return Reader(services)


def buttons(reply: Reply) -> dict[str, list[str]]:
    """Return the values of a screen's buttons by their action."""
    assert isinstance(reply, Document)
    pressed: dict[str, list[str]] = {}
    for block in reply.blocks:
        for row in block.rows if isinstance(block, Buttons) else ():
            for button in row:
                if isinstance(button, Button):
                    pressed.setdefault(button.action, []).append(button.value)
    return pressed


ARGUMENTS = {"paper": PAPER, "save": PAPER, "done": PAPER, "search": "agents", "similar": PAPER, "lang": "{language}"}
ARGUMENTS |= {"why": PAPER, "like": PAPER, "dislike": PAPER, "time": "7:30", "brief": "text"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MENU)
async def test_every_command_answers_in_both_languages(reader, name, language):
    await reader(f"/save {PAPER}")
    text = await reader.text(f"/{name} {ARGUMENTS.get(name, '')}".format(language=language), language)
    assert len(text) > 10
    assert bool(re.search("[一-鿿]", text)) == (language == "zh")


async def test_every_button_leads_to_a_command_that_answers(reader):
    await reader(f"/save {PAPER}")
    seen: set[tuple[str, str]] = set()
    waiting = [("start", ""), ("top", ""), ("later", ""), ("settings", ""), ("export", "")]
    while waiting:
        action, value = waiting.pop()
        if (action, value) in seen or len(seen) > 150:
            continue
        seen.add((action, value))
        if action in ("done", "remove"):
            await reader(f"/save {value}")
        reply = await reader(f"/{action} {value}".rstrip())
        if isinstance(reply, Document):
            waiting += [(name, text) for name, texts in buttons(reply).items() for text in texts]
    assert {"card", "save", "like", "similar", "zone", "items", "weekdays", "reminder", "lang"} <= {a for a, _ in seen}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/paper", "/paper 2604.26904"),
        ("/save it", "/save 2604.26904"),
        ("/done", "/done 2604.26904"),
        ("/like 26", "/like 2604.26904"),
        ("/similar", "/similar 2604.26904"),
        ("/search", "/search "),
        ("/later two", "/later 2"),
        ("/later 0", "/later 2"),
        ("/later -1", "/later 2"),
        ("/later ²", "/later 2"),
        ("/export word", "/export bibtex"),
        ("/time 25:00", "/time 7:30"),
        ("/time 7:65", "/time 7:30"),
        ("/time 7:30:15", "/time 7:30"),
        ("/time UTC+8", "/time 7:30"),
        ("/time ７:30", "/time 7:30"),
        ("/time Shangai", "Asia/Shanghai"),
        ("/time Cambridge", "Europe/London, America/New_York"),
        ("/time CST", "Asia/Shanghai, America/Chicago"),
        ("/zone ../../etc/passwd", "/time Tokyo"),
        ("/lang fr", "/lang en"),
        ("/items 2", "/items 5"),
        ("/items 11", "/items 5"),
        ("/items many", "/items 5"),
        ("/weekdays perhaps", "/weekdays on"),
        ("/reminder perhaps", "/reminder on"),
        ("/brief someday file", "/brief 2026-05-01"),
        ("/brief 2026-05-02", "2026-05-02"),
        ("/serch agents", "/search"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_an_example(reader, line, said):
    assert said in await reader.refused(line)
    assert await reader.services.people.chat(PRIVATE.id) is None


async def test_an_unknown_command_names_one_that_is_close_and_no_other(reader):
    assert "The closest is /paper;" in await reader.refused("/papr 1")
    far = await reader.refused("/xyzzy")
    assert far.strip() == "I don’t know /xyzzy. /help lists what you can ask."


async def test_chinese_words_are_searched_for_in_english_and_the_rest_is_named(reader):
    english, chinese = await reader("/search world model"), await reader("/search 世界模型 量子")
    assert buttons(chinese)["card"] == buttons(english)["card"]
    said = words(chinese)
    assert "searched for: world model" in said
    assert "no English words for “量子”" in said
    assert "searched for" not in words(english)


@pytest.mark.parametrize("line", ["", " ", "/", "/\n\n"])
async def test_nothing_means_help(reader, line):
    assert await reader.text(line) == await reader.text("/help")


async def test_who_says_hello_in_private_is_greeted(reader):
    assert await reader.text("hello") == await reader.text("/start")


async def test_who_writes_words_that_papers_say_is_told_how_to_search(reader):
    assert "/search world models" in await reader.text("world models")
    assert "/search 世界模型" in await reader.text("世界模型", "zh")
    assert "/search" not in (await reader.text("zzzzzz")).replace(await reader.text("/start"), "")


async def test_a_command_like_no_other_is_not_called_like_help(reader):
    assert (await reader.refused("/订阅")).strip() == "I don’t know /订阅. /help lists what you can ask."


@pytest.mark.parametrize(
    ("typed", "time", "zone"),
    [
        ("7:30", "07:30", "UTC"),
        ("07:30", "07:30", "UTC"),
        ("7", "07:00", "UTC"),
        ("7.30", "07:30", "UTC"),
        ("9pm", "21:00", "UTC"),
        ("12:15 AM", "00:15", "UTC"),
        ("8点", "08:00", "UTC"),
        ("早上7点半", "07:30", "UTC"),
        ("晚上8点15分", "20:15", "UTC"),
        ("7：30 上海", "07:30", "Asia/Shanghai"),
        ("7:30 Asia/Shanghai", "07:30", "Asia/Shanghai"),
        ("Los Angeles 6:05", "06:05", "America/Los_Angeles"),
        ("tokyo", "08:00", "Asia/Tokyo"),
        ("NEW_YORK", "08:00", "America/New_York"),
        ("东京", "08:00", "Asia/Tokyo"),
        ("beijing", "08:00", "Asia/Shanghai"),
        ("utc", "08:00", "UTC"),
        ("America/Argentina/Buenos_Aires", "08:00", "America/Argentina/Buenos_Aires"),
    ],
)
async def test_a_time_and_a_city_are_understood(reader, typed, time, zone):
    shown = await reader.text(f"/time {typed}")
    chat = await reader.chat()
    assert (f"{chat.time:%H:%M}", chat.zone) == (time, zone)
    assert time in shown


async def test_settings_change_one_thing_each_and_keep_the_rest(reader):
    for line in ("/time 7:30", "/zone Asia/Tokyo", "/items 8", "/weekdays on", "/reminder off", "/subscribe"):
        await reader(line)
    for line in ("/weekly 周日", "/pictures off"):
        await reader(line)
    assert "中文" in await reader.text("/lang 中文")
    chat = await reader.chat()
    assert chat == PRIVATE.model_copy(
        update={
            "time": dt.time(7, 30),
            "zone": "Asia/Tokyo",
            "items": 8,
            "weekdays_only": True,
            "reminder": False,
            "weekly": 6,
            "pictures": False,
            "subscribed": True,
            "language": "zh",
        }
    )
    assert "设置" in await reader.text("/settings")


@pytest.mark.parametrize("name", ["time", "zone", "lang", "items", "weekdays", "reminder", "pictures"])
async def test_a_setting_without_a_value_shows_what_is_set(reader, name):
    assert await reader.text(f"/{name}") == await reader.text("/settings")
    assert await reader.services.people.chat(PRIVATE.id) is None


@pytest.mark.parametrize("line", ["/save 2604.26904", "/like 2604.26904", "/dislike 2604.26904"])
async def test_what_was_pressed_by_mistake_is_taken_back_by_the_button(reader, line):
    [(action, [value])] = buttons(await reader(line)).items()
    await reader(f"/{action} {value}")
    assert await reader.services.people.kept(PRIVATE.id) == []
    assert not (await reader.services.people.marks(PRIVATE.id, PAPER)).vote


async def test_pressing_a_setting_twice_changes_nothing_more(reader):
    for _ in range(2):
        assert (await reader.text("/weekdays on")).count("Monday to Friday") == 1
    assert (await reader.chat()).weekdays_only


async def test_the_morning_message_has_as_many_papers_as_set(reader):
    assert len(buttons(await reader("/top"))["card"]) == 5
    await reader("/items 8")
    assert len(buttons(await reader("/top"))["card"]) == 8


async def test_who_subscribes_after_the_time_of_the_day_is_offered_the_brief(reader, clock):
    clock.now = clock.now.replace(hour=7)
    assert "top" not in buttons(await reader("/subscribe"))
    clock.now = clock.now.replace(hour=9)
    assert "top" in buttons(await reader("/subscribe"))


async def test_subscribing_is_undone_and_redone_by_the_buttons(reader):
    subscribed = await reader("/subscribe")
    assert [c.id for c in await reader.services.people.subscribed()] == [PRIVATE.id]
    assert "unsubscribe" in buttons(subscribed)
    left = await reader("/unsubscribe")
    assert await reader.services.people.subscribed() == []
    assert "subscribe" in buttons(left)
    assert "subscribe" not in buttons(await reader("/unsubscribe"))  # nothing to undo: it was so before
    await reader("/subscribe")
    assert "unsubscribe" not in buttons(await reader("/subscribe"))


@pytest.mark.parametrize(("reminder", "weekly"), [(True, 6), (True, None), (False, 2), (False, None)])
async def test_the_way_back_from_stop_brings_back_what_there_was(reader, reminder, weekly):
    await reader("/subscribe")
    await reader.services.people.change(PRIVATE.id, reminder=reminder, weekly=weekly)
    [back] = buttons(await reader("/stop"))["subscribe"]
    stopped = await reader.chat()
    assert (stopped.subscribed, stopped.reminder, stopped.weekly) == (False, False, None)
    assert "subscribe" not in buttons(await reader("/stop"))
    await reader(f"/subscribe {back}")
    again = await reader.chat()
    assert (again.subscribed, again.reminder, again.weekly) == (True, reminder, weekly)


async def test_members_of_a_group_change_nothing_but_their_own(services):
    member, admin = Reader(services, GROUP, "1", admin=False), Reader(services, GROUP, "2")
    for name, row in COMMANDS.items():
        if row.changes_chat:
            assert "administrators" in await member.refused(f"/{name} 7", usage=False)
    assert await services.people.chat(GROUP.id) is None
    await admin("/subscribe")
    assert (await admin.chat()).title == "Reading group"
    assert (await admin.chat()).kind == "group"
    await member(f"/save {PAPER}")
    assert PAPER in buttons(await member("/later"))["card"]
    assert "card" not in buttons(await admin("/later"))
    assert "settings" in (await member.text("/settings")).casefold()


async def test_a_paper_saved_twice_stays_where_it_was(reader, clock):
    first = await reader.text(f"/save {PAPER}")
    clock.now += dt.timedelta(days=1)
    assert await reader.text(f"/save https://arxiv.org/abs/{PAPER}v1") != first
    [saved] = await reader.services.people.kept(PRIVATE.id)
    assert (saved.paper.id, saved.saved, saved.done) == (PAPER, MORNING, None)


async def test_reading_and_removing_can_be_taken_back(reader):
    await reader(f"/save {PAPER}")
    undo = buttons(await reader(f"/done {PAPER}"))
    assert undo == {"save": [PAPER]}
    assert (await reader.services.people.kept(PRIVATE.id))[0].done == MORNING
    await reader(f"/save {PAPER}")
    assert (await reader.services.people.kept(PRIVATE.id))[0].done is None
    undo = buttons(await reader(f"/remove {PAPER}"))
    assert undo == {"save": [PAPER]}
    assert await reader.services.people.kept(PRIVATE.id) == []
    assert f"/save {PAPER}" in await reader.refused(f"/remove {PAPER}", usage=False)
    assert f"/save {PAPER}" in await reader.refused(f"/done {PAPER}", usage=False)


async def test_the_later_list_has_pages_and_loses_nothing(reader, clock):
    made = await reader.services.brief(SAMPLE_DATE, "en", reader.services.profile)
    ids = [pick.paper.id for pick in made.items][:10]
    for paper_id in ids:
        await reader(f"/save {paper_id}")
        clock.now += dt.timedelta(minutes=1)
    pages = [buttons(await reader(f"/later {n}")) for n in (1, 2)]
    assert [*pages[0]["card"], *pages[1]["card"]] == ids[::-1]
    assert pages[0]["later"] == ["2"]
    assert buttons(await reader("/later 9"))["card"] == pages[1]["card"]


@pytest.mark.parametrize(
    ("kind", "name"), [("bibtex", "bib"), ("ris", "ris"), ("markdown", "md"), ("csv", "csv"), ("BibTeX", "bib")]
)
async def test_the_later_list_is_exported(reader, kind, name):
    assert "/save" in await reader.refused(f"/export {kind}", usage=False)
    await reader(f"/save {PAPER}")
    file = await reader(f"/export {kind}")
    assert isinstance(file, File)
    assert file.name.endswith(f".{name}")
    assert PAPER in file.content.decode()
    assert buttons(await reader("/export"))["export"] == ["bibtex", "ris", "markdown", "csv"]


async def test_a_card_shows_what_its_reader_did_and_its_neighbours(reader):
    order = buttons(await reader("/top"))["card"]
    first, second = await reader(f"/card {order[0]}"), await reader(f"/card {order[1]}")
    assert buttons(first)["card"] == [order[1]]
    assert buttons(second)["card"] == [order[0], order[2]]
    await reader(f"/save {order[0]}")
    await reader(f"/like {order[0]}")
    marked = await reader(f"/card {order[0]}")
    assert marked != first
    assert await Reader(reader.services, GROUP, "9")(f"/card {order[0]}") == first
    await reader(f"/like {order[0]}")
    await reader(f"/remove {order[0]}")
    assert await reader(f"/card {order[0]}") == first


async def test_a_vote_is_recorded_turned_and_taken_back(reader):
    marks = reader.services.people.marks
    up = await reader.text(f"/like {PAPER}")
    assert (await marks(PRIVATE.id, PAPER)).vote == 1
    down = await reader.text(f"/dislike {PAPER}")
    assert (await marks(PRIVATE.id, PAPER)).vote == -1
    none = await reader.text(f"/dislike {PAPER}")
    assert (await marks(PRIVATE.id, PAPER)).vote == 0
    assert len({up, down, none}) == 3


@pytest.mark.parametrize(("first", "second", "vote"), [("like", "dislike", 1), ("dislike", "like", -1)])
async def test_a_vote_that_replaced_another_is_undone_to_that_one(reader, first, second, vote):
    await reader(f"/{first} {PAPER}")
    [(action, [value])] = buttons(await reader(f"/{second} {PAPER}")).items()
    await reader(f"/{action} {value}")
    assert (await reader.services.people.marks(PRIVATE.id, PAPER)).vote == vote
    [click] = (await reader.services.tastes.of(PRIVATE.id)).facts
    assert click.kind == first


@pytest.mark.parametrize("line", ["/paper {}", "{}", "look at https://arxiv.org/abs/{}", "/search {}"])
async def test_the_card_of_another_version_than_was_asked_for_says_so(reader, line):
    version = (await reader.services.store.paper(PAPER)).version
    asked = line.format(f"{PAPER}v{version + 7}")
    for language, said in (("en", f"this card is of v{version}"), ("zh", f"这张卡片说的是 v{version}")):
        shown = await reader.text(asked, language)
        assert said in shown
        assert f"https://arxiv.org/abs/{PAPER}v{version + 7}" in shown
    assert await reader(line.format(f"{PAPER}v{version}")) == await reader(line.format(PAPER))


async def test_of_several_papers_asked_for_the_first_is_shown_and_the_others_are_offered(reader):
    shown = await reader(
        f"compare {OTHER} with arxiv.org/abs/{PAPER}, 2604.11111, {PAPER}v2, 2604.22222 and 2604.33333"
    )
    assert "This is the first of the 5 papers you named. Next: 2604.26904, 2604.11111, 2604.22222" in words(shown)
    assert buttons(shown)["card"][:3] == [PAPER, "2604.11111", "2604.22222"]
    assert buttons(shown)["like"] == [OTHER]
    assert "你提到了 2 篇，这是第一篇。接下来：2604.23941" in await reader.text(f"/paper {PAPER} {OTHER}", "zh")


async def test_fewer_papers_than_are_recommended_are_not_all_and_the_push_says_so(reader):
    for items, said in ((3, "2 more papers are recommended"), (4, "1 more paper is recommended")):
        await reader(f"/items {items}")
        assert said in await reader.text("/top")
    assert "另有 1 篇推荐，见完整简报：/brief" in await reader.text("/top", "zh")
    for items in (5, 8):
        await reader(f"/items {items}")
        assert "recommended, which" not in await reader.text("/top")


async def test_votes_do_not_change_the_edition_others_share(reader):
    before = await reader.text("/top")
    await reader(f"/dislike {buttons(await reader('/top'))['card'][0]}")
    assert await reader.text("/top") == before


async def test_a_deep_link_opens_the_papers_card(reader):
    card = await reader.text(f"/paper {PAPER}")
    assert await reader.text("/start p_2604-26904") == card
    assert await reader.text("/start@paperboy_bot p_2604-26904") == card
    welcome = await reader.text("/start")
    assert "Ada" in welcome
    assert await reader.text("/start p_../../x") == welcome
    assert "hep-th/9901001" in await reader.refused("/start p_hep-th-9901001", usage=False)


async def test_a_bare_id_or_link_means_the_paper(reader):
    card = await reader.text(f"/paper {PAPER}")
    assert await reader.text(PAPER) == card
    assert await reader.text(f"look: https://arxiv.org/pdf/{PAPER}v1 !") == card


async def test_the_brief_comes_as_a_file_and_on_request_in_messages(reader):
    shown = await reader("/brief text")
    assert isinstance(shown, Document)
    assert await reader("/brief 消息 2026-05-01") == shown
    for line in ("/brief", "/brief file", f"/brief {SAMPLE_DATE}", "/brief FILE 2026-05-01"):
        file = await reader(line)
        assert isinstance(file, File)
        assert (file.name, file.media_type) == ("paperboy-2026-05-01.md", "text/markdown")
        assert file.content.decode() == markdown.render(shown)
        assert file.caption.title == shown.title


async def test_search_finds_and_says_when_it_does_not(reader):
    assert PAPER in buttons(await reader("/search ClawGym"))["card"]
    assert buttons(await reader(f"/search https://arxiv.org/abs/{PAPER}"))["why"] == [PAPER]  # its card
    assert "card" not in buttons(await reader("/search zzzzzz"))


async def test_search_sees_what_a_later_collection_brings(reader, clock):
    assert "card" not in buttons(await reader("/search zebrafish"))
    day = await reader.services.store.day(SAMPLE_DATE)
    assert day
    added = day.papers[0].model_copy(update={"id": "2605.00001", "title": "Zebrafish that plan"})
    await reader.services.store.save_day(day.model_copy(update={"papers": (*day.papers, added)}))
    clock.now += dt.timedelta(minutes=11)
    assert buttons(await reader("/search zebrafish"))["card"] == ["2605.00001"]
    tomorrow = day.window.model_copy(update={"date": SAMPLE_DATE + dt.timedelta(days=1)})
    other = added.model_copy(update={"id": "2605.00002"})
    await reader.services.store.save_day(day.model_copy(update={"window": tomorrow, "papers": (added, other)}))
    assert sorted(buttons(await reader("/search zebrafish"))["card"]) == ["2605.00001", "2605.00002"]


async def test_similar_papers_do_not_include_the_paper_itself(reader):
    found = buttons(await reader(f"/similar {PAPER}"))["card"]
    assert len(found) > 2
    assert found.count(PAPER) <= 1  # the way back


async def test_profile_names_every_direction(reader):
    for language in LANGUAGES:
        text = await reader.text("/profile", language)
        assert all(getattr(d, language) in text for d in reader.services.profile.directions)


async def test_no_source_is_asked_while_an_edition_is_stored(reader):
    silent = replace(reader.services, sources=NO_SITE)
    clock = dt.timedelta(days=3)
    late = replace(silent, clock=lambda: MORNING + clock)
    assert await late.edition_date(PRIVATE) == SAMPLE_DATE
    for line in ("/top", "/more", "/must", "/repos", "/ideas", "/sources", "/brief text", f"/paper {PAPER}"):
        assert "2026" in await Reader(late).text(line)
    assert await late.store.days() == [SAMPLE_DATE]


async def test_the_edition_of_a_chat_is_that_of_its_own_date(services):
    assert await services.edition_date(PRIVATE) == SAMPLE_DATE
    day = await services.store.day(SAMPLE_DATE)
    assert day
    yesterday = day.window.model_copy(update={"date": SAMPLE_DATE - dt.timedelta(days=1)})
    await services.store.save_day(day.model_copy(update={"window": yesterday}))
    assert await services.edition_date(PRIVATE) == SAMPLE_DATE
    west = PRIVATE.model_copy(update={"zone": "Pacific/Honolulu"})  # 23:00 of the day before
    assert await services.edition_date(west) == yesterday.date


async def test_an_old_button_says_that_its_day_is_gone_but_still_opens_its_paper(reader):
    reader.request = replace(reader.request, date=dt.date(2025, 12, 1))
    for name in ("top", "more", "must", "repos", "ideas", "sources"):
        assert "2025-12-01" in await reader.refused(f"/{name}", usage=False)
    assert "ClawGym" in await reader.text(f"/card {PAPER}")
    assert await reader.services.store.days() == [SAMPLE_DATE]


async def test_a_brief_outlives_the_items_of_its_day(reader):
    made = await reader.services.brief(SAMPLE_DATE, "en", reader.services.profile)
    old = made.model_copy(update={"date": dt.date(2025, 12, 1), "profile_digest": "another"})
    await reader.services.store.save_brief(old)
    reader.request = replace(reader.request, date=old.date)
    assert "1 December 2025" in await reader.text("/more")
