"""The lines of a page to where its criteria are, with the registry's fields among and around them taken out.

The criteria begin at an eligibility heading and end at the next heading of another topic. A line is a field where all
of it is a label and a value, or where it stands behind the exclusions and is nothing but values.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any

from eligo.criteria import Span
from eligo.dataclass import dataclass, field
from eligo.pages.document import RegistryFields
from eligo.pages.headings import SectionHead, SectionKind, read_section
from eligo.pages.layout import clean, key, layout
from eligo.pages.lines import read_mark
from eligo.regex import regex
from eligo.trials.fields import read_age, read_ages, read_answer, read_sex

_LONGEST_LINE = 400  # characters
_SEPARATED = regex(r"\s*[,;|•·]\s*(?![^()]*\))")  # not inside brackets
_BRACKETS = regex(r"\s*\([^()]*\)")
_STOPS = " ,;|•·-"


@dataclass(frozen=True, slots=True)
class PageLine:
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


class Labels:
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
        names = sorted((label for label, _ in self.strong + self.weak), key=len, reverse=True)
        self.label = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})\s?[:：?]", re.IGNORECASE)
        self.starts = tuple(label for label, _ in self.strong + self.weak)

    def begin(self, line: PageLine) -> Iterator[tuple[str, str, bool]]:
        """The fields whose labels the line begins with: the name, the words after it, and whether the label is weak."""
        if line.title.startswith(self.starts):
            for known, weak in ((self.strong, False), (self.weak, True)):
                for label, name in known:
                    if line.key.startswith(label):
                        yield name, line.words[len(label) :].strip(), weak


def _by_label(fields: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Each label with its field, longest first."""
    return sorted(((label, name) for name, labels in fields.items() for label in labels), key=lambda x: -len(x[0]))


@functools.cache
def labels() -> Labels:
    return Labels(layout().data)


def page_lines(text: str) -> Iterator[PageLine]:
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            start, end = at + len(line) - len(line.lstrip()), at + len(line.rstrip())
            words = clean(line[:_LONGEST_LINE]) or "-"  # invisible characters alone
            name = key(words)
            title = name if not words[0].islower() and words[-1] not in ".,;" else ""
            head = read_section(words) if end - start < _LONGEST_LINE else None
            yield PageLine(at, start, end, words, name, title, head)
        at += len(line)


def _values(line: PageLine) -> list[tuple[str, str]]:
    """The fields that a line states, one or more, with their values; empty where it holds anything else."""
    if read_mark(line.words, 0, len(line.words)):
        return []
    starts = [m.start() for m in labels().label.finditer(line.words)]
    edges = [0, *starts, len(line.words)]
    parts = [line.words[a:z] for a, z in itertools.pairwise(edges)]
    parts = [part for piece in parts for part in ([piece] if labels().label.match(piece) else _SEPARATED.split(piece))]
    found = [_value(part.strip(_STOPS)) for part in parts if part.strip(_STOPS)]
    return [value for value in found if value] if all(found) else []


def _value(words: str) -> tuple[str, str] | None:
    """The field that some words state, with or without its label."""
    match = labels().label.match(words)
    if match:
        label = key(match[0]).strip()
        known = [name for text, name in labels().strong + labels().weak if text == label]
        value = words[match.end() :].strip()
        return (known[0], value) if known and _read(known[0], value) is not None else None
    bare = _BRACKETS.sub("", words)  # `all sexes (adult, older adult)`
    names = ("ages", "sex", "healthy_volunteers")
    return next(((name, bare) for name in names if _read(name, bare) is not None), None)


def _read(name: str, words: str) -> dict[str, Any] | None:
    """What a field's words say, by the names of `RegistryFields`; None where they are no value of it."""
    if name == "ignored":
        return {}
    if name == "study_population":
        return {name: words}
    if name == "ages":
        ages = read_ages(words)
        return {"minimum_age": ages.low, "maximum_age": ages.high} if ages else None
    if name in ("minimum_age", "maximum_age"):
        age = read_age(words)
        return {name: age.low} if age else None
    value = read_sex(words) if name == "sex" else read_answer(words)
    return None if value is None else {name: value}


@dataclass(slots=True)
class Region:
    """The part of a page that states the criteria, and the registry's fields in it."""

    lines: list[PageLine]
    whole: bool = False  # whether there is no page around the criteria
    stretches: list[Span] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    valueless: int = -1  # the last line that was found to state no value: none before it begins a footer

    def read(self) -> Region:
        """Find the stretches of criteria and the fields among and around them."""
        first, last = self._bounds()
        self._take_strong(0, first)
        open_, index = -1, first
        section: SectionKind | None = None  # the last one that began
        resting = False  # behind the fields that end a section, until the next one begins
        while index < last:
            head = self.lines[index].head
            if head and head.kind != "container":
                section, resting = head.kind, False
            sectioned = self.whole or section is not None
            used = 0 if head else self._registry_lines(index, last, section, sectioned)
            is_title = head is not None and not sectioned and open_ < 0  # above all criteria
            if used or resting or is_title:
                open_ = self._end_stretch(open_, index)
                resting = resting or (used > 0 and sectioned and not self.whole)
            elif open_ < 0:
                open_ = index
            index += max(used, 1)
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
        if self.whole:
            return 0, len(self.lines)
        above: int | None = None  # the eligibility heading that is open
        section = container = None  # the first ones with something below them
        for index, line in enumerate(self.lines):
            if line.title in labels().ends:
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
        return next((i for i in range(first + 1, count) if self.lines[i].title in labels().ends), count)

    def _has_content(self, index: int) -> bool:
        """Whether something follows a heading before the next heading of the page."""
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        return following is not None and following.title not in labels().ends

    def _end_stretch(self, open_: int, index: int) -> int:
        if open_ >= 0:
            self.stretches.append((self.lines[open_].begin, self.lines[index - 1].end))
        return -1

    # --- fields

    def _registry_lines(self, index: int, last: int, section: SectionKind | None, sectioned: bool) -> int:
        """How many lines from `index` on are the registry's, a field or the values behind the exclusions."""
        used = self._take(index, last, sectioned)
        return self._footer(index, last) if not used and section == "exclusion" else used

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
        for name, rest, weak in labels().begin(self.lines[index]):
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

    def _footer(self, index: int, last: int) -> int:
        """How many lines from `index` on are the registry's values behind the exclusions; 0 where anything follows."""
        if index <= self.valueless < last:
            return 0
        found = list[list[tuple[str, str]]]()
        for at, line in enumerate(self.lines[index:last], index):
            if line.head is not None:
                break
            values = _values(line)
            if not values:
                self.valueless = at
                return 0
            found.append(values)
        for name, words in itertools.chain.from_iterable(found):
            self._note(name, words)
        return self._used(index, len(found))

    def _used(self, index: int, count: int) -> int:
        self.spans += [(line.start, line.end) for line in self.lines[index : index + count]]
        return count

    def _note(self, name: str, words: str) -> bool:
        """Note a field's value; say whether the words are one."""
        found = _read(name, words)
        for field_name, value in (found or {}).items():
            self.values.setdefault(field_name, value)
        return found is not None
