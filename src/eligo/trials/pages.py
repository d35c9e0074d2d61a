"""A pasted page to a `Page`: whose it is, its title and date, the registry's fields, and its criteria.

Pages of different sites differ in everything but their labels and headings, which stand in `grammar/documents.yaml`.
The criteria begin at an eligibility heading and end at the next heading of another topic; fields between them are taken
out, everything else is kept.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from eligo.criteria import Span
from eligo.errors import EligoError, Place, Problem
from eligo.pages.document import Page, RegistryFields, read_stretches
from eligo.pages.headings import SectionHead, read_section
from eligo.pages.layout import clean, key, layout
from eligo.pages.lines import read_mark
from eligo.trials.fields import read_age, read_ages, read_answer, read_date, read_sex

NO_TRIAL = "name the trial with `--trial ID`"

_LONGEST_TITLE, _LONGEST_LINE, _LONGEST_CONDITION = 300, 400, 100  # characters
MOST_CONDITIONS = 15
_CONDITION_ENDS = re.compile(r"\s*[;|]\s*")
_SHORTEST_TITLE = 3  # words


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the page that is not blank: its place, its words, and what it says as a heading.

    `key` is its words as the data file writes them; `title` is the same where it may be a heading of the page.
    """

    begin: int  # of the line, with its indentation
    start: int
    end: int
    words: str
    key: str
    title: str
    head: SectionHead | None


class _Labels:
    """The labels and headings of pages in the data file."""

    def __init__(self, data: dict[str, Any]) -> None:
        pages, fields = data["pages"], data["fields"]
        self.ends = frozenset(pages["ends"])
        self.headings = frozenset(pages["headings"]) | self.ends
        self.related = frozenset(pages["related"])
        self.furniture = tuple(pages["furniture"])
        self.titles, self.official_titles = frozenset(pages["titles"]), frozenset(pages["official_titles"])
        self.ids, self.updated = frozenset(pages["ids"]), frozenset(pages["updated"])
        self.conditions = frozenset(pages["conditions"])
        self.no_condition = tuple(pages["no_condition"])
        self.condition_ends = self.headings | frozenset(pages["condition_ends"])
        self.id = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(pages['id_patterns'])})(?![A-Za-z0-9])")
        self.strong = _by_label(fields["strong"])
        self.weak = _by_label(fields["weak"])
        self.starts = tuple(label for label, _ in self.strong + self.weak)

    def begin(self, line: _Line) -> Iterator[tuple[str, str, bool]]:
        """The fields whose labels the line begins with: the name, the words after it, and whether the label is weak."""
        if line.title.startswith(self.starts):
            for labels, weak in ((self.strong, False), (self.weak, True)):
                for label, name in labels:
                    if line.key.startswith(label):
                        yield name, line.words[len(label) :].strip(), weak


