"""Text in, tokens out: every character in exactly one of them, words joined to the longest phrases of the data files.

A token first carries all roles that its phrase may play; `roles.py` then chooses one by the neighbours.
"""

from __future__ import annotations

import re
from typing import Any

from eligo.reading.atoms import atoms, fold
from eligo.reading.lexicon import END, EXACT, trie
from eligo.reading.numbers import Number, read_number
from eligo.vocabulary.units import ucum

Roles = dict[str, Any]


class Token:
    """A stretch of text, its type (a terminal of the grammar), and what it stands for."""

    __slots__ = ("end", "roles", "start", "type", "value")

    def __init__(self, type_: str, start: int, end: int, value: Any = None, roles: Roles | None = None) -> None:
        self.type = type_
        self.start = start
        self.end = end
        self.value = value
        self.roles = roles

    def __repr__(self) -> str:
        return f"{self.type}[{self.start}:{self.end}]" + (f"={self.value}" if self.value is not None else "")


_NONE: Roles = {}
_OPEN = "([{"
_CLOSE = ")]}"
_DIGITS = frozenset("0123456789")
_UNIT_MARKS = frozenset("/%°º^*.·²³μ'\"⁄℃")
_NOT_UNITS = frozenset(
    ["a", "as", "at", "in", "an", "and", "or", "on", "to", "if", "is", "of", "by", "no", "x", "i", "v", "per", "u", "are", "ii", "iv", "iii", "c"]
)
_UNIT_STOPS = frozenset(["and", "or", "to", "x", "in", "of", "with", "for", "at", "on", "a", "the", "is"])
_unit_cache: dict[str, str | None] = {}


def scan(text: str) -> list[Token]:
    """Split the text into raw tokens; words that no phrase knows have no roles."""
    folded = fold(text)
    parts = atoms(folded)
    root = trie()
    tokens: list[Token] = []
    add = tokens.append
    i = pos = 0
    count = len(parts)
    while i < count:
        part = parts[i]
        if part.isspace():
            pos += len(part)
            i += 1
            if "\n\n" in part and tokens:
                add(Token("STOP", pos - len(part), pos))
            continue
        first = part[0]
        if first in _DIGITS and not _named(root.get(part), parts, i, pos, text, count):
            i, pos = _number(text, folded, parts, i, pos, tokens)
            continue
        node = root.get(part)
        if node is None and part.endswith("'s"):
            node = root.get(part[:-2])
        if node is None:
            end = pos + len(part)
            if first.isalpha() and _graded_word(text, part, pos, tokens):
                pos = end
                i += 1
                continue
            last = tokens[-1] if tokens else None
            if last is not None and last.type == "WORD" and last.end - last.start > 1 and len(part) > 1 and first.isalnum():
                last.end = end  # words that no phrase knows run together
            else:
                add(Token("WORD" if first.isalnum() else "MARK", pos, end, first))
            pos = end
            i += 1
            continue
        found, taken, end = _longest(node, parts, i, pos, text, count)
        if found is None:
            add(Token("WORD" if first.isalnum() else "MARK", pos, pos + len(part), first))
            pos += len(part)
            i += 1
            continue
        if taken > 1 and part in ("or", "and") and ("AFTER" in found or "AGEAFTER" in found) and _goes_on(parts, i + taken):
            shorter = root[part].get(END)  # "or less than 5": a connective and a comparator, not a word behind a number
            if shorter:
                found, taken, end = shorter, 1, pos + len(part)
        elif taken > 1 and "NEG" in found:
            found, taken, end = _not_into(found, taken, end, parts, i, pos, text)
        add(Token("", pos, end, None, found))
        pos = end
        i += taken
        if "NUMBER" in found or "WITHIN" in found:
            i, pos = _unit(text, folded, parts, i, pos, tokens)
    return tokens


_GRADED_WORD = re.compile(r"([a-z]{2,6}?)(iv|i{1,3}|[0-5])")


def _graded_word(text: str, part: str, pos: int, tokens: list[Token]) -> bool:
    """`ASAIII` is a name and a grade written in one word: add both."""
    found = _GRADED_WORD.fullmatch(part)
    node = trie().get(found[1]) if found else None
    if found is None or node is None:
        return False
    written = text[pos : pos + found.end(1)]
    roles = {role: value for spelling, role, value in node.get(EXACT, ()) if spelling == written} or node.get(END, {})
    if "VAR" not in roles:
        return False
    middle = pos + found.end(1)
    tokens.append(Token("", pos, middle, None, roles))
    grade = found[2]
    if grade.isdigit():
        tokens.append(Token("NUM", middle, pos + len(part), Number(int(grade), pos + len(part))))
    else:
        tokens.append(Token("", middle, pos + len(part), None, trie()[grade][END]))
    return True


