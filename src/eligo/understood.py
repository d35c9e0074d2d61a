"""How much of a predicate is understood: what a record decides, what is named alone, what a person is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from eligo.criteria import MEASURING, Always, Attest, Leaf, Predicate, Unparsed, leaves, presences
from eligo.vocabulary.named import is_named

Part = Literal["coded", "named", "asked", "always", "unread"]
Share = Literal["coded", "named", "asked", "partly", "always", "unread"]
PARTS: dict[Part, str] = {
    "coded": "tested against the record",
    "named": "known by its name alone",
    "asked": "stated by a person",
    "always": "restricts nothing",
    "unread": "not understood",
}
SHARES: dict[Share, str] = {
    "coded": "every part is tested against the record",
    "named": "every part is, some of them known by their names alone",
    "asked": "every part is, or is stated by a person",
    "partly": "some parts are understood, the others not",
    "always": "restricts nothing",
    "unread": "no part is understood",
}


def part_of(leaf: Leaf) -> Part:
    """How much of a leaf is understood."""
    if isinstance(leaf, Unparsed):
        return "unread"
    if isinstance(leaf, Always):
        return "always"
    if isinstance(leaf, Attest):
        return "asked"
    return "named" if any(_names(leaf)) else "coded"


def _names(leaf: Leaf) -> Iterator[bool]:
    """Whether each thing that a leaf asks for is known by its name alone."""
    if isinstance(leaf, MEASURING):
        yield leaf.variable is None
    for fact in presences(leaf):
        yield is_named(fact.concept)
        yield from (is_named(part.concept) for part in fact.but_not)


def share_of(predicate: Predicate) -> Share:
    """How much of a predicate is understood.

    >>> from eligo.criteria import AllOf, Attest, Present
    >>> share_of(AllOf((Present("ascites"), Present("condition:keratoconus")))), share_of(Attest("informed_consent"))
    ('named', 'asked')
    """
    parts = {part_of(leaf) for leaf in leaves(predicate)}
    if len(parts) > 1:
        parts.discard("always")
    if "unread" in parts:
        return "partly" if len(parts) > 1 else "unread"
    share: Share = "always"
    for one in ("coded", "named", "asked"):
        if one in parts:
            share = one
    return share
