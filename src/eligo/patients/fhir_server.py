"""The id of a patient on a FHIR server in, the record as one Bundle out: all pages of it, or named as a part.

The server is only asked, never written to; its token goes to no other host.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.message import Message
from http.client import HTTPException
from typing import IO, Any

from eligo.dataclass import dataclass
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated
from eligo.jsontext import read_json
from eligo.namedtuple import NamedTuple
from eligo.patients.jobs import MAX_BYTES, Job, Raw, failed
from eligo.regex import regex

TOKEN = "ELIGO_FHIR_TOKEN"
FHIR_JSON = "application/fhir+json"
NAME = "<fhir>"  # what problems call a record of a server, with its number among those asked for: an id may be a name
PAGE = 200  # resources that are asked for at once
MOST_PAGES = 2000
TRIES = 4
PATIENCE = 60.0  # seconds for an answer
LONGEST_WAIT = 30.0  # seconds, whatever the server asks for

_ID = regex(r"[A-Za-z0-9.-]{1,64}")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_KNOWN = frozenset({400, 404, 405, 410, 501})  # of `$everything`, where a server has none
_DENIED = frozenset({401, 403})
_PART = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

Json = dict[str, Any]


class _ServerAnswer(NamedTuple):
    """What the server answered: the data where there is any, and the status."""

    status: int
    data: Json | None = None


@dataclass(frozen=True, slots=True)
class FhirServer:
    """A server by its address."""

    base: str
    token: str | None = None
    max_bytes: int = MAX_BYTES

    def jobs(self, patients: Iterable[str], searches: Callable[[str], Mapping[str, str]]) -> Iterator[Job]:
        """The record of each patient; `searches` gives what to look for where the server gives no whole records."""
        for number, patient in enumerate(patients, 1):
            place = Place(NAME, number)
            with Isolated(place) as unit:
                bundle = self._record(patient, searches)
                yield Job("fhir", (Raw(json.dumps(bundle).encode(), NAME, number),))
            yield from map(failed, unit.problems)

    def _record(self, patient: str, searches: Callable[[str], Mapping[str, str]]) -> Json:
        """All that the server has of a patient, as one Bundle."""
        if not _ID.fullmatch(patient):
            message = "this is no id of a patient on a FHIR server"
            raise EligoError(Problem("fhir-id", message, help="name patients by the `id` of their Patient resource"))
        entries, whole = list[Any](), True
        everything = self._pages(f"Patient/{patient}/$everything?_count={PAGE}", entries, must=True)
        if everything is None:
            person = self._get(f"{self.base}/Patient/{patient}")
            if person.data is None:
                raise EligoError(_not_had(person.status))
            entries.append({"resource": person.data})
            for key, search in searches(patient).items():
                if key != "patient":
                    whole &= self._pages(f"{search}&_count={PAGE}", entries) is True
        else:
            whole = everything
        meta = {} if whole else {"meta": {"tag": [_PART]}}
        return {"resourceType": "Bundle", "type": "collection", **meta, "entry": entries}

    def _pages(self, path: str, entries: list[Any], must: bool = False) -> bool | None:
        """Add the entries of all pages; whether none was lost, None where the server does not know the request.

        Raise `EligoError` where nothing comes of what `must` come.
        """
        url: str | None = f"{self.base}/{path}"
        for number in range(MOST_PAGES):
            answer = self._get(url) if url is not None else _ServerAnswer(0)
            if number == 0 and answer.status in _NOT_KNOWN:
                return None
            if number == 0 and answer.data is None and must:
                raise EligoError(_not_had(answer.status))
            if answer.data is None or answer.data.get("resourceType") != "Bundle":
                return False
            found = answer.data.get("entry", [])
            entries += [{"resource": _of(entry)} for entry in found] if isinstance(found, list) else []
            following = _next(answer.data)
            if following is None:
                return True
            url = self._own(urllib.parse.urljoin(url or "", following))
        return False

    def _own(self, url: str) -> str | None:
        """The address of a next page; None where it is of another host, which would get the token."""
        return url if _origin(url) == _origin(self.base) else None

    def _get(self, url: str) -> _ServerAnswer:
        """Ask once, and again where the server asks for patience; raise `EligoError` where it lets nobody in."""
        answer = _ServerAnswer(0)
        for number in range(TRIES):
            answer, wanted = self._once(url)
            if answer.status in _DENIED:
                raise EligoError(_not_had(answer.status))
            if answer.status not in _AGAIN and answer.status:
                return answer
            if number < TRIES - 1:
                time.sleep(min(wanted if wanted is not None else 0.5 * 2**number, LONGEST_WAIT))
        return answer

    def _once(self, url: str) -> tuple[_ServerAnswer, float | None]:
        """One request: what came, and for how many seconds the server asks to wait."""
        headers = {"accept": FHIR_JSON, "cache-control": "no-cache"}
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(url, headers=headers)
        try:
            with _OPENER.open(request, timeout=PATIENCE) as answer:
                body = answer.read(self.max_bytes + 1)
                return _ServerAnswer(answer.status, self._data(body)), None
        except urllib.error.HTTPError as error:
            with error:
                after = error.headers.get("retry-after", "")
            return _ServerAnswer(error.code), float(after) if after.isdigit() else None
        except (OSError, HTTPException):  # it cannot be reached, or went away in the middle
            return _ServerAnswer(0), None

    def _data(self, body: bytes) -> Json | None:
        """The data of an answer; None for what is too large or no JSON."""
        if len(body) > self.max_bytes:
            return None
        try:
            data = read_json(body, NAME, len(body), of_patient=True)
        except EligoError:
            return None
        return data if isinstance(data, dict) else None


def server_at(url: str, max_bytes: int = MAX_BYTES) -> FhirServer:
    """The server at an address, with the token of the environment; raise `EligoError` for an address that is none."""
    parts, token = urllib.parse.urlsplit(url), os.environ.get(TOKEN) or None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        message = "this is not the address of a FHIR server"
        raise EligoError(Problem("fhir-url", message, help="write it as https://host/path, without the resource"))
    if parts.scheme == "http" and token is not None and parts.hostname not in _LOCAL:
        raise EligoError(Problem("fhir-url", "the token would go over the network as it is", help="use https"))
    return FhirServer(url.rstrip("/"), token, max_bytes)


def _of(entry: object) -> object:
    return entry.get("resource") if isinstance(entry, dict) else None


def _next(bundle: Json) -> str | None:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _not_had(status: int) -> Problem:
    if status in _DENIED:
        return Problem("fhir-denied", f"the FHIR server lets nobody in ({status})", help=f"put its token into {TOKEN}")
    if status in (404, 410):
        return Problem("fhir-patient", "the FHIR server has no such patient", help="check the id")
    said = f"it answers {status}" if status else "it cannot be reached"
    return Problem(
        "fhir-server", f"the FHIR server gives no record: {said}", help="check `--fhir`, and try again later"
    )


class _Unmoved(urllib.request.HTTPRedirectHandler):
    """Follows no redirection, which could lead the token to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Give no new request."""


_OPENER = urllib.request.build_opener(_Unmoved)
