"""Problems as text (place, source line with a caret, help) or as JSON lines: the one renderer of errors."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from eligo.errors import Problem
from eligo.report.jsonline import json_line
from eligo.report.terminal import Terminal, clean, columns, terminal, wrap

# Rule files are public texts. A line of a patient's record holds values, and those never stand in an error message.
SHOWN = frozenset({".yaml", ".yml"})
MOST_PROBLEMS = 50  # of one file; a file of junk must not flood the terminal
LONGEST_LINE = 400


def write_problems(problems: Iterable[Problem], as_json: bool) -> None:
    """Write the problems to standard error, after whatever standard output still holds."""
    sys.stdout.flush()
    text = json_lines(problems) if as_json else render_problems(problems, terminal(sys.stderr))
    write_error(text)


def write_error(text: str) -> None:
    """Write to standard error; one that is closed or full changes no verdict."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Lead a stream that takes nothing any more to nowhere; else the interpreter tries, and complains, at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def render_problems(problems: Iterable[Problem], terminal: Terminal) -> str:
    """All problems as text, sorted by file and line, each problem once."""
    ordered = sorted(dict.fromkeys(problems), key=_order)
    blocks = []
    for file, group in itertools.groupby(ordered, key=lambda p: p.place.file):
        found = list(group)
        blocks += [render_problem(p, terminal) for p in found[:MOST_PROBLEMS]]
        if len(found) > MOST_PROBLEMS:
            where = f"{clean(file)}: " if file else ""
            blocks.append(f"{where}and {len(found) - MOST_PROBLEMS} more problems")
    return "".join(f"{block}\n" for block in blocks)


def render_problem(problem: Problem, terminal: Terminal) -> str:
    """One problem: `place: severity[code]: message`, the line that it points at if that may be shown, and the help."""
    colour = "red" if problem.severity == "error" else "yellow"
    head = f"{terminal.paint(problem.severity, colour, 'bold')}[{problem.code}]: {clean(problem.message)}"
    place = clean(str(problem.place))
    lines = [f"{place}: {head}" if place else head, *_source(problem)]
    if problem.help:
        lines += wrap(problem.help, terminal.width, "  help: ", "        ")
    return "\n".join(lines)


def json_lines(problems: Iterable[Problem]) -> str:
    """One JSON object a line."""
    return "".join(json_line(p.as_json()) + "\n" for p in dict.fromkeys(problems))


def _order(problem: Problem) -> tuple[str, int, int]:
    return (problem.place.file or "", problem.place.line or 0, problem.place.column or 0)


def _source(problem: Problem) -> list[str]:
    """The source line and a caret under the column; nothing where the file may not be shown or is gone."""
    place = problem.place
    if place.file is None or place.line is None or Path(place.file).suffix not in SHOWN:
        return []
    try:
        with Path(place.file).open(encoding="utf-8-sig", errors="replace") as file:
            line = next(itertools.islice(file, place.line - 1, None), "")
    except OSError:
        return []
    line = clean(line.rstrip("\n"))
    if not line.strip() or len(line) > LONGEST_LINE:
        return []
    number = str(place.line)
    shown = [f"  {number} | {line}"]
    if place.column is not None and place.column <= len(line) + 1:
        shown.append(f"  {' ' * len(number)} | {' ' * columns(line[: place.column - 1])}^")
    return shown
