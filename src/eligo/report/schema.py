"""The screening as scripts read it: pydantic models of the JSON that `eligo screen --json` prints, and its JSON Schema.

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
Value = Annotated[Number | str, Field(description="canonical unit; text for an interval (`< 10`) or a category")]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", description="a day, a month or a year")]
Span = Annotated[tuple[int, int], Field(description="`[start, end)` character offsets in the criterion's text")]


class Strict(BaseModel):
    """Refuses unknown keys and converts nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Measured(Strict):
    """A value: recorded, or worked out from something else in the record."""

    value: Value | None = None
    unit: str | None = Field(None, description="UCUM; left out where there is none")
    date: Date | None = None
    written: str | None = Field(None, description="as the record has it, where that differs")
    converted: str | None = Field(None, description="the conversion to the canonical unit")
    unit_from: Literal["site"] | None = Field(None, description="whose unit that is, where the record has none")
    source: Literal["birth", "concept", "computed", "limit"] | None = Field(
        None, description="what it was worked out from"
    )
    of: str | None = Field(None, description="which limit of normal it is and whose, or of when the baseline is")
    paper: str | None = Field(None, description="where the formula of a computed value was published")
    assumed: str | None = Field(None, description="what was taken as absent, and by whom")
    inputs: list[Input] | None = None
    missing: list[str] | None = Field(None, description="variables that it still needs")


class Input(Measured):
    """One thing that a value was worked out from: another value, a fact, or an exclusion."""

    variable: str | None = None
    concept: str | None = None
    status: str | None = None
    start: Date | None = None
    end: Date | None = None
    qualifiers: list[str] | None = None


class Fact(Strict):
    """One condition, procedure or medication of the record."""

    concept: str
    status: str
    start: Date | None = None
    end: Date | None = None
    qualifiers: list[str] | None = None
    written: str | None = None


class Evidence(Measured):
    """What one part of the sentence met in the record: a value, facts, a statement, or nothing."""

    span: Span | None = None
    truth: Truth
    decides: bool = Field(description="whether the criterion's truth rests on this part")
    reason: Reason | None = None
    detail: str | None = None
    variable: str | None = Field(None, description="id of the variable")
    name: str | None = Field(None, description="the protocol's words, where the vocabulary does not have them")
    limit: str | None = Field(None, description="in the canonical unit")
    limit_written: str | None = Field(None, description="as the rules have it, where that differs")
    window: str | None = None
    distance: Number | None = Field(None, description="value minus the limit that it fails, or else is nearest to")
    reference: str | None = Field(None, description="what a multiple is of, and whose limit of normal that is")
    others: list[Measured] | None = Field(None, description="other results of the same day")
    clash: Measured | None = Field(None, description="a stated score's value by its own inputs, where it is another")
    concept: str | None = Field(None, description="id of the concept, or of what is to be attested")
    status: str | None = Field(None, description="as the sentence asks for it: active, history, suspected, planned")
    qualifier: str | None = None
    count: int | None = None
    facts: list[Fact] | None = None
    ruled_out_by: str | None = Field(None, description="the concept whose absence the record states")
    note: str | None = Field(None, description="why a sentence restricts nothing")


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
    label: str
    verdict: Verdict
    blocks: list[str]
    open: list[str]


class Trial(Strict):
    """One trial: its verdict, and as many findings as it has criteria."""

    trial: str
    title: str
    rules_sha256: str | None
    verdict: Verdict
    blocks: list[str]
    open: list[str]
    arms: list[Arm] = []
    drafts: int = Field(default=0, description="how many of the criteria nobody has reviewed")
    notes: list[str] = []
    criteria: list[Finding]


class Screening(Strict):
    """One patient against every trial."""

    model_config = ConfigDict(extra="forbid", strict=True, title=SCHEMA)

    schema_: Literal["eligo.screening/1"] = Field(alias="schema")
    patient: str
    as_of: Date
    sex: Literal["male", "female"] | None
    age: int | None = Field(description="completed years")
    trials: list[Trial]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a screening."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Screening.model_json_schema(by_alias=True)}
