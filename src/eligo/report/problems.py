"""Problems as text (place, source line with a caret, help) or as JSON lines: the one renderer of errors."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from eligo.ending import held, write
from eligo.errors import Place, Problem, Severity
from eligo.report.terminal import Terminal, clean, columns, terminal, wrap

# Rule files are public texts. A line of a patient's record holds values, and those never stand in an error message.
SHOWN = frozenset({".yaml", ".yml"})
MOST_PROBLEMS = 20  # of one kind in one file; a file of junk must flood neither a terminal nor a log
LONGEST_LINE = 400
_CUT = "…"


def write_problems(problems: Iterable[Problem], as_json: bool) -> None:
    """Write the problems to standard error, after whatever standard output still holds."""
    sys.stdout.flush()
    text = json_lines(problems) if as_json else render_problems(problems, terminal(sys.stderr))
    write_error(text)


def write_error(text: str) -> None:
    """Write to standard error; one that is closed or full changes no verdict."""
    with held():
        try:
            write(sys.stderr, text)
        except (OSError, ValueError):
            silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Lead a stream that takes nothing any more to nowhere; else the interpreter tries, and complains, at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def render_problems(problems: Iterable[Problem], terminal: Terminal) -> str:
    """The problems as text, sorted by file and line, each problem once; of many of one kind the first, and a count."""
    ordered = sorted(dict.fromkeys(problems), key=_order)
    return "".join(f"{render_problem(problem, terminal)}\n" for problem in summed(ordered))


def summed(problems: Iterable[Problem]) -> list[Problem]:
    """The first problems of each kind in each file, in their order, and behind those of a file how many more it has."""
    kept = dict[str | None, list[Problem]]()
    counts = Counter[tuple[str | None, str, Severity]]()
    for problem in problems:
        file = problem.place.file
        kind = (file, problem.code, problem.severity)
        counts[kind] += 1
        if counts[kind] <= MOST_PROBLEMS:
            kept.setdefault(file, []).append(problem)
    for (file, code, severity), count in counts.items():
        if count > MOST_PROBLEMS:
            more = Problem(code, f"and {count - MOST_PROBLEMS} more of this kind", Place(file), severity=severity)
            kept[file].append(more)
    return [problem for found in kept.values() for problem in found]


def render_problem(problem: Problem, terminal: Terminal) -> str:
    """One problem: `place: severity[code]: message`, the line that it points at if that may be shown, and the help."""
    colour = "red" if problem.severity == "error" else "yellow"
    head = f"{problem.severity}[{problem.code}]: {clean(problem.message)}"
    place = clean(str(problem.place))
    text = f"{place}: {head}" if place else head
    # A pipe gets one line a problem, which programs read.
    found = [text] if terminal == Terminal() else wrap(text, terminal.width, "", "  ")
    painted = terminal.paint(problem.severity, colour, "bold")
    lines = [line.replace(f"{problem.severity}[", f"{painted}[", 1) for line in found]
    lines += _source(problem, None if terminal == Terminal() else terminal.width)
    if problem.help:
        lines += wrap(problem.help, terminal.width, "  help: ", "        ")
    return "\n".join(lines)


def problems_json(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """The problems as JSON data, as many of one kind as in the text."""
    return [problem.as_json() for problem in summed(dict.fromkeys(problems))]


def json_lines(problems: Iterable[Problem]) -> str:
    """One JSON object a line; as many of one kind as in the text, and then their count."""
    from eligo.report.jsonline import json_line  # lazily: `eligo --help` has neither JSON nor files

    return "".join(json_line(problem) + "\n" for problem in problems_json(problems))


def fitted(line: str, room: int) -> str:
    """The line, or as much of it as the columns hold, with a sign that it goes on.

    >>> fitted("platelets", 9), fitted("platelets", 5)
    ('platelets', 'plat…')
    """
    if columns(line) <= room:
        return line
    return line[: next(n for n in range(room, -1, -1) if columns(line[:n]) < room)] + _CUT


def _order(problem: Problem) -> tuple[str, int, int]:
    return (problem.place.file or "", problem.place.line or 0, problem.place.column or 0)


def _source(problem: Problem, width: int | None) -> list[str]:
    """The source line and a caret under the column; nothing where the file may not be shown or is gone.

    A terminal gets as much of it as its width holds.
    """
    line = _line_at(problem.place)
    if not line.strip() or len(line) > LONGEST_LINE:
        return []
    number, column = str(problem.place.line), problem.place.column
    if width:
        line, column = _around(line, column, width - len(f"  {number} | "))
    shown = [f"  {number} | {line}"]
    if column is not None and column <= len(line) + 1:
        shown.append(f"  {' ' * len(number)} | {' ' * columns(line[: column - 1])}^")
    return shown


def _line_at(place: Place) -> str:
    """The source line of a place; nothing where the file may not be shown, is gone, or has no such line."""
    from pathlib import Path  # lazily, too

    if place.file is None or place.line is None or Path(place.file).suffix not in SHOWN:
        return ""
    try:
        with Path(place.file).open(encoding="utf-8-sig", errors="replace") as file:
            return clean(next(itertools.islice(file, place.line - 1, None), "").rstrip("\n"))
    except OSError:
        return ""


def _around(line: str, column: int | None, room: int) -> tuple[str, int | None]:
    """As much of the line around a column as so many columns of a terminal hold, and where the column is then."""
    if columns(line) <= room:
        return line, column
    at = column or 1
    start = max(0, at - room // 2) if at > room - 1 else 0
    kept = fitted(f"{_CUT if start else ''}{line[start:]}", room)
    return kept, column - start + bool(start) if column else None
