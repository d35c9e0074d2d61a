"""The latest value of a variable as a row a person: what is asked of it, of several values what they agree on.

Several values may be the latest where they are of one day, or of days known in part: `evaluation/chart.py` asks the
same of a record. What is asked is an expression over one value, with how those of several values become one.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from eligo.cohort.answer import BIT_OF, InColumns, reason
from eligo.cohort.form import (
    FALSE,
    TRUE,
    UNKNOWN,
    ColumnName,
    Compared,
    Expr,
    IsIn,
    IsNull,
    Value,
    all_of,
    any_of,
    either,
    is_true,
    known,
    not_,
    number,
)
from eligo.cohort.readings import HIGH, LOW, LOW_CLOSED
from eligo.cohort.scores import ValueInput
from eligo.dataclass import dataclass, field
from eligo.namedtuple import NamedTuple
from eligo.truth import Reason

INFINITE = float("inf")
_NO_NUMBER = Value(None, "number")


How = Literal["same", "why", "unlike", "every", "any", "least", "most", "one"]


class Output(NamedTuple):
    """A column over the row of one value, and what it is where several values may be the latest.

    `same`: the truth on which all agree; `every` and `any` of conditions; the `least` and the `most` of ends that are
    all known; `why`: the reason of what is open in the truth `of` (a truth on which they differ is not stated), and
    `unlike` whether there are several such reasons, which no single value has; `one`: NULL.
    """

    part: Expr
    how: How
    of: str = ""


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest values of a variable in one table: a row a person, with what is asked of them.

    `since` is the first day of a window, None without one; values before `oldest` are stale. `outputs` are columns by
    name over the columns of an observation and `sex`. An output `many` says that there are too many values to weigh.
    """

    name: str
    variable: str
    as_of: date
    since: date | None
    oldest: date
    is_grade: bool
    outputs: dict[str, Output] = field(default_factory=dict)

    @property
    def first(self) -> Expr:
        """The first day that a value can be of; one without a date counts as of today."""
        return self._or_today(ColumnName("first"))

    @property
    def last(self) -> Expr:
        """The last day that a value can be of."""
        return self._or_today(ColumnName("last"))

    @property
    def fits(self) -> Expr:
        """Whether a value may be of the past, and of the window."""
        inside = [Compared("ge", self.last, _day(self.since))] if self.since is not None else []
        return all_of([Compared("le", self.first, _day(self.as_of)), *inside])

    @property
    def says_nothing(self) -> Expr:
        """Whether a value is a grade that may be any, which is as good as none where no other one stands beside it."""
        if self.since is not None or not self.is_grade:
            return FALSE
        return is_true(all_of([Compared("le", LOW, number(0)), Compared("eq", HIGH, number(INFINITE))]))

    @property
    def unreadable(self) -> Expr:
        """Whether a value gives way to one of its day that can decide."""
        words = (Reason.UNIT_UNKNOWN.value, Reason.IMPLAUSIBLE.value, Reason.UNPARSED.value)
        return is_true(IsIn(ColumnName("problem"), words))

    @property
    def stale(self) -> Expr:
        """Whether the value is too old to decide."""
        return is_true(Compared("lt", ColumnName("first"), _day(self.oldest)))

    @property
    def partial(self) -> Expr:
        """Whether the value may be of a day before the window."""
        if self.since is None:
            return FALSE
        return Compared("lt", self.first, _day(self.since))

    @property
    def usable(self) -> Expr:
        """Whether the value can decide."""
        return all_of([IsNull(ColumnName("problem")), not_(self.stale), not_(self.partial)])

    def ask(self, name: str, answer: InColumns) -> InColumns:
        """Add the columns of an answer over a value; the answer for every person, those without a value too."""
        truth, why = f"t{name}", f"w{name}"
        self.outputs[truth] = Output(either(self.usable, answer.truth, UNKNOWN), "same")
        self.outputs[why] = Output(self._why(answer.why), "why", truth)
        hand = self.flag(f"h{name}", all_of([self.usable, answer.hand]), "any")
        unlike = self.flag(f"u{name}", self._why(answer.why), "unlike", truth)
        told = self.column(why)
        missing = either(IsNull(told), reason(Reason.MISSING), told)
        return InColumns(self.column(truth), any_of([hand, unlike, self.unclear()]), missing)

    def out(self, name: str, part: Expr, how: How, of: str = "") -> Expr:
        """Add a column; NULL for a person without a value."""
        self.outputs[name] = Output(part, how, of)
        return self.column(name)

    def flag(self, name: str, part: Expr, how: How, of: str = "") -> Expr:
        """Add a condition; false for a person without a value."""
        return is_true(self.out(name, part, how, of))

    def column(self, name: str) -> Expr:
        """A column of this table, as the others see it."""
        return ColumnName(f"{self.name}.{name}")

    def some(self) -> Expr:
        """Whether the value is a grade that is not 0."""
        return self.flag("some", all_of([self.usable, _is_some()]), "every")

    def zero(self) -> Expr:
        """Whether the value is grade 0."""
        return self.flag("zero", all_of([self.usable, Compared("eq", HIGH, number(0))]), "every")

    def unsure(self) -> Expr:
        """Whether the value decides nothing, but may be a grade of 1 or more."""
        either_way = all_of([Compared("gt", HIGH, number(0)), not_(_is_some())])
        return self.flag("unsure", any_of([not_(self.usable), either_way]), "any")

    def unclear(self) -> Expr:
        """Whether more values may be the latest than columns weigh."""
        return self.flag("many", FALSE, "any")

    def there(self) -> Expr:
        """Whether there is a value at all."""
        return self.flag("there", TRUE, "any")

    def input(self) -> ValueInput:
        """The value as an input of a score: its ends where it can decide."""
        low = self.out("low", either(self.usable, LOW, _NO_NUMBER), "least")
        high = self.out("high", either(self.usable, HIGH, _NO_NUMBER), "most")
        return ValueInput(self.variable, low, high, self.there(), self.unclear())

    def _why(self, why_open: Expr) -> Expr:
        why = either(self.usable, why_open, either(self.partial, reason(Reason.MISSING), reason(Reason.STALE)))
        for code in (Reason.UNIT_UNKNOWN, Reason.IMPLAUSIBLE, Reason.UNPARSED):
            of_code = Compared("eq", ColumnName("problem"), Value(code.value, "word"))
            why = either(of_code, Value(BIT_OF[code], "count"), why)
        return why

    def _or_today(self, day: Expr) -> Expr:
        return either(IsNull(day), _day(self.as_of), day)


def _is_some() -> Expr:
    """Whether a grade, which may be a side of one (`> 0`), is not 0."""
    return any_of([Compared("gt", LOW, number(0)), all_of([Compared("eq", LOW, number(0)), not_(LOW_CLOSED)])])


@dataclass(frozen=True, slots=True)
class Every:
    """Whether any value of a variable fulfils a condition, over the columns of an observation: a row a person."""

    name: str
    variable: str
    condition: Expr

    def column(self) -> Expr:
        """The condition, for every person."""
        return is_true(ColumnName(f"{self.name}.any"))


def since(first: date | None, oldest: date, as_of: date) -> Expr:
    """Whether a value is of a window for sure, and neither stale nor unusable."""
    day = either(known(ColumnName("first")), ColumnName("first"), _day(as_of))
    inside = [Compared("ge", day, _day(first))] if first is not None else []
    fresh = not_(is_true(Compared("lt", ColumnName("first"), _day(oldest))))
    return all_of([*inside, Compared("le", day, _day(as_of)), fresh, IsNull(ColumnName("problem"))])


def _day(day: date) -> Value:
    return Value(day, "day")
