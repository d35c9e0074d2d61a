"""Patients to a folder of tables, and persons of it back to Patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eligo.bounds import MEGABYTE
from eligo.patients.model import Patient
from eligo.warehouse.held import Cells, patient_of
from eligo.warehouse.runs import RowCounts, Writer
from eligo.warehouse.tables import ORDER, Table, file_of

if TYPE_CHECKING:
    import polars as pl

MEMORY: Final = 1024 * MEGABYTE
_FEWEST_ROWS: Final = 10_000
# What a row takes while it waits in Python and while polars sorts it, together: measured, and rounded up.
_BYTES_OF_ROW: Final = 2000
_PERSONS_AT_ONCE: Final = 50_000


def write(patients: Iterable[Patient], folder: Path, memory: int = MEMORY) -> RowCounts:
    """Write patients as the three tables of a folder that is there, in their order; `memory` is in bytes."""
    writer = Writer(folder, rows_in(memory))
    for patient in patients:
        writer.add(patient)
    return writer.close()


def same_ids(folder: Path) -> int:
    """How many ids stand for more than one person."""
    import polars as pl  # lazily, as below

    ids = pl.scan_parquet(file_of(folder, "person"), glob=False).group_by("id").len()
    count: int = ids.filter(pl.col("len") > 1).select(pl.len()).collect(engine="streaming").item()
    return count


def rows_in(memory: int) -> int:
    """How many rows may be in so many bytes of memory."""
    return max(_FEWEST_ROWS, memory // _BYTES_OF_ROW)


def read_back(folder: Path, persons: Sequence[int] | None = None) -> Iterator[Patient]:
    """The Patients of these numbers, or all, by number; so many rows at a time as a batch of persons has."""
    import polars as pl  # lazily: only warehouses and cohorts need it

    if persons is None:
        count: int = pl.scan_parquet(file_of(folder, "person"), glob=False).select(pl.len()).collect().item()
        for begin in range(0, count, _PERSONS_AT_ONCE):
            yield from _batch(folder, pl.col("person").is_between(begin, begin + _PERSONS_AT_ONCE - 1))
        return
    wanted = sorted(set(persons))
    for begin in range(0, len(wanted), _PERSONS_AT_ONCE):
        these = pl.Series(wanted[begin : begin + _PERSONS_AT_ONCE], dtype=pl.UInt32)
        yield from _batch(folder, pl.col("person").is_in(these.implode()))


def _batch(folder: Path, which: pl.Expr) -> Iterator[Patient]:
    observations, facts = _by_person(folder, "observation", which), _by_person(folder, "fact", which)
    for cells in _rows(folder, "person", which):
        person = cells["person"]
        yield patient_of(cells, _of(observations, person), _of(facts, person))


class _Group:
    """Rows that stand by person, given out person by person."""

    def __init__(self, rows: Iterator[Cells]) -> None:
        self.rows = rows
        self.next = next(rows, None)


def _by_person(folder: Path, table: Table, which: pl.Expr) -> _Group:
    return _Group(_rows(folder, table, which))


def _of(group: _Group, person: object) -> Iterator[Cells]:
    while group.next is not None and group.next["person"] == person:
        yield group.next
        group.next = next(group.rows, None)


def _rows(folder: Path, table: Table, which: pl.Expr) -> Iterator[Cells]:
    import polars as pl  # lazily, as above

    first, *_ = ORDER[table]
    found = pl.scan_parquet(file_of(folder, table), glob=False).filter(which).collect()
    by = ["person", *(name for name in ORDER[table] if name != "person")] if first != "person" else ["person"]
    return found.sort(by).iter_rows(named=True)
