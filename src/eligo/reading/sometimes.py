"""What holds for some patients only: the words that tie a condition to it, and the predicate of the two."""

from __future__ import annotations

from typing import Any

from eligo.criteria import AllOf, Always, Not, OneOf, Predicate, Present, leaves
from eligo.reading.lexicon import words
from eligo.reading.sexes import all_of, any_of
from eligo.reading.splits import cut, elements_of
from eligo.reading.tokens import Token
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts

SUBJECT = frozenset(["SEX", "IF", "CONCEPT", "LIGHT", "QUAL", "STATUS"])  # of which the words for a patient are


def if_then(kind: Kind, condition: Predicate, then: Predicate) -> Predicate:
    """The predicate of a condition and of what it asks for."""
    needless = isinstance(then, Not) == (kind == "inclusion") and _said_of_one_sex(condition, then)
    if isinstance(condition, Always) or needless:
        return then
    if kind == "exclusion":
        return all_of([condition, then])
    return any_of([then, condition.part if isinstance(condition, Not) else Not(condition)])


def _said_of_one_sex(condition: Predicate, then: Predicate) -> bool:
    """`Females must not be pregnant`: what only they can be says of whom it speaks."""
    if not isinstance(condition, OneOf) or condition.variable != "sex":
        return False
    sexes = {sex_of(leaf.concept) if isinstance(leaf, Present) else None for leaf in leaves(then)}
    return len(sexes) == 1 and sexes <= set(condition.values)


def sex_of(concept: str) -> str | None:
    """The sex that only can have the concept."""
    known = concepts().get(concept)
    return known.sex if known else None


def names_some(group: Any, text: str) -> bool:
    """Whether a group begins with words that introduce a condition: `for women of childbearing potential`."""
    elements = elements_of(group)
    return bool(elements) and ties(elements[0], text)


def speaks_of_some(group: Any, text: str) -> bool:
    """Whether a group begins so, or only names patients of one sex."""
    if names_some(group, text):
        return True
    elements = elements_of(group)
    if any(e.__class__ is not Token or e.type not in SUBJECT for e in elements):
        return False
    return any(e.type == "SEX" or (e.type == "CONCEPT" and sex_of(e.value)) for e in elements)


def untied(group: Any) -> Any:
    """A group that begins with such a word without it; what says whom it speaks of stays."""
    found = cut(group, lambda element, _: element.__class__ is not Token or element.type != "LEAD")
    if found is None or found[1].__class__ is not Token or found[1].type != "IF":
        return group
    return found[2]


def ties(element: Any, text: str) -> bool:
    """Whether a word ties what follows to some patients: `if`, `in patients with`, `for women`."""
    if element.__class__ is not Token:
        return False
    if element.type == "SEX":
        return text[element.start : element.start + 4].lower().startswith(("in ", "for "))
    return element.type == "IF" and element.value in ("when", "in")


def obliges(element: Any, text: str) -> bool:
    """Whether a word says what those before it have to do."""
    if element.__class__ is not Token or element.type not in ("LIGHT", "ATTEST"):
        return False
    return text[element.start : element.end].lower().split()[0] in words("obligations")


def asked_of_some(predicate: Predicate, notes: list[str]) -> Predicate:
    """`Negative pregnancy test`, as an inclusion: nobody asks it of men."""
    if isinstance(predicate, AllOf):
        return AllOf(tuple([asked_of_some(part, notes) for part in predicate.parts]))
    if not isinstance(predicate, Present) or predicate.concept not in words("asked_of_women"):
        return predicate
    notes.append("a pregnancy test is asked of women alone")
    return any_of([predicate, OneOf("sex", ("male",), span=predicate.span)])
