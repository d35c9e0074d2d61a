"""Raw text to blocks: one for each list item, paragraph or heading, with hard wraps undone and its mark taken apart.

Offsets point into the raw text. Every pattern looks at one short place or runs once over the text, so the time is
linear in its length.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

from eligo.dataclass import dataclass, replace
from eligo.pages.layout import layout
from eligo.regex import regex

_ROMAN = {"i": 1, "v": 5, "x": 10}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_ENUMERATOR = regex(
    r"\\?<\s?(?P<angle>[0-9]{1,2})\s?\\?>"
    r"|\\?[(（]\s?(?:(?P<round>[0-9]{1,2})|(?P<letters>[A-Za-z]|[ivxIVX]{2,5}))\s?\\?[)）]\.?"
    r"|(?P<nested>[0-9]{1,2}(?:\.[0-9]{1,2}){1,3})\\?[.)]?(?=\s+[A-Z(])"
    r"|(?P<number>[0-9]{1,3})\s?(?P<stop>\\?(?:[.．、]|[)）]\.?))(?![0-9])"
    r"|(?P<letter>[A-Za-z]|[ivxIVX]{2,5})(?P<end>\\?[.)）])(?=\s)"
    rf"|(?P<circle>[{_CIRCLED}])"
    r"|\[(?P<square>[0-9]{1,2})\]"
    # Only where the list goes on with the next number: "IN01.", "E-2", and "3- " or "3: " before a capital.
    r"|(?P<code>[A-Za-z]{1,12})\s?[-#]?\s?(?P<coded>[0-9]{1,2})(?:[.):]|(?=\s))"
    r"|(?P<dashed>[0-9]{1,2})(?:\s?[-–:/](?=\s?[A-Z])|[-–](?=\s[0-9]))"
)
_CHAINED = "#"  # begins the style of a mark that counts only in a chain of numbers
ROW = "|"  # the style of a row of a table
_CELLS = regex(r"\s*\|\s*|\s*\t\s*")
_LONGEST_CELL = 80
_SURE = 99  # the largest number that is a list's wherever it begins a line
_NEEDS_SPACE = frozenset("-–—−‐‑+·o*üØŸ§→⇒")
_WIDEST_WRAP, _NARROWEST_WRAP = 160, 40
_LONGEST_HEADING = 120
_WORDY_LINE = 50  # characters: a shorter line that has no end mark is more likely an entry than a broken sentence


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of a list item: its style (`1.`, `(a)`, `<1>` or the glyph), its number as printed, and its rank."""

    style: str
    number: str = ""
    ordinal: int | None = None
    # A letter that may also be a Roman numeral: the other reading.
    other: tuple[str, int] | None = None

    @property
    def readings(self) -> tuple[tuple[str, int | None], ...]:
        """The styles that the mark may be of, each with its rank in it."""
        return ((self.style, self.ordinal), *((self.other,) if self.other else ()))


@dataclass(frozen=True, slots=True)
class Block:
    """One list item, paragraph or heading: `start` to `end` in the raw text, with the words from `body` on."""

    start: int
    body: int
    end: int
    column: int
    body_column: int
    mark: Mark | None = None
    gap: bool = False
    cut: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """Where the block stands in the raw text, with its mark."""
        return self.start, self.end


def read_mark(text: str, at: int, end: int) -> tuple[Mark, int] | None:
    """The list mark at a place of the text, and where the words after it begin.

    >>> read_mark("(2) Age", 0, 7)
    (Mark(style='(1)', number='2', ordinal=2, other=None), 4)
    >>> read_mark("18 years", 0, 8) is read_mark("1.5 x ULN", 0, 9) is None
    True
    """
    first = text[at]
    glyph = text[at + 1] if first == "\\" and at + 1 < end else first
    if bullet_rank(glyph) is not None:
        after = at + (2 if first == "\\" else 1)
        if glyph == "-" and text[after : after + 1] == "-" != text[after + 1 : after + 2]:
            after += 1
        following = text[after] if after < end else " "
        if glyph not in _NEEDS_SPACE or following.isspace() or (glyph in "-–—" and following.isupper()):
            return Mark(glyph), _skip_space(text, after, end)
        return None
    match = _ENUMERATOR.match(text, at, end)
    if match is None or (match["code"] and match["code"].lower() not in layout().coded):
        return None
    mark = _enumerator(match)
    return mark, _skip_space(text, match.end(), end)


