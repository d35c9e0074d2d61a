"""Rows of persons in, counts of a trial out: what each criterion does, who is left after each, whom one alone blocks.

Every count is a pair where it can be: how many for certain, and how many at most. Counts of several batches add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from eligo.cohort.answer import reason
from eligo.cohort.criteria import answer_columns, criterion_columns, passes, truth_column, truth_of, verdict_of
from eligo.cohort.form import (
    FALSE,
    TRUE,
    Arithmetic,
    ColumnName,
    Compared,
    Expr,
    Value,
    all_of,
    any_of,
    either,
    is_false,
    is_open,
    is_true,
    not_,
)
from eligo.cohort.in_polars import in_polars
from eligo.criteria import Compare, OneOf
from eligo.dataclass import dataclass, field
from eligo.evaluate.engine import Ready, Trial
from eligo.plan import compared_with
from eligo.truth import Reason

if TYPE_CHECKING:
    import polars as pl


@dataclass(slots=True)
class TrialTally:
    """The counts of one trial, by name; `reasons` by criterion and the bits of what keeps it open."""

    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    reasons: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, other: TrialTally) -> None:
        """Add the counts of another batch."""
        self.counts.update(other.counts)
        self.reasons.update(other.reasons)


class Counting:
    """The questions of one trial that counts answer; `place` is that of the trial in its engine."""

    def __init__(self, place: int, trial: Trial, order: Sequence[int]) -> None:
        self.place, self.trial, self.order = place, trial, tuple(order)
        self.columns = [criterion_columns(place, number) for number, _ in enumerate(trial.criteria)]
        self.verdict = f"verdict{place}"

    def with_verdict(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the column of the verdict: true for eligible, false for ineligible, null for undetermined."""
        return frame.with_columns(in_polars(verdict_of(self.trial, self.passing)).alias(self.verdict))

    def passing(self, number: int) -> Expr:
        """Whether a criterion passes."""
        return passes(self.trial.criteria[number], ColumnName(self.columns[number][0]))

    def tally(self, frame: pl.DataFrame) -> TrialTally:
        """The counts of a batch."""
        found = TrialTally()
        found.counts["persons",] = len(frame)
        verdict = ColumnName(self.verdict)
        tests = {truth for ready in self.trial.criteria for truth, *_ in map(answer_columns, ready.numbers)}
        needed = [self.verdict, *sorted(tests), *(name for truth, _, why in self.columns for name in (truth, why))]
        for rows, questions in (
            (TRUE, [*self._questions(), *self._attrition()]),
            (all_of([is_false(verdict), self._by_one_at_most()]), list(self._alone())),
            (is_open(verdict), list(self._settled())),
        ):
            asked = frame if rows == TRUE else frame.select(needed).filter(in_polars(rows))
            for (name, _), count in zip(questions, counted(asked, [part for _, part in questions]), strict=True):
                found.counts[name] = count
        for number, (_, _, why) in enumerate(self.columns):
            for bits, count in frame[why].value_counts().iter_rows():
                if bits:
                    found.reasons[number, int(bits)] += int(count)
        return found

    def _questions(self) -> Iterator[tuple[tuple[str, ...], Expr]]:
        """What is counted, by name, as conditions."""
        verdict = ColumnName(self.verdict)
        yield ("eligible",), verdict
        yield ("undetermined",), is_open(verdict)
        yield ("ineligible",), not_(verdict)
        for number, _ in enumerate(self.trial.criteria):
            passing = self.passing(number)
            yield ("passes", str(number)), passing
            yield ("blocks", str(number)), not_(passing)
            yield ("open", str(number)), is_open(passing)

    def _attrition(self) -> Iterator[tuple[tuple[str, ...], Expr]]:
        """Who is left after the first criteria of the order: for certain, and at most."""
        for step in range(1, len(self.order) + 1):
            first = set(self.order[:step])
            left = verdict_of(self.trial, lambda number, first=first: self.passing(number) if number in first else TRUE)  # type: ignore[misc]  # mypy does not infer a lambda with defaults
            yield ("certain", str(step - 1)), left
            yield ("possible", str(step - 1)), not_(is_false(left))

    def _alone(self) -> Iterator[tuple[tuple[str, ...], Expr]]:
        """Whom one criterion alone keeps out, and which of its limits alone would let them in; of those who are out."""
        for number, ready in enumerate(self.trial.criteria):
            without = self._with(number, TRUE)
            alone = all_of([not_(self.passing(number)), not_(is_false(without))])
            yield ("alone", str(number)), alone
            yield ("alone_certain", str(number)), all_of([alone, is_true(without)])
            for place, (test, leaf, _) in enumerate(ready.uses):
                if isinstance(leaf, Compare | OneOf):
                    yield ("limit", str(number), str(place)), all_of([alone, self._turned(ready, test)])

    def _by_one_at_most(self) -> Expr:
        """Whether no more than one criterion of all arms blocks: else none does alone."""
        blocks: Expr = Value(0, "count")
        for number, ready in enumerate(self.trial.criteria):
            if ready.criterion.cohort is None:
                one = either(is_false(self.passing(number)), Value(1, "count"), Value(0, "count"))
                blocks = Arithmetic("plus", blocks, one)
        return Compared("le", blocks, Value(1, "count"))

    def _with(self, number: int, passing: Expr) -> Expr:
        """The verdict where a criterion did something else."""
        return verdict_of(self.trial, lambda other: passing if other == number else self.passing(other))

    def _turned(self, ready: Ready, test: int) -> Expr:
        """Whether a criterion would not block if one of its tests were true, or false."""
        turned = (self._forced(ready, {test}, to) for to in (TRUE, FALSE))
        return any_of(not_(is_false(one)) for one in turned)

    def _forced(self, ready: Ready, tests: set[int], to: Expr) -> Expr:
        """Whether a criterion passes where some tests have another truth."""
        truth = truth_of(ready.criterion.tree, ready.numbers, lambda test: to if test in tests else truth_column(test))
        return passes(ready, truth)

    def forced(self, tests: set[int], to: Expr) -> Expr:
        """The verdict where some tests have another truth."""

        def passing(number: int) -> Expr:
            ready = self.trial.criteria[number]
            return self.passing(number) if tests.isdisjoint(ready.numbers) else self._forced(ready, tests, to)

        return verdict_of(self.trial, passing)

    def _settled(self) -> Iterator[tuple[tuple[str, ...], Expr]]:
        """Of whose verdict is open, whose hangs on a variable, and is settled by it whichever way it turns out.

        What only a person can state is left aside there: it is asked in any case.
        """
        for variable, tests in self.variables().items():
            missing = any_of(is_open(truth_column(test)) for test in sorted(tests))
            ways = [self._if_stated(tests, to) for to in (TRUE, FALSE)]
            settled = [not_(is_open(way)) for way in ways]
            yield ("missing", variable), missing
            yield ("settles", variable), all_of([missing, *settled, not_(_are_same(*ways))])

    def _if_stated(self, tests: set[int], to: Expr) -> Expr:
        """The verdict where some tests have another truth, and persons state what is asked of them."""
        return verdict_of(self.trial, lambda number: self._stated(number, tests, to))

    def _stated(self, number: int, tests: set[int], to: Expr) -> Expr:
        """Whether a criterion passes where some tests have another truth, and persons state what is asked of them."""
        ready = self.trial.criteria[number]
        if not tests.isdisjoint(ready.numbers):
            return self._forced(ready, tests, to)
        asked_of_persons = Compared("eq", ColumnName(self.columns[number][2]), reason(Reason.NEEDS_ATTESTATION))
        return either(asked_of_persons, TRUE, self.passing(number))

    def variables(self) -> dict[str, set[int]]:
        """The tests of each variable that a trial limits."""
        found: dict[str, set[int]] = {}
        for ready in self.trial.criteria:
            for number, leaf, test in ready.uses:
                if isinstance(test, Compare | OneOf) and test.variable not in (None, "sex", "age"):
                    others = compared_with(leaf) if isinstance(leaf, Compare) else ()
                    for name in (test.variable or "", *others):
                        found.setdefault(name, set()).add(number)
        return dict(sorted(found.items()))


def counted(frame: pl.DataFrame, conditions: Sequence[Expr]) -> list[int]:
    """How many rows fulfil each condition."""
    if not len(frame):
        return [0] * len(conditions)
    asked = {place: is_true(one) for place, one in enumerate(conditions)}
    made = [in_polars(one).sum().alias(str(place)) for place, one in asked.items() if not isinstance(one, Value)]
    found = frame.lazy().select(*made).collect().row(0, named=True) if made else {}
    everybody = {place: len(frame) for place, one in asked.items() if one == TRUE}  # a constant is no column
    return [int(found.get(str(place), everybody.get(place, 0)) or 0) for place in asked]


def _are_same(one: Expr, other: Expr) -> Expr:
    """Whether two truths are the same; false where either is UNKNOWN."""
    return any_of([all_of([is_true(one), is_true(other)]), all_of([is_false(one), is_false(other)])])
