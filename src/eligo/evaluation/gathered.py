"""The outcome of one leaf in, its evidence out: of an age with the age, of a multiple with what it is of.

What a sentence links comes with the evidence of both things, a stated score with what it comes to by its inputs.
"""

from __future__ import annotations

from typing import cast

from eligo.criteria import Leaf, Related
from eligo.evaluation.ages import AgeComparison, AgeThen
from eligo.evaluation.answers import Answers
from eligo.evaluation.assumed import assumptions
from eligo.evaluation.chart import Chart, Derived, Normal
from eligo.evaluation.clash import clash
from eligo.evaluation.comparing import Comparison, Measured
from eligo.evaluation.derive import age_in, age_of
from eligo.evaluation.evidence import Evidence
from eligo.evaluation.picking import Picked
from eligo.evaluation.relating import Relating
from eligo.evaluation.stated_twice import StatedTwice
from eligo.patients.dates import AgeUnit
from eligo.patients.model import Fact, Result
from eligo.plan import Test
from eligo.truth import Reason
from eligo.vocabulary.scores import SCORES


def gathered(number: int, leaf: Leaf, test: Test, answers: Answers) -> Evidence:
    """The evidence of a leaf, by the number of its test."""
    chart, answer = answers.chart, answers.tests[number]
    truth, reason, detail, basis = answers.outcome(number)
    normals: tuple[Normal | None, ...] = ()
    ages: tuple[int | None, ...] = ()
    if isinstance(answer, Relating) and isinstance(leaf, Related) and isinstance(test, Related):
        sides = answer.sides(chart) if reason is not Reason.ERROR else ()
        asked = zip((leaf.what, leaf.to), (test.what, test.to), sides, strict=False)
        parts = tuple(Evidence(own, plain, *found, (), as_of=chart.as_of) for own, plain, found in asked)
        return Evidence(leaf, test, truth, reason, detail, basis, (), parts=parts, as_of=chart.as_of)
    if not basis and isinstance(answer, AgeComparison):
        age = age_of(chart)
        basis = (age,) if age else ()
        ages = tuple([_completed(chart, unit) for _, unit, _ in answer.limits])
    elif basis and isinstance(answer, AgeThen) and isinstance(basis[0], Derived) and len(basis) == 1:
        ages = answer.ages(chart, cast(Fact, basis[0].inputs[0]))
    elif basis and isinstance(answer, Comparison) and answer.relative and isinstance(basis[0], Result | Derived):
        reading = basis[0]
        normals = tuple(answer.resolve(li, reading, chart) if li.of or li.above else None for li in answer.test.limits)
    if basis and isinstance(answer, StatedTwice | Picked):
        test = answer.held(basis[0])
    stated = isinstance(answer, Measured) and answer.window is None and answer.variable in SCORES
    own = clash(basis, chart) if stated else None
    worked_out = basis and isinstance(basis[0], Derived) and answers.guessing >> number & 1
    assumed = assumptions(answer, (truth, reason, detail, basis), chart) if worked_out else ()
    return Evidence(leaf, test, truth, reason, detail, basis, normals, own, ages, as_of=chart.as_of, assumed=assumed)


def _completed(chart: Chart, unit: AgeUnit) -> int | None:
    """The age in completed units, where it is known to the unit."""
    ages = age_in(chart, unit)
    return ages[0] if isinstance(ages, tuple) and ages[0] == ages[1] else None
