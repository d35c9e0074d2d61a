"""The tables of a warehouse: what each column holds, in which order the rows stand, and how a Patient lies in them.

A warehouse is a folder with `observation.parquet`, `fact.parquet`, `person.parquet`, `ledger.json` and
`warehouse.json`. Its rows are what the readers of single records made (`eligo.patients.build`): names resolved, values
in canonical units, and everything already judged as of the day of each person (`as_of`). Nothing is interpreted here,
so that `held.patient_of` gives back a Patient that is equal to the one that was written, in all its parts, and
`store.read_back` those of any persons. `store.write` writes Patients.

Rules that hold for all three tables:

- `person` is the number of a person, 0 to n-1 without a gap: the row of that number in the person table, which is
  sorted by it. Two records with one id are two persons.
- Days are intervals, as `PartialDate`: `first` and `last` are the first and the last day that it can have been, and
  equal for a day that is known. Both are null where the record gives no date (which counts as of `as_of`).
- No column holds NaN. What has no number is null, and says so elsewhere. `low` and `high` may be infinite.
- A word is a value of the model as it is (`active`, `unit_unknown`, `conditions`), an id one of the vocabulary, or of
  the dictionary (`MONDO:0005148`), or a name by itself (`named:...`), as in `Fact.concept`.

`observation`: one row a `Result`; sorted by `variable`, `person`, `superseded`, `position`.

- `variable`: the id. `person`: see above.
- `position`: the place in `Patient.results[variable]`, from 0, **the latest first**; where `superseded` is true, the
  place in `Patient.superseded[variable]` (values that gave way to a later one of their day: they decide nothing, but
  a baseline looks at them).
- `first`, `last`: the days.
- `low`, `high`: the interval in the canonical unit, equal for a plain value; null where there is no number (a
  category, or a value that could not be converted): there the Result has NaN. `low_closed`, `high_closed`: whether the
  ends belong to it.
- `problem`: why it decides nothing (`eligo.truth.Reason`), null where it can. `detail`: the words beside it.
- `own_low`, `own_high`: the report's own reference range in the canonical unit, null where it gives none.
  `own_low_unusable`, `own_high_unusable`: the report gives one that cannot be used (NaN in the Result): then there is
  **no** limit of normal for this value, neither of the site nor the default.
- `number`, `text`: the value as the record has it, a number or a word (a category's: `female`). `unit`: its unit.
- `written`: the whole as it is written, null where that is value and unit with a blank between them. `remark`: what
  the laboratory wrote beside it. Both, and `detail`, are of explanations alone.
- `forms`: which of the numbers are whole numbers in Python (bits of `WHOLE`); it changes no truth, only print.

`fact`: one row a `Fact`; sorted by `concept`, `person`, `position`.

- `concept`: the id. `position`: the place in `Patient.facts[concept]`, the latest start first.
- `kind` (condition, procedure, medication), `status` (active, resolved, suspected, planned, refuted).
- `start_first`, `start_last`, `end_first`, `end_last`: days.
- `qualifiers`: a list of words, in their order. `visit`: the diagnosis of one visit. `written`: the name as written.

`person`: one row a Patient; sorted by `person`.

- `id`; `as_of`: the day that the record describes, on which `results` and `facts` were judged; `birth_first`,
  `birth_last`; `sex` (male, female, or null: the observation `sex` may still say it, as `Chart.sex`).
- `absent`, `never`, `complete`, `in_part`: the sets of the Patient, sorted lists of ids or names of lists.
  A list in `in_part` is complete for nobody, whatever `complete` or the caller says.
- `attested_yes`, `attested_no`: what a person stated, by attestation id or `TRIAL/criterion`.
- `warnings`: the codes and places of the record's warnings, in their order.
- `ending`: facts whose recorded end lies after `as_of`, as JSON: pairs of a fact as it is now and as it will be. Only
  what looks ahead asks for it.
- `replies`: answers of persons, as JSON, null where there are none. They may decide or contradict any leaf: whoever
  has no way of their own for them takes such persons through `patient_of` and the plain evaluator.
- `identifiers`: the patient's own numbers by system, as JSON, null where they were not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import polars as pl

SCHEMA: Final = "eligo.warehouse/1"
MANIFEST: Final = "warehouse.json"
LEDGER: Final = "ledger.json"

Table = Literal["observation", "fact", "person"]
TABLES: Final[tuple[Table, ...]] = ("observation", "fact", "person")
Type = Literal["word", "words", "count", "number", "day", "bool", "bits"]

COLUMNS: Final[Mapping[Table, Mapping[str, Type]]] = {
    "observation": {
        "variable": "word",
        "person": "count",
        "superseded": "bool",
        "position": "count",
        "first": "day",
        "last": "day",
        "low": "number",
        "high": "number",
        "low_closed": "bool",
        "high_closed": "bool",
        "problem": "word",
        "own_low": "number",
        "own_high": "number",
        "own_low_unusable": "bool",
        "own_high_unusable": "bool",
        "number": "number",
        "text": "word",
        "unit": "word",
        "forms": "bits",
        "written": "word",
        "detail": "word",
        "remark": "word",
    },
    "fact": {
        "concept": "word",
        "person": "count",
        "position": "count",
        "kind": "word",
        "status": "word",
        "start_first": "day",
        "start_last": "day",
        "end_first": "day",
        "end_last": "day",
        "qualifiers": "words",
        "visit": "bool",
        "written": "word",
    },
    "person": {
        "person": "count",
        "id": "word",
        "as_of": "day",
        "birth_first": "day",
        "birth_last": "day",
        "sex": "word",
        "absent": "words",
        "never": "words",
        "complete": "words",
        "in_part": "words",
        "attested_yes": "words",
        "attested_no": "words",
        "warnings": "words",
        "ending": "word",
        "replies": "word",
        "identifiers": "word",
    },
}
# The columns by which the rows of each table stand in order; the first is what an answer asks for.
ORDER: Final[Mapping[Table, tuple[str, ...]]] = {
    "observation": ("variable", "person", "superseded", "position"),
    "fact": ("concept", "person", "position"),
    "person": ("person",),
}
# Bits of `forms`: these numbers are whole ones in Python (`262`, not `262.0`); a `text` is one that no float holds.
WHOLE: Final[Mapping[str, int]] = {"number": 1, "low": 2, "high": 4, "own_low": 8, "own_high": 16, "text": 32}


def file_of(folder: Path, table: Table) -> Path:
    """The file of a table."""
    return folder / f"{table}.parquet"


def schema(table: Table) -> dict[str, pl.DataType]:
    """The columns of a table with their types in polars."""
    import polars as pl  # lazily: only warehouses and cohorts need it

    types: dict[Type, pl.DataType] = {
        "word": pl.String(),
        "words": pl.List(pl.String()),
        "count": pl.UInt32(),
        "number": pl.Float64(),
        "day": pl.Date(),
        "bool": pl.Boolean(),
        "bits": pl.UInt8(),
    }
    return {name: types[kind] for name, kind in COLUMNS[table].items()}
