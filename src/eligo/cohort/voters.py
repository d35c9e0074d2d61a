"""A kind of fact in, what it says to each test that asks for concepts out: bits, told by the plain evaluator itself.

All facts of a kind (concept, status, classes of days ...) say the same to every test, so that a fact that stands for
them is asked once. What a fact says may hang on others (exceptions, anchors): then its bit is `hand`.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Literal

from eligo.criteria import DAYS_IN, Window
from eligo.dataclass import dataclass
from eligo.evaluation.ages import AgeThen
from eligo.evaluation.chart import Chart, line_of
from eligo.evaluation.presence import Presence
from eligo.evaluation.votes import ANCHOR_UNKNOWN, NO, OUTLASTED, SUSPECTED, WHICH_KIND, YES, Vote
from eligo.evaluation.window import Days, ended, outlasted, period
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact, PartialDate
from eligo.truth import Reason, Truth
from eligo.vocabulary.relations import relations

# `yes` goes on, or is a procedure; `over` makes the leaf hold too, but has ended. `soft` and `stale` leave it open
# unless something rules it out, `hard` and `undated` in any case. `no` is against, `refuted` whatever else may be it.
# `timed`
# hangs on how far from an anchor it began. `open` may be it, `rule` rules it out, `hand` is for the plain evaluator.
BITS = ("yes", "over", "soft", "stale", "hard", "undated", "timed", "no", "refuted", "open", "rule", "hand")
_FLAG = {name: 1 << place for place, name in enumerate(BITS)}


@dataclass(frozen=True, slots=True)
class AnchorDays:
    """From which days a window counts: those on which a concept of a family began, or is planned to."""

    reads: frozenset[str]

    def is_begun_by(self, fact: Fact, as_of: date) -> bool:
        """Whether a fact gives such a day."""
        if self.reads.isdisjoint(line_of(fact.concept)) or fact.start is None:
            return False
        begun = fact.status == "planned" or fact.start.first <= as_of
        return begun and fact.status not in ("refuted", "suspected")


@dataclass(frozen=True, slots=True)
class MayBe:
    """What may be the concept of a test that counts from an anchor."""

    test: Presence

    @property
    def reads(self) -> frozenset[str]:
        """The ids of all that the test looks at."""
        return self.test.reads


@dataclass(frozen=True, slots=True)
class Voter:
    """Who asks facts: the test of a concept, one that hangs on when a concept began, and what windows count from."""

    concept: str
    test: Presence | AgeThen | AnchorDays | MayBe

    @property
    def window(self) -> Window | None:
        """The window of the test."""
        test = self.test.test if isinstance(self.test, MayBe) else self.test
        return test.test.window if isinstance(test, Presence) else None

    @property
    def reads(self) -> frozenset[str]:
        """The ids of all that it looks at."""
        return self.test.reads

    def rules(self, denied: str, *, ever: bool) -> int:
        """The bits of a concept that the record denies, for all of the past (`ever`) or for today."""
        if not isinstance(self.test, Presence) or self.test.voting.past is not ever:
            return 0
        return _FLAG["rule"] if denied in self.test.line else 0

    def says(self, fact: Fact, blank: Chart) -> int:
        """The bits of a fact; `blank` is a chart of that day that has nothing."""
        test = self.test
        if isinstance(test, AgeThen):
            of_kind = self.concept in line_of(fact.concept)
            return _FLAG["hand"] if of_kind and fact.status not in ("refuted", "planned") else 0
        if isinstance(test, AnchorDays):
            return _FLAG["yes"] if test.is_begun_by(fact, blank.as_of) else 0
        if isinstance(test, MayBe):
            plain = is_timed(test.test, fact, blank)
            return _FLAG["timed" if plain else "open"] if test.test.leaves_open(fact, blank) else 0
        of_kind = self.concept in line_of(fact.concept)
        if _hangs_on_others(test, fact):
            return _FLAG["hand"] if of_kind or test.leaves_open(fact, blank) else 0
        voted = self._vote(test, fact, blank) if of_kind else 0
        open_too = not test.voting.anchor and test.leaves_open(fact, blank)  # beside an anchor, `LeftOpen` asks that
        return voted | (_FLAG["open"] if open_too else 0)

    def _vote(self, test: Presence, fact: Fact, blank: Chart) -> int:
        vote = test.voting.vote(fact, blank)
        if vote is None:
            return 0
        if vote is YES:
            goes_on = fact.kind == "procedure" or ended(fact, blank.as_of) is not Truth.MET
            return _FLAG["yes" if goes_on else "over"]
        if vote is NO:
            if fact.concept != test.concept:
                return 0
            return _FLAG["no"] | (_FLAG["refuted"] if fact.status == "refuted" else 0)
        if vote.detail == ANCHOR_UNKNOWN and is_timed(test, fact, blank):
            return _FLAG["timed"]
        return _FLAG[_open_bit(vote)]


def _open_bit(vote: Vote) -> str:
    if vote is SUSPECTED:
        return "soft"
    if vote is OUTLASTED:
        return "stale"
    return "undated" if vote.reason is Reason.MISSING else "hard"


def reach_in_days(window: Window | None) -> int | None:
    """How many days a window reaches from its anchor, where that is all it says, and the same on every day."""
    if window is None or window.within is None or window.ago or window.lasting or window.began:
        return None
    length = window.within
    return math.ceil(length.value * DAYS_IN[length.unit]) if length.unit not in ("mo", "a") else None


class When(NamedTuple):
    """When a fact of a kind was so, by which of its days: `own` start or `any` day; its end, and whether it is over.

    `own` is the end that is recorded, `start` that of the start, `since` any day from the start to `today`. `outlasted`
    is what began longer ago than it can go on.
    """

    start: Literal["own", "any"]
    end: Literal["today", "own", "start", "since"]
    over: bool
    outlasted: bool


def span_of(fact: Fact, as_of: date) -> When | None:
    """The span of all facts of a kind, by the one that stands for it; None where no such words tell it."""
    when = period(fact, as_of)
    start, end = (_until(day, as_of) for day in (fact.start, fact.end))
    first: Literal["own", "any"] = "own" if when.start == start else "any"
    ends: dict[Literal["today", "own", "start", "since"], Days | None] = {
        "today": (as_of, as_of),
        "own": end,
        "start": when.start,
        "since": (when.start[0], as_of),
    }
    last = next((name for name, days in ends.items() if days == when.end), None)
    if last is None or (first == "any" and when.start != (date.min, as_of)):
        return None
    over = fact.kind != "procedure" and ended(fact, as_of) is Truth.MET
    return When(first, last, over, when.end[1] == as_of and outlasted(fact, as_of))


def _until(day: PartialDate | None, as_of: date) -> Days | None:
    return None if day is None else (min(day.first, as_of), min(day.last, as_of))


def is_timed(test: Presence, fact: Fact, blank: Chart) -> bool:
    """Whether how far a fact is from an anchor tells all."""
    return reach_in_days(test.test.window) is not None and span_of(fact, blank.as_of) is not None


def _hangs_on_others(test: Presence, fact: Fact) -> bool:
    """Whether what a fact says hangs on what the record denies, or on both of its days at once."""
    excepted, window = test.voting.exceptions, test.test.window
    if excepted is not None and excepted.cover(fact, frozenset())[1] == WHICH_KIND.detail:
        return True
    return window is not None and window.lasting is not None and fact.end is not None


def is_read(concept: str, reads: frozenset[str]) -> bool:
    """Whether a fact of a concept can say anything to one who looks at these ids."""
    return concept in reads or (":" in concept and not reads.isdisjoint(_reach(concept)))


def _reach(concept: str) -> frozenset[str]:
    return relations().reach(concept)
