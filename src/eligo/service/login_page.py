"""The page on which a browser shows the token, once; from then on a cookie does."""

from __future__ import annotations

from eligo.errors import EligoError, Problem
from eligo.service.answer import Call, HttpAnswer
from eligo.service.pages import fields, go_to, page
from eligo.service.sessions import COOKIE, cookie


def show(call: Call) -> HttpAnswer:
    """The page."""
    return page(call, "login.html")


def enter(call: Call) -> HttpAnswer:
    """Begin a session; raise `EligoError` for a wrong token."""
    bench = call.bench
    if not bench.sessions.is_token(fields(call, "token")["token"]):
        raise EligoError(Problem("token", "this is not the token", help="ask who runs the server for it"))
    answer = go_to("/")
    return answer._replace(headers=(*answer.headers, cookie(COOKIE, bench.sessions.opened(), bench.settings.secure)))
