"""Entries of a record, of whatever format, to one `Patient`: names resolved, values in canonical units, latest first.

A reader hands over what the record says, entry by entry, with the path of each; every problem is collected, so that one
pass shows all. What lies after `as_of` is ignored and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import get_args

from eligo.dataclass import replace
from eligo.jsontext import JsonPath
from eligo.namedtuple import NamedTuple
from eligo.patients import dates
from eligo.patients.answers import Answer
from eligo.patients.dates import clock_of
from eligo.patients.diagnostic_tests import DiagnosticTest, find_test, loads, test_of_variable
from eligo.patients.findings import Observed, answer_of, conclude, not_detected, viral_load
from eligo.patients.ledger import Took
from eligo.patients.marks import Mark, all_together
from eligo.patients.model import Fact, FactKind, FactStatus, ListName, PartialDate, Patient, Reply, Result
from eligo.patients.names import (
    UNKNOWN_CONCEPT,
    Found,
    Name,
    Trouble,
    by_name_alone,
    find_attestation,
    find_concept,
    find_variable,
    written,
)
from eligo.patients.ordering import facts_in_order, in_order
from eligo.patients.person import Person, When
from eligo.patients.places import told
from eligo.patients.plausible import NO_RANGE, Ends
from eligo.patients.reports import is_doubted
from eligo.patients.status import STATUS, marked_status, may_be_refuted, narrowed_by, status_word
from eligo.patients.values import NO_UNITS, Number, Units, is_figure
from eligo.regex import regex
from eligo.truth import Reason
from eligo.vocabulary.ages import denied_days
from eligo.vocabulary.concepts import Concept
from eligo.vocabulary.named import NamedKind
from eligo.vocabulary.variables import Variable, variables

LISTS: tuple[ListName, ...] = get_args(ListName)
KIND_OF_LIST: dict[ListName, NamedKind] = {
    "conditions": "condition",
    "procedures": "procedure",
    "medications": "medication",
}
_KIND: dict[str, FactKind] = {"condition": "condition", "procedure": "procedure", "medication": "medication"}
_CRITERION = regex(r"[A-Za-z][\w.-]*/[\w.]+")


class _Seen(NamedTuple):
    """One observation as a reader hands it over, with the days that its date stands for."""

    value: str | Number
    unit: str | None
    path: JsonPath
    day: When | None
    when: PartialDate | None
    reference: Ends
    doubted: bool
    remark: str | None


class PatientBuilder(Person):
    """Collects the entries of one record; `lenient` turns unknown names and contradictions into warnings.

    `log`, where a caller gives one, gets what became of each statement, in the order of the calls; `units` and
    `described` are those of `Person`.
    """

    def __init__(
        self,
        id_: str,
        as_of: date,
        lenient: bool = False,
        log: list[Took] | None = None,
        units: Units = NO_UNITS,
        described: date | None = None,
    ) -> None:
        super().__init__(id_, as_of, lenient, log, units, described)
        self._facts: dict[str, list[Fact]] = {}
        self._observed: list[Observed] = []
        self._ending: list[tuple[Fact, Fact]] = []
        self._absent: dict[str, JsonPath] = {}
        self._never = set[str]()
        self._complete: frozenset[str] = frozenset()
        self._in_part: set[ListName] = set()
        self._attested: dict[str, bool] = {}
        self._replies: list[Reply] = []

    # --- what a reader calls

    def observe(
        self,
        name: Name,
        value: str | Number | None,
        path: JsonPath,
        unit: str | None = None,
        day: When | None = None,
        reference: Ends = NO_RANGE,
        doubted: bool = False,
        answer: Answer | None = None,
        remark: str | None = None,
    ) -> None:
        """Take one value of a variable, or the answer of a test; None is an explicit "not known".

        `answer` is what a coded value says, where a reader knows it, `remark` what stands beside the value. `doubted`
        says that the value is called unreliable, as a remark may do itself: then it decides nothing.
        """
        variable = find_variable(name)
        test = find_test(name) if isinstance(variable, Trouble) else test_of_variable(variable.id)
        when = self._date(day, (*path, "date")) if day else self._undated()
        if isinstance(variable, Trouble) and test is None:
            self._unknown_result(variable, value, path)
        elif value is None:
            self._not_used("no-value", "the record says that the value is not known")
        elif when and when.first > self.as_of:
            self._after(path)
        else:
            doubted = doubted or (remark is not None and is_doubted(remark))
            seen = _Seen(value, unit, path, day, when, reference, doubted, remark)
            if test is None or not self._answered(test, variable, seen, answer):
                self._take_value(test, variable, seen)

    def _unknown_result(self, trouble: Trouble, value: str | Number | None, path: JsonPath) -> None:
        """Report a result under a name that nobody knows, which may say that something is there."""
        if isinstance(value, str) and not is_figure(value):
            self.lacks("conditions")
        self._unknown(trouble, path if path[0] == "labs" else (*path, "variable"))

    def _answered(self, test: DiagnosticTest, variable: Variable | Trouble, seen: _Seen, answer: Answer | None) -> bool:
        """Take the answer of a test, and say whether there is one; what was not detected is a value besides."""
        measured = isinstance(variable, Variable)
        said = answer or answer_of(test, seen.value, seen.unit, seen.reference, measured=measured)
        if said is None:
            return False
        said = "unclear" if seen.doubted else said
        self.found(test, said, seen.when, seen.value if seen.unit is None else f"{seen.value} {seen.unit}")
        if not self._is_taken(said, variable, seen.when, seen.day, str(seen.value)):
            self._take_value(None, variable, seen)  # words are no number, and no earlier number may stand for them
        return True

    def _take_value(self, test: DiagnosticTest | None, variable: Variable | Trouble, seen: _Seen) -> None:
        """Take a value, and what it answers to the test that measures the same."""
        if isinstance(variable, Trouble) and test is not None:
            variable = variables().get(test.variable or "") or variable
        if isinstance(variable, Trouble):
            return
        result = self._measured(variable, seen.value, seen.unit, seen.path, seen.reference, seen.when)
        result = self._noted(result, seen.path, seen.doubted, seen.remark)
        self._keep(result, seen.day)
        if test is not None and (said := "unclear" if seen.doubted else test.of_result(result)):
            self._observed.append(Observed(test, said, seen.when or self._today, result.written))

    def _keep(self, result: Result, day: When | None) -> None:
        self._results.setdefault(result.variable, []).append((result, clock_of(day)))
        if result.problem is None:
            self._used(result.variable)

    def _noted(self, result: Result, path: JsonPath, doubted: bool, remark: str | None) -> Result:
        """The result with what stands beside it."""
        if doubted:
            result = self._doubted(result, path)
        return result if remark is None else result._replace(remark=remark)

    def _doubted(self, result: Result, path: JsonPath) -> Result:
        """The result with a problem, so that it decides nothing."""
        message = f"a note beside the value of `{result.variable}` says that it is not to be relied on"
        self._warn("value-doubted", message, path, "read the note, and repeat the measurement")
        return result._replace(problem=result.problem or Reason.IMPLAUSIBLE, detail=result.detail or message)

    def _is_taken(
        self, said: Answer, variable: Variable | Trouble, when: PartialDate | None, day: When | None, value: str
    ) -> bool:
        """Whether an answer says all there is: no variable measures the same, or nothing was detected."""
        if isinstance(variable, Variable) and said == "negative" and variable.id in loads():
            result = not_detected(variable.id, when, value)
            self._results.setdefault(result.variable, []).append((result, clock_of(day)))
            return True
        return isinstance(variable, Trouble)

    def day(self, text: When, path: JsonPath) -> PartialDate | None:
        """The days of a date, which is refused where it is none."""
        return self._date(text, (*path, "date"))

    def found(self, test: DiagnosticTest, answer: Answer, when: PartialDate | None, written_: str | Number) -> None:
        """Take the answer of a test."""
        if when and when.first > self.as_of:
            self._not_used("after-as-of", "it lies after the day of the screening")
            return
        self._observed.append(Observed(test, answer, when or self._today, str(written_)))
        self._used(test.id)

    def state(
        self,
        name: Name,
        list_name: ListName,
        path: JsonPath,
        status: str | None = None,
        start: tuple[When | None, str] = (None, ""),
        end: tuple[When | None, str] = (None, ""),
        qualifiers: Iterable[str] = (),
        mark: Mark | None = None,
        visit: bool = False,
        told: bool = False,
    ) -> None:
        """Take one condition, procedure or medication; `start` and `end` come with the keys that hold them.

        `status` is a word of `STATUS`, `mark` what the record says beside the name; `visit` marks the diagnosis of one
        visit. A name that nobody knows is kept by itself; `told` says that the reader told of it.
        """
        known = find_concept(name)
        first, last = self._date_under(start, path), self._date_under(end, path)
        meaning = self._status(status, list_name, last, path)
        if isinstance(known, Found):
            found: Found | None = known
        else:
            found = self._not_known(known, name, list_name, path, told)
            if meaning is not None:
                self.lacks(list_name)
        if found is None or meaning is None:
            return
        unread: Mark | None = "suspected" if end[0] and last is None else None  # it ended, but nobody knows when
        said = all_together(found.mark, mark, unread)
        if said == "refuted" and first is None and may_be_refuted(status):
            self._rule_out(found, path)
            return
        words = narrowed_by(found.qualifiers, qualifiers)
        for concept in (found.concept, *found.others):
            kind = _KIND.get(concept.kind, KIND_OF_LIST[list_name])
            fact = Fact(concept.id, kind, meaning, first, last, words, written(name), visit)
            if self._said_of(fact, concept, said, status is not None, (*path, end[1])) and found is known:
                self._used(concept.id)
        if found.grade and meaning == "active" and said is None:
            self._grade_of(*found.grade, written(name))

    def _not_known(self, trouble: Trouble, name: Name, list_name: ListName, path: JsonPath, told: bool) -> Found | None:
        """Tell of a name that nobody knows, and find the thing that it stands for by itself."""
        if not told:
            self._unknown(trouble, (*path, "concept"))
        return by_name_alone(name, KIND_OF_LIST[list_name]) if trouble.code == UNKNOWN_CONCEPT else None

    def _said_of(self, fact: Fact, concept: Concept, said: Mark | None, stated: bool, end: JsonPath) -> bool:
        """Take a fact, or what the marks beside its name make of it, and say whether any was taken.

        `stated` says that its status is the record's.
        """
        if said is None:
            return self._fact(fact, end[:-1], str(end[-1]))
        taken = False
        for one in marked_status(fact.status, said, concept, stated):
            denied = one == "refuted" and fact.end is None  # it says so of that day
            if not (denied and self._denied_long_ago(fact.start, end[:-1])):
                marked = replace(fact, status=one, end=fact.start if denied else fact.end)
                taken |= self._fact(marked, end[:-1], str(end[-1]))
        return taken

    def _grade_of(self, variable: str, low: float, high: float, name: str) -> None:
        """Take the grade that a name carries."""
        result = Result(variable, low, high, date=self._undated(), written=name, value=name)
        self._results.setdefault(variable, []).append((result, dates.NO_TIME))

    def _denied_long_ago(self, day: PartialDate | None, path: JsonPath) -> bool:
        """Whether something was denied so long ago that this says nothing of today; with a warning."""
        if day is None or (self.as_of - day.first).days <= denied_days():
            return False
        message = f"it was not there on a day more than {denied_days():.0f} days ago, which does not rule it out now"
        self._warn("denied-long-ago", message, path, "rule it out as of today, where that is known")
        return True

    def _fact(self, fact: Fact, path: JsonPath, end_key: str) -> bool:
        """Take a fact, as it is on the day of `as_of`, and say whether it was taken."""
        first, last, meaning = fact.start, fact.end, fact.status
        then: tuple[FactStatus, PartialDate] | None = None
        if meaning != "planned":
            if first and first.first > self.as_of:
                self._after(path)
                return False
            if last and last.first > self.as_of:  # on that day it had not ended yet
                self._later[path[:1]] += 1
                then = (meaning, last)
                last, meaning = None, "active" if meaning == "resolved" else meaning
        if first and last and last.last < first.first:
            self._doubt("dates-order", "the end lies before the start", (*path, end_key), "check both dates")
            last = None
        if last and meaning == "active":
            self._warn("status-and-end", "the status says active, but an end is given", path, "check both")
        if meaning != fact.status or last is not fact.end:
            fact = replace(fact, status=meaning, end=last)
        self._facts.setdefault(fact.concept, []).append(fact)
        if then is not None:
            self._ending.append((fact, replace(fact, status=then[0], end=then[1])))
        return True

    def rule_out(self, name: Name, path: JsonPath, day: When | None = None) -> None:
        """Take a concept that the record says the patient does not have; `day` is when that was, where it is known."""
        found = find_concept(name)
        when = self._date(day, (*path, "date")) if day else None
        if isinstance(found, Trouble):
            self._unknown(found, path)
        elif when is not None and when.first > self.as_of:
            self._after(path)
        elif found.others:
            message = "the name may mean several things, and none of them is ruled out"
            self._doubt("absent-several", message, path, "write the full name of what the patient does not have")
        elif found.mark is not None and not (found.mark == "history" and found.ever):
            message = f"the name of {told(found.concept.id)} carries a mark, and so is not ruled out"
            self._doubt("absent-marked", message, path, "write the bare name of what the patient does not have")
        elif not self._denied_long_ago(when, path):
            self._rule_out(found, path)

    def _rule_out(self, found: Found, path: JsonPath) -> None:
        if found.grade or found.qualifiers:
            help_ = "rule out the concept itself, or give its grade under `observations`"
            message = f"one form of {told(found.concept.id)} alone cannot be ruled out, so this does not count"
            self._warn("absent-part", message, path, help_)
        else:
            self._absent[found.concept.id] = path
            self._never |= {found.concept.id} if found.ever else set()
            self._used(f"no {found.concept.id}")

    def complete(self, lists: Iterable[str]) -> None:
        """Take lists that the record says are complete."""
        self._complete |= frozenset(lists)

    def lacks(self, *lists: ListName) -> None:
        """Know that an entry of these lists was left out: whatever the record says of them, none is complete."""
        self._in_part.update(lists)

    def attest(self, name: str, value: bool, path: JsonPath) -> None:
        """Take what a person stated: by the name of an attestation, or for one criterion of a trial."""
        if _CRITERION.fullmatch(name.strip()):
            self._attested[name.strip()] = value
            self._used(name.strip())
            return
        found = find_attestation(name)
        if isinstance(found, Trouble):
            self._unknown(found, path)
        elif found.per_criterion:
            message = f"{told(found.id)} does not say for which criterion, and does not count"
            self._warn("attested-for-what", message, path, "name the criterion: TRIAL/criterion")
        elif self._attested.setdefault(found.id, value) != value:
            message = f"{told(found.id)} is attested twice, with different answers"
            self._doubt("attested-twice", message, path, "keep one of the two")
        else:
            self._used(found.id)

    def replied(self, reply: Reply) -> None:
        """Take what a person answers to a question of rules."""
        self._replies.append(reply)
        self._used("answer")

    def build(self) -> Patient:
        """Make the patient of what was taken; look into `findings` first."""
        for path, count in sorted(self._later.items(), key=str):
            entries = "1 entry lies" if count == 1 else f"{count} entries lie"
            help_ = "check the dates; `as_of` is the day that the record describes"
            self._warn("after-as-of", f"{entries} after `as_of`, and what lies there does not count", path, help_)
        self._contradictions()
        for fact in conclude(self._observed, self.as_of, self._birth):
            self._facts.setdefault(fact.concept, []).append(fact)
        kept = {variable: in_order(self._results[variable], self.as_of) for variable in sorted(self._results)}
        superseded = {variable: found.superseded for variable, found in kept.items() if found.superseded}
        self._of_one_day([name for name, found in kept.items() if found.at_odds], superseded)
        for fact in viral_load({v: found.results for v, found in kept.items()}, self._facts, self.as_of, self._birth):
            self._facts.setdefault(fact.concept, []).append(fact)
        facts = {c: facts_in_order(found) for c, found in sorted(self._facts.items())}
        return Patient(
            self.id,
            self.as_of,
            self._birth,
            self._sex,
            {variable: found.results for variable, found in kept.items()},
            facts,
            frozenset(self._absent),
            self._complete,
            dict(sorted(self._attested.items())),
            self._warnings(),
            superseded,
            tuple(self._ending),
            frozenset(self._in_part),
            never=frozenset(self._never),
            replies=tuple(self._replies),
        )

    def _of_one_day(self, at_odds: Iterable[str], superseded: Mapping[str, Sequence[Result]]) -> None:
        """Warn of variables whose values of one day differ, and of values that a later one of the day replaces."""
        for name in at_odds:
            message = f"`{name}` has different values on its latest day and decides only where they agree"
            self._warn("same-day", message, (), "give the time with the date, or leave out what was corrected")
        for name, earlier in superseded.items():
            values = "1 value of" if len(earlier) == 1 else f"{len(earlier)} values of"
            self._warn("same-day-earlier", f"{values} `{name}` gave way to a later one of the same day", ())

    # --- values and dates

    def _status(
        self, status: str | None, list_name: ListName, end: PartialDate | None, path: JsonPath
    ) -> FactStatus | None:
        if status is None:
            return "resolved" if end or list_name == "procedures" else "active"
        meaning = STATUS[status_word(status)]
        if meaning is None:
            self._warn("not-counted", "the status says that this did not happen, so it does not count", path)
        return meaning

    def _contradictions(self) -> None:
        for concept, path in self._absent.items():
            if any(f.status == "active" and f.kind == "condition" for f in self._facts.get(concept, ())):
                message = f"{told(concept)} is ruled out here, and active elsewhere in the record"
                self._doubt("concept-contradiction", message, path, "keep one of the two")
