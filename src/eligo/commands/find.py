"""Rank the trials of an index for one patient: what the patient is eligible for first, then what is undetermined.

Within each, first the trials about what the patient has, then by how much is decided in favour, and by how few open
criteria one visit leaves. Filters take out only what states another status, country, phase or age group; a trial that
states none stays, and says so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eligo.commands import inputs
from eligo.commands.index import check_numpy
from eligo.commands.printing import say_json, say_lines
from eligo.commands.verdicts import add_strict, exit_code
from eligo.errors import Place
from eligo.report.problems import problems_json, write_problems
from eligo.report.terminal import terminal
from eligo.report.text import header

if TYPE_CHECKING:
    pass

EXAMPLES = """\
  eligo find patients_examples/low_platelets.json --index trials.index
  eligo find patients_examples/low_platelets.json --index trials.index --status recruiting --country Germany
  eligo find patients_examples/low_platelets.json --index trials.index --phase 2 --phase 3 --why --page-size 5
  eligo find - --index trials.index --json < patients_examples/missing_inr.json
"""

SCHEMA = "eligo.find/1"
PAGE_SIZE, MOST = 20, 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "the patient's record (JSON, FHIR ...), or - for standard input"
    parser.add_argument("patient", metavar="PATIENT", help=help_text)
    parser.add_argument("--index", metavar="FILE", required=True, help="the index (`eligo index RULES... -o FILE`)")
    for option, what in (("status", "RECRUITING"), ("country", "Germany"), ("phase", "2"), ("age-group", "ADULT")):
        help_text = f"trials of this {option.replace('-', ' ')} ({what}), and those that state none; repeatable"
        parser.add_argument(f"--{option}", action="append", default=[], metavar="WORD", help=help_text)
    parser.add_argument("--all", action="store_true", help="rank the trials that rule the patient out too, at the end")
    help_text = "say for each trial which criteria decide and which are open, in the protocol's words"
    parser.add_argument("--why", action="store_true", help=help_text)
    parser.add_argument("--page", type=_number, default=1, metavar="N", help="this page of the list (default: 1)")
    help_text = f"so many trials a page (default: {PAGE_SIZE})"
    parser.add_argument("--page-size", type=_number, default=PAGE_SIZE, metavar="N", help=help_text)
    inputs.add_patient_id(parser)
    add_strict(parser)
    inputs.add_policy(parser)
    inputs.add_answers(parser)


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= (MOST if len(text) < 9 else 0):
        raise argparse.ArgumentTypeError(f"`{text}` is not a number from 1 to {MOST}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Rank the trials, and say by the exit code what is the best."""
    check_numpy()
    from eligo.index.finding import Finder  # lazily, as all of the package: it needs numpy

    wrong_answers = inputs.write_wrong_answers(args)
    finder = Finder(Path(args.index), inputs.policy(args), _asked(args))
    write_problems(finder.warnings, args.json)
    one = inputs.read_one(args.patient, args)
    found = finder.find(one.patient, args.all)
    place = Place(None if args.patient == inputs.STDIN else args.patient)
    flaws = [*inputs.flaws(one.reading, args), *found.screening.problems]
    flaws += inputs.clash_warnings(found.screening.clashing, place)
    write_problems(flaws, args.json)
    begin = (args.page - 1) * args.page_size
    rows = finder.rows(found, begin, begin + args.page_size, args.why)
    write_problems(rows.problems, args.json)
    pages = -(-len(found.ranked) // args.page_size)
    data = found.whole | {"page": args.page, "pages": pages, "page_size": args.page_size}
    if args.json:
        told = [*finder.warnings, *inputs.wrong_answers(args), *flaws, *rows.problems]
        ends = {"problems": problems_json(told)} if told else {}
        say_json({"schema": SCHEMA, **data, "trials": rows.trials, **ends})
    else:
        say_lines(_lines(data, rows.trials, args))
    failed = wrong_answers or any(flaw.severity == "error" for flaw in flaws)
    return exit_code(found.verdicts, failed, args.strict)


def _asked(args: argparse.Namespace) -> dict[str, list[str]]:
    """What is asked of a trial's listing, by the names of an index."""
    return {
        "statuses": args.status,
        "countries": args.country,
        "phases": args.phase,
        "age_groups": args.age_group,
    }


def _lines(data: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], args: argparse.Namespace) -> Iterator[str]:
    from eligo.report.found import count_lines, trial_lines  # lazily: not of JSON

    shape = terminal(sys.stdout)
    yield from header(data, shape)
    for trial in trials:
        yield from trial_lines(trial, shape)
    yield from count_lines(data, len(trials), shape)
