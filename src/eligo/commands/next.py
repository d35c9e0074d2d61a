"""Say what to find out next: the measurements and facts that could settle the most verdicts, and how."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from eligo.commands import inputs
from eligo.commands.crowd import in_order, process_count
from eligo.commands.printing import say_json, say_lines
from eligo.commands.progress import Progress
from eligo.commands.rulefiles import add_trials
from eligo.commands.verdicts import chosen
from eligo.dataclass import dataclass
from eligo.errors import Problem
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.isolation import Isolated
from eligo.namedtuple import NamedTuple
from eligo.outlook.worth import Union, Worth, next_of
from eligo.patients.jobs import Job, killed
from eligo.patients.readers import Options, jobs, read_job
from eligo.report.next_steps import list_lines, next_lines
from eligo.report.problems import problems_json, write_problems
from eligo.report.terminal import terminal
from eligo.screening import Rules, load_rules
from eligo.worksheet.asking import numbered, with_numbers

EXAMPLES = """\
  eligo next patients_examples/missing_bilirubin_leaves_two_open.json
  eligo next patients_examples --max-age 14d
  eligo next patients_examples --trial NCT06884904 --each
  eligo next patients_examples --json > questions.jsonl
"""


BATCH = 8  # a patient takes some milliseconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "patients: a file (JSON, FHIR, NDJSON, CSV), a folder of such files, or - for standard input"
    parser.add_argument("patients", nargs="+", metavar="PATIENT", help=help_text)
    add_trials(parser)
    parser.add_argument("--each", action="store_true", help="with several patients: the questions of each one too")
    parser.add_argument("--all", action="store_true", help="list every question, not only the first of each group")
    parser.add_argument(
        "--processes", type=process_count, metavar="N", help="use so many cores for many patients (default: all)"
    )
    inputs.add_arguments(parser)


class DoneAsking(NamedTuple):
    """What came of one patient: the questions as data, what counts for the union, and the problems."""

    patient: str
    data: dict[str, Any] | None
    undetermined: bool
    worths: tuple[Worth, ...]
    problems: tuple[Problem, ...]
    failed: bool


@dataclass(slots=True)
class NextState:
    """What a process needs for every patient."""

    args: argparse.Namespace
    rules: Rules
    engine: Engine
    options: Options


_ready: list[NextState] = []


def _start(args: argparse.Namespace) -> None:
    """Make this process ready; one that was forked is ready already."""
    if not _ready or _ready[0].args is not args:
        _ready[:] = [ready(args, load_rules(args.rules))]


def ready(args: argparse.Namespace, rules: Rules) -> NextState:
    """What is needed for every patient, by the options and all the rules of the folder."""
    rules = chosen(rules, args, args.trial)
    return NextState(args, rules, rules.engine(inputs.policy(args)), inputs.options(args))


def run(args: argparse.Namespace) -> int:
    """Print the questions of one patient, or the union of those of all; the exit code is 1 where one was not read."""
    _ready.clear()
    _start(args)
    state, union, kept = _ready[0], Union(), list[dict[str, Any]]()
    write_problems(state.rules.problems, args.json)
    failed, shape = inputs.write_wrong_answers(args) or bool(state.rules.problems), terminal(sys.stdout)
    patients = set[str]()
    found = (job for name in args.patients for job in jobs(name, state.options))
    with Progress() as progress:
        for done in in_order(found, _ask_all, _start, args, args.processes, _lost, BATCH):
            if done.problems:
                progress.clear()
                write_problems(done.problems, args.json)
            failed |= done.failed
            patients.add(done.patient)
            progress.step()
            if done.data is None:
                continue
            union.add(done.patient, done.undetermined, done.worths)
            if args.json:
                say_json(done.data)
            elif args.each:
                say_lines([*next_lines(done.data, shape, args.all), ""])
            else:
                kept = [done.data]
    inputs.warn_of_strangers(args, patients)
    if union.patients > 1:
        data = union.as_json()
        if args.json:
            say_json(data)
        else:
            say_lines(list_lines(data, shape, args.all))
    elif kept:
        say_lines(next_lines(kept[0], shape, args.all))
    if not union.patients and not failed:
        write_problems([inputs.nobody(args.patients)], args.json)
    return 1 if failed or not union.patients else 0


def _ask_all(batch: Iterable[Job]) -> list[DoneAsking]:
    """Ask for the patients of a batch; whatever goes wrong with one is part of its own result."""
    state = _ready[0]
    return [ask_one(job, state) for job in batch]


def _lost(job: Job) -> DoneAsking:
    return DoneAsking("", None, False, (), (killed(job),), True)


def ask_one(job: Job, state: NextState) -> DoneAsking:
    """Ask for one patient; whatever goes wrong is part of the result."""
    with Isolated(job.place) as unit:
        reading = read_job(job, state.options)
        if reading.patient is None:
            return DoneAsking("", None, False, (), reading.problems, reading.failed)
        flaws = inputs.flaws(reading, state.args, state.rules)
        screening = explain(state.engine, reading.patient)
        flaws += inputs.clashes(screening, reading.patient, job.place)
        found = next_of(state.engine, reading.patient, screening)
        data = with_numbers(found.as_json(), numbered(found, screening))
        if wrong := [*state.rules.problems, *inputs.wrong_answers(state.args), *flaws]:
            data["problems"] = problems_json(wrong)
        failed = any(flaw.severity == "error" for flaw in flaws)
        return DoneAsking(reading.patient.id, data, any(found.opens), found.worths, tuple(flaws), failed)
    return DoneAsking("", None, False, (), unit.problems, True)
