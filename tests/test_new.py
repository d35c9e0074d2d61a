"""A first own record: asked for line by line, or written as a template of what trials ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eligo.patients.form import is_well_formed
from eligo.patients.native import read_patient
from eligo.patients.schema import check
from eligo.worksheet.typed import fact, result
from tests.doors import RULES, Run

TYPED = """\
54
m
yesterday
2026-12-01
2026-11-18
bilirubin 12 mg/dL
platlets 64
platelets 64
platelets 64 10*9/L 2026-11-19
Child-Pugh class = B
nonsense

acites
ascites
hepatitis B since 2010-05

liver transplantation 2024-01-02

prednisone

HIV infection
"""


def test_answers_become_a_record_and_what_is_not_understood_is_asked_again(run: Run, tmp_path: Path) -> None:
    result = run("new", tmp_path / "mine.json", "--as-of", "2026-11-20", stdin=TYPED.encode())
    record = json.loads((tmp_path / "mine.json").read_text("utf-8"))

    assert result.code == 0
    assert record == {
        "id": "mine",
        "as_of": "2026-11-20",
        "age": "54",
        "sex": "m",
        "observations": [
            {"variable": "bilirubin", "value": "12 mg/dL", "date": "2026-11-18"},
            {"variable": "platelets", "value": "64 10*9/L", "date": "2026-11-19"},
            {"variable": "Child-Pugh class", "value": "B", "date": "2026-11-18"},
        ],
        "conditions": ["ascites", {"concept": "hepatitis B", "onset": "2010-05"}],
        "procedures": [{"concept": "liver transplantation", "date": "2024-01-02"}],
        "medications": ["prednisone"],
        "absent": ["HIV infection"],
    }
    assert "did you mean `platelets`?" in result.err
    assert "did you mean `ascites`?" in result.err
    assert "warning[unit-missing]" in result.err
    assert "there is no value" in result.out
    assert result.out.count("day of the results, where a line has none of its own [2026-11-20]: ") == 3
    assert "next: eligo screen" in result.out
    assert run("screen", tmp_path / "mine.json").code in (0, 3, 4)


def test_a_template_asks_for_all_that_the_trials_ask_and_can_be_screened_as_it_is(run: Run, tmp_path: Path) -> None:
    arguments = ("NCT00000001", "NCT00000003", "--rules", RULES, "--as-of", "2026-11-20")
    written = run("new", tmp_path / "empty.json", *arguments)
    data = json.loads((tmp_path / "empty.json").read_text("utf-8"))

    assert written.code == 0
    assert {"platelets", "total_bilirubin"} <= data["labs"].keys()
    assert [key for key in data["labs"] if not key.startswith("#") and f"# {key}" not in data["labs"]] == []
    assert run("screen", tmp_path / "empty.json", "--rules", RULES).code == 4
    assert read_patient(json.dumps(data)).results == {}


def test_notes_of_a_record_are_not_read() -> None:
    data = {"# who": ["any", {"thing": 1}], "as_of": "2026-11-20", "labs": {"# INR": "1.9 by phone", "INR": 1.9}}

    assert is_well_formed(data)
    assert check(data)[1] == []
    assert list(read_patient(json.dumps(data)).results) == ["inr"]


def test_a_file_that_is_there_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("mine", "utf-8")
    result = run("new", tmp_path / "mine.json", "--template")

    assert result.code == 1
    assert "error[file-exists]" in result.err
    assert (tmp_path / "mine.json").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("INR 1,9", {"variable": "INR", "value": "1,9"}),
        ("platelets <20 10*9/L", {"variable": "platelets", "value": "<20 10*9/L"}),
        ("TBil: 12 mg/dL", {"variable": "TBil", "value": "12 mg/dL"}),
        ("ascites grade 2", {"variable": "ascites grade", "value": "2"}),
        ("INR", None),
    ],
)
def test_a_line_is_a_result(line: str, entry: dict[str, str] | None) -> None:
    assert result(line) == entry


def test_a_date_at_the_end_is_when_a_thing_began() -> None:
    assert fact("TIPS on 2024-01-02", "procedures") == {"concept": "TIPS", "date": "2024-01-02"}
    assert fact("prednisone from 2026-10", "medications") == {"concept": "prednisone", "start": "2026-10"}
