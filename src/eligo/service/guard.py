"""The one layer between the network and all endpoints: who may come in, how much, and what browsers may do with it.

Whatever is not expected is refused before any endpoint sees it, with a problem that holds nothing of the request.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eligo.dataclass import dataclass
from eligo.errors import EligoError, Place, Problem
from eligo.files import too_large
from eligo.isolation import unexpected
from eligo.service.answer import HttpAnswer, problem_answer
from eligo.service.sessions import COOKIE, Sessions, cookies_of
from eligo.service.settings import Settings

BODY = "<body>"  # what problems call the body of a request
ROUTE = "eligo.route"  # where a request says which route it took
OPEN_ROUTES = ("/login", "/static/", "/api/v1/health")  # what anybody may ask for
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE"})
LONGEST_URL = 8192
PATIENCE = 20.0  # seconds that a body may pause
MEDIA = frozenset({"application/json", "application/fhir+json", "application/x-ndjson", "text/csv"})
OVERRIDES = frozenset({b"x-http-method-override", b"x-http-method", b"x-method-override"})
CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "content-security-policy": CSP,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

Log = Callable[[str], None]
_Headers = dict[bytes, list[bytes]]


@dataclass(slots=True)
class Guard:
    """The outermost application: everything passes here, in and out; `log` takes a line for each request."""

    app: ASGIApp
    settings: Settings
    sessions: Sessions
    log: Log
    _busy: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":  # no sockets of any other kind are offered
            return
        began, sender = time.perf_counter(), _Sender(send, self.settings)
        try:
            await self._pass(scope, receive, sender)
        except EligoError as error:
            await self._say(sender, _refusal(scope, error))
        except Exception as error:
            await self._say(sender, problem_answer([unexpected(error)]))
        finally:
            route = scope.get(ROUTE, "-")
            method = scope["method"] if scope["method"] in METHODS else "-"
            self.log(f"{method} {route} {sender.status} {1000 * (time.perf_counter() - began):.1f}\n")

    async def _pass(self, scope: Scope, receive: Receive, sender: _Sender) -> None:
        """Check the request, take its body within bounds, and hand it on."""
        headers = _headers_of(scope)
        self._check(scope, headers)
        if scope["method"] != "POST":
            await self.app(scope, receive, sender)
            return
        if self._busy >= self.settings.most:
            raise EligoError(Problem("busy", "too many requests are under way", help="come again in a second"))
        self._busy += 1
        try:
            body = await self._body(headers, receive)
            await self.app(scope, _replayed(body, receive), sender)
        finally:
            self._busy -= 1

    def _check(self, scope: Scope, headers: _Headers) -> None:
        """Raise `EligoError` for a request that may not come in."""
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URL:
            raise EligoError(Problem("url-too-long", "the address is too long", help="send it in the body"))
        if headers.get(b"host", []) not in [[host.encode()] for host in self.settings.hosts]:
            help_text = "use the address that `eligo serve` prints, or name others with `--host-name`"
            raise EligoError(Problem("host", "the server does not go by this name", help=help_text))
        override = "_method" in dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if override or OVERRIDES & headers.keys():
            raise EligoError(Problem("method-override", "a method cannot be overridden", help="use the method itself"))
        self._check_origin(scope, headers)
        self._check_token(scope, headers)
        if headers.get(b"content-length", [b"0"]) != [b"0"] or b"transfer-encoding" in headers:
            _check_media(headers)

    def _check_origin(self, scope: Scope, headers: _Headers) -> None:
        origin = headers.get(b"origin", [])
        if origin and origin not in [[known.encode()] for known in self.settings.origins]:
            raise EligoError(Problem("origin", "a page of another origin may send nothing here"))
        site = headers.get(b"sec-fetch-site", [b"none"])[0]
        navigates = scope["method"] == "GET" and headers.get(b"sec-fetch-mode") == [b"navigate"]
        if site not in (b"none", b"same-origin") and not navigates:
            raise EligoError(Problem("origin", "a page of another origin may ask for nothing here"))

    def _check_token(self, scope: Scope, headers: _Headers) -> None:
        if self.settings.token is None or scope["path"].startswith(OPEN_ROUTES):
            return
        given = headers.get(b"authorization", [b""])[0].decode("latin-1").removeprefix("Bearer ")
        cookie = cookies_of(headers.get(b"cookie", [])).get(COOKIE)
        if not (self.sessions.is_token(given) or self.sessions.is_open(cookie)):
            help_text = "send the token as `Authorization: Bearer TOKEN`, or log in at /login"
            raise EligoError(Problem("token", "the server wants a token", help=help_text))

    async def _body(self, headers: _Headers, receive: Receive) -> bytes:
        """The whole body; raise `EligoError` where it is too large, too slow, or where its sender has gone."""
        most, parts, size = self.settings.max_bytes, list[bytes](), 0
        stated = headers.get(b"content-length", [b"0"])[0]
        if not stated.isdigit() or int(stated) > most:
            raise EligoError(too_large(Place(BODY), most))
        while True:
            try:
                message = await asyncio.wait_for(receive(), PATIENCE)
            except TimeoutError:
                raise EligoError(Problem("body-slow", "the body did not come in time")) from None
            if message["type"] != "http.request":
                raise EligoError(Problem("body", "the body did not come whole"))
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise EligoError(too_large(Place(BODY), most))
            if not message.get("more_body", False):
                return b"".join(parts)

    async def _say(self, sender: _Sender, answer: HttpAnswer) -> None:
        """Answer in place of the endpoints, where nothing was sent yet; the rest of a body is not waited for."""
        if sender.status:
            return
        text = str(answer.text).encode()
        headers = {"content-type": answer.media, "content-length": str(len(text)), "connection": "close"}
        pairs = [*headers.items(), *answer.headers]
        start = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
        await sender({"type": "http.response.start", "status": answer.status, "headers": start})
        await sender({"type": "http.response.body", "body": text})


class _Sender:
    """Sends what the endpoints answer, with the headers that every answer has; knows the status."""

    def __init__(self, send: Send, settings: Settings) -> None:
        self._send = send
        self._secure = settings.secure
        self.status = 0

    def __call__(self, message: Message) -> Awaitable[None]:
        """Send one part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name.lower() for name, _ in message["headers"]}
            more = dict(HEADERS)
            if self._secure:
                more["strict-transport-security"] = "max-age=31536000"
            added = [(n.encode(), v.encode()) for n, v in more.items() if n.encode() not in own]
            message = {**message, "headers": [*message["headers"], *added]}
        return self._send(message)


