"""A text to where the user wants it: a file, whole or not at all; a device or a pipe; or `-` for standard output."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from eligo import textfile
from eligo.ending import emit
from eligo.errors import EligoError


def write_text(target: str, text: str, private: bool = False) -> None:
    """Write the text; raise `EligoError` where the target cannot be written, and leave what was there.

    A new file that is `private` can be read by its owner alone.
    """
    if target == "-":
        emit(text)
        return
    try:
        _write(textfile.linked(Path(target)), text, private)
    except OSError as error:
        raise EligoError(textfile.not_written(error, Path(target))) from None
    except ValueError:  # a null character
        raise EligoError(textfile.not_written(OSError(0, "the name is not valid"), Path(target))) from None


def _write(path: Path, text: str, private: bool) -> None:
    if path.exists():
        if not os.access(path, os.W_OK):  # a new file in its place would go round the right that it denies
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if not path.is_file():
            path.write_text(text, "utf-8")
            return
    textfile.write_text(path, text, private)
