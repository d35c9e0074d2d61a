"""Questions in, a printable page out with room for each answer: no script, no request to any network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eligo.report.actions import ACTIONS
from eligo.report.display import criterion_of
from eligo.report.html import style
from eligo.report.page.markup import text
from eligo.worksheet.items import FormItem

_STYLE = """
table.form { border-collapse: collapse; width: 100%; }
table.form th, table.form td { border: 1px solid; padding: 0.35em 0.5em; text-align: left; vertical-align: top; }
table.form td.room { min-width: 9em; height: 2.4em; }
table.form tr { break-inside: avoid; }
"""
_FIELDS = ("Patient", "By", "Date", "Signature")


def form_page(items: Iterable[FormItem], trials: Iterable[str]) -> str:
    """The worksheet as one page."""
    of_group: dict[str, list[FormItem]] = {}
    for item in items:
        of_group.setdefault(item.group, []).append(item)
    title = f"Eligibility: {', '.join(trials)}"
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(title)}</title>\n<style>{style()}{_STYLE}</style>\n</head>\n<body>",
        f"<header><h1>{text(title)}</h1>",
        *(f"<p>{field}: ______________________________</p>" for field in _FIELDS),
        "</header>\n<main>",
    ]
    for name, heading in ACTIONS.items():
        if name in of_group:
            parts += _table(heading, of_group[name])
    return "\n".join([*parts, "</main>\n</body>\n</html>", ""])


def _table(heading: str, items: Iterable[FormItem]) -> Iterator[str]:
    yield f"<section><h2>{text(heading)}</h2>"
    yield '<table class="form"><thead><tr>'
    yield "".join(f'<th scope="col">{name}</th>' for name in ("Question", "Answer", "Date", "For"))
    yield "</tr></thead><tbody>"
    for item in items:
        takes = "☐ yes &nbsp; ☐ no" if item.subject is None else f"____ {text(item.takes())}"
        limits = "".join(f"<br><small>{text(limit)}</small>" for limit in item.limits)
        serves = "; ".join(map(criterion_of, item.criteria))
        yield (
            f'<tr><td>{text(item.question())}{limits}</td><td class="room">{takes}</td>'
            f'<td class="room"></td><td>{text(serves)}</td></tr>'
        )
    yield "</tbody></table></section>"
