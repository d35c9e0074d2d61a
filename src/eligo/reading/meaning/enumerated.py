"""Enumerated items in one line, alone or below a heading: `severe disease, including: <1> shock. <2> cancer`."""

from __future__ import annotations

from eligo.criteria import Attest, Span
from eligo.reading.lexicon import END, trie
from eligo.reading.meaning.context import Context, bodies_of, extent, filled, hull, span_of
from eligo.reading.meaning.excluded import one_of_several
from eligo.reading.meaning.headings import under
from eligo.reading.meaning.joining import any_of, default, limited, measures
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tree import Branch, Node


def sub_items(context: Context, node: Branch) -> Said:
    """`Severe disease, including: <1> shock. <2> cancer`: a heading and its items, or items alone."""
    head, *rest = node.parts
    last = _heading_behind(context, head) if filled(rest) else None
    if last is not None:  # `A. Any of the following: <1> B. <2> C`: the list is of the last sentence
        *before, _ = last.parts
        below = Branch("sub_items", (last.parts[-1], *rest), node.marks)
        return context.read(Branch(last.rule, (*before, below), last.marks))
    parts = filled(rest)
    items = [one_of_several(context, context.read(part), extent(part)) for part in parts]
    joined = [_behind_or(context, extent(part)) for part in parts[1:]] if context.kind == "inclusion" else []
    if not items:
        return wrapped(context, context.read(head))
    if span_of(head) is not None:
        return _below(context, head, items, joined, extent(node))
    chosen = _alternatives(items, joined)
    if chosen is None:
        return context.unread(extent(node), "logic")
    bodies = bodies_of(chosen)
    return Said(default(context, bodies), hull(s.span for s in items), "joined") if bodies else items[0]


def _below(context: Context, head: Node, items: list[Said], joined: list[bool], span: Span) -> Said:
    """Items with the heading above them."""
    said = context.read(head)
    if (any(joined) and said.quantifier == "every") or _loses_count(context, head, said) or _goes_on(context, said):
        return context.unread(span, "heading", said.span)
    chosen = items if said.quantifier is not None else _alternatives(items, joined)
    if chosen is None:
        return context.unread(span, "logic", said.span)
    return under(context, said, chosen, _ends_open(context, head), span=span)


def _goes_on(context: Context, head: Said) -> bool:
    """`recovered from toxicities due to the following: <1> A`: whether the items are words of a person's statement."""
    last = context.written(head.span).lower().rstrip(" :").split()[-1:]
    return isinstance(head.body, Attest) and bool(last) and "FOLLOWING" in trie().get(last[0], {}).get(END, {})


def _alternatives(items: list[Said], joined: list[bool]) -> list[Said] | None:
    """Items, with those as one of which one is enough: all where `or` stands between them, as at the end of a list.

    Between limits on one value it joins these two. One `or` behind several limits may do either: then None.
    """
    bodies = bodies_of(items)
    if not any(joined) or len(bodies) < len(items) or any(s.exception for s in items):
        return items
    if all(joined) or sum(map(measures, bodies)) < 2:
        return [_one_of(items)]
    on = [limited(body) for body in bodies]
    if all(on[i] & on[i + 1] for i, either in enumerate(joined) if either):
        made = items[:1]
        for item, either in zip(items[1:], joined, strict=True):
            made[-1:] = [_one_of([made[-1], item])] if either else [made[-1], item]
        return made
    return [_one_of(items)] if sum(joined) > 1 else None


def _one_of(items: list[Said]) -> Said:
    return Said(any_of(bodies_of(items)), hull(s.span for s in items), "joined")


def _heading_behind(context: Context, head: Node) -> Branch | None:
    """What stands before a list, where its last sentence or part is the heading, and the others are not."""
    if not isinstance(head, Branch) or head.rule not in ("sentences", "semicolons"):
        return None
    said = filled(head.parts)
    last = said[-1] if said else None
    if len(said) < 2 or last is not head.parts[-1]:
        return None
    return head if _ends_open(context, last) or context.read(last).quantifier is not None else None


def _loses_count(context: Context, head: Node, said: Said) -> bool:
    """Whether what stands above the items says how many of them, and is not read as such a heading."""
    usual = "every" if context.kind == "inclusion" else "any"
    inside = context.tokens_in(extent(head))
    said_so = {t.value for t in inside if t.type == "FOLLOWING"}
    taken_out = any(t.type in ("UNLESS", "EXCEPT") for t in inside)  # `excluded, unless any of the following:`
    return (
        said.quantifier is None
        and not said.exception
        and (not said_so <= {"listed", usual} or (bool(said_so) and taken_out))
    )


def _behind_or(context: Context, item: Span) -> bool:
    """Whether `or` stands before the number of an item: `<1> A, or <2> B`."""
    before = [token for token in context.tokens if token.end <= item[0] and token.type != "SUBITEM"]
    return bool(before) and (before[-1].type == "OR" or before[-1].value == "or")


def _ends_open(context: Context, node: Node) -> bool:
    end = extent(node)[1]
    return context.text[max(0, end - 1) : end + 1].rstrip().endswith(":")