def _named(node: dict[str, Any] | None, parts: list[str], i: int, pos: int, text: str, count: int) -> bool:
    """Whether a name begins with this number: `6-minute walk distance`."""
    if node is None:
        return False
    roles, taken, _ = _longest(node, parts, i, pos, text, count)
    return roles is not None and taken > 1 and ("VAR" in roles or "CONCEPT" in roles)


def _goes_on(parts: list[str], i: int) -> bool:
    """Whether the words that could close a limit go on to a number: `or less than`, `and under 75`."""
    while i < len(parts) and parts[i].isspace():
        i += 1
    return i < len(parts) and (parts[i][0].isdigit() or parts[i] in ("than", "the", "or", "=", "age", "that"))


def _not_into(
    found: Roles, taken: int, end: int, parts: list[str], i: int, pos: int, text: str
) -> tuple[Roles, int, int]:
    """`have no family to consent`: a negation does not take the first word of a longer phrase."""
    root = trie()
    last, start = i + taken - 1, end - len(parts[i + taken - 1])
    node = root.get(parts[last])
    inner, reach, _ = _longest(node, parts, last, start, text, len(parts)) if node is not None else (None, 0, 0)
    shorter = root[parts[i]].get(END)
    if inner and reach > 1 and ("ATTEST" in inner or "CONCEPT" in inner) and shorter:
        return shorter, 1, pos + len(parts[i])
    return found, taken, end


def first_word(text: str, token: Token) -> list[Token]:
    """A phrase that does not fit where it stands, cut again: its first word alone, and what the rest of it makes."""
    written = fold(text[token.start : token.end])
    parts = atoms(written)
    node = trie().get(parts[0])
    first = Token("", token.start, token.start + len(parts[0]), None, (node or _NONE).get(END))
    rest = scan(text[first.end : token.end])
    for other in rest:
        other.start += first.end
        other.end += first.end
    return [first, *rest]


def _longest(
    node: dict[str, Any], parts: list[str], i: int, pos: int, text: str, count: int
) -> tuple[Roles | None, int, int]:
    """The roles of the longest phrase that begins at atom `i`, how many atoms it takes, and where it ends."""
    found: Roles | None = None
    taken = 0
    end = start = pos
    here = pos + len(parts[i])
    j = i
    while True:
        roles = node.get(END)
        exact = node.get(EXACT)
        if exact is not None:
            written = text[start:here]
            mine = {role: value for spelling, role, value in exact if spelling == written}
            roles = {**(roles or _NONE), **mine} if mine else roles
        if roles:
            found, taken, end = roles, j + 1 - i, here
        j += 1
        while j < count and ((following := parts[j]) == " " or following == "-" or following.isspace()):
            here += len(following)
            j += 1
        if j >= count:
            break
        following = parts[j]
        node = node.get(following) or (node.get(following[:-2]) if following.endswith("'s") else None)  # type: ignore[assignment]  # None ends the loop
        if node is None:
            break
        here += len(following)
    return found, taken, end


def _number(text: str, folded: str, parts: list[str], i: int, pos: int, tokens: list[Token]) -> tuple[int, int]:
    """Add the number at atom `i` and the unit after it; give the next atom and its place."""
    digits = parts[i]
    number = read_number(folded, pos, digits)
    before = folded[pos - 2 : pos] if pos >= 2 else ""
    glued = len(before) == 2 and before[1] == "-" and before[0].isalnum() and len(tokens) > 1 and tokens[-2].type == "WORD"
    if glued or (pos and folded[pos - 1] == "_"):  # PHQ-9, COVID-19: a name, not a number
        tokens.append(Token("WORD", pos, pos + len(digits), digits))
        return i + 1, pos + len(digits)
    next_, end = _skip_to(parts, i, pos, number.end)
    following = folded[end : end + 3]
    if following[:2] in ("st", "nd", "rd", "th") and not following[2:].isalpha():
        return _ordinal(folded, parts, next_, pos, end, number, tokens)
    if following[:1] == ":" and following[1:2].isdigit():  # 10:40 is a time of day
        skipped = len(digits) + 1 + len(parts[next_ + 1])
        tokens.append(Token("WORD", pos, pos + skipped, digits))
        return next_ + 2, pos + skipped
    if before[1:] in ("-", "−") and _negative(folded, pos, tokens):
        tokens[-1].type, tokens[-1].end, tokens[-1].roles = "NUM", end, None
        tokens[-1].value = number._replace(value=-number.value)
    else:
        tokens.append(Token("NUM", pos, end, number))
    return _unit(text, folded, parts, next_, end, tokens)


