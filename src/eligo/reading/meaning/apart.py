"""Parts that stand apart: between semicolons, and of which each holds for some patients."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.criteria import IfThen, OneOf, Predicate
from eligo.reading.meaning import exceptions
from eligo.reading.meaning.conditions import with_other_limits
from eligo.reading.meaning.context import Context, bodies_of, extent, filled, hull
from eligo.reading.meaning.joining import all_of, any_of, default, is_of_sex, measures, one_of, with_condition
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tokens import Token
from eligo.reading.tree import Branch


def semicolons(context: Context, node: Branch) -> Said:
    """Parts between semicolons."""
    said = [s for s in map(context.read, filled(node.parts)) if not s.silent]
    if not said:
        return Said(None, extent(node), "empty", bare=True)
    kept = _without_permitted(context, said)
    span = hull(s.span for s in said)
    blamed = next((s for s in kept if s.exception), None)
    if blamed is not None:
        return context.unread(span, "exception", context.why(blamed.span)[1], exception=True)
    if any(s.body is None for s in kept):
        return context.unread(span, "nothing-stated")
    return kept[0] if len(kept) == 1 else joined(context, kept, node.marks)


def parted(context: Context, node: Branch) -> Said:
    """Parts of which each holds for some patients: `A in men, B in women`."""
    said = [wrapped(context, context.read(part)) for part in node.parts]
    if not bodies_of(said) or any(s.exception or s.what == "allowed" for s in said):
        return context.unread(hull(s.span for s in said), "exception", exception=True)
    return joined(context, said, node.marks)


def _without_permitted(context: Context, said: list[Said]) -> list[Said]:
    """The parts, each without what stands behind it as a permission."""
    kept: list[Said] = []
    for part in said:
        if part.what == "allowed" and kept:
            kept[-1] = exceptions.permitted(context, kept[-1], part)
        else:
            kept.append(wrapped(context, exceptions.alone(context, part)))
    return kept


def joined(context: Context, said: Sequence[Said], marks: Sequence[Token]) -> Said:
    """The parts as the marks between them join them."""
    bodies = with_other_limits(context, bodies_of(said))
    either = any(mark.value == "or" for mark in marks)
    asked = context.kind == "inclusion"
    either = either or (asked and _of_both_sexes(context, said))
    body = (_of_each(bodies) if asked else None) or one_of(bodies) if either else default(context, bodies)
    return Said(body, hull(s.span for s in said), "joined")


def _of_both_sexes(context: Context, said: Sequence[Said]) -> bool:
    """`male patients; female patients who are sterile`: whether parts name one sex each, and one of them no more."""
    alone = {str(leaf.values[0]) for s in said if is_of_sex(leaf := s.body)}
    others = [s for s in said if not isinstance(s.body, (OneOf, IfThen))]
    return len(alone) == 1 and bool(others) and all(context.names_sex(s.span) for s in others)


def _of_each(parts: Sequence[Predicate]) -> Predicate | None:
    """`A if B, or C if D`: of each group what is said of it; of values that hang together, one pair is enough."""
    pairs = [part for part in parts if isinstance(part, IfThen)]
    if len(pairs) < max(2, len(parts)):
        return None
    if all(measures(pair.condition) and measures(pair.then) for pair in pairs):
        return any_of([with_condition(pair) for pair in pairs])
    return all_of(pairs)
