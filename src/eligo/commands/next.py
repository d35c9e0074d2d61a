"""Say what to find out next: the measurements and facts that could settle the most verdicts, and how."""

from __future__ import annotations

import argparse
import json
import sys

from eligo.commands import inputs
from eligo.commands.progress import Progress
from eligo.outlook.worth import Next, list_json, next_of
from eligo.patients.readers import read_patients
from eligo.report.next_steps import list_lines, next_lines
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal
from eligo.screening import load_rules

EXAMPLES = """\
  eligo next patients_examples/missing_bilirubin_leaves_two_open.json
  eligo next patients_examples --max-age 14d
  eligo next patients_examples --trial NCT06884904 --each
  eligo next patients_examples --json > questions.jsonl
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "patients: a file (JSON, FHIR, NDJSON, CSV), a folder of such files, or - for standard input"
    parser.add_argument("patients", nargs="+", metavar="PATIENT", help=help_text)
    parser.add_argument("--trial", action="append", metavar="NCT", help="for this trial only; repeatable")
    parser.add_argument("--each", action="store_true", help="with several patients: the questions of each one too")
    parser.add_argument("--all", action="store_true", help="list every question, not only those worth most")
    inputs.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the questions of one patient, or the union of those of all; the exit code is 1 where one was not read."""
    rules = load_rules(args.rules)
    rules = rules.only(args.trial) if args.trial else rules
    write_problems(rules.problems, args.json)
    engine, options = rules.engine(inputs.policy(args)), inputs.options(args)
    found, failed = list[Next](), bool(rules.problems)
    with Progress() as progress:
        for name in args.patients:
            for reading in read_patients(name, options):
                flaws = inputs.flaws(reading, args)
                write_problems(flaws, args.json)
                failed |= reading.failed or any(flaw.severity == "error" for flaw in flaws)
                if reading.patient is not None:
                    found.append(next_of(engine, reading.patient))
                progress.step()
    _show(found, args)
    return 1 if failed or not found else 0


def _show(found: list[Next], args: argparse.Namespace) -> None:
    shape = terminal(sys.stdout)
    if args.json:
        for one in found:
            print(json.dumps(one.as_json(), ensure_ascii=False, allow_nan=False))
        if len(found) > 1:
            print(json.dumps(list_json(found), ensure_ascii=False, allow_nan=False))
        return
    if len(found) == 1 or args.each:
        for one in found:
            print("\n".join(next_lines(one.as_json(), shape, args.all)) + ("\n" if len(found) > 1 else ""))
    if len(found) > 1:
        print("\n".join(list_lines(list_json(found), shape)))
