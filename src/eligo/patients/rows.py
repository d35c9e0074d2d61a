"""The rows of one patient in, a `Reading` out: values, concepts and attestations, each with the line it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from eligo.bounds import is_screening_day
from eligo.dataclass import dataclass, replace
from eligo.errors import Place, Problem
from eligo.jsontext import JsonPath
from eligo.patients import dates
from eligo.patients.build import LISTS, PatientBuilder
from eligo.patients.date_formats import HELP, Order, as_iso
from eligo.patients.dates import EARLIEST
from eligo.patients.diagnostic_tests import find_test
from eligo.patients.jobs import Job
from eligo.patients.ledger import LedgerEntry, Reading, Took, entry_of
from eligo.patients.mapping import MISSING, NO, YES, Column, Mapping
from eligo.patients.model import ListName, PartialDate
from eligo.patients.names import Trouble, find_attestation, find_concept, find_in_vocabulary, find_variable
from eligo.patients.plausible import NO_RANGE, Ends
from eligo.patients.reports import range_in
from eligo.patients.status import STATUS, status_word
from eligo.patients.values import NO_UNITS, Units, is_figure, read_quantity

_ABOUT = ("as_of", "birth_date", "sex", "age")  # what is no variable, in a long table
_LIST_OF: dict[str, ListName] = {"procedure": "procedures", "medication": "medications"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One statement of a table: what it is about, what it says, and where it stands."""

    item: str
    place: Place
    kind: str  # variable, concept, attest; as_of, birth_date, sex, age; or "" for what nothing is made of
    name: str
    value: str
    unit: str | None = None
    day: str | None = None
    end: str | None = None
    low: str | None = None
    high: str | None = None
    status: str | None = None
    any_day: bool = False
    remark: str | None = None
    range: str | None = None


def read_rows(job: Job, mapping: Mapping | None, as_of: date | None, lenient: bool, units: Units = NO_UNITS) -> Reading:
    """Read the patient of a job."""
    line, first = job.rows[0]
    column = job.header.index(mapping.patient if mapping else "patient")
    place = Place(job.file, line)
    cells = [_with_iso(cell, job.dates) for cell in (_of_wide(job, mapping) if mapping else _of_long(job))]
    stated = [c.value for c in cells if c.kind == "as_of"]
    problems = list[Problem]()
    described = _day(stated, [] if as_of else problems, place)
    day = as_of or described
    if day is None and not problems:
        day = _newest(cells, problems, place)
    if day is None:
        return Reading(None, tuple(problems), tuple(_unread(c, problems[0]) for c in cells))
    log: list[Took] = []
    builder = PatientBuilder(first[column].strip(), day, lenient=True, log=log, units=units, described=described)
    entries = {}
    for cell in sorted(cells, key=lambda c: c.kind not in _ABOUT):
        before = len(log)
        _take(cell, builder, log)
        entries[id(cell)] = entry_of(cell.item, cell.place, log[before:])
    if mapping:
        builder.complete(mapping.complete)
    patient = builder.build()
    ledger = tuple(entries[id(cell)] for cell in cells)
    return Reading(patient, (*problems, *_warnings(builder, ledger, place)), ledger)


def _newest(cells: Sequence[Cell], problems: list[Problem], place: Place) -> date | None:
    """The newest date of the rows, as of which they are read where nothing says of which day they are."""
    known = (dates.read_date(cell.day) for cell in cells if cell.day)
    day = max((d.last for d in known if d and is_screening_day(d.last)), default=None)
    if day is None:
        help_ = "add an `as_of`, or give the day with `--as-of`"
        problems.append(Problem("as-of-missing", "no row says of which day the patient's record is", place, help_))
    else:
        message = f"the record is read as of its newest date, {day.isoformat()}"
        problems.append(Problem("as-of-inferred", message, place, "`--as-of` names another day", "warning"))
    return day


def _with_iso(cell: Cell, order: Order | None) -> Cell:
    """The cell with its dates as ISO writes them, as far as they can be read."""
    if cell.kind in ("as_of", "birth_date"):
        return replace(cell, value=as_iso(cell.value, order) or cell.value)
    if cell.day is None and cell.end is None:
        return cell
    day, end = (as_iso(text, order) or text if text else None for text in (cell.day, cell.end))
    return replace(cell, day=day, end=end)


