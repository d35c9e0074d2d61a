"""A unit of work with its place: whatever goes wrong inside becomes problems of that place, and the rest goes on.

A document, a line, a patient, a rule file and a case are each one unit. What ends the whole run (an interrupt, a reader
of the output that has gone) passes through.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TypeVar

from eligo.dataclass import replace
from eligo.ending import heed
from eligo.errors import EligoError, Place, Problem

T = TypeVar("T")
F = TypeVar("F")


class Isolated:
    """A `with` block that never raises for what is wrong with its own work; `problems` then says what was.

    >>> with Isolated(Place("a.json", 3)) as unit:
    ...     raise EligoError(Problem("empty", "the record is empty"))
    >>> str(unit.problems[0])
    'a.json:3: error[empty]: the record is empty'
    """

    __slots__ = ("place", "problems")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the work was not done."""
        return bool(self.problems)

    def __enter__(self) -> Isolated:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if not isinstance(error, Exception) or ends_run(error):
            return False
        self.problems = problems_of(error, self.place)
        return True


def ends_run(error: Exception) -> bool:
    """Whether it is more than one unit's business: the reader of the output has gone, or ELIGO_DEBUG asks for it."""
    heed()  # the error may be what other code made of a signal
    return not isinstance(error, EligoError) and (
        isinstance(error, BrokenPipeError) or bool(os.environ.get("ELIGO_DEBUG"))
    )


def problems_of(error: Exception, place: Place) -> tuple[Problem, ...]:
    """What went wrong with the unit of work at a place."""
    if isinstance(error, EligoError):
        return tuple([_placed(problem, place) for problem in error.problems])
    return (replace(unexpected(error), place=place),)


def each(place: Place, items: Iterable[T], failed: Callable[[Problem], F]) -> Iterator[T | F]:
    """All items of a source; where getting the next one fails, `failed` of each problem ends them."""
    with Isolated(place) as unit:
        yield from items
    yield from map(failed, unit.problems)


def _placed(problem: Problem, place: Place) -> Problem:
    """The problem in the file of the unit, and at its line where it does not say one itself."""
    own = problem.place
    if own.file is not None and own.file != place.file:
        return problem
    line, column = (own.line, own.column) if own.line is not None else (place.line, place.column)
    return replace(problem, place=Place(place.file, line, column, own.path or place.path, own.span))


def unexpected(error: Exception) -> Problem:
    """A problem that names the exception's type and place, but not its text, which may hold a patient's value."""
    if isinstance(error, OSError):
        what = (error.strerror or "unknown").lower()
        return Problem("system", f"the system says: {what}", help="check the disk and the rights on the files named")
    if isinstance(error, MemoryError):
        help_ = "give eligo more memory, or fewer processes (`--processes`) or smaller files"
        return Problem("memory", "the memory that eligo may use is not enough for this", help=help_)
    from pathlib import Path  # lazily: the rest is for every start

    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "its start"
    return Problem(
        "internal",
        f"eligo failed with an unexpected {type(error).__name__} in {where}",
        help="please report this; ELIGO_DEBUG=1 shows the traceback, which may hold patient values",
    )
