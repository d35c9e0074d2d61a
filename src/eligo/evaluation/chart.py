"""Patient and policy in, Chart out: what the record says of a variable, with dates, age and limits of normal settled.

An `Outcome` is what one test answers: a truth, why it is UNKNOWN, a code that says more, and what the answer rests on.
It is a bare tuple, since a screening makes dozens for each patient; whatever is shown is worked out from it later.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from datetime import date
from typing import Literal

from eligo.criteria import Duration, Window
from eligo.dataclass import dataclass, field
from eligo.evaluation.window import Days, Period, in_window, shift
from eligo.margin import Margin
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact, PartialDate, Patient, Result
from eligo.truth import Reason, Truth
from eligo.vocabulary.ages import result_age
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.own_names import forgotten_with_names
from eligo.vocabulary.scoring import Interval
from eligo.vocabulary.variables import Reference, variables

_MOST_DAYS = 1000
_MOST_LINES = 50_000  # records bring any number of names
_UNUSABLE = frozenset({Reason.UNIT_UNKNOWN, Reason.IMPLAUSIBLE, Reason.UNPARSED})


@dataclass(frozen=True, slots=True)
class Policy:
    """What the caller decides: how old a result may be, what silence means, whose limits of normal, what is near.

    `max_age` holds for every variable that `max_ages` does not name, but for those that never grow too old; where
    neither says it, the vocabulary does. `NO_LIMIT` is an age too. `margin` holds for what `margins` does not name.
    `assume_absent` are names of lists (conditions, procedures, medications) that are taken as complete. `ranges` are
    reference ranges in canonical units. A margin changes no truth.
    """

    max_age: Duration | None = None
    max_ages: Mapping[str, Duration] = field(default_factory=dict)
    assume_absent: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[Reference, ...]] = field(default_factory=dict)
    margin: Margin | None = None
    margins: Mapping[str, Margin] = field(default_factory=dict)
    _oldest: dict[date, Oldest] = field(default_factory=dict, init=False, repr=False, compare=False)

    def stated_age(self, variable: str) -> Duration | None:
        """How old the caller lets a result be, whatever time a criterion states; None where it is not said."""
        own = self.max_ages.get(variable)
        return own if own is not None or result_age(variable) is None else self.max_age

    def longest_age(self, variable: str) -> Duration | None:
        """How old a result may be: as the caller says, else as the vocabulary does; None for what has no such age."""
        return self.stated_age(variable) or result_age(variable)

    def oldest(self, as_of: date) -> Oldest:
        """The first days that still count on a day; kept, since most patients are screened for the same one."""
        found = self._oldest.get(as_of)
        if found is None:
            if len(self._oldest) >= _MOST_DAYS:
                self._oldest.clear()
            found = self._oldest[as_of] = Oldest(self, as_of)
        return found


class Oldest(dict[str, date]):
    """By variable, the first day of which a result still decides on a day; worked out when it is asked for."""

    def __init__(self, policy: Policy, as_of: date) -> None:
        self.policy, self.as_of = policy, as_of

    def __missing__(self, variable: str) -> date:
        """Work out the day."""
        self[variable] = found = first_day(self.as_of, self.policy.longest_age(variable))
        return found


def _is_grade(variable: str) -> bool:
    """Whether a variable grades a concept, which is there or not."""
    known = variables().get(variable)
    return known is not None and known.concept is not None


def first_day(as_of: date, longest: Duration | None) -> date:
    """The day before which a result is too old."""
    return date.min if longest is None else shift(as_of, longest, -1)


class Derived(NamedTuple):
    """A value that no one recorded but that follows from the record: from birth date, concepts or other values.

    A `limit` is of normal, or the baseline; its `detail` says which, and whose it is.
    """

    variable: str
    low: float
    high: float
    origin: Literal["birth", "concept", "computed", "limit"]
    low_closed: bool = True
    high_closed: bool = True
    problem: Reason | None = None
    detail: str | None = None
    inputs: tuple[Basis, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruled:
    """A concept that is ruled out, and by that whatever is a kind of it; `assumed` where the record does not say it."""

    concept: str
    assumed: str | None = None


Reading = Result | Derived
Basis = Result | Derived | Fact | Ruled
Outcome = tuple[Truth, Reason | None, str | None, tuple[Basis, ...]]
SilentKey = tuple[str, bool]  # a concept, and whether its grades count
Silent = Mapping[SilentKey, tuple[int, Outcome]]
_NONE_SILENT: Silent = {}
CONFLICT = "conflict"  # the detail of an answer, or of a reading, where the record contradicts itself


class Normal(NamedTuple):
    """A limit of normal: an interval where it depends on a sex that is not known; `source` says whose it is."""

    low: float
    high: float
    source: Literal["report", "site", "default", "baseline", "record"]
    cited: str | None = None
    date: PartialDate | None = None


class Chart:
    """One patient under one policy, with what was worked out for one test and may be wanted by others.

    `complete` are the lists that the record says are complete and `assumed` those that the caller takes as such.
    `latest` are results by variable, `oldest` the first days that still count, `born` ages by unit, `inputs` and
    `scores` what scores are made of and come to. `silent` are concepts with the bit of their own test and its outcome
    in a record that says nothing of them, as this one does where the bit is not among the `touched` ones.
    """

    __slots__ = (
        *("absent", "as_of", "assumed", "attested", "born", "complete", "facts", "inputs", "latest"),
        *("never", "oldest", "patient", "policy", "results", "scores", "sex", "silent", "touched"),
        *("_beyond", "_listed", "_under"),
    )

    def __init__(self, patient: Patient, policy: Policy) -> None:
        self.patient, self.policy = patient, policy
        self.as_of, self.facts, self.attested = patient.as_of, patient.facts, patient.attested
        self.absent, self.never, self.results = patient.absent, patient.never, patient.results
        in_part = patient.in_part  # a list of which an entry was left out is complete for nobody
        self.complete = patient.complete - in_part if in_part else patient.complete
        self.assumed = policy.assume_absent - in_part if in_part else policy.assume_absent
        self.sex = patient.sex or _stated_sex(patient)
        self.silent: Silent = _NONE_SILENT
        self.touched = 0
        self._beyond: list[str] | None = None
        self._listed: list[str] | None = None
        self._under: dict[str, list[Fact]] | None = None
        self.latest: dict[str, tuple[Result, ...]] = {}
        self.born: dict[str, tuple[int, int] | Reason | None] = {}
        self.inputs: dict[str, tuple[Interval, tuple[Basis, ...]] | None] = {}
        self.scores: dict[str, tuple[Reading, ...]] = {}
        self.oldest = policy.oldest(patient.as_of)

    @property
    def listed(self) -> list[str]:
        """The concepts of the facts, in their order."""
        if self._listed is None:
            self._listed = sorted(self.facts)
        return self._listed

    @property
    def beyond(self) -> list[str]:
        """Those of them that the vocabulary lacks."""
        if self._beyond is None:
            self._beyond = [concept for concept in self.listed if ":" in concept]
        return self._beyond

    def of_kind(self, concept: str) -> list[Fact]:
        """The facts of a concept and of all its kinds, in the order of their names."""
        return [fact for one in self.listed if concept in line_of(one) for fact in self.facts[one]]

    @property
    def under(self) -> dict[str, list[Fact]]:
        """The facts of each concept and of all its kinds."""
        if self._under is None:
            self._under = _by_ancestor(self.facts, self.listed)
        return self._under

    def share(self, other: Chart) -> None:
        """Take over what another chart worked out of results that are the same here, as of the same day."""
        if self.as_of == other.as_of and self.policy is other.policy:
            same = self.results, other.results
            self.latest.update((v, found) for v, found in other.latest.items() if same[0].get(v) is same[1].get(v))

    def of_family(self, family: frozenset[str]) -> list[str]:
        """The recorded concepts of a family, and what beyond the vocabulary is a kind of one."""
        found = [one for one in self.listed if one in family]
        return [*found, *(one for one in self.beyond if one not in family and not family.isdisjoint(line_of(one)))]

    def recorded(self, variable: str) -> tuple[Result, ...]:
        """The recorded results that can be the latest: several where they are of one day, or of days known in part."""
        found = self.latest.get(variable)
        if found is None:
            found = self.results.get(variable, ())
            if found:
                oldest = self.oldest[variable]
                alone = self.first_alone(found, oldest)
                found = found[:1] if alone else _checked(_latest(found, self.as_of), oldest)
                plain = alone and found[0].high != math.inf
                if not plain and all(r.low <= 0 and r.high == math.inf for r in found) and _is_grade(variable):
                    found = ()  # `>= 0` may be any grade: as good as none, also beside a complete list
            self.latest[variable] = found
        return found

    def first_alone(self, results: tuple[Result, ...], oldest: date) -> bool:
        """Whether the first result is the latest and of age; results come with the latest first."""
        day = results[0].date
        first = self.as_of if day is None else day.first
        if first > self.as_of or first < oldest:
            return False
        if len(results) == 1:
            return True
        day = results[1].date
        return day is not None and day.last < first

    def within(self, variable: str, window: Window) -> tuple[Result, ...]:
        """The recorded results that can be the latest of a window; one that may lie outside it decides nothing.

        A window says how old a value may be, so that here only the caller's own ages count.
        """
        oldest = first_day(self.as_of, self.policy.stated_age(variable))
        return _checked(_latest(self._fitting(variable, window), self.as_of), oldest)

    def every(self, variable: str, window: Window | None) -> tuple[Result, ...]:
        """All recorded results of a window, or of the record; what may lie outside it, or is stale, decides nothing.

        The question is what ever was, so that here too only the caller's own ages count.
        """
        oldest = first_day(self.as_of, self.policy.stated_age(variable))
        return tuple([_aged(result, oldest) for result in self._fitting(variable, window or Window())])

    def _fitting(self, variable: str, window: Window) -> tuple[Result, ...]:
        today = (self.as_of, self.as_of)
        fitting = []
        for result in self.results.get(variable, ()):
            days = _days(result, self.as_of)
            if days[0] > self.as_of:
                continue
            fits = in_window(Period(days, days), window, today)
            if fits is Truth.UNKNOWN:
                result = result._replace(
                    problem=result.problem or Reason.MISSING, detail=result.detail or "partial_date"
                )
            if fits is not Truth.NOT_MET:
                fitting.append(result)
        return tuple(fitting)

    def normal(self, variable: str, which: str, reading: Reading) -> Normal | None:
        """The limit of normal (`ULN` or `LLN`): of the reading's own report, else of the site, else the default."""
        if isinstance(reading, Result):
            own = reading.reference_high if which == "ULN" else reading.reference_low
            if own is not None:
                return None if math.isnan(own) else Normal(own, own, "report")
        if variable not in self.policy.ranges:
            return _default(variable, which, self.sex)
        if self.sex is not None:
            return self._site_or_default(variable, which, self.sex)
        both = [self._site_or_default(variable, which, sex) for sex in ("male", "female")]
        if both[0] is None or both[1] is None or both[0] == both[1]:
            return both[0] and both[1]
        return Normal(min(n.low for n in both if n), max(n.high for n in both if n), "site", both[0].cited)

    def _site_or_default(self, variable: str, which: str, sex: str) -> Normal | None:
        """The limit for one sex: of the site, which may have it for the other sex alone, else the default."""
        return _limit(self.policy.ranges[variable], which, sex, "site") or _default(variable, which, sex)

    def baseline(self, variable: str) -> Normal | None:
        """The earliest recorded value that can decide, where it is of an earlier day than the latest one."""
        latest = self.recorded(variable)
        dated = [r for r in self.results.get(variable, ()) if r.date and r.problem is None and r.low == r.high]
        first = min(dated, key=lambda r: (_days(r, self.as_of), r.low), default=None)
        if first is None or not latest or _days(first, self.as_of)[1] >= _days(latest[0], self.as_of)[0]:
            return None
        of_variable = self.patient.superseded.get(variable, ())  # of each day, the earliest first
        earlier = [r for r in of_variable if r.date == first.date and r.problem is None and r.low == r.high]
        same_day = [r.low for r in dated if r.date == first.date] if not earlier else [earlier[0].low]
        return Normal(min(same_day), max(same_day), "baseline", date=first.date)


