"""Answers in, a Screening out: for each trial its verdict and a finding per criterion, with the evidence as data.

`as_json` gives the screening of `eligo.screening/1`. All of it is a view of the very answers that give the verdict: no
test runs twice (but for the two sides of a link), and one that no truth needs runs when its evidence is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from eligo.criteria import Compare
from eligo.evaluate import BLOCKS, PASSES, Ready
from eligo.evaluation.answers import Answers
from eligo.evaluation.assumed import resting_on, resting_on_answers
from eligo.evaluation.chart import Outcome
from eligo.evaluation.evidence import Evidence, answer_json
from eligo.evaluation.gathered import gathered
from eligo.evaluation.replies import Voice
from eligo.evaluation.trees import conditions, deciding, enough
from eligo.margin import Margin
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Reply
from eligo.plan import Plan, PlannedCriterion, Test
from eligo.truth import Bearing, Reason, Truth, Verdict, not_

SCHEMA = "eligo.screening/1"
BRIEF = "eligo.screening-brief/1"
NO_CRITERIA = "the source states no eligibility criteria"


class Finding(NamedTuple):
    """What came of one criterion; the evidence is a view of the outcomes in `answers`, made when it is looked at."""

    criterion: PlannedCriterion
    truth: Truth
    bearing: Bearing
    ready: Ready
    answers: Answers

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What each leaf met in the record, in the order of the text."""
        return tuple([gathered(number, leaf, test, self.answers) for number, leaf, test in self.ready.uses])

    @property
    def deciding(self) -> tuple[Evidence, ...]:
        """The evidence of the leaves that make the truth what it is: each part that has it makes its whole have it."""
        evidence = self.evidence
        return tuple(evidence[number] for number in sorted(self._deciding(self._outcomes())))

    @property
    def deciding_tests(self) -> tuple[tuple[Test, Outcome], ...]:
        """The tests of the leaves that make the truth what it is, with their outcomes."""
        found = self._outcomes()
        return tuple([(self.ready.uses[place][2], found[place]) for place in sorted(self._deciding(found))])

    @property
    def whole(self) -> Sequence[Voice]:
        """What persons say of the criterion as a whole."""
        given = self.answers.given
        return given.criteria.get(self.ready.key, ()) if given is not None else ()

    @property
    def is_judged(self) -> bool:
        """Whether the truth is another one than that of the leaves, by what persons say of the criterion as a whole."""
        return bool(self.whole) and self.truth is not self.ready.holds(self.answers)

    @property
    def answered(self) -> tuple[Reply, ...]:
        """The answers of persons that the truth rests on, or that leave it UNKNOWN, being at odds."""
        whole = tuple([voice.reply for voice in self.whole])
        if whole and (self.is_judged or len({voice.truth for voice in self.whole}) > 1 or self.rests_on_assumption):
            return whole
        return resting_on_answers(self.criterion.tree, self.ready.numbers, self.answers)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the truth is UNKNOWN, each reason once; none for a truth that is known."""
        outcomes = self._outcomes()
        return self._reasons(outcomes, self._deciding(outcomes))

    @property
    def enough(self) -> tuple[int, ...]:
        """The places of a smallest set of leaves that make the truth so, whatever the others say; none where judged."""
        if self.is_judged:
            return ()
        return tuple(sorted(enough(self.criterion.tree, [outcome[0] for outcome in self._outcomes()])[1]))

    @property
    def is_near(self) -> bool:
        """Whether it blocks, and would pass if its comparisons that are near their limits had the other truth."""
        if self.bearing is not BLOCKS or not _has_margin(self.answers):
            return False
        outcomes = self._outcomes()
        near = self._near(self._deciding(outcomes))
        truths = [not_(one[0]) if place in near else one[0] for place, one in enumerate(outcomes)]
        return self.ready.bearings[deciding(self.criterion.tree, truths)[0]] is PASSES

    @property
    def is_assumed(self) -> bool:
        """Whether the truth rests on an assumption, and not on what a person says of it."""
        return (self.answers.given is None or not self.whole) and self.rests_on_assumption

    @property
    def rests_on_assumption(self) -> bool:
        """The same of the leaves alone; kept for the findings that the record does not touch."""
        if not self.ready.bits & self.answers.guessing:
            return False
        if self.ready.bits & self.answers.touched:
            return bool(self._assumed())
        kept, key = self.answers.empty.kept, ("assumed", self.ready)
        if key not in kept:
            kept[key] = bool(self._assumed())
        return bool(kept[key])

    @property
    def assumed(self) -> tuple[str, ...]:
        """The codes of the assumptions that the truth rests on; none where it would be the same without any."""
        return () if self.whole else self._assumed()

    def _assumed(self) -> tuple[str, ...]:
        if self.truth is Truth.UNKNOWN or not self.ready.bits & self.answers.guessing:
            return ()
        return resting_on(self.criterion.tree, self.ready.numbers, self.answers)

    def _near(self, deciding: frozenset[int]) -> dict[int, Margin]:
        """The places of the deciding comparisons that are within the margin of their variable, with that margin."""
        found = {}
        for place in deciding:
            number, leaf, test = self.ready.uses[place]
            if isinstance(leaf, Compare):
                policy = self.answers.chart.policy
                margin = policy.margins.get(leaf.variable or "", policy.margin)
                if margin and gathered(number, leaf, test, self.answers).is_near(margin):
                    found[place] = margin
        return found

    def _outcomes(self) -> list[Outcome]:
        return [self.answers.outcome(number) for number in self.ready.numbers]

    def _deciding(self, outcomes: list[Outcome]) -> frozenset[int]:
        if self.is_judged:
            return frozenset()
        return deciding(self.criterion.tree, [outcome[0] for outcome in outcomes])[1]

    def _reasons(self, outcomes: list[Outcome], deciding: frozenset[int]) -> tuple[Reason, ...]:
        if self.truth is Truth.UNKNOWN and self.is_judged:
            return (Reason.NOT_STATED,)
        reasons = [outcomes[number][1] for number in sorted(deciding)] if self.truth is Truth.UNKNOWN else []
        return tuple(dict.fromkeys([reason for reason in reasons if reason is not None]))

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON data; evidence that does not decide says so.

        The data is not to be changed: what the record does not touch is made once and shared.
        """
        if self.ready.bits & self.answers.touched or self.whole:
            return self._as_json()
        kept = self.answers.empty.kept
        if self.ready not in kept:
            kept[self.ready] = self._as_json()
        shared: dict[str, Any] = kept[self.ready]
        return shared

    def _as_json(self) -> dict[str, Any]:
        criterion, outcomes = self.criterion, self._outcomes()
        deciding = self._deciding(outcomes)
        evidence = [
            self._evidence_json(place) | {"decides": place in deciding} for place in range(len(self.ready.uses))
        ]
        for place, holds in conditions(criterion.tree, [outcome[0] for outcome in outcomes]).items():
            evidence[place]["condition"] = holds.name
        near = self._near(deciding) if self.bearing is BLOCKS and _has_margin(self.answers) else {}
        for place, margin in near.items():
            evidence[place] |= {"near": True, **margin.as_json(evidence[place].get("unit"))}
        data: dict[str, Any] = {
            "id": criterion.id,
            "kind": criterion.kind,
            "cohort": criterion.cohort,
            "text": criterion.text,
            "truth": self.truth.name,
            "bearing": self.bearing.value,
            "reasons": [reason.value for reason in self._reasons(outcomes, deciding)],
            "variables": list(criterion.variables),
            "concepts": list(criterion.concepts),
            "evidence": evidence,
        }
        if self.bearing is BLOCKS and 0 < len(needed := self.enough) < len(deciding):
            data["enough"] = list(needed)
        assumed, answered = self.assumed, self.answered
        data |= {"assumed": list(assumed)} if assumed else {}
        return data | ({"answered": [answer_json(reply) for reply in answered]} if answered else {})

    def _evidence_json(self, place: int) -> dict[str, Any]:
        """The evidence of one leaf."""
        answers, use = self.answers, self.ready.uses[place]
        if answers.touched >> use[0] & 1:
            data = gathered(*use, answers).as_json()
            # A stated age is kept as the days on which the patient can be born.
            stated = data.get("source") == "birth" and ".." in str(answers.chart.patient.birth)
            return data | ({"source": "age"} if stated else {})
        kept, key = answers.empty.kept, (self.ready, place)
        if key not in kept:
            kept[key] = gathered(*use, answers).as_json()
        shared: dict[str, Any] = kept[key]
        return shared


