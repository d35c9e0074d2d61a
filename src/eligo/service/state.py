"""What the workbench keeps: records, answers to what they leave open, and who did what; one SQLite file, or memory.

INVARIANT: what is answered to a request is on the disk before; a server that is killed loses nothing that it accepted.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eligo.dataclass import dataclass
from eligo.errors import EligoError, Place, Problem
from eligo.namedtuple import NamedTuple

NAME = "eligo.sqlite"
VERSION = 1
_MARKS = "select trial, state, note, by, at from marks where record = ?"
_WAIT = 5.0  # seconds for another server on the same file
_TABLES = """
create table records (
  key text primary key, patient text not null, as_of text, body blob not null, added text not null, by text not null
) strict, without rowid;
create table answers (
  number integer primary key, record text not null references records on delete cascade,
  question text not null, entry text not null
) strict;
create table marks (
  record text not null references records on delete cascade, trial text not null,
  state text not null, note text not null, by text not null, at text not null, primary key (record, trial)
) strict, without rowid;
create table trail (
  number integer primary key, at text not null, by text not null, what text not null, about text not null
) strict;
"""


class KeptRecord(NamedTuple):
    """A record of the worklist: under which key, of whom, of which day where one was given, and as it was sent."""

    key: str
    patient: str
    as_of: str | None
    body: bytes
    added: str
    by: str


class TrialMark(NamedTuple):
    """What became of a patient for a trial: asked, refused ..., with a note."""

    state: str
    note: str
    by: str
    at: str


class Step(NamedTuple):
    """One line of the trail: who did what, and about what."""

    at: str
    by: str
    what: str
    about: str


@dataclass(slots=True)
class Store:
    """The embedded store, opened when it is first needed, by the one thread that uses it."""

    folder: str | None
    _open: sqlite3.Connection | None = None

    def records(self) -> list[KeptRecord]:
        """All records, the newest first, without their bodies."""
        found = self._all("select key, patient, as_of, x'', added, by from records order by added desc, key")
        return [KeptRecord(*row) for row in found]

    def record(self, key: str) -> KeptRecord:
        """One record; raise `EligoError` where it is not, or no longer, there."""
        found = self._all("select key, patient, as_of, body, added, by from records where key = ?", key)
        if not found:
            raise EligoError(Problem("not-found", "there is no such record", help="it may have been removed meanwhile"))
        return KeptRecord(*found[0])

    def add(self, records: Iterable[tuple[str, bytes]], as_of: str | None, by: str) -> list[str]:
        """Keep records, each with the id of its patient, all or none; give their keys."""
        keys = list[str]()
        with self._changing() as database:
            for patient, body in records:
                keys.append(secrets.token_hex(12))
                row = (keys[-1], patient, as_of, body, now(), by)
                database.execute("insert into records values (?, ?, ?, ?, ?, ?)", row)
                _note(database, by, "record added", keys[-1])
        return keys

    def remove(self, key: str, by: str) -> None:
        """Forget a record with its answers; raise `EligoError` where it is not there."""
        with self._changing() as database:
            if not database.execute("delete from records where key = ?", (key,)).rowcount:
                raise EligoError(Problem("not-found", "there is no such record"))
            _note(database, by, "record removed", key)
        with _told():
            self._database().execute("pragma wal_checkpoint(truncate)")  # else it stays readable beside the database

    def answers(self, key: str) -> list[Mapping[str, object]]:
        """The answers to what a record leaves open, in their order; of two to one question the later one."""
        rows = self._all("select question, entry from answers where record = ? order by number", key)
        found: dict[str, Mapping[str, object]] = {}
        for question, entry in rows:
            found.pop(question, None)
            found[question] = json.loads(entry)
        return list(found.values())

    def answer(self, key: str, entries: Iterable[tuple[str, Mapping[str, object]]], by: str) -> None:
        """Keep answers, each with the question that it is to."""
        with self._changing() as database:
            for question, entry in entries:
                row = (key, question, json.dumps(entry))
                database.execute("insert into answers (record, question, entry) values (?, ?, ?)", row)
                _note(database, by, "answered", f"{key} {question}")

    def mark(self, key: str, trial: str, mark: TrialMark) -> None:
        """Keep what became of a patient for a trial, now; the trail has what was before."""
        with self._changing() as database:
            row = (key, trial, mark.state, mark.note, mark.by, now())
            database.execute("insert or replace into marks values (?, ?, ?, ?, ?, ?)", row)
            _note(database, mark.by, f"marked: {mark.state or 'none'}", f"{key} {trial}")

    def marks(self, key: str) -> dict[str, TrialMark]:
        """What became of a patient, by trial."""
        return {trial: TrialMark(*row) for trial, *row in self._all(_MARKS, key)}

    def note(self, by: str, what: str, about: str) -> None:
        """Write a line of the trail."""
        with self._changing() as database:
            _note(database, by, what, about)

    def trail(self, about: str = "") -> list[Step]:
        """The trail, the newest first; of one thing, where it is named."""
        query = "select at, by, what, about from trail where about = ? or ? = '' order by number desc"
        return [Step(*row) for row in self._all(query, about, about)]

    def _all(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with _told():
            return self._database().execute(query, values).fetchall()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One change, whole or not at all."""
        with _told():
            database = self._database()
            database.execute("begin immediate")
            try:
                yield database
            except BaseException:
                database.execute("rollback")
                raise
            database.execute("commit")

    def _database(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = _opened(self.folder)
        return self._open


def now() -> str:
    """The time, as the trail says it; no screening reads it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _note(database: sqlite3.Connection, by: str, what: str, about: str) -> None:
    database.execute("insert into trail (at, by, what, about) values (?, ?, ?, ?)", (now(), by, what, about))


def _opened(folder: str | None) -> sqlite3.Connection:
    """The database, made where there is none; its owner alone can read it."""
    name = ":memory:"
    if folder is not None:
        path = Path(folder)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = str(path / NAME)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    database = sqlite3.connect(name, timeout=_WAIT, isolation_level=None)
    for setting in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", "secure_delete = on"):
        database.execute(f"pragma {setting}")
    database.execute("begin immediate")
    version = database.execute("pragma user_version").fetchone()[0]
    if version == 0:
        for table in _TABLES.split(";"):
            database.execute(table)
        database.execute(f"pragma user_version = {VERSION}")
    database.execute("commit")
    if version not in (0, VERSION):
        raise EligoError(Problem("state-version", "another version of eligo wrote the state", Place(name)))
    return database


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong with the file as any other problem."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = (error.strerror or "unknown").lower() if isinstance(error, OSError) else str(error)
        help_text = "check the folder that `--state` names, and the room on its disk"
        raise EligoError(Problem("state", f"the state cannot be used: {why}", help=help_text)) from None
