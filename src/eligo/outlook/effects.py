"""A question and a situation in, what each answer does to the tests out.

Most records are silent on most of what is asked. What an answer does then is the same for all of them, so it is worked
out once, for an empty record of the same day with the same sex and the same complete lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from eligo.evaluation.answers import Answers
from eligo.namedtuple import NamedTuple
from eligo.outlook.edits import names_of
from eligo.outlook.facts import of_concept
from eligo.outlook.phrases import Told
from eligo.outlook.situation import Situation, known_as, settled
from eligo.outlook.values import Option, ValueRegion, of_reference, of_variable
from eligo.patients.model import Patient
from eligo.truth import Reason

Kind = Literal["measurement", "fact"]


class Question(NamedTuple):
    """What the record leaves open: a value to measure, or a fact to find out."""

    kind: Kind
    id: str


class Effect(NamedTuple):
    """What one answer does: the tests that run anew, as bits, and those of them that are then MET or UNKNOWN.

    `at_odds` are those with which an answer that a person gave before is then at odds.
    """

    answer: Told | ValueRegion
    bits: int
    met: int
    unknown: int
    at_odds: int = 0

    def on(self, situation: Situation) -> Answers:
        """The answers with this effect."""
        before = situation.answers
        after = known_as(before, before.met & ~self.bits | self.met, before.unknown & ~self.bits | self.unknown)
        if before.given is not None:
            after.given = before.given.with_at_odds(self.bits, self.at_odds)
        return after


class Fresh(NamedTuple):
    """The effects for a record that mentions none of the `names`, which are all that the affected tests look at.

    `bits` are these tests: where a person has answered one of them, the effects are others.
    """

    names: frozenset[str]
    effects: tuple[Effect, ...]
    bits: int

    def fits(self, situation: Situation) -> bool:
        """Whether the record mentions none of them, and nobody answered what they ask."""
        patient, given = situation.patient, situation.answers.given
        if given is not None and given.bits & self.bits:
            return False
        parts = (patient.results, patient.facts, patient.absent, patient.attested)
        return not (patient.birth and "age" in self.names) and all(map(self.names.isdisjoint, parts))


def effects(situation: Situation, question: Question, why: Reason) -> Sequence[Effect]:
    """What every answer to a question does that a test tells apart from the others."""
    if why is Reason.NO_REFERENCE_RANGE:
        known = situation.answers.chart.recorded(question.id)
        if len(known) == 1 and known[0].low == known[0].high:
            found = [option for of in ("ULN", "LLN") for option in of_reference(situation, known[0], of)]
            return effects_of(situation, found)
    fresh = _fresh(situation, question)
    if fresh.fits(situation):
        return fresh.effects
    names = names_of(situation.patient, question.kind == "fact", question.id)
    narrow = situation if question.id == "sex" else situation.narrowed(names)
    return effects_of(narrow, options(narrow, question))


def options(situation: Situation, question: Question) -> list[Option]:
    """Every answer to a question that a test tells apart from the others."""
    made = of_concept if question.kind == "fact" else of_variable
    return made(situation, question.id)


def effects_of(situation: Situation, found: Sequence[Option]) -> tuple[Effect, ...]:
    """What each of some answers does."""
    done = []
    for option in found:
        edit = option.edit(situation.patient)
        bits = situation.bits if "sex" in edit.touched else situation.reading(edit.touched)
        after = settled(situation.after(edit), bits)
        at_odds = after.given.at_odds & bits if after.given is not None else 0
        done.append(Effect(option.answer, bits, after.met & bits, after.unknown & bits, at_odds))
    return tuple(done)


def _fresh(situation: Situation, question: Question) -> Fresh:
    """The effects for an empty record, kept for all patients of the engine that fit."""
    engine, patient = situation.engine, situation.patient
    kept = situation.answers.empty.kept
    if (key := (question, patient.as_of)) not in kept:
        if (blank := ("blank", patient.as_of)) not in kept:
            sex = situation.answers.chart.sex
            empty = Patient("", patient.as_of, sex=sex, complete=patient.complete, in_part=patient.in_part)
            kept[blank] = Situation(engine, empty)
        found = effects_of(kept[blank], options(kept[blank], question))
        bits = 0
        for effect in found:
            bits |= effect.bits
        reading = (engine.readers, engine.rulers)
        names = frozenset(name for tests in reading for name, read in tests.items() if read & bits)
        kept[key] = Fresh(names, found, bits)
    fresh: Fresh = kept[key]
    return fresh
