"""Jobs in, results out, in the same order: in this process while they are few, on all cores when there are many.

At no time is more held in memory than a few batches. The other processes end with this one, however it ends; where one
of them is killed, what it was at is tried again by itself, and only a job that ends its process again is given up.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from eligo.ending import as_other_process, blocked
from eligo.vocabulary.entry import Entry
from eligo.vocabulary.own_names import own_names, use_names

BATCH = 64  # jobs that go to another process together
_AHEAD = 3  # batches for each process that are under way

J = TypeVar("J")
R = TypeVar("R")


def in_order(
    jobs: Iterable[J],
    work: Callable[[list[J]], list[R]],
    start: Callable[..., None],
    args: Any,
    processes: int | None,
    lost: Callable[[J], R],
    batch_size: int = BATCH,
) -> Iterator[R]:
    """The results of all jobs; `start(args)` makes a process ready, and `work` does a batch in it.

    `lost` gives the result of a job whose process was killed.
    """
    left = iter(jobs)
    batches: Iterator[list[J]] = iter(lambda: list(itertools.islice(left, batch_size)), [])
    count = processes or cores()
    start(args)
    first = next(batches, [])
    yield from work(first[:1])  # at once: whatever is wrong with all jobs shows here
    if count == 1 or len(first) < batch_size:
        for batch in itertools.chain([first[1:]], batches):
            for job in batch:  # so that no result waits for the next ones
                yield from work([job])
        return
    with _Workers(work, start, args, count, lost) as workers:
        yield from workers.results(itertools.chain([first[1:]], batches))


class _Worker(Generic[J]):
    """Another process, the pipe to it, and the batch that it is at, with its number."""

    def __init__(self, work: Callable[[list[J]], Any], start: Callable[..., None], args: Any) -> None:
        import multiprocessing  # lazily: few patients need no other process

        self.pipe, far = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_serve, args=(far, work, start, args, own_names()), daemon=True)
        with blocked():
            self.process.start()
        far.close()
        self.number = -1
        self.batch: list[J] = []

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


class _Workers(Generic[J, R]):
    """The other processes, each at one batch at a time; a new one takes the place of one that was killed.

    The pools of the standard library wait for ever where a process is killed while it reads or writes.
    """

    def __init__(
        self,
        work: Callable[[list[J]], list[R]],
        start: Callable[..., None],
        args: Any,
        count: int,
        lost: Callable[[J], R],
    ) -> None:
        self._new = functools.partial(_Worker[J], work, start, args)
        self._lost = lost
        self._idle = [self._new() for _ in range(count)]
        self._busy: dict[Any, _Worker[J]] = {}  # by their pipes
        self._most = count * _AHEAD

    def __enter__(self) -> _Workers[J, R]:
        return self

    def __exit__(self, *_: object) -> None:
        workers = [*self._idle, *self._busy.values()]
        for worker in workers:
            worker.process.kill()  # so that none ends only after another one has
        for worker in workers:
            worker.end()

    def results(self, batches: Iterator[list[J]]) -> Iterator[R]:
        """The results of all batches, in their order."""
        from multiprocessing.connection import wait

        left, done, given = enumerate(batches), dict[int, list[R]](), 0
        while True:
            while self._idle and len(done) + len(self._busy) < self._most and (following := next(left, None)):
                self._hand_over(self._idle.pop(), *following)
            if given in done:
                yield from done.pop(given)
                given += 1
            elif not self._busy:
                return
            else:
                for pipe in wait(list(self._busy)):
                    worker = self._busy.pop(pipe)
                    done[worker.number] = self._received(worker)

    def _hand_over(self, worker: _Worker[J], number: int, batch: list[J]) -> None:
        worker.number, worker.batch = number, batch
        self._busy[worker.pipe] = worker
        with contextlib.suppress(OSError):  # where it is gone, nothing comes back
            worker.pipe.send(batch)

    def _received(self, worker: _Worker[J]) -> list[R]:
        """What came of the batch of a worker; where that is gone, what comes of trying again, in the end one by one."""
        found = self._answer(worker)
        if found is not None:
            return found
        again = self._alone(worker.batch)
        if again is not None:
            return again
        return [one for job in worker.batch for one in self._alone([job]) or [self._lost(job)]]

    def _alone(self, batch: list[J]) -> list[R] | None:
        """What comes of a batch, waiting for it; None where the process that is at it is killed."""
        worker = self._idle.pop()
        self._hand_over(worker, -1, batch)
        del self._busy[worker.pipe]
        return self._answer(worker)

    def _answer(self, worker: _Worker[J]) -> list[R] | None:
        """What a worker sends; None where it was killed, and another one is in its place."""
        try:
            found: list[R] | Exception = worker.pipe.recv()
        except (EOFError, OSError):
            worker.end()
            self._idle.append(self._new())
            return None
        self._idle.append(worker)
        if isinstance(found, Exception):
            raise found
        return found


def _serve(
    pipe: Any, work: Callable[[list[J]], Any], start: Callable[..., None], args: Any, names: Iterable[Entry]
) -> None:
    """Do one batch after the other, until nobody sends any more; `names` are the site's own."""
    use_names(names)
    _started(start, args)
    while True:
        batch = pipe.recv()
        try:
            found = work(batch)
        except Exception as error:
            found = error
        pipe.send(found)


def _started(start: Callable[..., None], args: Any) -> None:
    """Make a process ready that has nothing of its own: it ends with the first one."""
    import threading  # lazily: the first process does not need it

    as_other_process()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start(args)


def _end_with_parent() -> None:
    """Wait until the first process is gone, and go too; what it cannot take any more is of no use."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def process_count(text: str) -> int:
    """Read a number of processes."""
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of processes")
    return int(text)


def cores() -> int:
    """The cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1
