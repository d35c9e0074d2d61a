"""How far a modifier reaches: one table, and the one pass that carries modifiers over the parts that they hold for.

| modifier  | stands          | holds for                             | ends at                                        |
|-----------|-----------------|---------------------------------------|------------------------------------------------|
| negation  | before, above   | facts that have nothing of their own  | a verb, a limit, a new sex, `any`, `other`     |
| hedge     | before          | the same                              | the same; limits by a second reading           |
| status    | before, above   | facts without a status                | the same                                       |
| qualifier | before, above   | conditions without a qualifier        | a comma; a second reading keeps it to the first|
| time      | behind, above   | facts and values without a time       | a fact with a time; commas give two readings   |
| bond      | behind          | the facts before it in the list       | the same                                       |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from eligo.criteria import AnyOf, Compare, Excepted, Leaf, Predicate, Present, Span, Status, Window, map_leaves
from eligo.reading.meaning.joining import any_of
from eligo.reading.meaning.said import Modifiers
from eligo.truth import Kind
from eligo.vocabulary.concepts import Concept, concepts


def statuses_of(values: Sequence[str], concept: Concept | None, kind: Kind) -> list[tuple[Status, str | None]]:
    """The statuses that words give a concept, each with a qualifier where `active` is one.

    `active` asks of what waxes and wanes whether it does now. Who is undergoing something may be about to.
    """
    found: list[tuple[Status, str | None]] = []
    for value in (part for said in values for part in said.split("|")):
        if value == "waxing":
            found.append(("active", "active") if concept is not None and concept.fluctuates else ("now", None))
        elif value == "undergoing":
            found.append(("now", None))
            if kind == "inclusion" and concept is not None and concept.kind == "procedure":
                found.append(("planned", None))
        else:
            found.append((cast(Status, value), None))
    return found


def strongest(values: Sequence[str]) -> tuple[str, ...]:
    """The statuses that words beside each other give together: `history of known` is history."""
    said = tuple(value for value in values if value != "active")
    return said[-1:] if said else tuple(values[-1:])


def fact_of(
    ids: str,
    modifiers: Modifiers,
    window: Window | None,
    span: Span,
    kind: Kind,
    but_not: tuple[Excepted, ...] = (),
) -> Predicate:
    """One fact, or a choice where its words name several concepts or statuses."""
    made: list[Predicate] = []
    for id_ in ids.split("|"):
        for status, active in statuses_of(modifiers.statuses or ("active",), concepts().get(id_), kind):
            words = [*modifiers.qualifiers, *([active] if active else [])]
            qualifier = " ".join(dict.fromkeys(words)) or None
            made.append(Present(id_, status, qualifier, window, span=span, but_not=but_not))
    return made[0] if len(made) == 1 else AnyOf(tuple(made))


def over(body: Predicate, modifiers: Modifiers, kind: Kind) -> Predicate:
    """A body with what is said above it, or before it, of all of it; what it says itself stays."""
    statuses, qualifiers, window = modifiers.statuses, modifiers.qualifiers, modifiers.window
    if not (statuses or qualifiers or window):
        return body

    def change(leaf: Leaf) -> Predicate:
        if isinstance(leaf, Compare):
            return replace(leaf, window=window) if window is not None and leaf.window is None else leaf
        if not isinstance(leaf, Present):
            return leaf
        concept = concepts().get(leaf.concept)
        leaf = replace(leaf, window=leaf.window or window)
        free = leaf.qualifier is None and leaf.status == "active"
        if qualifiers and free and concept is not None and concept.kind == "condition":
            leaf = replace(leaf, qualifier=" ".join(qualifiers))
        if not statuses or leaf.status != "active" or leaf.qualifier == "active":
            return leaf
        made = statuses_of(statuses, concept, kind)
        return any_of([replace(leaf, status=s, qualifier=_both(leaf.qualifier, q)) for s, q in made])

    return map_leaves(body, change)


def _both(qualifier: str | None, active: str | None) -> str | None:
    """A qualifier with that which a status gives: `significant active` lupus."""
    if qualifier is None or active is None:
        return qualifier or active
    return qualifier if active in qualifier.split() else f"{qualifier} {active}"


def timed(body: Predicate, window: Window) -> Predicate:
    """A body with a time that stands behind its list, where it has none of its own."""
    return over(body, Modifiers(window=window), "inclusion")


def settled(body: Predicate) -> Predicate:
    """`now` is what `active` means of all but procedures."""

    def change(leaf: Leaf) -> Predicate:
        if isinstance(leaf, Present) and leaf.status == "now":
            if leaf.window is not None and (leaf.window.within or leaf.window.ago):
                return replace(leaf, status="active")  # `receiving A within 3 weeks`: at some time of these
            kinds = {c.kind for id_ in concepts().descendants(leaf.concept) if (c := concepts().get(id_)) is not None}
            if "procedure" not in kinds:
                return replace(leaf, status="active")
        return leaf

    return map_leaves(body, change)
