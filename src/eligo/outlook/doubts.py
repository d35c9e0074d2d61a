"""A situation and a trial in, what its verdict hangs on out: a value of the same day, a default limit, an assumption.

A doubt is one thing that could as well be otherwise, and the verdict that would follow. It never changes the answer: it
says which value to look at twice.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Literal

from eligo.criteria import Compare, OneOf, Present, Related
from eligo.dataclass import dataclass, replace
from eligo.evaluate import Trial
from eligo.evaluation.answers import numbers
from eligo.evaluation.assumed import ASSUMED
from eligo.evaluation.chart import Outcome
from eligo.evaluation.presence import Presence
from eligo.evaluation.relating import LINK_ASSUMED, Relating
from eligo.outlook.edits import Edit
from eligo.outlook.facts import beside
from eligo.outlook.situation import Situation, known_as
from eligo.outlook.values import ValueRegion
from eligo.patients.model import Result
from eligo.truth import Verdict
from eligo.vocabulary.scores import SCORES, leaf_inputs

Cause = Literal["same_day", "default_limit", "assumed_absent", "assumed_link"]
Which = Literal["ULN", "LLN"]

ENDS: tuple[Which, ...] = ("ULN", "LLN")
FARTHEST = 2.0  # times the default: limits of normal of laboratories hardly lie further apart
STEPS = 16


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that could be otherwise, and the verdict if it were.

    `same_day`: the `other` value of that day. `default_limit`: the limit `which` of the variable, if it lay in `beyond`
    and not at `value`. `assumed_absent`: the concept, if what the record says of it were `answer`. `assumed_link`: the
    concept, if it had nothing to do with what the `link` links it to.
    """

    cause: Cause
    id: str
    verdict: Verdict
    other: Result | None = None
    which: Which | None = None
    value: float | None = None
    beyond: ValueRegion | None = None
    assumed: str | None = None
    answer: str | None = None
    link: Related | None = None


def doubts(situation: Situation, trial: Trial, verdict: Verdict) -> list[Doubt]:
    """Everything that the verdict hangs on."""
    return [
        *_same_day(situation, trial, verdict),
        *_default_limits(situation, trial, verdict),
        *_assumed(situation, trial, verdict),
        *_links(situation, trial, verdict),
    ]


def _same_day(situation: Situation, trial: Trial, verdict: Verdict) -> Iterator[Doubt]:
    """The other values of the latest day: those that counted beside each other, and those that gave way to a later."""
    patient = situation.patient
    for variable, results in patient.results.items():
        if not situation.reading((variable,)) & trial.bits:
            continue
        counting = [r for r in results if r.date == results[0].date]
        others = [r for r in patient.superseded.get(variable, ()) if r.date == results[0].date]
        if len(counting) + len(others) < 2:
            continue
        earlier = tuple(r for r in results if r.date != results[0].date)
        for one in [*counting, *others]:
            changed = replace(patient, results={**patient.results, variable: (one, *earlier)})
            found = trial.verdict(situation.after(Edit(changed, frozenset((variable,)))))
            if found is not verdict and one.problem is None:
                yield Doubt("same_day", variable, found, other=one)


def _default_limits(situation: Situation, trial: Trial, verdict: Verdict) -> Iterator[Doubt]:
    """The limits of normal that neither the report nor the site gives, and how far off they would have to be."""
    chart = situation.answers.chart
    for variable, which in sorted(_relative(situation, trial.bits)):
        recorded = chart.recorded(variable)
        normal = chart.normal(variable, which, recorded[0]) if recorded else None
        if normal is None or normal.source != "default":
            continue
        value = normal.high if which == "ULN" else normal.low
        seen = set[Verdict]()
        for region, found in _other_limits(situation, trial, variable, which, value):
            if found is not verdict and found not in seen:
                seen.add(found)
                yield Doubt("default_limit", variable, found, None, which, value, region)