def _enumerator(match: re.Match[str]) -> Mark:
    kind = match.lastgroup or ""
    if kind in ("stop", "number"):
        bracket = match["stop"].rstrip(".").endswith((")", "）"))
        return Mark("1)" if bracket else "1.", match["number"], int(match["number"]))
    if kind in ("letter", "end", "letters"):
        value = match["letter"] or match["letters"]
        shape = "(%s)" if match["letters"] else "%s)" if match["end"][-1] in ")）" else "%s."
        return _letter(value, shape)
    value = match[kind]
    if kind in ("coded", "dashed"):
        style = match["code"].upper() if kind == "coded" else "1"
        return Mark(_CHAINED + style, str(int(value)), int(value))
    if kind == "circle":
        return Mark("①", value, _CIRCLED.index(value) + 1)
    if kind == "nested":
        return Mark("1.1" + value[: value.rindex(".")], value, int(value.rsplit(".", 1)[1]))
    return Mark("<1>" if kind == "angle" else "[1]" if kind == "square" else "(1)", value, int(value))


def bullet_rank(glyph: str) -> int | None:
    """How deep a glyph usually stands, as the data file has it; a character of a symbol font is one of the first."""
    private = "\ue000" <= glyph <= "\uf8ff" and ord(glyph) not in layout().symbols
    return layout().bullet_rank.get(glyph, 0 if private else None)


def _letter(value: str, shape: str) -> Mark:
    small = value.lower()
    roman = _roman(small) if set(small) <= set(_ROMAN) else None
    case = ("a", "i") if value == small else ("A", "I")
    if len(value) > 1:
        return Mark(shape % case[1], value, roman)
    ordinal = ord(small) - ord("a") + 1
    other = (shape % case[1], roman) if roman else None
    return Mark(shape % case[0], value, ordinal, other)


def _roman(text: str) -> int:
    values = [_ROMAN[c] for c in text]
    return sum(-v if any(v < later for later in values[i + 1 : i + 2]) else v for i, v in enumerate(values))


