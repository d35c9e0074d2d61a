"""What is known of a score's inputs in, the interval of every value that the score can have out.

An input is known as a point or an interval; one that is not known may be anything plausible. So a comparison with a
score is decided as soon as every completion of the record agrees.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping
from typing import NamedTuple

# Importing a module of formulas enters them into the registry.
from eligo.vocabulary import body_scores, liver_scores, organ_scores
from eligo.vocabulary.scoring import EVERYTHING, FEMALE, MALE, REGISTRY, Interval, Score, ScoreInput
from eligo.vocabulary.variables import variables

__all__ = ["FEMALE", "MALE", "SCORES", "Interval", "Score", "ScoreInput", "bounds", "leaf_inputs"]

_FORMULAS = (body_scores, liver_scores, organ_scores)
SCORES: Mapping[str, Score] = REGISTRY


class Argument(NamedTuple):
    """An input of a formula as `bounds` needs it: where it may lie, and what it can follow from where it is a score."""

    key: str
    plausible: Interval
    leaves: frozenset[str] | None
    instead_of: str | None


def bounds(score: str, known: Mapping[str, Interval]) -> Interval:
    """Give the interval of the score's possible values, from what is known (by key) of its inputs or of theirs."""
    formula, arguments = SCORES[score], _arguments(score)
    box: dict[str, Interval | None] = {}
    for argument in arguments:
        found = known.get(argument.key)
        whole = found is not None and -math.inf < found.low and found.high < math.inf
        box[argument.key] = found if whole else _range(argument, known)
    for argument in arguments:
        if argument.instead_of is not None:
            # The first choice counts unless only the second one is known whole.
            chosen = not _whole(argument.instead_of, known) and _whole(argument.key, known)
            box[argument.instead_of if chosen else argument.key] = None
    results = [_at(formula, values) for values in _extremes(formula, box)]
    if any(map(math.isnan, results)):
        return EVERYTHING
    return Interval(min(results), max(results))


def _extremes(formula: Score, box: Mapping[str, Interval | None]) -> list[dict[str, float | None]]:
    """Points of a box that have the formula's least and greatest value among them: all corners, or the right two."""
    falling = formula.falling
    if falling is None:
        # INVARIANT of `scoring`: the extremes lie at corners.
        free = {key: r for key, r in box.items() if r is not None and not r.is_point}
        values = {key: None if r is None else r.low for key, r in box.items()}
        return [values | dict(zip(free, corner, strict=True)) for corner in itertools.product(*free.values())]
    least = {key: r and r[key in falling] for key, r in box.items()}
    most = {key: r and r[key not in falling] for key, r in box.items()}
    return [least] if least == most else [least, most]


@functools.cache
def _arguments(score: str) -> tuple[Argument, ...]:
    return tuple(
        Argument(
            item.key,
            _plausible(item),
            frozenset(leaf.key for leaf in leaf_inputs(item.key)) if item.key in SCORES else None,
            item.instead_of,
        )
        for item in SCORES[score].inputs
    )


def leaf_inputs(score: str) -> tuple[ScoreInput, ...]:
    """List all that a value of the score can be made of: its inputs and, for those that are scores, theirs."""
    found: dict[str, ScoreInput] = {}
    for item in SCORES[score].inputs:
        found[item.key] = item
        if item.key in SCORES:
            found.update((leaf.key, leaf) for leaf in leaf_inputs(item.key))
    return tuple(found.values())


def _range(argument: Argument, known: Mapping[str, Interval]) -> Interval:
    """Say where an input lies: as known, else as it follows from others, never further than is plausible."""
    plausible = argument.plausible
    found = known.get(argument.key)
    if found is not None:
        low = min(plausible.low, found.high) if found.low == -math.inf else found.low
        return Interval(low, max(plausible.high, found.low) if found.high == math.inf else found.high)
    if argument.leaves is None or argument.leaves.isdisjoint(known):
        return plausible
    derived = bounds(argument.key, known)
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
