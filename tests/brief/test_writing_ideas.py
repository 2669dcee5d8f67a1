import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.models import Idea, Language, Paper, Ranked, Score
from brief.profile import Direction, Profile
from brief.writing.extractive import Extractive

NOW = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
PROFILE = Profile(
    name="reader",
    directions=(
        Direction(id="latent", zh="隐空间推理", en="latent reasoning", keywords=("latent reasoning",)),
        Direction(id="rl", zh="强化学习", en="reinforcement learning", keywords=("reinforcement learning",)),
    ),
)
LATENT = Paper(
    id="2604.00001",
    title="DeepPad: Exploration via Latent Pads",
    abstract="Sampling language models repeats itself. We propose DeepPad, which steers hidden states while reasoning.",
)
TRAINING = Paper(
    id="2604.00002",
    title="PadPO: Policies that Explore",
    abstract="We propose PadPO, reinforcement learning for reasoning of language models. It gains over GRPO.",
)
BENCH = Paper(
    id="2604.00003",
    title="PadBench: Coding Tasks for Agents",
    abstract="We introduce PadBench, a benchmark of 20 reasoning tasks for agents built on language models.",
)
AGENT = Paper(
    id="2604.00004",
    title="PadAgent: Agents Trained by Reinforcement Learning",
    abstract="We propose PadAgent, an agent on language models: coding tasks by reinforcement learning.",
)
TWIN = TRAINING.model_copy(
    update={"id": "2604.00005", "title": "LatentPadPO: Policies that Explore a Latent Space of Thought"}
)
SURVEY = Paper(
    id="2604.00006", title="A Survey of Reasoning", abstract="This survey covers reasoning in language models."
)


def ideas(*found: tuple[Paper, str], language: Language = "en", limit: int = 3) -> tuple[Idea, ...]:
    items = [Ranked(paper=p, score=Score(total=1.0, parts={}, directions=(d,) if d else ())) for p, d in found]
    return Extractive(PROFILE, language, [p for p, _ in found], NOW).ideas(items, limit)


def test_a_latent_method_and_a_training_method_make_an_idea() -> None:
    [idea] = ideas((LATENT, "latent"), (TRAINING, "rl"))
    assert idea.title == "DeepPad + PadPO: let the latent signal steer the training rollouts"
    assert idea.papers == (LATENT.id, TRAINING.id)
    assert [s.text for s in idea.body if s.quoted] == [
        "We propose DeepPad, which steers hidden states while reasoning.",
        "We propose PadPO, reinforcement learning for reasoning of language models.",
    ]
    assert idea.steps[0].text.startswith("Use the latent signal of DeepPad when PadPO samples")
    assert "replace “Latent Pads” by" in idea.steps[1].text
    assert idea.question[-1].text.endswith("?")


def test_a_step_that_needs_an_unknown_fact_is_left_out() -> None:
    plain = TRAINING.model_copy(update={"abstract": TRAINING.abstract.replace("over GRPO", "")})
    unnamed = LATENT.model_copy(update={"title": "DeepPad: Latent Pads"})
    [with_baseline] = ideas((unnamed, "latent"), (TRAINING, "rl"))
    assert "Compare with GRPO at equal compute." in [step.text for step in with_baseline.steps]
    [idea] = ideas((unnamed, "latent"), (plain, "rl"))
    assert idea.steps
    assert all("GRPO" not in step.text and "Compare with" not in step.text for step in idea.steps)


def test_agents_are_trained_on_tasks_for_agents() -> None:
    [idea] = ideas((AGENT, "rl"), (BENCH, "rl"), limit=1)
    assert idea.title == "PadAgent + PadBench: train with the one on the tasks of the other"
    assert ideas((TRAINING, "rl"), (BENCH, "rl")) == ()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_pair_once_each_paper_twice_at_most(language: Language) -> None:
    found = [(LATENT, "latent"), (TRAINING, "rl"), (BENCH, "rl"), (AGENT, "rl"), (SURVEY, "rl")]
    written = ideas(*found, language=language)
    assert 2 <= len(written) <= 3
    assert len({frozenset(idea.papers) for idea in written}) == len(written)
    assert max(Counter(p for idea in written for p in idea.papers).values()) <= 2
    assert all(SURVEY.id not in idea.papers for idea in written)
    assert all("？" in idea.question[-1].text or "?" in idea.question[-1].text for idea in written)


