"""Words for how organs work, as one title of the limits behind them: "adequate renal and hepatic function (A, B)"."""

from __future__ import annotations

from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.tokens import Token

_JOINS: Final = frozenset(["AND", "OR", "COMMA"])
_BEFORE_LIMITS: Final = frozenset(["OPEN", "SUCH", "LINK", "COLON", "SUBITEM"])


def titled(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each title in one, where limits may follow."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.type == "FILLER" and _tells_how(token, text) and (end := _end(tokens, i, text)) > i:
            token = Token("FILLER", token.start, tokens[end].end)
            i = end
        out.append(token)
        i += 1
    return out


def _tells_how(token: Token, text: str) -> bool:
    """Whether it begins with how something works: "adequate", "significantly impaired"."""
    written = text[token.start : token.end].casefold().split()
    return next((word for word in written if not word.endswith("ly")), "") in words("how_a_function_is")


def _end(tokens: list[Token], begin: int, text: str) -> int:
    """The place of the last token of a title that begins here, of one organ or several, before its limits."""
    end = begin
    while (behind := _next_organ(tokens, end)) > end:
        end = behind
    if end + 1 < len(tokens) and tokens[end + 1].type == "SUCH" and _list_follows(tokens[end + 2 :], text):
        end += 1  # "defined as: 1. A 2. B"
    if end == begin or end + 1 >= len(tokens) or not _limits_follow(tokens[end + 1], text):
        return begin
    return end if is_title(text[tokens[begin].start : tokens[end].end]) else begin


def _next_organ(tokens: list[Token], end: int) -> int:
    """The place of the words behind those at `end` and behind what joins them; the same place where none are."""
    place = end + 1
    while place < len(tokens) and tokens[place].type in _JOINS:
        place += 1
    return place if end + 1 < place < len(tokens) and tokens[place].type == "FILLER" else end


def _limits_follow(token: Token, text: str) -> bool:
    return token.type in _BEFORE_LIMITS or text[token.start : token.end] == ":"


def _list_follows(behind: list[Token], text: str) -> bool:
    """Whether numbered items follow, behind a colon or not."""
    first = next((token for token in behind if text[token.start : token.end] != ":"), None)
    return first is not None and first.type == "SUBITEM"


def is_title(written: str) -> bool:
    """Whether words tell of nothing but what is measured, however it is: "renal and hepatic function", "hematology"."""
    plain = [word.strip("(),;:/-") for word in written.casefold().split()]
    known, beside = words("titles_of_values"), beside_titles()
    return not known.isdisjoint(plain) and all(not word or word in known or word in beside for word in plain)


def beside_titles() -> frozenset[str]:
    """Words that may stand in a title beside what is measured."""
    return words("how_a_function_is") | words("functions") | words("beside_titles")
