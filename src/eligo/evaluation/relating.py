"""Two things that a sentence links in, a test of the link out.

Records list what a patient has, hardly ever what belongs to what. That one of the two is missing settles the sentence;
that both are there settles it only for a treatment at the time of what it is for, and then the link is assumed. Whether
one thing comes from the other is left to a person.
"""

from __future__ import annotations

from eligo.criteria import Related, Relation
from eligo.dataclass import dataclass
from eligo.evaluation.chart import Basis, Chart, Outcome
from eligo.evaluation.presence import Presence, presence
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.evaluation.window import not_after, period
from eligo.patients.model import Fact
from eligo.truth import Reason

TREATS: frozenset[Relation] = frozenset(("requiring", "treated_with"))
LINK_ASSUMED = "link_assumed"


@dataclass(frozen=True, slots=True)
class Relating:
    """The test of one `Related` leaf, by the tests of its two sides."""

    relation: Relation
    what: Presence
    to: Presence

    @property
    def line(self) -> frozenset[str]:
        """The concepts whose absence may settle it."""
        return self.what.line | self.to.line

    @property
    def reads(self) -> frozenset[str]:
        """The ids of everything that this test looks at."""
        return self.what.reads | self.to.reads

    def sides(self, chart: Chart) -> tuple[Outcome, Outcome]:
        """What the record says of each of the two."""
        return self.what(chart), self.to(chart)

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        what, to = self.sides(chart)
        if what[0] is NOT_MET:
            return what
        if to[0] is NOT_MET and self.relation != "unrelated_to":
            return to
        if what[0] is UNKNOWN or to[0] is UNKNOWN:
            return what if what[0] is UNKNOWN else to
        basis = (*what[3], *to[3])
        if to[0] is NOT_MET:  # there is nothing that it could be related to
            return MET, None, to[2], basis
        if self.relation not in TREATS:
            return UNKNOWN, Reason.NOT_STATED, "not_linked", basis
        if not any(_meet(one, other, chart) for one in what[3] for other in to[3]):
            return UNKNOWN, Reason.NOT_STATED, "times_apart", basis
        return MET, None, LINK_ASSUMED, basis


def relating(test: Related) -> Relating:
    """Make the test of a leaf; both concepts are known to the vocabulary."""
    return Relating(test.relation, presence(test.what), presence(test.to))


def _meet(one: Basis, other: Basis, chart: Chart) -> bool:
    """Whether two entries can have been so on one day; what is no entry (a grade) is of no certain day."""
    if not isinstance(one, Fact) or not isinstance(other, Fact):
        return True
    first, second = period(one, chart.as_of), period(other, chart.as_of)
    return NOT_MET not in (not_after(first.start, second.end), not_after(second.start, first.end))
