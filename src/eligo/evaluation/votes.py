"""A fact in, its vote on one `Present` leaf out: it makes the leaf hold, speaks against it, or leaves it open.

What is asked is of a time and of a kind: that it goes on now or was in a window, with a qualifier, without exceptions.
"""

from __future__ import annotations

from datetime import date

from eligo.criteria import Present, Window
from eligo.dataclass import dataclass
from eligo.evaluation.chart import Chart
from eligo.evaluation.kinds import Exceptions, Qualified, exceptions, qualified
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.evaluation.window import Days, ahead, ended, in_window, outlasted, period
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact
from eligo.truth import Reason, Truth, any_of
from eligo.vocabulary.ages import lasting
from eligo.vocabulary.concepts import concepts

# Anchors at or soon after the screening; the day of the screening stands for them.
TODAY = frozenset(
    (
        *("screening", "consent", "informed consent", "enrollment", "enrolment", "inclusion", "study entry"),
        *("baseline", "randomization", "randomisation", "registration", "first dose", "treatment", "study treatment"),
    )
)

ANCHOR_UNKNOWN = "anchor_unknown"  # the detail of a vote whose window counts from what the record does not have


class Vote(NamedTuple):
    """What one fact says: whether it makes the leaf hold, and why that is unknown; there is one `YES` and one `NO`."""

    truth: Truth
    reason: Reason | None = None
    detail: str | None = None


YES, NO = Vote(MET), Vote(NOT_MET)
SUSPECTED = Vote(UNKNOWN, Reason.NOT_STATED, "suspected_only")
OUTLASTED = Vote(UNKNOWN, Reason.STALE, "outlasted")
WHICH_KIND = Vote(UNKNOWN, Reason.NOT_STATED, "excepted_kind")
_PARTIAL_DATE = Vote(UNKNOWN, Reason.MISSING, "partial_date")


@dataclass(frozen=True, slots=True)
class Voting:
    """How the facts of a record vote on one `Present` leaf.

    It asks for what is so `now` where it asks neither for the past nor for a window that reaches back; it is `plain`
    where what goes on now is enough. `past` marks what a denial of today does not speak of: what was, of anything but
    a procedure. `anchor` are the concepts from whose beginning the window counts, None where it
    counts from the screening; `qualified` and `exceptions` say which kinds of the concept are meant.
    """

    test: Present
    now: bool
    past: bool
    plain: bool
    anchor: frozenset[str] | None
    qualified: Qualified | None
    exceptions: Exceptions | None

    @property
    def reads(self) -> frozenset[str]:
        """The ids of what it looks at beside the fact."""
        excepted = self.exceptions.reads if self.exceptions else frozenset[str]()
        return excepted | (self.anchor or frozenset())

    def denied(self, chart: Chart) -> frozenset[str]:
        """The concepts that the record rules out for the time that is asked for."""
        return chart.never if self.past else chart.absent

    def vote(self, fact: Fact, chart: Chart) -> Vote | None:
        """What a fact of the concept says."""
        status = fact.status
        if status == "refuted":  # what was not there on a day may have been before
            if fact.end is None:
                return None if self.past else NO
            return NO if self.now and self.test.window is None else None
        if self.test.status == "planned":
            vote = _planned(fact, self.test.window, chart.as_of)
        elif status == "planned" or (fact.start is not None and fact.start.first > chart.as_of):
            return None
        elif self.plain and status == "active" and fact.end is None and lasting(fact.concept, fact.visit) is None:
            return YES  # at once: so are most facts of most records
        else:
            vote = self._at_the_time(fact, chart)
        return vote if vote is None or vote is NO else self._of_kind(fact, vote, chart)

    def _at_the_time(self, fact: Fact, chart: Chart) -> Vote:
        """Whether a fact is so at the time that is asked for."""
        test = self.test
        vote = self._now(fact, chart) if self.asks_now(fact) else YES
        if vote is YES and test.window is not None:
            vote = self._timed(fact, test.window, chart)
        return SUSPECTED if vote is YES and fact.status == "suspected" and test.status != "suspected" else vote

    def _of_kind(self, fact: Fact, vote: Vote, chart: Chart) -> Vote | None:
        """The vote of a fact that is so at the right time, if it is of the kind that is asked for."""
        if self.qualified is not None:
            stated = self.qualified.of(fact)
            if stated is UNKNOWN and self.test.qualifier == "active" and _is_active(fact):
                stated = MET
            as_it_is = self.test.status == "history" and fact.status == "active"  # it need not always have been so
            if stated is NOT_MET and not as_it_is:
                return NO
            if stated is not MET:
                vote = Vote(UNKNOWN, Reason.NOT_STATED, "qualifier")
        if self.exceptions is not None:
            excepted, why = self.exceptions.cover(fact, self.denied(chart))
            if excepted is MET:
                return None
            if excepted is UNKNOWN and vote is YES:
                vote = Vote(UNKNOWN, Reason.NOT_STATED, why)
        return vote

    def asks_now(self, fact: Fact) -> bool:
        """Whether the fact counts only if it goes on: a procedure counts whenever it was, unless `now` is asked."""
        return self.now if fact.kind != "procedure" else self.test.status == "now"

    def _now(self, fact: Fact, chart: Chart) -> Vote:
        over = ended(fact, chart.as_of)
        if fact.kind == "procedure" and over is MET and _may_be_of(fact, chart.as_of):
            return Vote(UNKNOWN, Reason.NOT_STATED, "of_today")
        if over is NOT_MET:
            return YES
        if over is MET:
            return NO
        return OUTLASTED if outlasted(fact, chart.as_of) else _PARTIAL_DATE

    def _timed(self, fact: Fact, window: Window, chart: Chart) -> Vote:
        when = period(fact, chart.as_of)
        if self.anchor is None:
            fits = in_window(when, window, (chart.as_of, chart.as_of))
        else:
            days = _anchors(self.anchor, chart)
            if not days:
                return Vote(UNKNOWN, Reason.MISSING, ANCHOR_UNKNOWN)
            fits = any_of(in_window(when, window, day, around=True) for day in days)
        if fits is not UNKNOWN:
            return YES if fits is MET else NO
        if window.lasting is not None and not when.timed:
            return Vote(UNKNOWN, Reason.MISSING, "lasting_unknown")
        if when.end[1] == chart.as_of and outlasted(fact, chart.as_of):
            return OUTLASTED
        return Vote(UNKNOWN, Reason.MISSING, "partial_date" if when.dated else "undated")


