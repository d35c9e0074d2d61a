"""`eligo screen --fhir`: the record of a server is screened as its Bundle is, and a part of one is named as a part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.doors import Run
from tests.fhir_server import FakeServer, running

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "patients_examples" / "formats" / "bundle.json"
RESOURCES = [entry["resource"] for entry in json.loads(FILE.read_bytes())["entry"]]
ID = next(one["id"] for one in RESOURCES if one["resourceType"] == "Patient")
TOKEN = "a-token-of-the-tests"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for, and no token is set."""
    monkeypatch.setattr("eligo.patients.fhir_server.time.sleep", lambda _: None)
    monkeypatch.delenv("ELIGO_FHIR_TOKEN", raising=False)


def _screened(run: Run, server: FakeServer, *more: str) -> dict[str, Any]:
    told = run("screen", ID, "--fhir", server.url, "--as-of", "2026-11-20", "--json", *more)
    found: dict[str, Any] = json.loads(told.out)
    return found


def _of_file(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("screen", FILE, "--as-of", "2026-11-20", "--json").out)
    return found


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """A screening without its problems, which name another place."""
    return {key: value for key, value in data.items() if key != "problems"}


@pytest.mark.parametrize("everything", [True, False], ids=["everything", "searches"])
@pytest.mark.parametrize("page", [1, 2, 1000])
def test_a_server_gives_the_screening_of_the_bundle(run: Run, everything: bool, page: int) -> None:
    with running(FakeServer(RESOURCES, everything=everything, page=page)) as server:
        found = _screened(run, server)

    assert _plain(found) == _plain(_of_file(run))


def test_a_server_is_only_read(run: Run) -> None:
    with running(FakeServer(RESOURCES, everything=False, page=1)) as server:
        _screened(run, server)

    assert {method for method, _ in server.seen} == {"GET"}
    assert all(target.startswith("/fhir/") for _, target in server.seen)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_asks_for_patience_is_asked_again(run: Run, status: int) -> None:
    with running(FakeServer(RESOURCES, fails=[status, status])) as server:
        found = _screened(run, server)

    assert _plain(found) == _plain(_of_file(run))


@pytest.mark.parametrize("everything", [True, False], ids=["everything", "searches"])
@pytest.mark.parametrize("how", ["lost_page", "next_host", "broken_page"])
def test_a_lost_page_makes_the_record_a_part(run: Run, everything: bool, how: str) -> None:
    value: dict[str, Any] = {"lost_page": 1, "next_host": "http://127.0.0.1:9", "broken_page": True}
    with running(FakeServer(RESOURCES, everything=everything, page=1, **{how: value[how]})) as server:
        told = run("screen", ID, "--fhir", server.url, "--as-of", "2026-11-20", "--json")

    data = json.loads(told.out)
    assert "record-partial" in {problem["code"] for problem in data["problems"]}


def test_the_token_is_shown_and_goes_to_no_other_host(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_FHIR_TOKEN", TOKEN)
    mine = FakeServer(RESOURCES, token=TOKEN, page=1)
    with running(FakeServer([], token="another")) as other, running(mine) as server:
        whole = _screened(run, server)
        server.next_host = f"http://127.0.0.1:{other.port}"
        _screened(run, server)

    assert _plain(whole) == _plain(_of_file(run))
    assert other.seen == []


def test_who_is_not_let_in_is_told_how(run: Run) -> None:
    with running(FakeServer(RESOURCES, token=TOKEN)) as server:
        told = run("screen", ID, "--fhir", server.url, "--json")

    problem = json.loads(told.err.splitlines()[0])
    assert told.code == 1
    assert (problem["code"], problem["help"]) == ("fhir-denied", "put its token into ELIGO_FHIR_TOKEN")
    assert len(server.seen) == 1


def test_a_patient_that_is_not_there_is_named_by_number_and_stops_no_other(run: Run) -> None:
    with running(FakeServer(RESOURCES, everything=False)) as server:
        told = run("screen", "nobody-zyxwv", ID, "--fhir", server.url, "--as-of", "2026-11-20", "--json")

    problem = json.loads(told.err.splitlines()[0])
    assert (problem["code"], problem["place"]) == ("fhir-patient", {"file": "<fhir>", "line": 1})
    assert "zyxwv" not in told.err
    assert len(told.out.splitlines()) == 1


def test_a_server_that_is_not_there_is_an_error(run: Run) -> None:
    told = run("screen", ID, "--fhir", "http://127.0.0.1:9/fhir", "--json")

    assert told.code == 1
    assert json.loads(told.err.splitlines()[0])["code"] == "fhir-server"


@pytest.mark.parametrize(
    ("url", "patient", "code"),
    [
        ("file:///etc/passwd", ID, "fhir-url"),
        ("ftp://host/x", ID, "fhir-url"),
        ("https://user:word@host/x", ID, "fhir-url"),
        ("https://host/x?y=1", ID, "fhir-url"),
        ("nothing", ID, "fhir-url"),
        ("http://127.0.0.1:9", "../../metadata", "fhir-id"),
        ("http://127.0.0.1:9", "1?_format=xml", "fhir-id"),
        ("http://127.0.0.1:9", "patients_examples/low_platelets.json", "fhir-id"),
    ],
)
def test_what_is_no_server_or_no_id_is_refused(run: Run, url: str, patient: str, code: str) -> None:
    told = run("screen", patient, "--fhir", url, "--json")

    assert json.loads(told.err.splitlines()[0])["code"] == code


def test_a_token_never_goes_over_the_network_as_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_FHIR_TOKEN", TOKEN)

    told = run("screen", ID, "--fhir", "http://fhir.example.org/r4", "--json")

    assert json.loads(told.err.splitlines()[0])["code"] == "fhir-url"
    assert TOKEN not in told.err
