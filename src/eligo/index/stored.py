"""The file of an index: a line that says what it is, a head as JSON, and arrays that are used where they lie.

It holds numbers and texts alone: nothing in it is ever run. What is cut off, or has other bytes than were written, is
refused, and so is what was made by another eligo or of another vocabulary.
"""

from __future__ import annotations

import json
import mmap
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eligo.errors import EligoError, Place, Problem
from eligo.files import refuse_special
from eligo.index.layout import Arrays
from eligo.index.state import code_digest, vocabulary_digest
from eligo.textfile import write_parts

MAGIC = b"eligo-index\n"
SCHEMA = "eligo.index/1"
_ALIGNED = 64
_MOST_HEAD = 64 * 2**20
AGAIN = "build it again: `eligo index RULES... -o FILE`"
_TYPES = {np.dtype(kind).str for kind in ("u1", "u2", "u4", "u8", "i8", "f8", "?")}


class StoredIndex:
    """The arrays of a file by name, and what its head says besides."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], head: Mapping[str, Any]) -> None:
        self.arrays, self.head = arrays, head


def write_index(path: Path, arrays: Arrays, more: Mapping[str, Any]) -> int:
    """Write a file whole or not at all; its size in bytes."""
    table, at = {}, 0
    for name, array in arrays.items():
        table[name] = [array.dtype.str, list(array.shape), at]
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    sums = zlib.crc32(b"")
    for part in _body(arrays):
        sums = zlib.crc32(part, sums)
    head = {
        "schema": SCHEMA,
        "code": code_digest(),
        "vocabulary": vocabulary_digest(),
        **more,
        "arrays": table,
        "size": at,
        "sum": sums,
    }
    text = json.dumps(head, ensure_ascii=False).encode()
    text += b" " * (-(len(MAGIC) + 16 + len(text)) % _ALIGNED)
    first = MAGIC + len(text).to_bytes(8, "little") + zlib.crc32(text).to_bytes(8, "little") + text
    write_parts(path, (part for parts in ([first], _body(arrays)) for part in parts))
    return len(first) + at


def _body(arrays: Arrays) -> Iterator[bytes]:
    for array in arrays.values():
        yield array.tobytes()
        yield b"\0" * (-array.nbytes % _ALIGNED)


def read_index(path: Path) -> StoredIndex:
    """Open a file; raise `EligoError` where it is no index, is damaged, or is of another eligo or vocabulary."""
    data = _mapped(path)
    head, start = _head(data, path)
    for name, what in (("code", "another version of eligo"), ("vocabulary", "another vocabulary")):
        if head.get(name) != (code_digest() if name == "code" else vocabulary_digest()):
            raise EligoError(Problem(f"index-{name}", f"the index was made by {what}", Place(str(path)), AGAIN))
    body = memoryview(data)[start:]
    if head["size"] != len(body) or zlib.crc32(body) != head["sum"]:
        raise _damaged(path)
    try:
        return StoredIndex({name: _array(data, start, *row) for name, row in head["arrays"].items()}, head)
    except (ValueError, TypeError, AttributeError):
        raise _damaged(path) from None


def _mapped(path: Path) -> mmap.mmap:
    place = Place(str(path))
    try:
        refuse_special(path)
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        help_text = "make it with `eligo index RULES... -o FILE`"
        raise EligoError(Problem("file-missing", "there is no such index", place, help_text)) from None
    except IsADirectoryError:
        raise EligoError(Problem("file-folder", "this is a folder, not an index", place)) from None
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise EligoError(Problem("file-unreadable", f"the file cannot be read: {why}", place)) from None
    except ValueError:  # nothing can be mapped of an empty file
        raise _damaged(path) from None


def _head(data: mmap.mmap, path: Path) -> tuple[dict[str, Any], int]:
    begin = len(MAGIC)
    if data[:begin] != MAGIC:
        help_text = "an index is made with `eligo index RULES... -o FILE`"
        raise EligoError(Problem("no-index", "the file is no index of rule sets", Place(str(path)), help_text))
    size = int.from_bytes(data[begin : begin + 8], "little")
    text = data[begin + 16 : begin + 16 + min(size, _MOST_HEAD)]
    if len(text) != size or zlib.crc32(text) != int.from_bytes(data[begin + 8 : begin + 16], "little"):
        raise _damaged(path)
    try:
        head = json.loads(text)
        known = isinstance(head, dict) and head["schema"] == SCHEMA and isinstance(head["arrays"], dict)
        known = known and isinstance(head["size"], int) and isinstance(head["sum"], int)
    except (ValueError, KeyError, RecursionError):
        known = False
    if not known:
        raise _damaged(path)
    return head, begin + 16 + size


def _array(data: mmap.mmap, start: int, kind: str, shape: list[int], at: int) -> npt.NDArray[Any]:
    if kind not in _TYPES or at < 0 or any(size < 0 for size in shape):
        raise ValueError(kind)
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(data, np.dtype(kind), count, start + at).reshape(shape)


def _damaged(path: Path) -> EligoError:
    message = "the index is cut off or damaged"
    return EligoError(Problem("index-damaged", message, Place(str(path)), AGAIN))
