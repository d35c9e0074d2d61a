"""List the variables that records and rules may name, or show one: units, codes, names, normal range, formula."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from eligo.commands.convert import find_variable, known_variable
from eligo.commands.printing import say_json, say_lines
from eligo.report.measures import number
from eligo.report.terminal import columns, terminal, wrap
from eligo.report.terms import concept_name, variable_name
from eligo.vocabulary.scores import SCORES, ScoreInput
from eligo.vocabulary.variables import Reference, Variable, spelling_key, variables

EXAMPLES = """\
  eligo variables
  eligo variables bilirubin
  eligo variables PLT --json
  eligo variables 1975-2
  eligo variables MELD-Na
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("word", nargs="?", metavar="WORD", help="an id, a name or a part of one, or a LOINC code")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print the variables that the word names, or all."""
    found = list(variables()) if args.word is None else _matching(args.word)
    if args.json:
        for variable in found:
            say_json(_data(variable))
        return 0
    width = terminal(sys.stdout).width
    if args.word is not None and len(found) == 1:
        say_lines(_details(found[0], width))
        return 0
    id_columns = max(columns(v.id) for v in found)
    unit_columns = max(columns(_unit(v)) for v in found)
    for variable in found:
        first = f"{variable.id:<{id_columns}}  {_unit(variable):<{unit_columns}}  "
        say_lines(wrap(variable.name, width, first, " " * len(first)))
    return 0


def _matching(word: str) -> list[Variable]:
    """The variable of that name; else those with the word in a name; else an error with the nearest names."""
    exact = known_variable(word)
    if exact is not None:
        return [exact]
    key = spelling_key(word)
    parts = [v for v in variables() if key and any(key in spelling_key(s) for s in (v.id, v.name, *v.synonyms))]
    return parts or [find_variable(word)]


def _unit(variable: Variable) -> str:
    return "-" if variable.unit == "1" else variable.unit


def _data(variable: Variable) -> dict[str, Any]:
    data = {name: value for name, value in asdict(variable).items() if value not in (None, (), {}, [])}
    score = SCORES.get(variable.id)
    if score is not None:
        inputs = [{"key": i.key, "id": i.id, "unit": i.unit, "role": i.role} for i in score.inputs]
        data["score"] = {"inputs": inputs, "source": score.source}
    return data


def _details(variable: Variable, width: int) -> Iterator[str]:
    yield f"{variable.id}  ({variable.name})"
    others = [u for u in variable.units if u != variable.unit]
    score = SCORES.get(variable.id)
    rows = [
        ("kind", variable.kind),
        ("unit", _unit(variable)),
        ("also in", ", ".join(others)),
        ("molar mass", f"{number(variable.molar_mass)} g/mol" if variable.molar_mass else ""),
        ("grades", ", ".join(f"{label} = {number(value)}" for label, value in variable.grades.items())),
        ("values", ", ".join(dict.fromkeys(variable.values.values()))),
        ("normal", "; ".join(_range(r, variable) for r in variable.references)),
        ("made of", ", ".join(_input(i) for i in score.inputs) if score else ""),
        ("formula", score.source if score else ""),
        ("plausible", " to ".join(map(number, variable.plausible)) if variable.plausible else ""),
        ("LOINC", ", ".join(variable.loinc)),
        ("also called", ", ".join((*variable.synonyms, *variable.exact))),
    ]
    for label, text in rows:
        if text:
            yield from wrap(text, width, f"  {label:<13}", " " * 15)


def _input(item: ScoreInput) -> str:
    """One input of a score, with its unit or its part in the formula."""
    if item.role == "fact":
        return f"{concept_name(item.id)} (yes or no)"
    of = {"uln": "upper limit of normal", "baseline": "baseline", "control": "control"}.get(item.role, "")
    name = f"{variable_name(item.id)} ({of})" if of else variable_name(item.id)
    unit = f" in {item.unit}" if item.unit != "1" else ""
    return f"{name}{unit}" + (f" (in place of {variable_name(item.instead_of)})" if item.instead_of else "")


def _range(reference: Reference, variable: Variable) -> str:
    low, high = reference.low, reference.high
    text = f"{number(low)} to {number(high)}" if low is not None and high is not None else ""
    text = text or (f"up to {number(high)}" if high is not None else f"from {number(low)}" if low is not None else "")
    unit = "" if variable.unit == "1" else f" {variable.unit}"
    who = f" ({reference.sex})" if reference.sex else ""
    return f"{text}{unit}{who}, {reference.source}"
