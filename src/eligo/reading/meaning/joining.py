"""Parts to what they say together: all, any, and what is said for groups that have nobody in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeGuard

from eligo.criteria import (
    AllOf,
    AnyOf,
    Attest,
    Compare,
    IfThen,
    Leaf,
    Not,
    OneOf,
    Predicate,
    Present,
    Unparsed,
    Window,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.readings import Alternative
from eligo.reading.sense import alternatives, disjoint


def any_of(parts: Sequence[Predicate]) -> Predicate:
    """One of the parts holds."""
    if len(parts) == 1:
        return parts[0]
    flat = [q for p in parts for q in (p.parts if isinstance(p, AnyOf) else (p,))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def one_of(parts: Sequence[Predicate]) -> Predicate:
    """Alternatives, some of which hold under a condition: who does not fulfil it would pass without the others.

    `A if C or B if not C` are asked of those alone; `females: sterile or postmenopausal` asks it of women.
    """
    under = [p for p in parts if isinstance(p, IfThen)]
    if len(under) == len(parts) and disjoint([p.condition for p in under]):
        return any_of(parts)
    whom = under[0].condition if len(under) == 1 else None
    if is_of_sex(whom):
        return replace(under[0], then=any_of([p.then if isinstance(p, IfThen) else p for p in parts]))
    return any_of([with_condition(part) for part in parts])


def is_of_sex(part: Predicate | None) -> TypeGuard[OneOf]:
    """Whether it names patients of one sex, and no more."""
    return isinstance(part, OneOf) and part.variable == "sex"


def with_condition(part: Predicate) -> Predicate:
    """What holds for some, as one of several alternatives: it is one for nobody else."""
    return all_of([part.condition, part.then]) if isinstance(part, IfThen) else part


def all_of(parts: Sequence[Predicate]) -> Predicate:
    """Every part holds; groups of patients that have nobody in common are alternatives."""
    if len(parts) == 1:
        return parts[0]
    flat = [q for p in alternatives(list(parts), any_of) for q in (p.parts if isinstance(p, AllOf) else (p,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def comma_choice(context: Context, body: Predicate | None) -> list[Compare] | None:
    """The limits of `A < 100, or 100-300`: a choice on one value with a comma in it; else None."""
    if not isinstance(body, AnyOf):
        return None
    limits = [part for part in body.parts if isinstance(part, Compare) and part.span is not None]
    if len(limits) < len(body.parts) or len({limit.variable for limit in limits}) > 1:
        return None
    first, last = limits[0].span, limits[-1].span
    between = context.text[first[0] : last[1]] if first is not None and last is not None else ""
    return limits if re.search(r"[,;]\s*or\b", between) else None


def in_last(body: AllOf | AnyOf, change: Callable[[Predicate], Predicate]) -> Predicate:
    """A list with what `change` makes of its last part."""
    *rest, last = body.parts
    changed = change(last)
    return all_of([*rest, changed]) if isinstance(body, AllOf) else any_of([*rest, with_condition(changed)])


def default(context: Context, parts: Sequence[Predicate]) -> Predicate:
    """A list that does not say how it joins: each item of an exclusion excludes, an inclusion asks for all."""
    if context.kind != "exclusion":
        return all_of(_without_alternative(parts))
    named = any(isinstance(leaf, Present) for part in parts for leaf in leaves(part))
    return any_of(parts) if not context.depth or named or _apart(context, parts) else all_of(parts)


def _without_alternative(parts: Sequence[Predicate]) -> list[Predicate]:
    """`not A; if A, then B`: who has no A is asked for nothing more, and who has it may take part."""
    denied = [Not(part.condition) for part in parts if isinstance(part, IfThen)]
    return [part for part in parts if part not in denied]


def _apart(context: Context, parts: Sequence[Predicate]) -> bool:
    """`Severe renal disease (creatinine > 2 mg/dL, eGFR < 30)`: most likely each limit is enough."""
    on = [frozenset((leaf.variable or leaf.name) for leaf in _compares(part)) for part in parts]
    if not all(on) or len(frozenset[str | None]().union(*on)) < sum(map(len, on)):
        return False
    return context.take(Alternative.IN_BRACKET)


def _compares(part: Predicate) -> list[Compare]:
    """The limits of a part that consists of limits alone."""
    found = list(leaves(part))
    limits = [leaf for leaf in found if isinstance(leaf, Compare)]
    return limits if len(limits) == len(found) else []


def excludes(context: Context, negated: bool) -> bool:
    """Whether what is named rules out."""
    return negated != (context.kind == "exclusion")


def several_values(context: Context, parts: list[Predicate], word: str) -> Predicate:
    """One limit on several values: one of them excludes, and an upper limit is asked of all of them."""
    if context.kind == "exclusion":
        every = word == "and" and not context.take(Alternative.VALUES)
    elif word in ("and", "either"):
        every = word == "and"
    else:
        upper = _limits_above(parts)
        every = upper if upper == (word == "/") else context.take(Alternative.VALUES)
    return all_of(parts) if every else any_of(parts)


def _limits_above(parts: list[Predicate]) -> bool:
    """Whether all limits are upper ones."""
    ops = {limit.op for part in parts for leaf in leaves(part) if isinstance(leaf, Compare) for limit in leaf.limits}
    return bool(ops) and ops <= {"lt", "le"}


def without(context: Context, body: Predicate) -> Predicate:
    """The negation of a predicate; `no alcohol for at least 6 months` asks for so long a time without it."""

    def free(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present) or (window := leaf.window) is None:
            return leaf
        if window.lasting is None or window.within is not None or window.lasting.op not in ("ge", "gt"):
            return leaf
        if not context.take(Alternative.FREE):
            return leaf
        return replace(leaf, window=Window(within=window.lasting.duration, anchor=window.anchor))

    return Not(map_leaves(body, free))


def is_unread(body: Predicate | None) -> bool:
    """Whether nothing of it is understood."""
    if isinstance(body, Unparsed):
        return True
    return body is not None and all(isinstance(leaf, Unparsed) for leaf in leaves(body))


def has_unread(body: Predicate) -> bool:
    """Whether a part of it is not understood."""
    return any(isinstance(leaf, Unparsed) for leaf in leaves(body))


def no_record_tells(body: Predicate) -> bool:
    """Whether all of it is for a person: words that are not understood, or that somebody states."""
    return all(isinstance(leaf, (Attest, Unparsed)) for leaf in leaves(body))


def is_judgement(body: Predicate | None) -> bool:
    """Whether it is what somebody has to judge: `in the opinion of the investigator`."""
    return isinstance(body, Attest) and body.topic in words("judgements")


def measures(body: Predicate) -> bool:
    """Whether it consists of limits alone."""
    return all(isinstance(leaf, (Compare, OneOf)) for leaf in leaves(body))


def limited(body: Predicate) -> set[str | None]:
    """The variables that the limits of a body are on."""
    return {leaf.variable for leaf in leaves(body) if isinstance(leaf, Compare)}


def asks_for_a_fact(part: Predicate) -> bool:
    """Whether a part asks for a condition or a treatment: what its heading says of it decides."""
    return isinstance(part, Present) or (isinstance(part, (AllOf, AnyOf)) and any(map(asks_for_a_fact, part.parts)))


def facts_of(body: Predicate) -> list[Present] | None:
    """The facts of a body that is a fact, or a choice of facts; None where it is more."""
    if isinstance(body, Present):
        return [body]
    if isinstance(body, AnyOf) and all(isinstance(part, Present) for part in body.parts):
        return [part for part in body.parts if isinstance(part, Present)]
    return None


def category(predicate: Predicate) -> str:
    """Whether it is of facts, of limits, of what a person states, or of several; what is not understood aside."""
    kinds = {
        "fact" if isinstance(leaf, Present) else "attest" if isinstance(leaf, Attest) else "limit"
        for leaf in leaves(predicate)
        if not isinstance(leaf, Unparsed)
    }
    return kinds.pop() if len(kinds) == 1 and not isinstance(predicate, IfThen) else "mixed"
