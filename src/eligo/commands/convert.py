"""Convert a value of a variable to another unit; mass to moles goes through the variable's molar mass."""

from __future__ import annotations

import argparse
import json
import re

from eligo.errors import EligoError, Place, Problem
from eligo.report.words import rounded
from eligo.vocabulary.units import convert, ucum
from eligo.vocabulary.variables import Variable, variables

EXAMPLES = """\
  eligo convert "2.1 mg/dL" --variable total_bilirubin --to umol/L
  eligo convert "18000 /uL" --variable PLT
"""

_VALUE = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*(.*?)\s*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("value", metavar="VALUE", help='a number and its unit, such as "2.1 mg/dL"')
    parser.add_argument("--variable", required=True, metavar="WORD", help="what was measured: an id or any name of it")
    parser.add_argument("--to", metavar="UNIT", help="the unit that is wanted (default: the variable's canonical one)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the converted value."""
    match = _VALUE.fullmatch(args.value)
    if match is None:
        raise EligoError(Problem("value", "the value is not a number with a unit", help='write it like "2.1 mg/dL"'))
    variable = find_variable(args.variable)
    unit = _unit(match[2] or "1")
    to = _unit(args.to) if args.to else variable.unit
    result = convert(float(match[1]), unit, to, variable)
    if args.json:
        print(json.dumps({"variable": variable.id, "value": result, "unit": to}))
    else:
        print(f"{rounded(result)} {to}" if to != "1" else rounded(result))
    return 0


def find_variable(word: str) -> Variable:
    """The variable of that id or name; an `EligoError` with the nearest names where there is none."""
    found = variables().get(word) or variables().find(word)
    if found is None:
        nearest = variables().suggest(word) or "`eligo variables` lists all of them"
        raise EligoError(Problem("unknown-variable", f"unknown variable `{word}`", Place(), nearest))
    return found


def _unit(text: str) -> str:
    unit = ucum(text)
    if unit is None:
        raise EligoError(Problem("unit-unknown", f"unknown unit `{text}`", help="write it in UCUM, such as `umol/L`"))
    return unit
