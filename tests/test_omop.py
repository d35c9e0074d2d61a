"""OMOP tables: the same patients as in FHIR give the same tables and verdicts, from files and from databases."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bench.patients import CONDITIONS, LABS
from eligo.patients.model import Patient, Result
from eligo.screening import Policy, load_rules, screen
from eligo.truth import Reason
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables
from eligo.warehouse.store import read_back
from eligo.warehouse.tables import TABLES, file_of
from tests.bundles import AS_OF
from tests.doors import Run
from tests.omop import INPATIENT, PROBLEM_LIST, VISIT_DIAGNOSIS, Row, Sample, frames, sample, write_folder
from tests.postgres import cluster

DRUGS = {"lactulose": "6218", "prednisone": "8640"}
UCUM, LOINC, SNOMED = "http://unitsofmeasure.org", "http://loinc.org", "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


# --- made-up bundles


def bundles(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Bundles of a liver ward, with values of all kinds, some of which decide nothing."""
    luck = random.Random(seed)
    return [_bundle(luck, number) for number in range(count)]


def _bundle(luck: random.Random, number: int) -> dict[str, Any]:
    def day(most: int) -> str:
        return (AS_OF - timedelta(days=luck.randrange(most))).isoformat()

    patient = {"resourceType": "Patient", "id": f"p{number}", "birthDate": day(25000)}
    resources: list[dict[str, Any]] = [{**patient, "gender": luck.choice(("male", "female", "other"))}]
    for name, (low, high, digits, unit, known) in LABS.items():
        for _ in range(luck.choice((1, 2, 3)) if luck.random() < known else 0):
            quantity = {"value": round(luck.uniform(low, high), digits), "unit": unit, "system": UCUM, "code": unit}
            resources.append(_observation(luck, name, quantity, day(60)))
    for name, share in CONDITIONS.items():
        if luck.random() < share:
            resources.append(_condition(luck, name, day(900)))
    for name, code in DRUGS.items():
        if luck.random() < 0.5:
            code_of = {"coding": [{"system": RXNORM, "code": code, "display": name}], "text": name}
            status = luck.choice(("active", "stopped", "completed", "cancelled"))
            request = {"resourceType": "MedicationRequest", "status": status, "intent": "order"}
            resources.append({**request, "medicationCodeableConcept": code_of, "authoredOn": day(300)})
    if luck.random() < 0.3:
        code_of = {"coding": [{"system": SNOMED, "code": "18027006", "display": "Transplantation of liver"}]}
        operation = {"resourceType": "Procedure", "status": "completed", "code": code_of}
        resources.append({**operation, "performedDateTime": day(2000)})
    if luck.random() < 0.5:
        start = day(200)
        stay = {"resourceType": "Encounter", "status": "finished", "class": {"code": luck.choice(("IMP", "AMB"))}}
        resources.append({**stay, "period": {"start": start, "end": start}})
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def _observation(luck: random.Random, name: str, quantity: dict[str, Any], day: str) -> dict[str, Any]:
    variable = variables().find(name)
    assert variable is not None
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": luck.choice(("final", "final", "entered-in-error")),
    }
    coding = [{"system": LOINC, "code": variable.loinc[0], "display": name}]
    kind = luck.random()
    if kind < 0.1:
        quantity = {**quantity, "comparator": luck.choice(("<", "<=", ">", ">="))}
    elif kind < 0.15:
        quantity = {**quantity, "unit": "furlong", "code": "[fur_i]"}
    ends = {"low": {"value": 1, "unit": quantity["unit"]}, "high": {"value": 40, "unit": quantity["unit"]}}
    more = {"referenceRange": [ends]} if luck.random() < 0.2 else {}
    time = luck.choice(("", f"T{luck.randrange(10, 20)}:30:00"))
    made |= {"code": {"coding": coding, "text": name}, "effectiveDateTime": day + time, **more}
    return {**made, "valueQuantity": quantity}


def _condition(luck: random.Random, name: str, day: str) -> dict[str, Any]:
    concept = concepts().find(name)
    assert concept is not None
    codes = dict(concept.codes)
    coding = [{"system": SNOMED, "code": codes.get("snomed", "0"), "display": name}]
    made = {"resourceType": "Condition", "code": {"coding": coding, "text": name}, "onsetDateTime": day}
    verified = luck.choice(("confirmed", "confirmed", "provisional", "refuted"))
    status = luck.choice(("active", "active", "resolved"))
    end = {"abatementDateTime": AS_OF.isoformat()} if status == "resolved" else {}
    said = {"clinicalStatus": {"coding": [{"code": status}]}, "verificationStatus": {"coding": [{"code": verified}]}}
    return {**made, **said, **end}


