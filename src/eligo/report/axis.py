"""A comparison of a finding in, where its numbers stand on a line out: scale, limits, value, normal range, marked side.

Nothing is worked out here that the evidence does not state: a limit or a value that is not a number gives no line.
"""

from __future__ import annotations

import functools
import math
from typing import Literal

from eligo.criteria import Limit
from eligo.dataclass import dataclass
from eligo.report.measures import Data, Extent, Value, limits_of, number, rounded, value_of, value_words
from eligo.vocabulary.ranges import Ranges, intersect, points, side
from eligo.vocabulary.variables import Variable, variables

Role = Literal["required", "excludes", "for", "against", "stated"]

DECADES = 2  # a line over more than these is logarithmic
_NEAR = (
    0.06  # of the line; a value nearer to its limit than this is drawn apart by a logarithmic scale where that helps
)
_LEAST = 1e-12  # nothing that is measured is smaller; a logarithm of less would leave the range of numbers
_LOGARITHMIC = {"quantity", "ratio"}


@dataclass(frozen=True, slots=True)
class AxisLimit:
    """One limit in the canonical unit, and how the protocol writes it, once or in two units, where that differs."""

    limit: Limit
    written: tuple[Limit, ...] = ()

    @property
    def value(self) -> float:
        """Where it stands."""
        return self.limit.value


@dataclass(frozen=True, slots=True)
class AxisNormal:
    """A normal range, either end of which may not be known; `whose` it is, and its published source."""

    low: float | None
    high: float | None
    whose: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class AxisLine:
    """All that a number line shows; `low` and `high` are the value's ends, infinite where they are not known."""

    variable: Variable
    role: Role
    limits: tuple[AxisLimit, ...]
    grades: tuple[float, ...]  # the steps of an ordinal; empty for a continuous line
    marked: Ranges
    low: float
    high: float
    value: str
    known: bool
    others: tuple[float, ...]
    normal: AxisNormal | None

    @property
    def numbers(self) -> list[float]:
        """Every number that has to be on the line."""
        ends = [self.normal.low, self.normal.high] if self.normal else []
        known = [end for end in ends if end is not None]
        found = [*(limit.value for limit in self.limits), self.low, self.high, *self.others, *known]
        return [n for n in found if math.isfinite(n)]


def line_of(finding: Data, evidence: Data, sex: str | None) -> AxisLine | None:
    """The line of one comparison; None where there is no value or no number to compare it with."""
    variable = variables().get(evidence.get("variable") or "")
    value = value_of(evidence)
    ends = _ends(value)
    read = _limits(evidence)
    if variable is None or value is None or ends is None or read is None or evidence.keys() & {"status", "at"}:
        return None
    limits, marked = read
    grades = _grades(variable, marked, ends) if variable.kind == "ordinal" else ()
    if not limits and not grades:
        return None
    others = tuple(float(o["value"]) for o in evidence.get("others", ()) if isinstance(o.get("value"), int | float))
    return AxisLine(
        variable=variable,
        role=_role(finding, evidence),
        limits=limits,
        grades=grades,
        marked=marked,
        low=ends[0],
        high=ends[1],
        value=_shown(value, limits),
        known=evidence["truth"] != "UNKNOWN",
        others=others,
        normal=None if grades else _normal(evidence, variable, sex),
    )


def _ends(value: Value | None) -> tuple[float, float] | None:
    """The ends of a value: twice the same for a number, an interval for `< 30` or `8 to 14`."""
    if isinstance(value, Extent):
        return value.low, value.high
    return None if value is None or isinstance(value, str) else (float(value), float(value))


def _limits(evidence: Data) -> tuple[tuple[AxisLimit, ...], Ranges] | None:
    """The limits of a comparison, and the values of which its words are true."""
    if "values" in evidence:
        values = [value for value in evidence["values"] if not isinstance(value, str)]
        return ((), points(values)) if values else None  # categories have no place on a line
    limits, own = limits_of(evidence), limits_of(evidence, "limits_written")
    if not limits or any(li.of or li.above or li.unit != evidence.get("unit") for li in limits):
        return None  # a multiple whose limit of normal is not known, or a limit in another unit
    twin = (Limit(**evidence["equivalent"]),) if "equivalent" in evidence else ()
    found = tuple(map(AxisLimit, limits, [(limit, *twin) for limit in own] or [()] * len(limits)))
    marked = functools.reduce(intersect, (side(limit.op, limit.value) for limit in limits))
    return found, marked


def _grades(variable: Variable, marked: Ranges, ends: tuple[float, float]) -> tuple[float, ...]:
    """The steps of an ordinal, with those that only the limit or the value names."""
    named = {cut[0] for span in marked for cut in span} | set(ends)
    return tuple(sorted({float(v) for v in variable.grades.values()} | {n for n in named if math.isfinite(n)}))


