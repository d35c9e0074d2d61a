"""Strict JSON: bytes or text to plain data, or every problem that was found, with line and column.

Duplicate keys, NaN, infinities, other encodings than UTF-8 and files past a size limit are refused. Only a text with a
problem pays for positions: the standard parser reads, and a slower scan looks for the places afterwards.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem
from eligo.files import MAX_BYTES, too_large
from eligo.regex import regex

JsonPath = tuple[str | int, ...]

_MAX_DIGITS = 300  # of an integer: more do not fit into any float
_MAX_DEPTH = 200  # past it a document is reported as nested too deeply, where the parser gave up
_SCANNED = 1024 * 1024  # characters: past it a scan for positions takes longer than a person waits
_SHOWN = 60  # characters of a key in a message

_TOKEN = regex(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_PLAIN_KEY = regex(r"[A-Za-z_$][\w$+-]*")
_LONG_NUMBER = regex(r"[0-9][0-9.,]{2,}")
_SURROGATE = regex("[\ud800-\udfff]")
_WHITE = " \t\r\n"
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SAVE_AS_UTF8 = "save the file as UTF-8"


class _Refused(Exception):  # noqa: N818 - it never leaves this module
    """The parser met something that is JSON by its form, but not to be trusted: its kind, and the word."""

    def __init__(self, kind: str, word: str) -> None:
        super().__init__(kind)
        self.kind, self.word = kind, word


def read_json(
    source: str | bytes, file: str | None = None, max_bytes: int = MAX_BYTES, of_patient: bool = False
) -> Any:
    """Parse one JSON document; raise `EligoError` with all duplicate keys and unusable numbers, or the syntax error.

    The keys of a patient's record may be anything, so that no path of one that cannot be read is told.

    >>> read_json('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """
    _check_size(len(source), file, max_bytes)
    text = _decoded(source, file) if isinstance(source, bytes) else source.removeprefix("\ufeff")
    if not text.strip(_WHITE):
        help_ = "a record is one object, from `{` to `}`; `eligo new FILE` makes one" if of_patient else None
        raise EligoError(Problem("json-empty", "the file is empty", Place(file), help_ or "write at least `{}`"))
    try:
        data = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _fail_syntax(error, text, file)
    except RecursionError:
        line, column = _deepest(text)
        place = Place(file, line, column)
        raise EligoError(
            Problem("json-depth", "the JSON is nested too deeply", place, "check the brackets here")
        ) from None
    except _Refused as refused:
        problems = list(_refusals(text, file, of_patient)) or [_refusal(refused.kind, Place(file))]
        raise EligoError(problems) from None
    _check_characters(text, file)
    return data


def path_text(path: Iterable[str | int], mask: Callable[[str], str] | None = None) -> str:
    """A path as people write it; `mask` is what is done to a key that is no plain word (`masked`).

    >>> path_text(("labs", "prothrombin time")), path_text(("observations", 0, "value"))
    ('labs["prothrombin time"]', 'observations[0].value')
    """
    parts = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN_KEY.fullmatch(step):
            parts.append(f".{shown(step)}" if parts else shown(step))
        else:
            parts.append(f"[{json.dumps(shown((mask or masked)(step)), ensure_ascii=False)}]")
    return "".join(parts)


def shown(word: str) -> str:
    """A word of the file as a message may show it: printable, on one line and not too long."""
    if not word.isprintable():
        word = "".join(c if c.isprintable() else "?" for c in word)
    return word if len(word) <= _SHOWN else word[: _SHOWN - 3] + "..."


def masked(word: str) -> str:
    """A word of a record without the numbers in it, which may be values of a patient.

    >>> masked("INR 1.95 (high)")
    'INR ... (high)'
    """
    return _LONG_NUMBER.sub("...", word)


@dataclass(slots=True)
class Survey:
    """Where the parts of a JSON text are (line and column), and what in it is refused."""

    places: dict[JsonPath, tuple[int, int]] = field(default_factory=dict)
    refused: list[tuple[str, str, JsonPath, tuple[int, int]]] = field(default_factory=list)  # kind, word, path, place

    def place(self, path: JsonPath, file: str | None = None) -> Place:
        """The place of the part at `path`, or of the nearest part around it that is in the text."""
        known = path
        while known not in self.places and known:
            known = known[:-1]
        line, column = self.places.get(known, (None, None))
        return Place(file, line, column, path_text(path) or None)


def survey(source: str | bytes) -> Survey:
    """Find the line and column of every part of a text that the parser could read; nothing for a very long one."""
    text = source.decode("utf-8-sig") if isinstance(source, bytes) else source.removeprefix("\ufeff")
    scan = _Scan()
    if len(text) <= _SCANNED:
        with contextlib.suppress(IndexError, ValueError):  # past what the parser refused, it may be no JSON at all
            scan.run(text)
    return scan.found


# --- the parser


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused("duplicate", twice(pairs))
    return made


def twice(pairs: Iterable[tuple[str, Any]]) -> str:
    """The first key of which there are two."""
    counts = Counter(key for key, _ in pairs)
    return next(key for key, count in counts.items() if count > 1)


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise _Refused("number", "")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _Refused("number", "")
    return value


def _constant(word: str) -> NoReturn:
    raise _Refused("number", word)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)


