"""What a reader may rely on, held against whole briefs: of any papers, any votes and any clicks."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st
from test_edition import FULL, NOW, PROFILE, day, paper

from brief import edition
from brief.models import Brief, Day, Paper
from brief.ranking.learning import Taste, learn

TOPICS = ("rl", "latent", "code")
QUICKLY = settings(max_examples=40, deadline=None)
FAME = st.fixed_dictionaries(
    {
        "votes": st.integers(0, 10**6),
        "comments": st.integers(0, 10**4),
        "mentions": st.integers(0, 10**4),
        "code": st.none() | st.just("a/b"),
        "code_stars": st.integers(0, 10**6),
        "comment": st.none() | st.just("Accepted at NeurIPS (oral)"),
        "organization": st.none() | st.just("Stanford University"),
        "listed": st.none() | st.just(NOW.date()),
    }
)
KINDS = st.sampled_from(["like", "dislike", "later", "done", "opened"])
READER = PROFILE.model_copy(update={"avoid": ("medical imaging",), "authors": ("Ada Lovelace",)})


def brief_of(papers, taste: Taste | None = None, profile=READER, shown=None) -> Brief:
    reader = edition.Reader(shown=shown or {}, taste=taste or Taste())
    made: Day = day(*papers)
    return edition.Draft(made, profile, "en", reader=reader, now=NOW).brief()


def ids(picks) -> set[str]:
    return {pick.paper.id for pick in picks}


def clicked(*clicks: tuple[Paper, str], share: float = 1.0) -> Taste:
    taste = Taste()
    for one, kind in clicks:
        taste = learn(taste, one, kind, NOW, by=str(share), share=share)
    return taste


# -- whom the reader follows, what they avoid --------------------------------------------------------------------------


@QUICKLY
@given(FAME, st.sampled_from(TOPICS), st.sampled_from(["title", "abstract", "keywords"]), st.booleans(), st.booleans())
def test_what_is_avoided_is_nowhere_in_the_brief(fame, topic, where, followed, liked):
    said = {"title": "Medical-Imaging agents", "abstract": "For medical imaging: LLM", "keywords": ("Medical Imaging",)}
    spoiled = paper(40, topic, **fame, **({"authors": ("Ada Lovelace",)} if followed else {}))
    spoiled = spoiled.model_copy(update={where: said[where]})
    made = brief_of([*FULL.papers, spoiled], clicked((spoiled, "like")) if liked else None)
    assert len(made.picks) == edition.PICKS
    assert spoiled.id not in ids(made.items)


@QUICKLY
@given(st.lists(st.sampled_from([*TOPICS, "off"]), min_size=1, max_size=6), st.lists(KINDS, max_size=20), st.booleans())
def test_a_followed_authors_paper_is_always_in_the_brief(topics, kinds, old):
    published = NOW - dt.timedelta(days=900 if old else 1)
    followed = [
        paper(40 + n, topic, authors=("B. Babbage", "Ada K. Lovelace"), published=published)
        for n, topic in enumerate(topics)
    ]
    taste = clicked(*((paper(60 + n, "off"), kind) for n, kind in enumerate(kinds)))
    assert {one.id for one in followed} <= ids(brief_of([*FULL.papers, *followed], taste).items)


# -- what others say ---------------------------------------------------------------------------------------------------


@QUICKLY
@given(st.lists(FAME, min_size=1, max_size=5))
def test_fame_alone_brings_no_paper_off_topic_into_the_five(fames):
    famous = [paper(40 + n, "off", **fame) for n, fame in enumerate(fames)]
    quiet = [one.model_copy(update={"published": NOW - dt.timedelta(days=900)}) for one in FULL.papers[:24]]
    made = brief_of([*quiet, *famous])
    assert len(made.picks) == edition.PICKS
    assert not {one.id for one in famous} & ids(made.picks)
    assert not ids(brief_of([*famous, quiet[0]]).picks) - {quiet[0].id}  # nor where there is nothing else


# -- never twice -------------------------------------------------------------------------------------------------------


@QUICKLY
@given(
    st.lists(st.dictionaries(st.integers(0, 31), st.none() | st.integers(1, 4), max_size=32), min_size=2, max_size=4)
)
def test_no_paper_is_shown_twice_but_in_a_later_version_and_marked(days):
    """Each day has papers of the pool in some version: what was shown returns only as a newer one."""
    shown: dict[str, int | None] = {}
    for versions in days:
        papers = [FULL.papers[n].model_copy(update={"version": version}) for n, version in versions.items()]
        made = brief_of(papers, shown=shown)
        assert len(made.items) == len(ids(made.items))
        for pick in made.items:
            one = pick.paper
            assert pick.revision == (one.id in shown)
            assert one.id not in shown or (one.version or 1) > (shown[one.id] or 1)
        shown |= made.shown


# -- clicks ------------------------------------------------------------------------------------------------------------


@QUICKLY
@given(st.sampled_from(FULL.papers), KINDS)
def test_one_click_leaves_most_of_the_five_and_of_the_brief(wrong, kind):
    before, after = brief_of(FULL.papers), brief_of(FULL.papers, clicked((wrong, kind)))
    assert len(after.picks) == edition.PICKS
    assert len(ids(after.picks) & ids(before.picks)) >= 3
    assert len(ids(after.items) & ids(before.items)) >= len(before.items) - 4


def test_the_clicks_of_one_among_many_move_a_brief_a_little():
    liked = [one for n, one in enumerate(FULL.papers[:24]) if n % 3 == 1][:5]

    def moved(share):
        made = brief_of(FULL.papers, clicked(*((one, "like") for one in liked), share=share))
        return sum(abs(pick.score.parts["learned"]) for pick in made.items)

    assert 0 < moved(0.1) < moved(1.0) / 2
