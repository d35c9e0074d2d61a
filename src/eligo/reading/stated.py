"""The quantity that a concept speaks of: a limit behind `QTc prolongation` is one on the QTc."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.reading.lexicon import measured_by, measured_in, measured_side, variable_named
from eligo.reading.names import Name
from eligo.reading.tree import Limits, amounts
from eligo.vocabulary.variables import variables

_SIDES: Final = {"lt": "low", "le": "low", "gt": "high", "ge": "high"}


def quantities(names: Sequence[Name], limits: Limits, text: str) -> tuple[Name, ...]:
    """The names of limits, each with its variable; a unit that one variable alone has names it: `> 7 drinks a week`."""
    unit = next((amount.unit for amount in amounts(limits) if amount.unit is not None), None)
    only = measured_in(str(unit.value)) if unit is not None else None
    if unit is not None and only is not None:
        names = [name if name.variable == only else name._replace(variable=only) for name in names[:1]]
        return tuple(names) or (Name(only, unit.span),)
    return tuple(_quantity(name, limits, text) for name in names)


def _quantity(name: Name, limits: Limits, text: str) -> Name:
    """A name that is a concept's with the variable that its own words name, or the only one that states it."""
    if name.concept is None or name.variable is not None or limits.limits[0].form == "bare":
        return name
    measured = list(dict.fromkeys(measured_by(name.concept)))
    named = [id_ for id_ in _named_in(text[name.span[0] : name.span[1]]) if id_ in measured]
    fitting = named[:1] or [id_ for id_ in measured if len(measured) == 1 or _takes(id_, limits)]
    if len(fitting) != 1 or not _on_its_side(name.concept, fitting[0], limits):
        return name
    return name._replace(variable=fitting[0], graded=False)


def _named_in(written: str) -> list[str]:
    """The variables that some of the words name, the longest name first."""
    said = written.split()
    spans = [(i, j) for i in range(len(said)) for j in range(i + 1, len(said) + 1)]
    phrases = [" ".join(said[i:j]) for i, j in sorted(spans, key=lambda span: span[0] - span[1])]
    return [id_ for phrase in phrases if (id_ := variable_named(phrase)) is not None]


def _takes(id_: str, limits: Limits) -> bool:
    """Whether the variable can have the unit that is written with each of the limits."""
    variable = variables().get(id_)
    units = [amount.unit for amount in amounts(limits)]
    return variable is not None and all(unit is not None and variable.takes(unit.value) for unit in units)


def _on_its_side(concept: str, id_: str, limits: Limits) -> bool:
    """Whether the limits are on the side of the variable on which it states the concept."""
    side = measured_side(concept, id_)
    sides = {_SIDES.get(op) for limit in limits.limits for op, _ in limit.bounds}
    return side is not None and sides == {side}
