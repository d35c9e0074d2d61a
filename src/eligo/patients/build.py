"""Entries of a record, of whatever format, to one `Patient`: names resolved, values in canonical units, latest first.

A reader hands over what the record says, entry by entry, with the path of each; every problem is collected, so that one
pass shows all. What lies after `as_of` is ignored and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal, get_args

from eligo.jsontext import JsonPath, path_text
from eligo.patients import dates
from eligo.patients.answers import Answer
from eligo.patients.dates import clock_of
from eligo.patients.diagnostic_tests import DiagnosticTest, find_test, loads, test_of_variable
from eligo.patients.findings import Observed, answer_of, conclude, not_detected, viral_load
from eligo.patients.ledger import Took
from eligo.patients.marks import Mark, together
from eligo.patients.model import Fact, FactKind, FactStatus, ListName, PartialDate, Patient, Result
from eligo.patients.names import (
    Found,
    Name,
    Trouble,
    find_attestation,
    find_concept,
    find_variable,
    written,
)
from eligo.patients.notes import Notes
from eligo.patients.ordering import fact_order, in_order
from eligo.patients.status import STATUS, marked_status, status_word
from eligo.patients.values import NO_UNITS, Number, Units, measure
from eligo.vocabulary.qualifiers import plain_qualifier
from eligo.vocabulary.variables import Variable, variables

LISTS: tuple[ListName, ...] = get_args(ListName)
KIND_OF_LIST: dict[ListName, FactKind] = {
    "conditions": "condition",
    "procedures": "procedure",
    "medications": "medication",
}
_KIND: dict[str, FactKind] = {"condition": "condition", "procedure": "procedure", "medication": "medication"}

# Clinics give the class and the score one name; the value tells which is meant.
_CLASS_OR_SCORE = {"child_pugh_class": "child_pugh_score", "child_pugh_score": "child_pugh_class"}
When = str | PartialDate  # a date as it is written, or as a reader worked it out
_CRITERION = re.compile(r"[A-Za-z][\w.-]*/[\w.]+")


class PatientBuilder(Notes):
    """Collects the entries of one record; `lenient` turns unknown names and contradictions into warnings.

    `log`, where a caller gives one, gets what became of each statement, in the order of the calls. `units` are the
    site's, by variable, for values without one. `described` is the day that the record itself describes, where it is
    read as of another one: a value without a date is of that day.
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
        super().__init__(lenient, log)
        self.id, self.as_of, self.units = id_, as_of, units
        self._described = described or as_of
        self._birth: PartialDate | None = None
        self._sex: Literal["male", "female"] | None = None
        self._results: dict[str, list[tuple[Result, dates.Clock]]] = {}
        self._facts: dict[str, list[Fact]] = {}
        self._observed: list[Observed] = []
        self._ending: list[tuple[Fact, Fact]] = []
        self._absent: dict[str, JsonPath] = {}
        self._complete: frozenset[str] = frozenset()
        self._in_part: set[ListName] = set()
        self._attested: dict[str, bool] = {}

    @property
    def birth(self) -> PartialDate | None:
        """The days of birth, as far as they were taken."""
        return self._birth

    # --- what a reader calls

    def born(self, text: When, path: JsonPath) -> None:
        """Take the date of birth, or the month or year of it."""
        birth = self._date(text, path)
        if birth and birth.first > self.as_of:
            self._refuse("birth-after-as-of", "the birth date lies after `as_of`", path, "check both dates")
        elif birth:
            self._birth = birth
            self._used("birth date")

    def aged(self, value: str | Number, path: JsonPath) -> None:
        """Take the age on the day of `as_of`: completed years, or another unit that is given with it."""
        variable = variables().get("age")
        if variable is None:
            return
        unit = "years" if isinstance(value, int | float) or value.strip().replace(".", "").isdigit() else None
        result = self._measured(variable, value, unit, path)
        birth = _birth_of(result, self._described) if result.problem is None else None
        if self._birth is None:
            self._birth = birth
            result = replace(result, date=self._undated())
            self._results.setdefault("age", []).append((result, dates.NO_TIME))
            self._used("age")
        elif result.problem is None and not _agree(dates.age_between(self._birth, self._described, "a"), result):
            message = "the age and the birth date do not fit together"
            self._doubt("age-contradiction", message, path, "keep one of the two")

    def of_sex(self, word: str, path: JsonPath) -> None:
        """Take the sex; any word but male and female leaves it unknown."""
        variable = variables().get("sex")
        found = variable.value(word) if variable else None
        if found in ("male", "female"):
            self._sex = "male" if found == "male" else "female"
            self._used("sex")
        else:
            message = "the sex is neither male nor female, so criteria on it stay open"
            self._warn("sex-unknown", message, path, "write `male` or `female` where that is known")

    def observe(
        self,
        name: Name,
        value: str | Number | None,
        path: JsonPath,
        unit: str | None = None,
        day: When | None = None,
        reference: tuple[Number | None, Number | None] = (None, None),
        answer: Answer | None = None,
        remark: str | None = None,
    ) -> None:
        """Take one value of a variable, or the answer of a test; None is an explicit "not known".

        `answer` is what a coded value says, where a reader knows it, `remark` what stands beside the value.
        """
        variable = find_variable(name)
        test = find_test(name) if isinstance(variable, Trouble) else test_of_variable(variable.id)
        when = self._date(day, (*path, "date")) if day else self._undated()
        if isinstance(variable, Trouble) and test is None:
            self._unknown(variable, path if path[0] == "labs" else (*path, "variable"))
            return
        if value is None:
            self._not_used("no-value", "the record says that the value is not known")
            return
        if when and when.first > self.as_of:
            self._after(path)
            return
        if test is not None:
            said = answer or answer_of(test, value, reference, measured=isinstance(variable, Variable))
            if said is not None:
                self.found(test, said, when, value if unit is None else f"{value} {unit}")
                if self._is_taken(said, variable, when, day, str(value)):
                    return
                test = None  # words are no number, and no earlier number may stand for them
            elif isinstance(variable, Trouble):
                variable = variables().get(test.variable or "") or variable
        if isinstance(variable, Trouble):
            return
        result = self._measured(variable, value, unit, path, reference, when)
        if remark is not None:
            result = replace(result, remark=remark)
        self._results.setdefault(result.variable, []).append((result, clock_of(day)))
        if result.problem is None:
            self._used(result.variable)
        if test is not None and (said := test.of_result(result)):
            self._observed.append(Observed(test, said, when or self._today, result.written))

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
    ) -> None:
        """Take one condition, procedure or medication; `start` and `end` come with the keys that hold them.

        `status` is a word of `STATUS`, `mark` what the record says beside the name.
        """
        found = find_concept(name)
        first = self._date(start[0], (*path, start[1])) if start[0] else None
        last = self._date(end[0], (*path, end[1])) if end[0] else None
        meaning = self._status(status, list_name, last, path)
        if isinstance(found, Trouble):
            self.lacks(list_name)
            self._unknown(found, (*path, "concept"))
            return
        if meaning is None:
            return
        marks = [m for m in (found.mark, mark) if m is not None]
        said = together(marks) if marks else None
        if said == "refuted" and first is None and (status is None or meaning == "refuted"):
            self._rule_out(found, path)
            return
        words = tuple(sorted({*found.qualifiers, *(plain_qualifier(q) for q in qualifiers if q.strip())}))
        kind = _KIND.get(found.concept.kind, KIND_OF_LIST[list_name])
        fact = Fact(found.concept.id, kind, meaning, first, last, words, written(name))
        if said is None:
            self._fact(fact, path, end[1])
        for one in marked_status(meaning, said, found.concept, stated=status is not None) if said is not None else ():
            over = first if one == "refuted" and last is None else last  # it says so of that day
            self._fact(replace(fact, status=one, end=over), path, end[1])
        if found.grade and meaning == "active" and said is None:
            variable, low, high = found.grade
            result = Result(variable, low, high, date=self._undated(), written=written(name), value=written(name))
            self._results.setdefault(variable, []).append((result, dates.NO_TIME))

    def _fact(self, fact: Fact, path: JsonPath, end_key: str) -> None:
        """Take a fact, as it is on the day of `as_of`."""
        first, last, meaning = fact.start, fact.end, fact.status
        then: tuple[FactStatus, PartialDate] | None = None
        if meaning != "planned":
            if first and first.first > self.as_of:
                self._after(path)
                return
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
        self._used(fact.concept)
        if then is not None:
            self._ending.append((fact, replace(fact, status=then[0], end=then[1])))

    def rule_out(self, name: Name, path: JsonPath) -> None:
        """Take a concept that the record says the patient does not have."""
        found = find_concept(name)
        if isinstance(found, Trouble):
            self._unknown(found, path)
        elif found.mark is not None:
            message = f"the name of `{found.concept.id}` carries a mark, and so is not ruled out"
            self._doubt("absent-marked", message, path, "write the bare name of what the patient does not have")
        else:
            self._rule_out(found, path)

    def _rule_out(self, found: Found, path: JsonPath) -> None:
        if found.grade or found.qualifiers:
            help_ = "rule out the concept itself, or give its grade under `observations`"
            message = f"one form of `{found.concept.id}` alone cannot be ruled out, so this does not count"
            self._warn("absent-part", message, path, help_)
        else:
            self._absent[found.concept.id] = path
            self._used(f"no {found.concept.id}")

    def complete(self, lists: Iterable[str]) -> None:
        """Take the lists that the record says are complete."""
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
            message = f"`{found.id}` does not say for which criterion, and does not count"
            self._warn("attested-for-what", message, path, "name the criterion: TRIAL/criterion")
        elif self._attested.setdefault(found.id, value) != value:
            message = f"`{found.id}` is attested twice, with different answers"
            self._doubt("attested-twice", message, path, "keep one of the two")
        else:
            self._used(found.id)

    def build(self) -> Patient:
        """Make the patient of what was taken; look into `findings` first."""
        for path, count in sorted(self._later.items(), key=str):
            entries = "1 entry lies" if count == 1 else f"{count} entries lie"
            self._warn("after-as-of", f"{entries} after `as_of`, and what lies there does not count", path)
        self._contradictions()
        for fact in conclude(self._observed, self.as_of, self._birth):
            self._facts.setdefault(fact.concept, []).append(fact)
        kept = {variable: in_order(self._results[variable], self.as_of) for variable in sorted(self._results)}
        superseded = {variable: found.superseded for variable, found in kept.items() if found.superseded}
        for name, found in kept.items():
            if found.at_odds:
                message = f"`{name}` has different values on its latest day and decides only where they agree"
                self._warn("same-day", message, (), "give the time with the date, or leave out what was corrected")
        for name, earlier in superseded.items():
            values = "1 value of" if len(earlier) == 1 else f"{len(earlier)} values of"
            self._warn("same-day-earlier", f"{values} `{name}` gave way to a later one of the same day", ())
        for fact in viral_load({v: found.results for v, found in kept.items()}, self._facts, self.as_of, self._birth):
            self._facts.setdefault(fact.concept, []).append(fact)
        facts = {c: tuple(sorted(dict.fromkeys(found), key=fact_order)) for c, found in sorted(self._facts.items())}
        warnings = (f"{path_text(f.path)}: {f.code}: {f.message}" for f in self.findings if f.severity == "warning")
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
            tuple(sorted(dict.fromkeys(w.removeprefix(": ") for w in warnings))),
            superseded,
            tuple(self._ending),
            frozenset(self._in_part),
        )

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

    def _measured(
        self,
        variable: Variable,
        value: str | Number,
        unit: str | None,
        path: JsonPath,
        reference: tuple[Number | None, Number | None] = (None, None),
        day: PartialDate | None = None,
    ) -> Result:
        result, problems = measure(variable, value, unit, reference, day, self.units.get(variable.id))
        other = variables().get(_CLASS_OR_SCORE.get(variable.id, ""))
        if other and result.problem:
            second, found = measure(other, value, unit, reference, day, self.units.get(other.id))
            if second.problem is None:
                result, problems = second, found
        for problem in problems:
            self._warn(problem.code, problem.message, path, problem.help)
        return result

    @property
    def _today(self) -> PartialDate:
        """The day of what has no date."""
        return PartialDate(self._described, self._described)

    def _undated(self) -> PartialDate | None:
        """The day of a value without a date: none where it is `as_of`, else the day that the record describes."""
        day = self._described
        return PartialDate(day, day) if day != self.as_of else None

    def _date(self, text: When, path: JsonPath) -> PartialDate | None:
        found = text if isinstance(text, PartialDate) else dates.read_date(text)
        if found is None:
            self._refuse("date-format", "this is not a date", path, dates.HELP)
        return found

    def _contradictions(self) -> None:
        for concept, path in self._absent.items():
            if any(f.status == "active" and f.kind == "condition" for f in self._facts.get(concept, ())):
                message = f"`{concept}` is ruled out here, and active elsewhere in the record"
                self._doubt("concept-contradiction", message, path, "keep one of the two")


def _birth_of(age: Result, as_of: date) -> PartialDate | None:
    """The days of birth that a stated age leaves open; None for one that is not a plain number."""
    plain = age.low == age.high and isinstance(age.value, int | float)
    return dates.birth_of(age.low, as_of) if plain else None


def _agree(years: Sequence[int], age: Result) -> bool:
    """Whether an age in years is that of the birth date; one year of play, for a birthday between two entries."""
    return years[0] - 1 <= age.high and age.low < years[1] + 2
