"""FHIR Bundles as tables of OMOP CDM 5.4, so that the same patients can be read both ways.

`python -m tests.omop BUNDLE... -o DIR` writes a sample of CSV tables. Ids of concepts are made up, above two billion,
as OMOP wants it for concepts of your own; a concept table says what they are. What OMOP cannot hold is left out:
what is refuted, not done, or only ordered.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from eligo.warehouse.omop_words import omop_words

Row = dict[str, Any]
Json = Mapping[str, Any]

FIRST_ID = 2_000_000_001
VOCABULARIES = {system: name for name, system in omop_words().systems.items()}
OPERATORS = {sign: id_ for id_, sign in omop_words().operators.items()}
PROBLEM_LIST, VISIT_DIAGNOSIS, PRELIMINARY = 32840, 32827, 32899
INPATIENT, OUTPATIENT = 9201, 9202
GENDERS = {word: id_ for id_, word in omop_words().genders.items()}


class Sample:
    """The tables so far, each a list of rows by the names of CDM 5.4."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in (*omop_words().tables, "concept")}
        self._ids: dict[tuple[str, str], int] = {}

    def add(self, bundle: Json) -> int:
        """Add the patient of a bundle; the number is the person's."""
        person = len(self.tables["person"]) + 1
        resources = [entry["resource"] for entry in bundle["entry"]]
        for resource in resources:
            make = getattr(self, f"_{resource['resourceType'].lower()}", None)
            if make is not None:
                make(resource, person)
        return person

    def concept(self, codeable: Json | None) -> int | None:
        """The id of the first coding of a CodeableConcept."""
        coding = next(iter((codeable or {}).get("coding", ())), None)
        if coding is None:
            return None
        text = (codeable or {}).get("text")
        return self._id(coding["system"], coding["code"], coding.get("display") or text or coding["code"])

    def _id(self, system: str, code: str, name: str) -> int:
        key = (VOCABULARIES.get(system, system), code)
        if key not in self._ids:
            self._ids[key] = FIRST_ID + len(self._ids)
            made = {"concept_id": self._ids[key], "concept_name": name, "vocabulary_id": key[0], "concept_code": code}
            self.tables["concept"].append({**made, "concept_class_id": "made up"})
        return self._ids[key]

    def _row(self, table: str, person: int, **cells: Any) -> None:
        id_ = {f"{table}_id": len(self.tables[table]) + 1}
        self.tables[table].append({**id_, "person_id": person, **cells})

    # --- one resource each

    def _patient(self, resource: Json, person: int) -> None:
        parts = [int(part) for part in resource.get("birthDate", "").split("-") if part] + [None] * 3
        birth = dict(zip(("year_of_birth", "month_of_birth", "day_of_birth"), parts, strict=False))
        gender = {"gender_concept_id": GENDERS.get(resource.get("gender", ""), 0), "birth_datetime": None}
        self.tables["person"].append({"person_id": person, **birth, **gender})

    def _observation(self, resource: Json, person: int) -> None:
        if resource.get("status") in ("cancelled", "entered-in-error"):
            return
        day, _, time = resource["effectiveDateTime"].partition("T")
        for part in [resource, *resource.get("component", ())]:
            if any(key.startswith("value") for key in part):
                moment = f"{day} {time[:8] or '00:00:00'}"
                self._measurement(part, person, {"measurement_date": day, "measurement_datetime": moment})

    def _measurement(self, part: Json, person: int, when: Row) -> None:
        quantity: Json = part.get("valueQuantity", {})
        known: Json = next(iter(part.get("referenceRange", ())), {})
        unit = quantity.get("code") or quantity.get("unit")
        coded = part.get("valueCodeableConcept")
        self._row(
            "measurement",
            person,
            measurement_concept_id=self.concept(part["code"]) or 0,
            **when,
            operator_concept_id=OPERATORS[quantity.get("comparator", "")],
            value_as_number=quantity.get("value"),
            value_as_concept_id=self.concept(coded),
            unit_concept_id=self._id("http://unitsofmeasure.org", unit, unit) if unit else None,
            range_low=known.get("low", {}).get("value"),
            range_high=known.get("high", {}).get("value"),
            measurement_source_value=part["code"].get("text"),
            measurement_source_concept_id=0,
            unit_source_value=quantity.get("unit"),
            value_source_value=part.get("valueString") or (coded or {}).get("text"),
        )

    def _condition(self, resource: Json, person: int) -> None:
        verified = resource.get("verificationStatus", {}).get("coding", [{}])[0].get("code")
        clinical = resource.get("clinicalStatus", {}).get("coding", [{}])[0].get("code")
        if verified in ("refuted", "entered-in-error"):
            return
        self._row(
            "condition_occurrence",
            person,
            condition_concept_id=self.concept(resource["code"]) or 0,
            condition_start_date=_day(resource.get("onsetDateTime") or resource.get("recordedDate")),
            condition_end_date=_day(resource.get("abatementDateTime")),
            condition_type_concept_id=PROBLEM_LIST if clinical else VISIT_DIAGNOSIS,
            condition_status_concept_id=PRELIMINARY if verified in ("provisional", "unconfirmed") else 0,
            visit_occurrence_id=None,
            condition_source_value=resource["code"].get("text"),
            condition_source_concept_id=0,
        )

    def _procedure(self, resource: Json, person: int) -> None:
        if resource.get("status") != "completed":
            return
        period = resource.get("performedPeriod", {})
        self._row(
            "procedure_occurrence",
            person,
            procedure_concept_id=self.concept(resource["code"]) or 0,
            procedure_date=_day(period.get("start") or resource.get("performedDateTime")),
            procedure_end_date=_day(period.get("end")),
            procedure_source_value=resource["code"].get("text"),
            procedure_source_concept_id=0,
        )

    def _medicationrequest(self, resource: Json, person: int) -> None:
        status, drug = resource.get("status"), resource.get("medicationCodeableConcept")
        if status not in ("active", "completed", "stopped") or drug is None:
            return
        self._row(
            "drug_exposure",
            person,
            drug_concept_id=self.concept(drug) or 0,
            drug_exposure_start_date=_day(resource.get("authoredOn")),
            drug_exposure_end_date=None,
            stop_reason=None if status == "active" else status,
            drug_source_value=drug.get("text"),
            drug_source_concept_id=0,
        )

    def _encounter(self, resource: Json, person: int) -> None:
        of_stay = resource.get("class", {}).get("code") in ("IMP", "ACUTE", "NONAC")
        self._row(
            "visit_occurrence",
            person,
            visit_concept_id=INPATIENT if of_stay else OUTPATIENT,
            visit_start_date=_day(resource.get("period", {}).get("start")),
            visit_end_date=_day(resource.get("period", {}).get("end")),
        )


