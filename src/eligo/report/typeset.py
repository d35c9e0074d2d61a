"""Text of a screening in, the same text with the signs of print out: `>= 20 10*9/L` becomes `≥ 20 × 10⁹/L`."""

from __future__ import annotations

import re

_POWER = re.compile(r"(?<=[0-9] )10\*([0-9]+)(?=[/ )]|$)|\b10\*([0-9]+)(?=/)")
_MICRO = re.compile(r"(?<![\w.])u(?=(?:mol|g|L|m|kat)\b)|(?<=/)u(?=L\b)")
_MULTIPLE = re.compile(r"(?<=[0-9]) x (?=ULN|LLN|baseline)")
_SIGNS = (("<=", "≤"), (">=", "≥"), ("->", "→"), ("mm[Hg]", "mmHg"), ("cm[H2O]", "cmH₂O"), ("[IU]", "IU"))
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """The text with the signs of print; no number changes.

    >>> typeset("platelets 18 10*9/L (18000 /uL), limit >= 20"), typeset("bilirubin 262 umol/L")
    ('platelets 18 × 10⁹/L (18000 /µL), limit ≥ 20', 'bilirubin 262 µmol/L')
    """
    text = _POWER.sub(_power, text)
    text = _MULTIPLE.sub(" × ", _MICRO.sub("µ", text))
    for written, sign in _SIGNS:
        text = text.replace(written, sign)
    return text


def _power(match: re.Match[str]) -> str:
    after_number, alone = match.groups()
    return f"× 10{after_number.translate(_RAISED)}" if after_number else f"10{alone.translate(_RAISED)}"