def _has_margin(answers: Answers) -> bool:
    policy = answers.chart.policy
    return policy.margin is not None or bool(policy.margins)


class ArmScreening(NamedTuple):
    """One arm, by its own criteria alone."""

    id: str
    label: str
    verdict: Verdict
    blocks: tuple[str, ...]
    open: tuple[str, ...]

    def as_json(self, near: frozenset[str]) -> dict[str, Any]:
        """The arm as JSON data; a near miss where all that blocks it is of `near`."""
        data = self._asdict() | {"blocks": list(self.blocks), "open": list(self.open)}
        return data | ({"near": True} if self.blocks and near.issuperset(self.blocks) else {})


class TrialScreening(NamedTuple):
    """One trial: a finding for each criterion, and what follows from them.

    `blocks` are the common blockers and, only where every arm is blocked, those of the arms; `open` are the common open
    criteria and, only where no arm passes, those of the arms that are not blocked, or of all where all are. `drafts` is
    how many of the criteria nobody has reviewed.
    """

    plan: Plan
    verdict: Verdict
    blocks: tuple[str, ...]
    open: tuple[str, ...]
    arms: tuple[ArmScreening, ...]
    findings: tuple[Finding, ...]
    drafts: int

    @property
    def trial(self) -> str:
        """The id of the trial."""
        return self.plan.trial

    @property
    def near(self) -> frozenset[str]:
        """The ids of the criteria that block and would pass if what is near its limit had the other truth."""
        return frozenset([f.criterion.id for f in self.findings if f.bearing is BLOCKS and f.is_near])

    def is_near(self, near: frozenset[str]) -> bool:
        """Whether nothing would block if the criteria of `near` did not: a near miss. One of the arms is enough."""
        if not near or self.verdict is not Verdict.INELIGIBLE:
            return False
        common = {f.criterion.id for f in self.findings if f.bearing is BLOCKS and f.criterion.cohort is None}
        arms = [arm.verdict is not Verdict.INELIGIBLE or near.issuperset(arm.blocks) for arm in self.arms]
        return common <= near and (any(arms) or not arms)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of the rules, with the word that there are no criteria before them."""
        return ((NO_CRITERIA,) if self.plan.states_no_criteria else ()) + self.plan.notes

    def as_json(self) -> dict[str, Any]:
        """The trial as JSON data; `arms` only where it has arms, `near` only where it is."""
        criteria = [finding.as_json() for finding in self.findings]
        passing = [finding for finding in criteria if finding["bearing"] == "passes"]
        by = [[reply["by"] for reply in finding.get("answered", ())] for finding in passing]
        return self._brief(_passes(len(passing), ["assumed" in finding for finding in passing], by)) | {
            "criteria": criteria
        }

    def as_brief_json(self) -> dict[str, Any]:
        """The trial without its findings."""
        passing = [finding for finding in self.findings if finding[2] is PASSES]  # by place, as in `_trial`
        guessed = [finding for finding in passing if finding[3].bits & finding[4].guessing]
        by = [[reply.by for reply in finding.answered] for finding in passing if finding[4].given is not None]
        return self._brief(_passes(len(passing), [finding.is_assumed for finding in guessed], by))

    def _brief(self, passes: dict[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = {
            "trial": self.plan.trial,
            "title": self.plan.title,
            "rules_sha256": self.plan.sha256,
            "verdict": self.verdict.value,
            "blocks": list(self.blocks),
            "open": list(self.open),
            "passes": passes,
        }
        near = self.near if self.blocks and _has_margin(self.findings[0].answers) else frozenset[str]()
        if self.is_near(near):
            data["near"] = True
        if self.arms:
            data["arms"] = [arm.as_json(near) for arm in self.arms]
        if self.drafts:
            data["drafts"] = self.drafts
        if self.notes:
            data["notes"] = list(self.notes)
        return data


def _passes(count: int, assumed: list[bool], by: list[list[str]]) -> dict[str, Any]:
    """How many criteria pass, how many of them rest on an assumption, how many on answers of persons, and whose."""
    data = {"count": count, "assumed": sum(assumed)}
    whose = dict.fromkeys(name for names in by for name in names)
    return data | ({"answered": sum(map(bool, by)), "answered_by": list(whose)} if whose else {})


class Screening(NamedTuple):
    """One patient and all trials."""

    patient: str
    as_of: date
    sex: str | None
    age: int | None
    trials: tuple[TrialScreening, ...]

    def as_json(self) -> dict[str, Any]:
        """The screening as JSON data."""
        return self._whole(SCHEMA, [trial.as_json() for trial in self.trials])

    def as_brief_json(self) -> dict[str, Any]:
        """The screening as JSON data without the findings: verdicts, blockers and what is open."""
        return self._whole(BRIEF, [trial.as_brief_json() for trial in self.trials])

    def _whole(self, schema: str, trials: list[dict[str, Any]]) -> dict[str, Any]:
        verdicts = [trial["verdict"] for trial in trials]
        return {
            "schema": schema,
            "patient": self.patient,
            "as_of": self.as_of.isoformat(),
            "sex": self.sex,
            "age": self.age,
            "counts": {
                "eligible": verdicts.count("ELIGIBLE"),
                "undetermined": verdicts.count("UNDETERMINED"),
                "ineligible": verdicts.count("INELIGIBLE"),
                "near": sum(["near" in trial for trial in trials]),
            }
            | ({"no_criteria": bare} if (bare := sum(t.plan.states_no_criteria for t in self.trials)) else {}),
            "trials": trials,
        }
