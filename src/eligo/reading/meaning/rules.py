"""The rules of the grammar and the function of each; and what stands between full stops and semicolons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from eligo.criteria import Attest, IfThen, Not, Predicate, leaves
from eligo.reading.lexicon import words
from eligo.reading.meaning import conditions, enumerated, exceptions, headings, lists, relations
from eligo.reading.meaning.context import Context, bodies_of, extent, filled, hull, span_of
from eligo.reading.meaning.joining import all_of, any_of, default, has_unread, is_unread, measures
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.unit import unit
from eligo.reading.meaning.wrapping import meant, wrapped
from eligo.reading.tree import Branch, Node, Unit


def read(context: Context, node: Node) -> Said:
    """What a node of the tree says."""
    if isinstance(node, Unit):
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
        return conditions.asked_of_some(context, body)
    return _turned(context, body) if isinstance(body, Not) else body


def _requires(context: Context, node: Node) -> bool:
    """Whether an exclusion is written as what a patient must be."""
    first = context.written(extent(node)).split(maxsplit=2)[:2]
    return bool(first) and not words("requirements").isdisjoint((first[0].lower(), " ".join(first).lower()))


def _turned(context: Context, negation: Not) -> Predicate:
    """`Did not take part in another trial`, as an exclusion: most likely the writer means the opposite."""
    found = list(leaves(negation.part))
    first = min((leaf.span[0] for leaf in found if leaf.span), default=0)
    start = context.text[:first].lower()
    if any(isinstance(leaf, Attest) for leaf in found):
        return negation
    meant = any(word in start for word in words("rule_negations")) or start.split()[:1] in (["no"], ["not"])
    return negation.part if meant and context.take(Alternative.NEGATED_EXCLUSION) else negation


def sentences(context: Context, node: Branch) -> Said:
    """The sentences of an item: each asks for something, or permits it."""
    return _apart(context, node, "second-sentence")


def semicolons(context: Context, node: Branch) -> Said:
    """Parts between semicolons."""
    return _apart(context, node, None)


def parted(context: Context, node: Branch) -> Said:
    """Parts of which each holds for some patients: `A in men, B in women`."""
    said = [wrapped(context, context.read(part)) for part in node.parts]
    if not bodies_of(said) or any(s.exception or s.what == "allowed" for s in said):
        return context.unread(hull(s.span for s in said), "exception", exception=True)
    return _joined(context, said, node)


def _apart(context: Context, node: Branch, untrusted: str | None) -> Said:
    """Parts that stand apart; where one is not understood, all are left to a person for the reason `untrusted`."""
    said = [s for s in map(context.read, filled(node.parts)) if not s.silent]
    if not said:
        return Said(None, extent(node), "empty", bare=True)
    kept = _without_permitted(context, said)
    span = hull(s.span for s in said)
    blamed = next((s for s in kept if s.exception), None)
    if blamed is not None:
        return context.unread(span, untrusted or "exception", context.why(blamed.span)[1], exception=True)
    if any(s.body is None for s in kept):
        return context.unread(span, "nothing-stated")
    if len(kept) == 1:
        return kept[0]
    # A sentence that is not understood may take back what another one says.
    if untrusted is not None and any(map(has_unread, bodies_of(kept))):
        return context.unread(span, untrusted)
    return _joined(context, kept, node)


def _without_permitted(context: Context, said: list[Said]) -> list[Said]:
    """The parts, each without what stands behind it as a permission."""
    kept: list[Said] = []
    for part in said:
        if part.what == "allowed" and kept:
            kept[-1] = exceptions.permitted(context, kept[-1], part)
        else:
            kept.append(wrapped(context, exceptions.alone(context, part)))
    return kept


def _joined(context: Context, said: list[Said], node: Branch) -> Said:
    """The parts as the marks between them join them."""
    bodies = bodies_of(said)
    either = any(mark.value == "or" for mark in node.marks)
    asked = context.kind == "inclusion"
    body = (_of_each(bodies) if asked else None) or any_of(bodies) if either else default(context, bodies)
    return Said(body, hull(s.span for s in said), "joined")


def _of_each(parts: Sequence[Predicate]) -> Predicate | None:
    """`A if B, or C if D`: of each group what is said of it; of values that hang together, one pair is enough."""
    pairs = [part for part in parts if isinstance(part, IfThen)]
    if len(pairs) < max(2, len(parts)):
        return None
    if all(measures(pair.condition) and measures(pair.then) for pair in pairs):
        return any_of([all_of([pair.condition, pair.then]) for pair in pairs])
    return all_of(pairs)


RULES: Final[dict[str, Callable[[Context, Branch], Said]]] = {
    "sub_items": enumerated.sub_items,
    "sentences": sentences,
    "semicolons": semicolons,
    "headed": headings.headed,
    "and_headed": headings.and_headed,
    "parted": parted,
    "if_then": conditions.if_then,
    "if_first": conditions.if_first,
    "unless": exceptions.unless,
    "must": conditions.must,
    "allowed": exceptions.allowed,
    "but": exceptions.but,
    "examples": headings.examples,
    "commas": lists.commas,
    "chain": lists.chain,
    "related": relations.related,
    "target": relations.target,
}
