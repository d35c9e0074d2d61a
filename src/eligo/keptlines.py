"""JSON data by keys, kept between runs in one file of the cache that grows by a line for each.

A line is written when it is given, so that a run that is killed has kept all but the last one. Lines that are not
whole, and files of others, are ignored; where nothing can be kept, nothing is found.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any, BinaryIO

from eligo.cache import cache_folder, code_state, digest, is_ours, prune
from eligo.ending import held

_KEPT = 16  # files of one kind
_DEAD = 1000  # lines that later ones have replaced, past which a file begins anew


class KeptLines:
    """The data of one `kind` and `key`, of this state of the code; of the lines of one name the last counts."""

    def __init__(self, kind: str, key: str) -> None:
        self._places = dict[bytes, int]()
        self._file: BinaryIO | None = None
        folder = cache_folder()
        if folder is not None:
            name = digest([kind.encode(), key.encode(), code_state()])
            with contextlib.suppress(OSError):
                self._open(folder / f"{kind}-{name[:32]}.bin")

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new = not path.exists()
        if not is_new and not (path.is_file() and is_ours(path)):
            return
        self._file = path.open("a+b")
        if is_new:
            path.chmod(0o600)
            prune(path, _KEPT)
        self._file.seek(0)
        place, count, line = 0, 0, b"\n"
        for line in self._file:
            self._places[_name_of(line)] = place
            place, count = place + len(line), count + 1
        if count > 2 * len(self._places) + _DEAD:
            self._file.truncate(0)
            self._places.clear()
        elif not line.endswith(b"\n"):  # the run that wrote it was killed
            self._file.write(b"\n")
            self._file.flush()

    def get(self, name: str) -> Any | None:
        """The data that an earlier run gave a name; None where it gave none."""
        place = self._places.get(name.encode())
        if place is None or self._file is None:
            return None
        try:
            self._file.seek(place)
            head, _, body = self._file.readline().partition(b" ")
        except OSError:
            return None
        is_whole = head == _check_of(body) and _name_of(b" " + body) == name.encode()
        return json.loads(body[len(name) + 1 :]) if is_whole else None

    def add(self, name: str, data: object) -> None:
        """Keep data under a name without blanks."""
        if self._file is not None:
            body = f"{name} {json.dumps(data)}\n".encode()
            with held(), contextlib.suppress(OSError):
                self._file.write(_check_of(body) + b" " + body)
                self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()


def _name_of(line: bytes) -> bytes:
    return line.partition(b" ")[2].partition(b" ")[0]


def _check_of(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()
