"""A predicate to its one canonical text, which `read_item` reads back to an equal predicate.

The words are the vocabulary's own names; groups are written as `any of the following: (...); (...)`.
"""

from __future__ import annotations

from eligo.criteria import (
    STUDY_CONDITION,
    SYMBOL,
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Bound,
    Compare,
    Duration,
    Excepted,
    IfThen,
    Leaf,
    Limit,
    Not,
    Number,
    OneOf,
    Predicate,
    Present,
    Related,
    Relation,
    Unparsed,
    Window,
)
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named, name_of
from eligo.vocabulary.variables import variables

_TIME = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes"}
_EVENT = {"first_dose": "first dose", "baseline": "baseline visit"}
_STATUS = {"active": "", "now": "ongoing ", "history": "history of ", "suspected": "suspected ", "planned": "planned "}
_RELATION: dict[Relation, str] = {
    "requiring": "requiring",
    "treated_with": "treated with",
    "due_to": "due to",
    "unrelated_to": "unrelated to",
    "associated_with": "associated with",
}
_LONGER = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most", "eq": "exactly"}


def render(predicate: Predicate) -> str:
    """Write the predicate as one sentence.

    >>> from eligo.criteria import Compare, Limit
    >>> render(Compare("inr", (Limit("gt", 1.5),)))
    'international normalized ratio > 1.5'
    """
    match predicate:
        case AllOf(parts):
            return f"all of the following: {_listed(parts)}"
        case AnyOf(parts):
            return f"any of the following: {_listed(parts)}"
        case AtLeast(count, parts):
            return f"at least {count} of the following: {_listed(parts)}"
        case Not(part):
            return f"not ({render(part)})"
        case IfThen(condition, then):
            return f"if {_part(condition)}, {_part(then)}"
    return _leaf(predicate)


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Compare():
            return _compare(leaf)
        case OneOf():
            return _one_of(leaf)
        case Present():
            return _present(leaf)
        case Related(what, relation, to):
            return f"{_present(what)} {_RELATION[relation]} {_present(to)}"
        case Attest(topic):
            return _concept(topic)
        case Always(note):
            return note or "regardless of anything else"
        case Unparsed(text):
            return text


def _listed(parts: tuple[Predicate, ...]) -> str:
    return "; ".join(map(_part, parts))


def _part(predicate: Predicate) -> str:
    joined = isinstance(predicate, AllOf | AnyOf | AtLeast | Not | IfThen)
    return f"({render(predicate)})" if joined else render(predicate)


def _compare(leaf: Compare) -> str:
    variable = variables().get(leaf.variable) if leaf.variable else None
    name = variable.name if variable is not None else leaf.name or ""
    limits = " and ".join(limit_text(limit, leaf.unit_inferred) for limit in leaf.limits)
    second = ""
    if leaf.equivalent is not None:
        second = f" (equivalent to {_amount(leaf.equivalent.value, leaf.equivalent.unit)})"
    at = f" at onset of {_concept(leaf.at)}" if leaf.at else ""
    return f"{name}{at} {limits}{second}{window_text(leaf.window)}"


def limit_text(limit: Limit, without_unit: bool = False) -> str:
    """One limit with its sign: `>= 2 mg/dL`, `> 3 x ULN`."""
    if limit.of is not None:
        known = variables().get(limit.of)
        return f"{SYMBOL[limit.op]} {number_text(limit.value)} x {known.name if known else limit.of}"
    if limit.above is not None:
        side = "below" if limit.value < 0 else "above"
        return f"{SYMBOL[limit.op]} {_amount(abs(limit.value), limit.unit)} {side} {limit.above}"
    return f"{SYMBOL[limit.op]} {_amount(limit.value, None if without_unit else limit.unit)}"


def _amount(value: Number, unit: str | None) -> str:
    if unit is None:
        return number_text(value)
    return f"{number_text(value)} {_TIME.get(unit, unit)}"


def number_text(value: Number) -> str:
    """A number without an exponent and without idle zeros.

    >>> number_text(2.0), number_text(1e-05)
    ('2', '0.00001')
    """
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    text = repr(value)
    return text if "e" not in text else f"{value:.20f}".rstrip("0")


def _one_of(leaf: OneOf) -> str:
    if leaf.variable == "sex":
        return " or ".join(map(str, leaf.values))
    variable = variables().get(leaf.variable) if leaf.variable else None
    name = variable.name if variable is not None else leaf.name or ""
    return f"{name} {' or '.join(v if isinstance(v, str) else number_text(v) for v in leaf.values)}"


def _present(leaf: Present) -> str:
    another = "another " if any(part.concept == STUDY_CONDITION for part in leaf.but_not) else ""
    qualifier = f"{leaf.qualifier} " if leaf.qualifier else ""
    kinds = [_excepted(part) for part in leaf.but_not if part.concept != STUDY_CONDITION]
    excepted = f" other than {' or '.join(kinds)}" if kinds else ""
    ended = " that ended" if leaf.window is not None and leaf.window.ago and leaf.status != "history" else ""
    name = f"{another}{_STATUS[leaf.status]}{qualifier}{_concept(leaf.concept)}"
    return f"{name}{ended}{window_text(leaf.window)}{excepted}"


def _excepted(part: Excepted) -> str:
    return f"{part.qualifier} {_concept(part.concept)}" if part.qualifier else _concept(part.concept)


def _concept(name: str) -> str:
    concept = concepts().get(name)
    if concept is None:
        return name
    return f'{name_of(name)[0]} "{concept.name}"' if is_named(name) else concept.name


def window_text(window: Window | None) -> str:
    """When it was, with a blank before it: ` within 3 months before screening`."""
    if window is None:
        return ""
    anchor = f" before {_EVENT.get(window.anchor, window.anchor)}"
    text = f" for {_bound(window.lasting)}" if window.lasting else ""
    if window.ago:
        text += f" {_bound(window.ago)}{anchor}"
    if window.began:
        text += f" diagnosed within {_duration(window.began)}{anchor}"
    if window.within:
        text += f" within {_duration(window.within)}{anchor}"
    return text


def _bound(bound: Bound) -> str:
    return f"{_LONGER[bound.op]} {_duration(bound.duration)}"


def _duration(duration: Duration) -> str:
    return f"{number_text(duration.value)} {_TIME[duration.unit]}"
