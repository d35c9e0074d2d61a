"""A patient and one new finding in, the patient as the record would then be out: what would be, if.

A finding is of the day of the screening. What it speaks of is replaced as far as the two could not both be so; the rest
of the record stays as it is. Each edit names all ids that it touches, so that only their tests run again.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from typing import Literal

from eligo.dataclass import replace
from eligo.evaluation.chart import line_of
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact, PartialDate, Patient, Result
from eligo.vocabulary.concepts import concepts, is_outside
from eligo.vocabulary.own_names import forgotten_with_names
from eligo.vocabulary.relations import relations
from eligo.vocabulary.variables import variables

_MOST_FAMILIES = 4096  # whose grades are kept: one question after the other is of the same things


class Edit(NamedTuple):
    """A changed record, and the ids of the variables, concepts and attestations whose part of it changed."""

    patient: Patient
    touched: frozenset[str]


def today(patient: Patient) -> PartialDate:
    """The day of the screening."""
    return PartialDate(patient.as_of, patient.as_of)


def value_of(variable: str, value: float, day: PartialDate) -> Result:
    """A plain value in the canonical unit."""
    known = variables().get(variable)
    return Result(variable, value, value, date=day, value=value, unit=known.unit if known else None)


def measured(patient: Patient, result: Result, past_too: bool = False) -> Edit:
    """A result of today replaces those of today, or all of them; a grade goes with the concept that it grades."""
    variable = variables().get(result.variable)
    kept = [] if past_too else [r for r in patient.results.get(result.variable, ()) if _before(r, patient.as_of)]
    results = {**patient.results, result.variable: (result, *kept)}
    touched = frozenset((result.variable,))
    if variable is None or variable.concept is None:
        return Edit(replace(patient, results=results), touched)
    concept = variable.concept
    if result.high == 0:
        edit = ruled_out(patient, concept, ever=False)
    else:
        own = tuple(f for f in patient.facts.get(concept, ()) if f.status == "active" and f.end is None)
        edit = _with_facts(patient, concept, own)
    results = {**edit.patient.results, result.variable: (result, *kept)}
    return Edit(replace(edit.patient, results=results), edit.touched | touched)


def rewritten(patient: Patient, old: Result, new: Result) -> Edit:
    """One result stands as another one, of the same variable and day."""
    found = tuple(new if result is old else result for result in patient.results[old.variable])
    return Edit(replace(patient, results={**patient.results, old.variable: found}), frozenset((old.variable,)))


def _before(result: Result, day: date) -> bool:
    return result.date is not None and result.date.last < day


def ruled_out(patient: Patient, concept: str, ever: bool = True) -> Edit:
    """The concept is ruled out, and with it all its kinds: as of today, or for all of the past too."""
    family = concepts().descendants(concept) or frozenset((concept,))
    facts = {c: found for c, found in patient.facts.items() if concept not in line_of(c)}
    grades = grades_of(family)
    results = {v: found for v, found in patient.results.items() if v not in grades}
    absent, never = patient.absent | {concept}, patient.never | ({concept} if ever else set())
    changed = replace(patient, facts=facts, results=results, absent=absent, never=never)
    return Edit(changed, family | grades | _reached(patient.facts.keys() - facts.keys()))


def stated(patient: Patient, concept: str, facts: Iterable[Fact]) -> Edit:
    """The facts are all that there is to say of the very concept, which is then no longer ruled out."""
    edit = _with_facts(patient, concept, tuple(facts))
    grades = grades_of(concepts().ancestors(concept))
    changed = edit.patient
    if not grades.isdisjoint(patient.results):
        changed = replace(changed, results={v: found for v, found in patient.results.items() if v not in grades})
    return Edit(changed, edit.touched | grades)


def added(patient: Patient, concept: str, facts: Iterable[Fact]) -> Edit:
    """The facts stand beside what the record says of the concept, which is not ruled out any more."""
    return _with_facts(patient, concept, (*facts, *patient.facts.get(concept, ())))


def _with_facts(patient: Patient, concept: str, facts: tuple[Fact, ...]) -> Edit:
    line = concepts().ancestors(concept) or frozenset((concept,))
    others = {c: found for c, found in patient.facts.items() if c != concept}
    facts_then = others | ({concept: facts} if facts else {})
    changed = replace(patient, facts=facts_then, absent=patient.absent - line, never=patient.never - line)
    return Edit(changed, line | _reached((concept,)))


def _reached(ids: Iterable[str]) -> frozenset[str]:
    """What things that the vocabulary does not have can make a difference to."""
    return frozenset[str]().union(*(relations().reach(id_) for id_ in ids if is_outside(id_)))


@forgotten_with_names
@functools.lru_cache(_MOST_FAMILIES)
def grades_of(family: frozenset[str]) -> frozenset[str]:
    """The ordinals that grade a concept of the family."""
    return frozenset(c.grade_variable for id_ in family if (c := concepts().get(id_)) and c.grade_variable)


def born(patient: Patient, day: date) -> Edit:
    """The day of birth, whatever age was stated."""
    results = {v: found for v, found in patient.results.items() if v != "age"}
    return Edit(replace(patient, birth=PartialDate(day, day), results=results), frozenset(("age",)))


def of_sex(patient: Patient, sex: Literal["male", "female"]) -> Edit:
    """The sex."""
    results = {v: found for v, found in patient.results.items() if v != "sex"}
    return Edit(replace(patient, sex=sex, results=results), frozenset(("sex",)))


def attested(patient: Patient, key: str, held: bool) -> Edit:
    """What a person states, by the topic or by the criterion."""
    return Edit(replace(patient, attested={**patient.attested, key: held}), frozenset((key,)))


def names_of(patient: Patient, is_concept: bool, id_: str) -> frozenset[str]:
    """All ids that an edit of a concept or of a variable can touch in a patient."""
    variable = None if is_concept else variables().get(id_)
    concept = id_ if is_concept else (variable.concept if variable else None)
    if concept is None:
        return frozenset((id_,))
    family = concepts().descendants(concept) | concepts().ancestors(concept)
    kinds = (other for other in patient.facts if concept in line_of(other))
    return frozenset((id_,)) | family | grades_of(family) | _reached((concept, *kinds))