# --- what matters of a patient


def essence(patient: Patient) -> dict[str, Any]:
    """All of a patient but the id, what is said in words, and the warnings."""
    return {
        "as_of": patient.as_of,
        "birth": patient.birth,
        "sex": patient.sex,
        "results": {name: [_plain(r) for r in found] for name, found in patient.results.items()},
        "superseded": {name: [_plain(r) for r in found] for name, found in patient.superseded.items()},
        "facts": {
            name: [(f.kind, f.status, f.start, f.end, f.qualifiers, f.visit) for f in found]
            for name, found in patient.facts.items()
        },
        "absent": (patient.absent, patient.never),
        "complete": (patient.complete, patient.in_part),
    }


def _plain(result: Result) -> tuple[object, ...]:
    interval = None if result.problem else (result.low, result.high, result.low_closed, result.high_closed)
    return interval, result.date, result.problem, result.reference_low, result.reference_high


def verdicts(patient: Patient) -> list[tuple[object, ...]]:
    """What the shipped trials say of a patient, criterion by criterion."""
    data = screen(patient, load_rules(None), Policy()).as_json()
    return [
        (
            trial["trial"],
            trial["verdict"],
            [(c["id"], c["truth"], c["bearing"], c["reasons"]) for c in trial["criteria"]],
        )
        for trial in data["trials"]
    ]


def _both(run: Run, folder: Path, of: list[dict[str, Any]]) -> Iterator[tuple[Patient, Patient]]:
    """Each patient of bundles, read from OMOP tables and from the bundle itself."""
    source = folder / "bundles.ndjson"
    source.write_text("".join(json.dumps(one) + "\n" for one in of), "utf-8")
    write_folder(sample(of).tables, folder / "omop")
    for name, given in (("a", folder / "omop"), ("b", source)):
        assert run("warehouse", given, "--as-of", str(AS_OF), "-o", folder / name).code == 0
    yield from zip(read_back(folder / "a"), read_back(folder / "b"), strict=True)


def test_omop_and_fhir_give_the_same_tables_and_verdicts(run: Run, tmp_path: Path) -> None:
    for omop, fhir in _both(run, tmp_path, bundles(60)):
        assert essence(omop) == essence(fhir)
        assert verdicts(omop) == verdicts(fhir)


@pytest.mark.shared
def test_the_synthea_bundles_give_the_same_as_their_omop_sample(run: Run, shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "data" / "fhir_synthea").glob("*.json"))
    read = [json.loads(file.read_bytes()) for file in files]

    assert len(read) == 10
    for omop, fhir in _both(run, tmp_path, read):
        assert essence(omop) == essence(fhir)
        assert verdicts(omop) == verdicts(fhir)


def test_omop_and_fhir_give_the_same_cohort(run: Run, tmp_path: Path) -> None:
    list(_both(run, tmp_path, bundles(60)))

    counted = [json.loads(run("cohort", "--warehouse", tmp_path / name, "--json").out) for name in ("a", "b")]

    assert [len(one["trials"]) for one in counted] == [5, 5]
    assert counted[0]["trials"] == counted[1]["trials"]
    assert any(sum(trial["verdicts"].values()) == 60 for trial in counted[0]["trials"])


# --- from wherever the tables are


def _written(run: Run, source: str | Path, folder: Path, *more: str) -> dict[str, bytes]:
    found = run("warehouse", source, "--as-of", str(AS_OF), "-o", folder, *more)
    assert found.code == 0, found.err
    return {table: file_of(folder, table).read_bytes() for table in TABLES}


@pytest.fixture(scope="module")
def tables() -> dict[str, list[Row]]:
    return sample(bundles(25)).tables


