"""A bracket that ties what stands before it to a part of the trial, to another time, or makes another quantity of it.

What then holds, and for whom, is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from eligo.criteria import Compare, Predicate, leaves
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import elements_of, place
from eligo.reading.meaning.joining import any_of, is_of_sex, measures
from eligo.reading.meaning.state import UnitState
from eligo.reading.tokens import Token
from eligo.reading.tree import Anchor, Bracket, Element, TimeNode
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

_PART: Final = re.compile(r"\b([A-Za-z]+)[\s:]+(?=(?:\d+[a-zA-Z]?|[IVX]+[abcABC]?|[A-H][0-9]?|only)(?![\w-]))")


def of_a_part(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`(Phase Ib)`, `(cohort 2)`, `(dose escalation)`: it holds in one part of the trial."""
    if any(isinstance(e, Bracket) for e in inner):  # which says for itself what it is
        return False
    said = unit.context.written(node.span)
    written = said.lower()
    if not any(name in written for name in words("trial_part_names")) and not (
        any(part in written for part in words("trial_parts")) and _numbered(said, node, inner)
    ):
        return False
    unit.unused(node, "logic")
    return True


def _numbered(said: str, node: Bracket, inner: Sequence[Element]) -> bool:
    """Whether a part of a trial stands in the bracket with its number, and not in a name: `Gleason grade group 2`."""
    named = [place(e) for e in inner if isinstance(e, Token) and e.type in ("VAR", "CONCEPT")]
    return any(
        found[1].lower() in words("trial_parts")
        and not any(start <= node.span[0] + found.start() < end for start, end in named)
        for found in _PART.finditer(said)
    )


def another_quantity(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`calcium (corrected for albumin)`: not what the laboratory gives as calcium."""
    said = unit.context.written(node.span).strip("()[] ").lower()
    if not any(
        said.startswith(word) and not said[len(word) : len(word) + 1].isalnum() for word in words("corrections")
    ):
        return False
    beside = [*unit.elements[:i], *unit.elements[i + 1 :]]  # `(corrected QT interval <= 450 ms)` alone is itself
    found = [variables().get(name) for name in unit.context.tested(beside) if name is not None]
    if not found:
        return False
    if all(v is not None and _corrected(f"{v.id} {v.name} {' '.join(v.synonyms)}") for v in found):
        unit.context.count((node,), "note")
    else:
        unit.unused(node, "logic")
    return True


def _corrected(names: str) -> bool:
    """Whether the names of a variable say that its value is a corrected one."""
    return any(word in names.lower() for word in words("corrections"))


def of_another_time(head: Predicate, inner: Predicate, node: Bracket) -> bool:
    """`BP < 160/100 at screening (< 150/100 before surgery)`: limits on the same, which are not of the same day."""
    limits = [leaf for leaf in leaves(inner) if isinstance(leaf, Compare)]
    both = [(a, b) for a in leaves(head) if isinstance(a, Compare) for b in limits if _on(a) == _on(b)]
    of_others = any(map(is_of_sex, leaves(inner)))
    if not both or not measures(head) or of_others:  # `(women: >= 50 kg)`
        return False
    timed = not measures(inner) or any(isinstance(e, (Anchor, TimeNode)) for e in elements_of(node.item))
    return timed or any(_differ(a, b) for a, b in both)


def _on(leaf: Compare) -> tuple[str | None, str | None]:
    return leaf.variable, leaf.name


def _differ(one: Compare, other: Compare) -> bool:
    """Whether two limits are on the same side, and not the same; numbers may say what is normal."""
    return bool(_side(one) & _side(other)) and one.limits != other.limits and not _normal(one)


def _side(leaf: Compare) -> set[str]:
    return {limit.op[0] for limit in leaf.limits}


def _normal(leaf: Compare) -> bool:
    return any(limit.of is not None for limit in leaf.limits)


def obliges(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`Breastfeeding (women must use contraception)`: who is excluded need not do what others must."""
    written = {word.strip(".,;:()").lower() for word in unit.context.written(node.span).split()}
    if unit.context.kind != "exclusion" or not written & words("obligations") or unit.last is None:
        return False
    tokens = [e for e in inner if isinstance(e, Token)]
    stated = any(token.type == "ATTEST" for token in tokens)
    others = [token for token in tokens if token.type == "CONCEPT" and not _of_one_sex(token)]
    if stated and not others and len(tokens) == len(inner):  # it takes nothing back
        unit.replace_last(any_of([unit.made(), unit.context.unparsed(node.span, "bracket")]))
        unit.context.count((node,), "unparsed")
    else:
        unit.unused(node, "logic")
    return True


def _of_one_sex(token: Token) -> bool:
    concept = concepts().get(str(token.value).split("|")[0])
    return concept is not None and concept.sex is not None
