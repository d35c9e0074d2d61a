"""How a run ends early: by a signal, between whole lines and files; without an output or an error stream too.

SIGINT, SIGTERM and SIGHUP are held back while lines or a file are written, so that nobody finds half of one; a second
signal is not. Else a signal is raised at once, as `Ended`. What is raised in the middle of other code may be lost there
or come out of it as another error; so it is also noted, and `heed` raises it again. What ignores a signal already
(`nohup`) goes on ignoring it.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TextIO

from eligo.dataclass import dataclass

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ended(KeyboardInterrupt):
    """A signal asks the run to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@dataclass(slots=True)
class _EndingState:
    """Whether something is written that has to be whole, and the first signal that came."""

    writing: bool = False
    number: int | None = None


_state = _EndingState()


def emit(text: str) -> None:
    """Write whole lines to standard output, which no signal cuts in two."""
    with held():
        write(sys.stdout, text)


def write(stream: TextIO, text: str) -> None:
    """Write all of a text, and flush it.

    A stream without a buffer (PYTHONUNBUFFERED) forgets the rest of a write that a signal or a full disk cuts short.
    """
    raw = getattr(stream, "buffer", None)
    if isinstance(raw, io.RawIOBase):
        stream.flush()
        left = memoryview(text.encode(stream.encoding, stream.errors or "strict"))
        while left:
            left = left[raw.write(left) or 0 :]
    else:
        stream.write(text)
    stream.flush()


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold the signals back while something is written that has to be whole."""
    outer = _state.writing
    _state.writing = True
    try:
        yield
    finally:
        _state.writing = outer
    if not outer:
        heed()


def heed() -> None:
    """Raise `Ended` where a signal has come, whatever became of it."""
    if _state.number is not None and not _state.writing:
        raise Ended(_state.number)


def _end(number: int, _: FrameType | None) -> None:
    first = _state.number is None
    if first:
        _state.number = number
    if not (first and _state.writing):
        raise Ended(number)


@contextlib.contextmanager
def signals() -> Iterator[None]:
    """Let the signals raise `Ended` inside, where this is the first thread of a program."""
    before = dict[int, object]()
    late: int | None = None
    _state.writing, _state.number = False, None
    told = sys.unraisablehook
    sys.unraisablehook = _all_but_ends(told)
    with contextlib.suppress(ValueError):  # of another thread than the first
        for number in SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, _end)
    try:
        yield
        heed()
    finally:
        with blocked():  # else one that comes now leaves the others as they are
            left = list(before.items())
            while left:
                with contextlib.suppress(Ended):  # of a signal that came to another thread, which does not block it
                    number, handler = left.pop()
                    if handler is not None:  # one that C code installed
                        signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal.signal` gave
            sys.unraisablehook = told
            late = _state.number
            _state.writing, _state.number = False, None
    if late is not None:  # it came while the handlers were put back
        raise Ended(late)


def _all_but_ends(told: Callable[[sys.UnraisableHookArgs], object]) -> Callable[[sys.UnraisableHookArgs], object]:
    """Tell what the interpreter has to drop, as in a callback of a weak reference, but for signals: `heed` has them."""

    def dropped(args: sys.UnraisableHookArgs) -> None:
        if not isinstance(args.exc_value, Ended):
            told(args)

    return dropped


@contextlib.contextmanager
def blocked() -> Iterator[None]:
    """Keep the signals waiting outside while a process or the like is made, which else would meet them half made."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def as_other_process() -> None:
    """Meet signals as a process that only helps: a hang-up or an end ends it, an interrupt is not its business."""
    for number in SIGNALS:
        if number == signal.SIGINT:
            signal.signal(number, signal.SIG_IGN)
        elif signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # `blocked` was inherited


def open_streams() -> None:
    """Put something in the place of streams that the caller closed, before a file gets their number; all others wait.

    One that does not, because another process that shares it said so, gives half of what is asked of it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is not None:
            with contextlib.suppress(AttributeError, OSError, ValueError):  # in memory, closed, or not on POSIX
                os.set_blocking(stream.fileno(), True)
        else:
            from pathlib import Path  # lazily: few callers close a stream

            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open to the end