@pytest.fixture(scope="module")
def parquet(tables: dict[str, list[Row]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tables, tmp_path_factory.mktemp("omop") / "parquet")


def test_csv_gives_the_same_as_parquet(run: Run, tables: dict[str, list[Row]], parquet: Path, tmp_path: Path) -> None:
    csv = write_folder(tables, tmp_path / "csv", "csv")

    assert _written(run, csv, tmp_path / "a") == _written(run, parquet, tmp_path / "b")


def test_packed_csv_with_tabs_gives_the_same(
    run: Run, tables: dict[str, list[Row]], parquet: Path, tmp_path: Path
) -> None:
    (tmp_path / "packed").mkdir()
    for name, frame in frames(tables).items():
        text = frame.write_csv(separator="\t", datetime_format="%Y-%m-%d %H:%M:%S", line_terminator="\r\n")
        (tmp_path / "packed" / f"{name}.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))

    assert _written(run, tmp_path / "packed", tmp_path / "a") == _written(run, parquet, tmp_path / "b")


def test_parts_in_folders_give_the_same(run: Run, parquet: Path, tmp_path: Path) -> None:
    for file in parquet.iterdir():
        (tmp_path / "parts" / file.stem).mkdir(parents=True)
        frame = pl.read_parquet(file)
        half = frame.height // 2
        frame[:half].write_parquet(tmp_path / "parts" / file.stem / "part-0.parquet")
        frame[half:].write_parquet(tmp_path / "parts" / file.stem / "part-1.parquet")

    assert _written(run, tmp_path / "parts", tmp_path / "a") == _written(run, parquet, tmp_path / "b")


def test_a_duckdb_file_gives_the_same(run: Run, parquet: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    with duckdb.connect(str(tmp_path / "cdm.duckdb")) as database:
        database.execute("create schema cdm.cdm")  # a schema may have the name of its database
        for file in parquet.iterdir():
            database.execute(f"create table cdm.cdm.{file.stem.upper()} as from read_parquet('{file}')")

    assert _written(run, tmp_path / "cdm.duckdb", tmp_path / "a") == _written(run, parquet, tmp_path / "b")


def test_postgres_gives_the_same(run: Run, parquet: Path, tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    types = {pl.Int64: "bigint", pl.Int32: "integer", pl.Float64: "numeric", pl.Date: "date", pl.String: "text"}
    with cluster() as url:
        with psycopg.connect(url) as database:
            database.execute("create schema cdm")
            for file in parquet.iterdir():
                frame = pl.read_parquet(file)
                kinds = ((name, types.get(type(kind), "timestamp")) for name, kind in frame.schema.items())
                columns = ", ".join(f"{name} {kind}" for name, kind in kinds)
                database.execute(f"create table cdm.{file.stem} ({columns})")
                with database.cursor().copy(f"copy cdm.{file.stem} from stdin") as rows:
                    for row in frame.iter_rows():
                        rows.write_row(row)
        of_schema = f"{url}&options=-csearch_path%3Dcdm"

        assert _written(run, of_schema, tmp_path / "a") == _written(run, parquet, tmp_path / "b")
        refused = run("warehouse", f"{url}nowhere", "-o", tmp_path / "c")

    assert refused.code == 1
    assert "error[database]" in refused.err
    assert "reader" not in refused.err
    assert not (tmp_path / "c").exists()


def test_the_concepts_may_stand_in_a_file_of_the_site(run: Run, parquet: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in parquet.iterdir():
        if file.stem != "concept":
            (bare / file.name).write_bytes(file.read_bytes())
    pl.read_parquet(parquet / "concept.parquet").write_csv(tmp_path / "CONCEPT.csv", separator="\t")

    without = run("warehouse", bare, "--as-of", str(AS_OF), "-o", tmp_path / "without", "--json")
    found = _written(run, bare, tmp_path / "a", "--vocabulary", str(tmp_path / "CONCEPT.csv"))

    assert json.loads(without.out)["unmapped"]["rows"] > 0
    assert found == _written(run, parquet, tmp_path / "b")


def test_little_memory_changes_nothing(
    run: Run, parquet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _written(run, parquet, tmp_path / "a")
    monkeypatch.setattr("eligo.warehouse.omop_people._FEWEST_ROWS", 5)
    monkeypatch.setattr("eligo.warehouse.omop_people._BYTES_OF_ROW", 10**6)
    monkeypatch.setattr("eligo.warehouse.store._FEWEST_ROWS", 5)
    monkeypatch.setattr("eligo.warehouse.store._BYTES_OF_ROW", 10**6)

    assert _written(run, parquet, tmp_path / "b", "--memory", "1") == whole


# --- what single rows mean


def _read(run: Run, folder: Path, tables: dict[str, list[Row]], *more: str) -> Patient:
    person = {"person_id": 1, "gender_concept_id": 8507, "year_of_birth": 1970, "month_of_birth": 5, "day_of_birth": 3}
    write_folder({"person": [person], **tables}, folder / "omop")
    found = run("warehouse", folder / "omop", "--as-of", str(AS_OF), "-o", folder / "out", *more)
    assert found.code in (0, 10), found.err
    return next(iter(read_back(folder / "out")))


def _concept(id_: int, vocabulary: str, code: str, name: str, kind: str = "Lab Test") -> Row:
    made = {"concept_id": id_, "vocabulary_id": vocabulary, "concept_code": code, "concept_name": name}
    return {**made, "concept_class_id": kind}


CREATININE = _concept(3016723, "LOINC", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma")
MG_DL = _concept(8840, "UCUM", "mg/dL", "milligram per deciliter")
ASCITES = _concept(200528, "SNOMED", "389026000", "Ascites", "Disorder")
MEASURED: Row = {"measurement_id": 1, "person_id": 1, "measurement_concept_id": 3016723, "unit_concept_id": 8840}
MEASURED |= {"measurement_date": "2026-11-10"}


@pytest.mark.parametrize(
    ("cells", "problem", "interval"),
    [
        ({"value_as_number": 1.0}, None, (88.4, 88.4, True, True)),
        ({"value_as_number": 1.0, "operator_concept_id": 4172703}, None, (88.4, 88.4, True, True)),
        ({"value_as_number": 1.0, "operator_concept_id": 4171756}, None, (-float("inf"), 88.4, False, False)),
        ({"value_as_number": 1.0, "operator_concept_id": 4171755}, None, (88.4, float("inf"), True, False)),
        ({"value_as_number": float("nan")}, Reason.UNPARSED, None),
        ({"value_as_number": float("inf")}, Reason.UNPARSED, None),
        ({"value_as_number": 1.0, "unit_concept_id": 77}, Reason.UNIT_UNKNOWN, None),
        (
            {"value_as_number": 88.4, "unit_concept_id": 77, "unit_source_value": "umol/L"},
            None,
            (88.4, 88.4, True, True),
        ),
        ({"value_as_number": 1.0, "unit_concept_id": None}, Reason.UNIT_UNKNOWN, None),
        ({"value_source_value": "1.0 mg/dL", "unit_concept_id": None}, None, (88.4, 88.4, True, True)),
    ],
)
def test_a_value_is_read_as_that_of_a_record(
    run: Run, tmp_path: Path, cells: Row, problem: Reason | None, interval: tuple[object, ...] | None
) -> None:
    found = _read(run, tmp_path, {"measurement": [{**MEASURED, **cells}], "concept": [CREATININE, MG_DL]})

    (result,) = found.results["creatinine"]
    assert result.problem is problem
    if interval is not None:
        assert [result.low, result.high] == [pytest.approx(end, rel=1e-3) for end in interval[:2]]
        assert (result.low_closed, result.high_closed) == interval[2:]


def test_a_range_that_is_no_number_leaves_no_limit_of_normal(run: Run, tmp_path: Path) -> None:
    row = {**MEASURED, "value_as_number": 1.0, "range_low": 0.5, "range_high": float("nan")}

    (result,) = _read(run, tmp_path, {"measurement": [row], "concept": [CREATININE, MG_DL]}).results["creatinine"]

    assert result.reference_high is not None
    assert result.reference_high != result.reference_high


def test_an_operator_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    row = {**MEASURED, "value_as_number": 1.0, "operator_concept_id": 12345}

    assert _read(run, tmp_path, {"measurement": [row], "concept": [CREATININE, MG_DL]}).results == {}


CONDITION: Row = {"condition_occurrence_id": 1, "person_id": 1, "condition_concept_id": 200528}
CONDITION |= {"condition_start_date": "2026-03-01"}
VISIT: Row = {"visit_occurrence_id": 5, "person_id": 1, "visit_concept_id": INPATIENT}
VISIT |= {"visit_start_date": "2026-03-01", "visit_end_date": "2026-03-04"}


@pytest.mark.parametrize(
    ("cells", "status", "end", "visit"),
    [
        ({"condition_type_concept_id": PROBLEM_LIST}, "active", None, False),
        ({"condition_type_concept_id": VISIT_DIAGNOSIS}, "active", None, True),
        (
            {"condition_type_concept_id": PROBLEM_LIST, "condition_end_date": "2026-03-04"},
            "resolved",
            "2026-03-04",
            False,
        ),
        # The visit ended then, of which nothing says that the condition did.
        ({"visit_occurrence_id": 5, "condition_end_date": "2026-03-04"}, "active", None, True),
        ({"visit_occurrence_id": 5, "condition_end_date": "2026-03-09"}, "resolved", "2026-03-09", True),
        ({"condition_end_date": "2026-03-01"}, "active", None, True),
        # A duration below zero: the end does not count.
        ({"condition_type_concept_id": PROBLEM_LIST, "condition_end_date": "2026-02-01"}, "resolved", None, False),
    ],
)
def test_a_condition_ends_where_it_is_said_to(
    run: Run, tmp_path: Path, cells: Row, status: str, end: str | None, visit: bool
) -> None:
    tables = {"condition_occurrence": [{**CONDITION, **cells}], "visit_occurrence": [VISIT], "concept": [ASCITES]}

    (fact,) = _read(run, tmp_path, tables).facts["ascites"]

    assert (fact.status, str(fact.end) if fact.end else None, fact.visit) == (status, end, visit)


def test_an_observation_of_a_finding_without_a_value_says_that_it_is_there(run: Run, tmp_path: Path) -> None:
    row = {"observation_id": 1, "person_id": 1, "observation_concept_id": 200528, "observation_date": "2026-11-01"}

    (fact,) = _read(run, tmp_path, {"observation": [row], "concept": [ASCITES]}).facts["ascites"]

    assert fact.status == "active"
    assert fact.start is not None
    assert fact.start.last == date(2026, 11, 1)


def test_a_history_is_what_was_once(run: Run, tmp_path: Path) -> None:
    row = {"observation_id": 1, "person_id": 1, "observation_concept_id": 4214956, "observation_date": "2026-11-01"}

    found = _read(run, tmp_path, {"observation": [{**row, "value_as_concept_id": 200528}], "concept": [ASCITES]})

    assert {fact.status for fact in found.facts["ascites"]} == {"resolved"}


def test_a_stay_in_hospital_is_one(run: Run, tmp_path: Path) -> None:
    (fact,) = _read(run, tmp_path, {"visit_occurrence": [VISIT]}).facts["hospitalization"]

    assert (str(fact.start), str(fact.end)) == ("2026-03-01", "2026-03-04")


def test_silence_means_nothing_but_what_the_site_states(run: Run, tmp_path: Path) -> None:
    condition = {"condition_occurrence": [CONDITION], "concept": [ASCITES]}

    assert _read(run, tmp_path, condition).complete == frozenset()
    assert _read(run, tmp_path, condition, "--complete", "conditions").complete == {"conditions"}


def test_a_concept_that_nobody_knows_leaves_its_list_in_part(run: Run, tmp_path: Path) -> None:
    unknown = {"condition_occurrence": [{**CONDITION, "condition_concept_id": 4711}]}

    found = _read(run, tmp_path, unknown, "--complete", "conditions")

    assert found.in_part == {"conditions"}
    ledger = json.loads((tmp_path / "out" / "ledger.json").read_bytes())
    assert ledger["unmapped"] == [{"table": "condition_occurrence", "concept_id": 4711, "rows": 1}]


def test_a_birth_is_known_as_far_as_it_is_stated(run: Run, tmp_path: Path) -> None:
    for cells, birth in (
        ({"year_of_birth": 1970}, "1970"),
        ({"year_of_birth": 1970, "month_of_birth": 5}, "1970-05"),
        ({"year_of_birth": 1970, "birth_datetime": "1970-05-03 10:00:00"}, "1970-05-03"),
        ({"year_of_birth": 1970, "birth_datetime": "1971-05-03 10:00:00"}, "None"),
    ):
        person = {"person_id": 1, "gender_concept_id": 8532, **cells}
        found = _read(run, tmp_path, {"person": [person], "visit_occurrence": [VISIT]})
        assert (str(found.birth), found.sex) == (birth, "female")


def test_the_sample_is_of_all_tables() -> None:
    made = Sample()
    for bundle in bundles(40):
        made.add(bundle)

    assert {name for name, rows in made.tables.items() if rows} == set(made.tables) - {"observation", "death"}
