"""Where a sub-item begins: `<1>`, `2)`, `(a)`, `1.`, or a bullet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from eligo.reading.neighbours import Neighbours
from eligo.reading.tokens import Token

SEPARATORS: Final = frozenset(["COMMA", "SEMI", "STOP", "OPEN", "SUBITEM", "AND", "OR", ""])
_BULLETS: Final = "•◦▪‣●■◆"
_AFTER_ENUMERATOR: Final = (
    "WORD",
    "NUM",
    "LIGHT",
    "LINK",
    "VAR",
    "CONCEPT",
    "STATUS",
    "NEG",
    "ATTEST",
    "COMP",
    "QUAL",
    "SEX",
    "BETWEEN",
    "HEDGE",
    "IF",
    "LOGIC",
)


_NOT_BEFORE_NUMBER: Final = ("COMP", "TO", "SKIP")
_POINTED: Final = re.compile(r"(?<!\S)(?:\d{1,2}|[a-h])\.(?=\s+\S)")  # `1. A 2. B`
_OTHER_STYLE: Final = re.compile(rf"[{_BULLETS}]|(?<!\w)(?:\d{{1,2}}|[a-h]|[ivx]{{1,4}})\)|[<＜]\d{{1,2}}[>＞]")
_FRESH_MARKS: Final = ".:;,)]"
_FRESH_WORDS: Final = ("and", "or", "and/or")
# A number behind one of these is no number of an item, whatever stands behind it.
_TAKES_NUMBER: Final = (
    "COMP",
    "AGECOMP",
    "BETWEEN",
    "TO",
    "GRADE",
    "VAR",
    "LINK",
    "WITHIN",
    "AT",
    "BEFORE",
    "TIMES",
    "AND",
    "OR",
)


class _Mark(NamedTuple):
    """A number or letter with its point: which one of its series, whether letters count it, how sure that is one."""

    order: int
    lettered: bool
    start: int
    fresh: bool


def pointed(raw: Sequence[Token], text: str) -> frozenset[int]:
    """Where the numbers of a list in one line stand: `any of: 1. A. 2. B`; nothing where they may be none.

    They count on from one without a gap. A list in which another one stands has nothing to tell where that ends.
    """
    if text.count(".") < 2 or len(_POINTED.findall(text)) < 2 or _OTHER_STYLE.search(text):
        return frozenset()
    ends = {token.end: token for token in raw}
    found = [_mark(text, match, ends) for match in _POINTED.finditer(text)]
    marks = [mark for mark in found if mark is not None]
    for lettered in (False, True):
        series = _series([mark for mark in marks if mark.lettered == lettered])
        if len(series) > 1:
            return frozenset(mark.start for mark in series)
    return frozenset()


def _mark(text: str, match: re.Match[str], ends: dict[int, Token]) -> _Mark | None:
    """A number or letter as one of a list, where it may be one."""
    written, start = match.group()[:-1], match.start()
    before = text[:start].rstrip()
    last = before.split()[-1].casefold() if before else ""
    lettered = written.isalpha()
    order = ord(written) - ord("a") + 1 if lettered else int(written)
    fresh = not before or before[-1] in _FRESH_MARKS or (last in _FRESH_WORDS and order > 1)
    token = ends.get(len(before))
    if not fresh and (text[match.end() :].lstrip()[:1].islower() or token is None or _takes_number(token)):
        return None
    return _Mark(order, lettered, start, fresh)


def _takes_number(token: Token) -> bool:
    return not token.roles.keys().isdisjoint(_TAKES_NUMBER)


def _series(marks: Sequence[_Mark]) -> list[_Mark]:
    """The marks that count on from the first one; none where it is not clear which they are."""
    if sum(mark.order == 1 and mark.fresh for mark in marks) != 1:
        return []
    series = [next(mark for mark in marks if mark.order == 1 and mark.fresh)]
    while True:
        behind = [m for m in marks if m.start > series[-1].start and m.order == series[-1].order + 1]
        following = [m for m in behind if m.fresh] or behind
        if not following:
            return series
        if len(following) > 1:
            return []
        series += following


def may_enumerate(c: Neighbours, i: int, token: Token) -> bool:
    """Whether a mark stands here or next with which an enumerator could begin or end."""
    if token.type == "MARK":
        return token.value == "(" or token.value in _BULLETS
    following = c.raw[i + 1 : i + 2]
    if following and following[0].type == "MARK":
        return following[0].value in ")."
    return c.text[token.start] in "<＜"


def subitem(c: Neighbours, i: int) -> int:
    """How many raw tokens the enumerator at `i` takes (`<1>`, `2)`, `(a)`); 0 where there is none."""
    raw = c.raw
    if i + 1 >= len(raw):
        return 0
    token, second = raw[i], raw[i + 1]
    if token.type == "MARK" and token.value in _BULLETS:
        return 1
    if i + 2 < len(raw):
        third = raw[i + 2]
        if _in_angles(c, token, second, third):
            return 3
        if _is_mark(token, "(") and _is_mark(third, ")"):
            return 3 if _in_brackets(c, i) else 0
    if _is_mark(second, ")"):
        return 2 if _before_bracket(c, token, second) else 0
    if _is_mark(second, "."):
        counts = token.start in c.pointed or (c.prev() == "" and _enumerates(c, token))
        return 2 if counts and token.end == second.start else 0
    return 0


def _is_mark(token: Token, mark: str) -> bool:
    return token.type == "MARK" and bool(token.value == mark)


def _in_angles(c: Neighbours, opening: Token, number: Token, closing: Token) -> bool:
    """`<1>`, whose signs are read as comparators elsewhere."""
    if number.type != "NUM" or not opening.roles or not closing.roles:
        return False
    close = opening.end == number.start and number.end == closing.start
    return close and c.text[opening.start] in "<＜" and c.text[closing.start] in ">＞"


def _in_brackets(c: Neighbours, i: int) -> bool:
    """`(a)`: behind a separator, or anywhere in an item that begins with one."""
    if not _enumerates(c, c.raw[i + 1]) or not c.may(i + 3, *_AFTER_ENUMERATOR):
        return False
    if all(t.type in ("LIGHT", "FILLER") and t.end - t.start <= 2 for t in c.out):
        c.enumerated = True
    return c.enumerated or _fresh(c, c.raw[i])


def _before_bracket(c: Neighbours, token: Token, bracket: Token) -> bool:
    """`2)`, `a)`: a letter only behind a separator, a number wherever no comparator waits for it."""
    if id(bracket) in c.partners or not _enumerates(c, token):
        return False
    return (token.type == "NUM" or _fresh(c, token)) and c.prev() not in _NOT_BEFORE_NUMBER


def _fresh(c: Neighbours, token: Token) -> bool:
    """Whether something may begin here."""
    return c.prev() in SEPARATORS or c.char_before(token.start) in ":-•*"


_MOST_WITHIN: Final = 30  # of a number in the middle of an item, where a larger one is rather a value
_MOST_FIRST: Final = 999  # of one that an item begins with


def _enumerates(c: Neighbours, token: Token) -> bool:
    if token.type == "NUM":
        number, most = token.value, _MOST_WITHIN if c.prev() else _MOST_FIRST
        return number.second is None and 0 < number.value <= most and number.value == int(number.value)
    length = token.end - token.start
    return length == 1 or (length <= 4 and "ROMAN" in token.roles)
