"""The values of one variable in, the same in the order in which they count out: the latest first.

Of one day only the latest counts, where each has its time; where one has none, all of that day count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eligo.namedtuple import NamedTuple
from eligo.patients import dates
from eligo.patients.model import Fact, PartialDate, Result
from eligo.patients.plausible import NAN

Timed = tuple[Result, dates.Clock]


class Ordered(NamedTuple):
    """The results that count, those that gave way to a later one of their day, and whether the latest ones differ."""

    results: tuple[Result, ...]
    superseded: tuple[Result, ...] = ()
    at_odds: bool = False


def in_order(taken: Sequence[Timed], as_of: date) -> Ordered:
    """Put the results of a variable in order; those of a day that gave way come with the earliest first."""
    if len(taken) == 1:
        return Ordered((taken[0][0],))
    latest_first = sorted([(_place(result.date, as_of), nth) for nth, (result, _) in enumerate(taken)], reverse=True)
    if len({place for place, _ in latest_first}) == len(taken):  # each of a day of its own, as most are
        return Ordered(tuple([taken[nth][0] for _, nth in latest_first]))
    days: dict[PartialDate, list[Timed]] = {}
    for result, clock in taken:
        days.setdefault(result.date or PartialDate(as_of, as_of), []).append((result, clock))
    found, earlier, at_odds = list[Result](), list[Result](), False
    for day in sorted(days, key=lambda d: _place(d, as_of), reverse=True):
        counting, before = _of_day(days[day])
        if not found:
            at_odds = len(counting) > 1 and len({_interval(r) for r in counting if r.problem is None}) > 1
        found += counting
        earlier += before
    return Ordered(tuple(found), tuple(earlier), at_odds)


def _place(day: PartialDate | None, as_of: date) -> tuple[date, date]:
    """What results are put in order by: the last day that they can be of, and the first one."""
    return (as_of, as_of) if day is None else (min(day.last, as_of), day.first)


def _of_day(taken: Sequence[Timed]) -> tuple[list[Result], list[Result]]:
    """The results of a day that count, and those that do not since a later one is known."""
    if len(taken) == 1:
        return [taken[0][0]], []
    clocks = dates.order_of_day([clock for _, clock in taken])
    last, timed = max(clocks), all(clocks)
    results = [result for result, _ in taken]
    counting = dict.fromkeys(r for r, c in zip(results, clocks, strict=True) if not timed or c == last)
    in_time = sorted(zip(clocks, results, strict=True), key=lambda pair: pair[0])
    before = [r for c, r in in_time if timed and c != last]
    return sorted(counting, key=_written_order), before


def _interval(result: Result) -> tuple[object, ...]:
    return result.low, result.high, result.low_closed, result.high_closed, result.value if result.low is NAN else None


def _written_order(result: Result) -> tuple[object, ...]:
    """Usable results before the others; beyond that any order that is not the record's."""
    return (
        result.problem is not None,
        result.written,
        str(result.date),
        str(result.unit),
        str(result.reference_low),
        str(result.reference_high),
    )


def facts_in_order(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of one concept, each once: the latest start first; what has no date comes last."""
    return tuple(facts) if len(facts) == 1 else tuple(sorted(dict.fromkeys(facts), key=_fact_order))


def _fact_order(fact: Fact) -> tuple[object, ...]:
    started = -fact.start.first.toordinal() if fact.start else 0
    ended = -fact.end.last.toordinal() if fact.end else 0
    return started, ended, fact.status, fact.kind, fact.qualifiers, fact.written
