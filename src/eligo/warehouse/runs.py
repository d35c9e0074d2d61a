"""Rows of any number of patients to the three sorted tables, in as much memory as is allowed.

Persons come in the order of their numbers. What memory holds is sorted and written as a run, a file a table; the runs
are then merged: each holds later persons than the one before it, so that the rows of one variable (or concept) are in
order where they are taken from one run after another, and nothing needs to be sorted as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient
from eligo.warehouse.held import Row, rows_of
from eligo.warehouse.tables import ORDER, TABLES, Table, file_of, schema

if TYPE_CHECKING:
    import polars as pl

_ROWS_OF_GROUP: Final = 262_144  # of a row group: what is read at least for one variable


class RowCounts(NamedTuple):
    """How many rows each table has."""

    observation: int = 0
    fact: int = 0
    person: int = 0


class Writer:
    """Takes patients one by one and writes the tables to a folder; so many rows at most are in memory."""

    def __init__(self, folder: Path, most_rows: int) -> None:
        self.folder = folder
        self._most = most_rows
        self._waiting: dict[Table, list[Row]] = {table: [] for table in TABLES}
        self._runs: dict[Table, list[Path]] = {table: [] for table in TABLES}
        self._counts = dict.fromkeys(TABLES, 0)

    def add(self, patient: Patient) -> None:
        """Take a patient, who gets the next number."""
        rows = rows_of(patient, self._counts["person"])
        waiting = self._waiting
        waiting["observation"] += rows.observations
        waiting["fact"] += rows.facts
        waiting["person"].append(rows.person)
        self._counts["observation"] += len(rows.observations)
        self._counts["fact"] += len(rows.facts)
        self._counts["person"] += 1
        if sum(map(len, waiting.values())) >= self._most:
            self._flush()

    def close(self) -> RowCounts:
        """Write what waits, and merge the runs into the tables."""
        self._flush()
        for table in TABLES:
            _merge(self._runs[table], self.folder, table, self._most)
        return RowCounts(**self._counts)

    def _flush(self) -> None:
        import polars as pl  # lazily: only warehouses and cohorts need it

        for table, rows in self._waiting.items():
            if not rows and self._runs[table]:
                continue
            frame = pl.DataFrame(rows, schema=schema(table), orient="row").sort(ORDER[table])
            rows.clear()
            run = self.folder / f".{table}-{len(self._runs[table]):05}.run"
            frame.write_parquet(run, compression="lz4", row_group_size=_ROWS_OF_GROUP)
            self._runs[table].append(run)


def _merge(runs: Sequence[Path], folder: Path, table: Table, most: int) -> None:
    """Make one sorted table of sorted runs, each of which holds later persons than the one before it."""
    parts = []
    for number, frame in enumerate(_in_order(runs, table, most)):
        part = folder / f".{table}-{number:05}.part"
        frame.write_parquet(part, compression="lz4", row_group_size=_ROWS_OF_GROUP)
        parts.append(part)
    join(parts, folder, table)
    for left in runs:
        left.unlink()


def join(parts: list[Path], folder: Path, table: Table) -> None:
    """Make the file of a table of files that hold its rows in order, one after the other; these are gone then."""
    import polars as pl  # lazily, as above

    whole, file = pl.scan_parquet(parts, glob=False), file_of(folder, table)
    whole.sink_parquet(file, compression="zstd", row_group_size=_ROWS_OF_GROUP, maintain_order=True, engine="streaming")
    for part in parts:
        part.unlink()


def _in_order(runs: Sequence[Path], table: Table, most: int) -> Iterator[pl.DataFrame]:
    """The rows of all runs in the order of the table, so many at a time as memory holds."""
    import polars as pl  # lazily, as above

    first = ORDER[table][0]
    if len(ORDER[table]) == 1 or len(runs) == 1:
        yield from (pl.read_parquet(run, glob=False) for run in runs)
        return
    starts = [_starts(run, first) for run in runs]
    for keys in _groups(starts, most):
        pieces = [
            frame
            for run, of_run in zip(runs, starts, strict=True)
            if (frame := _rows_between(run, of_run, keys)) is not None
        ]
        if len(keys) == 1:
            yield from pieces
        else:
            yield pl.concat(pieces).sort(ORDER[table])


def _starts(run: Path, column: str) -> dict[str, tuple[int, int]]:
    """Where the rows of each value of a column begin in a sorted run, and how many there are."""
    import polars as pl  # lazily, as above

    counted = pl.scan_parquet(run, glob=False).group_by(column).agg(pl.len()).sort(column).collect()
    found, begin = dict[str, tuple[int, int]](), 0
    for value, count in counted.iter_rows():
        found[value] = (begin, count)
        begin += count
    return found


def _groups(starts: Sequence[dict[str, tuple[int, int]]], most: int) -> Iterator[list[str]]:
    """The values of the column in order, together as long as all their rows fit into memory."""
    group, size = list[str](), 0
    for value in sorted(set().union(*starts), key=lambda v: v.encode()):
        rows = sum(of_run[value][1] for of_run in starts if value in of_run)
        if group and size + rows > most:
            yield group
            group, size = [], 0
        group.append(value)
        size += rows
    if group:
        yield group


def _rows_between(run: Path, starts: dict[str, tuple[int, int]], keys: Sequence[str]) -> pl.DataFrame | None:
    """The rows of a run that have one of the values, which follow one another there; None for none."""
    import polars as pl  # lazily, as above

    found = [starts[key] for key in keys if key in starts]
    if not found:
        return None
    begin = found[0][0]
    length = sum(count for _, count in found)
    return pl.scan_parquet(run, glob=False).slice(begin, length).collect()
