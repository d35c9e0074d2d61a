"""Bound limits to comparisons: the numbers as written, one comparison for each range, limit or list of grades."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Final

from eligo.criteria import Number, Op
from eligo.reading.bind import BoundLimits
from eligo.reading.comparison import StatedComparison
from eligo.reading.names import Name
from eligo.reading.pairs import each_name, with_unit
from eligo.reading.ratios import quotient
from eligo.reading.tree import Amount, Limits, WrittenLimit, amounts
from eligo.vocabulary.variables import Variable, variables


def comparisons(bound: list[BoundLimits], text: str) -> tuple[StatedComparison, ...]:
    """All comparisons that the bound limits state, in reading order; `140/90` states a systolic and a diastolic one."""
    made: list[StatedComparison] = []
    for limits, names in bound:
        names = tuple(_known(name) for name in names)
        for own, name in each_name(limits, names) if _is_pair(limits, names) else ((limits, name) for name in names):
            made.extend(_compare(own, name, text))
    return tuple(made)


def _known(name: Name) -> Name:
    """A quotient of two variables is none of the vocabulary."""
    return name if quotient(name.variable) is None else name._replace(variable=None)


def _is_pair(limits: Limits, names: tuple[Name, ...]) -> bool:
    """Whether there is more than one name, or a number with two halves."""
    return len(names) > 1 or any(amount.number.second is not None for amount in amounts(limits))


def _compare(limits: Limits, name: Name, text: str) -> Iterator[StatedComparison]:
    bare = [limit for limit in limits.limits if limit.form == "bare" and limit.bounds[0][1].give is None]
    if bare:
        yield from _listed(bare, name, text)
    one_sided: list[WrittenLimit] = []
    for limit in limits.limits:
        if any(amount.give is not None for _, amount in limit.bounds):
            continue  # `>= 18 +/- 2`: nobody can tell the number
        if limit.form in ("compared", "bounded", "flipped"):
            one_sided.append(limit)
        elif limit.form in ("ranged", "vague"):
            grades = _grades(limit, name, text)
            yield from (grades,) if grades else (_bounds(half, [half], name, text) for half in _halves(limit))
    one_sided = with_unit(one_sided)
    while one_sided:
        first = one_sided.pop(0)
        if one_sided and _complete(first, one_sided[0]) and "or" not in limits.joins:
            yield _bounds(first, [first, one_sided.pop(0)], name, text)
        else:
            yield from _one(first, name, text)


def _halves(limit: WrittenLimit) -> list[WrittenLimit]:
    """The range, or its two ends where each has a unit of its own: `6 months to 18 years`."""
    units = {unit_of(amount) for _, amount in limit.bounds} - {None}
    return [limit] if len(units) < 2 else [limit._replace(bounds=(bound,)) for bound in limit.bounds]


def _complete(a: WrittenLimit, b: WrittenLimit) -> bool:
    """Whether two limits are the two ends of one range."""
    low = [x.bounds[0][1] for x in (a, b) if x.bounds[0][0] in ("gt", "ge")]
    high = [x.bounds[0][1] for x in (a, b) if x.bounds[0][0] in ("lt", "le")]
    if len(low) != 1 or len(high) != 1 or low[0].number.value > high[0].number.value or low[0].of != high[0].of:
        return False
    return len({unit_of(low[0]), unit_of(high[0])} - {None}) < 2


def _listed(bare: list[WrittenLimit], name: Name, text: str) -> Iterator[StatedComparison]:
    amounts = [limit.bounds[0][1] for limit in bare]
    variable = variables().get(name.variable or "")
    ordinal = variable is None or variable.kind in ("ordinal", "score")
    values: tuple[Number | str, ...] = tuple(
        v
        for a in amounts
        for v in ((ordinal and a.number.several) or (a.number.finer or a.number.label or a.number.value,))
    )
    yield StatedComparison(
        name.variable,
        text[name.span[0] : name.span[1]],
        name.span,
        (bare[0].span[0], bare[-1].span[1]),
        values=values,
        unit=unit_of(amounts[-1]),
    )


def _grades(limit: WrittenLimit, name: Name, text: str) -> StatedComparison | None:
    """`class II-IV` of an ordinal: the grades that are meant; None where it is no ordinal, or has no such grades."""
    values = grades_between(variables().get(name.variable or ""), limit)
    if not values:
        return None
    return StatedComparison(name.variable, text[name.span[0] : name.span[1]], name.span, limit.span, values=values)


def grades_between(variable: Variable | None, limit: WrittenLimit) -> tuple[Number, ...]:
    """The grades of an ordinal from the lower bound of a range to the upper one; none where it is no ordinal."""
    if variable is None or variable.kind != "ordinal" or len(limit.bounds) != 2:
        return ()
    (lower, low), (upper, high) = limit.bounds
    found = {g for g in variable.grades.values() if _HOLDS[lower](g, low.number.value)}
    grades = sorted(g for g in found if _HOLDS[upper](g, high.number.value))
    return tuple(int(g) if g == int(g) else g for g in grades)


def _bounds(first: WrittenLimit, limits: list[WrittenLimit], name: Name, text: str) -> StatedComparison:
    low: Amount | None = None
    high: Amount | None = None
    ops: dict[str, Op] = {}
    for limit in limits:
        for op, amount in limit.bounds:
            if op in ("ge", "gt"):
                low, ops["low"] = amount, op
            else:
                high, ops["high"] = amount, op
    span = (limits[0].span[0], limits[-1].span[1])
    unit = next((u for u in (unit_of(a) for a in (high, low) if a) if u), None)
    return StatedComparison(
        name.variable,
        text[name.span[0] : name.span[1]],
        name.span,
        span,
        _value(low),
        ops.get("low") == "ge",
        _value(high),
        ops.get("high") == "le",
        unit=unit,
    )


def _one(limit: WrittenLimit, name: Name, text: str) -> Iterator[StatedComparison]:
    op, amount = limit.bounds[0]
    if op == "eq":
        yield from _listed([limit], name, text)
        return
    if amount.number.label is not None:
        yield _letters(limit, name, text)
        return
    yield _bounds(limit, [limit], name, text)


def _letters(limit: WrittenLimit, name: Name, text: str) -> StatedComparison:
    """`Child-Pugh B or worse`: the letters of the grades that are meant."""
    op, amount = limit.bounds[0]
    variable = variables().get(name.variable or "")
    found = {
        grade: label.upper()
        for label, grade in (variable.grades if variable else {}).items()
        if label.isalpha() and len(label) == 1
    }
    values = tuple(found[g] for g in sorted(found) if _HOLDS[op](g, amount.number.value))
    return StatedComparison(name.variable, text[name.span[0] : name.span[1]], name.span, limit.span, values=values)


_HOLDS: Final[dict[Op, Callable[[Number, Number], bool]]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
}


def _value(amount: Amount | None) -> Number | None:
    return None if amount is None else amount.number.value


def unit_of(amount: Amount) -> str | None:
    """The unit of an amount: UCUM, or what it is a multiple of."""
    if amount.of is not None:
        return amount.of
    return amount.unit.value if amount.unit is not None else None
