"""A screening in, the questions out that a person may answer to settle it, by what a person does, the best first.

Each is asked once for all trials, and has a number: `eligo next` and `eligo answer` print the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from eligo.evaluate import Engine
from eligo.explain import Finding, Screening, TrialScreening, explain
from eligo.outlook.data import asked_json
from eligo.outlook.effects import Question
from eligo.outlook.questions import Asked
from eligo.outlook.worth import Next, next_of
from eligo.patients.model import Patient
from eligo.plan import Plan
from eligo.report.actions import ACTIONS, Action, for_fact, for_value
from eligo.report.answer_words import answer_words
from eligo.report.outlook_words import name_of, question
from eligo.truth import Reason, Truth, Verdict
from eligo.worksheet.items import FormItem, item_of_leaf, value_takes, whole


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One question with its number: of `eligo next` (`asked`, for each trial), or else one of the worksheet.

    `items` are the questions of the worksheet that it covers: its own, or the leaves that it is about.
    """

    number: int
    action: Action
    key: str
    asked: tuple[Asked, ...]
    items: tuple[FormItem, ...]

    @property
    def about(self) -> Question | None:
        """What `eligo next` asks for."""
        return self.asked[0].question if self.asked else None

    @property
    def asked_data(self) -> list[dict[str, Any]]:
        """The question of `eligo next` for each trial, as data."""
        return [asked_json(one) for one in self.asked]

    @property
    def words(self) -> str:
        """What is asked, in words."""
        return question(self.asked_data[0]) if self.asked else self.items[0].question()

    @property
    def name(self) -> str | None:
        """What it is about, in a word or two."""
        return name_of(self.asked_data[0]) if self.asked else None

    @property
    def takes(self) -> str:
        """What an answer looks like: a value with its unit, or one of some words."""
        if not self.asked:
            return self.items[0].takes()
        of_value = value_takes(self.key) if self.asked[0].question.kind == "measurement" else None
        if of_value is not None and self.asked[0].why is not Reason.NO_REFERENCE_RANGE:
            return of_value
        return " | ".join(dict.fromkeys(word for data in self.asked_data for word in answer_words(data)))

    @property
    def criteria(self) -> list[str]:
        """The criteria that it serves, as `TRIAL/id`."""
        asked = (f"{one.trial}/{criterion}" for one in self.asked for criterion in one.criteria)
        return list(dict.fromkeys([*asked, *(place for item in self.items for place in item.criteria)]))


def open_questions(engine: Engine, patient: Patient) -> list[OpenQuestion]:
    """What is open in the undetermined trials."""
    screening = explain(engine, patient)
    return numbered(next_of(engine, patient, screening), screening)


def numbered(asking: Next, screening: Screening) -> list[OpenQuestion]:
    """The questions of `eligo next`, then what is to be stated and to be read, in the order of what a person does."""
    items = open_items(screening)
    of_question: dict[Question | None, list[FormItem]] = {}
    for item in items:
        of_question.setdefault(item.about if item.about in asking.asked else None, []).append(item)
    found = []
    for worth in asking.worths:
        asked = tuple(asking.asked[worth.question])
        own = tuple(of_question.get(worth.question, ()))
        found.append(OpenQuestion(0, _action(worth.question, asked), worth.question.id, asked, own))
    found += [OpenQuestion(0, item.group, item.key, (), (item,)) for item in of_question.get(None, ())]
    order = list(ACTIONS)
    ordered = sorted(found, key=lambda one: order.index(one.action))
    return [OpenQuestion(number, one.action, one.key, one.asked, one.items) for number, one in enumerate(ordered, 1)]


def with_numbers(data: dict[str, Any], questions: Iterable[OpenQuestion]) -> dict[str, Any]:
    """The data of `eligo next` with the number of each question, and what a person does about it.

    `others` are the questions that are no measurement or fact: what is to be stated, and to be read.
    """
    by_about = {(one.about.kind, one.about.id): one for one in questions if one.about is not None}
    for item in data["questions"]:
        one = by_about[item["kind"], item.get("variable") or item.get("concept")]
        item |= {"number": one.number, "action": one.action}
    data["others"] = [
        {"number": one.number, "action": one.action, "key": one.key, "question": one.words, "takes": one.takes}
        | {"criteria": one.criteria}
        for one in questions
        if one.about is None
    ]
    return data


def _action(about: Question, asked: Iterable[Asked]) -> Action:
    """What a person does to find out; what may be planned, the patient knows."""
    if about.kind == "measurement":
        return for_value(about.id)
    planned = any(str(answer.answer).startswith("planned") for one in asked for answer in one.answers)
    return for_fact(about.id, "planned" if planned else None)


def open_items(screening: Screening) -> list[FormItem]:
    """The questions of the worksheet that are open in the undetermined trials."""
    found: dict[str, FormItem] = {}
    for trial in screening.trials:
        for item in _of_trial(trial):
            found.setdefault(item.key, item).criteria.update(item.criteria)
    return list(found.values())


def _of_trial(trial: TrialScreening) -> Iterator[FormItem]:
    if trial.verdict is not Verdict.UNDETERMINED:
        return
    wanted = set(trial.open)
    for finding in trial.findings:
        if finding.criterion.id in wanted:
            yield from _of_finding(trial.plan, finding)


def _of_finding(plan: Plan, finding: Finding) -> Iterator[FormItem]:
    """The questions of an open criterion: its open leaves, or itself as a whole."""
    place = f"{plan.trial}/{finding.criterion.id}"
    decide = [evidence for evidence in finding.deciding if evidence.truth is Truth.UNKNOWN]
    tests = dict(zip((id(use.leaf) for use in finding.criterion.uses), finding.criterion.uses, strict=True))
    parts = [
        item_of_leaf(evidence.leaf, plan.tests[tests[id(evidence.leaf)].test], finding.criterion) for evidence in decide
    ]
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        yield whole(place, finding.criterion)
        return
    for part in known:
        part.criteria[place] = None
        yield part
