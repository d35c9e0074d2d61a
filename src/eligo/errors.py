"""What went wrong, as data: a `Problem` has a code, a message, a place and a help; `EligoError` carries one or more.

Messages are lower case, without a final period, with the user's words in backticks. They never hold a patient value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

_AS_NEAR = 0.15  # a word that is less like by more than this is noise beside the nearest one

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a file, a 1-based line and column, a path inside the document (`labs.TBil`), a span in a text."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None
    span: tuple[int, int] | None = None

    def __str__(self) -> str:
        parts = [p for p in (self.file, self.line, self.column) if p is not None]
        text = ":".join(map(str, parts))
        return f"{text} at {self.path}" if text and self.path else text or (self.path or "")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with what to do about it."""

    code: str
    message: str
    place: Place = Place()
    help: str | None = None
    severity: Severity = "error"

    def in_file(self, file: str) -> Problem:
        """The same problem with the file named, where it was not yet."""
        return self if self.place.file else replace(self, place=replace(self.place, file=file))

    def as_json(self) -> dict[str, object]:
        """The problem as JSON data; empty parts are left out."""
        place = {k: getattr(self.place, k) for k in ("file", "line", "column", "path", "span")}
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "place": {k: v for k, v in place.items() if v is not None},
            "help": self.help,
        }

    def __str__(self) -> str:
        place = str(self.place)
        text = f"{self.severity}[{self.code}]: {self.message}"
        text = f"{place}: {text}" if place else text
        return f"{text}\n  help: {self.help}" if self.help else text


class EligoError(Exception):
    """One or more problems that stop a stage; all that the stage could find in one pass."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: str, known: Iterable[str], count: int = 3) -> str | None:
    """A help text that names the known words nearest to `word`, or None where none is near."""
    import difflib  # lazily: only a mistake needs it

    by_lower = {k.lower(): k for k in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=count, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, name, word.lower()).ratio() for name in near]
    near = [name for name, like in zip(near, likeness, strict=True) if like >= likeness[0] - _AS_NEAR]
    return "did you mean " + " or ".join(f"`{by_lower[n]}`" for n in near) + "?" if near else None
