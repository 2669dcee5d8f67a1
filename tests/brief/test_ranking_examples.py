"""Papers that a reader names, or likes beside all directions: what is like them has a place, and only that."""

import datetime as dt

import pytest
from test_ranking_diversity import ranked
from test_ranking_learning import DAY, NOW, OF, READER, TOPICS, paper

from brief import edition
from brief.edition import PICKS, SCAN, Draft
from brief.models import Day, Example, Paper, Ranked, Score
from brief.ranking.corpus import Corpus
from brief.ranking.diversity import select
from brief.ranking.examples import common
from brief.ranking.learning import Taste, learn, planted
from brief.ranking.relevance import paper_document
from brief.ranking.score import rank
from brief.window import window_for


def named(*topics: str) -> Taste:
    return planted(Taste(), [paper(800 + n, topic) for n, topic in enumerate(topics)], NOW)


def judged(*topics: str, kind: str = "like", start: Taste | None = None) -> Taste:
    taste = start or Taste()
    for n, topic in enumerate(topics, 820 + len(taste.clicks)):
        taste = learn(taste, paper(n, topic), kind, NOW)
    return taste


def five(taste: Taste, profile=READER, papers=DAY) -> list[str]:
    """Return the topics of the recommendations, in their order."""
    return [OF[r.paper.id] for r in select(rank(papers, profile, NOW, taste=taste), PICKS)]


def examples(taste: Taste) -> set[str]:
    """Return the topics of the papers that are like an example."""
    return {OF[r.paper.id] for r in rank(DAY, READER, NOW, taste=taste) if r.score.example}


def test_one_named_paper_brings_one_like_it_into_the_five():
    before, after = five(Taste()), five(named("sheep"))
    assert "sheep" not in before
    assert (after.count("sheep"), len(after)) == (1, PICKS)


def test_what_no_direction_wants_comes_last():
    items = [ranked(n, f"word{n}", 1 - n / 100, f"d{n % 3}") for n in range(20)]
    example = Example(paper="2604.00800", title="gardens", named=True, alike=0.3)
    score = Score(total=0.01, parts={"relevance": 0.01}, example=example)
    beside = Ranked(paper=Paper(id="2604.99999", title="about gardens"), score=score)
    less = beside.model_copy(
        update={
            "paper": Paper(id="2604.99998", title="about parks"),
            "score": score.model_copy(update={"example": example.model_copy(update={"alike": 0.2})}),
        }
    )
    top = select([*items, less, beside], PICKS)
    assert [r.paper.id for r in top] == [*(r.paper.id for r in items[:4]), beside.paper.id]
    assert select([*items, less, beside], SCAN, chosen=top, named=False)[0] == less
    assert select([less, beside], PICKS) == [beside]


def test_of_several_named_papers_the_directions_keep_the_other_places():
    after = five(named("sheep", "traffic", "sheep"))
    assert sum(topic in ("sheep", "traffic") for topic in after) == 1
    order = rank(DAY, READER, NOW, taste=named("sheep", "sheep", "traffic"))
    chosen = select(order, PICKS)
    scanned = select(order, SCAN, chosen=chosen, named=False)
    assert {OF[r.paper.id] for r in scanned[:2]} <= {"sheep", "traffic"}
    assert sum(OF[r.paper.id] in ("sheep", "traffic") for r in scanned) == 2


def test_five_likes_beside_all_directions_bring_one_like_them_and_as_many_dislikes_take_it_away():
    liked = judged(*["traffic"] * 5)
    assert five(liked).count("traffic") == 1
    assert "traffic" not in five(judged(*["traffic"] * 5, kind="dislike", start=liked))


def test_likes_within_the_directions_are_left_to_these():
    assert examples(judged("latent", "agents", "latent")) == set()
    assert examples(named("latent")) == {"latent"}


def test_likes_are_forgotten_and_so_is_their_place():
    taste = judged(*["traffic"] * 5)
    old = [click.model_copy(update={"when": NOW - dt.timedelta(days=400)}) for click in taste.clicks]
    assert "traffic" not in five(taste.model_copy(update={"clicks": tuple(old)}))


def test_what_is_avoided_has_no_place_however_like():
    avoiding = READER.model_copy(update={"avoid": ("pastures", "sheep")})
    assert "sheep" not in five(named("sheep"), avoiding)


def test_the_named_paper_itself_is_no_find():
    one = paper(801, "sheep")
    order = rank([*(p for p in DAY if OF[p.id] != "sheep"), one], READER, NOW, taste=planted(Taste(), [one], NOW))
    assert [r.score.example for r in order if r.paper.id == one.id] == [None]


@pytest.mark.parametrize("kind", ["opened", "like"])
def test_a_click_on_what_is_like_an_example_does_not_hide_the_example(kind):
    found = next(p for p in DAY if OF[p.id] == "sheep")
    order = rank(DAY, READER, NOW, taste=learn(named("sheep"), found, kind, NOW))
    [example] = [r.score.example for r in order if r.paper.id == found.id]
    assert example.paper == paper(800, "sheep").id


def test_a_paper_is_no_example_of_itself():
    taste = judged("traffic", "traffic", "traffic")
    lone = Paper(id=taste.clicks[0].paper, title=taste.clicks[0].title, abstract="Something else entirely.")
    order = rank([lone], READER, NOW, taste=taste.model_copy(update={"clicks": taste.clicks[:1]}))
    assert order[0].score.example is None


def test_a_score_names_the_nearest_example():
    order = rank(DAY, READER, NOW, taste=named("sheep", "traffic"))
    titles = {"sheep": paper(800, "sheep"), "traffic": paper(801, "traffic")}
    for topic, example in titles.items():
        found = {r.score.example.paper for r in order if OF[r.paper.id] == topic and r.score.example}
        assert found == {example.id}


def test_no_place_is_kept_where_nothing_is_like_the_examples():
    day = [p for p in DAY if OF[p.id] != "sheep"]
    assert five(named("sheep"), papers=day) == five(Taste(), papers=day)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whoever_chooses_the_place_stays_and_the_card_says_why(language):
    window = window_for(NOW.date(), NOW)
    day = Day(window=window, collected=NOW, papers=tuple(DAY), reports=())
    draft = Draft(day, READER, language, reader=edition.Reader(taste=named("sheep")), now=NOW)
    others = [item for item in draft.candidates if item not in draft.chosen][:PICKS]
    made = draft.brief(others)
    [beside] = [item for item in draft.chosen if not item.score.directions]
    assert [pick.paper.id for pick in made.picks] == [r.paper.id for r in (*others[: PICKS - 1], beside)]
    said = made.picks[-1].card.relation[0].text
    assert paper(800, "sheep").title in said
    assert {"en": "which you named", "zh": "你点名的"}[language] in said


def test_the_words_in_common_are_told():
    corpus = Corpus([paper_document(one) for one in (paper(1, "sheep"), paper(2, "sheep"), paper(3, "traffic"))])
    words = common(corpus, 0, 1)
    assert words
    assert set(words) <= {word.rstrip("s") for word in TOPICS["sheep"].split()} | set(TOPICS["sheep"].split())
    assert not set(common(corpus, 0, 2)) & {"sheep", "pasture"}
