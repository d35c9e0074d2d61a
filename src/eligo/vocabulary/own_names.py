"""The names that count before the dictionary in this process: those of a site, which are given once, at the start.

What was worked out of names is kept, and is forgotten where other names are given (`forgotten_with_names`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from eligo.cache import digest
from eligo.data import data_dir, grammar_state
from eligo.vocabulary.entry import Entry, freeze

SHIPPED = ("dictionary.bin", "dictionary.tsv.xz")  # as the build made it, and the table of a checkout


class _Kept(Protocol):
    """A function that keeps what it gave."""

    def cache_clear(self) -> None: ...


_KeptT = TypeVar("_KeptT", bound=_Kept)
_own: list[Entry] = []
_kept: list[Callable[[], None]] = []


def own_names() -> tuple[Entry, ...]:
    """The entries of the site's names, none where there is no file of them."""
    return tuple(_own)


def use_names(entries: Iterable[Entry]) -> None:
    """Take a site's own names in place of those that were taken before."""
    given = list(entries)
    if given != _own:
        _own[:] = given
        for forget in _kept:
            forget()


def forgotten_with_names(function: _KeptT) -> _KeptT:
    """Have a function with a cache forget what it gave when other names are taken."""
    _kept.append(function.cache_clear)
    return function


def forget_with_names(forget: Callable[[], None]) -> None:
    """Call `forget` when other names are taken."""
    _kept.append(forget)


@forgotten_with_names
@functools.cache
def names_state() -> bytes:
    """What tells whether names still mean the same: the site's, the dictionary, and what was reviewed of it."""
    folder = data_dir("vocabularies")
    stats = [(name, path.stat()) for name in SHIPPED if (path := folder / name).is_file()]
    shipped = [f"{name} {stat.st_size} {stat.st_mtime_ns}".encode() for name, stat in stats[:1]]
    rows = [freeze(entry).encode() for entry in _own]
    return digest([*shipped, grammar_state(["ancestors.yaml"]), *rows]).encode()
