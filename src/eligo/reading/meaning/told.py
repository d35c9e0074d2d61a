"""What is told of a fact behind it: `A that is refractory to B`, and the examples of what is told."""

from __future__ import annotations

from eligo.criteria import Attest, Leaf, Predicate, Span, Unparsed, leaves, map_leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.edges import narrowed_more
from eligo.reading.meaning.joining import all_of, facts_of
from eligo.reading.meaning.lists import joined, parts_of
from eligo.reading.meaning.said import Bond, Modifiers, Said
from eligo.reading.tree import Branch, Node
from eligo.vocabulary.named import statement_id


def told(context: Context, head: Said, body: Predicate, span: Span) -> Said:
    """`melanoma that is refractory`: asked for besides, where it can be of one thing alone."""
    assert head.body is not None
    several = len(list(leaves(head.body))) > 1
    if several and not all(isinstance(leaf, (Attest, Unparsed)) for leaf in leaves(body)):
        return context.unread(span, "heading", head.span)
    bonds = (*head.bonds, Bond("that", body, span))
    return replace(head, body=all_of([head.body, body]), span=span, bare=False, what="joined", bonds=bonds)


def told_how(context: Context, head: Said, node: Node, span: Span) -> Said | None:
    """`diabetes that is uncontrolled`, `diabetes that is uncontrolled, or stroke`: None where more is told of it."""
    parts, marks = parts_of(context, node) if isinstance(node, Branch) else ([context.read(node)], [])
    first, *others = parts
    only = first.body is None and first.lead == Modifiers(first.lead.negated, qualifiers=first.lead.qualifiers)
    if not only or not first.lead.qualifiers or head.body is None or facts_of(head.body) is None:
        return None
    if first.lead.negated or any(part.body is None for part in others):
        return context.unread(span, "heading", head.span) if others else None
    own = first.lead.qualifiers
    body = map_leaves(head.body, lambda leaf: narrowed_more(leaf, own))
    made = replace(head, body=body, span=hull([head.span, first.span]), narrowed=(*head.narrowed, *own))
    return joined(context, [made, *others], marks) if others else made


def told_last(head: Said) -> Attest | Unparsed | None:
    """What the words before examples tell of how somebody was treated, or of a fact that stands before them."""
    body = head.bonds[-1].body if head.bonds else head.body
    last = list(leaves(body))[-1] if body is not None else None
    if isinstance(last, Unparsed) and head.bonds and last.span is not None:
        return last
    return last if isinstance(last, Attest) and last.topic in words("tried") and last.span is not None else None


def in_full(context: Context, body: Predicate, last: Attest | Unparsed, span: Span) -> Predicate:
    """`refractory to standard treatment including A`: the examples are part of what is told, and enough by no means."""
    assert last.span is not None
    whole = (last.span[0], span[1])
    if isinstance(last, Attest):
        made: Leaf = Attest(statement_id("statement", context.written(whole)), span=whole)
    else:
        made = context.unparsed(whole, *context.why(last.span))
    return map_leaves(body, lambda leaf: made if leaf == last else leaf)
