"""Ids of the vocabulary in, its names out: the words of rules and sentences, by which they can be read again."""

from __future__ import annotations

from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables


def variable_name(id: str | None) -> str:  # noqa: A002 - the word of the vocabulary
    """The name of the variable."""
    known = variables().get(id) if id else None
    return known.name if known else (id or "").replace("_", " ")


def concept_name(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    """The name of the concept."""
    known = concepts().get(id)
    return known.name if known else id.replace("_", " ")
