"""What a terminal can show, and lines that fit it: text in, wrapped lines (with underlined spans) out.

Colour only repeats what a word already says; without a terminal there is none. Whatever comes from a file is shown
without its control characters, so that no file can steer the terminal.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from eligo.dataclass import dataclass
from eligo.regex import regex

PIPED_WIDTH = 100
NARROWEST = 20

_SGR = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}
_OWN = regex(rf"(\x1b\[(?:(?:0|{'|'.join(_SGR.values())})(?:;(?={'|'.join(_SGR.values())}))?)+m)")


@dataclass(frozen=True, slots=True)
class Terminal:
    """How wide lines may be, and whether colour is wanted."""

    width: int = PIPED_WIDTH
    colour: bool = False

    def paint(self, text: str, *styles: str) -> str:
        """The text in the styles (`red`, `bold` ...), or as it is where there is no colour."""
        if not self.colour or not styles:
            return text
        return f"\x1b[{';'.join(_SGR[s] for s in styles)}m{text}\x1b[0m"


def terminal(stream: TextIO, env: Mapping[str, str] = os.environ) -> Terminal:
    """What `stream` can show: a terminal has its own width, and colour unless NO_COLOR or TERM=dumb says no."""
    if not stream.isatty():
        return Terminal()
    return Terminal(width=_columns(stream, env), colour=not env.get("NO_COLOR") and env.get("TERM") != "dumb")


def _columns(stream: TextIO, env: Mapping[str, str]) -> int:
    wanted = env.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted) > 0:
        return max(int(wanted), NARROWEST)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, NARROWEST)
    except OSError:  # a terminal that does not tell its size
        return 80


def clean(text: str) -> str:
    """The text on one line, each control or invisible character replaced by one that shows; as long as before.

    A line end among them would begin a line that looks as if it were ours.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def clean_lines(text: str) -> str:
    """A text of several lines, each of which is cleaned."""
    return text if text.isprintable() else "\n".join(map(clean, text.split("\n")))


def clean_line(text: str, colour: bool = False) -> str:
    """A line as a terminal may get it: `clean`, but for our own colours."""
    if text.isprintable():
        return text
    parts = _OWN.split(text) if colour else [text]
    return "".join(part if i % 2 else clean(part) for i, part in enumerate(parts))


def columns(text: str) -> int:
    """How many columns the text takes: none for a combining mark, two for a wide character."""
    if text.isascii():
        return len(text)
    return sum(_char_columns(c) for c in text)


def _char_columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most `width` columns: the first starts with `first`, the others with `rest`."""
    return [line for line, _ in wrap_marked(text, (), width, first, rest)]


def wrap_marked(
    text: str, spans: Iterable[tuple[int, int]], width: int, first: str = "", rest: str = ""
) -> list[tuple[str, str]]:
    """Wrapped lines, each with the `~` that underline the parts of `spans` that it holds ("" where it holds none).

    The text's own line ends stay where `rest` shows that the next line belongs to it.

    >>> wrap_marked("platelets below 20", [(10, 18)], 80, "  ", "  ")
    [('  platelets below 20', '            ~~~~~~~~')]
    """
    text = clean_lines(text) if rest else clean(text)  # what is not indented would look like a line of ours
    marked = {i for start, end in spans for i in range(start, end)}
    lines: list[tuple[str, str]] = []
    for start, end in _breaks(text, width - columns(first), width - columns(rest)):
        indent = rest if lines else first
        under = "".join(("~" if i in marked else " ") * columns(text[i]) for i in range(start, end)).rstrip()
        lines.append(((indent + text[start:end]).rstrip(), " " * columns(indent) + under if under else ""))
    return lines or [(first.rstrip(), "")]


def _breaks(text: str, first_room: int, room: int) -> Iterator[tuple[int, int]]:
    """The spans of the lines: broken at line ends and spaces, inside a word only where it is wider than the room."""
    left, start = max(first_room, 8), 0
    for paragraph in text.split("\n"):
        stop = start + len(paragraph.rstrip(" "))
        while start < stop:
            if text[start] == " ":
                start += 1
                continue
            end = _fitting(text, start, stop, left)
            if end < stop and text[end] != " ":
                space = text.rfind(" ", start, end)
                end = space if space > start else end
            yield start, start + len(text[start:end].rstrip(" "))
            start, left = end, max(room, 8)
        start = stop + len(paragraph) - len(paragraph.rstrip(" ")) + 1


def _fitting(text: str, start: int, stop: int, room: int) -> int:
    """Where the part of the text that fits the room ends; at least one character."""
    used, end = 0, start
    while end < stop and (end == start or used + columns(text[end]) <= room):
        used += columns(text[end])
        end += 1
    return end
