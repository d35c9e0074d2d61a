"""CDS Hooks: services of the rules, cards of what an EHR sends, and three ways in which something may not have come."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eligo.requirements import MOST_CODES, library, needed
from eligo.screening import load_rules
from eligo.service.settings import Settings
from eligo.service.state import Store
from tests.serving import Served, served

RULES = """trial: NCT00000009
title: Platelets, and nothing else that matters
criteria:
  - id: I1
    kind: inclusion
    text: Age at least 18 years
    review: {state: reviewed}
    when: {variable: age, op: ge, limit: 18, unit: a}
  - id: I2
    kind: inclusion
    text: Platelets at least 50 x 10^9/L
    review: {state: reviewed}
    when: {variable: platelets, op: ge, limit: 50, unit: 10*9/L}
  - id: E1
    kind: exclusion
    text: HIV infection
    review: {state: reviewed}
    when: {concept: hiv_infection}
"""
SITE = "site: A clinic\ncomplete: [conditions]\n"
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1980-05-01", "gender": "male"}
PLATELETS = {
    "resourceType": "Observation",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-11-18",
    "code": {"coding": [{"system": "http://loinc.org", "code": "777-3"}]},
    "valueQuantity": {"value": 64, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"},
}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
EMPTY = ("observations2", "conditions", "allergies")
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules of one trial, and a site whose lists of conditions are complete."""
    found = tmp_path_factory.mktemp("hooks")
    (found / "rules").mkdir()
    (found / "rules" / "NCT00000009.yaml").write_text(RULES, "utf-8")
    (found / "site.yaml").write_text(SITE, "utf-8")
    return found


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Served]:
    """A server for a day."""
    fixed = (f"--site={folder / 'site.yaml'}",)
    settings = Settings(
        frozenset(), rules=str(folder / "rules"), fixed=fixed, state=str(folder / "state"), as_of="2026-11-20"
    )
    with served(settings) as found:
        yield found


def _searchset(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def _asked(**prefetch: Any) -> dict[str, Any]:
    whole = {"patient": PATIENT, "observations1": _searchset(PLATELETS), **dict.fromkeys(EMPTY)}
    sent = {key: value for key, value in {**whole, **prefetch}.items() if value != "absent"}
    context = {"userId": "Practitioner/a", "patientId": "p1"}
    return {"hook": "patient-view", "hookInstance": INSTANCE, "context": context, "prefetch": sent}


def _cards(server: Served, **prefetch: Any) -> list[dict[str, Any]]:
    reply = server.post("/cds-services/eligo", _asked(**prefetch))
    assert reply.status == 200
    found: list[dict[str, Any]] = reply.data["cards"]
    return found


def test_services_are_discovered_with_what_their_rules_look_at(server: Served) -> None:
    services = server.get("/cds-services").data["services"]

    assert [service["id"] for service in services] == ["eligo", "eligo-NCT00000009"]
    assert all(service["hook"] == "patient-view" and service["description"] for service in services)
    prefetch = services[0]["prefetch"]
    assert prefetch.keys() == {"patient", "observations1", "observations2", "conditions", "allergies"}
    assert "http://loinc.org|777-3" in prefetch["observations1"] + prefetch["observations2"]
    assert prefetch["patient"] == "Patient/{{context.patientId}}"


def test_who_is_eligible_gets_a_card(server: Served) -> None:
    (card,) = _cards(server)

    assert card["summary"] == "NCT00000009: eligible. Platelets, and nothing else that matters"
    assert card["indicator"] == "info"
    assert card["source"]["label"] == "eligo"
    assert card["links"] == [{"label": "The criteria", "url": f"{server.url}/review/NCT00000009", "type": "absolute"}]
    assert uuid.UUID(card["uuid"])
    assert len(card["summary"]) < 140


def test_null_is_empty_and_what_is_absent_or_failed_is_not(server: Served) -> None:
    (null,) = _cards(server, conditions=None)
    (empty,) = _cards(server, conditions=_searchset())
    (absent,) = _cards(server, conditions="absent")
    (failed,) = _cards(server, conditions=OUTCOME)

    assert "eligible." in null["summary"]
    assert null["summary"] == empty["summary"]
    assert absent["summary"].startswith("NCT00000009: eligible but for one open point.")
    assert failed["summary"] == absent["summary"]
    assert "Open: exclusion 1 (E1): HIV infection" in absent["detail"]
    assert "Not sent: conditions." in absent["detail"]
    assert "Could not be had: conditions." in failed["detail"]
    assert "Not sent" not in failed["detail"] + null["detail"]


def test_who_is_blocked_or_further_away_gets_no_card(server: Served) -> None:
    low = {**PLATELETS, "valueQuantity": {**PLATELETS["valueQuantity"], "value": 18}}  # type: ignore[dict-item]
    hiv = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/p1"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "86406008"}]},
        "onsetDateTime": "2019",
    }

    assert _cards(server, observations1=_searchset(low)) == []
    assert _cards(server, conditions=_searchset(hiv)) == []
    assert _cards(server, observations1="absent", conditions="absent") == []


