"""A name that is not known where it stands in, help out: what it is instead, or what it may have been meant for.

A name is looked for among variables, concepts and attestations alike, since whoever writes a record may have put a
thing into the wrong part of it; what belongs where the name stands comes first.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Literal

from eligo.namedtuple import NamedTuple
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named
from eligo.vocabulary.nearest import Near, did_you_mean_one_of, nearest
from eligo.vocabulary.own_names import forgotten_with_names
from eligo.vocabulary.variables import variables

Wanted = Literal["variable", "concept", "attestation"]

_LESS = 0.08  # by which what does not belong there has to be nearer
_MOST = 3
# Where a record states what there is of each kind.
PART_OF_RECORD = {
    "variable": "labs",
    "condition": "conditions",
    "state": "conditions",
    "procedure": "procedures",
    "medication": "medications",
    "attestation": "attested",
}


class Suggested(NamedTuple):
    """Something that may have been meant: its kind, and the name that is near."""

    kind: str
    near: Near


@forgotten_with_names
@functools.lru_cache(maxsize=1024)  # the records of one source have the same names, and a search takes a millisecond
def suggest(word: str, wanted: Wanted) -> str | None:
    """A help text with what a name may have been meant for, where `wanted` is what should stand there.

    >>> suggest("platlets", "variable"), suggest("acites", "variable")
    ('did you mean `platelets`?', 'did you mean the condition `ascites`? list it under `conditions`')
    """
    found = sorted(_suggested(word, wanted), key=lambda one: -one.near.likeness)[:_MOST]
    text = did_you_mean_one_of(_said(one, wanted) for one in found)
    if found and not any(_fits(one.kind, wanted) for one in found):
        return f"{text} list it under `{PART_OF_RECORD[found[0].kind]}`"
    return text


def elsewhere(word: str, wanted: Wanted) -> str | None:
    """A help text where the name is that of something which belongs elsewhere in a record.

    >>> elsewhere("INR", "concept")
    '`inr` is a variable: give its value under `labs`, or under `observations` with its date'
    """
    variable = variables().find(word)
    if variable is not None and wanted != "variable":
        return f"`{variable.id}` is a variable: give its value under `labs`, or under `observations` with its date"
    concept = concepts().find(word)
    if concept is None or _fits(concept.kind, wanted):
        return None
    part = PART_OF_RECORD[concept.kind]
    name = "this" if is_named(concept.id) else f"`{concept.id}`"  # it may be any word of the record
    also = "" if concept.kind == "attestation" else ", or under `absent`"
    return f"{name} is {_article(concept.kind)} {concept.kind}: list it under `{part}`{also}"


def _suggested(word: str, wanted: Wanted) -> Iterator[Suggested]:
    of_variables, of_concepts = nearest(word, variables().names), nearest(word, concepts().names)
    both = [Suggested("variable", near) for near in of_variables]
    both += [Suggested(_kinds()[near.id], near) for near in of_concepts]
    weighed = [one._replace(near=_weighed(one, wanted)) for one in both]
    best = max((one.near.likeness for one in weighed), default=0)
    near = [one for one in weighed if one.near.likeness >= best - _LESS]
    fitting = {one.near.name.casefold() for one in near if _fits(one.kind, wanted)}
    # What is given as a drug is also measured: one of the two is meant where the name stands.
    return (one for one in near if _fits(one.kind, wanted) or one.near.name.casefold() not in fitting)


@functools.cache
def _kinds() -> dict[str, str]:
    return {concept.id: concept.kind for concept in concepts()}


def _weighed(one: Suggested, wanted: Wanted) -> Near:
    less = 0 if _fits(one.kind, wanted) else _LESS
    return one.near._replace(likeness=one.near.likeness - less)


def _fits(kind: str, wanted: Wanted) -> bool:
    if wanted == "concept":
        return kind not in ("variable", "attestation")
    return kind == wanted


def _said(one: Suggested, wanted: Wanted) -> str:
    return f"`{one.near.name}`" if _fits(one.kind, wanted) else f"the {one.kind} `{one.near.name}`"


def _article(kind: str) -> str:
    return "an" if kind == "attestation" else "a"
