"""What a sentence states and the texts do not: numbers, dates, ids, links, and the promises of the module."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.writing.grounding import SENTENCE_LIMIT, Evidence, Problem, checked, problems

TEXT = (
    "TidePool: practice grounds for agents that keep shops. The set holds 13.5K synthesized tasks in 260 workspaces, "
    "built from 4,200 recipes in three stages. Qwen2.5-7B trained on it for 21 days with $20M of simulated sales "
    "reaches 62.5% on ShopBench, 12.3 percentage points above DPO, and runs 2.5x faster than before at half the cost. "
    "Between 10 and 15% of the orders fail; two orders of magnitude fewer calls are made. "
    "Posted on April 29, 2026 as arXiv:2604.12345v1; code: https://github.com/tide/pool and a ratio of 1:10."
)
EVIDENCE = Evidence([TEXT])
CHINESE_TEXT = (
    "我们发布 1.35 万个任务,准确率达到百分之六十二点五,速度提升三倍,"
    "成本降低一半,参数量为 70 亿,于 2026 年 4 月 29 日公开。"
)
CHINESE = Evidence([CHINESE_TEXT])


def kinds(sentence: str, evidence: Evidence = EVIDENCE) -> set[str]:
    return {problem.kind for problem in problems(sentence, evidence)}


@pytest.mark.parametrize(
    "sentence",
    [
        "It has 13,500 tasks.",
        "It has 13.5 thousand tasks.",
        "共 1.35 万个任务。",
        "共约13500个任务。",
        "共 13.5k 条任务,分三个阶段。",
        "四千二百份配方,260 个 workspace。",
        "模拟交易额约 2000 万美元。",
        "About 20 million dollars in sales.",
        "The 7B model; a model of 7 billion parameters.",
        "一个 70 亿参数的模型。",
        "训练了二十一天。",
        "Twenty-one days of training.",
        "准确率为 62.5 percent。",
        "准确率为６２．５％。",
        "准确率为百分之六十二点五。",
        "It gains 12.3 pp.",
        "高出 12.3 个百分点。",
        "快 2.5 倍。",
        "It is 2.5 times as fast.",
        "成本减半,只要 50%。",
        "One half of the cost.",
        "失败率 10%-15%。",
        "10–15% of orders fail.",
        "调用少了 100 倍,即两个数量级。",
        "数千份配方,数百个 workspace。",
        "Thousands of recipes.",
        "比例为 1:10。",
        "两点值得看,一个是环境。",
        "Two things to read first, one to skip.",
        "第一,看任务;第三,看奖励。",
        "看三件事:任务、奖励、成本。",
        "第3篇可以替换。",
        "进一步统一各种十分常见的万能工具,千万不要举一反三。",
        "(1) the tasks; (2) the reward",
    ],
)
def test_a_number_may_be_written_in_any_way(sentence: str) -> None:
    assert kinds(sentence) & {"number"} == set()


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("It has 13.4K tasks.", "13.4K"),
        ("It has 13.5M tasks.", "13.5M"),
        ("共 1.34 万个任务。", "1.34 万"),
        ("13.5K tokens are read.", "13.5K"),
        ("用了 13.5K 个 token。", "13.5K"),
        ("It takes 21 hours.", "21"),
        ("准确率为 62.5。", "62.5"),
        ("有 62.5 个。", "62.5"),
        ("260% of them", "260%"),
        ("快 12.3 倍。", "12.3 倍"),
        ("比例 12.3%。", "12.3%"),
        ("It doubles the speed.", "doubles"),
        ("速度翻倍。", "翻倍"),
        ("提升两倍。", "两倍"),
        ("五个阶段。", "五"),
        ("Seven stages.", "Seven"),
        ("三十个阶段。", "三十"),
        ("耗时两小时。", "两"),
        ("A third of the orders fails: one third.", "one third"),
        ("三分之一失败。", "三分之一"),
        ("六成失败。", "六成"),
        ("数十万个任务。", "数十万"),
        ("Millions of tasks.", "Millions"),
        ("在 10^5 步后。", "10^5"),
        ("在 10⁵ 步后。", "10^5"),
        ("比例为 1:20。", "1:20"),
        ("ranks third of 4/5", "4/5"),
        ("花费 ๑๗ 元", "17"),
        ("It fails 3/436 orders, under 1/8.", "3/436"),
        ("The shop of level 8) is full.", "8"),
        ("看四件事:任务、奖励、成本。", "四"),
        ("三个数量级。", "三个数量级"),
    ],
)
def test_another_number_is_a_problem(sentence: str, number: str) -> None:
    assert Problem("number", number) in problems(sentence, EVIDENCE)


@pytest.mark.parametrize(
    "sentence",
    [
        *("13,500 tasks", "62.5% accuracy", "three times as fast", "half the cost", "7B parameters", "April 29, 2026"),
        *("13.5K 任务", "4 月 29 日", "2026-04", "In 2026"),
    ],
)
def test_a_chinese_text_bears_out_both_languages(sentence: str) -> None:
    assert problems(sentence, CHINESE) == ()


@pytest.mark.parametrize("sentence", ["12,500 tasks", "6.25% accuracy", "4x as fast", "8B", "April 28", "2025-04"])
def test_a_chinese_text_does_not_bear_out_other_numbers(sentence: str) -> None:
    assert problems(sentence, CHINESE)


@pytest.mark.parametrize(
    "text",
    [
        *(r"a gain of $2.3\%$ over it", r"a gain of 2.3\% over it", r"a gain of \textbf{2.3}\% over it", "2.3 % more"),
        "$2.3$% more",
    ],
)
def test_latex_is_read_through(text: str) -> None:
    assert problems("提升 2.3%。", Evidence([text])) == ()
    assert kinds("提升 2.4%。", Evidence([text])) == {"number"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (r"$13.5\times$ faster", "快 13.5 倍"),
        ("13.5times faster", "13.5x"),
        (r"$10^{5}$ steps", "100,000 步"),
        (r"10{,}000 steps", "1 万步"),
        (r"about $\sim$80 steps", "约 80 步"),
        (r"a gain of 15\,pp", "15 个百分点"),
        ("1.5 x more", "1.5 倍"),
        ("from 3 to 7B", "3B 到 7B"),
        ("a 3.5--7 times gain", "3.5 到 7 倍"),
        ("3D scenes and triplets", "三维场景"),
        ("solves 3 out of 5", "60%"),
        ("an accuracy of 0.62", "62%"),
    ],
)
def test_a_text_may_write_its_numbers_in_any_way(text: str, sentence: str) -> None:
    assert kinds(sentence, Evidence([text])) & {"number"} == set()


@pytest.mark.parametrize(
    "sentence",
    ["2026-04-29", "April 29", "29 Apr 2026", "2026 年 4 月 29 日", "4 月 29 日", "2026/04/29", "April 2026"],
)
def test_a_date_may_be_written_in_any_way(sentence: str) -> None:
    assert problems(f"Posted {sentence}.", EVIDENCE) == ()
    assert checked(f"Posted {sentence}.", EVIDENCE) == (sentence,)


@pytest.mark.parametrize(
    "sentence", ["2026-04-30", "April 28", "2025 年 4 月 29 日", "5 月 29 日", "March 2026", "26 日"]
)
def test_another_date_is_a_problem(sentence: str) -> None:
    assert kinds(f"Posted {sentence}.") == {"date"}


@pytest.mark.parametrize(
    "sentence", ["See 2604.12345.", "见 arXiv:2604.12345v1。", "见github.com/tide/pool。", "www.github.com"]
)
def test_ids_and_links_of_the_text_are_fine(sentence: str) -> None:
    assert problems(sentence, EVIDENCE) == ()


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        *(("See 2604.12346.", "id"), ("见2604.12345v2。", "id"), ("math/0701001", "id"), ("10.1145/11.22", "id")),
        *(("https://github.com/tide/other", "link"), ("见example.com,", "link"), ("www.tide.cn", "link")),
        *(("tide.io/pool", "link"), ("[page](http://a.b)", "link"), ("write to me@tide.org", "link")),
    ],
)
def test_another_id_or_link_is_a_problem(sentence: str, kind: str) -> None:
    assert kind in kinds(sentence)


def test_checked_lists_what_was_found_as_written() -> None:
    sentence = "TidePool 有 1.35 万个任务,TidePool 让 Qwen2.5-7B 高出 12.3 个百分点,达到 99%。"
    assert checked(sentence, EVIDENCE) == ("TidePool", "1.35 万", "Qwen2.5-7B", "12.3 个百分点")
    assert problems(sentence, EVIDENCE) == (Problem("number", "99%"),)


def test_without_texts_every_number_is_a_problem() -> None:
    assert kinds("3 tasks", Evidence([])) == {"number"}
    assert problems("", Evidence([])) == ()


@settings(deadline=None)
@given(
    st.text(max_size=300)
    | st.text(alphabet="0123456789.,-:/^%x×一三十百千万亿点分之成第年月日KMB $\\{}aA ", max_size=80)
)
def test_any_text_is_read_and_finds_itself(text: str) -> None:
    problems(text, EVIDENCE)
    assert isinstance(checked(text, Evidence([text])), tuple)


_SENTENCES = [part.strip() for part in TEXT.split(". ") if part.strip()]


@pytest.mark.parametrize("sentence", _SENTENCES)
def test_a_copied_sentence_has_no_problems(sentence: str) -> None:
    assert problems(sentence, EVIDENCE) == ()


@settings(deadline=None)
@given(
    st.integers(min_value=3, max_value=10**7),
    st.sampled_from(["{} tasks", "{}%", "{}x", "{} 个任务", "{} 倍", "{} GB"]),
)
def test_a_copied_number_is_found_and_no_other(value: int, form: str) -> None:
    evidence = Evidence([f"There are {form.format(value)} here"])
    assert problems(form.format(f"{value:,}"), evidence) == ()
    assert kinds(form.format(value + 1), evidence) == {"number"}
    assert kinds(form.format(f"{value}.5"), evidence) == {"number"}


@settings(deadline=None)
@given(st.text(alphabet=string.printable + "一二三,。", max_size=3000))
def test_what_is_beyond_the_limit_is_not_read(text: str) -> None:
    assert problems(text, EVIDENCE) == problems(text[:SENTENCE_LIMIT], EVIDENCE)


@pytest.mark.parametrize("piece", ["A", "1", "1,", "一", "亿", "one hundred ", "1/", "超过", "$1 ", "1e9", "9分之9"])
def test_endless_texts_are_read(piece: str) -> None:
    problems(piece * 2000, Evidence([piece * 20_000]))
    assert problems("3 tasks", Evidence([piece * 20_000, "3 tasks"])) == ()
