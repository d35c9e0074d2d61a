"""A text to where the user wants it: a file, whole or not at all; a device or a pipe; or `-` for standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from eligo import textfile
from eligo.errors import EligoError, Place, Problem


def write_text(target: str, text: str) -> None:
    """Write the text; raise `EligoError` where the target cannot be written, and leave what was there."""
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(os.path.realpath(target))  # the file that a link names, so that the link stays
    if not path.exists():
        textfile.write_text(path, text)
    elif not os.access(path, os.W_OK):  # a new file in its place would go round the right that it denies
        raise EligoError(_problem(target, "permission denied"))
    elif path.is_file():
        textfile.write_text(path, text)
    else:
        try:
            path.write_text(text, "utf-8")
        except OSError as error:
            raise EligoError(_problem(target, (error.strerror or "unknown").lower())) from None


def _problem(target: str, why: str) -> Problem:
    help_text = "name a file in a folder that you may write to"
    return Problem("write", f"the file cannot be written: {why}", Place(target), help_text)
