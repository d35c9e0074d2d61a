"""A FHIR server of the tests: pages, searches, $everything, and all that goes wrong with servers."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}


@dataclass
class FakeServer:
    """What the server has and how it behaves; `fails` are statuses for the next requests, one after the other."""

    resources: list[dict[str, Any]]
    token: str | None = None
    everything: bool = True
    page: int = 3
    fails: list[int] = field(default_factory=list)
    lost_page: int | None = None  # which gives a 500, always
    next_host: str | None = None  # to which a next page leads
    broken_page: bool = False
    slow: float = 0.0
    seen: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.port}/fhir"

    def answer(self, method: str, target: str, token: str | None) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Status, body and headers of an answer."""
        self.seen.append((method, target))
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if self.token is not None and token != f"Bearer {self.token}":
            return 401, OUTCOME, {}
        if self.fails:
            return self.fails.pop(0), OUTCOME, {"retry-after": "0"}
        path = parts.path.removeprefix("/fhir/").split("/")
        if path[-1] == "$everything":
            return self._paged(self.resources, parts.path, query) if self.everything else (404, OUTCOME, {})
        found = [one for one in self.resources if one["resourceType"] == path[0]]
        if len(path) == 2:
            mine = [one for one in found if one.get("id") == path[1]]
            return (200, mine[0], {}) if mine else (404, OUTCOME, {})
        if "code" in query:
            codes = set(query["code"].split(","))
            found = [one for one in found if codes & {f"{c['system']}|{c['code']}" for c in one["code"]["coding"]}]
        return self._paged(found, f"{parts.path}?{parts.query.partition('&page=')[0]}", query)

    def _paged(
        self, found: list[dict[str, Any]], path: str, query: dict[str, str]
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        number = int(query.get("page", "0"))
        if number == self.lost_page:
            return 500, OUTCOME, {"retry-after": "0"}
        here = found[number * self.page : (number + 1) * self.page]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        bundle["entry"] = [{"resource": one, "search": {"mode": "match"}} for one in here]
        if len(found) > (number + 1) * self.page:
            mark = "&" if "?" in path else "?"
            host = self.next_host or f"http://127.0.0.1:{self.port}"
            bundle["link"] = [{"relation": "next", "url": f"{host}{path}{mark}page={number + 1}"}]
        return 200, bundle, {}


@contextlib.contextmanager
def running(server: FakeServer) -> Iterator[FakeServer]:
    """Run the server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(server.slow)
            status, body, headers = server.answer("GET", self.path, self.headers.get("authorization"))
            text = b"{" if server.broken_page and "page=" in self.path else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/fhir+json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base has it
            """Write no log."""

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.port = found.server_address[1]
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        found.shutdown()
        found.server_close()
        thread.join()
