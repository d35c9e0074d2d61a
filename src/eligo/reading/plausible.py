"""Limits held against what their variable can be.

So are told which unit is meant, whether a point parts thousands, and what is no limit.
"""

from __future__ import annotations

from typing import Final

from eligo.criteria import Limit, Number, Op
from eligo.errors import EligoError
from eligo.reading.lexicon import least_limit, words
from eligo.reading.names import Name
from eligo.reading.numbers import Number as WrittenNumber
from eligo.reading.tree import Amount, Limits, WrittenLimit, amounts
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import Variable, variables


def settled(limits: Limits, name: Name) -> Limits | None:
    """The limits with each number as its variable makes it likely; None where it is no number of that variable."""
    variable = variables().get(name.variable or "")
    numbers = [amount.number for amount in amounts(limits)]
    if not all(_may_be(number, name.variable, variable) for number in numbers):
        return None
    if variable is None or all(number.other is None for number in numbers):
        return limits
    unit = next((a.unit.value for li in limits.limits for _, a in reversed(li.bounds) if a.unit is not None), None)
    made: list[WrittenLimit] = []
    for limit in limits.limits:
        bounds = _each_likely(limit, unit, variable)
        if bounds is None:
            return None
        made.append(limit._replace(bounds=bounds))
    return limits.of(tuple(made))


def _may_be(number: WrittenNumber, id_: str | None, variable: Variable | None) -> bool:
    """4+3 is a sum only of a score that is one; stage IIIB is less than all of stage III, where that is the grade."""
    if number.summed and id_ not in words("summed"):
        return False
    return number.finer is None or variable is None or number.finer.lower() in variable.grades


def _each_likely(limit: WrittenLimit, unit: str | None, variable: Variable) -> tuple[tuple[Op, Amount], ...] | None:
    """The bounds of a limit, each as it is likely."""
    made: list[tuple[Op, Amount]] = []
    for op, amount in limit.bounds:
        likely = _likely(amount, unit, variable)
        if likely is None:
            return None
        made.append((op, likely))
    return tuple(made)


def _likely(amount: Amount, unit: str | None, variable: Variable) -> Amount | None:
    """`100.000 /mm3` of platelets are thousands, 1.234 mg/dL of creatinine are not; None where both may be meant."""
    number = amount.number
    if number.other is None or amount.of is not None:
        return amount
    unit = amount.unit.value if amount.unit is not None else unit
    as_written, other = _usual(number.value, unit, variable), _usual(number.other, unit, variable)
    pointed = number.other > number.value  # a comma parts thousands, unless they cannot be meant
    if pointed and as_written == other:
        return None
    return amount._replace(number=number._replace(value=number.other)) if other and not as_written else amount


def _usual(value: Number, unit: str | None, variable: Variable) -> bool:
    """Whether a protocol may have the value as a limit: one that lies not too far from what is normal."""
    if unit is None and variable.unit != "1":
        return infer_unit(value, variable) is not None
    limit = Limit("eq", value, unit)
    canonical = _canonical(limit, variable)
    if not variable.references and variable.plausible is not None and canonical is not None:
        return variable.plausible[1] / _LEAST <= canonical <= variable.plausible[1]
    return plausible(limit, variable) and (canonical is None or _near(canonical, variable, _FAR))


_FAR: Final = 50  # times the upper limit of normal, or that part of the lower one
_LEAST: Final = 2000  # that part of the highest plausible value, where nothing says what is normal
_SLIPPED: Final = 100  # so far below normal a limit lies only where its unit is wrong


def plausible(limit: Limit, variable: Variable) -> bool:
    """Whether the variable can have the value of the limit; nothing is also the edge of what it can have."""
    if limit.of is not None or limit.above is not None or limit.value == 0:
        return True
    value = _canonical(limit, variable)
    if value is None:
        return True
    low, high = variable.plausible or (value, value)
    low = max(low, least_limit(variable.id) or low)
    return low <= value <= high and _near(value, variable, _SLIPPED, only_below=True)


def _near(value: float, variable: Variable, times: int, *, only_below: bool = False) -> bool:
    ends = [end for known in variable.references for end in (known.low, known.high) if end]
    if not ends:
        return True
    least = [known.low for known in variable.references if known.low]
    above_least = not least or min(least) <= value * times
    return above_least and (only_below or (min(ends) <= value * times and value <= max(ends) * times))


def _canonical(limit: Limit, variable: Variable) -> float | None:
    """The value in the canonical unit; None where it cannot be told."""
    if limit.unit is None:
        return limit.value
    try:
        return to_canonical(limit.value, limit.unit, variable)
    except EligoError:
        return None


def infer_unit(value: Number, variable: Variable) -> str | None:
    """The one accepted unit in which the value is plausible; None where there is none or more than one.

    An age without a unit is in years: protocols say so wherever they mean months.
    """
    if variable.id == "age":
        return "a"
    if variable.plausible is None:
        return variable.unit if len(set(variable.units) | {variable.unit}) == 1 else None
    low, high = variable.plausible
    found = []
    for unit in dict.fromkeys((variable.unit, *variable.units)):
        try:
            if low <= to_canonical(value, unit, variable) <= high:
                found.append(unit)
        except EligoError:
            continue
    return found[0] if len(found) == 1 else None
