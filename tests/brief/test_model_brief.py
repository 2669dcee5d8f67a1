"""A brief written by a model: what it changes, what gives way to extraction, and what the notes say of it."""

import asyncio
import dataclasses
import datetime as dt

import pytest

from brief import edition
from brief.models import Brief
from brief.profile import load_profile
from brief.store import Store
from brief.writing.model import write
from brief.writing.model_card import pick_by
from tests.brief.asking_models import QUICK, opened
from tests.brief.test_edition import FULL, NOW
from tests.fakes.llm import Asked, FakeLLM
from tests.fakes.llm_good import good
from tests.fakes.llm_replies import Reply, failed, filtered, page, rate_limited, refused, said, truncated

PROFILE = load_profile()
IMPATIENT = dataclasses.replace(QUICK, whole=0.2)
PARTS = 20  # the choice, 18 cards, the reading


def draft(language="en", profile=PROFILE) -> edition.Draft:
    return edition.Draft(FULL, profile, language, reader=edition.Reader(), now=NOW)


async def written(llm: FakeLLM, store: Store, language="en", waits=QUICK, **more: str) -> Brief:
    async with opened(llm, store, waits=waits, **more) as model:
        return await write(draft(language), model)


def instead(task: str, answer):
    """Return the good model, but for the tasks whose schema has this field."""
    return lambda asked: (
        (answer(asked) if callable(answer) else answer) if task in asked.schema["properties"] else good(asked)
    )


def changed(task: str, field: str, value):
    """Return the good model with one field of one task's answers set to something else."""
    return instead(task, lambda asked: {**good(asked), field: value})


def notes_of(brief: Brief) -> dict[str, int]:
    return {note.code: int(note.params["n"]) for note in brief.author.notes}


def whole(brief: Brief) -> None:
    """The brief goes out with every section, whoever wrote it."""
    assert len(brief.picks) == 5
    assert len(brief.scan) == 13
    assert brief.overview
    assert len(brief.must_reads) == 3
    assert all(pick.card.contribution and pick.card.relation for pick in brief.picks)
    assert all(pick.card.contribution and pick.card.judgement for pick in brief.scan)
    assert brief.ideas


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_good_model_writes_every_part(store, language):
    async with FakeLLM(good) as llm:
        made = await written(llm, store, language)
    whole(made)
    assert (made.author.kind, made.author.model, made.author.notes) == ("model", llm.model, ())
    assert (made.author.calls, made.author.remembered, made.author.replaced) == (PARTS, 0, 0)
    parts = [
        *(pick.card.contribution for pick in made.items),
        *(pick.card.judgement for pick in made.items),
        *(text for pick in made.picks for text in (pick.card.why, pick.card.relation, pick.card.focus, pick.reason)),
        *(text for idea in made.ideas for text in (idea.body, idea.steps, idea.question)),
        made.overview,
        made.stand_in_when,
    ]
    assert {sentence.origin for part in parts for sentence in part} == {"model"}
    assert all(part for part in parts)
    assert {pick.card.byline.model for pick in made.items} == {llm.model}
    assert {pick.card.byline.date for pick in made.items} == {NOW.date()}


async def test_the_model_chooses_and_what_it_displaces_is_worth_scanning(store):
    labels = ["P9", "P2", "P7"]
    picks = [{"paper": label, "reason": "It serves the direction of the reader."} for label in labels]
    async with FakeLLM(instead("picks", {"picks": picks})) as llm:
        made = await written(llm, store)
    offered = [item.paper.id for item in draft().candidates]
    assert [pick.paper.id for pick in made.picks] == [offered[8], offered[1], offered[6]]
    displaced = [item.paper.id for item in draft().chosen if item.paper.id not in {p.paper.id for p in made.picks}]
    assert [pick.paper.id for pick in made.scan][: len(displaced)] == displaced
    assert not {p.paper.id for p in made.picks} & {p.paper.id for p in made.scan}


@pytest.mark.parametrize("labels", [["P99", "P1", "P2"], ["P1"]], ids=["unknown", "too few"])
async def test_a_choice_that_cannot_be_used_leaves_the_ranking_s(store, labels):
    picks = [{"paper": label, "reason": "It serves the direction of the reader."} for label in labels]
    async with FakeLLM(instead("picks", {"picks": picks})) as llm:
        made = await written(llm, store)
    assert [p.paper.id for p in made.picks] == [item.paper.id for item in draft().chosen]
    assert any("What has to change" in asked.user and "picks" in asked.user for asked in llm.asked)


async def test_a_false_sentence_is_sent_back_once_with_the_reason(store):
    lie = "The method solves 97.3% of all tasks."
    lies = iter([True])

    def answer(asked: Asked):
        once = next(lies, False)
        return {**good(asked), "why": lie} if once else good(asked)

    async with FakeLLM(instead("contribution", answer)) as llm:
        made = await written(llm, store)
    [again] = [asked for asked in llm.asked if "What has to change" in asked.user]
    assert "97.3%" in again.user.rpartition("What has to change")[2]
    assert made.author.replaced == 0
    assert made.author.calls == PARTS + 1
    assert lie not in made.model_dump_json()


