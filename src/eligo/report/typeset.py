"""Text of a screening in, the same text with the signs of print out: `>= 20 10*9/L` becomes `≥ 20 × 10⁹/L`."""

from __future__ import annotations

import functools
import re

from eligo.report.display import display

_POWER = re.compile(r"(?<=[0-9] )(?:x ?)?10(?:\*|\^)([0-9]+)(?=[/ ),;:]|$)|\b10\*([0-9]+)(?=/)")
_MICRO = re.compile(r"(?<![\w.])u(?=(?:mol|g|L|m|kat)\b)|(?<=/)u(?=L\b)")
_MULTIPLE = re.compile(r"(?<=[0-9]) x (?=ULN|LLN|baseline)")
_COUNTED = re.compile(r"(?<=[0-9/] ){([a-z-]+)}|(?<=/){([a-z-]+)}")  # UCUM's way of saying what is counted
_SIGNS = (("<=", "≤"), (">=", "≥"), ("->", "→"))
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """The text with the signs of print; no number changes.

    >>> typeset("platelets 18 10*9/L (18000 /uL), limit >= 20"), typeset("bilirubin 262 umol/L")
    ('platelets 18 × 10⁹/L (18000 /µL), limit ≥ 20', 'bilirubin 262 µmol/L')
    >>> typeset("eGFR 30 mL/min/{1.73_m2}, pressure 90 mm[Hg], 39 Cel")
    'eGFR 30 mL/min/1.73 m², pressure 90 mmHg, 39 °C'
    """
    text = _POWER.sub(_power, text)
    text = _MULTIPLE.sub(" × ", _MICRO.sub("µ", text))
    units = display()["units"]
    text = _units().sub(lambda match: str(units[match[0]]), text)
    text = _COUNTED.sub(lambda match: match[1] or match[2], text)
    for written, sign in _SIGNS:
        text = text.replace(written, sign)
    return text


@functools.cache
def _units() -> re.Pattern[str]:
    """Where a unit that is printed otherwise stands: in brackets anywhere, a bare word only after a number or `/`."""
    bare = [unit for unit in display()["units"] if unit.isalpha()]
    other = [re.escape(unit) for unit in display()["units"] if not unit.isalpha()]
    return re.compile("|".join([*other, *(rf"(?<=[0-9/] )\b{unit}\b|(?<=/){unit}\b" for unit in bare)]))


def _power(match: re.Match[str]) -> str:
    after_number, alone = match.groups()
    return f"× 10{after_number.translate(_RAISED)}" if after_number else f"10{alone.translate(_RAISED)}"
