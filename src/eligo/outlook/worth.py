"""Open questions in, the same questions ranked by how many verdicts each could settle out, for one patient or many.

What settles for certain counts before what may settle; strict counts before those that take attestations for granted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eligo.dataclass import dataclass
from eligo.evaluate import Engine
from eligo.explain import Screening, explain
from eligo.namedtuple import NamedTuple
from eligo.outlook.data import asked_json, question_json
from eligo.outlook.effects import Question
from eligo.outlook.questions import Asked, Open, ask, open_parts
from eligo.outlook.situation import Situation
from eligo.patients.model import Patient
from eligo.truth import Verdict

ONE = "eligo.next/1"
LIST = "eligo.next-list/1"


class Worth(NamedTuple):
    """How many verdicts a question could settle: for certain, perhaps; the same once everything is attested.

    `waiting` are the criteria that it leaves open, counted over all trials.
    """

    question: Question
    certain: int
    may: int
    certain_but: int
    may_but: int
    waiting: int

    def __add__(self, other: Worth) -> Worth:  # type: ignore[override]  # not the sum of two tuples
        """The worth for two patients."""
        return Worth(self.question, *(a + b for a, b in zip(self[1:], other[1:], strict=True)))

    @property
    def rank(self) -> tuple[object, ...]:
        """The more it settles, the earlier; then the more criteria wait for it; then by name."""
        return -self.certain, -self.certain_but, -self.may, -self.may_but, -self.waiting, self.question

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
    asked: Mapping[Question, Sequence[Asked]]

    def ranked_json(self) -> list[dict[str, Any]]:
        """The questions over all trials, the most worth first, with the trials that each may settle."""
        found = []
        for worth in self.worths:
            asked = self.asked[worth.question]
            trials = [one.trial for one in asked if one.settles_but_for_attestations != "no"]
            found.append(worth.as_json() | {"why": asked[0].why.value, "trials": trials})
        return found

    def as_json(self) -> dict[str, Any]:
        """The questions with what each answer would do; attestations and sentences to read apart."""
        questions = []
        for worth in self.worths:
            asked = self.asked[worth.question]
            trials = [{"trial": one.trial, **asked_json(one)} for one in asked]
            questions.append(worth.as_json() | {"why": asked[0].why.value, "trials": trials})
        attest: dict[str, dict[str, list[str]]] = {}
        for found in self.opens:
            for key, criteria in found.attest.items():
                attest.setdefault(key, {})[found.trial] = list(criteria)
        return {
            "schema": ONE,
            "patient": self.patient.id,
            "as_of": self.patient.as_of.isoformat(),
            "undetermined": [found.trial for found in self.opens if found],
            "questions": questions,
            "attest": [{"concept": key, "trials": where} for key, where in attest.items()],
            "read": {found.trial: list(found.read) for found in self.opens if found.read},
        }


def next_of(engine: Engine, patient: Patient, screening: Screening | None = None) -> Next:
    """What to find out next about a patient."""
    screening = screening or explain(engine, patient)
    trials = [t for t, s in zip(engine.trials, screening.trials, strict=True) if s.verdict is Verdict.UNDETERMINED]
    opens = tuple(open_parts(s) for s in screening.trials if s.verdict is Verdict.UNDETERMINED)
    found: dict[Question, list[Asked]] = {}
    for one in ask(Situation(engine, patient, trials), opens) if trials else ():
        found.setdefault(one.question, []).append(one)
    worths = sorted((_worth(question, asked) for question, asked in found.items()), key=lambda worth: worth.rank)
    return Next(patient, opens, tuple(worths), found)


def _worth(question: Question, asked: Sequence[Asked]) -> Worth:
    strict = Counter(one.settles for one in asked)
    granted = Counter(one.settles_but_for_attestations for one in asked)
    waiting = sum(len(one.criteria) for one in asked)
    return Worth(question, strict["certain"], strict["may"], granted["certain"], granted["may"], waiting)


class Union:
    """The questions of many patients, each with the patients that it is open for."""

    def __init__(self) -> None:
        self.patients = self.undetermined = 0
        self._worths: dict[Question, Worth] = {}
        self._of: dict[Question, list[str]] = {}

    def add(self, patient: str, undetermined: bool, worths: Iterable[Worth]) -> None:
        """Count one more patient."""
        self.patients += 1
        self.undetermined += undetermined
        for worth in worths:
            before = self._worths.get(worth.question)
            self._worths[worth.question] = before + worth if before else worth
            self._of.setdefault(worth.question, []).append(patient)

    def as_json(self) -> dict[str, Any]:
        """The questions, the most worth first."""
        ranked = sorted(self._worths.values(), key=lambda worth: worth.rank)
        return {
            "schema": LIST,
            "patients": self.patients,
            "undetermined": self.undetermined,
            "questions": [worth.as_json() | {"patients": self._of[worth.question]} for worth in ranked],
        }
