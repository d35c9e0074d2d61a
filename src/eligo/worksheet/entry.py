"""One filled cell as an answer: checked as every answer is, with the row and the column of what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eligo.answers.resolve import Resolved, resolve
from eligo.errors import Place, Problem
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Reply
from eligo.patients.replies import one_reply


class Signed(NamedTuple):
    """Who answered, when, and for whom, where the form itself does not say."""

    by: str | None = None
    date: str | None = None
    patient: str | None = None


class FilledEntry(NamedTuple):
    """An answer, and the patient that it is of."""

    patient: str
    reply: Reply


# The column that a key of an answer comes from.
_COLUMN = {"value": "answer", "answer": "answer", "unit": "unit", "date": "date", "by": "by", "note": "note"}
_MISSING = {
    "patient": "name the patient in the column, or with `--patient`",
    "by": "write who answers in the column, or give `--by`",
    "date": "write the day in the column, or give `--date`",
}


def entries_checked(data: Mapping[str, Any], at: Callable[[str], Place]) -> Iterator[FilledEntry | Problem]:
    """The answer that the data of a form make, or all that is wrong with it; `at` is the place of a column."""
    given = {key: value for key, value in data.items() if value not in (None, "")}
    missing = [name for name in _MISSING if name not in given]
    for name in missing:
        yield Problem("form-cell", f"the answer has no `{name}`", at(name), _MISSING[name])
    if missing:
        return
    reply, findings = one_reply(given, (), None, lenient=False)
    for finding in findings:
        key = str(finding.path[-1]) if finding.path else "answer"
        yield Problem(finding.code, finding.message, at(_COLUMN.get(key, key)), finding.help)
    if reply is None:
        return
    found = resolve(reply) if reply.asks is not None else Resolved()
    if isinstance(found, Resolved):
        yield FilledEntry(given["patient"], reply)
        return
    for problem in found:
        column = "unit" if problem.code.startswith("unit") else "answer"
        yield Problem(problem.code, problem.message, at(column), problem.help)
