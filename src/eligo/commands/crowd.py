"""Jobs in, results out, in the same order: in this process while they are few, on all cores when there are many.

At no time is more held in memory than a few batches.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

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
    batch_size: int = BATCH,
) -> Iterator[R]:
    """The results of all jobs; `start(args)` makes a process ready, and `work` does a batch in it."""
    left = iter(jobs)
    batches: Iterator[list[J]] = iter(lambda: list(itertools.islice(left, batch_size)), [])
    count = processes or cores()
    start(args)
    first = next(batches, [])
    yield from work(first[:1])  # at once: whatever is wrong with all jobs shows here
    if count == 1 or len(first) < batch_size:
        yield from work(first[1:])
        for batch in batches:
            yield from work(batch)
        return
    yield from _on_all_cores(itertools.chain([first[1:]], batches), work, start, args, count)


def _on_all_cores(
    batches: Iterator[list[J]], work: Callable[[list[J]], list[R]], start: Callable[..., None], args: Any, count: int
) -> Iterator[R]:
    from concurrent.futures import ProcessPoolExecutor  # lazily: few patients need no other process

    under_way: deque[Any] = deque()
    with ProcessPoolExecutor(count, initializer=_started, initargs=(start, args)) as pool:
        try:
            for batch in batches:
                under_way.append(pool.submit(work, batch))
                if len(under_way) > count * _AHEAD:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _started(start: Callable[..., None], args: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the first process's business
    start(args)


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
