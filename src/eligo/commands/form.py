"""Write what trials ask as a worksheet, each question once, by what a person does to answer it; read filled ones.

A filled CSV, or a FHIR QuestionnaireResponse, becomes an answers file; a cell that cannot be used is named, and the
rest is used.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from eligo.commands.output import write_text
from eligo.commands.rulefiles import add_folder, add_trials
from eligo.commands.verdicts import chosen
from eligo.errors import EligoError, Place, Problem
from eligo.files import read_bytes
from eligo.jsontext import read_json
from eligo.patients.replies import answers_text
from eligo.report.jsonline import json_line
from eligo.report.problems import write_problems
from eligo.screening import Rules, load_rules
from eligo.worksheet.entry import FilledEntry, Signed
from eligo.worksheet.items import items_of
from eligo.worksheet.store import together, write_answers

EXAMPLES = """\
  eligo form NCT06884904 > form.csv
  eligo form NCT06884904 NCT05727722 --format html --out form.html
  eligo form NCT06884904 --format questionnaire --out form.json
  eligo form --read form.csv --by AB --date 2026-11-20 --answers answers.json
"""

FORMATS = ("csv", "html", "questionnaire")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help="the trials that ask; with --read all by default")
    add_folder(parser)
    add_trials(parser)
    parser.add_argument("--format", choices=FORMATS, default="csv", help="what to write (default: csv)")
    parser.add_argument("--out", metavar="FILE", default="-", help="where to (default: standard output)")
    parser.add_argument("--read", metavar="FILE", help="read a filled CSV, or a QuestionnaireResponse (JSON), instead")
    parser.add_argument("--answers", metavar="FILE", help="with --read: put the answers into this file")
    parser.add_argument("--patient", metavar="ID", help="the patient, where the form does not say")
    parser.add_argument("--by", metavar="NAME", help="with --read: who answered, where the form does not say")
    parser.add_argument(
        "--date", metavar="DATE", help="with --read: the day of the answers, where the form does not say"
    )
    parser.add_argument("--json", action="store_true", help="print problems as JSON, one object a line")
    parser.set_defaults(refuse=parser.error)


def run(args: argparse.Namespace) -> int:
    """Write a worksheet, or read a filled one; the exit code is 1 where a part of it could not be used."""
    if args.read is not None:
        return _read(args)
    if not (args.trials or args.trial or args.exclude_trial):
        args.refuse("name a TRIAL, or a filled form with --read")
    rules = load_rules(args.rules)
    write_problems(rules.problems, args.json)
    write_text(args.out, form_text(args, rules))
    return 1 if rules.problems else 0


def form_text(args: argparse.Namespace, rules: Rules) -> str:
    """The worksheet of the trials in the form that is asked for."""
    plans = chosen(rules, args, [*args.trials, *args.trial]).plans
    items, trials = items_of(plans), [plan.trial for plan in plans]
    if args.format == "html":
        from eligo.worksheet.page import form_page  # lazily, as the others: one of them is asked for

        return form_page(items, trials)
    if args.format == "questionnaire":
        from eligo.worksheet.questionnaire import questionnaire

        return json_line(questionnaire(items, trials), indent=1) + "\n"
    from eligo.worksheet.table import csv_text

    return csv_text(items, args.patient)


def _read(args: argparse.Namespace) -> int:
    signed = Signed(args.by, args.date, args.patient)
    data = read_bytes(args.read)
    entries, problems = list[FilledEntry](), list[Problem]()
    for found in _entries(data, args, signed):
        if isinstance(found, FilledEntry):
            entries.append(found)
        else:
            problems.append(found)
    write_problems(problems, args.json)
    if args.answers:
        write_answers(args.answers, entries)
    else:
        write_text(args.out, answers_text(together(entries)), private=True)
    return 1 if any(problem.severity == "error" for problem in problems) else 0


def _entries(data: bytes, args: argparse.Namespace, signed: Signed) -> Iterable[FilledEntry | Problem]:
    """The answers of a form of either kind, and what is wrong with it."""
    if data.lstrip()[:1] == b"{":
        from eligo.worksheet.questionnaire import read_response

        plans = chosen(load_rules(args.rules), args, [*args.trials, *args.trial]).plans
        return read_response(read_json(data, args.read, of_patient=True), args.read, items_of(plans), signed)
    from eligo.worksheet.table import read_table

    try:
        return read_table(data.decode("utf-8-sig"), args.read, signed)
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start})"
        raise EligoError(Problem("encoding", message, Place(args.read), "save it as UTF-8")) from None
