"""Bound limits to the leaves of a predicate: `Compare` with its limits in UCUM units, `OneOf` for grades."""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Final, NamedTuple

from eligo.criteria import DAYS_IN, AllOf, AnyOf, Compare, Limit, Number, OneOf, Op, Predicate, Span
from eligo.dataclass import replace
from eligo.errors import EligoError
from eligo.reading.bind import BoundLimits
from eligo.reading.compare import grades_between
from eligo.reading.lexicon import is_scale
from eligo.reading.lexicon import words as lexicon_words
from eligo.reading.names import Name
from eligo.reading.numbers import Number as WrittenNumber
from eligo.reading.pairs import each_name, grouped, joined_by, members, with_unit
from eligo.reading.plausible import infer_unit, plausible
from eligo.reading.ratios import quotient
from eligo.reading.sense import disjoint
from eligo.reading.syntax import FLIPPED
from eligo.reading.tokens import Token
from eligo.reading.tree import Amount, Limits, WrittenLimit, amounts
from eligo.vocabulary.unit_spellings import common, readings, under_logarithm
from eligo.vocabulary.units import to_canonical, ucum
from eligo.vocabulary.variables import Variable, variables

_COUNTED: Final = ("ordinal", "score", "count", "category")
UNITLESS: Final = frozenset(["ordinal", "score", "count", "ratio", "category"])


Bounds = tuple[tuple[Op, Amount], ...]
Join = Callable[[list[Predicate], str], Predicate]


def leaf_of(bound: BoundLimits, text: str, join: Join) -> Predicate | None:
    """What bound limits say: one leaf, or several joined; None where a limit has no name, or does not fit it."""
    groups = grouped(bound.names, text)
    if len(groups) > 1:
        made = [leaf_of(BoundLimits(bound.limits, group), text, join) for group in groups]
        found = [one for one in made if one is not None]
        return join(found, "and") if len(found) == len(made) else None
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


class _Quantity(NamedTuple):
    """What limits are on: a variable, or words that no data file knows; `span` is the place of the limits too."""

    variable: Variable | None
    words: str | None
    span: Span

    @property
    def id(self) -> str | None:
        return self.variable.id if self.variable is not None else None


def _for_name(limits: Limits, name: Name, text: str) -> Predicate | None:
    span = (min(name.span[0], limits.span[0]), max(name.span[1], limits.span[1]))
    parts_of = quotient(name.variable) if not name.change else None
    if parts_of is not None:
        return _of_two(parts_of, limits, span)
    quantity = _quantity(limits, name, span, text)
    if lexicon_words("nameless").issuperset((quantity.words or "a name").lower().split()):
        return None  # `score of 3`: of which score is not said
    if all(limit.form == "bare" for limit in limits.limits):
        return _listed(quantity, limits)
    copy = _copied(limits, quantity.variable)
    written = with_unit(list(limits.limits if copy is None else limits.limits[:1]))
    if not lexicon_words("acuity").isdisjoint((quantity.words or "").lower().split()):
        written = [_as_decimal(limit) for limit in written]
    parts: list[Predicate] = []
    for limit in written:
        part = _compared(quantity, limit, text)
        if part is None:
            return None
        parts.append(part)
    if len(parts) > 1:
        return _together(parts, limits.joins)
    only = parts[0]
    return replace(only, equivalent=copy) if copy is not None and isinstance(only, Compare) else only


def _quantity(limits: Limits, name: Name, span: Span, text: str) -> _Quantity:
    """What the limits are on: no variable where they limit a change of it, or its grade on a scale."""
    variable = variables().get(name.variable or "") if not name.change else None
    if variable is not None and (variable.kind in _COUNTED or not _scale_of(limits, text)):
        return _Quantity(variable, None, span)
    return _Quantity(None, _words_of(limits, name, text), span)  # `hypertriglyceridemia >= grade 2`, not in mmol/L


def _words_of(limits: Limits, name: Name, text: str) -> str:
    """The words of a quantity without a variable; `neuropathy > grade 1` is about its grade."""
    written = text[name.span[0] : max(name.span[1], name.of)]
    before = [word.lower().lstrip("([") for word in text[: limits.span[0]].rsplit(maxsplit=1)[-1:]]
    scale = _scale_of(limits, text) or next(filter(is_scale, before), "")
    return written if not scale or is_scale(written.lower().split()[-1]) else f"{written} {scale}"


def _scale_of(limits: Limits, text: str) -> str:
    """The word between a sign and its number that says in what it counts: `>= grade 2`."""
    inside = (text[t.start : t.end].lower() for limit in limits.limits for t in limit.inside)
    return next(filter(is_scale, inside), "")


