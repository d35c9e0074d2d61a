"""An engine and a patient in, the Screening out: the verdict of each trial, and a finding for each of its criteria.

Findings that the record does not touch are made once, for an empty record, and shared.
"""

from __future__ import annotations

from typing import Final

from eligo.evaluate import VERDICT, Engine, Ready, Trial
from eligo.evaluation.answers import Answers
from eligo.evaluation.derive import age_of
from eligo.evaluation.truths import BLOCKS, OPEN, PASSES
from eligo.explain.findings import ArmScreening, Finding, Screening, TrialScreening
from eligo.patients.model import Patient
from eligo.plan import PlannedCriterion
from eligo.truth import Bearing

_new: Final = tuple.__new__  # three times as fast as the constructor of a named tuple, and screening makes many


def explain(engine: Engine, patient: Patient) -> Screening:
    """Screen a patient: the findings of every trial, and the verdicts that follow from them."""
    answers = engine.answers(patient)
    blanks = _blank_findings(engine, answers)
    trials = tuple([_trial(trial, answers, blank) for trial, blank in zip(engine.trials, blanks, strict=True)])
    age = age_of(answers.chart)
    years = int(age.low) if age and age.low == age.high else None
    return Screening(patient.id, patient.as_of, answers.chart.sex, years, trials)


def _blank_findings(engine: Engine, answers: Answers) -> tuple[list[Finding], ...]:
    """The findings for an empty record, made once for each set of answers that the engine keeps."""
    kept = answers.empty.kept
    if "findings" not in kept:
        blank = Answers(engine.tests, answers.empty.chart, answers.empty, 0, guessing=answers.guessing)
        kept["findings"] = tuple([_finding(ready, blank) for ready in trial.criteria] for trial in engine.trials)
    findings: tuple[list[Finding], ...] = kept["findings"]
    return findings


def _finding(ready: Ready, answers: Answers) -> Finding:
    truth = ready.truth(answers)
    return _new(Finding, (ready.criterion, truth, ready.bearings[truth], ready, answers))


def _trial(trial: Trial, answers: Answers, blank: list[Finding]) -> TrialScreening:
    """A finding for each criterion; those whose tests the record does not touch are taken from `blank`."""
    found, touched, bits = blank.copy(), answers.touched, trial.bits_of_each
    judged = answers.given.criteria if answers.given is not None else {}
    blocks, opens = list[PlannedCriterion](), list[PlannedCriterion]()
    for place, ready in enumerate(trial.criteria):
        if bits[place] & touched or (judged and ready.key in judged):
            found[place] = _finding(ready, answers)
        # By place: to look a name of a named tuple up takes several times as long.
        weight = found[place][2]
        if weight is BLOCKS:
            blocks.append(ready.criterion)
        elif weight is OPEN:
            opens.append(ready.criterion)
    if trial.arms:
        return _with_arms(trial, tuple(found), blocks, opens)
    verdict = trial.conclude(BLOCKS if blocks else OPEN if opens else PASSES, ())
    return _new(TrialScreening, (trial.plan, verdict, _ids(blocks), _ids(opens), (), tuple(found), trial.drafts))


def _with_arms(
    trial: Trial, findings: tuple[Finding, ...], blocks: list[PlannedCriterion], opens: list[PlannedCriterion]
) -> TrialScreening:
    blocked, undecided = {c.cohort for c in blocks}, {c.cohort for c in opens}

    def weight(arm: str | None) -> Bearing:
        return BLOCKS if arm in blocked else OPEN if arm in undecided else PASSES

    arms, weights = [], []
    for arm in trial.plan.arms:
        name, bears = arm.id, weight(arm.id)
        weights.append(bears)
        own_blocks = _ids([c for c in blocks if c.cohort == name]) if bears is BLOCKS else ()
        own_opens = _ids([c for c in opens if c.cohort == name]) if name in undecided else ()
        arms.append(_new(ArmScreening, (name, arm.label, VERDICT[bears], own_blocks, own_opens)))
    counted = trial.counting(blocked, undecided)
    verdict = trial.conclude(weight(None), weights)
    own_blocks = _ids([c for c in blocks if c.cohort in counted])
    own_opens = _ids([c for c in opens if c.cohort in counted])
    return _new(TrialScreening, (trial.plan, verdict, own_blocks, own_opens, tuple(arms), findings, trial.drafts))


def _ids(criteria: list[PlannedCriterion]) -> tuple[str, ...]:
    return tuple([criterion.id for criterion in criteria])
