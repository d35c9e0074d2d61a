"""A rule set in, tiny patients at its limits out: just below, at, above, missing, in another unit, on the last day.

Each patient mentions one thing only. What comes of them is for the evaluator to say; a person agrees, or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from eligo.criteria import Attest, Compare, Criterion, Duration, Leaf, Limit, OneOf, Present, leaves
from eligo.errors import EligoError
from eligo.evaluation.window import shift
from eligo.plan import Attested
from eligo.ruleset import RuleSet
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.units import convert
from eligo.vocabulary.variables import Variable, variables

Data = dict[str, Any]

LISTS = {"condition": "conditions", "state": "conditions", "procedure": "procedures", "medication": "medications"}
ULN = 40  # of a made-up report; any number would do


@dataclass(frozen=True, slots=True)
class Point:
    """One tiny patient at a boundary of one leaf of a criterion."""

    criterion: str
    leaf: int
    name: str
    position: str
    shown: str
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
    found: Iterator[tuple[str, str, Data]]
    match leaf:
        case Compare() if leaf.variable and (variable := variables().get(leaf.variable)):
            name, found = variable.id, _compared(leaf, variable, as_of)
        case OneOf() if leaf.variable and (variable := variables().get(leaf.variable)):
            name, found = variable.id, _chosen(variable)
        case Present():
            name, found = leaf.concept, _present(leaf, as_of)
        case Attest():
            name, found = leaf.topic, _attested(Attested(leaf.topic, f"{trial}/{criterion.id}").key)
        case _:
            return
    base: Data = {"as_of": as_of.isoformat()}
    for position, shown, data in found:
        yield Point(criterion.id, place, name, position, shown, base | data)
    yield Point(criterion.id, place, name, "missing", "", base)


def _compared(leaf: Compare, variable: Variable, as_of: date) -> Iterator[tuple[str, str, Data]]:
    for limit in leaf.limits:
        for position, value in (("just below", -1), ("at", 0), ("just above", 1)):
            number = float(f"{limit.value + value * _step(limit, variable):.12g}")
            if limit.of in ("ULN", "LLN"):
                yield position, f"{number:.12g} x {limit.of}", _multiple(number, limit, variable)
            elif limit.of is None:
                yield position, _shown(number, limit.unit), _result(variable, number, limit.unit)
        if limit.of is None:
            yield from _other_unit(limit, variable)
    if leaf.window is not None and leaf.window.within is not None and leaf.limits[0].of is None:
        yield from _dated(leaf, variable, leaf.window.within, as_of)


def _step(limit: Limit, variable: Variable) -> float:
    """A step finer than the limit is written; a whole one for what is counted."""
    if variable.kind in ("count", "ordinal", "score") or variable.id == "age":
        return 1.0
    decimals = len(f"{limit.value:.12g}".partition(".")[2])
    return 10.0 ** -(decimals + 1)


def _shown(value: float, unit: str | None) -> str:
    return f"{value:.12g}{f' {unit}' if unit and unit != '1' else ''}"


def _result(variable: Variable, value: float, unit: str | None) -> Data:
    if variable.id == "age":
        return {"age": f"{value:g} {unit or 'a'}"}
    number = int(value) if value == int(value) else value
    entry: Data = {"variable": variable.id, "value": number}
    needed = unit is not None and (unit != "1" or variable.unit != "1")
    return {"observations": [entry | ({"unit": unit} if needed else {})]}


def _multiple(value: float, limit: Limit, variable: Variable) -> Data:
    bound = "high" if limit.of == "ULN" else "low"
    number = float(f"{value * ULN:.12g}")
    return {"observations": [{"variable": variable.id, "value": number, "unit": variable.unit, bound: ULN}]}


def _other_unit(limit: Limit, variable: Variable) -> Iterator[tuple[str, str, Data]]:
    own = limit.unit or variable.unit
    for unit in variable.units:
        if unit == own or variable.id == "age":
            continue
        try:
            value = convert(limit.value, own, unit, variable)
        except EligoError:
            continue
        yield "other unit", _shown(value, unit), _result(variable, value, unit)
        return


def _dated(leaf: Compare, variable: Variable, within: Duration, as_of: date) -> Iterator[tuple[str, str, Data]]:
    first = shift(as_of, within, -1)
    limit = leaf.limits[0]
    value = limit.value + (_step(limit, variable) if limit.op in ("gt", "ge") else -_step(limit, variable))
    for position, day in (("first day", first), ("a day before", first - timedelta(1))):
        data = _result(variable, value, limit.unit)
        if "observations" in data:
            data["observations"][0]["date"] = day.isoformat()
            yield position, f"{_shown(value, limit.unit)} on {day}", data


def _chosen(variable: Variable) -> Iterator[tuple[str, str, Data]]:
    if variable.id == "sex":
        for sex in ("male", "female"):
            yield "is", sex, {"sex": sex}
        return
    for grade in sorted({float(g) for g in variable.grades.values()}):
        yield "is", f"{grade:g}", _result(variable, grade, None)


def _present(leaf: Present, as_of: date) -> Iterator[tuple[str, str, Data]]:
    concept = concepts().get(leaf.concept)
    where = LISTS.get(concept.kind, "conditions") if concept else "conditions"
    entry: Data = {"concept": leaf.concept}
    if leaf.qualifier:
        yield "without", f"not said to be {leaf.qualifier}", {where: [dict(entry)]}
        entry["qualifiers"] = [leaf.qualifier]
    if leaf.status == "planned":
        yield "planned", "", {where: [entry | {"status": "planned", **_start(where, as_of)}]}
    yield "present", "now", {where: [entry | _start(where, as_of)]}
    if where == "conditions":
        yield "over", "resolved", {where: [entry | {"status": "resolved"}]}
        yield "suspected", "", {where: [entry | {"status": "suspected"}]}
    yield from _windowed(leaf, entry, where, as_of)
    yield "ruled out", "", {"absent": [leaf.concept]}


def _windowed(leaf: Present, entry: Data, where: str, as_of: date) -> Iterator[tuple[str, str, Data]]:
    """The first day of a window, and the day before it."""
    within = leaf.window.within if leaf.window else None
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


def _attested(topic: str) -> Iterator[tuple[str, str, Data]]:
    for held in (True, False):
        yield "attested", "yes" if held else "no", {"attested": {topic: held}}
