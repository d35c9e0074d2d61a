"""Where a sub-item begins: `<1>`, `2)`, `(a)`, `1.`, or a bullet."""

from __future__ import annotations

from typing import Final

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
        return 2 if c.prev() == "" and token.end == second.start and _enumerates(token) else 0
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
    if not _enumerates(c.raw[i + 1]) or not c.may(i + 3, *_AFTER_ENUMERATOR):
        return False
    if all(t.type in ("LIGHT", "FILLER") and t.end - t.start <= 2 for t in c.out):
        c.enumerated = True
    return c.enumerated or _fresh(c, c.raw[i])


def _before_bracket(c: Neighbours, token: Token, bracket: Token) -> bool:
    """`2)`, `a)`: a letter only behind a separator, a number wherever no comparator waits for it."""
    if id(bracket) in c.partners or not _enumerates(token):
        return False
    return (token.type == "NUM" or _fresh(c, token)) and c.prev() not in _NOT_BEFORE_NUMBER


def _fresh(c: Neighbours, token: Token) -> bool:
    """Whether something may begin here."""
    return c.prev() in SEPARATORS or c.char_before(token.start) in ":-•*"


def _enumerates(token: Token) -> bool:
    if token.type == "NUM":
        number = token.value
        return number.second is None and 0 < number.value <= 30 and number.value == int(number.value)
    length = token.end - token.start
    return length == 1 or (length <= 4 and "ROMAN" in token.roles)
