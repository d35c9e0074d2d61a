"""A patient in, the printable page of `eligo audit --html` out, with what a browser may do on it: nothing."""

from __future__ import annotations

import base64
import hashlib

from eligo.commands.screen import ScreenState, screened_record
from eligo.errors import EligoError
from eligo.patients.jobs import Job
from eligo.report.html import page
from eligo.report.page.summary import About
from eligo.report.patient import reading_json
from eligo.service.answer import HTML, HttpAnswer
from eligo.version import __version__


def sheet(job: Job, state: ScreenState) -> HttpAnswer:
    """The page; raise `EligoError` where the record cannot be read."""
    found = screened_record(job, state)
    if found.data is None:
        raise EligoError(found.flaws)
    about = About(reading_json(found.reading)["patient"], ("none",), (f"eligo {__version__}",))
    text = page(found.data, about)
    return HttpAnswer(text, HTML, headers=(("content-security-policy", style_policy(text)),))


def style_policy(text: str) -> str:
    """What the browser may do on a page that has a style of its own, and nothing else."""
    style = text.partition("<style>")[2].partition("</style>")[0]
    return f"default-src 'none'; style-src '{hashed(style)}'; base-uri 'none'; form-action 'none'"


def hashed(text: str) -> str:
    """The hash of a script or a style as policies name it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
