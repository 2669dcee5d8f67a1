"""Libraries loaded without what they load for uses that a bot has none of."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(name: str) -> Iterator[None]:
    """Have a module count as not installed for what is imported meanwhile, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # https://docs.python.org/3/reference/import.html#the-module-cache
    try:
        yield
    finally:
        del sys.modules[name]
