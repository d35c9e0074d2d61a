"""What `screen` and `audit` share: options about rules, dates and silence, and the patients that arguments name."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eligo.bounds import FIRST_DAY, LAST_DAY, LONGEST_DAYS
from eligo.commands.names import add_vocabulary
from eligo.commands.rulefiles import add_folder
from eligo.commands.sizes import add_max_size
from eligo.criteria import DAYS_IN, NO_LIMIT, Compare, Duration, OneOf, TimeUnit
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem, Severity, did_you_mean
from eligo.jsontext import shown
from eligo.margin import Margin, read_margin
from eligo.namedtuple import NamedTuple
from eligo.patients.dates import read_day
from eligo.patients.jobs import MAX_BYTES
from eligo.patients.ledger import Reading
from eligo.patients.model import Patient
from eligo.patients.readers import Options, read_patients
from eligo.patients.sources import FORMATS, Format
from eligo.patients.values import NO_UNITS
from eligo.regex import regex
from eligo.report.display import variable_name
from eligo.report.problems import write_problems
from eligo.screening import Policy, Rules, Screening
from eligo.truth import Reason
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import variables

if TYPE_CHECKING:
    from eligo.patients.replies import Replies
    from eligo.site import Site

LISTS = ("conditions", "procedures", "medications")
STDIN = "-"
WRONG_UNIT = frozenset({"unit-mismatch", "unit-unknown", "unit-twice"})

_AGE = regex(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)")
_TIME_UNITS: dict[str, TimeUnit] = {"h": "h", "d": "d", "w": "wk", "wk": "wk", "mo": "mo", "a": "a", "y": "a"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    add_folder(parser)
    add_policy(parser)
    add_answers(parser)
    parser.add_argument(
        "--margin",
        action="append",
        default=[],
        metavar="[VARIABLE=]SIZE",
        help="mark what fails by no more than this: 5%%; for one variable: INR=0.1, 'TBil=5 umol/L'; repeatable",
    )


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Define the options about how records are read, how old a result may be and what silence means."""
    add_reading(parser)
    add_silence(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object a line (`eligo schema screening`)")


def add_cohort_policy(parser: argparse.ArgumentParser) -> None:
    """Define the options of `add_policy` about records that were read before."""
    add_silence(parser)
    add_vocabulary(parser)


def add_silence(parser: argparse.ArgumentParser) -> None:
    """Define how old a result may be, what silence means, and the site."""
    parser.add_argument(
        "--max-age",
        action="append",
        default=[],
        metavar="[VARIABLE=]AGE",
        help="results older than this (14d, 2wk, 3mo) decide nothing (default: by kind, 90 to 180 days); none: any age "
        "will do; for one variable: INR=7d, INR=none; repeatable",
    )
    parser.add_argument(
        "--assume-absent",
        action="append",
        default=[],
        metavar="LISTS",
        help=f"take what these lists of the record do not mention as absent: {','.join(LISTS)}",
    )
    parser.add_argument(
        "--site", metavar="FILE", help="the site's limits of normal, units and ages of results (`eligo schema site`)"
    )


def add_reading(parser: argparse.ArgumentParser, names: bool = True) -> None:
    """Define the options about how records are read; `names` says whether a file of own names is one of them."""
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="the day (YYYY-MM-DD) to screen for, not the record's"
    )
    parser.add_argument("--lenient", action="store_true", help="warn of unknown names and keys in a record, and go on")
    parser.add_argument(
        "--id-by", metavar="SYSTEM", help="name FHIR patients by their identifier of this system or type (MR)"
    )
    if names:
        add_vocabulary(parser)
    add_max_size(parser, MAX_BYTES)
    parser.add_argument("--format", choices=FORMATS, help="read the patients as this (default: by their content)")
    parser.add_argument(
        "--mapping", metavar="FILE", help="what the columns of a table with one row per patient mean (YAML or JSON)"
    )


def add_answers(parser: argparse.ArgumentParser) -> None:
    """Define the option that names what persons answered beside the records."""
    help_text = "what persons answered beside the records (`eligo answer`, `eligo form`): JSON, or one object a line"
    parser.add_argument("--answers", metavar="FILE", help=help_text)


def answers(args: argparse.Namespace) -> Replies:
    """What persons answered beside the records; `write_wrong_answers` tells what is wrong with others."""
    return _answers(args)[0]


def wrong_answers(args: argparse.Namespace) -> tuple[Problem, ...]:
    """What is wrong with answers of the answers file."""
    return _answers(args)[1]


