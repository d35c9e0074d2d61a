"""Two versions of a rule set and a warehouse in, how many patients flip from which verdict to which out, and by what.

Both versions and each change by itself are trials of one engine, so that the tables are gone through once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from eligo.check.changes import Change, apply
from eligo.cohort.handover import Decide
from eligo.cohort.result import Count, Data, Hiding
from eligo.cohort.source import Warehouse
from eligo.cohort.study import Listed, Wanted, study
from eligo.dataclass import dataclass, field
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.plan import compile_rules
from eligo.ruleset import RuleSet
from eligo.truth import Verdict


@dataclass(slots=True)
class Flipped:
    """How many patients: all, those of each pair of verdicts, and of these whom each change flips alone, or none."""

    persons: int = 0
    pairs: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    alone: Counter[tuple[Verdict, Verdict, int]] = field(default_factory=Counter)
    together: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)


def flipped(
    source: Warehouse,
    versions: tuple[RuleSet, RuleSet],
    changed: Sequence[Change],
    policy: Policy,
    decider: Callable[[Engine], Decide],
    asked: Wanted,
) -> Flipped:
    """Count who flips; whoever does is given to `asked.listed`, with both verdicts."""
    old, new = versions
    engine = Engine([compile_rules(one) for one in (old, new, *(apply(old, new, [c]) for c in changed))], policy)
    found = Flipped()

    def listed(one: Listed) -> None:
        before, after, *alone = one[1]
        found.persons += 1
        if before is after:
            return
        found.pairs[before, after] += 1
        causes = [place for place, verdict in enumerate(alone) if verdict is after]
        for place in causes:
            found.alone[before, after, place] += 1
        if not causes:
            found.together[before, after] += 1
        if asked.listed is not None:
            asked.listed((one[0], (before, after)))

    wanted = Wanted(curves=False, counts=False, memory=asked.memory, progress=asked.progress, listed=listed)
    study(source, engine, decider(engine), wanted)
    return found


def as_data(found: Flipped, changed: Sequence[Change], least: int) -> Data:
    """The same as JSON data, with small counts held back."""
    hide = Hiding(least)
    return {
        "persons": found.persons,
        "min_count": least or None,
        "pairs": [_pair(found, p, changed, hide) for p in _order(found)],
    }


def _order(found: Flipped) -> list[tuple[Verdict, Verdict]]:
    return sorted(found.pairs, key=lambda pair: (-found.pairs[pair], pair[0].value, pair[1].value))


def _pair(found: Flipped, pair: tuple[Verdict, Verdict], changed: Sequence[Change], hide: Hiding) -> Data:
    alone: list[Data] = []
    for place, change in enumerate(changed):
        count = found.alone[*pair, place]
        if count:
            shown: Count = hide.one(count)
            alone.append({"id": change.id, "change": change.kind, "count": shown})
    counts = {"count": hide.one(found.pairs[pair]), "by_one": alone, "by_several": hide.one(found.together[pair])}
    return {"old": pair[0].value, "new": pair[1].value, **counts}
