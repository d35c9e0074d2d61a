"""A request as the endpoints see it, and what they answer: data, without anything of the protocol around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from eligo.dataclass import dataclass, field
from eligo.errors import Problem
from eligo.namedtuple import NamedTuple
from eligo.report.jsonline import json_line
from eligo.report.problems import problems_json
from eligo.service.workbench import Workbench

JSON, FHIR_JSON, NDJSON = "application/json", "application/fhir+json", "application/x-ndjson"
PROBLEM, CSV, HTML = "application/problem+json", "text/csv", "text/html"

# The status of a problem by its code; what is wrong with a body that could be read is 422.
STATUS = {
    "usage": 400,
    "unknown-option": 400,
    "body": 400,
    "by-missing": 400,
    "method-override": 400,
    "token": 401,
    "origin": 403,
    "unknown-trial": 404,
    "not-found": 404,
    "method": 405,
    "body-slow": 408,
    "file-changed": 409,
    "prefetch-missing": 412,
    "file-too-large": 413,
    "url-too-long": 414,
    "media-type": 415,
    "host": 421,
    "busy": 429,
    "state": 500,
    "internal": 500,
    "system": 500,
    "memory": 500,
}
_UNREAD = 422


@dataclass(frozen=True, slots=True)
class Call:
    """One request: what it asks of the workbench, with options, headers that matter, and a body."""

    bench: Workbench
    query: tuple[tuple[str, str], ...] = ()
    path: Mapping[str, str] = field(default_factory=dict)
    media: str = ""
    accept: str = ""
    body: bytes = b""
    host: str = ""

    def takes(self, media: str) -> bool:
        """Whether the caller asks for this kind of answer by its name."""
        return media in self.accept


class HttpAnswer(NamedTuple):
    """What goes back: a text, or lines that are made while they are sent."""

    text: str | Iterator[str]
    media: str = JSON
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(data: object, status: int = 200) -> HttpAnswer:
    """An answer of JSON data."""
    return HttpAnswer(json_line(data), JSON, status)


def problem_answer(problems: Iterable[Problem]) -> HttpAnswer:
    """What is wrong, as problem details (RFC 9457) with eligo's own codes and words."""
    found = list(problems)
    first = next((problem for problem in found if problem.severity == "error"), found[0])
    status = STATUS.get(first.code, _UNREAD)
    data = {
        "type": f"urn:eligo:problem:{first.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": first.message,
        "problems": problems_json(found),
    }
    headers = {401: (("www-authenticate", "Bearer"),), 429: (("retry-after", "1"),)}
    return HttpAnswer(json_line(data), PROBLEM, status, headers.get(status, ()))