def _checked(results: tuple[Result, ...], oldest: date) -> tuple[Result, ...]:
    """The results with the stale ones marked; of one day, those that can decide stand for the unusable ones."""
    results = tuple([_aged(result, oldest) for result in results])
    if len(results) > 1:
        decided = {r.date for r in results if r.problem is None}
        results = tuple(r for r in results if r.problem not in _UNUSABLE or r.date not in decided)
    return results


def _aged(result: Result, oldest: date) -> Result:
    """The result, marked as stale where it may be of a day that is too long ago."""
    if result.date is None or result.problem is not None or result.date.first >= oldest:
        return result
    return result._replace(problem=Reason.STALE)


def _by_ancestor(facts: Mapping[str, tuple[Fact, ...]], listed: list[str]) -> dict[str, list[Fact]]:
    """The facts of each concept and of all its kinds, in an order that does not hang on the record's."""
    found: dict[str, list[Fact]] = {}
    for concept in listed:
        for ancestor in line_of(concept):
            if ancestor in found:
                found[ancestor] += facts[concept]
            else:
                found[ancestor] = [*facts[concept]]
    return found


@forgotten_with_names
@functools.lru_cache(_MOST_LINES)
def line_of(concept: str) -> tuple[str, ...]:
    """All that a recorded concept is, itself among them."""
    return tuple(concepts().ancestors(concept)) or (concept,)


