"""The one `Patient` type, in which every reader ends and which evaluation meets: frozen data, names resolved.

Quantities are in the variable's canonical unit, as an interval: one point for a plain value, open-ended for a
censored one ("<0.1").
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Literal

from eligo.criteria import Number
from eligo.dataclass import dataclass, field
from eligo.errors import Place
from eligo.namedtuple import NamedTuple
from eligo.truth import Reason

FactStatus = Literal["active", "resolved", "suspected", "planned", "refuted"]
FactKind = Literal["condition", "procedure", "medication"]
ListName = Literal["conditions", "procedures", "medications"]


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, or only to the month or the year: the first and the last day it can be."""

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return self.first.isoformat()
        first, last = self.first, self.last
        if first.day == 1 and last == date(first.year, first.month, calendar.monthrange(first.year, first.month)[1]):
            return f"{first:%Y-%m}"
        if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
            return f"{first:%Y}"
        return f"{first.isoformat()}..{last.isoformat()}"


class Result(NamedTuple):
    """One measured or stated value of a variable.

    `low` and `high` are in the canonical unit and equal for a plain value; a censored value has an infinite end and
    an open one (`low_closed`, `high_closed`). `problem` says why the value cannot decide anything (unit_unknown,
    implausible); `low` and `high` are then NaN unless the value could be converted. The reference range is
    the report's own, in the canonical unit. `value` and `unit` are as the record has them; a category's is a word.
    `remark` is what the laboratory wrote beside it.
    """

    variable: str
    low: float
    high: float
    low_closed: bool = True
    high_closed: bool = True
    date: PartialDate | None = None
    written: str = ""
    value: Number | str | None = None
    unit: str | None = None
    reference_low: float | None = None
    reference_high: float | None = None
    problem: Reason | None = None
    detail: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One condition, procedure or medication of the record, with the concept it was resolved to.

    `visit` marks the diagnosis of one visit, of which nothing says that it went on.
    """

    concept: str
    kind: FactKind
    status: FactStatus = "active"
    start: PartialDate | None = None
    end: PartialDate | None = None
    qualifiers: tuple[str, ...] = ()
    written: str = ""
    visit: bool = False


class Reply(NamedTuple):
    """A person's answer to what rules ask: by whom, of which day, and to what.

    `asks` is a leaf in the form of a rule set, as JSON with sorted keys; or it is `criterion` (`TRIAL/id`) as a whole,
    of whose text `text_sha` is the hash. What is said is yes or no (`answer`), or the `value` of a variable or quantity
    as it was written, with its `unit`. `place` says where the answer stands.
    """

    by: str
    day: date
    asks: str | None = None
    criterion: str | None = None
    text_sha: str | None = None
    answer: bool | None = None
    value: float | str | None = None
    unit: str | None = None
    note: str | None = None
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as of a day.

    `results` holds, per variable, the values dated on or before `as_of`, the latest first (undated ones count as of
    `as_of`); `facts` those of each concept. `absent` are concepts that the record rules out, and `never` those of them
    that it rules out for all of the past too; `complete` are the lists that it says are complete; `attested` what a
    person stated, by attestation id (or `TRIAL/criterion`).
    `superseded` are values that gave way to a later one of the same day; they decide nothing. `ending` are the facts
    whose recorded end lies after `as_of`, each as it is now and as it will be from that end on.
    `in_part` are the lists that lack what the record has of them: an entry was left out, so none of them is complete.
    `identifiers` are the patient's own (a medical record number), by system, and there only where they were asked for.
    `warnings` are codes and places, never values. `replies` are what persons answered to questions of rules.
    """

    id: str
    as_of: date
    birth: PartialDate | None = None
    sex: Literal["male", "female"] | None = None
    results: Mapping[str, tuple[Result, ...]] = field(default_factory=dict)
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    complete: frozenset[str] = frozenset()
    attested: Mapping[str, bool] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    superseded: Mapping[str, tuple[Result, ...]] = field(default_factory=dict)
    ending: tuple[tuple[Fact, Fact], ...] = ()
    in_part: frozenset[str] = frozenset()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    replies: tuple[Reply, ...] = ()
