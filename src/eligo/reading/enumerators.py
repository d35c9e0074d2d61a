"""Where a sub-item begins: `<1>`, `2)`, `(a)`, `1.`, or a bullet."""

from __future__ import annotations

from eligo.reading.neighbours import Neighbours
from eligo.reading.tokens import Token

SEPARATORS = frozenset(["COMMA", "SEMI", "STOP", "OPEN", "SUBITEM", "AND", "OR", ""])
_BULLETS = "•◦▪‣●■◆"
_AFTER_ENUMERATOR = (
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


def may_enumerate(c: Neighbours, i: int, token: Token) -> bool:
    """Whether a mark stands here or next with which an enumerator could begin or end."""
    if token.type == "MARK":
        return token.value in "(•◦▪‣●■◆"
    following = c.raw[i + 1 : i + 2]
    if following and following[0].type == "MARK":
        return following[0].value in ")."
    return c.text[token.start] in "<＜"


def subitem(c: Neighbours, i: int) -> int:
    """How many raw tokens the enumerator at `i` takes (`<1>`, `2)`, `(a)`); 0 where there is none."""
    raw = c.raw
    if i + 1 >= len(raw):
        return 0
    if raw[i].type == "MARK" and raw[i].value in _BULLETS:
        return 1
    token, next_ = raw[i], raw[i + 1]
    third = raw[i + 2] if i + 2 < len(raw) else None
    if token.roles is not None and c.text[token.start] in "<＜" and third is not None and third.roles is not None:
        near = token.end == next_.start and next_.end == third.start and c.text[third.start] in ">＞"
        if near and next_.type == "NUM":
            return 3
    fresh = c.prev() in SEPARATORS or c.char_before(token.start) in ":-•*"
    if (
        token.type == "MARK"
        and token.value == "("
        and third is not None
        and third.type == "MARK"
        and third.value == ")"
    ):
        if not _enumerates(next_) or not c.may(i + 3, *_AFTER_ENUMERATOR):
            return 0
        first = not c.out or all(t.type in ("LIGHT", "FILLER") and t.end - t.start <= 2 for t in c.out)
        c.enumerated = c.enumerated or first
        return 3 if fresh or c.enumerated else 0
    if next_.type == "MARK" and next_.value == ")" and id(next_) not in c.partners and _enumerates(token):
        return 2 if (fresh or token.type == "NUM") and c.prev() not in ("COMP", "TO", "SKIP") else 0
    if next_.type == "MARK" and next_.value == "." and c.prev() == "" and _enumerates(token):
        return 2 if token.end == next_.start else 0
    return 0


def _enumerates(token: Token) -> bool:
    if token.type == "NUM":
        number = token.value
        return number.second is None and 0 < number.value <= 30 and number.value == int(number.value)
    length = token.end - token.start
    return length == 1 or (length <= 4 and "ROMAN" in token.roles)
