"""The JSON of `eligo find`, as scripts read it: pydantic models, and the JSON Schema.

The names are an interface: a change that could break a reader gives the schema a new number.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from eligo.report.form import Date, Id, Problems, Reason, StrictJson


class FindCounts(StrictJson):
    """How many trials there are of each verdict, and how many the filters took out."""

    eligible: int
    undetermined: int
    ineligible: int
    filtered_out: int


class ListingJson(StrictJson):
    """How the registry lists a trial; null and empty where it states nothing."""

    status: str | None
    phases: list[str]
    countries: list[str]
    age_groups: list[str]


class WhyCriterion(StrictJson):
    """A criterion in the protocol's words."""

    id: Id
    text: str
    cohort: str | None = None
    reasons: list[Reason] | None = Field(default=None, description="why it is open")


class FindWhy(StrictJson):
    """The criteria of a trial by what they do."""

    blocks: list[WhyCriterion]
    open: list[WhyCriterion]
    passes: list[WhyCriterion]


class FoundTrialJson(StrictJson):
    """One trial, with all that its place hangs on."""

    rank: int
    trial: str
    title: str
    verdict: Literal["ELIGIBLE", "INELIGIBLE", "UNDETERMINED"]
    listing: ListingJson
    conditions: list[str] = Field(description="what it is about: ids of concepts, or words")
    fits: Literal["theirs", "may be", "unknown", "others"] = Field(description="whether that is what the patient has")
    passes: int = Field(description="criteria that pass, of those that count")
    open: list[Id]
    settled_by_a_visit: int = Field(description="open criteria that one visit can settle")
    drafts: int | None = None
    notes: list[str] | None = None
    why: FindWhy | None = None


class FindJson(StrictJson):
    """The trials of an index for one patient, the best first: one page of them."""

    form: Literal["eligo.find/1"] = Field(alias="schema")
    patient: str
    as_of: Date
    sex: Literal["male", "female"] | None
    age: int | None
    counts: FindCounts
    page: int
    pages: int
    page_size: int
    trials: list[FoundTrialJson]
    problems: Problems = None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what `eligo find --json` prints."""
    schema = FindJson.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
