"""A Word document (.docx) to its paragraphs, with the numbers that Word prints before them and the rows of tables.

python-docx opens the package; the numbers, which a document holds only as rules, are counted here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from eligo.bounds import MEGABYTE
from eligo.ending import heed
from eligo.errors import EligoError, Place, Problem
from eligo.pages.headings import read_section
from eligo.pages.layout import clean, layout
from eligo.trials.extra import needed
from eligo.trials.protocol import Paragraph

MAX_UNPACKED = 256 * MEGABYTE
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_SKIPPED = (f"{_W}del", f"{_W}moveFrom")  # what a tracked change has taken out


def is_docx(data: bytes) -> bool:
    """Whether the bytes are a Word document."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except Exception:  # of damaged bytes, the library raises whatever it comes upon
        heed()
        return False


def read_docx(data: bytes, file: str) -> list[Paragraph]:
    """The paragraphs of a document, and the rows of its tables, in their order."""
    docx = needed("docx", "python-docx", file)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            message = f"the document is larger than {MAX_UNPACKED // MEGABYTE} MB when unpacked"
            raise EligoError(Problem("too-large", message, Place(file), "save the criteria alone"))
    try:
        document = docx.Document(io.BytesIO(data))
        if document.element.getroottree().docinfo.internalDTD is not None:  # what it defines stands in for words
            message = "the Word document has a document type, as none of Word's has"
            raise EligoError(Problem("docx", message, Place(file), "save it anew, or as .txt"))
        return list(_DocxReader(document).paragraphs())
    except Exception as error:  # of a damaged document, the libraries below raise whatever they come upon
        heed()
        if isinstance(error, EligoError):
            raise
        message = "the Word document is damaged"
        raise EligoError(Problem("docx", message, Place(file), "save it anew, or as .txt")) from None


class _DocxReader:
    """Reads the blocks of a document, counting the numbers of its lists."""

    def __init__(self, document: Any) -> None:
        self._body = document.element.body
        self._styles = {style.get(f"{_W}styleId"): style for style in document.styles.element.iter(f"{_W}style")}
        self._numbers = _Numbers(document)
        self._count = 0

    def paragraphs(self) -> Iterator[Paragraph]:
        """Every paragraph that is not blank, and every row."""
        yield from self._blocks(self._body)

    def _blocks(self, parent: Any) -> Iterator[Paragraph]:
        for block in parent:
            if block.tag == f"{_W}p":
                yield from self._paragraph(block)
            elif block.tag == f"{_W}tbl":
                yield from self._table(block)
            elif block.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
                yield from self._blocks(block)

    def _paragraph(self, block: Any) -> Iterator[Paragraph]:
        self._count += 1
        text = _words(block).strip()
        numbering = self._property(block, "numPr")
        number, depth = self._numbers.next(numbering) if numbering is not None and text else (None, 0)
        if text:
            first, *rest = [line.strip() for line in text.split("\n") if line.strip()]
            place = f"paragraph {self._count}"
            yield Paragraph(first, place, self._level(block), number, depth)
            yield from (Paragraph(line, place) for line in rest)

    def _table(self, table: Any) -> Iterator[Paragraph]:
        for row in table.iter(f"{_W}tr"):
            cells = [list(self._blocks(cell)) for cell in row.findall(f"{_W}tc")]
            filled = [cell for cell in cells if cell]
            head = read_section(clean(filled[0][0].text)) if len(filled) > 1 and len(filled[0]) == 1 else None
            if head or len(filled) == 1:  # a list in a cell, as synopses have them
                yield from (paragraph for cell in filled for paragraph in cell)
            elif filled:
                words = " | ".join(" ".join(p.printed.strip() for p in cell) for cell in filled)
                yield Paragraph(words, filled[0][0].place)

    def _property(self, block: Any, name: str) -> Any:
        """A property of a paragraph: its own, or that of its style or of those which the style is based on."""
        own = block.find(f"{_W}pPr/{_W}{name}")
        style = block.find(f"{_W}pPr/{_W}pStyle")
        id_ = style.get(f"{_W}val") if style is not None else None
        for _ in range(len(self._styles)):
            if own is not None or id_ not in self._styles:
                break
            own = self._styles[id_].find(f"{_W}pPr/{_W}{name}")
            based = self._styles[id_].find(f"{_W}basedOn")
            id_ = based.get(f"{_W}val") if based is not None else None
        return own

    def _level(self, block: Any) -> int | None:
        """The level of a heading, from 1; None for any other paragraph."""
        outline = self._property(block, "outlineLvl")
        if outline is not None and (value := outline.get(f"{_W}val", "9")).isdigit() and int(value) < _LEVELS:
            return int(value) + 1
        style = block.find(f"{_W}pPr/{_W}pStyle")
        found = self._styles.get(style.get(f"{_W}val")) if style is not None else None
        name = found.find(f"{_W}name").get(f"{_W}val", "").lower() if found is not None else ""
        kind, _, digit = name.rpartition(" ")
        return int(digit) if kind == "heading" and digit.isdigit() else None


