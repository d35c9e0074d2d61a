"""Trials in, the arrays of an index out: each distinct test and each distinct join once, whoever asks it.

While trials are added, a *reference* is a number of a test or of a join, with whether it is denied: what a predicate
says of its parts (`all`, `any`, `if`, `not`) is then a join that all must hold, and denials. In strong Kleene logic
that is the same, by De Morgan's laws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from eligo.errors import EligoError, Problem
from eligo.index.arrays import Flags, hash_of
from eligo.index.entry import ATTESTED, EntryTree, TrialEntry
from eligo.namedtuple import NamedTuple

# A reference: the number, whether it is of a join (else of a test), and whether it is denied, as bits.
DENIED, OF_JOIN = 1, 2
TRUE = 0  # the reference to the first test, which is always met

_ALWAYS = '{"Always":["",null]}'


class FileState(NamedTuple):
    """Which file a trial is of, and what tells whether it was written since: its size, and when (in nanoseconds)."""

    path: str
    size: int
    changed: int


class TrialRow(NamedTuple):
    """A trial as references: of each criterion what has to be met; with arms, also of the parts and the whole.

    `parts` are what the common criteria and those of each arm come to, and what all of these do.
    """

    entry: TrialEntry
    file: FileState
    criteria: tuple[int, ...]
    parts: tuple[int, ...]


class Builder:
    """Tests, joins and trials as they are added.

    `tests` are the texts of the tests (of attestations none) by number, `hashes` tell them from one another. A join is
    `(count, references)`; `count` is how many must be met, 0 for all.
    """

    def __init__(self) -> None:
        self.tests: list[str] = []
        self.hashes: dict[int, int] = {}
        self.joins: dict[tuple[int, ...], int] = {}
        self.rows: list[TrialRow] = []
        self.test(_ALWAYS)

    def test(self, text: str) -> int:
        """The number of a test, the same for the same text."""
        key = hash_of(text)
        number = self.hashes.setdefault(key, len(self.tests))
        if number == len(self.tests):
            self.tests.append(text)
        # An index that is brought up to date has no words of attestations, but their hashes.
        elif self.tests[number] not in (text, f"{ATTESTED}{key:016x}"):
            raise EligoError(Problem("index-clash", "two tests have the same hash", help="leave one of the trials out"))
        return number

    def add(self, entry: TrialEntry, file: FileState) -> None:
        """Add a trial."""
        tests = [self.test(text) << 2 for text in entry.tests]
        criteria = tuple(
            self._reference(one.tree, tests) ^ (DENIED if one.is_exclusion else 0) for one in entry.criteria
        )
        parts: tuple[int, ...] = ()
        if entry.arms:
            own = [
                self._all([c for c, one in zip(criteria, entry.criteria, strict=True) if one.arm == arm])
                for arm in range(len(entry.arms) + 1)
            ]
            any_arm = self._all([arm ^ DENIED for arm in own[1:]]) ^ DENIED
            parts = (*own, self._all([own[0], any_arm]))
        self.rows.append(TrialRow(entry, file, criteria, parts))

    def _reference(self, tree: EntryTree, tests: Sequence[int]) -> int:
        if isinstance(tree, int):
            return tests[tree]
        how, count, parts = tree
        found = [self._reference(part, tests) for part in parts]
        if how == "all":
            return self._all(found)
        if how == "not":
            return found[0] ^ DENIED
        if how == "at_least":
            return TRUE if count <= 0 else self._join(count, found or [TRUE ^ DENIED])
        return self._all([part ^ DENIED for part in found]) ^ DENIED  # any, if

    def _all(self, parts: Iterable[int]) -> int:
        """What all of the parts together come to, each of them once, in their order."""
        found = [part for part in dict.fromkeys(parts) if part != TRUE]
        if TRUE ^ DENIED in found:
            return TRUE ^ DENIED
        if len(found) < 2:
            return found[0] if found else TRUE
        return self._join(0, found)

    def _join(self, count: int, parts: Sequence[int]) -> int:
        number = self.joins.setdefault((count, *parts), len(self.joins))
        return number << 2 | OF_JOIN

    def levels(self) -> list[int]:
        """How far above the tests each join stands: 1 where its parts are tests alone."""
        found: list[int] = []
        for join in self.joins:
            below = [found[part >> 2] for part in join[1:] if part & OF_JOIN]
            found.append(1 + max(below, default=0))
        return found

    def used(self) -> tuple[Flags, list[bool]]:
        """Which tests and which joins the trials ask for: a trial that was left out may have been the only one."""
        joins, tests = [False] * len(self.joins), np.zeros(len(self.tests), np.bool_)
        tests[0] = True
        ahead: list[int] = [part for row in self.rows for part in (*row.criteria, *row.parts)]
        all_joins = list(self.joins)
        while ahead:
            found, ahead = set(ahead), []
            for part in found:
                if not part & OF_JOIN:
                    tests[part >> 2] = True
                elif not joins[part >> 2]:
                    joins[part >> 2] = True
                    ahead += all_joins[part >> 2][1:]
        return tests, joins
