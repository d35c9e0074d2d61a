"""The OMOP tables of a DuckDB file, copied to Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from eligo.bounds import MEGABYTE
from eligo.errors import EligoError, Place, Problem
from eligo.warehouse.omop_words import INSTALL, wanted

_LEAST: Final = 256 * MEGABYTE  # DuckDB copies nothing with less
_COLUMNS: Final = """
select table_catalog, table_schema, table_name, list(column_name)
from information_schema.columns where table_catalog = current_database() group by all order by all
"""


def copy_tables(source: str, work: Path, memory: int) -> Path:
    """Copy every table that is read to a folder, in one state of the database, with so many bytes of memory."""
    try:
        import duckdb  # lazily: only this source needs it
    except ImportError:
        raise EligoError(Problem("missing-library", "DuckDB is not installed", Place(source), INSTALL)) from None
    try:
        limit = f"{max(_LEAST, memory) // MEGABYTE}MB"
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "memory_limit": limit,
        }
        with duckdb.connect(source, read_only=True, config=config) as database:
            database.execute("begin transaction")
            rows = database.execute(_COLUMNS).fetchall()
            for catalog, schema, table, columns in rows:
                words = wanted().get(table.lower())
                target = work / f"{table.lower()}.parquet"
                if words is None or target.exists():
                    continue
                held = {name.lower(): name for name in columns}
                kept = [held[name] for name in words.columns.values() if name in held]
                chosen = ", ".join(f"{_quoted(name)} as {name.lower()}" for name in kept) or "1 as nothing"
                query = f"select {chosen} from {'.'.join(map(_quoted, (catalog, schema, table)))}"
                database.execute(f"copy ({query}) to '{_text(target)}' (format parquet)")
    except duckdb.Error as error:
        what = type(error).__name__
        message = f"the DuckDB file cannot be read ({what})"
        raise EligoError(Problem("database", message, Place(source), "check that no other process writes it")) from None
    return work


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
