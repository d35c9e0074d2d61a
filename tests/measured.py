"""Evidence of a comparison as a test writes it down (`limit="< 20 10*9/L"`), with the same as data beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eligo.criteria import SYMBOL

_OP = {symbol: op for op, symbol in SYMBOL.items()}
_LIMIT = re.compile(r"(?:(<=|>=|<|>|=) )?(-?[0-9.e+-]+)(?: x (\w+))?(?: (\S+))?")
_SPAN = re.compile(r"([0-9.]+) to ([0-9.]+)")


def limits(text: str) -> list[dict[str, Any]]:
    """Limits as data; a bare number is that very value."""
    found = []
    for part in text.split(" and "):
        match = _LIMIT.fullmatch(part)
        assert match is not None, part
        sign, value, of, unit = match.groups()
        number = float(value)
        data = {"op": _OP[sign or "="], "value": int(number) if number.is_integer() else number}
        found.append(data | ({"of": of} if of else {}) | ({"unit": unit} if unit else {}))
    return found


def as_data(part: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence with its limits, its choice and its interval as data."""
    data = dict(part)
    if part.get("limit", "").startswith("one of "):
        words = part["limit"].removeprefix("one of ").split(", ")
        data["values"] = [int(word) if word.isdecimal() else word for word in words]
    elif "limit" in part:
        data["limits"] = limits(part["limit"])
    if "limit_written" in part:
        data["limits_written"] = limits(part["limit_written"])
    value = part.get("value")
    if isinstance(value, str) and (span := _SPAN.fullmatch(value)):
        data["interval"] = {
            "low": float(span[1]),
            "low_inclusive": True,
            "high": float(span[2]),
            "high_inclusive": True,
        }
    elif isinstance(value, str) and (end := _LIMIT.fullmatch(value)):
        side = "high" if value[0] == "<" else "low"
        data["interval"] = {side: float(end[2]), f"{side}_inclusive": "=" in value}
    return data


def outlook_as_data(data: Any) -> Any:
    """A part of an outlook in which answers, changes and limits of normal are text, with the same as data beside it."""
    if isinstance(data, list):
        return list(map(outlook_as_data, data))
    if not isinstance(data, dict):
        return data
    found = {key: outlook_as_data(part) for key, part in data.items()}
    if "answer" in data and (of_value := _bounds(data["answer"], data.get("unit"))) is not None:
        found["limits"] = of_value
    elif "answer" in data:
        found["says"] = _says(data["answer"])
    if "answer_written" in data:
        found["limits_written"] = _bounds(data["answer_written"], data["unit_written"])
    if "to" in data:
        parts = data["to"].split(" or ")
        bounds = [_bounds(part, data.get("unit")) for part in parts]
        found |= {"to_limits": bounds} if None not in bounds else {"to_says": list(map(_says, parts))}
    if "beyond" in data:
        found["beyond_limits"] = _bounds(data["beyond"], data.get("unit"))
    return found


def _bounds(text: str, unit: str | None) -> list[dict[str, Any]] | None:
    """The bounds of a value; None for what is no value."""
    if text == "any value":
        return []
    if not re.match(r"[<>]|[0-9.]+$", text):
        return None
    return [limit | ({"unit": unit} if unit else {}) for limit in limits(text)]


def _says(text: str) -> dict[str, Any]:
    """What is said of a fact: `last on 2026-10-20, severe`."""
    head, *kinds = text.split(", ")
    day = re.fullmatch(r"last (after|on|before) ([0-9-]+)", head)
    parts: dict[str, Any] = {"what": "last", "side": day[1], "day": day[2]} if day else {"what": head}
    return parts | ({"kinds": kinds} if kinds else {})
