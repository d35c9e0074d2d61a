"""Ask what a record leaves open, the best question first, and keep each answer at once, with who gave it and when.

A question is asked once for all trials. The keys are y (yes), n (no), s (skip), q (quit), or a value with its unit.
What was not understood of a trial is asked as a whole sentence. `--set KEY=ANSWER` answers without a dialog, and
`--list` asks nothing.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eligo.commands import inputs
from eligo.commands.printing import say, say_json, say_lines
from eligo.commands.rulefiles import add_trials
from eligo.commands.verdicts import chosen
from eligo.dataclass import dataclass, replace
from eligo.errors import Place, Problem, did_you_mean
from eligo.evaluate import Engine
from eligo.patients.model import Patient
from eligo.report.actions import ACTIONS
from eligo.report.display import criterion_of
from eligo.report.measures import LONG_CODED
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal, wrap
from eligo.screening import Rules, load_rules, screen
from eligo.worksheet.asking import open_questions
from eligo.worksheet.entry import FilledEntry, entries_checked
from eligo.worksheet.items import FormItem, items_of
from eligo.worksheet.store import put, write_answers
from eligo.worksheet.table import said

EXAMPLES = """\
  eligo answer patients_examples/missing_inr.json NCT06884904 --list
  eligo answer patients_examples/missing_inr.json --answers answers.json --by AB
  eligo answer mine.json --answers answers.json --by AB --set inr=1.9
