"""An index and a patient in, what every trial comes to out: verdicts, what blocks, what is open, how much passes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from eligo.errors import Problem
from eligo.evaluation.chart import Policy
from eligo.evaluation.derive import age_of
from eligo.explain import TrialScreening
from eligo.index.arrays import Flags, Truths
from eligo.index.by_hand import ByHand
from eligo.index.matching import Matcher
from eligo.index.opened import OpenedIndex
from eligo.index.weighing import Weigher, Weights
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient

VERDICTS = ("INELIGIBLE", "UNDETERMINED", "ELIGIBLE")  # by the value of a trial


class IndexScreening(NamedTuple):
    """A patient and all trials of an index.

    `truths` are those of the distinct tests. `assumed` marks the criteria that pass on an assumption. `by_hand` are the
    trials, by number, that the plain evaluator weighed; what the arrays say of them does not count. `clashing` are
    scores whose inputs contradict them, `problems` what is wrong with answers of persons that decide nothing.
    """

    patient: str
    as_of: date
    sex: str | None
    age: int | None
    truths: Truths
    weights: Weights
    assumed: Flags
    by_hand: dict[int, TrialScreening]
    clashing: tuple[str, ...]
    problems: tuple[Problem, ...]

    def values(self) -> Truths:
        """What each trial comes to, in the order of the index: a place in `VERDICTS`."""
        found = self.weights.trials
        if self.by_hand:
            found = found.copy()
            for number, trial in self.by_hand.items():
                found[number] = VERDICTS.index(trial.verdict.value)
        return found

    def verdicts(self) -> list[str]:
        """The verdict of each trial, in the order of the index."""
        return [VERDICTS[value] for value in self.values().tolist()]


class IndexScreener:
    """An index under one policy, ready for one patient after the other. Raise `EligoError` for a file that is none."""

    def __init__(self, path: Path, policy: Policy | None = None) -> None:
        self.index = OpenedIndex(path)
        self.policy = policy or Policy()
        self.matcher, self.weigher = Matcher(self.index, self.policy), Weigher(self.index)

    def screen(self, patient: Patient) -> IndexScreening:
        """Meet a patient with every trial."""
        chart, truths, proven, clashing = self.matcher.truths(patient)
        weights = self.weigher.weigh(truths)
        assumed: Flags = np.zeros(len(weights.criteria), np.bool_)
        if not np.array_equal(truths, proven):
            sure = self.weigher.weigh(proven).criteria
            assumed = (weights.criteria == 2) & (sure != 2)
        age = age_of(chart)
        years = int(age.low) if age and age.low == age.high else None
        asked = self.asked_of(patient)
        by_hand = dict(asked.screened(self.policy))
        problems = tuple(asked.all_asked().problems(patient)) if patient.replies else ()
        found = patient.id, patient.as_of, chart.sex, years, truths, weights, assumed, by_hand
        return IndexScreening(*found, clashing, problems)

    def asked_of(self, patient: Patient) -> ByHand:
        """What the plain evaluator has to weigh: what persons said of single criteria, and answered."""
        return ByHand(self.index, self.weigher, patient)

    def places(self, trial: int) -> tuple[int, int]:
        """Where the criteria of a trial begin and end."""
        begin, end = self.index.criterion_starts[trial : trial + 2].tolist()
        return begin, end
