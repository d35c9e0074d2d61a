"""Rule set files in, an index out: made anew, or of an older one, of which the trials of unchanged files are kept."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from eligo.index.arrays import Whole
from eligo.index.build import DENIED, OF_JOIN, Builder, FileState, TrialRow
from eligo.index.entry import EntryCriterion, TrialEntry
from eligo.index.kinds import OPS, AnswerKind, Bounds, Settled
from eligo.index.layout import arrays_of, kinds_of
from eligo.index.opened import OpenedIndex
from eligo.index.stored import write_index

_NO_TREE = 0  # of what is kept as references


class IndexMaker:
    """A builder that begins empty or with an older index; `kept` takes trials over from that one."""

    def __init__(self, old: OpenedIndex | None = None) -> None:
        self.builder, self.old = Builder(), old
        self._known: dict[int, AnswerKind] = {}
        if old is not None:
            self._take_tests(old)
            self._take_joins(old)

    def add(self, entry: TrialEntry, file: FileState) -> None:
        """Add a trial."""
        self.builder.add(entry, file)

    def keep(self, number: int, file: FileState) -> None:
        """Take a trial of the old index over; its file may lie elsewhere now."""
        assert self.old is not None
        begin, end = self.old.criterion_starts[number : number + 2].tolist()
        first, last = self.old.part_starts[number : number + 2].tolist()
        row = TrialRow(
            _entry(self.old, number),
            file,
            tuple(self._criteria[begin:end]),
            tuple(self._parts[first:last]),
        )
        self.builder.rows.append(row)

    def write(self, path: Path, folders: Sequence[str] = (), refused: Sequence[str] = ()) -> int:
        """Write the index whole or not at all; its size in bytes.

        `folders` are those whose files are all meant, `refused` the files that are no rule sets.
        """
        arrays, silent = arrays_of(self.builder, kinds_of(self.builder, self._known))
        return write_index(path, arrays, {"silent": silent, "folders": list(folders), "refused": list(refused)})

    def _take_tests(self, old: OpenedIndex) -> None:
        builder = self.builder
        builder.tests = [old.text(number) for number in range(old.tests)]
        builder.hashes = {key: number for number, key in enumerate(old.hashes.tolist())}
        reads, rulers = dict(old.reading.ids_of_tests()), dict(old.ruling.ids_of_tests())
        silent = [old.silent_names[kind] for kind in old.silent_kinds.tolist()]
        held = _held(old)
        for number, settled in enumerate(old.settled.tolist()):
            bounds = held.get(number)
            own = frozenset((bounds.variable,)) if bounds else frozenset[str]()
            self._known[number] = AnswerKind(
                Settled(settled), silent[number], reads.get(number, own), rulers.get(number, own), bounds
            )

    def _take_joins(self, old: OpenedIndex) -> None:
        starts, parts = old.join_starts.tolist(), self._references(old.join_parts)
        counts = old.join_counts.tolist()
        self.builder.joins = {
            (counts[join], *parts[starts[join] : starts[join + 1]]): join for join in range(len(counts))
        }

    @functools.cached_property
    def _criteria(self) -> list[int]:
        assert self.old is not None
        return self._references(self.old.criteria)

    @functools.cached_property
    def _parts(self) -> list[int]:
        assert self.old is not None
        return self._references(self.old.parts)

    def _references(self, literals: Whole) -> list[int]:
        """What the literals of the old index are to the builder, whose tests and joins begin with the same numbers."""
        assert self.old is not None
        numbers, denied = literals.astype(np.int64) >> 1, literals.astype(np.int64) & DENIED
        of_join = numbers >= self.old.tests
        found: list[int] = (((numbers - self.old.tests * of_join) << 2) | (of_join * OF_JOIN) | denied).tolist()
        return found


def _held(old: OpenedIndex) -> dict[int, Bounds]:
    found = {}
    for variable, (begin, end) in old.held.items():
        for place in range(begin, end):
            pairs = zip(old.held_ops[place].tolist(), old.held_limits[place].tolist(), strict=True)
            ops, values = zip(*[pair for pair in pairs if pair[0] < len(OPS)], strict=True)
            found[place + 1] = Bounds(variable, ops, values)
    return found


def _entry(old: OpenedIndex, number: int) -> TrialEntry:
    """What is kept of a trial, without its tests and trees, of which there are references."""
    begin, end = old.criterion_starts[number : number + 2].tolist()
    drafts = int(old.drafts[number])
    ids = old.criterion_ids_of(number)
    rows: Iterable[tuple[int, bool, bytes]] = zip(
        old.criterion_arms[begin:end].tolist(),
        old.denied(begin, end),
        [row.tobytes() for row in old.criterion_texts[begin:end]],
        strict=True,
    )
    criteria = tuple(
        EntryCriterion(id_, arm, denied, place < drafts, sha.hex(), _NO_TREE)
        for place, (id_, (arm, denied, sha)) in enumerate(zip(ids, rows, strict=True))
    )
    arms = old.arms[number]
    statuses = old.statuses[number]
    return TrialEntry(
        old.names[number],
        old.titles[number],
        old.sha256[number].tobytes().hex(),
        tuple(zip(arms[0::2], arms[1::2], strict=True)),
        old.notes[number],
        bool(old.states_none[number]),
        bool(old.unstated[number]),
        old.conditions[number],
        (statuses[0] if statuses else None, old.phases[number], old.countries[number], old.age_groups[number]),
        (),
        criteria,
    )
