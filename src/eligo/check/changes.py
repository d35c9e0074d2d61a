"""Two versions of a rule set in, the changes between them out: tightened, loosened, new, removed, only reworded.

Which way a change goes is what it does to patients: an exclusion that excludes more tightens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from eligo.check.limits import agree
from eligo.check.logic import Node, implies, negated, node_of
from eligo.criteria import (
    STUDY_CONDITION,
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Criterion,
    IfThen,
    Limit,
    Not,
    Predicate,
    leaves,
    presences,
)
from eligo.dataclass import dataclass, replace
from eligo.ruleset import Cohort, RuleSet
from eligo.vocabulary.variables import Variable, variables

# `rewritten` means the same in another form; `changed` is neither stricter nor looser, as far as can be seen.
ChangeKind = Literal[
    "tightened",
    "loosened",
    "changed",
    "new",
    "removed",
    "arm new",
    "arm removed",
    "rewritten",
    "reworded only",
    "unit only",
]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one criterion, or of a whole arm with its criteria; without a version, `old` or `new` is empty."""

    kind: ChangeKind
    id: str
    old: tuple[Criterion, ...] = ()
    new: tuple[Criterion, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether a verdict can hang on it."""
        return self.kind != "reworded only"

    def as_json(self) -> dict[str, Any]:
        """The change as JSON data."""
        data = {
            "id": self.id,
            "change": self.kind,
            "old": [c.text for c in self.old],
            "new": [c.text for c in self.new],
        }
        renamed = self.old and self.new and self.old[0].id != self.new[0].id
        return data | ({"old_id": self.old[0].id} if renamed else {})


def changes(old: RuleSet, new: RuleSet) -> tuple[Change, ...]:
    """Every change, in the order of the new version; what was removed stands at its end."""
    return (*_arms(old, new), *_criteria(old, new))


def _arms(old: RuleSet, new: RuleSet) -> Iterator[Change]:
    """Whole arms that came or went: their criteria are one change, since an arm counts only as a whole."""
    before, after = {c.id for c in old.cohorts}, {c.id for c in new.cohorts}
    for arm in new.cohorts:
        if arm.id not in before:
            yield Change("arm new", arm.id, (), tuple(c for c in new.criteria if c.cohort == arm.id))
    for arm in old.cohorts:
        if arm.id not in after:
            yield Change("arm removed", arm.id, tuple(c for c in old.criteria if c.cohort == arm.id))


def _criteria(old: RuleSet, new: RuleSet) -> Iterator[Change]:
    arms = {c.id for c in old.cohorts} & {c.id for c in new.cohorts} | {None}
    before = [c for c in old.criteria if c.cohort in arms]
    after = [c for c in new.criteria if c.cohort in arms]
    pairs = _paired(before, after)
    for criterion in after:
        match = pairs.get(criterion.id)
        if match is None:
            yield Change("new", criterion.id, (), (criterion,))
        elif (kind := _kind(match, criterion) or _by_conditions(old, new, criterion)) is not None:
            yield Change(kind, criterion.id, (match,), (criterion,))
    kept = {c.id for c in pairs.values()}
    yield from (Change("removed", c.id, (c,)) for c in before if c.id not in kept)


def _paired(old: list[Criterion], new: list[Criterion]) -> dict[str, Criterion]:
    """The old criterion of each new one: what says the same, since items are renumbered, else what has the same id."""
    left = {c.id: c for c in old}
    pairs: dict[str, Criterion] = {}
    for alike in (_same_place, _same_text, _same_meaning, _same_id):
        for criterion in new:
            if criterion.id in pairs:
                continue
            found = next((c for c in left.values() if alike(c, criterion)), None)
            if found is not None:
                pairs[criterion.id] = left.pop(found.id)
    return pairs


def _same_place(one: Criterion, other: Criterion) -> bool:
    return one.id == other.id and (_same_text(one, other) or _same_meaning(one, other))


def _same_text(one: Criterion, other: Criterion) -> bool:
    return (one.kind, one.cohort, one.text) == (other.kind, other.cohort, other.text)


def _same_meaning(one: Criterion, other: Criterion) -> bool:
    return (one.kind, one.cohort, one.predicate) == (other.kind, other.cohort, other.predicate)


def _same_id(one: Criterion, other: Criterion) -> bool:
    return one.id == other.id


def _kind(old: Criterion, new: Criterion) -> ChangeKind | None:
    """How a criterion changed; None where at most its review or its notes did."""
    if (old.kind, old.cohort) != (new.kind, new.cohort):
        return "changed"
    if old.predicate == new.predicate:
        return None if old.text == new.text else "reworded only"
    if _in_other_units(old.predicate, new.predicate):
        return "unit only"
    before, after = node_of(old.predicate), node_of(new.predicate)
    if old.kind == "exclusion":
        before, after = negated(before), negated(after)
    return _direction(before, after)


def _by_conditions(old: RuleSet, new: RuleSet, criterion: Criterion) -> ChangeKind | None:
    """Whether an equal criterion means another thing, since the trial is about something else."""
    return "changed" if old.conditions != new.conditions and _asks_for_others(criterion) else None


def _asks_for_others(criterion: Criterion) -> bool:
    """Whether the criterion speaks of what the trial is about."""
    named = [e.concept for leaf in leaves(criterion.predicate) for p in presences(leaf) for e in p.but_not]
    return STUDY_CONDITION in named


def _direction(before: Node, after: Node) -> ChangeKind:
    narrower, broader = implies(after, before), implies(before, after)
    if narrower and broader:
        return "rewritten"
    return "tightened" if narrower else "loosened" if broader else "changed"


def _in_other_units(one: Predicate, other: Predicate) -> bool:
    """Whether only units differ, and the limits with them, as far as a limit is rounded when it is converted."""
    match one, other:
        case (AllOf(a), AllOf(b)) | (AnyOf(a), AnyOf(b)):
            return len(a) == len(b) and all(map(_in_other_units, a, b))
        case AtLeast(m, a), AtLeast(n, b):
            return m == n and len(a) == len(b) and all(map(_in_other_units, a, b))
        case Not(p), Not(q):
            return _in_other_units(p, q)
        case IfThen(p, a), IfThen(q, b):
            return _in_other_units(p, q) and _in_other_units(a, b)
        case Compare(), Compare() if one != other:
            variable = variables().get(one.variable) if one.variable else None
            if variable is None or _measured(one) != _measured(other):
                return False
            pairs = zip(one.limits, other.limits, strict=False)
            return len(one.limits) == len(other.limits) and all(_same_limit(a, b, variable) for a, b in pairs)
    return one == other


def _measured(leaf: Compare) -> tuple[object, ...]:
    """What a comparison measures, apart from its limits."""
    return leaf.variable, leaf.window, leaf.pick, leaf.at


def _same_limit(one: Limit, other: Limit, variable: Variable) -> bool:
    if one == other:
        return True
    alike = (one.op, one.of, one.above) == (other.op, other.of, other.above)
    return alike and one.unit != other.unit and agree(one, other, variable)


def apply(old: RuleSet, new: RuleSet, chosen: Iterable[Change]) -> RuleSet:
    """The old version with some of the changes made."""
    found = tuple(chosen)
    criteria = _applied(old.criteria, found)
    stated = bool(criteria) and (old.states_no_criteria or new.states_no_criteria)
    about = new if any(_asks_for_others(c) for change in found for c in change.new) else old
    return replace(
        old,
        criteria=criteria,
        cohorts=_cohorts(old, new, found),
        states_no_criteria=(new.states_no_criteria and not stated) if found else old.states_no_criteria,
        conditions=about.conditions,
    )


def _applied(criteria: tuple[Criterion, ...], found: tuple[Change, ...]) -> tuple[Criterion, ...]:
    """The criteria with new versions in the place of the old ones, and what has no place at their end."""
    gone = {c.id for change in found for c in change.old}
    swapped = {c.id: change.new[0] for change in found if change.new for c in change.old}
    kept = [swapped.get(c.id, c) for c in criteria if c.id not in gone or c.id in swapped]
    come = {c.id: c for change in found for c in change.new}
    return (*kept, *(c for c in come.values() if c not in kept))


def _cohorts(old: RuleSet, new: RuleSet, found: tuple[Change, ...]) -> tuple[Cohort, ...]:
    removed = {change.id for change in found if change.kind == "arm removed"}
    added = {change.id for change in found if change.kind == "arm new"}
    return (*(c for c in old.cohorts if c.id not in removed), *(c for c in new.cohorts if c.id in added))
