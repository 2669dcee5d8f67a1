"""Ten ways to say the same, and ten to say more: classes of sentences that the check of grounding has to tell apart."""

import pytest

from brief.writing.grounding import Evidence, problems

PLANNER = (
    "Murk: a planner for robots. Murk reaches 71.5% on CALVIN, 4.2 points above OpenVLA, with the lowest "
    "collision rate (0.8%) among all planners, and runs at 12 Hz on one RTX 4090. We train for 3 days on "
    "8 H100 GPUs with 1.2M frames of 40 tasks. Ablations remove memory, vision or language. The best "
    "variant uses 64 tokens. Murk is the first planner that replans while it moves. Human raters (n = 24)"
    " preferred Murk in 58% of cases. Latency falls from 900 ms to 300 ms. Released in June 2025."
)
SAME = [
    ("It waits 540 ms.", ["It waits 0.54 s.", "延迟 0.54 秒。", "延迟 540 毫秒。", "It waits 0.54 seconds"]),
    (
        "Training takes 90 minutes on 48 GB.",
        ["训练一个半小时。", "训练 1.5 小时。", "It takes 1.5 hours.", "显存 48G。", "48 GB 显存"],
    ),
    ("The model is 1.5 GB.", ["模型 1500 MB。", "1536 MB"]),
    (
        "The gap is 12 mm, at 16 kHz, 2 kg.",
        ["1.2 cm", "间距 1.2 厘米", "16,000 Hz", "采样率 16 千赫", "2000 g", "0.012 m"],
    ),
    ("It ran for two weeks.", ["14 天", "14 days", "两周"]),
    ("It ran for 36 hours.", ["1.5 days"]),
    ("The melting point is 7.5 °C higher.", ["熔点高 7.5 摄氏度。", "7.5 degrees Celsius"]),
    (
        "An agent keeps shops in Python, Java and Rust.",
        ["只覆盖三种语言。", "Only three languages.", "共三种编程语言", "On all three"],
    ),
    ("We test HotpotQA, MuSiQue, ReDial, and INSPIRED.", ["在四个数据集上", "on all four data sets", "四个基准"]),
    (
        "We study agents.",
        [
            "Step 1: collect traces. Step 2: read them.",
            "第一步收集轨迹,第二步过滤,第三步评估。",
            "(1) collect (2) filter (3) train",
            "Spend thirty minutes on it.",
            "Audit 50 of them by hand.",
            "先看 500 条。",
            "可以先跑 20 条试试。",
            "Start with 100 samples.",
            "Idea: sample 200 traces.",
            "idea:先抽 50 条看看。",
            "建议先标 100 条。",
            "Three things to note.",
            "有三点值得注意。",
            "三个疑问",
            "train with GRPO instead of imitation: worth trying.",
            "Would GRPO help?",
            "能否换成 DPO?",
            "值得与 PPO 对比。",
            "可以试试 LoRA。",
            "Try SFT first, then DPO.",
            "Replace the reward and retrain it with PPO.",
            "建议用 RAG 做基线。",
            "It could be combined with RLVR.",
            "Set aside 2 hours for it.",
            "Read it in ten minutes.",
        ],
    ),
    (
        "Traffic drops from 210 MB to 64 MB.",
        [
            "It drops to less than a third, from 210 MB to 64 MB.",
            "从 210 MB 降到 64 MB,不到三分之一。",
            "from 210 MB to 64 MB, more than three times less",
            "降幅约七成(210 MB 到 64 MB)",
        ],
    ),
    (
        "Raters agree in 77% of cases.",
        ["Roughly three in four (77%) agree.", "约四分之三(77%)一致。", "More than three quarters (77%)"],
    ),
    (
        "The experiment ran in autumn 2025.",
        ["2025 年秋", "fall 2025", "2025 年秋季", "in the autumn", "2025 年", "in 2025", "Autumn of 2025"],
    ),
    (
        "Released on March 5, 2026.",
        [
            "spring 2026",
            "Q1 2026",
            "2026 年第一季度",
            "first quarter of 2026",
            "2026 年春",
            "2026 年上半年",
            "first half of 2026",
            "2026Q1",
        ],
    ),
    ("The number of tokens falls by a factor of 2.7.", ["降到 1/2.7", "2.7 倍", "减少到 1/2.7"]),
    ("It has the lowest latency of all.", ["延迟最低。", "the smallest latency", "最低的延迟"]),
    (
        "It is the most comprehensive benchmark of shops.",
        ["最全面的 benchmark", "最完整的商店基准", "the most complete benchmark"],
    ),
    (
        "It reaches the best accuracy on ReDial.",
        [
            "在 ReDial 上准确率最高。",
            "the highest accuracy on ReDial",
            "ReDial 上 SOTA",
            "达到最佳",
            "the most accurate on ReDial",
        ],
    ),
    ("It is the largest open dataset of shops.", ["规模最大的商店数据集", "the largest dataset", "最大的数据集"]),
    (
        "The gain is largest in loops.",
        ["提升在 loops 上最大。", "在 loop 上最明显", "the gain is biggest in loops", "最突出"],
    ),
    ("It is the fastest agent.", ["最快的 agent", "the quickest"]),
    (
        "It outperforms previous methods on ReDial.",
        [
            "优于现有方法。",
            "It beats existing approaches.",
            "比以往方法更好",
            "It surpasses earlier systems.",
            "优于此前的方法",
        ],
    ),
    ("It outperforms IRCoT and ReAct.", ["优于现有方法。", "It outperforms prior work."]),
    ("It gains 3 points over strong baselines.", ["优于基线。", "It beats the baselines.", "优于以往的方法"]),
    ("X 的召回率优于现有方法,延迟最低。", ["It beats existing methods.", "It has the lowest latency."]),
    ("Failures concentrate in long tasks, the most difficult ones.", ["最难的任务", "the hardest tasks", "最困难"]),
    (
        PLANNER,
        [
            "延迟从 0.9 秒降到 0.3 秒,只有原来的三分之一。",
            "Latency drops from 0.9 s to 0.3 s, a third.",
            "碰撞率最低(0.8%)。",
            "It has the lowest collision rate.",
            "第一个边移动边重规划的规划器。",
            "Murk 是首个能边走边 replan 的 planner。",
            "最佳变体用 64 个 token。",
            "The best variant needs 64 tokens.",
            "训练 3 天,8 张 H100。",
            "72 hours of training",
            "72 小时",
            "消融去掉三个部件。",
            "The three ablations",
            "24 个评审者",
            "24 raters",
            "2025 年夏",
            "Q2 2025",
            "summer 2025",
            "三步:先看消融,再看延迟,最后看数据。",
            "First, rerun the ablation; second, run 20 tasks.",
            "建议先复现最小的变体。",
            "最值得看的是消融。",
            "最关键的问题是数据。",
            "The most interesting part is the ablation.",
            "最容易复现的是延迟实验。",
            "最直接的用法是替换 planner。",
            "最大的风险是数据没有公开。",
            "Could SFT plus DPO reach the same?",
            "能否用 PPO 微调?",
            "这三点可以借鉴。",
            "有两个地方最需要确认。",
            "Compare 3 seeds before trusting it.",
            "适合谁读:做 VLA 的人。",
            "值得花 10 分钟看。",
            "可先用 10 个任务试。",
            "约 120 万帧",
            "1.2 million frames",
            "高出 OpenVLA 4.2 分。",
            "A reader with one afternoon can test it.",
            "推理频率 12 Hz。",
            "Nobody should read more than the ablation.",
        ],
    ),
]

