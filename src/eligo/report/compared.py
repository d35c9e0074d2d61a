"""Evidence of a comparison in; its limit, how the rules write it, and how far the value is from it in words out."""

from __future__ import annotations

from eligo.criteria import Limit
from eligo.report.measures import (
    SHORT,
    Data,
    Digits,
    Extent,
    Manner,
    amount_words,
    in_digits,
    is_long,
    limits_of,
    limits_words,
    number,
    numbers_of,
    quantity,
    rounded,
    unit_words,
    value_of,
    value_words,
    window_of,
    window_words,
)
from eligo.report.names import digits_of, lettered, reported


def is_one_sided(evidence: Data) -> bool:
    """Whether of the value only one end is known."""
    value = value_of(evidence)
    return isinstance(value, Extent) and len(numbers_of(value)) == 1


def limit_words(evidence: Data, manner: Manner = SHORT, bare: str | None = None) -> str:
    """The limit in the canonical unit: "< 20 × 10⁹/L"; of a choice "one of 3, 4"."""
    if "values" in evidence:
        return f"one of {', '.join(map(limit_digits(evidence), evidence['values']))}"
    return limits_words(limits_of(evidence), manner, limit_digits(evidence), bare)


def limit_digits(evidence: Data) -> Digits:
    """How to write limits: in five digits, or in all where that would make a near miss look like a hit."""
    value = value_of(evidence)
    exact = value_words(value, digits_of(evidence)) == value_words(value, number)
    digits = number if exact and any(map(is_long, numbers_of(value))) else rounded
    return lettered(evidence.get("variable"), digits)


def failed_bound(evidence: Data) -> Data:
    """The evidence with, of two bounds, only the one that the value fails, which the distance is from."""
    limits = limits_of(evidence)
    if len(limits) < 2 or "distance" not in evidence:
        return evidence
    place = 0 if evidence["distance"] < 0 or limits[0].op in ("lt", "le") else 1
    own = {key: evidence[key][place : place + 1] for key in ("limits", "limits_written") if key in evidence}
    return {**evidence, **own}


def written_limit(evidence: Data, manner: Manner = SHORT, digits: Digits = rounded) -> str:
    """The limit as the rules have it, with its equivalent in another unit; nothing where that is the canonical one."""
    if "limit_written" not in evidence:
        return ""
    text = limits_words(limits_of(evidence, "limits_written"), manner, digits)
    return (
        f"{text} ({amount_words(Limit(**evidence['equivalent']), manner, digits)})"
        if "equivalent" in evidence
        else text
    )


def limit_line(evidence: Data) -> str:
    """The limit as the rules have it, with the canonical one behind, and what a multiple is a multiple of.

    A limit in the very unit of the value goes without it.
    """
    written = written_limit(evidence)
    bare = None if written or "value" not in evidence or reported(evidence) else evidence.get("unit")
    canonical = limit_words(evidence, bare=bare)
    notes = [canonical] if written and "equivalent" not in evidence else []
    notes += [_reference(evidence)] if "normal" in evidence else []
    window = window_of(evidence)
    notes += [window_words(window)] if window is not None else []
    limit = written or canonical
    return f"{limit} ({'; '.join(notes)})" if notes else limit


def _reference(evidence: Data) -> str:
    """What a limit is a multiple of, or lies above, and whose it is: "ULN 17 µmol/L (report)"."""
    normal = evidence["normal"]
    low, high = rounded(normal["low"]), rounded(normal["high"])
    value = low if normal["low"] == normal["high"] else f"{low} to {high}"
    when = f", {normal['date']}" if "date" in normal else ""
    return f"{normal['of']} {value}{unit_words(evidence.get('unit'))} ({normal['whose']}{when})"


def distance_words(evidence: Data, limit: str = "it") -> str:
    """How far the value is from its limit; of two bounds, from the one that it fails or is nearest to."""
    distance, own = evidence["distance"], evidence.get("distance_own")
    of_age = own is not None and evidence["variable"] == "age"
    is_range = len(evidence["limits"]) > 1
    if is_range and (distance or not of_age):
        limit = _bound(evidence) if of_age else rounded(float(f"{evidence['value'] - distance:.12g}"))
    if distance == 0:
        return f"exactly at {limit}"
    side = "below" if distance < 0 else "above"
    short = _three_digits if own is not None or reported(evidence) else rounded
    unit = unit_words(evidence.get("unit")) if reported(evidence) else ""
    if own is None:
        return f"{short(abs(distance))}{unit} {side} {limit}"
    in_own = f"{_three_digits(abs(own['value']))}{_unit_of_distance(own['unit'], evidence)}"
    if is_range and not of_age:
        return f"{short(abs(distance))} {side} {limit} ({in_own})"
    return f"{in_own} {side} {limit}"


def _unit_of_distance(unit: str, evidence: Data) -> str:
    """The unit of a distance, with the blank before it; of a limit that is a multiple what that is a multiple of."""
    of = next((limit.of for limit in limits_of(evidence, "limits_written") if unit == f"x {limit.of}"), None)
    return f" {SHORT.times} {of}" if of is not None else unit_words(unit)


def _three_digits(value: float) -> str:
    """A distance between conversions, of which more digits would not be known."""
    return in_digits(value, 3)


def nearness(evidence: Data) -> str:
    """How near a failed comparison is: "2 below the limit, margin 10 %"."""
    size = evidence["margin_size"]
    return f"{distance_words(evidence, 'the limit')}, margin {quantity(size['value'], size.get('unit'), digits=number)}"


def _bound(evidence: Data) -> str:
    """Of two bounds the one that the distance is from."""
    above = evidence["distance"] > 0
    return amount_words(limits_of(evidence)[above is (evidence["truth"] == "NOT_MET")])
