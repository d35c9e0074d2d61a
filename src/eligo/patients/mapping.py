"""A mapping file (YAML or JSON) in, `Mapping` out: what the columns of a table with one row per patient mean.

Every problem of the file comes in one pass, with its line. Nothing about a column is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.patients.date_formats import Order, stated_order
from eligo.patients.diagnostic_tests import find_test
from eligo.patients.names import Trouble, find_attestation, find_concept, find_variable
from eligo.patients.status import STATUS, status_word
from eligo.textfile import read_text

if TYPE_CHECKING:
    from eligo.yamltext import YamlText

MISSING = ("", "NA", "N/A", "n/a", "null", "NULL", "-", ".")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
YES, NO = ("yes", "y", "true", "1", "positive", "+"), ("no", "n", "false", "0", "negative")

_TEXTS, _LISTS_OF_WORDS = (
    ("as_of", "birth_date", "age", "date", "dates", "delimiter"),
    ("ignore", "complete", "missing"),
)
_KEYS = ("patient", "sex", *_TEXTS, *_LISTS_OF_WORDS, "columns")
_COLUMN_KEYS = {
    "variable": ("variable", "unit", "date", "low", "high", "range", "values"),
    "concept": ("concept", "values", "date", "end", "status"),
    "attest": ("attest", "values"),
}
_LISTS = ("conditions", "procedures", "medications")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column says: a value of a variable, the state of a concept or an attestation.

    `date`, `end`, `low`, `high` and `range` (both limits as text) are names of other columns; `values` translates what
    the cells hold.
    """

    kind: str
    name: str
    unit: str | None = None
    date: str | None = None
    end: str | None = None
    low: str | None = None
    high: str | None = None
    range: str | None = None
    status: str | None = None
    values: dict[str, str] = field(default_factory=dict)

    @property
    def others(self) -> tuple[str, ...]:
        """The other columns that it needs."""
        return tuple(c for c in (self.date, self.end, self.low, self.high, self.range) if c is not None)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns of a table, one row per patient: `patient`, `as_of` ... `date` are names of columns."""

    patient: str
    columns: dict[str, Column]
    as_of: str | None = None
    birth_date: str | None = None
    age: str | None = None
    sex: str | None = None
    sexes: dict[str, str] = field(default_factory=dict)
    date: str | None = None
    ignore: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset(MISSING)
    delimiter: str | None = None
    dates: Order | None = None  # how the table writes dates

    @property
    def dated(self) -> list[str]:
        """The columns that hold dates."""
        others = (c for column in self.columns.values() for c in (column.date, column.end))
        return list(dict.fromkeys(c for c in (self.as_of, self.birth_date, self.date, *others) if c is not None))

    @property
    def needed(self) -> list[str]:
        """Every column that must be there, the patient's first."""
        single = (self.patient, self.as_of, self.birth_date, self.age, self.sex, self.date)
        others = (other for column in self.columns.values() for other in column.others)
        return list(dict.fromkeys(c for c in (*single, *self.columns, *others) if c is not None))


def load_mapping(path: str | Path) -> Mapping:
    """Read a mapping file; raise `EligoError` with all that is wrong with it."""
    from eligo.yamltext import read_yaml  # lazily: only tables with a row per patient have a mapping

    file = str(path)
    text = read_yaml(read_text(Path(path)), file)  # JSON is YAML
    if not isinstance(text.data, dict):
        help_ = "`docs/patients.md` shows an example"
        raise EligoError(Problem("wrong-type", "the mapping is no mapping of keys", Place(file, 1), help_))
    problems = list(_problems(text, file))
    if problems:
        raise EligoError(problems)
    data: dict[str, Any] = text.data
    sex = data.get("sex")
    return Mapping(
        patient=str(data["patient"]),
        columns={str(name): _column(entry) for name, entry in data.get("columns", {}).items()},
        as_of=data.get("as_of"),
        birth_date=data.get("birth_date"),
        age=data.get("age"),
        sex=sex.get("column") if isinstance(sex, dict) else sex,
        sexes=_texts(sex.get("values", {})) if isinstance(sex, dict) else {},
        date=data.get("date"),
        ignore=tuple(map(str, data.get("ignore", ()))),
        complete=tuple(data.get("complete", ())),
        missing=frozenset(map(str, data["missing"])) | {""} if "missing" in data else frozenset(MISSING),
        dates=stated_order(data["dates"]) if "dates" in data else None,
        delimiter="\t" if data.get("delimiter") in ("tab", "\\t") else data.get("delimiter"),
    )


def _column(entry: dict[str, Any]) -> Column:
    kind = next(k for k in _COLUMN_KEYS if k in entry)
    parts = {k: str(v) for k, v in entry.items() if k not in (kind, "values") and v is not None}
    return Column(kind, str(entry[kind]), values=_texts(entry.get("values", {})), **parts)


