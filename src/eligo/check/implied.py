"""Leaves in, what one says of another out: kinds of concepts, times, qualifiers, and the grades that concepts have."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.criteria import (
    DAYS_IN,
    STUDY_CONDITION,
    Attest,
    Bound,
    Compare,
    Duration,
    Excepted,
    Leaf,
    OneOf,
    Present,
    Related,
    Unparsed,
    Window,
)
from eligo.vocabulary import ranges
from eligo.vocabulary.allowed import Key, domain
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.ranges import Ranges
from eligo.vocabulary.variables import variables

# When what a leaf asks for must have been, and which of these times are part of which.
_ERAS = {
    "now": {"now", "ever", "suspected", "ever suspected"},
    "ever": {"ever", "ever suspected"},
    "suspected": {"suspected", "ever suspected"},
    "ever suspected": {"ever suspected"},
    "planned": {"planned"},
}


def implies_leaf(one: Leaf, other: Leaf) -> bool:
    """Whether what `one` asks for is never there without what `other` asks for.

    >>> implies_leaf(Present("hepatocellular_carcinoma"), Present("malignancy", status="history"))
    True
    """
    if not isinstance(one, Present) or not isinstance(other, Present):
        return one == other
    if other.concept not in concepts().ancestors(one.concept) or one.count < other.count:
        return False
    if other.qualifier is not None and other.qualifier != one.qualifier:
        return False
    if not all(_leaves_out(one, part) for part in other.but_not):
        return False
    return _era(other) in _ERAS[_era(one)] and _time_fits(one, other.window)


def _leaves_out(leaf: Present, part: Excepted) -> bool:
    """Whether what is excepted is certainly none of what the leaf asks for: it excepts it too, or has no kind of it."""
    if part.concept == STUDY_CONDITION:
        return part in leaf.but_not
    known = concepts()
    if any(own == part or _takes_in(own, part) for own in leaf.but_not):
        return True
    return known.descendants(leaf.concept).isdisjoint(known.descendants(part.concept))


def _takes_in(own: Excepted, part: Excepted) -> bool:
    return own.qualifier is None and part.concept in concepts().descendants(own.concept)


def _era(leaf: Present) -> str:
    if leaf.status in ("planned", "now"):
        return leaf.status
    known = concepts().get(leaf.concept)
    looks_back = leaf.window is not None and leaf.window.looks_back
    ever = leaf.status == "history" or looks_back or (known is not None and known.kind == "procedure")
    if leaf.status == "suspected":
        return "ever suspected" if ever else "suspected"
    return "ever" if ever else "now"


def _time_fits(one: Present, window: Window | None) -> bool:
    if window is None or window == one.window:
        return True
    if _era(one) in ("now", "suspected") and one.window is None:
        return window == Window(within=window.within)
    if one.window is None or one.window.anchor != window.anchor:
        return False
    own = one.window
    nearer = _nearer(own.within or own.began, window.within) and _nearer(own.began, window.began)
    return nearer and _bound_fits(own.ago, window.ago) and _bound_fits(own.lasting, window.lasting)


def _nearer(one: Duration | None, other: Duration | None) -> bool:
    return other is None or (one is not None and days(one) <= days(other))


def _bound_fits(one: Bound | None, other: Bound | None) -> bool:
    if other is None or one == other:
        return True
    if one is None or one.op[0] != other.op[0]:
        return False
    return days(one.duration) > days(other.duration) if one.op[0] == "g" else days(one.duration) < days(other.duration)


def days(duration: Duration) -> float:
    """About how many days a duration has."""
    return duration.value * DAYS_IN[duration.unit]


def twins(leaf: Present, holds: bool, exact: bool = False) -> Iterator[tuple[Key, Ranges]]:
    """The ordinals that grade what is (or is not) there, each with the grades at which it is there.

    What is there brings the grades of all that it is a kind of; what is not there, those of all its kinds. With
    `exact`, only its own.
    """
    if leaf.qualifier or leaf.window or leaf.count > 1 or leaf.but_not or leaf.status in ("history", "planned"):
        return
    if leaf.status == "suspected" and (holds or exact):
        return
    known = concepts()
    line = known.ancestors(leaf.concept) if holds else known.descendants(leaf.concept)
    if exact:
        line = frozenset({leaf.concept})
    for id_ in sorted(line):
        concept = concepts().get(id_)
        grade = concept.grade_variable if concept else None
        if grade is not None and variables().get(grade) is not None:
            key = Key(grade)
            yield key, ranges.intersect(domain(key), ranges.side("gt", 0))


def sex_of(leaf: Present) -> tuple[Key, Ranges] | None:
    """The only sex that can have it."""
    for id_ in sorted(concepts().ancestors(leaf.concept)):
        concept = concepts().get(id_)
        if concept is not None and concept.sex is not None:
            key = Key("sex")
            place = ("male", "female").index(concept.sex)
            return key, domain(key)[place : place + 1]
    return None


def name_of(leaf: Leaf) -> str:
    """The word under which a leaf is known."""
    match leaf:
        case Compare() | OneOf():
            return leaf.variable or leaf.name or ""
        case Present():
            return leaf.concept
        case Related(what, relation, to):
            return f"{what.concept} {relation} {to.concept}"
        case Attest():
            return leaf.topic
        case Unparsed():
            return leaf.text
    return ""
