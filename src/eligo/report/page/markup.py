"""Text in, pieces of HTML out that every part of the page uses: escaped text, ids, marked words, shapes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from eligo.regex import regex
from eligo.report.terminal import clean_lines

_NOT_ID = regex(r"[^A-Za-z0-9.-]")

# A shape for each verdict and bearing, so that none is told by its colour alone.
_OUTLINE = {
    "passes": '<circle cx="8" cy="8" r="7"/><path class="cut" d="M4.5 8.3l2.4 2.5l4.6-5.3"/>',
    "open": '<path class="hollow" d="M8 1.5L14.5 8L8 14.5L1.5 8z"/><circle cx="8" cy="8" r="1.6"/>',
    "blocks": '<rect x="1" y="1" width="14" height="14" rx="1.5"/><path class="cut" d="M4 8h8"/>',
    "assumed": '<circle class="hollow" cx="8" cy="8" r="6.5"/><path class="cut" d="M4.5 8.3l2.4 2.5l4.6-5.3"/>',
    "answered": '<circle class="hollow" cx="8" cy="5.2" r="3.2"/><path class="hollow" d="M2 14.5c0-7 12-7 12 0z"/>',
    "near": '<path class="hollow" d="M1.8 1.8h12.4v12.4h-12.4z"/><path d="M1.5 14.5v-13l13 13z"/>',
}
SHAPE = {
    **_OUTLINE,
    "ELIGIBLE": _OUTLINE["passes"],
    "UNDETERMINED": _OUTLINE["open"],
    "INELIGIBLE": _OUTLINE["blocks"],
}


def text(raw: str) -> str:
    """Text as it is, safe to stand in the page."""
    return escape(clean_lines(raw))


def anchor(*names: str) -> str:
    """An id of the page: the names joined, with what does not belong into an id written as its number."""
    return "-".join(_NOT_ID.sub(lambda match: f"_{ord(match[0]):x}_", name) for name in names)


def shape(name: str) -> str:
    """The drawing that goes with a verdict or a bearing; the word always stands beside it."""
    return f'<svg class="shape" aria-hidden="true" viewBox="0 0 16 16" width="16" height="16">{SHAPE[name]}</svg>'


def marked(raw: str, spans: Iterable[tuple[int, int]]) -> str:
    """The sentence with the deciding words in `<mark>`."""
    inside = {i for start, end in spans for i in range(start, end)}
    parts, start = [], 0
    for end in range(1, len(raw) + 1):
        if end == len(raw) or (end in inside) != (start in inside):
            piece = text(raw[start:end])
            parts.append(f"<mark>{piece}</mark>" if start in inside else piece)
            start = end
    return "".join(parts)
