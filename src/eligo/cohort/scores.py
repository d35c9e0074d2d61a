"""A test of a score in, its answer for every patient out, without a formula of its own: by cells of its inputs.

Each input is cut where the score can turn (a score of points: exactly there; one that is continuous: finely), so that
patients fall into a few thousand cells. What the test says of a cell is what the plain evaluator says of a record with
these ranges; where that is open though it need not be for each value, the values themselves are asked, once each.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from eligo.cohort.form import Expr
from eligo.dataclass import dataclass
from eligo.evaluation.chart import Chart, Derived, Outcome, Policy
from eligo.evaluation.comparing import Choice, Comparison
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact, FactKind, Patient, Result
from eligo.truth import Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import SCORES, Interval, ScoreInput, bounds, leaf_inputs
from eligo.vocabulary.variables import variables

_STEPS = 6  # a score with no more values along an input is one of points
_GRID, _CUTS = 96, 28


class Input(NamedTuple):
    """One input in columns: ends of a value that can decide, whether it is there, whether it is unclear."""

    id: str
    low: Expr
    high: Expr
    there: Expr
    unclear: Expr


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
    values: tuple[Input, ...]
    facts: tuple[FactInput, ...]
    whole: bool


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


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of the inputs: intervals of values, facts that are there or ruled out, the sex."""

    values: Mapping[str, Interval]
    facts: Mapping[str, bool]
    sex: str | None

    @property
    def is_point(self) -> bool:
        """Whether each value is a single one."""
        return all(value.low == value.high for value in self.values.values())


def judge(answer: Comparison | Choice, cell: Cell, as_of: date, policy: Policy) -> Truth | None:
    """The answer for all of a cell; None where values of it may differ."""
    found = ask(answer, cell, as_of, policy)
    if found[0] is not Truth.UNKNOWN or cell.is_point:
        return found[0]
    ends = _ends(answer.variable, cell)
    if ends is None:
        return None
    first, last = (ask(answer, end, as_of, policy) for end in ends)
    if first[0] is not Truth.UNKNOWN or last[0] is not Truth.UNKNOWN:
        return None
    return Truth.UNKNOWN if _is_one_sided(answer) or _reading(first) == _reading(last) else None


def ask(answer: Comparison | Choice, cell: Cell, as_of: date, policy: Policy) -> Outcome:
    """The plain evaluator's answer for a record with these ranges."""
    results = {name: (Result(name, value.low, value.high),) for name, value in cell.values.items()}
    facts = {name: (Fact(name, _kind(name)),) for name, there in cell.facts.items() if there}
    denied = frozenset(name for name, there in cell.facts.items() if not there)
    sex = "male" if cell.sex == "male" else "female" if cell.sex == "female" else None
    patient = Patient("", as_of, sex=sex, results=results, facts=facts, absent=denied, never=denied)
    return answer(Chart(patient, policy))


def _kind(concept: str) -> FactKind:
    known = concepts().get(concept)
    kind = known.kind if known is not None else None
    return "procedure" if kind == "procedure" else "medication" if kind == "medication" else "condition"


def _is_one_sided(answer: Comparison | Choice) -> bool:
    """Whether there is one limit, on one side of which the score has to be."""
    return isinstance(answer, Comparison) and len(answer.test.limits) == 1 and answer.test.limits[0].op != "eq"


def _reading(outcome: Outcome) -> tuple[float, float] | None:
    """The score that was worked out."""
    first = next(iter(outcome[3]), None)
    return (first.low, first.high) if isinstance(first, Derived) else None


def _ends(score: str, cell: Cell) -> tuple[Cell, Cell] | None:
    """The two corners of a cell with the least and the greatest score; None where its directions are not known."""
    signs = _directions(score)
    if signs is None or any(key not in signs for key in cell.values):
        return None
    least, most = dict[str, Interval](), dict[str, Interval]()
    for key, value in cell.values.items():
        first, last = (value.low, value.high) if signs[key] > 0 else (value.high, value.low)
        least[key], most[key] = Interval(first, first), Interval(last, last)
    return Cell(least, cell.facts, cell.sex), Cell(most, cell.facts, cell.sex)


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


def grid_of(scored: Scored) -> dict[str, list[Interval]]:
    """The cells of each input that is a value."""
    return {one.id: bins(scored.answer.variable, one.id) for one in scored.values}


def cell_of(
    ids: Sequence[str], codes: Sequence[int], grid: Mapping[str, list[Interval]], facts: Mapping[str, bool], sex: str | None
) -> Cell:
    """The cell of these codes: 0 for nothing known, else the number of the interval, from 1."""
    values = {name: grid[name][code - 1] for name, code in zip(ids, codes, strict=True) if code > 0}
    return Cell(values, facts, sex)
