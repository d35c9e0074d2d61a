"""What is not understood of a sentence, asked by the whole sentence: a fragment of it would be another question.

Where a sentence S says `A or x` and nobody knows what x says, `A or S` says the same as S, and so it is with every
join: of a predicate in which an unknown part can only help (it stands below no negation), f(x) is S, and f(S) is
f(f(x)), which is f(x). Below a negation the part is what denies S. So what is understood decides by itself, and what
is left is asked in the words of the protocol, so that nothing in it can be misread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eligo.criteria import AllOf, AnyOf, AtLeast, Attest, IfThen, Not, Predicate, Span, Unparsed, leaves
from eligo.reading.item import ItemReading
from eligo.reading.lexicon import name_words
from eligo.reading.meaning.context import Account
from eligo.reading.meaning.joining import has_unread
from eligo.reading.tokens import Token
from eligo.truth import Kind
from eligo.vocabulary.named import statement_id

# With one of these a text is more than one statement, or none.
_NO_STATEMENT: Final = frozenset(["STOP", "SUBITEM", "COLON", "NEXT", "PERMIT"])
_FOR_SOME: Final = frozenset(["IF", "IFFIRST", "THEN", "UNLESS", "MUST"])
# What is not understood for one of these reasons may be a slip, or is of somebody else: no words to answer.
_DOUBTFUL: Final = frozenset(
    [
        *("side-not-said", "unit-does-not-fit", "no-unit", "number-without-name", "contradiction", "idle"),
        *("somebody-else", "permission", "second-sentence", "too-long", "only-a-hedge", "negation"),
    ]
)
_LONGEST: Final = 400  # characters
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_AROUND: Final = " \t\n.,;:-•*"


def ask_rest(reading: ItemReading, tokens: Sequence[Token], text: str, kind: Kind) -> ItemReading:
    """The reading with what is not understood asked by the whole sentence, where that is one statement."""
    if not has_unread(reading.predicate) or not _can_be_asked(reading, tokens, text, kind):
        return reading
    span = _stated(text)
    leaf = Attest(statement_id("statement", text[slice(*span)]), span=span)
    made = _asked(reading.predicate, leaf, denied=False)
    ambiguity = reading.ambiguity
    if ambiguity is not None:
        readings = tuple(dict.fromkeys(_asked(one, leaf, denied=False) for one in ambiguity.readings))
        ambiguity = replace(ambiguity, readings=readings) if len(readings) > 1 else None
    lost = [f"`{part.text}` is not understood: the whole sentence is asked" for part in _unread(reading.predicate)]
    if isinstance(reading.predicate, Unparsed):
        lost = []
    return reading._replace(
        predicate=made,
        ambiguity=ambiguity,
        notes=(*reading.notes, *lost),
        not_read=(),
        account=tuple(_as_leaf(entry) for entry in reading.account),
    )


def _unread(predicate: Predicate) -> list[Unparsed]:
    return [leaf for leaf in leaves(predicate) if isinstance(leaf, Unparsed)]


def _as_leaf(entry: Account) -> Account:
    return entry._replace(role="leaf") if entry.role == "unparsed" else entry


def _stated(text: str) -> Span:
    """Where the sentence stands without the marks around it."""
    return len(text) - len(text.lstrip(_AROUND)), len(text.rstrip(_AROUND))


def _asked(predicate: Predicate, whole: Attest, *, denied: bool) -> Predicate:
    """The predicate with the whole statement in place of each part that is not understood."""
    if isinstance(predicate, Unparsed):
        return Not(whole) if denied else whole
    if isinstance(predicate, Not):
        part = _asked(predicate.part, whole, denied=not denied)
        return part.part if isinstance(part, Not) and isinstance(predicate.part, Unparsed) else Not(part)
    if isinstance(predicate, IfThen):
        condition = _asked(predicate.condition, whole, denied=not denied)
        return IfThen(condition, _asked(predicate.then, whole, denied=denied))
    if isinstance(predicate, (AllOf, AnyOf)):
        parts = tuple(dict.fromkeys(_asked(part, whole, denied=denied) for part in predicate.parts))
        return parts[0] if len(parts) == 1 else type(predicate)(parts)
    if isinstance(predicate, AtLeast):
        return replace(predicate, parts=tuple(_asked(part, whole, denied=denied) for part in predicate.parts))
    return predicate


def _can_be_asked(reading: ItemReading, tokens: Sequence[Token], text: str, kind: Kind) -> bool:
    """Whether an item is one statement of a patient, and it is clear who fulfils it."""
    types = frozenset([token.type for token in tokens])
    if len(text) > _LONGEST or not types.isdisjoint(_NO_STATEMENT) or text.count("(") != text.count(")"):
        return False
    if not types.isdisjoint(_FOR_SOME) and not _condition_read(reading.predicate):
        return False
    if any(code in _DOUBTFUL for code, *_ in reading.not_read):
        return False
    written = _WORD.findall(text.casefold())
    if len(written) < 2 or not name_words("not_asked").isdisjoint(written):
        return False
    if kind == "exclusion" and (
        not name_words("obliging").isdisjoint(written) or not name_words("denied_in_exclusion").isdisjoint(written)
    ):
        return False
    last = next((t for t in reversed(tokens) if t.type not in ("LIGHT", "STOP")), None)
    return last is not None and last.type not in ("OR", "AND", "COLON")


def _condition_read(predicate: Predicate) -> bool:
    """Whether all that is asked of some is asked under a condition that is understood."""
    if isinstance(predicate, IfThen):
        return not has_unread(predicate.condition)
    return isinstance(predicate, AllOf) and any(map(_condition_read, predicate.parts))
