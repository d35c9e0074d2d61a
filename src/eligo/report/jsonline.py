"""Data in, JSON text out in which every character shows: the one way in which eligo writes JSON.

What steers a terminal or turns the order of letters (controls, bidirectional and invisible marks, line separators) is
escaped, which changes nothing of what the JSON says.
"""

from __future__ import annotations

import json
import re

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode  # made once
_quoted = json.encoder.encode_basestring
_HIDDEN = "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"


def json_line(data: object, indent: int | None = None) -> str:
    r"""The data as JSON; raise `ValueError` for a number that JSON does not have.

    >>> json_line({"name": "a\u202eb"})
    '{"name": "a\\u202eb"}'
    """
    if indent is None:
        return shown(_encode(data))
    return shown(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent))


def quoted(text: str) -> str:
    """A text as JSON; the same as `json_line`, at a fraction of the time."""
    return shown(_quoted(text))


def shown(text: str) -> str:
    """JSON text with all that does not show escaped."""
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub(_HIDDEN, _escaped, text)  # compiled only where something may be hidden


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
