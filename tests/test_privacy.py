"""No message names a patient or a value, and what holds patients is for its owner alone."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from eligo.jsontext import masked, path_text
from eligo.patients.form import KEYS
from eligo.patients.native import json_schema
from eligo.patients.places import PublicPaths, told
from tests.doors import PATIENT, RULES, VALUE, Run


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_pages_and_records_of_patients_are_for_their_owner(run: Run, tmp_path: Path) -> None:
    page, record = tmp_path / "page.html", tmp_path / "record.json"
    run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", page)
    run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--record", record)

    assert _mode(page) == _mode(record) == 0o600
    page.chmod(0o644)  # somebody decided otherwise, and that stays
    run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", page)
    assert _mode(page) == 0o644


@pytest.mark.parametrize(
    "record",
    [
        {"labs": {"INR": f"1.2 {VALUE} as told by Mrs Secret on the phone"}},
        {f"INR {VALUE}": 1},
        {"labs": {f"INR {VALUE} foo": 1}},
        {"labs": {"platelets": "18 as told by Mrs Secret"}},
        {"labs": {"MELD": 38, "INR": 1.1, "TBil": "20 umol/L", "creatinine": "80 umol/L", "sodium": "140 mmol/L"}},
    ],
    ids=["unit", "key", "name", "remark", "clash"],
)
def test_no_message_names_the_patient_or_a_value(record: dict[str, object], run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"id": "Mrs Secret", "as_of": "2026-11-20", **record}), "utf-8")
    for more in ([], ["--json"], ["--lenient"]):
        for command in (["screen"], ["audit", "NCT00000001"], ["next"]):
            result = run(command[0], tmp_path / "x.json", *command[1:], "--rules", RULES, *more)

            assert "Secret" not in result.err
            assert VALUE not in result.err


def test_of_very_many_problems_of_a_kind_the_first_are_told_and_the_rest_counted(run: Run, tmp_path: Path) -> None:
    junk = {f"key{number}": 1 for number in range(3000)}
    (tmp_path / "x.json").write_text(json.dumps({"as_of": "2026-11-20", **junk}), "utf-8")
    for more in ([], ["--json"], ["--lenient"]):
        lines = run("screen", tmp_path / "x.json", "--rules", RULES, *more).err.splitlines()

        assert len([line for line in lines if "no such key is known" in line]) == 20
        assert len([line for line in lines if "and 2980 more of this kind" in line]) == 1


def test_every_key_of_the_format_may_stand_in_a_path() -> None:
    schema = json_schema()
    forms = [schema, *schema["$defs"].values()]
    keys = {key for form in forms for key in form["properties"]}

    assert {"answers", "text_sha", "note", "abatement"} <= keys
    assert keys <= KEYS
    assert PublicPaths({}).text(("answers", 0, "by")) == "answers[0].by"


def test_a_word_in_an_id_by_name_stands_in_no_path_and_no_message() -> None:
    paths = PublicPaths({"attested": {"informed consent": True, "ability:as Mrs Secret": True}})
    many = PublicPaths({f"key{number}": 1 for number in range(3000)})

    assert paths.text(("attested", "ability:as Mrs Secret")) == 'attested["#2"]'
    assert [many.text((f"key{number}",)) for number in (0, 2999)] == ['["#1"]', '["#3000"]']
    assert [told(id_) for id_ in ("ascites", "ability:as Mrs Secret", "condition:secret")] == [
        "`ascites`",
        *["this"] * 2,
    ]


def test_numbers_in_names_are_masked() -> None:
    assert masked("INR 1.95") == "INR ..."
    assert masked("vitamin B12") == "vitamin B12"
    assert path_text(("labs", "INR 1.95")) == 'labs["INR ..."]'