# --- before and after it


def _check_size(size: int, file: str | None, max_bytes: int) -> None:
    if size > max_bytes:
        raise EligoError(too_large(Place(file), max_bytes))


def _decoded(data: bytes, file: str | None) -> str:
    """The text of UTF-8 bytes, with or without a byte order mark."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data[:4] and data[:4].strip(b"\0"):
        encoding = "UTF-16 or UTF-32"  # one character of JSON in two or four bytes
    if encoding:
        raise EligoError(
            Problem("json-encoding", f"the file is in {encoding}, not in UTF-8", Place(file), _SAVE_AS_UTF8)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = len(before.decode("utf-8", "replace")) + 1
        help_ = f"{_SAVE_AS_UTF8}; it may be in Latin-1 or Windows-1252"
        place = Place(file, line, column)
        raise EligoError(Problem("json-encoding", "the file is not in UTF-8", place, help_)) from None


def _check_characters(text: str, file: str | None) -> None:
    """Refuse halves of a surrogate pair: they are no characters, and cannot be written out again."""
    if text.isascii() and "\\ud" not in text and "\\uD" not in text:
        return
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.startswith('"') and _SURROGATE.search(json.loads(token, strict=False)):
            line, column = _line_column(text, match.start())
            raise EligoError(
                Problem("json-character", "a character in a text is broken", Place(file, line, column), _SAVE_AS_UTF8)
            )


def _fail_syntax(error: json.JSONDecodeError, text: str, file: str | None) -> NoReturn:
    """Raise the parser's complaint in our words; the text itself, which may hold values, stays out of it."""
    message, help_ = next((said for start, said in _SAID.items() if error.msg.startswith(start)), _UNSAID)
    if not text[error.pos :].strip(f"{_WHITE}.eE+-"):  # a number may be cut off too
        help_ = "the file ends too early; was it cut off?"
    place = Place(file, error.lineno, error.colno)
    raise EligoError(Problem("json-syntax", f"the JSON cannot be read: {message}", place, help_)) from None


