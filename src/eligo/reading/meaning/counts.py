"""A number before a list is of all that is counted: `more than 2 opioids or sedatives`."""

from __future__ import annotations

from eligo.criteria import Compare, Present, leaves
from eligo.reading.lexicon import concept_named
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.said import Mark, Said
from eligo.reading.share import kind_named


def counted(context: Context, before: Said, part: Said, mark: Mark) -> bool:
    """Whether a part is one of several things that a number before the list counts: alone it is no fact."""
    if not part.bare or not isinstance(part.body, Present):
        return False
    name = _name_of_count(context, before)
    if name is None:
        return False
    if before.what == "mixed":  # at least 4 courses of cisplatin or carboplatin
        return not mark[0]
    kind = kind_named(concept_named(name))
    return kind == kind_named(part.body.concept) if kind else not mark[0]


def _name_of_count(context: Context, said: Said) -> str | None:
    """What is counted, where a number without a unit stands before its name, and the vocabulary has no such value."""
    found = next(iter(leaves(said.body)), None) if said.body is not None else None
    if not isinstance(found, Compare) or found.variable is not None or not found.name or found.limits[0].unit:
        return None
    start = found.span[0] if found.span is not None else said.span[0]
    place = context.text.find(found.name, start)
    return found.name if any(c.isalnum() for c in context.text[start : max(place, start)]) else None
