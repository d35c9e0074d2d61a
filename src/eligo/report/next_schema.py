"""The JSON of `eligo next`, as scripts read it: pydantic models, and the JSON Schema of each line.

The names are an interface: a change that could break a reader gives the schema a new number.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, TypeAdapter

from eligo.report.actions import Action
from eligo.report.form import Date, Id, Problems, Reason, StrictJson
from eligo.report.outlook_schema import QuestionJson, Ranked


class OfTrial(QuestionJson):
    """The question for one trial."""

    trial: str


class OfPatient(Ranked):
    """A question about one patient."""

    why: Reason
    trials: list[OfTrial]
    number: int = Field(description="by which `eligo answer` knows it, and under which it is printed")
    action: Action = Field(description="what a person does to find out")


class OfList(Ranked):
    """A question about several patients."""

    patients: list[str]


class NextAttestation(StrictJson):
    """What only a person can state: for which trials, in which criteria."""

    concept: str
    trials: dict[str, list[Id]]


class OtherQuestion(StrictJson):
    """A question that is no measurement or fact: what a person states, or judges of a sentence."""

    number: int
    action: Action
    key: str
    question: str
    takes: str
    criteria: list[str] = Field(description="as TRIAL/id")


class NextPatient(StrictJson):
    """What to find out next about one patient; one line for each."""

    form: Literal["eligo.next/1"] = Field(alias="schema")
    patient: str
    as_of: Date
    undetermined: list[str] = Field(description="the trials in which something is open")
    questions: list[OfPatient] = Field(description="those that settle most first")
    others: list[OtherQuestion] = Field(description="what is to be stated or to be read, with its number")
    attest: list[NextAttestation]
    read: dict[str, list[Id]] = Field(description="by trial: open criteria for a person, as in an outlook")
    problems: Problems = None


class List(StrictJson):
    """The union over all patients; the last line, where there are several."""

    form: Literal["eligo.next-list/1"] = Field(alias="schema")
    patients: int
    undetermined: int = Field(description="patients with a trial in which something is open")
    questions: list[OfList] = Field(description="those that settle most first")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a line of `eligo next --json`."""
    schema = TypeAdapter(NextPatient | List).json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
