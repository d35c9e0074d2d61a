"""What went wrong, as data: a `Problem` has a code, a message, a place and a help; `EligoError` carries one or more.

Messages are lower case, without a final period, with the user's words in backticks. They never hold a patient value.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Literal

from eligo.dataclass import dataclass, replace

Severity = Literal["error", "warning"]

_AS_NEAR = 0.15  # a word that is less like by more than this is noise beside the nearest one
_NEAR = 0.6  # the least ratio of difflib, from 0 to 1
_MOST_WORDS = 32_768  # whose letters are kept


_NUMBERED = re.compile(r"\[([0-9]+)\](\.?)")  # an entry of a list in a path


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a file, a 1-based line and column, a path inside the document (`labs.TBil`), a span in a text.

    As text it is for people, who count from 1: `conditions[1].concept` is "conditions no. 2, concept".
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None
    span: tuple[int, int] | None = None

    def __str__(self) -> str:
        parts = [p for p in (self.file, self.line, self.column) if p is not None]
        text = ":".join(map(str, parts))
        inside = _NUMBERED.sub(_counted, self.path) if self.path else ""
        return f"{text} at {inside}" if text and inside else text or inside


def _counted(match: re.Match[str]) -> str:
    """An entry of a list by its number, counted from 1."""
    return f"{' ' if match.start() else ''}no. {int(match[1]) + 1}{', ' if match[2] else ''}"


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
    asked, by_lower = word.lower(), {k.lower(): k for k in known}
    length, letters = len(asked), _letters(asked)
    likely = [(most, k) for k in by_lower if (most := _likeness(length, letters, len(k), _letters(k))) >= _NEAR]
    near = _nearest(asked, likely, count)
    return "did you mean " + " or ".join(f"`{by_lower[n]}`" for n in near) + "?" if near else None


def _nearest(word: str, likely: list[tuple[float, str]], count: int) -> list[str]:
    """What `difflib.get_close_matches` gives that is about as near as the nearest, looking at no more than it needs."""
    import difflib  # lazily: only a mistake needs it

    matcher = difflib.SequenceMatcher()
    matcher.set_seq2(word)
    found: list[tuple[float, str]] = []
    least = _NEAR
    for most, name in sorted(likely, reverse=True):
        if most < least:
            break
        matcher.set_seq1(name)
        if matcher.quick_ratio() >= least and (ratio := matcher.ratio()) >= least:
            found = sorted([*found, (ratio, name)], reverse=True)[:count]
            least = found[-1][0] if len(found) == count else least
    return [name for ratio, name in found if ratio >= found[0][0] - _AS_NEAR]


@functools.lru_cache(_MOST_WORDS)
def _letters(word: str) -> int:
    """The letters of a word as bits, one for each time that it has a letter up to four; letters may share theirs."""
    bits = 0
    for letter in word:
        own = (ord(letter) & 63) * 4
        bits |= (bits & 7 << own) << 1 | 1 << own
    return bits


def _likeness(length: int, letters: int, other_length: int, other_letters: int) -> float:
    """The most that the ratio of difflib, which takes much longer, can be: each bit that one lacks is a letter less."""
    shared = min(length - (letters & ~other_letters).bit_count(), other_length - (other_letters & ~letters).bit_count())
    return 2.0 * shared / (length + other_length or 1)
