"""The answers to all tests for one patient: each test runs once, and only when it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from eligo.evaluation.chart import Chart, Outcome, Silent
from eligo.evaluation.replies import AT_ODDS, Given
from eligo.evaluation.truths import MET, UNKNOWN
from eligo.truth import Reason, Truth

Answer = Callable[[Chart], Outcome]


class Answers:
    """A patient's answers, as sets of bits: the tests that are MET, those that are UNKNOWN, those that did not run yet.

    Only a test that looks at something in the record is ever `pending`. The truth of those that are `told` is known
    without them; they run when their evidence is wanted. `touched` are both.
    `found` are the outcomes of those that ran, `empty` those of all tests for an empty record. `guessing` are the tests
    whose answer may rest on an assumption. `given` is what persons answered, where that counts for any of them.
    """

    __slots__ = ("chart", "empty", "found", "given", "guessing", "met", "pending", "tests", "touched", "unknown")

    def __init__(
        self,
        tests: Sequence[Answer],
        chart: Chart,
        empty: Empty,
        pending: int,
        told: int = 0,
        guessing: int = -1,
        given: Given | None = None,
    ) -> None:
        self.tests, self.chart, self.empty, self.pending, self.guessing = tests, chart, empty, pending, guessing
        self.given = given
        self.touched = pending | told
        untouched = ~self.touched
        self.met, self.unknown = empty.met & untouched, empty.unknown & untouched
        self.found: dict[int, Outcome] = {}

    def compare(self) -> Answers:
        """Find out which answers of persons are at odds with the record; the answers themselves."""
        for number in self.given.tests if self.given is not None else ():
            if self.given is not None and self.outcome(number)[2] in AT_ODDS:
                self.given.at_odds |= 1 << number
        return self

    def run(self, number: int) -> Truth:
        """Run a pending test."""
        outcome = ran(self.tests[number], self.chart)
        if self.given is not None:
            outcome = self.given.settle(number, outcome)
        self.found[number] = outcome
        bit = 1 << number
        self.pending &= ~bit
        truth = outcome[0]
        if truth is MET:
            self.met |= bit
        elif truth is UNKNOWN:
            self.unknown |= bit
        return truth

    def outcome(self, number: int) -> Outcome:
        """The whole outcome of a test."""
        if not self.touched >> number & 1:
            return self.empty.outcomes[number]
        if number not in self.found:
            self.run(number)
        return self.found[number]


def ran(test: Answer, chart: Chart) -> Outcome:
    """What a test answers; the criteria of one that broke stay open: never dropped, and never decided by it."""
    try:
        return test(chart)
    except Exception as error:
        return UNKNOWN, Reason.ERROR, type(error).__name__, ()


def numbers(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class Empty:
    """The answers for a record that mentions nothing, as `chart` has it.

    `silent` are those of the concepts that scores ask. `kept` is for what others work out from them, `items` and
    `results` for what an item says that it does mention.
    """

    __slots__ = ("chart", "items", "kept", "met", "outcomes", "results", "silent", "unknown")

    def __init__(
        self,
        chart: Chart,
        met: int = 0,
        unknown: int = 0,
        outcomes: tuple[Outcome, ...] = (),
        silent: Silent | None = None,
    ) -> None:
        self.chart, self.met, self.unknown, self.outcomes = chart, met, unknown, outcomes
        self.silent: Silent = silent or {}
        self.kept: dict[Any, Any] = {}
        self.items: dict[Any, int] = {}
        self.results: dict[Any, Any] = {}
