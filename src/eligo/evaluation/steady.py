"""A test and an item of a record in, whether what the item says to it alone is all that the item has to say to it.

An item is one thing that a record holds: the values of a variable, an entry of a list, a denial, an attestation, the
birth date. A test is *steady* where items that say the same alone say it together too; then it need not run where what
each of them says is known. Steady are: a concept, asked for once and at no time of its own, of all of its kinds; a
value, held against fixed limits and limits of normal; an age in years; what a person states. A score is not, since it
is made of many items, and neither is what depends on dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from eligo.evaluation.ages import AgeComparison
from eligo.evaluation.answers import Answer
from eligo.evaluation.attested import AttestedAnswer
from eligo.evaluation.chart import Chart, Reading
from eligo.evaluation.comparing import Choice, Comparison, absolute
from eligo.evaluation.picking import Picked
from eligo.evaluation.presence import Presence
from eligo.evaluation.stated_twice import StatedTwice
from eligo.patients.model import Fact
from eligo.vocabulary.ages import lasting
from eligo.vocabulary.scores import SCORES

_OF_NORMAL = ("ULN", "LLN")


def is_steady(answer: Answer) -> bool:
    """Whether items that say the same alone say it together."""
    if isinstance(answer, Presence):
        return answer.test.window is None and answer.test.count == 1 and not answer.test.but_not
    if isinstance(answer, AgeComparison):
        return all(unit == "a" for _, unit, _ in answer.limits)
    if isinstance(answer, Comparison):
        return not isinstance(answer, Picked) and _is_plain(answer) and answer.window is None
    return isinstance(answer, AttestedAnswer) or (isinstance(answer, Choice) and answer.variable not in SCORES)


def _is_plain(answer: Comparison) -> bool:
    """Whether all limits are fixed, or of normal."""
    others = (limit.of for limit, _ in answer.relative if limit.of is not None)
    return answer.variable not in SCORES and all(of in _OF_NORMAL for of in others)


def turning(answer: Answer, variable: str, reading: Reading, chart: Chart) -> list[float] | None:
    """The values of a variable at which a steady test can turn; None where more of them than the latest counts."""
    if isinstance(answer, Presence):
        limits = [sign.limit for sign in answer.signs if sign.variable == variable]
        return None if limits and answer.test.status == "history" else [*limits, 0.0]  # of a grade, whether it is some
    if not isinstance(answer, Comparison | Choice) or answer.variable != variable:
        return None
    if isinstance(answer, StatedTwice):
        return [*_limits(answer.first, reading, chart), *_limits(answer.second, reading, chart)]
    if isinstance(answer, Comparison):
        return list(_limits(answer, reading, chart))
    return [float(value) for value in answer.grades | answer.values if not isinstance(value, str)]


def _limits(answer: Comparison, reading: Reading, chart: Chart) -> Iterator[float]:
    for value, _, _ in answer.points:
        yield value
    for limit, _ in answer.relative:
        normal = answer.resolve(limit, reading, chart)
        if normal is not None:
            yield absolute(limit, normal.low)
            yield absolute(limit, normal.high)


def is_lasting(fact: Fact, as_of: date) -> bool:
    """Whether nothing but its concept and its status counts of an entry, as far as steady tests are concerned.

    It began before the day, if at all on a known one, and either is over on no known day, or goes on for life.
    """
    if fact.end is not None or fact.qualifiers or fact.status not in ("active", "resolved"):
        return False
    return (fact.start is None or fact.start.last < as_of) and lasting(fact.concept, fact.visit) is None
