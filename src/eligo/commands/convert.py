"""Convert a value of a variable to another unit; mass to moles goes through the variable's molar mass."""

from __future__ import annotations

import argparse
import math

from eligo.commands.printing import say, say_json
from eligo.errors import EligoError, Place, Problem
from eligo.patients.values import Quantity, read_quantity
from eligo.report.measures import Extent, Value, unit_words, value_words
from eligo.vocabulary.units import convert, ucum
from eligo.vocabulary.variables import Variable, variables

EXAMPLES = """\
  eligo convert "2.1 mg/dL" --variable total_bilirubin --to umol/L
  eligo convert "18000 /uL" --variable PLT
  eligo convert "<1,5 mg/dL" --variable 2160-0 --to umol/L --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("value", metavar="VALUE", help='a number and its unit, such as "2.1 mg/dL"')
    help_text = "what was measured: an id, any name or a LOINC code"
    parser.add_argument("--variable", required=True, metavar="WORD", help=help_text)
    parser.add_argument("--to", metavar="UNIT", help="the unit that is wanted (default: the variable's canonical one)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the converted value."""
    read = read_quantity(args.value)
    if read is None:
        raise EligoError(Problem("value", "the value is not a number with a unit", help='write it like "2.1 mg/dL"'))
    variable = find_variable(args.variable)
    to = _unit(args.to) if args.to else variable.unit
    unit = read.unit or ""
    if unit:
        _unit(unit)
    # As it is written, not as its code: the variable may tell which of two units a spelling means.
    low, high = (convert(end, unit, args.to or variable.unit, variable) for end in (read.low, read.high))
    if args.json:
        value: dict[str, object] = {"value": low}
        if low != high:
            value = {"low": _finite(low), "low_inclusive": read.low_closed}
            value |= {"high": _finite(high), "high_inclusive": read.high_closed}
        say_json({"variable": variable.id, **value, "unit": to})
    else:
        say(f"{value_words(_value(low, high, read))}{unit_words(to)}")
    return 0


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _value(low: float, high: float, read: Quantity) -> Value:
    """The number, or the interval with as many ends as it was given with."""
    if low == high:
        return low
    least = low if math.isfinite(read.low) else -math.inf  # of a logarithm no end is zero
    most = high if math.isfinite(read.high) else math.inf
    return Extent(least, read.low_closed, most, read.high_closed)


def known_variable(word: str) -> Variable | None:
    """The variable of that id, name or LOINC code."""
    return variables().get(word) or variables().find(word) or variables().by_code("loinc", word)


def find_variable(word: str) -> Variable:
    """The variable of that id, name or code; an `EligoError` with the nearest names where there is none."""
    found = known_variable(word)
    if found is None:
        nearest = variables().suggest(word) or "`eligo variables` lists all of them"
        raise EligoError(Problem("unknown-variable", f"unknown variable `{word}`", Place(), nearest))
    return found


def _unit(text: str) -> str:
    unit = ucum(text)
    if unit is None:
        raise EligoError(Problem("unit-unknown", f"unknown unit `{text}`", help="write it in UCUM, such as `umol/L`"))
    return unit
