"""Files in and out: text is UTF-8 or a clear error, and a write is whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from eligo.ending import held
from eligo.errors import EligoError, Place, Problem
from eligo.files import read_bytes

ABANDONED = 3600  # seconds after which a file that was not finished never will be
_RANDOM = 8  # characters that `mkstemp` adds
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; raise `EligoError` where it cannot be had."""
    try:
        return read_bytes(path, regular=True).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start})"
        raise EligoError(Problem("encoding", message, Place(str(path)), "save it as UTF-8")) from None


def write_text(path: Path, text: str, private: bool = False) -> None:
    """Write a file so that at every moment it is the old one or the new one, whole.

    A new file is as readable as any other, or, where it is `private`, by its owner alone.
    """
    with held():
        _write(path, [text.encode()], private)


def write_parts(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """The same for the bytes of a file, part by part; the name of an old file that stays is never gone in between."""
    with held():
        _write(path, parts, False)


def _write(path: Path, parts: Iterable[bytes | memoryview], private: bool) -> None:
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        # `mkstemp` makes a file that only its owner reads.
        if path.exists():
            Path(temporary).chmod(path.stat().st_mode)
        elif not private:
            Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as error:  # a second signal, which is not held back, leaves nothing behind either
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        if not isinstance(error, OSError):
            raise
        raise EligoError(not_written(error, path)) from None


def not_written(error: OSError, path: Path) -> Problem:
    """The problem of a file that cannot be written."""
    message = f"the file cannot be written: {(error.strerror or 'unknown').lower()}"
    help_text = "make room on the disk" if error.errno in _FULL else "name a file in a folder that you may write to"
    return Problem("write", message, Place(str(path)), help_text)


def linked(path: Path) -> Path:
    """The file that a link names, so that what is written goes there and the link stays; a loop of links is refused."""
    found = Path(os.path.realpath(path))
    if found.is_symlink():
        raise EligoError(not_written(OSError(errno.ELOOP, os.strerror(errno.ELOOP)), path))
    return found


def replace_text(path: Path, old: str | None, new: str, private: bool = False) -> None:
    """Write a file that still holds `old` (None: that is not there yet); raise `EligoError` where it does not.

    Nobody who also writes by this function comes in between. `private` is as for `write_text`.
    """
    with _locked(path.parent):
        if (read_text(path) if path.exists() else None) != old:
            help_text = "what the other one wrote is kept; start again"
            raise EligoError(Problem("file-changed", "the file was changed meanwhile", Place(str(path)), help_text))
        if old is not None and not os.access(path, os.W_OK):  # a new file in its place would go round that right
            raise EligoError(Problem("write", "the file cannot be written: permission denied", Place(str(path))))
        write_text(path, new, private)
        _take_away_leftovers(path)


def _take_away_leftovers(path: Path) -> None:
    """Remove what runs left behind that were killed while they wrote this file, where that was some time ago."""
    for left in _leftovers(path.parent, int(time.monotonic() / ABANDONED)).get(path.name, ()):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < path.stat().st_mtime - ABANDONED:
                left.unlink()


@functools.lru_cache(maxsize=4)
def _leftovers(folder: Path, _: int) -> dict[str, list[Path]]:
    """The files of a folder that were not finished, by the names that they were to have.

    Looked for once in the time after which they count: to list a folder anew for each file that is written into it
    takes longer than all else where there are ten thousands.
    """
    found = dict[str, list[Path]]()
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            wanted, random = entry.name.removeprefix(".").rpartition(".")[::2]
            if entry.name.startswith(".") and len(random) == _RANDOM:
                found.setdefault(wanted, []).append(folder / entry.name)
    return found


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Be the only one who writes in a folder; the lock ends with the process, whatever ends that."""
    try:
        import fcntl  # only where there is one: elsewhere the comparison alone has to do
    except ImportError:
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        message = f"the folder cannot be read: {(error.strerror or 'unknown').lower()}"
        raise EligoError(Problem("write", message, Place(str(folder)))) from None
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        with contextlib.suppress(OSError):  # a file system that cannot
            os.fsync(handle)  # else the new name may be lost where the machine, not only the process, stops
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
