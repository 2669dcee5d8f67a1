"""What a sentence states and the texts do not: names, strong claims, comparisons."""

import pytest

from brief.writing.grounding import Evidence, Problem, checked, problems

TEXT = (
    "TidePool: practice grounds for shop agents. We train Qwen2.5-7B and GPT-4o with group relative policy "
    "optimization on ShopBench-v2 and compare with DPO. TidePool outperforms DPO on ShopBench-v2. "
    "Alice Hoover of Baker Institute wrote the Claw-style harness. "
    "We use retrieval-augmented generation and world models."
)
EVIDENCE = Evidence([TEXT])
PLAIN = Evidence(
    ["We study how agents keep a shop in a simulated town and describe what they buy. Zorbo is a baseline."]
)


def kinds(sentence: str, evidence: Evidence) -> set[str]:
    return {problem.kind for problem in problems(sentence, evidence)}


@pytest.mark.parametrize(
    "sentence",
    [
        "TidePool 用 GRPO 训练 Qwen2.5。",
        "TidePool's agents use tidepool and TIDEPOOL and Tide Pool.",
        "用通义千问训练,对比 GPT 4o。",
        "Qwen 2.5 7B on ShopBench v2",
        "Qwen2.5-7B-based agents, GRPO-trained ones, and DPOs",
        "用 RAG 与 LLM、API、GUI、GPU 构建 agent,基于 Transformer 与 Python。",
        "Skim the harness first, then look at its rewards.",
        "Treat it as a baseline. Readers of RL papers: start with the tasks.",
        "Agent 训练的关键:World Model 与 Tool Use。",
        "Alice Hoover 的工作",
        "We suggest: Compare both before reading on; I would.",
        "和 agent rollout、verifier 结合,适合做 benchmark。",
        "重点看 TidePool 的 Claw-style harness",
        "A Recipe for Training Agents With World Models",
    ],
)
def test_names_of_the_text_and_plain_words_are_fine(sentence: str) -> None:
    assert kinds(sentence, EVIDENCE) & {"name", "number"} == set()


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("用 GPT-4 训练。", "GPT-4"),
        ("It trains Qwen3.", "Qwen3"),
        ("It trains Qwen 3 agents.", "Qwen 3"),
        ("用 Qwen2.5-14B 训练。", "Qwen2.5-14B"),
        ("用 GPT-4o-mini 训练。", "GPT-4o-mini"),
        ("用 ShopBench-v3 评测。", "ShopBench-v3"),
        ("用 PPO 训练。", "PPO"),
        ("它用 ppo 训练。", "ppo"),
        ("用 RLOO 训练。", "RLOO"),
        ("值得与 ALFWorld 对比。", "ALFWorld"),
        ("能否迁移到 SWE-bench?", "SWE-bench"),
        ("与 WebArena 对比", "WebArena"),
        ("由清华提出", "清华"),
        ("基于智谱的模型", "智谱"),
        ("The agents beat Zorbo easily.", "Zorbo"),
        ("Mistral was trained.", "Mistral"),
        ("用 llama 训练", "llama"),
        ("用 Falcon 训练", "Falcon"),
        ("It was made by Bob Stanton.", "Stanton"),
        ("It was made at the Harbor Institute.", "Harbor"),
        ("It uses the o3 model.", "o3"),
        ("在 H100 上训练", "H100"),
        ("Deep Planner 方法", "Planner"),
        ("用 TidePool-Plus 训练", "TidePool-Plus"),
        ("用 π0 训练", "π0"),
    ],
)
def test_another_name_is_a_problem(sentence: str, name: str) -> None:
    assert name in {problem.text for problem in problems(sentence, EVIDENCE) if problem.kind == "name"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("由阿里巴巴提出的通义千问", "Qwen 由阿里提出"),
        ("采用强化学习与思维链", "用 RL 与 CoT"),
        ("a mixture of experts", "MoE"),
        ("reinforcement learning with verifiable rewards", "RLVR"),
        ("SWE-Bench Verified", "SWE-bench"),
        ("Llama-3.1-8B-Instruct", "Llama 3.1"),
        ("the AgentR1/Agent-R1 repository", "Agent-R1"),
    ],
)
def test_a_name_may_be_written_in_other_ways(text: str, name: str) -> None:
    evidence = Evidence([text])
    if name.startswith("Qwen"):
        evidence = Evidence([text, "Qwen"])
    assert kinds(name, evidence) == set()


