"""Bound limits to the leaves of a predicate: `Compare` with its limits in UCUM units, `OneOf` for grades."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from eligo.criteria import AllOf, AnyOf, Compare, Limit, Number, OneOf, Op, Predicate, Span
from eligo.errors import EligoError
from eligo.reading.bind import Bound
from eligo.reading.compare import grades_between
from eligo.reading.lexicon import words as lexicon_words
from eligo.reading.names import Name
from eligo.reading.pairs import each_name, joined_by, members, with_unit
from eligo.reading.plausible import infer_unit, plausible
from eligo.reading.ratios import quotient
from eligo.reading.sense import disjoint
from eligo.reading.syntax import FLIPPED
from eligo.reading.tokens import Token
from eligo.reading.tree import Amount, Limits
from eligo.reading.tree import Limit as Written
from eligo.vocabulary.unit_spellings import common, readings, under_logarithm
from eligo.vocabulary.units import to_canonical, ucum
from eligo.vocabulary.variables import Variable, variables

_COUNTED = ("ordinal", "score", "count", "category")
UNITLESS = frozenset(["ordinal", "score", "count", "ratio", "category"])


Join = Callable[[list[Predicate], str], Predicate]


def leaf_of(bound: Bound, text: str, join: Join) -> Predicate | None:
    """What bound limits say: one leaf, or several joined; None where a limit has no name, or does not fit it."""
    parts: list[Predicate] = []
    names = members(bound.names)
    for limits, name in each_name(bound.limits, names):
        part = _for_name(limits, name, text)
        if part is None:
            return None
        parts.append(part)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else join(parts, joined_by(bound.names, text, bound.limits))


def _for_name(limits: Limits, name: Name, text: str) -> Predicate | None:
    span = (min(name.span[0], limits.span[0]), max(name.span[1], limits.span[1]))
    variable = variables().get(name.variable) if name.variable and not name.change else None
    words = text[name.span[0] : name.span[1]] if variable is None else None
    parts_of = quotient(name.variable) if not name.change else None
    if parts_of is not None:
        return _of_two(parts_of, limits, span)
    bare = [limit for limit in limits.limits if limit.form == "bare"]
    if len(bare) == len(limits.limits):
        return _listed(variable, words, bare, span, text)
    copy = _copied(limits, variable)
    if copy is not None:
        limits = limits._replace(limits=limits.limits[:1])
    parts: list[Predicate] = []
    acuity = variable is None and not lexicon_words("acuity").isdisjoint((words or "").lower().split())
    for limit in with_unit(list(limits.limits)):
        if acuity:
            limit = _as_decimal(limit)
        part = _compared(variable, words, limit, span, text)
        if part is None:
            return None
        parts.append(part)
    if len(parts) == 1:
        only = parts[0]
        return replace(only, equivalent=copy) if copy is not None and isinstance(only, Compare) else only
    if "or" in limits.joins:
        return AnyOf(tuple(parts))
    both = merged(parts)
    if both is not None:
        return both
    sides = all(isinstance(p, Compare) and p.limits[0].op != "eq" for p in parts)
    return AnyOf(tuple(parts)) if sides and disjoint(parts) else AllOf(tuple(parts))


_ROUNDED = 0.05  # how far a copy in another unit may lie from the limit


def _copied(limits: Limits, variable: Variable | None) -> Limit | None:
    """The second limit where it only states the first in another unit: `> 1.5 mg/dL or 133 umol/L`."""
    if variable is None or len(limits.limits) != 2 or any(len(limit.bounds) != 1 for limit in limits.limits):
        return None
    (op, first), (other, second) = (limit.bounds[0] for limit in limits.limits)
    if op != other or first.unit is None or second.unit is None or first.unit.value == second.unit.value:
        return None
    one, copy = _limit(op, first, variable, "")[0], _limit(op, second, variable, "")[0]
    if one is None or copy is None or one.unit is None or copy.unit is None:
        return None
    low, high = sorted(abs(to_canonical(limit.value, limit.unit, variable)) for limit in (one, copy) if limit.unit)
    return copy if high - low <= _ROUNDED * high else None


def _as_decimal(written: Written) -> Written:
    """`20/40` of visual acuity is a half."""
    bounds: list[tuple[Op, Amount]] = []
    for op, amount in written.bounds:
        number = amount.number
        if number.second:
            value = float(Fraction(str(number.value)) / Fraction(str(number.second)))
            amount = amount._replace(number=number._replace(value=value, second=None))
        bounds.append((op, amount))
    return written._replace(bounds=tuple(bounds))


def _in_days(written: Written, variable: Variable | None) -> Written:
    """`24 weeks to 33 weeks 6 days`: in days, where a number of weeks is written with days."""
    if all(amount.number.days is None for _, amount in written.bounds) or (variable and not variable.takes("d")):
        return written
    return written._replace(bounds=tuple((op, _days_of(amount)) for op, amount in written.bounds))


def _days_of(amount: Amount) -> Amount:
    number, unit = amount.number, amount.unit
    if amount.of is not None or (unit is not None and unit.value != "wk"):
        return amount
    days = number.days if number.days is not None else _plain(number.value * 7)
    token = Token("UNIT", unit.start if unit else number.end, unit.end if unit else number.end, "d")
    return amount._replace(number=number._replace(value=days, days=None), unit=token)


def _of_two(parts_of: tuple[str, str], limits: Limits, span: Span) -> Predicate | None:
    """`AST/ALT ratio > 2`: the first variable against a multiple of the second."""
    above, below = parts_of
    made: list[Predicate] = []
    for limit in limits.limits:
        for op, amount in limit.bounds:
            pure = amount.unit is None or amount.unit.value in _PURE
            if not pure or amount.of is not None or op == "eq" or limit.form == "vague":
                return None
            made.append(Compare(above, (Limit(op, _plain(amount.number.value), None, below),), span=span))
    if len(made) == 1:
        return made[0]
    return AnyOf(tuple(made)) if "or" in limits.joins else merged(made) or AllOf(tuple(made))


_PURE = ("1", "{ratio}")


def merged(parts: list[Predicate]) -> Predicate | None:
    """A lower and an upper limit on one variable as one comparison with two bounds."""
    if len(parts) != 2 or not all(isinstance(p, Compare) and len(p.limits) == 1 for p in parts):
        return None
    a, b = parts
    assert isinstance(a, Compare)
    assert isinstance(b, Compare)
    low, high = (a, b) if a.limits[0].op in ("gt", "ge") else (b, a)
    if low.limits[0].op not in ("gt", "ge") or high.limits[0].op not in ("lt", "le"):
        return None
    first, second = low.limits[0], high.limits[0]
    if first.of is None and first.unit is None and second.unit is not None:
        first = Limit(first.op, first.value, second.unit)
    elif second.of is None and second.unit is None and first.unit is not None:
        second = Limit(second.op, second.value, first.unit)
    if first.of != second.of or first.unit != second.unit or first.value > second.value:
        return None
    inferred = a.unit_inferred and b.unit_inferred
    return Compare(a.variable, (first, second), a.name, unit_inferred=inferred, span=a.span)


def _listed(
    variable: Variable | None, words: str | None, bare: list[Written], span: Span, text: str
) -> Predicate | None:
    amounts = [limit.bounds[0][1] for limit in bare]
    if any(amount.give is not None or amount.above is not None or amount.below is not None for amount in amounts):
        return None
    values: list[Number | str] = []
    for amount in amounts:
        if amount.number.finer is not None:
            graded = variable.grades.get(amount.number.finer.lower()) if variable is not None else None
            values.append(amount.number.finer if graded is None else graded)
            continue
        ordinal = variable is None or variable.kind in ("ordinal", "score")
        values += [
            _plain(v) for v in (amount.number.several if ordinal and amount.number.several else (amount.number.value,))
        ]
    if variable is not None and variable.kind not in _COUNTED:
        return None  # `a platelet count of 100,000`: nobody asks for just this value, and which side is not said
    return OneOf(variable.id if variable else None, tuple(values), words, span=span)


def _compared(
    variable: Variable | None, words: str | None, written: Written, span: Span, text: str
) -> Predicate | None:
    if variable is not None and variable.kind == "ordinal" and written.form == "ranged":
        grades = grades_between(variable, written)
        if grades:
            return OneOf(variable.id, grades, span=span)
    if written.form == "vague":
        return None
    limits: list[Limit] = []
    inferred = False
    written = _in_days(written, variable)
    stated = next((a for _, a in reversed(written.bounds) if a.unit is not None), None)
    for op, amount in written.bounds:
        if op == "eq" and variable is not None and variable.kind not in _COUNTED:
            return None  # `weight = 50 kg` has lost a sign
        if amount.unit is None and stated is not None and amount.of is None:
            if amount.number.power != stated.number.power:
                return None  # `50,000 to 100 x 10^9/L`
            amount = amount._replace(unit=stated.unit)
        limit, guessed = _limit(op, amount, variable, text)
        if limit is None or (variable is not None and not plausible(limit, variable)):
            return None
        limits.append(limit)
        inferred = inferred or guessed
    # Limits in two units are two comparisons: `6 months to 18 years`.
    groups = [tuple(limits)] if len({(limit.unit, limit.of) for limit in limits}) == 1 else [(one,) for one in limits]
    if any(one.value > other.value for one, *others in groups for other in others):
        return None  # `> 10% - stage 2`
    id_ = variable.id if variable else None
    made = [Compare(id_, group, words, unit_inferred=inferred, span=span) for group in groups]
    return made[0] if len(made) == 1 else AllOf(tuple(made))


def _limit(op: Op, amount: Amount, variable: Variable | None, text: str) -> tuple[Limit | None, bool]:
    """A limit with its unit in UCUM, and whether the unit was inferred; None where the unit does not fit."""
    if amount.of is not None:
        of = "ULN" if amount.of == "normal" else amount.of
        if of == "predicted" or (variable is not None and variable.id == "age"):
            return None, False
        value = _plain(amount.number.value)
        if amount.unit is not None and amount.unit.value == "%":
            value = _plain(float(Fraction(str(value)) / 100))
        return Limit(op, value, None, of), False
    if amount.above is not None or amount.below is not None:
        return _beside_normal(op, amount, variable), False
    return _measured(op, amount, variable, text)


def _measured(op: Op, amount: Amount, variable: Variable | None, text: str) -> tuple[Limit | None, bool]:
    """A limit that is a value with its unit, as `_limit` gives it."""
    number = amount.number
    unit = amount.unit.value if amount.unit is not None else None
    value = _plain(number.value)
    if number.power:
        value, unit = _with_power(number.value, number.power, unit)
    if variable is None:
        return Limit(op, value, unit if unit and ucum(unit) == unit else None), False
    if variable.kind in UNITLESS and (unit is None or unit.startswith("{")):
        return Limit(op, value, None), False
    if unit is None and variable.unit == "1" and set(variable.units) <= {"1"}:
        return Limit(op, value, None), False
    if unit is None:
        inferred = infer_unit(value, variable)
        if inferred is None and variable.kind not in UNITLESS:
            return None, False  # one that is not stated could be any of them
        return Limit(op, value, inferred), inferred is not None
    written = (
        readings(text[amount.unit.start : amount.unit.end].lstrip("-"))
        if amount.unit is not None and not number.power
        else ()
    )
    for code in (unit, *written):
        if fits(value, code, variable):
            return Limit(op, value, code if variable.kind not in UNITLESS or code != "1" else None), False
    return None, False


def _beside_normal(op: Op, amount: Amount, variable: Variable | None) -> Limit | None:
    """`> 4 s above ULN`, and `> 4 s below LLN`, which is less than so much; without a unit it could be a multiple."""
    unit = amount.unit.value if amount.unit is not None else None
    if unit is None or variable is None or amount.number.power or not fits(1, unit, variable):
        return None
    value = _plain(amount.number.value)
    if amount.below is not None:
        return Limit(FLIPPED[op], -value, unit, above=amount.below)
    return Limit(op, value, unit, above=amount.above)


def fits(value: Number, unit: str, variable: Variable) -> bool:
    """Whether the variable can be measured in the unit: one of its own, or a common one of the same kind."""
    if unit in variable.units or unit == variable.unit:
        return True
    if unit not in _common() and under_logarithm(unit) is None:  # it would need pint; it is left to a person
        return False
    try:
        to_canonical(value, unit, variable)
    except EligoError:
        return False
    return True


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(common())


def _with_power(value: Number, power: int, unit: str | None) -> tuple[Number, str | None]:
    """`20 x 10^9 /L` as 20 in the unit 10*9/L, where there is such a unit; else the whole number."""
    code = ucum(f"10*{power}{unit or ''}")
    if code is None:
        return _plain(value), unit
    return _plain(float(Fraction(str(value)) / Fraction(10) ** power)), code


def _plain(value: Number) -> Number:
    return int(value) if isinstance(value, float) and value.is_integer() else value
