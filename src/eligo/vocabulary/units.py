"""Values in the units of laboratories and protocols in, values in a variable's canonical unit out: exact, or refused.

Sizes come from pint with our own definitions (`grammar/units.txt`), as fractions, and are kept for the common units, so
that pint is imported only for an uncommon one. Mass meets amount, and other kinds meet, only where the variable says.
"""

from __future__ import annotations

import contextlib
import functools
import math
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from eligo.bounds import LARGEST, LARGEST_POWER, is_countable
from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.dataclass import dataclass
from eligo.errors import EligoError, Problem, did_you_mean
from eligo.vocabulary.unit_spellings import codes_and_words, common, parse, pint_name, readings, ucum, under_logarithm
from eligo.vocabulary.variables import Variable

__all__ = ["convert", "to_canonical", "ucum"]

Affine = tuple[Fraction, Fraction]
Dimension = dict[str, int]

_SAME: Affine = (Fraction(1), Fraction(0))
_SWAPS = (("[mass]", "[substance]"), ("[enzyme_activity]", "[international_unit]"))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a unit is: value x scale + offset in base units of this dimension."""

    dimension: Dimension
    scale: Fraction
    offset: Fraction

    def affine_to(self, other: Size) -> Affine:
        """Give scale and offset to another unit of the same dimension."""
        return self.scale / other.scale, (self.offset - other.offset) / other.scale


def to_canonical(value: float, unit: str | None, variable: Variable) -> float:
    """Turn a value into the variable's canonical unit, rounded to 12 significant digits."""
    if unit == variable.unit and math.isfinite(value):
        return float(f"{float(value):.12g}")
    return convert(value, unit, variable.unit, variable)


def convert(value: float, unit: str | None, to: str | None, variable: Variable) -> float:
    """Turn a value of the variable from one unit into another, rounded to 12 significant digits.

    Raise `EligoError` for a unit that does not fit, and for a number beyond `LARGEST` (`number-beyond`).
    """
    source, target = _way(unit, variable), _way(to, variable)
    if not math.isfinite(value):
        return 0.0 if source.logarithm and not target.logarithm and value == -math.inf else value
    if abs(value) > (LARGEST_POWER if source.logarithm else LARGEST):
        raise EligoError(_beyond(variable))
    if source is target:
        return float(f"{float(value):.12g}")
    # str() gives the decimal that was written (1.4, not its binary neighbour), so equal limits stay equal.
    number = Fraction(str(value))
    if source.logarithm:
        number = Fraction(10) ** int(number) if number.denominator == 1 else Fraction(str(10.0 ** float(number)))
    number = number * source.scale + source.offset
    if target is not _CANONICAL:
        number = (number - target.offset) / target.scale
    if abs(number) > LARGEST:
        raise EligoError(_beyond(variable))
    if target.logarithm:
        return float(f"{math.log10(number):.12g}") if number > 0 else -math.inf
    return float(f"{float(number):.12g}")


def difference_to_canonical(value: float, unit: str, variable: Variable) -> float:
    """Convert a difference of two values: where units start at different zeros, that is no matter of it.

    >>> from eligo.vocabulary.variables import variables
    >>> difference_to_canonical(1.8, "[degF]", variables().get("temperature"))
    1.0
    """
    way = _way(unit, variable)
    if way.logarithm:
        message = f"a difference in `{unit}` is a ratio of {variable.name}"
        raise EligoError(Problem("unit-logarithm", message, help="write the limit as a multiple: `of: ULN`"))
    if not is_countable(value):
        raise EligoError(_beyond(variable))
    return float(f"{float(Fraction(repr(value)) * way.scale):.12g}")


def same_dimension(one: str, other: str) -> bool:
    """Whether one unit turns into the other whatever is measured: umol/L into mmol/L, but not into mg/dL.

    >>> same_dimension("umol/L", "mmol/L"), same_dimension("umol/L", "mg/dL")
    (True, False)
    """
    codes = ucum(one), ucum(other)
    if None in codes:
        return False
    first, second = (_size(code).dimension for code in codes if code is not None)
    return first == second


def between(one: str | None, other: str | None) -> float | None:
    """How many of the other unit one unit is, whatever is measured; None where one does not turn into the other so.

    A unit that is no UCUM unit is only itself.

    >>> between("mmol/L", "umol/L"), between("points", "points"), between(None, "mg/dL")
    (1000.0, 1.0, None)
    """
    if one == other:
        return 1.0
    codes = ucum(one or "1"), ucum(other or "1")
    if codes[0] is None or codes[1] is None:
        return None
    first, second = map(_size, codes)
    if first.dimension != second.dimension or first.offset != second.offset:
        return None
    return float(first.scale / second.scale)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a unit leads to the canonical one: (10 to the value, for a logarithm) x scale + offset."""

    scale: Fraction
    offset: Fraction
    logarithm: bool = False


_CANONICAL = _Way(*_SAME)
_ways: dict[tuple[int, str | None], tuple[Variable, _Way]] = {}


def _way(unit: str | None, variable: Variable) -> _Way:
    """Find the way from a unit, in any spelling, to the variable's canonical unit, and keep it for the next value."""
    key = id(variable), unit
    kept = _ways.get(key)
    # The variable is kept beside its way, so that its id cannot pass to another one.
    if kept is None:
        if len(_ways) > 4096:
            _ways.clear()
        kept = _ways[key] = variable, _find_way(unit, variable)
    return kept[1]


def _find_way(unit: str | None, variable: Variable) -> _Way:
    if unit == variable.unit:
        return _CANONICAL
    codes = readings(unit) if unit and unit.strip() else ("1",)
    if not codes:
        raise EligoError(_unknown(unit or "", variable))
    for code in codes:
        inner = under_logarithm(code)
        affine = _between(inner or code, variable)
        if affine is not None:
            return _Way(*affine, logarithm=inner is not None)
    raise EligoError(_mismatch(unit, variable))


