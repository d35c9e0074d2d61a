"""Ask what a record leaves open, the best question first, and keep each answer at once, with who gave it and when.

A question is asked once for all trials, under the number that `eligo next` gives it for the same record. It takes the
answers that are printed with it: words, a day, or a value with its unit; s skips it, q quits. What was not
understood of a trial is asked as a whole sentence. `--set QUESTION=ANSWER` answers without a dialog, and `--list` asks
nothing; QUESTION is the number of a question, its words, or its key.
"""

from __future__ import annotations

import argparse
import functools
import getpass
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from eligo.commands import inputs
from eligo.commands.printing import say, say_json, say_lines
from eligo.commands.rulefiles import add_trials
from eligo.commands.verdicts import chosen
from eligo.dataclass import dataclass, replace
from eligo.errors import Place, Problem, did_you_mean
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.outlook.situation import Situation
from eligo.patients.model import Patient
from eligo.report.actions import ACTIONS
from eligo.report.display import criterion_of
from eligo.report.measures import LONG_CODED
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal, wrap
from eligo.screening import Rules, load_rules, screen
from eligo.truth import Verdict
from eligo.worksheet.answering import answer_data, plain_words
from eligo.worksheet.asking import OpenQuestion, open_questions
from eligo.worksheet.entry import FilledEntry, entries_checked
from eligo.worksheet.items import YES_NO, FormItem, items_of
from eligo.worksheet.store import put, write_answers
from eligo.worksheet.table import said

EXAMPLES = """\
  eligo answer patients_examples/missing_inr.json NCT06884904 --list
  eligo answer patients_examples/missing_inr.json --answers answers.json --by AB
  eligo answer mine.json --answers answers.json --by AB --set inr=1.9
  eligo answer mine.json --answers answers.json --by AB --set 4=no --set "5=only in the past"
"""

