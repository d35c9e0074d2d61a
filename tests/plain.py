"""A plan and a patient in, truths and verdicts out by running every test and joining every tree, as what they mean.

Nothing is looked up, nothing is shared, nothing is left out. It is what an answer means; eligo's own ways to it are
faster.
"""

from __future__ import annotations

from typing import NamedTuple

from eligo.evaluate import Engine
from eligo.evaluation.answers import ran
from eligo.evaluation.chart import Chart, Outcome, Policy
from eligo.evaluation.trees import deciding
from eligo.patients.model import Patient
from eligo.plan import Plan
from eligo.truth import Bearing, Reason, Truth, Verdict, bearing, verdict


class PlainFinding(NamedTuple):
    """What came of one criterion: its truth, and why it is UNKNOWN."""

    truth: Truth
    reasons: tuple[Reason, ...]


class PlainTrial(NamedTuple):
    """What came of one trial."""

    verdict: Verdict
    findings: tuple[PlainFinding, ...]


class Plain:
    """Plans under a policy, with a test for each that they ask."""

    def __init__(self, plans: list[Plan], policy: Policy | None = None) -> None:
        self.plans, self.policy = plans, policy or Policy()
        engine = Engine(plans, policy)
        self.tests = engine.tests[: len(engine.asked)]
        self.numbers = {test: number for number, test in enumerate(engine.asked)}

    def outcomes(self, patient: Patient) -> list[Outcome]:
        """The outcome of each test."""
        chart = Chart(patient, self.policy)
        return [ran(test, chart) for test in self.tests]

    def judged(self, outcomes: list[Outcome]) -> list[PlainTrial]:
        """What comes of each trial."""
        return [self._trial(plan, outcomes) for plan in self.plans]

    def _trial(self, plan: Plan, outcomes: list[Outcome]) -> PlainTrial:
        findings, weights = [], dict[str | None, set[Bearing]]()
        for criterion in plan.criteria:
            found = [outcomes[self.numbers[plan.tests[use.test]]] for use in criterion.uses]
            truth, places = deciding(criterion.tree, [outcome[0] for outcome in found])
            reasons = [found[place][1] for place in sorted(places)] if truth is Truth.UNKNOWN else []
            findings.append(PlainFinding(truth, tuple(dict.fromkeys(r for r in reasons if r is not None))))
            weights.setdefault(criterion.cohort, set()).add(bearing(criterion.kind, truth))
        common = weights.get(None, set())
        arms = [verdict(common | weights.get(arm.id, set())) for arm in plan.arms] or [verdict(common)]
        best = next((v for v in (Verdict.ELIGIBLE, Verdict.UNDETERMINED) if v in arms), Verdict.INELIGIBLE)
        bare = plan.states_no_criteria or all(c.origin == "registry" for c in plan.criteria)
        return PlainTrial(Verdict.UNDETERMINED if bare and best is Verdict.ELIGIBLE else best, tuple(findings))
