"""An index and a patient in, the truth of each distinct test out.

Most tests look at nothing that a record mentions: what they say hangs on sex, lists and policy alone, and is found out
once for each silent kind. A value that is one point is held against all fixed limits on its variable at once. Whatever
else a record touches is asked of the plain evaluator, each distinct test once.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from eligo.evaluate import answer_of
from eligo.evaluation.answers import Answer, ran
from eligo.evaluation.assumed import assumptions, guesses
from eligo.evaluation.chart import Chart, Outcome, Policy
from eligo.evaluation.clash import clash
from eligo.evaluation.comparing import OF_POINT, Measured
from eligo.evaluation.truths import UNKNOWN
from eligo.index.arrays import Flags, Truths
from eligo.index.kinds import OPS
from eligo.index.opened import OpenedIndex
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient
from eligo.vocabulary.relations import relations
from eligo.vocabulary.scores import SCORES

_MOST_ANSWERS = 200_000  # tests made ready that are kept
# What a side says of a point below a limit, at it and above it; the last row is that of no limit at all.
_OF_POINT = np.array([[int(truth) for truth in OF_POINT[op]] for op in OPS] + [[2, 2, 2]], np.int8)  # type: ignore[index]
_SLACK = 1e-10  # as `eligo.evaluation.comparing.slack`

_SilenceKey = tuple[str | None, frozenset[str], frozenset[str]]


class RecordTruths(NamedTuple):
    """The truth of each test, and what it would be without what is assumed.

    `clashing` are the scores of which the record states another value than their own inputs give.
    """

    chart: Chart
    truths: Truths
    proven: Truths
    clashing: tuple[str, ...]


class Matcher:
    """The tests of an index under one policy; what is found out of one patient and holds for others is kept."""

    def __init__(self, index: OpenedIndex, policy: Policy) -> None:
        self.index, self.policy = index, policy
        self._answers: dict[int, Answer] = {}
        self._silence: dict[_SilenceKey, tuple[Truths, Truths]] = {}
        self._clashing: dict[str, None] = {}

    def truths(self, patient: Patient) -> RecordTruths:
        """The truths for a patient; what persons answered to leaves and criteria is not weighed here."""
        chart = Chart(patient, self.policy)
        silent, proven_silent = self._of_silence(chart)
        truths, proven = silent[self.index.silent_kinds], proven_silent[self.index.silent_kinds]
        touched = self._touched(chart)
        for variable, results in chart.results.items():
            if variable in self.index.held and results:
                self._hold(variable, chart, truths, proven, touched)
        self._hear(chart, truths, proven)
        silence = bool(chart.complete or chart.assumed)
        self._clashing.clear()
        for number in np.flatnonzero(touched).tolist():
            truths[number], proven[number] = self._run(number, chart, silence)
        return RecordTruths(chart, truths, proven, tuple(self._clashing))

    def _of_silence(self, chart: Chart) -> tuple[Truths, Truths]:
        """What each silent kind says of a record that mentions nothing but the same sex and the same lists."""
        key = (chart.sex, chart.patient.complete, chart.patient.in_part)
        known = self._silence.get(key)
        if known is None:
            blank = Chart(Patient("", date.min, sex=chart.sex, complete=key[1], in_part=key[2]), self.policy)
            silence = bool(blank.complete or blank.assumed)
            said = [self._run(number, blank, silence) for number in self.index.silent_tests.tolist()]
            pairs = np.array(said, np.int8).reshape(-1, 2)
            known = self._silence[key] = (pairs[:, 0].copy(), pairs[:, 1].copy())
        return known

    def _touched(self, chart: Chart) -> Flags:
        """The tests that look at anything that a record mentions."""
        touched = np.zeros(self.index.tests, np.bool_)
        reading, ruling = self.index.reading, self.index.ruling
        for variable, results in chart.results.items():
            if results:
                reading.mark(variable, touched)
        for concept in chart.facts:
            reading.mark(concept, touched)
            if ":" in concept:
                for name in relations().reach(concept):
                    reading.mark(name, touched)
        for name in chart.absent | chart.never:
            ruling.mark(name, touched)
        if chart.patient.birth is not None:
            reading.mark("age", touched)
        return touched

    def _hold(self, variable: str, chart: Chart, truths: Truths, proven: Truths, touched: Flags) -> None:
        """Hold a value against all fixed limits on its variable; where it is no point, each test runs."""
        begin, end = self.index.held[variable]
        results = chart.results[variable]
        first = results[0]
        point = first.low == first.high and first.low_closed and first.high_closed and first.problem is None
        if not point or not chart.first_alone(results, chart.oldest[variable]):
            touched[begin + 1 : end + 1] = True  # the first of all tests is none of them
            return
        limits, ops = self.index.held_limits[begin:end], self.index.held_ops[begin:end]
        distance, near = first.low - limits, np.abs(limits) * _SLACK
        place = np.where((distance >= -near) & (distance <= near), 1, np.where(distance > 0, 2, 0))
        found = _OF_POINT[ops, place].min(axis=1)
        truths[begin + 1 : end + 1] = proven[begin + 1 : end + 1] = found

    def _hear(self, chart: Chart, truths: Truths, proven: Truths) -> None:
        """Take what the record says that persons stated."""
        for topic, stated in chart.attested.items():
            number = self.index.attestation(topic)
            if number is not None:
                truths[number] = proven[number] = 2 if stated else 0

    def _run(self, number: int, chart: Chart, silence: bool) -> tuple[int, int]:
        """The truth of a test by the plain evaluator, and what it would be without what is assumed."""
        answer = self._answers.get(number)
        if answer is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            answer = self._answers[number] = answer_of(self.index.test(number))[0]
        outcome: Outcome = ran(answer, chart)
        truth = outcome[0]
        if isinstance(answer, Measured) and answer.variable in SCORES and answer.variable in chart.results:
            self._compare(answer, outcome, chart)
        if truth is UNKNOWN or not guesses(answer, silence) or not assumptions(answer, outcome, chart):
            return int(truth), int(truth)
        return int(truth), int(UNKNOWN)

    def _compare(self, answer: Measured, outcome: Outcome, chart: Chart) -> None:
        """Note a stated score that its own inputs contradict."""
        stated = answer.window is None and answer.variable not in self._clashing
        if stated and clash(outcome[3], chart) is not None:
            self._clashing[answer.variable] = None
