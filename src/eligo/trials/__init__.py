"""Where trials come from: pasted pages and registry records."""

from __future__ import annotations

from typing import Literal

from eligo.errors import EligoError, Place, Problem
from eligo.pages.document import Page
from eligo.trials.pages import NO_TRIAL, is_page, read_bare, read_page, trial_of
from eligo.trials.registry import read_record

__all__ = ["Form", "read_page", "read_record", "read_trial", "sniff"]

Form = Literal["page", "record", "criteria"]


def sniff(text: str) -> Form:
    r"""What a text is: a JSON record, a page, or bare criteria.

    >>> sniff('{"protocolSection": {}}'), sniff("Inclusion Criteria:\n- Age over 18"), sniff("NCT ID: NCT00000000")
    ('record', 'criteria', 'page')
    """
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "[") and text.rstrip()[-1:] in ("}", "]"):
        return "record"
    return "page" if is_page(text) else "criteria"


def read_trial(text: str, file: str | None = None, trial: str | None = None) -> Page:
    """Read a page, a record or bare criteria, whichever the text is; raise where nothing names the trial."""
    form = sniff(text)
    if form == "record":
        return read_record(text, file, trial)
    if form == "page" or not text.strip():
        return read_page(text, file, trial)
    own, line = trial_of(text)
    if (name := trial or own) is None:
        raise EligoError(
            Problem("no-trial-id", "the criteria do not say which trial they belong to", Place(file), NO_TRIAL)
        )
    return read_bare(text, name, file, line)
