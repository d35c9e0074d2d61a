"""Examples that are no whole list: "opioids (e.g. morphine, codeine, etc.)" says no more than its class does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.tokens import Token

_JOINS: Final = frozenset(["COMMA", "AND", "OR"])
_ENDS: Final = frozenset(["STOP", "SEMI", "SUBITEM"])


def without_rest(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with `etc.` behind examples, and what joins it to them, as words of grammar."""
    for i, token in enumerate(tokens):
        if token.type != "FILLER" or not _goes_on(text, token) or not _in_examples(tokens, i):
            continue
        token.type = "LIGHT"
        if tokens[i - 1].type in _JOINS:
            tokens[i - 1].type, tokens[i - 1].value = "LIGHT", None
    return tokens


def _goes_on(text: str, token: Token) -> bool:
    return text[token.start : token.end].casefold().strip(" .") in words("and_so_on")


def _in_examples(tokens: Sequence[Token], i: int) -> bool:
    """Whether examples stand before token `i`, in its own bracket or outside of one, and none of them behind it."""
    depth = 0
    for j in range(i - 1, -1, -1):
        kind = tokens[j].type
        if kind == "CLOSE":
            depth += 1
        elif kind == "OPEN" and depth:
            depth -= 1
        elif not depth and kind == "SUCH":
            behind = next((t.type for t in tokens[i + 1 :] if t.type != "LIGHT"), "")
            return tokens[j].value == "such" and (not behind or behind in ("CLOSE", "STOP", "SEMI"))
        elif not depth and (kind in _ENDS or kind == "OPEN"):
            return False
    return False
