"""Truths of tests in, those of joins, criteria and trials out: level by level, each distinct join once.

Values are 0 NOT_MET, 1 UNKNOWN, 2 MET, so that `and` is the minimum; of criteria and trials 0 blocks, 1 is open, 2
passes. A value stands at twice its number, its denial beside it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from eligo.index.arrays import Flags, Places, Truths, Whole
from eligo.index.opened import OpenedIndex
from eligo.namedtuple import NamedTuple


class Weights(NamedTuple):
    """What each trial comes to, each criterion, and each part of trials with arms.

    `counted` are the criteria that count for what the trial says of itself: all common ones, and those of the arms that
    are not blocked where no arm passes, or of all arms where all are blocked.
    """

    trials: Truths
    criteria: Truths
    parts: Truths
    counted: Flags


class Weigher:
    """The joins of an index, ready to be evaluated for one patient after the other."""

    def __init__(self, index: OpenedIndex) -> None:
        self.index = index
        starts = index.criterion_starts
        self._filled = np.flatnonzero(starts[1:] > starts[:-1])  # trials with criteria
        self.with_arms = np.flatnonzero(index.part_starts[1:] > index.part_starts[:-1])
        self._part_starts = index.part_starts[self.with_arms].astype(np.int64)
        self._part_ends = index.part_starts[self.with_arms + 1].astype(np.int64)
        # By turns where the arms of a trial begin and end among its parts, of which the first and the last are no arms.
        self._arm_ends = np.stack([self._part_starts + 1, self._part_ends - 1], 1).ravel()
        self._of_arms: Places = np.flatnonzero(index.criterion_arms)
        trial_of = np.searchsorted(starts, self._of_arms, side="right") - 1
        self._arm_parts = index.part_starts[trial_of] + index.criterion_arms[self._of_arms]
        self._place = np.searchsorted(self.with_arms, trial_of)

    def best(self, tests: Truths, free: Flags) -> Truths:
        """The greatest value that all tests, joins and their denials can have, where some tests may turn out any way.

        Of a test that is asked twice, each time may turn out for the best.
        """
        index, count = self.index, len(tests)
        values = self._begun(tests)
        values[0 : 2 * count : 2][free] = values[1 : 2 * count : 2][free] = 2
        for first, last in zip(index.steps, index.steps[1:], strict=False):
            begin, end = index.join_starts[first], index.join_starts[last]
            parts, at = index.join_parts[begin:end], index.join_starts[first:last] - begin
            counts = index.join_counts[first:last]
            place, stop = 2 * (count + first), 2 * (count + last)
            values[place:stop:2] = _joined(values[parts], at, counts)
            values[place + 1 : stop : 2] = 2 - _joined(2 - values[parts ^ 1], at, counts)
        return values

    def values(self, tests: Truths) -> Truths:
        """The values of all tests and joins, with their denials."""
        index, count = self.index, len(tests)
        values = self._begun(tests)
        for first, last in zip(index.steps, index.steps[1:], strict=False):
            begin, end = index.join_starts[first], index.join_starts[last]
            parts = values[index.join_parts[begin:end]]
            found = _joined(parts, index.join_starts[first:last] - begin, index.join_counts[first:last])
            place, stop = 2 * (count + first), 2 * (count + last)
            values[place:stop:2] = found
            np.subtract(2, found, out=values[place + 1 : stop : 2])
        return values

    def _begun(self, tests: Truths) -> Truths:
        """The values of all tests and their denials, with room for those of joins."""
        count = len(tests)
        values = np.empty(2 * (count + len(self.index.join_counts)), np.int8)
        values[0 : 2 * count : 2] = tests
        np.subtract(2, tests, out=values[1 : 2 * count : 2])
        return values

    def weigh(self, tests: Truths) -> Weights:
        """What the truths of all tests come to."""
        index, values = self.index, self.values(tests)
        criteria, parts = values[index.criteria], values[index.parts]
        trials = np.full(index.trials, 2, np.int8)
        if len(self._filled):
            trials[self._filled] = np.minimum.reduceat(criteria, index.criterion_starts[self._filled])
        counted = np.ones(len(criteria), np.bool_)
        if len(self.with_arms):
            trials[self.with_arms] = parts[self._part_ends - 1]
            counted[self._of_arms] = self._counted(parts)
        trials[(trials == 2) & index.unstated] = 1
        return Weights(trials, criteria, parts, counted)

    def _counted(self, parts: Truths) -> Flags:
        """Of the criteria of arms, which count."""
        best = np.maximum.reduceat(parts, self._arm_ends)[::2][self._place]
        found: Flags = ((best == 1) & (parts[self._arm_parts] >= 1)) | (best == 0)
        return found

    def each(self, of_criteria: Flags) -> npt.NDArray[np.int64]:
        """How many criteria of each trial are marked."""
        found = np.zeros(self.index.trials, np.int64)
        if len(self._filled):
            starts = self.index.criterion_starts[self._filled]
            found[self._filled] = np.add.reduceat(of_criteria, starts, dtype=np.int64)
        return found

    def asking(self, tests: Flags) -> Places:
        """The trials that ask any of the marked tests."""
        index, count = self.index, len(tests)
        marked = np.zeros(count + len(index.join_counts), np.bool_)
        marked[:count] = tests
        for first, last in zip(index.steps, index.steps[1:], strict=False):
            begin, end = index.join_starts[first], index.join_starts[last]
            parts = marked[index.join_parts[begin:end] >> 1]
            marked[count + first : count + last] = np.logical_or.reduceat(parts, index.join_starts[first:last] - begin)
        return np.flatnonzero(self.each(marked[index.criteria >> 1]))


def _joined(parts: Truths, at: Whole, counts: Whole) -> Truths:
    """The values of joins of one level: all of their parts, or so many of them."""
    found: Truths
    if not counts[0]:
        found = np.minimum.reduceat(parts, at)
        return found
    met = np.add.reduceat(parts == 2, at, dtype=np.int64)
    can_be = np.add.reduceat(parts >= 1, at, dtype=np.int64)
    found = np.where(met >= counts, 2, np.where(can_be >= counts, 1, 0)).astype(np.int8)
    return found
