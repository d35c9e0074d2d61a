"""Count the patients of a warehouse against trials: who is eligible for certain, who may be, what keeps them out.

Rules run as columns; whoever columns cannot decide is decided as `eligo screen` would, so that every count is the same
as that of single records. `--list` writes the patients by id; everything else is counts.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eligo.bounds import MEGABYTE, MOST_MEGABYTES
from eligo.commands import inputs
from eligo.commands.crowd import in_order, process_count
from eligo.commands.printing import say_json, say_lines
from eligo.commands.progress import Progress
from eligo.commands.rulefiles import add_trials
from eligo.ending import emit, held
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.report.problems import write_problems
from eligo.screening import Rules, load_rules
from eligo.textfile import not_written, write_text

if TYPE_CHECKING:
    from eligo.cohort.handover import Decided, Handed
    from eligo.cohort.source import Warehouse
    from eligo.cohort.study import Listed
    from eligo.evaluate import Engine
    from eligo.evaluate.engine import Trial

EXAMPLES = """\
  eligo cohort --warehouse build/warehouse
  eligo cohort rules/NCT06884904.yaml --warehouse build/warehouse --html cohort.html
  eligo cohort rules --warehouse build/warehouse --order NCT06884904=E3,I2
  eligo cohort rules --warehouse build/warehouse --list verdicts.csv --min-count 11
  eligo cohort rules --warehouse build/warehouse --sql duckdb > cohort.sql
"""

MEMORY = 1024  # megabytes
DIALECTS = ("duckdb", "spark", "postgres")
REFUSED, ERROR = 10, 1
_JOBS = 256  # patients that go to another process together


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "rule sets, or folders of them (default: ELIGO_RULES, else those that come with eligo)"
    parser.add_argument("rules", nargs="*", metavar="RULES", help=help_text)
    help_text = "the folder that `eligo warehouse` wrote"
    parser.add_argument("--warehouse", required=True, metavar="DIR", help=help_text)
    add_trials(parser)
    inputs.add_cohort_policy(parser)
    help_text = (
        "go through a trial's criteria in this order, the others behind them: E3,I2, or NCT06884904=E3,I2; "
        "`blocks`: those that block most first; repeatable"
    )
    parser.add_argument("--order", action="append", default=[], metavar="[NCT=]IDS", help=help_text)
    help_text = "write each patient's id with the verdicts to this file (CSV)"
    parser.add_argument("--list", metavar="FILE", help=help_text)
    parser.add_argument("--no-curves", action="store_true", help="do not count what moving a limit would do")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object (schema `eligo.cohort/1`)")
    form.add_argument("--csv", action="store_true", help="print one table: a row a count")
    help_text = "print the same counting as staged SQL of this dialect, and count nothing here"
    form.add_argument("--sql", choices=DIALECTS, help=help_text)
    parser.add_argument("--html", metavar="FILE", help="write one printable page with drawings to this file, too")
    add_tables(parser)


def add_tables(parser: argparse.ArgumentParser) -> None:
    """Define the options of all that counts over a warehouse."""
    help_text = "hold back counts of fewer patients than this, and what would tell them (11 is usual)"
    parser.add_argument("--min-count", type=_count, default=0, metavar="N", help=help_text)
    help_text = f"megabytes of memory for the tables at hand (default: {MEMORY})"
    parser.add_argument("--memory", type=_megabytes, default=MEMORY, metavar="MB", help=help_text)
    help_text = "use so many cores for patients who are decided one by one (default: all)"
    parser.add_argument("--processes", type=process_count, metavar="N", help=help_text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text[:9]) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of patients")
    return int(text)


def _megabytes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_MEGABYTES:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of MB from 1 to {MOST_MEGABYTES}")
    return int(text)


def check_library() -> None:
    """Say how to get polars where it is missing."""
    import importlib.util  # lazily: most commands need no library but their own

    if importlib.util.find_spec("polars") is None:
        raise EligoError(
            Problem("no-polars", "a cohort needs the package `polars`", help="pip install 'eligo[cohort]'")
        )


def run(args: argparse.Namespace) -> int:
    """Count, and print what was counted."""
    check_library()
    from eligo.cohort.source import opened  # lazily, as all of the package: it needs polars

    rules = rules_of(args.rules, args.trial, args.exclude_trial)
    write_problems(rules.problems, args.json)
    if not rules.plans:
        return ERROR
    source = opened(Path(args.warehouse))
    engine = rules.engine(inputs.policy(args))
    write_problems(source.warnings(), args.json)
    if args.sql:
        from eligo.cohort.sql import script  # lazily, as above: it needs sqlglot too

        emit(script(source, engine, args.sql))
    else:
        _counted(args, source, engine)
    return REFUSED if rules.problems else 0


def rules_of(names: Sequence[str], chosen: Sequence[str] = (), left_out: Sequence[str] = ()) -> Rules:
    """The trials of files and folders, each once; what is wrong with a file is a problem, and the rest goes on."""
    plans, problems = {}, list[Problem]()
    for name in names or (None,):
        found = load_rules(name)
        problems += found.problems
        for plan in found.plans:
            if plan.trial in plans:
                message = f"the trial `{plan.trial}` has rules in more than one place; the first ones count"
                problems.append(Problem("duplicate-trial", message, Place(str(name)), "name one of them"))
            else:
                plans[plan.trial] = plan
    rules = Rules(tuple(plans.values()), tuple(problems))
    rules = rules.only(chosen) if chosen else rules
    return rules.without(left_out) if left_out else rules


def _counted(args: argparse.Namespace, source: Warehouse, engine: Engine) -> None:
    from eligo.cohort.page import page  # lazily, as above
    from eligo.cohort.result import result
    from eligo.cohort.shown import as_csv, cohort_lines
    from eligo.cohort.study import Wanted, study
    from eligo.report.terminal import terminal

    orders = [_order(args.order, place, engine) for place, _ in enumerate(engine.trials)]
    by_trial = {
        trial.plan.trial: order for trial, order in zip(engine.trials, orders, strict=True) if order is not None
    }
    with _listing(args.list, engine) as listed, Progress() as progress:
        asked = Wanted(by_trial, not args.no_curves, args.memory * MEGABYTE, progress.reach, listed)
        found = study(source, engine, decider(engine, args.processes), asked)
    data = result(engine, found, args.min_count)
    if args.html:
        write_text(Path(args.html), page(data))
    if args.json:
        say_json(data)
    elif args.csv:
        emit(as_csv(data))
    else:
        import sys  # lazily: the terminal is asked for here alone

        say_lines(cohort_lines(data, terminal(sys.stdout)))


def _order(given: Sequence[str], place: int, engine: Engine) -> Sequence[int] | str | None:
    """The order of a trial's criteria by number, `blocks`, or None for that of its protocol."""
    trial = engine.trials[place]
    found: Sequence[int] | str | None = None
    for text in given:
        name, equals, ids = text.rpartition("=")
        if equals and name.upper() != trial.plan.trial.upper():
            if name.upper() not in (one.plan.trial.upper() for one in engine.trials):
                raise EligoError(Problem("unknown-trial", f"no rules for the trial `{name}` in --order"))
            continue
        is_meant = bool(equals) or len(engine.trials) == 1
        found = "blocks" if ids == "blocks" else _numbers(trial, ids.split(","), is_meant=is_meant)
    return found


