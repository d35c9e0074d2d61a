"""Comparisons and choices as expressions over the row of a value: what `evaluation/comparing.py` does to a reading.

A row has `low`, `high` and whether these belong to it, the report's own limits of normal, the unit, and the patient's
sex. The same differences are held against the same slack as there, so that no rounding can come between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eligo.cohort.answer import InColumns, all_met, both_agree, cases, constant, decided, reason
from eligo.cohort.form import (
    FALSE,
    TRUE,
    UNKNOWN,
    Arithmetic,
    ColumnName,
    Compared,
    Expr,
    IsIn,
    IsNull,
    Value,
    all_of,
    any_of,
    either,
    known,
    not_,
    number,
)
from eligo.criteria import Compare, Limit, Op
from eligo.evaluation.chart import Chart, Normal, Policy
from eligo.evaluation.comparing import Choice, Comparison, absolute, slack
from eligo.evaluation.stated_twice import StatedTwice, unit_goes_with
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient, Result
from eligo.truth import Reason
from eligo.vocabulary.scores import SCORES

LOW, HIGH = ColumnName("low"), ColumnName("high")
LOW_CLOSED, HIGH_CLOSED = ColumnName("low_closed"), ColumnName("high_closed")
_OWN = {"ULN": ("own_high", "own_high_unusable"), "LLN": ("own_low", "own_low_unusable")}
_GUARD = (0.8, 1.2)  # so near to the slack, as a share of it, a product that is not rounded yet does not decide
_SEXES = ("male", "female")


class LimitEnds(NamedTuple):
    """The limit as an interval, with its slack; both ends are one where it is a point."""

    least: Expr
    most: Expr
    near_least: Expr
    near_most: Expr


def _fixed(low: float, high: float) -> LimitEnds:
    return LimitEnds(number(low), number(high), number(slack(low)), number(slack(high)))


def _minus(left: Expr, right: Expr) -> Expr:
    return Arithmetic("minus", left, right)


def _negative(part: Expr) -> Expr:
    return number(-_float(part)) if isinstance(part, Value) else _minus(number(0), part)


def _float(part: Value) -> float:
    assert isinstance(part.value, float)
    return part.value


def _at_or_below(end: Expr, closed: Expr, limit: Expr, near: Expr) -> Expr:
    """Whether the upper end lies below a limit, or at it without belonging to the value."""
    apart = _minus(end, limit)
    return any_of([Compared("lt", apart, _negative(near)), all_of([Compared("le", apart, near), not_(closed)])])


def _at_or_above(end: Expr, closed: Expr, limit: Expr, near: Expr) -> Expr:
    apart = _minus(end, limit)
    return any_of([Compared("gt", apart, near), all_of([Compared("ge", apart, _negative(near)), not_(closed)])])


def _no_more(end: Expr, limit: Expr, near: Expr) -> Expr:
    return Compared("le", _minus(end, limit), near)


def _no_less(end: Expr, limit: Expr, near: Expr) -> Expr:
    return Compared("ge", _minus(end, limit), _negative(near))


def held(op: Op, ends: LimitEnds) -> Expr:
    """Whether the value is on a side of a limit."""
    least, most, near_least, near_most = ends
    if op == "lt":
        return decided(_at_or_below(HIGH, HIGH_CLOSED, least, near_least), _no_less(LOW, most, near_most))
    if op == "le":
        return decided(_no_more(HIGH, least, near_least), _at_or_above(LOW, LOW_CLOSED, most, near_most))
    if op == "gt":
        return decided(_at_or_above(LOW, LOW_CLOSED, most, near_most), _no_more(HIGH, least, near_least))
    if op == "ge":
        return decided(_no_less(LOW, most, near_most), _at_or_below(HIGH, HIGH_CLOSED, least, near_least))
    outside = any_of(
        [_at_or_below(HIGH, HIGH_CLOSED, least, near_least), _at_or_above(LOW, LOW_CLOSED, most, near_most)]
    )
    inside = all_of([_no_less(LOW, least, near_least), _no_more(HIGH, most, near_most)])
    return decided(all_of([inside, _one(least, most)]), outside)


def _one(least: Expr, most: Expr) -> Expr:
    """Whether both ends of a limit are one point."""
    if isinstance(least, Value) and isinstance(most, Value):
        return TRUE if least == most else FALSE
    return Compared("eq", least, most)


def compared(answer: Comparison, policy: Policy, as_of: date, units: Sequence[str]) -> InColumns:
    """What a comparison says of a value that can decide; `units` are all in which its variable is recorded."""
    if isinstance(answer, StatedTwice):
        return _stated_twice(answer, policy, as_of, units)
    relative = [limit for limit in answer.test.limits if limit.of is not None or limit.above is not None]
    own = [limit for limit in answer.test.limits if limit not in relative]
    parts = [InColumns(held(limit.op, _fixed(float(limit.value), float(limit.value)))) for limit in own]
    parts += [_multiple(limit, answer.variable, policy, as_of) for limit in relative]
    found = all_met(parts)
    why = reason(Reason.CENSORED)
    if relative:
        why_point = reason(_no_limit(relative[0]))
        return found._replace(why=either(Compared("eq", LOW, HIGH), why_point, why))
    return found._replace(why=why)


def _no_limit(limit: Limit) -> Reason:
    normal = limit.above is not None or limit.of in ("ULN", "LLN")
    return Reason.NO_REFERENCE_RANGE if normal else Reason.MISSING


def _multiple(limit: Limit, variable: str, policy: Policy, as_of: date) -> InColumns:
    """A limit that is a multiple of a limit of normal, or lies above one; any other is left to the plain evaluator."""
    which = limit.of or limit.above
    if which not in _OWN:
        return InColumns(UNKNOWN, TRUE)
    own, unusable = _OWN[which]
    by_sex = {sex: _of_normal(limit, _normal(variable, which, sex, policy, as_of)) for sex in (*_SEXES, None)}
    return cases(
        [
            (known(ColumnName(own)), _of_own(limit, ColumnName(own))),
            (ColumnName(unusable), InColumns(UNKNOWN)),
            *((Compared("eq", ColumnName("sex"), Value(sex, "word")), by_sex[sex]) for sex in _SEXES),
        ],
        by_sex[None],
    )


def _normal(variable: str, which: str, sex: str | None, policy: Policy, as_of: date) -> Normal | None:
    patient = Patient("", as_of, sex="male" if sex == "male" else "female" if sex == "female" else None)
    return Chart(patient, policy).normal(variable, which, Result(variable, 0, 0))


def _of_normal(limit: Limit, normal: Normal | None) -> InColumns:
    if normal is None:
        return InColumns(UNKNOWN)
    return InColumns(held(limit.op, _fixed(absolute(limit, normal.low), absolute(limit, normal.high))))


def _of_own(limit: Limit, own: Expr) -> InColumns:
    """The limit from the report's own one; the plain evaluator rounds it, and decides what the rounding could."""
    at = Arithmetic("times" if limit.above is None else "plus", own, number(limit.value))
    near = Arithmetic("times", either(Compared("lt", at, number(0)), _minus(number(0), at), at), number(slack(1)))
    truth = held(limit.op, LimitEnds(at, at, near, near))
    close = any_of(_close(_minus(end, at), near) for end in (LOW, HIGH))
    return InColumns(either(close, UNKNOWN, truth), either(close, TRUE, FALSE))


