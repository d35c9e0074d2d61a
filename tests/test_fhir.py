"""FHIR: every resource is used, not needed or refused; what is read is what the record says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.patients.ledger import Reading
from eligo.patients.model import Fact, Patient, Result
from eligo.patients.readers import Options, read_patients
from eligo.screening import load_rules, screen
from eligo.truth import Truth
from tests.bundles import AS_OF, CASES, bundle, read_bundle, write

RESOURCES: list[dict[str, Any]] = yaml.safe_load((CASES / "resources.yaml").read_text("utf-8"))


def _number(value: float) -> str:
    return f"{value:.5g}"


def _result(result: Result) -> str:
    value = _number(result.low) if result.low == result.high else f"{result.low:g}..{result.high:g}"
    if result.problem:
        value = f"nothing ({result.problem.value})"
    ends = result.reference_low, result.reference_high
    if ends != (None, None):
        low, high = ("-" if end is None else _number(end) for end in ends)
        value += f" ({low} to {high})"
    return f"{result.variable} {value} on {result.date}"


def _fact(fact: Fact) -> str:
    times = (f" {word} {day}" for word, day in (("from", fact.start), ("to", fact.end)) if day)
    return f"{fact.concept} {fact.status}{''.join(times)}{', at a visit' if fact.visit else ''}"


def _knowledge(patient: Patient) -> list[str]:
    results = [_result(r) for found in patient.results.values() for r in found]
    return results + [_fact(f) for found in patient.facts.values() for f in found]


@pytest.mark.parametrize("case", RESOURCES, ids=lambda case: case["claim"])
def test_a_resource_becomes(case: dict[str, Any]) -> None:
    reading = read_bundle(bundle(case["resource"]))
    assert reading.patient is not None
    entry = reading.ledger[1]
    outcome = next(o for o in ("used_as", "refused", "not_needed") if o in case)

    assert entry.outcome == ("used" if outcome == "used_as" else outcome.replace("_", " ")), entry
    assert list(entry.used_as) == case.get("used_as", [])
    assert entry.by_name == case.get("by_name", False)
    if outcome != "used_as":
        assert entry.reason == case[outcome]
    assert _knowledge(reading.patient) == case.get("has", [])


# --- what is wrong with a source


def _rejected() -> Iterator[Any]:
    for path in sorted((CASES / "reject").iterdir()):
        if path.suffix != ".txt":
            yield pytest.param(path, id=path.stem)


def _summary(readings: list[Reading]) -> str:
    lines = []
    for reading in readings:
        who = f"patient {reading.patient.id}" if reading.patient else "no patient"
        lines.append(f"{who}, ledger of {len(reading.ledger)}")
        for problem in reading.problems:
            place = ":".join(str(p) for p in (problem.place.line, problem.place.column) if p)
            where = " ".join(p for p in (place, problem.place.path or "") if p)
            lines.append(f"  {problem.severity}[{problem.code}] {where}: {problem.message}".replace(" :", ":"))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", list(_rejected()))
def test_a_bad_source_is_reported_with_its_place(path: Path, request: pytest.FixtureRequest) -> None:
    found = _summary(list(read_patients(path, Options(as_of=AS_OF))))
    expected = path.with_suffix(".txt")
    if request.config.getoption("--record"):
        expected.write_text(found, "utf-8")

    assert found == expected.read_text("utf-8")


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(id_="a"))
    (tmp_path / "b.json").write_text('{"resourceType": "Bundle", "entry": [', "utf-8")
    write(tmp_path / "c.json", bundle(id_="c"))
    readings = list(read_patients(tmp_path, Options(as_of=AS_OF)))

    assert [r.patient.id if r.patient else r.problems[0].code for r in readings] == ["a", "json-syntax", "c"]


def test_no_message_holds_a_value() -> None:
    secret = "98765"
    reading = read_bundle(
        bundle(
            {"resourceType": "Observation", "code": {"text": "Creatinine"}, "valueString": secret},
            {"resourceType": "Observation", "code": {"text": "Creatinine"}, "valueQuantity": {"value": 98765}},
            {"resourceType": "Condition", "code": {"text": "cirrhosis"}, "onsetDateTime": secret},
        )
    )

    assert all(secret not in str(p) for p in reading.problems)
    assert all(secret not in e.text for e in reading.ledger)


# --- where resources may stand


def _parts() -> list[dict[str, Any]]:
    people = [{"resourceType": "Patient", "id": n, "birthDate": "1978-04-02", "gender": "male"} for n in ("a", "b")]
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "ibuprofen"}}
    results = [
        {
            "resourceType": "Observation",
            "id": f"{who}{value}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
            "subject": {"reference": f"https://server/fhir/Patient/{who}/_history/2"},
            "effectiveDateTime": "2026-11-19",
            "valueQuantity": {"value": value, "unit": "umol/L"},
        }
        for who, value in (("a", 80), ("b", 90), ("a", 80))
    ]
    taken = {
        "resourceType": "MedicationStatement",
        "id": "t",
        "status": "active",
        "subject": {"reference": "Patient/b"},
        "medicationReference": {"reference": "Medication/m"},
    }
    return [*results, drug, *people, taken]


@pytest.mark.parametrize("form", ["ndjson", "files of a type", "folder"])
def test_loose_resources_are_brought_together(tmp_path: Path, form: str) -> None:
    parts = _parts()
    for number, part in enumerate(parts):
        name = {"ndjson": "all.ndjson", "files of a type": f"{part['resourceType']}.ndjson"}.get(form, f"{number}.json")
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(part) + "\n")
    readings = list(read_patients(tmp_path, Options(as_of=AS_OF)))
    people = {r.patient.id: r.patient for r in readings if r.patient}

    assert {id_: p.results["creatinine"][0].low for id_, p in people.items()} == {"a": 80, "b": 90}
    assert "ibuprofen" in people["b"].facts
    assert "ibuprofen" not in people["a"].facts
    assert sum(len(r.ledger) for r in readings) == len(parts)
    assert not any(r.failed for r in readings)


def test_references_by_full_url_are_followed() -> None:
    made = bundle({"resourceType": "Condition", "code": {"text": "cirrhosis"}})
    made["entry"][0]["fullUrl"] = "urn:uuid:0d585094-1e04-4c71-8735-444e99bf7a99"
    made["entry"][1]["resource"]["subject"] = {"reference": "urn:uuid:0D585094-1e04-4c71-8735-444e99bf7a99"}
    reading = read_bundle(made)

    assert reading.patient is not None
    assert list(reading.patient.facts) == ["cirrhosis"]


def test_references_in_a_circle_end() -> None:
    first = {"resourceType": "Medication", "id": "1", "ingredient": [{"itemReference": {"reference": "Medication/2"}}]}
    second = {"resourceType": "Medication", "id": "2", "ingredient": [{"itemReference": {"reference": "Medication/1"}}]}
    taken = {"resourceType": "MedicationStatement", "medicationReference": {"reference": "Medication/1"}}
    panel = {"resourceType": "Observation", "id": "o", "hasMember": [{"reference": "Observation/o"}]}
    reading = read_bundle(bundle(first, second, taken, panel))

    assert [e.outcome for e in reading.ledger] == ["used", "not needed", "not needed", "refused", "refused"]


def test_the_newer_version_of_a_resource_counts() -> None:
    def version(value: int, day: str) -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "id": "o",
            "meta": {"lastUpdated": day},
            "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
            "effectiveDateTime": "2026-11-01",
            "valueQuantity": {"value": value, "unit": "umol/L"},
        }

    parts = [
        version(80, "2026-11-02T00:00:00Z"),
        version(90, "2026-11-03T00:00:00Z"),
        version(90, "2026-11-03T00:00:00Z"),
    ]
    for order in (parts, parts[::-1]):
        reading = read_bundle(bundle(*order))
        assert reading.patient is not None
        assert [r.low for r in reading.patient.results["creatinine"]] == [90]
        assert len(reading.ledger) == 4


def test_without_a_day_the_newest_date_counts_and_is_named() -> None:
    seen = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "period": {"start": "2024-02-03"},
    }
    error = {
        "resourceType": "Condition",
        "verificationStatus": {"coding": [{"code": "refuted"}]},
        "onsetDateTime": "2025",
    }
    reading = read_bundle(bundle(seen, error), as_of=None)

    assert reading.patient is not None
    assert reading.patient.as_of == date(2024, 2, 3)
    assert [p.code for p in reading.problems] == ["as-of-inferred"]


def test_many_observations_are_read(tmp_path: Path) -> None:
    one = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
        "valueQuantity": {"value": 88, "unit": "umol/L"},
    }
    days = [{**one, "effectiveDateTime": f"20{n % 20:02}-01-{n % 28 + 1:02}T08:00:00Z"} for n in range(5000)]
    reading = read_bundle(bundle(*days))

    assert reading.patient is not None
    assert len(reading.ledger) == 5001
    assert all(e.outcome == "used" for e in reading.ledger)


# --- laws


def _resource(case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = case["resource"]
    return found


_EMPTY = [c["resource"] for c in RESOURCES if "used_as" not in c and "has" not in c]
_FULL = [c["resource"] for c in RESOURCES if "used_as" in c]


def _findings(made: dict[str, Any]) -> list[tuple[str, str, Truth, tuple[str, ...]]]:
    reading = read_bundle(made)
    assert reading.patient is not None
    return [
        (trial.plan.trial, f.criterion.id, f.truth, tuple(r.value for r in f.reasons))
        for trial in screen(reading.patient, load_rules()).trials
        for f in trial.findings
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(_FULL), max_size=6), st.sampled_from(_EMPTY), st.integers(0, 6))
def test_what_does_not_count_changes_nothing(kept: list[dict[str, Any]], more: dict[str, Any], at: int) -> None:
    assert _findings(bundle(*kept[:at], more, *kept[at:])) == _findings(bundle(*kept))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*_FULL, *_EMPTY]), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_resources_changes_nothing(parts: list[dict[str, Any]], chance: Any) -> None:
    made = bundle(*parts)
    shuffled = {**made, "entry": chance.sample(made["entry"], len(made["entry"]))}

    assert _findings(shuffled) == _findings(made)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(_FULL), min_size=1, max_size=8), st.data())
def test_losing_knowledge_never_flips_an_answer(parts: list[dict[str, Any]], data: st.DataObject) -> None:
    lost = data.draw(st.sampled_from(parts))
    key = json.dumps([lost.get(k) for k in ("code", "medicationCodeableConcept", "class", "medication")])
    left = [
        p
        for p in parts
        if json.dumps([p.get(k) for k in ("code", "medicationCodeableConcept", "class", "medication")]) != key
    ]
    before, after = _findings(bundle(*parts)), _findings(bundle(*left))

    for (trial, criterion, was, _), (_, _, now, _) in zip(before, after, strict=True):
        assert now in (was, Truth.UNKNOWN) or was is Truth.UNKNOWN, f"{trial} {criterion}"


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["final", "2026-11-19", "<"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *(
                            "status",
                            "code",
                            "coding",
                            "system",
                            "display",
                            "text",
                            "value",
                            "unit",
                            "subject",
                            "reference",
                        ),
                        *(
                            "effectiveDateTime",
                            "effectivePeriod",
                            "start",
                            "end",
                            "valueQuantity",
                            "component",
                            "low",
                            "high",
                        ),
                        *(
                            "onsetAge",
                            "onsetRange",
                            "class",
                            "medicationReference",
                            "contained",
                            "id",
                            "referenceRange",
                            "meta",
                        ),
                        *(
                            "clinicalStatus",
                            "verificationStatus",
                            "dosageInstruction",
                            "timing",
                            "repeat",
                            "boundsPeriod",
                        ),
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    ).filter(lambda data: isinstance(data, dict)),
    st.sampled_from(
        ["Observation", "Condition", "Procedure", "MedicationRequest", "AllergyIntolerance", "Encounter", "Patient"]
    ),
)
def test_no_shape_of_a_resource_breaks_the_reader(data: dict[str, Any], kind: str) -> None:
    reading = read_bundle({"resourceType": "Bundle", "entry": [{"resource": {**data, "resourceType": kind}}]})

    assert len(reading.ledger) == 1
    assert reading.patient is not None or reading.problems
