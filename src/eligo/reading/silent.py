"""Whether an item says nothing that is known, seen from its tokens alone: most of what protocols say needs no parse.

What these tests pass over is what a whole reading would find to be not understood from its first word to its last; a
test compares the two on real lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from eligo.reading.asks import ASKS
from eligo.reading.tokens import Token

# Without any of these an item says nothing that is known.
TELLING = frozenset(["VAR", "CONCEPT", "ATTEST", "HEDGE", "SEX", "GROUP", "NUM"])
_MAY_TELL = TELLING | {"NUMBER", "ROMAN"}
_ASKING = frozenset(ASKS)


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
