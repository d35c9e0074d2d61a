"""Explain one patient and one trial: every criterion with its sentence, the values, the limits and what is open."""

from __future__ import annotations

import argparse
import json
import sys

from eligo.commands import inputs
from eligo.commands.output import write_text
from eligo.commands.screen import exit_code
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal
from eligo.report.text import audit_lines
from eligo.screening import audit, load_rules

EXAMPLES = """\
  eligo audit patients_examples/low_platelets.json NCT05727722
  eligo audit patients_examples/low_platelets.json NCT06884904 --html audit.html
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("patient", metavar="PATIENT", help="a record (JSON, FHIR, CSV), or - for standard input")
    parser.add_argument("trial", metavar="TRIAL", help="the trial's id")
    parser.add_argument(
        "--patient", dest="patient_id", metavar="ID", help="which patient, where the source has several"
    )
    parser.add_argument("--html", metavar="FILE", help="write one self-contained page instead; - for standard output")
    inputs.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the explanation; the exit code is that of `screen`."""
    policy = inputs.policy(args)
    rules = load_rules(args.rules)
    write_problems(rules.problems, args.json)
    patient, reading = inputs.read_one(args.patient, args)
    flaws = inputs.flaws(reading, args)
    write_problems(flaws, args.json)
    data = audit(patient, args.trial, rules, policy).as_json()
    write_problems(inputs.clashes(data), args.json)
    if args.html:
        from eligo.report.html import page  # lazily: a page is not often asked for

        write_text(args.html, page(data))
    elif args.json:
        print(json.dumps(data, ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(audit_lines(data, terminal(sys.stdout))))
    failed = bool(rules.problems) or any(flaw.severity == "error" for flaw in flaws)
    return exit_code([trial["verdict"] for trial in data["trials"]], failed)
