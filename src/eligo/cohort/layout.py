"""The tables that columns are made of, as they are asked for: each once, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from eligo.cohort.answer import InColumns, reason
from eligo.cohort.calendar import cuts_of, durations_of
from eligo.cohort.form import FALSE, ColumnName, Expr, HasBits, is_true
from eligo.cohort.latest import Every, Latest
from eligo.cohort.scores import FactInput, Scored, ValueInput, is_told_in_columns
from eligo.cohort.voters import BITS, Voter
from eligo.criteria import Duration, Window
from eligo.dataclass import dataclass, field
from eligo.evaluation.chart import Chart, Policy, first_day
from eligo.evaluation.comparing import Choice, Comparison
from eligo.evaluation.presence import Presence
from eligo.evaluation.window import shift
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient
from eligo.truth import Reason
from eligo.vocabulary.ages import event_time, lasting
from eligo.vocabulary.variables import variables

PER_WORD = 60 // len(BITS)  # voters whose bits one whole number holds


def _no_inputs(score: str, layout: ColumnLayout) -> tuple[tuple[ValueInput, ...], tuple[FactInput, ...]]:
    return (), ()


class Distances(NamedTuple):
    """Whether any fact is near an anchor (and goes on, is over, or is suspected), is far from it, or may be either.

    What may be either is `stale` where it began longer ago than it can go on. `unclear` is what columns do not tell.
    """

    near: Expr
    near_over: Expr
    near_suspected: Expr
    far: Expr
    stale: Expr
    either: Expr
    unclear: Expr


DISTANCES = ("near", "near_over", "near_suspected", "far", "stale", "either")


@dataclass(slots=True)
class ColumnLayout:
    """All tables of one day, and what they are made with; `units` are those in which each variable is recorded."""

    policy: Policy
    as_of: date
    units: Mapping[str, Sequence[str]]
    latest: dict[tuple[str, date | None], Latest] = field(default_factory=dict)
    every: dict[str, Every] = field(default_factory=dict)
    voters: list[Voter] = field(default_factory=list)
    scores: dict[int, Scored] = field(default_factory=dict)
    score_inputs: Callable[[str, ColumnLayout], tuple[tuple[ValueInput, ...], tuple[FactInput, ...]]] = _no_inputs
    anchored: dict[int, tuple[int, int]] = field(
        default_factory=dict
    )  # by voter: the voter of its anchor, and the days
    _places: dict[tuple[object, ...], int] = field(default_factory=dict)

    @property
    def blank(self) -> Chart:
        """A chart that has nothing."""
        return Chart(Patient("", self.as_of), self.policy)

    @property
    def words(self) -> int:
        """How many whole numbers hold the bits of all voters."""
        return max(1, -(-len(self.voters) // PER_WORD))

    def value(self, variable: str, window: Window | None = None) -> Latest:
        """The table of the latest values of a variable; a window has a length back from today, and nothing else."""
        first = shift(self.as_of, window.within, -1) if window is not None and window.within is not None else None
        key = variable, first
        if key not in self.latest:
            longest = self.policy.longest_age(variable) if window is None else self.policy.stated_age(variable)
            known = variables().get(variable)
            is_grade = window is None and known is not None and known.concept is not None
            name = f"v{len(self.latest)}"
            self.latest[key] = Latest(name, variable, self.as_of, first, first_day(self.as_of, longest), is_grade)
        return self.latest[key]

    def any_value(self, variable: str, condition: Expr) -> Expr:
        """Whether any value of a variable fulfils a condition."""
        found = next((e for e in self.every.values() if (e.variable, e.condition) == (variable, condition)), None)
        if found is None:
            found = Every(f"e{len(self.every)}", variable, condition)
            self.every[found.name] = found
        return found.column()

    def score(self, number: int, answer: Comparison | Choice) -> InColumns:
        """The answer of a test of a score by what it is made of."""
        if number not in self.scores:
            values, facts = self.score_inputs(answer.variable, self)
            self.scores[number] = Scored(f"s{number}", answer, values, facts, is_told_in_columns(answer.variable))
        name = f"s{number}"
        return InColumns(ColumnName(f"{name}.truth"), ColumnName(f"{name}.hand"), reason(Reason.MISSING))

    def bits(self, key: tuple[object, ...], make: Callable[[], Voter]) -> Bits:
        """The bits that the facts of a record set for a voter."""
        if key not in self._places:
            self._places[key] = len(self.voters)
            self.voters.append(make())
        return Bits(self._places[key])

    def from_anchor(self, facts: Bits, anchor: Bits, reach: int | None) -> Distances:
        """Where the timed facts of a voter lie from the days of an anchor, within so many days of it or not."""
        if reach is None:
            return Distances(FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, facts.has("timed"))
        self.anchored[facts.place] = anchor.place, reach
        near, over, suspected, far, stale, either = (is_true(ColumnName(f"{word}{facts.place}")) for word in DISTANCES)
        return Distances(near, over, suspected, far, stale, either, FALSE)

    def votes(self, presence: Presence) -> Bits:
        """The bits that facts and denials set for the test of a concept."""
        return self.bits(("present", presence.test), lambda: Voter(presence.concept, presence))

    def cuts(self) -> list[date]:
        """The days at which the vote of any fact may turn."""
        lengths = [length for voter in self.voters for length in durations_of(voter.window)]
        concepts_read = set().union(*(voter.reads for voter in self.voters))
        found: set[Duration] = {event_time(), *lengths}
        for concept in concepts_read:
            found |= {length for visit in (False, True) if (length := lasting(concept, visit)) is not None}
        return cuts_of(found, self.as_of)


@dataclass(frozen=True, slots=True)
class Bits:
    """The bits of one voter in the columns of votes."""

    place: int

    def has(self, *names: str) -> Expr:
        """Whether any fact set one of these bits."""
        word, slot = divmod(self.place, PER_WORD)
        return HasBits(f"b{word}", sum(1 << (slot * len(BITS) + BITS.index(name)) for name in names))


def sex() -> Expr:
    """The patient's sex."""
    return ColumnName("sex")
