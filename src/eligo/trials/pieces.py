"""Files, folders, zips and streams in, the bytes of one document each out, as they are read: nothing is kept of them.

What cannot be read is a piece of its own, with what is wrong with it, and does not stop the others.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from eligo.bounds import MEGABYTE
from eligo.dataclass import dataclass
from eligo.ending import heed
from eligo.errors import EligoError, Place, Problem
from eligo.files import lines_of, open_bytes, read_stream
from eligo.isolation import each

STDIN = "-"
SUFFIXES = (
    ".json",
    ".jsonl",
    ".ndjson",
    ".txt",
    ".xml",
    ".md",
    ".docx",
    ".pdf",
)  # of a folder or a zip; the rest is not ours
PROTOCOLS = (".docx", ".pdf")
MAX_BYTES = 32 * MEGABYTE  # of one document; the longest record of the registry has about a fifth
EMPTY = "give a record, a page, criteria or a protocol as .json, .jsonl, .xml, .txt, .docx or .pdf, or a zip of them"

_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of a file, of a part of a zip, or of a line, and its name; or what is wrong with it.

    `is_record` says that they are JSON and nothing else: a line of many.
    """

    file: str
    data: bytes = b""
    is_record: bool = False
    problems: tuple[Problem, ...] = ()  # no exception, which would keep alive all that its stages held


def pieces(source: str, max_bytes: int = MAX_BYTES) -> Iterator[Piece]:
    """Every piece of a file, a folder, a zip or, for `-`, standard input."""
    if source == STDIN:
        found = _of_stream(sys.stdin.buffer, STDIN, max_bytes)
    else:
        found = _of_folder(Path(source), max_bytes) if Path(source).is_dir() else _of_file(source, max_bytes)
    return _unit(source, found)


def body_pieces(data: bytes, name: str) -> Iterator[Piece]:
    """Every piece of what is in memory; `name` is what problems call it."""
    return _unit(name, _of_stream(BytesIO(data), name, len(data)))


def count_of(source: str) -> int | None:
    """How many pieces a folder or a zip has, where that can be told without reading them."""
    with contextlib.suppress(EligoError, OSError):
        if Path(source).is_dir():
            names = [file.name for file in _files_of(Path(source), [])]
        elif zipfile.is_zipfile(source):
            with _opened_zip(source) as archive:
                names = [part.filename for part in _parts_of(archive)]
        else:
            return None
        return None if any(name.lower().endswith((*_LINES, ".zip")) for name in names) else len(names)
    return None


def _unit(name: str, found: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces of one file or part; what ends them is a piece of its own."""
    return each(Place(name), found, lambda problem: Piece(name, problems=(problem,)))


def _of_folder(folder: Path, max_bytes: int) -> Iterator[Piece]:
    unread = list[OSError]()
    files = _files_of(folder, unread)
    for error in unread:
        message = f"the folder cannot be read: {(error.strerror or 'unknown').lower()}"
        yield Piece(str(error.filename), problems=(Problem("folder", message, Place(str(error.filename))),))
    if not files and not unread:
        raise EligoError(Problem("no-documents", "the folder holds no document of a trial", Place(str(folder)), EMPTY))
    for file in sorted(files):
        yield from _unit(str(file), _of_file(str(file), max_bytes, regular=True))


def _files_of(folder: Path, unread: list[OSError]) -> list[Path]:
    files = list[Path]()
    for here, folders, names in os.walk(folder, onerror=unread.append):
        folders[:] = [name for name in folders if name[0] != "."]
        files += [Path(here, name) for name in names if name[0] != "." and name.lower().endswith((*SUFFIXES, ".zip"))]
    return files


def _of_file(file: str, max_bytes: int, regular: bool = False) -> Iterator[Piece]:
    """The pieces of a file; one of a folder, which nobody has named, has to be a `regular` one."""
    protocol = file.lower().endswith(PROTOCOLS)
    if not protocol and Path(file).is_file() and zipfile.is_zipfile(file):
        yield from _of_zip(file, max_bytes)
        return
    with open_bytes(file, regular) as stream:
        for piece in _of_stream(stream, file, max_bytes):
            if not protocol and piece.data.startswith(b"PK\x03\x04"):
                raise EligoError(Problem("zip", "the zip is damaged", Place(file), "get it again"))
            yield piece


def _of_zip(file: str, max_bytes: int) -> Iterator[Piece]:
    with _opened_zip(file) as archive:
        parts = _parts_of(archive)
        if not parts:
            raise EligoError(Problem("no-documents", "the zip holds no document of a trial", Place(file), EMPTY))
        for part in sorted(parts, key=lambda i: i.filename):
            name = f"{file}/{part.filename}"
            yield from _unit(name, _of_part(archive, part, name, max_bytes))


def _parts_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    parts = [i for i in archive.infolist() if i.filename.lower().endswith(SUFFIXES)]  # no folder does
    return [i for i in parts if not any(p.startswith((".", "__MACOSX")) for p in i.filename.split("/"))]


def _opened_zip(file: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except OSError:  # the file's own, not of what is in it
        raise
    except Exception:  # of damaged bytes, the library raises whatever it comes upon
        heed()
        raise EligoError(Problem("zip", "the zip is damaged", Place(file), "get it again")) from None


def _of_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, max_bytes: int) -> Iterator[Piece]:
    try:
        if name.lower().endswith(_LINES):  # its check sum stands behind the last line, which is not waited for
            with archive.open(part) as stream:
                while stream.read(MEGABYTE):
                    pass
        with archive.open(part) as stream:
            yield from _of_stream(cast(BinaryIO, stream), name, max_bytes)
    except EligoError:
        raise
    except Exception:  # of damaged bytes, a password or a packing that it does not know, the library raises anything
        heed()
        problem = Problem("zip", "this part of the zip is damaged or locked", Place(name), "unpack it yourself")
        raise EligoError(problem) from None


def _of_stream(stream: BinaryIO, file: str, max_bytes: int) -> Iterator[Piece]:
    """Each line of a file of JSON objects; of any other the whole."""
    begun = list[bytes]()
    if not file.lower().endswith(_LINES):
        begun = _beginning(stream, max_bytes)
        if not _are_records(begun):
            yield Piece(file, read_stream(stream, file, max_bytes, begun))
            return
    for number, line in enumerate(lines_of(stream, file, max_bytes, begun), 1):
        if line.strip():
            yield Piece(f"{file}:{number}", line, is_record=True)


def _beginning(stream: BinaryIO, max_bytes: int) -> list[bytes]:
    """The lines of a stream up to the second one that is not blank."""
    lines, size, full = list[bytes](), 0, 0
    while full < 2 and size <= max_bytes and (line := stream.readline(max_bytes + 1 - size)):
        lines.append(line)
        size += len(line)
        full += bool(line.strip())
    return lines


def _are_records(begun: Sequence[bytes]) -> bool:
    """Whether a text is one JSON object a line: its first line alone is one, and it is not the only one."""
    full = [line.removeprefix(b"\xef\xbb\xbf").strip() for line in begun if line.strip()]
    if len(full) < 2 or not (full[0].startswith(b"{") and full[0].endswith(b"}") and full[1].startswith(b"{")):
        return False
    try:
        return isinstance(json.loads(full[0]), dict)
    except (ValueError, RecursionError):
        return False
