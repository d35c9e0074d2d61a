"""An index in, what of its rule sets is no longer so out: files that were changed, added or taken away since.

A file of the same size and time is the same; of a few others the hash tells, of many that they were written anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from eligo.errors import EligoError, Place, Problem
from eligo.files import read_bytes
from eligo.index.opened import OpenedIndex
from eligo.namedtuple import NamedTuple

_SUFFIXES, _CASES = (".yaml", ".yml"), (".cases.yaml", ".cases.yml")
_MOST_READ = 200  # files that are read again
_HELP = "bring it up to date: `eligo index RULES... -o FILE`"


def stale(index: OpenedIndex) -> list[Problem]:
    """A warning where the rule sets are others than those of the index."""
    paths, place = index.paths.all(), Place(str(index.path))
    found = _compared(index, paths)
    if found.here + found.added == 0:
        message = "the rule sets of the index are not where they were, so nobody can tell whether they have changed"
        return [Problem("index-rules", message, place, severity="warning")]
    changed = len(found.other)
    if changed <= _MOST_READ:
        changed = sum(_is_other(index, number, paths[number]) for number in found.other)
    counts = {"changed": changed, "added": found.added, "taken away": len(paths) - found.here}
    said = [f"{count} {what}" for what, count in counts.items() if count]
    if not said:
        return []
    message = f"the rule sets are others than when the index was made ({', '.join(said)}); it is of the old ones"
    return [Problem("index-rules", message, place, _HELP, "warning")]


class _Compared(NamedTuple):
    """How many files of an index are still there, those that may be others, and how many were added."""

    here: int
    other: list[int]
    added: int


def _compared(index: OpenedIndex, paths: list[str]) -> _Compared:
    """Look at size and time of each file, and at what lies beside them in a folder that was indexed."""
    folders, refused = set(index.head["folders"]), set(index.head["refused"])
    of_folder: dict[str, dict[str, int]] = {folder: {} for folder in folders}
    for number, path in enumerate(paths):
        folder, _, name = path.rpartition(os.sep)
        of_folder.setdefault(folder, {})[name] = number
    states = list(zip(index.sizes.tolist(), index.changed.tolist(), strict=True))
    here, added, other = 0, 0, []
    for folder, names in of_folder.items():
        for entry in _entries(folder):
            place = names.get(entry.name)
            if place is not None:
                here += 1
                state = entry.stat()
                if (state.st_size, state.st_mtime_ns) != states[place]:
                    other.append(place)
            elif folder in folders and _is_rules(entry.name) and f"{folder}{os.sep}{entry.name}" not in refused:
                added += 1
    return _Compared(here, other, added)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if entry.is_file())
    except OSError:  # the folder has gone
        return


def _is_rules(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.endswith(_CASES) and not name.startswith(".")


def _is_other(index: OpenedIndex, number: int, path: str) -> bool:
    try:
        found: bytes = index.sha256[number].tobytes()
        return hashlib.sha256(read_bytes(Path(path))).digest() != found
    except EligoError:
        return True
