"""A folder of tables that is there whole or not at all: written beside, put in its place at the end."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from eligo.data import data_dir
from eligo.ending import held
from eligo.errors import EligoError, Place, Problem
from eligo.textfile import ABANDONED, not_written, write_text
from eligo.version import __version__
from eligo.warehouse.tables import LEDGER, MANIFEST, SCHEMA, TABLES, file_of

_RANDOM: Final = 8  # characters that `mkdtemp` adds
_NEW, _OLD, _WORK = "new", "old", "work"
_BLOCK: Final = 1 << 20


class Staging:
    """A folder beside the one to be written: `new` becomes it at the end, `work` is for what is copied meanwhile."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder, self.target = folder, target
        self.new, self.work = folder / _NEW, folder / _WORK

    def put(self) -> None:
        """Put the new folder into its place; whoever looks finds the old one or the new one."""
        for file in sorted(self.new.iterdir()):
            _sync(file)
        with held():
            if self.target.exists():
                self.target.rename(self.folder / _OLD)
            self.new.rename(self.target)
            _sync(self.target.parent)


@contextlib.contextmanager
def staged(target: Path) -> Iterator[Staging]:
    """A staging folder for a warehouse, gone afterwards; raise `EligoError` where the target is something else."""
    _refuse_other(target)
    try:
        _take_away_leftovers(target)
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise EligoError(not_written(error, target)) from None
    try:
        staging = Staging(folder, target)
        staging.new.mkdir()
        staging.work.mkdir()
        yield staging
    except OSError as error:
        raise EligoError(not_written(error, target)) from None
    finally:
        with held():
            shutil.rmtree(folder, ignore_errors=True)


def _refuse_other(target: Path) -> None:
    """Refuse a target that holds anything but a warehouse, which would be lost."""
    if not target.exists():
        return
    if not target.is_dir() or (any(target.iterdir()) and not (target / MANIFEST).is_file()):
        message = "this is there already, and is no warehouse"
        raise EligoError(Problem("not-a-warehouse", message, Place(str(target)), "name a folder that is not there yet"))


def _take_away_leftovers(target: Path) -> None:
    """Remove what runs left behind that were killed while they wrote this folder, where that was some time ago."""
    import time  # lazily: nothing else here needs it

    for left in target.parent.glob(f".{glob.escape(target.name)}.{'?' * _RANDOM}"):
        if left.is_dir() and (left / _NEW).is_dir() and left.stat().st_mtime < time.time() - ABANDONED:
            shutil.rmtree(left, ignore_errors=True)


def _sync(path: Path) -> None:
    with contextlib.suppress(OSError):  # a file system that cannot
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_manifest(folder: Path, rows: Mapping[str, int], more: Mapping[str, Any], ledger: Mapping[str, Any]) -> None:
    """Write the ledger of a warehouse, and the manifest: its rows and the hashes of its files and of the grammar."""
    write_text(folder / LEDGER, _text(ledger))
    files = [*(file_of(folder, table) for table in TABLES), folder / LEDGER]
    manifest = {
        "schema": SCHEMA,
        "eligo": __version__,
        "grammar_sha256": grammar_sha256(),
        **more,
        "rows": dict(rows),
        "sha256": {file.name: _sha256(file) for file in files},
    }
    write_text(folder / MANIFEST, _text(manifest))


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a warehouse; raise `EligoError` where the folder is none, or of another form."""
    place = Place(str(folder))
    try:
        data = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        message = f"this is no warehouse: it has no `{MANIFEST}` that can be read"
        raise EligoError(Problem("not-a-warehouse", message, place, "`eligo warehouse` makes one")) from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        message = f"the warehouse is not of the form `{SCHEMA}`"
        raise EligoError(Problem("warehouse-schema", message, place, "make it again with `eligo warehouse`"))
    for table in TABLES:
        if not file_of(folder, table).is_file():
            message = f"the warehouse has no `{file_of(folder, table).name}`"
            raise EligoError(Problem("table-missing", message, place, "make it again with `eligo warehouse`"))
    return data


def grammar_sha256() -> str:
    """A hash of all files of the grammar: records read with another one may have become other rows."""
    found = hashlib.sha256()
    for file in sorted(data_dir("grammar").iterdir()):
        if file.is_file():
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _sha256(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
