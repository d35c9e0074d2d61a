"""A CSV file in, jobs with the rows of one patient each out.

A long table has a row per value (patient, variable, value, unit, date); with a mapping, a table has a row per patient.
The delimiter is the one of comma, semicolon, tab and bar that gives the columns that are needed; no more is guessed.
"""

from __future__ import annotations

import csv
import difflib
import itertools
import sys
from array import array
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from eligo.bounds import MEGABYTE
from eligo.dataclass import dataclass
from eligo.errors import EligoError, Place, Problem
from eligo.files import Stamp, changed, check, lines_of, read_bytes, read_stream
from eligo.jsontext import shown
from eligo.patients.date_formats import Order, detect
from eligo.patients.jobs import MAX_BYTES, Job, failed
from eligo.patients.ledger import LedgerEntry
from eligo.patients.mapping import DELIMITERS, Mapping
from eligo.patients.sources import STDIN

REQUIRED = ("patient", "variable", "value")
OPTIONAL = ("unit", "date", "low", "high", "end", "status", "remark", "range")
DATES_OF_LONG = ("as_of", "as of", "birth_date", "birth date", "date of birth")
_DATES_SEEN = 5000  # rows or dates from which the format of a table is worked out
_LONGEST_CELL = 100_000
_ALL_BITS = 2**64 - 1
_LONGEST_LINE = 64 * MEGABYTE


@dataclass(slots=True)
class _Table:
    """An open table: its records with the byte and the line where each begins."""

    stream: BinaryIO
    file: str
    delimiter: str
    offset: int = 0
    line: int = 0

    def records(self) -> Iterator[tuple[int, int, list[str]]]:
        """Every record from here on; raise `EligoError` for what is no text."""
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        while True:
            start, first = self.offset, self.line + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                message = f"the table cannot be read: {error}"
                raise EligoError(Problem("csv-syntax", message, Place(self.file, first), "check the quotes")) from None
            yield start, first, cells

    def _lines(self) -> Iterator[str]:
        for raw in lines_of(self.stream, self.file, _LONGEST_LINE):
            self.offset += len(raw)
            self.line += 1
            yield _decoded(raw, self.file, self.line)

    def record_at(self, start: int, line: int, mark: int) -> tuple[int, tuple[str, ...]]:
        """The record that begins at a byte; raise `EligoError` where it is not the one that was there before."""
        self.stream.seek(start)
        self.offset, self.line = start, line - 1
        _, number, cells = next(self.records(), (start, line, list[str]()))
        if _mark(cells) != mark:
            raise EligoError(changed(self.file))
        return number, tuple(cells)


def _mark(cells: Sequence[str]) -> int:
    """A number by which a record is known again."""
    return hash(tuple(cells)) & _ALL_BITS


def _decoded(raw: bytes, file: str, line: int) -> str:
    try:
        return raw.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError:
        help_ = "save the file as UTF-8; it may be in Latin-1 or Windows-1252, or no table at all"
        raise EligoError(Problem("csv-encoding", "the table is not in UTF-8", Place(file, line), help_)) from None


def table_jobs(source: str, mapping: Mapping | None, max_bytes: int = MAX_BYTES) -> Iterator[Job]:
    """The rows of each patient of a table; raise `EligoError` for a table that cannot be read at all."""
    yield from stream_jobs(_opened(source, max_bytes), "<stdin>" if source == STDIN else source, mapping)


def stream_jobs(opened: BinaryIO, file: str, mapping: Mapping | None) -> Iterator[Job]:
    """The same of an open table, which is closed at its end."""
    with opened as stream:
        stamp = Stamp.of(stream)
        header_line = _decoded(stream.readline(), file, 1)
        stream.seek(0)
        delimiter, header = _header(header_line, file, mapping)
        table = _Table(stream, file, delimiter)
        records = table.records()
        next(records)
        if mapping is not None:
            order = mapping.dates or _order_of(records, header, mapping.dated)
            stream.seek(0)
            table = _Table(stream, file, delimiter)
            records = table.records()
            next(records)
            yield from _wide_jobs(records, file, header, mapping, order)
        else:
            yield from _long_jobs(table, records, header, stamp)
        check(stream, stamp, file)


def _order_of(
    records: Iterator[tuple[int, int, list[str]]], header: tuple[str, ...], dated: Sequence[str]
) -> Order | None:
    """How a table writes dates, by those of its first rows."""
    columns = [header.index(name) for name in dated if name in header]
    rows = (cells for _, _, cells in itertools.islice(records, _DATES_SEEN) if len(cells) == len(header))
    return detect(text for cells in rows for column in columns if (text := cells[column].strip()))


def _opened(source: str, max_bytes: int) -> BinaryIO:
    if source == STDIN:
        return BytesIO(read_stream(sys.stdin.buffer, "<stdin>", max_bytes))
    try:
        return Path(source).open("rb")
    except OSError:
        read_bytes(source)  # says what is wrong
        raise


