"""The JSON of `eligo next`, as scripts read it: pydantic models, and the JSON Schema of each line.

The names are an interface: a change that could break a reader gives the schema a new number.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, TypeAdapter

from eligo.report.form import Date, Id, Reason, Strict
from eligo.report.outlook_schema import Question


class Settling(Strict):
    """How many verdicts, counted over trials (and in a list over patients)."""

    certain: int = Field(description="whatever the answer")
    may: int = Field(description="by some answer")


class OfTrial(Question):
    """The question for one trial."""

    trial: str


class Ranked(Strict):
    """A question, and what it could settle."""

    kind: Literal["measurement", "fact"]
    variable: str | None = Field(None, description="id of the variable, `age` for the birth date, or `sex`")
    concept: str | None = Field(None, description="id of the concept")
    settles: Settling
    settles_but_for_attestations: Settling = Field(description="if the open attestations turn out well")


class OfPatient(Ranked):
    """A question about one patient."""

    why: Reason
    trials: list[OfTrial]


class OfList(Ranked):
    """A question about several patients."""

    patients: list[str]


class Attestation(Strict):
    """What only a person can state: for which trials, in which criteria."""

    concept: str
    trials: dict[str, list[Id]]


class Patient(Strict):
    """What to find out next about one patient; one line for each."""

    form: Literal["eligo.next/1"] = Field(alias="schema")
    patient: str
    as_of: Date
    undetermined: list[str] = Field(description="the trials that are")
    questions: list[OfPatient] = Field(description="those that settle most first")
    attest: list[Attestation]
    read: dict[str, list[Id]] = Field(description="by trial: open criteria with sentences that were not understood")


class List(Strict):
    """The union over all patients; the last line, where there are several."""

    form: Literal["eligo.next-list/1"] = Field(alias="schema")
    patients: int
    undetermined: int = Field(description="patients with a trial in which something is open")
    questions: list[OfList] = Field(description="those that settle most first")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a line of `eligo next --json`."""
    schema = TypeAdapter(Patient | List).json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
