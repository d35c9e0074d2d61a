"""The words and forms that the schemas of what eligo writes share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from eligo.criteria import Op

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
Id = Annotated[str, Field(description="id of a criterion")]
Span = Annotated[tuple[int, int], Field(description="`[start, end)` character offsets in the criterion's text")]


class StrictJson(BaseModel):
    """Refuses unknown keys and converts nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AmountJson(StrictJson):
    """A number with its unit."""

    value: Number
    unit: str | None = Field(None, description="UCUM; left out where there is none")


class LimitJson(AmountJson):
    """One side of a comparison."""

    op: Op
    of: str | None = Field(None, description="ULN, LLN, baseline or a variable's id, of which it is a multiple")
    above: Literal["ULN", "LLN"] | None = Field(None, description="the limit of normal to which the value is added")


class IntervalJson(StrictJson):
    """A value of which only its ends are known; an end that is left out is not known."""

    low: Number | None = None
    low_inclusive: bool | None = None
    high: Number | None = None
    high_inclusive: bool | None = None


class PlaceJson(StrictJson):
    """Where something is wrong."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = Field(None, description="within the document")
    span: tuple[int, int] | None = None


class ProblemJson(StrictJson):
    """One thing that is wrong, without a value of the patient."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    place: PlaceJson
    help: str | None


Problems = Annotated[
    list[ProblemJson] | None,
    Field(description="what is wrong with record, answers or rules, warnings too: the same as on standard error"),
]
