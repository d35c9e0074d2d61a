"""A situation and a trial in, what its verdict hangs on out: a value of the same day, a default limit, an assumption.

A doubt is one thing that could as well be otherwise, and the verdict that would follow. It never changes the answer: it
says which value to look at twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from eligo.criteria import Compare, Present
from eligo.evaluate import Trial
from eligo.evaluation.comparing import Comparison
from eligo.evaluation.evidence import ASSUMED
from eligo.outlook.edits import Edit
from eligo.outlook.facts import beside
from eligo.outlook.situation import Situation, numbers
from eligo.outlook.values import Region, of_reference
from eligo.patients.model import Result
from eligo.truth import Verdict

Cause = Literal["same_day", "default_limit", "assumed_absent"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that could be otherwise, and the verdict if it were.

    `same_day`: the `other` value of that day. `default_limit`: the limit `which` of the variable, if it lay in `beyond`
    instead of at `value`. `assumed_absent`: the concept, if what the record says were `answer`.
    """

    cause: Cause
    id: str
    verdict: Verdict
    other: Result | None = None
    which: Literal["ULN", "LLN"] | None = None
    value: float | None = None
    beyond: Region | None = None
    assumed: str | None = None
    answer: str | None = None


def doubts(situation: Situation, trial: Trial, verdict: Verdict) -> list[Doubt]:
    """Everything that the verdict hangs on."""
    bits = 0
    for ready in trial.criteria:
        bits |= ready.bits
    return [
        *_same_day(situation, trial, verdict, bits),
        *_default_limits(situation, trial, verdict, bits),
        *_assumed(situation, trial, verdict, bits),
    ]


def _same_day(situation: Situation, trial: Trial, verdict: Verdict, bits: int) -> Iterator[Doubt]:
    """The other values of the latest day: those that counted beside each other, and those that gave way to a later."""
    patient = situation.patient
    for variable, results in patient.results.items():
        if not situation.reading((variable,)) & bits:
            continue
        counting = [r for r in results if r.date == results[0].date]
        others = [r for r in patient.superseded.get(variable, ()) if r.date == results[0].date]
        if len(counting) + len(others) < 2:
            continue
        earlier = tuple(r for r in results if r not in counting)
        for one in [*counting, *others]:
            changed = replace(patient, results={**patient.results, variable: (one, *earlier)})
            found = trial.verdict(situation.after(Edit(changed, frozenset((variable,)))))
            if found is not verdict and one.problem is None:
                yield Doubt("same_day", variable, found, other=one)


def _default_limits(situation: Situation, trial: Trial, verdict: Verdict, bits: int) -> Iterator[Doubt]:
    """The limits of normal that neither the report nor the site gives, and how far off they would have to be."""
    chart, seen = situation.answers.chart, set[tuple[str, str]]()
    for number in numbers(bits):
        test, answer = situation.engine.asked[number], situation.engine.tests[number]
        if not isinstance(test, Compare) or not isinstance(answer, Comparison):
            continue
        basis = situation.answers.outcome(number)[3]
        reading = basis[0] if basis else None
        for limit in test.limits:
            if not isinstance(reading, Result) or (reading.variable, limit.of) in seen:
                continue
            normal = answer.resolve(limit, reading, chart) if limit.of in ("ULN", "LLN") else None
            if normal is None or normal.source != "default" or limit.of is None:
                continue
            seen.add((reading.variable, limit.of))
            which: Literal["ULN", "LLN"] = "ULN" if limit.of == "ULN" else "LLN"
            value = normal.high if which == "ULN" else normal.low
            for option in of_reference(situation, reading, which):
                found = trial.verdict(situation.after(option.edit(situation.patient)))
                if found is not verdict and isinstance(option.answer, Region):
                    yield Doubt("default_limit", reading.variable, found, None, which, value, option.answer)


def _assumed(situation: Situation, trial: Trial, verdict: Verdict, bits: int) -> Iterator[Doubt]:
    """The concepts that are taken as absent because nothing speaks of them."""
    seen = set[tuple[str, bool]]()
    for number in numbers(bits):
        test = situation.engine.asked[number]
        _, _, detail, _ = situation.answers.outcome(number)
        planned = isinstance(test, Present) and test.status == "planned"
        if not isinstance(test, Present) or detail not in ASSUMED or (test.concept, planned) in seen:
            continue
        seen.add((test.concept, planned))
        others = [
            (trial.verdict(situation.after(option.edit(situation.patient))), str(option.answer))
            for option in beside(situation, test.concept, test.status == "planned")
        ]
        for found in sorted(set(Verdict), key=_settled_first):
            if found is not verdict and (answer := next((a for v, a in others if v is found), None)):
                yield Doubt("assumed_absent", test.concept, found, assumed=detail, answer=answer)
                break


def _settled_first(verdict: Verdict) -> bool:
    return verdict is Verdict.UNDETERMINED
