"""Explain one patient and one trial or all: every criterion with its sentence, the values, the limits, what is open.

With `--record` the audit is kept without a value of the patient, and `--verify` replays what was kept.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eligo.commands import inputs
from eligo.commands.output import write_text
from eligo.commands.printing import say_json, say_lines
from eligo.commands.rulefiles import add_trials
from eligo.commands.verdicts import add_strict, chosen, exit_code, verdicts_of
from eligo.errors import EligoError, Place
from eligo.files import changed
from eligo.report.audit import ONLY, audit_lines
from eligo.report.jsonline import json_line
from eligo.report.problems import problems_json, write_problems
from eligo.report.terminal import terminal
from eligo.screening import Screening, load_rules, screen_ahead
from eligo.version import __version__

EXAMPLES = """\
  eligo audit patients_examples/low_platelets.json NCT05727722
  eligo audit patients_examples/missing_inr.json NCT06884904 --only assumed
  eligo audit patients_examples/low_platelets.json NCT06884904 --html audit.html
  eligo audit patients_examples/low_platelets.json --record audit.json
  eligo audit --verify audit.json
"""

if TYPE_CHECKING:
    from eligo.patients.ledger import Reading
    from eligo.report.page.summary import About

# What a record has of its own; `--rules` and PATIENT may lead to where things are now.
OF_RECORD = (
    "as_of",
    "lenient",
    "format",
    "mapping",
    "max_age",
    "assume_absent",
    "site",
    "vocabulary",
    "margin",
    "answers",
    "patient_id",
)
NOT_WITH_VERIFY = ("trial", "trials", "exclude_trial", "strict", "html", "record", "only", "full", *OF_RECORD)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "a record (JSON, FHIR, CSV), or - for standard input; left out only with --verify"
    parser.add_argument("patient", metavar="PATIENT", nargs="?", help=help_text)
    parser.add_argument("trial", metavar="TRIAL", nargs="?", help="the trial's id (default: all trials)")
    add_trials(parser, "trials")
    parser.add_argument(
        "--patient", dest="patient_id", metavar="ID", help="which patient, where the source has several"
    )
    help_text = "show these criteria alone (default: what blocks and what is open, and how many others there are)"
    parser.add_argument("--only", choices=ONLY, help=help_text)
    help_text = "with each criterion all that the record says of it, not only what decides; on paper the passes in full"
    parser.add_argument("--full", action="store_true", help=help_text)
    parser.add_argument("--html", metavar="FILE", help="write one self-contained page instead; - for standard output")
    parser.add_argument(
        "--record", metavar="FILE", help="write what can be replayed instead, without a value of the patient"
    )
    parser.add_argument("--verify", metavar="FILE", help="replay such a record, and say what differs")
    add_strict(parser)
    inputs.add_arguments(parser)
    parser.set_defaults(refuse=parser.error)


def run(args: argparse.Namespace) -> int:
    """Print the explanation, or write page or record; the exit code is that of `screen`, or of the verification."""
    if args.verify is not None:
        return _verify(args)
    if args.patient is None:
        args.refuse("name a PATIENT, or a record with --verify")
    source = _hashed(args) if args.record else {}
    policy = inputs.policy(args)
    rules = load_rules(args.rules)
    write_problems(rules.problems, args.json)
    wrong = inputs.write_wrong_answers(args)
    patient, reading = inputs.read_one(args.patient, args)
    flaws = inputs.flaws(reading, args, rules)
    write_problems(flaws, args.json)
    if not patient.replies:
        inputs.warn_of_strangers(args, (patient.id,))
    wanted = chosen(rules, args, [*([args.trial] if args.trial else []), *args.trials])
    screening, ahead = screen_ahead(patient, wanted, policy)
    if args.record and _hashed(args) != source:
        raise EligoError(changed(args.patient))
    data = ahead.added_to(screening.as_json())
    clashes = inputs.clashes(screening, patient, Place(args.patient))
    write_problems(clashes, args.json)
    if told := [*rules.problems, *inputs.wrong_answers(args), *flaws, *clashes]:
        data["problems"] = problems_json(told)
    if args.record:
        _write_record(screening, source, args)
    _show(data, args, reading)
    failed = wrong or bool(rules.problems) or any(flaw.severity == "error" for flaw in flaws)
    return exit_code(verdicts_of(data["trials"]), failed, args.strict)


def _show(data: dict[str, Any], args: argparse.Namespace, reading: Reading) -> None:
    """Print the explanation, where it does not go to a file."""
    if args.html:
        from eligo.report.html import page  # lazily: a page is not often asked for

        write_text(args.html, page(data, _about(args, reading), args.full), private=True)
    elif args.record:
        return
    elif args.json:
        say_json(data)
    else:
        say_lines(audit_lines(data, terminal(sys.stdout), args.only, args.full))


def _about(args: argparse.Namespace, reading: Reading) -> About:
    """What the page says of how it came about: the patient as read, options, versions and the file's hash."""
    from eligo.record import hash_source
    from eligo.report.page.summary import About
    from eligo.report.patient import reading_json

    given = ((name.replace("_", "-"), getattr(args, name)) for name in (*OF_RECORD, "rules"))
    options = [
        f"--{name}{'' if value is True else f' {part}'}"
        for name, value in given
        if value
        for part in (value if isinstance(value, list) else [value])
    ]
    made = [f"eligo {__version__}"]
    made += [f"record SHA-256 {hash_source(args.patient)}"] if Path(args.patient).exists() else []
    return About(reading_json(reading)["patient"], tuple(options) or ("none",), tuple(made))


def _hashed(args: argparse.Namespace) -> dict[str, Any]:
    """What the record says of the input, before it is read."""
    from eligo.commands.replay import source  # lazily, as below: records are not often asked for

    found: dict[str, Any] = source(args.patient, args.record)
    return found


def _write_record(screening: Screening, source: dict[str, Any], args: argparse.Namespace) -> None:
    from eligo.commands.replay import record_of
    from eligo.record import salted

    record = record_of(screening, source | salted(), args, args.record)
    write_text(args.record, json_line(record, indent=1) + "\n", private=True)


def _verify(args: argparse.Namespace) -> int:
    beside = [name for name in NOT_WITH_VERIFY if getattr(args, name)]
    if beside:
        args.refuse(f"not allowed with --verify, since the record says it: {', '.join(beside).replace('_', '-')}")
    from eligo.commands.replay import verify

    code: int = verify(args)
    return code