"""

KEYS = "s skip, q quit"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("patient", metavar="PATIENT", help="a record (JSON, FHIR, CSV)")
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help="for these trials only (default: all)")
    add_trials(parser)
    inputs.add_patient_id(parser)
    parser.add_argument("--by", metavar="NAME", help="who answers (default: the name of the login)")
    parser.add_argument("--date", metavar="DATE", help="the day of the answers (default: the day of the record)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=ANSWER", help="answer this question; repeatable (see --list)"
    )
    parser.add_argument("--list", action="store_true", help="list what is open, and ask nothing")
    inputs.add_arguments(parser)
    parser.set_defaults(refuse=parser.error)


def run(args: argparse.Namespace) -> int:
    """Ask, or take what `--set` answers, or list what is open."""
    _check_options(args)
    rules = load_rules(args.rules)
    write_problems(rules.problems, args.json)
    if args.answers and not args.list and not Path(args.answers).exists():
        write_answers(args.answers, ())  # so that it is read as any other
    wrong = inputs.write_wrong_answers(args)
    patient, reading = inputs.read_one(args.patient, args)
    flaws = inputs.flaws(reading, args, rules)
    write_problems(flaws, args.json)
    rules = chosen(rules, args, [*args.trials, *args.trial])
    dialog = _AnswerDialog(rules.engine(inputs.policy(args)), patient, args)
    if args.set:
        items = {item.key: item for item in items_of(rules.plans)}
        wrong |= not dialog.take(args.set, items)
    elif not args.list:
        dialog.ask_all()
    _say_state(dialog, rules)
    failed = wrong or bool(rules.problems) or any(flaw.severity == "error" for flaw in flaws)
    return 1 if failed else 0


def _check_options(args: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    if not args.list and not args.answers:
        args.refuse("name the file of the answers with --answers, or list the questions with --list")
    if args.json and not (args.list or args.set):
        args.refuse("--json goes with --list or --set")


def _say_state(dialog: _AnswerDialog, rules: Rules) -> None:
    """Say what was answered and what is still open."""
    args, still = dialog.args, dialog.open()
    if args.json:
        verdicts = {t.trial: t.verdict.value for t in screen(dialog.patient, rules, inputs.policy(args)).trials}
        data = {"patient": dialog.patient.id, "answered": dialog.answered, "verdicts": verdicts}
        say_json(data | {"open": [item_json(item) for item in still]})
    elif args.list:
        say_lines(line for item in still for line in _lines(item, terminal(sys.stdout).width))
        say(f"{_open(len(still))} open")
    else:
        say(f"{_counted(dialog.answered)} in {args.answers}, {_open(len(still))} still open")


def _counted(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


def _open(count: int) -> str:
    return "1 question is" if count == 1 else f"{count} questions are"


def item_json(item: FormItem) -> dict[str, Any]:
    """A question as JSON data."""
    data = {"key": item.key, "group": item.group, "question": item.question(LONG_CODED), "takes": item.takes(str)}
    named = {"asks": item.asks, "criterion": item.criterion, "text_sha": item.text_sha}
    return {**data, **{k: v for k, v in named.items() if v is not None}, "criteria": list(item.criteria)}


def _lines(item: FormItem, width: int) -> Iterator[str]:
    yield from wrap(item.question(), width, f"{item.key}  ", "    ")
    about = f"{ACTIONS[item.group].lower()}; {item.takes()}; for {'; '.join(map(criterion_of, item.criteria))}"
    yield from wrap(about, width, "    ", "    ")


class _StopAnswering(Exception):  # noqa: N818 - no error; it ends the walk
    """The person stops, or there is nothing more to read."""


@dataclass(slots=True)
class _AnswerDialog:
    """The questions about one patient."""

    engine: Engine
    patient: Patient
    args: argparse.Namespace
    answered: int = 0

    def open(self) -> list[FormItem]:
        return open_questions(self.engine, self.patient)

    def take(self, settings: list[str], items: dict[str, FormItem]) -> bool:
        """Take answers without a dialog, as many as can be; whether all could be."""
        entries, problems = list[FilledEntry](), list[Problem]()
        for setting in settings:
            key, _, text = setting.partition("=")
            if key not in items:
                near = did_you_mean(key, items) or "`eligo answer PATIENT --list` lists the keys"
                problems.append(Problem("unknown-question", f"no trial asks `{key}`", help=near))
                continue
            for found in self._entries(items[key], text.strip()):
                if isinstance(found, Problem):
                    problems.append(found)
                else:
                    entries.append(found)
        self._keep(entries)
        write_problems(problems, self.args.json)
        return not problems

    def ask_all(self) -> None:
        skipped = set[str]()
        try:
            while (item := next((one for one in self.open() if one.key not in skipped), None)) is not None:
                say_lines(["", *_lines(item, terminal(sys.stdout).width)])
                self._ask(item, skipped)
        except _StopAnswering:
            say("")

    def _ask(self, item: FormItem, skipped: set[str]) -> None:
        """Ask one question until there is an answer, or it is skipped; what settles nothing is not asked again."""
        while True:
            text = _line(f"[{'y yes, n no' if item.subject is None else item.takes(str)}, {KEYS}] ")
            if text.lower() in ("q", "quit"):
                raise _StopAnswering
            skipped.add(item.key)
            if text.lower() in ("s", "skip", ""):
                return
            found = list(self._entries(item, text))
            problems = [one for one in found if isinstance(one, Problem)]
            if not problems:
                self._keep([one for one in found if isinstance(one, FilledEntry)])
                return
            write_problems(problems, as_json=False)

    def _entries(self, item: FormItem, text: str) -> Iterator[FilledEntry | Problem]:
        data = {"asks": item.asks, "criterion": item.criterion, "text_sha": item.text_sha}
        data |= said(text, item.subject is None)
        day = self.args.date or self.patient.as_of.isoformat()
        by = self.args.by or getpass.getuser()
        place = Place(path=item.key)
        return entries_checked({**data, "patient": self.patient.id, "by": by, "date": day}, lambda _: place)

    def _keep(self, entries: list[FilledEntry]) -> None:
        """Write answers at once, and go on with them."""
        if entries:
            write_answers(self.args.answers, entries)
        for entry in entries:
            self.patient = replace(self.patient, replies=put(self.patient.replies, entry.reply))
            self.answered += 1


def _line(question: str) -> str:
    """One line from the person; through a pipe the question is shown all the same."""
    say(question, end="")
    line = sys.stdin.readline()
    if not line:
        raise _StopAnswering
    if not sys.stdin.isatty():
        say("")
    return line.strip()
