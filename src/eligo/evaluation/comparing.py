"""A comparison or a choice of values in, a test of it out: interval against limit, decided only when both ends agree.

A value may come from several sources (recorded, computed, implied by a concept): the next is asked only where the ones
before leave the question open. Limits are intervals too, where a limit of normal depends on a sex that is not known.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import cast

from eligo.criteria import Compare, Limit, OneOf, Op, Window
from eligo.evaluation.chart import CONFLICT, Chart, Normal, Outcome, Reading
from eligo.evaluation.derive import SEX, Source, opposed
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.patients.model import Result
from eligo.truth import Reason, Truth

MISSING: Outcome = (UNKNOWN, Reason.MISSING, None, ())

# Whether an interval (low, closed?, high, closed?) is on the right side of a limit that is itself a closed interval.
Side = Callable[[float, bool, float, bool, float, float], Truth]


def _below(low: float, low_closed: bool, high: float, high_closed: bool, least: float, most: float) -> Truth:
    if high < least or (high == least and not high_closed):
        return MET
    return NOT_MET if low >= most else UNKNOWN


def _at_most(low: float, low_closed: bool, high: float, high_closed: bool, least: float, most: float) -> Truth:
    if high <= least:
        return MET
    return NOT_MET if low > most or (low == most and not low_closed) else UNKNOWN


def _above(low: float, low_closed: bool, high: float, high_closed: bool, least: float, most: float) -> Truth:
    if low > most or (low == most and not low_closed):
        return MET
    return NOT_MET if high <= least else UNKNOWN


def _at_least(low: float, low_closed: bool, high: float, high_closed: bool, least: float, most: float) -> Truth:
    if low >= most:
        return MET
    return NOT_MET if high < least or (high == least and not high_closed) else UNKNOWN


def _equal(low: float, low_closed: bool, high: float, high_closed: bool, least: float, most: float) -> Truth:
    if low == high == least == most:
        return MET
    outside = high < least or (high == least and not high_closed) or low > most or (low == most and not low_closed)
    return NOT_MET if outside else UNKNOWN


SIDES: dict[Op, Side] = {"lt": _below, "le": _at_most, "gt": _above, "ge": _at_least, "eq": _equal}

# What a side says of a point below a limit that is a point too, of one at it and of one above it.
OF_POINT = {op: tuple(side(at, True, at, True, 0, 0) for at in (-1, 0, 1)) for op, side in SIDES.items()}


class Measured:
    """What a comparison and a choice share: where the value comes from, and the agreement of several readings."""

    __slots__ = ("against", "more", "variable", "window")

    def __init__(self, variable: str, window: Window | None, more: tuple[Source, ...]) -> None:
        self.variable, self.window, self.more = variable, window, more
        self.against = opposed(variable) if window is None else None

    def one(self, reading: Reading, chart: Chart) -> Outcome:
        """Answer for one reading that can decide."""
        raise NotImplementedError

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        if self.window is None:
            results = chart.latest.get(self.variable) or chart.recorded(self.variable)
        else:
            results = chart.within(self.variable, self.window)
        return self._weighed((*results, *self.against(chart)) if results and self.against else results, chart)

    def _weighed(self, results: tuple[Reading, ...], chart: Chart) -> Outcome:
        """The answer of what is recorded, else that of another source."""
        if len(results) == 1 and results[0].problem is None:
            outcome = self.one(results[0], chart)
        else:
            outcome = self._all(results, chart) if results else MISSING
        return self._other(outcome, chart) if self.more and outcome[0] is UNKNOWN else outcome

    def _other(self, outcome: Outcome, chart: Chart) -> Outcome:
        """The answer of the first other source that decides."""
        for source in self.more:
            readings = source(chart)
            if readings:
                one = readings[0] if len(readings) == 1 and readings[0].problem is None else None
                other = self.one(one, chart) if one is not None else self._all(readings, chart)
                if other[0] is not UNKNOWN:
                    return other
                if outcome == MISSING or other[2] == CONFLICT:
                    outcome = other
        return outcome

    def _all(self, readings: tuple[Reading, ...], chart: Chart) -> Outcome:
        """The answer that all readings agree on."""
        outcomes = [self.one(r, chart) if r.problem is None else (UNKNOWN, r.problem, r.detail, (r,)) for r in readings]
        truths = {outcome[0] for outcome in outcomes}
        if len(truths) > 1 and (UNKNOWN not in truths or any(r.detail == CONFLICT for r in readings)):
            return UNKNOWN, Reason.NOT_STATED, CONFLICT, readings
        least = next((o for o in outcomes if o[0] is UNKNOWN), outcomes[0])
        return (*least[:3], readings)


class Comparison(Measured):
    """The test of one `Compare` leaf."""

    __slots__ = ("fixed", "others", "points", "relative", "test")

    def __init__(self, test: Compare, more: tuple[Source, ...], others: dict[str, tuple[Source, ...]]) -> None:
        super().__init__(cast(str, test.variable), test.window, more)
        self.test, self.others = test, others
        own = [limit for limit in test.limits if not _is_relative(limit)]
        self.fixed = tuple((SIDES[li.op], float(li.value), slack(li.value)) for li in own)
        self.points = tuple((float(li.value), slack(li.value), OF_POINT[li.op]) for li in own)
        self.relative = tuple((limit, OF_POINT[limit.op]) for limit in test.limits if _is_relative(limit))

    def one(self, reading: Reading, chart: Chart) -> Outcome:
        """Hold the reading against every limit."""
        least = reading.low
        if least != reading.high or not (reading.low_closed and reading.high_closed):
            return self._interval(reading, chart)
        for limit, near, of_point in self.points:
            if of_point[place_of(least, limit, near)] is NOT_MET:
                return NOT_MET, None, None, (reading,)
        return self._relative(MET, reading, chart) if self.relative else (MET, None, None, (reading,))

    def _interval(self, reading: Reading, chart: Chart) -> Outcome:
        """Hold a reading that is not a point against every limit."""
        truth, least, most = MET, reading.low, reading.high
        for side, value, near in self.fixed:
            low = value if -near <= least - value <= near else least
            high = value if -near <= most - value <= near else most
            held = side(low, reading.low_closed, high, reading.high_closed, value, value)
            if held < truth:
                truth = held
        if self.relative and truth is not NOT_MET:
            return self._relative(truth, reading, chart)
        if truth is UNKNOWN:
            return UNKNOWN, *undecided(reading), (reading,)
        return truth, None, None, (reading,)

    def _relative(self, truth: Truth, reading: Reading, chart: Chart) -> Outcome:
        """Hold the reading against the limits that are multiples of something, or lie above a limit of normal."""
        why: tuple[Reason, str | None] | None = None
        point = reading.low == reading.high and reading.low_closed and reading.high_closed
        for limit, of_point in self.relative:
            normal = self.resolve(limit, reading, chart)
            held = UNKNOWN
            if normal is not None:
                low = absolute(limit, normal.low)
                high = low if normal.low == normal.high else absolute(limit, normal.high)
                if point and low == high:
                    held = of_point[place_of(reading.low, low, slack(low))]
                else:
                    held = SIDES[limit.op](*_snapped(reading, low, high), low, high)
            if held is NOT_MET:
                return NOT_MET, None, None, (reading,)
            if held is UNKNOWN:
                truth, why = UNKNOWN, _open(limit, normal, reading)
        return (
            (UNKNOWN, *(why or undecided(reading)), (reading,)) if truth is UNKNOWN else (MET, None, None, (reading,))
        )

    def resolve(self, limit: Limit, reading: Reading, chart: Chart) -> Normal | None:
        """What the limit is a multiple of, or lies above."""
        of = cast(str, limit.of or limit.above)
        if of == "baseline":
            return chart.baseline(self.variable)
        if of in ("ULN", "LLN"):
            return chart.normal(self.variable, of, reading)
        for readings in (chart.recorded(of), *(source(chart) for source in self.others[of])):
            if readings and all(r.problem is None for r in readings):
                return Normal(min(r.low for r in readings), max(r.high for r in readings), "record", of)
        return None


def place_of(value: float, limit: float, near: float) -> int:
    """Where a point is: 0 below the limit, 1 at it, 2 above it."""
    distance = value - limit
    if -near <= distance <= near:
        return 1
    return 2 if distance > 0 else 0


def slack(limit: float) -> float:
    """How near to a limit a value is the limit: 12 digits are kept of each, and a change of units may cost the last."""
    return abs(limit) * 1e-10


def _snapped(reading: Reading, low: float, high: float) -> tuple[float, bool, float, bool]:
    """The interval of a reading, with an end that is all but equal to a limit put on it."""
    least, most = reading.low, reading.high
    for limit in (low, high) if low != high else (low,):
        near = slack(limit)
        least = limit if -near <= least - limit <= near else least
        most = limit if -near <= most - limit <= near else most
    return least, reading.low_closed, most, reading.high_closed


@functools.lru_cache(maxsize=4096)
def multiple(factor: float, value: float) -> float:
    """So many times the value, to 12 significant digits, as limits are, so that equal ones compare as equal."""
    return float(f"{factor * value:.12g}")


def absolute(limit: Limit, normal: float) -> float:
    """The limit itself, where what it is a multiple of, or lies above, has this value; to 12 significant digits."""
    return multiple(limit.value, normal) if limit.above is None else multiple(1, normal + limit.value)


def _is_relative(limit: Limit) -> bool:
    return limit.of is not None or limit.above is not None


def _open(limit: Limit, normal: Normal | None, reading: Reading) -> tuple[Reason, str | None]:
    """Why a limit that hangs on something else does not decide."""
    if normal is None:
        return _no_limit(limit)
    return undecided(reading) if normal.low == normal.high else (_no_limit(limit)[0], "depends_on_sex")


def _no_limit(limit: Limit) -> tuple[Reason, str | None]:
    return (
        (Reason.NO_REFERENCE_RANGE, None)
        if limit.above or limit.of in ("ULN", "LLN")
        else (Reason.MISSING, "inputs_missing")
    )


def undecided(reading: Reading) -> tuple[Reason, str | None]:
    """Why a reading that is an interval does not decide."""
    if isinstance(reading, Result):
        return Reason.CENSORED, None
    return Reason.MISSING, "grade_not_stated" if reading.origin == "concept" else "inputs_missing"


class Choice(Measured):
    """The test of one `OneOf` leaf over an ordinal: `grades` are all that it has."""

    __slots__ = ("grades", "values")

    def __init__(self, test: OneOf, more: tuple[Source, ...], grades: Iterable[float]) -> None:
        super().__init__(cast(str, test.variable), None, more)
        self.values, self.grades = frozenset(test.values), frozenset(grades)

    def one(self, reading: Reading, chart: Chart) -> Outcome:
        """Say whether every grade that the reading can be is one of the values, or none is."""
        if isinstance(reading, Result) and math.isnan(reading.low):  # a category
            return (MET if reading.value in self.values else NOT_MET), None, None, (reading,)
        inside = {low for low in (self.grades | self.values) if isinstance(low, int | float) and _can_be(reading, low)}
        if inside and inside <= self.values and (self.grades or reading.low == reading.high):
            return MET, None, None, (reading,)
        if inside.isdisjoint(self.values):
            return NOT_MET, None, None, (reading,)
        return UNKNOWN, *undecided(reading), (reading,)


def _can_be(reading: Reading, value: float) -> bool:
    above = reading.low < value or (reading.low == value and reading.low_closed)
    return above and (value < reading.high or (value == reading.high and reading.high_closed))


class SexChoice:
    """The test of one `OneOf` leaf over the patient's sex."""

    __slots__ = ("values",)

    def __init__(self, test: OneOf) -> None:
        self.values = frozenset(test.values)

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient; what both sexes satisfy needs no sex."""
        if chart.sex is None:
            return (MET, None, None, ()) if self.values >= {"male", "female"} else MISSING
        return (MET if chart.sex in self.values else NOT_MET), None, None, (SEX[chart.sex],)
