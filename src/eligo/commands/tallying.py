"""What came of the patients of a run: told one by one as they come, summed up at the end, and the exit code of all."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from eligo.commands import inputs
from eligo.commands.progress import Progress
from eligo.commands.verdicts import exit_code
from eligo.dataclass import dataclass, field
from eligo.ending import emit, held
from eligo.errors import Problem
from eligo.isolation import Isolated
from eligo.namedtuple import NamedTuple
from eligo.patients.jobs import Job, killed
from eligo.report.problems import write_error, write_problems
from eligo.report.terminal import terminal, wrap
from eligo.report.text import RANK
from eligo.report.verdict_table import TableRow

_State = TypeVar("_State")
ONLY = {"eligible": "ELIGIBLE", "blocked": "INELIGIBLE", "open": "UNDETERMINED"}  # what `--only` calls the verdicts


class Done(NamedTuple):
    """What came of one patient: the text to print, the problems, the verdicts, the id; none for what was no patient.

    `more` are the parts that follow the text, of one that is long.
    """

    text: str
    problems: tuple[Problem, ...]
    verdicts: tuple[str, ...]
    failed: bool
    patient: str | None = None
    row: TableRow | None = None
    more: Iterable[str] = ()


def isolated(job: Job, state: _State, work: Callable[[Job, _State], Done]) -> Done:
    """What came of one patient; whatever goes wrong is part of it."""
    with Isolated(job.place) as unit:
        return work(job, state)
    return Done("", unit.problems, (), True)


def lost(job: Job) -> Done:
    """What is said of a patient whose process was killed."""
    return Done("", (killed(job),), (), True)


@dataclass(slots=True)
class PatientTally:
    """What came of all patients together: the verdicts, the best one of each patient, and the files not read."""

    failed: bool
    verdicts: Counter[str] = field(default_factory=Counter)
    best: Counter[str] = field(default_factory=Counter)
    unread: set[str | None] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether there was no patient at all, and nothing that could not be read as one."""
        return not (self.best or self.unread or self.failed)

    def add(self, done: Done) -> None:
        """Count one patient, or what was none."""
        self.failed |= done.failed
        self.verdicts.update(done.verdicts)
        if done.verdicts:
            self.best[min(done.verdicts, key=RANK.index)] += 1
        elif done.failed:
            self.unread |= {problem.place.file for problem in done.problems if problem.severity == "error"}

    def tell(self, results: Iterable[Done], args: argparse.Namespace, between: str) -> list[TableRow]:
        """Print each patient as it comes, with `between` before all but the first; the rows of a table come back."""
        patients, rows, before = set[str](), list[TableRow](), ""
        with Progress() as progress:
            for done in results:
                if done.problems:
                    progress.clear()
                    write_problems(done.problems, args.json)
                self.add(done)
                if args.answers and done.patient is not None:
                    patients.add(done.patient)
                if done.row is not None:
                    rows.append(done.row)
                if done.text:
                    with held():  # no signal cuts a line in two
                        emit(f"{before}{done.text}")
                        for part in done.more:
                            emit(part)
                        emit("\n")
                    before = between
                progress.step()
        inputs.warn_of_strangers(args, patients)
        return rows

    def end(self, args: argparse.Namespace) -> int:
        """Say how many patients there were, or that there was none; the exit code."""
        if self.is_empty:
            write_problems([inputs.nobody(args.patients)], args.json)
        if sum(self.best.values()) + len(self.unread) > 1:
            _summarise(self.best, len(self.unread), args.json)
        return exit_code(self.verdicts, self.failed, args.strict)


def _summarise(best: Counter[str], unread: int, as_json: bool) -> None:
    """Say on standard error how many patients there were, each by its best verdict, and how many files had others."""
    patients = {verdict: best[verdict] for verdict in RANK}
    total = sum(patients.values())
    if as_json:
        summary = {"patients": total, **{v.lower(): n for v, n in patients.items()}, "not_read": unread}
        write_error(json.dumps({"summary": summary}) + "\n")
        return
    parts = [
        f"{patients['ELIGIBLE']} eligible for a trial",
        f"{patients['UNDETERMINED']} undetermined at best",
        f"{patients['INELIGIBLE']} ineligible for all",
    ]
    said = f"{'1 patient' if total == 1 else f'{total} patients'}: {', '.join(parts)}"
    if unread:
        said += f"; {'1 file' if unread == 1 else f'{unread} files'} not read, or not in whole"
    write_error("\n" + "\n".join(wrap(said, terminal(sys.stderr).width, "", "  ")) + "\n")
