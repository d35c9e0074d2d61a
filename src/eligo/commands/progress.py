"""How far a long run has come, on a terminal that shows nothing else."""

from __future__ import annotations

import contextlib
import sys
import time

_EVERY = 0.5  # seconds
_FIRST = 1.0  # nobody needs to be told before


class Progress:
    """Counts steps and shows them on standard error, where that is a terminal and standard output is none.

    `what` names the steps, in the plural; `alone` says that nothing else is written meanwhile, so that both may be one.
    """

    def __init__(self, what: str = "patients", alone: bool = False) -> None:
        self.count = 0
        self.total: int | None = None  # steps, where that is known
        self._what = what
        self._shown = False
        self._begun = time.monotonic()
        self._next = self._begun + _FIRST
        self.wanted = sys.stderr.isatty() and (alone or not sys.stdout.isatty())

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def step(self) -> None:
        """Count one."""
        self.count += 1
        if not self.wanted or self.count % 16:
            return
        now = time.monotonic()
        if now >= self._next:
            self._next, self._shown = now + _EVERY, True
            rate = self.count / (now - self._begun)
            of = f" of {self.total}" if self.total and self.count <= self.total else ""
            _show(f"\r{self.count}{of} {self._what}, {rate:.0f} a second ")

    def reach(self, count: int) -> None:
        """Count up to a number of steps, of which many were done at once."""
        self.count = count
        now = time.monotonic()
        if self.wanted and now >= self._next:
            self._next, self._shown = now + _EVERY, True
            _show(f"\r{count} {self._what} ")

    def clear(self) -> None:
        """Take the line away, before anything else is written."""
        if self._shown:
            _show("\r" + " " * 60 + "\r")
            self._shown = False


def _show(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody watches any more
        print(text, end="", file=sys.stderr, flush=True)
