"""Make a patient's record: by questions and answers, or as a template of all that trials ask.

Without TRIAL and --template it asks; each answer is checked at once, and what is not understood is asked again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from eligo.commands import inputs
from eligo.commands.names import add_vocabulary
from eligo.commands.output import write_text
from eligo.commands.printing import say, say_json
from eligo.commands.rulefiles import add_folder, add_trials
from eligo.commands.verdicts import chosen
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.patients.dates import read_day
from eligo.patients.native import read_record
from eligo.report.problems import write_problems
from eligo.screening import load_rules
from eligo.worksheet.typed import DATE_OF, Entry, fact, result

EXAMPLES = """\
  eligo new patient.json
  eligo new patient.json NCT05727722 NCT06884904
  eligo new patient.json --template
"""

Data = dict[str, object]

USELESS = inputs.WRONG_UNIT | {"unit-missing", "value-implausible"}  # values that would decide nothing
ABSENT = "what the patient does not have"
ASKS = {
    "conditions": "conditions, such as `ascites` or `hepatitis B since 2010-05`",
    "procedures": "procedures, such as `liver transplantation 2024-01-02`",
    "medications": "medicines that are taken now, such as `prednisone`",
    "absent": f"{ABSENT}, such as `HIV infection`",
}
DONE = "; one a line, an empty line ends the list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("file", metavar="FILE", help="the record to write; - for standard output")
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help="write a template of what these trials ask")
    parser.add_argument("--template", action="store_true", help="write a template, of all trials where none is named")
    parser.add_argument("--id", metavar="ID", help="a pseudonym of the patient (default: the name of the file)")
    parser.add_argument(
        "--as-of", type=inputs.day, metavar="DATE", help="the day that the record describes (default: today)"
    )
    add_folder(parser)
    add_trials(parser)
    add_vocabulary(parser)
    parser.add_argument("--json", action="store_true", help="print what was written, and problems, as JSON")


def run(args: argparse.Namespace) -> int:
    """Write the record; a file that is there already is left alone."""
    if args.file != inputs.STDIN and Path(args.file).exists():
        problem = Problem("file-exists", "there is such a file already", Place(args.file), "name another one")
        raise EligoError(problem)
    name = args.id or (Path(args.file).stem if args.file != inputs.STDIN else "patient")
    day = (args.as_of or date.today()).isoformat()
    named = [*args.trials, *args.trial]
    fill_in = args.template or named or args.exclude_trial
    if fill_in:
        from eligo.worksheet.template import template  # lazily: it needs the rules

        rules = load_rules(args.rules)
        write_problems(rules.problems, args.json)
        text = template(chosen(rules, args, named).plans, name, day)
    else:
        text = json.dumps(_RecordDialog(name, day).ask(), indent=1, ensure_ascii=False) + "\n"
    write_text(args.file, text, private=True)
    if args.json:
        say_json({"written": args.file})
    elif args.file != inputs.STDIN:
        what = "; fill it in" if fill_in else ""
        say(f"{args.file}: written{what}; next: eligo screen {args.file}")
    return 0


class _Done(Exception):  # noqa: N818 - no error: there is nothing more to read
    """The person has no more to say."""


class _RecordDialog:
    """The questions about one patient; `record` has what was answered and can be read, `day` is that of the results."""

    def __init__(self, name: str, day: str) -> None:
        self.record: Data = {"id": name, "as_of": day}
        self.day = day

    def ask(self) -> Data:
        """Ask for the person, the results and the lists."""
        try:
            self._one("age in years, or date of birth", _person)
            self._one("sex, male or female", lambda line: {"sex": line})
            self._day()
            self._many("observations", "results, such as `bilirubin 12 mg/dL` or `INR 1.9 2026-11-19`", self._dated)
            for part in DATE_OF:
                self._many(part, ASKS[part], lambda line, part=part: fact(line, part))  # type: ignore[misc]
            self._many("absent", ASKS["absent"], str.strip)
        except _Done:
            say("")
        return self.record

    def _day(self) -> None:
        """Ask of which day the results are; an empty line says, of that of the record."""
        of_record = str(self.record["as_of"])
        while line := _line(f"day of the results, where a line has none of its own [{of_record}]: "):
            day = read_day(line)
            if day is not None and day.isoformat() <= of_record:
                self.day = day.isoformat()
                return
            say(f"  write YYYY-MM-DD, a day that is not after {of_record}")

    def _dated(self, line: str) -> Entry | None:
        """A result with its day."""
        entry = result(line)
        return {**entry, "date": entry.get("date", self.day)} if entry else None

    def _one(self, question: str, made: Callable[[str], Data]) -> None:
        """Ask until the answer can be used; an empty line says that it is not known."""
        while line := _line(f"{question}: "):
            if self._takes(self.record | made(line)):
                self.record |= made(line)
                return

    def _many(self, key: str, question: str, made: Callable[[str], object]) -> None:
        """Take lines until an empty one."""
        say(f"{question}{DONE}")
        kept: list[object] = []
        while line := _line("> "):
            entry = made(line)
            if entry is None:
                say("  there is no value: write what was measured, and its value with the unit")
            elif self._takes({"as_of": self.record["as_of"], key: [entry]}):
                kept.append(entry)
                self.record[key] = kept

    def _takes(self, record: Data) -> bool:
        """Whether a record with the answer can be read; what is wrong with it is told without a place."""
        reading = read_record(json.dumps(record))
        told = [replace(problem, place=Place()) for problem in reading.problems]
        write_problems(told, as_json=False)
        return reading.patient is not None and not any(p.code in USELESS for p in reading.problems)


def _person(line: str) -> Data:
    """An age, or a date of birth where the answer has the form of one."""
    return {"birth_date": line} if "-" in line else {"age": line}


def _line(question: str) -> str:
    """One line from the person; through a pipe it is shown all the same."""
    say(question, end="")
    line = sys.stdin.readline()
    if not line:
        raise _Done
    if not sys.stdin.isatty():
        say(line.rstrip("\n"))
    return line.strip()