def _day(written: str | None) -> str | None:
    return written[:10] if written else None


def sample(bundles: Iterable[Json]) -> Sample:
    """The tables of the patients of bundles, who are persons 1, 2, ..."""
    made = Sample()
    for bundle in bundles:
        made.add(bundle)
    return made


def frames(tables: Mapping[str, Sequence[Row]]) -> dict[str, pl.DataFrame]:
    """The tables with the types and all the columns of CDM 5.4."""
    words = {**omop_words().tables, "concept": omop_words().concept}
    found = {}
    for name, table in words.items():
        schema = {column: _type(column) for column in table.columns.values()}
        rows = [{column: row.get(column) for column in schema} for row in tables.get(name, ())]
        text = pl.DataFrame(rows, {c: pl.String if t in (pl.Date, pl.Datetime) else t for c, t in schema.items()})
        found[name] = text.with_columns(_dated(c, t) for c, t in schema.items() if t in (pl.Date, pl.Datetime))
    return found


def _type(column: str) -> type[pl.DataType]:
    if column.endswith("_id") and column != "vocabulary_id" and column != "concept_class_id":
        return pl.Int64
    if column.endswith("_of_birth"):
        return pl.Int32
    if column.endswith("_datetime"):
        return pl.Datetime
    if column.endswith("_date"):
        return pl.Date
    return pl.Float64 if column in ("value_as_number", "range_low", "range_high") else pl.String


def _dated(column: str, kind: type[pl.DataType]) -> pl.Expr:
    return pl.col(column).str.to_date() if kind == pl.Date else pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S")


def write_folder(tables: Mapping[str, Sequence[Row]], folder: Path, suffix: str = "parquet") -> Path:
    """Write the tables as files of a folder, Parquet or CSV."""
    folder.mkdir(exist_ok=True, parents=True)
    for name, frame in frames(tables).items():
        if suffix == "parquet":
            frame.write_parquet(folder / f"{name}.parquet")
        else:
            frame.write_csv(folder / f"{name.upper()}.csv", datetime_format="%Y-%m-%d %H:%M:%S")
    return folder


def main() -> int:
    """Write a sample of bundles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="DIR")
    args = parser.parse_args()
    write_folder(sample(json.loads(path.read_bytes()) for path in args.bundles).tables, args.output, "csv")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
