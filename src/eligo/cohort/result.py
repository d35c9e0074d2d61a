"""What was counted in, JSON data out, with small counts held back; every view of a cohort is made of this data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eligo.cohort.answer import reasons_in
from eligo.cohort.curves import Curve, Moved
from eligo.cohort.study import Totals
from eligo.cohort.tally import TrialTally
from eligo.criteria import Compare, Leaf, OneOf
from eligo.dataclass import replace
from eligo.evaluate import Engine
from eligo.evaluate.engine import Ready, Trial
from eligo.evaluation.measures import limits_text, number_text, unit_of, window_text
from eligo.report.terms import variable_name

SCHEMA = "eligo.cohort/1"
Data = dict[str, Any]
Count = int | None  # None where it is held back


class Hiding:
    """Holds back counts of fewer patients than `least`, and what would tell them."""

    def __init__(self, least: int) -> None:
        self.least = least

    def one(self, count: int) -> Count:
        """A count by itself."""
        return None if 0 < count < self.least else count

    def parts(self, counts: Sequence[int]) -> list[Count]:
        """Counts that add up to one that is shown: where one alone is held back, so is the smallest of the others."""
        found = [self.one(count) for count in counts]
        if found.count(None) == 1:
            others = [(count, place) for place, count in enumerate(counts) if found[place] is not None and count > 0]
            if others:
                found[min(others)[1]] = None
        return found

    def series(self, counts: Sequence[int]) -> list[Count]:
        """Counts of which each differs from the one before by patients: the difference has to be large enough too."""
        found, last = list[Count](), 0
        for count in counts:
            shown = self.one(count)
            if shown is not None and found and 0 < abs(count - last) < self.least:
                shown = None
            if shown is not None:
                last = count
            found.append(shown)
        return found


def result(engine: Engine, found: Totals, least: int) -> Data:
    """All that a study found, as JSON data."""
    hide = Hiding(least)
    trials = [
        _trial(trial, found.tallies[place], found.orders[place], hide) | {"curves": list(_curves(found, place, hide))}
        for place, trial in enumerate(engine.trials)
    ]
    return {
        "schema": SCHEMA,
        "persons": found.persons,
        "as_of": [day.isoformat() for day in found.days],
        "decided_one_by_one": found.handed,
        "min_count": least or None,
        "trials": trials,
        "overlap": list(_overlap(engine, found, hide)),
    }


def _trial(trial: Trial, tally: TrialTally, order: Sequence[int], hide: Hiding) -> Data:
    counts = tally.counts
    parts = [counts[word,] for word in ("eligible", "undetermined", "ineligible")]
    eligible, undetermined, ineligible = hide.parts(parts)
    return {
        "trial": trial.plan.trial,
        "title": trial.plan.title,
        "rules_sha256": trial.plan.sha256,
        "states_no_criteria": trial.unstated,
        "eligible": {"certain": eligible, "possible": hide.one(parts[0] + parts[1])},
        "verdicts": {"ELIGIBLE": eligible, "UNDETERMINED": undetermined, "INELIGIBLE": ineligible},
        "criteria": [_criterion(number, ready, tally, hide) for number, ready in enumerate(trial.criteria)],
        "attrition": _attrition(trial, tally, order, hide),
        "missing": list(_missing(trial, tally, hide)),
    }


def _criterion(number: int, ready: Ready, tally: TrialTally, hide: Hiding) -> Data:
    counts, criterion = tally.counts, ready.criterion
    passes, blocks, open_ = hide.parts([counts[word, str(number)] for word in ("passes", "blocks", "open")])
    reasons: dict[str, int] = {}
    for (of, bits), count in tally.reasons.items():
        for reason in reasons_in(bits) if of == number else ():
            reasons[reason.value] = reasons.get(reason.value, 0) + count
    limits = []
    for place, (_, leaf, _) in enumerate(ready.uses):
        alone = counts["limit", str(number), str(place)]
        if alone and isinstance(leaf, Compare | OneOf):
            limits.append(_limit_data(leaf) | {"alone": hide.one(alone)})
    return {
        "id": criterion.id,
        "kind": criterion.kind,
        "cohort": criterion.cohort,
        "text": criterion.text,
        "passes": passes,
        "blocks": blocks,
        "open": open_,
        "reasons": {
            name: hide.one(count) for name, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        },
        "blocks_alone": {
            "eligible_without": hide.one(counts["alone_certain", str(number)]),
            "possible_without": hide.one(counts["alone", str(number)]),
            "by_limit": limits,
        },
    }


def _limit_data(leaf: Compare | OneOf) -> Data:
    return {"variable": leaf.variable, "name": variable_name(leaf.variable), "limit": limit_words(leaf)}


def limit_words(leaf: Leaf) -> str:
    """The limits of a comparison, or the values of a choice, as the rules have them."""
    if isinstance(leaf, OneOf):
        return "one of " + ", ".join(map(number_text, leaf.values))
    if isinstance(leaf, Compare):
        return " ".join([limits_text(leaf.limits), *([window_text(leaf.window)] if leaf.window else [])])
    return ""


def _attrition(trial: Trial, tally: TrialTally, order: Sequence[int], hide: Hiding) -> list[Data]:
    counts = tally.counts
    certain = hide.series([counts["certain", str(step)] for step, _ in enumerate(order)])
    possible = hide.series([counts["possible", str(step)] for step, _ in enumerate(order)])
    ids = [trial.criteria[number].criterion.id for number in order]
    return [
        {"id": id_, "certain": sure, "possible": most} for id_, sure, most in zip(ids, certain, possible, strict=True)
    ]


def _missing(trial: Trial, tally: TrialTally, hide: Hiding) -> Iterator[Data]:
    """The variables that are not known, those that would settle most patients first."""
    names = {key[1] for key, count in tally.counts.items() if key[0] == "missing" and count}
    counts = tally.counts
    for name in sorted(names, key=lambda one: (-counts["settles", one], -counts["missing", one], one)):
        open_, settles = hide.one(counts["missing", name]), hide.one(counts["settles", name])
        yield {"variable": name, "name": variable_name(name), "open": open_, "settles": settles}


def _curves(found: Totals, place: int, hide: Hiding) -> Iterator[Data]:
    if place >= len(found.curves):
        return
    for curve, moved in zip(found.curves[place], found.moved[place], strict=True):
        if len(set(moved.possible.values())) > 1 or len(set(moved.certain.values())) > 1:
            yield _curve(curve, moved, hide)


def _curve(curve: Curve, moved: Moved, hide: Hiding) -> Data:
    limit = curve.asked.limits[curve.limit]
    steps = range(len(curve.places))
    certain = hide.series([moved.certain[step] for step in steps])
    possible = hide.series([moved.possible[step] for step in steps])
    unit = limit.unit if curve.asked.variable == "age" else None if limit.of else unit_of(curve.asked.variable or "")
    return {
        "variable": curve.asked.variable,
        "name": variable_name(curve.asked.variable),
        "op": limit.op,
        "of": limit.of,
        "unit": unit,
        "limit": limit.value,
        "others": limits_text([replace(one) for one in curve.asked.limits if one != limit]) or None,
        "points": [
            {"limit": at, "certain": certain[step], "possible": possible[step]} for step, at in enumerate(curve.places)
        ],
    }


def _overlap(engine: Engine, found: Totals, hide: Hiding) -> Iterator[Data]:
    names = [trial.plan.trial for trial in engine.trials]
    for one, other in sorted({key[:2] for key in found.overlap}):
        if one == other:
            continue
        counts = [hide.one(found.overlap[one, other, word]) for word in ("certain", "possible")]
        yield {"trials": [names[one], names[other]], "certain": counts[0], "possible": counts[1]}
