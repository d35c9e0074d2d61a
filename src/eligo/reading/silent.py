"""Whether an item says nothing that is known, seen from its tokens alone: most of what protocols say needs no parse.

What these tests pass over is what a whole reading would find to be not understood from its first word to its last; a
test compares the two on real lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from eligo.reading.asks import ASKS
from eligo.reading.share import MOST_TOKENS
from eligo.reading.sometimes import obliges
from eligo.reading.tokens import Token

# Without any of these an item says nothing that is known.
TELLING = frozenset(["VAR", "CONCEPT", "ATTEST", "HEDGE", "SEX", "NUM"])
_MAY_TELL = TELLING | {"NUMBER", "ROMAN"}
_ASKING = frozenset(ASKS)

_BETWEEN = frozenset(["SUBITEM", "COMMA", "SEMI", "STOP", "AND", "OR"])
# Where an item holds nothing else, each of its clauses is a fact, or is not understood.
WORDS = frozenset(
    [*_BETWEEN, "FILLER", "LIGHT", "CONCEPT", "VAR", "QUAL", "STATUS", "NEG", "LEAD", "TRAIL", "EVENT", "GRADE", "IF"]
)
_SEVERAL = frozenset(["CONCEPT", "STATUS"])  # that may name more than one thing, and are read apart then


def says_nothing(raw: Sequence[Token]) -> bool:
    """Whether none of the raw tokens, nor any that it may be cut into, can tell something."""
    for token in raw:
        if token.type == "NUM":
            return False
        roles = token.roles
        # A phrase whose roles all ask something of their neighbours may be cut, and its parts are words anew.
        if roles is not None and (not _MAY_TELL.isdisjoint(roles) or _ASKING.issuperset(roles)):
            return False
    return True


def nothing_alone(tokens: Sequence[Token], text: str) -> bool:
    """Whether each fact stands beside a word that nobody knows, which may turn it."""
    if len(tokens) > MOST_TOKENS or ":" in text:  # a colon parts clauses too
        return False
    fact = unknown = False
    for token in tokens:
        kind = token.type
        if kind in _SEVERAL and "|" in token.value:
            return False
        if kind == "CONCEPT":
            fact = True
        elif kind == "FILLER":
            unknown = True
        elif kind == "LIGHT" and fact and not unknown and obliges(token, text):
            return False
        elif kind in _BETWEEN:
            if fact and not unknown:
                return False
            fact = unknown = False
    return unknown or not fact
