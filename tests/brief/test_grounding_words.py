"""What a sentence states and the texts do not: names, strong claims, comparisons."""

import pytest

from brief.writing.grounding import Evidence, checked, problems

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
        ("值得与 RLOO 对比。", "RLOO"),
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


def test_checked_has_the_names_in_order() -> None:
    assert checked("DPO 与 GRPO 训练 Qwen2.5,再用 PPO。", EVIDENCE) == ("DPO", "GRPO", "Qwen2.5")
