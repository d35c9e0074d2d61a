"""A concept that a criterion asks for in, a test of it out: what facts, exclusions, grades and silence of a record say.

The world is open: a concept that is not mentioned is UNKNOWN, unless the record rules it out or says that the list is
complete, or the caller assumes so. Facts vote: one of any kind of the concept can affirm, only one of itself can deny.
A list is silent on a concept only where nothing on it may be that concept, and no value is a sign of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from eligo.criteria import Present, Window
from eligo.evaluation.chart import CONFLICT, Basis, Chart, Outcome, Ruled
from eligo.evaluation.kinds import Exceptions, Qualified, exceptions, qualified
from eligo.evaluation.window import Days, ahead, ended, in_window, outlasted, period
from eligo.patients.model import Fact, Result
from eligo.truth import Reason, Truth, any_of
from eligo.vocabulary.ages import lasting
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.relations import Open, Sign, relations

LIST_OF_KIND = {
    "condition": "conditions",
    "state": "conditions",
    "procedure": "procedures",
    "medication": "medications",
}
# The details of an answer that something in the record leaves open.
BROADER_ONLY, MAY_BE = "broader_only", "may_be"
# Anchors at or soon after the screening; the day of the screening stands for them.
TODAY = frozenset(
    (
        *("screening", "consent", "informed consent", "enrollment", "enrolment", "inclusion", "study entry"),
        *("baseline", "randomization", "randomisation", "registration", "first dose", "treatment", "study treatment"),
    )
)

# Bound once: in Python 3.11 every look-up of an enum's member is a function call.
MET, UNKNOWN, NOT_MET = Truth.MET, Truth.UNKNOWN, Truth.NOT_MET

# What one fact says: whether it makes the leaf hold, and why that is unknown. None where it says nothing about it.
Vote = tuple[Truth, Reason | None, str | None]
_YES: Vote = (MET, None, None)
_NO: Vote = (NOT_MET, None, None)
_SUSPECTED: Vote = (UNKNOWN, Reason.NOT_STATED, "suspected_only")
_OUTLASTED: Vote = (UNKNOWN, Reason.STALE, "outlasted")
_WHICH_KIND: Vote = (UNKNOWN, Reason.NOT_STATED, "excepted_kind")
_NOT_STATED: Outcome = (UNKNOWN, Reason.NOT_STATED, None, ())
_PART_UNKNOWN: Outcome = (UNKNOWN, Reason.NOT_STATED, "list_in_part", ())
_OTHER_SEX: Outcome = (NOT_MET, None, "sex", ())


@dataclass(frozen=True, slots=True)
class Presence:
    """The test of one `Present` leaf.

    `family` are the concept and its kinds, `broader` what it is a kind of, `lists` where the family would be listed,
    `open_to` what else in a record may be it or be a sign of it, `sex` the only sex that can have it, `grades` the
    ordinals of the family, `own_grades` those of the concept and the broader ones, `anchor` the concepts from whose
    beginning the window counts. It asks for what is so `now` where it asks neither for the past nor for a window that
    reaches back; it is `plain` where what goes on now is enough. `brief` are those of the family that cannot go on for
    ever. `rules` are the outcomes by what is ruled out,
    `qualified` and `exceptions` say which kinds of it are meant.
    """

    test: Present
    concept: str
    family: frozenset[str]
    broader: frozenset[str]
    lists: frozenset[str]
    open_to: Open
    sex: str | None
    grades: tuple[str, ...]
    own_grades: tuple[str, ...]
    anchor: frozenset[str] | None
    now: bool
    plain: bool
    brief: frozenset[str]
    rules: Mapping[str, Outcome]
    qualified: Qualified | None
    exceptions: Exceptions | None

    @property
    def line(self) -> frozenset[str]:
        """The concepts whose absence rules this one out: itself and the broader ones."""
        return self.broader | {self.concept}

    @property
    def reads(self) -> frozenset[str]:
        """The ids of everything that this test looks at."""
        excepted = self.exceptions.reads if self.exceptions else frozenset[str]()
        more = self.open_to.entries | {sign.variable for sign in self.open_to.signs} | excepted
        return self.family | self.broader | {*self.grades, *self.own_grades} | (self.anchor or frozenset()) | more

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        facts = chart.under.get(self.concept)
        graded = self._graded(chart) if self.grades else None
        if facts is None and graded is None:
            return self._ruled_out(chart) or self._silent(chart)
        met: list[Fact] = []
        unsure: list[tuple[Fact | Result, Vote]] = []
        denied: list[Fact] = []
        if graded is not None and self.exceptions is not None:  # a grade does not say of which kind it is
            unsure.append((graded, _WHICH_KIND))
            graded = None
        for fact in facts or ():
            lasts = fact.concept not in self.brief and not fact.visit
            if self.plain and lasts and fact.status == "active" and fact.end is None:
                begun = fact.start is None or fact.start.first <= chart.as_of
                vote = _YES if begun else None
            else:
                vote = self._vote(fact, chart)
            if vote is _YES:
                met.append(fact)
            elif vote is _NO:
                if fact.concept == self.concept:
                    denied.append(fact)
            elif vote is not None:
                unsure.append((fact, vote))
        return self._weighed(chart, met, unsure, denied, graded)

    def _weighed(
        self,
        chart: Chart,
        met: list[Fact],
        unsure: list[tuple[Fact | Result, Vote]],
        denied: list[Fact],
        graded: Result | None,
    ) -> Outcome:
        """Weigh the facts for the leaf, those that leave it open, those against it, a grade, and what rules it out."""
        count, rule = self.test.count, self._ruled_out(chart)
        if len(met) + (graded is not None) >= count:
            if rule is None and not denied and graded is None:
                return MET, None, None, tuple(met)
            return _affirmed(met, denied, graded, rule, chart.as_of)
        if unsure and len(met) + len(unsure) >= count:
            if not rule or any(vote not in (_SUSPECTED, _OUTLASTED) for _, vote in unsure):
                _, reason, detail = unsure[0][1]
                return UNKNOWN, reason, detail, tuple([fact for fact, _ in unsure])
        elif denied and not met:
            # That it ended does not tell what another entry of today is; that it is refuted does.
            left = None if rule or any(f.status == "refuted" for f in denied) else self._left_open(chart)
            return left or (NOT_MET, None, None, tuple(denied))
        return rule if rule and not met else self._silent(chart)

    def _silent(self, chart: Chart) -> Outcome:
        """The answer where no fact decides: what may be it keeps it open, else a complete list closes it."""
        left = self._left_open(chart)
        if left is not None:
            return left
        if self.lists <= chart.complete:
            return NOT_MET, None, "list_complete", ()
        if self.lists <= chart.complete | chart.assumed:
            return NOT_MET, None, "assumed_by_caller", ()
        return _NOT_STATED if self.lists.isdisjoint(chart.patient.in_part) else _PART_UNKNOWN

    def _left_open(self, chart: Chart) -> Outcome | None:
        """UNKNOWN with all that may be the concept, or that is a sign of it, in the time that is asked for."""
        entries = self.open_to.entries
        found: list[Basis] = []
        if not entries.isdisjoint(chart.facts):
            listed = [fact for concept in sorted(entries & chart.facts.keys()) for fact in chart.facts[concept]]
            found += [fact for fact in listed if self._may_be(fact, chart)]
        for sign in self.open_to.signs if self.test.status != "planned" else ():
            if sign.variable in chart.results:
                found += self._shown(sign, chart)
        if not found:
            return None
        broader = all(isinstance(one, Fact) and one.concept in self.broader for one in found)
        return UNKNOWN, Reason.NOT_STATED, BROADER_ONLY if broader else MAY_BE, tuple(found)

    def _may_be(self, fact: Fact, chart: Chart) -> bool:
        """Whether a fact that may be the concept is so at the time that is asked for, or counts by its status alone."""
        only = self.open_to.only.get(fact.concept)
        if only is not None:
            return fact.status in only
        if self._says_nothing_now(fact, chart):
            return False
        vote = self._vote(fact, chart)
        return vote is not None and vote[0] is not NOT_MET

    def _says_nothing_now(self, fact: Fact, chart: Chart) -> bool:
        """Whether the fact is a procedure that is over, and left nothing that could be what is asked for now."""
        if not self.now or fact.kind != "procedure" or "procedures" in self.lists:
            return False
        return fact.concept not in self.open_to.lasting and ended(fact, chart.as_of) is MET

    def _shown(self, sign: Sign, chart: Chart) -> list[Result]:
        """The results that are a sign of the concept: of those that can be the latest, or of the time asked for."""
        window = self.test.window
        if window is not None and (window.within or window.ago):
            results = chart.every(sign.variable, replace(window, lasting=None))
        elif self.test.status == "history":
            results = chart.every(sign.variable, None)
        else:
            results = chart.recorded(sign.variable)
        return [r for r in results if r.problem is None and _beyond(r, sign)][:1]

    def _vote(self, fact: Fact, chart: Chart) -> Vote | None:
        test, status = self.test, fact.status
        if status == "refuted":  # what was not there on a day may have been before
            return _NO if fact.end is None or (self.now and test.window is None) else None
        if test.status == "planned":
            vote = _planned(fact, test.window, chart.as_of)
        elif status == "planned" or (fact.start is not None and fact.start.first > chart.as_of):
            return None
        else:
            vote = self._now(fact, chart) if self.asks_now(fact) else _YES
            if vote is _YES and test.window is not None:
                vote = self._timed(fact, test.window, chart)
            if vote is _YES and status == "suspected" and test.status != "suspected":
                vote = _SUSPECTED
        return vote if vote is None or vote is _NO else self._of_kind(fact, vote, chart)

    def _of_kind(self, fact: Fact, vote: Vote, chart: Chart) -> Vote | None:
        """The vote of a fact that is so at the right time, if it is of the kind that is asked for."""
        if self.qualified is not None:
            stated = self.qualified.of(fact)
            before = (
                self.test.status == "history" and fact.status == "active"
            )  # as it is now it need not always have been
            if stated is NOT_MET and not before:
                return _NO
            if stated is not MET:
                vote = (UNKNOWN, Reason.NOT_STATED, "qualifier")
        if self.exceptions is not None:
            excepted, why = self.exceptions.cover(fact, chart.absent)
            if excepted is MET:
                return None
            if excepted is UNKNOWN and vote is _YES:
                vote = (UNKNOWN, Reason.NOT_STATED, why)
        return vote

    def asks_now(self, fact: Fact) -> bool:
        """Whether the fact counts only if it goes on: a procedure counts whenever it was, unless `now` is asked."""
        return self.now if fact.kind != "procedure" else self.test.status == "now"

    def _now(self, fact: Fact, chart: Chart) -> Vote:
        over = ended(fact, chart.as_of)
        if fact.kind == "procedure" and over is MET and _may_be_of(fact, chart.as_of):
            return UNKNOWN, Reason.NOT_STATED, "of_today"
        if over is NOT_MET:
            return _YES
        if over is MET:
            return _NO
        return _OUTLASTED if outlasted(fact, chart.as_of) else (UNKNOWN, Reason.MISSING, "partial_date")

    def _timed(self, fact: Fact, window: Window, chart: Chart) -> Vote:
        when = period(fact, chart.as_of)
        if self.anchor is None:
            fits = in_window(when, window, (chart.as_of, chart.as_of))
        else:
            days = _anchors(self.anchor, chart)
            if not days:
                return UNKNOWN, Reason.MISSING, "anchor_unknown"
            fits = any_of(in_window(when, window, day, around=True) for day in days)
        if fits is not UNKNOWN:
            return _YES if fits is MET else _NO
        if window.lasting is not None and not when.timed:
            return UNKNOWN, Reason.MISSING, "lasting_unknown"
        if when.end[1] == chart.as_of and outlasted(fact, chart.as_of):
            return _OUTLASTED
        return UNKNOWN, Reason.MISSING, "partial_date" if when.dated else "undated"

    def _graded(self, chart: Chart) -> Result | None:
        """A grade of 1 or more of the concept or of a kind of it, which says that it is present."""
        test = self.test
        if not self.grades or test.status == "planned" or test.count > 1 or test.qualifier or self.anchor is not None:
            return None
        for variable in self.grades:
            results = chart.within(variable, test.window) if test.window else chart.recorded(variable)
            if results and all(r.problem is None and r.low > 0 for r in results):
                return results[0]
        return None

    def _ruled_out(self, chart: Chart) -> Outcome | None:
        """What rules the concept out: its absence or that of a broader concept, the patient's sex, a grade of 0."""
        absent = chart.absent
        if absent:
            if self.concept in absent:
                return self.rules[self.concept]
            if not self.broader.isdisjoint(absent):
                return self.rules[min(self.broader & absent)]
        if self.sex is not None and chart.sex is not None and chart.sex != self.sex:
            return _OTHER_SEX
        if self.own_grades and self.test.status in ("active", "now", "suspected") and self.test.window is None:
            for variable in self.own_grades:
                results = chart.recorded(variable)
                if results and all(r.problem is None and r.high == 0 for r in results):
                    return NOT_MET, None, "ruled_out", (results[0],)
        return None


