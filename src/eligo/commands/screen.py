"""Say for each patient and each trial: eligible, ineligible or undetermined, what blocks and what is open."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from eligo.commands import inputs
from eligo.commands.crowd import in_order, process_count
from eligo.commands.printing import say_lines
from eligo.commands.rulefiles import add_trials
from eligo.commands.tallying import ONLY, Done, PatientTally, isolated, lost
from eligo.commands.verdicts import add_strict, chosen, verdicts_of
from eligo.dataclass import dataclass
from eligo.errors import Place, Problem
from eligo.namedtuple import NamedTuple
from eligo.patients.jobs import Job
from eligo.patients.ledger import Reading
from eligo.patients.model import Patient
from eligo.patients.readers import Options, jobs, read_job
from eligo.report.jsonline import json_line
from eligo.report.problems import problems_json, write_problems
from eligo.report.terminal import Terminal, clean_line, terminal
from eligo.report.text import screening_lines
from eligo.report.verdict_table import table_lines, table_row
from eligo.screening import Policy, Rules, Screening, load_rules, screen, screen_ahead

EXAMPLES = """\
  eligo screen patients_examples/low_platelets.json
  eligo screen patients_examples --trial NCT05727722 --max-age 14d
  eligo screen patients_examples --table
  eligo screen patients_examples --json > screenings.jsonl
  eligo screen patients_examples --only open --brief --json
  eligo screen patients_examples/stale_inr.json --max-age 14d --outlook
  eligo screen - --as-of 2026-11-20 < patients_examples/missing_inr.json
  eligo screen patients_examples/low_platelets.json --margin PLT=10%
  eligo screen patients_examples --index trials.index --json
