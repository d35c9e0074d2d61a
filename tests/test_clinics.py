"""Records as clinics have them, from ../shared: they load, they screen, and they agree with what others computed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.patients.bundles import read_bundle
from eligo.patients.jobs import Raw
from eligo.patients.ledger import Reading
from eligo.patients.readers import Options, read_patients
from eligo.screening import load_rules, screen
from eligo.truth import Truth
from tests.evaluating import rules
from tests.evaluating import screen as screen_one

FOLDERS = {"fhir_synthea": 1216, "fhir_us_core": 131, "fhir_ecqm": 768}  # with the resources that each holds
MEASURES = yaml.safe_load((Path(__file__).parent / "cases" / "ecqm" / "measures.yaml").read_text("utf-8"))

pytestmark = pytest.mark.shared


def _resources(file: Path) -> int:
    texts = [file.read_text("utf-8")] if file.suffix == ".json" else file.read_text("utf-8").splitlines()
    found = 0
    for data in map(json.loads, texts):
        bundle = data.get("bundle", data)
        found += len(bundle["entry"]) if bundle["resourceType"] == "Bundle" else 1
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_resource_of_every_file_has_its_line_in_the_ledger(shared: Path, folder: str) -> None:
    files = [f for f in sorted((shared / "data" / folder).iterdir()) if f.suffix != ".txt"]
    counted = 0
    for file in files:
        ledger = [e for r in read_patients(file, Options(as_of=date(2025, 12, 31))) for e in r.ledger]
        assert len(ledger) == _resources(file), file.name
        assert all(e.reason for e in ledger if e.outcome != "used")
        counted += len(ledger)

    assert counted == FOLDERS[folder]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_read_as_a_whole(shared: Path, folder: str) -> None:
    readings = list(read_patients(shared / "data" / folder))

    assert sum(len(r.ledger) for r in readings) == FOLDERS[folder]
    assert sum(r.patient is not None for r in readings) >= {"fhir_us_core": 2}.get(folder, 10)


def test_every_patient_meets_every_trial(shared: Path) -> None:
    shipped = load_rules()
    for folder in FOLDERS:
        for reading in read_patients(shared / "data" / folder):
            if reading.patient is not None:
                trials = screen(reading.patient, shipped).trials
                assert [len(t.findings) for t in trials] == [len(p.criteria) for p in shipped.plans]
                assert not any("error" in [r.value for r in f.reasons] for t in trials for f in t.findings)


def _cases(shared: Path, measure: str) -> list[dict[str, Any]]:
    text = (shared / "data" / "fhir_ecqm" / f"{measure}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _read(case: dict[str, Any]) -> Reading:
    return read_bundle(Raw(json.dumps(case["bundle"]).encode(), "case"), date.fromisoformat(case["period"]["end"]))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m["measure"])
def test_rules_on_the_measured_value_agree_with_the_measure(shared: Path, measure: dict[str, Any]) -> None:
    ruleset = rules([{"id": "I1", "when": measure["when"]}])
    compared, disagree, unknown = 0, set(), set()
    for case in _cases(shared, measure["measure"]):
        expected = case["expected"]
        if not expected["denominator"] or expected.get("denominator-exclusion"):
            continue
        patient = _read(case).patient
        assert patient is not None
        truth = screen_one(ruleset, patient).trials[0].findings[0].truth
        numerator = min(expected["numerator"], 1)
        if truth is Truth.UNKNOWN:
            unknown |= {case["case"]} if numerator and "not_met" in measure else set()
            continue
        wanted = measure.get("met" if truth is Truth.MET else "not_met")
        compared += wanted is not None
        if wanted is not None and wanted != numerator:
            disagree.add(case["case"])

    assert compared == measure["compared"]
    assert disagree == set(measure["disagree"])
    assert unknown == set(measure["unknown"])
