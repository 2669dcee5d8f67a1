import datetime as dt
import json
import re
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.models import Card, HubAsset, Language, Paper, Pick, Quiet, Ranked, Repo, Score, Sentence, Text
from brief.profile import Direction, Profile
from brief.writing import phrases
from brief.writing.cues import Kind, Topic
from brief.writing.extractive import Extractive
from brief.writing.phrases import Phrases
from brief.writing.readable import readable
from brief.writing.reading import Reading
from brief.writing.sentences import LONGEST, fold

NOW = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
DAY = dt.date(2026, 4, 30)
PROFILE = Profile(
    name="reader",
    directions=(
        Direction(id="latent", zh="隐空间推理", en="latent reasoning", keywords=("latent reasoning", "hidden state")),
        Direction(id="code", zh="LLM 代码 agent", en="code agents", keywords=("coding agent", "SWE-bench")),
        Direction(id="rl", zh="强化学习", en="reinforcement learning", keywords=("reward", "rollout")),
    ),
)
ABSTRACT = (
    "Coding agents forget what they tried. However, existing memories store text only, which limits reuse. "
    "We propose HidePad, a scratchpad that keeps each hidden state of a coding agent and reads it back by attention. "
    "It first compresses a state, then merges it with the next. "
    "Experiments on SWE-bench Verified and HidePadBench show a gain of 4.5 points over GRPO. "
    "HidePad still fails on tasks longer than an hour."
)


def paper(**fields: Any) -> Paper:
    return Paper(**{"id": "2604.00001", "title": "HidePad: Memory in Hidden States", "abstract": ABSTRACT, **fields})


def ranked(item: Paper, *directions: str) -> Ranked:
    return Ranked(paper=item, score=Score(total=1.0, parts={"relevance": 1.0}, directions=directions))


def card(item: Paper, *directions: str, language: Language = "en", day: Iterable[Paper] = ()) -> Card:
    return Extractive(PROFILE, language, [item, *day], NOW).card(ranked(item, *directions))


def pick(number: int, *directions: str, title: str = "") -> Pick:
    item = paper(id=f"2604.0000{number}", title=title or f"Name{number}: a Title")
    return Pick(paper=item, score=Score(total=1.0, parts={}, directions=directions))


def said(text: Text) -> str:
    return " ".join(sentence.text for sentence in text)


def quotes(text: Text) -> list[str]:
    return [sentence.text for sentence in text if sentence.quoted]


def parts(whole: Card) -> list[Sentence]:
    return [s for part in (whole.contribution, whole.why, whole.relation, whole.judgement, whole.focus) for s in part]


# -- the card -----------------------------------------------------------------------------------------------------


def test_the_contribution_is_the_claim_and_its_result() -> None:
    contribution = card(paper(), "latent").contribution
    assert [s.origin for s in contribution] == ["abstract", "abstract"]
    assert contribution[0].text.startswith("We propose HidePad")
    assert "4.5 points" in contribution[1].text


def test_a_summary_of_hugging_face_goes_first() -> None:
    first = card(paper(summary="HidePad lets agents  remember.")).contribution[0]
    assert (first.text, first.origin) == ("HidePad lets agents remember.", "summary")


def test_a_short_claim_is_followed_by_how_it_works() -> None:
    item = paper(title="A Note", abstract="We propose L2Q, a small router. It first sorts tokens by their entropy.")
    assert quotes(card(item).contribution) == [
        "We propose L2Q, a small router.",
        "It first sorts tokens by their entropy.",
    ]


def test_without_an_abstract_the_card_says_so() -> None:
    assert "No abstract" in said(card(paper(abstract="")).contribution)
    assert "没有取到摘要" in said(card(paper(abstract=""), language="zh").contribution)


def test_why_counts_votes_against_the_day() -> None:
    day = [paper(id=f"2604.1000{n}", votes=votes, listed=DAY) for n, votes in enumerate((50, 41, 3, 2, 1))]
    item = paper(votes=41, listed=DAY)
    assert "41 votes on Hugging Face, 2nd of 6 papers listed on 30 April." in said(card(item, day=day).why)
    chinese = said(card(item, day=day, language="zh").why)
    assert "41 票" in chinese
    assert "4 月 30 日" in chinese
    assert "排第 2" in chinese