def _between(code: str, variable: Variable) -> Affine | None:
    """Give scale and offset from one UCUM code, or None where this variable gives no way."""
    if code == variable.unit:
        return _SAME
    size = _size(code)
    for stated, (scale, offset) in variable.conversions.items():
        start = _size(stated)
        if start.dimension == size.dimension and (start.dimension or stated == code):
            inner_scale, inner_offset = size.affine_to(start)
            outer = Fraction(str(scale))
            return inner_scale * outer, inner_offset * outer + Fraction(str(offset))
    canonical = _size(variable.unit)
    if not size.dimension:
        # A pure number says nothing of what it is a share of: `%` and `mg/g` count only where the variable lists them.
        alike = {code, "1"} if size.scale == 1 else {code}
        fits = not canonical.dimension and not alike.isdisjoint((variable.unit, *variable.units))
        return size.affine_to(canonical) if fits else None
    # Not every unit of activity is an enzyme's (CA 19-9 is not): a variable that a katal fits lists one.
    if "kat" in code and not any("kat" in unit for unit in variable.units):
        return None
    return _bridge(size, canonical, variable)


def _bridge(size: Size, canonical: Size, variable: Variable) -> Affine | None:
    """Join two sizes: of one dimension, or of mass and amount by the variable's molar mass."""
    if size.dimension == canonical.dimension:
        return size.affine_to(canonical)
    for one, other in _SWAPS:
        for source, target in ((one, other), (other, one)):
            if _swapped(size.dimension, source, target) == canonical.dimension:
                factor = _swap_factor(source, variable)
                return (size.scale * factor / canonical.scale, Fraction(0)) if factor else None
    return None


def _swap_factor(source: str, variable: Variable) -> Fraction | None:
    """Say what a gram is in moles or a mole in grams; one enzyme unit is one international unit."""
    if source not in _SWAPS[0]:
        return Fraction(1)
    if variable.molar_mass is None:
        return None
    grams = Fraction(str(variable.molar_mass))
    return 1 / grams if source == "[mass]" else grams


def _swapped(dimension: Dimension, source: str, target: str) -> Dimension | None:
    if dimension.get(source) != 1 or target in dimension:
        return None
    return {target if name == source else name: exponent for name, exponent in dimension.items()}


@functools.lru_cache(maxsize=1024)
def _size(code: str) -> Size:
    """Look a unit up in the kept table, else ask pint."""
    unit = parse(code)
    name = str(unit) if unit else code
    dimension, scale, offset = _table().get(name) or _measure([name])[name]
    return Size(dimension, Fraction(scale), Fraction(offset))


@functools.cache
def _table() -> dict[str, Any]:
    """Load the sizes of the common units."""
    files = [(data_dir("grammar") / name).read_bytes() for name in ("units.txt", "units.yaml")]
    found: dict[str, Any] = cached("unit-sizes", digest([b"1", *files]), lambda: _measure(common()))
    return found


def _measure(codes: list[str]) -> dict[str, Any]:
    """Ask pint for the dimension, scale and offset of each code, as JSON."""
    registry = _registry()
    sizes: dict[str, Any] = {}
    for code in codes:
        unit = parse(code)
        if unit is None:
            raise EligoError(Problem("unit-unknown", f"unknown unit `{code}`", help=_suggestion(code)))
        expression = " * ".join(f"({pint_name(atom)}) ** {exponent}" for atom, exponent in unit.atoms) or "radian"
        zero, one = (registry.Quantity(Fraction(n), expression).to_root_units() for n in (0, 1))
        ten = Fraction(10) ** unit.power
        dimension = {name: int(exponent) for name, exponent in sorted(one.dimensionality.items())}
        sizes[str(unit)] = [dimension, str((one.magnitude - zero.magnitude) * ten), str(zero.magnitude)]
    return sizes


@functools.cache
def _registry() -> Any:
    with _numpy_left_out():
        import pint  # lazily: it costs more to start than the rest of a screening

    path = data_dir("grammar") / "units.txt"
    return pint.UnitRegistry(str(path), non_int_type=Fraction, autoconvert_offset_to_baseunit=True)


@contextlib.contextmanager
def _numpy_left_out() -> Iterator[None]:
    """Keep pint from loading numpy where that is installed: single numbers need none, and it doubles the time.

    Where something else has loaded it, nothing is saved.
    """
    if "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # so an import fails as if it were not installed
    try:
        yield
    finally:
        del sys.modules["numpy"]


def _beyond(variable: Variable) -> Problem:
    return Problem("number-beyond", f"the number is beyond what can be measured of {variable.name}")


def _unknown(unit: str, variable: Variable) -> Problem:
    help_text = _suggestion(unit) or _accepted(variable)
    return Problem("unit-unknown", f"unknown unit `{unit}` for {variable.name}", help=help_text)


def _mismatch(unit: str | None, variable: Variable) -> Problem:
    if not unit or not unit.strip():
        return Problem("unit-mismatch", f"{variable.name} needs a unit", help=_accepted(variable))
    return Problem("unit-mismatch", f"unit `{unit}` does not fit {variable.name}", help=_accepted(variable))


def _suggestion(unit: str) -> str | None:
    return did_you_mean(unit, codes_and_words())


def _accepted(variable: Variable) -> str:
    units = dict.fromkeys((variable.unit, *variable.units, *variable.conversions))
    named = [f"`{u}`" for u in units if u != "1"]
    if "1" in units:
        named.append("no unit")
    return "use " + " or ".join(named)
