"""What is told of an entry of the dictionary beside its id: its name, and its codes, by which others know it."""

from __future__ import annotations

from typing import Any

from eligo.vocabulary.concepts import concepts, is_outside


def entry_json(id_: str) -> dict[str, Any] | None:
    """The name and the codes of an entry; None for what has no such id."""
    entry = concepts().entry(id_)
    if entry is None:
        return None
    return {"name": entry.name, "codes": [{"system": system, "code": code} for system, code in entry.codes]}


def called(id_: str) -> str:
    """The id of a concept of the vocabulary, or a word, as it is; the name of what is beyond the vocabulary.

    >>> called("liver_failure"), called("MONDO:0001049")
    ('liver_failure', 'Dressler syndrome')
    """
    known = concepts().get(id_) if is_outside(id_) else None
    return known.name if known is not None else id_