def _day(stated: Sequence[str], problems: list[Problem], place: Place) -> date | None:
    """The day that the rows state; a problem where they differ, or where it is no day."""
    days = {dates.read_day(text) for text in stated}
    if len(days) > 1:
        problems.append(
            Problem("as-of-twice", "the rows of the patient state different days", place, "keep one `as_of`")
        )
        return None
    found = next(iter(days), None)
    if stated and found is None:
        message = "`as_of` is not a day that a record can be of"
        problems.append(Problem("date-format", message, place, "write YYYY-MM-DD"))
    return found


def _warnings(builder: PatientBuilder, ledger: Sequence[LedgerEntry], place: Place) -> Iterator[Problem]:
    for finding in dict.fromkeys(builder.findings):
        line = finding.path[0] if finding.path and isinstance(finding.path[0], int) else place.line
        where = Place(place.file, line, path=str(finding.path[1]) if len(finding.path) > 1 else None)
        yield Problem(finding.code, finding.message, where, finding.help, "warning")
    told = {finding.code for finding in builder.findings}
    for entry in ledger:
        if entry.outcome == "refused" and entry.reason not in told:
            yield Problem(entry.reason, f"an entry is refused: {entry.text}", entry.place, severity="warning")
        if entry.reason == "not-in-vocabulary":
            yield Problem(entry.reason, entry.text, entry.place, "`eligo variables` lists what is known", "warning")


def _unread(cell: Cell, why: Problem) -> LedgerEntry:
    return LedgerEntry(cell.item, cell.place, "refused", reason=why.code, text="the record could not be read")


# --- rows to cells


def _of_long(job: Job) -> Iterator[Cell]:
    for line, cells in job.rows:
        row = {name: cell.strip() for name, cell in zip(job.header, cells, strict=True)}
        name, value = row["variable"], row["value"]
        kind = name.lower().replace(" ", "_")
        kind = kind if kind in _ABOUT else _kind(name, row.get("status") or value)
        place = Place(job.file, line)
        missing = value in MISSING and not row.get("status")
        yield Cell(
            f"line {line}: {name}",
            place,
            "empty" if missing else kind,
            name,
            value,
            row.get("unit") or None,
            row.get("date") or None,
            row.get("end") or None,
            row.get("low") or None,
            row.get("high") or None,
            row.get("status") or None,
            remark=row.get("remark") or None,
            range=row.get("range") or None,
        )


def _kind(name: str, status: str) -> str:
    """What a name is: a variable goes before a concept, unless a status stands beside it; attestations come last."""
    known = not isinstance(find_in_vocabulary(name), Trouble)
    if known and status_word(status) in STATUS:
        return "concept"
    if not isinstance(find_variable(name), Trouble) or (find_test(name) and not known):
        return "variable"
    if not isinstance(find_concept(name), Trouble):
        return "concept"
    return "" if isinstance(find_attestation(name), Trouble) else "attest"


def _of_wide(job: Job, mapping: Mapping) -> Iterator[Cell]:
    """A cell for each column of the row that says something of itself."""
    line, cells = job.rows[0]
    row = {name: cell.strip() for name, cell in zip(job.header, cells, strict=True)}
    about = {mapping.as_of: "as_of", mapping.birth_date: "birth_date", mapping.age: "age", mapping.sex: "sex"}
    helpers = {other for column in mapping.columns.values() for other in column.others} | {
        mapping.patient,
        mapping.date,
    }
    for name, text in row.items():
        place = Place(job.file, line, path=name)
        if text in mapping.missing and name != mapping.patient:
            yield Cell(name, place, "empty", name, text)
        elif name in about:
            value = mapping.sexes.get(text, text) if about[name] == "sex" else text
            yield Cell(name, place, about[name], name, value)
        elif name in mapping.columns:
            yield _mapped(name, text, mapping.columns[name], row, mapping, place)
        else:
            yield Cell(name, place, "helper" if name in helpers else "ignored", name, text)


def _mapped(name: str, text: str, column: Column, row: dict[str, str], mapping: Mapping, place: Place) -> Cell:
    def other(of: str | None) -> str | None:
        return row[of] if of is not None and row[of] not in mapping.missing else None

    return Cell(
        name,
        place,
        column.kind,
        column.name,
        column.values.get(text, text),
        column.unit,
        other(column.date or (mapping.date if column.kind == "variable" else None)),
        other(column.end),
        other(column.low),
        other(column.high),
        column.status,
        range=other(column.range),
    )


# --- cells to the builder


