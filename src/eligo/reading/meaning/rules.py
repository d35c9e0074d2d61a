"""The rules of the grammar and the function of each; and what a whole item says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eligo.criteria import Not, Predicate
from eligo.reading.lexicon import words
from eligo.reading.meaning import (
    apart,
    conditions,
    enumerated,
    exceptions,
    exemplified,
    headings,
    lists,
    relations,
    sentences,
)
from eligo.reading.meaning.context import Context, extent, span_of
from eligo.reading.meaning.excluded import turned
from eligo.reading.meaning.joining import is_unread
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.unit import unit
from eligo.reading.meaning.wrapping import meant
from eligo.reading.tree import Branch, Clause, Node


def read(context: Context, node: Node) -> Said:
    """What a node of the tree says."""
    if isinstance(node, Clause):
        return unit(context, node)
    return RULES[node.rule](context, node)


def item(context: Context, node: Node) -> Predicate:
    """What a whole item says."""
    if context.kind == "exclusion" and _requires(context, node) and context.take(Alternative.NEGATED_EXCLUSION):
        context.kind = "inclusion"  # `Must not be pregnant or must use contraception`: who does not do so is excluded
        asked = item(context, node)
        context.kind = "exclusion"
        return asked.part if isinstance(asked, Not) else asked if is_unread(asked) else Not(asked)
    said = exceptions.alone(context, read(context, node))
    body = meant(context, said)
    if body is None:
        return context.unparsed(span_of(node) or (0, len(context.text)), "nothing-stated")
    if said.quantifier is not None:  # a heading whose list is lost
        return context.unparsed(said.span, "heading")
    if context.kind == "inclusion":
        return conditions.yet_to_come(context, conditions.asked_of_some(context, body))
    return turned(context, body)


def _requires(context: Context, node: Node) -> bool:
    """Whether an exclusion is written as what a patient must be."""
    first = context.written(extent(node)).split(maxsplit=2)[:2]
    return bool(first) and not words("requirements").isdisjoint((first[0].lower(), " ".join(first).lower()))


RULES: Final[dict[str, Callable[[Context, Branch], Said]]] = {
    "sub_items": enumerated.sub_items,
    "sentences": sentences.sentences,
    "semicolons": apart.semicolons,
    "headed": headings.headed,
    "and_headed": headings.and_headed,
    "parted": apart.parted,
    "if_then": conditions.if_then,
    "if_first": conditions.if_first,
    "unless": exceptions.unless,
    "must": conditions.must,
    "allowed": exceptions.allowed,
    "but": exceptions.but,
    "examples": exemplified.examples,
    "commas": lists.commas,
    "chain": lists.chain,
    "related": relations.related,
    "target": relations.target,
}