def _texts(values: dict[Any, Any]) -> dict[str, str]:
    return {_word(key): _word(value) for key, value in values.items()}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problems(text: YamlText, file: str) -> Iterator[Problem]:
    data = text.data
    for key in data:
        if key not in _KEYS:
            help_ = did_you_mean(str(key), _KEYS) or f"the keys are {', '.join(_KEYS)}"
            yield Problem("unknown-key", f"unknown key `{key}`", text.place((key,), file), help_)
    if not isinstance(data.get("patient"), str):
        help_ = "patient: <the column with the patient's id>"
        yield Problem("missing-key", "`patient` must name a column", Place(file, 1), help_)
    yield from _shapes(text, file)
    columns = data.get("columns", {})
    if not isinstance(columns, dict):
        yield Problem("wrong-type", "`columns` must map columns to what they mean", text.place(("columns",), file))
        return
    for name, entry in columns.items():
        yield from _column_problems(entry, text.place(("columns", name), file))


def _shapes(text: YamlText, file: str) -> Iterator[Problem]:
    """What is wrong with the keys beside the columns."""
    data = text.data
    for keys, kind, words in ((_TEXTS, str, "text"), (_LISTS_OF_WORDS, list, "a list")):
        for key in keys:
            if not isinstance(data.get(key, kind()), kind):
                yield Problem("wrong-type", f"`{key}` must be {words}", text.place((key,), file))
    yield from _sex_problems(data.get("sex", ""), text.place(("sex",), file))
    complete = data.get("complete", [])
    for word in complete if isinstance(complete, list) else []:
        if word not in _LISTS:
            yield Problem("unknown-list", f"unknown list `{word}`", text.place(("complete",), file), ", ".join(_LISTS))
    if isinstance(data.get("dates"), str) and stated_order(data["dates"]) is None:
        help_ = "DMY, MDY or YMD"
        yield Problem("dates", "`dates` must say the order of day, month and year", text.place(("dates",), file), help_)
    if data.get("delimiter") is not None and data["delimiter"] not in (*DELIMITERS, "tab", "\\t"):
        yield Problem("delimiter", "the delimiter is not one of , ; | tab", text.place(("delimiter",), file))


def _sex_problems(sex: Any, place: Place) -> Iterator[Problem]:
    """What is wrong with the key that says where the sex is, and how it is written."""
    help_ = "sex: <column>, or sex: {column: <column>, values: {1: male, 2: female}}"
    if isinstance(sex, str):
        return
    if not isinstance(sex, dict) or not isinstance(sex.get("column"), str):
        yield Problem("wrong-type", "`sex` must name a column", place, help_)
        return
    for key in sex.keys() - {"column", "values"}:
        yield Problem("unknown-key", f"unknown key `{key}`", place, help_)
    if not isinstance(sex.get("values", {}), dict):
        yield Problem("wrong-type", "`values` must map cells to what they mean", place, help_)


def _column_problems(entry: Any, place: Place) -> Iterator[Problem]:
    kinds = [kind for kind in _COLUMN_KEYS if isinstance(entry, dict) and kind in entry]
    if len(kinds) != 1 or not isinstance(entry[kinds[0]], str):
        help_ = "write {variable: ..., unit: ...}, {concept: ...} or {attest: ...}"
        yield Problem("column", "a column means one variable, one concept or one attestation", place, help_)
        return
    kind, name = kinds[0], entry[kinds[0]]
    for key in entry:
        if key not in _COLUMN_KEYS[kind]:
            help_ = did_you_mean(str(key), _COLUMN_KEYS[kind]) or f"the keys are {', '.join(_COLUMN_KEYS[kind])}"
            yield Problem("unknown-key", f"unknown key `{key}`", place, help_)
    yield from _name_problems(kind, name, place)
    values = entry.get("values", {})
    if not isinstance(values, dict):
        yield Problem("wrong-type", "`values` must map cells to what they mean", place)
    elif kind == "concept":
        yield from _word_problems([*values.values(), *([entry["status"]] if "status" in entry else [])], place)


def _name_problems(kind: str, name: str, place: Place) -> Iterator[Problem]:
    find = {"variable": find_variable, "concept": find_concept, "attest": find_attestation}[kind]
    found = find(name)  # type: ignore[operator]  # three functions of one shape
    if isinstance(found, Trouble) and not (kind == "variable" and find_test(name)):
        yield Problem(found.code, found.message, place, found.help())
    if kind == "concept" and not isinstance(found, Trouble) and found.mark:
        help_ = "write the bare name, and say with `status` or `values` what a cell means"
        yield Problem("concept-marked", "the name of the concept carries a mark", place, help_)


def _word_problems(said: Sequence[Any], place: Place) -> Iterator[Problem]:
    known = {*STATUS, "present", "absent", "unknown", *YES, *NO}
    for word in said:
        if status_word(_word(word)) not in known:
            help_ = did_you_mean(_word(word), known) or "such as active, resolved, absent, unknown"
            yield Problem("unknown-word", f"`{word}` says nothing of a concept", place, help_)
