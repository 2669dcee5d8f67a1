"""Slack's pace on a loop whose clock jumps, and what Slack's errors say about waiting."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.limits import PausedError
from bot.slack_errors import PAUSE, code, pause
from bot.slack_limits import Limits
from tests.bot.jumping import most_within, run


def refusal(data: object, status: int = 200, **headers: str) -> SlackApiError:
    """Return the error the library raises for an answer."""
    answer = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=data, headers=headers, status_code=status
    )
    return SlackApiError("The request to the Slack API failed.", answer)


class Slack:
    """Notes when each message arrives; `refusals` are raised first."""

    def __init__(self):
        self.arrivals, self.refusals = [], []

    async def take(self, team, channel):
        if self.refusals:
            raise self.refusals.pop(0)
        self.arrivals.append((asyncio.get_running_loop().time(), team, channel))

    def times(self, team, channel=None):
        return [time for time, *seen in self.arrivals if seen == [team, channel or seen[1]]]


def send(limits, slack, team, channel):
    return limits.run(team, channel, lambda: slack.take(team, channel))


def test_a_channel_and_a_workspace_get_no_more_than_slack_takes():
    async def main():
        limits, slack = Limits(), Slack()
        channels = [(team, f"C{n}") for team in ("T1", "T2") for n in range(350)]
        await asyncio.gather(*(send(limits, slack, *channel) for channel in channels for _ in range(2)))
        assert len(slack.arrivals) == 1400
        for team in ("T1", "T2"):
            assert most_within(slack.times(team), 60 - 1e-6) == 300
        for channel in channels:
            assert most_within(slack.times(*channel), 1 - 1e-6) == 1

    run(main())


def test_workspaces_do_not_wait_for_each_other():
    async def main():
        limits, slack = Limits(), Slack()
        flood = [send(limits, slack, "T1", f"C{n}") for n in range(900)]
        await asyncio.gather(*flood, send(limits, slack, "T2", "C1"))
        assert slack.times("T2") == [0]

    run(main())


@pytest.mark.parametrize("error", [({"error": "ratelimited"}, 429), ({"error": "rate_limited"}, 200), ({}, 429)])
def test_a_channel_pauses_for_as_long_as_slack_asks(error):
    async def main():
        limits, slack = Limits(), Slack()
        slack.refusals = [refusal(*error, **{"Retry-After": "40"})]
        await asyncio.gather(send(limits, slack, "T1", "C1"), send(limits, slack, "T1", "C2"))
        assert slack.times("T1", "C1") == pytest.approx([40])
        assert slack.times("T1", "C2") == [0]

    run(main())


def test_who_stays_limited_hears_for_how_long():
    async def main():
        limits, slack = Limits(), Slack()
        slack.refusals = [refusal({"error": "ratelimited"}, 429, **{"Retry-After": "9"}) for _ in range(4)]
        with pytest.raises(PausedError) as paused:
            await send(limits, slack, "T1", "C1")
        assert paused.value.seconds == 9

    run(main())


def test_other_errors_pass_through():
    async def main():
        slack = Slack()
        slack.refusals = [refusal({"error": "is_archived"})]
        with pytest.raises(SlackApiError, match="is_archived"):
            await send(Limits(), slack, "T1", "C1")

    run(main())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("-3", 0), ("nan", PAUSE), ("inf", PAUSE), ("soon", PAUSE), ("", PAUSE), (None, PAUSE)],
)
def test_a_pause_is_a_number_of_seconds_whatever_the_header_says(header, seconds):
    headers = {} if header is None else {"Retry-After": header}
    assert pause(refusal({"error": "ratelimited"}, 429, **headers)) == seconds


def test_what_is_no_limit_asks_for_no_pause():
    assert pause(refusal({"error": "internal_error"}, 500, **{"Retry-After": "7"})) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [({"error": "is_archived"}, "is_archived"), ({}, ""), ({"error": None}, ""), ("<html>", ""), ([], ""), (b"", "")],
)
def test_the_code_of_whatever_was_answered(data, said):
    answer = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=data, headers={}, status_code=200
    )
    error = SlackApiError("", None)
    error.response = answer
    assert code(error) == said
