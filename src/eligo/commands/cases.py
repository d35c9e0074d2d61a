"""Make boundary patients from a rule set: just below, at and just above each limit, missing, in another unit.

Prints a sheet for a person to read and agree with; with --yaml, the same as cases for `eligo test`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from eligo.cases.boundary import Point, ShownAmount, points
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say_json, say_lines
from eligo.commands.rulefiles import add_trial, the_trial_file
from eligo.evaluate import Engine
from eligo.explain import Finding, explain
from eligo.patients.native import read_patient
from eligo.plan import compile_rules
from eligo.report.display import criterion_title
from eligo.report.measures import SHORT, SHORT_CODED, Manner, amount_words, number
from eligo.report.terminal import terminal, wrap
from eligo.report.terms import concept_name, variable_name
from eligo.report.words import SENTENCE
from eligo.ruleset import RuleSet, load
from eligo.truth import Truth
from eligo.vocabulary.variables import variables

EXAMPLES = """\
  eligo cases NCT05727722
  eligo cases NCT05727722 --yaml > boundaries.cases.yaml
"""

DAY = date(2026, 1, 15)
PART = {Truth.MET: "this part holds", Truth.NOT_MET: "this part does not hold", Truth.UNKNOWN: "this part is unknown"}

HOW = "Each line is a patient of whom nothing else is known. Tick what is as the protocol means it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    add_trial(parser)
    parser.add_argument("--yaml", action="store_true", help="print cases for `eligo test`, to be frozen once reviewed")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, default=DAY, metavar="DATE", help=f"the day (default: {DAY})"
    )
    add_vocabulary(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object a patient")


def run(args: argparse.Namespace) -> int:
    """Print the sheet or the cases."""
    ruleset = load(the_trial_file(args))
    found = list(_judged(ruleset, args.as_of))
    if args.json:
        for point, finding in found:
            say_json(_data(point, finding))
    elif args.yaml:
        say_lines(_cases(ruleset, found))
    else:
        say_lines(_sheet(ruleset, found, terminal(sys.stdout).width))
    return 0


def _judged(ruleset: RuleSet, as_of: date) -> Iterator[tuple[Point, Finding]]:
    engine = Engine([compile_rules(ruleset)])
    for point in points(ruleset, as_of):
        screening = explain(engine, read_patient(json.dumps({"id": "p"} | point.patient))).trials[0]
        yield point, next(f for f in screening.findings if f.criterion.id == point.criterion)


def _data(point: Point, finding: Finding) -> dict[str, Any]:
    return {
        "criterion": point.criterion,
        "name": point.name,
        "position": point.position,
        "patient": point.patient,
        "truth": finding.truth.name,
        "bearing": finding.bearing.value,
    }


def _sheet(ruleset: RuleSet, found: list[tuple[Point, Finding]], width: int) -> Iterator[str]:
    yield from wrap(ruleset.title, width, f"{ruleset.trial}  ", "    ")
    yield from wrap(
        "Each line is a patient of whom nothing else is known. Tick what is as the protocol means it.", width
    )
    last = ("", "")
    for point, finding in found:
        criterion = finding.criterion
        if criterion.id != last[0]:
            yield ""
            yield from wrap(criterion.text, width, f"{criterion_title(criterion.id)}  ", "    ")
        if (criterion.id, point.name) != last:
            yield f"    {variable_name(point.name) if point.name in variables() else concept_name(point.name)}"
        last = (criterion.id, point.name)
        said = SENTENCE[criterion.kind, finding.truth.name]
        part = f"{PART[finding.evidence[point.leaf].truth]}; " if len(finding.evidence) > 1 else ""
        shown = _shown(point.shown, SHORT).replace("_", " ")
        first = f"    [ ] {point.position:<13} {shown:<24} "
        yield from wrap(f"{part}{said} -> {finding.bearing.value}", width, first, " " * 10)
    yield ""
    yield "read by ______________________   date ____________"


def _shown(shown: ShownAmount | str, manner: Manner) -> str:
    """A value with its day, where that counts; or what else the patient has."""
    if isinstance(shown, str):
        return shown
    return f"{amount_words(shown.limit, manner, number)}{f' on {shown.day}' if shown.day else ''}"


def _cases(ruleset: RuleSet, found: list[tuple[Point, Finding]]) -> Iterator[str]:
    # JSON is YAML, and a tiny patient fits a line.
    yield f"trial: {ruleset.trial}"
    yield "cases:"
    names: dict[str, int] = {}
    for point, finding in found:
        shown = _shown(point.shown, SHORT_CODED)
        name = " ".join(part for part in (point.criterion, point.name, point.position, shown) if part)
        names[name] = names.get(name, 0) + 1
        name = f"{name} ({names[name]})" if names[name] > 1 else name
        yield f"- case: {json.dumps(name, ensure_ascii=False)}"
        yield f"  patient: {json.dumps(point.patient, ensure_ascii=False)}"
        yield f"  findings: {{{json.dumps(point.criterion)}: {finding.bearing.value}}}"
