"""What to measure next, what would have to change, and until when: each answer against trying everything.

The cases are made from numbers; `make proof` tries ten thousand of each.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eligo.criteria import Duration
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.evaluation.window import shift
from eligo.explain import explain
from eligo.outlook.changes import remedies
from eligo.outlook.expiry import YEARS, expiries
from eligo.outlook.questions import ask, open_parts
from eligo.outlook.situation import Situation
from eligo.outlook.subjects import Subjects
from eligo.truth import Verdict
from tests import brute
from tests.small_worlds import World

MOST = 3  # changes at once, where all sets are tried
POLICIES = (Policy(), Policy(max_age=Duration(2, "wk")), Policy(max_ages={"inr": Duration(1, "mo")}))


def settles(verdicts: set[Verdict]) -> str:
    """What a question does whose answers give these verdicts."""
    open_too = Verdict.UNDETERMINED in verdicts
    return "certain" if verdicts and not open_too else "may" if verdicts - {Verdict.UNDETERMINED} else "no"


def next_disagreements(number: int) -> list[str]:
    """Where the questions of a small world and trying every answer disagree."""
    world = World(number)
    engine = Engine(world.plans)
    patient = brute.read(world.patient)
    trials = [t for t in explain(engine, patient).trials if t.verdict is Verdict.UNDETERMINED]
    found = []
    tried: dict[object, object] = {}
    for asked in ask(Situation(engine, patient), map(open_parts, trials)):
        if asked.question not in tried:
            tried[asked.question] = brute.settling(world.patient, asked.question, engine)
        strict, granted = tried[asked.question][asked.trial]  # type: ignore[index]  # what was put there a line before
        for said, verdicts in ((asked.settles, strict), (asked.settles_but_for_attestations, granted)):
            if said != settles(verdicts):
                found.append(f"{number}: {asked.trial} {asked.question} said {said}, tried {settles(verdicts)}")
    return found


def expiry_disagreements(number: int) -> list[str]:
    """Where the expiry of a small world and a replay of every day disagree."""
    world = World(number, vague=True)
    engine = Engine(world.plans, POLICIES[number % len(POLICIES)])
    patient = brute.read(world.patient)
    horizon = shift(patient.as_of, Duration(YEARS, "a"))
    replayed = brute.first_change(engine, world.patient, (horizon - patient.as_of).days)
    said = expiries(engine, patient, engine.trials)
    found = []
    for trial, truth in zip(engine.trials, replayed, strict=True):
        expiry = said[trial.plan.trial]
        answer = None if expiry.until is None else (expiry.until, expiry.then)
        if answer != truth:
            found.append(f"{number}: {trial.plan.trial} said {answer}, replayed {truth}")
        if expiry.until is not None and not expiry.turns:
            found.append(f"{number}: {trial.plan.trial} ends without a cause")
    return found


def change_disagreements(number: int) -> list[str]:
    """Where the smallest changes of a small world and trying all sets of changes disagree."""
    world = World(number, scores=False)
    engine = Engine(world.plans)
    patient = brute.read(world.patient)
    situation = Situation(engine, patient)
    found = []
    for place, trial in enumerate(engine.trials):
        if trial.verdict(situation.answers) is not Verdict.INELIGIBLE:
            continue
        subjects = Subjects(situation, trial.criteria)
        said = remedies(situation, trial)
        sets = {frozenset(change.subject for change in changes) for changes in said.sets}
        free = [s for s in subjects.touches if subjects.fixed(s) is None]
        tried = brute.smallest_changes(world.patient, engine, place, list(subjects.touches), MOST)
        if tried and all(any(subjects.fixed(s) for s in one) for one in tried):
            tried |= brute.smallest_changes(world.patient, engine, place, free, MOST)
        if tried != {one for one in sets if len(one) <= MOST}:
            found.append(
                f"{number}: {trial.plan.trial} said {sorted(map(sorted, sets))}, tried {sorted(map(sorted, tried))}"
            )
    return found


def _all(check: object, numbers: Sequence[int]) -> list[str]:
    return [line for number in numbers for line in check(number)]  # type: ignore[operator]  # one of the checks above


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_what_a_question_settles_is_what_every_answer_to_it_gives(start: int) -> None:
    assert _all(next_disagreements, range(start, start + 100)) == []


@pytest.mark.parametrize("start", range(0, 100, 25))
def test_a_verdict_ends_on_the_day_on_which_a_replay_gives_another(start: int) -> None:
    assert _all(expiry_disagreements, range(start, start + 25)) == []


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_the_smallest_changes_are_those_that_trying_all_sets_finds(start: int) -> None:
    assert _all(change_disagreements, range(start, start + 50)) == []
