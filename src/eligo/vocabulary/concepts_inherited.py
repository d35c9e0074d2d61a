"""What a concept takes over from what it is a kind of, unless it states its own: the aspect, and that it fluctuates.

A class with kinds that fluctuate does so too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def nearest(id_: str, stated: Mapping[str, T], parents: Mapping[str, Sequence[str]]) -> list[T]:
    """The statements that are met first on every way up; several where the parents disagree.

    >>> nearest("stroke", {"bleeding": "event"}, {"stroke": ["bleeding", "disease"]})
    ['event']
    """
    found: list[T] = []
    seen: set[str] = set()
    todo = [id_]
    while todo:
        above = todo.pop()
        if above in seen:  # a cycle is a problem of its own
            continue
        seen.add(above)
        if above not in stated:
            todo += parents.get(above, ())
        elif stated[above] not in found:
            found.append(stated[above])
    return found


def classes_of(ids: Iterable[str], stated: Mapping[str, bool], parents: Mapping[str, Sequence[str]]) -> set[str]:
    """All that the concepts are kinds of, where nothing is stated of it or above it.

    >>> sorted(classes_of(["asthma"], {"asthma": True}, {"asthma": ["lung_disease"], "lung_disease": []}))
    ['lung_disease']
    """
    found: set[str] = set()
    todo = [above for id_ in ids for above in parents.get(id_, ())]
    while todo:
        above = todo.pop()
        if above not in found and not nearest(above, stated, parents):
            found.add(above)
            todo += parents.get(above, ())
    return found