CLAIMS = {
    "proof": (["It proves that shops stay open.", "证明了商店不会关门。"], "A proof is given.", "给出形式化定理"),
    "guarantee": (["It guarantees profit.", "保证盈利。"], "Profit is guaranteed.", "盈利有保障"),
    "state of the art": (
        ["It sets a state-of-the-art result.", "达到 SOTA。", "最先进的方法"],
        "state of the art",
        "最先进",
    ),
    "first": (
        ["It is the first benchmark of shops.", "首个商店基准。", "首次提出", "唯一的办法"],
        "the first to do so",
        "第一个",
    ),
    "always": (["Agents always win.", "agent 总是赢。", "从不出错"], "Agents never lose.", "始终赢"),
    "complete": (["It completely removes errors.", "彻底消除错误。", "完全自动"], "It is fully automatic.", "完整消除"),
    "solved": (["It solves shop keeping.", "解决了开店问题。"], "We address the problem.", "可以解决"),
    "significant": (["It significantly helps.", "显著提升。", "大幅降低成本"], "a substantial gain", "明显提升"),
    "human": (["It surpasses humans.", "超越人类。", "达到专家水平"], "It reaches human-level skill.", "超过专家"),
    "breakthrough": (["A breakthrough in shops.", "革命性的方法。", "里程碑"], "a paradigm shift", "突破"),
    "largest": (["The largest shop.", "最大的商店"], "the largest one", "最大"),
    "fastest": (["The fastest agent.", "最快的 agent"], "the fastest", "最快"),
    "replaced": (
        ["已经可以取代店员。", "It makes clerks obsolete.", "It can replace them."],
        "It replaces clerks.",
        "替代店员",
    ),
    "immune": (
        ["It is immune to fraud.", "对欺诈免疫。", "It blocks all fraud.", "能抵御所有欺诈"],
        "It prevents fraud.",
        "防住所有欺诈",
    ),
    "settled": (
        ["It settles the question.", "It closes the gap to people.", "难题迎刃而解。", "弥合了差距"],
        "It bridges the gap.",
        "消除差距",
    ),
    "certain": (["It undoubtedly helps.", "毫无疑问,它有用。", "注定如此"], "It is proven to help.", "必然有用"),
    "astonishing": (["An astonishing gain.", "结果惊人。"], "A remarkable gain.", "令人意外"),
    "universal": (["It works on any shop.", "适用于所有商店。"], "It is general.", "任意商店"),
    "flawless": (["It is flawless.", "毫无瑕疵。"], "It is completely right.", "完全正确"),
    "free": (["It comes at no cost.", "零成本"], "The overhead is negligible.", "开销可忽略"),
    "top": (["It is second to none.", "在榜单上登顶。", "业界第一"], "the best of all", "领先"),
    "profession": (
        ["It is better than professional doctors.", "翻译质量已超过专业译员。", "与医生水平相当。"],
        "Its gap to physicians closes: it matches experts.",
        "超过译员与医生",
    ),
    "least": (["The cheapest agent.", "成本最低"], "the lowest", "最低"),
    "best": (
        ["The best agent.", "最强的 agent", "最好的方法", "效果最佳", "the most capable agent"],
        "the best",
        "最优",
    ),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_strong_claim_needs_one_in_the_text(claim: str) -> None:
    sentences, english, chinese = CLAIMS[claim]
    for sentence in sentences:
        assert "claim" in kinds(sentence, PLAIN), sentence
        assert "claim" not in kinds(sentence, Evidence([english])), sentence
        assert "claim" not in kinds(sentence, Evidence([chinese])), sentence


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "First read the tasks, then the rewards.",
            "首先看任务,其次看奖励,最后看成本。",
            "The first step is the harness.",
        ),
        *(
            "最近的工作最终如何?",
            "最值得看的是环境设计。",
            "最好先看任务。",
            "最大的疑问是成本。",
            "Read it at best twice.",
        ),
        *(
            "It works only when agents buy.",
            "只有在买东西时才有效,仅此而已。",
            "Most of the agents buy.",
            "the last one",
        ),
        *("Best-of-N sampling is a fit; it is best read with care.", "是否总是成立?", "能否超越人类?"),
        *(
            "It might be the best choice.",
            "可能显著优于现状。",
            "It is not always so.",
            "它并不完全自动。",
            "并未证明这一点。",
        ),
        *("Whether it is the first one is open.", "如果完全自动,则成本更低。", "唯一性", "最小化成本与最大化收益"),
        *(
            "建议对比其差异,比如买什么。",
            "Unlike a benchmark, it lives on.",
            "It improves on long-horizon shop tasks.",
            "Non-dominated sorting of what agents buy; buying dominates what they do, and it falls short.",
            "与静态环境不同。",
            "超过 3 个",
            "more than a shop",
        ),
        *("它比单点任务更贴近真实环境。", "占比与比例", "比较两者", "It is worth reading rather than skimming."),
    ],
)
def test_plain_words_are_no_claims(sentence: str) -> None:
    assert kinds(sentence, PLAIN) & {"claim", "comparison"} == set()


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "It outperforms Zorbo.",
            "It is better than Zorbo.",
            "优于 Zorbo。",
            "比 Zorbo 更准确。",
            "It surpasses strong baselines.",
        ),
        *(
            "It is faster than Zorbo.",
            "比 Zorbo 快。",
            "超过 Zorbo。",
            "It needs fewer steps than Zorbo.",
            "相比 Zorbo 提升明显。",
        ),
        *(
            "与 Zorbo 相当。",
            "It is on par with Zorbo.",
            "It lags behind Zorbo.",
            "不如 Zorbo。",
            "It improves upon Zorbo.",
        ),
        *("击败了所有基线", "领先于 Zorbo", "比基线更省"),
        *("It overtakes Zorbo.", "It tops Zorbo.", "It edges out Zorbo.", "It needs far less memory than Zorbo."),
        *("It is more patient than Zorbo.", "It has a lower lag than Zorbo.", "It trails Zorbo."),
        *(
            "收益大于 Zorbo。",
            "延迟短于 Zorbo。",
            "吊打 Zorbo。",
            "输给 Zorbo。",
            "与 Zorbo 不相上下。",
            "跑赢 Zorbo。",
        ),
    ],
)
def test_a_comparison_needs_one_in_the_text(sentence: str) -> None:
    assert "comparison" in kinds(sentence, PLAIN)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *(
            ("It outperforms Zorbo.", "优于 Zorbo。"),
            ("It improves accuracy by 3% over Zorbo.", "相比 Zorbo 提升 3%。"),
        ),
        *(("It is 3x faster than Zorbo.", "比 Zorbo 快 3 倍。"), ("It cuts the cost of Zorbo.", "成本低于 Zorbo。")),
        *(
            ("It matches Zorbo.", "与 Zorbo 相当。"),
            ("优于 Zorbo。", "It beats Zorbo."),
            ("落后于 Zorbo", "不如 Zorbo"),
        ),
        ("We compare with Zorbo. Ours is better.", "Ours is better than Zorbo."),
    ],
)
def test_a_comparison_of_the_text_is_fine(text: str, sentence: str) -> None:
    assert kinds(sentence, Evidence([text])) == set()


