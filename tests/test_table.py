"""The table of patients and trials that a terminal gets."""

from __future__ import annotations

from pathlib import Path

from eligo.report.terminal import Terminal
from eligo.report.verdict_table import TableRow, table_lines
from tests.doors import Run

PATIENTS = Path(__file__).resolve().parents[1] / "patients_examples"


def test_many_patients_make_one_table(run: Run) -> None:
    found = run("screen", PATIENTS, "--table", "--lenient")
    head, *rows = found.out.splitlines()
    table = {row.split()[0]: row.split()[1:] for row in rows if row and ":" not in row}

    assert head.split() == ["patient", "NCT03460795", "NCT04822922", "NCT05727722", "NCT05948982", "NCT06884904"]
    assert table["low_platelets"] == ["blocked", "open", "blocked", "-", "open"]
    assert len(table) == len(list(PATIENTS.glob("*.json")))
    assert run("screen", PATIENTS, "--table", "--json").code == 2
    assert all(len(line) <= 100 for line in found.out.splitlines())


def test_trials_that_do_not_fit_beside_each_other_go_on_below() -> None:
    rows = [TableRow(f"patient-{'x' * 40}-{n}", dict.fromkeys("ABCDEFGH", "eligible")) for n in range(3)]
    lines = list(table_lines(rows, "ABCDEFGH", Terminal(width=80)))

    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("patient ") for line in lines) == 2
    assert len({line.split()[0] for line in lines if line.startswith("patient-")}) == 3