def _beyond(result: Result, sign: Sign) -> bool:
    """Whether a value can lie on the side of a limit that is a sign."""
    if sign.op[0] == "l":
        return result.low < sign.limit or (sign.op == "le" and result.low_closed and result.low == sign.limit)
    return result.high > sign.limit or (sign.op == "ge" and result.high_closed and result.high == sign.limit)


def _affirmed(met: list[Fact], denied: list[Fact], graded: Result | None, rule: Outcome | None, as_of: date) -> Outcome:
    """MET, unless the record also says the opposite; what is over does not contradict that it is absent now."""
    basis: tuple[Basis, ...] = (*met, graded) if graded else tuple(met)
    if rule and (graded or any(f.kind == "procedure" or ended(f, as_of) is not MET for f in met)):
        return UNKNOWN, Reason.NOT_STATED, CONFLICT, (*basis, *rule[3])
    against = denied if not met else [f for f in denied if f.status == "refuted" and f.end is not None]
    if against and all(f.kind != "procedure" for f in met):
        return UNKNOWN, Reason.NOT_STATED, CONFLICT, (*basis, *against)
    return MET, None, None, basis


def _may_be_of(fact: Fact, day: date) -> bool:
    """Whether a procedure of a single day may be of this very day, on which nobody says whether it goes on."""
    return fact.start is not None and fact.end in (None, fact.start) and fact.start.last >= day


