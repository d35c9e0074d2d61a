"""What a concept takes over from what it is a kind of, unless it states its own: the aspect, and that it fluctuates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
