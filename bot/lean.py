"""What keeps a process small that runs for months: libraries without what no bot uses, and memory given back.

The second only where glibc is the C library; Python itself gives back what it has for small objects.
"""

from __future__ import annotations

import ctypes
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


def spare_memory() -> None:
    """Have freed memory given back, here and in threads, which wait for the interpreter anyway.

    M_ARENA_MAX = 1 and M_TRIM_THRESHOLD = 100 kB, see mallopt(3): a day that was laid out leaves 25 MB otherwise.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(-8, 1)
        mallopt(-1, 100_000)


def give_back() -> None:
    """Give back what is free in between, some milliseconds' work, see malloc_trim(3): after a day it is 5 MB."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
