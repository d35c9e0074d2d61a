"""A name and what stands beside it to say what it means: a limit, other words, an abbreviation written out."""

from __future__ import annotations

from eligo.criteria import MEASURING, Compare, Not, Predicate, Present, Unparsed, leaves
from eligo.reading.lexicon import measured_by, measured_side
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.joining import all_of, any_of, facts_of, measures
from eligo.reading.meaning.modifiers import over
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Modifiers
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

_BELOW = ("lt", "le")


def definition(context: Context, head: Predicate, inner: Predicate, negated: bool, *, beside: bool = True) -> Predicate:
    """A fact with a limit `beside` it, or in a bracket behind it: the limit alone where it says what the fact means.

    Under a negation, a limit on the healthy side is itself what is asked for: `no neutropenia (neutrophils >= 1.0)`.
    """
    facts = facts_of(head)
    if facts is None:
        return all_of([head, inner])
    if all(isinstance(leaf, MEASURING) and leaf.variable is None for leaf in leaves(inner)):
        return all_of([head, inner]) if not negated else _unclear(context, head, inner)
    if not measures(inner) and negated:  # `no portal hypertension (varices, ascites)`: what is denied is not sure
        return _unclear(context, head, inner)
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
