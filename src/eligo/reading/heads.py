"""Where a heading ends and its list begins: at a colon, at `any of the following`; and a note's own colon."""

from __future__ import annotations

from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.line import ENDS, LIMIT, SEPARATORS, LinePass
from eligo.reading.tokens import Token

_TIMES: Final = frozenset(
    [
        "WITHIN",
        "NUM",
        "UNIT",
        "BEFORE",
        "SINCE",
        "AT",
        "AGO",
        "EVENT",
        "COMP",
        "LIGHT",
        "TIMES",
        "SKIP",
        "LASTING",
        "GROUP",
        "SEX",
    ]
)

_NOUNS: Final = frozenset(
    ["CONCEPT", "FILLER", "FOLLOWING", "STATUS", "QUAL", "UNIT", "NEG", "EVENT", "AGO", "GROUP", "OTHER", "CLOSE"]
)  # behind one of these a colon may end a heading


def colon(line: LinePass, i: int, token: Token) -> None:
    """A colon after words that are no name of a quantity, before something of its own."""
    if len(line.out) > 1 and line.out[-2].type in ("NUM", "UNIT") and line.written(line.out[-1]) == "of":
        line.out[-1].type, line.out[-1].value = "FOLLOWING", "n"  # `at least 2 of: A; B`
    if line.first:
        token.type, line.first = "THEN", False
        line.join(token)
        return
    before, behind = line.previous(), line.ahead(i)
    heads = before in _NOUNS or (before == "SEX" and not line.said)
    if before in ("SUCH", "BOND") or line.scoped or line.bound or _obliges_next(line, i):  # `including: A, B`
        line.add(token)
    elif heads and behind is not None and behind.type not in LIMIT and behind.type not in ENDS and not line.deep():
        token.type = "COLON"
        line.begin(token)
    else:
        line.add(token)


def _obliges_next(line: LinePass, i: int) -> bool:
    """`Women of childbearing potential: must use contraception`."""
    for token in line.tokens[i + 1 : i + 2]:
        if token.type in ("LIGHT", "ATTEST"):
            return line.written(token).split()[0] in words("obligations")
    return False


def following(line: LinePass, i: int, token: Token) -> None:
    """`any of the following`: its list begins at the colon, or behind the time that stands with it."""
    line.add(token)
    line.said = True
    j = i + 1
    while j < len(line.tokens) and line.tokens[j].type in _TIMES and not line.is_colon(line.tokens[j]):
        j += 1
    if j < len(line.tokens) and (line.is_colon(line.tokens[j]) or line.tokens[j].type in ENDS | SEPARATORS):
        return
    colon = line.same_level(i, lambda _, t: line.is_colon(t)) if ":" in line.text else -1
    if colon >= 0 or line.scoped or line.bound or line.deep() or j >= len(line.tokens):
        return
    line.heads = j


def note(line: LinePass, i: int, token: Token) -> None:
    """`note: A is allowed`: neither the word nor its colon says anything."""
    token.type = "LIGHT"
    line.colon_of_note = i + 1
    line.add(token)
