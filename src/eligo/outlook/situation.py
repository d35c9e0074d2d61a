"""An engine and a patient in, a `Situation` out: the answers as they stand, and as they would be after an edit.

After an edit only the tests that look at what it touches run again. Attestations can be granted: taken to turn out as
the trial needs them, which tells what is left when only a person's word is missing.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Iterator

from eligo.evaluate import BLOCKS, OPEN, Engine, Trial
from eligo.evaluation.answers import Answers, numbers
from eligo.evaluation.chart import Chart
from eligo.namedtuple import NamedTuple
from eligo.outlook.edits import Edit
from eligo.patients.model import Patient
from eligo.plan import Attested, PlannedJoin, Tree
from eligo.truth import Kind, Truth, Verdict

MET, UNKNOWN = Truth.MET, Truth.UNKNOWN


class Situation:
    """One patient and some trials of an engine, with every test of theirs answered; `bits` are these tests."""

    def __init__(self, engine: Engine, patient: Patient, trials: Iterable[Trial] | None = None) -> None:
        self.engine, self.patient = engine, patient
        self.trials = engine.trials if trials is None else tuple(trials)
        self._reading: dict[frozenset[str] | tuple[str, ...], int] = {}
        self.bits = 0
        for trial in self.trials:
            self.bits |= trial.bits
        self.answers = engine.answers(patient)
        for number in numbers(self.answers.touched & self.bits):
            self.answers.outcome(number)

    def reading(self, names: frozenset[str] | tuple[str, ...]) -> int:
        """The bits of the tests that look at one of the ids."""
        found = self._reading.get(names)
        if found is None:
            readers, rulers, found = self.engine.readers, self.engine.rulers, 0
            for name in names:
                found |= readers.get(name, 0) | rulers.get(name, 0)
            self._reading[names] = found  # all answers to one question touch the same ids
        return found & self.bits

    def narrowed(self, names: frozenset[str]) -> Situation:
        """The same without the tests of these ids that no criterion hangs on, as others decide it already."""
        affected = self.reading(names)
        idle = affected
        unsure = known_as(self.answers, self.answers.met & ~affected, self.answers.unknown | affected)
        for trial in self.trials:
            for ready in trial.criteria:
                if ready.bits & idle and ready.holds(unsure) is UNKNOWN:
                    idle &= ~ready.bits
        if not idle:
            return self
        other = copy.copy(self)
        other.bits = self.bits & ~idle
        return other

    def after(self, edit: Edit) -> Answers:
        """The answers for the changed record; the tests that it touches are still pending."""
        if "sex" in edit.touched:
            return self.engine.answers(edit.patient)
        bits, before = self.reading(edit.touched), self.answers
        chart = Chart(edit.patient, self.engine.policy)
        chart.share(before.chart)
        answers = Answers(self.engine.tests, chart, before.empty, bits, given=self.engine.given(edit.patient))
        answers.touched = bits | before.touched
        answers.met, answers.unknown = before.met & ~bits, before.unknown & ~bits
        return answers.compare()


class Standing(NamedTuple):
    """The criteria that block a trial and those that keep it open, as a screening lists them."""

    blocks: tuple[str, ...]
    opens: tuple[str, ...]


def standing(trial: Trial, answers: Answers) -> Standing:
    """What blocks the trial and what is open: the common criteria, and those of the arms that count."""
    weighed = [(ready.criterion, ready.bearings[ready.truth(answers)]) for ready in trial.criteria]
    blocked = {criterion.cohort for criterion, weight in weighed if weight is BLOCKS}
    undecided = {criterion.cohort for criterion, weight in weighed if weight is OPEN}
    counted = trial.counting(blocked, undecided)
    blocks = (criterion.id for criterion, weight in weighed if weight is BLOCKS and criterion.cohort in counted)
    opens = (criterion.id for criterion, weight in weighed if weight is OPEN and criterion.cohort in counted)
    return Standing(tuple(blocks), tuple(opens))


def known_as(answers: Answers, met: int, unknown: int) -> Answers:
    """The answers with other truths, none of them pending."""
    other = Answers(answers.tests, answers.chart, answers.empty, 0, given=answers.given)
    other.touched, other.met, other.unknown = answers.touched, met, unknown
    return other


def settled(answers: Answers, bits: int = -1) -> Answers:
    """The same answers, with nothing pending any more, or nothing of the given bits."""
    for number in numbers(answers.pending & bits):
        answers.run(number)
    return answers


class Granting(NamedTuple):
    """The attestations of a trial: their bits, and those that have to be MET to let the patient pass."""

    bits: int
    met: int

    def verdict(self, trial: Trial, answers: Answers) -> Verdict:
        """The verdict if what is open of them turned out well."""
        granted = (answers.unknown | answers.pending) & self.bits
        if not granted:
            return trial.verdict(answers)
        settled(answers, trial.bits)
        granted = answers.unknown & self.bits
        return trial.verdict(known_as(answers, answers.met | (granted & self.met), answers.unknown & ~granted))


@functools.lru_cache(maxsize=256)
def granting(trial: Trial) -> Granting:
    """What it takes to grant the attestations of a trial."""
    bits = met = 0
    for ready in trial.criteria:
        for place, wanted in _wanted(ready.criterion.tree, ready.criterion.kind):
            number, _, test = ready.uses[place]
            if isinstance(test, Attested):
                bits |= 1 << number
                met |= wanted << number
    return Granting(bits, met)


def _wanted(tree: Tree, kind: Kind, sign: bool = True) -> Iterator[tuple[int, bool]]:
    """Each use of a criterion, and whether it has to be MET for the patient to pass."""
    if isinstance(tree, PlannedJoin):
        for part in tree.parts:
            yield from _wanted(part, kind, sign != (tree.how == "not"))
    else:
        yield tree, sign == (kind == "inclusion")
