"""The paragraphs of a protocol to its criteria: the section that states them as text, with the place of each line.

A protocol names its criteria several times: in the table of contents, in the synopsis, in the section itself. The one
that says most is read; the others are named in a note.
"""

from __future__ import annotations

from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem
from eligo.pages.headings import read_section
from eligo.pages.layout import clean, key, layout
from eligo.pages.lines import read_mark
from eligo.regex import regex
from eligo.trials.region import labels

_NUMBER = regex(r"(?P<number>[0-9]{1,2}(?:\.[0-9]{1,2}){0,4})\.?\s+(?=[A-Z])")
_CONTENTS = regex(r"(?:\.\s?){4,}\s*[0-9]*\s*$|\s[0-9]{1,3}\s*$")  # of a line in a table of contents
_LONGEST_HEADING = 100  # characters
_BARE_WORDS = 6  # of a chapter's heading without a stop behind its number
_INDENT = 4


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a document, a row of a table, or a line: its words, and where it stands.

    `level` is that of a heading (1 is the highest), None where the document does not say; `number` is the number of a
    list or heading as it is printed (`-` for a bullet), `depth` how deep its list stands.
    """

    text: str
    place: str
    level: int | None = None
    number: str | None = None
    depth: int = 0

    @property
    def printed(self) -> str:
        """The paragraph as a line of text."""
        indent = " " * (_INDENT * self.depth) if self.number and self.level is None else ""
        return indent + " ".join(part for part in (self.number, self.text) if part)


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol's criteria: their text, the places of its lines by offset, the trial's id, and what was not read."""

    text: str
    places: tuple[tuple[int, str], ...]
    trial: str | None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Section:
    """A stretch of paragraphs below a heading of criteria."""

    first: int
    last: int  # the paragraph behind it
    kinds: set[str] = field(default_factory=set)
    size: int = 0  # characters below the headings


def read_protocol(paragraphs: list[Paragraph], notes: tuple[str, ...] = (), *, file: str) -> Protocol:
    """Find the criteria among the paragraphs; raise `EligoError` where none are stated."""
    sections = [section for section in _sections(paragraphs) if section.size]
    if not sections:
        message = "the document has no section of inclusion or exclusion criteria"
        help_text = "copy the criteria into a .txt file, below `Inclusion Criteria` and `Exclusion Criteria`"
        raise EligoError(Problem("no-criteria-section", message, Place(file), help_text))
    best = max(sections, key=lambda section: (len(section.kinds), section.size))
    text, places = _text(paragraphs[best.first : best.last])
    others = [paragraphs[section.first].place for section in sections if section is not best]
    read = f"the criteria are those from {paragraphs[best.first].place} on"
    also = f"; criteria stand at {', '.join(dict.fromkeys(others))} too, and were not read" if others else ""
    return Protocol(text, places, _trial(paragraphs), (read + also, *notes))


def _text(paragraphs: list[Paragraph]) -> tuple[str, tuple[tuple[int, str], ...]]:
    lines, places, at = [], [], 0
    for paragraph in paragraphs:
        line = _without_number(paragraph) if _head(paragraph) else paragraph.printed
        places.append((at, paragraph.place))
        lines.append(line)
        at += len(line) + 1
    return "\n".join(lines), tuple(places)


def _without_number(paragraph: Paragraph) -> str:
    return _NUMBER.sub("", paragraph.text, count=1)


def _trial(paragraphs: list[Paragraph]) -> str | None:
    """The first id of a registry in the document."""
    return next((match[0] for p in paragraphs if (match := labels().id.search(p.text))), None)


def _head(paragraph: Paragraph) -> str | None:
    """The kind of section that a paragraph heads: `container`, `inclusion`, `exclusion`; None for any other."""
    if len(paragraph.text) > _LONGEST_HEADING or (paragraph.level is None and _CONTENTS.search(paragraph.text)):
        return None
    words = clean(_without_number(paragraph))
    head = read_section(words) if words else None
    listed = paragraph.number is not None and paragraph.level is None and not paragraph.number[0].isdigit()
    return head.kind if head and not listed else None


def _sections(paragraphs: list[Paragraph]) -> list[_Section]:
    """The stretches that begin with a heading of criteria; inclusions and exclusions side by side are one."""
    found: list[_Section] = []
    index = 0
    while index < len(paragraphs):
        if _head(paragraphs[index]) is None:
            index += 1
            continue
        section = _Section(index, index + 1)
        opening = paragraphs[index]
        index = _read_section(paragraphs, section, opening)
        found.append(section)
    return found


def _read_section(paragraphs: list[Paragraph], section: _Section, opening: Paragraph) -> int:
    """Extend a section to the next heading of another topic; say where that stands."""
    index = section.first
    last = ""  # the number of the last list item
    while index < len(paragraphs):
        paragraph = paragraphs[index]
        kind = _head(paragraph)
        if kind in section.kinds and _number(paragraph) and not _number(opening):
            break  # the section itself, after a summary of it
        if kind:
            section.kinds |= {kind} - {"container"}
        elif _ends(paragraph, opening, last):
            break
        else:
            section.size += len(paragraph.text)
        found = read_mark(paragraph.printed.lstrip(), 0, len(paragraph.printed.lstrip())) if paragraph.text else None
        last = found[0].number if found and not kind else last
        index += 1
    section.last = index
    return index


def _ends(paragraph: Paragraph, opening: Paragraph, last: str) -> bool:
    """Whether a paragraph is the heading of another topic."""
    if paragraph.level is not None:
        return opening.level is None or paragraph.level <= opening.level or _is_topic(paragraph)
    if opening.level is not None or len(paragraph.text) > _LONGEST_HEADING or paragraph.text[-1:] in ".;:,":
        return False
    own = _number(paragraph)
    if not own or _CONTENTS.search(paragraph.text):
        return _is_topic(paragraph)
    above = _number(opening)
    if len(own) == 1:
        return _is_chapter(paragraph, own[0], above, last)
    return not above or (own[: len(above)] != above and own > above and own[0] <= above[0] + 1)


def _is_chapter(paragraph: Paragraph, own: int, above: tuple[int, ...], last: str) -> bool:
    """Whether a paragraph with a number of one part is a chapter's heading, `6 STUDY TREATMENT`.

    It is none where it goes on with a list whose last number is `last`; `above` is the number of the section.
    """
    if last.isdigit() and own == int(last) + 1:
        return False
    if paragraph.text.isupper():
        return True
    if above:
        return own == above[0] + 1
    return not _has_stop(paragraph) and len(paragraph.text.split()) <= _BARE_WORDS


def _number(paragraph: Paragraph) -> tuple[int, ...]:
    """The parts of the number that a paragraph begins with: 5 and 1 of `5.1 Inclusion`; empty without one."""
    found = _NUMBER.match(paragraph.printed)
    return tuple(map(int, found["number"].split("."))) if found else ()


def _has_stop(paragraph: Paragraph) -> bool:
    """Whether a stop stands behind the number that a paragraph begins with."""
    found = _NUMBER.match(paragraph.printed)
    return found is not None and found[0].rstrip().endswith(".")


def _is_topic(paragraph: Paragraph) -> bool:
    return key(clean(_without_number(paragraph))) in layout().protocol_ends