@pytest.mark.parametrize(
    ("votes", "others"),
    [
        (56, ()),  # the rest of its day is not known
        (56, (9, 8, 7)),  # nor here
        (2, (90, 80, 70, 60, 50, 1)),  # the rank would speak against it
    ],
)
def test_a_rank_is_told_only_of_a_known_day_and_of_the_best_third(votes: int, others: tuple[int, ...]) -> None:
    day = [paper(id=f"2604.1000{n}", votes=count, listed=DAY) for n, count in enumerate(others)]
    why = said(card(paper(votes=votes, listed=DAY), day=day).why)
    assert f"{votes} votes on Hugging Face." in why
    assert "listed on" not in why


def test_a_rank_of_another_year_names_the_year() -> None:
    past = dt.date(2025, 12, 3)
    day = [paper(id=f"2604.1000{n}", votes=n, listed=past) for n in range(5)]
    assert "1st of 6 papers listed on 3 December 2025." in said(card(paper(votes=9, listed=past), day=day).why)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"votes": 1}, "1 vote on Hugging Face."),
        ({"votes": 1, "listed": DAY}, "1 vote on Hugging Face."),
        ({"code": "Lab/HidePad", "code_stars": 1400}, "Code: Lab/HidePad, 1,400 stars."),
        ({"code": "Lab/HidePad"}, "Code: Lab/HidePad."),
        ({"organization": "Small Lab"}, "From Small Lab."),
        ({"mentions": 1}, "1 post or page links to it."),
        ({"mentions": 12}, "12 posts and pages link to it."),
        ({"comment": "12 pages, Accepted to ACL 2026 Findings. Code: https://x.org"}, "Accepted to ACL 2026 Findings"),
        (
            {"version": 4, "published": dt.datetime(2025, 10, 2, tzinfo=dt.UTC)},
            "Version 4 of a paper from October 2025.",
        ),
        ({"announced": "replace"}, "A new version of an earlier paper."),
        ({}, "Named in the abstract: SWE-bench Verified."),
    ],
)
def test_why_states_what_was_measured(fields: dict[str, Any], words: str) -> None:
    assert words in said(card(paper(**fields)).why)


@pytest.mark.parametrize("comment", ["Submitted to ACL 2026", "Under review at ICLR", "12 pages, 3 figures", None])
def test_a_paper_only_submitted_names_no_venue(comment: str | None) -> None:
    assert all(s.origin != "comment" for s in card(paper(comment=comment)).why)


def test_why_says_nothing_when_nothing_is_known() -> None:
    assert card(paper(abstract="We propose a router. It sorts tokens.")).why == ()


def test_a_result_in_figures_speaks_for_a_paper_without_signals() -> None:
    abstract = "We propose a router. It gains 12.5 points and 3.1% on tests. It is 40% faster. It sorts tokens."
    assert [s.text for s in card(paper(abstract=abstract)).why] == ["Its result in figures:", "It is 40% faster."]
    assert "40% faster" not in said(card(paper(abstract=abstract, votes=3)).why)


def test_why_ends_with_the_problem_in_the_papers_words() -> None:
    assert quotes(card(paper()).why) == ["However, existing memories store text only, which limits reuse."]


def test_what_the_paper_says_of_itself_is_no_problem_it_takes_up() -> None:
    abstract = "We analyze a challenge that remains. We propose HidePad, a pad of states."
    assert "The problem it takes up:" not in [s.text for s in card(paper(abstract=abstract)).why]


def test_a_benchmark_made_in_the_paper_is_not_named_as_another() -> None:
    abstract = f"{ABSTRACT} We also construct PadTraceBench from runs and test on GSM8K."
    assert "Named in the abstract: SWE-bench Verified and GSM8K." in said(card(paper(abstract=abstract)).why)


def test_the_relation_names_directions_words_and_another_sentence() -> None:
    relation = card(paper(), "code", "latent").relation
    assert (
        relation[0].text == "Touches “code agents” (coding agent and SWE-bench) and “latent reasoning” (hidden state)."
    )
    assert relation[-1].text not in quotes(card(paper()).contribution)
    chinese = card(paper(), "code", "latent", language="zh").relation[0].text
    assert (
        chinese == "对应你的方向“LLM 代码 agent”（命中 coding agent 和 SWE-bench）和“隐空间推理”（命中 hidden state）。"
    )


