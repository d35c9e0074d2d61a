"""The validated tree of a rule set file to its predicate; what does not fit together is a problem with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Bound,
    Compare,
    Duration,
    Limit,
    Not,
    Number,
    OneOf,
    Op,
    Predicate,
    Present,
    Span,
    TimeUnit,
    Unparsed,
    Window,
)
from eligo.errors import Place, Problem
from eligo.ruleset.nodes import (
    AllNode,
    AlwaysNode,
    AnyNode,
    AtLeastNode,
    AttestNode,
    CompareNode,
    NotNode,
    OneOfNode,
    PresentNode,
    UnparsedNode,
    Windowed,
    Words,
)

RANGE_KEYS: tuple[Op, ...] = ("gt", "ge", "lt", "le")
PlaceOf = Callable[[tuple[str | int, ...]], Place]

_EQUIVALENT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ?(.*)")


def from_node(node: Any, text: str, place: PlaceOf, problems: list[Problem]) -> Predicate:
    """The predicate of a validated node; what does not fit together goes to `problems`."""

    def inside(part: Any, *path: str | int) -> Predicate:
        return from_node(part, text, lambda p: place((*path, *p)), problems)

    if isinstance(node, AllNode):
        return AllOf(tuple(inside(p, "all", i) for i, p in enumerate(node.all)))
    if isinstance(node, AnyNode):
        return AnyOf(tuple(inside(p, "any", i) for i, p in enumerate(node.any)))
    if isinstance(node, AtLeastNode):
        if node.at_least > len(node.of):
            problems.append(Problem("at-least", "`at_least` asks for more parts than there are", place(())))
        return AtLeast(node.at_least, tuple(inside(p, "of", i) for i, p in enumerate(node.of)))
    if isinstance(node, NotNode):
        return Not(inside(node.not_, "not"))
    span = _span(node, text, place, problems)
    if isinstance(node, PresentNode):
        return Present(node.concept, node.status, node.qualifier, _window(node), node.count, span)
    if isinstance(node, AttestNode):
        return Attest(node.attest, span)
    if isinstance(node, AlwaysNode):
        return Always(node.always, span)
    if isinstance(node, UnparsedNode):
        return Unparsed(node.unparsed, span)
    if isinstance(node, OneOfNode):
        _named(node, place, problems)
        return OneOf(node.variable, tuple(node.in_), node.name, span)
    return _compare(node, span, place, problems)


def _compare(node: CompareNode, span: Span | None, place: PlaceOf, problems: list[Problem]) -> Compare:
    _named(node, place, problems)
    bounds = [(op, cast(Number, value)) for op in RANGE_KEYS if (value := getattr(node, op)) is not None]
    limits: tuple[Limit, ...] = tuple(Limit(op, value, node.unit, node.of) for op, value in bounds)
    if node.op is not None and node.limit is not None and not limits:
        limits = (Limit(node.op, node.limit, node.unit, node.of),)
    elif node.op is not None or node.limit is not None or not 1 <= len(limits) <= 2 or _same_side(limits):
        help_text = "write `op:` and `limit:`, or one lower (`ge`, `gt`) and one upper bound (`le`, `lt`)"
        problems.append(
            Problem("limits", "a comparison needs one limit or the two bounds of a range", place(()), help_text)
        )
        limits = (Limit("eq", 0),)
    if len(limits) == 2 and limits[0].value > limits[1].value:
        problems.append(Problem("empty-range", "the lower bound lies above the upper one", place(())))
    equivalent = None
    if node.equivalent is not None:
        found = _EQUIVALENT.fullmatch(node.equivalent)
        if found is None or len(limits) != 1:
            problems.append(Problem("equivalent", "`equivalent` is one number with a unit", place(("equivalent",))))
        else:
            equivalent = Limit(limits[0].op, _number(found[1]), found[2] or None)
    pick = node.pick or "latest"
    return Compare(node.variable, limits, node.name, _window(node), node.unit_inferred, equivalent, span, pick)


def _same_side(limits: tuple[Limit, ...]) -> bool:
    return len(limits) == 2 and limits[0].op[0] == limits[1].op[0]


def _named(node: CompareNode | OneOfNode, place: PlaceOf, problems: list[Problem]) -> None:
    if (node.variable is None) == (node.name is None):
        help_text = "write `variable:` with an id, or `name:` with the words where the vocabulary has none"
        problems.append(Problem("variable", "a comparison needs a variable or a name, not both", place(()), help_text))


def _number(text: str) -> Number:
    return float(text) if "." in text else int(text)


def _duration(text: str) -> Duration:
    value, unit = text.split(" ")
    return Duration(_number(value), cast(TimeUnit, unit))


def _bound(text: str) -> Bound:
    op, rest = text.split(" ", 1)
    return Bound(cast(Op, op), _duration(rest))


def _window(node: Windowed) -> Window | None:
    if node.within is None and node.ago is None and node.lasting is None and node.anchor is None:
        return None
    return Window(
        _duration(node.within) if node.within else None,
        _bound(node.ago) if node.ago else None,
        _bound(node.lasting) if node.lasting else None,
        node.anchor or "screening",
    )


def _span(node: Words, text: str, place: PlaceOf, problems: list[Problem]) -> Span | None:
    if node.words is None:
        return None
    start = -1
    for _ in range(node.nth or 1):
        start = text.find(node.words, start + 1)
        if start < 0:
            problems.append(
                Problem(
                    "words",
                    f"the words `{node.words}` do not stand in `text`",
                    place(("words",)),
                    "copy them from `text`",
                )
            )
            return None
    return start, start + len(node.words)
