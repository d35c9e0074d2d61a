"""A list below its heading, and what stands beside it: `A or any of the following: B, C`, `any of: A, B; or C`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeGuard

from eligo.criteria import Span
from eligo.reading.meaning.context import Context, bodies_of, elements_of, extent
from eligo.reading.meaning.joining import all_of, any_of
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tree import Branch, CountOf, Node, type_of

_WORDS: Final = ("and", "or")
Headed = Callable[[Context, Branch], Said]


def list_apart(context: Context, node: Branch, headed: Headed) -> Said | None:
    """What a heading with its list says beside another thing; None where the list stands alone."""
    head, below = node.parts
    if isinstance(below, Branch) and below.rule == "semicolons":
        return _before_others(context, node, head, below, headed)
    if isinstance(head, Branch) and head.rule in ("chain", "commas") and _counts(head.parts[-1]):
        return _behind_others(context, node, head, below, headed)
    return None


def _before_others(context: Context, node: Branch, head: Node, below: Branch, headed: Headed) -> Said | None:
    """`two of the following: A, B, C; or D`: the commas are of the list, and the word is of what stands beside it."""
    said = {str(mark.value) for mark in below.marks}
    first, *others = below.parts
    if len(said) > 1 or not said <= set(_WORDS) or not _is_list(first) or any(map(_is_list, others)):
        return None
    if said == {"or"} and first.rule == "chain":  # `one of: A or B; or C` has three parts
        return None
    under = headed(context, Branch("headed", (head, first), node.marks))
    return _joined(context, [under, *map(context.read, others)], said.pop(), extent(node))


def _behind_others(context: Context, node: Branch, head: Branch, below: Node, headed: Headed) -> Said | None:
    """`A or any of the following: B, C`."""
    said = {str(mark.value or mark.type).lower() for mark in head.marks}
    if len(said) > 1 or not said <= set(_WORDS):
        return None
    *before, last = head.parts
    under = headed(context, Branch("headed", (last, below), node.marks))
    return _joined(context, [*map(context.read, before), under], said.pop(), extent(node))


def _counts(node: Node) -> bool:
    """Whether it says no more than how many of a list: `at least two of the following`."""
    elements = elements_of(node)
    return bool(elements) and all(isinstance(e, CountOf) or type_of(e) in ("FOLLOWING", "LIGHT") for e in elements)


def _is_list(node: Node) -> TypeGuard[Branch]:
    return isinstance(node, Branch) and node.rule in ("commas", "chain")


def _joined(context: Context, said: Sequence[Said], word: str, span: Span) -> Said | None:
    """A list and what stands beside it; None where one of them says nothing."""
    bodies = bodies_of([wrapped(context, one) for one in said])
    if len(bodies) < len(said) or any(one.exception for one in said):
        return None
    return Said((all_of if word == "and" else any_of)(bodies), span, "joined")