@pytest.mark.parametrize("patient", ["absent", None, OUTCOME])
def test_without_the_patient_the_precondition_fails(server: Served, patient: Any) -> None:
    reply = server.post("/cds-services/eligo", _asked(patient=patient))

    assert (reply.status, reply.codes) == (412, ["prefetch-missing"])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hook": "order-sign"}, 400),
        ({"hookInstance": "1"}, 400),
        ({"context": {}}, 400),
        ({"context": {"patientId": "p2"}}, 422),
        ({"prefetch": []}, 412),
    ],
)
def test_what_is_no_request_of_the_hook_is_refused(server: Served, change: dict[str, Any], status: int) -> None:
    assert server.post("/cds-services/eligo", _asked() | change).status == status


def test_a_service_that_is_none_is_not_found(server: Served) -> None:
    assert server.post("/cds-services/eligo-NCT1", _asked()).status == 404
    assert server.post("/cds-services/eligo-NCT1/feedback", {"feedback": []}).status == 404


def test_signs_of_markdown_in_a_title_are_text(folder: Path, tmp_path: Path) -> None:
    title = "'[x](http://evil) <b> Platelets at least 50 x 10^9/L'"
    rules = RULES.replace("text: Platelets at least 50 x 10^9/L", f"text: {title}")
    (tmp_path / "NCT00000009.yaml").write_text(rules, "utf-8")
    fixed = (f"--site={folder / 'site.yaml'}",)
    with served(Settings(frozenset(), rules=str(tmp_path), fixed=fixed, as_of="2026-11-20")) as server:
        (card,) = _cards(server, observations1=None)

    assert "\\[x\\](http://evil) \\<b\\>" in card["detail"]


def test_feedback_is_kept_without_its_words(server: Served, folder: Path) -> None:
    (card,) = _cards(server)
    given = {"card": card["uuid"], "outcome": "overridden", "overrideReason": {"userComment": "Mr Zyxwv declined"}}

    reply = server.post("/cds-services/eligo/feedback", {"feedback": [given]})
    wrong = server.post("/cds-services/eligo/feedback", {"feedback": [{"card": "x", "outcome": "liked"}]})

    assert (reply.status, wrong.status) == (200, 400)
    (step,) = Store(str(folder / "state")).trail(card["uuid"])
    assert (step.by, step.what) == ("EHR", "card overridden")
    assert b"Zyxwv" not in b"".join(path.read_bytes() for path in (folder / "state").iterdir())


def test_data_requirements_name_codes_and_how_far_back(server: Served) -> None:
    found = server.get("/api/v1/data-requirements?trial=NCT00000009").data
    by_type: dict[str, list[dict[str, Any]]] = {}
    for one in found["dataRequirement"]:
        by_type.setdefault(one["type"], []).append(one)

    assert found["resourceType"] == "Library"
    platelets = next(one for one in by_type["Observation"] if "777-3" in json.dumps(one))
    assert platelets["dateFilter"][0]["valueDuration"]["value"] == 91
    assert any(code["code"] == "86406008" for code in by_type["Condition"][0]["codeFilter"][0]["code"])
    assert server.get("/api/v1/data-requirements?trial=NCT1").status == 404


def test_everything_that_the_shipped_trials_ask_of_values_is_required() -> None:
    plans = load_rules().plans
    names = {one.name for one in needed(plans)}

    assert {"platelets", "total bilirubin", "INR"} <= names
    assert len(json.dumps(library(plans))) > 10_000
    assert MOST_CODES * 25 < 2000


def test_the_log_of_a_hook_says_nothing_of_the_patient(server: Served) -> None:
    before = len(server.log)
    server.post("/cds-services/eligo", _asked(patient={**PATIENT, "name": [{"family": "Zyxwv"}]}))

    assert all("Zyxwv" not in line and "p1" not in line for line in server.log[before:])
    assert any(line.startswith("POST /cds-services/{service} 200") for line in server.log)
