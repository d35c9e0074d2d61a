"""The latest value of a variable as a row: whether it is the only one that can be the latest, and whether it counts.

The rows of a variable stand with the latest first, so that a row and the one behind it tell whether any other value may
be the latest: `evaluation/chart.py` asks the same of a record. Where another may be, the plain evaluator decides.
"""

from __future__ import annotations

from datetime import date

from eligo.cohort.answer import BIT_OF, NOT_OPEN, Answer, reason
from eligo.cohort.form import (
    FALSE,
    TRUE,
    UNKNOWN,
    Column,
    Compared,
    Expr,
    IsNull,
    Value,
    all_of,
    any_of,
    either,
    is_open,
    is_true,
    known,
    not_,
    number,
)
from eligo.cohort.readings import HIGH, LOW, LOW_CLOSED
from eligo.cohort.scores import Input
from eligo.dataclass import dataclass, field
from eligo.truth import Reason

INFINITE = float("inf")
_NO_NUMBER = Value(None, "number")


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest values of a variable in one table: a row a person, with what is asked of them.

    `since` is the first day of a window, None without one; values before `oldest` are stale. `outputs` are columns by
    name over the columns of an observation, those of the next value and of the one behind it (`next_...`, `after_...`),
    `many`, `two` and `sex`. Two plain values of one day are one row with both as its ends.
    """

    name: str
    variable: str
    as_of: date
    since: date | None
    oldest: date
    is_grade: bool
    outputs: dict[str, Expr] = field(default_factory=dict)

    @property
    def keep(self) -> Expr:
        """Which rows are of the table, by the first row of each person alone."""
        parts: list[Expr] = []
        if self.since is not None:
            parts.append(Compared("ge", self._or_today(Column("last")), _day(self.since)))
        elif self.is_grade:  # `>= 0` may be any grade: as good as none
            any_grade = all_of([Compared("le", LOW, number(0)), Compared("eq", HIGH, number(INFINITE))])
            parts.append(not_(is_true(all_of([any_grade, not_(self.many)]))))
        return all_of(parts)

    @property
    def many(self) -> Expr:
        """Whether another value may be the latest one too, in a way that columns do not weigh."""
        return Column("many")

    @property
    def two(self) -> Expr:
        """Whether the row is of two plain values of one day, the lower and the higher one."""
        return Column("two")

    def prepared(self) -> dict[str, Expr]:
        """The columns `many` and `two`, by those of the rows as they stand."""
        first = self._or_today(Column("first"))
        behind, after = (
            all_of([known(Column(f"{which}_person")), Compared("ge", self._or_today(Column(f"{which}_last")), first)])
            for which in ("next", "after")
        )
        days = [Compared("eq", Column("first"), Column(name)) for name in ("last", "next_first", "next_last")]
        plain = [Compared("eq", Column(low), Column(high)) for low, high in (("low", "high"), ("next_low", "next_high"))]
        usable = [IsNull(Column(name)) for name in ("problem", "next_problem")]
        own = [IsNull(Column(f"{which}own_{end}")) for which in ("", "next_") for end in ("low", "high")]
        own += [not_(Column(f"{which}own_{end}_unusable")) for which in ("", "next_") for end in ("low", "high")]
        same_unit = any_of(
            [
                Compared("eq", Column("unit"), Column("next_unit")),
                all_of([IsNull(Column("unit")), IsNull(Column("next_unit"))]),
            ]
        )
        two = is_true(all_of([behind, not_(after), *days, *plain, *usable, *own, same_unit]))
        late = Compared("gt", first, _day(self.as_of))
        return {"two": two, "many": any_of([all_of([behind, not_(two)]), late])}

    def merged(self) -> dict[str, Expr]:
        """The ends of a row, which are those of both values where it is of two."""
        next_low = Column("next_low")
        lower = all_of([self.two, Compared("lt", next_low, LOW)])
        higher = all_of([self.two, Compared("gt", next_low, HIGH)])
        return {"low": either(lower, next_low, LOW), "high": either(higher, next_low, HIGH)}

    @property
    def stale(self) -> Expr:
        """Whether the value is too old to decide."""
        return is_true(Compared("lt", Column("first"), _day(self.oldest)))

    @property
    def partial(self) -> Expr:
        """Whether the value may be of a day before the window."""
        if self.since is None:
            return FALSE
        return Compared("lt", self._or_today(Column("first")), _day(self.since))

    @property
    def usable(self) -> Expr:
        """Whether the value is the only one, and can decide."""
        return all_of([not_(self.many), IsNull(Column("problem")), not_(self.stale), not_(self.partial)])

    def ask(self, name: str, answer: Answer, *, one_sided: bool) -> Answer:
        """Add the columns of an answer over the row; the answer for every person, those without a value too.

        Where two values of a day differ, the answer is open; with one limit columns can tell that (`one_sided`).
        """
        usable = self.usable
        differ = all_of([self.two, is_open(answer.truth)])
        unsure = FALSE if one_sided else all_of([usable, differ])
        hand = any_of([self.many, unsure, all_of([usable, answer.hand])])
        self.outputs[f"t{name}"] = either(usable, answer.truth, UNKNOWN)
        self.outputs[f"w{name}"] = self._why(either(differ, reason(Reason.NOT_STATED), answer.why))
        why = self.column(f"w{name}")
        missing = either(IsNull(why), reason(Reason.MISSING), why)
        return Answer(self.column(f"t{name}"), is_true(self.out(f"h{name}", hand)), missing)

    def out(self, name: str, expression: Expr) -> Expr:
        """Add a column; NULL for a person without a value."""
        self.outputs[name] = expression
        return self.column(name)

    def flag(self, name: str, expression: Expr) -> Expr:
        """Add a condition; false for a person without a value."""
        return is_true(self.out(name, expression))

    def column(self, name: str) -> Expr:
        """A column of this table, as the others see it."""
        return Column(f"{self.name}.{name}")

    def some(self) -> Expr:
        """Whether the value is a grade that is not 0."""
        above = any_of([Compared("gt", LOW, number(0)), all_of([Compared("eq", LOW, number(0)), not_(LOW_CLOSED)])])
        return self.flag("some", all_of([self.usable, above]))

    def zero(self) -> Expr:
        """Whether the value is grade 0."""
        return self.flag("zero", all_of([self.usable, Compared("eq", HIGH, number(0))]))

    def unsure(self) -> Expr:
        """Whether the value decides nothing, but may be a grade of 1 or more."""
        some = any_of([Compared("gt", LOW, number(0)), all_of([Compared("eq", LOW, number(0)), not_(LOW_CLOSED)])])
        either_way = all_of([Compared("gt", HIGH, number(0)), not_(some)])
        return self.flag("unsure", all_of([not_(self.many), any_of([not_(self.usable), all_of([not_(self.two), either_way])])]))

    def unclear(self) -> Expr:
        """Whether several values may be the latest."""
        return self.flag("many", self.many)

    def there(self) -> Expr:
        """Whether there is a value at all."""
        return self.flag("there", TRUE)

    def input(self) -> Input:
        """The value as an input of a score: its ends where it can decide."""
        low, high = (self.out(name, either(self.usable, end, _NO_NUMBER)) for name, end in (("low", LOW), ("high", HIGH)))
        return Input(self.variable, low, high, self.there(), self.unclear())

    def _why(self, why_open: Expr) -> Expr:
        why = either(self.partial, reason(Reason.MISSING), either(self.usable, why_open, NOT_OPEN))
        why = either(self.stale, reason(Reason.STALE), why)
        for code in (Reason.UNIT_UNKNOWN, Reason.IMPLAUSIBLE, Reason.UNPARSED):
            of_code = Compared("eq", Column("problem"), Value(code.value, "word"))
            why = either(of_code, Value(BIT_OF[code], "count"), why)
        return why

    def _or_today(self, day: Expr) -> Expr:
        return either(IsNull(day), _day(self.as_of), day)


@dataclass(frozen=True, slots=True)
class Every:
    """Whether any value of a variable fulfils a condition, over the columns of an observation: a row a person."""

    name: str
    variable: str
    condition: Expr

    def column(self) -> Expr:
        """The condition, for every person."""
        return is_true(Column(f"{self.name}.any"))


def since(first: date | None, oldest: date, as_of: date) -> Expr:
    """Whether a value is of a window for sure, and neither stale nor unusable."""
    day = either(known(Column("first")), Column("first"), _day(as_of))
    inside = [Compared("ge", day, _day(first))] if first is not None else []
    fresh = not_(is_true(Compared("lt", Column("first"), _day(oldest))))
    return all_of([*inside, Compared("le", day, _day(as_of)), fresh, IsNull(Column("problem"))])


def _day(day: date) -> Value:
    return Value(day, "day")