def _planned(fact: Fact, window: Window | None, as_of: date) -> Vote | None:
    if fact.status != "planned":
        return None
    if window is None or window.within is None:
        return _YES
    if fact.start is None:
        return UNKNOWN, Reason.MISSING, "undated"
    fits = ahead((fact.start.first, fact.start.last), window.within, as_of)
    if fits is UNKNOWN:
        return UNKNOWN, Reason.MISSING, "partial_date"
    return _YES if fits is MET else _NO


def _anchors(family: frozenset[str], chart: Chart) -> list[Days]:
    """The days on which an anchor that is a concept began, or is planned to."""
    return [
        (fact.start.first, fact.start.last)
        for concept in sorted(family & chart.facts.keys())
        for fact in chart.facts[concept]
        if fact.start is not None
        and (fact.status == "planned" or fact.start.first <= chart.as_of)
        and fact.status not in ("refuted", "suspected")
    ]


def presence(test: Present) -> Presence:
    """Make the test of a leaf; the concept is known to the vocabulary."""
    family, line = concepts().descendants(test.concept), concepts().ancestors(test.concept)
    excepted = exceptions(test.concept, test.but_not)
    of_line = [c for id_ in sorted(line) if (c := concepts().get(id_))]
    of_family = [c for id_ in sorted(family) if (c := concepts().get(id_))]
    return Presence(
        test,
        test.concept,
        family,
        line - {test.concept},
        frozenset(LIST_OF_KIND[c.kind] for c in of_family if c.kind in LIST_OF_KIND),
        relations().open_to(test.concept),
        next((c.sex for c in of_line if c.sex), None),
        tuple(v for v in _grades(of_family) if not _all_excepted(v, of_family, excepted)),
        _grades(of_line),
        _anchor(test.window),
        test.status == "now"
        or (test.status != "history" and (test.window is None or not (test.window.within or test.window.ago))),
        test.status != "planned" and test.window is None and test.qualifier is None and excepted is None,
        frozenset(name for name in family if lasting(name) is not None),
        {concept: (NOT_MET, None, "ruled_out", (Ruled(concept),)) for concept in line},
        qualified(test.qualifier),
        excepted,
    )


def _all_excepted(grade: str, found: list[Concept], excepted: Exceptions | None) -> bool:
    """Whether a grade is one of kinds alone that do not count."""
    return excepted is not None and excepted.all_of(c.id for c in found if c.grade_variable == grade)


def _grades(found: list[Concept]) -> tuple[str, ...]:
    return tuple(sorted({c.grade_variable for c in found if c.grade_variable}))


def _anchor(window: Window | None) -> frozenset[str] | None:
    """None where the day of the screening is the anchor; else the concepts whose beginning is, if any."""
    if window is None or window.anchor.casefold().replace("_", " ") in TODAY:
        return None
    concept = concepts().find(window.anchor)
    return concepts().descendants(concept.id) if concept else frozenset()
