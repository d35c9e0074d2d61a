"""A text to a file, whole or not at all: a target that cannot be written is an error that leaves what was there."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from eligo.errors import EligoError, Place, Problem


def write_text(target: str, text: str) -> None:
    """Write the text as UTF-8 to the file `target`, or to standard output for `-`."""
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(os.path.realpath(target))  # the file that a link names, so that the link stays
    try:
        if path.exists() and not path.is_file():  # a folder fails here; a pipe or a device cannot be replaced
            path.write_text(text, "utf-8")
        else:
            _replace(path, text.encode("utf-8", "xmlcharrefreplace"))
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "the name is not valid").lower()
        help_text = "name a file in a folder that you may write to"
        raise EligoError(Problem("not-written", f"the file cannot be written: {why}", Place(target), help_text)) from None


def _replace(path: Path, data: bytes) -> None:
    """Write beside the target and then take its name, so that nobody sees half a file."""
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(13, os.strerror(13))  # replacing it would go round the right that it denies
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
