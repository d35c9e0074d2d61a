"""How near to a limit is near: a text of the command line in, a `Margin` in the canonical unit out.

A margin only marks what failed by little; it changes no truth and no verdict.
"""

from __future__ import annotations

from typing import Any

from eligo.bounds import LARGEST
from eligo.dataclass import dataclass
from eligo.errors import EligoError, Problem
from eligo.regex import regex
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import Variable, variables

_SIZE = regex(r"([0-9]+(?:\.[0-9]+)?)\s*(.*)")
_ROUNDING = 1 + 1e-10  # a value and its limit have 12 digits each, and a change of units may cost the last


@dataclass(frozen=True, slots=True)
class Margin:
    """How near to a limit is near: a share of the limit, or a distance in the canonical unit."""

    value: float
    relative: bool

    def covers(self, distance: float, limit: float) -> bool:
        """Whether a distance to a limit is within the margin, its end included.

        >>> Margin(0.1, True).covers(-2, 20), Margin(0.1, True).covers(-2.1, 20)
        (True, False)
        """
        most = self.value * abs(limit) if self.relative else self.value
        return abs(distance) <= most * _ROUNDING

    def said(self, unit: str | None) -> str:
        """The margin as people write it.

        >>> Margin(0.05, True).said("umol/L"), Margin(5, False).said("umol/L")
        ('5 %', '5 umol/L')
        """
        value, unit = self.size(unit)
        return f"{value:.12g}" + (f" {unit}" if unit else "")

    def size(self, unit: str | None) -> tuple[float, str | None]:
        """The margin as a number with its unit, which is `%` for a share.

        >>> Margin(0.05, True).size("umol/L"), Margin(0.5, False).size(None)
        ((5, '%'), (0.5, None))
        """
        value = float(f"{self.value * (100 if self.relative else 1):.12g}")
        return int(value) if value.is_integer() else value, "%" if self.relative else unit

    def as_json(self, unit: str | None) -> dict[str, Any]:
        """The margin in words, and as a number with its unit."""
        value, of = self.size(unit)
        return {"margin": self.said(unit), "margin_size": {"value": value} | ({"unit": of} if of else {})}


def read_margin(text: str) -> tuple[str | None, Margin]:
    """Read `[VARIABLE=]SIZE` into the variable's id, None for all variables, and its margin.

    A percentage is a share of the limit; a number without a unit is in the canonical one.

    >>> read_margin("5%"), read_margin("INR=0.1")
    ((None, Margin(value=0.05, relative=True)), ('inr', Margin(value=0.1, relative=False)))
    """
    name, equals, size = text.rpartition("=")
    match = _SIZE.fullmatch(size.strip())
    value = float(match[1]) if match else 0
    if match is None or not 0 < value <= LARGEST:
        raise EligoError(Problem("margin", f"`{text}` is no margin", help="write it like 5%, INR=0.1 or `Hb=5 g/L`"))
    variable = _variable(name) if equals else None
    if match[2] == "%":
        return (variable.id if variable else None), Margin(float(f"{value / 100:.12g}"), relative=True)
    if variable is None:
        message = f"`{text}` is a distance, and each variable has its own"
        raise EligoError(Problem("margin", message, help="write 5%, or name the variable: INR=0.1"))
    return variable.id, Margin(as_distance(value, match[2] or variable.unit, variable), relative=False)


def as_distance(value: float, unit: str | None, variable: Variable) -> float:
    """Turn a distance between two values into the canonical unit; raise `EligoError` for a unit that has none."""
    # A distance has no offset: of degrees Fahrenheit only the size of a degree counts.
    zero, once, twice = (to_canonical(n * value, unit, variable) for n in (0, 1, 2))
    if abs((twice - once) - (once - zero)) > 1e-6 * abs(once - zero):
        message = f"`{unit}` counts in powers of ten, so a distance in it means another one at every limit"
        raise EligoError(Problem("margin-unit", message, help="give the margin of this variable in percent"))
    return float(f"{once - zero:.12g}")


def _variable(word: str) -> Variable:
    found = variables().get(word.strip()) or variables().find(word)
    if found is None:
        help_text = variables().suggest(word)
        raise EligoError(Problem("unknown-variable", f"unknown variable `{word}` in --margin", help=help_text))
    return found
