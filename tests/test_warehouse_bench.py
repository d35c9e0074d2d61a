"""The synthetic warehouse is one that `eligo warehouse` could have made: its rows give patients in their own order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bench.patients import ABSENT, AS_OF, CONDITIONS, LABS
from bench.warehouse import write
from eligo.patients.dates import NO_TIME
from eligo.patients.model import Patient
from eligo.patients.ordering import facts_in_order, in_order
from eligo.truth import Reason
from eligo.warehouse.folder import read_manifest
from eligo.warehouse.store import read_back
from eligo.warehouse.tables import TABLES, file_of

COUNT = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bench") / "warehouse"
    write(made, COUNT, seed=3)
    return made


@pytest.fixture(scope="module")
def people(folder: Path) -> list[Patient]:
    return list(read_back(folder))


def test_results_and_facts_stand_as_the_builder_would_put_them(people: list[Patient]) -> None:
    for patient in people:
        for results in patient.results.values():
            assert in_order([(result, NO_TIME) for result in results], AS_OF).results == results
        for facts in patient.facts.values():
            assert facts_in_order(facts) == facts
            assert all(fact.start is None or fact.start.first <= AS_OF for fact in facts)
            assert all(fact.end is None or fact.end.last <= AS_OF for fact in facts)


def test_it_has_everything_that_records_have(people: list[Patient]) -> None:
    results = [r for p in people for of_one in p.results.values() for r in of_one]
    facts = [f for p in people for of_one in p.facts.values() for f in of_one]

    assert len(people) == COUNT
    assert len({p.id for p in people}) == COUNT
    assert {r.variable for r in results} == {r for p in people for r in p.results}
    assert len({r.variable for r in results}) == len(LABS)
    assert len({f.concept for f in facts}) == len(CONDITIONS)
    assert {len(p.absent) for p in people} == set(range(len(ABSENT) + 1))
    assert {name for p in people for name in p.complete} == {"conditions", "medications", "procedures"}
    assert {p.sex for p in people} == {None, "male", "female"}
    assert {value for p in people for value in p.attested.values()} == {True, False}
    assert any(p.in_part for p in people)
    assert any(p.birth and p.birth.first < p.birth.last for p in people)
    assert any(r.low < r.high for r in results)
    assert any(r.reference_high is not None for r in results)
    assert {r.problem for r in results} >= {None, Reason.UNIT_UNKNOWN}
    assert any(r.date is None for r in results)
    assert any(r.date and r.date.first < r.date.last for r in results)
    assert any(p.superseded for p in people)
    assert any(_on_one_day(p) for p in people)
    assert {f.status for f in facts} == {"active", "resolved", "suspected"}
    assert any(f.qualifiers for f in facts)
    assert any(f.end for f in facts)
    assert any(f.start is None for f in facts)


def _on_one_day(patient: Patient) -> bool:
    days: list[list[date]] = [[r.date.first for r in of_one if r.date] for of_one in patient.results.values()]
    return any(len(set(of_one)) < len(of_one) for of_one in days)


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    write(again, COUNT, seed=3)
    write(other, COUNT, seed=4)

    assert read_manifest(again)["rows"] == read_manifest(folder)["rows"]
    for table in TABLES:
        assert file_of(again, table).read_bytes() == file_of(folder, table).read_bytes()
        assert file_of(other, table).read_bytes() != file_of(folder, table).read_bytes()