def _header(line: str, file: str, mapping: Mapping | None) -> tuple[str, tuple[str, ...]]:
    """The delimiter and the column names, which must hold every one that is needed."""
    needed = mapping.needed if mapping else list(REQUIRED)
    fixed = mapping.delimiter if mapping else None
    readings = {d: _names(line, d, lower=mapping is None) for d in ([fixed] if fixed else DELIMITERS)}
    delimiter = max(readings, key=lambda d: (sum(n in readings[d] for n in needed), len(readings[d])))
    header, place = readings[delimiter], Place(file, 1)
    if not line.strip():
        raise EligoError(Problem("csv-empty", "the table has no header", place, "the first line names the columns"))
    missing = [name for name in needed if name not in header]
    if missing and len(header) == 1:
        names = ", ".join(DELIMITERS.values())
        message = f"the header is one single cell, so the columns are not parted by {names}"
        raise EligoError(Problem("csv-delimiter", message, place, "save it with one of these as the delimiter"))
    if missing:
        raise EligoError([_missing(name, header, place, mapping) for name in missing])
    _no_column_twice(header, needed, place)
    return delimiter, header


def _no_column_twice(header: Sequence[str], needed: Sequence[str], place: Place) -> None:
    twice = sorted({name for name in header if header.count(name) > 1 and name in needed})
    if twice:
        raise EligoError(Problem("column-twice", f"the column `{shown(twice[0])}` is there twice", place))


def _names(line: str, delimiter: str, lower: bool) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(cell.strip().lower() if lower else cell.strip() for cell in cells)


def _missing(name: str, header: Sequence[str], place: Place, mapping: Mapping | None) -> Problem:
    near = difflib.get_close_matches(name, [h for h in header if h], n=1)
    help_ = f"column {header.index(near[0]) + 1} has a name like it" if near else None
    if help_ is None and mapping is None:
        help_ = "a long table has patient, variable, value, unit, date; one row per patient needs `--mapping FILE`"
    return Problem("column-missing", f"the table has no column `{shown(name)}`", place, help_)


def _wide_jobs(
    records: Iterator[tuple[int, int, list[str]]],
    file: str,
    header: tuple[str, ...],
    mapping: Mapping,
    order: Order | None,
) -> Iterator[Job]:
    """A job for each row; the second row of a patient is an error, and so is one with too many or too few cells."""
    column, seen = header.index(mapping.patient), dict[str, int]()
    for _, line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        problem = _row_problem(cells, header, Place(file, line))
        if problem is None and not cells[column].strip():
            problem = Problem("patient-missing", "the row does not say which patient it is of", Place(file, line))
        if problem is None:
            id_ = cells[column].strip()
            first = seen.setdefault(id_, line)
            if first != line:
                message = f"the patient of this row has a row already, in line {first}"
                problem = Problem(
                    "patient-twice", message, Place(file, line), "a table with a mapping has one row each"
                )
        if problem:
            yield failed(problem, [_refused(line, problem)])
        else:
            yield Job("rows", rows=((line, tuple(cells)),), file=file, header=header, dates=order)


def _long_jobs(
    table: _Table, records: Iterator[tuple[int, int, list[str]]], header: tuple[str, ...], stamp: Stamp | None
) -> Iterator[Job]:
    """A job for each patient, whose rows may stand anywhere: a first pass notes where."""
    column, columns = header.index("patient"), [header.index(n) for n in ("date", "end") if n in header]
    variable, value = header.index("variable"), header.index("value")
    seen = dict[str, None]()  # dates, as long as they are few
    spans: dict[str, array[int]] = {}
    for start, line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        problem = _row_problem(cells, header, Place(table.file, line))
        if problem is None and not cells[column].strip():
            problem = Problem("patient-missing", "the row does not say which patient it is of", Place(table.file, line))
        if problem:
            yield failed(problem, [_refused(line, problem)])
        else:
            spans.setdefault(cells[column].strip(), array("Q")).extend((start, line, _mark(cells)))
            if len(seen) < _DATES_SEEN:
                about = [value] if cells[variable].strip().lower() in DATES_OF_LONG else []
                seen.update((text, None) for c in (*columns, *about) if (text := cells[c].strip()))
    order = detect(seen)
    for of_patient in spans.values():
        rows = tuple(table.record_at(*of_patient[i : i + 3]) for i in range(0, len(of_patient), 3))
        check(table.stream, stamp, table.file)
        yield Job("rows", rows=rows, file=table.file, header=header, dates=order)


def _row_problem(cells: Sequence[str], header: Sequence[str], place: Place) -> Problem | None:
    if len(cells) != len(header):
        message = f"the row has {len(cells)} cells, the header {len(header)}"
        return Problem("csv-cells", message, place, "a cell that holds the delimiter needs quotes")
    if any(len(cell) > _LONGEST_CELL for cell in cells):
        return Problem("csv-cells", "a cell of the row is too long", place, "check the quotes")
    return None


def _refused(line: int, problem: Problem) -> LedgerEntry:
    return LedgerEntry(f"line {line}", problem.place, "refused", reason=problem.code, text=problem.message)
