"""Questions in, a CSV worksheet out, a row for each; the filled one back to answers, or what is wrong with a cell."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.patients.form import YES_NO
from eligo.patients.values import read_quantity
from eligo.report.actions import ACTIONS
from eligo.report.measures import LONG_CODED
from eligo.worksheet.entry import FilledEntry, Signed, entries_checked
from eligo.worksheet.items import YES_NO as YES_OR_NO
from eligo.worksheet.items import FormItem

COLUMNS = ("patient", "group", "question", "answer", "unit", "date", "by", "note", "takes", "limits", "criteria")
HIDDEN = ("key", "asks", "criterion", "text_sha")  # what makes the sheet readable again by itself

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula
_NEEDED = ("answer", "asks", "criterion", "text_sha")


def csv_text(items: Iterable[FormItem], patient: str | None = None) -> str:
    """The worksheet as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, *HIDDEN))
    for item in items:
        shown = {
            "patient": patient or "",
            "group": ACTIONS[item.group],
            "question": item.question(LONG_CODED),
            "takes": item.takes(str),
            "limits": "; ".join(item.limits),
            "criteria": " ".join(item.criteria),
            "key": item.key,
            "asks": json.dumps(item.asks, ensure_ascii=False) if item.asks is not None else "",
            "criterion": item.criterion or "",
            "text_sha": item.text_sha or "",
        }
        writer.writerow([_plain(shown.get(name, "")) for name in (*COLUMNS, *HIDDEN)])
    return out.getvalue()


def _plain(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_table(text: str, file: str, signed: Signed) -> Iterator[FilledEntry | Problem]:
    """The answer of each row that has one, or what is wrong with it, named by row and column.

    Raise `EligoError` where it is no worksheet.
    """
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            message = f"the worksheet has no column `{missing[0]}`"
            raise EligoError(Problem("form-column", message, Place(file, 1), "fill in what `eligo form` writes"))
        for cells in rows:
            row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            if row.get("answer"):
                yield from _row(row, names, Place(file, rows.line_num), signed)
    except csv.Error:
        raise EligoError(Problem("form-csv", "this is no CSV", Place(file, rows.line_num))) from None


def _row(row: dict[str, str], names: list[str], place: Place, signed: Signed) -> Iterator[FilledEntry | Problem]:
    def at(name: str) -> Place:
        return replace(place, column=names.index(name) + 1 if name in names else None, path=name)

    try:
        asks = json.loads(row["asks"]) if row.get("asks") else None
    except ValueError:
        yield Problem("form-cell", "the column `asks` was changed", at("asks"), "copy it from a new worksheet")
        return
    data: dict[str, Any] = {"asks": asks, "criterion": row.get("criterion"), "text_sha": row.get("text_sha")}
    data |= {"note": row.get("note"), "unit": row.get("unit")} | said(row["answer"], row.get("takes") == YES_OR_NO)
    data |= {"by": row.get("by") or signed.by, "date": row.get("date") or signed.date}
    patient = row.get("patient") or signed.patient
    yield from entries_checked({"patient": patient, **data}, at)


def said(text: str, yes_no: bool) -> dict[str, Any]:
    """An answer as it is written in one cell: yes or no, or a value; what should be yes or no stays as it is."""
    word = text.casefold()
    if yes_no or word in YES_NO:
        return {"answer": _WORDS.get(word, text)} if yes_no else {"value": text}
    read = read_quantity(text)
    plain = read is not None and read.unit is None and read.low == read.high
    return {"value": read.low if read is not None and plain else text}


_WORDS = {"y": "yes", "n": "no", **{word: word for word in YES_NO}}
