"""Plain JSON data in, whether it has the form of a native patient out: the quick way past `schema`.

Most records have the right form and so need no pydantic, whose import alone takes longer than a screening; `schema`
says what is wrong with the others. The leaves are defined here for both, and a test holds the two to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from eligo.patients.model import ListName
from eligo.patients.status import STATUS, status_word

Check = Callable[[Any], bool]

_CODE_KEYS = frozenset({"system", "code", "display"})
_LIST_NAMES = frozenset(get_args(ListName))
NOTE = "#"  # begins a key of a note
YES_NO = {"yes": True, "no": False}
_NOTHING = type(None)
# INVARIANT: exact types. JSON gives no others, and `bool` is an `int` that is no number here.
_VALUE_TYPES = frozenset({str, int, float, _NOTHING})
_NUMBER_TYPES = frozenset({int, float, _NOTHING})
_TEXT_TYPES = frozenset({str, _NOTHING})


def is_value(data: Any) -> bool:
    """Whether it can be the value of a variable: a number, text, or null for "not known"."""
    return type(data) in _VALUE_TYPES


def is_number(data: Any) -> bool:
    """Whether it is a number or null."""
    return type(data) in _NUMBER_TYPES


def is_name(data: Any) -> bool:
    """Whether it can name a variable or concept: text that is not blank, or a system and a code."""
    if type(data) is str:
        return bool(data.strip())
    if type(data) is not dict or not (data.keys() <= _CODE_KEYS):
        return False
    system, code = data.get("system"), data.get("code")
    return type(system) is str and type(code) is str and bool(system and code)


def is_status(data: Any) -> bool:
    """Whether it is null or a word for the status of an entry."""
    return data is None or (type(data) is str and status_word(data) in STATUS)


def is_yes_or_no(data: Any) -> bool:
    """Whether it is null, or says yes or no."""
    return data is None or (type(data) is str and data in YES_NO)


def is_note(key: str) -> bool:
    """Whether a key of a record holds a note to people: nothing of it is read."""
    return key[:1] == NOTE


def is_well_formed(data: Mapping[str, Any]) -> bool:
    """Whether a record has nothing but the keys of the format, each with what may stand there, and notes."""
    if any(key[:1] == NOTE for key in data):
        data = {key: value for key, value in data.items() if not is_note(key)}
    return _fits(data, _RECORD)


def _fits(data: Mapping[str, Any], fields: Mapping[str, Check]) -> bool:
    """Whether there is nothing but the fields, each with what may stand there; a loop, since every part is asked."""
    for key, value in data.items():
        check = fields.get(key)
        if check is None or not check(value):
            return False
    return True


def _is_text(data: Any) -> bool:
    return type(data) in _TEXT_TYPES


def _list_of(check: Check) -> Check:
    return lambda data: type(data) is list and all(map(check, data))


def _map_of(check: Check) -> Check:
    return lambda data: type(data) is dict and all(map(check, data.values()))


def _fact(**more: Check) -> Check:
    """An entry of a list of facts: an object, or a bare name."""
    in_full = _entry(_ANY_ENTRY | more, "concept")
    return lambda data: is_name(data) or in_full(data)


def _entry(fields: Mapping[str, Check], *required: str) -> Check:
    def check(data: Any) -> bool:
        if type(data) is not dict:
            return False
        for key in required:
            if key not in data:
                return False
        return _fits(data, fields)

    return check


_ANY_ENTRY: dict[str, Check] = {
    "concept": is_name,
    "status": is_status,
    "severity": _is_text,
    "qualifiers": _list_of(lambda word: type(word) is str),
}
_OBSERVATION: dict[str, Check] = {
    "variable": is_name,
    "value": is_value,
    "unit": _is_text,
    "date": _is_text,
    "remark": _is_text,
    "low": is_number,
    "high": is_number,
    "range": _is_text,
}
_ANSWER: dict[str, Check] = {
    "asks": lambda data: data is None or type(data) is dict,
    "criterion": _is_text,
    "text_sha": _is_text,
    "answer": is_yes_or_no,
    "value": is_value,
    "unit": _is_text,
    "note": _is_text,
    "by": lambda data: type(data) is str,
    "date": lambda data: type(data) is str,
}
_RECORD: dict[str, Check] = {
    "$schema": _is_text,
    "id": lambda data: data is None or (type(data) is str and data != ""),
    "as_of": _is_text,
    "birth_date": _is_text,
    "age": is_value,
    "sex": _is_text,
    "labs": _map_of(is_value),
    "observations": _list_of(
        _entry(
            _OBSERVATION,
            "variable",
            "value",
        )
    ),
    "conditions": _list_of(_fact(onset=_is_text, abatement=_is_text)),
    "procedures": _list_of(_fact(date=_is_text, start=_is_text, end=_is_text)),
    "medications": _list_of(_fact(start=_is_text, end=_is_text)),
    "absent": _list_of(is_name),
    "complete": _list_of(lambda word: type(word) is str and word in _LIST_NAMES),
    "attested": _map_of(lambda held: type(held) is bool),
    "answers": _list_of(_entry(_ANSWER, "by", "date")),
}

# All keys of the format, wherever they may stand.
KEYS = frozenset({*_RECORD, *_OBSERVATION, *_ANY_ENTRY, *_ANSWER, *_CODE_KEYS, "onset", "abatement", "start", "end"})