def _ordinal(
    folded: str, parts: list[str], i: int, pos: int, end: int, number: Number, tokens: list[Token]
) -> tuple[int, int]:
    """`10th percentile` and `less than 5th` hold a number; any other ordinal is a word."""
    counts = folded[end + 2 :].lstrip()[:6] in ("percen", "centil") or (tokens and "COMP" in (tokens[-1].roles or _NONE))
    tokens.append(Token("NUM" if counts else "WORD", pos, end + 2, number if counts else None))
    return i + 1, end + len(parts[i])


def _negative(folded: str, pos: int, tokens: list[Token]) -> bool:
    """Whether the dash before a number is its sign: after a comparator or an opening, with a blank before it."""
    if not tokens or tokens[-1].end != pos:
        return False
    roles = (tokens[-2].roles or _NONE) if len(tokens) > 1 else _NONE
    return "COMP" in roles or "BETWEEN" in roles or (("TO" in roles or "LINK" in roles) and folded[pos - 2].isspace())


def _skip_to(parts: list[str], i: int, pos: int, end: int) -> tuple[int, int]:
    """The atom after `end`; a number never ends inside an atom but for a power written in one word (`10e9`)."""
    while pos < end:
        pos += len(parts[i])
        i += 1
    return i, pos


def _unit(text: str, folded: str, parts: list[str], i: int, pos: int, tokens: list[Token]) -> tuple[int, int]:
    """Add the longest unit that begins at atom `i`, if there is one; give the next atom and its place."""
    start_atom, start = i, pos
    if i < len(parts) and parts[i].isspace():
        start, start_atom = pos + len(parts[i]), i + 1
    dash = int(start_atom == i and start_atom < len(parts) and parts[start_atom] == "-")  # 10-week, 6-month-old
    start, start_atom = start + dash, start_atom + dash
    if start_atom >= len(parts):
        return i, pos
    first = parts[start_atom]
    if first in _NOT_UNITS and parts[start_atom + 1 : start_atom + 2] not in (["/"], ["["]):
        return i, pos
    if not (first[0].isalpha() or first[0] in _UNIT_MARKS or first[0] in "[{") or not _begins_unit(first):
        return i, pos
    ends = _unit_ends(parts, start_atom, start)
    for next_, end in reversed(ends):
        written = text[start:end]
        code = _unit_cache.get(written, "")
        if code == "":
            code = _unit_cache[written] = ucum(written)
        if code:
            tokens.append(Token("UNIT", start - dash, end, code))
            return next_, end
    return i, pos


_begin_cache: dict[str, bool] = {}
_UNIT_STARTS = frozenset(["cubic", "square", "sq", "international", "beats", "breaths", "int", "cu", "degrees", "degree", "cells", "copies"])


def _begins_unit(first: str) -> bool:
    known = _begin_cache.get(first)
    if known is None:
        known = first in _UNIT_STARTS or first[0] in _UNIT_MARKS or first[0] in "[{m" or ucum(first) is not None or ucum(first.upper()) is not None
        _begin_cache[first] = known
    return known


def _unit_ends(parts: list[str], i: int, pos: int) -> list[tuple[int, int]]:
    """Every place where a unit that begins at atom `i` may end, as (next atom, offset)."""
    ends: list[tuple[int, int]] = []
    solid = inside = 0
    while i < len(parts) and solid < 10:
        part = parts[i]
        pos += len(part)
        i += 1
        if part.isspace():
            continue
        first = part[0]
        if first.isalpha():
            if part in _UNIT_STOPS and not inside:
                break
            ends.append((i, pos))
        elif first.isdigit():
            ends.append((i, pos))
        elif first in _UNIT_MARKS or first in "()[]{}_-":
            inside += (first in "[{") - (first in "]}")
            if first not in ".-([{":
                ends.append((i, pos))
        else:
            break
        solid += 1
    return ends
