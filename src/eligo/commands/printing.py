"""What commands print: lines for people, without anything that steers a terminal, and lines of JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from eligo.ending import emit
from eligo.report.jsonline import json_line
from eligo.report.terminal import clean_line, terminal


def say(line: str, end: str = "\n") -> None:
    """Print a line for people."""
    emit(clean_line(line, terminal(sys.stdout).colour) + end)


def say_lines(lines: Iterable[str]) -> None:
    """Print lines for people: as many as there are, whatever the texts of files hold that are in them."""
    colour = terminal(sys.stdout).colour
    emit("".join(f"{clean_line(line, colour)}\n" for line in lines))


def say_json(data: object, indent: int | None = None) -> None:
    """Print data as JSON, on one line where no indent is asked for."""
    emit(json_line(data, indent) + "\n")
