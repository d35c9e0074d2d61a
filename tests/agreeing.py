"""Plans, policies and patients by chance in, where eligo's ways to an answer disagree out: nowhere.

The plain way (`tests/plain.py`) runs every test; a verdict looks most answers up and stops early; a screening makes all
findings. Patients are made of whatever the plans ask: values at, all but at and between their limits, entries of every
status and date, denials, statements, lists that are complete or lack something.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import cast

from eligo.criteria import Compare, Duration, OneOf
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.explain import explain
from eligo.patients.model import Fact, FactKind, FactStatus, PartialDate, Patient, Result
from eligo.plan import Plan
from eligo.truth import Reason, Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import Reference, Variable, variables
from tests.plain import Plain

AS_OF = date(2026, 11, 20)
LISTS = ("conditions", "procedures", "medications")
POLICIES = (
    Policy(),
    Policy(Duration(14, "d")),
    Policy(assume_absent=frozenset(LISTS)),
    Policy(max_ages={"inr": Duration(7, "d"), "total_bilirubin": Duration(1, "a")}),
    Policy(
        assume_absent=frozenset({"conditions"}),
        ranges={
            "total_bilirubin": (Reference(0, 17, None, "the site"),),
            "creatinine": (Reference(40, 80, "female", "the site"), Reference(60, 105, "male", "the site")),
        },
    ),
)
_KINDS: dict[str, FactKind] = {"procedure": "procedure", "medication": "medication"}
_STATUSES: tuple[FactStatus, ...] = ("active", "active", "active", "resolved", "resolved", "suspected", "refuted")
_DAYS = (0, 1, 6, 7, 14, 27, 28, 29, 60, 89, 90, 91, 180, 365, 366, 800, 3000)  # about where windows and ages end


class Records:
    """Makes patients of what some plans ask, by chance."""

    def __init__(self, plans: Sequence[Plan], seed: int = 1) -> None:
        self.luck = random.Random(seed)
        engine = Engine(plans)
        asked = sorted({*engine.readers, *engine.rulers})
        self.variables = [name for name in asked if name in variables() and name not in ("age", "sex")]
        known = {name: concept for name in asked if (concept := concepts().get(name)) is not None}
        self.concepts = {name: concept for name, concept in known.items() if concept.kind != "attestation"}
        self.attested = [name for name in asked if name not in self.concepts and name not in variables()]
        self.limits: dict[str, set[float]] = {}
        for test in engine.asked:
            if isinstance(test, Compare) and test.variable:
                self.limits.setdefault(test.variable, set()).update(float(limit.value) for limit in test.limits)
            elif isinstance(test, OneOf) and test.variable:
                values = (float(value) for value in test.values if not isinstance(value, str))
                self.limits.setdefault(test.variable, set()).update(values)

    def patient(self) -> Patient:
        """One patient."""
        luck = self.luck
        measured = luck.sample(self.variables, min(len(self.variables), luck.choice((0, 2, 6, 12))))
        stated = luck.sample(sorted(self.concepts), min(len(self.concepts), luck.choice((0, 1, 2, 4, 8))))
        denied = luck.sample(sorted(self.concepts), min(len(self.concepts), luck.choice((0, 0, 1, 3, 9))))
        birth = AS_OF - timedelta(days=luck.randrange(10 * 365, 90 * 365))
        return Patient(
            "patient",
            AS_OF,
            luck.choice((None, PartialDate(birth, birth), PartialDate(birth, birth), self._partial(birth))),
            luck.choice((None, "male", "female")),
            {name: self._results(name) for name in measured},
            {name: tuple(self._fact(name) for _ in range(luck.choice((1, 1, 1, 2)))) for name in stated},
            frozenset(denied),
            frozenset(luck.choice(((), (), ("conditions",), LISTS))),
            {name: luck.random() < 0.7 for name in self.attested if luck.random() < 0.4},
            in_part=frozenset(luck.choice(((), (), (), ("conditions",), ("procedures",)))),
            never=frozenset(name for name in denied if luck.random() < 0.3),
        )

    def _results(self, variable: str) -> tuple[Result, ...]:
        made = [self._result(variable) for _ in range(self.luck.choice((1, 1, 2, 3)))]
        # As readers put them: the latest first, and what has no date is of the day itself.
        return tuple(sorted(made, key=lambda r: (r.date or PartialDate(AS_OF, AS_OF)).last, reverse=True))

    def _result(self, variable: str) -> Result:
        luck, known = self.luck, cast(Variable, variables().get(variable))
        least, most = known.plausible or (0.0, 500.0)
        if known.kind == "category":
            word = luck.choice(sorted(set(known.values.values())))
            return Result(variable, math.nan, math.nan, date=self._day(), written=word, value=word)
        grades = sorted(set(known.grades.values()))
        at = luck.choice([*self.limits.get(variable, ()), *grades] or [luck.uniform(least, most)])
        near = (at, at, at * (1 + 1e-12), at * (1 - 3e-11), at * 1.03, at * 0.9, at + 1, max(at - 1, 0.0))
        value = float(at if grades else luck.choice((*near, luck.uniform(least, most))))
        high = luck.choice((None, None, None, value, value / 2, 20.0, math.nan))
        unit = luck.choice((None, known.unit, *known.units[:2]))
        form = luck.choice(("plain",) * 8 + ("below", "above", "range", "unusable"))
        if form == "unusable":
            return Result(variable, math.nan, math.nan, date=self._day(), value=value, problem=Reason.UNIT_UNKNOWN)
        low, top = {"below": (-math.inf, value), "above": (value, math.inf), "range": (value, value + 2)}.get(
            form, (value, value)
        )
        closed = luck.random() < 0.5
        return Result(
            variable,
            low,
            top,
            low_closed=form in ("plain", "range") or (closed and form == "above"),
            high_closed=form in ("plain", "range") or (closed and form == "below"),
            date=self._day(),
            value=value,
            unit=unit,
            reference_low=luck.choice((None, None, value / 3)),
            reference_high=high,
        )

    def _fact(self, concept: str) -> Fact:
        luck = self.luck
        kind = _KINDS.get(self.concepts[concept].kind or "", "condition")
        status = luck.choice((*_STATUSES, "planned"))
        start = self._day()
        end = luck.choice((None, None, None, self._day())) if status != "active" else None
        if start and end and end.last < start.first:
            start, end = end, start
        qualifiers = luck.choice(((), (), (), (), ("severe",), ("progressive",), ("inactive", "mild")))
        return Fact(concept, kind, status, start, end, qualifiers, visit=luck.random() < 0.1)

    def _day(self) -> PartialDate | None:
        luck = self.luck
        day = AS_OF - timedelta(days=luck.choice(_DAYS) + luck.choice((0, 0, -1, 1)))
        return luck.choice(
            (None, PartialDate(day, day), PartialDate(day, day), PartialDate(day, day), self._partial(day))
        )

    def _partial(self, day: date) -> PartialDate:
        """The month or the year of a day."""
        if self.luck.random() < 0.5:
            return PartialDate(date(day.year, 1, 1), date(day.year, 12, 31))
        first = day.replace(day=1)
        return PartialDate(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def disagreements(engine: Engine, plain: Plain, patient: Patient) -> Iterator[str]:
    """Where the verdicts, the findings and what is looked up of tests are not what running all of them says."""
    outcomes, answers = plain.outcomes(patient), engine.answers(patient)
    for number, outcome in enumerate(outcomes):
        looked_up = Truth(2 if answers.met >> number & 1 else answers.unknown >> number & 1)
        if not answers.pending >> number & 1 and looked_up is not outcome[0]:
            yield f"test {number} {engine.tests[number]}: {outcome[0].name} {outcome[1:3]}, looked up {looked_up.name}"
        if answers.outcome(number) != outcome:
            yield f"test {number}: {outcome}, when asked {answers.outcome(number)}"
    screened = explain(engine, patient).trials
    for own, verdict, trial in zip(plain.judged(outcomes), engine.verdicts(patient), screened, strict=True):
        if not own.verdict is verdict is trial.verdict:
            yield f"{trial.trial}: {own.verdict}, alone {verdict}, screened {trial.verdict}"
        for expected, finding in zip(own.findings, trial.findings, strict=True):
            if expected != (finding.truth, finding.reasons):
                yield f"{trial.trial} {finding.criterion.id}: {expected}, found {finding.truth.name} {finding.reasons}"
