import datetime as dt

import pytest

from brief.models import Language
from brief.writing.phrases import Phrases


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (1111, "1,111th"),
    ],
)
def test_english_ordinals(number: int, wanted: str) -> None:
    assert Phrases("en", 2026).format("{n:th}", n=number) == wanted


def test_english_numbers_agree_with_their_words() -> None:
    written = [Phrases("en", 2026).format("{n:vote|votes}", n=n) for n in (0, 1, 2, 1400)]
    assert written == ["0 votes", "1 vote", "2 votes", "1,400 votes"]


@pytest.mark.parametrize(
    ("language", "style", "wanted"),
    [
        ("en", "day", "4 May"),
        ("en", "date", "4 May 2026"),
        ("en", "month", "May 2026"),
        ("zh", "day", "5 月 4 日"),
        ("zh", "date", "2026 年 5 月 4 日"),
        ("zh", "month", "2026 年 5 月"),
    ],
)
def test_dates(language: Language, style: str, wanted: str) -> None:
    assert Phrases(language, 2026).format(f"{{day:{style}}}", day=dt.date(2026, 5, 4)) == wanted


@pytest.mark.parametrize(("language", "wanted"), [("en", "4 May 2026"), ("zh", "2026 年 5 月 4 日")])
def test_a_day_of_another_year_names_its_year(language: Language, wanted: str) -> None:
    assert Phrases(language, 2027).format("{day:day}", day=dt.date(2026, 5, 4)) == wanted


@pytest.mark.parametrize(
    ("language", "names", "plain", "quoted"),
    [
        ("en", ("A",), "A", "“A”"),
        ("en", ("A", "B"), "A and B", "“A” and “B”"),
        ("en", ("A", "B", "C"), "A, B and C", "“A”, “B” and “C”"),
        ("zh", ("甲", "乙", "丙"), "甲、乙和丙", "“甲”“乙”和“丙”"),
    ],
)
def test_lists(language: Language, names: tuple[str, ...], plain: str, quoted: str) -> None:
    phrases = Phrases(language, 2026)
    assert phrases.format("{names}", names=names) == plain
    assert phrases.format("{names:quoted}", names=names) == quoted


def test_chinese_and_latin_stand_apart_and_chinese_together() -> None:
    phrases = Phrases("zh", 2026)
    assert phrases.say("judgement.direction", direction="LLM 推理") == "最接近“LLM 推理”"
    assert phrases.say("why.organization", organization="清华大学") == "来自清华大学。"
    assert phrases.say("relation.direction", direction="推理", words=("agent", "奖励")).endswith("命中 agent 和奖励）")


def test_only_templates_whose_facts_are_known_are_said() -> None:
    assert Phrases("en", 2026).say_known("follow.repo", {"stars": 3, "pushed": None}) == ["3 stars"]
    with pytest.raises(KeyError):
        Phrases("en", 2026).say("follow.repo.stars")