def _together(parts: list[Predicate], joins: tuple[str, ...]) -> Predicate:
    """Several limits on one variable: both sides of a range, or alternatives, also where nothing can be both."""
    if "or" in joins:
        return AnyOf(tuple(parts))
    both = merged(parts)
    if both is not None:
        return both
    sides = all(isinstance(p, Compare) and p.limits[0].op != "eq" for p in parts)
    return AnyOf(tuple(parts)) if sides and disjoint(parts) else AllOf(tuple(parts))


_ROUNDED: Final = 0.05  # how far a copy in another unit may lie from the limit


def _copied(limits: Limits, variable: Variable | None) -> Limit | None:
    """The second limit where it only states the first in another unit: `> 1.5 mg/dL or 133 umol/L`."""
    if variable is None or [len(limit.bounds) for limit in limits.limits] != [1, 1]:
        return None
    (op, first), (other, second) = (limit.bounds[0] for limit in limits.limits)
    if op != other or first.unit is None or second.unit is None or first.unit.value == second.unit.value:
        return None
    one, copy = _limit(op, first, variable, "")[0], _limit(op, second, variable, "")[0]
    if one is None or copy is None or one.unit is None or copy.unit is None:
        return None
    value, again = (abs(to_canonical(limit.value, limit.unit or "", variable)) for limit in (one, copy))
    return copy if abs(value - again) <= _ROUNDED * max(value, again) else None


def _as_decimal(written: WrittenLimit) -> WrittenLimit:
    """`20/40` of visual acuity is a half."""
    bounds: list[tuple[Op, Amount]] = []
    for op, amount in written.bounds:
        number = amount.number
        if number.second:
            value = float(Fraction(str(number.value)) / Fraction(str(number.second)))
            amount = amount._replace(number=number._replace(value=value, second=None))
        bounds.append((op, amount))
    return written._replace(bounds=tuple(bounds))


def _in_days(written: WrittenLimit, variable: Variable | None) -> WrittenLimit:
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
            if not pure or amount.in_parts or amount.of is not None or op == "eq" or limit.form == "vague":
                return None
            made.append(Compare(above, (Limit(op, _plain(amount.number.value), None, below),), span=span))
    if len(made) == 1:
        return made[0]
    return AnyOf(tuple(made)) if "or" in limits.joins else merged(made) or AllOf(tuple(made))


_PURE: Final = ("1", "{ratio}")


def merged(parts: list[Predicate]) -> Predicate | None:
    """A lower and an upper limit on one variable as one comparison with two bounds."""
    if len(parts) != 2:
        return None
    a, b = parts
    if not isinstance(a, Compare) or not isinstance(b, Compare) or not len(a.limits) == len(b.limits) == 1:
        return None
    low, high = (a, b) if a.limits[0].op in ("gt", "ge") else (b, a)
    first, second = _one_unit(low.limits[0], high.limits[0])
    if first.op not in ("gt", "ge") or second.op not in ("lt", "le"):
        return None
    if first.of != second.of or first.unit != second.unit or first.value > second.value:
        return None
    inferred = a.unit_inferred and b.unit_inferred
    return Compare(a.variable, (first, second), a.name, unit_inferred=inferred, span=a.span)


def _one_unit(first: Limit, second: Limit) -> tuple[Limit, Limit]:
    """Two limits of which one has a unit, both with it."""
    if first.of is None and first.unit is None and second.unit is not None:
        return Limit(first.op, first.value, second.unit), second
    if second.of is None and second.unit is None and first.unit is not None:
        return first, Limit(second.op, second.value, first.unit)
    return first, second


def _listed(quantity: _Quantity, limits: Limits) -> Predicate | None:
    """`grade 1 or 2`: the values that are named, without a side."""
    variable, words, span = quantity
    if variable is not None and variable.kind not in _COUNTED:
        return None  # `a platelet count of 100,000`: nobody asks for just this value, and which side is not said
    listed = amounts(limits)
    if any(amount.give is not None or amount.above is not None or amount.below is not None for amount in listed):
        return None
    values = [value for amount in listed for value in _values(amount.number, variable)]
    return OneOf(quantity.id, tuple(values), words, span=span)


def _values(number: WrittenNumber, variable: Variable | None) -> list[Number | str]:
    """The values that a bare number stands for: a grade that a letter divides, a list (`0,1`), or itself."""
    if number.finer is not None:
        graded = variable.grades.get(number.finer.lower()) if variable is not None else None
        return [number.finer if graded is None else graded]
    if number.several and (variable is None or variable.kind in ("ordinal", "score")):
        return [_plain(value) for value in number.several]
    return [_plain(number.value)]


