"""A UCUM unit in, the same as it is printed out: `10*9/L` as `10⁹/L`, `mL/min/{1.73_m2}` as `mL/min/1.73 m²`.

A unit is taken apart where UCUM joins its parts, and each part is looked up in `grammar/display.yaml`; a part that is
printed as it stands, and any word that is no unit, stays as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from eligo.report.display import display

TIMES = "×"

_JOINTS = frozenset("/.()")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def printed(unit: str) -> str:
    """A unit that stands alone.

    >>> printed("10*9/L"), printed("umol/L"), printed("mm[Hg]"), printed("{drinks}/wk"), printed("points")
    ('10⁹/L', 'µmol/L', 'mmHg', 'drinks/wk', 'points')
    """
    return _in_print(unit)[0]


def printed_after_number(unit: str) -> str:
    """A unit as it stands after a number, which its power of ten multiplies.

    >>> printed_after_number("10*9/L"), printed_after_number("/uL"), printed_after_number("mL/min/{1.73_m2}")
    ('× 10⁹/L', '/µL', 'mL/min/1.73 m²')
    """
    text, multiplies = _in_print(unit)
    return f"{TIMES} {text}" if multiplies else text


@functools.lru_cache(maxsize=1024)
def _in_print(unit: str) -> tuple[str, bool]:
    """The unit in print, and whether it begins with a power of ten."""
    first, *rest = _parts(unit)
    power = _power(first)
    return "".join([power or _part(first), *map(_part, rest)]), power is not None


def _power(part: str) -> str | None:
    """A power of ten with its exponent raised, as UCUM writes it (`10*9`) or a laboratory (`x 10^9`); else None."""
    ten = part.removeprefix("x").lstrip()
    exponent = ten[len("10*") :]
    is_power = ten.startswith(("10*", "10^")) and exponent.removeprefix("-").isdecimal()
    return f"10{exponent.translate(_RAISED)}" if is_power else None


def _parts(unit: str) -> Iterator[str]:
    """The parts of a unit with what joins them; what stands in brackets or braces belongs to its part."""
    start = depth = 0
    for place, sign in enumerate(unit):
        depth += (sign in "[{") - (sign in "]}")
        if sign in _JOINTS and not depth:
            yield unit[start:place]
            yield sign
            start = place + 1
    yield unit[start:]


def _part(part: str) -> str:
    """One part in print; a note in braces says what is counted, and stands there without them."""
    own: str | None = display()["units"].get(part)
    if own is not None:
        return own
    atom, brace, note = part.partition("{")
    if not brace or not note.endswith("}"):
        return part
    return " ".join(filter(None, (_part(atom), note.removesuffix("}").replace("_", " "))))
