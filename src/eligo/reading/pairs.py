"""Limits and the names that they hold for, to one pair for each: `140/90` is a systolic and a diastolic limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eligo.reading.lexicon import measured_by, predicted_of
from eligo.reading.names import Name
from eligo.reading.tree import Amount, Limits

PRESSURES = ("systolic_blood_pressure", "diastolic_blood_pressure")
_EITHER = ("blood_pressure", *PRESSURES)
_OR = re.compile(r"\bor\b")


def each_name(limits: Limits, names: tuple[Name, ...]) -> Iterator[tuple[Limits, Name]]:
    """The limits for each name."""
    named = {name.variable for name in names}
    for name in names:
        if not any(amount.number.second is not None for limit in limits.limits for _, amount in limit.bounds):
            yield _percent(limits, name)
        elif name.variable in PRESSURES and named >= set(PRESSURES):
            yield _half(limits, PRESSURES.index(name.variable)), name
        elif name.variable in _EITHER or (name.concept and PRESSURES[0] in measured_by(name.concept)):
            for i, pressure in enumerate(PRESSURES):
                yield _half(limits, i), name._replace(variable=pressure)
        else:
            yield limits, name


def joined_by(names: tuple[Name, ...], text: str) -> str:
    """The word between the names of one limit: or, and, or a slash (also between the halves of one number)."""
    if len(names) == 1:
        return "/"
    between = text[names[0].span[1] : names[-1].span[0]].lower()
    return "or" if _OR.search(between) else "/" if "/" in between else "and"


def _half(limits: Limits, i: int) -> Limits:
    """The limits with the first or the second half of each number."""

    def half(amount: Amount) -> Amount:
        number = amount.number
        value = number.second if i and number.second is not None else number.value
        return amount._replace(number=number._replace(value=value, second=None))

    made = tuple(
        limit._replace(bounds=tuple((op, half(amount)) for op, amount in limit.bounds)) for limit in limits.limits
    )
    return limits._replace(limits=made)


def _percent(limits: Limits, name: Name) -> tuple[Limits, Name]:
    """`FEV1 < 50 % predicted` is a limit on the variable that is stated in percent of what is predicted."""
    of = {amount.of for limit in limits.limits for _, amount in limit.bounds}
    other = predicted_of(name.variable or "") if of == {"predicted"} else None
    if other is None:
        return limits, name
    made = tuple(
        limit._replace(bounds=tuple((op, amount._replace(of=None)) for op, amount in limit.bounds))
        for limit in limits.limits
    )
    return limits._replace(limits=made), name._replace(variable=other)
