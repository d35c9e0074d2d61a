"""Tasks in, reports out, on several cores: each task in a forked process that has read the vocabulary already.

A process may use so much memory and no more. One that says nothing for too long is ended from outside, as no signal
reaches a hang within machine code; what it was at is then tried again, one by one, and the rest of its task goes on.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import resource
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

MEMORY = 1 << 30  # bytes that a process may use
BUSY = 30.0  # seconds of the processor that a process may use without a word
QUIET = 600.0  # seconds of the clock: on a machine that does much else, a process may wait for long


class Task(NamedTuple):
    """Numbers of inputs or patients, and whether each is to be tried by itself."""

    what: str
    numbers: Sequence[int]
    alone: bool = False


class Report(NamedTuple):
    """What a process says: the numbers that it begins with (`began`), or what came of those that it has done."""

    numbers: Sequence[int]
    began: bool
    found: Any = None


Work = Callable[[Task, Callable[[Report], None]], None]


class _Worker:
    """A process at a task, what it has done of it, and what it is at."""

    def __init__(self, task: Task, work: Work) -> None:
        self.task, self.done, self.heard = task, set[int](), time.monotonic()
        self.at: Sequence[int] = ()
        self.pipe, far = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.get_context("fork").Process(target=_serve, args=(far, task, work))
        self.process.start()
        far.close()
        self.used = _used(self.process.pid)

    def received(self) -> Report | None:
        """What it says; None where it has gone."""
        try:
            report: Report = self.pipe.recv()
        except (EOFError, OSError):
            return None
        self.heard, self.used = time.monotonic(), _used(self.process.pid)
        self.at = report.numbers if report.began else ()
        self.done.update(() if report.began else report.numbers)
        return report

    def hangs(self) -> bool:
        """Whether it has said nothing for too long."""
        busy, quiet = _used(self.process.pid) - self.used, time.monotonic() - self.heard
        return busy > BUSY or quiet > QUIET

    def end(self, kill: bool = False) -> None:
        """Wait for its end, or end it, whatever it is at."""
        if kill:
            self.process.kill()
        self.process.join()
        self.pipe.close()

    def left(self) -> Iterator[Task]:
        """The tasks that come of one whose process died: what it was at, one by one, and the rest."""
        if not self.at and not self.done:
            raise RuntimeError(f"a process died before it began with `{self.task.what}`")
        if len(self.at) > 1:
            yield from (Task(self.task.what, [number], True) for number in self.at)
        gone = self.done.union(self.at)
        if rest := [number for number in self.task.numbers if number not in gone]:
            yield self.task._replace(numbers=rest)


def reports(tasks: Iterable[Task], work: Work, count: int, died: Callable[[Task, int], Any]) -> Iterator[Any]:
    """What all tasks find, as it comes; `died` gives what is found of an input that ended its process alone."""
    gc.freeze()
    ahead, again, busy = iter(tasks), deque[Task](), dict[Any, _Worker]()
    try:
        while True:
            while len(busy) < count and (task := again.popleft() if again else next(ahead, None)):
                worker = _Worker(task, work)
                busy[worker.pipe] = worker
            if not busy:
                return
            lost = list[_Worker]()
            for pipe in wait(list(busy), timeout=1):
                worker = busy[pipe]
                report = worker.received()
                if report is not None:
                    if not report.began:
                        yield report.found
                    continue
                worker.end()
                del busy[pipe]
                if worker.process.exitcode:
                    lost.append(worker)
            for worker in [w for w in busy.values() if w.hangs()]:
                del busy[worker.pipe]
                worker.end(kill=True)
                lost.append(worker)
            for worker in lost:
                if len(worker.at) == 1:
                    yield died(worker.task, worker.at[0])
                again.extend(worker.left())
    finally:
        for worker in busy.values():
            worker.end(kill=True)


def _used(process: int | None) -> float:
    """The seconds of the processor that a process has used; 0 where the system does not tell."""
    try:
        parts = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _serve(pipe: Connection, task: Task, work: Work) -> None:
    limit_memory()
    first = os.getppid()

    def say(report: Report) -> None:
        if os.getppid() != first:  # the first process is gone, and nobody listens
            os._exit(1)
        pipe.send(report)

    work(task, say)
    pipe.close()


def limit_memory() -> None:
    """Let this process use so much memory and no more."""
    with contextlib.suppress(ValueError, OSError):  # a lower limit of the system's
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def memory() -> int:
    """The most memory that this process has used, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
