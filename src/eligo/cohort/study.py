"""Rules and a warehouse in, everything that is counted out: batches of persons, each decided whole before the next one.

At no time is more than a batch in memory. What a batch is made of does not change any count, nor the order of persons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from eligo.cohort.curves import Curve, Curves, Moved
from eligo.cohort.form import ColumnName, all_of, is_false, is_true, not_
from eligo.cohort.handover import Decide, HandOver, patched
from eligo.cohort.run import Columns
from eligo.cohort.source import Warehouse
from eligo.cohort.tally import Counting, TrialTally, counted
from eligo.dataclass import dataclass, field
from eligo.evaluate import Engine
from eligo.truth import Verdict

if TYPE_CHECKING:
    import polars as pl

_BASE, _BYTES_OF_PERSON, _FEWEST = 300_000_000, 3600, 2000  # measured, and rounded up
_VERDICTS = {True: Verdict.ELIGIBLE, False: Verdict.INELIGIBLE, None: Verdict.UNDETERMINED}

Listed = tuple[str, Sequence[Verdict]]  # a patient's id, and the verdict of each trial


@dataclass(slots=True)
class Totals:
    """What was counted: by trial, its tally, its curves and what they count; and what the trials share."""

    persons: int = 0
    handed: int = 0
    days: list[date] = field(default_factory=list)
    orders: list[tuple[int, ...]] = field(default_factory=list)
    tallies: list[TrialTally] = field(default_factory=list)
    curves: list[list[Curve]] = field(default_factory=list)
    moved: list[list[Moved]] = field(default_factory=list)
    overlap: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    anywhere: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to count: in which order criteria are gone through, by trial; whether curves and counts are wanted.

    The order `blocks` is that of how many patients each criterion blocks, which is counted first.
    """

    orders: Mapping[str, Sequence[int] | str] = field(default_factory=dict)
    curves: bool = True
    memory: int = 1 << 30
    progress: Callable[[int], None] = lambda _: None
    listed: Callable[[Listed], None] | None = None
    counts: bool = True


def batch_of(memory: int) -> int:
    """How many persons are held at once in so many bytes."""
    return max(_FEWEST, (memory - _BASE) // _BYTES_OF_PERSON)


def study(source: Warehouse, engine: Engine, decide: Decide, asked: Wanted) -> Totals:
    """Count everything for the trials of an engine; `decide` does the jobs that columns leave, in any order."""
    countings = [
        Counting(place, trial, _by_number(asked.orders.get(trial.plan.trial), len(trial.criteria)))
        for place, trial in enumerate(engine.trials)
    ]
    if "blocks" in asked.orders.values():
        countings = _ordered(source, engine, decide, asked, countings)
    found = Totals(days=source.days(), orders=[counting.order for counting in countings])
    found.tallies = [TrialTally() for _ in countings]
    for frame, curves in _frames(source, engine, decide, asked, countings, found):
        for place, counting in enumerate(countings if asked.counts else []):
            found.tallies[place].add(counting.tally(frame))
            if asked.curves:
                _add_curves(found, place, curves[place], frame)
        if asked.counts:
            _add_overlap(found, countings, frame)
    return found


def _by_number(order: Sequence[int] | str | None, count: int) -> Sequence[int]:
    return range(count) if order is None or isinstance(order, str) else order


def _ordered(
    source: Warehouse, engine: Engine, decide: Decide, asked: Wanted, countings: Sequence[Counting]
) -> list[Counting]:
    """The same, with the criteria of those trials that ask for it in the order of how many patients each blocks."""
    found = study(source, engine, decide, Wanted(memory=asked.memory, curves=False, progress=asked.progress))
    ordered = []
    for counting, tally in zip(countings, found.tallies, strict=True):
        numbers = counting.order
        if asked.orders.get(counting.trial.plan.trial) == "blocks":
            numbers = tuple(sorted(numbers, key=lambda n, c=tally.counts: -c["blocks", str(n)]))  # type: ignore[misc]  # mypy does not infer a lambda with defaults
        ordered.append(Counting(counting.place, counting.trial, numbers))
    return ordered


def _frames(
    source: Warehouse, engine: Engine, decide: Decide, asked: Wanted, countings: Sequence[Counting], found: Totals
) -> Iterator[tuple[pl.DataFrame, list[Curves]]]:
    """The decided rows of all persons, batch by batch, with the verdict of each trial."""
    count, size = source.count(), batch_of(asked.memory)
    concepts = source.concepts()
    hand_over = HandOver(source, engine)
    runs = [(columns := Columns(source, engine, day), _curves(columns, countings, asked)) for day in found.days]
    for first in range(0, count, size):
        for columns, curves in runs:
            frame = columns.frame(first, min(count, first + size))
            if not len(frame):
                continue
            jobs = list(hand_over.jobs(frame, concepts))
            frame = patched(frame, decide(jobs), hand_over.columns)
            for counting in countings:
                frame = counting.with_verdict(frame)
            found.persons += len(frame)
            found.handed += len(jobs)
            if asked.listed is not None:
                _list(source, countings, frame, asked.listed)
            yield frame, curves
            asked.progress(found.persons)


def _curves(columns: Columns, countings: Sequence[Counting], asked: Wanted) -> list[Curves]:
    return [Curves(columns, counting) for counting in countings] if asked.curves else []


def _add_curves(found: Totals, place: int, curves: Curves, frame: pl.DataFrame) -> None:
    while len(found.moved) <= place:
        found.moved.append([])
        found.curves.append([])
    if not found.moved[place]:
        found.curves[place] = curves.curves
        found.moved[place] = [Moved() for _ in curves.curves]
    for total, part in zip(found.moved[place], curves.count(frame), strict=True):
        total.certain.update(part.certain)
        total.possible.update(part.possible)


def _add_overlap(found: Totals, countings: Sequence[Counting], frame: pl.DataFrame) -> None:
    """How many two trials share, and how many any trial may have."""
    asked = {}
    for place, one in enumerate(countings):
        for other_place, other in enumerate(countings[: place + 1]):
            both = [ColumnName(one.verdict), ColumnName(other.verdict)]
            asked[other_place, place, "certain"] = all_of(is_true(part) for part in both)
            asked[other_place, place, "possible"] = all_of(not_(is_false(part)) for part in both)
    for name, count in zip(asked, counted(frame, list(asked.values())), strict=True):
        found.overlap[name] += count


def _list(
    source: Warehouse, countings: Sequence[Counting], frame: pl.DataFrame, listed: Callable[[Listed], None]
) -> None:
    """Give out each patient's id and verdicts."""
    ids = source.ids(frame["person"])
    columns = [frame[counting.verdict].to_list() for counting in countings]
    for number, name in enumerate(ids):
        listed((name, [_VERDICTS[column[number]] for column in columns]))
