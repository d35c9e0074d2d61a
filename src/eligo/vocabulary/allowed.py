"""A comparison or a choice in, the key of its variable and the ranges that it allows out, in canonical units."""

from __future__ import annotations

import functools
import math

from eligo.criteria import Compare, Limit, OneOf, Op, Window
from eligo.namedtuple import NamedTuple
from eligo.vocabulary import ranges
from eligo.vocabulary.ranges import Ranges
from eligo.vocabulary.units import difference_to_canonical, to_canonical
from eligo.vocabulary.variables import Variable, variables

_YEARS = {"a": 1.0, "mo": 1 / 12, "wk": 7 / 365.25, "d": 1 / 365.25, "h": 1 / 8766, "min": 1 / 525960}


class Key(NamedTuple):
    """What ranges are of, to be compared: one variable, in one unit or relative to one thing, at one time.

    `of` is what values are multiples of, or `above ULN` where they are differences from it.
    """

    variable: str
    of: str | None = None
    window: Window | None = None


@functools.cache
def domain(key: Key) -> Ranges:
    """All values that there are: the grades of an ordinal, the words of a category, else the plausible range."""
    variable = variables().get(key.variable)
    if key.of is not None or variable is None:
        return ranges.ALL
    labels = _labels(variable)
    if labels:
        return ranges.points(labels.values())
    return ranges.closed(*variable.plausible) if variable.plausible else ranges.ALL


def _labels(variable: Variable) -> dict[str, float]:
    """Numbers for what an ordinal or a category can be."""
    if variable.kind == "category":
        return {value: float(i) for i, value in enumerate(dict.fromkeys(variable.values.values()))}
    if variable.kind != "ordinal":
        return {}
    grades = {grade: float(value) for grade, value in variable.grades.items()}
    # A concept that is ruled out has the grade 0, also where the scale itself begins at 1.
    return {"": 0.0, **grades} if grades and variable.concept else grades


def values_of(leaf: Compare | OneOf) -> tuple[Key, Ranges] | None:
    """The key and the ranges of a leaf; None where its variable is not known."""
    variable = variables().get(leaf.variable) if leaf.variable else None
    if variable is None:
        return None
    if isinstance(leaf, OneOf):
        key, labels = Key(variable.id), _labels(variable)
        numbers = [labels.get(v, math.nan) if isinstance(v, str) else float(v) for v in leaf.values]
        return key, ranges.intersect(domain(key), ranges.points(n for n in numbers if not math.isnan(n)))
    of = {f"above {limit.above}" if limit.above else limit.of for limit in leaf.limits}
    # The highest value and the lowest are not one value with two ranges, and an age at an event is not that of today.
    if len(of) > 1 or leaf.pick != "latest" or leaf.at is not None:
        return None
    key = Key(variable.id, of.pop(), leaf.window)
    allowed = domain(key)
    for limit in leaf.limits:
        allowed = ranges.intersect(allowed, ranges.side(*canonical(limit, variable)))
    return key, allowed


def canonical(limit: Limit, variable: Variable) -> tuple[Op, float]:
    """The limit's side and number in the canonical unit.

    What is counted in whole units is written with the limit that says the same on a scale without steps: older than 17
    is at least 18, up to 65 is below 66.
    """
    if limit.of is not None:
        return limit.op, float(limit.value)
    if limit.above is not None and limit.unit is not None:
        return limit.op, difference_to_canonical(limit.value, limit.unit, variable)
    scale = _YEARS[limit.unit or "a"] if variable.id == "age" else None
    if (scale or variable.kind == "count") and limit.value == int(limit.value) and limit.op in ("gt", "le"):
        return ("ge" if limit.op == "gt" else "lt"), (limit.value + 1) * (scale or 1)
    if scale:
        return limit.op, limit.value * scale
    return limit.op, float(limit.value) if limit.unit is None else to_canonical(limit.value, limit.unit, variable)
