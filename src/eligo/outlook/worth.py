"""Open questions in, the same questions ranked by how many verdicts each could settle out, for one patient or many.

What settles for certain counts before what may settle; strict counts before those that take attestations for granted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.outlook.data import asked_json, question_json
from eligo.outlook.effects import Question
from eligo.outlook.questions import Asked, Open, ask, open_parts
from eligo.outlook.situation import Situation
from eligo.patients.model import Patient
from eligo.truth import Verdict

ONE = "eligo.next/1"
LIST = "eligo.next-list/1"


@dataclass(slots=True)
class Worth:
    """How many verdicts a question could settle: for certain, perhaps; and the same once everything is attested."""

    question: Question
    certain: int = 0
    may: int = 0
    certain_but: int = 0
    may_but: int = 0
    asked: list[Asked] = field(default_factory=list)
    patients: dict[str, None] = field(default_factory=dict)

    def add(self, asked: Asked, patient: str) -> None:
        """Count one more trial of one patient."""
        self.certain += asked.settles == "certain"
        self.may += asked.settles == "may"
        self.certain_but += asked.settles_but_for_attestations == "certain"
        self.may_but += asked.settles_but_for_attestations == "may"
        self.asked.append(asked)
        self.patients[patient] = None

    @property
    def rank(self) -> tuple[object, ...]:
        """The more it settles, the earlier; then the more criteria wait for it; then by name."""
        waiting = sum(len(asked.criteria) for asked in self.asked)
        return -self.certain, -self.certain_but, -self.may, -self.may_but, -waiting, self.question

    def as_json(self) -> dict[str, Any]:
        """What it could settle."""
        return {
            **question_json(self.question),
            "settles": {"certain": self.certain, "may": self.may},
            "settles_but_for_attestations": {"certain": self.certain_but, "may": self.may_but},
        }


@dataclass(frozen=True, slots=True)
class Next:
    """One patient: what is open in each undetermined trial, and the questions, the most worth first."""

    patient: Patient
    opens: tuple[Open, ...]
    worths: tuple[Worth, ...]

    def as_json(self) -> dict[str, Any]:
        """The questions with what each answer would do; attestations and sentences to read apart."""
        questions = []
        for worth in self.worths:
            trials = [{"trial": asked.trial, **asked_json(asked)} for asked in worth.asked]
            questions.append(worth.as_json() | {"why": worth.asked[0].why.value, "trials": trials})
        attest: dict[str, dict[str, list[str]]] = {}
        for found in self.opens:
            for key, criteria in found.attest.items():
                attest.setdefault(key, {})[found.trial] = list(criteria)
        return {
            "schema": ONE,
            "patient": self.patient.id,
            "as_of": self.patient.as_of.isoformat(),
            "undetermined": [found.trial for found in self.opens],
            "questions": questions,
            "attest": [{"concept": key, "trials": where} for key, where in attest.items()],
            "read": {found.trial: list(found.read) for found in self.opens if found.read},
        }


def next_of(engine: Engine, patient: Patient) -> Next:
    """What to find out next about a patient."""
    screening = explain(engine, patient)
    trials = [t for t, s in zip(engine.trials, screening.trials, strict=True) if s.verdict is Verdict.UNDETERMINED]
    opens = tuple(open_parts(s) for s in screening.trials if s.verdict is Verdict.UNDETERMINED)
    asked = ask(Situation(engine, patient, trials), opens) if trials else []
    return Next(patient, opens, ranked((one, patient.id) for one in asked))


def ranked(asked: Iterable[tuple[Asked, str]]) -> tuple[Worth, ...]:
    """The questions, each with the trials and patients that it is asked for, the most worth first."""
    found: dict[Question, Worth] = {}
    for one, patient in asked:
        found.setdefault(one.question, Worth(one.question)).add(one, patient)
    return tuple(sorted(found.values(), key=lambda worth: worth.rank))


def list_json(found: Iterable[Next]) -> dict[str, Any]:
    """The union over many patients: each question with the patients that it is open for."""
    all_of = list(found)
    worths = ranked((asked, one.patient.id) for one in all_of for worth in one.worths for asked in worth.asked)
    return {
        "schema": LIST,
        "patients": len(all_of),
        "undetermined": sum(any(map(bool, one.opens)) for one in all_of),
        "questions": [worth.as_json() | {"patients": list(worth.patients)} for worth in worths],
    }
