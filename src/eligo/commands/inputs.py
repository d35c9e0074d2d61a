"""What `screen` and `audit` share: options about rules, dates and silence, and the patients that arguments name."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from eligo.criteria import Duration, TimeUnit
from eligo.errors import EligoError, Place, Problem, Severity, did_you_mean
from eligo.patients.model import Patient
from eligo.patients.native import read_file, read_patient
from eligo.screening import Policy
from eligo.truth import Reason
from eligo.vocabulary.variables import variables

LISTS = ("conditions", "procedures", "medications")
STDIN = "-"
WRONG_UNIT = frozenset({"unit-mismatch", "unit-unknown", "unit-twice"})

_AGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)")
_TIME_UNITS: dict[str, TimeUnit] = {"h": "h", "d": "d", "w": "wk", "wk": "wk", "mo": "mo", "a": "a", "y": "a"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "--rules", metavar="DIR", help="folder with rule sets (default: ELIGO_RULES, else those that come with eligo)"
    )
    add_policy(parser)


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Define the options about dates, silence and how records are read."""
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


def flaws(name: str, patient: Patient, args: argparse.Namespace) -> list[Problem]:
    """What is wrong with single entries of a record that could be read; the patient is screened without them.

    An entry that cannot be what was meant is an error, so that the exit code tells of it; what is only doubtful, and
    everything for a lenient caller, is a warning.
    """
    below_zero = {
        f"`{result.variable}`"
        for results in patient.results.values()
        for result in results
        if result.problem is Reason.IMPLAUSIBLE and result.high < 0
    }
    found = []
    for text in patient.warnings:
        code, message, path = _parts(text)
        wrong = code in WRONG_UNIT or (code == "after-as-of" and args.as_of is None)
        wrong |= code == "value-implausible" and any(variable in message for variable in below_zero)
        severity: Severity = "error" if wrong and not args.lenient else "warning"
        found.append(Problem(code, message, Place(name, path=path), severity=severity))
    return found


def _parts(warning: str) -> tuple[str, str, str | None]:
    """Code, message and path of a warning of the record's reader: `path: code: message`, the path where it has one."""
    parts = warning.split(": ", 2)
    return (parts[1], parts[2], parts[0]) if len(parts) == 3 else (parts[0], parts[-1], None)


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
