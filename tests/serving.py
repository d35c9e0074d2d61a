"""A server for the tests, in a thread of this process, and requests to it over a real connection."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pytest

from eligo.service.settings import Settings

JSON = {"content-type": "application/json"}
HOST = "127.0.0.1"


class Reply(NamedTuple):
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """The body as JSON data."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        """The body as lines of JSON data."""
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def codes(self) -> list[str]:
        """The codes of what is wrong."""
        return [problem["code"] for problem in self.data["problems"]]


@dataclass
class Served:
    """A server that runs: its port, and all that it wrote to its log."""

    port: int
    log: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        """What a client sends as the name of the server."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The address."""
        return f"http://{self.host}"

    def ask(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request; `headers` may hold another Host."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        data = body.encode() if isinstance(body, str) else body
        named = {"host": self.host, **(JSON if data is not None else {}), **(headers or {})}
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in named.items():
                connection.putheader(name, value)
            if data is not None and not {"content-length", "transfer-encoding"} & named.keys():
                connection.putheader("content-length", str(len(data)))
            connection.endheaders()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may have answered and gone already
                if data is not None:
                    connection.send(data)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask for something."""
        return self.ask("GET", path, None, headers)

    def post(self, path: str, body: bytes | str | object, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a body: bytes or text as they are, anything else as JSON."""
        return self.ask("POST", path, body if isinstance(body, bytes | str) else json.dumps(body), headers)


@contextlib.contextmanager
def served(settings: Settings | None = None) -> Iterator[Served]:
    """Run a server on a free port of this machine."""
    uvicorn = pytest.importorskip("uvicorn", reason="the extra `web` is not installed")
    from eligo.service.app import application
    from eligo.service.command import uvicorn_options

    with socket.create_server((HOST, 0), backlog=256) as listener:
        found = Served(listener.getsockname()[1])
        settings = replace(settings or Settings(frozenset()), hosts=frozenset([found.host]))
        app = application(settings, found.log.append)
        server = uvicorn.Server(uvicorn.Config(app, **uvicorn_options()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        try:
            yield found
        finally:
            server.should_exit = True
            thread.join(20)