@pytest.mark.parametrize(
    ("field", "lie"),
    [
        ("contribution", "It reaches 97.3% on SWE-bench."),
        ("why", "Unlike GPT-4o it needs no labels."),
        ("judgement", "It is the first and best of its kind."),
        ("focus", ["the comparison with arXiv 2401.99999"]),
    ],
)
async def test_a_lie_that_is_repeated_gives_way_to_extraction(store, field, lie):
    async with FakeLLM(changed("contribution", field, lie)) as llm:
        made = await written(llm, store)
    plain = draft().brief(
        [item for pick in made.picks for item in draft().candidates if item.paper.id == pick.paper.id]
    )
    for pick in made.items:
        assert getattr(pick.card, field) == getattr(plain.find(pick.paper.id).card, field)
        others = {"contribution", "why", "judgement", "focus"} - {field}
        assert {s.origin for name in others for s in getattr(pick.card, name)} == {"model"}
    assert made.author.replaced == 18
    whole(made)


async def test_what_is_false_across_papers_gives_way_part_by_part(store):
    def answer(asked: Asked):
        said = good(asked)
        said["overview"] = "Today 4,711 papers came out."
        said["relations"][1]["text"] = "It beats DeepSeek-R1 by 30 points."
        said["ideas"][0]["steps"][0] = "Train on ImageNet-21K with 512 GPUs."
        said["must_reads"] = ["P2", "P9", "P1"]
        return said

    async with FakeLLM(instead("overview", answer)) as llm:
        made = await written(llm, store)
    assert {s.origin for s in made.overview} == {"measured"}
    assert "model" not in {s.origin for s in made.picks[1].card.relation}
    assert {s.origin for s in made.picks[0].card.relation} == {"model"}
    assert len(made.ideas) == 2  # the others were whole
    assert made.must_reads == tuple(made.picks[n].paper.id for n in (1, 0, 2))  # P9 is no pick
    assert not {"4,711", "DeepSeek-R1", "ImageNet-21K"} & set(made.model_dump_json().split())


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
async def test_an_answer_in_the_other_language_is_not_used(store, language, other):
    def strange(asked: Asked):
        system, *rest = asked.body["messages"]
        words = system["content"].replace("Chinese", "X") if other == "en" else system["content"] + " Chinese"
        return good(Asked({**asked.body, "messages": [{**system, "content": words}, *rest]}))

    async with FakeLLM(instead("contribution", strange)) as llm:
        made = await written(llm, store, language)
    assert made.author.replaced
    assert "model" not in {s.origin for pick in made.items for s in pick.card.why}
    whole(made)


