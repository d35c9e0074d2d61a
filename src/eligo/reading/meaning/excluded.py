"""What rules out where an exclusion is written as what a patient must be, or must not have."""

from __future__ import annotations

from dataclasses import replace

from eligo.criteria import Attest, Not, Predicate, Span, leaves
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.joining import has_unread
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.sentence_roles import asks
from eligo.reading.meaning.wrapping import wrapped


def turned(context: Context, negation: Not, start: int = 0) -> Predicate:
    """`Did not take part in another trial`, as an exclusion: most likely the writer means the opposite."""
    found = list(leaves(negation.part))
    first = min((leaf.span[0] for leaf in found if leaf.span), default=start)
    before = context.text[start:first].lower()
    if any(isinstance(leaf, Attest) for leaf in found):
        return negation
    meant = any(word in before for word in words("rule_negations")) or before.split()[:1] in (["no"], ["not"])
    return negation.part if meant and context.take(Alternative.NEGATED_EXCLUSION) else negation


def one_of_several(context: Context, said: Said, span: Span) -> Said:
    """One of several sentences or items as it is meant: what an exclusion asks for is not what it excludes."""
    said = wrapped(context, said)
    if context.kind != "exclusion" or said.body is None:
        return said
    if isinstance(said.body, Not):
        return replace(said, body=turned(context, said.body, span[0]))
    if has_unread(said.body) or not asks(context.written(span)):
        return said
    return context.unread(said.span, "negation")
