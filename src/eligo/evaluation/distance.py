"""A value and the limits that it met in, its distance from the one that counts out, in canonical and own units.

Of several limits the one counts that the value fails, or else is nearest to. A value that is a limit but for the last
of its digits is at a distance of zero, as it is for the comparison.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import cast

from eligo.criteria import Compare, Limit, Number
from eligo.evaluation.chart import Normal
from eligo.evaluation.comparing import SIDES, absolute, multiple, slack
from eligo.namedtuple import NamedTuple
from eligo.truth import Truth
from eligo.vocabulary.units import convert, to_canonical, ucum
from eligo.vocabulary.variables import Variable, variables

AGE, YEARS = "age", "a"


class Distance(NamedTuple):
    """Value minus limit, and the limit, in the canonical unit; `own` in the criterion's `unit`, where that is another.

    `unit` is one that the protocol wrote, `x ULN`, `x LLN`, `x baseline` or `x` and a variable's id.
    """

    value: Number
    limit: float
    own: Number | None = None
    unit: str | None = None

    @property
    def relative(self) -> Number | None:
        """The distance as a share of the limit, in four digits; None for a limit of zero."""
        return plain(float(f"{self.value / abs(self.limit):.4g}")) if self.limit else None


def distance(
    leaf: Compare, test: Compare, value: float, normals: Sequence[Normal | None], ages: Sequence[int | None]
) -> Distance | None:
    """Measure how far a value is from the limit that it fails, or else is nearest to; None where none is known.

    `normals` are what each limit is a multiple of, or lies above, `ages` the completed age in the unit of each limit.
    """
    nearest: tuple[bool, float, float, int] | None = None
    for place, limit in enumerate(test.limits):
        at = limit_value(limit, normals[place] if normals else None)
        here = value if test.variable != AGE or limit.unit == YEARS else ages[place] if ages else None
        if at is None or here is None:
            continue
        apart = here - at
        if abs(apart) <= slack(at):
            apart = 0.0
        held = SIDES[limit.op](apart, True, apart, True, 0, 0) is not Truth.NOT_MET
        found = (held, abs(apart), apart, place)
        if nearest is None or found < nearest:
            nearest = found
    if nearest is None:
        return None
    _, _, apart, place = nearest
    normal = normals[place] if normals else None
    return _in_units(leaf, test.limits[place], apart, value, normal)


def limit_value(limit: Limit, normal: Normal | None) -> float | None:
    """The limit in the canonical unit (an age's in its own); None where what it hangs on is no single value."""
    if limit.of is None and limit.above is None:
        return float(limit.value)
    return absolute(limit, normal.low) if normal and normal.low == normal.high else None


def _in_units(leaf: Compare, limit: Limit, apart: float, value: float, normal: Normal | None) -> Distance:
    if limit.of is not None and normal is not None:
        own = plain(multiple(1, apart / normal.low)) if normal.low else None
        return Distance(plain(multiple(1, apart)), multiple(limit.value, normal.low), own, f"x {limit.of}")
    at = cast(float, limit_value(limit, normal))
    if leaf.variable == AGE and limit.unit != YEARS:
        return Distance(plain(_years(apart, limit.unit)), _years(at, limit.unit), plain(apart), limit.unit)
    found = Distance(plain(multiple(1, apart)), at)
    unit = leaf.limits[0].unit
    if unit is None or not _differs(unit, leaf.variable):
        return found
    own = _own(apart, value, at, unit, leaf.variable)
    return found._replace(own=plain(own), unit=unit) if math.isfinite(own) else found


@functools.lru_cache(maxsize=1024)
def _years(age: float, unit: str | None) -> float:
    return to_canonical(age, unit, _variable(AGE))


@functools.cache
def _differs(unit: str, variable: str | None) -> bool:
    return ucum(unit) != _variable(variable).unit


@functools.lru_cache(maxsize=4096)
def _own(apart: float, value: float, limit: float, unit: str, variable: str | None) -> float:
    """The distance in another unit; under a logarithm the values themselves have to be converted."""
    known = _variable(variable)
    if apart == 0:
        return 0.0
    zero = convert(0, known.unit, unit, known)
    if math.isfinite(zero):
        return multiple(1, convert(apart, known.unit, unit, known) - zero)
    return convert(value, known.unit, unit, known) - convert(limit, known.unit, unit, known)


def _variable(variable: str | None) -> Variable:
    """The variable of a test: one that could be compiled has one that is known."""
    return cast(Variable, variables().get(variable or ""))


def plain(value: float) -> Number:
    """The number without a fraction that is zero.

    >>> plain(18.0), plain(1.5)
    (18, 1.5)
    """
    return int(value) if value == int(value) else value