def test_how_it_works_is_kept_for_the_focus() -> None:
    abstract = (
        "We propose HidePad, a pad for long work of any kind. It stores what a coding agent writes, using attention."
    )
    whole = card(paper(abstract=abstract, summary="It remembers."), "code")
    assert quotes(whole.relation) == []
    assert quotes(whole.focus) == ["It stores what a coding agent writes, using attention."]


def test_a_direction_without_a_word_of_its_own_is_not_named() -> None:
    whole = card(paper(), "rl", "latent")
    assert whole.relation[0].text == "Touches “latent reasoning” (hidden state)."
    assert "closest to “latent reasoning”" in said(whole.judgement)


def test_the_relation_quotes_what_the_paper_does_not_its_problem() -> None:
    abstract = (
        "Every coding agent needs a coding agent. However, no coding agent remembers. We propose HidePad, a scratchpad "
        "of states for long work. A coding agent writes to it."
    )
    assert card(paper(abstract=abstract), "code").relation[-1].text == "A coding agent writes to it."


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Touches “latent reasoning” only in passing; it speaks of hidden state."),
        ({"abstract": "On birds.", "title": "Birds", "votes": 3}, "Outside your directions; it has 3 votes on"),
        ({"abstract": "On birds.", "title": "Birds"}, "Outside your directions."),
    ],
)
def test_a_paper_off_the_directions_is_said_to_be(fields: dict[str, Any], words: str) -> None:
    assert words in said(card(paper(**fields)).relation)


def test_the_relation_names_no_word_that_another_one_says_already() -> None:
    words = ("rewards", "pads", "verifiable rewards", "RL with verifiable rewards")
    profile = Profile(name="p", directions=(Direction(id="rl", zh="RL", en="RL", keywords=words),))
    item = paper(abstract="We study RL with verifiable rewards on pads.")
    found = Extractive(profile, "en", [item], NOW).card(ranked(item, "rl"))
    assert "(pads and RL with verifiable rewards)" in said(found.relation)


@pytest.mark.parametrize(
    ("title", "abstract", "kind"),
    [
        ("A Survey of Agents", "", "survey"),
        ("PadBench: Benchmarking Pads", "", "benchmark"),
        ("Pads", "We introduce PadTest, a benchmark of 20 pads.", "benchmark"),
        ("PadWorld: A Live Environment for Pads", "", "environment"),
        ("Pads", "We present PadWorld, an environment that rewards pads.", "environment"),
        ("PadText: a Corpus of Pads", "", "dataset"),
        ("Pad-2 Technical Report", "", "report"),
        ("Convergence of Pads", "", "theory"),
        ("Do Pads Help?", "We study 12 pads.", "study"),
        ("Do Pads Help?", "We propose PadX, a pad that reads.", "method"),
        ("Serving Pads at Scale: A System", "We propose PadX, which doubles throughput.", "system"),
        ("A Deployed System for On-Call Support", "We introduce PadX, an agent that answers.", "method"),
        (
            "Phone Agents under Threats: Are We There?",
            "We argue that tests are missing. We introduce a suite.",
            "study",
        ),
        ("Pads: Thinking", "We offer PadX, tokens that think. We investigate how to train PadX.", "method"),
        ("From Pads to Agents", "Beyond the survey itself, we contribute three lists.", "survey"),
        ("Pads Are Latent", "This position paper asks what pads are. We study pads.", "position"),
        ("Pads Revisited", "Twelve pads were read for a year.", "unsure"),
        ("A Plain Pad", "We propose PadX, a pad that reads.", "method"),
        ("Position: Pads Must Go", "", "position"),
    ],
)
def test_the_judgement_follows_the_sort_of_paper(title: str, abstract: str, kind: str) -> None:
    item = paper(title=title, abstract=abstract)
    assert Reading(item).kind == kind
    assert card(item).judgement[0].text.startswith(Phrases("en", 2026).say(f"judgement.kind.{kind}"))