def write_wrong_answers(args: argparse.Namespace) -> bool:
    """Tell what is wrong with answers of the answers file; whether anything is wrong beyond warnings."""
    problems = wrong_answers(args)
    write_problems(problems, args.json)
    return any(problem.severity == "error" for problem in problems)


def warn_of_strangers(args: argparse.Namespace, seen: Collection[str]) -> None:
    """Tell of answers in the answers file that are of no patient who was read; by their number alone."""
    strangers = answers(args).keys() - set(seen)
    if strangers:
        of = "1 patient" if len(strangers) == 1 else f"{len(strangers)} patients"
        message = f"the answers of {of} are not used, since no record is of such a patient"
        help_ = "check the `patient` of each answer against the ids of the records"
        write_problems([Problem("answer-patient", message, Place(args.answers), help_, "warning")], args.json)


def _answers(args: argparse.Namespace) -> tuple[Replies, tuple[Problem, ...]]:
    path = getattr(args, "answers", None)
    if path is None:
        return {}, ()
    try:
        found = Path(path).stat()
    except (OSError, ValueError):  # the reader says what is wrong
        return _load_answers(path, args.lenient, (0, 0))
    return _load_answers(path, args.lenient, (found.st_mtime_ns, found.st_size))


@functools.lru_cache(maxsize=4)
def _load_answers(path: str, lenient: bool, _: tuple[int, int]) -> tuple[Replies, tuple[Problem, ...]]:
    from eligo.patients.replies import read_answers  # lazily: most screenings have no such file

    return read_answers(path, lenient)


def add_patient_id(parser: argparse.ArgumentParser) -> None:
    """Define which patient is meant, for commands that take one."""
    help_text = "which patient, where the source holds several"
    parser.add_argument("--patient", dest="patient_id", metavar="ID", help=help_text)


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
    margins = dict(map(read_margin, getattr(args, "margin", ())))
    margin = margins.pop(None, None)
    site = _site(getattr(args, "site", None))
    if site is None:
        return Policy(general, single, frozenset(lists), {}, margin, _of_variables(margins))
    return Policy(
        general or site.max_age,
        {**site.max_ages, **single},
        frozenset(lists) | site.complete,
        site.ranges,
        margin,
        {**site.margins, **_of_variables(margins)},
    )


def _of_variables(margins: Mapping[str | None, Margin]) -> dict[str, Margin]:
    return {name: margin for name, margin in margins.items() if name is not None}


def _site(path: str | None) -> Site | None:
    """The site's profile, read once; `policy` and `options` both need it."""
    if path is None:
        return None
    try:
        found = Path(path).stat()
    except (OSError, ValueError):  # the reader says what is wrong
        return _load_site(path, (0, 0))
    return _load_site(path, (found.st_mtime_ns, found.st_size))


@functools.lru_cache(maxsize=4)
def _load_site(path: str, _: tuple[int, int]) -> Site:
    from eligo.site import load  # lazily: it needs YAML and pydantic, and most screenings have no profile

    return load(path)


def complete_lists(args: argparse.Namespace) -> frozenset[str]:
    """The lists that the site's profile states to be complete."""
    site = _site(getattr(args, "site", None))
    return site.complete if site else frozenset()


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


def options(args: argparse.Namespace, ledger: bool = False) -> Options:
    """How patients are to be read."""
    mapping = None
    if args.mapping:
        from eligo.patients.mapping import load_mapping  # lazily: most sources are no tables

        mapping = load_mapping(args.mapping)
    form: Format | None = args.format or ("csv" if mapping else None)
    site = _site(getattr(args, "site", None))
    units = site.units if site else NO_UNITS
    id_by = getattr(args, "id_by", None)
    return Options(form, args.as_of, args.lenient, mapping, ledger, units, id_by, args.max_size, answers(args))


def read(name: str, args: argparse.Namespace) -> Patient:
    """Read the one patient of a source; raise `EligoError` where it cannot be read, or where there are several."""
    return read_one(name, args).patient


def read_one(name: str, args: argparse.Namespace, ledger: bool = False) -> One:
    """The reading of the one patient of a source, or of the one that `--patient` names."""
    wanted = getattr(args, "patient_id", None)
    chosen, problems = list[One](), list[Problem]()
    for reading in read_patients(name, options(args, ledger)):
        if reading.patient is None:
            problems += [p for p in reading.problems if p.severity == "error"]
        elif wanted is None or reading.patient.id == wanted:
            chosen.append(One(reading.patient, reading))
            if len(chosen) > 1 and wanted is None:
                message = "the source holds several patients"
                help_text = "name one of them with `--patient ID`"
                raise EligoError(Problem("several-patients", message, Place(_shown(name)), help_text))
    if not chosen:
        raise EligoError(problems or [nobody([name], wanted)])
    return chosen[0]


