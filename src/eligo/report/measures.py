"""Numbers, limits, windows and lengths of time as data in, the words of people out: the one place that words them.

`SHORT` is for lists and tables (`≥ 18 y`), `LONG` for sentences (`at least 18 years`), both with the signs and units of
print. `SHORT_CODED` and `LONG_CODED` say the same in ASCII with UCUM, for programs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from eligo.criteria import SYMBOL, Bound, Duration, Limit, Op, Window
from eligo.evaluation.entries import called
from eligo.namedtuple import NamedTuple
from eligo.patients.values import read_quantity
from eligo.report.units import TIMES, printed_after_number
from eligo.vocabulary.units import ucum

Data = Mapping[str, Any]
Digits = Callable[[float], str]  # how a number is written

_MOST_DIGITS = 5  # after the first that is not zero, of a number that is not whole
_ALL_DIGITS = 12
_LEAST_DIGITS = 3  # of a conversion, however few the laboratory wrote


class Manner(NamedTuple):
    """How operators, units and multiples are said; `{}` of a unit of time is the `s` of the plural."""

    sign: Mapping[Op, str]
    time: Mapping[str, str]
    unit: Callable[[str], str] = printed_after_number
    times: str = TIMES


_SIGN: Mapping[Op, str] = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "="}
SHORT = Manner(_SIGN, {"a": "y"})
LONG = Manner(
    {"lt": "below", "le": "at most", "gt": "above", "ge": "at least", "eq": "exactly"},
    {"a": "year{}", "mo": "month{}", "wk": "week{}", "d": "day{}", "h": "hour{}", "min": "minute{}"},
)
SIGNED = Manner(_SIGN, LONG.time)  # signs for the operators, also in a sentence
SHORT_CODED = Manner(SYMBOL, SHORT.time, unit=str, times="x")
LONG_CODED = LONG._replace(unit=str, times="x")

_CLOSED: tuple[Op, ...] = ("le", "ge")  # what print has one sign for

# --- numbers


def number(value: float | str) -> str:
    """A number as short as it can be without changing it: at most 12 digits, no exponent below a million millions.

    >>> number(18.0), number(0.1), number(1500000.0)
    ('18', '0.1', '1500000')
    """
    if isinstance(value, str):
        return value
    text = f"{value:.12g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e15 else text


def is_long(value: float) -> bool:
    """Whether a number has more than two digits behind the point, which few need."""
    text = number(value)
    return "e" not in text and len(text.partition(".")[2]) > 2


def in_digits(value: float, most: int) -> str:
    """A number that is long in at most so many digits, those before the point always kept.

    >>> in_digits(176.81234, 3), in_digits(0.0033912, 3), in_digits(1234.5678, 3), in_digits(12.34, 3)
    ('177', '0.00339', '1235', '12.34')
    """
    if not is_long(value):
        return number(value)
    return number(round(value) if abs(value) >= 10**most else float(f"{value:.{most}g}"))


def rounded(value: float | str) -> str:
    """A number in five digits at most after the first that is not zero, unless it is whole; a word as it is."""
    if isinstance(value, str) or not is_long(value):
        return number(value)
    return number(float(f"{value:.{_MOST_DIGITS}g}"))


# --- units


def unit_words(unit: str | None, value: float | str = 0, manner: Manner = SHORT) -> str:
    """A unit as it stands after a number, with the blank before it; nothing where there is none.

    >>> unit_words("a"), unit_words("a", 1, LONG), unit_words("d", 2, LONG), unit_words("1"), unit_words("umol/L")
    (' y', ' year', ' days', '', ' µmol/L')
    """
    if unit is None or unit == "1":
        return ""
    return f" {manner.time[unit].format('' if value == 1 else 's') if unit in manner.time else manner.unit(unit)}"


def quantity(value: float | str, unit: str | None, manner: Manner = SHORT, digits: Digits = rounded) -> str:
    """A value with its unit: "18 × 10⁹/L", "71 y"."""
    said = value if isinstance(value, str) else digits(value)
    return f"{said}{unit_words(unit, value, manner)}"


def as_written(text: str) -> str:
    """A quantity in the words of a record, with sign and unit in print where they are known ones; no number changes.

    >>> as_written("18000 /uL"), as_written("<= 64 x10^9/L"), as_written("1+ trace")
    ('18000 /µL', '≤ 64 × 10⁹/L', '1+ trace')
    """
    read = read_quantity(text)
    if read is None:
        return text
    said = text.strip()
    if read.unit is not None and ucum(read.unit) is not None:
        said = f"{said.removesuffix(read.unit)}{printed_after_number(read.unit)}"
    op = next((op for op in _CLOSED if said.startswith(SYMBOL[op])), None)
    return said if op is None else f"{SHORT.sign[op]}{said.removeprefix(SYMBOL[op])}"


# --- values


class Extent(NamedTuple):
    """A value that is an interval; an end that is not known is infinite."""

    low: float
    low_inclusive: bool
    high: float
    high_inclusive: bool


Value = float | Extent | str  # a number, an interval, a category


def value_of(data: Data) -> Value | None:
    """The value of a part of the data; None where there is none."""
    ends = data.get("interval")
    if ends is None:
        found: Value | None = data.get("value")
        return found
    least, most = ends.get("low", -math.inf), ends.get("high", math.inf)
    return Extent(least, ends.get("low_inclusive", False), most, ends.get("high_inclusive", False))


def value_words(value: Value | None, digits: Digits = rounded, manner: Manner = SHORT) -> str:
    """A value: "18", "< 30", "8 to 14", "mixed"; `?` for what is not known."""
    if value is None:
        return "?"
    if isinstance(value, str):
        return value
    if not isinstance(value, Extent):
        return digits(value)
    if math.isinf(value.low):
        return f"{manner.sign['le' if value.high_inclusive else 'lt']} {digits(value.high)}"
    if math.isinf(value.high):
        return f"{manner.sign['ge' if value.low_inclusive else 'gt']} {digits(value.low)}"
    return f"{digits(value.low)} to {digits(value.high)}"


def numbers_of(value: Value | None) -> list[float]:
    """The numbers that a value is told by."""
    if isinstance(value, Extent):
        return [end for end in (value.low, value.high) if math.isfinite(end)]
    return [] if value is None or isinstance(value, str) else [float(value)]


def telling_digits(value: Value | None, limits: Iterable[float], wrote: int | None = None) -> Digits:
    """How to write a value in as many digits as are known: of a conversion those that the laboratory wrote.

    More are said where fewer would put it on the other side of a limit, or on the limit.
    """
    limits = list(limits)
    numbers, short = numbers_of(value), [float(rounded(limit)) for limit in limits]
    sides = _sides(numbers, limits)
    for most in range(_MOST_DIGITS if wrote is None else max(_LEAST_DIGITS, wrote), _ALL_DIGITS):
        if _sides([float(in_digits(n, most)) for n in numbers], short) == sides:
            return partial(in_digits, most=most)
    return number


def _sides(numbers: Iterable[float], limits: Iterable[float]) -> list[int]:
    """For each number and each limit whether it lies below, on or above it."""
    return [(n > limit) - (n < limit) for n in numbers for limit in limits]


# --- limits


def limits_of(data: Data, key: str = "limits") -> tuple[Limit, ...]:
    """The limits of a part of the data."""
    return tuple(Limit(**limit) for limit in data.get(key, ()))


def amount_words(limit: Limit, manner: Manner = SHORT, digits: Digits = rounded, bare: str | None = None) -> str:
    """What a limit compares with: "20 × 10⁹/L", "10 × ULN", "ULN + 4 s"; the unit `bare` goes without saying."""
    unit = "" if limit.unit == bare else unit_words(limit.unit, limit.value, manner)
    if limit.above is not None:
        return f"{limit.above} {'-' if limit.value < 0 else '+'} {digits(abs(limit.value))}{unit}"
    return f"{digits(limit.value)}{f' {manner.times} {limit.of}' if limit.of else ''}{unit}"


def limits_words(
    limits: Sequence[Limit], manner: Manner = SHORT, digits: Digits = rounded, bare: str | None = None
) -> str:
    """Limits with their signs: "≥ 18 y and ≤ 70 y"; in a sentence "at least 18 years and at most 70 years"."""
    return " and ".join(f"{manner.sign[one.op]} {amount_words(one, manner, digits, bare)}" for one in limits)


def region_words(limits: Sequence[Limit]) -> str:
    """The bounds of a value that could be otherwise, with their unit behind the last: "> 12 and ≤ 15 g/L", "3"."""
    if not limits:
        return "any value"
    signs = ("" if limit.op == "eq" else f"{SHORT.sign[limit.op]} " for limit in limits)
    said = " and ".join(f"{sign}{rounded(limit.value)}" for sign, limit in zip(signs, limits, strict=True))
    return f"{said}{unit_words(limits[-1].unit)}"


# --- time


def duration_words(duration: Duration, manner: Manner = SHORT) -> str:
    """A length of time: "6 mo", "6 months"."""
    return quantity(duration.value, duration.unit, manner, number)


def window_of(data: Data) -> Window | None:
    """The window of a part of the data."""
    parts = data.get("window_parts")
    if parts is None:
        return None
    within, began = (_length(parts.get(key)) for key in ("within", "began"))
    ago, lasting = (_compared(parts.get(key)) for key in ("ago", "lasting"))
    return Window(within, ago, lasting, parts.get("anchor", "screening"), began)


def _length(data: Data | None) -> Duration | None:
    return Duration(data["value"], data["unit"]) if data is not None else None


def _compared(data: Data | None) -> Bound | None:
    return Bound(data["op"], Duration(data["value"], data["unit"])) if data is not None else None


def window_words(window: Window, ahead: bool = False, manner: Manner = SHORT) -> str:
    """A window: "lasting ≥ 6 mo", with `SIGNED` "lasting ≥ 6 months"; `ahead` is that of a planned thing."""
    following = "the next " if ahead and window.anchor == "screening" else ""
    parts = [f"within {following}{duration_words(window.within, manner)}"] if window.within else []
    parts += [f"{_bound(window.ago, manner)} ago"] if window.ago else []
    parts += [f"lasting {_bound(window.lasting, manner)}"] if window.lasting else []
    parts += [f"began within {duration_words(window.began, manner)}"] if window.began else []
    parts += [f"of {called(window.anchor).replace('_', ' ')}"] if window.anchor != "screening" else []
    return " ".join(parts)


def _bound(bound: Bound, manner: Manner) -> str:
    return f"{manner.sign[bound.op]} {duration_words(bound.duration, manner)}"
