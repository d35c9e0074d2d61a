"""Limits and the names that they hold for, to one pair for each: `140/90` is a systolic and a diastolic limit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from eligo.reading.lexicon import measured_by, predicted_of, words
from eligo.reading.names import Name
from eligo.reading.tree import Amount, Limits, WrittenLimit, amounts

PRESSURES: Final = ("systolic_blood_pressure", "diastolic_blood_pressure")
_EITHER: Final = ("blood_pressure", *PRESSURES)
_OR: Final = re.compile(r"\bor\b")
_AND: Final = re.compile(r"\band\b(?!/)")


def members(names: tuple[Name, ...]) -> tuple[Name, ...]:
    """`transaminases` are two variables with one limit."""
    return tuple(
        name._replace(variable=variable)
        for name in names
        for variable in (name.variable.split("|") if name.variable else [None])
    )


def each_name(limits: Limits, names: tuple[Name, ...]) -> Iterator[tuple[Limits, Name]]:
    """The limits for each name."""
    if _respective(limits, names):
        for one, name in zip(with_unit(list(limits.limits)), names, strict=True):
            yield Limits((one,), (), limits.span), name
        return
    named = {name.variable for name in names}
    for name in names:
        if not any(amount.number.second is not None for amount in amounts(limits)):
            yield _percent(limits, name)
        elif name.variable in PRESSURES and named >= set(PRESSURES):
            yield _half(limits, PRESSURES.index(name.variable)), name
        elif name.variable in _EITHER or (name.concept and PRESSURES[0] in measured_by(name.concept)):
            for i, pressure in enumerate(PRESSURES):
                yield _half(limits, i), name._replace(variable=pressure)
        else:
            yield limits, name


def _respective(limits: Limits, names: tuple[Name, ...]) -> bool:
    """`systolic and diastolic blood pressure > 160 and > 100`: as many limits on the same side as there are names."""
    if not 1 < len(names) == len(limits.limits) or any(len(limit.bounds) != 1 for limit in limits.limits):
        return False
    return len({limit.bounds[0][0] for limit in limits.limits} - {"eq"}) == 1 and "or" not in limits.joins


def with_unit(limits: list[WrittenLimit]) -> list[WrittenLimit]:
    """`< 40 or > 100 umol/L`: a limit without a unit has that of the next one."""
    unit = None
    made: list[WrittenLimit] = []
    for limit in reversed(limits):
        op, amount = limit.bounds[0]
        if amount.of is None and amount.unit is None and unit is not None and len(limit.bounds) == 1:
            limit = limit._replace(bounds=((op, amount._replace(unit=unit)),))
        unit = amount.unit or unit
        made.insert(0, limit)
    return made


def joined_by(names: tuple[Name, ...], text: str, limits: Limits) -> str:
    """The word between the names of one limit: or, and, or a slash (also between the halves of one number)."""
    if len(names) == 1 and "|" in (names[0].variable or ""):  # one of the transaminases is high, or all are low
        ops = {op for limit in limits.limits for op, _ in limit.bounds}
        return "/" if ops <= {"lt", "le"} else "or" if ops <= {"gt", "ge"} else "and"
    if len(names) == 1:
        return "/"
    before = text[: names[0].span[0]].lower().split()[-1:]
    if before and before[0] in words("either_of"):
        return "either"
    between = text[names[0].span[1] : names[-1].span[0]].lower()
    return "or" if _OR.search(between) else "/" if "/" in between else "and"


def grouped(names: tuple[Name, ...], text: str) -> list[tuple[Name, ...]]:
    """`PTT and either INR or PT`: the names between each `and`, where `or` joins some of them too; else all of them."""
    between = [text[a.span[1] : b.span[0]].lower() for a, b in itertools.pairwise(names)]
    if not (any(map(_OR.search, between)) and any(map(_AND.search, between))):
        return [names]
    groups = [[names[0]]]
    for words_, name in zip(between, names[1:], strict=True):
        if _AND.search(words_):
            groups.append([name])
        else:
            groups[-1].append(name)
    return [tuple(group) for group in groups]


def _half(limits: Limits, i: int) -> Limits:
    """The limits with the first or the second half of each number."""

    def half(amount: Amount) -> Amount:
        number = amount.number
        value = number.second if i and number.second is not None else number.value
        return amount._replace(number=number._replace(value=value, second=None))

    made = tuple(
        limit._replace(bounds=tuple((op, half(amount)) for op, amount in limit.bounds)) for limit in limits.limits
    )
    return limits.of(made)


def _percent(limits: Limits, name: Name) -> tuple[Limits, Name]:
    """`FEV1 < 50 % predicted` is a limit on the variable that is stated in percent of what is predicted."""
    of = {amount.of for amount in amounts(limits)}
    other = predicted_of(name.variable or "") if of == {"predicted"} else None
    if other is None:
        return limits, name
    made = tuple(
        limit._replace(bounds=tuple((op, amount._replace(of=None)) for op, amount in limit.bounds))
        for limit in limits.limits
    )
    return limits.of(made), name._replace(variable=other)
