"""Text files in and out: UTF-8 or a clear error, and a write that is whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from eligo.errors import EligoError, Place, Problem
from eligo.files import read_bytes


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
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # `mkstemp` makes a file that only its owner reads.
        if path.exists():
            Path(temporary).chmod(path.stat().st_mode)
        elif not private:
            Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as error:  # an interrupt too leaves nothing behind
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        if not isinstance(error, OSError):
            raise
        message = f"the file cannot be written: {(error.strerror or 'unknown').lower()}"
        raise EligoError(Problem("write", message, Place(str(path)), "name a folder that you may write to")) from None


def replace_text(path: Path, old: str | None, new: str) -> None:
    """Write a file that still holds `old` (None: that is not there yet); raise `EligoError` where it does not.

    Nobody who also writes by this function comes in between.
    """
    with _locked(path.parent):
        if (read_text(path) if path.exists() else None) != old:
            help_text = "what the other one wrote is kept; start again"
            raise EligoError(Problem("file-changed", "the file was changed meanwhile", Place(str(path)), help_text))
        if old is not None and not os.access(path, os.W_OK):  # a new file in its place would go round that right
            raise EligoError(Problem("write", "the file cannot be written: permission denied", Place(str(path))))
        write_text(path, new)


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
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
