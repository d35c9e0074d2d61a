"""The screening as scripts read it: pydantic models of the JSON that `eligo screen --json` prints, and their JSON Schema.

The names are an interface: a change that could break a reader gives the schema a new number.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = "eligo.screening/1"

Truth = Literal["MET", "NOT_MET", "UNKNOWN"]
Bearing = Literal["passes", "blocks", "open"]
Verdict = Literal["ELIGIBLE", "INELIGIBLE", "UNDETERMINED"]
Reason = Literal[
    "missing",
    "stale",
    "no_reference_range",
    "unit_unknown",
    "implausible",
    "censored",
    "not_stated",
    "unparsed",
    "needs_attestation",
    "error",
]
Number = Annotated[int | float, Field(allow_inf_nan=False)]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", description="a day, a month or a year")]
Span = Annotated[
    tuple[int, int], Field(description="`[start, end)` character offsets in the criterion's text")
]


class Strict(BaseModel):
    """Refuses unknown keys and converts nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Evidence(Strict):
    """What one part of the sentence met in the record: a variable's value, a concept, a statement, or nothing."""

    span: Span | None = None
    truth: Truth
    reason: Reason | None = None
    detail: str | None = None
    variable: str | None = Field(None, description="id of the variable")
    value: Number | str | None = Field(None, description="in the variable's canonical unit; text for a category or a censored value")
    unit: str | None = Field(None, description="UCUM")
    written: str | None = Field(None, description="value and unit as the record has them, where that differs")
    date: Date | None = None
    limit: str | None = Field(None, description="operator, limit and unit, in the canonical unit")
    distance: Number | None = Field(None, description="value minus the nearest limit, in the canonical unit")
    reference: str | None = Field(None, description="where a limit of normal comes from")
    concept: str | None = Field(None, description="id of the concept, or of what is to be attested")
    status: str | None = None


class Finding(Strict):
    """One criterion and what came of it."""

    id: str
    kind: Literal["inclusion", "exclusion"]
    cohort: str | None
    text: str
    truth: Truth
    bearing: Bearing
    reasons: list[Reason]
    variables: list[str]
    concepts: list[str]
    evidence: list[Evidence]


class Arm(Strict):
    """One arm of a trial, with its own verdict."""

    id: str
    label: str | None = None
    verdict: Verdict
    blocks: list[str]
    open: list[str]


class Trial(Strict):
    """One trial: its verdict, and as many findings as it has criteria."""

    trial: str
    title: str | None = None
    rules_sha256: str
    verdict: Verdict
    blocks: list[str]
    open: list[str]
    arms: list[Arm] = []
    notes: list[str] = []
    criteria: list[Finding]


class Screening(Strict):
    """One patient against every trial."""

    model_config = ConfigDict(extra="forbid", strict=True, title=SCHEMA)

    schema_: Literal["eligo.screening/1"] = Field(alias="schema")
    patient: str
    as_of: Date
    sex: Literal["male", "female"] | None = None
    age: int | None = None
    trials: list[Trial]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a screening."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Screening.model_json_schema(by_alias=True)}
