"""A small world in, what is strange to its rules out: what may be added to a record and must change no answer.

Kin of what the rules ask for is no stranger, nor what may be it, goes into a score of theirs, or states any of that.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from bench.fuzz.people import LISTS, Data, World, measured, named
from eligo.patients.answers import findings_data
from eligo.patients.diagnostic_tests import all_tests, loads
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.relations import relations
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import Variable, variables

_WORLDS = 4  # of so many it is kept what is strange to them


@functools.lru_cache(_WORLDS)
def strange_variables(around: World) -> list[Variable]:
    """The variables that no rule asks for, that no score of the rules takes, and that say nothing of their concepts."""
    asked, near = _asked(around), _near(around)
    signs = {sign.variable for id_ in _concepts(around, asked) for sign in relations().open_to(id_).signs}
    return [v for v in measured() if v.id not in asked | signs and near.isdisjoint(_kin(_stated(v)))]


def strange_concepts(around: World, data: Data) -> list[Concept]:
    """The concepts that are no kin of what the rules ask for, nor may be it, go into no score, and no record names."""
    told = {entry["concept"] for name in LISTS for entry in data.get(name, ())} | {*data.get("absent", ())}
    kin = _kin(told)
    return [c for c in _far(around) if c.id not in kin]


@functools.lru_cache(_WORLDS)
def _far(around: World) -> list[Concept]:
    """The concepts that make no difference to the rules, and that both sexes can have."""
    near = _near(around)
    return [c for c in named() if c.sex is None and near.isdisjoint(_kin([c.id]))]


def _asked(around: World) -> set[str]:
    """The ids of all that the rules ask for, and of all that their scores take, through other scores too."""
    asked = {v.id for v in around.variables} | {c.id for c in around.concepts}
    scores = [id_ for id_ in asked if id_ in SCORES]
    while scores:
        inputs = {item.id for item in SCORES[scores.pop()].inputs} - asked
        asked |= inputs
        scores += [id_ for id_ in inputs if id_ in SCORES]
    return asked


def _concepts(around: World, asked: Iterable[str]) -> set[str]:
    """The concepts among what is asked for, and those of its grades: a grade is 0 where its concept is ruled out."""
    graded = {v.concept for id_ in asked if (v := variables().get(id_)) and v.concept}
    return {c.id for c in around.concepts} | {id_ for id_ in asked if id_ in concepts()} | graded


def _near(around: World) -> set[str]:
    """The concepts that make a difference to the rules: what they ask for, its kin, and what may be it."""
    asked = _concepts(around, _asked(around))
    near = _kin(asked).union(*(relations().open_to(id_).entries for id_ in asked))
    if findings_data()["viral_load"]["concept"] in near:  # its viruses are those of the conditions on record
        near |= {condition for load in loads().values() for condition in load.conditions}
    return near


def _stated(variable: Variable) -> Iterator[str]:
    """The concepts that a value of a variable makes a statement of: by its grade, as a test, or as a virus."""
    if variable.concept is not None:
        yield variable.concept
    for test in all_tests():
        if test.variable == variable.id:
            yield from (id_ for said in test.means.values() for ids in said.values() for id_ in ids)
    if variable.id in loads():
        yield findings_data()["viral_load"]["concept"]


def _kin(ids: Iterable[str]) -> set[str]:
    """Concepts with what they are kinds of, and what is a kind of them."""
    return set[str]().union(*(concepts().ancestors(id_) | concepts().descendants(id_) for id_ in ids))
