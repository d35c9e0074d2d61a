"""Two versions of a rule set and patients in, the patients whose verdict flips out, with the changes that did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eligo.check.changes import Change, apply
from eligo.dataclass import dataclass
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.patients.model import Patient
from eligo.plan import compile_rules
from eligo.ruleset import RuleSet
from eligo.truth import Verdict


@dataclass(frozen=True, slots=True)
class Flip:
    """One patient whose verdict is another one in the new version.

    `causes` are the changes of which each alone gives the new verdict; where no single one does, `together` is True and
    `causes` is a set of changes that does, and that none can be left out of.
    """

    patient: str
    old: Verdict
    new: Verdict
    causes: tuple[Change, ...]
    together: bool = False

    def as_json(self) -> dict[str, Any]:
        """The flip as JSON data."""
        causes = [{"id": c.id, "change": c.kind} for c in self.causes]
        return {
            "patient": self.patient,
            "old": self.old.value,
            "new": self.new.value,
            "causes": causes,
            "together": self.together,
        }


def flips(
    old: RuleSet, new: RuleSet, found: Sequence[Change], patients: Sequence[Patient], policy: Policy | None = None
) -> list[Flip]:
    """Screen every patient with both versions; for those that differ, look for the changes that make the difference."""
    changed = [c for c in found if c.matters]
    before, after = _verdicts(old, patients, policy), _verdicts(new, patients, policy)
    flipped = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    some = [patients[i] for i in flipped]
    alone = [_verdicts(apply(old, new, [change]), some, policy) for change in changed]
    result = []
    for place, i in enumerate(flipped):
        single = tuple(c for c, verdicts in zip(changed, alone, strict=True) if verdicts[place] == after[i])
        causes = single or _smallest(old, new, changed, patients[i], after[i], policy)
        result.append(Flip(patients[i].id, before[i], after[i], causes, not single))
    return result


def _smallest(
    old: RuleSet, new: RuleSet, found: Sequence[Change], patient: Patient, wanted: Verdict, policy: Policy | None
) -> tuple[Change, ...]:
    """Changes that give the verdict together, and of which none can be left out."""
    chosen = list(found)
    for change in found:
        rest = [c for c in chosen if c is not change]
        if _verdicts(apply(old, new, rest), [patient], policy)[0] == wanted:
            chosen = rest
    return tuple(chosen)


def _verdicts(ruleset: RuleSet, patients: Sequence[Patient], policy: Policy | None) -> list[Verdict]:
    engine = Engine([compile_rules(ruleset)], policy)
    return [engine.verdicts(patient)[0] for patient in patients]
