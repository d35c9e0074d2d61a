"""What is too large, too long or too far off is refused by name, in the time that anything else takes."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.bounds import FIRST_DAY, LARGEST, LAST_DAY
from eligo.errors import EligoError
from eligo.jsontext import read_json
from eligo.patients.dates import apart
from eligo.patients.native import read_patient
from eligo.patients.readers import Options, read_patients
from eligo.truth import Reason
from eligo.vocabulary.units import convert
from eligo.vocabulary.variables import Variable, variables
from tests.doors import PATIENT, RULES, Run

LOGARITHMS = ("1000000000 log10 IU/mL", "2e7 log IU/mL", "-1000000000 log10 IU/mL")


def _fhir(value: dict[str, Any]) -> bytes:
    patient = {"resourceType": "Patient", "id": "x", "gender": "male", "birthDate": "1970-01-01"}
    code = {"coding": [{"system": "http://loinc.org", "code": "29615-2"}], "text": "HBV DNA"}
    seen = {"resourceType": "Observation", "status": "final", "code": code, "valueQuantity": value}
    seen |= {"effectiveDateTime": "2026-11-19", "subject": {"reference": "Patient/x"}}
    entries = [{"resource": resource} for resource in (patient, seen)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


FORMS: dict[str, Callable[[str, str], tuple[str, bytes]]] = {
    "native": lambda number, unit: (
        "x.json",
        json.dumps({"id": "x", "as_of": "2026-11-20", "labs": {"HBV DNA": f"{number} {unit}"}}).encode(),
    ),
    "fhir": lambda number, unit: ("x.json", _fhir({"value": float(number), "unit": unit})),
    "table": lambda number, unit: (
        "x.csv",
        f"patient,variable,value,unit,date\nx,HBV DNA,{number},{unit},2026-11-19\n".encode(),
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", ["1000000000", "20000000", "-1000000000", "31", "1e300"])
def test_a_logarithm_beyond_measure_is_implausible_in_every_format(
    form: str, number: str, tmp_path: Path, in_time: None
) -> None:
    name, content = FORMS[form](number, "log10 IU/mL")
    (tmp_path / name).write_bytes(content)
    (reading,) = read_patients(tmp_path / name, Options())

    assert reading.patient is not None
    assert [r.problem for r in reading.patient.results["hbv_dna"]] == [Reason.IMPLAUSIBLE]


@settings(deadline=None)
@given(st.sampled_from(["hbv_dna", "inr", "creatinine", "temperature", "platelets"]), st.floats(allow_nan=False))
def test_every_number_is_converted_or_refused(name: str, value: float) -> None:
    variable = variables().get(name)
    assert variable is not None
    for unit in (variable.unit, *variable.units):
        found = _converted(value, unit, variable)

        assert found is None or math.isinf(value) or math.isinf(found) or abs(found) <= LARGEST * 1.001


def _converted(value: float, unit: str, variable: Variable) -> float | None:
    """The value in the canonical unit; None where it is refused as beyond measure."""
    with contextlib.suppress(EligoError):
        return convert(value, unit, variable.unit, variable)
    with pytest.raises(EligoError, match="number-beyond"):
        convert(value, unit, variable.unit, variable)
    return None


def test_a_conversion_beyond_measure_is_an_error_and_not_a_hang(run: Run, in_time: None) -> None:
    for value in LOGARITHMS[:2]:
        result = run("convert", value, "--variable", "HBV DNA", "--to", "IU/mL")

        assert (result.code, result.out) == (1, "")
        assert "number-beyond" in result.err


def test_long_digits_in_parse_are_never_infinite(run: Run) -> None:
    for text in (
        "INR > " + "9" * 309,
        "INR > " + "9" * 5000,
        "INR < 1" + "0" * 35,
        "INR < 5 x 10^99999999",
        "INR < 10^999",
    ):
        result = run("parse", text, "--json")

        assert result.code == 0
        assert "Infinity" not in result.out
        assert json.loads(result.out)["comparisons"] == []


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_no_record_is_of_is_refused(day: str, run: Run) -> None:
    for command in ("screen", "next", "audit", "patient"):
        result = run(command, PATIENT, *(["NCT00000001"] if command == "audit" else []), "--as-of", day)

        assert (result.code, result.out) == (2, "")
        assert f"`{day}` is not a day" in result.err
    with pytest.raises(EligoError) as error:
        read_patient(json.dumps({"as_of": day}))
    assert [p.code for p in error.value.problems] == ["date-format"]


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
@pytest.mark.parametrize("dated", ["0001-01-01", "9999-12-31", "1900", "2199-12"])
def test_dates_at_the_ends_of_the_calendar_lose_no_patient(day: date, dated: str, run: Run, tmp_path: Path) -> None:
    record = {
        "id": "x",
        "observations": [
            {"variable": "INR", "value": 1.5, "date": dated},
            {"variable": "HBsAg", "value": "positive", "date": dated},
        ],
        "conditions": [{"concept": "hepatitis B", "onset": dated, "abatement": dated}, {"concept": "ascites"}],
        "medications": [{"concept": "prednisone", "start": dated}],
    }
    (tmp_path / "x.json").write_text(json.dumps(record), "utf-8")
    for options in (["screen", "--outlook"], ["next"], ["patient"]):
        command, *more = options
        rules = [] if command == "patient" else ["--rules", RULES]
        result = run(command, tmp_path / "x.json", *more, *rules, "--as-of", day.isoformat(), "--json")

        assert "internal" not in result.err
        assert result.out or "after-as-of" in result.err or "date" in result.err


def test_days_apart_stay_in_the_calendar() -> None:
    assert apart(date.min, -1) == date.min
    assert apart(date.max, 10**9) == date.max
    assert apart(date(2026, 3, 1), -1) == date(2026, 2, 28)


def test_a_key_among_many_that_is_there_twice_is_found_at_once(in_time: None) -> None:
    keys = ",".join(f'"k{i}": 1' for i in range(100_000))
    with pytest.raises(EligoError) as error:
        read_json("{" + keys + ',"k99999": 2}')

    assert error.value.problems[0].message == "a key appears twice"


@pytest.mark.parametrize("name", ["x.json", "x.ndjson", "-"])
def test_a_record_larger_than_the_caller_allows_is_refused(name: str, run: Run, tmp_path: Path) -> None:
    content = json.dumps({"id": "x", "as_of": "2026-11-20", "labs": {"INR": 1.2}}).ljust(2 * 1024 * 1024).encode()
    if name != "-":
        (tmp_path / name).write_bytes(content)
    source = name if name == "-" else str(tmp_path / name)
    refused = run("screen", source, "--rules", RULES, "--max-size", "1", stdin=content)
    taken = run("screen", source, "--rules", RULES, "--max-size", "3", stdin=content)

    assert (refused.code, refused.out) == (1, "")
    assert "larger than 1 MB" in refused.err
    assert taken.code != 1


@pytest.mark.parametrize("size", ["0", "-1", "1.5", "9" * 400, "x"])
def test_a_size_is_a_number_of_megabytes(size: str, run: Run) -> None:
    assert run("screen", PATIENT, f"--max-size={size}").code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_folder_of_rules_is_refused_and_not_waited_for(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "NCT00000009.yaml")
    (tmp_path / "good.yaml").write_bytes((Path(RULES) / "NCT00000001.yaml").read_bytes())
    screened = run("screen", PATIENT, "--rules", tmp_path, "--json")

    assert screened.code == 13
    assert "file-kind" in screened.err
    assert json.loads(screened.out)["trials"]
    for command in (["check"], ["fmt", "--check"]):
        result = run(*command, tmp_path / "NCT00000009.yaml")

        assert "file-kind" in result.err
