"""How bad something is: a grade, in a bracket or not, is one of the condition that stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import Compare, OneOf, Predicate
from eligo.dataclass import replace
from eligo.reading.bind import BoundLimits
from eligo.reading.leaves import leaf_of
from eligo.reading.lexicon import PLAIN_STATUSES, is_scale, words
from eligo.reading.meaning.joining import all_of, several_values
from eligo.reading.meaning.modifiers import fact_of, strongest
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Modifiers
from eligo.reading.meaning.state import UnitState
from eligo.reading.names import Name
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Element, Limits
from eligo.vocabulary.concept import singular
from eligo.vocabulary.concepts import concepts

_SCALE: Final = frozenset(["VAR", "GRADE", "FILLER", "LIGHT"])  # what names a scale beside its number
_PRESENT: Final = frozenset([*PLAIN_STATUSES, "now", "waxing"])  # of what is there now, as its grade is


def grade_in_bracket(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`active infection (CTC grade >= 2)`: the grade of the condition before the bracket, whatever scale it names."""
    limits = [e for e in inner if isinstance(e, Limits)]
    if len(limits) != 1 or not unit.is_fact() or unit.ids is None or not _is_condition(unit.ids):
        return False
    beside = [e for e in inner if isinstance(e, Token)]
    if len(beside) + 1 < len(inner) or not _names_grade(unit, limits[0], beside):
        return False
    grade = _grade(unit, limits[0], node.span[1])
    if grade is None or not _from_one(grade) or not _PRESENT.issuperset(unit.statuses):
        return False
    _say_in_numbers(unit)
    unit.context.unknown.append(grade.name or "")
    unit.context.count((node,), "leaf")
    unit.replace_last(all_of([unit.made(), grade]))
    return True


def _say_in_numbers(unit: UnitState) -> None:
    """`severe infection (grade >= 3)`: a grade most likely says what the word before the condition means."""
    said = [word for word in unit.qualifiers if word not in words("severities")]
    if len(said) < len(unit.qualifiers) and unit.context.take(Alternative.QUALIFIED):
        unit.qualifiers = said


def _names_grade(unit: UnitState, limits: Limits, beside: Sequence[Token]) -> bool:
    """Whether nothing but a scale of grades stands beside the number."""
    inside = [token for limit in limits.limits for token in limit.inside]
    if any(t.type not in _SCALE or (t.type == "FILLER" and t.value) for t in beside):
        return False
    if any(t.type == "VAR" and t.value not in words("of_anything") for t in beside):
        return False
    return any(unit.written(token).lower().split()[-1] in words("grading") for token in [*beside, *inside])


def _grade(unit: UnitState, limits: Limits, end: int) -> Compare | OneOf | None:
    """The limits as those of the grade of the condition, up to the end; None where they are not on one grade."""
    assert unit.fact_span is not None
    name = Name(None, unit.fact_span, graded=True)
    made = leaf_of(
        BoundLimits(limits, (name,)), unit.text, lambda parts, word: several_values(unit.context, parts, word)
    )
    if not isinstance(made, (Compare, OneOf)):
        return None
    named = " ".join(map(singular, unit.context.written(unit.fact_span).split()))
    return replace(made, name=f"{named} grade", span=(unit.fact_span[0], end))


def with_condition(unit: UnitState, noun: Predicate) -> Predicate:
    """`ongoing infection >= grade 2`: a condition that is graded, where more is said of it than its grade."""
    if unit.ids is not None or not isinstance(noun, (Compare, OneOf)) or noun.variable is not None:
        return noun
    graded = is_scale((noun.name or "").lower().split()[-1])
    named = [e for e in unit.elements if isinstance(e, Token) and e.type == "CONCEPT" and unit.context.consumed(e)]
    if not graded or len(named) != 1 or not _is_condition(str(named[0].value)) or not _from_one(noun):
        return noun
    if not _PRESENT.issuperset(unit.statuses) or not (unit.statuses or unit.qualifiers):
        return noun
    modifiers = Modifiers(statuses=strongest(unit.statuses), qualifiers=tuple(unit.qualifiers))
    span = (named[0].start, named[0].end)
    return all_of([fact_of(str(named[0].value), modifiers, None, span, unit.context.kind), noun])


def _is_condition(ids: str) -> bool:
    known = concepts().get(ids.split("|")[0])
    return known is not None and known.kind == "condition"


def _from_one(noun: Compare | OneOf) -> bool:
    """Whether who does not have the condition cannot have the grade: `grade >= 2`, but not `grade <= 1`."""
    if isinstance(noun, OneOf):
        return all(value not in (0, "0") for value in noun.values)
    return any(limit.op in ("gt", "ge", "eq") for limit in noun.limits)
