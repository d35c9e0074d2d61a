"""The site's profile: what it settles for a screening, and what a mistake in it is told as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.criteria import Duration
from eligo.errors import EligoError
from eligo.site import Margin, json_schema, load, loads
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import variables

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "patients_examples" / "site.yaml"
REJECT = yaml.safe_load((ROOT / "tests" / "cases" / "site" / "reject.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", REJECT, ids=lambda case: case["claim"])
def test_a_mistake_in_a_profile_is_told_with_its_line(case: dict[str, Any]) -> None:
    with pytest.raises(EligoError) as refused:
        loads(case["profile"], "site.yaml")

    told = [f"{p.place.line}:{p.place.column} {p.code}: {p.message}" for p in refused.value.problems]
    assert told == case["problems"]
    assert {p.place.file for p in refused.value.problems} == {"site.yaml"}


def test_the_example_comes_out_in_canonical_units() -> None:
    site = load(EXAMPLE)
    bilirubin = variables().get("total_bilirubin")
    assert bilirubin is not None

    (of_bilirubin,) = site.ranges["total_bilirubin"]
    assert (of_bilirubin.low, of_bilirubin.high) == (None, to_canonical(1.1, "mg/dL", bilirubin))
    assert of_bilirubin.source == site.name
    assert site.ranges["platelets"][0].source == "the laboratory's handbook of 2026"
    assert [(r.sex, r.low, r.high) for r in site.ranges["hemoglobin"]] == [("male", 135, 175), ("female", 120, 155)]
    assert site.units == {"total_bilirubin": "mg/dL", "creatinine": "umol/L", "platelets": "10*9/L"}
    assert (site.max_age, site.max_ages["inr"]) == (Duration(30, "d"), Duration(7, "d"))
    assert site.margins == {"total_bilirubin": Margin(0.05, True), "inr": Margin(0.05, False)}


def test_a_margin_of_degrees_has_no_offset() -> None:
    site = loads("site: A\nvariables: {temperature: {margin: {by: 0.9, unit: '[degF]'}}}")

    assert site.margins["temperature"] == Margin(0.5, False)


def test_the_schema_accepts_the_example_and_refuses_a_misspelt_key() -> None:
    import jsonschema

    schema = json_schema()
    data = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    jsonschema.validate(data, schema)
    data["variables"]["INR"]["refrence"] = {"high": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)
    assert json.dumps(schema)
