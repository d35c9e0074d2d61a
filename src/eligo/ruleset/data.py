"""A predicate to the tree of plain mappings that a rule set file holds, in the key order of the file.

A leaf's span is written as its words, so that a person can read and edit it: `words: below 20 x 10^9/L`. Apart from
`code` because writing needs no pydantic, whose import takes longer than reading a thousand lines.
"""

from __future__ import annotations

from typing import Any

from eligo.criteria import (
    LEAF,
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Compare,
    Excepted,
    Leaf,
    Not,
    OneOf,
    Predicate,
    Present,
    Related,
    Span,
    Unparsed,
    Window,
)
from eligo.vocabulary.concepts import concepts, is_outside
from eligo.vocabulary.named import is_named, name_of


def to_data(predicate: Predicate, text: str) -> dict[str, Any]:
    """The mapping of a predicate, in the key order of the file."""
    if isinstance(predicate, LEAF):
        data = _leaf_data(predicate, text)
        if predicate.span is not None:
            data |= _words(predicate.span, text)
        return data
    if isinstance(predicate, (AllOf, AnyOf)):
        key = "all" if isinstance(predicate, AllOf) else "any"
        return {key: [to_data(p, text) for p in predicate.parts]}
    if isinstance(predicate, AtLeast):
        return {"at_least": predicate.count, "of": [to_data(p, text) for p in predicate.parts]}
    if isinstance(predicate, Not):
        return {"not": to_data(predicate.part, text)}
    return {"if": to_data(predicate.condition, text), "then": to_data(predicate.then, text)}


def _leaf_data(leaf: Leaf, text: str) -> dict[str, Any]:
    match leaf:
        case Unparsed():
            return {"unparsed": leaf.text}
        case Present():
            return _present_data(leaf)
        case Compare():
            return _compare_data(leaf)
        case OneOf():
            return {**_variable(leaf), "in": list(leaf.values)}
        case Related(what, relation, to):
            return {"related": relation, "what": to_data(what, text), "to": to_data(to, text)}
        case Attest():
            kind, words = name_of(leaf.topic)
            return {"attest": words, "kind": kind} if is_named(leaf.topic) else {"attest": leaf.topic}
        case Always():
            return {"always": leaf.note}


def _present_data(leaf: Present) -> dict[str, Any]:
    data: dict[str, Any] = _thing(leaf.concept)
    if leaf.head is not None:
        data["head"] = leaf.head
    if leaf.status != "active":
        data["status"] = leaf.status
    if leaf.qualifier is not None:
        data["qualifier"] = leaf.qualifier
    if leaf.count != 1:
        data["count"] = leaf.count
    if leaf.but_not:
        data["but_not"] = [_excepted_data(part) for part in leaf.but_not]
    return data if leaf.window is None else data | _window_data(leaf.window)


def _excepted_data(part: Excepted) -> str | dict[str, str]:
    if part.qualifier is None and not is_outside(part.concept):
        return part.concept
    return _thing(part.concept) | ({"qualifier": part.qualifier} if part.qualifier is not None else {})


def _thing(concept: str) -> dict[str, str]:
    """What stands for a concept: its id, with the name of an entry of the dictionary; or its name and kind alone."""
    if not is_outside(concept):
        return {"concept": concept}
    if not is_named(concept):
        known = concepts().get(concept)
        return {"concept": concept, "name": known.name} if known is not None else {"concept": concept}
    kind, name = name_of(concept)
    return {"named": name, "kind": kind}


def _variable(leaf: Compare | OneOf) -> dict[str, Any]:
    return {"variable": leaf.variable} if leaf.variable is not None else {"quantity": leaf.name}


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
    if first.above is not None:
        data["above"] = first.above
    if leaf.unit_inferred:
        data["unit_inferred"] = True
    if leaf.equivalent is not None:
        data["equivalent"] = f"{leaf.equivalent.value} {leaf.equivalent.unit or ''}".rstrip()
    if leaf.pick != "latest":
        data["pick"] = leaf.pick
    if leaf.at is not None:
        data["at"] = _thing(leaf.at) if is_outside(leaf.at) else leaf.at
    return data if leaf.window is None else data | _window_data(leaf.window)


def _window_data(window: Window) -> dict[str, Any]:
    data = {k: str(v) for k in ("within", "ago", "lasting", "began") if (v := getattr(window, k)) is not None}
    # A window without any part would be read back as none, so its anchor is always written then.
    return data if data and window.anchor == "screening" else {**data, "anchor": window.anchor}


def _words(span: Span, text: str) -> dict[str, Any]:
    words = text[span[0] : span[1]]
    if not words:
        return {}
    nth, start = 1, text.find(words)
    while start != span[0]:
        nth, start = nth + 1, text.find(words, start + 1)
    return {"words": words} if nth == 1 else {"words": words, "nth": nth}
