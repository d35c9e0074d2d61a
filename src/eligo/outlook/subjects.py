"""A situation and criteria in, what they look at and the record knows out: the subjects that a change can be about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from eligo.criteria import STUDY_CONDITION, Compare, OneOf, Present, Related, presences
from eligo.evaluate import Ready
from eligo.evaluation.ages import AgeThen
from eligo.evaluation.answers import Answer, numbers
from eligo.evaluation.presence import Presence, presence
from eligo.evaluation.relating import Relating
from eligo.namedtuple import NamedTuple
from eligo.outlook.edits import names_of
from eligo.outlook.facts import asking, of_attestation, of_concept
from eligo.outlook.situation import Situation, settled
from eligo.outlook.values import Option, of_variable
from eligo.plan import Attested, Test, compared_with
from eligo.truth import Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import SCORES, leaf_inputs
from eligo.vocabulary.variables import variables

Fixed = Literal["age", "sex", "history"]


class Subject(NamedTuple):
    """What a change is about."""

    kind: Literal["variable", "concept", "attestation"]
    id: str


class Subjects:
    """The subjects of some criteria; `touches` are the bits of their tests that a change of each can bear on."""

    def __init__(self, situation: Situation, criteria: Sequence[Ready]) -> None:
        self.situation, self.criteria = situation, criteria
        self.bits = 0
        self._tests: list[Test] = []
        found: dict[Subject, None] = {}
        for ready in criteria:
            self.bits |= ready.bits
            for number, _, test in ready.uses:
                self._tests.append(test)
                found |= dict.fromkeys(subjects_of(test, situation.engine.tests[number]))
        self.touches = {subject: self._touched(subject) & self.bits for subject in found if known(subject, situation)}
        self._options: dict[Subject, list[list[Option]]] = {}
        self._effects: dict[Subject, list[tuple[int, int]]] = {}

    def of(self, ready: Ready) -> list[Subject]:
        """The subjects that bear on a criterion."""
        return [subject for subject, bits in self.touches.items() if bits & ready.bits]

    def options(self, subject: Subject) -> list[list[Option]]:
        """What the subject can be, in groups that the criteria do not tell apart."""
        if subject not in self._options:
            self._group(subject)
        return self._options[subject]

    def useful(self, subject: Subject, ready: Ready) -> list[int]:
        """The numbers of the options that can make a difference for a criterion, whatever else is changed."""
        if subject not in self._effects:
            self._group(subject)
        effects, bits = self._effects[subject], self.touches[subject] & ready.bits
        if any(bits & others for other, others in self.touches.items() if other != subject):
            return list(range(len(effects)))
        now = self.situation.answers
        before = (now.met & bits, now.unknown & bits)
        return [n for n, (met, unknown) in enumerate(effects) if (met & bits, unknown & bits) != before]

    def fixed(self, subject: Subject) -> Fixed | None:
        """Why nobody can change the subject."""
        if subject.id == "age" or subject.id == "sex":
            return "age" if subject.id == "age" else "sex"
        match subject.kind:
            case "attestation":
                past = False
            case "variable":
                past = any(_picks_earlier(test, subject.id) for test in self._tests)
            case "concept":
                past = self._has_been(subject.id)
        return "history" if past else None

    def _has_been(self, concept: str) -> bool:
        """Whether the record has of a concept what has been, and a test asks for that."""
        facts = self.situation.answers.chart.under.get(concept, ())
        if all(fact.status == "planned" for fact in facts):
            return False  # what is not there can still come, or be called off
        known = concepts().get(concept)
        if known and known.kind == "procedure":
            return True
        asked = set(asking(self.situation, concept))
        tests = [test for test in self._tests if isinstance(test, Present | Related)]
        if any(part in asked and _looks_back(part) for test in tests for part in presences(test)):
            return True
        return any(_begins_with(test, concept) for test in self._tests)

    def _touched(self, subject: Subject) -> int:
        """The bits of the tests that a change of the subject can bear on."""
        reading = self.situation.reading(names_of(self.situation.patient, subject.kind == "concept", subject.id))
        if subject.id == "sex":  # it rules concepts out
            tests = self.situation.engine.tests
            reading |= sum({1 << n for n in numbers(self.bits) for side in _sides(tests[n]) if side.sex})
        return reading

    def _group(self, subject: Subject) -> None:
        own = self.touches[subject]
        alone = not any(own & bits for other, bits in self.touches.items() if other != subject)
        groups: dict[object, list[Option]] = {}
        effects: dict[object, tuple[int, int]] = {}
        for option in self._all_options(subject):
            after = settled(self.situation.after(option.edit(self.situation.patient)), self.bits)
            effect = (after.met & self.bits, after.unknown & self.bits)
            # Where another subject bears on the same tests, options that are the same now may differ with it changed.
            key: object = effect if alone else option.answer
            groups.setdefault(key, []).append(option)
            effects.setdefault(key, effect)
        self._options[subject], self._effects[subject] = list(groups.values()), list(effects.values())

    def _all_options(self, subject: Subject) -> list[Option]:
        if subject.kind == "concept":
            return of_concept(self.situation, subject.id)
        if subject.kind == "attestation":
            return of_attestation(subject.id)
        return of_variable(self.situation, subject.id, past_too=self.fixed(subject) == "history")


def _looks_back(test: Present) -> bool:
    """Whether a test asks for what was."""
    return test.status == "history" or (test.window is not None and test.window.looks_back)


def _picks_earlier(test: Test, variable: str) -> bool:
    """Whether a test asks for another result than the latest."""
    return isinstance(test, Compare) and test.variable == variable and test.pick != "latest"


def _begins_with(test: Test, concept: str) -> bool:
    """Whether a test asks for the age on the day on which the concept began."""
    return isinstance(test, Compare) and test.at is not None and test.at in concepts().ancestors(concept)


def _sides(answer: Answer) -> tuple[Presence, ...]:
    """The tests of concepts that an answer is made of."""
    if isinstance(answer, Relating):
        return (answer.what, answer.to)
    return (answer,) if isinstance(answer, Presence) else ()


def known(subject: Subject, situation: Situation) -> bool:
    """Whether the record knows the subject."""
    chart = situation.answers.chart
    if subject.id == "age":
        return chart.patient.birth is not None or bool(chart.recorded("age"))
    if subject.id == "sex":
        return chart.sex is not None
    if subject.kind == "attestation":
        return subject.id in chart.attested
    if subject.kind == "variable":
        return any(result.problem is None for result in chart.results.get(subject.id, ()))
    return presence(Present(subject.id))(chart)[0] is not Truth.UNKNOWN


def subjects_of(test: Test, answer: Answer) -> Iterator[Subject]:
    """Everything that the answer of a test may rest on."""
    if isinstance(test, Attested):
        yield Subject("attestation", test.key)
        if test.key == test.topic:
            yield Subject("attestation", test.criterion)
    elif sides := _sides(answer):
        for side in sides:
            yield from _of_presence(side)
    elif isinstance(answer, AgeThen):
        yield Subject("variable", "age")
        yield Subject("concept", answer.concept)
    elif isinstance(test, Compare | OneOf) and test.variable is not None:
        yield from _of_variable(test.variable)
        for other in compared_with(test) if isinstance(test, Compare) else ():
            yield from _of_variable(other)


def _of_presence(answer: Presence) -> Iterator[Subject]:
    yield Subject("concept", answer.concept)
    for part in answer.test.but_not:
        if part.concept != STUDY_CONDITION:
            yield Subject("concept", part.concept)
    for grade in sorted({*answer.grades, *answer.own_grades}):
        yield Subject("variable", grade)
    if answer.sex is not None:
        yield Subject("variable", "sex")


def _of_variable(name: str) -> Iterator[Subject]:
    yield Subject("variable", name)
    variable = variables().get(name)
    if variable is not None and variable.concept is not None:
        yield Subject("concept", variable.concept)
    if name in SCORES:
        for item in leaf_inputs(name):
            if item.role == "fact" and item.id in concepts():
                yield Subject("concept", item.id)
            elif item.role == "value":
                yield Subject("variable", item.id)