class One(NamedTuple):
    """A patient with the reading that it comes from."""

    patient: Patient
    reading: Reading


def nobody(names: Sequence[str], wanted: str | None = None) -> Problem:
    """The problem of sources without a patient, or without the one that is asked for."""
    place = Place(_shown(names[0])) if len(names) == 1 else Place()
    if wanted is None:
        message = "the source holds no patient" if len(names) == 1 else "the sources hold no patient"
        return Problem("no-patient", message, place, "a record, a Bundle or a row is one; check the file")
    return Problem("no-patient", "the source holds no such patient", place, "check `--patient`")


def _shown(name: str) -> str:
    return "<stdin>" if name == STDIN else name


def clashes(screening: Screening, patient: Patient, place: Place) -> list[Problem]:
    """A warning for each score whose stated value is not what its own inputs give, at the place of the record."""
    if not patient.results.keys() & SCORES.keys():
        return []
    found = {
        evidence.test.variable: None
        for trial in screening.trials
        for finding in trial.findings
        for evidence in finding.evidence
        if evidence.clash is not None and isinstance(evidence.test, Compare | OneOf)
    }
    return clash_warnings(filter(None, found), place)


def clash_warnings(scores: Iterable[str], place: Place) -> list[Problem]:
    """A warning for each score whose stated value is not what its own inputs give."""
    message = "the {} as stated is not what its inputs in the record give; the stated value counts"
    help_ = "check the score, its inputs and their dates; `eligo audit` shows both values"
    return [Problem("score-clash", message.format(variable_name(name)), place, help_, "warning") for name in scores]


def flaws(reading: Reading, args: argparse.Namespace, rules: Rules | None = None) -> list[Problem]:
    """What is wrong with single entries of a record that could be read; the patient is screened without them.

    With `rules`, the answers of persons that decide nothing are told too.
    """
    patient = reading.patient
    if rules is None or patient is None or not patient.replies:
        return _flaws(reading, args)
    return [*_flaws(reading, args), *rules.asked().problems(patient)]


def _flaws(reading: Reading, args: argparse.Namespace) -> list[Problem]:
    """The same of the record alone.

    In a record that was written for eligo, an entry that cannot be what was meant is an error, so that the exit code
    tells of it; what is only doubtful, and everything for a lenient caller, is a warning.
    """
    if not reading.strict or reading.patient is None:
        return list(reading.problems)
    below_zero = {
        f"`{result.variable}`"
        for results in reading.patient.results.values()
        for result in results
        if result.problem is Reason.IMPLAUSIBLE and result.high < 0
    }
    found = []
    for problem in reading.problems:
        wrong = problem.code in WRONG_UNIT or (problem.code == "after-as-of" and args.as_of is None)
        wrong |= problem.code == "value-implausible" and any(v in problem.message for v in below_zero)
        severity: Severity = "error" if wrong and not args.lenient else "warning"
        found.append(replace(problem, severity=severity))
    return found


def day(text: str) -> date:
    """A day that an option names."""
    found = read_day(text)
    if found is None:
        span = f"from {FIRST_DAY} to {LAST_DAY}"
        raise argparse.ArgumentTypeError(f"`{shown(text)}` is not a day {span}, write YYYY-MM-DD")
    return found


def _variable(word: str) -> str:
    found = variables().get(word.strip()) or variables().find(word)
    if found is None:
        help_text = variables().suggest(word)
        raise EligoError(Problem("unknown-variable", f"unknown variable `{word}` in --max-age", help=help_text))
    return found.id


def _age(text: str) -> Duration:
    if text.strip().lower() == "none":
        return NO_LIMIT
    match = _AGE.fullmatch(text.strip().lower())
    unit = _TIME_UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise EligoError(
            Problem("max-age", f"`{text}` is not a length of time", help="write it like 14d, 2wk or 3mo, or none")
        )
    value = float(match[1])
    if value * DAYS_IN[unit] > LONGEST_DAYS:
        raise EligoError(Problem("max-age", f"`{shown(text)}` is longer than any result is kept"))
    return Duration(int(value) if value == int(value) else value, unit)
