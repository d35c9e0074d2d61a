"""The JSON Schemas of what the service takes and gives beside what the commands do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from eligo.report.form import ProblemJson, StrictJson, Verdict

Count = Annotated[int, Field(ge=0)]
Trial = Annotated[str, Field(description="id of a trial")]
Kind = Literal["inclusion", "exclusion"]
Open = dict[str, JsonValue]


class ProblemDetails(StrictJson):
    """What is wrong with a request (RFC 9457), with the problems as the commands state them."""

    type: Annotated[str, Field(pattern="^urn:eligo:problem:")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    problems: list[ProblemJson]


class Health(StrictJson):
    """That the server works."""

    status: Literal["ok"]
    version: str
    trials: Count


class ListedTrial(StrictJson):
    """One trial, and how many of its criteria nobody has reviewed."""

    trial: Trial
    title: str
    criteria: Count
    drafts: Count
    rules_sha256: str | None


class TrialList(StrictJson):
    """All trials of the folder, and what is wrong with files that could not be used."""

    trials: list[ListedTrial]
    problems: list[ProblemJson]


class Former(StrictJson):
    """A criterion as it was before the source changed."""

    text: str
    sentence: str
    review: str


class SentenceOfCriterion(StrictJson):
    """A criterion in a sentence, as `eligo explain --json` gives it."""

    id: str
    kind: Kind
    cohort: str | None
    text: str
    sentence: str
    review: str
    was: list[Former]


class RuleSetAnswer(StrictJson):
    """A rule set as its file has it, and each criterion in a sentence."""

    ruleset: Open
    sentences: list[SentenceOfCriterion]


class TextToRead(StrictJson):
    """A sentence, or a page of them."""

    text: Annotated[str, Field(max_length=200_000)]
    kind: Annotated[Kind, Field(description="what a sentence is")] = "inclusion"
    page: Annotated[bool, Field(description="whether it is a whole page, record or list of criteria")] = False


class Understood(StrictJson):
    """What is understood of a text: each criterion as `eligo parse --json` prints it."""

    criteria: list[Open]


class TrialText(StrictJson):
    """A page, criteria or records of trials."""

    text: str
    trial: Annotated[str, Field(description="the trial, where the text does not name it")] = ""


class ImportedTrials(StrictJson):
    """What became of each trial, as `eligo import --json` prints it, and what is wrong with others."""

    imported: list[Open]
    problems: list[ProblemJson]


class GivenAnswers(StrictJson):
    """A record, and answers to questions that it leaves open."""

    record: Annotated[Open, Field(description="the patient, in any form that is JSON")]
    set: dict[str, str] = Field({}, description="question (number, words or key) to answer")
    answers: list[Open] = Field([], description="what was answered before (`eligo schema answers`)")
    by: Annotated[str, Field(description="who answers")] = ""
    date: Annotated[str, Field(description="the day of the answers; that of the record by default")] = ""


class AskedQuestions(StrictJson):
    """An open question, as `eligo answer --list --json` gives it."""

    key: str
    group: str
    question: str
    takes: str
    number: Count
    criteria: list[str]
    asks: Open | None = None
    criterion: str | None = None
    text_sha: str | None = None


class AnsweredState(StrictJson):
    """The verdicts with what was answered, what is still open, and the answers to keep."""

    patient: str
    answered: Count
    verdicts: dict[str, Verdict]
    open: list[AskedQuestions]
    answers: list[Open]
    problems: list[ProblemJson] | None = None


MODELS = (
    *(ProblemDetails, Health, TrialList, RuleSetAnswer, TextToRead, Understood, TrialText, ImportedTrials),
    *(GivenAnswers, AnsweredState),
)


def json_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each, by its name."""
    return {model.__name__: model.model_json_schema() for model in MODELS}
