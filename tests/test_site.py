"""The site's profile: what it settles for a screening, and what a mistake in it is told as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.criteria import Duration
from eligo.errors import EligoError
from eligo.margin import Margin
from eligo.site import json_schema, load, loads
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import variables
from tests.doors import Run

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


# --- through the commands

RULES = """\
trial: NCT00000001
title: a trial
criteria:
- {id: I1, kind: inclusion, text: bilirubin above normal, when: {variable: total_bilirubin, op: gt, limit: 1, of: ULN}}
"""
PROFILE = """\
site: Example hospital
variables:
  bilirubin: {unit: mg/dL, reference: {high: 1.1}, max_age: 7 d}
"""


def _screened(run: Run, folder: Path, seen: dict[str, Any], *options: str | Path) -> tuple[dict[str, Any], list[str]]:
    """The evidence of the one leaf, and the codes of the problems."""
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    (folder / "site.yaml").write_text(PROFILE, "utf-8")
    observation = {"variable": "TBil", "date": "2026-11-19"} | seen
    record = {"id": "x", "as_of": "2026-11-20", "observations": [observation]}
    (folder / "x.json").write_text(json.dumps(record), "utf-8")
    result = run("screen", folder / "x.json", "--rules", folder / "rules.yaml", "--json", *options)
    evidence: dict[str, Any] = json.loads(result.out)["trials"][0]["criteria"][0]["evidence"][0]
    return evidence, [json.loads(line)["code"] for line in result.err.splitlines()]


@pytest.mark.parametrize(
    ("seen", "with_site", "truth", "reference"),
    [
        ({"value": 20, "unit": "umol/L"}, False, "NOT_MET", "ULN 22 umol/L (default)"),
        ({"value": 20, "unit": "umol/L"}, True, "MET", "ULN 18.8143536414 umol/L (site)"),
        ({"value": 1.1, "unit": "mg/dL"}, True, "NOT_MET", "ULN 18.8143536414 umol/L (site)"),
        ({"value": 20, "unit": "umol/L", "high": 21}, True, "NOT_MET", "ULN 21 umol/L (report)"),
    ],
)
def test_the_limit_of_normal_is_the_reports_else_the_sites_else_the_default(
    seen: dict[str, Any], with_site: bool, truth: str, reference: str, run: Run, tmp_path: Path
) -> None:
    options: tuple[str | Path, ...] = ("--site", tmp_path / "site.yaml") if with_site else ()
    found, _ = _screened(run, tmp_path, seen, *options)

    assert (found["truth"], found["reference"]) == (truth, reference)


def test_a_bare_number_is_in_the_sites_unit_and_that_is_told(run: Run, tmp_path: Path) -> None:
    found, told = _screened(run, tmp_path, {"value": 2}, "--site", tmp_path / "site.yaml")

    assert (found["value"], found["unit_from"]) == (34.2079157117, "site")
    assert found["converted"] == "2 mg/dL = 34.2079157117 umol/L"
    assert told == ["unit-of-site"]
    assert _screened(run, tmp_path, {"value": 2})[0]["reason"] == "unit_unknown"


def test_a_unit_of_the_record_goes_before_the_sites(run: Run, tmp_path: Path) -> None:
    found, told = _screened(run, tmp_path, {"value": 2, "unit": "umol/L"}, "--site", tmp_path / "site.yaml")

    assert (found["value"], "unit_from" in found, told) == (2, False, [])


def test_a_bare_number_that_is_not_plausible_in_the_sites_unit_decides_nothing(run: Run, tmp_path: Path) -> None:
    found, told = _screened(run, tmp_path, {"value": 262}, "--site", tmp_path / "site.yaml")

    assert found["reason"] == "implausible"
    assert told == ["unit-of-site", "value-implausible"]


def test_the_site_says_how_old_a_result_may_be_and_the_caller_may_say_otherwise(run: Run, tmp_path: Path) -> None:
    seen, site = {"value": 30, "unit": "umol/L", "date": "2026-11-10"}, ("--site", tmp_path / "site.yaml")

    assert _screened(run, tmp_path, seen)[0]["truth"] == "MET"
    assert _screened(run, tmp_path, seen, *site)[0]["reason"] == "stale"
    assert _screened(run, tmp_path, seen, *site, "--max-age", "TBil=30d")[0]["truth"] == "MET"


def test_a_result_of_last_year_decides_only_where_the_caller_or_the_site_says_that_any_age_will_do(
    run: Run, tmp_path: Path
) -> None:
    seen = {"value": 30, "unit": "umol/L", "date": "2025-11-10"}
    lenient, strict = tmp_path / "any.yaml", tmp_path / "strict.yaml"
    lenient.write_text("site: A\nmax_age: none\n", "utf-8")
    strict.write_text("site: A\nmax_age: none\nvariables: {TBil: {max_age: 30 d}}\n", "utf-8")

    assert _screened(run, tmp_path, seen)[0]["reason"] == "stale"
    assert _screened(run, tmp_path, seen)[0]["age_days"] == 375
    for more in (("--max-age", "none"), ("--max-age", "TBil=none"), ("--site", lenient)):
        assert _screened(run, tmp_path, seen, *more)[0]["truth"] == "MET"
    assert _screened(run, tmp_path, seen, "--site", strict)[0]["reason"] == "stale"
    assert _screened(run, tmp_path, seen, "--site", strict, "--max-age", "TBil=none")[0]["truth"] == "MET"


def test_a_profile_with_a_mistake_stops_the_screening(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: A\nvariables:\n  plateletz: {unit: 10*9/L}\n", "utf-8")
    result = run("screen", ROOT / "patients_examples" / "low_platelets.json", "--site", tmp_path / "site.yaml")

    assert (result.code, result.out) == (1, "")
    assert "site.yaml:3:3 at variables.plateletz: error[unknown-variable]" in result.err
    assert "did you mean `platelets`" in result.err


def test_a_profile_that_is_not_there_is_an_error(run: Run) -> None:
    result = run("screen", ROOT / "patients_examples" / "low_platelets.json", "--site", "nowhere.yaml")

    assert (result.code, result.out) == (1, "")
    assert "nowhere.yaml" in result.err


def test_audit_takes_the_profile_too(run: Run) -> None:
    example = ROOT / "patients_examples" / "no_reference_range.json"
    result = run("audit", example, "NCT05727722", "--only", "all", "--site", EXAMPLE)

    assert "ULN 18.814 µmol/L (site)" in " ".join(result.out.split())


_BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "x"}},
        {
            "resource": {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "1975-2"}]},
                "subject": {"reference": "Patient/x"},
                "effectiveDateTime": "2026-11-19",
                "valueQuantity": {"value": 2},
            }
        },
    ],
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bundle.json", json.dumps(_BUNDLE)),
        ("table.csv", "patient,variable,value,date\nx,TBil,2,2026-11-19\n"),
    ],
)
def test_the_sites_units_hold_for_records_of_every_format(name: str, content: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "site.yaml").write_text(PROFILE, "utf-8")
    (tmp_path / name).write_text(content, "utf-8")
    options = ("--rules", tmp_path / "rules.yaml", "--as-of", "2026-11-20", "--json")

    found = {
        label: json.loads(run("screen", tmp_path / name, *options, *more).out)["trials"][0]["criteria"][0]
        for label, more in (("alone", ()), ("site", ("--site", tmp_path / "site.yaml")))
    }

    assert found["alone"]["reasons"] == ["unit_unknown"]
    assert (found["site"]["truth"], found["site"]["evidence"][0]["unit_from"]) == ("MET", "site")
