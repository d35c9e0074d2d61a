"""Derived data kept between runs, keyed by the hash of what it was derived from.

A cache is only ever a shortcut: a file that is missing, damaged, written by other code or owned by another user
is ignored and made again, and a folder that cannot be written is no error. Nothing of a patient is ever cached.
What is kept is JSON data in the form of `marshal`, which loads faster than text; it is safe here because the file
is our own, whole by its hash, and of this very interpreter.
`ELIGO_CACHE` names another folder; an empty `ELIGO_CACHE` switches caching off. Of each kind only so many files are
kept, the oldest going first.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import marshal
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from eligo.ending import held
from eligo.version import __version__

_KEPT = 32768  # files of each kind: the plans of as many rule sets, some 25 kilobytes each
_KEPT_FILES = 2  # of those that are opened in place, which are large
_ROOM = 8  # where there are too many, one of so many goes, so that the folder need not be read at each write
_ABANDONED = 3600  # seconds after which a file that was not finished never will be
_CODE = (".py", ".so", ".pyd")
_NO_CODE = ("__pycache__", "_data")


def digest(parts: Iterable[bytes]) -> str:
    """The sha256 of the parts, each with its length, so that moving a byte between parts changes it."""
    h = hashlib.sha256()
    for part in parts:
        h.update(len(part).to_bytes(8, "big") + part)
    return h.hexdigest()


def cached(kind: str, key: str, build: Callable[[], Any]) -> Any:
    """The JSON data that `build` makes, from the cache where it holds it for this `kind` and `key`."""
    folder = cache_folder()
    if folder is None:
        return build()
    # The interpreter's version counts too: the form of `marshal` is of one version.
    name = digest([kind.encode(), key.encode(), code_state(), sys.version.encode()])
    path = folder / f"{kind}-{name[:32]}.bin"
    found = _read(path, name)
    if found is not None:
        return found
    made = build()
    _write(path, name, made)
    return made


def cached_file(kind: str, key: str, build: Callable[[], bytes]) -> Path | bytes:
    """A file with the bytes that `build` makes, to be opened in place; the bytes themselves where it cannot be kept.

    Its name is of `kind` and `key` alone, and says nothing of the code: who opens it must see whether it is whole and
    of the right form, and may have it `made_again`.
    """
    folder = cache_folder()
    if folder is None:
        return build()
    path = folder / f"{kind}-{digest([kind.encode(), key.encode()])[:32]}.bin"
    if is_ours(path):
        return path
    made = made_again(path, build)
    return path if is_ours(path) else made


def made_again(path: Path, build: Callable[[], bytes]) -> bytes:
    """The bytes of a file of the cache, made anew and put in its place where that can be."""
    made = build()
    _replace(path, made, _KEPT_FILES)
    return made


@functools.cache
def code_state() -> bytes:
    """What tells one state of eligo's code from another: the version, and the name, size and time of every module.

    Reading the modules themselves would take longer than a whole start.
    """
    found = [__version__]
    for folder, folders, files in os.walk(Path(__file__).parent):
        folders[:] = sorted(name for name in folders if name not in _NO_CODE)
        for name in sorted(files):
            if name.endswith(_CODE):
                state = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - two hundred times at each start
                found.append(f"{name}:{state.st_size}:{state.st_mtime_ns}")
    return "\n".join(found).encode()


def cache_folder() -> Path | None:
    """The folder of the cache; None where caching is switched off."""
    set_by_user = os.environ.get("ELIGO_CACHE")
    if set_by_user is not None:
        return Path(set_by_user) if set_by_user else None
    try:
        base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    except RuntimeError:  # no home folder
        return None
    return Path(base) / "eligo"


def _read(path: Path, name: str) -> Any | None:
    """The data of a cache file, or None where it is not ours, not whole or not for this name."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
                return None
            head, _, body = file.read().partition(b"\n")
        if head != _head(name, body):
            return None
        return marshal.loads(body)
    except (OSError, ValueError, EOFError, TypeError):
        return None


def _at_once(name: str, flags: int) -> int:
    """Open a file; one that is a pipe has nothing to read, and is not waited for."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _write(path: Path, name: str, data: Any) -> None:
    import json  # lazily: a warm start writes nothing

    body = marshal.dumps(json.loads(json.dumps(data)))  # by way of JSON, so that it holds nothing but plain types
    _replace(path, _head(name, body) + b"\n" + body, _KEPT)


def is_ours(path: Path) -> bool:
    """Whether there is a file that nobody else wrote."""
    try:
        state = path.stat()
    except OSError:
        return False
    return not hasattr(os, "getuid") or state.st_uid == os.getuid()


def _replace(path: Path, data: bytes, kept: int) -> None:
    """Put a file in its place, whole or not at all, and take the oldest of its kind away."""
    import tempfile  # lazily, too

    with held(), contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        prune(path, kept)


_room = dict[tuple[Path, str], int]()  # of each kind in a folder: how many more files may be written unlooked


def prune(made: Path, kept: int) -> None:
    """Keep so many files of a kind in a folder, the newest ones, after one was made there.

    The folder is looked through where there may be too many: to look at all of them takes far longer than to write one.
    """
    kind = made.name.rpartition("-")[0]
    room = _room.get((made.parent, kind), 0)
    _room[made.parent, kind] = room - 1 if room else _prune(made, kind, kept)


def _prune(made: Path, kind: str, kept: int) -> int:
    """Take the oldest files of a kind away, where there are more than are kept, and what a killed run left.

    Gives for how many more there is room.
    """
    states = [(path.stat().st_mtime, path) for path in made.parent.glob(f"{kind}-*.bin") if path != made]
    most = kept if len(states) < kept else kept - kept // _ROOM
    for _, path in sorted(states, reverse=True)[most - 1 :]:
        path.unlink(missing_ok=True)
    for path in made.parent.glob(".new-*"):
        if path.stat().st_mtime < made.stat().st_mtime - _ABANDONED:
            path.unlink(missing_ok=True)
    return kept - min(len(states) + 1, most)


def _head(name: str, body: bytes) -> bytes:
    return f"eligo-cache {name} {hashlib.sha256(body).hexdigest()}".encode()
