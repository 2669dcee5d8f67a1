"""A reader's directions, loaded from TOML."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError, field_validator

from brief.errors import ProfileError
from brief.models import Value

DEFAULT_PROFILE = Path(__file__).with_name("default_profile.toml")

_SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=40)]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
ArxivId = Annotated[str, StringConstraints(pattern=r"^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})$", max_length=20)]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=60)]

_EXAMPLES = {
    "name": 'name = "my-reading"',
    "directions": '[[directions]] with id = "latent-reasoning"',
    "id": 'id = "latent-reasoning"',
    "zh": 'zh = "隐空间推理"',
    "en": 'en = "latent-space reasoning"',
    "keywords": 'keywords = ["latent reasoning", "continuous thought"]',
    "context": 'context = ["LLM", "language model"]',
    "queries": 'queries = ["latent reasoning LLM"]',
    "authors": 'authors = ["Ada Lovelace"]',
    "organizations": 'organizations = ["Stanford University"]',
    "seeds": 'seeds = ["2604.24927"]',
    "avoid": 'avoid = ["medical imaging"]',
}


class Direction(Value):
    """Something the reader works on.

    `keywords` are phrases as abstracts write them, most telling first; letter case, hyphens and plurals do not
    matter. A paper that names none of `context` (when given) counts for less. `queries` are GitHub search phrases.
    """

    id: Slug
    zh: Phrase
    en: Phrase
    keywords: Phrases = Field(min_length=1)
    context: Phrases = ()
    queries: Phrases = Field(default=(), max_length=2)


class Profile(Value):
    """A reader: at most 20 directions, whom they follow and what they never want to see.

    `seeds` are the arXiv ids of papers they want more of.
    """

    name: Slug
    directions: tuple[Direction, ...] = Field(min_length=1, max_length=20)
    authors: Phrases = ()
    organizations: Phrases = ()
    avoid: Phrases = ()
    seeds: Annotated[tuple[ArxivId, ...], Field(max_length=20)] = ()

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal characters that change with anything in the profile."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @field_validator("directions")
    @classmethod
    def _ids_differ(cls, directions: tuple[Direction, ...]) -> tuple[Direction, ...]:
        if len({d.id for d in directions}) < len(directions):
            raise ValueError("two directions have the same id")
        return directions


def load_profile(path: Path | None = None) -> Profile:
    """Return the profile in a TOML file, or the packaged one for None.

    Raises ProfileError naming the file and, a line each, every wrong field with an example of a right one.
    """
    path = path or DEFAULT_PROFILE
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read ({error.strerror}); it should start {_EXAMPLES['name']}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: not TOML ({error}); a line looks like {_EXAMPLES['keywords']}") from error
    except ValidationError as error:
        lines = [f"  {_mistake(e['loc'], e['msg'])}" for e in error.errors()]
        raise ProfileError("\n".join([f"{path}: the profile cannot be used", *lines])) from error


def _mistake(location: tuple[Any, ...], message: str) -> str:
    """Say where a mistake is, what it is, and what would be right: `directions[2].id: Field required, as in …`."""
    where = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    names = [part for part in location if isinstance(part, str)]
    example = _EXAMPLES.get(names[-1]) if names else None
    message = message.removeprefix("Value error, ").replace("Input should be", "has to be")
    return f"{where}: {message}" + (f", as in {example}" if example else f"; known: {', '.join(_EXAMPLES)}")