def _compared(quantity: _Quantity, written: WrittenLimit, text: str) -> Predicate | None:
    """One limit or range on a quantity; None where it is no limit that it can have."""
    variable, words, span = quantity
    grades = grades_between(variable, written) if written.form == "ranged" else ()
    if grades:
        return OneOf(quantity.id, grades, span=span)
    found = _limits_of(written, variable, text)
    if found is None:
        return None
    limits, inferred = found
    # Limits in two units are two comparisons: `6 months to 18 years`.
    groups = [tuple(limits)] if len({(limit.unit, limit.of) for limit in limits}) == 1 else [(one,) for one in limits]
    if any(one.value > other.value for one, *others in groups for other in others):
        return None  # `> 10% - stage 2`
    made = [Compare(quantity.id, group, words, unit_inferred=inferred, span=span) for group in groups]
    return made[0] if len(made) == 1 else AllOf(tuple(made))


def _limits_of(written: WrittenLimit, variable: Variable | None, text: str) -> tuple[list[Limit], bool] | None:
    """All bounds as limits, and whether a unit was inferred; None where one of them cannot be one."""
    bounds = _sharing_unit(_in_days(written, variable).bounds)
    if variable is not None and variable.abnormal is not None and bounds is not None:
        bounds = _normal_side(bounds, variable.abnormal)
    if bounds is None or written.form == "vague" or any(_in_parts(amount, variable) for _, amount in bounds):
        return None
    limits: list[Limit] = []
    inferred = False
    for op, amount in bounds:
        limit, guessed = _limit(op, amount, variable, text)
        if limit is None or not _likely(limit, variable):
            return None
        limits.append(limit)
        inferred |= guessed
    return limits, inferred


def _normal_side(bounds: Bounds, abnormal: str) -> Bounds:
    """`ALT within normal limits`: nobody asks that it be no lower, where only a high value is abnormal."""
    if [(op, amount.of) for op, amount in bounds] != [("ge", "LLN"), ("le", "ULN")]:
        return bounds
    return bounds[1:] if abnormal == "high" else bounds[:1]


def _in_parts(amount: Amount, variable: Variable | None) -> bool:
    """Whether it is no one number; `MMSE >= 24/30` is, and names the end of the scale."""
    whole = variable is not None and variable.plausible is not None and amount.number.second == variable.plausible[1]
    return amount.in_parts and not (whole and amount.give is None)


def _likely(limit: Limit, variable: Variable | None) -> bool:
    """Whether somebody may ask for the limit: `weight = 50 kg` has lost a sign."""
    if variable is None:
        return True
    return (limit.op != "eq" or variable.kind in _COUNTED) and plausible(limit, variable)


def _sharing_unit(bounds: Bounds) -> Bounds | None:
    """`50 to 100 x 10^9/L`: both ends with the unit of one; None where a power of ten is that of one of them only."""
    stated = next((amount for _, amount in reversed(bounds) if amount.unit is not None), None)
    if stated is None:
        return bounds
    made: list[tuple[Op, Amount]] = []
    for op, amount in bounds:
        if amount.unit is None and amount.of is None:
            if amount.number.power != stated.number.power:
                return None
            amount = amount._replace(unit=stated.unit)
        made.append((op, amount))
    return tuple(made)


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
    if unit is None:
        return _without_unit(op, value, variable)
    if variable.kind in UNITLESS and unit.startswith("{"):
        return Limit(op, value, None), False
    if fits(value, unit, variable):
        return _with_unit(op, value, unit, variable), False
    if amount.unit is None:
        return None, False
    codes: tuple[str, ...] = (amount.unit.value,)
    if number.power:  # `2 x 10^5 IU/mL`, where nobody counts in that many
        value = _plain(number.value)
    else:
        codes = readings(text[amount.unit.start : amount.unit.end].lstrip("-"))
    code = next((code for code in codes if fits(value, code, variable)), None)
    return (_with_unit(op, value, code, variable) if code is not None else None), False


def _with_unit(op: Op, value: Number, unit: str, variable: Variable) -> Limit:
    """A limit in a unit that fits; a number without a unit where the variable is one."""
    return Limit(op, value, unit if variable.kind not in UNITLESS or unit != "1" else None)


def _without_unit(op: Op, value: Number, variable: Variable) -> tuple[Limit | None, bool]:
    """A limit on what has no unit, or in the one that it must be in, as `_limit` gives it."""
    if variable.kind in UNITLESS or {variable.unit, *variable.units} == {"1"}:
        return Limit(op, value, None), False
    inferred = infer_unit(value, variable)
    if inferred is None:
        return None, False  # one that is not stated could be any of them
    return Limit(op, value, inferred), True


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
    if variable.id == "age":
        return unit in DAYS_IN
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
