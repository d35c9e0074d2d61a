"""Ids and units of the data in, the words and signs in which people read them out, by `grammar/display.yaml`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from eligo.data import grammar_data
from eligo.regex import regex
from eligo.report import terms
from eligo.vocabulary.concepts import concepts

_ID = regex(r"(?:(?P<arm>.+)\.)?(?P<letter>[A-Z])(?P<number>[0-9][\w-]*)?")
_REGISTRY = "R."
_EXPLAINS = regex(r"^check [a-z-]+: ?")


@functools.cache
def display() -> Mapping[str, Mapping[str, Any]]:
    """The tables of `grammar/display.yaml`."""
    found: Mapping[str, Mapping[str, Any]] = grammar_data("display.yaml")
    return found


def criterion_name(id: str) -> str:  # noqa: A002 - the word of the rules
    """What people call a criterion.

    >>> criterion_name("E7"), criterion_name("B.I5"), criterion_name("A.P"), criterion_name("R.age")
    ('exclusion 7', 'arm B, inclusion 5', 'population of arm A', 'registry: age')
    """
    if id.startswith(_REGISTRY):
        field = id.removeprefix(_REGISTRY)
        return f"registry: {display()['registry'].get(field, field.replace('_', ' '))}"
    match = _ID.fullmatch(id)
    word = display()["criteria"].get(match["letter"]) if match else None
    if match is None or word is None:
        return "criterion"
    arm, number = match["arm"], match["number"]
    if number:
        return f"arm {arm}, {word} {number}" if arm else f"{word} {number}"
    return f"{word} of arm {arm}" if arm else word


def criterion(id: str) -> str:  # noqa: A002 - the word of the rules
    """The same with the id beside it: "exclusion 7 (E7)"."""
    return f"{criterion_name(id)} ({id})"


def criterion_title(id: str) -> str:  # noqa: A002 - the word of the rules
    """The same at the start of a line: "Exclusion 7 (E7)"."""
    name = criterion(id)
    return f"{name[:1].upper()}{name[1:]}"


def criterion_of(place: str) -> str:
    """A criterion of a trial: "exclusion 7 (E7) of NCT05727722" for `NCT05727722/E7`."""
    trial, _, id_ = place.partition("/")
    return f"{criterion(id_)} of {trial}"


def with_names(text: str, ids: Iterable[str]) -> str:
    """A text of the rules in which the ids of criteria stand, with what people call them before each."""
    known = sorted(ids, key=len, reverse=True)
    if not known:
        return text
    found = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, known))})(?![\w]|\.\w)")
    return found.sub(lambda match: f"{criterion_name(match[0])} [{match[0]}]", text)


def without_code(note: str) -> str:
    """A note of the rules without the code of the finding that it explains.

    >>> without_code("check dead-branch: the protocol says both")
    'the protocol says both'
    """
    return _EXPLAINS.sub("", note)


def variable_name(id: str | None) -> str:  # noqa: A002 - the word of the vocabulary
    """What people call the variable."""
    own: str | None = display()["variables"].get(id or "", {}).get("name")
    return own or terms.variable_name(id)


def concept_name(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    """What people call the concept."""
    own: str | None = display()["concepts"].get(id, {}).get("name")
    return own or terms.concept_name(id)


def concept_question(id: str) -> str:  # noqa: A002 - the word of the vocabulary
    """How a person would ask whether the record should have it."""
    own: str | None = display()["concepts"].get(id, {}).get("question")
    if own:
        return own
    known = concepts().get(id)
    asks = display()["asks"]
    form: str = asks.get(known.kind if known else "", asks["condition"])
    return form.format(concept_name(id))