def _stated_sex(patient: Patient) -> Literal["male", "female"] | None:
    for result in patient.results.get("sex", ()):
        if result.value == "male" or result.value == "female":
            return "male" if result.value == "male" else "female"
    return None


def _days(result: Result, as_of: date) -> Days:
    """The days on which a result can be from; one without a date counts as of `as_of`."""
    if result.date is None:
        return as_of, as_of
    return result.date.first, max(min(result.date.last, as_of), result.date.first)


def _latest(results: tuple[Result, ...], as_of: date) -> tuple[Result, ...]:
    """Those that no other result is certainly later than, in an order that does not hang on the record's."""
    newest = date.min
    known = []
    for result in results:
        day = result.date
        first = as_of if day is None else day.first
        if first <= as_of:
            known.append(result)
            if first > newest:
                newest = first
    found = [r for r in known if r.date is None or r.date.last >= newest]
    if len(found) > 1:
        found.sort(key=lambda r: (_days(r, as_of), repr(r)), reverse=True)
    return tuple(found)


@functools.cache
def _default(variable: str, which: str, sex: str | None) -> Normal | None:
    known = variables().get(variable)
    return _limit(known.references, which, sex, "default") if known else None


def _limit(
    references: tuple[Reference, ...], which: str, sex: str | None, source: Literal["site", "default"]
) -> Normal | None:
    """The limit for this sex; for an unknown sex the interval of the limits of both."""
    fitting = [r for r in references if r.sex is None or sex is None or r.sex == sex]
    limits = [r.high if which == "ULN" else r.low for r in fitting]
    values = [v for v in limits if v is not None]
    if not values or len(values) < len(limits):
        return None
    return Normal(min(values), max(values), source, fitting[0].source)
