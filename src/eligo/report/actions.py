"""What is open in, what a person does about it out: order a test, ask the patient, look in the chart, sign or read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from eligo.report.display import criterion
from eligo.report.measures import Data
from eligo.report.stated import link_name, open_name
from eligo.report.words import OPEN, deciding, open_words, reason_of
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

Action = Literal["measure", "ask", "chart", "sign", "read"]
ACTIONS: dict[Action, str] = {
    "measure": "Measure, or order a test",
    "ask": "Ask the patient",
    "chart": "Look in the chart",
    "sign": "State and sign",
    "read": "Read the sentence and judge",
}

_BY_KIND: dict[str, Action] = {
    **dict.fromkeys(("quantity", "ratio", "count"), "measure"),
    **dict.fromkeys(("category", "duration"), "ask"),
}
_ASKED = frozenset({"medication", "state"})  # kinds of concepts that a patient can tell of
_PLAIN = frozenset({"missing", "not_stated", "needs_attestation"})  # reasons that the action says already
_OF_THE_PERSON = frozenset({"age", "sex"})  # what the record states of the person, and no value of a day


def for_value(variable: str | None) -> Action:
    """What a person does to find out a value."""
    if variable in _OF_THE_PERSON:
        return "ask"
    known = variables().get(variable) if variable else None
    return _BY_KIND.get(known.kind, "chart") if known else "chart"


def for_fact(concept: str, status: str | None) -> Action:
    """What a person does to find out whether something is there."""
    known = concepts().get(concept)
    return "ask" if known is not None and (known.kind in _ASKED or status == "planned") else "chart"


def for_part(evidence: Data) -> Action:
    """What a person does about an open part of a criterion."""
    if evidence["reason"] == "needs_attestation":
        return "sign"
    if "related" in evidence:
        parts = [part for part in evidence["parts"] if "reason" in part]
        return for_part(parts[0]) if parts else "read"
    if "status" in evidence and "concept" in evidence:
        return for_fact(evidence["concept"], evidence["status"])
    if "variable" in evidence:
        return for_value(evidence["variable"])
    return "read" if evidence["reason"] in ("unparsed", "error") else "chart"


def for_finding(finding: Data) -> Action:
    """What a person does first about an open criterion, in the order of `ACTIONS`."""
    found = {for_part(part) for part in deciding(finding) if "reason" in part}
    return next((action for action in ACTIONS if action in found), "read")


def to_do(findings: Iterable[Data]) -> dict[Action, list[str]]:
    """What is open, each once, by what a person does about it, with the reason where there is more to say than no."""
    found: dict[Action, dict[str, None]] = {action: {} for action in ACTIONS}
    for finding in findings:
        parts = [part for part in deciding(finding) if "reason" in part]
        for part in parts:
            found[for_part(part)][_name(part) or criterion(finding["id"])] = None
        if not parts:  # what persons answer to the sentence as a whole is at odds
            found["read"][criterion(finding["id"])] = None
    return {action: list(names) for action, names in found.items() if names}


def _name(part: Data) -> str | None:
    if part["reason"] == "unparsed" and "variable" not in part:
        return None
    name = open_name(part) or (link_name(part) if "related" in part else None)
    said: str | None = open_words(name) if name else part.get("name")
    return f"{said} ({OPEN[reason_of(part)][0]})" if said and part["reason"] not in _PLAIN else said
