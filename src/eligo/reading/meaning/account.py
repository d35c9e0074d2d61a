"""The account of words: what each stretch of an item is to its reading, so that nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import Predicate, Span, Unparsed, leaves
from eligo.reading.meaning.context import Account, Context, Role
from eligo.reading.tokens import Token

JOINS: Final = frozenset(
    [
        *("SUBITEM", "STOP", "SEMI", "NEXT", "COLON", "COMMA", "AND", "OR", "INNER", "OPEN", "CLOSE", "IF", "IFFIRST"),
        *("THEN", "UNLESS", "EXCEPT", "MUST", "PERMIT", "SUCH", "BOND"),
    ]
)


def account_of(predicate: Predicate, context: Context, tokens: Sequence[Token]) -> tuple[Account, ...]:
    """Each token once, in reading order; neighbours with one role are one stretch.

    What stands in a part that is not understood is `unparsed`, whatever it was taken for on the way there.
    """
    unread = [leaf.span for leaf in leaves(predicate) if isinstance(leaf, Unparsed) and leaf.span is not None]
    roles = sorted(context.account, key=lambda entry: (entry[0][0], -entry[0][1]))
    made: list[Account] = []
    for token in tokens:
        span = (token.start, token.end)
        if span[0] == span[1]:
            continue
        role = _role(token, roles, unread)
        if made and made[-1].role == role:
            made[-1] = Account((made[-1].span[0], span[1]), role)
        else:
            made.append(Account(span, role))
    return tuple(made)


def _role(token: Token, entries: Sequence[tuple[Span, Role]], unread: Sequence[Span]) -> Role:
    if any(start <= token.start and token.end <= end for start, end in unread):
        return "unparsed"
    found = [role for (start, end), role in entries if start <= token.start and token.end <= end]
    if found:
        return found[-1]
    return "join" if token.type in JOINS else "grammar" if token.type in ("LIGHT", "LEAD", "TRAIL") else "unparsed"