def test_a_method_is_judged_by_what_it_is_about() -> None:
    thinking = "We propose HidePad, which lets language models reason in a latent space."
    assert said(card(paper(abstract=thinking)).judgement).startswith("Method in latent space")
    pictures = "We propose HidePad, an image diffusion model with a latent space."
    assert said(card(paper(abstract=pictures)).judgement).startswith("Method paper")
    assert said(card(paper(title="PadRL: Reinforcement Learning", abstract="")).judgement).startswith("Training method")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"abstract": f"{ABSTRACT} Our code will be released at https://github.com/Pads."},
            "code announced in the abstract",
        ),
        ({"comment": "Code is available at https://pads.example"}, "code announced in the authors' comment"),
        ({"abstract": f"{ABSTRACT} The dataset is publicly available."}, "code or data announced in the abstract"),
        ({}, "no code link"),
    ],
)
def test_code_the_authors_announce_is_not_missing(fields: dict[str, Any], words: str) -> None:
    whole = card(paper(**fields))
    assert words in said(whole.judgement)
    assert "://" not in said(whole.judgement)
    assert fields == {} or "no code link" not in said(whole.judgement) + said(whole.focus)


def test_the_judgement_tells_direction_code_and_benchmark() -> None:
    sentence = said(card(paper(code="Lab/HidePad"), "latent").judgement)
    assert "closest to “latent reasoning”; code at Lab/HidePad; the abstract names SWE-bench Verified." in sentence
    assert "没有代码链接" in said(card(paper(), language="zh").judgement)


def test_the_focus_labels_method_test_and_limit() -> None:
    focus = card(paper(summary="HidePad lets agents remember.", abstract=f"{ABSTRACT} We evaluate 12 models.")).focus
    assert [s.text for s in focus if s.text.endswith(":")] == ["How it works:", "How it is tested:", "What to check:"]
    assert quotes(focus)[0].startswith("It first compresses")
    assert quotes(focus)[2].startswith("HidePad still fails")
    assert focus[-1].text.endswith("?")


@pytest.mark.parametrize(
    "sentence",
    [
        "Finally, we identify six directions that use pads.",
        "It remains open whether pads generate better plans.",
        "We hope that pads train better agents.",
        "Our training recipe consists of pads that use pads.",
        "Combining it with asynchronous pads yields up to 2.5x speedup using pads.",
        "Pads can in principle generate any plan, which uses them.",
    ],
)
def test_what_is_no_mechanism_is_not_shown_as_one(sentence: str) -> None:
    focus = card(paper(title="Pads", abstract=f"We propose a plain scratchpad for all. {sentence}")).focus
    assert "How it works:" not in [s.text for s in focus]


@pytest.mark.parametrize(
    "sentence",
    [
        "HidePad extracts feedback from failures.",
        "It adds a mandatory loop breaker for what still remains.",
        "Others cannot.",
    ],
)
def test_a_word_of_failure_is_no_limit_of_the_work(sentence: str) -> None:
    focus = card(paper(abstract=f"We propose HidePad, a pad that keeps states. {sentence}")).focus
    assert "What to check:" not in [s.text for s in focus]


@pytest.mark.parametrize("sentence", ["Whether it scales is an open question.", "Our method cannot read tables."])
def test_a_limit_of_the_work_or_an_open_question_is_to_be_checked(sentence: str) -> None:
    assert sentence in quotes(card(paper(abstract=f"We propose HidePad, a pad that keeps states. {sentence}")).focus)


@pytest.mark.parametrize(
    "abstract",
    [
        ABSTRACT,
        "We introduce PadX, a pad which keeps states.",
        "We introduce PadX, a pad. See code: https://pads.example.",
    ],
)
def test_no_sentence_is_quoted_twice(abstract: str) -> None:
    found = [s.text for s in parts(card(paper(abstract=abstract), "code", "latent")) if s.quoted]
    assert len(found) == len(set(found))


def test_a_study_is_introduced_by_what_it_is_and_asked_its_own_question() -> None:
    abstract = (
        "This study describes the architecture of 12 pads. Furthermore, we identify and present six open directions "
        "of pads, propose pads and compare pads."
    )
    whole = card(paper(title="The Design Space of Pads", abstract=abstract))
    assert whole.contribution[0].text == "This study describes the architecture of 12 pads."
    assert "baseline" not in said(whole.focus)
    assert "no figures" not in said(whole.focus)


