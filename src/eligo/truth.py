"""Three-valued truth (strong Kleene logic), and what it does to the patient.

A truth says whether *the sentence as written* holds. Inclusion keeps its sign and exclusion flips it in ONE place:
`bearing`. Source of the tables: S. C. Kleene, Introduction to Metamathematics, 1952, section 64.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Literal

Kind = Literal["inclusion", "exclusion"]
KINDS: tuple[Kind, ...] = ("inclusion", "exclusion")


class Truth(IntEnum):
    """NOT_MET < UNKNOWN < MET, so that `and` is the minimum and `or` the maximum."""

    NOT_MET = 0
    UNKNOWN = 1
    MET = 2


class Bearing(StrEnum):
    """What a criterion does to the patient."""

    PASSES = "passes"
    BLOCKS = "blocks"
    OPEN = "open"


class Verdict(StrEnum):
    """The answer for one trial or one arm of it."""

    ELIGIBLE = "ELIGIBLE"
    INELIGIBLE = "INELIGIBLE"
    UNDETERMINED = "UNDETERMINED"


class Reason(StrEnum):
    """Why a truth is UNKNOWN."""

    MISSING = "missing"
    STALE = "stale"
    NO_REFERENCE_RANGE = "no_reference_range"
    UNIT_UNKNOWN = "unit_unknown"
    IMPLAUSIBLE = "implausible"
    CENSORED = "censored"
    NOT_STATED = "not_stated"
    UNPARSED = "unparsed"
    NEEDS_ATTESTATION = "needs_attestation"
    ERROR = "error"


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene `and`: the least of the truths; MET for none at all."""
    return min(truths, default=Truth.MET)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene `or`: the greatest of the truths; NOT_MET for none at all."""
    return max(truths, default=Truth.NOT_MET)


def at_least(count: int, truths: Iterable[Truth]) -> Truth:
    """MET when `count` truths are MET, NOT_MET when so many can no longer become it.

    >>> at_least(2, [Truth.MET, Truth.UNKNOWN, Truth.NOT_MET])
    <Truth.UNKNOWN: 1>
    """
    ranked = sorted(truths, reverse=True)
    if count <= 0:
        return Truth.MET
    return ranked[count - 1] if count <= len(ranked) else Truth.NOT_MET


def not_(truth: Truth) -> Truth:
    """Kleene `not`: UNKNOWN stays UNKNOWN."""
    return Truth(2 - truth)


def bearing(kind: Kind, truth: Truth) -> Bearing:
    """What `truth` does to the patient: the one place where an exclusion flips its sign."""
    if truth is Truth.UNKNOWN:
        return Bearing.OPEN
    return Bearing.PASSES if (truth is Truth.MET) == (kind == "inclusion") else Bearing.BLOCKS


def verdict(bearings: Iterable[Bearing]) -> Verdict:
    """ELIGIBLE when all pass, INELIGIBLE when any blocks, UNDETERMINED otherwise."""
    seen = set(bearings)
    if Bearing.BLOCKS in seen:
        return Verdict.INELIGIBLE
    return Verdict.UNDETERMINED if Bearing.OPEN in seen else Verdict.ELIGIBLE
