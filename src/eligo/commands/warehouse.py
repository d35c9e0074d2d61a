"""Make sorted tables of many patients: from OMOP tables, FHIR and records of any kind that `eligo screen` reads.

Values, units and codes are read as those of single records. What was used, refused and not known is counted in the
ledger of the warehouse. OMOP records no absence: what silence means is the site's to say (--complete, --site).
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from eligo.bounds import MEGABYTE, MOST_MEGABYTES
from eligo.commands import inputs
from eligo.commands.crowd import in_order, process_count
from eligo.commands.names import names_of
from eligo.commands.printing import say, say_json
from eligo.commands.progress import Progress
from eligo.dataclass import dataclass, replace
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.isolation import Isolated
from eligo.jsontext import shown
from eligo.namedtuple import NamedTuple
from eligo.patients.ledger import Reading
from eligo.patients.model import Patient
from eligo.report.problems import write_problems
from eligo.warehouse.folder import Staging, staged, write_manifest
from eligo.warehouse.omop_people import is_concept_table
from eligo.warehouse.omop_words import INSTALL
from eligo.warehouse.reading import AnyJob, PersonFound, Sources, Unmapped, read, work_of
from eligo.warehouse.store import same_ids, write
from eligo.warehouse.tally import Entries, WarehouseTally, counted
from eligo.warehouse.urls import shown_source

EXAMPLES = """\
  eligo warehouse patients_examples -o build/warehouse
  eligo warehouse export/ --as-of 2026-11-20 -o build/warehouse
  eligo warehouse omop/ --vocabulary CONCEPT.csv --complete conditions -o build/warehouse
  eligo warehouse postgresql://reader@host/omop --memory 2048 -o build/warehouse