def _role(finding: Data, evidence: Data) -> Role:
    """What the side on which the words are true does to the patient: for the criterion, or as one part of it.

    A comparison under a `not` is told by its truth, which is then the opposite of the criterion's; where that cannot be
    seen, the side is only the one that the words state.
    """
    truth = evidence["truth"]
    alone = len(finding["evidence"]) == 1
    if "UNKNOWN" in (truth, finding["truth"]) or not (alone or evidence["decides"]):
        return "stated"
    against = (finding["kind"] == "exclusion") == (truth == finding["truth"])
    if alone:
        return "excludes" if against else "required"
    return "against" if against else "for"


def _shown(value: Value, limits: tuple[AxisLimit, ...]) -> str:
    """The value in five digits, or in all where five would put it on its limit."""
    short = value_words(value)
    near = [li for li in limits if rounded(li.value) == short and li.value != value]
    return value_words(value, number) if near else short


def _normal(evidence: Data, variable: Variable, sex: str | None) -> AxisNormal | None:
    """The normal range that the evidence names, or else the default of the vocabulary."""
    stated, default = evidence.get("normal", {}), variable.reference(sex)
    if stated.get("of") in ("ULN", "LLN") and stated["low"] == stated["high"] and stated["whose"] != "default":
        whose = f"{stated['whose']}, {stated['date']}" if "date" in stated else stated["whose"]
        low, high = (None, stated["high"]) if stated["of"] == "ULN" else (stated["low"], None)
        return AxisNormal(low, high, whose)
    return AxisNormal(default.low, default.high, "default", default.source) if default else None


@dataclass(frozen=True, slots=True)
class Scale:
    """From numbers to places between 0 and 1."""

    low: float
    high: float
    log: bool
    whole: bool = False  # counts have nothing between whole numbers

    def at(self, value: float) -> float:
        """The place of a number; ends of the line for what lies beyond."""
        if value <= self.low:
            return 0.0
        if value >= self.high:
            return 1.0
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """A few round numbers on the line."""
        if self.log:
            tens = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            steps = (1, 2, 5) if self.high / self.low < 10**DECADES else (1,)
            found = [float(f"{step}e{ten}") for ten in tens for step in steps]
        else:
            step = max(_round_step((self.high - self.low) / 4), 1.0 if self.whole else 0.0)
            first, last = math.ceil(self.low / step), math.floor(self.high / step)
            found = [float(f"{place * step:.12g}") for place in range(first, last + 1)]
        return [tick for tick in found if self.low <= tick <= self.high]


def scale_of(line: AxisLine) -> Scale:
    """The scale on which every number of the line can be told apart."""
    numbers = sorted(line.numbers)
    low, high = numbers[0], numbers[-1]
    if _wants_log(line, low, high):
        return Scale(low / 1.6, high * 1.6, log=True)
    largest = max(abs(low), abs(high)) or 1.0
    gap = min((abs(end - li) for end, li in _pairs(line) if end != li), default=largest)
    # Room around the numbers, so that a small distance does not look like a large one; less where it would not be seen.
    room = max((high - low) * 0.18, min(largest * 0.12, gap * 20))
    least, most = line.variable.plausible or (-math.inf, math.inf)
    whole = line.variable.kind == "count"
    if 0 <= low < 0.35 * high and least <= 0:
        return Scale(0.0, min(high + room, max(most, high)), False, whole)
    return Scale(max(low - room, min(least, low)), min(high + room, max(most, high)), False, whole)


def _wants_log(line: AxisLine, low: float, high: float) -> bool:
    if low < _LEAST or line.variable.kind not in _LOGARITHMIC or line.grades or low == high:
        return False
    if high / low > 10**DECADES:
        return True
    gaps = [(abs(end - li), abs(math.log(end / li))) for end, li in _pairs(line) if end > 0 and end != li]
    linear, log = min(gaps, default=(math.inf, 0.0))
    return linear / (high - low) < _NEAR and log / math.log(high / low) > 2 * linear / (high - low)


def _pairs(line: AxisLine) -> list[tuple[float, float]]:
    """Each known end of the value with each limit."""
    return [(end, li.value) for end in (line.low, line.high) if math.isfinite(end) for li in line.limits]


def _round_step(step: float) -> float:
    """The next larger of 1, 2, 5 times a power of ten."""
    step = max(step, _LEAST)
    ten = 10.0 ** math.floor(math.log10(step))
    return next(n * ten for n in (1, 2, 5, 10) if n * ten >= step * (1 - 1e-9))
