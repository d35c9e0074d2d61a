"""What is known of a score's inputs in, the interval of every value that the score can have out.

An input is known as a point or an interval; one that is not known may be anything plausible. So a comparison with a
score is decided as soon as every completion of the record agrees.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

# Importing a module of formulas enters them into the registry.
from eligo.vocabulary import body_scores, liver_scores, organ_scores
from eligo.vocabulary.scoring import EVERYTHING, FEMALE, MALE, REGISTRY, Interval, Score, ScoreInput
from eligo.vocabulary.variables import variables

__all__ = ["FEMALE", "MALE", "SCORES", "Interval", "Score", "ScoreInput", "bounds", "leaf_inputs"]

_FORMULAS = (body_scores, liver_scores, organ_scores)
SCORES: Mapping[str, Score] = REGISTRY


def bounds(score: str, known: Mapping[str, Interval]) -> Interval:
    """Give the interval of the score's possible values, from what is known (by key) of its inputs or of theirs."""
    formula = SCORES[score]
    box = {item.key: _range(item, known) for item in formula.inputs}
    for item in formula.inputs:
        if item.instead_of is not None:
            # The first choice counts unless only the second one is known whole.
            chosen = not _whole(item.instead_of, known) and _whole(item.key, known)
            box[item.instead_of if chosen else item.key] = None
    free = {key: (r.low, r.high) for key, r in box.items() if r is not None and not r.is_point}
    values = {key: None if r is None else r.low for key, r in box.items()}
    # INVARIANT of `scoring`: the extremes lie at corners.
    results = [
        _at(formula, values | dict(zip(free, corner, strict=True))) for corner in itertools.product(*free.values())
    ]
    if any(map(math.isnan, results)):
        return EVERYTHING
    return Interval(min(results), max(results))


def leaf_inputs(score: str) -> tuple[ScoreInput, ...]:
    """List all that a value of the score can be made of: its inputs and, for those that are scores, theirs."""
    found: dict[str, ScoreInput] = {}
    for item in SCORES[score].inputs:
        found[item.key] = item
        if item.key in SCORES:
            found.update((leaf.key, leaf) for leaf in leaf_inputs(item.key))
    return tuple(found.values())


def _range(item: ScoreInput, known: Mapping[str, Interval]) -> Interval | None:
    """Say where an input lies: as known, else as it follows from others, never further than is plausible."""
    plausible = _plausible(item)
    found = known.get(item.key)
    if found is not None:
        low = min(plausible.low, found.high) if found.low == -math.inf else found.low
        return Interval(low, max(plausible.high, found.low) if found.high == math.inf else found.high)
    if item.key not in SCORES or not any(leaf.key in known for leaf in leaf_inputs(item.key)):
        return plausible
    derived = bounds(item.key, known)
    low, high = max(derived.low, plausible.low), min(derived.high, plausible.high)
    return Interval(low, high) if low <= high else derived


def _whole(key: str, known: Mapping[str, Interval]) -> bool:
    """Say whether an input is known, or all that it follows from."""
    return key in known or (key in SCORES and all(_whole(item.key, known) for item in SCORES[key].inputs))


def _plausible(item: ScoreInput) -> Interval:
    if item.role == "fact":
        return Interval(0, 1)
    if item.plausible is not None:
        return Interval(*item.plausible)
    variable = variables().get(item.id)
    return Interval(*variable.plausible) if variable is not None and variable.plausible else EVERYTHING


def _at(formula: Score, values: Mapping[str, float | None]) -> float:
    try:
        return formula.compute(**values)
    except (ArithmeticError, ValueError):
        return math.nan
