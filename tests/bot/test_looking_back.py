"""Trends and the weekly digest, asked for and sent by themselves, in Telegram, in Slack and in the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot import pictures as pictures_module
from bot import terminal
from bot.commands import CommandError, Reply, answer
from bot.request import Picture
from bot.services import Services
from brief.models import Brief, Follow, Repo
from brief.store import key_of
from formatting.document import Document
from formatting.press import pack
from sources.sample_site import SAMPLE_DATE
from tests.bot import slack_talking
from tests.bot.delivery_setting import EIGHT, Clock, office, subscribe
from tests.bot.looking_back import DAYS, store_days
from tests.bot.slack_talking import ADA, KNOWN, KNOWN_TITLE, offered
from tests.bot.telegramming import GROUP, READER, configured, open_services, polling, said
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram

CHAT = f"telegram:{READER}"
RISING, FALLING = "Robotics", "Speech and Audio"
THUMBNAIL = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/2604.26904.png"
DAY = dt.timedelta(days=1)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.user(READER, "Ada")
        server.chat(READER)
        server.chat(GROUP, title="Reading group", admins=(READER,))
        yield server
    assert not server.refusals


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        slack_talking.settled(server)
        yield server


@pytest.fixture
async def services(settings, telegram, slack) -> AsyncIterator[Services]:
    tokens = {**slack_talking.tokens(slack), "SLACK_CHANNELS": ""}
    async with open_services(configured(settings, telegram, f"{READER} {GROUP}", **tokens)) as made:
        yield made


async def typed(services: Services, line: str) -> Reply:
    return await answer(line, await terminal.request(services, SAMPLE_DATE, None), services)


async def in_telegram(services: Services, line: str) -> Reply:
    request = await terminal.request(services, SAMPLE_DATE, None)
    chat = await services.people.chat(CHAT) or request.chat.model_copy(update={"id": CHAT, "kind": "private"})
    return await answer(line, replace(request, chat=chat, owner=CHAT), services)


# -- trends ------------------------------------------------------------------------------------------------------------


async def test_telegram_gets_a_photo_with_the_numbers_below_it_and_both_spans_to_press(services, telegram):
    await store_days(services)
    async with polling(services):
        message = await said(telegram, "/trends")
        assert "photo" in message.json
        assert RISING in message.text
        assert FALLING in message.text
        assert [data.split("|")[-1] for data in message.data] == ["7", "30"]
        await telegram.press(message, message.data[1], READER)
        month = await telegram.next_message(READER)
    assert "photo" in month.json
    assert "last 30 days" in month.text


async def test_slack_gets_the_picture_with_words_for_it_and_the_numbers_after_it(services, slack):
    await store_days(services)
    async with slack_talking.serving(services, slack):
        await slack.say("U1", "trends")
        await slack.idle()
        [file] = slack.files
        *_, message = slack.messages("U1")
        assert file.channel == slack.room("U1").id
        assert file.content.startswith(b"\x89PNG")
        assert RISING in file.alt
        assert RISING in message.plain
        assert {("trends", "7"), ("trends", "30")} <= set(offered(message))
    assert not slack.refusals


async def test_a_slash_command_in_slack_gets_the_numbers_there_and_the_picture_in_private(services, slack):
    await store_days(services)
    async with slack_talking.serving(services, slack):
        await slack.slash("/paperboy", "trends", user="U1")
        await slack.idle()
        *_, whisper = slack.whispers("U1")
        [file] = slack.files
        assert file.channel == slack.room("U1").id
        assert RISING in whisper.plain
        assert "direct messages" in whisper.plain
        assert slack.messages("C1") == []
        await slack.press(whisper, offered(whisper)["trends", "30"], "U1")
        await slack.idle()
        assert len(slack.files) == 2
        assert "last 30 days" in whisper.plain
    assert not slack.refusals


async def test_the_terminal_gets_lines_of_blocks(services):
    await store_days(services)
    reply = await typed(services, "/trends")
    assert isinstance(reply, Document)
    assert any(block in str(reply.blocks) for block in "▁▂▃▅▇")


async def test_where_pictures_are_off_the_numbers_come_alone(services, telegram, slack):
    await store_days(services)
    async with polling(services), slack_talking.serving(services, slack):
        await said(telegram, "/pictures off")
        message = await said(telegram, "/trends")
        assert "photo" not in message.json
        assert RISING in message.text
        card = await said(telegram, f"/paper {KNOWN}")
        assert card.json["link_preview_options"] == {"is_disabled": True}
        await slack.say("U1", "pictures off")
        await slack.idle()
        await slack.say("U1", "trends")
        await slack.say("U1", f"paper {KNOWN}")
        await slack.idle()
        assert slack.files == []
        assert "image" not in [block["type"] for m in slack.messages("U1") for block in m.blocks]


@pytest.mark.parametrize("days", [0, 1])
async def test_with_few_days_it_says_when_there_can_be_enough(services, telegram, days):
    await store_days(services, days)
    async with polling(services):
        message = await said(telegram, "/trends")
    assert "stored of the last 7" in message.text
    assert f"{2 - days + 1} May 2026" in message.text


async def test_a_span_that_there_is_not_is_refused_with_one_that_there_is(services):
    with pytest.raises(CommandError) as refused:
        await typed(services, "/trends 9")
    assert refused.value.usage
    assert "/trends 30" in str(refused.value.document.blocks)


async def test_a_picture_is_drawn_once_and_kept_for_a_day(services):
    await store_days(services)
    first = await in_telegram(services, "/trends")
    assert isinstance(first, Picture)
    [key] = [key async for key in services.store.client.scan_iter(key_of("picture", "*"))]
    assert 86_000 < await services.store.client.ttl(key) <= 86_400
    await services.store.client.set(key, b"the same")
    again = await in_telegram(services, "/trends")
    assert isinstance(again, Picture)
    assert again.content == b"the same"
    month = await in_telegram(services, "/trends 30")
    assert isinstance(month, Picture)
    assert month.content.startswith(b"\x89PNG")


async def test_a_picture_that_takes_too_long_is_done_without(services, monkeypatch, caplog):
    await store_days(services)
    monkeypatch.setattr(pictures_module, "LIMIT", 0.0)
    reply = await in_telegram(services, "/trends")
    assert isinstance(reply, Document)
    assert "could not be drawn: TimeoutError" in caplog.text


# -- pictures on cards -------------------------------------------------------------------------------------------------


async def with_thumbnail(services: Services, url: str) -> None:
    """Let the sample's paper have a picture, on a day of which no edition was made yet."""
    day = await services.store.day(SAMPLE_DATE)
    assert day
    papers = tuple(p.model_copy(update={"thumbnail": url}) if p.id == KNOWN else p for p in day.papers)
    await services.store.save_day(day.model_copy(update={"papers": papers}))


