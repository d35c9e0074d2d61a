"""What `screen` and `audit` share: options about rules, dates and silence, and the patients that arguments name."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from eligo.criteria import Duration, TimeUnit
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.patients.model import Patient
from eligo.patients.native import read_file, read_patient
from eligo.screening import Policy
from eligo.vocabulary.variables import variables

LISTS = ("conditions", "procedures", "medications")
STDIN = "-"

_AGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)")
_TIME_UNITS: dict[str, TimeUnit] = {"h": "h", "d": "d", "w": "wk", "wk": "wk", "mo": "mo", "a": "a", "y": "a"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "--rules", metavar="DIR", help="folder with rule sets (default: ELIGO_RULES, else those that come with eligo)"
    )
    parser.add_argument(
        "--as-of", type=_day, metavar="DATE", help="the day (YYYY-MM-DD) to screen for, not the record's"
    )
    parser.add_argument(
        "--max-age",
        action="append",
        default=[],
        metavar="[VARIABLE=]AGE",
        help="results older than this (14d, 2wk, 3mo) decide nothing; for one variable: INR=7d; repeatable",
    )
    parser.add_argument(
        "--assume-absent",
        action="append",
        default=[],
        metavar="LISTS",
        help=f"take what these lists of the record do not mention as absent: {','.join(LISTS)}",
    )
    parser.add_argument("--lenient", action="store_true", help="warn of unknown names and keys in a record, and go on")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line (`eligo schema screening`)")


def policy(args: argparse.Namespace) -> Policy:
    """The policy that the options state."""
    lists = [word.strip() for words in args.assume_absent for word in words.split(",") if word.strip()]
    for word in lists:
        if word not in LISTS:
            help_text = did_you_mean(word, LISTS) or f"the lists are {', '.join(LISTS)}"
            raise EligoError(Problem("unknown-list", f"unknown list `{word}` in --assume-absent", help=help_text))
    general, single = None, {}
    for text in args.max_age:
        name, equals, age = text.rpartition("=")
        if equals:
            single[_variable(name)] = _age(age)
        else:
            general = _age(age)
    return Policy(general, single, frozenset(lists))


def patient_files(names: Iterable[str]) -> Iterator[str]:
    """The files that the arguments name: a folder stands for its *.json files; `read` refuses one without any."""
    for name in names:
        found = _records(Path(name)) if name != STDIN and Path(name).is_dir() else []
        yield from map(str, found) if found else [name]


def _records(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.suffix == ".json" and p.is_file())
    except OSError:  # `read` says why
        return []


def read(name: str, args: argparse.Namespace) -> Patient:
    """Read a patient from a file, or from standard input for `-`."""
    if name == STDIN:
        return read_patient(sys.stdin.buffer.read(), "<stdin>", args.as_of, args.lenient)
    if Path(name).is_dir():
        raise EligoError(Problem("no-patients", "the folder holds no records (*.json)", Place(name)))
    return read_file(name, args.as_of, args.lenient)


def warnings(name: str, patient: Patient) -> list[Problem]:
    """What the record's reader warns of."""
    return [Problem("record", text, Place(name), severity="warning") for text in patient.warnings]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is not a day, write YYYY-MM-DD") from None


def _variable(word: str) -> str:
    found = variables().get(word.strip()) or variables().find(word)
    if found is None:
        help_text = variables().suggest(word)
        raise EligoError(Problem("unknown-variable", f"unknown variable `{word}` in --max-age", help=help_text))
    return found.id


def _age(text: str) -> Duration:
    match = _AGE.fullmatch(text.strip().lower())
    unit = _TIME_UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise EligoError(Problem("max-age", f"`{text}` is not a length of time", help="write it like 14d, 2wk or 3mo"))
    value = float(match[1])
    return Duration(int(value) if value == int(value) else value, unit)
