"""Tables: one patient is the same in every format, and what is wrong with a table is said with its line."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.errors import EligoError
from eligo.patients.ledger import Reading
from eligo.patients.mapping import load_mapping
from eligo.patients.readers import Options, read_patients
from eligo.screening import load_rules, screen

CASES = Path(__file__).parent / "cases"
SAME = Path(__file__).resolve().parents[1] / "patients_examples" / "formats"
REJECT = CASES / "tables" / "reject"
FORMATS = ("native.json", "bundle.json", "long.csv", "wide.csv")


def _read(path: Path, **more: object) -> list[Reading]:
    mapping = load_mapping(path.with_suffix(".yaml")) if path.with_suffix(".yaml").is_file() else None
    form = "csv" if path.suffix == ".csv" else None
    return list(read_patients(path, Options(form, mapping=mapping, **more)))  # type: ignore[arg-type]  # dates alone


def _findings(reading: Reading) -> list[tuple[object, ...]]:
    assert reading.patient is not None
    found = screen(reading.patient, load_rules())
    unlike = ("written", "converted", "others", "facts")  # how the record writes it, which each format does its own way
    return [
        (
            *(trial.plan.trial, f.criterion.id, f.truth, f.bearing, f.reasons),
            [{k: v for k, v in e.as_json().items() if k not in unlike} for e in f.evidence],
        )
        for trial in found.trials
        for f in trial.findings
    ]


ROWS = yaml.safe_load((CASES / "tables" / "rows.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", ROWS, ids=lambda c: c["claim"])
def test_a_row_says_what_it_says(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    rows = [f"a,{row}" for row in ("as_of,2026-11-20,,,,,,", "sex,male,,,,,,", *case["rows"])]
    path.write_text("patient,variable,value,unit,date,end,low,high,range\n" + "\n".join(rows) + "\n", "utf-8")
    (reading,) = _read(path)

    assert reading.patient is not None
    assert [f"{f.concept} {f.status}" for fs in reading.patient.facts.values() for f in fs] == case.get("facts", [])
    assert sorted(reading.patient.absent) == case.get("absent", [])
    assert sorted({p.code for p in reading.problems}) == case.get("problems", [])
    for result in reading.patient.results.get("ast", ()):
        assert [result.reference_low, result.reference_high] == case["range"]


@pytest.mark.parametrize("name", FORMATS[1:])
def test_a_patient_is_the_same_in_every_format(name: str) -> None:
    (native,), (other,) = _read(SAME / FORMATS[0]), _read(SAME / name, **_as_of(name))

    assert other.patient is not None
    assert native.patient is not None
    assert other.patient.results.keys() == native.patient.results.keys()
    assert {c: [(f.status, f.start, f.end) for f in fs] for c, fs in other.patient.facts.items()} == {
        c: [(f.status, f.start, f.end) for f in fs] for c, fs in native.patient.facts.items()
    }
    assert _findings(other) == _findings(native)


def _as_of(name: str) -> dict[str, object]:
    from datetime import date

    return {"as_of": date(2026, 11, 20)} if name == "bundle.json" else {}


def test_every_row_and_every_cell_has_its_line_in_the_ledger() -> None:
    (long,), (wide,) = _read(SAME / "long.csv"), _read(SAME / "wide.csv")

    assert len(long.ledger) == 12
    assert all(e.outcome == "used" for e in long.ledger)
    assert len(wide.ledger) == 21
    assert [e.item for e in wide.ledger if e.outcome != "used"] == ["Phone"]


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    header, *rows = (SAME / "long.csv").read_text("utf-8").splitlines()
    other = [row.replace("same-01", "same-02") for row in rows]
    random.Random(1).shuffle(mixed := rows + other)
    (tmp_path / "mixed.csv").write_text("\n".join([header, *mixed]), "utf-8")
    first, second = _read(tmp_path / "mixed.csv")

    assert {r.patient.id for r in (first, second) if r.patient} == {"same-01", "same-02"}
    assert _findings(first) == _findings(second) == _findings(_read(SAME / "long.csv")[0])


def test_a_second_row_of_a_patient_is_an_error_where_there_is_one_row_each(tmp_path: Path) -> None:
    text = (SAME / "wide.csv").read_text("utf-8")
    (tmp_path / "wide.csv").write_text(text + text.splitlines()[1] + "\n", "utf-8")
    (tmp_path / "wide.yaml").write_text((SAME / "wide.yaml").read_text("utf-8"), "utf-8")
    first, second = _read(tmp_path / "wide.csv")

    assert first.patient is not None
    assert [(p.code, p.place.line) for p in second.problems] == [("patient-twice", 3)]


def test_all_that_is_wrong_with_a_mapping_comes_at_once() -> None:
    with pytest.raises(EligoError) as caught:
        load_mapping(REJECT / "mapping.yaml")

    found = sorted((p.place.line, p.code) for p in caught.value.problems)
    assert found == [
        (3, "unknown-key"),
        (5, "variable-unknown"),
        (6, "unknown-word"),
        (7, "unknown-key"),
        (8, "column"),
        (9, "unknown-key"),
        (9, "wrong-type"),
    ]


def test_a_column_that_the_mapping_names_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text("MRN,Visit\n1,2026-11-20\n", "utf-8")
    (tmp_path / "wide.yaml").write_text("patient: MRN\ncolumns: {TBil: {variable: inr}}\n", "utf-8")
    (reading,) = _read(tmp_path / "wide.csv")

    assert [(p.code, p.place.line, p.message) for p in reading.problems] == [
        ("column-missing", 1, "the table has no column `TBil`")
    ]


@pytest.mark.parametrize("path", sorted(REJECT.glob("*.csv")), ids=lambda p: p.stem)
def test_a_bad_table_is_reported_with_its_line(path: Path, request: pytest.FixtureRequest) -> None:
    lines = []
    for reading in _read(path):
        who = f"patient {reading.patient.id}" if reading.patient else "no patient"
        lines.append(f"{who}, ledger of {len(reading.ledger)}")
        lines += [f"  {p.severity}[{p.code}] {p.place.line}: {p.message}" for p in reading.problems]
        lines += [f"  {e.outcome}: {e.item}: {e.reason}" for e in reading.ledger if e.outcome != "used"]
    found, expected = "\n".join(lines) + "\n", path.with_suffix(".txt")
    if request.config.getoption("--record"):
        expected.write_text(found, "utf-8")

    assert found == expected.read_text("utf-8")
