"""The unit that stands after a number: the longest stretch of atoms that the vocabulary reads as a unit."""

from __future__ import annotations

import functools
from typing import Final

from eligo.reading.lexicon import trie, words
from eligo.vocabulary.unit_spellings import MARKS, begins_unit, ucum

_NOT_UNITS: Final = frozenset(
    [
        "a",
        "as",
        "at",
        "in",
        "an",
        "and",
        "or",
        "on",
        "to",
        "if",
        "is",
        "of",
        "by",
        "no",
        "x",
        "i",
        "v",
        "per",
        "u",
        "are",
        "ii",
        "iv",
        "iii",
        "c",
    ]
)


_UNIT_STOPS: Final = frozenset(["and", "or", "to", "x", "in", "of", "with", "for", "at", "on", "a", "the", "is"])


@functools.lru_cache(4096)
def _begins_unit(first: str) -> bool:
    """The same, or the first of several words of a unit; from the lexicon for the words that it holds."""
    return first in words("unit_starts") or (first not in trie() and begins_unit(first))


_ucum: Final = functools.lru_cache(4096)(ucum)


def _unit_ends(parts: list[str], i: int, pos: int) -> list[tuple[int, int]]:
    """Every place where a unit that begins at atom `i` may end, as (next atom, offset)."""
    ends: list[tuple[int, int]] = []
    solid = inside = 0
    dotted = False
    while i < len(parts) and solid < 10:
        part = parts[i]
        pos += len(part)
        i += 1
        if part.isspace():
            continue
        first = part[0]
        if first.isalpha():
            dotted = solid > 0 and len(part) == 1 and parts[i - 2] == "."  # y.o.
            if not dotted and not inside and _foreign(part, solid > 0):
                break
            ends.append((i, pos))
        elif first.isdigit():
            ends.append((i, pos))
        elif first in MARKS or first in "()[]{}_-":
            inside += (first in "[{") - (first in "]}")
            if first not in ".-([{" or (first == "." and dotted):
                ends.append((i, pos))
        else:
            break
        solid += 1
    return ends


def _foreign(word: str, begun: bool) -> bool:
    """Whether a word is no part of a unit, which has begun before it or begins with it."""
    if word in _UNIT_STOPS or (begun and word != "per" and not _begins_unit(word)):
        return not begun or word not in words("unit_goes_on")
    return False


def find_unit(text: str, parts: list[str], i: int, pos: int) -> tuple[int, int, int, str] | None:
    """The longest unit that begins at atom `i`: its start, the next atom, its end and its UCUM code."""
    start_atom, start = i, pos
    if i < len(parts) and parts[i].isspace():
        start, start_atom = pos + len(parts[i]), i + 1
    dash = int(start_atom == i and start_atom < len(parts) and parts[start_atom] == "-")  # 10-week, 6-month-old
    start, start_atom = start + dash, start_atom + dash
    if start_atom >= len(parts):
        return None
    first = parts[start_atom]
    if first in _NOT_UNITS and parts[start_atom + 1 : start_atom + 2] not in (["/"], ["["]):
        return None
    if first == "." and "".join(parts[start_atom + 1 : start_atom + 2]).isspace():  # `1. INR < 2` is the first item
        return None
    if not (first[0].isalpha() or first[0] in MARKS or first[0] in "[{") or not _begins_unit(first):
        return None
    for next_, end in reversed(_unit_ends(parts, start_atom, start)):
        code = _ucum(text[start:end])
        if code:
            return start - dash, next_, end, code
    return None