def test_a_comparison_is_with_what_the_text_compares() -> None:
    evidence = Evidence(["TidePool builds on Zorbo. It opens shops. It sells. It outperforms Quux by far."])
    assert kinds("TidePool 优于 Quux。", evidence) == set()
    assert kinds("TidePool 优于 Zorbo。", evidence) == {"comparison"}


COMPARED = Evidence(
    [
        (
            "TidePool keeps shops. TidePool outperforms Quux, and it needs fewer steps than greedy search. "
            "On TownMart the two are level. We find no evidence that larger shops profit more. "
            "Mori scores 71.5% and Zorbo 68.3%. Training raises the score from 3% to 5%, without labels of clerks."
        )
    ]
)


@pytest.mark.parametrize(
    "sentence",
    [
        *("TidePool 比 greedy search 步数更少。", "It needs fewer steps than greedy search.", "Mori 优于 Zorbo。"),
        *("TidePool 优于 Quux。", "没有证据表明大店优于小店。", "It does not beat Zorbo.", "低于 Mori 的 71.5%。"),
    ],
)
def test_what_the_text_compares_may_be_compared(sentence: str) -> None:
    assert kinds(sentence, COMPARED) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        *("TidePool 优于 nucleus sampling。", "It beats human clerks.", "Quux 优于 TidePool。"),
        *("Quux outperforms TidePool.", "在 TownMart 上,TidePool 优于 Quux。", "步数少于 Mori。"),
    ],
)
def test_what_the_text_does_not_compare_may_not(sentence: str) -> None:
    assert "comparison" in kinds(sentence, COMPARED)


