"""A predicate to plain JSON data, in the words of the rule set format."""

from __future__ import annotations

from typing import Any

from eligo.criteria import AllOf, Always, AnyOf, AtLeast, Attest, Compare, Limit, Not, OneOf, Predicate, Present, Window


def predicate_json(predicate: Predicate) -> dict[str, Any]:
    """The predicate as nested mappings; a leaf has its span."""
    kind = predicate.__class__
    if kind is AllOf:
        return {"all": [predicate_json(p) for p in predicate.parts]}  # type: ignore[union-attr]  # its class was tested
    if kind is AnyOf:
        return {"any": [predicate_json(p) for p in predicate.parts]}  # type: ignore[union-attr]  # its class was tested
    if isinstance(predicate, AtLeast):
        return {"at_least": predicate.count, "of": [predicate_json(p) for p in predicate.parts]}
    if isinstance(predicate, Not):
        return {"not": predicate_json(predicate.part)}
    data = _leaf(predicate)
    span = predicate.span  # type: ignore[union-attr]  # only leaves are left
    if span is not None:
        data["span"] = list(span)
    return data


def _leaf(leaf: Any) -> dict[str, Any]:
    if isinstance(leaf, Compare):
        return _compare(leaf)
    if isinstance(leaf, Present):
        data: dict[str, Any] = {"concept": leaf.concept}
        if leaf.status != "active":
            data["status"] = leaf.status
        if leaf.qualifier is not None:
            data["qualifier"] = leaf.qualifier
        if leaf.count != 1:
            data["count"] = leaf.count
        return data | _window(leaf.window)
    if isinstance(leaf, OneOf):
        return _variable(leaf) | {"in": list(leaf.values)}
    if isinstance(leaf, Attest):
        return {"attest": leaf.topic}
    if isinstance(leaf, Always):
        return {"always": leaf.note}
    return {"unparsed": leaf.text}


def _variable(leaf: Compare | OneOf) -> dict[str, Any]:
    return {"variable": leaf.variable} if leaf.variable is not None else {"variable": None, "name": leaf.name}


def _compare(leaf: Compare) -> dict[str, Any]:
    data = _variable(leaf) | {"limits": [_limit(limit) for limit in leaf.limits]}
    if leaf.unit_inferred:
        data["unit_inferred"] = True
    if leaf.equivalent is not None:
        data["equivalent"] = _limit(leaf.equivalent)
    return data | _window(leaf.window)


def _limit(limit: Limit) -> dict[str, Any]:
    data: dict[str, Any] = {"op": limit.op, "value": limit.value}
    if limit.unit is not None:
        data["unit"] = limit.unit
    if limit.of is not None:
        data["of"] = limit.of
    return data


def _window(window: Window | None) -> dict[str, Any]:
    if window is None:
        return {}
    parts = {"within": window.within, "ago": window.ago, "lasting": window.lasting}
    return {key: str(value) for key, value in parts.items() if value is not None} | {"anchor": window.anchor}