def _close(apart: Expr, near: Expr) -> Expr:
    """Whether a distance is so near to the slack that its rounding counts."""
    least, most = (Arithmetic("times", near, number(share)) for share in _GUARD)
    above = all_of([Compared("ge", apart, least), Compared("le", apart, most)])
    below = all_of([Compared("le", apart, _negative(least)), Compared("ge", apart, _negative(most))])
    return any_of([above, below])


def _stated_twice(answer: StatedTwice, policy: Policy, as_of: date, units: Sequence[str]) -> InColumns:
    first, second = (compared(one, policy, as_of, units) for one in (answer.first, answer.second))
    agreed = both_agree(first, second)._replace(why=reason(Reason.NOT_STATED))
    if answer.unit is None:
        return agreed
    goes = {unit: unit_goes_with(unit, answer.unit, answer.variable) for unit in units}
    with_first, with_second = (tuple(unit for unit in units if goes[unit] == place) for place in (0, 1))
    unit = ColumnName("unit")
    return cases(
        [
            (IsNull(unit), first),
            *((IsIn(unit, some), one) for some, one in ((with_first, first), (with_second, second)) if some),
        ],
        agreed,
    )


def chosen_of(answer: Choice) -> InColumns:
    """What a choice says of a value that can decide: every grade that it can be is one of the values, or none is."""
    words = tuple(sorted(value for value in answer.values if isinstance(value, str)))
    numbers = sorted(value for value in answer.values if not isinstance(value, str))
    others = sorted(answer.grades - set(numbers))
    inside, outside = any_of(map(_can_be, numbers)), any_of(map(_can_be, others))
    point = TRUE if answer.grades else Compared("eq", LOW, HIGH)
    of_number = decided(all_of([inside, not_(outside), point]), not_(inside))
    of_word = IsIn(ColumnName("text"), words) if words else FALSE
    truth = either(IsNull(LOW), either(of_word, TRUE, FALSE), of_number)
    return InColumns(truth, FALSE, reason(Reason.CENSORED))


def _can_be(grade: float) -> Expr:
    at = number(grade)
    above = any_of([Compared("lt", LOW, at), all_of([Compared("eq", LOW, at), LOW_CLOSED])])
    below = any_of([Compared("gt", HIGH, at), all_of([Compared("eq", HIGH, at), HIGH_CLOSED])])
    return all_of([above, below])


def beyond(op: str, limit: float) -> Expr:
    """Whether a value can lie on the side of a limit that is a sign of a concept."""
    end, closed, strict = (LOW, LOW_CLOSED, "lt") if op[0] == "l" else (HIGH, HIGH_CLOSED, "gt")
    at = number(limit)
    passed: Op = "lt" if strict == "lt" else "gt"
    parts: list[Expr] = [Compared(passed, end, at)]
    if op[1] == "e":
        parts.append(all_of([closed, Compared("eq", end, at)]))
    return any_of(parts)


def at_range(answer: Comparison | Choice, low: float, high: float, chart: Chart) -> InColumns:
    """What a test says of a constant range of values, for a chart that has nothing else."""
    truth, why, *_ = answer.one(Result(answer.variable, low, high), chart)
    return constant(truth, why)


def is_relative(test: Compare) -> bool:
    """Whether a limit of a comparison hangs on something else."""
    return any(limit.of is not None or limit.above is not None for limit in test.limits)


def is_score(variable: str) -> bool:
    """Whether the variable follows from others by a formula."""
    return variable in SCORES
