"""A test of a score in, its answer for every patient out, without a formula of its own: by cells of its inputs.

Each input is cut where the score can turn (a score of points: exactly there; one that is continuous: finely), so that
patients fall into a few thousand cells. What the test says of a cell is what the formula gives for these ranges, held
against the limit by the plain evaluator; a first look takes cells together. Where it is open though it need not be for
each value, the values themselves are asked, once each.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence

from eligo.cohort.form import FALSE, Expr, any_of, known
from eligo.dataclass import dataclass, replace
from eligo.evaluation.chart import Chart, Derived
from eligo.evaluation.comparing import Choice, Comparison
from eligo.evaluation.derive import NO_MEASUREMENT, REPLACEABLE
from eligo.namedtuple import NamedTuple
from eligo.truth import Truth
from eligo.vocabulary.scores import FEMALE, MALE, SCORES, Interval, ScoreInput, bounds, leaf_inputs
from eligo.vocabulary.variables import variables

IDLE = 65_534  # the code of an input that is there and says nothing
_STEPS = 6  # a score with no more values along an input is one of points
_ZERO, _ONE = Interval(0, 0), Interval(1, 1)
_GRID, _CUTS, _FIRST_LOOK = 144, 48, 12


class ValueInput(NamedTuple):
    """One input in columns: ends of a value that can decide, whether it is there, whether it is unclear.

    One that is `idle` is there, but says nothing, which makes a difference.
    """

    id: str
    low: Expr
    high: Expr
    there: Expr
    unclear: Expr
    idle: Expr = FALSE


class FactInput(NamedTuple):
    """A concept that is an input: its truth, and whether that is unclear."""

    id: str
    truth: Expr
    unclear: Expr


@dataclass(frozen=True, slots=True)
class Scored:
    """A test of a score, with its inputs; where not all of them can be told in columns, it is not `whole`."""

    name: str
    answer: Comparison | Choice
    values: tuple[ValueInput, ...]
    facts: tuple[FactInput, ...]
    whole: bool

    @property
    def is_begun(self) -> Expr:
        """Whether anything is known that the score is made of."""
        values = [any_of([one.there, known(one.low), one.unclear]) for one in self.values]
        return any_of([*values, *(any_of([known(fact.truth), fact.unclear]) for fact in self.facts)])


def is_told_in_columns(score: str) -> bool:
    """Whether all inputs of a score are values, facts or the sex."""
    return all(item.role in ("value", "fact", "control") and item.id != "age" for item in leaf_inputs(score))


def leaves(score: str) -> tuple[ScoreInput, ...]:
    """All that a score can be made of, each once."""
    return leaf_inputs(score)


@functools.cache
def cuts(score: str, key: str) -> tuple[float, ...]:
    """Where to cut the values of an input: at every turn of a score of points, else finely."""
    low, high = _plausible(key)
    grid = _grid(low, high)
    lines = [_line(score, key, share) for share in (0.05, 0.3, 0.6)]
    found, steps = set[float](), True
    for line in lines:
        values = [line(at) for at in grid]
        if len(set(values)) > _STEPS:
            steps = False
            break
        for left, right, one, other in zip(grid, grid[1:], values, values[1:], strict=False):
            if one != other:
                found.add(_turn(line, left, right))
    if steps:
        for item in SCORES[score].inputs:  # a turn of a score that is an input may be one of this score
            if item.key in SCORES and any(leaf.key == key for leaf in leaf_inputs(item.key)):
                inner = cuts(item.key, key)
                found |= set(inner) if len(inner) <= _CUTS // 2 else set()
        return tuple(sorted(found))
    every = max(1, len(grid) // _CUTS)
    return tuple(grid[1:-1:every])


def _grid(low: float, high: float) -> list[float]:
    if low > 0 and high / low > 20:
        return [low * (high / low) ** (place / (_GRID - 1)) for place in range(_GRID)]
    if low == 0 and high > 20:
        least = high / 2000
        return [0.0, *(least * (high / least) ** (place / (_GRID - 2)) for place in range(_GRID - 1))]
    return [low + (high - low) * place / (_GRID - 1) for place in range(_GRID)]


def _plausible(key: str) -> tuple[float, float]:
    known = variables().get(key)
    return known.plausible if known is not None and known.plausible is not None else (0.0, 1.0)


def _line(score: str, key: str, share: float) -> Callable[[float], tuple[float, float]]:
    """The score along one input, the others standing still."""
    still: dict[str, Interval] = {}
    for item in leaf_inputs(score):
        if item.key == key or item.key in SCORES or item.role == "control":
            continue
        low, high = (0.0, 1.0) if item.role == "fact" or item.id == "sex" else _plausible(item.id)
        at = low if item.role == "fact" or item.id == "sex" else low + (high - low) * share
        still[item.key] = Interval(at, at)

    def line(at: float) -> tuple[float, float]:
        found = bounds(score, still | {key: Interval(at, at)})
        return found.low, found.high

    return line


def _turn(line: Callable[[float], tuple[float, float]], left: float, right: float) -> float:
    """The first value at which a line has turned between two."""
    before = line(left)
    while True:
        middle = left + (right - left) / 2
        if middle in (left, right):
            return right
        if line(middle) == before:
            left = middle
        else:
            right = middle


def bins(score: str, key: str) -> list[Interval]:
    """The cells of an input, from its least plausible value to its greatest one; of a grade, all ranges of grades."""
    known = variables().get(key)
    if known is not None and known.grades:
        grades = sorted(set(map(float, known.grades.values())))
        return [Interval(low, high) for low in grades for high in grades if low <= high]
    low, high = _plausible(key)
    edges = [low, *(cut for cut in cuts(score, key) if low < cut <= high)]
    ends = [*(math.nextafter(edge, -math.inf) for edge in edges[1:]), high]
    return [Interval(first, last) for first, last in zip(edges, ends, strict=True)]


class InputSpan(NamedTuple):
    """What is known of an input by its cell: the widest interval that it can be known as, and both ends of these.

    A value of a cell is any point of it. Of one that is censored, the end that is known lies in the cell.
    """

    wide: Interval
    least: Interval
    most: Interval

    @property
    def is_exact(self) -> bool:
        """Whether what is known is one and the same for all of the cell."""
        return self.least == self.most


class Grid(NamedTuple):
    """The cells of an input, and the spans of what can be known of it, by code; `exact` are the ranges of a grade."""

    cells: tuple[Interval, ...]
    exact: bool

    @property
    def ends(self) -> int:
        """How many places an end can have: every cell, below all of them, above all."""
        return len(self.cells) + 2

    @property
    def step(self) -> int:
        """How many cells are one in a first look."""
        return 1 if self.exact else -(-len(self.cells) // _FIRST_LOOK)

    def wider(self, count: int) -> list[int]:
        """What each of so many codes is in a first look."""
        found, last = list(range(count)), len(self.cells)
        if self.step > 1:
            for code in range(1, self.ends**2 + 1):
                low, high = (
                    place if place in (0, last + 1) else 1 + (place - 1) // self.step * self.step
                    for place in divmod(code - 1, self.ends)
                )
                found[code] = 1 + low * self.ends + high
        return found

    def span(self, code: int, *, first_look: bool) -> InputSpan:
        """The span of a code from 1: of a grade its range, else of the places of both ends."""
        if self.exact:
            cell = self.cells[code - 1]
            return InputSpan(cell, cell, cell)
        step = self.step if first_look else 1
        low, high = (self._place(place, step) for place in divmod(code - 1, self.ends))
        # INVARIANT: of an interval too, both ends lie between those of `least` and `most`, even within one cell.
        return InputSpan(Interval(low.low, high.high), Interval(low.low, high.low), Interval(low.high, high.high))

    def _place(self, place: int, step: int) -> Interval:
        if place == 0:
            return Interval(-math.inf, -math.inf)
        if place > len(self.cells):
            return Interval(math.inf, math.inf)
        return Interval(self.cells[place - 1].low, self.cells[min(place + step - 1, len(self.cells)) - 1].high)


def grid(score: str, key: str) -> Grid:
    """The grid of an input."""
    known = variables().get(key)
    return Grid(tuple(bins(score, key)), known is not None and bool(known.grades))


@dataclass(frozen=True, slots=True)
class ScoreCell:
    """What is known of the inputs: spans of values, facts that are there or ruled out, the sex.

    `idle` are inputs that are there and say nothing.
    """

    values: Mapping[str, InputSpan]
    facts: Mapping[str, bool]
    sex: str | None
    idle: frozenset[str] = frozenset()

    @property
    def is_exact(self) -> bool:
        """Whether all that is known is the same for all of the cell."""
        return all(value.is_exact for value in self.values.values())


def exact(values: Mapping[str, Interval], other: ScoreCell) -> ScoreCell:
    """The cell of these values, and all else as in another one."""
    return replace(other, values={name: InputSpan(value, value, value) for name, value in values.items()})


def judge(answer: Comparison | Choice, cell: ScoreCell, blank: Chart) -> Truth | None:
    """The answer for all of a cell; None where values of it may differ."""
    truth, _ = ask(answer, cell, blank)
    if truth is not Truth.UNKNOWN or cell.is_exact:
        return truth
    ends = _ends(answer.variable, cell)
    if ends is None:
        return None
    first, last = (ask(answer, end, blank) for end in ends)
    if first[0] is not Truth.UNKNOWN or last[0] is not Truth.UNKNOWN:
        return None
    return Truth.UNKNOWN if _is_one_sided(answer) or first[1] == last[1] else None


def ask(answer: Comparison | Choice, cell: ScoreCell, blank: Chart) -> tuple[Truth, Interval | None]:
    """What the test says of a record with the widest ranges of a cell, and the score that these give."""
    known = {name: span.wide for name, span in cell.values.items()}
    found = reading(answer.variable, known, cell)
    if found is None:
        return Truth.UNKNOWN, None
    return answer.one(Derived(answer.variable, *found, "computed"), blank)[0], found


def reading(score: str, values: Mapping[str, Interval], cell: ScoreCell) -> Interval | None:
    """The values that a score can have, from what a record has of its inputs, as `evaluation/derive.py` finds them."""
    known = dict[str, Interval]()
    for item in SCORES[score].inputs:
        if item.role == "fact":
            if item.id in cell.facts:
                known[item.key] = _ONE if cell.facts[item.id] else _ZERO
        elif item.id == "sex":
            if cell.sex is not None:
                known[item.key] = Interval(*(FEMALE if cell.sex == "female" else MALE,) * 2)
        elif item.key in values:
            known[item.key] = values[item.key]
        if item.key in SCORES and item.role == "value":
            known |= _of_parts(item.key, values, cell, is_stated=item.key in values or item.key in cell.idle)
    return None if known.keys() <= NO_MEASUREMENT else bounds(score, known)


def _of_parts(score: str, values: Mapping[str, Interval], cell: ScoreCell, *, is_stated: bool) -> dict[str, Interval]:
    """An input that is a score itself: what it comes to where it is not stated, and what is known of its inputs."""
    parts = {item.key: values[item.key] for item in leaf_inputs(score) if item.key in values}
    whole = score not in REPLACEABLE or all(item.id in values or item.id in cell.idle for item in SCORES[score].inputs)
    if is_stated or not whole:
        return parts
    found = reading(score, values, cell)
    return {} if found is None else parts | {score: found}


def _is_one_sided(answer: Comparison | Choice) -> bool:
    """Whether there is one limit, on one side of which the score has to be."""
    return isinstance(answer, Comparison) and len(answer.test.limits) == 1 and answer.test.limits[0].op != "eq"


def _ends(score: str, cell: ScoreCell) -> tuple[ScoreCell, ScoreCell] | None:
    """The two corners of a cell with the least and the greatest score; None where its directions are not known."""
    signs = _directions(score)
    if signs is None or any(key not in signs for key in cell.values):
        return None
    least, most = dict[str, Interval](), dict[str, Interval]()
    for key, value in cell.values.items():
        rising = signs[key] > 0
        least[key], most[key] = (value.least, value.most) if rising else (value.most, value.least)
    return exact(least, cell), exact(most, cell)


@functools.cache
def _directions(score: str) -> Mapping[str, int] | None:
    """By input, whether the score rises with it (1) or falls (-1); None where that hangs on others."""
    falling = SCORES[score].falling
    if falling is None:
        return None
    found: dict[str, int] = {}
    for item in SCORES[score].inputs:
        sign = -1 if item.key in falling else 1
        inner: Mapping[str, int] | None = {item.key: 1}
        if item.key in SCORES:
            below = _directions(item.key)
            inner = None if below is None else {**below, item.key: 1}
        if inner is None:
            return None
        for key, direction in inner.items():
            if found.setdefault(key, sign * direction) != sign * direction:
                return None
    return found


def grid_of(scored: Scored) -> dict[str, Grid]:
    """The grid of each input that is a value."""
    return {one.id: grid(scored.answer.variable, one.id) for one in scored.values}


def cell_of(
    ids: Sequence[str], codes: Sequence[int], grids: Mapping[str, Grid], rest: ScoreCell, *, first_look: bool
) -> ScoreCell:
    """The cell of these codes (0 for nothing known, `IDLE`, else that of a span), with all else as in another one."""
    named = zip(ids, codes, strict=True)
    values = {name: grids[name].span(code, first_look=first_look) for name, code in named if 0 < code < IDLE}
    return replace(rest, values=values)
