"""The page *Worklist*: all records against all trials as a matrix, with what became of each, filtered and as CSV."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from eligo.commands.screen import screened_record
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.isolation import Isolated
from eligo.namedtuple import NamedTuple
from eligo.report.answer_words import VERDICT
from eligo.report.display import criterion
from eligo.service.answer import CSV, Call, HttpAnswer
from eligo.service.pages import fields, fragment, name_in, page
from eligo.service.screen_page import job_of, with_answers
from eligo.service.state import KeptRecord, Step, TrialMark
from eligo.service.trials import known_trial

STATES = ("asked", "answered", "refused", "screen failure")
FILTERS: Mapping[str, tuple[str, ...]] = {"verdict": tuple(VERDICT.values()), "state": STATES, "new": ("yes",)}
LONGEST_NOTE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would work out
_COLUMNS = ("patient", "as_of", "trial", "verdict", "blocks", "open", "state", "note", "by", "at")


class MatrixCell(NamedTuple):
    """One patient and one trial: the verdict, what decides, and what became of it."""

    key: str
    trial: str
    verdict: str
    blocks: tuple[str, ...]
    open: tuple[str, ...]
    mark: TrialMark | None


class Row(NamedTuple):
    """One patient: the record, a cell for each trial, and why there is none."""

    record: KeptRecord
    as_of: str
    cells: tuple[MatrixCell, ...]
    wrong: str = ""


def show(call: Call) -> HttpAnswer:
    """The matrix, as filtered."""
    chosen = _chosen(call)
    trials = [plan.trial for plan in call.bench.rules().plans]
    rows = [row for row in _rows(call) if _is_chosen(row, chosen)]
    new = {row.record.key for row in rows if _is_new(row.record)}
    options = {name: list(values) for name, values in FILTERS.items()}
    data = {"trials": trials, "rows": rows, "chosen": chosen, "options": options, "new": new, "states": STATES}
    return page(call, "worklist.html", **data, address="&".join(f"{k}={v}" for k, v in chosen.items()))


def table(call: Call) -> HttpAnswer:
    """The same as CSV, a line for each patient and trial."""
    chosen = _chosen(call)
    rows = (row for row in _rows(call) if _is_chosen(row, chosen))
    lines = (_line(row, cell) for row in rows for cell in row.cells if _fits(cell, chosen))
    return _csv("worklist.csv", [_COLUMNS, *lines])


def trail(call: Call) -> HttpAnswer:
    """Who did what and when, the newest first, as CSV."""
    return _csv("trail.csv", [Step._fields, *call.bench.store.trail()])


def _csv(name: str, rows: Iterable[Sequence[str]]) -> HttpAnswer:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_plain(value) for value in row] for row in rows)
    return HttpAnswer(text.getvalue(), CSV, headers=(("content-disposition", f'attachment; filename="{name}"'),))


def mark(call: Call) -> HttpAnswer:
    """Note what became of a patient for a trial, and show the cell."""
    given = fields(call, "state", "note")
    by, bench = name_in(call, given), call.bench
    trial = known_trial(bench.rules(), call.path["trial"])
    if given["state"] not in ("", *STATES) or len(given["note"]) > LONGEST_NOTE:
        help_text = f"it is one of {', '.join(STATES)}, with a note of at most {LONGEST_NOTE} characters"
        raise EligoError(Problem("body", "this cannot be noted", help=help_text))
    record = bench.store.record(call.path["key"])
    bench.store.mark(record.key, trial, TrialMark(given["state"], given["note"], by, ""))
    cell = next(cell for cell in _row(call, record).cells if cell.trial == trial)
    return fragment("worklist_parts.html", "cell", {"one": cell, "states": STATES})


def _chosen(call: Call) -> dict[str, str]:
    """The filters of a request; raise `EligoError` for others."""
    chosen = dict(call.query)
    for name, value in chosen.items():
        if name not in FILTERS or value not in ("", *FILTERS[name]):
            help_text = did_you_mean(value, FILTERS.get(name, ())) or f"filter by {', '.join(FILTERS)}"
            raise EligoError(Problem("unknown-option", "the worklist has no such filter", help=help_text))
    return {name: value for name, value in chosen.items() if value}


def _rows(call: Call) -> Iterator[Row]:
    for record in call.bench.store.records():
        yield _row(call, record)


def _row(call: Call, record: KeptRecord) -> Row:
    """One patient against all trials; what cannot be screened any more says why, and stops no other."""
    store = call.bench.store
    with Isolated(Place(None)) as unit:
        verdicts, as_of = _screened(call, record)
        marks = store.marks(record.key)
        cells = (MatrixCell(record.key, trial, *found, marks.get(trial)) for trial, found in verdicts.items())
        return Row(record, as_of, tuple(cells))
    return Row(record, record.as_of or "", (), unit.problems[0].message)


_Found = tuple[str, tuple[str, ...], tuple[str, ...]]


def _screened(call: Call, record: KeptRecord) -> tuple[Mapping[str, _Found], str]:
    """Verdict, blockers and open criteria by trial; kept until the rules or the answers change."""
    key = (record.key, len(call.bench.store.answers(record.key)))

    def screen() -> tuple[Mapping[str, _Found], str]:
        whole = call.bench.store.record(record.key)
        state = with_answers(call, whole)
        found = screened_record(job_of(whole, state), state)
        if found.data is None:
            raise EligoError(found.flaws)
        verdicts = {
            trial["trial"]: (VERDICT[trial["verdict"]], tuple(trial["blocks"]), tuple(trial["open"]))
            for trial in found.data["trials"]
        }
        return verdicts, str(found.data["as_of"])

    return call.bench.screened(key, screen)


def _is_new(record: KeptRecord) -> bool:
    """Whether a record was added since yesterday."""
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    return record.added >= yesterday.isoformat(timespec="seconds")


def _is_chosen(row: Row, chosen: Mapping[str, str]) -> bool:
    if "new" in chosen and not _is_new(row.record):
        return False
    return chosen.keys() <= {"new"} or any(_fits(cell, chosen) for cell in row.cells)


def _fits(cell: MatrixCell, chosen: Mapping[str, str]) -> bool:
    state = cell.mark.state if cell.mark else ""
    return chosen.get("verdict", cell.verdict) == cell.verdict and chosen.get("state", state) == state


def _line(row: Row, cell: MatrixCell) -> tuple[str, ...]:
    blocks, open_ = (", ".join(map(criterion, ids)) for ids in (cell.blocks, cell.open))
    noted = cell.mark or TrialMark("", "", "", "")
    return (row.record.patient, row.as_of, cell.trial, cell.verdict, blocks, open_, *noted)


def _plain(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
