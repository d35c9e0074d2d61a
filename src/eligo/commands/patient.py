"""Show a patient as understood, and the ledger: what became of every resource, row or entry of the record."""

from __future__ import annotations

import argparse
import sys

from eligo.commands import inputs
from eligo.commands.printing import say_json, say_lines
from eligo.dataclass import replace
from eligo.patients.fhir import ALL
from eligo.patients.readers import read_patients
from eligo.report.patient import patient_lines, reading_json
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal

EXAMPLES = """\
  eligo patient patients_examples/low_platelets.json
  eligo patient patients_examples/codes_instead_of_names.json --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "a file (JSON, FHIR, NDJSON, CSV), a folder of such files, or - for standard input"
    parser.add_argument("source", metavar="FILE", help=help_text)
    inputs.add_patient_id(parser)
    parser.add_argument("--all", action="store_true", help="list every entry of the ledger, not only what was refused")
    parser.add_argument("--identifiers", action="store_true", help="show the identifiers of a FHIR patient, by system")
    inputs.add_reading(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object for each patient")


def run(args: argparse.Namespace) -> int:
    """Print every patient of the source; the exit code is 1 where one could not be read."""
    failed, printed, shape = False, False, terminal(sys.stdout)
    options = inputs.options(args, ledger=True)
    if args.identifiers and options.id_by is None:
        options = replace(options, id_by=ALL)
    for reading in read_patients(args.source, options):
        if args.patient_id and (reading.patient is None or reading.patient.id != args.patient_id):
            continue
        failed |= reading.failed
        if args.json:
            say_json(reading_json(reading))
        else:
            if reading.patient is not None or reading.ledger:
                say_lines([*[""] * bool(printed), *patient_lines(reading, args.all, shape)])
            write_problems(reading.problems, as_json=False)
        printed = True
    if not printed:
        write_problems([inputs.nobody([args.source], args.patient_id)], args.json)
    return 1 if failed or not printed else 0
