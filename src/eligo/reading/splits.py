"""Where a syntax tree is cut in two: at a heading's words, at `such as`, at a colon; and what text a part covers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from eligo.criteria import Span
from eligo.reading.tokens import Token
from eligo.reading.tree import Clause, Group

Cut = tuple[Any, Any, Any]  # what stands before (a group or None), the element, what stands after


def cut(group: Any, here: Callable[[Any, Any], bool]) -> Cut | None:
    """Cut the group at the first element for which `here(element, next)` holds; brackets are not entered."""
    if group.__class__ is Clause:
        elements = group.elements
        for i, element in enumerate(elements):
            if here(element, elements[i + 1] if i + 1 < len(elements) else None):
                return Clause(elements[:i]), element, Clause(elements[i + 1 :])
        return None
    for i, part in enumerate(group.parts):
        found = cut(part, here)
        if found is not None:
            before, element, after = found
            head = Group(group.level, (*group.parts[:i], before), group.marks[:i])
            rest = Group(group.level, (after, *group.parts[i + 1 :]), group.marks[i:])
            return head, element, rest
    return None


def whole(group: Group) -> Group:
    """A list as the item that it is alone."""
    for level in ("part", "text", "item"):
        group = Group(level, (group,), ())
    return group


def only_list(group: Group) -> Group | None:
    """The list of clauses that an item is, where it has no more than one; None where it has."""
    while group.level != "list" and len(group.parts) == 1:
        group = group.parts[0]
    return group if group.level == "list" else None


def elements_of(group: Any) -> Sequence[Any]:
    """All elements in reading order; brackets stay whole."""
    while group.__class__ is not Clause and len(group.parts) == 1:
        group = group.parts[0]
    if group.__class__ is Clause:
        elements: Sequence[Any] = group.elements
        return elements
    return [element for part in group.parts for element in elements_of(part)]


def span_of(group: Any) -> Span | None:
    """The first and last place that the group covers; None for an empty one."""
    first = _edge(group, 0)
    return None if first is None else (place(first)[0], place(_edge(group, -1))[1])


def _edge(group: Any, side: int) -> Any:
    """The first (0) or last (-1) element of a group."""
    while group.__class__ is not Clause and len(group.parts) == 1:
        group = group.parts[0]
    if group.__class__ is Clause:
        return group.elements[side] if group.elements else None
    for part in group.parts if side == 0 else reversed(group.parts):
        found = _edge(part, side)
        if found is not None:
            return found
    return None


def only(group: Any, types: frozenset[str]) -> bool:
    """Whether the group holds nothing but tokens of these types."""
    while group.__class__ is not Clause and len(group.parts) == 1:
        group = group.parts[0]
    if group.__class__ is Clause:
        return all(e.__class__ is Token and e.type in types for e in group.elements)
    return all(only(part, types) for part in group.parts)


def place(element: Any) -> Span:
    """Where an element stands."""
    if element.__class__ is Token:
        return element.start, element.end
    span: Span = element.span
    return span
