"""A comparison of any, the lowest or the highest value of a window in, a test of it out.

The highest value is at least a limit where any value is, and at most a limit where all are; the lowest the other way
round. So values that cannot decide (stale, in an unknown unit) leave open only what they could change.
"""

from __future__ import annotations

from eligo.criteria import Compare, Limit
from eligo.dataclass import replace
from eligo.evaluation.chart import Basis, Chart, Outcome
from eligo.evaluation.comparing import MISSING, Comparison
from eligo.evaluation.derive import Source
from eligo.evaluation.stated_twice import StatedTwice, comparison
from eligo.evaluation.truths import UNKNOWN
from eligo.patients.model import Result
from eligo.truth import Reason, all_of, any_of

_Weighed = list[tuple[Result, Outcome]]
_OF_ANY = {"highest": ("ge", "gt"), "lowest": ("le", "lt")}  # the sides that any value of the window can fulfil


class Picked(Comparison):
    """The test of one `Compare` leaf that does not ask for the latest value; it asks recorded values alone."""

    __slots__ = ("parts", "single")

    def __init__(self, test: Compare, others: dict[str, tuple[Source, ...]]) -> None:
        super().__init__(test, (), others)
        limits = [one for limit in test.limits for one in _sides(limit)] if test.pick != "any" else []
        self.parts = tuple((limit.op, comparison(_with_limit(test, limit), (), others)) for limit in limits)
        self.single = comparison(test, (), others)

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        results = chart.every(self.variable, self.window)
        if not results:
            return MISSING
        if not self.parts:
            return self._outcome(any_of, self._weigh(self.single, results, chart))
        outcomes = []
        for op, part in self.parts:
            joined = any_of if op in _OF_ANY[self.test.pick] else all_of
            outcomes.append(self._outcome(joined, self._weigh(part, results, chart)))
        truth = all_of(outcome[0] for outcome in outcomes)
        return next(outcome for outcome in outcomes if outcome[0] is truth)

    def held(self, basis: Basis) -> Compare:
        """The test that a value was held against."""
        return self.single.held(basis) if isinstance(self.single, StatedTwice) else self.test

    def _weigh(self, test: Comparison, results: tuple[Result, ...], chart: Chart) -> _Weighed:
        return [(r, test.one(r, chart) if r.problem is None else (UNKNOWN, r.problem, r.detail, (r,))) for r in results]

    def _outcome(self, joined: object, weighed: _Weighed) -> Outcome:
        """Join the answers of the values; the evidence is the most telling of those that make the answer so."""
        truths = [outcome[0] for _, outcome in weighed]
        truth = any_of(truths) if joined is any_of else all_of(truths)
        telling = [(result, outcome) for result, outcome in weighed if outcome[0] is truth]
        sign = -1 if self.test.pick == "lowest" else 1
        _, best = max(telling, key=lambda pair: (pair[0].problem is None, sign * _middle(pair[0])))
        reason: Reason | None = best[1] if truth is UNKNOWN else None
        return truth, reason, best[2] if truth is UNKNOWN else None, best[3]


def _with_limit(test: Compare, limit: Limit) -> Compare:
    """The test with one of its sides; what states the limit in another unit has the same one."""
    equivalent = test.equivalent and replace(test.equivalent, op=limit.op)
    return replace(test, limits=(limit,), equivalent=equivalent)


def _sides(limit: Limit) -> tuple[Limit, ...]:
    """A limit as bounds: to be equal is to be neither above nor below."""
    return (replace(limit, op="ge"), replace(limit, op="le")) if limit.op == "eq" else (limit,)


def _middle(result: Result) -> float:
    """Something to order results by; what cannot decide has no value."""
    if result.problem is not None:
        return 0
    ends = [end for end in (result.low, result.high) if abs(end) != float("inf")]
    return sum(ends) / len(ends) if ends else 0
