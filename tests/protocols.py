"""Made-up protocols as files: Word documents through python-docx, PDFs written here, letter by letter."""

from __future__ import annotations

import importlib
import io
from typing import Any

Line = tuple[str, str]  # the style (`h1`, `h2`, `p`, `bullet`, `1.`, `a)`), the words


def docx_bytes(lines: list[Line], rows: dict[int, list[list[str]]] | None = None) -> bytes:
    """A Word document whose lists are numbered by rules, as Word writes them; `rows` are tables, by the line before."""
    document = importlib.import_module("docx").Document()  # of an extra
    numbers = _Numbering(document)
    for index, (style, words) in enumerate(lines):
        if style in ("h1", "h2"):
            document.add_heading(words, int(style[1]))
        else:
            paragraph = document.add_paragraph(words)
            if style != "p":
                numbers.number(paragraph, style)
        if rows and index in rows:
            table = document.add_table(0, len(rows[index][0]))
            for row in rows[index]:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


class _Numbering:
    """One list with the levels `1.`, `a)` and a bullet, begun anew by the style `1.*`."""

    _FORMS = (("decimal", "%1."), ("lowerLetter", "%2)"), ("bullet", "·"))

    def __init__(self, document: Any) -> None:
        self._parse = importlib.import_module("docx.oxml").parse_xml
        self._ns = importlib.import_module("docx.oxml.ns").nsdecls("w")
        self._root = document.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for i, (form, text) in enumerate(self._FORMS)
        )
        abstract = self._parse(f'<w:abstractNum {self._ns} w:abstractNumId="900">{levels}</w:abstractNum>')
        self._root.insert(0, abstract)
        self._next = 900

    def _anew(self) -> None:
        self._next += 1
        self._root.append(
            self._parse(
                f'<w:num {self._ns} w:numId="{self._next}"><w:abstractNumId w:val="900"/>'
                f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
            )
        )

    def number(self, paragraph: Any, style: str) -> None:
        if style == "1.*" or self._next == 900:
            self._anew()
        level = {"1.": 0, "1.*": 0, "a)": 1, "bullet": 2}[style]
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            self._parse(f'<w:numPr {self._ns}><w:ilvl w:val="{level}"/><w:numId w:val="{self._next}"/></w:numPr>')
        )


def pdf_bytes(pages: list[list[str]]) -> bytes:
    """A PDF with one line of text below the other; a page without lines is blank."""
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({_escaped(line)}) Tj 0 -14 Td" for line in lines)
        stream = f"BT /F1 10 Tf 50 800 Td {shown} ET".encode("latin-1")
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        parts.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(parts)
        )
        kids.append(b"%d 0 R" % len(parts))
    parts[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(pages))
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(parts) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
