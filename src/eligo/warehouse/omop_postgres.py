"""The OMOP tables of a Postgres database, copied to CSV files in one transaction.

The URL is that of libpq (`postgresql://user@host/database?options=-csearch_path%3Dcdm`); the tables are those of the
search path. A password belongs into `~/.pgpass` or `PGPASSWORD`, not into the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from eligo.errors import EligoError, Place, Problem
from eligo.warehouse.omop_words import INSTALL, wanted
from eligo.warehouse.urls import shown_source

_COLUMNS: Final = """
select c.relname, a.attname
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relkind in ('r', 'v', 'm', 'p', 'f') and a.attnum > 0 and not a.attisdropped
  and pg_table_is_visible(c.oid) and lower(c.relname) = any(%s)
order by 1, a.attnum
"""


def copy_tables(url: str, work: Path) -> Path:
    """Copy every table that is read to a folder, in one state of the database; give the folder."""
    place = Place(shown_source(url))
    try:
        import psycopg  # lazily: only this source needs it
        from psycopg import sql
    except ImportError:
        raise EligoError(Problem("missing-library", "psycopg is not installed", place, INSTALL)) from None
    try:
        with psycopg.connect(url, connect_timeout=10) as database:
            database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            database.read_only = True
            held: dict[str, dict[str, str]] = {}
            for table, column in database.execute(_COLUMNS, (list(wanted()),)):
                held.setdefault(table, {})[column.lower()] = column
            for table, columns in held.items():
                words = wanted()[table.lower()]
                chosen = sql.SQL(", ").join(
                    sql.SQL("{} as {}").format(sql.Identifier(columns[name]), sql.Identifier(name))
                    for name in words.columns.values()
                    if name in columns
                )
                query = sql.SQL("copy (select {} from {}) to stdout (format csv, header)")
                with (
                    (work / f"{table.lower()}.csv").open("wb") as file,
                    database.cursor().copy(query.format(chosen, sql.Identifier(table))) as rows,
                ):
                    for block in rows:
                        file.write(block)
    except psycopg.Error as error:
        what = f"SQLSTATE {error.sqlstate}" if error.sqlstate else type(error).__name__
        message = f"the database cannot be read ({what})"
        help_ = "check host, database, user and rights; a password is taken from PGPASSWORD or ~/.pgpass"
        raise EligoError(Problem("database", message, place, help_)) from None
    return work