def test_a_paper_of_an_unknown_sort_is_asked_nothing() -> None:
    whole = card(paper(title="Pads Revisited", abstract="Twelve pads were read for a year."))
    assert said(whole.judgement).startswith("Check which evidence")
    assert whole.focus == ()


def test_the_focus_asks_for_what_the_abstract_leaves_out() -> None:
    assert "no figures" in said(card(paper(abstract="We propose a router. It sorts tokens.")).focus)
    assert "no method it is compared with" in said(card(paper(abstract="We propose a router. It gains 12.5%.")).focus)
    assert "no code link" in said(card(paper(abstract="We propose a router. It gains 12.5% over a baseline.")).focus)
    assert "no code link" not in said(card(paper(code="a/b")).focus)


# -- the overview, the stand-in, what to follow ---------------------------------------------------------------------


@pytest.mark.parametrize(("language", "phrase"), [("en", "nothing at the weekend"), ("zh", "周末不发布")])
def test_the_overview_counts_names_and_explains(language: Language, phrase: str) -> None:
    writer = Extractive(PROFILE, language, [], NOW)
    text = said(
        writer.overview([pick(1, "latent"), pick(2, "latent", "rl")], considered=1612, unseen=40, quiet=Quiet.WEEKEND)
    )
    for part in ("1,612", "40", "Name1", "Name2", phrase):
        assert part in text
    assert text.index(getattr(PROFILE.directions[0], language)) < text.index(getattr(PROFILE.directions[2], language))


def test_an_empty_overview_recommends_nothing() -> None:
    text = said(Extractive(PROFILE, "en", [], NOW).overview([], considered=1, unseen=1, quiet=None))
    assert text == "1 paper considered, none shown before. None was strong enough to recommend."


def test_a_day_without_papers_says_only_that() -> None:
    text = said(Extractive(PROFILE, "zh", [], NOW).overview([], considered=0, unseen=0, quiet=Quiet.WEEKEND))
    assert text == "这几天没有取到论文。"


def test_the_stand_in_is_of_another_direction_when_one_is() -> None:
    writer = Extractive(PROFILE, "en", [], NOW)
    picks = [pick(1, "latent"), pick(2, "latent"), pick(3, "code"), pick(4, "code"), pick(5, "rl")]
    assert writer.stand_in(picks)[0] == "2604.00005"
    assert (
        said(writer.stand_in(picks)[1])
        == "If “reinforcement learning” matters more to you today, read Name5 in place of Name3."
    )
    assert said(writer.stand_in(picks[:4])[1]) == "If you know Name3 already, read Name4, the next in rank."
    assert writer.stand_in(picks[:3]) == (None, ())


def test_the_stand_in_takes_the_place_of_a_paper_that_is_not_of_its_direction() -> None:
    writer = Extractive(PROFILE, "en", [], NOW)
    picks = [pick(1, "latent"), pick(2, "code"), pick(3, "latent", "rl"), pick(4, "rl")]
    assert said(writer.stand_in(picks)[1]).endswith("read Name4 in place of Name2.")
    everywhere = [pick(1, "latent", "rl"), pick(2, "code", "rl"), pick(3, "latent", "rl"), pick(4, "rl")]
    assert said(writer.stand_in(everywhere)[1]) == "If you know Name3 already, read Name4, the next in rank."


def test_a_repository_is_followed_by_its_numbers_and_its_own_words() -> None:
    repo = Repo(
        id="lab/hidepad",
        name="Lab/HidePad",
        description="Memory for agents",
        stars=1400,
        pushed=dt.datetime(2026, 4, 29, 9, tzinfo=dt.UTC),
    )
    status, focus = Extractive(PROFILE, "en", [paper(code="Lab/HidePad")], NOW).follow(repo, ["code"])
    assert said(status) == "1,400 stars, last push on 29 April 2026."
    assert (focus[0].text, focus[0].origin) == ("Memory for agents", "description")
    assert said(focus).endswith("Touches “code agents”. Today's HidePad points to it.")
    assert focus[-1].items == ("lab/hidepad", "2604.00001")
    status, _ = Extractive(PROFILE, "zh", [], NOW).follow(repo, ["code"])
    assert said(status) == "1,400 星，最近更新于 2026 年 4 月 29 日。"


