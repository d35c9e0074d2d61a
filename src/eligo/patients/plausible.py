"""A value or a reference range of a variable in, whether a patient or a laboratory can have it out.

A range that no laboratory has (0 to 0, 9999, another magnitude) is not used; a value that only a slip of the unit
explains (6.5 white cells per uL) decides nothing.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from eligo.errors import EligoError, Problem
from eligo.namedtuple import NamedTuple
from eligo.regex import regex
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import Variable

Number = int | float
NAN = math.nan  # one object, so that results without a value compare as equal


class Ends(NamedTuple):
    """A reference range, in `unit`, else in that of the value; NaN where it is not known which of several it is."""

    low: Number | None = None
    high: Number | None = None
    unit: str | None = None


NO_RANGE = Ends()
UNKNOWN_RANGE = Ends(NAN, NAN)

_FACTOR = 8  # laboratories and methods differ; a slip of the unit is further off, or leaves nothing in common
_NINES = regex(r"9+\.?9*")
_LEAST_NINES = 999
_SLIP = 20  # how many times below the range of normal a value is that is looked at in other units
_USUAL = 2  # how far beside the range of normal a number is usual
_FEW = 200  # how many times below the range of normal no machine counts cells
_COUNTED = "10*9/L"
_FEWEST = 0.01  # cells in 10*9/L that a machine still counts, where no range of normal is known


def range_problem(variable: Variable, ends: Ends, written: Ends) -> tuple[Ends, Problem | None]:
    """The range in the canonical unit, without the ends that are none, and what is wrong with it as it is `written`."""
    low, high = ends.low, ends.high
    if low is not None and math.isnan(low):  # one of several
        return ends, None
    if low is not None and high is not None and low > high:
        message = "the reference range is upside down and is not used"
        return NO_RANGE, Problem("reference-range", message, help="`low` must not be above `high`", severity="warning")
    if _is_none(variable, low, high):
        kept = NO_RANGE
    elif high is not None and written.high is not None and _is_placeholder(variable, high, written.high):
        kept = Ends(low or None)
    else:
        return ends, None
    message = f"the reference range is not plausible for `{variable.id}` and is not used"
    return kept, Problem("reference-implausible", message, help="check the range and its unit", severity="warning")


def _is_placeholder(variable: Variable, high: float, written: float) -> bool:
    """Whether an upper end stands for "no limit": nothing but nines, or more than anybody has."""
    most = variable.plausible[1] if variable.plausible else math.inf
    return high > most or (written >= _LEAST_NINES and _NINES.fullmatch(f"{written:.12g}") is not None)


def _is_none(variable: Variable, low: float | None, high: float | None) -> bool:
    """Whether the whole range is none: a point, below zero, or of another magnitude than the usual one."""
    highs = [r.high for r in variable.references if r.high is not None]
    if low is not None and highs and low > max(highs):
        return True
    return high is not None and (_is_no_end(variable, low, high) or _is_far_off(high, highs))


def _is_no_end(variable: Variable, low: float | None, high: float) -> bool:
    """Whether an upper end is that of a point, below zero or below what anybody has, or below the usual lower one."""
    least = variable.plausible[0] if variable.plausible else 0.0
    lows = [r.low for r in variable.references if r.low is not None]
    return high == low or high < least or high <= 0 <= least or (bool(lows) and high < min(lows))


def _is_far_off(high: float, highs: Sequence[float]) -> bool:
    """Whether an upper end is of another magnitude than the usual ones; nothing but nines is no end at all."""
    nines = _NINES.fullmatch(f"{high:.12g}") is not None
    return not nines and bool(highs) and not min(highs) / _FACTOR <= high <= max(highs) * _FACTOR


def is_slip(variable: Variable, value: float, written: Number, unit: str) -> bool:
    """Whether a value in the canonical unit is so low that only a slip of the unit explains it.

    So it is where the number would be usual in another unit of the variable, or where no machine counts so few cells.
    """
    if value <= 0:
        return False
    fewest, looked_at = _low_limits(variable)
    if value < fewest:
        return True
    if value >= looked_at:
        return False
    others = [_read_in(other, written, variable) for other in variable.units if other != unit]
    return any(low / _USUAL <= other <= high * _USUAL for other in others for low, high in _ranges(variable))


@functools.cache
def _low_limits(variable: Variable) -> tuple[float, float]:
    """Below what nothing is counted, and below what a value is looked at in other units; 0 where there is none."""
    lows = [r.low for r in variable.references if r.low]
    fewest = max([_FEWEST, *(low / _FEW for low in lows)]) if variable.unit == _COUNTED else 0.0
    return fewest, min((low / _SLIP for low, _ in _ranges(variable)), default=0.0)


def _ranges(variable: Variable) -> list[tuple[float, float]]:
    """The ranges of normal that have both ends."""
    return [(r.low, r.high) for r in variable.references if r.low is not None and r.high is not None]


def _read_in(unit: str, number: Number, variable: Variable) -> float:
    try:
        return to_canonical(number, unit, variable)
    except EligoError:
        return NAN
