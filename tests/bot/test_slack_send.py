"""The sender against a strict Slack, over sockets: what arrives where, and what becomes of each way to be refused."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.limits import Limit, PausedError
from bot.request import File
from bot.slack_install import Access, NotInstalledError
from bot.slack_limits import Limits
from bot.slack_send import ChannelGoneError, Sender, web_client
from bot.slack_updates import Place
from brief.errors import DeliveryError
from formatting.document import Button, Buttons, Document, Heading, Importance, Paragraph, Run
from formatting.slack import messages, parameters, render
from tests.fakes.slack import FakeSlack

DATE = dt.date(2026, 5, 1)
CHANNEL, OTHER, DIRECT = Place("T1", "C1"), Place("T1", "C2"), Place("T1", "U1")


def note(text: str) -> Document:
    return Document(text, "en", (Paragraph((Run(text),), Importance.ESSENTIAL),), text)


NOTE = note("Saved for later.")
BRIEF = Document(
    "The whole brief",
    "en",
    (Heading(1, (Run("The whole brief"),)), *(Paragraph((Run(f"{n}. " + "word " * 120),)) for n in range(40))),
    "Forty things in one line",
)
CARD = replace(BRIEF, blocks=(*BRIEF.blocks[:4], Buttons(((Button("Save", "save", "2604.26904"),),))))
TABLE = File("later.csv", "text/csv", b"id,title\n2604.26904,A\n", note("Your list: <all> & more"))


class Installed:
    """Workspaces that the app is installed in, by their tokens."""

    def __init__(self, **tokens: str) -> None:
        self.tokens = tokens

    async def access(self, team: str) -> Access:
        if team not in self.tokens:
            raise NotInstalledError(team)
        return Access(team, self.tokens[team], "B1", "UBOT")


def hurried() -> Limits:
    """Limits that never wait: the pace has tests of its own."""
    return Limits(channel=Limit(1, 0), workspace=Limit(1000, 0))


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        for channel in ("C1", "C2"):
            fake.channel(channel, members=("U1", "U2"))
        yield fake


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield web_client(slack.url, session)


@pytest.fixture
def sender(slack: FakeSlack, client: AsyncWebClient) -> Sender:
    return Sender(client, Installed(T1=slack.token), hurried())


def texts(found) -> list[str]:
    return [message.text for message in found]


def address(slack: FakeSlack, pressed=None) -> str:
    """Return a response_url for U1 in C1."""
    return slack.responses.issue(slack.world.channel("C1", "T1"), "U1", pressed)


# -- where things arrive ----------------------------------------------------------------------------------------------


async def test_a_post_is_exactly_what_the_renderer_prints(slack, sender):
    ts = await sender.post(CHANNEL, CARD, DATE)
    [message] = slack.messages("C1")
    assert message.ts == ts
    assert message.sent == {"channel": "C1", **parameters(render(CARD, date=DATE))}


async def test_a_long_document_is_several_messages_in_order(slack, sender):
    ts = await sender.post(DIRECT, BRIEF, DATE)
    found = slack.messages(await sender.dm("T1", "U1"))
    assert texts(found) == [message.text for message in messages(BRIEF, date=DATE)]
    assert len(found) > 1
    assert found[0].ts == ts
    assert {message.thread for message in found} == {None}


@pytest.mark.parametrize("document", [BRIEF, CARD], ids=["split", "card"])
async def test_what_is_long_goes_into_the_thread_of_a_headline(slack, sender, document):
    ts = await sender.post(CHANNEL, document, DATE, in_channel=True)
    headline, *rest = slack.messages("C1")
    assert headline.ts == ts
    assert headline.thread is None
    assert headline.plain.split("\n") == ["The whole brief", "Forty things in one line"]
    assert texts(rest) == [message.text for message in messages(document, date=DATE)]
    assert {message.thread for message in rest} == {ts}


async def test_what_is_short_stays_in_the_channel(slack, sender):
    await sender.post(CHANNEL, NOTE, DATE, in_channel=True)
    assert [(m.text, m.thread) for m in slack.messages("C1")] == [("Saved for later.", None)]


async def test_an_answer_in_a_thread_stays_in_it(slack, sender):
    thread = await sender.post(CHANNEL, NOTE, DATE)
    await sender.post(replace(CHANNEL, thread=thread), CARD, DATE, in_channel=True)
    _, card = slack.messages("C1")
    assert (card.text, card.thread) == (render(CARD, date=DATE).text, thread)


async def test_a_push_is_one_message_however_long(slack, sender):
    ts = await sender.push(CHANNEL, BRIEF, DATE)
    assert [message.ts for message in slack.messages("C1")] == [ts]


async def test_a_whisper_is_seen_by_one_person(slack, sender):
    thread = await sender.post(CHANNEL, NOTE, DATE)
    await sender.whisper(replace(CHANNEL, thread=thread), "U1", note("only you"), DATE)
    [whisper] = slack.whispers("U1")
    assert (whisper.text, whisper.channel, whisper.thread) == ("only you", "C1", thread)
    assert slack.whispers("U2") == []
    assert texts(slack.messages("C1")) == ["Saved for later."]


@pytest.mark.parametrize("place", [CHANNEL, DIRECT], ids=["channel", "person"])
async def test_an_edit_replaces_the_message(slack, sender, place):
    ts = await sender.post(place, CARD, DATE)
    await sender.edit(place, ts, NOTE, DATE)
    channel = "C1" if place == CHANNEL else await sender.dm("T1", "U1")
    [message] = slack.messages(channel)
    assert (message.ts, message.plain, message.edits) == (ts, "Saved for later.", 1)


async def test_what_cannot_be_edited_is_sent_anew(slack, sender):
    thread = await sender.post(CHANNEL, NOTE, DATE)
    somebodys = slack.world.post(slack.world.channel("C1", "T1"), "U1", "hello", [])
    for ts in (somebodys.ts, "1700000000.000001"):
        await sender.edit(replace(CHANNEL, thread=thread), ts, note("anew"), DATE)
    assert [(m.text, m.thread) for m in slack.messages("C1")[1:]] == [("anew", thread)] * 2
    assert somebodys.text == "hello"


async def test_the_direct_messages_with_a_person_are_opened_once(slack, sender):
    channels = {await sender.dm("T1", "U1") for _ in range(3)}
    assert len(channels) == 1
    assert [call.method for call in slack.calls] == ["conversations.open"]


async def test_each_workspace_has_its_own_token(slack, client):
    slack.team("T2", token="xoxb-of-t2")
    slack.channel("C1", team="T2")
    sender = Sender(client, Installed(T1=slack.token, T2="xoxb-of-t2"), hurried())
    await sender.post(CHANNEL, note("for one"), DATE)
    await sender.post(Place("T2", "C1"), note("for two"), DATE)
    assert texts(slack.messages("C1", team="T1")) == ["for one"]
    assert texts(slack.messages("C1", team="T2")) == ["for two"]


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [CHANNEL, DIRECT], ids=["channel", "person"])
async def test_a_file_arrives_with_its_caption(slack, sender, place):
    assert await sender.post(place, TABLE, DATE) == ""
    [message] = slack.messages("C1" if place == CHANNEL else await sender.dm("T1", "U1"))
    [file] = message.files
    assert (file.name, file.content) == ("later.csv", TABLE.content)
    assert message.text == "Your list: &lt;all&gt; &amp; more"


async def test_a_file_goes_into_the_thread(slack, sender):
    thread = await sender.post(CHANNEL, NOTE, DATE)
    await sender.upload(replace(CHANNEL, thread=thread), TABLE)
    assert slack.messages("C1")[1].thread == thread


# -- response_url -----------------------------------------------------------------------------------------------------


async def test_a_response_is_for_one_person(slack, sender):
    thread = await sender.post(CHANNEL, NOTE, DATE)
    place = replace(CHANNEL, thread=thread)
    await sender.respond(address(slack), CARD, DATE, replace=False, place=place, person="U1")
    [whisper] = slack.whispers("U1")
    assert (whisper.text, whisper.thread) == (render(CARD, date=DATE).text, thread)


async def test_a_response_replaces_what_was_pressed(slack, sender):
    await sender.whisper(CHANNEL, "U1", CARD, DATE)
    [whisper] = slack.whispers("U1")
    await sender.respond(address(slack, whisper), NOTE, DATE, replace=True, place=CHANNEL, person="U1")
    assert [message.plain for message in slack.whispers("U1")] == ["Saved for later."]


@pytest.mark.parametrize("end", ["used", "expired", "unknown", "broken"])
async def test_who_answers_late_whispers(slack, sender, end):
    url = address(slack)
    if end == "used":
        slack.responses.spend(url)
    elif end == "expired":
        slack.world.skip(31 * 60)
    elif end == "broken":
        slack.fail_http("response_url", 500)
    else:
        url += "0"
    await sender.respond(url, NOTE, DATE, replace=True, place=CHANNEL, person="U1")
    [whisper] = slack.whispers("U1")
    assert (whisper.text, whisper.channel) == ("Saved for later.", "C1")


async def test_a_late_answer_where_the_bot_is_not_goes_to_the_person(slack, sender):
    url = address(slack)
    slack.responses.spend(url)
    slack.kick("C1")
    await sender.respond(url, NOTE, DATE, replace=False, place=CHANNEL, person="U1")
    assert texts(slack.messages(await sender.dm("T1", "U1"))) == ["Saved for later."]


# -- refusals ---------------------------------------------------------------------------------------------------------


async def refusal(sender: Sender, place: Place = CHANNEL) -> str:
    with pytest.raises(ChannelGoneError) as gone:
        await sender.push(place, NOTE, DATE)
    return str(gone.value)


async def test_channels_that_take_nothing_any_more(slack, sender):
    slack.channel("C3", is_archived=True)
    slack.kick("C2")
    slack.user("U3", is_bot=True)
    assert await refusal(sender, Place("T1", "C3")) == "archived"
    assert await refusal(sender, OTHER) == "removed"
    assert await refusal(sender, Place("T1", "C404")) == "unknown"
    assert await refusal(sender, Place("T1", "U3")) == "deactivated"
    assert await refusal(sender, Place("T9", "C1")) == "uninstalled"  # no token at all


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("account_inactive", "uninstalled"),
        ("token_revoked", "uninstalled"),
        ("restricted_action_read_only_channel", "removed"),
        ("user_disabled", "deactivated"),
    ],
)
async def test_what_lasts_is_told_apart(slack, sender, error, reason):
    slack.fail("chat.postMessage", error)
    assert await refusal(sender) == reason


@pytest.mark.parametrize("error", ["invalid_auth", "token_expired", "missing_scope", "invalid_blocks"])
async def test_other_refusals_are_raised_once_and_hold_no_token(slack, sender, error):
    slack.fail("chat.postMessage", error)
    with pytest.raises(SlackApiError, match=error) as refused:
        await sender.post(CHANNEL, NOTE, DATE)
    assert slack.token not in str(refused.value)
    assert slack.messages("C1") == []


@pytest.mark.parametrize(("error", "permanent"), [("invalid_auth", False), ("invalid_blocks", True)])
async def test_a_push_tells_whether_it_is_worth_another_try(slack, sender, error, permanent):
    slack.fail("chat.postMessage", error)
    with pytest.raises(DeliveryError, match=error) as refused:
        await sender.push(CHANNEL, NOTE, DATE)
    assert (refused.value.reason, refused.value.permanent) == (error, permanent)


async def test_a_thread_that_is_gone_is_left_out(slack, sender):
    await sender.post(replace(CHANNEL, thread="1700000000.000001"), NOTE, DATE)
    await sender.upload(replace(CHANNEL, thread="1700000000.000001"), TABLE)
    assert [message.thread for message in slack.messages("C1")] == [None, None]


@pytest.mark.parametrize("trouble", ["internal_error", "fatal_error", "reset", "page", "portal"])
async def test_while_slack_does_not_answer_it_is_tried_again(slack, sender, caplog, trouble):
    if trouble in {"page", "portal"}:
        slack.fail_http("chat.postMessage", 503 if trouble == "page" else 200)
    else:
        slack.fail("chat.postMessage", trouble)
    with caplog.at_level(logging.WARNING):
        await sender.push(CHANNEL, NOTE, DATE)
    assert texts(slack.messages("C1")) == ["Saved for later."]
    assert "Slack does not answer" in caplog.text
    assert slack.token not in caplog.text


async def test_a_message_whose_answer_was_lost_is_sent_once_more(slack, sender):
    slack.fail("chat.postMessage", "lost")
    ts = await sender.push(CHANNEL, NOTE, DATE)
    assert [message.ts for message in slack.messages("C1")][1:] == [ts]


async def test_a_response_that_cannot_be_given_is_whispered_without_a_word_about_its_address(
    slack, sender, caplog, unused_tcp_port
):
    url = f"http://127.0.0.1:{unused_tcp_port}/response/T1/secret"
    with caplog.at_level(logging.DEBUG, "bot"):
        await sender.respond(url, NOTE, DATE, replace=False, place=CHANNEL, person="U1")
    assert texts(slack.whispers("U1")) == ["Saved for later."]
    assert "trying again" in caplog.text
    assert "secret" not in caplog.text


async def test_a_response_that_got_lost_on_its_way_is_sent_again_to_the_same_address(slack, sender):
    slack.fail("response_url", "reset")
    await sender.respond(address(slack), NOTE, DATE, replace=False, place=CHANNEL, person="U1")
    assert texts(slack.whispers("U1")) == ["Saved for later."]
    assert slack.sent("chat.postEphemeral") == []


async def test_the_library_writes_nothing_of_what_is_sent_into_the_log(slack, sender, caplog):
    url = address(slack)
    with caplog.at_level(logging.DEBUG):
        await sender.push(CHANNEL, NOTE, DATE)
        await sender.respond(url, NOTE, DATE, replace=False, place=CHANNEL, person="U1")
    assert [message.text for message in (*slack.messages("C1"), *slack.whispers("U1"))] == [NOTE.summary] * 2
    assert NOTE.summary not in caplog.text
    assert url not in caplog.text


async def test_a_full_channel_waits_and_the_others_do_not(slack, sender):
    slack.fail("chat.postMessage", "ratelimited", retry_after=1)
    waiting = asyncio.create_task(sender.post(CHANNEL, note("waited"), DATE))
    await slack.until(lambda: slack.calls)
    await sender.post(OTHER, note("at once"), DATE)
    assert texts(slack.messages("C2")) == ["at once"]
    assert not waiting.done()
    await waiting
    assert texts(slack.messages("C1")) == ["waited"]


async def test_nobody_waits_for_an_hour(slack, sender):
    slack.fail("chat.postMessage", "ratelimited", retry_after=3600)
    for _ in range(2):  # the second message does not even reach Slack
        with pytest.raises(PausedError):
            await sender.post(CHANNEL, NOTE, DATE)
    assert len(slack.calls) == 1


async def test_a_push_does_not_wait_out_a_pause(slack, sender):
    slack.fail("chat.postMessage", "ratelimited", retry_after=7)
    with pytest.raises(DeliveryError) as refused:
        await sender.push(CHANNEL, NOTE, DATE)
    assert refused.value.retry_after == 7
    assert len(slack.calls) == 1