def test_a_bare_asset_is_followed_honestly() -> None:
    asset = HubAsset(id="Lab/Pads", kind="dataset", likes=1, downloads=2500, trending=7.6)
    writer = Extractive(PROFILE, "en", [], NOW)
    assert said(writer.follow(asset, [])[0]) == "1 like, 2,500 downloads, trending score 8."
    bare = writer.follow(HubAsset(id="Lab/Pads", kind="model"), [])
    assert [said(text) for text in bare] == ["No figures were given.", "It carries no description."]


# -- promises over any text -----------------------------------------------------------------------------------------


def test_both_languages_have_the_same_phrases_and_fields() -> None:
    zh, en = (phrases._load(language) for language in get_args(Language))
    assert zh.keys() == en.keys()
    for key in en:
        assert fields(zh[key]) == fields(en[key]), key


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sort_and_topic_has_its_phrases() -> None:
    keys = phrases._load("en").keys()
    assert {f"judgement.kind.{kind}" for kind in get_args(Kind)} <= keys
    assert {f"focus.ask.{kind}" for kind in get_args(Kind) if kind != "unsure"} <= keys
    assert {f"{t}.{topic}" for t in ("judgement.about", "focus.ask_about") for topic in get_args(Topic)} <= keys


HOSTILE = st.text(max_size=400) | st.text(alphabet="We propose X. (A-B): $\\{}~1.5% 我们,。\n", max_size=400)
PAPERS = st.builds(
    paper,
    title=HOSTILE,
    abstract=HOSTILE,
    summary=st.none() | HOSTILE,
    comment=st.none() | HOSTILE,
    organization=st.none() | HOSTILE,
    code=st.none() | HOSTILE,
    keywords=st.lists(HOSTILE, max_size=3).map(tuple),
    votes=st.none() | st.integers(0, 10**6),
    version=st.none() | st.integers(1, 20),
    listed=st.none() | st.dates(),
)


@settings(max_examples=150, deadline=None)
@given(PAPERS, st.sampled_from(["zh", "en"]), st.lists(st.sampled_from(["latent", "rl", "gone"]), unique=True))
def test_hostile_text_gives_bounded_sentences_from_its_source(
    item: Paper, language: Language, directions: list[str]
) -> None:
    written = card(item, *directions, language=language)
    reading = Reading(item)
    sources = fold(" ".join((*reading.sentences, reading.title)))
    for sentence in parts(written):
        assert sentence.text
        assert sentence.items == (item.id,)
        assert len(sentence.text) <= (LONGEST if sentence.quoted else 1000)
        if sentence.origin == "abstract":
            assert fold(sentence.text.removesuffix("…")) in sources


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_a_measured_sentence_is_in_the_fields(language: Language) -> None:
    item = paper(votes=41, listed=DAY, code="Lab/HidePad7", code_stars=1234, mentions=9, version=3, announced="replace")
    item = item.model_copy(update={"published": dt.datetime(2025, 10, 2, tzinfo=dt.UTC)})
    measured = [s.text for s in parts(card(item, "latent", language=language)) if not s.quoted]
    known = {"41", "1", "30", "4", "7", "1234", "9", "3", "2025", "10"}
    assert set(re.findall(r"\d+", " ".join(measured).replace(",", ""))) <= known


def test_real_abstracts_are_quoted_word_for_word(shared: Path) -> None:
    lines = (shared / "replay/data/pool/2026-04-30.jsonl").read_text(encoding="utf-8").splitlines()
    items = [
        Paper(**{key: row[key] for key in ("id", "title", "abstract", "comment")}) for row in map(json.loads, lines)
    ]
    for item in items[::4]:
        written = card(item, "rl")
        source = fold(readable(item.abstract))
        assert any(s.origin == "abstract" for s in written.contribution)
        assert all(s.text.removesuffix("…") in source for s in parts(written) if s.origin == "abstract")
