"""What a record says beside plain entries: marked names, codes of the past, answers of tests, dates of tables."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.errors import Place
from eligo.patients.bundles import read_bundle
from eligo.patients.date_formats import as_iso, detect, fitting
from eligo.patients.diagnostic_tests import all_tests
from eligo.patients.foreign import foreign
from eligo.patients.jobs import Raw
from eligo.patients.ledger import Reading
from eligo.patients.names import Code, Trouble, find_concept
from eligo.patients.native import read_patient
from eligo.patients.readers import Options, read_patients
from eligo.truth import Reason
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

CASES = Path(__file__).parent / "cases" / "findings"
NAMES = yaml.safe_load((CASES / "names.yaml").read_text("utf-8"))
CODES = yaml.safe_load((CASES / "codes.yaml").read_text("utf-8"))
FACTS = yaml.safe_load((CASES / "facts.yaml").read_text("utf-8"))
DATES = yaml.load((CASES / "dates.yaml").read_text("utf-8"), yaml.BaseLoader)
SYSTEMS = {"CM": "http://hl7.org/fhir/sid/icd-10-cm", "WHO": "http://hl7.org/fhir/sid/icd-10"}
INR = {
    "resourceType": "Observation",
    "id": "i",
    "status": "final",
    "subject": {"reference": "Patient/p"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "6301-6"}]},
    "effectiveDateTime": "2026-03-01",
    "valueQuantity": {"value": 1.9},
}
CONDITION = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}}


@pytest.mark.parametrize("name", NAMES)
def test_a_marked_name_is_what_its_marks_say(name: str) -> None:
    found = find_concept(name)

    expected = NAMES[name]
    assert (None if isinstance(found, Trouble) else [found.concept.id, found.mark]) == expected


@pytest.mark.parametrize(("system", "code", "concept", "mark"), CODES)
def test_a_code_says_whether_it_is_over(system: str, code: str, concept: str | None, mark: str | None) -> None:
    found = find_concept(Code(SYSTEMS.get(system, system), code))

    assert (None if isinstance(found, Trouble) else found.concept.id) == concept
    assert isinstance(found, Trouble) or found.mark == mark


@settings(deadline=None)  # the first example reads the vocabulary
@given(
    concept=st.sampled_from([c.name for c in concepts() if c.kind == "condition"]),
    mark=st.sampled_from(
        ["{}?", "? {}", "{} (?)", "no {}", "{} [-]", "-{}", "h/o {}", "s/p {}", "{}, ruled out", "¬{}"]
    ),
)
def test_a_marked_name_is_never_something_active(concept: str, mark: str) -> None:
    text = json.dumps({"as_of": "2026-03-10", "conditions": [{"concept": mark.format(concept)}]})
    named = find_concept(mark.format(concept))
    patient = read_patient(text, lenient=True)

    own = [] if isinstance(named, Trouble) or named.mark is None else patient.facts.get(named.concept.id, ())
    assert isinstance(named, Trouble) or named.mark is not None or named.concept.name != concept
    assert all(fact.status != "active" for fact in own)


@pytest.mark.parametrize("case", FACTS, ids=lambda c: c["claim"])
def test_results_are_these_facts(case: dict[str, Any]) -> None:
    record = {
        "as_of": "2026-03-10",
        "birth_date": "1980-02-01",
        "sex": "female",
        "conditions": case.get("conditions", []),
    }
    record["observations"] = [{**o, "date": str(o["date"])} if "date" in o else o for o in case["observations"]]
    patient = read_patient(json.dumps(record))

    found = sorted(f"{f.concept} {f.status}" for facts in patient.facts.values() for f in facts)
    assert found == sorted(case["facts"])


def test_every_test_means_concepts_and_has_a_variable_of_the_vocabulary() -> None:
    for test in all_tests():
        assert {c for said in test.means.values() for ids in said.values() for c in ids} <= {c.id for c in concepts()}
        assert test.variable is None or variables().get(test.variable)


@pytest.mark.parametrize("case", DATES, ids=lambda c: c["dates"][0])
def test_dates_of_a_table_are_read_where_one_format_alone_fits(case: dict[str, Any]) -> None:
    order = detect(case["dates"])

    assert [as_iso(text, order) or "~" for text in case["dates"]] == case["iso"]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_order_is_read_back(day: date) -> None:
    assert as_iso(f"{day:%d/%m/%Y}", "DMY") == as_iso(f"{day:%m/%d/%Y}", "MDY") == day.isoformat()
    assert as_iso(f"{day:%d.%m.%Y}", None) == as_iso(f"{day:%Y/%m/%d}", "DMY") == day.isoformat()
    assert "DMY" in fitting(f"{day:%d/%m/%Y}")


def test_a_date_that_cannot_be_read_keeps_its_value(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("patient,variable,value,unit,date\na,INR,1.0,,99.99.2026\na,INR,1.9,,2026-01-05\n", "utf-8")
    reading = next(read_patients(table, Options(as_of=date(2026, 3, 10))))

    assert reading.patient is not None
    assert sorted(r.low for r in reading.patient.results["inr"]) == [1.0, 1.9]
    assert "date-format" in {p.code for p in reading.problems}


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (b"MSH|^~\\&|LAB|", "HL7 v2"),
        (b'<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3">', "C-CDA"),
        (b'<Bundle xmlns="http://hl7.org/fhir">', "FHIR in XML"),
        (b"PK\x03\x04....[Content_Types].xml", "xlsx"),
    ],
)
def test_a_format_that_is_not_read_is_named(head: bytes, named: str) -> None:
    problem = foreign(head, Place("f"))

    assert problem is not None
    assert named in problem.message
    assert problem.help


def _bundle(*resources: dict[str, Any], **more: Any) -> Reading:
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-02-01"}
    entries = [{"resource": r} for r in (patient, *resources)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}
    return read_bundle(Raw(json.dumps(bundle).encode(), "b.json"), date(2026, 3, 10), id_by=more.get("id_by"))


@pytest.mark.parametrize(
    "more",
    [
        {"link": [{"relation": "next", "url": "https://example.org?page=2"}]},
        {"total": 50},
        {"meta": {"tag": [{"code": "SUBSETTED"}]}},
    ],
)
def test_a_part_of_a_record_says_that_it_is_one(more: dict[str, Any]) -> None:
    reading = _bundle(INR, **more)

    assert reading.patient is not None
    assert "conditions" in reading.patient.in_part
    assert "record-partial" in {p.code for p in reading.problems}


def test_an_outcome_beside_the_record_makes_it_a_part() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "incomplete"}]}

    assert "record-partial" in {p.code for p in _bundle(INR, outcome).problems}
    assert "record-partial" not in {p.code for p in _bundle(INR).problems}


def test_bundles_in_bundles_and_parameters_are_opened() -> None:
    inner = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": INR}]}
    reading = _bundle({"resourceType": "Parameters", "parameter": [{"name": "x", "resource": inner}]})

    assert reading.patient is not None
    assert reading.patient.results["inr"][0].low == 1.9


def test_a_modified_resource_is_refused_and_its_modifier_not_named() -> None:
    modifier = {"modifierExtension": [{"url": "http://example.org/of-donor", "valueBoolean": True}]}
    hiv = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "B20"}]}
    reading = _bundle({**INR, **modifier}, {**CONDITION, "code": hiv, **modifier})

    assert reading.patient is not None
    assert "inr" not in reading.patient.results
    assert [f.status for f in reading.patient.facts["hiv_infection"]] == ["suspected"]
    assert [p.message for p in reading.problems if p.code == "modifier"] == [
        "1 resource is refused: it is modified in a way that is not known here",
        "of 1 resource a part is not used: it is modified in a way that is not known here",
    ]
    assert not any("of-donor" in str(p) for p in reading.problems)


def test_no_known_allergy_is_a_recorded_absence() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}
    reading = _bundle({"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p"}, "code": code})

    assert reading.patient is not None
    assert "allergy" in reading.patient.absent


@pytest.mark.parametrize("more", [{"clinicalStatus": "resolved"}, {"verificationStatus": "unconfirmed"}], ids=str)
def test_an_absence_that_is_over_or_not_confirmed_rules_nothing_out(more: dict[str, str]) -> None:
    status = {key: {"coding": [{"code": word}]} for key, word in more.items()}
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}
    allergy = {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p"}, "code": code, **status}
    reading = _bundle(allergy)

    assert reading.patient is not None
    assert "allergy" not in reading.patient.absent
    assert "conditions" in reading.patient.in_part


def test_no_known_problems_makes_no_list_complete() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "160245001"}]}
    reading = _bundle({**CONDITION, "code": code})

    assert reading.patient is not None
    assert reading.patient.complete == frozenset()


@pytest.mark.parametrize(("remark", "problem"), [("hemolyzed", Reason.IMPLAUSIBLE), ("taken at rest", None)])
def test_a_remark_stands_beside_its_value(remark: str, problem: Reason | None) -> None:
    reading = _bundle({**INR, "note": [{"text": remark}]})

    assert reading.patient is not None
    assert reading.patient.results["inr"][0].remark == remark
    assert reading.patient.results["inr"][0].problem is problem


@pytest.mark.parametrize("kind", ["Observation", "Condition", "AllergyIntolerance", "MedicationStatement", "Procedure"])
@pytest.mark.parametrize("odd", [None, 1, True, "x", [], {}, [1], [[]], [None], {"coding": "x"}, {"a": 1}], ids=repr)
def test_no_shape_of_an_element_stops_a_record(kind: str, odd: Any) -> None:
    elements = (
        "code",
        "valueCodeableConcept",
        "modifierExtension",
        "note",
        "specimen",
        "category",
        "meta",
        "component",
    )
    for element in elements:
        assert _bundle(INR, {**CONDITION, "resourceType": kind, element: odd}).patient is not None
