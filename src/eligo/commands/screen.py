"""Say for each patient and each trial: eligible, ineligible or undetermined, what blocks and what is open."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection

from eligo.commands import inputs
from eligo.errors import EligoError
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal
from eligo.report.text import screening_lines
from eligo.screening import load_rules, screen

EXAMPLES = """\
  eligo screen patients_examples/low_platelets.json
  eligo screen patients_examples --trial NCT05727722 --max-age 14d
  eligo screen patients_examples --json > screenings.jsonl
  eligo screen - --as-of 2026-11-20 < patients_examples/missing_inr.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "a record (JSON), a folder of records, or - for standard input"
    parser.add_argument("patients", nargs="+", metavar="PATIENT", help=help_text)
    parser.add_argument("--trial", action="append", metavar="NCT", help="screen for this trial only; repeatable")
    inputs.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Screen every patient, report what cannot be read, and sum the verdicts up in the exit code."""
    policy = inputs.policy(args)
    rules = load_rules(args.rules)
    write_problems(rules.problems, args.json)
    if args.trial:
        rules = rules.only(args.trial)
    failed, verdicts, shape = bool(rules.problems), set[str](), terminal(sys.stdout)
    for name in inputs.patient_files(args.patients):
        try:
            patient = inputs.read(name, args)
        except EligoError as error:
            write_problems(error.problems, args.json)
            failed = True
            continue
        flaws = inputs.flaws(name, patient, args)
        write_problems(flaws, args.json)
        failed |= any(flaw.severity == "error" for flaw in flaws)
        data = screen(patient, rules, policy).as_json()
        if args.json:
            print(json.dumps(data, ensure_ascii=False, allow_nan=False))
        else:
            print(("\n" if verdicts else "") + "\n".join(screening_lines(data, shape)))
        verdicts |= {trial["verdict"] for trial in data["trials"]}
    return exit_code(verdicts, failed)


def exit_code(verdicts: Collection[str], failed: bool) -> int:
    """1 where anything failed; else 0 for any ELIGIBLE, 3 where all are INELIGIBLE, 4 for what is left."""
    if failed or not verdicts:
        return 1
    if "ELIGIBLE" in verdicts:
        return 0
    return 4 if "UNDETERMINED" in verdicts else 3
