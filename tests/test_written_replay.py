"""The brief of a real day, written by a scripted good model through the command line, beside one made by hand."""

import asyncio
import re
from pathlib import Path

import pytest

from brief.models import Brief
from tests.fakes.llm import FakeLLM
from tests.fakes.llm_good import good
from tests.test_replay import paperboy, replay

DAY = "2026-05-01"
# What every section and entry of a brief is headed by: by hand, and here.
SECTIONS = {
    "time range": ("时间范围", "时间范围"),
    "sources": ("检索来源", "检索来源"),
    "overview": ("一句话总览", "一句话总览"),
    "recommendations": ("重点推荐", "重点推荐"),
    "links": ("链接", "链接"),
    "source": ("来源：", "来源："),
    "date": ("日期", "日期"),
    "categories": ("类别", "类别"),
    "contribution": ("一句话核心贡献", "一句话核心贡献"),
    "why": ("为什么值得关注", "为什么值得关注"),
    "relation": ("方向的关系", "方向的关系"),
    "scan": ("其他值得扫读的论文", "其他值得扫读的论文"),
    "judgement": ("快速判断", "快速判断"),
    "must-reads": ("今日最值得精读的", "今日最值得精读的"),
    "focus": ("读法重点", "读法重点"),
    "stand-in": ("候补", "候补"),
    "repositories": ("今日最值得跟进的", "今日最值得跟进的"),
    "look at": ("关注点", "关注点"),
    "more to follow": ("补充可跟进", "补充可跟进"),
    "ideas": ("研究机会", "研究机会"),
    "question": ("关键问题：", "关键问题："),
    "reliability": ("来源访问与可靠性备注", "来源访问与可靠性备注"),
}


def order(text: str, side: int) -> list[str]:
    """Return the sections of a brief in the order in which they first appear; the missing ones are left out."""
    plain = re.sub(r"[*\\]", "", text).replace(":", "：")
    places = {name: plain.find(headed[side]) for name, headed in SECTIONS.items()}
    return sorted((name for name, place in places.items() if place >= 0), key=places.__getitem__)


@pytest.fixture(scope="module")
def made(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Brief, int]:
    """The brief as Markdown and as it is stored, and how many questions the model was asked in all."""
    return asyncio.run(_made(shared, tmp_path_factory.mktemp("written")))


async def _made(shared: Path, data: Path) -> tuple[str, Brief, int]:
    async with FakeLLM(good) as llm, replay(shared) as base:
        model = {"LLM_MODEL": llm.model, "LLM_BASE_URL": llm.url, "LLM_API_KEY": llm.key, "BRIEF_LANGUAGE": "zh"}
        words = ("brief", "--date", DAY, "--format")
        code, text, errors = await paperboy(base, data, *words, "markdown", **model)
        assert code == 0, errors
        code, stored, errors = await paperboy(base, data, *words, "json", **model)
        assert code == 0, errors
        return text, Brief.model_validate_json(stored), len(llm.asked)


def test_every_section_stands_where_it_stands_by_hand(made, shared):
    text, _, _ = made
    by_hand = order((shared / "reference-brief.md").read_text(encoding="utf-8"), 0)
    assert len(by_hand) == len(SECTIONS)
    assert order(text, 1) == by_hand


def test_every_part_is_the_model_s(made):
    _, brief, _ = made
    parts = [
        brief.overview,
        *(part for p in brief.picks for part in (p.card.contribution, p.card.why, p.card.relation, p.reason)),
        *(part for p in brief.scan for part in (p.card.contribution, p.card.judgement)),
        *(brief.find(i).card.focus for i in brief.must_reads),
        *(one.focus for one in brief.follow),
        *(part for idea in brief.ideas for part in (idea.body, idea.question)),
    ]
    assert all(part for part in parts)
    share = sum(s.origin == "model" for part in parts for s in part) / sum(len(part) for part in parts)
    assert share >= 0.9  # the rest is what the model quoted of an abstract and the check took for a claim
    assert brief.author.kind == "model"
    assert brief.author.notes == ()


def test_the_brief_is_as_long_as_one_by_hand(made):
    _, brief, _ = made
    assert (len(brief.picks), len(brief.scan), len(brief.must_reads), len(brief.follow)) == (5, 13, 3, 3)
    assert brief.stand_in
    assert brief.more_follow
    assert 1 <= len(brief.ideas) <= 3
    assert all(len(idea.papers) >= 2 and idea.question for idea in brief.ideas)


def test_showing_it_again_asks_nothing(made):
    _, brief, asked = made
    assert brief.author.calls == asked
