"""An answers file: read, one answer or many put into it, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eligo.errors import EligoError
from eligo.patients.model import Reply
from eligo.patients.replies import Replies, answers_text, read_answers
from eligo.textfile import read_text, replace_text
from eligo.worksheet.entry import FilledEntry


def same_question(one: Reply, other: Reply) -> bool:
    """Whether two answers are to the same question, so that the later one takes the place of the other."""
    return (one.asks, one.criterion) == (other.asks, other.criterion)


def put(kept: Iterable[Reply], reply: Reply) -> tuple[Reply, ...]:
    """The answers of a patient with a new one, in the place of that to the same question."""
    return (*(one for one in kept if not same_question(one, reply)), reply)


def together(entries: Iterable[FilledEntry], kept: Replies | None = None) -> Replies:
    """Answers by patient, with those that are kept already; of two to one question the later one stays."""
    found = dict(kept or {})
    for entry in entries:
        found[entry.patient] = put(found.get(entry.patient, ()), entry.reply)
    return found


def write_answers(target: str, entries: Iterable[FilledEntry]) -> None:
    """Put answers into a file, which is made where there is none and which its owner alone can then read.

    Raise `EligoError` where it holds what cannot be read, since that would be lost.
    """
    path = Path(target).resolve()  # the file that a link names, so that the link stays
    old = read_text(path) if path.exists() else None
    found, problems = read_answers(path) if old is not None and old.strip() else ({}, ())
    if problems:
        raise EligoError(problems)
    replace_text(path, old, answers_text(together(entries, found)), private=True)