@pytest.mark.parametrize(
    "found",
    [
        [],
        [(LATENT, "latent")],
        [(LATENT, ""), (TRAINING, "")],  # the reader works on neither
        [(LATENT, "latent"), (SURVEY, "rl")],  # a survey brings nothing to run
        [(LATENT, "latent"), (TWIN, "rl")],  # both are latent
        [(LATENT, "latent"), (TRAINING.model_copy(update={"title": "PadPO: Policies for Robots"}), "rl")],
        [
            (LATENT.model_copy(update={"abstract": "We propose DeepPad, a latent pad for language models."}), "latent"),
            (TRAINING.model_copy(update={"abstract": "We propose PadPO, a pad. Language models reason."}), "rl"),
        ],  # nothing says that it trains
        [
            (LATENT.model_copy(update={"abstract": "We propose DeepPad, image diffusion in latent space."}), "latent"),
            (TRAINING, "rl"),
        ],  # a latent space of pictures
        [
            (LATENT, "latent"),
            (TRAINING.model_copy(update={"abstract": f"{TRAINING.abstract[:-25]} without training."}), "rl"),
        ],  # training-free
        [
            (LATENT, "latent"),
            (
                TRAINING.model_copy(update={"title": "Policies", "abstract": TRAINING.abstract.replace("PadPO, ", "")}),
                "rl",
            ),
        ],  # a title is no name
        [(LATENT, "latent"), (TRAINING.model_copy(update={"title": "PadPO: Website Policies"}), "rl")],  # other tasks
        [(AGENT, "rl"), (BENCH.model_copy(update={"title": "PadBench: Travel Tasks for Agents"}), "rl")],
        [(AGENT, "rl"), (BENCH.model_copy(update={"abstract": "We hope that PadBench advances benchmarks."}), "rl")],
    ],
)
def test_rather_no_idea_than_a_forced_one(found: list[tuple[Paper, str]]) -> None:
    assert ideas(*found) == ()


def test_the_limit_is_kept() -> None:
    assert len(ideas((LATENT, "latent"), (TRAINING, "rl"), (BENCH, "rl"), (AGENT, "rl"), limit=1)) == 1
    assert ideas((LATENT, "latent"), (TRAINING, "rl"), limit=0) == ()


WORDS = st.lists(
    st.sampled_from(
        ["latent", "reinforcement learning", "benchmark", "We propose", "PadX,", "a", "world model", ".", "$\\x"]
    ),
    max_size=20,
).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS | st.text(max_size=200)), max_size=6), st.sampled_from(["zh", "en"]))
def test_any_papers_give_whole_ideas_or_none(texts: list[tuple[str, str]], language: Language) -> None:
    papers = [Paper(id=f"2604.1000{n}", title=title, abstract=body) for n, (title, body) in enumerate(texts)]
    for idea in ideas(*((p, "rl") for p in papers), language=language):
        assert idea.title
        assert idea.steps
        assert all(s.text and len(s.text) <= 400 for s in (*idea.body, *idea.steps, *idea.question))


def test_a_testbed_may_name_its_tasks_outside_its_claim() -> None:
    bench = Paper(
        id="2604.00007",
        title="PadGym: A Live Benchmark for Agents",
        abstract="We introduce PadGym, a live benchmark for agents. Its tasks are coding tasks in a terminal.",
    )
    [idea] = ideas((AGENT, "rl"), (bench, "latent"))
    assert idea.papers == (AGENT.id, bench.id)


def test_a_model_is_not_a_method_to_leave_out() -> None:
    model = Paper(
        id="2604.00008",
        title="PadLM: A Model for Agents",
        abstract="We present PadLM, a foundation model for coding agents. It writes code.",
    )
    assert ideas((model, "rl"), (BENCH, "latent")) == ()
