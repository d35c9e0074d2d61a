"""Numbers that measure nothing: years of the calendar, the ends of a scale, how many of something there are."""

from __future__ import annotations

from eligo.reading.lexicon import words
from eligo.reading.names import WORD, following_word, preceding_word
from eligo.reading.tree import Limits, WrittenLimit


def no_measure(text: str, limits: Limits, *, limited: bool) -> bool:
    """Whether the numbers are a year, a day of a month, `n = 20`, or the ends of a scale.

    `limited`: another limit stands right behind: `NRS 0-10 >= 4` names the ends of the scale first.
    """
    first = limits.limits[0]
    low = first.bounds[0][1]
    if first.form == "bare" and low.number.mixed:  # no side is named
        return True
    if limited and first.form == "ranged" and _scale_ends(first):
        return True
    if preceding_word(text, limits.span[0]) in words("numbered"):
        return True
    if any(_of_calendar(text, limit) for limit in limits.limits):
        return True
    if first.form == "bare" and low.unit is not None and low.unit.value == "{score}":
        return following_word(text, low.span[1]) in words("scale_words")  # a 10-point scale
    if first.form == "ranged" and low.number.value in (0, 1) and not first.inside:
        behind = text[limits.span[1] : limits.span[1] + 60].lower()
        return any(w in words("scale_words") for w in WORD.findall(behind)[:5])
    return False


def _of_calendar(text: str, limit: WrittenLimit) -> bool:
    """Whether a number is a year of the calendar or a day of a month."""
    for _, amount in limit.bounds:
        if amount.unit is None and amount.of is None and 1900 <= amount.number.value <= 2100:
            return True
        if following_word(text, amount.span[1]) in words("months"):
            return True
    return False


def counts(limits: Limits, unit: str | None) -> bool:
    """Whether `at least one lesion` only counts things."""
    first = limits.limits[0]
    value = first.bounds[0][1].number.value
    return unit is None and first.bounds[0][0] == "ge" and value in (1, 2, 3) and first.bounds[0][1].of is None


def _scale_ends(limit: WrittenLimit) -> bool:
    (_, low), (_, high) = limit.bounds
    return low.number.value in (0, 1) and high.number.value in (5, 10, 100) and low.unit is None and high.unit is None
