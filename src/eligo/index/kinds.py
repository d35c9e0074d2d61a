"""A test in, how an index answers it out: what it looks at, what it says of a silent record, and whether it is a point.

Tests that say the same of every record that mentions nothing they look at are of one *silent kind*: one of them is
asked for all. A test is *held* where one point against fixed limits gives its whole answer, so that arrays say it.
"""

from __future__ import annotations

from enum import IntEnum

from eligo.answers.resolve import subject_of
from eligo.criteria import Always, Compare
from eligo.evaluate import answer_of
from eligo.evaluation.ages import AgeComparison, AgeThen
from eligo.evaluation.answers import Answer
from eligo.evaluation.comparing import Comparison, Measured
from eligo.evaluation.presence import Presence
from eligo.evaluation.relating import Relating
from eligo.namedtuple import NamedTuple
from eligo.plan import Attested, Test, Untestable

ALWAYS, SILENT = "met", "unknown"  # the silent kinds of what is always so, and of what nothing is known of
OPS = ("lt", "le", "gt", "ge", "eq")  # their places are in the file
MOST_LIMITS = 2


class Settled(IntEnum):
    """How an open test is settled: not at all, by what a person states, measures or tells, or by reading the text."""

    NEVER = 0
    STATED = 1
    MEASURED = 2
    TOLD = 3
    READ = 4


class Bounds(NamedTuple):
    """A variable against one or two fixed limits: places among `OPS`, and values in the canonical unit."""

    variable: str
    ops: tuple[int, ...]
    values: tuple[float, ...]


class AnswerKind(NamedTuple):
    """How a test is answered: `reads` are the ids of all it looks at, `rulers` those whose absence may settle it."""

    settled: Settled
    silent: str
    reads: frozenset[str]
    rulers: frozenset[str]
    held: Bounds | None = None


def kind_of(test: Test, text: str) -> AnswerKind:
    """How a test is answered; `text` tells it from all others."""
    if isinstance(test, Always):
        return AnswerKind(Settled.NEVER, ALWAYS, frozenset(), frozenset())
    if isinstance(test, Untestable):
        # No record mentions such an id, but an answer may.
        reads = frozenset(name for name in (subject_of(test),) if name)
        return AnswerKind(Settled.MEASURED if reads else Settled.NEVER, SILENT, reads, frozenset())
    if isinstance(test, Attested):  # found by its topic alone
        return AnswerKind(Settled.STATED, SILENT, frozenset(), frozenset())
    answer, reads = answer_of(test)
    if isinstance(answer, Presence):
        return AnswerKind(Settled.TOLD, _of_presence(answer), reads, answer.line)
    if isinstance(answer, Relating):
        sides = f"{_of_presence(answer.what)}/{_of_presence(answer.to)}"
        return AnswerKind(Settled.READ, f"{answer.relation}/{sides}", reads, answer.line)
    silent = SILENT if _needs_a_value(answer) else text
    return AnswerKind(Settled.MEASURED, silent, reads, reads, _held(test, answer))


def _of_presence(answer: Presence) -> str:
    """The silent kind of a concept: all that it asks of a record without entries, denials, grades and other values."""
    return f"{','.join(sorted(answer.lists))}|{','.join(sorted(answer.beside))}|{answer.sex or ''}"


def _needs_a_value(answer: Answer) -> bool:
    """Whether nothing but a value that is recorded can decide, so that without any it is UNKNOWN."""
    if isinstance(answer, Measured):
        return not answer.more and answer.against is None
    return isinstance(answer, AgeComparison | AgeThen)


def _held(test: Test, answer: Answer) -> Bounds | None:
    """The limits, where a recorded point decides at once: fixed ones, on the latest value, in one unit."""
    if type(answer) is not Comparison or not isinstance(test, Compare) or test.variable is None:
        return None
    plain = not answer.more and answer.against is None and not answer.relative and answer.window is None
    if not plain or not 1 <= len(test.limits) <= MOST_LIMITS:
        return None
    return Bounds(
        test.variable,
        tuple(OPS.index(limit.op) for limit in test.limits),
        tuple(float(limit.value) for limit in test.limits),
    )
