"""How far a modifier reaches: one table, and the one pass that carries modifiers over the parts that they hold for.

| modifier  | stands          | holds for                             | ends at                                        |
|-----------|-----------------|---------------------------------------|------------------------------------------------|
| negation  | before, above   | facts that have nothing of their own  | a verb, a limit, a new sex, `any`, `other`     |
| hedge     | before          | the same                              | the same; limits by a second reading           |
| status    | before, above   | facts without a status                | the same                                       |
| qualifier | before, above   | nouns without one, in the name either | `any`, `other`; at once, by a second reading   |
| time      | behind, above   | facts and values without a time       | a fact with a time; commas give two readings   |
| bond      | behind          | the facts before it in the list       | the same                                       |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from eligo.criteria import (
    STUDY_CONDITION,
    AnyOf,
    Compare,
    Excepted,
    Leaf,
    Predicate,
    Present,
    Related,
    Span,
    Status,
    Window,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import PLAIN_STATUSES, concept_named, name_words, qualifiers_in, words
from eligo.reading.meaning.facts import TREATMENTS, concept_of, goes_on, has_letters, kind_of
from eligo.reading.meaning.joining import any_of
from eligo.reading.meaning.said import Modifiers
from eligo.truth import Kind
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.named import is_named, name_of

PAST: Final = frozenset(["history", "waxed"])  # what was ever there; `waxed`: and was active then


_PLAIN: Final[list[tuple[Status, str | None]]] = [("active", None)]
# What words say of any concept, where it is no status by itself.
_STATUSES: Final[dict[str, list[tuple[Status, str | None]]]] = {
    "meanwhile": [("now", None), ("planned", None)],
    "found": _PLAIN,
    "used": _PLAIN,
}


def statuses_of(values: Sequence[str], concept: Concept | None, kind: Kind) -> list[tuple[Status, str | None]]:
    """The statuses that words give a concept, each with a qualifier where `active` is one.

    `active` asks of what waxes and wanes whether it does now. Who is undergoing something may be about to.
    """
    found: list[tuple[Status, str | None]] = []
    for value in (part for said in values for part in said.split("|")):
        if value == "waxing":
            found.append(("active", "active") if _waxes(concept) else ("now", None))
        elif value == "waxed":
            found.append(("history", "active" if _waxes(concept) else None))
        elif value == "awaited":
            treats = concept is not None and concept.kind in TREATMENTS
            found.append(("planned" if treats else "active", None))
        elif value == "undergoing":
            found.append(("now", None))
            if kind == "inclusion" and concept is not None and concept.kind == "procedure":
                found.append(("planned", None))
        else:
            found += _STATUSES.get(value) or [(cast(Status, value), None)]
    return found


def _waxes(concept: Concept | None) -> bool:
    """Whether it need not be active where it is on a list, or some of its kinds need not be."""
    return concept is not None and (concept.fluctuates or concept.kinds_fluctuate)


def strongest(values: Sequence[str]) -> tuple[str, ...]:
    """The statuses that words beside each other give together: `history of known` is history."""
    said = tuple(value for value in values if value not in PLAIN_STATUSES) if len(values) > 1 else ()
    if "planned" in said and "meanwhile" in said:
        return ("planned",)
    if said[-2:] == ("history", "waxing"):  # `previously active`
        return ("waxed",)
    if said[-2:] == ("suspected", "history"):  # `known or suspected history of A`
        return ("history|suspected",)
    return said[-1:] or (("found",) if "found" in values else tuple(values[-1:]))


def fact_of(
    ids: str, modifiers: Modifiers, window: Window | None, span: Span, kind: Kind, but_not: tuple[Excepted, ...] = ()
) -> Predicate:
    """One fact, or a choice where its words name several concepts or statuses."""
    made: list[Predicate] = []
    for id_ in ids.split("|"):
        said = statuses_of(modifiers.statuses, concepts().get(id_), kind) if modifiers.statuses else _PLAIN
        for status, active in said:
            qualifier = qualified(" ".join(dict.fromkeys(modifiers.qualifiers)) or None, active, concepts().get(id_))
            made.append(Present(id_, status, qualifier, window, span=span, but_not=but_not))
    return made[0] if len(made) == 1 else AnyOf(tuple(made))


def begun(body: Predicate, statuses: Sequence[str]) -> Predicate:
    """`diagnosed within 6 months`: what goes on began within that time; an event was in it."""
    return map_leaves(body, lambda leaf: _begun(leaf, statuses) if isinstance(leaf, Present) else leaf)


def there(fact: Present) -> Present:
    """A fact that was there in the time in which it is said to have begun."""
    if fact.window is None or fact.window.began is None:
        return fact
    return replace(fact, window=Window(within=fact.window.began, anchor=fact.window.anchor))


def _begun(fact: Present, statuses: Sequence[str]) -> Present:
    window, concept = fact.window, concept_of(fact)
    if window is None or window.within is None or window.ago or window.lasting or fact.status == "planned":
        return fact
    newly = fact.qualifier in words("beginning")
    if concept is None or concept.kind != "condition" or not (newly or "found" in statuses):
        return fact
    if concept.aspect != "event":
        window = Window(anchor=window.anchor, began=window.within)
    return replace(fact, window=window, qualifier=None if newly else fact.qualifier)


def over(body: Predicate, modifiers: Modifiers, kind: Kind, text: str = "") -> Predicate:
    """A body with what is said above it, or before it, of all of it; what it says itself stays.

    In a `text`, a name with an adjective of its own takes no other, and an adjective and a name may be a name.
    """
    statuses, qualifiers, window = modifiers.statuses, modifiers.qualifiers, modifiers.window
    if not (statuses or qualifiers or window):
        return body

    def change(leaf: Leaf) -> Predicate:
        if isinstance(leaf, Present):
            return _fact_under(leaf, modifiers, kind, text)
        if isinstance(leaf, Compare):
            return replace(leaf, window=window) if window is not None and leaf.window is None else leaf
        if isinstance(leaf, Related):
            what, to = over(leaf.what, modifiers, kind), over(leaf.to, modifiers._replace(qualifiers=()), kind)
            return _same_relation(leaf, what, to)
        return leaf

    return map_leaves(body, change)


def _fact_under(fact: Present, modifiers: Modifiers, kind: Kind, text: str) -> Predicate:
    """A fact with what is said above it, or before it."""
    concept = concept_of(fact)
    if modifiers.window is not None and fact.window is None and not goes_on(fact):
        fact = replace(fact, window=modifiers.window)
    if modifiers.qualifiers and fact.qualifier is None and (fact.status == "active" or goes_on(fact)):
        fact = _narrowed(fact, modifiers.qualifiers, text[slice(*fact.span)] if fact.span is not None else "")
    fact = _begun(fact, modifiers.statuses)
    if not modifiers.statuses or fact.status != "active" or fact.qualifier == "active":
        return fact
    made = statuses_of(modifiers.statuses, concept, kind)
    return any_of([replace(fact, status=s, qualifier=qualified(fact.qualifier, q, concept)) for s, q in made])


def _same_relation(relation: Related, what: Predicate, to: Predicate) -> Related:
    """A relation of what has been made of its two facts, where each is one fact still."""
    return replace(relation, what=what, to=to) if isinstance(what, Present) and isinstance(to, Present) else relation


def _narrowed(leaf: Present, qualifiers: Sequence[str], name: str) -> Present:
    """`acute` over `liver failure` is a concept of its own; over `infection` it is a qualifier."""
    own = () if has_letters(leaf.concept) else qualifiers_in(name)
    kept = [q for q in qualifiers if narrows(q, concepts().get(leaf.concept)) and not displaced(q, own)]
    named = concept_named(f"{kept[0]} {name}") if len(kept) == 1 and name else None
    if named is not None and named != leaf.concept and leaf.concept in concepts().ancestors(named):
        return replace(leaf, concept=named)
    return replace(leaf, qualifier=" ".join(dict.fromkeys(kept)) or None)


def is_route(qualifier: str) -> bool:
    """Whether it says how something is given: oral, topical."""
    return qualifier in words("routes")


def narrows(qualifier: str, concept: Concept | None) -> bool:
    """Whether what stands before or above a list can narrow the concept: how bad a disease is, how a drug is given."""
    kind = concept.kind if concept is not None else None
    if kind in ("condition", "state"):  # `systemic steroids or hospitalization` is of no systemic stay
        return not is_route(qualifier) or (kind == "condition" and qualifier in words("routes_of_diseases"))
    return (kind == "medication" and is_route(qualifier)) or (
        kind in ("medication", "procedure") and qualifier in words("of_treatments")
    )


def displaced(qualifier: str, own: Sequence[str]) -> bool:
    """Whether an adjective in a name takes the place of a qualifier: `severe infection, acute hepatitis`."""
    return any(_sort(adjective) == _sort(qualifier) for adjective in own)


def _sort(qualifier: str) -> str:
    return next((sort for sort in ("routes", "stages", "how_far", "recent") if qualifier in words(sort)), "course")


def qualified(qualifier: str | None, active: str | None, concept: Concept | None) -> str | None:
    """A qualifier with that which a status gives: `significant active` lupus; a severe infection is active."""
    if qualifier is None or active is None:
        return qualifier or active
    if concept is not None and concept.kinds_fluctuate:
        return qualifier
    return qualifier if active in qualifier.split() else f"{qualifier} {active}"


def timed(body: Predicate, window: Window) -> Predicate:
    """A body with a time that stands behind its list, where it has none of its own."""
    return over(body, Modifiers(window=window), "inclusion")


def settled(body: Predicate) -> Predicate:
    """`now` is what `active` means of all but procedures."""
    return map_leaves(body, _settled)


def _settled(leaf: Leaf) -> Leaf:
    if isinstance(leaf, Related):
        return replace(leaf, what=_not_now(leaf.what), to=_not_now(leaf.to))
    return _not_now(leaf) if isinstance(leaf, Present) else leaf


def _not_now(fact: Present) -> Present:
    if fact.but_not and kind_of(fact) != "condition":  # another drug than that of the trial is any
        fact = replace(fact, but_not=tuple(one for one in fact.but_not if one.concept != STUDY_CONDITION))
    fact = _dated(fact)
    if _is_reaction(fact):
        return replace(fact, status="history")
    if fact.status != "now":
        return fact
    if fact.window is not None and (fact.window.within or fact.window.ago):
        return replace(fact, status="active")  # `receiving A within 3 weeks`: at some time of these
    return fact if kind_of(fact) == "procedure" else replace(fact, status="active")  # all of its kinds are, or none


def _is_reaction(fact: Present) -> bool:
    """`allergic reaction to latex`: what happens once counts whenever it did; an allergy is there or not."""
    if fact.status != "active" or fact.window is not None or fact.qualifier == "active" or not is_named(fact.concept):
        return False
    head, to, _ = name_of(fact.concept)[1].partition(" to ")
    return bool(to) and head.split()[-1] in name_words("reactions_of_a_day")


def _dated(fact: Present) -> Present:
    """`recent stroke (< 3 months)`: the time says how recent, and is counted back from today."""
    own = (fact.qualifier or "").split()
    window = fact.window
    if window is None or words("recent").isdisjoint(own):
        return fact
    rest = " ".join(word for word in own if word not in words("recent")) or None
    if window.lasting is not None and window.lasting.op in ("lt", "le") and not (window.within or window.ago):
        window = Window(within=window.lasting.duration, anchor=window.anchor)
    return replace(fact, qualifier=rest, window=window)