KEYS = "s skip, q quit"
_LONGEST_PROMPT = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("patient", metavar="PATIENT", help="a record (JSON, FHIR, CSV)")
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help="for these trials only (default: all)")
    add_trials(parser)
    inputs.add_patient_id(parser)
    parser.add_argument("--by", metavar="NAME", help="who answers (default: the name of the login)")
    parser.add_argument("--date", metavar="DATE", help="the day of the answers (default: the day of the record)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="QUESTION=ANSWER",
        help="answer this question, by its number, words or key (see --list, and `eligo next`); repeatable",
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
    keep = functools.partial(write_answers, args.answers)
    dialog = AnswerDialog(rules.engine(inputs.policy(args)), patient, args, keep)
    if args.set:
        items = {item.key: item for item in items_of(rules.plans)}
        problems = dialog.take(args.set, items)
        write_problems(problems, args.json)
        wrong |= any(problem.severity == "error" for problem in problems)
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


def _say_state(dialog: AnswerDialog, rules: Rules) -> None:
    """Say what was answered and what is still open."""
    args, still = dialog.args, dialog.open()
    if args.json:
        say_json(state_json(dialog, rules))
    elif args.list:
        say_lines(_listed(still, terminal(sys.stdout).width))
        say(f"{_open(len(still))} open")
    else:
        say(f"{_counted(dialog.answered)} in {args.answers}, {_open(len(still))} still open")


def state_json(dialog: AnswerDialog, rules: Rules) -> dict[str, Any]:
    """What was answered, the verdicts with that, and what is still open, as JSON data."""
    screened = screen(dialog.patient, rules, inputs.policy(dialog.args)).trials
    verdicts = {trial.trial: trial.verdict.value for trial in screened}
    data = {"patient": dialog.patient.id, "answered": dialog.answered, "verdicts": verdicts}
    return data | {"open": [item for one in dialog.open() for item in question_json(one)]}


def _counted(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


def _open(count: int) -> str:
    return "1 question is" if count == 1 else f"{count} questions are"


def question_json(asking: OpenQuestion) -> list[dict[str, Any]]:
    """A question as JSON data: each question of the worksheet that it covers, or where there is none, itself."""
    if asking.items:
        return [item_json(item) | {"number": asking.number} for item in asking.items]
    data = {"key": asking.key, "group": asking.action, "question": asking.words, "takes": asking.takes}
    return [data | {"criteria": asking.criteria, "number": asking.number}]


def item_json(item: FormItem) -> dict[str, Any]:
    """A question of the worksheet as JSON data."""
    data = {"key": item.key, "group": item.group, "question": item.question(LONG_CODED), "takes": item.takes(str)}
    named = {"asks": item.asks, "criterion": item.criterion, "text_sha": item.text_sha}
    return {**data, **{k: v for k, v in named.items() if v is not None}, "criteria": list(item.criteria)}


def _listed(questions: list[OpenQuestion], width: int) -> Iterator[str]:
    """The questions under what a person does about them."""
    for action, heading in ACTIONS.items():
        own = [one for one in questions if one.action == action]
        if own:
            yield f"{heading.lower()} ({len(own)})"
        for one in own:
            yield from _lines(one, width)


def _lines(asking: OpenQuestion, width: int) -> Iterator[str]:
    yield from wrap(asking.words, width, f"{asking.number:>3}. ", "     ")
    about = f"{asking.takes}; for {'; '.join(map(criterion_of, asking.criteria))}"
    yield from wrap(about, width, "     ", "     ")


class _StopAnswering(Exception):  # noqa: N818 - no error; it ends the walk
    """The person stops, or there is nothing more to read."""


@dataclass(slots=True)
class AnswerDialog:
    """The questions about one patient; `keep` takes the answers to each before they count."""

    engine: Engine
    patient: Patient
    args: argparse.Namespace
    keep: Callable[[list[FilledEntry]], object]
    answered: int = 0

    def open(self) -> list[OpenQuestion]:
        return open_questions(self.engine, self.patient)

    def take(self, settings: Iterable[str], items: dict[str, FormItem]) -> list[Problem]:
        """Take answers without a dialog, as many as can be, and say what is wrong with the others.

        Questions are those that are open before the first of them is answered, so that their numbers stand.
        """
        asked, problems = self.open(), list[Problem]()
        situation = self.situation()
        for setting in settings:
            name, text = _parted(setting, asked, items)
            found = found_question(name, asked, items)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                problems += self._keep(list(self._entries(found, text, situation)))
        return problems

    def situation(self) -> Situation:
        """The undetermined trials as they stand."""
        screened = explain(self.engine, self.patient).trials
        pairs = zip(self.engine.trials, screened, strict=True)
        return Situation(self.engine, self.patient, [t for t, s in pairs if s.verdict is Verdict.UNDETERMINED])

    def ask_all(self) -> None:
        skipped = set[str]()
        try:
            while (one := next((one for one in self.open() if one.key not in skipped), None)) is not None:
                say_lines(["", *_lines(one, terminal(sys.stdout).width)])
                self._ask(one, skipped)
        except _StopAnswering:
            say("")

    def _ask(self, asking: OpenQuestion, skipped: set[str]) -> None:
        """Ask one question until there is an answer, or it is skipped; what settles nothing is not asked again."""
        while True:
            text = _line(f"[{_prompt(asking.takes)}, {KEYS}] ")
            if text.lower() in ("q", "quit"):
                raise _StopAnswering
            skipped.add(asking.key)
            if text.lower() in ("s", "skip", ""):
                return
            problems = self._keep(list(self._entries(asking, text, self.situation())))
            write_problems(problems, as_json=False)
            if all(problem.severity == "warning" for problem in problems):
                return

    def _entries(
        self, asking: OpenQuestion | FormItem, text: str, situation: Situation
    ) -> Iterator[FilledEntry | Problem]:
        """The answers that what is said to a question comes to, or what is wrong with it."""
        item = asking if isinstance(asking, FormItem) else None if asking.asked else asking.items[0]
        data: Iterable[dict[str, Any] | Problem]
        if item is not None:
            named = {"asks": item.asks, "criterion": item.criterion, "text_sha": item.text_sha}
            data = [named | said(text, item.subject is None)]
        elif isinstance(asking, OpenQuestion):
            data = answer_data(situation, asking, text)
        day = self.args.date or self.patient.as_of.isoformat()
        signed = {"patient": self.patient.id, "by": self.args.by or getpass.getuser(), "date": day}
        place = Place(path=asking.key)
        for one in data:
            if isinstance(one, Problem):
                yield replace(one, place=place)
            else:
                yield from entries_checked({**one, **signed}, lambda _: place)

    def _keep(self, found: list[FilledEntry | Problem]) -> list[Problem]:
        """Write the answers to a question at once, and go on with them; what is wrong, if anything is."""
        problems = [one for one in found if isinstance(one, Problem)]
        entries = [one for one in found if isinstance(one, FilledEntry)]
        if any(problem.severity == "error" for problem in problems) or not entries:
            return problems
        self.keep(entries)
        for entry in entries:
            self.patient = replace(self.patient, replies=put(self.patient.replies, entry.reply))
        self.answered += 1
        return problems


def _prompt(takes: str) -> str:
    """What an answer looks like, where that is short; the question names it above."""
    return "y yes, n no" if takes == YES_NO else takes if len(takes) <= _LONGEST_PROMPT else "one of these"


def _parted(setting: str, asked: list[OpenQuestion], items: dict[str, FormItem]) -> tuple[str, str]:
    """The question and the answer of a setting; the question may have `=` in its words."""
    parts = setting.split("=")
    for end in range(len(parts) - 1, 0, -1):
        name = "=".join(parts[:end]).strip()
        if not isinstance(found_question(name, asked, items), Problem):
            return name, "=".join(parts[end:]).strip()
    return parts[0].strip(), "=".join(parts[1:]).strip()


def found_question(
    name: str, asked: list[OpenQuestion], items: dict[str, FormItem]
) -> OpenQuestion | FormItem | Problem:
    """The question with this number, these words or this key; of the worksheet too where it is not open."""
    said_ = plain_words(name)
    for one in asked:
        names = {str(one.number), one.key, plain_words(one.words), plain_words(one.name or "")}
        if said_ in names or name == one.key:
            return one
    item = items.get(name) or next((item for item in items.values() if plain_words(item.question()) == said_), None)
    if item is not None:
        return item
    holding = [one for one in asked if f" {said_} " in f" {plain_words(one.words)} "]
    if len(holding) == 1:
        return holding[0]
    known = [*items, *(one.key for one in asked), *filter(None, (one.name for one in asked))]
    near = did_you_mean(name, known) or "`eligo answer PATIENT --list` lists the questions with their numbers"
    return Problem("unknown-question", f"no trial asks `{name}`", help=near)


def _line(question: str) -> str:
    """One line from the person; through a pipe the question is shown all the same."""
    say(question, end="")
    line = sys.stdin.readline()
    if not line:
        raise _StopAnswering
    if not sys.stdin.isatty():
        say("")
    return line.strip()
