"""A PDF to its lines, each with its page; lines that stand on every page are taken out, and broken sentences joined.

A PDF holds letters at places and no paragraphs. pypdf makes lines of them; a line that fills its width goes on in the
next one.
"""

from __future__ import annotations

import io
import logging
from collections import Counter

from eligo.ending import heed
from eligo.errors import EligoError, Place, Problem
from eligo.pages.headings import read_section
from eligo.pages.layout import clean
from eligo.pages.lines import read_mark
from eligo.regex import regex
from eligo.trials.extra import needed
from eligo.trials.protocol import Paragraph

_DIGITS = regex(r"[0-9]+")
_SILENT = logging.CRITICAL + 1
_EDGE = 3  # lines at the top and at the bottom of a page that may be its header and footer
_LEAST_PAGES = 3
_FULL = 0.7  # of the usual width: a shorter line ends its sentence
_HEADING = regex(r"[0-9]{1,2}(?:\.[0-9]{1,2})+\.?\s+[A-Z]")


def is_pdf(data: bytes) -> bool:
    """Whether the bytes are a PDF."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def read_pdf(data: bytes, file: str) -> tuple[list[Paragraph], tuple[str, ...]]:
    """The lines of a PDF, and what of it was left out; raise `EligoError` for a scan without text."""
    pages = _pages(data, file)
    empty = [number for number, lines in enumerate(pages, 1) if not any(map(str.isalpha, "".join(lines)))]
    if len(empty) == len(pages):
        message = "the pdf holds no text: it is a scan, or its letters are pictures"
        help_text = "let a program for text recognition (OCR) make text of it, or paste the criteria into a .txt file"
        raise EligoError(Problem("pdf-without-text", message, Place(file), help_text))
    notes = [f"no text on page{'s' * (len(empty) > 1)} {', '.join(map(str, empty))}"] if empty else []
    repeated = _repeated(pages)
    kept = []
    for number, lines in enumerate(pages, 1):
        kept += [(line, f"page {number}") for i, line in enumerate(lines) if not _is_furniture(lines, i, repeated)]
    if repeated:
        shown = ", ".join(f"`{words[:60]}`" for words in sorted(repeated.values()))
        notes.append(f"taken as headers and footers of pages: {shown}")
    return _joined(kept), tuple(notes)


def _pages(data: bytes, file: str) -> list[list[str]]:
    pypdf = needed("pypdf", "pypdf", file)
    logging.getLogger("pypdf").setLevel(_SILENT)  # it tells a terminal, in a document's own words, of each slip
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EligoError(Problem("pdf-locked", "the pdf is locked by a password", Place(file), "save it unlocked"))
        texts = [page.extract_text() or "" for page in reader.pages]
    except EligoError:
        raise
    except Exception:  # of a damaged document, the library raises whatever it comes upon
        heed()
        raise EligoError(Problem("pdf", "the pdf is damaged", Place(file), "get it again, or save it anew")) from None
    return [[line.strip() for line in text.splitlines() if line.strip()] for text in texts]


def _edge(lines: list[str]) -> list[int]:
    """The places of the lines that may be the header or the footer of a page."""
    return sorted({*range(min(_EDGE, len(lines))), *range(max(0, len(lines) - _EDGE), len(lines))})


def _repeated(pages: list[list[str]]) -> dict[str, str]:
    """The lines at the edges that most pages have, apart from their digits, with one of each as it is printed."""
    counts: Counter[str] = Counter()
    printed: dict[str, str] = {}
    for lines in pages:
        for line in {_DIGITS.sub("#", lines[i]): lines[i] for i in _edge(lines)}.items():
            counts[line[0]] += 1
            printed.setdefault(*line)
    least = max(_LEAST_PAGES, len(pages) / 2)
    return {key: printed[key] for key, count in counts.items() if count >= least}


def _is_furniture(lines: list[str], index: int, repeated: dict[str, str]) -> bool:
    return index in _edge(lines) and _DIGITS.sub("#", lines[index]) in repeated


def _joined(lines: list[tuple[str, str]]) -> list[Paragraph]:
    """The lines as paragraphs: one that fills the width goes on in the next, if that begins no item and no heading."""
    lengths = sorted(len(line) for line, _ in lines)
    full = _FULL * lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    found: list[Paragraph] = []
    previous = ""
    for line, place in lines:
        begins = read_mark(line, 0, len(line)) is not None or _HEADING.match(line) or read_section(clean(line))
        ended = len(previous) < full or previous[-1:] in ".;:" or read_section(clean(previous)) is not None
        if found and not begins and (not ended or _is_broken(previous, line)):
            found[-1] = Paragraph(f"{found[-1].text} {line}", found[-1].place)
        else:
            found.append(Paragraph(line, place))
        previous = line
    return found


def _is_broken(previous: str, line: str) -> bool:
    """Whether a sentence stops in its middle, however short its line is."""
    return line[0].islower() and previous[-1:] not in ".;:"
