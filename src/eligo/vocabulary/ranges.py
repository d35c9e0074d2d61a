"""Sets of values of one variable as sorted, disjoint ranges between cuts: what a limit allows, and what is left of it.

A cut lies just before (0) or just after (1) a number, so that open and closed ends need no cases of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from eligo.criteria import Op

Cut = tuple[float, int]
Ranges = tuple[tuple[Cut, Cut], ...]

LEAST: Cut = (-math.inf, 0)
MOST: Cut = (math.inf, 1)
ALL: Ranges = ((LEAST, MOST),)


def side(op: Op, value: float) -> Ranges:
    """The values on the right side of a limit.

    >>> side("lt", 5) == (((-math.inf, 0), (5, 0)),)
    True
    """
    before, after = (value, 0), (value, 1)
    ends = {
        "lt": (LEAST, before),
        "le": (LEAST, after),
        "gt": (after, MOST),
        "ge": (before, MOST),
        "eq": (before, after),
    }
    return (ends[op],)


def points(values: Iterable[float]) -> Ranges:
    """The values themselves, nothing between them."""
    return tuple(((v, 0), (v, 1)) for v in sorted(set(values)))


def closed(low: float, high: float) -> Ranges:
    """Everything from `low` to `high`, both included."""
    return (((low, 0), (high, 1)),)


def intersect(one: Ranges, other: Ranges) -> Ranges:
    """What both hold."""
    cuts = [(max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other]
    return tuple(sorted(c for c in cuts if c[0] < c[1]))


def union(one: Ranges, other: Ranges) -> Ranges:
    """What either holds; ranges that touch become one."""
    merged: list[tuple[Cut, Cut]] = []
    for low, high in sorted((*one, *other)):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def minus(whole: Ranges, part: Ranges) -> Ranges:
    """What of `whole` is not in `part`."""
    left, start = [], LEAST
    for low, high in union(part, ()):
        left.append((start, low))
        start = high
    left.append((start, MOST))
    return intersect(whole, tuple(c for c in left if c[0] < c[1]))


def within(part: Ranges, whole: Ranges) -> bool:
    """Whether `whole` holds all of `part`."""
    return not minus(part, whole)
