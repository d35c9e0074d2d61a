"""Where OMOP tables lie in, lazy frames of the columns that are read out: files of a folder, DuckDB, Postgres.

What a database holds is copied to files first, in one state of it, so that all that follows reads files in parts.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.warehouse.omop_words import CONCEPT, PERSON, TableWords, omop_words, wanted
from eligo.warehouse.urls import POSTGRES, shown_source

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["folder", "duckdb", "postgres"]

_SUFFIXES: Final = (".parquet", ".csv", ".csv.gz", ".tsv", ".txt")
_LONGEST_HEADER: Final = 1 << 16
_DUCK: Final = (8, b"DUCK")  # at this byte of a file, these bytes


@dataclass(slots=True)
class OmopTables:
    """The tables of a source: frames with eligo's names of the columns; what is wrong, and which lists lack a table."""

    file: str
    frames: dict[str, pl.LazyFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, table: str, words: TableWords, frame: pl.LazyFrame) -> None:
        """Take a table, where it has the columns that it cannot do without; tell of those that it lacks."""
        schema = frame.collect_schema()
        names = {name.lower(): name for name in schema.names()}
        found = {lower: name for lower, name in names.items() if is_cell(schema[name])}
        missing = [column for column in words.columns.values() if column not in found]
        needed = set(words.needed.values()).intersection(missing)
        for column in sorted(needed) or (missing if table != CONCEPT else ()):
            kind = schema[names[column]] if column in names else None
            self.problems.append(self._lacking(table, column, kind, found if column in needed else None))
        if not needed:
            kept = {role: found[column] for role, column in words.columns.items() if column in found}
            self.frames[table] = frame.select([pl_column(column).alias(role) for role, column in kept.items()])

    def _lacking(self, table: str, column: str, kind: pl.DataType | None, others: Iterable[str] | None) -> Problem:
        """A column that is not there, or is of a type that no cell has; `others` are there, where it is needed."""
        place = Place(f"{self.file}/{table}" if "://" not in self.file else self.file)
        code = "column-missing" if kind is None else "column-type"
        said = f"the table `{table}` has no column `{column}`"
        if kind is not None:
            said = f"the column `{column}` of the table `{table}` holds {kind}"
        if others is None:
            return Problem(code, said, place, "it is read as empty; CDM 5.4 has it", "warning")
        help_ = did_you_mean(column, others) or "see the tables of OMOP CDM 5.4"
        return Problem(code, f"{said}, and so is not read", place, help_)

    def lacks(self, table: str) -> None:
        """Tell of a table that is not there."""
        words = omop_words().tables[table]
        of_list = f", so that no list of {words.list} counts as complete" if words.list else ""
        help_ = "name the folder or the schema that holds it"
        severity: Literal["error", "warning"] = "error" if table == PERSON else "warning"
        message = f"there is no table `{table}`{of_list}"
        self.problems.append(Problem("table-missing", message, Place(self.file), help_, severity))


def is_cell(kind: pl.DataType) -> bool:
    """Whether columns of a type hold words, numbers, truths, dates or nothing."""
    import polars as pl  # lazily: only warehouses and cohorts need it

    return kind.is_numeric() or kind in (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Null)


def pl_column(name: str) -> pl.Expr:
    """A column by its whole name, which is no pattern."""
    import polars as pl  # lazily: only warehouses and cohorts need it

    return pl.col([name])


def kind_of_source(source: str) -> Kind | None:
    """How a source holds OMOP tables; None for one that holds none."""
    if source.startswith(POSTGRES):
        return "postgres"
    path = Path(source)
    if path.is_dir():
        return "folder" if any(map(_has_persons, _files_of(path).values())) else None
    try:
        with path.open("rb") as file:
            return "duckdb" if file.read(_DUCK[0] + len(_DUCK[1]))[_DUCK[0] :] == _DUCK[1] else None
    except (OSError, ValueError):
        return None


def _has_persons(files: list[Path]) -> bool:
    """Whether a table is one of OMOP, by its column; one that cannot be read may be."""
    try:
        return "person_id" in {name.lower() for name in scan(files).collect_schema().names()}
    except EligoError:
        return True


def open_tables(source: str, kind: Kind, work: Path, memory: int) -> OmopTables:
    """The tables of a source; `work` is a folder for copies of those of a database, `memory` what copying may take."""
    if kind == "folder":
        return _of_folder(Path(source), source)
    if kind == "duckdb":
        from eligo.warehouse import omop_duckdb  # lazily, as the next: each needs its own library

        name, folder = source, omop_duckdb.copy_tables(source, work, memory)
    else:
        from eligo.warehouse import omop_postgres

        name, folder = shown_source(source), omop_postgres.copy_tables(source, work)
    return _of_folder(folder, name)


def _of_folder(folder: Path, name: str) -> OmopTables:
    tables = OmopTables(name)
    files = _files_of(folder)
    for table, words in wanted().items():
        if table not in files:
            if table != CONCEPT and not words.may_be_missing:
                tables.lacks(table)
            continue
        try:
            frame = scan(files[table])
        except EligoError as error:
            tables.problems += error.problems
            continue
        tables.take(table, words, frame)
    return tables


def _files_of(folder: Path) -> dict[str, list[Path]]:
    """The files of each table of a folder: one of its name, or a folder of its name with parts."""
    found: dict[str, list[Path]] = {}
    names = {**dict.fromkeys(omop_words().tables), CONCEPT: None}
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return {}
    for path in entries:
        name = path.name.lower()
        stem = next((name.removesuffix(s) for s in _SUFFIXES if name.endswith(s)), name)
        if stem not in names or stem in found:
            continue
        if path.is_dir():
            parts = sorted(p for p in path.iterdir() if p.name.lower().endswith(_SUFFIXES) and p.name[0] not in "._")
            if parts:
                found[stem] = parts
        elif stem != name:
            found[stem] = [path]
    return found


def scan(files: Iterable[Path]) -> pl.LazyFrame:
    """The rows of files of one table; every column of a CSV file is text. Raise `EligoError` for what is no table."""
    import polars as pl  # lazily, as above

    paths = list(files)
    try:
        if paths[0].name.lower().endswith(".parquet"):
            frame = pl.scan_parquet(paths, glob=False, missing_columns="insert", extra_columns="ignore")
        else:
            packed = paths[0].name.lower().endswith(".gz")
            with gzip.open(paths[0]) if packed else paths[0].open("rb") as file:
                head = file.readline(_LONGEST_HEADER)
            tabs = head.count(b"\t") > head.count(b",")
            frame = pl.scan_csv(
                paths, separator="\t" if tabs else ",", quote_char=None if tabs else '"', infer_schema=False, glob=False
            )
        frame.collect_schema()
    except (OSError, EOFError, pl.exceptions.PolarsError) as error:  # the second: a packed file that is cut off
        raise EligoError(not_a_table(paths[0], error)) from None
    return frame


def not_a_table(file: Path | str, error: Exception) -> Problem:
    """The problem of a table that cannot be read; what the library says of it may hold values."""
    what = (error.strerror or "unknown").lower() if isinstance(error, OSError) else type(error).__name__
    message = f"the table cannot be read ({what})"
    return Problem("table-unreadable", message, Place(str(file)), "check that it is whole, in UTF-8, with a header")
