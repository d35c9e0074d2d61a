"""A name and what stands beside it to say what it means: a limit, other words, an abbreviation written out."""

from __future__ import annotations

from typing import Final, NamedTuple

from eligo.criteria import (
    MEASURING,
    AllOf,
    AnyOf,
    Compare,
    Leaf,
    Not,
    OneOf,
    Predicate,
    Present,
    Span,
    Unparsed,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import END, measured_by, measured_side, restating, trie, words
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.facts import belongs, concept_of, facts_in, goes_on, has_letters, is_one_of, kinds_in
from eligo.reading.meaning.joining import all_of, any_of, excludes, facts_of, measures
from eligo.reading.meaning.modifiers import over
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Modifiers
from eligo.reading.titles import is_title
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

_BELOW: Final = ("lt", "le")
_GROUPS: Final = frozenset(["age", "sex"])


def definition(context: Context, head: Predicate, inner: Predicate, negated: bool, *, beside: bool = True) -> Predicate:
    """A fact with a limit `beside` it, or in a bracket behind it: the limit alone where it says what the fact means.

    Under a negation, a limit on the healthy side is itself what is asked for: `no neutropenia (neutrophils >= 1.0)`.
    """
    facts = facts_of(head)
    if facts is None:
        return _on_values(context, head, inner)
    unknown = all(isinstance(leaf, MEASURING) and leaf.variable is None for leaf in leaves(inner))
    if unknown and negated:
        return _unclear(context, head, inner)
    if not measures(inner):
        return all_of([head, inner])
    if _states(facts, inner):
        return _defined(context, head, facts[0], inner, negated)
    if unknown and len(facts) == 1:
        inner = over(inner, Modifiers(window=facts[0].window), context.kind)
    elif any(fact.status == "history" for fact in facts):  # how it was then no value of today tells
        return all_of([head, _unclear(context, inner, inner)])
    if beside or (tested(inner) <= _GROUPS and not negated):  # `asthma (>= 40 years)`: nobody's age is asthma
        return all_of([head, inner])
    return _narrowed(context, head, inner, negated)


def _defined(context: Context, head: Predicate, fact: Present, inner: Predicate, negated: bool) -> Predicate:
    """`neutropenia (neutrophils < 1.0)`: what the fact means, unless the limit is on the side where the fact is not."""
    healthy = _healthy(fact.concept, inner)
    said = over(inner, Modifiers(window=fact.window), context.kind)
    if healthy is None:
        return said if not negated or _worst(inner) else _unclear(context, head, inner)
    if not healthy or _only_scaled(context, fact, inner):
        narrowed = not words("of_the_course").isdisjoint((fact.qualifier or "").split())  # what no value of a day tells
        if narrowed and not negated and context.take(Alternative.QUALIFIED):
            return all_of([head, said])
        past = _or_past(head, [fact], said)
        return past if past != said else _noted(context, fact, said)
    return Not(said) if negated else all_of([head, said])


def _only_scaled(context: Context, fact: Present, inner: Predicate) -> bool:
    """`pain on the VAS below 50`: whether the name only tells of what the value is."""
    value = next(leaves(inner)).span
    if fact.span is None or value is None or fact.qualifier is not None:
        return False
    return context.written((fact.span[1], value[0])).strip().lower() in words("to_the_value")


def _narrowed(context: Context, head: Predicate, inner: Predicate, negated: bool) -> Predicate:
    """`severe heart failure (NYHA III-IV)`: the limit says what the qualifier means; `diabetes (HbA1c > 9 %)`."""
    plain = unqualified(head)
    if negated and not _worst(inner):
        return _unclear(context, head, inner)
    if graded(inner):
        return all_of([plain if plain == head or context.take(Alternative.QUALIFIED) else head, inner])
    both = context.take(Alternative.NARROWED) == (context.kind == "inclusion")
    return all_of([head, inner]) if both else inner


def of_nothing(context: Context, said: Predicate) -> Predicate:
    """`infection of CTCAE grade 3`: a grade of whatever stands beside it is no value of the patient."""

    def change(leaf: Leaf) -> Predicate:
        return context.unparsed(leaf.span, "unclear-relation") if of_something(leaf) and leaf.span is not None else leaf

    return map_leaves(said, change)


def of_something(leaf: Leaf) -> bool:
    """Whether it is a value of what stands beside it: a grade, a number of lines."""
    return isinstance(leaf, MEASURING) and leaf.variable in words("of_anything")


def allows_none(said: Predicate) -> bool:
    """`neuropathy of CTCAE grade <= 1`, `up to 2 lines of A`: none of what stands beside it is as good."""
    return any(of_something(leaf) and not _from_one(leaf) for leaf in leaves(said))


def _from_one(leaf: Leaf) -> bool:
    if isinstance(leaf, OneOf):
        return all(value not in (0, "0") for value in leaf.values)
    return isinstance(leaf, Compare) and any(
        limit.op in ("gt", "ge", "eq") and limit.value != 0 for limit in leaf.limits
    )


def unqualified(head: Predicate) -> Predicate:
    """The facts without what narrows them."""
    return map_leaves(head, lambda leaf: replace(leaf, qualifier=None) if isinstance(leaf, Present) else leaf)


def _worst(inner: Predicate) -> bool:
    """Whether the limits are on grades, up to the highest: `NYHA III or IV`."""
    return graded(inner) and all(
        max(leaf.values) == max(_ranks(leaf.variable)) if isinstance(leaf, OneOf) else _upwards(leaf)
        for leaf in leaves(inner)
    )


def _upwards(leaf: Leaf) -> bool:
    return isinstance(leaf, Compare) and all(limit.op in ("ge", "gt") for limit in leaf.limits)


def _ranks(variable: str | None) -> list[int | float]:
    known = variables().get(variable or "")
    return list(known.grades.values()) if known is not None else []


class Gloss(NamedTuple):
    """What a bracket behind a fact says: other facts; `either`: joined by `or`, `plain`: by commas or not at all."""

    body: Predicate
    either: bool
    plain: bool


def glossed(context: Context, head: Predicate, gloss: Gloss, lead: Modifiers, negated: bool) -> Predicate:
    """`heart disease (angina or infarction)`: what is meant, or asked for besides; `lead` is said of the head."""
    if negated and context.kind == "exclusion":
        return _unclear(context, head, gloss.body)
    if _denies(gloss.body):  # `heart disease (no stroke)`
        return all_of([head, gloss.body])
    if gloss.plain and _abbreviates(context, head, gloss.body):
        return head
    if kinds_in(leaves(head)) <= {"medication"} and kinds_in(leaves(gloss.body)) == {"condition"}:
        context.notes.append("what a medication is given against is not tested")  # `vaccines (measles, mumps)`
        return head
    inner = _like(context, head, gloss, lead)
    kept = for_its_purpose(head, inner)
    if kept is not inner:
        return any_of([head, kept]) if kept is not None else head
    if gloss.plain and isinstance(inner, AllOf) and facts_of(AnyOf(inner.parts)) and _alike(head, inner):
        inner = any_of(inner.parts)  # `lung disease (asthma, COPD)`: nobody has to have all of them
    told = _kinds if kinds_of(head, inner) else _others
    return told(context, head, gloss._replace(body=inner), excludes(context, negated))


def for_its_purpose(head: Predicate, inner: Predicate) -> Predicate | None:
    """`anticancer therapy (e.g. hormones)`: hormones against a cancer, which the class takes in.

    What is given for anything is meant as given for what its class is for, and is no example by itself.
    """
    facts = facts_in(head)
    if not facts or any(fact.concept not in words("by_purpose") for fact in facts):
        return inner
    parts = inner.parts if isinstance(inner, (AnyOf, AllOf)) else (inner,)
    kept = [p for p in parts if not (isinstance(p, Present) and p.concept in words("for_any_purpose"))]
    if len(kept) == len(parts):
        return inner
    return (any_of if isinstance(inner, AnyOf) else all_of)(kept) if kept else None


def _abbreviates(context: Context, head: Predicate, inner: Predicate) -> bool:
    """`zorblax chronic obstructive pulmonary disease (COPD)`: whether a bracket only gives the end of a name again."""
    if not isinstance(inner, Present) or inner.span is None or not context.written(inner.span).isupper():
        return False
    return all(is_one_of(fact, [inner]) for fact in facts_in(head))


def _others(context: Context, head: Predicate, gloss: Gloss, excluding: bool) -> Predicate:
    """Other facts in a bracket: a choice that constitutes the fact before it, or what counts or is asked besides."""
    inner, likelier = gloss.body, context.take(Alternative.NARROWED)
    facts = facts_in(head)
    kinds = any(is_one_of(leaf, facts) for leaf in leaves(inner))
    chosen = gloss.either and kinds if excluding else gloss.either or kinds
    if chosen and _constitute(head, inner):
        return inner if likelier else (any_of if excluding else all_of)([head, inner])
    if excluding:
        return any_of([head, inner]) if likelier else inner if gloss.either else all_of([head, inner])
    return all_of([head, inner]) if likelier or not _alike(head, inner) else inner


def _denies(body: Predicate) -> bool:
    return isinstance(body, Not) or (isinstance(body, (AllOf, AnyOf)) and any(map(_denies, body.parts)))


def _like(context: Context, head: Predicate, gloss: Gloss, lead: Modifiers) -> Predicate:
    """The facts of a bracket with what is said of the fact before it: its kinds, or all of a choice, take its words."""
    own = lead._replace(qualifiers=())
    takes, facts = gloss.either and _alike(head, gloss.body), facts_in(head)

    def change(leaf: Leaf) -> Predicate:
        return exampled(context, leaf, lead if takes or is_one_of(leaf, facts) else own)

    return map_leaves(gloss.body, change)


def _constitute(head: Predicate, inner: Predicate) -> bool:
    """Whether a choice of facts can be what another one consists in: operations that make sterile, no treatments."""
    return facts_of(inner) is not None and ("medication" not in kinds_in(leaves(inner)) or _alike(head, inner))


def _kinds(context: Context, head: Predicate, gloss: Gloss, excluding: bool) -> Predicate:
    """Kinds of the fact in a bracket behind it: joined by `or`, or under an inclusion, they are most likely all."""
    if _same(head, gloss.body):
        return head
    narrow = gloss.either or not excluding
    return gloss.body if context.take(Alternative.NARROWED) == narrow else head


def _same(head: Predicate, inner: Predicate) -> bool:
    return {fact.concept for fact in facts_in(inner)} <= {fact.concept for fact in facts_in(head)}


def without_repeats(head: Predicate, inner: Predicate) -> Predicate:
    """`congestive heart failure (NYHA III heart disease)`: limits, without the name of what they are limits of."""
    if not isinstance(inner, AllOf):
        return inner
    kept = [part for part in inner.parts if not (isinstance(part, Present) and _broader(part, head))]
    return all_of(kept) if kept and all(map(measures, kept)) else inner


def _broader(part: Present, head: Predicate) -> bool:
    return part.status == "active" and all(is_one_of(fact, [part]) for fact in facts_in(head))


def kinds_of(head: Predicate, inner: Predicate) -> bool:
    """Whether all facts of a bracket are kinds of what stands before it."""
    facts = facts_in(head)
    return all(is_one_of(leaf, facts) for leaf in leaves(inner))


def may_be_kinds(head: Predicate, inner: Predicate) -> bool:
    """Whether each fact of a list is, or may be, a kind of what stands before it."""
    heads = facts_in(head)
    return all(any(belongs(one.concept, fact.concept) for one in heads) for fact in facts_in(inner))


def _alike(head: Predicate, inner: Predicate) -> bool:
    """Whether they are of the same sorts of things: conditions, medications, procedures."""
    return kinds_in(leaves(head)) == kinds_in(leaves(inner))


_FEW: Final = 24  # characters before a name: a word of its own is no longer


def exampled(context: Context, body: Predicate, lead: Modifiers, head: Predicate | None = None) -> Predicate:
    """An example with what is said of its head: all of it, or where it has words of its own, when and how that was.

    What tells of the head alone where it comes from, as `secondary`, is not said of it; how far it has come is said of
    what is a kind of the `head`.
    """
    own = lead._replace(qualifiers=())
    alone = words("of_the_head") - (words("how_far") if head is not None and may_be_kinds(head, body) else frozenset())
    said = lead._replace(qualifiers=tuple(q for q in lead.qualifiers if q not in alone))
    return map_leaves(
        body, lambda leaf: over(leaf, own if has_own(context, leaf) else said, context.kind, context.text)
    )


def has_own(context: Context, leaf: Leaf) -> bool:
    """Whether a leaf says more than that something is there: a time, a status, a word that is part of its name."""
    if not isinstance(leaf, Present) or leaf.window or leaf.qualifier or not (leaf.status == "active" or goes_on(leaf)):
        return True
    if (known := concepts().get(leaf.concept)) is not None and known.kind == "condition" and known.aspect == "event":
        return True  # `severe heart disease (infarction)`: what happens is bad enough by itself
    if leaf.span is not None and _word_of_its_own(context, leaf.span[0]):
        return True
    written = context.written(leaf.span).lower() if leaf.span is not None else ""
    found = trie().get(next(iter(written.split(maxsplit=1)), ""), {}).get(END, {}).get("QUAL")
    if found is None or has_letters(leaf.concept):
        return False
    return found not in words("of_the_name") | words("of_the_head")


def _word_of_its_own(context: Context, start: int) -> bool:
    """`severe arrhythmia (any ventricular tachycardia)`, `severe diseases (e.g. known lupus)`: not as bad as that."""
    before = context.text[max(0, start - _FEW) : start].rstrip().lower()
    return before[before.rfind(" ") + 1 :].lstrip("(") in words("examples_of_their_own")


def _on_values(context: Context, head: Predicate, inner: Predicate) -> Predicate:
    """`ECOG 0-2 (Karnofsky >= 60)`, `potassium within normal limits (3.5-5.0)`: limits that say it once more."""
    if measures(head) and measures(inner):
        if states_normal(head, inner):
            return inner
        scales = tested(inner) - _GROUPS
        if scales and restating(tested(head), scales):
            return any_of([head, inner]) if context.take(Alternative.RESTATED) else all_of([head, inner])
    facts = facts_of(inner)
    if facts and measures(head) and _states(facts, head):  # `BMI >= 40 (morbid obesity)`
        return head
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


def graded(inner: Predicate) -> bool:
    """Whether the limits are on grades, which narrow a condition and do not define it."""
    found = [variables().get(leaf.variable or "") for leaf in leaves(inner) if isinstance(leaf, MEASURING)]
    return all(v is not None and v.kind == "ordinal" for v in found)


def replaced(context: Context, head: Predicate, inner: Predicate, negated: bool) -> Predicate:
    """`heart failure (i.e. LVEF < 35 %)`: what is written out is what is meant."""
    facts = facts_of(head)
    if facts is not None and measures(inner):
        healthy = _healthy(facts[0].concept, inner)
        said = Not(inner) if healthy and negated else inner
        return said if healthy else _or_past(head, facts, said)
    return inner


def _or_past(head: Predicate, facts: list[Present], inner: Predicate) -> Predicate:
    """`history of anemia, defined as hemoglobin < 8`: a value of today tells it, and what once was does."""
    return any_of([head, inner]) if any(fact.status == "history" for fact in facts) else inner


def of_a_function(context: Context, span: Span) -> bool:
    """`inadequate bone marrow reserve`: words that only tell how a function is, before its limits."""
    written = context.written(span).lower().strip(" ,;:")
    said = written.split()
    first = next((word for word in said if not word.endswith("ly")), "")  # `significantly impaired`
    named = any(written.endswith(f" {function}") for function in words("functions"))
    return (named and first in words("how_a_function_is")) or is_title(written)


def read_as_limits(context: Context, span: Span) -> None:
    """Keep such words as a note."""
    context.note(span, f"`{context.written(span).strip(' ,;:')}` is read as its stated limits")


def _noted(context: Context, fact: Present, said: Predicate) -> Predicate:
    concept = concept_of(fact)
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
    tested = {leaf.variable for leaf in leaves(inner) if isinstance(leaf, MEASURING)} - {"sex"}
    stating: set[str | None] = set()
    for fact in facts:
        concept = concept_of(fact)
        stating.update(measured_by(fact.concept))
        if concept is not None and concept.grade_variable:
            stating.add(concept.grade_variable)
    return bool(tested) and tested <= stating


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