FAULTS = {
    "wrong schema": (Reply(text='{"answer": 42}'), "model_bad_answer", QUICK),
    "truncated": (truncated({"contribution": "x" * 400}), "model_truncated", QUICK),
    "no JSON": (said("I think this is a fine paper."), "model_bad_answer", QUICK),
    "refusal": (refused(), "model_refused", QUICK),
    "filter": (filtered(), "model_refused", QUICK),
    "429": (rate_limited("0"), "model_rate_limited", QUICK),
    "500": (failed(), "model_server_error", QUICK),
    "a proxy's page": (page(), "model_server_error", QUICK),
    "timeout": (Reply(fault="hang"), "model_timeout", IMPATIENT),
    "slow stream": (Reply(fault="dribble"), "model_timeout", IMPATIENT),
    "reset": (Reply(fault="reset"), "model_unreachable", QUICK),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_the_brief_goes_out_whatever_the_model_does(store, name):
    reply, code, waits = FAULTS[name]
    async with FakeLLM(lambda _: reply) as llm:
        made = await written(llm, store, waits=waits)
    assert made.author.kind == "extractive"
    assert notes_of(made) == {code: PARTS}
    plain = draft().brief()
    assert made.model_copy(update={"author": plain.author}) == plain


@pytest.mark.parametrize("name", ["wrong schema", "truncated", "refusal"])
async def test_one_part_that_fails_costs_that_part_only(store, name):
    reply, code, waits = FAULTS[name]
    async with FakeLLM(instead("overview", reply)) as llm:
        made = await written(llm, store, waits=waits)
    whole(made)
    assert notes_of(made) == {code: 1}
    assert {s.origin for s in made.overview} == {"measured"}
    assert {s.origin for pick in made.items for s in pick.card.contribution} == {"model"}


async def test_an_unreachable_model_is_not_asked_for_every_part(store):
    async with FakeLLM(good) as llm:
        url = llm.url
    async with FakeLLM(good) as llm:
        made = await written(llm, store, LLM_BASE_URL=url)
        assert not llm.asked
    assert notes_of(made) == {"model_unreachable": PARTS}


async def test_the_budget_ends_the_model_not_the_brief(store):
    async with FakeLLM(good) as llm:
        made = await written(llm, store, LLM_DAILY_TOKENS="20000")
    assert 0 < made.author.calls < PARTS
    assert made.author.tokens_in + made.author.tokens_out <= 20000
    assert notes_of(made)["model_over_budget"] + made.author.calls == PARTS
    whole(made)


async def test_the_second_model_writes_where_the_first_fails(store):
    async with FakeLLM(lambda _: failed()) as first, FakeLLM(good) as second:
        made = await written(
            first,
            store,
            LLM_FALLBACK_MODEL=second.model,
            LLM_FALLBACK_BASE_URL=second.url,
            LLM_FALLBACK_API_KEY=second.key,
        )
    assert notes_of(made) == {"model_fell_back": PARTS}
    assert made.author.kind == "model"


async def test_when_time_runs_out_what_is_written_stays(store):
    async with FakeLLM(instead("overview", Reply(fault="hang"))) as llm, opened(llm, store) as model:
        cards = asyncio.Event()

        def told(done: int, _: int) -> None:
            if done == PARTS - 1:
                cards.set()

        task = asyncio.create_task(write(draft(), model, told=told, limit=3600))
        await cards.wait()
        task.cancel()  # what the limit does inside; from outside it ends the whole
        with pytest.raises(asyncio.CancelledError):
            await task
        made = await write(draft(), model, limit=3)
    assert notes_of(made) == {"model_late": 1}
    assert {s.origin for pick in made.items for s in pick.card.contribution} == {"model"}
    whole(made)


async def test_a_rebuild_asks_nothing(store):
    async with FakeLLM(good) as llm:
        first = await written(llm, store)
        second = await written(llm, store)
        assert len(llm.asked) == PARTS
    assert (second.author.calls, second.author.remembered, second.author.tokens_in) == (0, PARTS, 0)
    assert second.model_copy(update={"author": first.author}) == first


async def test_another_reader_s_edition_shares_the_cards(store):
    other = PROFILE.model_copy(update={"name": "colleague", "directions": PROFILE.directions[:4]})
    async with FakeLLM(good) as llm, opened(llm, store) as model:
        first = await write(draft(), model)
        second = await write(draft(profile=other), model)
    shared = {p.paper.id for p in first.items} & {p.paper.id for p in second.items}
    assert shared
    assert second.author.remembered == len(shared)
    for paper_id in shared:
        assert first.find(paper_id).card.contribution == second.find(paper_id).card.contribution


async def test_a_further_reader_s_edition_writes_cards_of_its_recommendations_only(store):
    other = PROFILE.model_copy(update={"name": "colleague", "directions": PROFILE.directions[1:3]})
    async with FakeLLM(good) as llm, opened(llm, store) as model:
        first = await write(draft(), model)
        second = await write(draft(profile=other), model, scan=False)
    known = {pick.paper.id for pick in first.items}
    assert {p.card.byline is not None for p in second.picks} == {True}
    assert {p.paper.id for p in second.scan if p.card.byline} == {p.paper.id for p in second.scan} & known
    new = [pick for pick in second.picks if pick.paper.id not in known]
    assert second.author.calls == 2 + len(new)
    assert second.author.notes == ()


async def test_a_card_on_demand(store):
    plain = edition.single(FULL.papers[0], FULL.papers, PROFILE, "en", NOW)
    async with FakeLLM(good) as llm, opened(llm, store) as model:
        done: list[tuple[int, int]] = []
        pick = await pick_by(model, plain, PROFILE, "en", lambda *how_far: done.append(how_far))
        assert len(llm.asked) == 2
        assert done == [(0, 2), (1, 2), (2, 2)]
    card = pick.card
    assert {s.origin for text in (card.contribution, card.why, card.relation, card.focus) for s in text} == {"model"}
    assert card.byline.model == llm.model
    async with FakeLLM(lambda _: failed()) as llm, opened(llm, store, LLM_MODEL="fake-model") as model:
        other = edition.single(FULL.papers[1], FULL.papers, PROFILE, "en", NOW)
        assert await pick_by(model, other, PROFILE, "en", lambda *_: None) == other


async def test_only_matching_papers_are_offered_and_links_are_the_items_own(store):
    async with FakeLLM(good) as llm:
        made = await written(llm, store)
    known = {paper.id for paper in FULL.papers}
    assert {pick.paper.id for pick in made.items} <= known
    assert all(set(idea.papers) <= known for idea in made.ideas)
    assert all(pick.score.directions for pick in made.picks)
    assert made.made == NOW
    assert made.collected == FULL.collected
    assert isinstance(made.author.tokens_in, int)
    assert dt.date.fromisoformat("2026-05-01") == made.date
