"""A name and what stands beside it to say what it means: a limit, other words, an abbreviation written out."""

from __future__ import annotations

from eligo.criteria import MEASURING, Compare, Leaf, Not, Predicate, Present, Unparsed, leaves
from eligo.reading.lexicon import measured_by, measured_side, restating
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.joining import all_of, any_of, facts_of, measures
from eligo.reading.meaning.modifiers import over
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Modifiers
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

_BELOW = ("lt", "le")
_GROUPS = frozenset(["age", "sex"])


def definition(context: Context, head: Predicate, inner: Predicate, negated: bool, *, beside: bool = True) -> Predicate:
    """A fact with a limit `beside` it, or in a bracket behind it: the limit alone where it says what the fact means.

    Under a negation, a limit on the healthy side is itself what is asked for: `no neutropenia (neutrophils >= 1.0)`.
    """
    facts = facts_of(head)
    if facts is None:
        return _on_values(context, head, inner)
    if not measures(inner):
        return all_of([head, inner]) if beside or context.kind == "inclusion" else _meant(context, head, inner, negated)
    if _states(facts, inner):
        healthy = _healthy(facts[0].concept, inner)
        said = over(inner, Modifiers(window=facts[0].window), context.kind)
        if healthy is None:
            return said if not negated else _unclear(context, head, inner)
        if not healthy:
            return _noted(context, facts[0], said)
        return Not(said) if negated else all_of([head, said])
    if any(fact.status == "history" for fact in facts):  # how it was then no value of today tells
        return all_of([head, _unclear(context, inner, inner)])
    if beside or _graded(inner):
        return all_of([head, inner])
    if negated:
        return _unclear(context, head, inner)
    both = context.take(Alternative.NARROWED) == (context.kind == "inclusion")
    return all_of([head, inner]) if both else inner


def _on_values(context: Context, head: Predicate, inner: Predicate) -> Predicate:
    """`ECOG 0-2 (Karnofsky >= 60)`, `potassium within normal limits (3.5-5.0)`: limits that say it once more."""
    if measures(head) and measures(inner):
        if states_normal(head, inner):
            return inner
        if restating(tested(head), tested(inner) - _GROUPS):
            return any_of([head, inner]) if context.take(Alternative.RESTATED) else all_of([head, inner])
    return all_of([head, inner])


def tested(body: Predicate) -> set[str]:
    """The variables, or names of quantities, that the limits of a body are on."""
    return {leaf.variable or leaf.name or "" for leaf in leaves(body) if isinstance(leaf, MEASURING)}


def states_normal(head: Predicate, inner: Predicate) -> bool:
    """`within the normal range: 18.5-25`: whether the numbers say what is normal for the same variable."""
    same = measures(head) and measures(inner) and tested(head) == tested(inner)
    return same and _normal(head) and not any(map(_relative, leaves(inner)))


def _normal(head: Predicate) -> bool:
    """Whether it asks for what is normal: at least the lower limit of normal, at most the upper one."""
    return all(
        isinstance(leaf, Compare)
        and all(li.of is not None and li.value == 1 and li.above is None for li in leaf.limits)
        for leaf in leaves(head)
    )


def _relative(leaf: Leaf) -> bool:
    return isinstance(leaf, Compare) and any(limit.of is not None for limit in leaf.limits)


def _meant(context: Context, head: Predicate, inner: Predicate, negated: bool) -> Predicate:
    """`significant heart disease (A, B or C)`, as an exclusion: most likely each of them is one."""
    if negated:
        return _unclear(context, head, inner)
    return any_of([head, inner]) if context.take(Alternative.NARROWED) else all_of([head, inner])


def _graded(inner: Predicate) -> bool:
    """Whether the limits are on grades, which narrow a condition and do not define it."""
    found = [variables().get(leaf.variable or "") for leaf in leaves(inner) if isinstance(leaf, MEASURING)]
    return all(v is not None and v.kind == "ordinal" for v in found)


def replaced(context: Context, head: Predicate, inner: Predicate, negated: bool) -> Predicate:
    """`heart failure (i.e. LVEF < 35 %)`: what is written out is what is meant."""
    facts = facts_of(head)
    if facts is not None and measures(inner):
        healthy = _healthy(facts[0].concept, inner)
        return Not(inner) if healthy and negated else inner
    return inner


def _noted(context: Context, fact: Present, said: Predicate) -> Predicate:
    concept = concepts().get(fact.concept)
    context.notes.append(f"`{concept.name if concept else fact.concept}` is read as its stated limits")
    return said


def _unclear(context: Context, head: Predicate, inner: Predicate) -> Unparsed:
    span = hull(leaf.span for leaf in (*leaves(head), *leaves(inner)))
    return context.unparsed(span, "bracket")


def states(head: Predicate, inner: Predicate) -> bool:
    """Whether the inner part consists of limits on what states the facts of the head."""
    facts = facts_of(head)
    return facts is not None and measures(inner) and _states(facts, inner)


def _states(facts: list[Present], inner: Predicate) -> bool:
    tested = {leaf.variable for leaf in leaves(inner) if isinstance(leaf, MEASURING)}
    stating: set[str | None] = {"sex"}
    for fact in facts:
        concept = concepts().get(fact.concept)
        stating.update(measured_by(fact.concept))
        if concept is not None and concept.grade_variable:
            stating.add(concept.grade_variable)
    return bool(tested - {"sex"}) and tested <= stating


def _healthy(concept: str, inner: Predicate) -> bool | None:
    """Whether the limits name the side on which the concept is not; None where that is not known."""
    sides: set[bool] = set()
    for leaf in leaves(inner):
        if isinstance(leaf, Compare) and leaf.variable is not None:
            side = measured_side(concept, leaf.variable)
            if side is None or len(leaf.limits) != 1:
                return None
            sides.add((leaf.limits[0].op in _BELOW) != (side == "low"))
    return sides.pop() if len(sides) == 1 else None
