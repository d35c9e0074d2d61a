"""Predicate <-> the tree of plain mappings that a rule set file holds.

A leaf's span is written as its words, so that a person can read and edit it: `words: below 20 x 10^9/L`.
"""

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
from eligo.rulenodes import (
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


def to_data(predicate: Predicate, text: str) -> dict[str, Any]:
    """The mapping of a predicate, in the key order of the file."""
    if isinstance(predicate, AllOf | AnyOf):
        key = "all" if isinstance(predicate, AllOf) else "any"
        return {key: [to_data(p, text) for p in predicate.parts]}
    if isinstance(predicate, AtLeast):
        return {"at_least": predicate.count, "of": [to_data(p, text) for p in predicate.parts]}
    if isinstance(predicate, Not):
        return {"not": to_data(predicate.part, text)}
    return {**_leaf_data(predicate), **_words(predicate.span, text)}


def _leaf_data(leaf: Any) -> dict[str, Any]:
    match leaf:
        case Compare():
            return _compare_data(leaf)
        case OneOf():
            return {**_variable(leaf), "in": list(leaf.values)}
        case Present():
            data: dict[str, Any] = {"concept": leaf.concept}
            if leaf.status != "active":
                data["status"] = leaf.status
            if leaf.qualifier is not None:
                data["qualifier"] = leaf.qualifier
            if leaf.count != 1:
                data["count"] = leaf.count
            return {**data, **_window_data(leaf.window)}
        case Attest():
            return {"attest": leaf.topic}
        case Always():
            return {"always": leaf.note}
        case Unparsed():
            return {"unparsed": leaf.text}
    raise TypeError(type(leaf).__name__)


def _variable(leaf: Compare | OneOf) -> dict[str, Any]:
    return {"variable": leaf.variable} if leaf.variable is not None else {"name": leaf.name}


def _compare_data(leaf: Compare) -> dict[str, Any]:
    data = _variable(leaf)
    if len(leaf.limits) == 1:
        data |= {"op": leaf.limits[0].op, "limit": leaf.limits[0].value}
    else:
        data |= {limit.op: limit.value for limit in leaf.limits}
    first = leaf.limits[0]
    if first.unit is not None:
        data["unit"] = first.unit
    if first.of is not None:
        data["of"] = first.of
    if leaf.unit_inferred:
        data["unit_inferred"] = True
    if leaf.equivalent is not None:
        data["equivalent"] = f"{leaf.equivalent.value} {leaf.equivalent.unit or ''}".rstrip()
    if leaf.pick != "latest":
        data["pick"] = leaf.pick
    return {**data, **_window_data(leaf.window)}


def _window_data(window: Window | None) -> dict[str, Any]:
    if window is None:
        return {}
    data = {k: str(v) for k in ("within", "ago", "lasting") if (v := getattr(window, k)) is not None}
    # A window without any part would be read back as none, so its anchor is always written then.
    return data if data and window.anchor == "screening" else {**data, "anchor": window.anchor}


def _words(span: Span | None, text: str) -> dict[str, Any]:
    if span is None or not text[slice(*span)]:
        return {}
    words = text[slice(*span)]
    nth, start = 1, text.find(words)
    while start != span[0]:
        nth, start = nth + 1, text.find(words, start + 1)
    return {"words": words} if nth == 1 else {"words": words, "nth": nth}
