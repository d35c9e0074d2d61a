"""A variable in, the sources of its value out that are no record of it: scores of others, grades of concepts, age.

A source gives the readings that can be the value, none where it has nothing to say.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, cast

from eligo.criteria import Present, Window
from eligo.dataclass import replace
from eligo.evaluation.chart import CONFLICT, Basis, Chart, Derived, Normal, Outcome, Reading, Ruled, SilentKey
from eligo.evaluation.presence import Presence, is_some, presence
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.patients.dates import AgeUnit, born, completed
from eligo.patients.model import PartialDate, Result
from eligo.truth import Reason
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import FEMALE, MALE, SCORES, Interval, ScoreInput, bounds, leaf_inputs
from eligo.vocabulary.variables import Variable, variables

Source = Callable[[Chart], tuple[Reading, ...]]
Reads = frozenset[str]
Known = tuple[Interval, tuple[Basis, ...]]
Look = Callable[[Chart], Known | None]

_ZERO, _ONE = Interval(0, 0), Interval(1, 1)
REPLACEABLE = {key for score in SCORES.values() for i in score.inputs if i.instead_of for key in (i.key, i.instead_of)}
NO_MEASUREMENT = frozenset({"sex", "age"})  # they alone do not make a score
_new: Final = tuple.__new__  # three times as fast as the constructor of a named tuple
SEX = {sex: Result("sex", math.nan, math.nan, written=sex, value=sex) for sex in ("male", "female")}


def other_sources(variable: str, window: Window | None = None) -> tuple[tuple[Source, ...], Reads]:
    """Where a value may come from that is not recorded, the best source first, and the ids of all that they look at."""
    known = variables().get(variable)
    if known is None or window is not None:  # what is worked out has no date of its own
        return (), frozenset()
    found = []
    if variable in SCORES:
        found.append(_computed(variable))
    if known.concept is not None:
        found.append(_implied(known))
    return tuple(source for source, _ in found), frozenset[str]().union(*(reads for _, reads in found))


def _implied(variable: Variable) -> tuple[Source, Reads]:
    """The grade that a concept implies: 0 where it is ruled out, at least 1 where it is present, both in a conflict."""
    test = presence(Present(cast(str, variable.concept)))
    most = max(variable.grades.values(), default=math.inf)

    def implied(chart: Chart) -> tuple[Reading, ...]:
        truth, _, detail, basis = _answered(test, chart)
        if truth is UNKNOWN and detail != CONFLICT:
            return ()
        grades = [] if truth is MET else [(0.0, 0.0)]
        if truth is not NOT_MET:
            grades.append((1.0, most))
        return tuple([Derived(variable.id, *grade, "concept", detail=detail, inputs=basis) for grade in grades])

    return implied, test.reads


def silent_key(test: Presence) -> SilentKey:
    """The key of a concept's own test in a chart, which has it with its grades and without them."""
    return test.concept, bool(test.own_grades)


def _answered(test: Presence, chart: Chart) -> Outcome:
    """The outcome of a concept's own test, which need not run where nothing in the record makes a difference to it."""
    known = chart.silent.get(silent_key(test))
    return known[1] if known is not None and not known[0] & chart.touched else test(chart)


@functools.cache
def opposed(variable: str) -> Source | None:
    """What the rest of the record says against a recorded grade: none where a grade says some, and the other way round.

    None for a variable that grades no concept. A complete list that lacks the concept speaks against a grade: a record
    without the grade would have none. What the caller assumes of silence is no word of the record.
    """
    known = variables().get(variable)
    if known is None or known.concept is None:
        return None
    rest = _without_grades(known.concept)
    most = max(known.grades.values(), default=math.inf)

    def against(chart: Chart) -> tuple[Reading, ...]:
        recorded = chart.recorded(variable)
        some, none = all(map(is_some, recorded)), all(r.high == 0 for r in recorded)
        if some is none or any(r.problem is not None for r in recorded):
            return ()
        truth, _, detail, basis = _answered(rest, chart)
        if truth is not (NOT_MET if some else MET) or detail == "assumed_by_caller":
            return ()
        ends = (0.0, 0.0) if some else (1.0, most)
        inputs = basis or (Ruled(rest.concept, detail),)
        return (Derived(variable, *ends, "concept", detail=CONFLICT, inputs=inputs),)

    return against


