"""`Insulin naive`, `chemotherapy-naive patients`: a treatment that was never given, where nothing else is said."""

from __future__ import annotations

from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.tokens import Token
from eligo.vocabulary.concepts import concepts

_TREATMENTS: Final = frozenset(["medication", "procedure"])
_BEFORE: Final = frozenset(["STOP", "SEMI", "SUBITEM"])
_BEHIND: Final = frozenset(["STOP", "SUBITEM"])


def never_given(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with `A naive` as what `A: never` says, where that is all that its sentence says."""
    for i in range(len(tokens) - 1, 0, -1):
        token = tokens[i]
        if token.type != "FILLER" or text[token.start : token.end].lower() not in words("naive"):
            continue
        at = i - 2 if text[tokens[i - 1].start : tokens[i - 1].end] == "-" else i - 1
        if at >= 0 and _is_treatment(tokens[at]) and _alone(tokens, at, i):
            end = tokens[at].end
            tokens[at + 1 : i + 1] = [Token("COLON", end, end), Token("NEG", tokens[at + 1].start, token.end, "never")]
    return tokens


def _is_treatment(token: Token) -> bool:
    known = concepts().get(str(token.value).split("|")[0]) if token.type == "CONCEPT" else None
    return known is not None and known.kind in _TREATMENTS


def _alone(tokens: list[Token], first: int, last: int) -> bool:
    """Whether nothing but small words stands beside the tokens, as far as their sentence goes."""
    return _nearest(tokens[:first][::-1]) in _BEFORE and _nearest(tokens[last + 1 :]) in _BEHIND


def _nearest(side: list[Token]) -> str:
    return next((token.type for token in side if token.type != "LIGHT"), "STOP")