def _numbers(trial: Trial, ids: Iterable[str], *, is_meant: bool) -> Sequence[int]:
    """The numbers of these criteria, then of all others; a name that is none is an error where the trial is meant."""
    there = [ready.criterion.id for ready in trial.criteria]
    known = {id_.upper(): number for number, id_ in enumerate(there)}
    wanted = [word.strip() for word in ids if word.strip()]
    unknown = [word for word in wanted if word.upper() not in known]
    if unknown and is_meant:
        help_text = did_you_mean(unknown[0], there) or f"the criteria are {', '.join(there)}"
        message = f"`{trial.plan.trial}` has no criterion `{unknown[0]}`"
        raise EligoError(Problem("unknown-criterion", message, help=help_text))
    return list(dict.fromkeys([*(known[word.upper()] for word in wanted if word.upper() in known), *range(len(there))]))


# --- one by one, on all cores


_engines: list[Engine] = []  # of this process


def decider(engine: Engine, processes: int | None) -> Callable[[Iterable[Handed]], Iterable[Decided]]:
    """What decides jobs: in this process while they are few, else on all cores."""
    _engines[:] = [engine]

    def decide_all(jobs: Iterable[Handed]) -> Iterator[Decided]:
        return in_order(jobs, _decided, _start, None, processes, _lost, _JOBS)

    return decide_all


def _start(_: object) -> None:
    """Nothing: a process that was forked has the engine, and no other one is made."""


def _decided(jobs: list[Handed]) -> list[Decided]:
    from eligo.cohort.handover import criteria_of, decide  # lazily, as above

    engine = _engines[0]
    criteria = criteria_of(engine)
    return [decide(engine, job, criteria) for job in jobs]


def _lost(_: Handed) -> Decided:
    message = "a process was killed while it decided a patient, so that nothing was counted"
    raise EligoError(Problem("killed", message, help="it may need more memory than there is; try `--processes 1`"))


# --- the list of patients


@contextlib.contextmanager
def _listing(name: str | None, engine: Engine) -> Iterator[Callable[[Listed], None] | None]:
    """Where the verdict of each patient goes: a file that is there whole at the end, or not at all."""
    if name is None:
        yield None
        return
    head = ["patient", *(trial.plan.trial for trial in engine.trials)]
    with whole_table(Path(name), head) as add:
        yield lambda listed: add([listed[0], *(verdict.value for verdict in listed[1])])


@contextlib.contextmanager
def whole_table(path: Path, head: Sequence[str]) -> Iterator[Callable[[Sequence[str]], None]]:
    """A CSV file for its owner's eyes, row by row; it takes its place when all rows are in it."""
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            yield writer.writerow
        with held():
            Path(temporary).replace(path)
            temporary = None
    except OSError as error:
        raise EligoError(not_written(error, path)) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