def _is_active(fact: Fact) -> bool:
    """Whether a fact that goes on is active for that reason: a pneumonia is, a hepatitis B waxes and wanes."""
    known = concepts().get(fact.concept)
    return fact.status == "active" and known is not None and not known.fluctuates


def _may_be_of(fact: Fact, day: date) -> bool:
    """Whether a procedure of a single day may be of this very day, on which nobody says whether it goes on."""
    return fact.start is not None and fact.end in (None, fact.start) and fact.start.last >= day


def _planned(fact: Fact, window: Window | None, as_of: date) -> Vote | None:
    if fact.status != "planned":
        return None
    if window is None or window.within is None:
        return YES
    if fact.start is None:
        return Vote(UNKNOWN, Reason.MISSING, "undated")
    fits = ahead((fact.start.first, fact.start.last), window.within, as_of)
    if fits is UNKNOWN:
        return _PARTIAL_DATE
    return YES if fits is MET else NO


def _anchors(family: frozenset[str], chart: Chart) -> list[Days]:
    """The days on which an anchor that is a concept began, or is planned to."""
    return [
        (fact.start.first, fact.start.last)
        for concept in chart.of_family(family)
        for fact in chart.facts[concept]
        if fact.start is not None
        and (fact.status == "planned" or fact.start.first <= chart.as_of)
        and fact.status not in ("refuted", "suspected")
    ]


def voting(test: Present) -> Voting:
    """Make the voting on a leaf; the concept is known to the vocabulary."""
    window, excepted = test.window, exceptions(test.concept, test.but_not)
    reaches_back = window is not None and window.looks_back
    now = test.status == "now" or (test.status != "history" and not reaches_back)
    return Voting(
        test,
        now,
        not now and test.status != "planned" and concepts().kinds(test.concept) != {"procedure"},
        test.status != "planned" and window is None and test.qualifier is None and excepted is None,
        _anchor(window),
        qualified(test.qualifier),
        excepted,
    )


def _anchor(window: Window | None) -> frozenset[str] | None:
    """None where the day of the screening is the anchor; else the concepts whose beginning is, if any."""
    if window is None or window.anchor.casefold().replace("_", " ") in TODAY:
        return None
    concept = concepts().find(window.anchor)
    return concepts().descendants(concept.id) if concept else frozenset()