_UNSAID = ("something stands here that JSON does not have", "check the quotes, commas and brackets here")
# What the parser complains of, by how its words begin: what is wrong in ours, and what helps.
_SAID = {
    "Expecting property name": (
        "a key in double quotes is missing",
        "a key needs double quotes; no comma may stand before `}`",
    ),
    "Illegal trailing comma": ("a comma stands before a closing bracket", "remove the comma"),
    "Expecting ',' delimiter": (
        "a comma or a closing bracket is missing",
        "look at the end of what stands before this place",
    ),
    "Expecting ':' delimiter": ("a colon is missing", "a key and its value need a colon between them"),
    "Expecting value": ("a value is missing", "write text in double quotes, a number, true, false or null"),
    "Extra data": (
        "something stands behind the end",
        "one file holds one document: put the second into a file of its own",
    ),
    "Unterminated string": ("a closing quote is missing", "write text between double quotes"),
    "Invalid control character": (
        "a line break or a tab stands inside a text",
        "write a line break in a text as `\\n`",
    ),
    "Invalid \\": ("a backslash stands before what it cannot stand before", "write a backslash as `\\\\`"),
}


def _refusals(text: str, file: str | None, of_patient: bool) -> Iterator[Problem]:
    for kind, _, path, (line, column) in survey(text).refused:
        yield _refusal(kind, Place(file, line, column, None if of_patient else path_text(path) or None))


def _refusal(kind: str, place: Place) -> Problem:
    if kind == "duplicate":
        return Problem("duplicate-key", "a key appears twice", place, "keep one of the two")
    return Problem("json-number", "this is no number that can be measured", place, "leave out what is not known")


def _deepest(text: str) -> tuple[int | None, int | None]:
    """The place where the nesting passes what any record needs."""
    depth = 0
    for match in _TOKEN.finditer(text[:_SCANNED]):
        depth += (match[0] in "{[") - (match[0] in "}]")
        if depth > _MAX_DEPTH:
            return _line_column(text, match.start())
    return None, None


def _line_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Scan:
    """A walk over the tokens of a text that is JSON by its form."""

    def __init__(self) -> None:
        self.found = Survey()
        self.path: list[str | int] = []
        self.open: list[set[str] | None] = []  # for each open bracket: the keys of an object, None for a list
        self.expect_key = False

    def run(self, text: str) -> None:
        """Note the place of every value, and of every key that appears twice."""
        line, start = 1, 0  # of the current line
        last = 0
        for match in _TOKEN.finditer(text):
            offset = match.start()
            newlines = text.count("\n", last, offset)
            if newlines:
                line, start = line + newlines, text.rfind("\n", 0, offset) + 1
            last = offset
            self._token(match[0], (line, offset - start + 1))

    def _token(self, token: str, at: tuple[int, int]) -> None:
        if token in "{[":
            self._value(token, at)
            self.open.append(set() if token == "{" else None)
            self.path.append("" if token == "{" else 0)
            self.expect_key = token == "{"
        elif token in "}]":
            self.open.pop()
            self.path.pop()
            self.expect_key = False
        elif token == ",":
            self.expect_key = self.open[-1] is not None
            if not self.expect_key:
                self.path[-1] = _next(self.path[-1])
        elif token == ":":
            self.expect_key = False
        elif self.expect_key:
            self._key(json.loads(token, strict=False), at)
        else:
            self._value(token, at)

    def _key(self, key: str, at: tuple[int, int]) -> None:
        keys = self.open[-1]
        self.path[-1] = key
        if keys is not None and key in keys:
            self.found.refused.append(("duplicate", key, tuple(self.path), at))
        elif keys is not None:
            keys.add(key)
            self.found.places[tuple(self.path)] = at  # a key stands for its value: that is where people look

    def _value(self, token: str, at: tuple[int, int]) -> None:
        path = tuple(self.path)
        self.found.places.setdefault(path, at)
        if not token.startswith(('"', "{", "[")) and not _usable(token):
            self.found.refused.append(("number", token, path, at))


def _next(step: str | int) -> int:
    return step + 1 if isinstance(step, int) else 0


@functools.lru_cache(maxsize=64)
def _usable(token: str) -> bool:
    """Whether a bare token is a word of JSON or a number that a float can hold."""
    try:
        return _DECODER.decode(token) is not ...
    except (_Refused, ValueError):
        return False
