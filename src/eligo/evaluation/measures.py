"""Limits, windows and values that stand in evidence in, each as JSON data out, and as the text that data has beside it.

The text is the canonical one, with ids and UCUM; how people are told it is a matter of the reports.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from eligo.criteria import SYMBOL, Bound, Duration, Limit, Number, Window
from eligo.evaluation.chart import Normal, Reading
from eligo.evaluation.distance import limit_value, plain
from eligo.evaluation.entries import called
from eligo.patients.model import Result
from eligo.vocabulary.variables import variables

_PARTS = ("within", "ago", "lasting", "began")


def number_text(value: object) -> str:
    """A number in 12 digits at most; a word as it is."""
    return f"{value:.12g}" if isinstance(value, int | float) else str(value)


def unit_of(variable: str) -> str | None:
    """The canonical unit, None where it is 1."""
    known = variables().get(variable)
    return known.unit if known and known.unit != "1" else None


# --- limits


def met(limit: Limit, normal: Normal | None, unit: str | None) -> Limit:
    """The limit that a value met, in the canonical unit; as it is written where what it hangs on is not known."""
    value = limit_value(limit, normal)
    return limit if value is None else Limit(limit.op, plain(value), limit.unit or unit)


def limits_text(limits: Sequence[Limit]) -> str:
    """The limits as one text: `>= 18 a and <= 70 a`, `< 10 x ULN`, `<= ULN + 4 s`."""
    return " and ".join(map(_limit_text, limits))


def _limit_text(limit: Limit) -> str:
    unit = f" {limit.unit}" if limit.unit else ""
    if limit.above is not None:
        sign = "-" if limit.value < 0 else "+"
        return f"{SYMBOL[limit.op]} {limit.above} {sign} {number_text(abs(limit.value))}{unit}"
    return f"{SYMBOL[limit.op]} {number_text(limit.value)}{f' x {limit.of}' if limit.of else ''}{unit}"


def limit_json(limit: Limit) -> dict[str, Any]:
    """A limit as data."""
    data: dict[str, Any] = {"op": limit.op, "value": limit.value}
    for key in ("unit", "of", "above"):
        if getattr(limit, key):
            data[key] = getattr(limit, key)
    return data


def reference_text(limit: Limit, normal: Normal, unit: str | None) -> str:
    """What a limit is a multiple of, or lies above, and whose it is: `ULN 17 umol/L (report)`."""
    low, high = number_text(normal.low), number_text(normal.high)
    when = f", {normal.date}" if normal.date else ""
    value = low if low == high else f"{low} to {high}"
    return f"{limit.of or limit.above} {value}{f' {unit}' if unit else ''} ({normal.source}{when})"


def normal_json(limit: Limit, normal: Normal) -> dict[str, Any]:
    """The same as data, in the canonical unit."""
    data = {"of": limit.of or limit.above, "low": plain(normal.low), "high": plain(normal.high), "whose": normal.source}
    return data | ({"date": str(normal.date)} if normal.date else {})


# --- windows


def window_text(window: Window) -> str:
    """The window in the words of the rule set file."""
    parts = [f"{key} {part}" for key in _PARTS if (part := getattr(window, key)) is not None]
    anchor = [] if window.anchor == "screening" else [f"of {called(window.anchor)}"]
    return " ".join([*parts, *anchor])


def window_json(window: Window) -> dict[str, Any]:
    """The window as data."""
    parts = {key: _length(part) for key in _PARTS if (part := getattr(window, key)) is not None}
    return parts | ({} if window.anchor == "screening" else {"anchor": window.anchor})


def _length(part: Duration | Bound) -> dict[str, Any]:
    if isinstance(part, Bound):
        return {"op": part.op, **_length(part.duration)}
    return {"value": part.value, "unit": part.unit}


# --- values


def value_of(reading: Reading) -> Number | str | None:
    """The value: a number for a point, text for an interval or a category, None for what could not be read."""
    if isinstance(reading, Result) and math.isnan(reading.low):
        return reading.value if isinstance(reading.value, str) and reading.problem is None else None
    if reading.low == reading.high:
        return plain(reading.low)
    if math.isinf(reading.low):
        return f"{'<=' if reading.high_closed else '<'} {number_text(reading.high)}"
    if math.isinf(reading.high):
        return f"{'>=' if reading.low_closed else '>'} {number_text(reading.low)}"
    return f"{number_text(reading.low)} to {number_text(reading.high)}"


def interval_json(reading: Reading) -> dict[str, Any] | None:
    """The ends of a value that is an interval, and whether they belong to it; None for any other."""
    if math.isnan(reading.low) or reading.low == reading.high:
        return None
    return ends_json(reading.low, reading.low_closed, reading.high, reading.high_closed)


def ends_json(low: float, low_closed: bool, high: float, high_closed: bool) -> dict[str, Any]:
    """An interval as data; an end that is not known is left out."""
    least = {"low": plain(low), "low_inclusive": low_closed} if math.isfinite(low) else {}
    return least | ({"high": plain(high), "high_inclusive": high_closed} if math.isfinite(high) else {})
