"""A rule set in, tiny patients at its limits out: just below, at, above, missing, in another unit, on the last day.

Each patient mentions one thing only. What comes of them is for the evaluator to say; a person agrees, or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, cast

from eligo.criteria import (
    STUDY_CONDITION,
    Attest,
    Compare,
    Criterion,
    Duration,
    Leaf,
    Limit,
    OneOf,
    Present,
    Related,
    TimeUnit,
    leaves,
)
from eligo.dataclass import dataclass, replace
from eligo.errors import EligoError
from eligo.evaluation.window import shift
from eligo.namedtuple import NamedTuple
from eligo.plan import Attested
from eligo.ruleset import RuleSet
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.units import convert
from eligo.vocabulary.variables import Variable, variables

Data = dict[str, Any]

LISTS = {"condition": "conditions", "state": "conditions", "procedure": "procedures", "medication": "medications"}
ANY_LIMIT = 40.0  # of a made-up report, for a variable that has no usual one


class ShownAmount(NamedTuple):
    """What a boundary patient has of a variable, as a limit would state it, and the day where that counts."""

    limit: Limit
    day: date | None = None


_Found = tuple[str, ShownAmount | str, Data]  # the position, what the patient has, and its data


@dataclass(frozen=True, slots=True)
class Point:
    """One tiny patient at a boundary of one leaf of a criterion."""

    criterion: str
    leaf: int
    name: str
    position: str
    shown: ShownAmount | str
    patient: Data


def points(ruleset: RuleSet, as_of: date) -> Iterator[Point]:
    """The boundary patients of every leaf, in the order of the rule set, each patient of a criterion once."""
    for criterion in ruleset.criteria:
        seen: list[Data] = []
        for i, leaf in enumerate(leaves(criterion.predicate)):
            for point in _of_leaf(ruleset.trial, criterion, i, leaf, as_of):
                if point.patient not in seen:
                    seen.append(point.patient)
                    yield point


def _of_leaf(trial: str, criterion: Criterion, place: int, leaf: Leaf, as_of: date) -> Iterator[Point]:
    found: Iterator[_Found]
    match leaf:
        case Compare() if leaf.variable and (variable := variables().get(leaf.variable)):
            name, found = variable.id, _then(leaf, as_of) if leaf.at else _compared(leaf, variable, as_of)
        case OneOf() if leaf.variable and (variable := variables().get(leaf.variable)):
            name, found = variable.id, _chosen(variable)
        case Present():
            name, found = leaf.concept, _present(leaf, as_of)
        case Related():
            name, found = leaf.what.concept, _related(leaf, as_of)
        case Attest():
            name, found = leaf.topic, _attested(Attested(leaf.topic, f"{trial}/{criterion.id}").key)
        case _:
            return
    base: Data = {"as_of": as_of.isoformat()}
    for position, shown, data in found:
        yield Point(criterion.id, place, name, position, shown, base | data)
    yield Point(criterion.id, place, name, "missing", "", base)


def _compared(leaf: Compare, variable: Variable, as_of: date) -> Iterator[_Found]:
    for limit in leaf.limits:
        for position, value in (("just below", -1), ("at", 0), ("just above", 1)):
            number = float(f"{limit.value + value * _step(limit, variable):.12g}")
            if limit.of in ("ULN", "LLN"):
                yield position, _amount(number, limit), _multiple(number, limit, variable)
            elif limit.above is not None:
                yield position, _amount(number, limit), _above(number, limit, variable)
            elif limit.of is None:
                yield position, _amount(number, limit), _result(variable, number, limit.unit)
        if limit.of is None and limit.above is None:
            yield from _other_unit(limit, variable)
    of_its_own = leaf.limits[0].of is None and leaf.limits[0].above is None
    if leaf.window is not None and leaf.window.within is not None and of_its_own:
        yield from _dated(leaf, variable, leaf.window.within, as_of)


def _step(limit: Limit, variable: Variable) -> float:
    """A step finer than the limit is written; a whole one for what is counted."""
    if variable.kind in ("count", "ordinal", "score") or variable.id == "age":
        return 1.0
    decimals = len(f"{limit.value:.12g}".partition(".")[2])
    return 10.0 ** -(decimals + 1)


def _amount(value: float, limit: Limit, day: date | None = None) -> ShownAmount:
    """The value as one that the limit is compared with."""
    return ShownAmount(replace(limit, op="eq", value=value), day)


def _result(variable: Variable, value: float, unit: str | None) -> Data:
    if variable.id == "age":
        return {"age": f"{value:g} {unit or 'a'}"}
    number = int(value) if value == int(value) else value
    entry: Data = {"variable": variable.id, "value": number}
    needed = unit is not None and (unit != "1" or variable.unit != "1")
    return {"observations": [entry | ({"unit": unit} if needed else {})]}


def _multiple(value: float, limit: Limit, variable: Variable) -> Data:
    bound = "high" if limit.of == "ULN" else "low"
    normal = _normal(variable, bound, variable.unit)
    number = float(f"{value * normal:.12g}")
    return {"observations": [{"variable": variable.id, "value": number, "unit": variable.unit, bound: normal}]}


def _normal(variable: Variable, bound: str, unit: str) -> float:
    """The limit of normal of a made-up report, in a unit: near the usual one, since reports have no others."""
    known = (r.high if bound == "high" else r.low for r in variable.references)
    usual = next((end for end in known if end is not None), None)
    return ANY_LIMIT if usual is None else float(f"{convert(usual, variable.unit, unit, variable):.2g}")


def _above(value: float, limit: Limit, variable: Variable) -> Data:
    """A value so much above (or below) the limit of normal of a made-up report, in the unit of the rules."""
    bound = "high" if limit.above == "ULN" else "low"
    normal = _normal(variable, bound, limit.unit or variable.unit)
    number = float(f"{normal + value:.12g}")
    unit = {"unit": limit.unit} if limit.unit else {}
    return {"observations": [{"variable": variable.id, "value": number, **unit, bound: normal}]}


def _then(leaf: Compare, as_of: date) -> Iterator[_Found]:
    """Somebody in whom it began on the day of the screening, at the age of the limit and beside it."""
    where, entry = _entry(Present(leaf.at or ""), as_of)
    yield "undated", "begun at an unknown age", {where: [{"concept": leaf.at}], "age": "99 a"}
    for limit in leaf.limits:
        for position, value in (("just below", limit.value - 1), ("at", limit.value), ("just above", limit.value + 1)):
            if value >= 0:
                birth = shift(as_of, Duration(value, cast(TimeUnit, limit.unit or "a")), -1)
                yield position, _amount(value, limit), {"birth_date": birth.isoformat(), where: [entry]}


def _other_unit(limit: Limit, variable: Variable) -> Iterator[_Found]:
    own = limit.unit or variable.unit
    for unit in variable.units:
        if unit == own or variable.id == "age":
            continue
        try:
            value = convert(limit.value, own, unit, variable)
        except EligoError:
            continue
        yield "other unit", ShownAmount(Limit("eq", value, unit)), _result(variable, value, unit)
        return


def _dated(leaf: Compare, variable: Variable, within: Duration, as_of: date) -> Iterator[_Found]:
    first = shift(as_of, within, -1)
    limit = leaf.limits[0]
    value = limit.value + (_step(limit, variable) if limit.op in ("gt", "ge") else -_step(limit, variable))
    for position, day in (("first day", first), ("a day before", first - timedelta(1))):
        data = _result(variable, value, limit.unit)
        if "observations" in data:
            data["observations"][0]["date"] = day.isoformat()
            yield position, _amount(value, limit, day), data


def _chosen(variable: Variable) -> Iterator[_Found]:
    if variable.id == "sex":
        for sex in ("male", "female"):
            yield "is", sex, {"sex": sex}
        return
    for grade in sorted({float(g) for g in variable.grades.values()}):
        yield "is", f"{grade:g}", _result(variable, grade, None)


def _present(leaf: Present, as_of: date) -> Iterator[_Found]:
    where, entry = _named(leaf)
    if leaf.qualifier:
        yield "without", f"not said to be {leaf.qualifier}", {where: [dict(entry)]}
        entry["qualifiers"] = [leaf.qualifier]
    if leaf.status == "planned":
        yield "planned", "", {where: [entry | {"status": "planned", **_start(where, as_of)}]}
    if leaf.status == "now" and where == "procedures":
        yield "in progress", "", {where: [entry | {"status": "in-progress", **_start(where, as_of)}]}
        yield "over", "a day before", {where: [entry | _start(where, as_of - timedelta(1))]}
    yield "present", "now", {where: [entry | _start(where, as_of)]}
    if where == "conditions":
        yield "over", "resolved", {where: [entry | {"status": "resolved"}]}
        yield "suspected", "", {where: [entry | {"status": "suspected"}]}
    for part in leaf.but_not:
        if part.concept != STUDY_CONDITION:
            own, excepted = _entry(Present(part.concept, leaf.status, part.qualifier), as_of)
            shown = " ".join(filter(None, (part.qualifier, part.concept)))
            yield "excepted", shown, {own: [excepted], "complete": [own]}
    yield from _windowed(leaf, entry, where, as_of)
    yield "ruled out", "", {"absent": [leaf.concept]}


def _related(leaf: Related, as_of: date) -> Iterator[_Found]:
    """Both of the two, each alone, and each ruled out beside the other."""
    what, to = _entry(leaf.what, as_of), _entry(leaf.to, as_of)
    yield "both", "", _lists(what, to)
    for position, (where, entry), other in (("the first", what, leaf.to), ("the second", to, leaf.what)):
        yield position, f"{other.concept} not mentioned", {where: [entry]}
        yield position, f"{other.concept} ruled out", {where: [entry], "absent": [other.concept]}


def _lists(*entries: tuple[str, Data]) -> Data:
    found: Data = {}
    for where, entry in entries:
        found.setdefault(where, []).append(entry)
    return found


def _named(leaf: Present) -> tuple[str, Data]:
    """The list that the concept stands in, and its entry."""
    concept = concepts().get(leaf.concept)
    return (LISTS.get(concept.kind, "conditions") if concept else "conditions"), {"concept": leaf.concept}


def _entry(leaf: Present, as_of: date) -> tuple[str, Data]:
    """An entry that is as the leaf asks for, of the day of the screening."""
    where, entry = _named(leaf)
    if leaf.qualifier:
        entry["qualifiers"] = [leaf.qualifier]
    if leaf.status == "planned" or (leaf.status == "now" and where == "procedures"):
        entry["status"] = "planned" if leaf.status == "planned" else "in-progress"
    return where, entry | _start(where, as_of)


def _windowed(leaf: Present, entry: Data, where: str, as_of: date) -> Iterator[_Found]:
    """The first day of a window, and the day before it."""
    within = (leaf.window.within or leaf.window.began) if leaf.window else None
    if within is None or (leaf.window and leaf.window.anchor != "screening"):
        return
    if leaf.status == "planned":
        last = shift(as_of, within)
        for position, day in (("last day", last), ("a day after", last + timedelta(1))):
            yield position, f"planned for {day}", {where: [entry | {"status": "planned"} | _start(where, day)]}
        return
    first = shift(as_of, within, -1)
    for position, day in (("first day", first), ("a day before", first - timedelta(1))):
        yield position, f"until {day}", {where: [entry | _on(where, day)]}


def _start(where: str, day: date) -> Data:
    return {{"conditions": "onset", "procedures": "date", "medications": "start"}[where]: day.isoformat()}


def _on(where: str, day: date) -> Data:
    """Something that was there on that day for the last time."""
    text = day.isoformat()
    if where == "conditions":
        return {"status": "resolved", "onset": text, "abatement": text}
    return {"date": text} if where == "procedures" else {"start": text, "end": text}


def _attested(topic: str) -> Iterator[_Found]:
    for held in (True, False):
        yield "attested", "yes" if held else "no", {"attested": {topic: held}}
