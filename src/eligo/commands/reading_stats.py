"""Eligibility text of files and folders in; how much of it is understood, and why the rest is not, out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eligo.commands.bulk import collector_at_rest, json_row, opened
from eligo.commands.printing import say_json, say_lines
from eligo.commands.progress import Progress
from eligo.criteria import leaves
from eligo.dataclass import dataclass, field, replace
from eligo.errors import EligoError, Place, Problem
from eligo.files import lines_of, read_stream
from eligo.isolation import Isolated, each
from eligo.pages.document import Page, read_criteria
from eligo.reading.item import ItemReading
from eligo.reading.parse import read_item
from eligo.regex import regex
from eligo.report.problems import write_problems
from eligo.report.terminal import clean
from eligo.trials import read_record, read_trial, sniff
from eligo.truth import KINDS, Kind
from eligo.understood import PARTS, SHARES, Part, Share, part_of, share_of

UNKNOWN_QUANTITY = "unknown-quantity"  # beside the codes of reading/reasons.py

_SUFFIXES = (".json", ".jsonl", ".txt", ".md")
_COMMONEST = 10
_WORD = regex(r"[^\W\d_](?:[\w'-]*\w)?")


@dataclass
class Tally:
    """What was counted. A reason counts once a part, a word once an item."""

    documents: int = 0
    shares: Counter[Share] = field(default_factory=Counter)
    parts: Counter[Part] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    quantities: Counter[str] = field(default_factory=Counter)

    @property
    def items(self) -> int:
        """How many items were read."""
        return self.shares.total()

    def add(self, reading: ItemReading) -> None:
        """Count an item."""
        self.shares[share_of(reading.predicate)] += 1
        self.parts.update(map(part_of, leaves(reading.predicate)))
        self.reasons.update(reason.code for reason in reading.not_read)
        unknown = {w for r in reading.not_read if r.code == "unknown-words" for w in _WORD.findall(r.words.lower())}
        self.words.update(unknown)
        names = {" ".join(name.lower().split()) for name in reading.unknown}
        self.quantities.update(names)
        self.reasons[UNKNOWN_QUANTITY] += len(names)

    def as_json(self) -> dict[str, Any]:
        """The figures as the JSON of `eligo parse --stats --json`."""
        return {
            "documents": self.documents,
            "items": self.items,
            "shares": {name: self.shares[name] for name in SHARES},
            "parts": {name: self.parts[name] for name in PARTS},
            "reasons": dict(_commonest(self.reasons, len(self.reasons))),
            "unknown_words": dict(_commonest(self.words)),
            "unknown_quantities": dict(_commonest(self.quantities)),
        }


def _commonest(counts: Counter[str], count: int = _COMMONEST) -> list[tuple[str, int]]:
    """The commonest, ties by name, so that the same text gives the same answer."""
    return sorted(((k, n) for k, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0]))[:count]


def run(sources: list[str], kind: Kind, as_json: bool) -> int:
    """Print the figures of all sources together; what cannot be read is reported, and the others go on."""
    tally = Tally()
    failed = False
    with Progress("items") as progress, collector_at_rest():
        for name in _files(sources):
            for found in each(Place(name), _documents(name, kind), lambda problem: problem):
                problems = _count(found, tally, progress, Place(name)) if isinstance(found, list) else (found,)
                if problems:
                    progress.clear()
                    write_problems(problems, as_json)
                    failed = True
    if as_json:
        say_json(tally.as_json())
    else:
        say_lines(_lines(tally))
    return 1 if failed else 0


def _count(found: list[tuple[str, Kind]], tally: Tally, progress: Progress, place: Place) -> tuple[Problem, ...]:
    """Read the items of a document, and count them; what went wrong."""
    tally.documents += 1
    problems = list[Problem]()
    for text, section in found:
        with Isolated(place) as unit:
            tally.add(read_item(text, section))
        problems += unit.problems
        progress.step()
    return tuple(problems)


def _files(sources: Iterable[str]) -> Iterator[str]:
    """The files that the arguments name; a folder stands for those files in it that may hold text."""
    for name in sources:
        if name != "-" and Path(name).is_dir():
            yield from map(str, sorted(p for p in Path(name).iterdir() if p.suffix in _SUFFIXES and p.is_file()))
        else:
            yield name


def _documents(name: str, kind: Kind) -> Iterator[list[tuple[str, Kind]] | Problem]:
    """The items of each document of a file, whichever form it has, each with its section."""
    place = "<stdin>" if name == "-" else name
    try:
        with opened(name) as stream:
            first = next(lines_of(stream, place), b"")
            if _is_row(first):
                for number, line in enumerate(itertools.chain([first], stream), 1):
                    if line.strip():
                        yield _of_row(line, kind, Place(place, number))
                return
            text = (first + read_stream(stream, place)).decode("utf-8-sig")
        yield _of_page(read_criteria(text, None, place) if sniff(text) == "criteria" else read_trial(text, place))
    except UnicodeDecodeError as error:
        message = f"the text is not UTF-8 (byte {error.start})"
        yield Problem("encoding", message, Place(place), "save it as UTF-8")
    except EligoError as error:
        yield from (p.in_file(place) for p in error.problems)


def _is_row(line: bytes) -> bool:
    """Whether a first line is a JSON object of its own, so that the file has one a line."""
    try:
        return bool(json_row(line))
    except EligoError as error:
        return any(problem.code == "duplicate-key" for problem in error.problems)


def _of_row(line: bytes, kind: Kind, place: Place) -> list[tuple[str, Kind]] | Problem:
    """The items of a line of JSON: a record, criteria, or one line of criteria."""
    try:
        row = json_row(line)
        if "protocolSection" in row or "studies" in row:
            return _of_page(read_record(row))
        text = row.get("criteria", row.get("text"))
        if not isinstance(text, str):
            raise EligoError(Problem("json-line", "the line is not an object with a `text` or `criteria`"))
        if not text.strip():
            return []
        items = _of_page(read_criteria(text))
        section = row.get("section")
        return items if "criteria" in row else [(t, section if section in KINDS else kind) for t, _ in items]
    except EligoError as error:
        return replace(error.problems[0], place=place)


def _of_page(page: Page) -> list[tuple[str, Kind]]:
    """The items of a page that are asked of patients, the populations of its arms included, as an import reads them."""
    populations: list[tuple[str, Kind]] = [(arm.lead, "inclusion") for arm in page.arms if arm.lead]
    return populations + [(i.sentence, i.section) for i in page.items if not i.others]


def _lines(tally: Tally) -> Iterator[str]:
    """The figures for a person."""
    yield f"documents {tally.documents}, items {tally.items}"
    for name, meaning in SHARES.items():
        yield _line(name, tally.shares[name], tally.items, meaning)
    yield f"parts {tally.parts.total()}"
    for part, meaning in PARTS.items():
        yield _line(part, tally.parts[part], tally.parts.total(), meaning)
    tables = (
        ("parts that are not understood, by reason", tally.reasons),
        ("words that are not known, by items", tally.words),
        ("quantities that are not known, by items", tally.quantities),
    )
    for title, counts in tables:
        if rows := _commonest(counts):
            yield title
            yield from (f"  {count:>7}  {clean(name)}" for name, count in rows)


def _line(name: str, count: int, of: int, meaning: str) -> str:
    return f"  {name:<7} {count:>7} {100 * count / max(of, 1):5.1f} %  {meaning}"
