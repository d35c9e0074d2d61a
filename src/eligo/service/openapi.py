"""The description of the service (OpenAPI 3.1): from the table of operations and the schemas that eligo publishes."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from eligo.patients.native import json_schema as patient_schema
from eligo.report.next_schema import json_schema as next_schema
from eligo.report.schema import json_schema as screening_schema
from eligo.report.service_schema import json_schemas
from eligo.service.answer import PROBLEM
from eligo.service.operations import OPERATIONS, PREFIX, Operation
from eligo.service.options import actions_of, parser_of
from eligo.version import __version__

VERSION = "3.1.0"
_DROPPED = ("$schema", "$id")
_FHIR: dict[str, Any] = {
    "type": "object",
    "description": "a FHIR resource: a Bundle, or one with all that is known of a patient",
    "properties": {"resourceType": {"type": "string"}},
    "required": ["resourceType"],
}
_TRIAL: dict[str, Any] = {"name": "trial", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


@cache
def openapi() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"{PREFIX}{operation.path}", {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": VERSION,
        "info": {
            "title": "eligo",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Eligibility criteria of clinical trials as reviewable rules: read, screen, explain.",
        },
        "paths": paths,
        "components": {
            "schemas": dict(_schemas()),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """All schemas by name; the parts of each have its name before their own."""
    whole = {"Patient": patient_schema(), "Screening": screening_schema(), "Next": next_schema(), **json_schemas()}
    yield "FhirResource", _FHIR
    for name, schema in whole.items():
        parts = schema.get("$defs", {})
        yield name, {k: _moved(v, name) for k, v in schema.items() if k not in (*_DROPPED, "$defs")}
        for part, found in parts.items():
            yield f"{name}.{part}", _moved(found, name)


def _moved(schema: Any, name: str) -> Any:
    """The schema with its references to parts where these are now."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", f"#/components/schemas/{name}.") if key == "$ref" else _moved(value, name)
            for key, value in schema.items()
        }
    return [_moved(value, name) for value in schema] if isinstance(schema, list) else schema


def _described(operation: Operation) -> dict[str, Any]:
    body = {"requestBody": {"required": True, "content": _contents(operation.takes)}} if operation.takes else {}
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*([_TRIAL] if "{trial}" in operation.path else []), *_parameters(operation)],
        **body,
        "responses": {
            "200": {"description": operation.summary, "content": _contents(operation.gives)},
            **{status: _problem(said) for status, said in _refusals(operation)},
        },
    }


def _contents(schemas: dict[str, str | None]) -> dict[str, Any]:
    return {
        media: {"schema": {"$ref": f"#/components/schemas/{name}"} if name else {"type": "string"}}
        for media, name in schemas.items()
    }


def _refusals(operation: Operation) -> Iterator[tuple[str, str]]:
    """The statuses of what may be wrong."""
    if "only" in operation.options:
        yield "204", ""
    yield "400", "an option or the form of the body is wrong"
    yield "401", "the server wants a token"
    if operation.options or "{trial}" in operation.path:
        yield "404", "there are no rules for a trial that is named"
    if operation.takes:
        yield "408", "the body did not come in time"
        yield "413", "the body is too large"
        yield "415", "the type of the body is not taken"
        yield "422", "the body cannot be used"
        yield "429", "too many requests are under way"
    yield "500", "eligo failed"


def _problem(said: str) -> dict[str, Any]:
    if not said:
        return {"description": "nothing to show"}
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {"description": said, "content": {PROBLEM: {"schema": schema}}}


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    """The options, as the command describes them."""
    if not operation.command:
        return
    known = actions_of(parser_of(importlib.import_module(f"eligo.commands.{operation.command}")))
    for name in operation.options:
        action = known[name]
        schema: dict[str, Any] = {"type": "boolean"} if action.nargs == 0 else {"type": "string"}
        if action.choices is not None:
            schema["enum"] = list(action.choices)
        if isinstance(action, argparse._AppendAction):
            schema = {"type": "array", "items": schema}
        said = (action.help or "").replace("%%", "%")
        needed = operation.path == "/form" and name == "trial"
        yield {"name": name, "in": "query", "required": needed, "description": said, "schema": schema}
