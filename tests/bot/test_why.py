"""What /why says: every part of a score with what it rests on, and why a paper is where it is, in both languages."""

import datetime as dt

import pytest
from learning_days import FIRST, Daily, open_services, papers, subject_of
from test_commands import Clock

from brief.models import Paper

NEXT = FIRST + dt.timedelta(days=1)
FAMOUS = Paper(
    id="2605.77777",
    version=3,
    title="Latent reasoning in a latent space",
    abstract="Continuous thought and latent tokens in the hidden states of a language model; no kitchen.",
    authors=("Ada K. Lovelace", "B. Babbage"),
    organization="Analytical Engines Lab",
    published=dt.datetime.combine(FIRST, dt.time(1), dt.UTC),
    updated=dt.datetime.combine(FIRST, dt.time(5), dt.UTC),
    announced="replace",
    comment="Accepted at ICLR 2026",
    listed=FIRST,
    votes=30,
    comments=4,
    mentions=2,
    code="ada/engine",
    code_stars=1200,
    sources=("arxiv", "huggingface"),
)
LISTED = [
    Paper(id=f"2605.7000{n}", title=f"Grapes {n}", listed=FIRST, votes=votes, published=FAMOUS.published)
    for n, votes in enumerate((2, 6, 8, 100))
]
SAID = {
    "en": (
        "relevance",
        "votes: ▲ 30, 8 being usual for papers listed with it",
        "code: code ★ 1,200",
        "discussion: 4 comments, 2 mentions",
        "venue: ICLR",
        "freshness: 4 May 2026",
        "revision: 4 May 2026",
        "followed author: Ada K. Lovelace",
        "followed organization: Analytical Engines Lab",
    ),
    "zh": (
        "相关度",
        "票数：▲ 30，同期上榜论文一般为 8",
        "代码：代码 ★ 1,200",
        "热度：4 条讨论、被提及 2 次",
        "会议：ICLR",
        "新鲜度：2026 年 5 月 4 日",
        "修订：2026 年 5 月 4 日",
        "关注的作者：Ada K. Lovelace",
        "关注的机构：Analytical Engines Lab",
    ),
}


@pytest.fixture
async def anna(settings, store) -> Daily:
    clock = Clock()
    anna = Daily(open_services(settings, store, clock), clock)
    await anna.wakes(FIRST, FAMOUS, *LISTED)
    await anna("/profile + authors: Ada Lovelace; labs: Analytical Engines")
    return anna


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_signal_is_shown_with_what_it_rests_on(anna, language):
    said = await anna.why(FAMOUS, language=language)
    lines = [line.partition("+0.")[2][3:] for line in said.splitlines() if "■ +" in line]
    assert sorted(lines) == sorted(SAID[language])
    ranked = await anna.services.ranked(FIRST, anna.services.profile_of(await anna.chat(), FIRST), {})
    parts = next(item.score.parts for item in ranked if item.paper == FAMOUS)
    assert len(parts) == len(SAID[language])
    assert all(0 < value <= 0.3 for name, value in parts.items() if name != "relevance")


async def test_it_says_why_a_paper_is_not_among_the_five(anna):
    today = papers(FIRST)
    off = " ".join((await anna.why(next(paper for paper in today if subject_of(paper) == "soil"))).split())
    assert "It is not in the brief. Recommendations have to speak clearly" in off
    assert "votes, code and freshness add little" in off
    await anna("/profile avoid: kitchen")
    avoided = " ".join((await anna.why(FAMOUS)).split())
    assert "It is not in the brief. It says something you avoid." in avoided
    assert "−5.00 avoided: kitchen" in avoided
    assert "回避词：kitchen" in await anna.why(FAMOUS, language="zh")
    seen = await anna.wakes(FIRST)
    await anna.wakes(NEXT, *today)
    again = " ".join((await anna.why(next(paper for paper in today if paper.id in seen))).split())
    assert "that are new to you it would stand at place" in again
    assert "An earlier brief showed it." in again


async def test_a_paper_of_another_day_is_placed_among_todays(anna):
    await anna.wakes(NEXT)
    said = " ".join((await anna.why(FAMOUS)).split())
    assert "It is not of 5 May 2026; among that day’s papers it would stand at place" in said
    assert "Only the day’s own papers are recommended." in said
