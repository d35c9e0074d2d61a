"""Data in, pages of the workbench out: templates, one style and two scripts, and what browsers may do with them."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import read_json
from eligo.report.html import style as report_style
from eligo.report.page.markup import SHAPE, anchor, shape
from eligo.report.page.markup import text as escaped
from eligo.service.answer import HTML, STATUS, Call, HttpAnswer
from eligo.service.guard import BODY
from eligo.service.sheet import hashed

WEB = Path(__file__).parent / "web"
SCRIPTS = ("htmx.min.js", "page.js")
JAVASCRIPT, SVG = "text/javascript", "image/svg+xml"
_KEPT = (("cache-control", "public, max-age=31536000, immutable"),)
LONGEST_NAME = 80


@cache
def _templates() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(WEB),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    scripts = [(f"/static/{name}", hashed(_file(name))) for name in SCRIPTS]
    found.globals.update(style=Markup(style()), scripts=scripts, shape=_shape, anchor=anchor)
    return found


def _shown(value: object) -> object:
    """Text with all that would hide, or turn its letters, made visible, as in the printable page."""
    return Markup(escaped(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _shape(name: str) -> Markup:
    return Markup(shape(name))


@cache
def _file(name: str) -> str:
    return (WEB / name).read_text("utf-8")


@cache
def style() -> str:
    """The style of every page: that of the printable page, and what the workbench has beside it."""
    return report_style() + _file("web.css")


@cache
def _policy() -> str:
    """What a page may do: run the two scripts, look as its style says, and talk to its own server."""
    scripts = " ".join(f"'{hashed(_file(name))}'" for name in SCRIPTS)
    allowed = f"script-src {scripts}; style-src '{hashed(style())}'; connect-src 'self'; img-src 'self'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(call: Call, template: str, **data: object) -> HttpAnswer:
    """A whole page."""
    kept = call.bench.settings.state is not None
    text = _templates().get_template(template).render(kept=kept, by=default_name(call), **data)
    return HttpAnswer(text, HTML, headers=(("content-security-policy", _policy()),))


def fragment(template: str, name: str, data: Mapping[str, object], status: int = 200) -> HttpAnswer:
    """A part of a page: a macro of its template."""
    module = _templates().get_template(template).module
    return HttpAnswer(str(getattr(module, name)(**data)), HTML, status)


def alert(problems: Iterable[Problem]) -> HttpAnswer:
    """What is wrong, in the place of a page that is for that."""
    found = list(problems)
    status = STATUS.get(found[0].code, 422)
    text = _templates().get_template("parts.html").module
    told = str(getattr(text, "problems")(found))  # noqa: B009 - a macro, which no type knows
    return HttpAnswer(told, HTML, status, (("hx-retarget", "#alert"), ("hx-reswap", "innerHTML")))


def wrong_page(call: Call, problems: Iterable[Problem]) -> HttpAnswer:
    """What is wrong: as a page where one was asked for, else in the place for it of the page that asked."""
    found = list(problems)
    if not call.takes(HTML):
        return alert(found)
    return page(call, "wrong.html", found=found)._replace(status=STATUS.get(found[0].code, 422))


def go_to(path: str) -> HttpAnswer:
    """Lead the browser to another page."""
    return HttpAnswer("", HTML, headers=(("hx-redirect", path),))


def script(call: Call) -> HttpAnswer:
    """A script, or the sign of the page."""
    name = call.path["name"]
    if name == "icon.svg":
        path = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#0a5426">{SHAPE["ELIGIBLE"]}</svg>'
        return HttpAnswer(path, SVG, headers=_KEPT)
    if name not in SCRIPTS:
        raise EligoError(Problem("not-found", "there is no such address"))
    return HttpAnswer(_file(name), JAVASCRIPT)


# --- what a form sends


def fields(call: Call, *names: str) -> dict[str, str]:
    """The fields of a form, which are texts; those that are not sent are empty. Raise `EligoError` for others."""
    data = read_json(call.body, BODY, len(call.body), of_patient=True)
    known = {*names, "by"}
    if not isinstance(data, dict) or data.keys() - known or not all(isinstance(v, str) for v in data.values()):
        raise EligoError(Problem("body", "the body is not what the page sends", Place(BODY), "load the page again"))
    return {name: str(data.get(name, "")).strip() for name in known}


def name_in(call: Call, given: Mapping[str, str]) -> str:
    """Who does it; raise `EligoError` where nobody says so."""
    name = given["by"] or default_name(call)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise EligoError(Problem("by-missing", "nothing says who does this", help="write your name or initials above"))
    return name


def default_name(call: Call) -> str:
    """Who it is where nobody says: on one's own machine the name of the login."""
    return getpass.getuser() if call.bench.settings.token is None else ""
