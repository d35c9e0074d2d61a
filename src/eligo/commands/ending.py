"""How a run ends early: by a signal, between whole lines; without an output or an error stream, without a traceback.

SIGINT, SIGTERM and SIGHUP are held back while lines are written, so that no reader sees half of one; a second signal
is not. What ignores a signal already (`nohup`) goes on ignoring it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ended(KeyboardInterrupt):
    """A signal asks the run to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@dataclass(slots=True)
class _Held:
    """Whether lines are being written, and the signal that came meanwhile."""

    writing: bool = False
    number: int | None = None


_held = _Held()


def emit(text: str) -> None:
    """Write whole lines to standard output, which no signal cuts in two."""
    _held.writing = True
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    finally:
        _held.writing = False
    if _held.number is not None:
        raise Ended(_held.number)


def _end(number: int, _: FrameType | None) -> None:
    if _held.writing and _held.number is None:
        _held.number = number
        return
    raise Ended(number)


@contextlib.contextmanager
def signals() -> Iterator[None]:
    """Let the signals raise `Ended` inside, where this is the first thread of a program."""
    before = dict[int, object]()
    _held.writing, _held.number = False, None
    with contextlib.suppress(ValueError):  # of another thread than the first
        for number in SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # one that C code installed
                signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal.signal` gave


def open_streams() -> None:
    """Put something in the place of streams that the caller closed, before a file gets their number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open to the end
