import datetime as dt
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brief.models import Card, HubAsset, Language, Paper, Pick, Quiet, Ranked, Repo, Score, Sentence, Text
from brief.profile import Direction, Profile
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
    day = [paper(id=f"2604.1000{n}", votes=votes, listed=DAY) for n, votes in enumerate((50, 41, 3))]
    item = paper(votes=41, listed=DAY)
    assert "41 votes on Hugging Face, 2nd of 4 papers listed on 30 April." in said(card(item, day=day).why)
    chinese = said(card(item, day=day, language="zh").why)
    assert "41 票" in chinese
    assert "4 月 30 日" in chinese
    assert "排第 2" in chinese


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"votes": 1, "listed": DAY}, "1 vote on Hugging Face, 1st of 1 paper listed"),
        ({"votes": 1}, "1 vote on Hugging Face."),
        ({"votes": 2, "listed": dt.date(2025, 12, 3)}, "listed on 3 December 2025"),
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


def test_why_is_honest_when_nothing_was_measured() -> None:
    bare = "We propose a router. It sorts tokens."
    assert said(card(paper(abstract=bare)).why) == "New on arXiv: no votes, code or posts to judge by yet."
    assert "votes" not in said(card(paper(abstract=bare, votes=0, announced="replace")).why)


def test_why_ends_with_the_problem_in_the_papers_words() -> None:
    assert quotes(card(paper()).why) == ["However, existing memories store text only, which limits reuse."]


def test_the_relation_names_directions_words_and_another_sentence() -> None:
    relation = card(paper(), "code", "latent").relation
    assert (
        relation[0].text
        == "Touches “code agents” and “latent reasoning”; it speaks of coding agent, SWE-bench and hidden state."
    )
    assert relation[-1].text not in quotes(card(paper()).contribution)
    chinese = card(paper(), "code", "latent", language="zh").relation[0].text
    assert "“LLM 代码 agent”和“隐空间推理”" in chinese


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Touches “latent reasoning” only in passing; it speaks of hidden state."),
        ({"abstract": "On birds.", "title": "Birds", "votes": 3}, "because of its votes"),
        ({"abstract": "On birds.", "title": "Birds"}, "for its other signals"),
    ],
)
def test_a_paper_off_the_directions_is_said_to_be(fields: dict[str, Any], words: str) -> None:
    assert words in said(card(paper(**fields)).relation)


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
        ("Serving Pads at Scale: A System", "", "system"),
        ("A Plain Pad", "We propose PadX, a pad that reads.", "method"),
        ("Position: Pads Must Go", "", "position"),
    ],
)
def test_the_judgement_follows_the_sort_of_paper(title: str, abstract: str, kind: str) -> None:
    item = paper(title=title, abstract=abstract)
    assert Reading(item).kind == kind
    assert card(item).judgement[0].text.startswith(Phrases("en", 2026).say(f"judgement.kind.{kind}"))


def test_a_method_is_judged_by_what_it_is_about() -> None:
    assert said(card(paper()).judgement).startswith("Method in latent space")
    assert said(card(paper(title="PadRL: Reinforcement Learning", abstract="")).judgement).startswith("Training method")


def test_the_judgement_tells_direction_code_and_benchmark() -> None:
    sentence = said(card(paper(code="Lab/HidePad"), "latent").judgement)
    assert "closest to “latent reasoning”; code at Lab/HidePad; the abstract names SWE-bench Verified." in sentence
    assert "没有代码链接" in said(card(paper(), language="zh").judgement)


def test_the_focus_labels_method_test_and_limit() -> None:
    focus = card(paper()).focus
    assert [s.text for s in focus if s.text.endswith(":")] == ["How it works:", "How it is tested:", "What to check:"]
    assert quotes(focus)[0].startswith("It first compresses")
    assert quotes(focus)[2].startswith("HidePad still fails")
    assert focus[-1].text.endswith("?")


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
    zh, en = Phrases("zh", 2026), Phrases("en", 2026)
    assert set(zh.keys()) == set(en.keys())
    for key in en.keys():  # noqa: SIM118 - not a mapping
        assert zh.fields(key) == en.fields(key), key


def test_every_sort_and_topic_has_its_phrases() -> None:
    keys = set(Phrases("en", 2026).keys())
    assert {f"{t}.{k}" for t in ("judgement.kind", "focus.ask") for k in get_args(Kind)} <= keys
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
