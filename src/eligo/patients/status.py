"""What the status of an entry and the marks of its name say together: the status of the fact that is made of it."""

from __future__ import annotations

from collections.abc import Iterable

from eligo.patients.marks import Mark
from eligo.patients.model import FactStatus
from eligo.vocabulary.concept import Concept
from eligo.vocabulary.qualifiers import plain_qualifier

# What records say of an entry, and what it means; None does not count at all. FHIR has some of the words, not all.
STATUS: dict[str, FactStatus | None] = {
    **dict.fromkeys(("active", "recurrence", "relapse", "ongoing", "current", "confirmed", "in-progress"), "active"),
    **dict.fromkeys(
        ("resolved", "inactive", "remission", "history", "past", "ended", "stopped", "discontinued"), "resolved"
    ),
    **dict.fromkeys(("done", "completed", "performed"), "resolved"),
    **dict.fromkeys(("suspected", "provisional", "possible", "probable", "unconfirmed", "differential"), "suspected"),
    **dict.fromkeys(("planned", "scheduled", "registered"), "planned"),
    **dict.fromkeys(("refuted", "ruled-out", "absent"), "refuted"),
    **dict.fromkeys(("entered-in-error", "cancelled", "not-done", "not-taken"), None),
}

REFUTED = frozenset(word for word, meaning in STATUS.items() if meaning == "refuted")


def narrowed_by(found: Iterable[str], stated: Iterable[str]) -> tuple[str, ...]:
    """The words that narrow an entry: those of its name, and those that the record gives."""
    return tuple(sorted({*found, *(plain_qualifier(word) for word in stated if word.strip())}))


def status_word(word: str) -> str:
    """The form in which status words are compared: `Ruled out` is `ruled-out`."""
    return word.strip().lower().replace(" ", "-").replace("_", "-")


def may_be_refuted(status: str | None) -> bool:
    """Whether the status of an entry leaves a mark that refutes it its word: there is none, or it says the same."""
    return status is None or status_word(status) in REFUTED


def marked_status(meaning: FactStatus, mark: Mark | None, concept: Concept, stated: bool) -> tuple[FactStatus, ...]:
    """The statuses of a fact whose name or code is marked; what was a state may still be one.

    `stated` says that the record gives the status itself, which then contradicts a mark that rules out.
    """
    if mark in (None, "present") or meaning in ("planned", "refuted"):
        return (meaning,)
    if mark == "suspected" or meaning == "suspected":
        return ("suspected",)
    if mark == "refuted":
        return ("suspected" if stated else "refuted",)
    lasts = concept.kind in ("condition", "state") and concept.aspect == "state"
    return ("resolved", "suspected") if mark == "history" and lasts and meaning != "resolved" else ("resolved",)
