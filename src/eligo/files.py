"""Bytes of files and streams: no more than may be, and none that changed while they were read.

What is read in pieces, or a second time, may have become another file in between: of another patient. So its size, its
time and its place on the disk are held against those of the beginning before anything of it is handed on.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from eligo.bounds import MEGABYTE
from eligo.errors import EligoError, Place, Problem
from eligo.namedtuple import NamedTuple

MAX_BYTES = 32 * MEGABYTE


class Stamp(NamedTuple):
    """What tells one state of a file from another."""

    size: int
    changed: tuple[int, int]  # its bytes, and whatever is kept of it: the latter cannot be set back
    where: tuple[int, int]

    @classmethod
    def of(cls, stream: BinaryIO) -> Stamp | None:
        """The stamp of an open file; None of a pipe, a terminal and what is in memory, which no one else writes to."""
        try:
            found = os.fstat(stream.fileno())
        except OSError:  # `UnsupportedOperation` of a stream in memory is one
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return cls(found.st_size, (found.st_mtime_ns, found.st_ctime_ns), (found.st_dev, found.st_ino))

    def is_of(self, stream: BinaryIO) -> bool:
        """Whether it is the stamp of an open file still; asked at every line, so it makes none to compare with."""
        try:
            found = os.fstat(stream.fileno())
        except OSError:
            return False
        return (
            found.st_size == self.size
            and (found.st_mtime_ns, found.st_ctime_ns) == self.changed
            and (found.st_dev, found.st_ino) == self.where
        )


def check(stream: BinaryIO, stamp: Stamp | None, file: str) -> None:
    """Raise `EligoError` where an open file is no longer what it was when the stamp was taken."""
    if stamp is not None and not stamp.is_of(stream):
        raise EligoError(changed(file))


def changed(file: str) -> Problem:
    """The problem of a file that is another one than before."""
    message = "the file was changed while it was read, so the rest of it is not used"
    return Problem("file-changed", message, Place(file), "run again when nobody writes to it, or on a copy")


def read_bytes(path: str | Path, max_bytes: int = MAX_BYTES, regular: bool = False) -> bytes:
    """Read a whole file; raise `EligoError` where it is missing, unreadable, changed or larger than the limit.

    `regular` refuses pipes and devices, which may never end: of a folder nobody has named them one by one.
    """
    with open_bytes(path, regular) as file:
        return read_stream(file, str(path), max_bytes)


@contextlib.contextmanager
def open_bytes(path: str | Path, regular: bool = False) -> Iterator[BinaryIO]:
    """Open a file; raise `EligoError` where it is missing or unreadable, also where that shows only later."""
    place = Place(str(path))
    try:
        if regular:
            refuse_special(Path(path))
        with Path(path).open("rb") as file:
            yield file
    except FileNotFoundError:
        raise EligoError(
            Problem("file-missing", "there is no such file", place, "check the name and the folder")
        ) from None
    except IsADirectoryError:
        raise EligoError(Problem("file-folder", "this is a folder, not a file", place)) from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        why = (getattr(error, "strerror", None) or "the name is not valid").lower()
        raise EligoError(Problem("file-unreadable", f"the file cannot be read: {why}", place)) from None


def read_stream(stream: BinaryIO, file: str, max_bytes: int = MAX_BYTES, begun: Sequence[bytes] = ()) -> bytes:
    """Read a whole stream, of which some lines were read before; raise where it changes or is larger than the limit."""
    stamp = Stamp.of(stream)
    data = b"".join([*begun, stream.read(max_bytes + 1 - sum(map(len, begun)))])
    check(stream, stamp, file)
    if len(data) > max_bytes:
        raise EligoError(too_large(Place(file), max_bytes))
    return data


def refuse_special(path: Path, help_text: str | None = None) -> None:
    """Raise `EligoError` for a pipe, a device or a socket, which may never end, and cannot be read twice."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise EligoError(Problem("file-kind", "this is a pipe or a device, not a file", Place(str(path)), help_text))


def lines_of(stream: BinaryIO, file: str, max_bytes: int = MAX_BYTES, begun: Sequence[bytes] = ()) -> Iterator[bytes]:
    """The lines of a stream, those that were read already first.

    Raise `EligoError` at one that is longer than the limit, or where the file changes.
    """
    stamp = Stamp.of(stream)
    for number in itertools.count(1):
        line = begun[number - 1] if number <= len(begun) else stream.readline(max_bytes + 1)
        if not line:
            return
        if len(line) > max_bytes:
            raise EligoError(too_large(Place(file, number), max_bytes))
        if stamp is not None:
            check(stream, stamp, file)
        yield line


def too_large(place: Place, max_bytes: int) -> Problem:
    """The problem of a file, a line or a stream past the limit of its size."""
    limit = f"{max_bytes // MEGABYTE} MB" if max_bytes >= MEGABYTE else f"{max_bytes} bytes"
    what = "the line" if place.line else "the file"
    return Problem("file-too-large", f"{what} is larger than {limit}", place, "split it, or raise `--max-size`")