def _words(block: Any) -> str:
    """The words of a paragraph as they stand when tracked changes are accepted."""
    parts: list[str] = []
    _gather(block, parts)
    return "".join(parts)


def _gather(element: Any, parts: list[str]) -> None:
    for child in element:
        if child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag == f"{_W}tab":
            parts.append("\t" if element.tag == f"{_W}r" else "")
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            parts.append("\n")
        elif child.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif child.tag == f"{_W}sym":
            code = int(child.get(f"{_W}char", "0"), 16)
            letter = chr(code if code >= 0xF000 else 0xF000 + code)
            parts.append(layout().symbols.get(ord(letter), letter))
        elif child.tag != f"{_W}p":  # a text box stands in a paragraph of its own
            _gather(child, parts)


class _Numbers:
    """The numbers of lists, counted as Word counts them."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, Any]] = {}  # of each abstract list
        self._abstract: dict[str, str] = {}  # of each list
        self._starts: dict[tuple[str, int], int] = {}  # where a list begins anew
        self._counts: dict[str, dict[int, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        for found in root.findall(f"{_W}abstractNum"):
            levels = {int(level.get(f"{_W}ilvl")): level for level in found.findall(f"{_W}lvl")}
            self._levels[found.get(f"{_W}abstractNumId")] = levels
        for number in root.findall(f"{_W}num"):
            name = number.get(f"{_W}numId")
            self._abstract[name] = number.find(f"{_W}abstractNumId").get(f"{_W}val")
            for override in number.findall(f"{_W}lvlOverride"):
                start = override.find(f"{_W}startOverride")
                if start is not None:
                    self._starts[name, int(override.get(f"{_W}ilvl"))] = int(start.get(f"{_W}val"))

    def next(self, numbering: Any) -> tuple[str | None, int]:
        """The number that stands before the next paragraph of a list, and how deep that is."""
        id_, depth = numbering.find(f"{_W}numId"), numbering.find(f"{_W}ilvl")
        name = id_.get(f"{_W}val") if id_ is not None else "0"
        level = int(depth.get(f"{_W}val")) if depth is not None else 0
        levels = self._levels.get(self._abstract.get(name, ""), {})
        if level not in levels:
            return None, 0
        counts = self._counts.setdefault(self._abstract[name], {})
        start = self._starts.pop((name, level), None)  # once
        counts[level] = start if start is not None else counts.get(level, _start(levels[level]) - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return _printed(levels, counts, level), level


def _value(level: Any, name: str, default: str) -> str:
    found = level.find(f"{_W}{name}")
    return str(found.get(f"{_W}val", default)) if found is not None else default


def _start(level: Any) -> int:
    value = _value(level, "start", "1")
    return int(value) if value.isdigit() else 1


def _printed(levels: dict[int, Any], counts: dict[int, int], level: int) -> str | None:
    """The number as it is printed: `5.1`, `a)`, or `-` for a bullet."""
    style = _value(levels[level], "numFmt", "decimal")
    if style == "none":
        return None
    if style == "bullet":
        return "-"
    text = _value(levels[level], "lvlText", f"%{level + 1}.")
    for index in range(_LEVELS):
        if f"%{index + 1}" in text and index in levels:
            shown = _counted(counts.get(index, _start(levels[index])), _value(levels[index], "numFmt", "decimal"))
            text = text.replace(f"%{index + 1}", shown)
    return text.strip() or None


def _counted(value: int, style: str) -> str:
    if style.endswith("Letter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if style.startswith("upper") else letter
    if style.endswith("Roman"):
        text, left = "", value
        for worth, sign in _ROMAN:
            text, left = text + sign * (left // worth), left % worth
        return text.upper() if style.startswith("upper") else text
    return f"{value:02d}" if style == "decimalZero" else str(value)
