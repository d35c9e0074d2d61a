"""A situation in, the questions that are open out, each with what every answer to it would do to each trial's verdict.

A question settles a verdict for certain where every answer does, and may settle it where one does. An answer is one
that a record can hold and that a test tells apart from others; a measurement is a new one of today, with a number.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from eligo.criteria import Compare, Number, OneOf, Present, Related
from eligo.dataclass import dataclass, field
from eligo.evaluate import Trial
from eligo.evaluation.answers import Answers
from eligo.evaluation.chart import Derived, Outcome
from eligo.evaluation.window import outlasted
from eligo.explain import Finding, TrialScreening
from eligo.namedtuple import NamedTuple
from eligo.outlook.effects import Effect, Question, effects
from eligo.outlook.phrases import THERE, Told
from eligo.outlook.situation import Situation, granting, standing
from eligo.outlook.values import ValueRegion
from eligo.patients.model import Fact
from eligo.plan import Attested, Test, Untestable, compared_with
from eligo.truth import Reason, Truth, Verdict
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import SCORES, leaf_inputs
from eligo.vocabulary.variables import variables

Settles = Literal["certain", "may", "no"]


class PossibleAnswer(NamedTuple):
    """What one answer would do to a trial: the verdict, the one if open attestations turn out well, and what blocks."""

    answer: Told | ValueRegion
    verdict: Verdict
    but_for_attestations: Verdict
    blocks: tuple[str, ...]

    @property
    def effect(self) -> tuple[object, ...]:
        """What answers with the same effect have in common."""
        return self[1:]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one trial: why it is open, in which criteria, and what the answers to it would do.

    `written` are limits in the canonical unit with the number and the unit that the protocol has for them. `stated`
    are the kinds that are asked for of what the record states, where nothing else of it is open.
    """

    trial: str
    question: Question
    why: Reason
    criteria: tuple[str, ...]
    answers: tuple[PossibleAnswer, ...]
    written: Mapping[float, tuple[Number, str]] = field(default_factory=dict)
    stated: tuple[str, ...] = ()

    @property
    def settles(self) -> Settles:
        """Whether the answers settle the verdict."""
        return _settles([answer.verdict for answer in self.answers])

    @property
    def settles_but_for_attestations(self) -> Settles:
        """Whether they settle it if the open attestations turn out well."""
        return _settles([answer.but_for_attestations for answer in self.answers])


def _settles(verdicts: Sequence[Verdict]) -> Settles:
    settled = [verdict is not Verdict.UNDETERMINED for verdict in verdicts]
    return "certain" if settled and all(settled) else "may" if any(settled) else "no"


@dataclass(slots=True)
class Waiting:
    """Why a question is open, and the criteria that wait for the answer.

    `kinds` are what is asked of something that the record states; `whole` where more than that is open.
    """

    why: Reason
    criteria: dict[str, None] = field(default_factory=dict)
    kinds: dict[str, None] = field(default_factory=dict)
    whole: bool = False

    def add(self, criterion: str, kind: str | None) -> None:
        """One more criterion waits, for the whole or for a kind alone."""
        self.criteria[criterion] = None
        if kind is None:
            self.whole = True
        else:
            self.kinds[kind] = None


