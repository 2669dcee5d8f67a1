"""A look at a feed before feedparser gets it, whose work can grow with the square of what a feed repeats.

It runs in a thread that no time limit can stop, so what it is given is bounded. arXiv's largest answers, 2,000 papers,
stay far below every bound here.
"""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

_ENTRIES: Final = ("http://www.w3.org/2005/Atom entry", "item")
_HARMLESS: Final = (  # an entry may repeat these: collaborations have thousands of authors
    "http://www.w3.org/2005/Atom author",
    "http://www.w3.org/2005/Atom name",
    "http://arxiv.org/schemas/atom affiliation",
)
_ELEMENTS: Final = 150_000
_PER_ENTRY: Final = 300  # elements; as many stand outside all entries together
_ATTRIBUTES: Final = 40
_NAMESPACES: Final = 100
_TEXTS: Final = 1_000_000  # a text breaks at every line end and escaped character


class _UnfitError(Exception):
    """The document declares a type, or one of the bounds is passed."""


def is_fit(document: bytes) -> bool:
    """Whether a document is well-formed XML of the dimensions of a feed, without a DTD and so without entities."""
    try:
        _Counter().read(document)
    except (expat.ExpatError, _UnfitError, LookupError, ValueError):  # the last two: an encoding Python does not know
        return False
    return True


class _Counter:
    def __init__(self) -> None:
        self._elements = self._outside = self._within = self._texts = 0
        self._namespaces: set[tuple[str | None, str | None]] = set()
        self._inside = False

    def read(self, document: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartNamespaceDeclHandler = self._namespace
        parser.Parse(document, True)  # noqa: FBT003 - it takes no keywords

    def _doctype(self, *_: object) -> None:
        raise _UnfitError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if name in _ENTRIES:
            self._inside, self._within = True, 0
        elif self._inside:
            self._within += name not in _HARMLESS
        else:
            self._outside += 1
        most = max(self._within, self._outside)
        if self._elements > _ELEMENTS or most > _PER_ENTRY or len(attributes) > _ATTRIBUTES:
            raise _UnfitError

    def _end(self, name: str) -> None:
        self._inside = self._inside and name not in _ENTRIES

    def _text(self, _: str) -> None:
        self._texts += 1
        if self._texts > _TEXTS:
            raise _UnfitError

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces.add((prefix, uri))
        if len(self._namespaces) > _NAMESPACES:
            raise _UnfitError
