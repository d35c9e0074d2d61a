"""The outcome of one leaf in, its evidence out: of an age with the age, of a multiple with what it is of.

What a sentence links comes with the evidence of both things, a stated score with what it comes to by its inputs.
"""

from __future__ import annotations

from typing import cast

from eligo.criteria import Leaf, Related
from eligo.evaluation.ages import AgeComparison, AgeThen
from eligo.evaluation.answers import Answer, Answers
from eligo.evaluation.assumed import assumptions
from eligo.evaluation.chart import Basis, Chart, Derived, Normal, Outcome
from eligo.evaluation.clash import clash
from eligo.evaluation.comparing import Comparison, Measured
from eligo.evaluation.derive import age_in, age_of
from eligo.evaluation.evidence import Evidence
from eligo.evaluation.picking import Picked
from eligo.evaluation.relating import Relating
from eligo.evaluation.replies import DETAILS
from eligo.evaluation.stated_twice import StatedTwice
from eligo.patients.dates import AgeUnit
from eligo.patients.model import Fact, Result
from eligo.plan import Test
from eligo.truth import Reason
from eligo.vocabulary.scores import SCORES


def gathered(number: int, leaf: Leaf, test: Test, answers: Answers) -> Evidence:
    """The evidence of a leaf, by the number of its test, with what persons said where that counts."""
    found = _gathered(number, leaf, test, answers)
    if answers.given is None or found.detail not in DETAILS:
        return found
    return found._replace(answered=tuple(voice.reply for voice in answers.given.tests.get(number, ())))


def _gathered(number: int, leaf: Leaf, test: Test, answers: Answers) -> Evidence:
    chart, answer, outcome = answers.chart, answers.tests[number], answers.outcome(number)
    truth, reason, detail, basis = outcome
    if isinstance(answer, Relating) and isinstance(leaf, Related) and isinstance(test, Related):
        parts = _sides(answer, leaf, test, outcome, chart)
        return Evidence(leaf, test, truth, reason, detail, basis, (), parts=parts, as_of=chart.as_of)
    ages: tuple[int | None, ...] = ()
    if isinstance(answer, AgeComparison | AgeThen):
        basis, ages = _ages(answer, basis, chart)
    if basis and isinstance(answer, StatedTwice | Picked):
        test = answer.held(basis[0])
    normals, own = _normals(answer, basis, chart), _own(answer, basis, chart)
    worked_out = basis and isinstance(basis[0], Derived) and answers.guessing >> number & 1
    assumed = assumptions(answer, outcome, chart) if worked_out else ()
    return Evidence(leaf, test, truth, reason, detail, basis, normals, own, ages, as_of=chart.as_of, assumed=assumed)


def _sides(answer: Relating, leaf: Related, test: Related, outcome: Outcome, chart: Chart) -> tuple[Evidence, ...]:
    """The evidence of the two things that a leaf links."""
    sides = answer.sides(chart) if outcome[1] is not Reason.ERROR else ()
    asked = zip((leaf.what, leaf.to), (test.what, test.to), sides, strict=False)
    return tuple(Evidence(own, plain, *found, (), as_of=chart.as_of) for own, plain, found in asked)


def _ages(
    answer: AgeComparison | AgeThen, basis: tuple[Basis, ...], chart: Chart
) -> tuple[tuple[Basis, ...], tuple[int | None, ...]]:
    """What a comparison with an age rests on, and the age in the unit of each limit."""
    if isinstance(answer, AgeComparison):
        if basis:
            return basis, ()
        age = age_of(chart)
        return (age,) if age else (), tuple([_completed(chart, unit) for _, unit, _ in answer.limits])
    if len(basis) == 1 and isinstance(basis[0], Derived):
        return basis, answer.ages(chart, cast(Fact, basis[0].inputs[0]))
    return basis, ()


def _normals(answer: Answer, basis: tuple[Basis, ...], chart: Chart) -> tuple[Normal | None, ...]:
    """What each limit is a multiple of, or lies above; nothing where none is."""
    if not basis or not isinstance(answer, Comparison) or not answer.relative:
        return ()
    reading = basis[0]
    if not isinstance(reading, Result | Derived):
        return ()
    return tuple(answer.resolve(li, reading, chart) if li.of or li.above else None for li in answer.test.limits)


def _own(answer: Answer, basis: tuple[Basis, ...], chart: Chart) -> Derived | None:
    """What a stated score comes to by its own inputs, where that is another value."""
    stated = isinstance(answer, Measured) and answer.window is None and answer.variable in SCORES
    return clash(basis, chart) if stated else None


def _completed(chart: Chart, unit: AgeUnit) -> int | None:
    """The age in completed units, where it is known to the unit."""
    ages = age_in(chart, unit)
    return ages[0] if isinstance(ages, tuple) and ages[0] == ages[1] else None
