"""Predicates in, synthetic patients and what each predicate does to them out: whether two of them say the same.

A patient is put together from one state of everything that the predicates ask for: a concept that is absent, there
now, over, planned, on either side of each window; a value on either side of each limit. Each list is complete, so that
what a patient does not have is known to be absent.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from typing import Literal, cast

from eligo.criteria import Attest, Compare, Criterion, Duration, Limit, OneOf, Predicate, Present, Window, leaves
from eligo.errors import EligoError
from eligo.evaluate import Engine
from eligo.evaluation.window import shift
from eligo.explain import explain
from eligo.patients.model import Fact, FactKind, FactStatus, PartialDate, Patient, Result
from eligo.plan import Plan, age_unit, compile_rules
from eligo.ruleset import RuleSet
from eligo.truth import Bearing, Kind, Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import Variable, variables

AS_OF = date(2026, 11, 20)
LISTS = frozenset({"conditions", "procedures", "medications"})
NORMAL = (50.0, 100.0)  # the limits of normal that every report gives
OTHER = 100.0  # the value of what a limit is a multiple of, the baseline among them

_FACT_KIND: dict[str, FactKind] = {
    "condition": "condition",
    "state": "condition",
    "procedure": "procedure",
    "medication": "medication",
}
_MOST = 128  # patients of whom each combination of states is tried

Sex = Literal["male", "female"]
_Time = tuple[FactStatus, int, int | None]  # a status, and how many days ago it began and ended


@dataclass(frozen=True, slots=True)
class State:
    """A part of a patient: how it is with one concept or one value."""

    facts: tuple[Fact, ...] = ()
    results: tuple[Result, ...] = ()
    attested: tuple[tuple[str, bool], ...] = ()
    sex: Sex | None = None
    birth: date | None = None


@dataclass(slots=True)
class _Asked:
    """What the leaves ask of one concept, beyond whether it is there."""

    qualifiers: set[str] = field(default_factory=set)
    windows: list[Window] = field(default_factory=list)


def bearings(sides: Sequence[tuple[Predicate, Kind]], who: Sequence[Patient]) -> Iterator[tuple[Bearing, ...]]:
    """What each of the predicates does to each patient, as the only criterion of a trial."""
    engine = Engine([_plan(number, [predicate], kind) for number, (predicate, kind) in enumerate(sides, 1)])
    for patient in who:
        yield tuple(trial.findings[0].bearing for trial in explain(engine, patient).trials)


def _plan(number: int, predicates: Iterable[Predicate], kind: Kind) -> Plan:
    mark = "I" if kind == "inclusion" else "E"
    criteria = tuple(Criterion(f"{mark}{place}", kind, "the text", p) for place, p in enumerate(predicates, 1))
    return compile_rules(RuleSet(f"NCT{number:08}", "a trial", criteria=criteria))


def patients(predicates: Sequence[Predicate]) -> list[Patient]:
    """Patients who are on every side of what the predicates ask; where that would be too many, some by fixed luck."""
    dimensions = _told_apart(list(_dimensions(predicates)), predicates)
    if math.prod(map(len, dimensions)) <= _MOST:
        return [_patient(states) for states in itertools.product(*dimensions)]
    luck = random.Random(len(dimensions))
    plain = [states[:2] for states in dimensions]
    chosen = itertools.chain(
        itertools.islice(itertools.product(*plain), _MOST // 2),
        (tuple(map(luck.choice, plain)) for _ in range(_MOST // 2)),
        (tuple(map(luck.choice, dimensions)) for _ in range(_MOST)),
    )
    return [_patient(states) for states in dict.fromkeys(chosen)]


def _told_apart(dimensions: list[list[State]], predicates: Sequence[Predicate]) -> list[list[State]]:
    """Of each concept and value one state for each way in which the leaves answer; `there` comes second.

    What a predicate says hangs on the answers of its leaves alone, so states that no leaf tells apart are one.
    """
    asked = dict.fromkeys(leaf for predicate in predicates for leaf in leaves(predicate))
    engine = Engine([_plan(1, asked, "inclusion")])
    first = [states[0] for states in dimensions]
    found = []
    for place, states in enumerate(dimensions):
        unlike: dict[tuple[Truth, ...], State] = {}
        for state in states:
            patient = _patient((*first[:place], state, *first[place + 1 :]))
            truths = tuple(finding.truth for finding in explain(engine, patient).trials[0].findings)
            unlike.setdefault(truths, state)
        none, *others = unlike.items()
        others.sort(key=lambda item: -item[0].count(Truth.MET))
        found.append([none[1], *(state for _, state in others)])
    return found


def _patient(states: Sequence[State]) -> Patient:
    facts: dict[str, tuple[Fact, ...]] = {}
    results: dict[str, tuple[Result, ...]] = {}
    attested: dict[str, bool] = {}
    birth = date(1980, 5, 4)
    sex: Sex = "female"
    for state in states:
        for fact in state.facts:
            facts[fact.concept] = (*facts.get(fact.concept, ()), fact)
        for result in state.results:
            results[result.variable] = (*results.get(result.variable, ()), result)
        attested.update(state.attested)
        birth, sex = state.birth or birth, state.sex or sex
    born = PartialDate(birth, birth)
    return Patient("synthetic", AS_OF, born, sex, results, facts, complete=LISTS, attested=attested)


# --- what the leaves ask


def _dimensions(predicates: Sequence[Predicate]) -> Iterator[list[State]]:
    """The states of everything that the leaves ask for; the first is that it is not there."""
    asked: dict[str, _Asked] = {}
    compared: dict[str, list[Compare]] = {}
    chosen: dict[str, list[OneOf]] = {}
    topics: dict[str, None] = {}
    for leaf in (leaf for predicate in predicates for leaf in leaves(predicate)):
        for part in _within(leaf):
            if isinstance(part, Compare) and part.variable in variables():
                compared.setdefault(cast(str, part.variable), []).append(part)
            elif isinstance(part, OneOf) and part.variable in variables():
                chosen.setdefault(cast(str, part.variable), []).append(part)
            elif isinstance(part, Attest):
                topics[part.topic] = None
            else:
                _note(part, asked)
    for concept, what in sorted(asked.items()):
        yield _of_concept(concept, what, asked.keys())
    yield from _of_values(compared, chosen)
    if "sex" in chosen or any((c := concepts().get(id_)) and c.sex for id_ in asked):
        yield [State(sex="female"), State(sex="male")]
    for topic in topics:
        yield [State(attested=((topic, False),)), State(attested=((topic, True),))]


def _within(part: object) -> Iterator[object]:
    """A leaf and all that it is made of, whatever kinds of nodes there are."""
    yield part
    if isinstance(part, tuple):
        for one in part:
            yield from _within(one)
    elif is_dataclass(part):
        for one in fields(part):
            yield from _within(getattr(part, one.name))


def _note(part: object, asked: dict[str, _Asked]) -> None:
    """Note a concept that is named, and with what; any other part that is one by its id is a concept too."""
    if isinstance(part, str) and (concept := concepts().get(part)) and concept.kind in _FACT_KIND:
        asked.setdefault(part, _Asked())
    named = getattr(part, "concept", None)
    if isinstance(named, str) and named in concepts():
        what = asked.setdefault(named, _Asked())
        if qualifier := getattr(part, "qualifier", None):
            what.qualifiers.add(qualifier)
        if isinstance(part, Present) and part.window is not None:
            what.windows.append(part.window)


# --- concepts


def _day(days: int) -> PartialDate:
    day = AS_OF - timedelta(days=days)
    return PartialDate(day, day)


def _of_concept(id_: str, asked: _Asked, all_asked: Collection[str]) -> list[State]:
    """Absent, then all ways and times in which it, or a kind of it that nobody asks for, may be there."""
    concept = concepts().get(id_)
    kind = _FACT_KIND.get(concept.kind if concept else "", "condition")
    qualifiers = tuple(sorted(asked.qualifiers))

    def fact(time: _Time, named: tuple[str, ...] = qualifiers, of: str = id_) -> State:
        status, start, end = time
        over = None if end is None else _day(end)
        return State((Fact(of, kind, status, _day(start), over, named, of),))

    done = kind == "procedure"
    near = tuple(_near(asked.windows))
    there: _Time = ("resolved", 4, 4) if done else ("active", 800, None)
    times: list[_Time] = [there, ("resolved", 4500, 4500 if done else 4400)]
    times += [("planned", -days, None) for days in (3, *near)]
    times += [("active", days, None) for days in (4, 20, *near)]
    times += [("suspected", days, None) for days in (4, 800)]
    times += [("resolved", end if done else end + 40, end) for end in (4, 25, *near)]
    found = [State(), *(fact(time) for time in times)]
    if qualifiers:
        found += [fact(time, ()) for time in times]
        found += [fact(there, (one,)) for one in qualifiers]
    if kind_of := _other_kind(id_, all_asked):
        found += [fact(time, named, kind_of) for time in times for named in dict.fromkeys((qualifiers, ()))]
    return found


def _other_kind(id_: str, asked: Collection[str]) -> str | None:
    """A kind of the concept that is nothing else that is asked for."""
    kinds = sorted(concepts().descendants(id_) - {id_})
    others = {other for other in asked if id_ in concepts().ancestors(other)} - {id_}
    lines = {kind: concepts().ancestors(kind) | concepts().descendants(kind) for kind in kinds}
    return next((kind for kind in kinds if others.isdisjoint(lines[kind])), None)


def _near(windows: Sequence[Window]) -> Iterator[int]:
    """The days ago that lie just inside, at and just outside of each time of the windows."""
    for window in windows:
        bounds = [bound.duration for bound in (window.ago, window.lasting) if bound]
        for duration in (window.within, window.began, *bounds):
            if duration is not None:
                edge = (AS_OF - shift(AS_OF, duration, -1)).days
                yield from (max(edge - 2, 0), edge, edge + 2)


# --- values


def _of_values(compared: dict[str, list[Compare]], chosen: dict[str, list[OneOf]]) -> Iterator[list[State]]:
    """The states of each variable, and one of what its limits are multiples of."""
    others = {limit.of for found in compared.values() for leaf in found for limit in leaf.limits if limit.of}
    for name in sorted({*compared, *chosen, *(other for other in others if other in variables())}):
        variable = variables().get(name)
        if variable is None or variable.kind == "category":
            continue
        if name == "age":
            yield [State(birth=birth) for birth in sorted(_births(compared[name]), reverse=True)]
            continue
        values = sorted({*_around(compared.get(name, []), variable), *_grades(chosen.get(name, []), variable)})
        values = values or [OTHER]
        old = [] if "baseline" not in others else [_result(name, OTHER, 400)]
        found = [State(results=(_result(name, value), *old)) for value in values]
        windows = [leaf.window for leaf in compared.get(name, []) if leaf.window]
        days = (*_near(windows), 4000) if windows else ()
        found += [State(results=(_result(name, value, day),)) for value in (values[0], values[-1]) for day in days]
        yield found


def _result(name: str, value: float, days: int = 0) -> Result:
    low, high = NORMAL
    return Result(name, value, value, date=_day(days), value=value, reference_low=low, reference_high=high)


def _around(found: Sequence[Compare], variable: Variable) -> Iterator[float]:
    """Values below, at and above each limit."""
    for leaf in found:
        for limit in leaf.limits:
            value = _canonical(limit, variable)
            if value is not None:
                step = max(abs(value) * 0.04, 0.01)
                yield from (value - step, value, value + step)


def _canonical(limit: Limit, variable: Variable) -> float | None:
    """The limit as a value of the record; None where its unit does not fit."""
    base = {"ULN": NORMAL[1], "LLN": NORMAL[0]}.get(limit.of or "", OTHER)
    if limit.of is not None:
        return limit.value * base
    above = {"ULN": NORMAL[1], "LLN": NORMAL[0]}.get(getattr(limit, "above", None) or "", 0.0)
    try:
        value = limit.value if limit.unit is None else to_canonical(limit.value, limit.unit, variable)
    except EligoError:
        return None
    return value + above if math.isfinite(value) else None


def _grades(found: Sequence[OneOf], variable: Variable) -> Iterator[float]:
    """The values that are asked for, and all other grades."""
    if found:
        yield from map(float, variable.grades.values())
        yield from (float(value) for leaf in found for value in leaf.values if not isinstance(value, str))


def _births(found: Sequence[Compare]) -> Iterator[date]:
    """Birthdays that make a patient just younger and just older than each limit, and two of other patients."""
    yield from (date(2010, 5, 4), date(1930, 5, 4))
    for leaf in found:
        for limit in leaf.limits:
            try:
                value, unit = age_unit(limit.value, cast("Literal['a', 'mo', 'wk', 'd']", limit.unit or "a"))
                edge = shift(AS_OF, Duration(value, unit), -1)
                later = shift(AS_OF, Duration(value + 1, unit), -1)
            except (EligoError, KeyError):
                continue
            yield from (edge + timedelta(days=3), edge, later + timedelta(days=3), later - timedelta(days=3))