def _computed(score: str) -> tuple[Source, Reads]:
    """The score of what is known of its inputs: an interval where some are missing, nothing where all are."""
    looks = tuple(_looks(score, None))
    reads = frozenset[str]().union(*(look.reads for look in looks))
    of_values = all(name in variables() for name in reads)  # so that silence of the results is all there is

    def computed(chart: Chart) -> tuple[Reading, ...]:
        readings = chart.scores.get(score)
        if readings is None:
            silent = of_values and reads.isdisjoint(chart.results)
            readings = chart.scores[score] = () if silent else _compute(score, looks, chart)
        return readings

    return computed, reads


class Looked:
    """How to find one input, directly of the score or `part_of` another score that is.

    `values` are the variables that it can come from; None where it can come from anything else too.
    """

    __slots__ = ("is_score", "key", "look", "part_of", "reads", "values")

    def __init__(self, key: str, part_of: str | None, look: Look, reads: Reads) -> None:
        self.key, self.part_of, self.look, self.reads = key, part_of, look, reads
        self.is_score = key in SCORES
        self.values = reads if all(map(_is_measured, reads)) else None

    def is_silent(self, chart: Chart) -> bool:
        """Whether the record has no value that the input can come from, so that there is nothing to look at."""
        return self.values is not None and chart.results.keys().isdisjoint(self.values)


def _is_measured(id_: str) -> bool:
    """Whether nothing but results tells of an id."""
    return id_ in variables() and id_ not in NO_MEASUREMENT and id_ not in concepts()


def _looks(score: str, part_of: str | None) -> Iterator[Looked]:
    for item in SCORES[score].inputs:
        yield Looked(item.key, part_of, *_look(item))
        if item.key in SCORES:
            yield from _looks(item.key, item.key)


def tests_of(score: str) -> Iterator[Presence]:
    """The tests of concepts that a score may ask: those of its facts and of its grades, through all its scores."""
    for item in leaf_inputs(score):
        variable = variables().get(item.id)
        if item.role == "fact" and item.id in concepts():
            yield presence(Present(item.id))
        elif item.role == "value" and variable is not None and variable.concept is not None:
            yield presence(Present(variable.concept))
            yield _without_grades(variable.concept)


@functools.cache
def _without_grades(concept: str) -> Presence:
    """The test of a concept that leaves its own grades aside."""
    return replace(presence(Present(concept)), grades=(), own_grades=())


def _compute(score: str, looks: tuple[Looked, ...], chart: Chart) -> tuple[Reading, ...]:
    found, scores = chart.inputs, chart.scores
    known: dict[str, Interval] = {}
    inputs: list[Basis] = []
    for one in looks:
        key, part_of = one.key, one.part_of
        if part_of is not None and part_of in scores and not scores[part_of]:  # nothing is known of any of its inputs
            continue
        if key in found:
            seen = found[key]
        elif one.is_silent(chart):
            seen = found[key] = None
            if one.is_score:
                scores[key] = ()
        else:
            seen = found[key] = one.look(chart)
        if seen is not None:
            known[key] = seen[0]
            if part_of is None or part_of not in known:
                inputs += seen[1]
    if known.keys() <= NO_MEASUREMENT:
        return ()
    low, high = bounds(score, known)
    missing = _missing(score, frozenset(known))
    return (_new(Derived, (score, low, high, "computed", True, True, None, None, tuple(inputs), missing)),)


@functools.cache
def _missing(score: str, known: frozenset[str]) -> tuple[str, ...]:
    """The inputs that are not known; of two that stand for each other neither, where one is."""
    inputs = _inputs(score)
    replaced = {instead_of for key, instead_of in inputs if key in known}
    return tuple([k for k, instead_of in inputs if not (k in known or k in replaced or instead_of in known)])


