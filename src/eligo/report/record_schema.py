"""An audit record's text in, its data out, checked against the published form; and the JSON Schema of that form.

The names are an interface: a change that could break a reader gives the schema a new number.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import read_json
from eligo.report.form import Bearing, Reason, StrictJson, Truth, Verdict

SCHEMA = "eligo.audit-record/2"

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Path = Annotated[str, Field(min_length=1, description="as seen from the folder of the record")]


class File(StrictJson):
    """A file, and what its bytes were."""

    path: Path
    sha256: Sha256


class RecordedSource(File):
    """The patient's record: a file or a folder of files; of a folder the names and bytes of all records count."""

    patient_salt: str = Field(pattern="^[0-9a-f]{32}$", description="of this record alone")
    patient_keyed: bool = Field(description="whether the key of the site (ELIGO_RECORD_KEY) is a part of the hash")
    patient_sha256: Sha256 = Field(description="HMAC of the patient's id; its key is the salt, then the site's key")


class RecordedOptions(StrictJson):
    """The options of `eligo audit` that matter for the answer, as they were given."""

    as_of: Day = Field(description="the day that was screened for")
    lenient: bool
    format: Literal["native", "fhir", "csv"] | None
    max_age: list[str]
    assume_absent: list[str]
    margin: list[str]
    site: File | None
    mapping: File | None
    answers: File | None = Field(None, description="what persons answered beside the record")
    vocabulary: File | None = Field(None, description="the site's own names")
    rules: Path | None = Field(description="the folder of rule sets; null for those that come with eligo")


class Leaf(StrictJson):
    """One part of a criterion, in the order of the text."""

    truth: Truth
    reason: Reason | None = Field(None, description="why the truth is UNKNOWN")


class RecordedCriterion(StrictJson):
    """One criterion and what came of it."""

    id: str
    truth: Truth
    bearing: Bearing
    leaves: list[Leaf]


class RecordedTrial(StrictJson):
    """One trial: its rules, and what came of them."""

    trial: str
    file: str | None = Field(description="the name of the rules' file")
    rules_sha256: Sha256 | None
    verdict: Verdict
    criteria: list[RecordedCriterion]


class AuditRecord(StrictJson):
    """An audit without a value of the patient, to be replayed with `eligo audit --verify`."""

    model_config = ConfigDict(extra="forbid", strict=True, title=SCHEMA)

    schema_: Literal["eligo.audit-record/2"] = Field(alias="schema")
    eligo: str = Field(description="the version")
    vocabulary: dict[str, Sha256] = Field(description="the files that rules and records are understood by")
    input: RecordedSource
    options: RecordedOptions
    trials: list[RecordedTrial]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an audit record."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **AuditRecord.model_json_schema(by_alias=True)}


def load_record(text: bytes, file: str) -> dict[str, Any]:
    """Read a record; raise `EligoError` for what is none."""
    data = read_json(text, file)
    try:
        AuditRecord.model_validate(data)
    except ValidationError as error:
        raise EligoError(dict.fromkeys(_problem(dict(one), file) for one in error.errors())) from None
    if not isinstance(data, dict):
        raise TypeError("the model takes nothing but a mapping")
    return data


def _problem(error: dict[str, Any], file: str) -> Problem:
    path = ".".join(map(str, error["loc"]))
    message = f"this is no audit record: {error['msg'][0].lower()}{error['msg'][1:]}"
    return Problem("audit-record", message, Place(file, path=path or None), "see `eligo schema audit-record`")
