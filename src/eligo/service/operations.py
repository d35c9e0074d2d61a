"""All that the service can be asked for, in one table: what answers, what it takes and what it gives."""

from __future__ import annotations

from collections.abc import Callable

from eligo.namedtuple import NamedTuple
from eligo.service import records, trials
from eligo.service.answer import CSV, FHIR_JSON, HTML, JSON, NDJSON, Call, HttpAnswer

PREFIX = "/api/v1"
PATIENT_BODY: dict[str, str | None] = {JSON: "Patient", FHIR_JSON: "FhirResource"}


class Operation(NamedTuple):
    """One endpoint: bodies and answers are names of schemas by their media types; `None` is a text.

    `options` are those of the command of this name.
    """

    method: str
    path: str
    name: str
    summary: str
    run: Callable[[Call], HttpAnswer]
    gives: dict[str, str | None]
    takes: dict[str, str | None] = {}  # noqa: RUF012 - a named tuple is not changed
    command: str = ""
    options: tuple[str, ...] = ()


OPERATIONS = (
    Operation("GET", "/health", "health", "Whether the server works", trials.health, {JSON: "Health"}),
    Operation("GET", "/rules", "listRules", "All trials", trials.rules, {JSON: "TrialList"}),
    Operation("GET", "/rules/{trial}", "getRules", "One rule set", trials.rule_set, {JSON: "RuleSetAnswer"}),
    Operation(
        "GET",
        "/form",
        "form",
        "What trials ask, as a worksheet",
        trials.form_of,
        {CSV: None, HTML: None, FHIR_JSON: "FhirResource"},
        {},
        "form",
        trials.FORM,
    ),
    Operation(
        "GET",
        "/data-requirements",
        "dataRequirements",
        "What of a record the trials look at, by code and look-back, as a FHIR Library",
        trials.data_requirements,
        {FHIR_JSON: "FhirResource"},
        {},
        "form",
        trials.TRIALS,
    ),
    Operation(
        "POST",
        "/parse",
        "parse",
        "How a sentence or a page is read",
        trials.parse,
        {JSON: "Understood"},
        {JSON: "TextToRead"},
    ),
    Operation(
        "POST",
        "/import",
        "import",
        "Drafts of a page, of criteria or of records",
        trials.imports,
        {JSON: "ImportedTrials"},
        {JSON: "TrialText"},
    ),
    Operation(
        "POST",
        "/screen",
        "screen",
        "Verdicts for a patient, or for each of many",
        records.screening,
        {JSON: "Screening", NDJSON: None},
        {**PATIENT_BODY, NDJSON: None, CSV: None},
        "screen",
        records.SCREEN,
    ),
    Operation(
        "POST",
        "/audit",
        "audit",
        "Every criterion for one patient, with what comes after the verdict; as a page for `Accept: text/html`",
        records.audit,
        {JSON: "Screening", HTML: None},
        PATIENT_BODY,
        "screen",
        records.AUDIT,
    ),
    Operation(
        "POST",
        "/next",
        "next",
        "What to find out next",
        records.questions,
        {JSON: "Next"},
        PATIENT_BODY,
        "screen",
        records.NEXT,
    ),
    Operation(
        "POST",
        "/answers",
        "answers",
        "Answer what a record leaves open",
        records.answers,
        {JSON: "AnsweredState"},
        {JSON: "GivenAnswers"},
        "screen",
        records.ANSWERS,
    ),
)
