"""The settings of a server in, its application out: endpoints behind the guard, all work in one thread."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from eligo.dataclass import dataclass, field
from eligo.errors import Place, Problem
from eligo.isolation import Isolated
from eligo.report.problems import write_error, write_problems
from eligo.service import hooks
from eligo.service.answer import JSON, STATUS, Call, HttpAnswer, json_answer, problem_answer
from eligo.service.guard import ROUTE, Guard, Log, media_of, not_taken
from eligo.service.operations import OPERATIONS, PREFIX
from eligo.service.sessions import Sessions
from eligo.service.settings import Settings
from eligo.service.state import Store
from eligo.service.workbench import Workbench

TOGETHER = 8  # patients of a stream that are done before others get their turn

Run = Callable[[Call], HttpAnswer]

# CDS Hooks, whose routes and bodies its specification states.
HOOKS: tuple[tuple[str, str, Run, tuple[str, ...]], ...] = (
    ("GET", "/cds-services", hooks.discovery, ()),
    ("POST", "/cds-services/{service}", hooks.cards, (JSON,)),
    ("POST", "/cds-services/{service}/feedback", hooks.feedback, (JSON,)),
)

# The pages: method, route, and the module below `eligo.service` with the function that makes it.
PAGES = (
    ("GET", "/static/{name}", "pages", "script"),
    ("GET", "/login", "login_page", "show"),
    ("POST", "/login", "login_page", "enter"),
    ("GET", "/", "screen_page", "start"),
    ("POST", "/screen", "screen_page", "add"),
    ("POST", "/screen/begin", "screen_page", "begin"),
    ("GET", "/screen/{key}", "screen_page", "show"),
    ("GET", "/screen/{key}/paper", "screen_page", "paper"),
    ("POST", "/screen/{key}/answers", "screen_page", "answer"),
    ("POST", "/screen/{key}/forget", "screen_page", "forget"),
    ("GET", "/worklist", "worklist_page", "show"),
    ("GET", "/worklist.csv", "worklist_page", "table"),
    ("GET", "/trail.csv", "worklist_page", "trail"),
    ("POST", "/worklist/{key}/{trial}", "worklist_page", "mark"),
    ("GET", "/trials", "trials_page", "trials"),
    ("POST", "/trials", "trials_page", "add"),
    ("GET", "/review/{trial}", "trials_page", "review"),
    ("POST", "/review/{trial}/{id}", "trials_page", "answer"),
    ("GET", "/review/{trial}/{id}/words", "trials_page", "words"),
    ("POST", "/review/{trial}/{id}/preview", "trials_page", "preview"),
)


@dataclass(slots=True)
class _Desk:
    """Where requests become calls: one after the other, in a thread of their own."""

    bench: Workbench
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "eligo"))

    def endpoint(self, path: str, run: Run, takes: Collection[str] = ()) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a route; `takes` are the types of its bodies."""

        async def answered(request: Request) -> Response:
            request.scope[ROUTE] = path
            call = await _call(request, self.bench)
            if takes and call.media not in takes:
                return self._response(problem_answer([not_taken(takes)]))
            answer = await self._in_thread(partial(_answer, run, call))
            return self._response(answer)

        return answered

    async def _in_thread(self, work: Callable[[], HttpAnswer]) -> HttpAnswer:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    def _response(self, answer: HttpAnswer) -> Response:
        headers = dict(answer.headers)
        if isinstance(answer.text, str):
            media = f"{answer.media}; charset=utf-8" if answer.media.startswith("text/") else answer.media
            return Response(answer.text, answer.status, headers, media if answer.status != 204 else None)
        return StreamingResponse(self._streamed(answer.text), answer.status, headers, answer.media)

    async def _streamed(self, lines: Iterator[str]) -> AsyncIterator[str]:
        """The lines, some at a time, so that other requests come in between."""
        loop = asyncio.get_running_loop()
        while text := await loop.run_in_executor(self.thread, partial(_some, lines)):
            yield text


def _some(lines: Iterator[str]) -> str:
    return "".join(islice(lines, TOGETHER))


async def _call(request: Request, bench: Workbench) -> Call:
    media = media_of(request.headers.get("content-type", ""))
    query = tuple(request.query_params.multi_items())
    accept = request.headers.get("accept", "")
    host = request.headers.get("host", "")
    return Call(bench, query, request.path_params, media, accept, await request.body(), host)


def _answer(run: Run, call: Call) -> HttpAnswer:
    """What an endpoint gives, or what is wrong."""
    with Isolated(Place(None)) as unit:
        return run(call)
    return problem_answer(unit.problems)


def _page(module: str, function: str) -> Run:
    """A page of the workbench, or what is wrong as a page, or as a part of one."""

    def answered(call: Call) -> HttpAnswer:
        # Lazily: who only asks for data needs no templates.
        pages = importlib.import_module("eligo.service.pages")
        run: Run = getattr(importlib.import_module(f"eligo.service.{module}"), function)
        with Isolated(Place(None)) as unit:
            return run(call)
        wrong: HttpAnswer = pages.wrong_page(call, unit.problems)
        return wrong

    return answered


def _add_sources(bench: Workbench) -> None:
    """Put the records into the worklist before anything is asked; what is wrong with some is told, as by a command."""
    from eligo.service.screen_page import add_sources  # lazily, as the pages

    with Isolated(Place(None)) as unit:
        write_problems(add_sources(bench), as_json=False)
    write_problems(unit.problems, as_json=False)


def _describe(_: Call) -> HttpAnswer:
    from eligo.service.openapi import openapi  # lazily: the schemas take longer to make than all else of a start

    return json_answer(openapi())


async def _refused(_: Request, error: Exception) -> Response:
    """What the router refuses, in the words of all other problems."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = "method" if status == 405 else "not-found" if status == 404 else "internal"
    said = {"method": "this cannot be done with that method", "not-found": "there is no such address"}
    answer = problem_answer([Problem(code, said.get(code, "eligo failed"))])
    headers = dict((error.headers or {}) if isinstance(error, HTTPException) else {})
    return Response(str(answer.text), STATUS[code], headers, answer.media)


def application(settings: Settings, log: Log = write_error) -> Guard:
    """The application of one server."""
    sessions = Sessions(settings.token)
    desk = _Desk(Workbench(settings, Store(settings.state), sessions))
    if settings.records:
        desk.thread.submit(_add_sources, desk.bench)
    routes = [
        Route(f"{PREFIX}{one.path}", desk.endpoint(f"{PREFIX}{one.path}", one.run, one.takes), methods=[one.method])
        for one in OPERATIONS
    ]
    routes.append(Route(f"{PREFIX}/openapi.json", desk.endpoint(f"{PREFIX}/openapi.json", _describe), methods=["GET"]))
    routes += [Route(path, desk.endpoint(path, run, takes), methods=[method]) for method, path, run, takes in HOOKS]
    for method, path, *where in PAGES:
        takes = (JSON,) if method == "POST" else ()
        routes.append(Route(path, desk.endpoint(path, _page(*where), takes), methods=[method]))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refused})
    return Guard(app, settings, sessions, log)