def _relative(situation: Situation, bits: int) -> set[tuple[str, Which]]:
    """The limits of normal that tests look at, themselves or through a score."""
    found = set[tuple[str, Which]]()
    for number in numbers(bits):
        test = situation.engine.asked[number]
        if not isinstance(test, Compare | OneOf):
            continue
        limits = test.limits if isinstance(test, Compare) else ()
        for name in {test.variable, *(limit.of for limit in limits)} & SCORES.keys():
            found.update((item.id, "ULN") for item in leaf_inputs(name or "") if item.role == "uln")
        for which in ENDS:
            found.update((test.variable or "", which) for limit in limits if which in (limit.of, limit.above))
    return found


def _other_limits(
    situation: Situation, trial: Trial, variable: str, which: Which, default: float
) -> Iterator[tuple[ValueRegion, Verdict]]:
    """The verdict for each limit of normal that laboratories may have, from the nearest to the default on."""
    patient = situation.patient

    @functools.cache
    def verdict(limit: float) -> Verdict:
        own = tuple(_with_limit(result, which, limit) for result in patient.results[variable])
        changed = replace(patient, results={**patient.results, variable: own})
        return trial.verdict(situation.after(Edit(changed, frozenset((variable,)))))

    for factor in (1 / FARTHEST, FARTHEST):
        steps = [default * factor ** (step / STEPS) for step in range(STEPS + 1)]
        for near, far in pairwise(steps):
            if verdict(far) is not verdict(near):
                edge = float(f"{_edge(near, far, verdict):.5g}")
                region = ValueRegion(edge, False, math.inf, False) if factor > 1 else ValueRegion(0, True, edge, False)
                yield region, verdict(far)


def _with_limit(result: Result, which: Which, limit: float) -> Result:
    """The result with a limit of normal of its report, where that did not state one."""
    if which == "ULN":
        return result if result.reference_high is not None else result._replace(reference_high=limit)
    return result if result.reference_low is not None else result._replace(reference_low=limit)


def _edge(near: float, far: float, verdict: Callable[[float], Verdict]) -> float:
    """Where the verdict turns between two limits."""
    for _ in range(20):
        middle = (near + far) / 2
        if verdict(middle) is verdict(near):
            near = middle
        else:
            far = middle
    return far


def _assumed(situation: Situation, trial: Trial, verdict: Verdict) -> Iterator[Doubt]:
    """The concepts that are taken as absent because nothing speaks of them."""
    seen = set[tuple[str, bool]]()
    for test, detail in _absent(situation, trial):
        planned = test.status == "planned"
        if (test.concept, planned) in seen:
            continue
        seen.add((test.concept, planned))
        others = [
            (trial.verdict(situation.after(option.edit(situation.patient))), str(option.answer))
            for option in beside(situation, test.concept, planned)
        ]
        for found in sorted(set(Verdict), key=_settled_first):
            if found is not verdict and (answer := next((a for v, a in others if v is found), None)):
                yield Doubt("assumed_absent", test.concept, found, assumed=detail, answer=answer)
                break


def _absent(situation: Situation, trial: Trial) -> Iterator[tuple[Present, str]]:
    """What is asked for and taken as absent, also as a side of a link, each with the code of who takes it so."""
    chart = situation.answers.chart
    for number in numbers(trial.bits):
        answer, outcome = situation.engine.tests[number], situation.answers.outcome(number)
        found: list[tuple[Presence, Outcome]] = []
        if isinstance(answer, Presence):
            found = [(answer, outcome)]
        elif isinstance(answer, Relating) and outcome[2] in ASSUMED and outcome[2] != LINK_ASSUMED:
            found = list(zip((answer.what, answer.to), answer.sides(chart), strict=True))
        for side, (_, _, detail, _) in found:
            if detail is not None and detail in ASSUMED:
                yield side.test, detail


def _links(situation: Situation, trial: Trial, verdict: Verdict) -> Iterator[Doubt]:
    """What was taken to belong together because both are there."""
    answers = situation.answers
    for number in numbers(trial.bits):
        test, bit = situation.engine.asked[number], 1 << number
        if isinstance(test, Related) and answers.outcome(number)[2] == LINK_ASSUMED:
            found = trial.verdict(known_as(answers, answers.met & ~bit, answers.unknown & ~bit))
            if found is not verdict:
                yield Doubt("assumed_link", test.what.concept, found, assumed=LINK_ASSUMED, link=test)


def _settled_first(verdict: Verdict) -> bool:
    return verdict is Verdict.UNDETERMINED