@dataclass(slots=True)
class Open:
    """What is open in one undetermined trial; `attest` and `read` are what only a person can settle."""

    trial: str
    questions: dict[Question, Waiting] = field(default_factory=dict)
    attest: dict[str, dict[str, None]] = field(default_factory=dict)
    read: dict[str, None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is open; nothing is where the source states no criteria."""
        return bool(self.questions or self.attest or self.read)


def open_parts(screening: TrialScreening) -> Open:
    """What leaves the criteria open that keep a trial undetermined."""
    found = Open(screening.trial)
    wanted = set(screening.open)
    for finding in screening.findings:
        if finding.criterion.id in wanted:
            _collect(finding, found)
    return found


def _collect(finding: Finding, found: Open) -> None:
    criterion = finding.criterion.id
    if finding.is_judged:  # what a person answered is at odds with the record, or with another answer
        found.read[criterion] = None
    for test, outcome in finding.deciding_tests:
        if outcome[0] is not Truth.UNKNOWN:
            continue
        if isinstance(test, Attested):
            found.attest.setdefault(test.topic, {})[criterion] = None
        elif isinstance(test, Untestable):
            found.read[criterion] = None
        else:
            asks = list(_asks_link(finding, test) if isinstance(test, Related) else _asks(test, outcome))
            kind = _kind_alone(test, outcome, finding.answers.chart.as_of)
            for question, why in asks:
                found.questions.setdefault(question, Waiting(why)).add(criterion, kind)
            if not asks:  # both are there, and whether they belong together is for a person to judge
                found.read[criterion] = None


def _kind_alone(test: Test, outcome: Outcome, as_of: date) -> str | None:
    """The kind that a test asks for, where the very thing is stated and nothing but its kind is open."""
    if not isinstance(test, Present) or outcome[2] != "qualifier":
        return None
    facts = [fact for fact in outcome[3] if isinstance(fact, Fact) and fact.concept == test.concept]
    going_on = all(fact.status == "active" and not outlasted(fact, as_of) for fact in facts)
    return test.qualifier if going_on and len(facts) == len(outcome[3]) else None


def _asks_link(finding: Finding, test: Related) -> Iterator[tuple[Question, Reason]]:
    """What would settle the open one of two things that are linked; nothing where both are there."""
    evidence = next(e for e in finding.deciding if e.test == test)
    for side in evidence.parts:
        if side.truth is Truth.UNKNOWN:
            yield from _asks(side.test, (side.truth, side.reason, side.detail, side.basis))


def _asks(test: Test, outcome: Outcome) -> Iterator[tuple[Question, Reason]]:
    """What would settle a test: its own variable or concept, what a limit is a multiple of, the inputs of a score."""
    why = outcome[1] or Reason.MISSING
    if isinstance(test, Present):
        yield Question("fact", test.concept), why
        yield from _asks_kinds(test, outcome)
        anchor = concepts().find(test.window.anchor) if outcome[2] == "anchor_unknown" and test.window else None
        if anchor is not None:
            yield Question("fact", anchor.id), Reason.MISSING
    elif isinstance(test, Compare) and test.at is not None:
        if outcome[2] is not None:
            yield Question("fact", test.at), why
        if outcome[2] not in ("onset_unknown", "beginnings_differ"):
            yield Question("measurement", "age"), why
    elif isinstance(test, Compare | OneOf) and test.variable is not None:
        yield Question("measurement", test.variable), why
        for other in compared_with(test) if isinstance(test, Compare) else ():
            yield Question("measurement", other), Reason.MISSING
        if test.variable in SCORES:
            yield from _inputs(test.variable, outcome)


def _asks_kinds(test: Present, outcome: Outcome) -> Iterator[tuple[Question, Reason]]:
    """What would settle whether what is there is of a kind that does not count."""
    there = {fact.concept for fact in outcome[3] if isinstance(fact, Fact)}
    for part in test.but_not if outcome[2] in ("excepted_kind", "excepted_qualifier") else ():
        related = concepts().descendants(part.concept) | concepts().ancestors(part.concept)
        if not related.isdisjoint(there):
            yield Question("fact", part.concept), Reason.NOT_STATED


def _inputs(score: str, outcome: Outcome) -> Iterator[tuple[Question, Reason]]:
    """The inputs of a score that are missing."""
    basis = outcome[3][0] if outcome[3] else None
    missing = set(basis.missing) if isinstance(basis, Derived) else None
    for item in leaf_inputs(score):
        if missing is not None and item.key not in missing:
            continue
        if item.role == "fact" and item.id in concepts():
            yield Question("fact", item.id), Reason.NOT_STATED
        elif item.role == "value" and item.id in variables():
            yield Question("measurement", item.id), Reason.MISSING


def ask(situation: Situation, opens: Iterable[Open]) -> list[Asked]:
    """Every open question of every trial, with what each answer would do."""
    by_name = {trial.plan.trial: trial for trial in situation.trials}
    waiting: dict[Question, list[Open]] = {}
    for found in opens:
        for question in found.questions:
            waiting.setdefault(question, []).append(found)
    asked = []
    for question, where in waiting.items():
        found_effects = effects(situation, question, where[0].questions[question].why)
        if question.kind == "fact":
            found_effects = [e for e in found_effects if not _contradicts(e, situation)] or found_effects
        stated = _stated([found.questions[question] for found in where])
        if stated:
            found_effects = [effect for effect in found_effects if _is_of_stated(effect.answer)] or found_effects
        for found in where:
            about, trial = found.questions[question], by_name[found.trial]
            answers = _answers(situation, trial, found_effects)
            written = _written(trial, question.id) if question.kind == "measurement" else {}
            asked.append(Asked(found.trial, question, about.why, tuple(about.criteria), answers, written, stated))
    return asked


def _stated(waiting: Sequence[Waiting]) -> tuple[str, ...]:
    """The kinds that are asked for of what is stated, where no trial waits for more."""
    return () if any(one.whole for one in waiting) else tuple(dict.fromkeys(k for one in waiting for k in one.kinds))


def _contradicts(effect: Effect, situation: Situation) -> bool:
    """Whether an answer is at odds with what the record decides: "yes" to a kind of what it rules out."""
    before = situation.answers
    decided = effect.bits & ~before.unknown & ~effect.unknown
    return bool(decided & (before.met ^ effect.met))


def _is_of_stated(answer: Told | ValueRegion) -> bool:
    """Whether an answer leaves what the record states as it is, and says of which kind it is."""
    return isinstance(answer, Told) and answer.what in THERE and bool(answer.kinds)


@functools.lru_cache(maxsize=1024)
def _written(trial: Trial, variable: str) -> Mapping[float, tuple[Number, str]]:
    """The limits of a variable in the canonical unit, and as the protocol writes them in another."""
    known, found = variables().get(variable), dict[float, tuple[Number, str]]()
    for ready in trial.criteria:
        for _, leaf, test in ready.uses:
            if not isinstance(leaf, Compare) or not isinstance(test, Compare) or test.variable != variable:
                continue
            canonical = {limit.op: limit.value for limit in test.limits if not (limit.of or limit.above)}
            for limit in leaf.limits:
                if limit.unit is not None and limit.op in canonical and known and limit.unit != known.unit:
                    found[float(canonical[limit.op])] = limit.value, limit.unit
    return found


def _answers(situation: Situation, trial: Trial, found: Iterable[Effect]) -> tuple[PossibleAnswer, ...]:
    """What each answer does to a trial; regions that follow each other and do the same are one."""
    answers: list[PossibleAnswer] = []
    seen: dict[tuple[int, int, int], PossibleAnswer] = {}
    for effect in found:
        key = (effect.bits & trial.bits, effect.met & trial.bits, effect.unknown & trial.bits)
        if key not in seen:
            seen[key] = _answer(effect.answer, trial, effect.on(situation))
        new, last = seen[key]._replace(answer=effect.answer), answers[-1] if answers else None
        if (
            last
            and last.effect == new.effect
            and isinstance(last.answer, ValueRegion)
            and isinstance(new.answer, ValueRegion)
        ):
            answers[-1] = last._replace(answer=last.answer.joined(new.answer))
        else:
            answers.append(new)
    return tuple(answers)


def _answer(answer: Told | ValueRegion, trial: Trial, after: Answers) -> PossibleAnswer:
    """What an answer does to a trial."""
    verdict = trial.verdict(after)
    granted = granting(trial).verdict(trial, after) if verdict is Verdict.UNDETERMINED else verdict
    return PossibleAnswer(
        answer, verdict, granted, standing(trial, after).blocks if verdict is Verdict.INELIGIBLE else ()
    )


_WORTH: dict[Settles, int] = {"certain": 0, "may": 1, "no": 2}


def by_worth(asked: Iterable[Asked]) -> list[Asked]:
    """The questions of one trial, first those that settle most surely."""
    return sorted(asked, key=lambda a: (_WORTH[a.settles], _WORTH[a.settles_but_for_attestations], -len(a.criteria)))
