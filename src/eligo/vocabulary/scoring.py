"""What a score is: a variable that follows from others by a published formula, with the inputs that the formula takes.

A formula is a pure function of numbers in canonical units; `scored` puts it into the registry with its paper.
INVARIANT: every formula is monotone in each input while the others stand still (in which direction may depend on them).
So its least and greatest value over a box of inputs lie at corners of the box; a test samples this.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from eligo.dataclass import dataclass
from eligo.namedtuple import NamedTuple

Role = Literal["value", "fact", "uln", "baseline", "control"]

MALE, FEMALE = 0.0, 1.0  # the values of the input `sex`


class Interval(NamedTuple):
    """All numbers from `low` to `high`, both included."""

    low: float
    high: float

    @property
    def is_point(self) -> bool:
        """Whether there is only one number."""
        return self.low == self.high


EVERYTHING = Interval(-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """One argument of a formula: what it is of (`id`), in which unit, and in which role.

    `fact` is a concept, 1 where it is present and 0 where it is ruled out. `uln`, `baseline` and `control` are of the
    variable `id`: the upper limit of normal, an earlier value, the laboratory's control. Where nothing is known, an
    input is anywhere in `plausible`, or in the variable's own plausible range. `instead_of` names the input that it may
    stand for.
    """

    id: str
    unit: str = "1"
    role: Role = "value"
    plausible: tuple[float, float] | None = None
    instead_of: str | None = None

    @property
    def key(self) -> str:
        """The name of the argument: the id, with the role where it is not a plain value or fact."""
        return self.id if self.role in ("value", "fact") else f"{self.id}_{self.role}"


@dataclass(frozen=True, slots=True)
class Score:
    """A derived variable; `compute` takes its inputs, in their order or by their keys, and rounds to 12 digits.

    `falling` are the keys with which the score falls, where it falls or rises (or stands still) with each of its inputs
    whatever the others are; None where the direction of some input hangs on others. `apart` is how far from it a stated
    value may lie without contradicting it, beyond the rounding of what is written: a point where programs round at
    different steps, any distance where the value may also be measured or have come by another formula. What is
    `whole_number` is one by its definition, so that a stated value with decimals is rounded before it is compared.
    """

    variable: str
    unit: str
    inputs: tuple[ScoreInput, ...]
    compute: Callable[..., float]
    source: str
    falling: frozenset[str] | None = None
    apart: float = 0.0
    whole_number: bool = False


_registry: dict[str, Score] = {}
REGISTRY: Mapping[str, Score] = MappingProxyType(_registry)

Formula = Callable[..., float]


def scored(
    variable: str,
    *inputs: ScoreInput,
    source: str,
    unit: str = "1",
    falling: Iterable[str] | None = None,
    apart: float = 0.0,
    whole_number: bool = False,
) -> Callable[[Formula], Formula]:
    """Enter a formula into the registry under the variable that it gives."""

    def enter(formula: Formula) -> Formula:
        def compute(*values: float | None, **named: float | None) -> float:
            found = formula(*values, **named)
            if isinstance(found, int):  # points, which are few
                return float(found)
            return found if found % 1 == 0 and abs(found) < 1e12 else float(f"{found:.12g}")

        known = None if falling is None else frozenset(falling)
        _registry[variable] = Score(variable, unit, inputs, compute, source, known, apart, whole_number)
        return formula

    return enter


SEX = ScoreInput("sex", plausible=(MALE, FEMALE))
AGE = ScoreInput("age", "a")
ALBUMIN = ScoreInput("albumin", "g/L")
BILIRUBIN = ScoreInput("total_bilirubin", "umol/L")
CREATININE = ScoreInput("creatinine", "umol/L")
INR = ScoreInput("inr")
PLATELETS = ScoreInput("platelets", "10*9/L")
SODIUM = ScoreInput("sodium", "mmol/L")
WHITE_CELLS = ScoreInput("white_blood_cells", "10*9/L")
DIALYSIS = ScoreInput("renal_replacement_therapy", role="fact")

# The formulas were published in mg/dL; g/mol as in grammar/variables.yaml, which a test compares.
BILIRUBIN_MASS = Fraction("584.66")
CREATININE_MASS = Fraction("113.12")


def to_mg_dl(umol_l: float, molar_mass: Fraction) -> float:
    """Turn umol/L into mg/dL."""
    for mass, factor in _MG_DL:  # by identity: to hash or to divide a fraction costs more than the rest of a formula
        if mass is molar_mass:
            return umol_l * factor
    return umol_l * float(molar_mass / 10000)


_MG_DL = tuple((mass, float(mass / 10000)) for mass in (BILIRUBIN_MASS, CREATININE_MASS))


def in_umol_l(mg_dl: str, molar_mass: Fraction) -> float:
    """Turn a published limit in mg/dL into umol/L, rounded as every converted value is: equal ones stay equal."""
    return float(f"{float(Fraction(mg_dl) * 10000 / molar_mass):.12g}")


def ln(value: float) -> float:
    """Take the natural logarithm; minus infinity at 0, its limit."""
    return math.log(value) if value else -math.inf


def power(value: float, exponent: float) -> float:
    """Raise to a power; a negative power of 0 is infinite, its limit."""
    return value**exponent if value or exponent >= 0 else math.inf


def ratio(above: float, below: float) -> float:
    """Divide; infinite below 0, its limit."""
    return above / below if below else math.inf


def clamp(value: float, low: float, high: float) -> float:
    """Move a value into the range that a formula is made for."""
    return min(max(value, low), high)


def whole(value: float) -> float:
    """Round to the nearest whole number, halves upwards, whatever noise the arithmetic left in the last digits."""
    return float(math.floor(round(value, 9) + 0.5)) if math.isfinite(value) else value
