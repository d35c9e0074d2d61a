"""The answer of a test as a record has it, coded, in words or as a number, in; what it says out: positive, negative.

The words and codes are data (`grammar/findings.yaml`). An answer that nothing there names says nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from eligo.data import grammar_data
from eligo.namedtuple import NamedTuple
from eligo.regex import regex

Answer = str  # positive, negative, unclear, or one of a test alone (former)

_TITER = regex(r"(<|<=|≤|>|>=|≥)?\s*1\s*[:/]\s*[0-9]+")
_SPACE = regex(r"[\s_-]+")
_NO_WORD = " .,;:!*\"'"
_LONGEST = 200  # characters of an answer: what is longer is a report


class Wording(NamedTuple):
    """How answers are stated: whole answers, parts of longer ones, and codes."""

    words: Mapping[str, Answer]
    parts: tuple[tuple[str, Answer], ...]
    codes: Mapping[str, Answer]


def read_answer(text: str, own: Wording | None = None) -> Answer | None:
    """Read an answer in words; None for what is none.

    >>> read_answer("Non-Reactive"), read_answer("HIV-1 detected"), read_answer("1:64"), read_answer("pending")
    ('negative', 'positive', 'positive', None)
    """
    if len(text) > _LONGEST:
        return None
    raw = text.strip().casefold()
    key = raw if raw in _wording().words else plain_answer(raw)
    for wording in (own, _wording()):
        found = wording.words.get(key) if wording else None
        if found is not None:
            return found
    titer = _TITER.fullmatch(raw)
    if titer:
        return "negative" if (titer[1] or "").startswith(("<", "≤")) else "positive"
    return _by_parts(key)


def coded_answer(codes: Iterable[str], own: Wording | None = None) -> Answer | None:
    """Read a coded answer: the first code that says something."""
    for wording in (own, _wording()):
        for code in codes if wording else ():
            if wording and code in wording.codes:
                return wording.codes[code]
    return None


def _by_parts(key: str) -> Answer | None:
    """What the parts of a longer answer say; unclear where they say different things."""
    said, rest = set[Answer](), f" {key} "
    for part, answer in _wording().parts:
        if part in rest:
            said.add(answer)
            rest = rest.replace(part, " ")
    if not said:
        return None
    return next(iter(said)) if len(said) == 1 else "unclear"


def plain_answer(text: str) -> str:
    """An answer as it is compared: small letters, no hyphens, no marks around it."""
    return _SPACE.sub(" ", text.casefold()).strip(_NO_WORD)


def wording(table: Mapping[str, Mapping[str, Iterable[Any]]]) -> Wording:
    """Make the wording of a table of the file; a longer part goes before one that it holds."""
    words = {
        w: a
        for a, row in table.items()
        for word in row.get("words", ())
        for w in (str(word), plain_answer(str(word)))
        if w
    }
    parts = [(str(part), a) for a, row in table.items() for part in row.get("parts", ())]
    codes = {str(code): a for a, row in table.items() for code in row.get("codes", ())}
    return Wording(words, tuple(sorted(parts, key=lambda p: -len(p[0]))), codes)


@functools.cache
def _wording() -> Wording:
    return wording(findings_data()["answers"])


@functools.cache
def findings_data() -> Any:
    """Load `grammar/findings.yaml`."""
    return grammar_data("findings.yaml")
