"""The facts of a predicate: the concept of each, and what sort of thing that is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from eligo.criteria import Leaf, Predicate, Present, leaves
from eligo.reading.lexicon import words
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.named import is_named
from eligo.vocabulary.relations import relations

_LETTERS: Final = 6  # of an abbreviation
TREATMENTS: Final = frozenset(["medication", "procedure"])


def facts_in(body: Predicate) -> list[Present]:
    """All facts of a body, wherever they stand in it."""
    return [leaf for leaf in leaves(body) if isinstance(leaf, Present)]


def concept_of(leaf: Leaf) -> Concept | None:
    """The concept of a fact; None for any other leaf."""
    return concepts().get(leaf.concept) if isinstance(leaf, Present) else None


def kind_of(leaf: Leaf) -> str | None:
    """Whether a fact is a condition, a medication or a procedure; None for any other leaf."""
    concept = concept_of(leaf)
    return concept.kind if concept is not None else None


def kinds_in(found: Iterable[Leaf]) -> set[str | None]:
    """The kinds of the leaves."""
    return {kind_of(leaf) for leaf in found}


def has_letters(concept: str) -> bool:
    """Whether a concept has an abbreviation, and so is a thing by itself whatever its name begins with: COPD."""
    known = concepts().get(concept)
    return known is not None and any(word.isupper() and len(word) <= _LETTERS for word in known.words)


def goes_on(fact: Present) -> bool:
    """`ongoing angina`: what goes on now has no time."""
    return fact.status == "now" and kind_of(fact) == "condition"


def restricts(written: str, ids: str | None) -> bool:
    """`fracture of the leg to be measured`: whether words behind a fact tell which is meant."""
    if ids is None or written not in words("restricting"):
        return False
    return is_named(ids) or kind_of(Present(ids)) == "condition"


def related(concept: str, other: str) -> bool:
    """Whether one of two concepts is a kind of the other."""
    return other in concepts().descendants(concept) or concept in concepts().descendants(other)


def belongs(concept: str, other: str) -> bool:
    """Whether `other` is one of them, or may be: `gout or another metabolic disorder`."""
    open_to = relations().open_to(concept)
    return related(concept, other) or other in open_to.entries - open_to.broader - relations().unclassified


def may_be(concept: str, other: str) -> bool:
    """Whether either of them may be the other, by what the vocabulary says."""
    return belongs(concept, other) or belongs(other, concept)


def is_one_of(leaf: Leaf, facts: Iterable[Present]) -> bool:
    """Whether a leaf is a fact, and of a kind of one of the facts."""
    if not isinstance(leaf, Present):
        return False
    ids = {fact.concept for fact in facts}
    return not concepts().ancestors(leaf.concept).isdisjoint(ids) or any(_ends_in(leaf.concept, id_) for id_ in ids)


def implied(whom: Predicate, said: Predicate) -> bool:
    """`women of childbearing potential who are pregnant`: whether what is said of people tells already who they are."""
    if not isinstance(whom, Present) or whom.concept not in words("implied_groups") or whom.status != "active":
        return False
    return all(
        isinstance(leaf, Present) and not concepts().ancestors(leaf.concept).isdisjoint(words("implying_them"))
        for leaf in leaves(said)
    )


def may_be_of(concept: str, general: str) -> bool:
    """Whether a concept whose name ends with that of a general one is, or may be, a kind of it: lung carcinoma."""
    return general in concepts().ancestors(concept) or concept in relations().open_to(general).entries


def _ends_in(named: str, concept: str) -> bool:
    """Whether what is known by its name alone has the name of a concept at the end: dental surgery is surgery."""
    known = concepts().get(concept) if is_named(named) else None
    return known is not None and any(named.endswith(f" {word.casefold()}") for word in known.words)