"""

MEMORY = 1024  # megabytes
REFUSED = 10  # the exit code where a part of the input was refused, and the rest is there
ERROR = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = (
        "patients: records as `eligo screen` reads them (JSON, FHIR, NDJSON, CSV, a folder of such), or OMOP CDM 5.4: "
        "a folder of tables (Parquet, CSV), a DuckDB file, a URL of Postgres"
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=help_text)
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="the folder to write; an old one goes")
    inputs.add_reading(parser, names=False)
    parser.add_argument(
        "--vocabulary",
        action="append",
        default=[],
        dest="vocabularies",
        metavar="FILE",
        help="the site's OMOP concept table (CSV, Parquet), or its own names (docs/dictionary.md); repeatable",
    )
    inputs.add_answers(parser)
    parser.add_argument("--site", metavar="FILE", help="the site's units, and its complete lists (`eligo schema site`)")
    parser.add_argument(
        "--complete",
        action="append",
        default=[],
        metavar="LISTS",
        help=f"the site states that these lists of its records are complete: {','.join(inputs.LISTS)}",
    )
    help_text = f"megabytes of memory for rows that wait or are sorted (default: {MEMORY})"
    parser.add_argument("--memory", type=_megabytes, default=MEMORY, metavar="MB", help=help_text)
    parser.add_argument(
        "--processes", type=process_count, metavar="N", help="use so many cores for many patients (default: all)"
    )
    parser.add_argument("--strict", action="store_true", help="write nothing where any part of the input is refused")
    parser.add_argument("--json", action="store_true", help="print what was done as one JSON object")


def _megabytes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_MEGABYTES:
        raise argparse.ArgumentTypeError(f"`{shown(text)}` is not a number of MB from 1 to {MOST_MEGABYTES}")
    return int(text)


class _Taken(NamedTuple):
    """What came of one patient, or of what was none."""

    source: int
    patient: Patient | None
    problems: tuple[Problem, ...]
    entries: Entries
    unmapped: dict[Unmapped, int]


@dataclass(frozen=True, slots=True)
class _WarehouseState:
    """What a process needs for every patient."""

    args: argparse.Namespace
    sources: Sources


_ready: list[_WarehouseState] = []
_Numbered = tuple[int, AnyJob]


def run(args: argparse.Namespace) -> int:
    """Write the tables, and say what went into them."""
    _check_library()
    tables, names = _vocabularies(args.vocabularies)
    _complete(args)
    target = Path(args.output)
    with contextlib.ExitStack() as stack:
        sound = [stack.enter_context(names_of(name, args.json)) for name in names]
        staging = stack.enter_context(staged(target))
        tally = WarehouseTally()
        tally.failed = not all(sound) or inputs.write_wrong_answers(args)
        return _write(args, staging, tables, tally)


def _write(args: argparse.Namespace, staging: Staging, vocabularies: tuple[Path, ...], tally: WarehouseTally) -> int:
    share = args.memory * MEGABYTE // 2  # one half for what is read, the other for what is written
    _ready.clear()
    start = partial(_start, work=staging.work, vocabularies=vocabularies, memory=share)
    start(args)
    with Progress(alone=True) as progress:
        rows = write(_patients(args, start, tally, progress), staging.new, share)
    write_problems(tally.in_sum(), args.json)
    if not rows.person:
        write_problems([inputs.nobody([shown_source(name) for name in args.sources])], args.json)
    if not rows.person or (tally.failed and args.strict):
        return ERROR
    if twice := same_ids(staging.new):
        write_problems([_twice(twice, args.output)], args.json)
    about: dict[str, Any] = {
        "as_of": args.as_of.isoformat() if args.as_of else None,
        "complete": sorted(_ready[0].sources.complete),
        "sources": [shown_source(name) for name in args.sources],
    }
    write_manifest(staging.new, rows._asdict(), about, tally.as_json())
    staging.put()
    _say(args, rows._asdict(), tally)
    return REFUSED if tally.failed else 0


def _patients(args: argparse.Namespace, start: Any, tally: WarehouseTally, progress: Progress) -> Iterator[Patient]:
    """The patients of all sources, in their order; what is wrong is told, and all is counted."""
    sources = [shown_source(name) for name in args.sources]
    seen = set[str]()
    for taken in in_order(work_of(args.sources, _ready[0].sources), _read_all, start, args, args.processes, _lost):
        source = sources[taken.source]
        if told := tally.tell(source, taken.problems, taken.patient is not None):
            progress.clear()
            write_problems(told, args.json)
        tally.add(source, taken.entries, taken.unmapped)
        if taken.patient is None:
            tally.unread[source] += any(problem.severity == "error" for problem in taken.problems)
            continue
        tally.patients[source] += 1
        if args.answers:
            seen.add(taken.patient.id)
        progress.step()
        yield taken.patient
    progress.clear()
    inputs.warn_of_strangers(args, seen)


def _start(args: argparse.Namespace, work: Path, vocabularies: tuple[Path, ...], memory: int) -> None:
    """Make this process ready; one that was forked is ready already."""
    if not _ready or _ready[0].args is not args:
        options = replace(inputs.options(args, ledger=True), places=False)  # the entries are counted, not shown
        sources = Sources(options, work, _complete(args), vocabularies, memory)
        _ready[:] = [_WarehouseState(args, sources)]


def _read_all(batch: list[_Numbered]) -> list[_Taken]:
    """Read the patients of a batch; whatever goes wrong with one is part of its own result."""
    return [_read_one(number, job) for number, job in batch]


def _read_one(number: int, job: AnyJob) -> _Taken:
    state = _ready[0]
    with Isolated(job.place) as unit:
        found: PersonFound = read(job, state.sources)
        return _taken(number, found.reading, found.unmapped, state.args)
    return _Taken(number, None, unit.problems, Entries(), {})


def _taken(number: int, reading: Reading, unmapped: dict[Unmapped, int], args: argparse.Namespace) -> _Taken:
    problems = tuple(inputs.flaws(reading, args)) if reading.patient is not None else reading.problems
    return _Taken(number, reading.patient, problems, counted(reading.ledger), unmapped)


def _lost(numbered: _Numbered) -> _Taken:
    number, job = numbered
    message = "the process was killed at this patient, who is not in the tables"
    help_ = "it may need more memory than there is; try it alone"
    return _Taken(number, None, (Problem("killed", message, job.place, help_),), Entries(), {})


def _complete(args: argparse.Namespace) -> frozenset[str]:
    """The lists that the site states to be complete, by the command line and by its profile."""
    lists = [word.strip() for words in args.complete for word in words.split(",") if word.strip()]
    for word in lists:
        if word not in inputs.LISTS:
            help_text = did_you_mean(word, inputs.LISTS) or f"the lists are {', '.join(inputs.LISTS)}"
            raise EligoError(Problem("unknown-list", f"unknown list `{word}` in --complete", help=help_text))
    return frozenset(lists) | inputs.complete_lists(args)


def _vocabularies(names: list[str]) -> tuple[tuple[Path, ...], list[str]]:
    """Which of the files are concept tables, and which hold own names."""
    tables = [name for name in names if is_concept_table(Path(name))]
    own = [name for name in names if name not in tables]
    if len(own) > 1:
        message = "only one file of own names can be given"
        raise EligoError(Problem("vocabulary", message, Place(own[1]), "put the names into one file"))
    return tuple(map(Path, tables)), own


def _check_library() -> None:
    try:
        import polars  # noqa: F401  # lazily: only warehouses and cohorts need it
    except ImportError:
        raise EligoError(Problem("missing-library", "polars is not installed", help=INSTALL)) from None


def _twice(count: int, output: str) -> Problem:
    ids = "1 id stands" if count == 1 else f"{count} ids stand"
    message = f"{ids} for more than one patient; every record is a patient of its own"
    help_ = "give each source of the same patients once, or all of their FHIR resources in one folder"
    return Problem("patient-twice", message, Place(output), help_, "warning")


def _say(args: argparse.Namespace, rows: dict[str, int], tally: WarehouseTally) -> None:
    """Say what went into the tables, and what did not."""
    outcomes, unmapped = tally.outcomes(), sum(tally.unmapped.values())
    if args.json:
        say_json(
            {
                "schema": "eligo.warehouse-summary/1",
                "warehouse": args.output,
                "rows": rows,
                "entries": outcomes,
                "unmapped": {"concepts": len(tally.unmapped), "rows": unmapped},
                "not_read": sum(tally.unread.values()),
            }
        )
        return
    people = "1 patient" if rows["person"] == 1 else f"{rows['person']} patients"
    say(f"{args.output}: {people}, {rows['observation']} observations, {rows['fact']} facts")
    parts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    say(f"entries of records: {parts} (counted by reason in {Path(args.output) / 'ledger.json'})")
    if tally.unmapped:
        say(f"{unmapped} rows name {len(tally.unmapped)} OMOP concepts that mean nothing here (listed there too)")