async def test_a_card_in_telegram_has_its_picture_as_a_preview_and_loses_it_when_the_page_is_turned(services, telegram):
    await with_thumbnail(services, THUMBNAIL)
    async with polling(services):
        card = await said(telegram, f"/paper {KNOWN}")
        assert card.json["link_preview_options"] == {"url": THUMBNAIL, "show_above_text": True}
        edits = card.edits
        await telegram.press(card, pack("top", "", SAMPLE_DATE), READER)
        await telegram.until(lambda: card.edits > edits, "the page to be turned")
        assert card.json["link_preview_options"] == {"is_disabled": True}
        await telegram.press(card, pack("card", KNOWN, SAMPLE_DATE), READER)
        await telegram.until(lambda: card.edits > edits + 1, "the card to be back")
        assert card.json["link_preview_options"]["url"] == THUMBNAIL


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn-thumbnails.huggingface.co/a.png",
        "https://cdn-thumbnails.huggingface.co.example.com/a.png",
        "https://example.com/cdn-thumbnails.huggingface.co/a.png",
        "https://user@cdn-thumbnails.huggingface.co/a.png",
        "javascript:alert(1)",
        "",
    ],
)
async def test_pictures_come_from_hugging_face_or_not_at_all(services, telegram, url):
    await with_thumbnail(services, url)
    async with polling(services):
        card = await said(telegram, f"/paper {KNOWN}")
    assert card.json["link_preview_options"] == {"is_disabled": True}


async def test_a_card_in_slack_has_its_picture_with_words_for_it(services, slack):
    await with_thumbnail(services, THUMBNAIL)
    async with slack_talking.serving(services, slack):
        await slack.say("U1", f"paper {KNOWN}")
        card = await slack.next_message("U1")
    [picture] = [block for block in card.blocks if block["type"] == "image"]
    assert picture["image_url"] == THUMBNAIL
    assert KNOWN_TITLE in picture["alt_text"]


async def test_a_picture_that_slack_cannot_fetch_costs_the_picture_only(services, slack):
    await with_thumbnail(services, THUMBNAIL)
    slack.world.unreachable.add(THUMBNAIL)
    async with slack_talking.serving(services, slack):
        await slack.say("U1", f"paper {KNOWN}")
        card = await slack.next_message("U1")
        await slack.slash("/paper", KNOWN, user="U1")
        whisper = await slack.next_whisper("U1")
        await slack.press(whisper, offered(whisper)["top", ""], "U1")
        await slack.idle()
        await slack.press(whisper, pack("card", KNOWN, SAMPLE_DATE), "U1")
        await slack.idle()
    for shown in (card, whisper):
        assert KNOWN_TITLE in shown.plain
        assert "image" not in [block["type"] for block in shown.blocks]