def test_what_the_text_denies_bears_out_nothing() -> None:
    evidence = Evidence(["We find no evidence that larger shops profit more than small ones."])
    assert kinds("大店收益大于小店。", evidence) == {"comparison"}


@pytest.mark.parametrize(
    "sentence",
    [
        *("Reproduce the smallest setting first.", "先复现最小的设置。", "Start with the simplest baseline."),
        *("建议从最简单的基线开始。", "可以先用最便宜的模型跑通。", "You should try the cheapest model."),
    ],
)
def test_what_the_reader_should_choose_is_no_claim(sentence: str) -> None:
    assert kinds(sentence, PLAIN) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        *("Rain is not simulated.", "Settlement takes days.", "Annotator-dependent noise is left out.", "Thirty shops"),
        *("Wander through town. Fetch its goods.", "来自 3 家医院与一家公司", "合作大学没有参与", "面向医院与实验室"),
    ],
)
def test_plain_words_are_no_names(sentence: str) -> None:
    assert "name" not in kinds(sentence, PLAIN)


@pytest.mark.parametrize(
    ("text", "sentence", "named"),
    [
        ("It solves ShopBench Verified.", "It solves ShopBench Pro.", "ShopBench Pro"),
        ("It runs Qwen2.5-7B.", "It runs Qwen2.5 Max.", "Qwen2.5 Max"),
        ("Policies resist opponents.", "It runs on Pro hardware, by Pro.", "Pro"),
        ("It holds 15 wards.", "数据来自协和医院。", "协和医院"),
        ("It holds 15 wards.", "由慕尼黑工业大学提出。", "慕尼黑工业大学"),
    ],
)
def test_another_of_a_family_and_an_institution_are_names(text: str, sentence: str, named: str) -> None:
    assert Problem("name", named) in problems(sentence, Evidence([text]))


def test_a_chinese_institution_may_translate_an_english_one() -> None:
    assert kinds("由慕尼黑工业大学提出。", Evidence(["the Technical University of Munich"])) == set()


def test_checked_has_the_names_in_order() -> None:
    assert checked("DPO 与 GRPO 训练 Qwen2.5,再用 PPO。", EVIDENCE) == ("DPO", "GRPO", "Qwen2.5")


@pytest.mark.parametrize(
    "sentence", ["一个方向:DPO 的第一步。", "First, DPO is one step, with two gaps.", "DPO 有两个看点。"]
)
def test_checked_leaves_out_what_claims_nothing(sentence: str) -> None:
    assert checked(sentence, Evidence(["DPO has one first of two steps, the 1st; zero. 第一个, 零"])) == ("DPO",)


@pytest.mark.parametrize("named", ["Tide Pools: Raw Corpora for 12 Shop Agents", "Tide Pools"])
def test_checked_names_a_title_whole(named: str) -> None:
    evidence = Evidence(["Tide Pools: Raw Corpora for 12 Shop Agents\nWe keep 30 shops and train Zorbo."])
    assert checked(f"先读《{named}》,它用 30 家店训练 Zorbo。", evidence) == (named, "30", "Zorbo")
