"""Scores: the stated one wins and is held against its inputs, and the evidence shows all that a score is made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from eligo.report.schema import json_schema
from eligo.report.words import evidence_line
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import variables
from tests.doors import Run
from tests.evaluating import finding, patient, rules, screen

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "scores" / "clashes.yaml").read_text("utf-8"))
RULES = """\
trial: NCT00000001
title: a trial
criteria:
- {id: I1, kind: inclusion, text: MELD above 20, when: {variable: meld, op: gt, limit: 20}}
"""


def evidence(when: dict[str, Any], **record: Any) -> dict[str, Any]:
    """The evidence of one leaf."""
    return finding(when, patient(record)).evidence[0].as_json()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["claim"])
def test_a_stated_score_wins_and_is_held_against_its_inputs(case: dict[str, Any]) -> None:
    record = {key: value for key, value in case.items() if key not in ("claim", "score", "clash")}
    unit = SCORES[case["score"]].unit
    found = evidence({"variable": case["score"], "op": "gt", "limit": 20, "unit": unit}, **record)

    clash = found.get("clash", {}).get("value")
    assert clash == (
        pytest.approx(case["clash"], abs=1e-3) if isinstance(case.get("clash"), float) else case.get("clash")
    )
    if clash is not None:
        assert found["value"] != clash
        assert found["clash"]["inputs"]
        assert "but its inputs give" in evidence_line(found)


def test_a_clash_is_a_warning_too_and_changes_no_verdict(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "NCT00000001.yaml").write_text(RULES, "utf-8")
    labs = {"TBil": "12 mg/dL", "creatinine": "1.1 mg/dL", "INR": 2}
    found = {}
    for name, meld in (("stated", {"MELD": 15}), ("computed", {})):
        record = {"id": name, "as_of": "2026-11-20", "labs": labs | meld}
        (tmp_path / f"{name}.json").write_text(json.dumps(record), "utf-8")
        found[name] = run("screen", tmp_path / f"{name}.json", "--rules", tmp_path / "rules")

    assert "INELIGIBLE" in found["stated"].out
    assert "warning[score-clash]: the MELD score as stated" in found["stated"].err
    assert " ELIGIBLE" in found["computed"].out
    assert found["computed"].err == ""


def test_a_clash_fits_the_published_schema() -> None:
    plan = rules([{"id": "I1", "when": {"variable": "body_mass_index", "op": "gt", "limit": 20, "unit": "kg/m2"}}])
    who = patient(labs={"BMI": "18 kg/m2", "weight": "70 kg", "height": "169 cm"})
    data = screen(plan, who).as_json()

    assert "clash" in data["trials"][0]["criteria"][0]["evidence"][0]
    jsonschema.validate(data, json_schema())


def test_a_computed_score_shows_every_input_with_unit_and_date_and_its_paper() -> None:
    observations = [
        {"variable": "AST", "value": 90, "unit": "U/L", "date": "2026-11-18", "high": 45},
        {"variable": "PLT", "value": "100", "unit": "K/uL", "date": "2026-11-19"},
    ]
    found = evidence({"variable": "apri", "op": "gt", "limit": 1}, observations=observations)

    assert found["paper"] == SCORES["apri"].source
    assert found["inputs"] == [
        {"variable": "ast", "unit": "U/L", "value": 90, "date": "2026-11-18", "age_days": 2},
        {"variable": "ast", "unit": "U/L", "value": 45, "source": "limit", "of": "ULN, report"},
        {
            "variable": "platelets",
            "unit": "10*9/L",
            "value": 100,
            "date": "2026-11-19",
            "age_days": 1,
            "written": "100 K/uL",
            "reported": "100 K/uL",
            "digits": 3,
            "converted": "100 K/uL = 100 10*9/L",
        },
    ]
    line = evidence_line(found)
    assert all(
        part in line for part in ("90 U/L (2026-11-18, 2 d old)", "45 U/L (ULN, report)", "doi:10.1053/jhep.2003.50346")
    )


def test_a_score_of_a_score_shows_the_inputs_of_both() -> None:
    found = evidence(
        {"variable": "aclf_grade", "in": [2, 3]},
        labs={"TBil": "15 mg/dL", "INR": 3, "SBP": "80 mmHg", "DBP": "40 mmHg", "creatinine": "1 mg/dL"},
    )
    (pressure,) = (i for i in found["inputs"] if i["variable"] == "mean_arterial_pressure")

    assert [i["variable"] for i in pressure["inputs"]] == ["systolic_blood_pressure", "diastolic_blood_pressure"]
    assert pressure["paper"]


def test_the_sex_is_an_input_as_any_other() -> None:
    found = evidence(
        {"variable": "egfr", "op": "lt", "limit": 60, "unit": "mL/min/{1.73_m2}"},
        sex="female",
        age="70 years",
        labs={"creatinine": "150 umol/L"},
    )

    assert {"variable": "sex", "value": "female"} in found["inputs"]
    assert "sex female" in evidence_line(found)


def test_a_decision_on_partial_knowledge_says_that_every_completion_agrees() -> None:
    found = evidence({"variable": "meld", "op": "gt", "limit": 10}, labs={"INR": 3.5, "TBil": "400 umol/L"})

    assert found["truth"] == "MET"
    assert found["detail"] == "every plausible value of what is not known gives the same answer"
    assert found["missing"] == ["creatinine", "renal_replacement_therapy"]
    assert "; creatinine and renal replacement therapy are not stated)" in evidence_line(found)


def test_a_score_that_no_missing_input_can_move_says_so_too() -> None:
    found = evidence(
        {"variable": "aclf_grade", "in": [3]}, labs={"TBil": "300 umol/L", "creatinine": "300 umol/L", "INR": 3}
    )

    assert (found["truth"], found["value"]) == ("MET", 3)
    assert found["detail"] == "every plausible value of what is not known gives the same answer"


def test_whole_knowledge_needs_no_such_words() -> None:
    found = evidence(
        {"variable": "body_mass_index", "op": "lt", "limit": 20, "unit": "kg/m2"},
        labs={"weight": "50 kg", "height": "170 cm"},
    )

    assert "detail" not in found
    assert "missing" not in found


def test_every_score_is_a_variable_that_a_record_may_state() -> None:
    assert [name for name in SCORES if name not in variables()] == []