def _skip_space(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


# --- from lines to blocks


def read_blocks(text: str, start: int, end: int, is_heading: Callable[[str], bool]) -> list[Block]:
    """The blocks of a stretch of text; lines that a hard wrap broke are one block again."""
    lines = _rows(text, _in_chains(list(_lines(text, start, end))))
    joins = _Joins(text, lines, is_heading)
    blocks: list[Block] = []
    for index, line in enumerate(lines):
        if index and joins.continues(index):
            blocks[-1] = replace(blocks[-1], end=line.end)
        else:
            blocks.append(line)
    return _settle(blocks)


def _in_chains(lines: list[Block]) -> list[Block]:
    """The lines, of which some marks are none: those that go on with no list, and that no other one goes on with."""
    marks = {m.readings[0] for line in lines if (m := line.mark) and m.style.startswith(_CHAINED)}
    if not marks:
        return lines
    last, found = dict[str, int](), list[Block]()
    for line in lines:
        mark = line.mark
        if mark is not None and mark.style.startswith(_CHAINED):
            ordinal = mark.ordinal or 0
            if last.get(mark.style) != ordinal - 1 and (mark.style, ordinal + 1) not in marks:
                line = unmarked(line)
            else:
                last[mark.style] = ordinal
        found.append(line)
    return found


def cells(line: str) -> list[str]:
    """The cells of a row of a table that was pasted as text; of any other line the line itself."""
    return _CELLS.split(line.strip().strip("|").strip())


def _rows(text: str, lines: list[Block]) -> list[Block]:
    """The lines, where rows of a table are marked as such: two or more in a row, with as many cells each."""
    counts = [_cells_of(text, line) for line in lines]
    if not any(counts):
        return lines
    found = []
    for index, line in enumerate(lines):
        beside = counts[max(0, index - 1) : index] + counts[index + 1 : index + 2]
        if counts[index] and counts[index] in beside:
            body = line.start + len(text[line.start : line.end]) - len(text[line.start : line.end].lstrip("| \t"))
            line = replace(line, mark=Mark(ROW), body=min(body, line.end), body_column=line.column)
        found.append(line)
    return found


def _cells_of(text: str, line: Block) -> int:
    """How many cells a line has; 0 where it is no row."""
    words = text[line.start : line.end]
    if line.mark is not None or ("|" not in words and "\t" not in words):
        return 0
    found = cells(words)
    return len(found) if len(found) > 1 and len(found[0]) <= _LONGEST_CELL else 0


def _settle(blocks: list[Block]) -> list[Block]:
    """Blocks whose letters count as marks only where they start a list or go on with one: not in `C. difficile`."""
    last: dict[str, int] = {}
    settled = []
    for block in blocks:
        mark = block.mark
        if mark is not None and mark.ordinal is not None:
            mark = _reading(mark, last)
            block = block if mark is block.mark else unmarked(block) if mark is None else replace(block, mark=mark)
        if mark is not None and mark.ordinal is not None:
            last[mark.style] = mark.ordinal
        settled.append(block)
    return settled


def _reading(mark: Mark, last: dict[str, int]) -> Mark | None:
    """The mark in the reading (letter or Roman numeral) that the list asks for; None where it fits no list."""
    ordinal = mark.ordinal or 0
    if not mark.number.isalpha():
        nested = mark.style.startswith("1.1")
        return mark if not nested or ordinal == 1 or last.get(mark.style) == ordinal - 1 else None
    readings = [(mark.style, ordinal), *([mark.other] if mark.other else [])]
    following = [r for r in readings if last.get(r[0]) == r[1] - 1 and r[1] > 1]
    fitting = following or [r for r in reversed(readings) if r[1] == 1]
    return Mark(fitting[0][0], mark.number, fitting[0][1]) if fitting else None


def unmarked(block: Block) -> Block:
    """The block as a paragraph: what looked like its mark belongs to its words."""
    return replace(block, mark=None, body=block.start, body_column=block.column)


def _lines(text: str, start: int, end: int) -> Iterator[Block]:
    """Each line that is not blank, with its mark, as a block of its own."""
    at, gap, counted = start, False, dict[str, int | None]()
    for line in text[start:end].splitlines(keepends=True):
        words = line.strip()
        if words:
            indent = len(line) - len(line.lstrip())
            column = len(line[:indent].expandtabs(4))
            first, last = at + indent, at + indent + len(words)
            mark, body = _marks(text, first, last)
            if mark is not None and mark.ordinal is not None:
                # A number above 99 may be the end of a broken sentence: it counts only behind the one before it.
                if mark.ordinal > _SURE and counted.get(mark.style) != mark.ordinal - 1:
                    mark, body = None, first
                else:
                    counted[mark.style] = mark.ordinal
            yield Block(first, body, last, column, column + body - first, mark, gap)
        gap = not words
        at += len(line)


def _marks(text: str, start: int, end: int) -> tuple[Mark | None, int]:
    """The mark of a line and where its words begin; of two marks (`- 1.`, `* •`) the second counts."""
    found = read_mark(text, start, end)
    if found is None:
        return None, start
    if found[0].ordinal is None and found[1] < end:
        inner = read_mark(text, found[1], end)
        if (
            inner
            and (inner[0].ordinal is not None or inner[0].style not in _NEEDS_SPACE)
            and not inner[0].number.isalpha()
        ):
            return inner
    return found


class _Joins:
    """Which lines go on with the line before them."""

    def __init__(self, text: str, lines: list[Block], is_heading: Callable[[str], bool]) -> None:
        self._text, self._lines, self._is_heading = text, lines, is_heading
        self._width = max((b.column + b.end - b.start for b in lines), default=0)
        marked = [b for b in lines[1:] if b.mark]
        self._spaced = len(marked) > 2 and sum(b.gap for b in marked) >= 0.8 * len(marked)
        self._wrapped = self._is_wrapped()
        self._small = not self._wrapped and self._begins_small()

    def continues(self, index: int) -> bool:
        """Whether a line goes on with the one before it."""
        line, before = self._lines[index], self._lines[index - 1]
        if line.gap or self._heads(line) or self._heads(before):
            return False
        if line.mark:
            return self._wrapped and self._spaced and self._full(index)
        if self._is_unfinished(before) and not self._text[line.start].isupper():
            return True
        if self._wrapped:
            return self._spaced or self._full(index)
        least = max(_WORDY_LINE, 0.9 * self._width if self._small else 0)
        wordy = before.end - before.start >= least and self._text[before.end - 1] not in ".;:!?"
        return wordy and self._text[line.start].islower()

    def _is_unfinished(self, line: Block) -> bool:
        """Whether a line ends in a word or sign after which a sentence goes on."""
        end = self._text[max(line.body, line.end - 12) : line.end].split()
        return bool(end) and (end[-1].lower() in layout().unfinished or end[-1][-1] in "<>≤≥=")

    def _begins_small(self) -> bool:
        """Whether entries begin in lower case, so that a lower-case line need not go on with the one before."""
        starts = [b.body for a, b in itertools.pairwise(self._lines) if b.gap or b.mark or self._heads(a)]
        return 2 * sum(self._text[at : at + 1].islower() for at in starts) > len(starts)

    def _heads(self, line: Block) -> bool:
        if line.end - line.start >= _LONGEST_HEADING or (self._wrapped and self._text[line.start].islower()):
            return False
        return self._is_heading(self._text[line.start : line.end])

    def _full(self, index: int) -> bool:
        """Whether the first word of the line would not have fitted into the line before."""
        line, before = self._lines[index], self._lines[index - 1]
        word = self._text[line.start : min(line.end, line.start + self._width)].split(None, 1)[0]
        return before.column + before.end - before.start + 1 + len(word) > self._width

    def _is_wrapped(self) -> bool:
        """Whether the text was broken at a fixed width: most lines are full, and many go on in lower case."""
        if not _NARROWEST_WRAP <= self._width <= _WIDEST_WRAP:
            return False
        pairs = [i for i, line in enumerate(self._lines) if i and not line.gap and not line.mark]
        full = sum(map(self._full, pairs))
        small = sum(not self._text[self._lines[i].start].isupper() for i in pairs)
        return bool(pairs) and full >= 0.6 * len(pairs) and small >= 0.25 * len(pairs)
