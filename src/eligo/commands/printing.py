"""What commands print: lines for people, without anything that steers a terminal, and lines of JSON."""

from __future__ import annotations

import sys

from eligo.ending import emit
from eligo.report.jsonline import json_line
from eligo.report.terminal import clean_output, terminal


def say(text: str, end: str = "\n") -> None:
    """Print lines for people, each as a whole."""
    emit(clean_output(text, terminal(sys.stdout).colour) + end)


def say_json(data: object, indent: int | None = None) -> None:
    """Print data as JSON, on one line where no indent is asked for."""
    emit(json_line(data, indent) + "\n")
