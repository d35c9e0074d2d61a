"""The verdicts of many patients in, one table for a terminal out: a line a patient, a column a trial, a word in each.

Where the trials do not fit beside each other, the table goes on below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eligo.namedtuple import NamedTuple
from eligo.report.measures import Data
from eligo.report.terminal import Terminal, clean, columns, wrap

WORDS = {"ELIGIBLE": "eligible", "UNDETERMINED": "open", "INELIGIBLE": "blocked"}
NO_CRITERIA = "-"  # a trial whose source states none
LEGEND = "eligible: all criteria pass; open: nothing blocks, something is not known; blocked: ineligible"
_NONE = f"{NO_CRITERIA}: the trial states no criteria"
_COLOURS = {"eligible": "green", "open": "yellow", "blocked": "red"}
_WIDEST_ID = 32
_GAP = "  "


class TableRow(NamedTuple):
    """A patient, and the word for each trial by its id."""

    patient: str
    words: Mapping[str, str]


def table_row(screening: Data) -> TableRow:
    """The row of a patient; of a screening, as JSON data, its verdicts alone are needed."""
    words = {t["trial"]: WORDS[t["verdict"]] if _states_criteria(t) else NO_CRITERIA for t in screening["trials"]}
    return TableRow(screening["patient"], words)


def _states_criteria(trial: Data) -> bool:
    return bool(trial.get("criteria"))


def table_lines(rows: Sequence[TableRow], trials: Sequence[str], terminal: Terminal) -> Iterator[str]:
    """The table: its head, a line for each patient, and what the words mean."""
    first = min(max([columns(clean(row.patient)) for row in rows] + [len("patient")]), _WIDEST_ID)
    wide = [max(columns(trial), *map(len, WORDS.values())) for trial in trials]
    places = list(range(len(trials)))
    while places:
        fitting = _fitting(places, wide, terminal.width - first)
        head = "".join(f"{_GAP}{_padded(clean(trials[n]), wide[n])}" for n in fitting)
        yield terminal.paint(f"{_padded('patient', first)}{head}".rstrip(), "bold")
        for row in rows:
            yield _line(row, [(trials[n], wide[n]) for n in fitting], first, terminal)
        places = places[len(fitting) :]
        yield ""
    yield from wrap(LEGEND, terminal.width, "", "  ")
    if any(word == NO_CRITERIA for row in rows for word in row.words.values()):
        yield _NONE


def _fitting(places: Sequence[int], wide: Sequence[int], room: int) -> list[int]:
    """The columns that fit beside each other, at least one."""
    found, used = list[int](), 0
    for place in places:
        used += len(_GAP) + wide[place]
        if found and used > room:
            break
        found.append(place)
    return found


def _line(row: TableRow, trials: Sequence[tuple[str, int]], first: int, terminal: Terminal) -> str:
    cells = []
    for trial, width in trials:
        word = row.words.get(trial, "")
        painted = terminal.paint(word, _COLOURS[word]) if word in _COLOURS else word
        cells.append(f"{_GAP}{painted}{' ' * (width - len(word))}")
    return f"{_padded(_short(clean(row.patient), first), first)}{''.join(cells)}".rstrip()


def _short(name: str, width: int) -> str:
    """A name that is longer than its column, cut at its middle, since the ends tell ids apart."""
    if columns(name) <= width:
        return name
    half = (width - 1) // 2
    return f"{name[:half]}…{name[len(name) - (width - 1 - half) :]}"


def _padded(text: str, width: int) -> str:
    return text + " " * max(width - columns(text), 0)