def _by_label(fields: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Each label with its field, longest first."""
    return sorted(((label, name) for name, labels in fields.items() for label in labels), key=lambda x: -len(x[0]))


@functools.cache
def _labels() -> _Labels:
    return _Labels(layout().data)


def read_page(text: str, file: str | None = None, trial: str | None = None) -> Page:
    """Read a page that a person pasted; `trial` names the trial where the page does not.

    A page without an eligibility part gives a `Page` that `states_no_criteria`.
    """
    if not text.strip():
        raise EligoError(
            Problem("empty-document", "the document is empty", Place(file), "paste the trial's whole page")
        )
    lines = list(_lines(text))
    name = trial or find_trial(lines)
    if name is None:
        raise EligoError(Problem("no-trial-id", "the page does not say which trial it is about", Place(file), NO_TRIAL))
    region = _Region(lines).read()
    found = read_stretches(text, region.stretches)
    return Page(
        trial=name,
        title=_title(lines),
        updated=_updated(lines),
        registry=region.fields(),
        arms=found.arms,
        items=found.items,
        states_no_criteria=not found.items,
        headings=found.headings,
        remarks=found.remarks,
        text=text,
        conditions=_conditions(lines),
    )


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            start, end = at + len(line) - len(line.lstrip()), at + len(line.rstrip())
            words = clean(line[:_LONGEST_LINE]) or "-"  # invisible characters alone
            name = key(words)
            title = name if not words[0].islower() and words[-1] not in ".,;" else ""
            head = read_section(words) if end - start < _LONGEST_LINE else None
            yield _Line(at, start, end, words, name, title, head)
        at += len(line)


# --- whose page it is


def find_trial(lines: list[_Line]) -> str | None:
    """The page's own trial: the id after a label, else one alone on its line, else the first before other trials."""
    own = first = None
    related = False
    for index, line in enumerate(lines):
        related = related or line.title in _labels().related
        match = _labels().id.search(line.words)
        if match is None:
            continue
        label = key(line.words[: match.start()])
        if label in _labels().ids or (not label and index and lines[index - 1].key in _labels().ids):
            return match[0]
        if not related:
            own = own or (match[0] if match[0] == line.words else None)
            first = first or match[0]
    return own or first


def trial_of(text: str) -> tuple[str | None, Span | None]:
    """The trial that a text names as its own, and the line that does nothing else."""
    lines = list(_lines(text))
    name = find_trial(lines)
    return name, next(((line.start, line.end) for line in lines if line.words == name), None)


def is_page(text: str) -> bool:
    """Whether a text has the headings or labels of a page around its criteria."""
    lines = list(_lines(text))
    if any(line.title in _labels().headings for line in lines):
        return True
    return any((m := _labels().id.search(x.words)) and key(x.words[: m.start()]) in _labels().ids for x in lines)


def _title(lines: list[_Line]) -> str | None:
    """The words after or under the label of a title, else the line above the first heading, else the official title."""
    return _labelled(lines, _labels().titles) or _first_line(lines) or _labelled(lines, _labels().official_titles)


def _labelled(lines: list[_Line], labels: frozenset[str]) -> str | None:
    """The words after or under the first of the labels."""
    for line, following in _with_next(lines):
        label, colon, rest = line.words.partition(":")
        if colon and rest.strip() and key(label) in labels:
            return rest.strip()
        if line.key in labels and following and following.title not in _labels().headings:
            return following.words
    return None


def _conditions(lines: list[_Line]) -> tuple[str, ...]:
    """What the trial is about: the words after its label, else the lines below up to the next heading or label.

    A list without an end that can be seen may be anything, and is left alone.
    """
    for index, line in enumerate(lines):
        label, colon, rest = line.words.partition(":")
        if colon and rest.strip() and key(label) in _labels().conditions:
            return _listed_conditions([rest])
        found: tuple[str, ...] = ()
        if line.title in _labels().conditions:
            below = list(itertools.takewhile(_may_be_condition, lines[index + 1 : index + 2 + MOST_CONDITIONS]))
            if len(below) <= MOST_CONDITIONS and index + 1 + len(below) < len(lines):
                found = _listed_conditions([one.words for one in below])
        if found:
            return found
    return ()


def _may_be_condition(line: _Line) -> bool:
    ends = line.title in _labels().condition_ends or line.head is not None or line.title.startswith(_labels().starts)
    return not ends and ":" not in line.words and len(line.words) <= _LONGEST_CONDITION


def _listed_conditions(found: list[str]) -> tuple[str, ...]:
    parts = [part.strip(" .,*•-") for words in found for part in _CONDITION_ENDS.split(words)]
    return tuple(dict.fromkeys(part for part in parts if part and not key(part).startswith(_labels().no_condition)))


def _first_line(lines: list[_Line]) -> str | None:
    """The first line above all headings that is no furniture and no other field."""
    above = itertools.takewhile(lambda line: not (line.head or line.title in _labels().headings), lines)
    return next((line.words for line in above if _may_be_title(line)), None)


def _with_next(lines: list[_Line]) -> Iterator[tuple[_Line, _Line | None]]:
    return itertools.zip_longest(lines, lines[1:])


def _may_be_title(line: _Line) -> bool:
    small = line.words.lower()
    if line.end - line.start > _LONGEST_TITLE or len(line.words.split()) < _SHORTEST_TITLE:
        return False
    label = key(line.words.partition(":")[0])
    if label in _labels().ids | _labels().updated | _labels().official_titles:
        return False
    return not small.startswith(_labels().furniture) and _labels().id.fullmatch(line.words) is None


def _updated(lines: list[_Line]) -> str | None:
    """The date after or under the first label of an update."""
    words = _labelled(lines, _labels().updated)
    return read_date(words) if words else None


# --- where the criteria are


@dataclass(slots=True)
class _Region:
    """The part of a page that states the criteria, and the registry's fields in it."""

    lines: list[_Line]
    stretches: list[Span] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)

    def read(self) -> _Region:
        """Find the stretches of criteria and the fields among and around them."""
        first, last = self._bounds()
        self._take_strong(0, first)
        sectioned, open_, resting, index = False, -1, False, first
        while index < last:
            line = self.lines[index]
            head = line.head
            if head and head.kind != "container":
                sectioned, resting = True, False
            used = 0 if head else self._take(index, last, sectioned)
            if used or resting or (not sectioned and head and head.kind == "container" and open_ < 0):
                open_ = self._end_stretch(open_, index)
                resting = resting or (bool(used) and sectioned)
                index += max(used, 1)
                continue
            open_ = index if open_ < 0 else open_
            index += 1
        self._end_stretch(open_, last)
        self._take_strong(last, len(self.lines))
        return self

    def fields(self) -> RegistryFields:
        """The fields that were found."""
        return RegistryFields(**self.values, spans=tuple(sorted(self.spans)))

    def _bounds(self) -> tuple[int, int]:
        """The first line of the criteria, or of the eligibility heading above them, and the line after their last.

        A section under an eligibility heading counts before one elsewhere, such as in a summary.
        """
        above: int | None = None  # the eligibility heading that is open
        section = container = None  # the first ones with something below them
        for index, line in enumerate(self.lines):
            if line.title in _labels().ends:
                above = None
            elif line.head and line.head.kind == "container":
                above = index if above is None else above
                container = index if container is None and self._has_content(index) else container
            elif line.head and above is not None:
                return above, self._end(index)
            elif line.head and section is None and self._has_content(index):
                section = index
        start = section if section is not None else container
        return (len(self.lines),) * 2 if start is None else (start, self._end(start))

    def _end(self, first: int) -> int:
        """The line after a heading at which the page turns to another topic."""
        count = len(self.lines)
        return next((i for i in range(first + 1, count) if self.lines[i].title in _labels().ends), count)

    def _has_content(self, index: int) -> bool:
        """Whether something follows a heading before the next heading of the page."""
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        return following is not None and following.title not in _labels().ends

    def _end_stretch(self, open_: int, index: int) -> int:
        if open_ >= 0:
            self.stretches.append((self.lines[open_].begin, self.lines[index - 1].end))
        return -1

    # --- fields

    def _take(self, index: int, last: int, sectioned: bool) -> int:
        """How many lines from `index` on are a field; its value is noted."""
        line = self.lines[index]
        if read_mark(line.words, 0, len(line.words)):
            return 0
        return self._field(index, last, sectioned) or (self._bare(index, last) if sectioned else 0)

    def _take_strong(self, start: int, end: int) -> None:
        """Note the fields with unmistakable labels outside of the criteria."""
        index = start
        while index < end:
            index += self._field(index, end, sectioned=True, alone=False) or 1

    def _field(self, index: int, last: int, sectioned: bool, alone: bool = True) -> int:
        following = self.lines[index + 1] if index + 1 < last else None
        for name, rest, weak in _labels().begin(self.lines[index]):
            value = rest.lstrip(":： ?")
            if not value:
                if (alone or not weak) and following and self._note(name, following.words):
                    return self._used(index, 2)
            elif not weak or (alone and not sectioned):
                glued = rest == value and value[0].islower() and name == "ignored"
                if not glued and self._note(name, value):
                    return self._used(index, 1)
        return 0

    def _bare(self, index: int, last: int) -> int:
        """The registry's values without labels at the end of the criteria: two ages, the sex, the answer."""
        values: list[Any] = []
        readers = [
            ("minimum_age", read_age),
            ("maximum_age", read_age),
            ("sex", read_sex),
            ("healthy_volunteers", read_answer),
        ]
        for line, (_, reader) in zip(self.lines[index : min(index + 4, last)], readers, strict=False):
            values.append(reader(line.words))
        if len(values) < 3 or any(v is None for v in values[:3]):
            return 0
        count = 4 if len(values) == 4 and values[3] is not None else 3
        for line, (name, _) in zip(self.lines[index : index + count], readers, strict=False):
            self._note(name, line.words)
        return self._used(index, count)

    def _used(self, index: int, count: int) -> int:
        self.spans += [(line.start, line.end) for line in self.lines[index : index + count]]
        return count

    def _note(self, name: str, words: str) -> bool:
        """Note a field's value; say whether the words are one."""
        if name == "ignored":
            return True
        if name == "study_population":
            self.values.setdefault(name, words)
            return True
        if name == "ages":
            ages = read_ages(words)
            if ages:
                self.values.setdefault("minimum_age", ages.low)
                self.values.setdefault("maximum_age", ages.high)
            return ages is not None
        if name in ("minimum_age", "maximum_age"):
            age = read_age(words)
            if age:
                self.values.setdefault(name, age.low)
            return age is not None
        value = read_sex(words) if name == "sex" else read_answer(words)
        if value is not None:
            self.values.setdefault(name, value)
        return value is not None
