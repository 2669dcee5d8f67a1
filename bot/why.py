"""The command that tells why a paper stands where it does for a reader."""

from __future__ import annotations

from bot.chat import Chat
from bot.reading import edition_if_any, find_paper
from bot.request import Reply, Request, refused, wanted_paper
from bot.services import Services
from brief.edition import PICKS
from brief.models import Brief, Day, Language, Paper
from brief.profile import Profile
from brief.ranking.diversity import CURIOUS
from brief.ranking.learning import Taste
from brief.ranking.relevance import matches
from brief.ranking.signals import person, typical_votes, usual_votes, venue
from brief.ranking.text import names, spoken
from brief.standing import Standing
from formatting import why as screen
from formatting.why import NO_LESSONS, Lessons, Reason

_LAST = 5  # clicks whose effect is told
_CURIOUS = 0.02  # from which curiosity is worth a word


async def why(request: Request, services: Services) -> Reply:
    """Why a paper stands where it does for you, and what your clicks changed: `/why 2604.26904`.

    一篇论文为什么排在这里，你的点击改变了什么：`/why 2604.26904`。
    """
    paper_id = wanted_paper(request, "why")
    made = await edition_if_any(request, services)
    paper = await find_paper(paper_id, request, services)
    day = await _day(request, services)
    profile = learning_profile(request.chat, services, day)
    taste = await services.drafts.taste(profile)
    stands = await services.drafts.standing(paper, day, profile, taste)
    taught = await lessons(request.chat, services, day, taste, _LAST)
    reason = _reason(stands, made)
    view = screen.WhyView(
        paper=paper,
        score=stands.item.score,
        date=day.window.date,
        place=stands.place,
        of=stands.of,
        found=_found(paper, made),
        reason="" if reason == "alike" and taught.since else reason,  # clicks have lifted it since
        matched=_matched(stands, profile, request.language),
        facts=_facts(paper, profile),
        usual_votes=usual_votes(paper, typical_votes(day.papers)),
        seeds=len(profile.seeds),
        common=stands.common,
        curiosity=curiosity if (curiosity := CURIOUS * stands.item.score.doubt) >= _CURIOUS else 0.0,
        lessons=taught,
    )
    return screen.why(request.language, view)


async def lessons(chat: Chat, services: Services, day: Day | None, taste: Taste, last: int) -> Lessons:
    """Return what a chat's clicks taught, and what the `last` of them moved among the words of a day."""
    clicks = sum(click.kind != "named" for click in taste.clicks)
    if not clicks:
        return NO_LESSONS
    found = await services.drafts.moved(day, learning_profile(chat, services, day), taste, last)
    since = chat.learns_since
    later = since if since and day and since > day.window.date else None
    return Lessons(clicks, min(last, clicks), found.towards, found.away, later)


def learning_profile(chat: Chat, services: Services, day: Day | None) -> Profile:
    """Return what a chat's papers of a day are ranked by once its clicks count."""
    dates = [date for date in (chat.learns_since, day.window.date if day else None) if date]
    return services.profile_of(chat, max(dates, default=services.today()))


async def _day(request: Request, services: Services) -> Day:
    """Return the day that was asked about, or else the newest that is kept."""
    day = await services.store.day(request.date)
    day = day or await services.store.day(await services.edition_date(request.chat))
    if day is None:
        raise refused(request, "expired", str(request.date))
    return day


def _found(paper: Paper, made: Brief | None) -> screen.Place:
    if made is None or made.find(paper.id) is None:
        return "none"
    return "top" if any(pick.paper.id == paper.id for pick in made.picks) else "scan"


def _reason(stands: Standing, made: Brief | None) -> Reason:
    """Return why a paper is not among the recommendations, empty for one that is."""
    item = stands.item
    if _found(item.paper, made) == "top":
        return ""
    reasons: dict[Reason, bool] = {
        "other_day": not stands.listed,
        "avoided": "avoided" in item.score.parts,
        "seen": stands.seen,
        "unnamed": not item.score.directions and item.score.example is None,
        "lower": stands.place > PICKS,
    }
    return next((reason for reason, holds in reasons.items() if holds), "alike")


def _matched(stands: Standing, profile: Profile, language: Language) -> list[tuple[str, tuple[str, ...]]]:
    """Return the directions that matched, by name, with their keywords that the paper says."""
    known = {direction.id: direction for direction in profile.directions}
    directions = [known[one] for one in stands.item.score.directions]
    return [(one.zh if language == "zh" else one.en, matches(stands.item.paper, one)) for one in directions]


def _facts(paper: Paper, profile: Profile) -> dict[str, str]:
    """Return what parts of a score rest on that the profile or a closer look at the paper tells."""
    followed = {person(name) for name in profile.authors}
    said = spoken(f"{paper.title} . {paper.abstract} . {' . '.join(paper.keywords)}")
    return {
        "venue": venue(paper) or "",
        "author": ", ".join(author for author in paper.authors if person(author) in followed),
        "organization": paper.organization or "",
        "avoided": ", ".join(phrase for phrase in profile.avoid if names(said, phrase)),
    }