"""

# Options, with their names in the arguments, that ask for more of the rules than an index keeps, or for other rules.
_NOT_OF_AN_INDEX = {
    "--rules": "rules",
    "--exclude-trial": "exclude_trial",
    "--fhir": "fhir",
    "--outlook": "outlook",
    "--table": "table",
    "--reviewed-only": "reviewed_only",
    "--margin": "margin",
    "--processes": "processes",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "patients: a file (JSON, FHIR, NDJSON, CSV), a folder of such files, or - for standard input"
    parser.add_argument("patients", nargs="+", metavar="PATIENT", help=help_text)
    trials = parser.add_mutually_exclusive_group()
    add_trials(parser, beside=trials)
    trials.add_argument(
        "--why", action="append", metavar="NCT", help="for this trial only: the reason in one sentence; repeatable"
    )
    help_text = "all trials of an index (`eligo index`): verdicts and the ids of what blocks and is open alone"
    trials.add_argument("--index", metavar="FILE", help=help_text)
    help_text = (
        "a FHIR server (https://host/path), of which PATIENT is the id of a patient; its token: ELIGO_FHIR_TOKEN"
    )
    parser.add_argument("--fhir", metavar="URL", help=help_text)
    parser.add_argument("--only", choices=ONLY, help="show only trials with this verdict, and patients that have one")
    help_text = "look ahead: what to find out next, what would help, what each verdict hangs on, until when it holds"
    parser.add_argument("--outlook", action="store_true", help=help_text)
    parser.add_argument("--table", action="store_true", help="one table: a line a patient, a column a trial")
    parser.add_argument("--brief", action="store_true", help="with --json: verdicts, blockers and what is open alone")
    parser.add_argument(
        "--processes", type=process_count, metavar="N", help="use so many cores for many patients (default: all)"
    )
    add_strict(parser)
    parser.add_argument("--reviewed-only", action="store_true", help="refuse trials with criteria that nobody reviewed")
    inputs.add_arguments(parser)
    parser.set_defaults(refuse=parser.error)


@dataclass(slots=True)
class ScreenState:
    """What a process needs for every patient."""

    args: argparse.Namespace
    rules: Rules
    policy: Policy
    options: Options
    shape: Terminal


_ready: list[ScreenState] = []


def _start(args: argparse.Namespace) -> None:
    """Make this process ready; one that was forked is ready already."""
    if not _ready or _ready[0].args is not args:
        _ready[:] = [ready(args, load_rules(args.rules), terminal(sys.stdout))]


def ready(args: argparse.Namespace, rules: Rules, shape: Terminal) -> ScreenState:
    """What is needed for every patient, by the options and all the rules of the folder."""
    rules = chosen(rules, args, args.trial or args.why)
    rules = _reviewed(rules) if args.reviewed_only else rules
    return ScreenState(args, rules, inputs.policy(args), inputs.options(args), shape)


def _reviewed(rules: Rules) -> Rules:
    """The rules without the trials that have drafts; each of these becomes a problem."""
    kept, problems = [], list(rules.problems)
    for plan in rules.plans:
        count = sum(criterion.review == "draft" for criterion in plan.criteria)
        if count:
            message = f"{count} of {len(plan.criteria)} criteria of `{plan.trial}` are drafts that nobody has reviewed"
            problems.append(Problem("drafts", message, help=f"review them with `eligo review {plan.trial}`"))
        else:
            kept.append(plan)
    return Rules(tuple(kept), tuple(problems), whole=rules.whole or rules.plans)


def run(args: argparse.Namespace) -> int:
    """Screen every patient, report what cannot be read, and sum the verdicts up in the exit code."""
    _check_options(args)
    if args.index is not None:
        from eligo.commands.screen_index import run_with_index  # lazily: few have an index, which needs numpy

        return run_with_index(args)
    _ready.clear()
    _start(args)
    state = _ready[0]
    write_problems(state.rules.problems, args.json)
    tally = PatientTally(inputs.write_wrong_answers(args) or bool(state.rules.problems))
    results = in_order(_jobs(args, state), _screen_all, _start, args, args.processes, lost)
    rows = tally.tell(results, args, "" if args.json or args.why else "\n")
    if rows:
        say_lines(table_lines(rows, [plan.trial for plan in state.rules.plans], state.shape))
    return tally.end(args)


def _jobs(args: argparse.Namespace, state: ScreenState) -> Iterator[Job]:
    """The records of files, or those that a FHIR server has of the patients."""
    if not args.fhir:
        return (job for name in args.patients for job in jobs(name, state.options))
    from eligo.patients.fhir_server import server_at  # lazily: few ask a server
    from eligo.requirements import searches

    server = server_at(args.fhir, args.max_size)
    return server.jobs(args.patients, lambda patient: searches(state.rules.plans, patient))


def _check_options(args: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    if args.brief and not args.json:
        args.refuse("--brief goes with --json")
    if args.table and (args.json or args.why or args.outlook):
        args.refuse("--table is for people, and says the verdicts alone: it goes without --json, --why and --outlook")
    if args.index is not None:
        given = [option for option, value in _NOT_OF_AN_INDEX.items() if getattr(args, value)]
        if given:
            args.refuse(f"--index goes without {', '.join(given)}")


def _screen_all(batch: Iterable[Job]) -> list[Done]:
    """Screen the patients of a batch; whatever goes wrong with one is part of its own result."""
    state = _ready[0]
    return [screen_one(job, state) for job in batch]


def screen_one(job: Job, state: ScreenState) -> Done:
    """Screen a patient; whatever goes wrong is part of the result."""
    return isolated(job, state, _done)


class ScreenedRecord(NamedTuple):
    """A record as it was read, and its screening as JSON data; None where it could not be read."""

    reading: Reading
    data: dict[str, Any] | None
    flaws: tuple[Problem, ...]


def screened_record(job: Job, state: ScreenState) -> ScreenedRecord:
    """Read and screen a record; whatever goes wrong with it as a whole is raised."""
    return screened_reading(read_job(job, state.options), job.place, state)


def screened_reading(reading: Reading, place: Place, state: ScreenState) -> ScreenedRecord:
    """Screen a record that was read."""
    if reading.patient is None:
        return ScreenedRecord(reading, None, reading.problems)
    flaws = inputs.flaws(reading, state.args, state.rules)
    screening, data = _screened(reading.patient, state)
    flaws += inputs.clashes(screening, reading.patient, place)
    if wrong := [*state.rules.problems, *inputs.wrong_answers(state.args), *flaws]:
        data["problems"] = problems_json(wrong)
    return ScreenedRecord(reading, data, tuple(flaws))


def _done(job: Job, state: ScreenState) -> Done:
    reading, data, flaws = screened_record(job, state)
    if data is None or reading.patient is None:
        return Done("", reading.problems, (), reading.failed)
    verdicts = verdicts_of(data["trials"])
    if state.args.why:
        _add_reasons(data)
    if state.args.only:
        data["trials"] = [t for t in data["trials"] if t["verdict"] == ONLY[state.args.only]]
    shown = bool(data["trials"]) or not state.args.only
    row = table_row(data) if state.args.table and shown else None
    text = "\n".join(_lines(data, state)) if shown and not state.args.table else ""
    failed = any(flaw.severity == "error" for flaw in flaws)
    return Done(text, flaws, verdicts, failed, reading.patient.id, row)


def _screened(patient: Patient, state: ScreenState) -> tuple[Screening, dict[str, Any]]:
    """The screening, and the JSON data of it that the options ask for."""
    ahead = None
    if state.args.outlook:
        screening, ahead = screen_ahead(patient, state.rules, state.policy)
    else:
        screening = screen(patient, state.rules, state.policy)
    brief = state.args.brief and not state.args.why
    data = screening.as_brief_json() if brief else screening.as_json()
    return screening, ahead.added_to(data) if ahead else data


def _add_reasons(data: dict[str, Any]) -> None:
    """Put the sentence that says why beside each verdict."""
    from eligo.report.why import why  # lazily: few ask for it

    for trial in data["trials"]:
        trial["why"] = why(data["patient"], trial)


def _lines(data: dict[str, Any], state: ScreenState) -> Iterator[str]:
    if state.args.why:
        for trial in data["trials"]:
            line = {"patient": data["patient"], **{key: trial[key] for key in ("trial", "verdict", "why")}}
            yield json_line(line) if state.args.json else clean_line(trial["why"])
    elif state.args.json:
        yield json_line(data)
    else:
        yield from (clean_line(line, state.shape.colour) for line in screening_lines(data, state.shape))
