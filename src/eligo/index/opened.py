"""An index file in, its parts out by name and type: arrays as they lie in the file, texts decoded when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eligo.errors import EligoError, Place, Problem
from eligo.index.arrays import Bytes, Flags, Hashes, PackedTexts, Texts, Whole, hash_of
from eligo.index.entry import ATTESTED, test_of
from eligo.index.layout import NO_CRITERIA, UNSTATED
from eligo.index.stored import AGAIN, StoredIndex, read_index
from eligo.plan import Test


class LookedAt:
    """By id the tests that look at it."""

    def __init__(self, name: str, stored: StoredIndex) -> None:
        arrays = stored.arrays
        self.ids = Texts(arrays[f"{name}_ids_starts"], arrays[f"{name}_ids"])
        self.groups_of, self.groups = arrays[f"{name}_starts"], arrays[f"{name}_groups"]
        self.starts: Whole = arrays[f"{name}_test_starts"]
        self.tests: Whole = arrays[f"{name}_tests"]
        self._numbers = {one: place for place, one in enumerate(self.ids.all())}

    def __contains__(self, one: str) -> bool:
        return one in self._numbers

    def mark(self, one: str, marked: Flags) -> None:
        """Mark the tests that look at an id."""
        number = self._numbers.get(one)
        if number is None:
            return
        for group in self.groups[self.groups_of[number] : self.groups_of[number + 1]]:
            marked[self.tests[self.starts[group] : self.starts[group + 1]]] = True

    def ids_of_tests(self) -> Iterator[tuple[int, frozenset[str]]]:
        """Each test that looks at anything, with the ids."""
        of_group: dict[int, list[str]] = {}
        for number, one in enumerate(self.ids.all()):
            for group in self.groups[self.groups_of[number] : self.groups_of[number + 1]].tolist():
                of_group.setdefault(group, []).append(one)
        for group, ids in of_group.items():
            found = frozenset(ids)
            for test in self.tests[self.starts[group] : self.starts[group + 1]].tolist():
                yield test, found


class Shared:
    """Lists of words, one list a trial."""

    def __init__(self, name: str, stored: StoredIndex, words: Texts) -> None:
        self.starts, self.numbers = stored.arrays[f"{name}_starts"], stored.arrays[name]
        self._words = words

    def __getitem__(self, trial: int) -> tuple[str, ...]:
        found = self.numbers[self.starts[trial] : self.starts[trial + 1]].tolist()
        return tuple([self._words[number] for number in found])


class OpenedIndex:
    """The parts of an index; `layout` says what they are. Raise `EligoError` for a file that is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._open(read_index(path))
        except (KeyError, IndexError, UnicodeDecodeError):  # whole by its sum, and yet no index
            raise EligoError(Problem("index-damaged", "the index is damaged", Place(str(path)), AGAIN)) from None

    def _open(self, stored: StoredIndex) -> None:
        arrays: dict[str, npt.NDArray[Any]] = dict(stored.arrays)
        self.head = stored.head
        self.hashes: Hashes = arrays["test_hashes"]
        self.settled: Bytes = arrays["test_settled"]
        self.silent_kinds: Whole = arrays["silent_kinds"]
        self.silent_tests: Whole = arrays["silent_tests"]
        self.silent_names: list[str] = stored.head["silent"]
        self._texts = PackedTexts(arrays["text_starts"], arrays["texts"])
        self.attested: int = int(arrays["attested"][0])  # the number of the first attestation
        self.held_ops, self.held_limits = arrays["held_ops"], arrays["held_limits"]
        names, starts = _texts("held_names", arrays).all(), arrays["held_starts"].tolist()
        self.held = {name: (a, b) for name, a, b in zip(names, starts, starts[1:], strict=False)}
        self.reading, self.ruling = LookedAt("reading", stored), LookedAt("ruling", stored)
        self.join_starts: Whole = arrays["join_starts"]
        self.join_parts: Whole = arrays["join_parts"]
        self.join_counts: Whole = arrays["join_counts"]
        self.steps: list[int] = arrays["steps"].tolist()
        self.criterion_starts: Whole = arrays["criterion_starts"]
        self.criteria: Whole = arrays["criteria"]
        self.criterion_arms: npt.NDArray[np.unsignedinteger[Any]] = arrays["criterion_arms"]
        self.criterion_ids: npt.NDArray[np.unsignedinteger[Any]] = arrays["criterion_ids"]
        self.criterion_texts: Bytes = arrays["criterion_texts"]
        self._denied: Bytes = arrays["criterion_denied"]
        self.part_starts: Whole = arrays["part_starts"]
        self.parts: Whole = arrays["parts"]
        self.drafts: Whole = arrays["trial_drafts"]
        self.flags: Bytes = arrays["trial_flags"]
        self.sha256: Bytes = arrays["trial_sha256"]
        self.names = _texts("trial_names", arrays)
        self.titles = _texts("trial_titles", arrays)
        self.paths = _texts("file_paths", arrays)
        self.sizes: npt.NDArray[np.int64] = arrays["file_sizes"]
        self.changed: npt.NDArray[np.int64] = arrays["file_changed"]
        self.words = _texts("words", arrays)
        self.arms, self.notes = Shared("arms", stored, self.words), Shared("notes", stored, self.words)
        self.conditions = Shared("conditions", stored, self.words)
        self.statuses, self.phases = Shared("statuses", stored, self.words), Shared("phases", stored, self.words)
        self.countries = Shared("countries", stored, self.words)
        self.age_groups = Shared("age_groups", stored, self.words)
        self._numbers: dict[str, int] | None = None

    @property
    def tests(self) -> int:
        """How many distinct tests there are."""
        return len(self.hashes)

    @property
    def trials(self) -> int:
        """How many trials there are."""
        return len(self.flags)

    @property
    def states_none(self) -> Flags:
        """Of each trial, whether its source states no criteria."""
        found: Flags = (self.flags & NO_CRITERIA) > 0
        return found

    @property
    def unstated(self) -> Flags:
        """Of each trial, whether nobody can be eligible by what its source states."""
        found: Flags = (self.flags & UNSTATED) > 0
        return found

    def number(self, trial: str) -> int | None:
        """The number of a trial, by its id."""
        if self._numbers is None:
            self._numbers = {name: number for number, name in enumerate(self.names.all())}
        return self._numbers.get(trial)

    def text(self, number: int) -> str:
        """The text of a test; of an attestation its hash stands for it, since only that is kept."""
        if number >= self.attested:
            return f"{ATTESTED}{int(self.hashes[number]):016x}"
        return self._texts[number]

    def test(self, number: int) -> Test:
        """A distinct test; the topic of an attestation is its hash."""
        return test_of(self.text(number))

    def attestation(self, topic: str) -> int | None:
        """The number of the test that asks whether a person stated a topic."""
        found = np.flatnonzero(self.hashes[self.attested :] == np.uint64(hash_of(ATTESTED + topic)))
        return self.attested + int(found[0]) if len(found) else None

    def denied(self, begin: int, end: int) -> list[bool]:
        """Of criteria, whether each is an exclusion."""
        first = begin // 8
        bits = np.unpackbits(self._denied[first : -(-end // 8)])[begin - 8 * first : end - 8 * first]
        found: list[bool] = bits.astype(np.bool_).tolist()
        return found

    def criterion_ids_of(self, trial: int) -> list[str]:
        """The ids of a trial's criteria."""
        start, end = self.criterion_starts[trial : trial + 2].tolist()
        return [self.words[number] for number in self.criterion_ids[start:end].tolist()]


def _texts(name: str, arrays: dict[str, npt.NDArray[Any]]) -> Texts:
    return Texts(arrays[f"{name}_starts"], arrays[name])