# -- the week ----------------------------------------------------------------------------------------------------------


async def edition(services: Services, ago: int, **changes: object) -> Brief:
    """Store an edition of so many days before, like today's but for its scores."""
    today = await services.current(SAMPLE_DATE, "en", services.profile)
    made = today.model_copy(update={"date": SAMPLE_DATE - ago * DAY, **changes})
    await services.store.save_brief(made)
    return made


async def test_the_week_has_its_best_papers_each_once_whatever_their_day(services):
    today = await services.current(SAMPLE_DATE, "en", services.profile)
    best, *others = today.scan
    higher = best.model_copy(update={"score": best.score.model_copy(update={"total": 99.0})})
    await edition(services, 4, picks=(higher, *today.picks[:2]))
    reply = await typed(services, "/weekly")
    assert isinstance(reply, Document)
    shown = str(reply.blocks)
    assert "The best of 2 editions" in shown
    assert shown.index(best.paper.title[:40]) < shown.index(today.picks[0].paper.title[:40])
    assert shown.count(f"arxiv.org/abs/{today.picks[0].paper.id}") == 2  # its title, and the button beside it
    assert others


async def test_editions_for_another_profile_do_not_count(services):
    await edition(services, 2, profile_digest="another")
    reply = await typed(services, "/weekly")
    assert isinstance(reply, Document)
    assert "The best of 1 edition for" in str(reply.blocks)


async def test_the_week_tells_what_waits_what_moved_and_what_grew(services):
    await store_days(services)
    repo = Repo(id="a/b", name="A/b", stars=125)
    await edition(services, 2, follow=(Follow(repo=repo),))
    paper = await services.paper(KNOWN)
    assert paper
    await services.people.keep("terminal:local", paper, services.clock())
    reply = await typed(services, "/weekly")
    assert isinstance(reply, Document)
    shown = str(reply.blocks)
    assert "Kept and not read: 1" in shown
    assert RISING in shown
    assert "★ 125 → 130" in shown
    assert DAYS == 6


async def test_the_week_says_the_same_in_both_chats_and_is_one_message(services, telegram, slack):
    await store_days(services)
    async with polling(services), slack_talking.serving(services, slack):
        message = await said(telegram, "/weekly")
        await slack.say("U1", "weekly")
        other = await slack.next_message("U1")
    assert message.text.startswith("Your week · 2026-04-25 to 2026-05-01")
    for part in ("The best of", "Topics that moved", RISING):
        assert part in message.text
        assert part in other.plain


@pytest.mark.parametrize(
    ("text", "day"), [("saturday", 5), ("SUN", 6), ("周一", 0), ("星期天", 6), ("on", 5), ("开", 5), ("off", None)]
)
async def test_the_day_of_the_digest_is_set_in_words(services, text, day):
    await typed(services, f"/weekly {text}")
    chat = await services.people.chat("terminal:local")
    assert chat
    assert chat.weekly == day


async def test_a_day_that_is_none_is_refused(services):
    with pytest.raises(CommandError) as refused:
        await typed(services, "/weekly caturday")
    assert refused.value.usage


async def test_a_digest_comes_once_on_its_day_at_the_time_of_the_brief_instead_of_the_reminder(settings, telegram):
    clock = Clock()
    async with (
        open_services(configured(settings, telegram, f"{READER}"), clock=clock) as services,
        polling(services) as bot,
    ):
        await subscribe(services, CHAT, weekly=5)
        paper = await services.paper(KNOWN)
        assert paper
        await services.people.keep(CHAT, paper, clock.now)
        async with office(services, telegram=bot) as at_work:
            for moment in (EIGHT, EIGHT + DAY - DAY / 24, EIGHT + DAY, EIGHT + DAY + DAY / 24, EIGHT + 2 * DAY):
                clock.now = moment
                await at_work.tick()
    texts = [message.text for message in telegram.messages(READER)]
    [digest] = [text for text in texts if text.startswith("Your week")]
    assert "Kept and not read: 1" in digest
    assert not any(text.startswith("Still waiting") for text in texts)


async def test_who_turned_the_digest_off_is_owed_none(services, telegram):
    await services.people.change(CHAT, subscribed=True, weekly=5)
    await services.people.change(CHAT, weekly=None)
    due = {member.decode() for member in await services.store.client.zrange(key_of("due"), 0, -1)}
    assert f"{CHAT}#weekly" not in due
    assert f"{CHAT}#reminder" in due
    assert ADA not in due