MORE = [
    ("It waits 540 ms.", ["It waits 540 s.", "It waits 5.4 s.", "延迟 0.45 秒", "54 毫秒"]),
    ("Training takes 90 minutes on 48 GB.", ["90 小时", "训练 15 小时。", "48 MB", "4.8 GB", "480G 显存"]),
    ("We study agents in Python, Java and Rust.", ["四种语言", "Only five languages.", "3,000 files"]),
    (
        "We study agents.",
        [
            "It trains on 50 shops.",
            "It uses GRPO.",
            "用 GRPO 训练。",
            "该方法先用 SFT。",
            "The authors audit 50 of them.",
            "Start with the 300-task subset.",
            "Reproduce its 62% first.",
            "五个模块",
            "The policy was trained with PPO and could be faster.",
            "Three modules are used.",
            "Try Qwen3 first.",
            "值得与 ALFWorld 对比。",
            "共 500 条",
            "Step 12 is hard",
            "Would Llama help?",
            "模型可以用 GRPO 训练。",
        ],
    ),
    (
        "Traffic drops from 210 MB to 64 MB.",
        [
            "It drops by half, from 210 MB to 64 MB.",
            "a tenth",
            "五分之一",
            "从 210 MB 降到 64 MB,不到五分之一。",
            "It halves.",
        ],
    ),
    ("Raters agree in 77% of cases.", ["Nine in ten (77%) agree.", "一半(77%)", "two thirds"]),
    (
        "The experiment ran in autumn 2025.",
        [
            "spring 2025",
            "2025 年春",
            "Q1 2025",
            "in spring",
            "2025 年第二季度",
            "2025 年上半年",
            "autumn 2024",
            "last summer",
            "去年夏天",
        ],
    ),
    ("Released on March 5, 2026.", ["autumn 2026", "Q3 2026", "2026 年第三季度", "2026 年下半年", "Q1 2025"]),
    (
        "An agent at low latency has the best accuracy on ReDial. The wall is large.",
        [
            "延迟最低。",
            "the lowest latency",
            "the fastest agent",
            "最快的 agent",
            "the largest dataset",
            "最大的数据集",
            "the most comprehensive agent",
            "最完整的 agent",
            "最系统的研究",
            "the most realistic wall",
            "最通用的 agent",
            "the most elegant wall",
            "最优雅的设计。",
            "最快",
            "the cheapest",
            "最便宜",
            "the first of its kind",
            "首个",
            "SOTA wall",
            "the safest agent",
            "最鲁棒的方法",
            "the most diverse shops",
            "最难的任务",
            "最具影响力的工作。",
            "最轻量的模型。",
        ],
    ),
    (
        "Accuracy improves in 31 languages. Keeping 10% gains 6.3 points over no filtering.",
        [
            "It outperforms earlier methods.",
            "优于现有方法。",
            "比以往方法更好",
            "It beats existing pipelines.",
            "It surpasses prior work.",
            "超过此前所有模型",
            "It is better than previous systems.",
            "胜过同类工具",
        ],
    ),
    (
        PLANNER,
        [
            "the fastest planner",
            "最快的规划器",
            "the most general planner",
            "最安全的机器人。",
            "12 kHz",
            "3 周",
            "300 s",
            "900 minutes",
            "降到十分之一",
            "2024 年夏",
            "Q3 2025",
            "winter 2025",
            "five ablations",
            "去掉四个模块",
            "九张 GPU",
            "用 GRPO 训练。",
            "共 25 位评审者",
            "the largest robot dataset",
            "规模最大的机器人数据集",
            "最通用",
            "the lowest latency",
            "推理速度达到业界最佳",
        ],
    ),
]


def _each(table: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    return [(text, sentence) for text, sentences in table for sentence in sentences]


@pytest.mark.parametrize(("text", "sentence"), _each(SAME))
def test_what_a_text_says_may_be_said_so(text: str, sentence: str) -> None:
    assert problems(sentence, Evidence([text])) == ()


@pytest.mark.parametrize(("text", "sentence"), _each(MORE))
def test_what_a_text_does_not_say_may_not(text: str, sentence: str) -> None:
    assert problems(sentence, Evidence([text]))