def _refusal(scope: Scope, error: EligoError) -> HttpAnswer:
    """What is said to whom that may not come in; who looks at pages without a token is led to where it is asked for."""
    looks = scope["method"] == "GET" and b"text/html" in _headers_of(scope).get(b"accept", [b""])[0]
    if looks and error.problems[0].code == "token":
        return HttpAnswer("", status=303, headers=(("location", "/login"),))
    return problem_answer(error.problems)


def _headers_of(scope: Scope) -> _Headers:
    found: _Headers = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def _check_media(headers: _Headers) -> None:
    """Refuse what a form of another page could send; JSON of another page has to ask first, and is not answered."""
    media = headers.get(b"content-type", [b""])
    if len(media) != 1 or media_of(media[0].decode("latin-1")) not in MEDIA:
        raise EligoError(not_taken(MEDIA))
    if headers.get(b"content-encoding", [b"identity"]) != [b"identity"]:
        raise EligoError(Problem("media-type", "the server takes no packed body", help="send it as it is"))


def media_of(content_type: str) -> str:
    """The media type of a header, without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def not_taken(media: Iterable[str]) -> Problem:
    """The problem of a body of a type that is not one of these."""
    message = "the server does not take a body of this type"
    return Problem("media-type", message, help=f"send {' or '.join(sorted(media))}")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What gives the body that is here already, and then what the connection says."""
    left = [body]

    async def given() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return given
