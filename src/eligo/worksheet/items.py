"""Plans in, the questions out that a person may answer: each once, by what a person does to answer it.

A value is asked for once, whatever the limits; a leaf is asked once for all trials that ask the same; a
criterion of which a part was not understood is asked as a whole, in its own words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from eligo.answers.resolve import QUANTITY, asked_by, is_of_one_criterion, subject_of
from eligo.criteria import Always, Compare, Leaf, OneOf, Present, text_sha
from eligo.dataclass import dataclass, field
from eligo.outlook.effects import Question
from eligo.patients.replies import canonical
from eligo.plan import Attested, Plan, PlannedCriterion, Test
from eligo.report.actions import ACTIONS, Action, for_fact, for_value
from eligo.report.display import concept_name
from eligo.report.measures import LONG, Manner
from eligo.report.outlook_words import question as asked_in_words
from eligo.report.sentences import sentence
from eligo.report.units import printed
from eligo.truth import Reason
from eligo.vocabulary.variable import Variable
from eligo.vocabulary.variables import variables

YES_NO = "yes or no"

NO_UNIT = "1"  # UCUM's unit of a bare number
MOST_UNITS = 4  # that a question names
_STATED = frozenset({"age", "sex"})  # what the record states of the person, and no value of a day


@dataclass(frozen=True, slots=True)
class FormItem:
    """One question: its `key`, what it asks, and the criteria that it serves (`TRIAL/id`).

    A value has a `subject` (a variable or quantity) and takes a number in one of the `units`, or one of the `choices`.
    Where a `leaf` is asked, the `words` have `{}` for its sentence.
    """

    key: str
    group: Action
    words: str
    asks: dict[str, Any] | None = None
    criterion: str | None = None
    text_sha: str | None = None
    subject: str | None = None
    units: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    about: Question | None = None
    leaf: Leaf | None = None
    limits: dict[str, None] = field(default_factory=dict)
    criteria: dict[str, None] = field(default_factory=dict)

    def question(self, manner: Manner = LONG) -> str:
        """What is asked, in words; units in the manner."""
        return self.words if self.leaf is None else self.words.format(sentence(self.leaf, manner=manner))

    def takes(self, unit: Callable[[str], str] = printed) -> str:
        """What an answer looks like: yes or no, one of some words, or a number with its unit, as `unit` writes it."""
        if self.subject is None:
            return YES_NO
        return " | ".join(self.choices) or " | ".join(map(unit, self.units)) or "a number"


def items_of(plans: Iterable[Plan]) -> list[FormItem]:
    """Every question of the trials, in the order of the groups, and in each as the trials ask."""
    found: dict[str, FormItem] = {}
    for plan in plans:
        for criterion in plan.criteria:
            for item in items_of_criterion(plan, criterion):
                kept = found.setdefault(item.key, item)
                kept.criteria.update(item.criteria)
                kept.limits.update(item.limits)
    order = list(ACTIONS)
    return sorted(found.values(), key=lambda item: order.index(item.group))


def items_of_criterion(plan: Plan, criterion: PlannedCriterion) -> Iterator[FormItem]:
    """The questions of a criterion; itself as a whole, where a part of it cannot be asked alone."""
    place = f"{plan.trial}/{criterion.id}"
    parts = [item_of_leaf(use.leaf, plan.tests[use.test], criterion) for use in criterion.uses]
    if any(part is None for part in parts):
        yield whole(place, criterion)
        return
    for part in parts:
        if part is not None and part is not _NOTHING:
            part.criteria[place] = None
            yield part


def whole(place: str, criterion: PlannedCriterion) -> FormItem:
    """A criterion as a whole."""
    sha = text_sha(criterion.text)
    words = f"Is this {criterion.kind} true of the patient, as it is written: {criterion.text}"
    return FormItem(f"{place}#{sha}", "read", words, criterion=place, text_sha=sha, criteria={place: None})


_NOTHING = FormItem("", "read", "")  # a leaf that asks nothing


def item_of_leaf(leaf: Leaf, test: Test, criterion: PlannedCriterion) -> FormItem | None:
    """The question of a leaf; None where it can be asked with the whole criterion alone."""
    if isinstance(test, Always):
        return _NOTHING
    subject = subject_of(test)
    if subject is not None and subject not in _STATED:
        return _value(subject, leaf)
    asks = asked_by(leaf, test)
    if asks is None:
        return None
    if isinstance(test, Attested):
        words = f"Do you state this: {concept_name(test.topic)}?"
        if not is_of_one_criterion(test.topic):
            return FormItem(test.topic, "sign", words, asks)
        sha = text_sha(criterion.text)
        words = f"{words} The {criterion.kind} is: {criterion.text}"
        return FormItem(f"{test.criterion}#{test.topic}#{sha}", "sign", words, asks, test.criterion, sha)
    key = hashlib.sha256(canonical(asks).encode()).hexdigest()[:8]
    return FormItem(key, _group(test), "Is this so: {}?", asks, about=_about(test), leaf=leaf)


def _group(test: Test) -> Action:
    """What a person does to answer yes or no."""
    if isinstance(test, Compare | OneOf):
        return "ask" if test.variable in _STATED else "chart"
    return for_fact(test.concept, test.status) if isinstance(test, Present) else "chart"


def _about(test: Test) -> Question | None:
    """The question of `eligo next` that this is a part of."""
    if isinstance(test, Present):
        return Question("fact", test.concept)
    return Question("measurement", test.variable) if isinstance(test, Compare | OneOf) and test.variable else None


def _value(subject: str, leaf: Leaf) -> FormItem:
    """The value of a variable, or of a quantity that the vocabulary does not have."""
    limits = {sentence(leaf): None}
    if subject.startswith(QUANTITY):
        name = subject.removeprefix(QUANTITY)
        own = {limit.unit: None for limit in leaf.limits if limit.unit} if isinstance(leaf, Compare) else {}
        words = f"What is the value: {name}?"
        return FormItem(subject, "chart", words, {"quantity": name}, subject=subject, units=tuple(own), limits=limits)
    known = variables().get(subject)
    if known is None:  # the plan would not have a test of it
        raise LookupError(subject)
    words = asked_in_words({"variable": subject, "why": Reason.MISSING.value})
    choices, units = _choices(known), units_of(known)
    return FormItem(
        subject,
        for_value(subject),
        words,
        {"variable": subject},
        subject=subject,
        units=units,
        choices=choices,
        about=Question("measurement", subject),
        limits=limits,
    )


def value_takes(variable: str) -> str | None:
    """What a value of a variable looks like in an answer; None for one that the vocabulary does not have."""
    known = variables().get(variable)
    if known is None:
        return None
    item = FormItem(variable, "measure", "", subject=variable, units=units_of(known), choices=_choices(known))
    return item.takes()


def units_of(known: Variable) -> tuple[str, ...]:
    """The units that a question about a value names."""
    taken = [unit for unit in dict.fromkeys((known.unit, *known.units)) if unit != NO_UNIT]
    return () if _choices(known) or known.unit == NO_UNIT else tuple(taken[:MOST_UNITS])


def _choices(known: Variable) -> tuple[str, ...]:
    """The words that a grade or a category may be answered with: one for each of its values."""
    if known.kind == "category":
        return tuple(dict.fromkeys(known.values.values()))
    labels: dict[float, str] = {}
    for label, grade in known.grades.items():
        labels.setdefault(float(grade), label)
    return tuple(labels[grade] for grade in sorted(labels)) if known.kind == "ordinal" else ()
