"""Screen patients for all trials of an index: `screen --index FILE`, with the output and the exit codes of `screen`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from eligo.commands import inputs
from eligo.commands.crowd import in_order
from eligo.commands.index import check_numpy
from eligo.commands.tallying import ONLY, Done, PatientTally, isolated, lost
from eligo.dataclass import dataclass
from eligo.errors import Place, Problem
from eligo.patients.jobs import Job
from eligo.patients.readers import Options, jobs, read_job
from eligo.report.problems import problems_json, write_problems
from eligo.report.terminal import Terminal, clean_line, terminal
from eligo.report.text import counted, header

if TYPE_CHECKING:
    from eligo.index.arrays import Places
    from eligo.index.brief import Briefs
    from eligo.index.screened import IndexScreening


@dataclass(slots=True)
class IndexState:
    """What a process needs for every patient."""

    args: argparse.Namespace
    briefs: Briefs
    options: Options
    shape: Terminal
    warnings: list[Problem]


_ready: list[IndexState] = []


def _start(args: argparse.Namespace) -> None:
    """Make this process ready; one that was forked is ready already."""
    if not _ready or _ready[0].args is not args:
        from eligo.index.brief import Briefs  # lazily, as all of the package: it needs numpy
        from eligo.index.freshness import stale
        from eligo.index.screened import IndexScreener

        policy = inputs.policy(args)
        screener = IndexScreener(Path(args.index), policy)
        warnings = stale(screener.index)
        if policy.margin or policy.margins:
            message = "an index does not say what is near: the margins of the site's profile are not used"
            help_text = "screen the trials that matter with `--rules`"
            warnings.append(Problem("index-margin", message, Place(args.site), help_text, "warning"))
        _ready[:] = [IndexState(args, Briefs(screener), inputs.options(args), terminal(sys.stdout), warnings)]


def run_with_index(args: argparse.Namespace) -> int:
    """Screen every patient, and sum the verdicts up in the exit code."""
    check_numpy()
    _ready.clear()
    _start(args)
    state = _ready[0]
    write_problems(state.warnings, args.json)
    tally = PatientTally(inputs.write_wrong_answers(args))
    # The line of a patient is of all trials, and so long that to hand it on takes as long as to make it.
    results = in_order(_jobs(args, state), _screen_all, _start, args, 1, lost)
    tally.tell(results, args, "" if args.json else "\n")
    return tally.end(args)


def _jobs(args: argparse.Namespace, state: IndexState) -> Iterator[Job]:
    return (job for name in args.patients for job in jobs(name, state.options))


def _screen_all(batch: Iterable[Job]) -> list[Done]:
    """Screen the patients of a batch; whatever goes wrong with one is part of its own result."""
    return [isolated(job, _ready[0], _done) for job in batch]


def _done(job: Job, state: IndexState) -> Done:
    reading = read_job(job, state.options)
    patient = reading.patient
    if patient is None:
        return Done("", reading.problems, (), reading.failed)
    briefs = state.briefs
    screening = briefs.screener.screen(patient)
    flaws = [*inputs.flaws(reading, state.args), *screening.problems]
    flaws += inputs.clash_warnings(screening.clashing, job.place)
    chosen = briefs.chosen(screening, ONLY[state.args.only] if state.args.only else None)
    parts = iter(("",))
    if len(chosen) or not state.args.only:
        wrong = [*state.warnings, *inputs.wrong_answers(state.args), *flaws]
        if state.args.json:
            parts = briefs.line(screening, chosen, problems_json(wrong))
        else:
            parts = iter(("\n".join(_lines(briefs, screening, chosen, state)),))
    failed = any(flaw.severity == "error" for flaw in flaws)
    return Done(next(parts), tuple(flaws), briefs.counting(screening), failed, patient.id, more=parts)


def _lines(briefs: Briefs, screening: IndexScreening, chosen: Places, state: IndexState) -> Iterator[str]:
    data = briefs.whole(screening)
    yield from header(data, state.shape)
    lines = briefs.lines(screening, chosen, state.shape)
    yield from (clean_line(line, state.shape.colour) for line in lines)
    if len(screening.weights.trials) > 1:
        yield f"  {counted(data['counts'])}"
