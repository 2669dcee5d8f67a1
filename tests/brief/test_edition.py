"""From a collected day to a brief: what is chosen, what is left out, and what every section holds."""

import datetime as dt

import pytest

from brief import edition
from brief.models import Day, HubAsset, Paper, Quiet, Repo, SourceReport, Status
from brief.profile import load_profile
from brief.window import window_for

NOW = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
PROFILE = load_profile()
ABSTRACTS = {
    "rl": "We propose {name}, agentic reinforcement learning with verifiable rewards for LLM agents. "
    "On SWE-bench it improves the success rate by {n} points.",
    "latent": "We introduce {name}, latent reasoning in a continuous latent space for language models. "
    "Experiments on GSM8K show a gain of {n} points.",
    "code": "We present {name}, a coding agent for terminal tasks and software engineering with LLM agents. "
    "It solves {n} percent of the tasks.",
    "off": "We study {name}, a spectrometer for the soil of vineyards. It weighs {n} grams.",
}
NAMES = ["Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple", "Oak"]


def paper(n: int, topic: str, **fields) -> Paper:
    name = NAMES[n % len(NAMES)] + str(n)
    made = {
        "id": f"2604.{10000 + n}",
        "version": 1,
        "title": f"{name}: A Study",
        "abstract": ABSTRACTS[topic].format(name=name, n=n + 2),
        "published": NOW - dt.timedelta(days=1),
        "sources": ("arxiv",),
    }
    return Paper(**{**made, **fields})


def day(*papers: Paper, **fields) -> Day:
    report = SourceReport(source="arxiv", status=Status.OK, papers=len(papers))
    window = fields.pop("window", window_for(NOW.date(), NOW))
    return Day(window=window, collected=NOW, papers=papers, reports=(report,), **fields)


FULL = day(*(paper(n, topic) for n, topic in enumerate(["rl", "latent", "code"] * 8 + ["off"] * 8)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_full_day_fills_every_section(language):
    made = edition.build(FULL, PROFILE, language, shown={}, now=NOW)
    assert (len(made.picks), len(made.scan)) == (edition.PICKS, edition.SCAN)
    assert made.must_reads == tuple(pick.paper.id for pick in made.picks[:3])
    assert made.stand_in in {pick.paper.id for pick in made.picks[3:]}
    assert all(p.card.contribution and p.card.relation and p.categories for p in made.picks)
    assert all(p.card.judgement for p in made.scan)
    assert 1 <= len(made.ideas) <= 3
    assert all(made.find(i) or i in {p.id for p in FULL.papers} for idea in made.ideas for i in idea.papers)
    assert (made.considered, made.unseen) == (32, 32)


def test_five_picks_are_not_of_one_direction_and_none_is_off_topic():
    made = edition.build(FULL, PROFILE, "en", shown={}, now=NOW)
    assert len({pick.score.directions[0] for pick in made.picks}) >= 3
    off = {p.id for p in FULL.papers[24:]}
    assert not off & {pick.paper.id for pick in made.items}


def test_what_was_shown_is_left_out_in_any_version_but_the_newer():
    first = edition.build(FULL, PROFILE, "en", shown={}, now=NOW)
    shown = {pick.paper.id: pick.paper.version for pick in first.items}
    again, revised = first.picks[0].paper.id, first.picks[1].paper.id
    papers = [p.model_copy(update={"version": 2}) if p.id == revised else p for p in FULL.papers]
    papers = [p.model_copy(update={"version": None}) if p.id == again else p for p in papers]
    second = edition.build(day(*papers), PROFILE, "en", shown=shown, now=NOW)
    ids = {pick.paper.id: pick for pick in second.items}
    assert again not in ids
    assert ids[revised].revision
    assert not any(pick.revision for i, pick in ids.items() if i != revised)
    assert second.unseen == 32 - len(shown) + 1


def test_an_empty_day_is_an_empty_brief():
    made = edition.build(day(), PROFILE, "zh", shown={}, now=NOW)
    assert (made.picks, made.scan, made.ideas, made.must_reads, made.stand_in) == ((), (), (), (), None)
    assert made.overview


def test_a_quiet_day_says_why():
    saturday = dt.datetime(2026, 5, 2, 8, tzinfo=dt.UTC)
    made = edition.build(
        day(paper(0, "rl"), window=window_for(saturday.date(), saturday)), PROFILE, "en", shown={}, now=saturday
    )
    assert made.window.quiet is Quiet.WEEKEND
    assert any("weekend" in sentence.text for sentence in made.overview)


def test_what_to_follow_fits_a_direction():
    repos = (
        Repo(id="a/agent", name="a/Agent", description="Coding agent for the terminal", stars=5, sources=("github",)),
        Repo(id="b/soil", name="b/soil", description="Soil of vineyards", stars=90_000, sources=("github",)),
    )
    asset = HubAsset(id="c/latent", kind="dataset", description="Latent reasoning traces of language models")
    made = edition.build(day(repos=repos, assets=(asset,)), PROFILE, "en", shown={}, now=NOW)
    followed = [(f.repo or f.asset).url for f in made.follow if f.repo or f.asset]
    assert set(followed) == {"https://github.com/a/Agent", "https://huggingface.co/datasets/c/latent"}
    assert all(f.status and f.focus and f.categories for f in made.follow)


def test_latex_is_made_readable_where_it_is_shown():
    made = edition.build(
        day(paper(0, "rl", title=r"$\alpha$-Agent: \textbf{RL} for LLM agents")), PROFILE, "en", shown={}, now=NOW
    )
    assert made.picks[0].paper.title == "α-Agent: RL for LLM agents"


def test_any_paper_gets_a_card_among_the_papers_of_its_day():
    asked = paper(0, "latent", votes=3)
    pick = edition.single(asked, FULL.papers, PROFILE, "en", NOW)
    assert pick.paper.votes == 3
    assert pick.card.contribution
    alone = edition.single(paper(99, "off"), (), PROFILE, "zh", NOW)
    assert alone.directions == ()
    assert alone.card.relation
