"""Whether nothing of an item is understood, seen from its tokens alone: most of what protocols say needs no parse.

What these tests pass over is what a whole reading would find to be not understood from its first word to its last; a
test compares the two on real lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.reading.asks import ASKS
from eligo.reading.meaning.account import JOINS
from eligo.reading.share import MOST_TOKENS
from eligo.reading.tokens import Token

# Without any of these an item says nothing that is known.
TELLING: Final = frozenset(["VAR", "CONCEPT", "ATTEST", "HEDGE", "SEX", "GROUP", "NUM"])
_MAY_TELL: Final = TELLING | {"NUMBER", "ROMAN"}
_ASKING: Final = frozenset(ASKS)
_UNREAD: Final = frozenset(["FILLER", "VAR"])  # without a limit, either leaves its unit to a person
_SAID: Final = frozenset(["CONCEPT", "SEX", "GROUP"])  # one of these alone is understood
# Where an item holds nothing else, a unit is understood, or says nothing, or is left to a person.
_PLAIN: Final = (
    (JOINS - {"PERMIT"})
    | _UNREAD
    | _SAID
    | {*("QUAL", "STATUS", "NEG", "OTHER", "GRADE", "EVENT", "LIGHT", "FRESH", "WHO", "PAIR", "FOLLOWING", "CHANGE")}
)
# The same holds of limits that are on nothing that has a name.
LIMITS: Final = frozenset(["NUM", "REF", "NORMAL"])  # without any of these there is no limit
_LIMITING: Final = LIMITS | {
    *("COMP", "AGECOMP", "TOCOMP", "BETWEEN", "TO", "JOIN", "TIMES", "PLUSMINUS", "FLIP", "SKIP", "ABOVE"),
    *("UNIT", "AGEUNIT", "OLD", "WITHIN", "LASTING", "BEFORE", "SINCE", "AT", "AGO", "ENDED"),
}
_PLAIN_OR_LIMITING: Final = _PLAIN | _LIMITING
_NOTED: Final = frozenset(["STATUS", "NEG", "SUCH"])  # with these a bracket may give a note: a method, an example


def says_nothing(raw: Sequence[Token]) -> bool:
    """Whether none of the raw tokens, nor any that it may be cut into, can tell something."""
    for token in raw:
        if token.type == "NUM":
            return False
        roles = token.roles
        # A phrase whose roles all ask something of their neighbours may be cut, and its parts are words anew.
        if roles and (not _MAY_TELL.isdisjoint(roles) or _ASKING.issuperset(roles)):
            return False
    return True


def nothing_understood(tokens: Sequence[Token], types: frozenset[str]) -> bool:
    """Whether no unit can be understood, where no limit is on what has a name.

    Each fact of such an item stands in one unit with words that nobody knows, or with another fact.
    """
    if len(tokens) > MOST_TOKENS or not _can_be_told(types):
        return False
    limited = not types <= _PLAIN
    said = fact = unread = False
    for token in tokens:
        kind = token.type
        if kind in JOINS:
            if (said and not unread) or token.value == "means":  # what a word means may be a note
                return False
            said = fact = unread = False
        elif kind in _SAID:
            unread = unread or (fact and kind == "CONCEPT" and not limited)  # a time may be counted from the second
            fact, said = fact or kind == "CONCEPT", True
        elif kind in _UNREAD:
            unread = True
    return unread or not said


def _can_be_told(types: frozenset[str]) -> bool:
    """Whether an item holds nothing but what can be told from the tokens alone, and no bracket that may give a note."""
    return types <= _PLAIN_OR_LIMITING and ("OPEN" not in types or types.isdisjoint(_NOTED))
