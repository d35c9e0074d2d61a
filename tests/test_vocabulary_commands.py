"""`eligo variables` and `eligo convert`: found by any name or code, and all that is known is shown."""

from __future__ import annotations

import json

import jsonschema
import pytest

from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import variables
from tests.doors import Run


@pytest.mark.parametrize("word", ["total_bilirubin", "TBil", "total  Bilirubin", "1975-2", "14631-6"])
def test_a_variable_is_found_by_id_name_and_code(word: str, run: Run) -> None:
    result = run("variables", word)

    assert result.out.startswith("total_bilirubin  (total bilirubin)\n")
    assert run("variables", word, "--json").out.count("\n") == 1
    assert run("convert", "2.1 mg/dL", "--variable", word).out == "35.918 µmol/L\n"


def test_a_code_that_nothing_has_is_an_error(run: Run) -> None:
    result = run("variables", "99999-9")

    assert (result.code, result.out) == (1, "")
    assert "unknown variable `99999-9`" in result.err


@pytest.mark.parametrize("name", SCORES)
def test_a_score_shows_its_inputs_and_its_paper(name: str, run: Run) -> None:
    text = " ".join(run("variables", name).out.split())
    data = json.loads(run("variables", name, "--json").out)

    assert "made of" in text
    assert SCORES[name].source in text
    assert data["score"]["source"] == SCORES[name].source
    assert [i["id"] for i in data["score"]["inputs"]] == [i.id for i in SCORES[name].inputs]


def test_what_is_no_score_is_made_of_nothing(run: Run) -> None:
    assert "made of" not in run("variables", "platelets").out
    assert "score" not in json.loads(run("variables", "platelets", "--json").out)


def test_reference_ranges_come_with_sex_and_source(run: Run) -> None:
    known = variables().get("hemoglobin")
    assert known is not None
    text = " ".join(run("variables", "hemoglobin").out.split())

    for reference in known.references:
        assert f"({reference.sex})" in text
        assert reference.source in text
    assert [r["source"] for r in json.loads(run("variables", "hemoglobin", "--json").out)["references"]]


def test_all_variables_are_listed_as_json(run: Run) -> None:
    lines = [json.loads(line) for line in run("variables", "--json").out.splitlines()]

    assert [line["id"] for line in lines] == [v.id for v in variables()]


@pytest.mark.parametrize(
    ("value", "arguments", "shown", "data"),
    [
        ("2,1 mg/dL", ["--to", "mg/L"], "21 mg/L", {"value": 21, "unit": "mg/L"}),
        ("12 mg/dl", ["--to", "µmol/l"], "205.25 µmol/L", {"value": 205.24749427, "unit": "umol/L"}),
        (
            "<0.1 mg/dL",
            ["--to", "mg/L"],
            "< 1 mg/L",
            {"low": None, "low_inclusive": False, "high": 1, "high_inclusive": False, "unit": "mg/L"},
        ),
        (
            ">=500 umol/L",
            [],
            "≥ 500 µmol/L",
            {"low": 500, "low_inclusive": True, "high": None, "high_inclusive": False, "unit": "umol/L"},
        ),
        (
            "1-2 mg/dL",
            ["--to", "mg/L"],
            "10 to 20 mg/L",
            {"low": 10, "low_inclusive": True, "high": 20, "high_inclusive": True, "unit": "mg/L"},
        ),
    ],
)
def test_a_value_is_read_as_in_a_record(
    value: str, arguments: list[str], shown: str, data: dict[str, object], run: Run
) -> None:
    assert run("convert", value, "--variable", "TBil", *arguments).out == f"{shown}\n"
    found = json.loads(run("convert", value, "--variable", "TBil", *arguments, "--json").out)

    assert found == {"variable": "total_bilirubin"} | data


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("trace", "the value is not a number with a unit"),
        ("2.1", "total bilirubin needs a unit"),
        ("2.1 foo", "unknown unit `foo`"),
        ("2.1 10*9/L", "unit `10*9/L` does not fit total bilirubin"),
    ],
)
def test_what_cannot_be_converted_is_refused(value: str, message: str, run: Run) -> None:
    result = run("convert", value, "--variable", "TBil")

    assert (result.code, result.out) == (1, "")
    assert message in result.err


@pytest.mark.parametrize("name", ["patient", "site", "ruleset", "screening"])
def test_every_schema_is_printed(name: str, run: Run) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(run("schema", name).out))
