"""What rules out where an exclusion is written as what a patient must be, or must not have."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.criteria import AllOf, Attest, Compare, Not, Predicate, Span, leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.joining import any_of, has_unread
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.sentence_roles import asks
from eligo.reading.meaning.wrapping import wrapped


def turned(context: Context, body: Predicate, start: int = 0) -> Predicate:
    """`Did not take part in another trial`, as an exclusion: most likely the writer means the opposite.

    So does who joins several with `and`: `no A within 4 weeks and no B within 2 weeks` is what is asked for.
    """
    if isinstance(body, Compare):
        asked = _asks_for_most(context, start) and context.take(Alternative.NEGATED_EXCLUSION)
        return Not(body) if asked else body
    negations = body.parts if isinstance(body, AllOf) else (body,)
    denied = [part.part for part in negations if isinstance(part, Not)]
    meant = len(denied) == len(negations) and _denies(context, denied, start)
    return any_of(denied) if meant and context.take(Alternative.NEGATED_EXCLUSION) else body


def _denies(context: Context, denied: Sequence[Predicate], start: int) -> bool:
    """Whether an exclusion begins with a word that denies; nobody states what he has not."""
    found = [leaf for part in denied for leaf in leaves(part)]
    if any(isinstance(leaf, Attest) for leaf in found):
        return False
    first = min((leaf.span[0] for leaf in found if leaf.span), default=start)
    before = context.text[start:first].lower()
    return any(word in before for word in words("rule_negations")) or before.split()[:1] in (["no"], ["not"])


def _asks_for_most(context: Context, start: int) -> bool:
    """`No more than 3 lines of chemotherapy`: whether an exclusion begins as what is asked for does."""
    return context.text[start:].lower().lstrip(" -•*").startswith(tuple(words("at_most")))


def one_of_several(context: Context, said: Said, span: Span) -> Said:
    """One of several sentences or items as it is meant: what an exclusion asks for is not what it excludes."""
    said = wrapped(context, said)
    if context.kind != "exclusion" or said.body is None:
        return said
    asked = turned(context, said.body, span[0])
    if asked is not said.body or isinstance(asked, Not):
        return replace(said, body=asked)
    if has_unread(said.body) or not asks(context.written(span)):
        return said
    return context.unread(said.span, "negation")
