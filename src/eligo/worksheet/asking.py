"""A screening in, the questions out that a person may answer to settle it: the best first, each once for all trials."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.evaluate import Engine
from eligo.explain import Finding, TrialScreening, explain
from eligo.outlook.worth import next_of
from eligo.patients.model import Patient
from eligo.plan import Plan
from eligo.report.actions import ACTIONS
from eligo.truth import Truth, Verdict
from eligo.worksheet.items import FormItem, item_of_leaf, whole


def open_questions(engine: Engine, patient: Patient) -> list[FormItem]:
    """What is open in the undetermined trials, as `eligo next` ranks it; then what is to be stated and to be read."""
    screening = explain(engine, patient)
    found: dict[str, FormItem] = {}
    for trial in screening.trials:
        for item in _of_trial(trial):
            found.setdefault(item.key, item).criteria.update(item.criteria)
    worths = next_of(engine, patient, screening).worths
    rank = {worth.question: number for number, worth in enumerate(worths)}
    order = list(ACTIONS)
    return sorted(
        found.values(),
        key=lambda item: (rank.get(item.about, len(rank)) if item.about else len(rank), order.index(item.group)),
    )


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