@functools.cache
def _inputs(score: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((item.key, item.instead_of) for item in SCORES[score].inputs)


def _look(item: ScoreInput) -> tuple[Look, Reads]:
    """How to find an input of a score in a chart."""
    if item.role == "fact":
        if item.id not in concepts():
            return lambda chart: None, frozenset()
        test = presence(Present(item.id))
        return lambda chart: _fact(test, chart), test.reads
    if item.role == "uln":
        return lambda chart: _limit(item.id, "ULN", _normal(item.id, chart)), frozenset({item.id})
    if item.role == "baseline":
        return lambda chart: _limit(item.id, "baseline", chart.baseline(item.id)), frozenset({item.id})
    if item.role == "control":  # of the laboratory: no record has it yet
        return lambda chart: None, frozenset()
    if item.id == "sex":
        return _sex, frozenset({"sex"})
    if item.id == "age":
        return _age, frozenset({"age"})
    variable = variables().get(item.id)
    if item.id in SCORES:
        other, reads = _computed(item.id)
        if item.key in REPLACEABLE:
            other = _if_whole(item.id, other)
        return lambda chart: _value(item.id, other, chart), reads | {item.id}
    if variable is not None and variable.concept is not None:
        other, reads = _implied(variable)
        against = cast(Source, opposed(item.id))
        return lambda chart: _graded(item.id, other, against, chart), reads | {item.id}
    return lambda chart: _known(chart.latest.get(item.id) or chart.recorded(item.id)), frozenset({item.id})


def _if_whole(score: str, other: Source) -> Source:
    """The score where all its inputs are recorded: of two that stand for each other, one known in part is not known."""
    inputs = [item.id for item in SCORES[score].inputs]
    return lambda chart: other(chart) if all(map(chart.recorded, inputs)) else ()


def _fact(test: Presence, chart: Chart) -> Known | None:
    truth, _, detail, basis = _answered(test, chart)
    if truth is UNKNOWN:
        return None
    return (_ONE, basis) if truth is MET else (_ZERO, basis or (Ruled(test.concept, detail),))


def _normal(variable: str, chart: Chart) -> Normal | None:
    results = chart.recorded(variable)
    return chart.normal(variable, "ULN", results[0]) if results else None


def _limit(variable: str, which: str, normal: Normal | None) -> Known | None:
    if normal is None:
        return None
    of = f"{which}, {normal.date}" if normal.date else f"{which}, {normal.source}"
    return Interval(normal.low, normal.high), (Derived(variable, normal.low, normal.high, "limit", detail=of),)


def _sex(chart: Chart) -> Known | None:
    if chart.sex is None:
        return None
    value = FEMALE if chart.sex == "female" else MALE
    return Interval(value, value), (SEX[chart.sex],)


def _age(chart: Chart) -> Known | None:
    age = age_of(chart)
    return (Interval(age.low, age.high), (age,)) if age else None


def _value(variable: str, other: Source, chart: Chart) -> Known | None:
    """What is recorded of an input, else what another source says."""
    return _known(chart.latest.get(variable) or chart.recorded(variable) or other(chart))


def _graded(variable: str, other: Source, against: Source, chart: Chart) -> Known | None:
    """The grade that is recorded, with what the rest of the record says against it; else what another source says."""
    recorded = chart.recorded(variable)
    return _known((*recorded, *against(chart)) if recorded else other(chart))


def _known(readings: tuple[Reading, ...]) -> Known | None:
    """The interval of all readings; nothing where one of them cannot decide."""
    if len(readings) == 1:
        first = readings[0]
        return None if first.problem is not None else (_new(Interval, (first.low, first.high)), readings)
    if not readings or any(r.problem is not None for r in readings):
        return None
    return Interval(min(r.low for r in readings), max(r.high for r in readings)), readings


def birth_days(chart: Chart) -> PartialDate | Reason | None:
    """The days on which the patient can be born: by the birth date, else by a recorded age; a reason where unusable."""
    if chart.patient.birth is not None:
        return chart.patient.birth
    ages = chart.recorded("age")
    if not ages:
        return None
    first, last = date.max, date.min
    for age in ages:
        if age.problem is not None:
            return age.problem
        day = age.date or PartialDate(chart.as_of, chart.as_of)
        oldest, youngest = _born(age.high, day.first), _born(age.low, day.last)
        first = min(first, oldest.first if oldest else date.min)
        last = max(last, youngest.last if youngest else day.last)
    return PartialDate(first, last)


def _born(years: float, day: date) -> PartialDate | None:
    """The birth days of an age in years on a day; None where the age is open."""
    if math.isinf(years):
        return None
    if years == int(years):
        return born(int(years), "a", day)
    return born(int(round(years * 365.25, 6)), "d", day)


def age_in(chart: Chart, unit: AgeUnit) -> tuple[int, int] | Reason | None:
    """The least and the greatest age in completed units; a reason where it is unusable, None where it is missing."""
    if unit not in chart.born:
        days = birth_days(chart)
        if isinstance(days, PartialDate):
            oldest, youngest = days.first, min(days.last, chart.as_of)
            most = completed(oldest, chart.as_of, unit)
            chart.born[unit] = (most if oldest == youngest else completed(youngest, chart.as_of, unit), most)
        else:
            chart.born[unit] = days
    return chart.born[unit]


def age_of(chart: Chart) -> Derived | None:
    """The patient's age in completed years."""
    ages = age_in(chart, "a")
    return Derived("age", *ages, "birth") if isinstance(ages, tuple) else None
