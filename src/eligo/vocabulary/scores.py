"""What is known of a score's inputs in, the interval of every value that the score can have out.

An input is known as a point or an interval; one that is not known may be anything plausible. So a comparison with a
score is decided as soon as every completion of the record agrees.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping
from typing import Final

# Importing a module of formulas enters them into the registry.
from eligo.vocabulary import body_scores, liver_scores, organ_scores
from eligo.vocabulary.scoring import EVERYTHING, FEMALE, MALE, REGISTRY, Interval, Score, ScoreInput
from eligo.vocabulary.variables import variables

__all__ = ["FEMALE", "MALE", "SCORES", "Interval", "Score", "ScoreInput", "bounds", "is_whole", "leaf_inputs"]

_FORMULAS = (body_scores, liver_scores, organ_scores)
SCORES: Mapping[str, Score] = REGISTRY


_new: Final = tuple.__new__  # three times as fast as the constructor of a named tuple
Point = list[float | None]  # a value for each input, in their order; None for one that another stands for


class Argument:
    """An input of a formula as `bounds` needs it: where it may lie, and what it can follow from where it is a score."""

    __slots__ = ("key", "leaves", "plausible")

    def __init__(self, key: str, plausible: Interval, leaves: frozenset[str] | None) -> None:
        self.key, self.plausible, self.leaves = key, plausible, leaves


def is_whole(variable: str) -> bool:
    """Whether the variable is a score that is a whole number by its definition."""
    return variable in SCORES and SCORES[variable].whole_number


def bounds(score: str, known: Mapping[str, Interval]) -> Interval:
    """Give the interval of the score's possible values, from what is known (by key) of its inputs or of theirs."""
    formula = SCORES[score]
    least: Point = []
    most: Point = []
    for argument in _arguments(score):
        found, leaves = known.get(argument.key), argument.leaves
        if found is None and (leaves is None or leaves.isdisjoint(known)):
            found = argument.plausible
        elif found is None or found[0] == -math.inf or found[1] == math.inf:
            found = _range(argument, known)
        least.append(found[0])
        most.append(found[1])
    for key, instead_of, place, other in _replacements(score):
        # The first choice counts unless only the second one is known whole.
        unused = other if _whole(key, known) and not _whole(instead_of, known) else place
        least[unused] = most[unused] = None
    if least == most:
        value = _at(formula, least)
        return EVERYTHING if math.isnan(value) else _new(Interval, (value, value))
    results = [_at(formula, point) for point in _extremes(score, least, most)]
    for value in results:
        if math.isnan(value):
            return EVERYTHING
    return _new(Interval, (min(results), max(results)))


@functools.cache
def _replacements(score: str) -> tuple[tuple[str, str, int, int], ...]:
    """The inputs that may stand for another one, with that, and the places of both."""
    keys = _keys(score)
    return tuple(
        (item.key, item.instead_of, keys.index(item.key), keys.index(item.instead_of))
        for item in SCORES[score].inputs
        if item.instead_of is not None
    )


def _extremes(score: str, least: Point, most: Point) -> list[Point]:
    """Points of a box that have the formula's least and greatest value among them: all corners, or the right two."""
    if SCORES[score].falling is None:
        # INVARIANT of `scoring`: the extremes lie at corners.
        sides = [(low,) if low == high else (low, high) for low, high in zip(least, most, strict=True)]
        return [list(corner) for corner in itertools.product(*sides)]
    for place in _falling(score):
        least[place], most[place] = most[place], least[place]
    return [least, most]


@functools.cache
def _falling(score: str) -> tuple[int, ...]:
    """The places of the inputs with which the score falls."""
    falling = SCORES[score].falling or ()
    return tuple(place for place, key in enumerate(_keys(score)) if key in falling)


@functools.cache
def _arguments(score: str) -> tuple[Argument, ...]:
    return tuple(
        Argument(
            item.key,
            _plausible(item),
            frozenset(leaf.key for leaf in leaf_inputs(item.key)) if item.key in SCORES else None,
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
    return key in known or (key in SCORES and all(_whole(item, known) for item in _keys(key)))


@functools.cache
def _keys(score: str) -> tuple[str, ...]:
    return tuple(item.key for item in SCORES[score].inputs)


def _plausible(item: ScoreInput) -> Interval:
    if item.role == "fact":
        return Interval(0, 1)
    if item.plausible is not None:
        return Interval(*item.plausible)
    variable = variables().get(item.id)
    return Interval(*variable.plausible) if variable is not None and variable.plausible else EVERYTHING


def _at(formula: Score, values: Point) -> float:
    try:
        return formula.compute(*values)
    except (ArithmeticError, ValueError):
        return math.nan