def _take(cell: Cell, builder: PatientBuilder, log: list[Took]) -> None:
    """Hand one statement over."""
    path: JsonPath = (cell.place.line or 0, cell.item)
    if cell.kind in ("empty", "helper", "ignored", ""):
        if not cell.kind and (cell.status or not is_figure(cell.value)):  # it may say that something is there
            builder.lacks(*LISTS)
        log.append(_NOTHING[cell.kind])
    elif cell.kind == "as_of":
        log.append(Took("used", "as_of"))
    elif cell.day and dates.read_date(cell.day) is None:
        _take(_undated(cell, builder, path), builder, log)
    elif cell.kind == "birth_date":
        builder.born(cell.value, path)
    elif cell.kind == "age":
        builder.aged(cell.value, path)
    elif cell.kind == "sex":
        builder.of_sex(cell.value, path)
    elif cell.kind == "variable":
        _observe(cell, builder, path)
    elif cell.kind == "attest":
        _attest(cell, builder, path, log)
    else:
        _state(cell, builder, path, log)


def _undated(cell: Cell, builder: PatientBuilder, path: JsonPath) -> Cell:
    """The cell without its day, which cannot be read: it is then of any day, so that no other is surely later."""
    builder.note("date-format", "the date cannot be read, so that the day is not known", path, HELP)
    return replace(cell, day=None, any_day=True)


_NOTHING = {
    "empty": Took("not needed", "", "empty", "it is empty"),
    "helper": Took("used", "part of another column"),
    "ignored": Took("not needed", "", "not-mapped", "the mapping does not name it"),
    "": Took("not needed", "", "not-in-vocabulary", "the vocabulary does not know this name"),
}


def _observe(cell: Cell, builder: PatientBuilder, path: JsonPath) -> None:
    reference = _range_of(cell, builder, path)
    builder.observe(cell.name, cell.value, path, cell.unit, _day_of(cell, builder), reference, remark=cell.remark)


def _range_of(cell: Cell, builder: PatientBuilder, path: JsonPath) -> Ends:
    """The range of normal beside a value: a number for each end, or text that states a range (`< 30 U/L`)."""
    found = NO_RANGE
    for text, is_low in ((cell.range, None), (cell.low, True), (cell.high, False)):
        if text is None:
            continue
        known = _one_end(text, is_low) or range_in(text, builder.sex)
        if known is None:
            builder.note("reference-range", "the reference range cannot be read and is not used", path)
        else:
            low, high = (
                (known.low if found.low is None else found.low),
                (known.high if found.high is None else found.high),
            )
            found = Ends(low, high, found.unit or known.unit)
    return found


def _one_end(text: str, is_low: bool | None) -> Ends | None:
    """The lower or the upper end that a cell holds as a number."""
    read = read_quantity(text) if is_low is not None else None
    if read is None or read.low != read.high:
        return None
    return Ends(read.low, None, read.unit) if is_low else Ends(None, read.high, read.unit)


def _day_of(cell: Cell, builder: PatientBuilder) -> str | PartialDate | None:
    return some_day(builder) if cell.any_day else cell.day


def some_day(builder: PatientBuilder) -> PartialDate:
    """Any day of the patient's life up to the screening."""
    first = builder.birth.first if builder.birth else EARLIEST
    return PartialDate(min(first, builder.as_of), builder.as_of)


def _attest(cell: Cell, builder: PatientBuilder, path: JsonPath, log: list[Took]) -> None:
    word = cell.value.lower()
    if word in YES or word in NO:
        builder.attest(cell.name, word in YES, path)
    else:
        log.append(Took("refused", "", "not-yes-or-no", "an attestation is yes or no"))


def _list_of(cell: Cell) -> ListName:
    """The list that a concept belongs to."""
    found = find_concept(cell.name)
    return "conditions" if isinstance(found, Trouble) else _LIST_OF.get(found.concept.kind, "conditions")


def _state(cell: Cell, builder: PatientBuilder, path: JsonPath, log: list[Took]) -> None:
    """Take a concept: yes and no, or a word for its status."""
    word = status_word(cell.value)
    if word in NO or word == "absent":
        builder.rule_out(cell.name, path, _day_of(cell, builder))
        return
    if word == "unknown":
        log.append(Took("not needed", "", "no-value", "it is not known"))
        return
    if word not in STATUS and word not in YES and word != "present" and not (word in MISSING and cell.status):
        builder.lacks(_list_of(cell))
        log.append(Took("refused", "", "status-unknown", "its value says neither yes nor no, nor a status"))
        return
    status = cell.status or (word if word in STATUS else None)
    list_name = _list_of(cell)
    day = _day_of(cell, builder)
    end = cell.end or (day if list_name == "procedures" else None)
    if list_name == "medications" and status is None and end is None:
        status = "active"
    builder.state(cell.name, list_name, path, status, (day, "date"), (end, "end"))
