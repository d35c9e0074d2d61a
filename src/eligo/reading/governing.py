"""What a heading says of all its parts: `history of any of the following within 6 months:`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from eligo.criteria import AllOf, AnyOf, Compare, Leaf, Predicate, Present, Status, Window, map_leaves
from eligo.reading.splits import Cut, cut, elements_of
from eligo.reading.times import window_of
from eligo.reading.tokens import Token
from eligo.reading.tree import Window as TimeNode

_SAYS_NOTHING = frozenset(["LIGHT", "FOLLOWING", "LEAD", "TRAIL", "SEX", "IF"])


class Heading(NamedTuple):
    """The status and the time of all that stands below."""

    status: Status | None = None
    window: Window | None = None

    def over(self, parts: Sequence[Predicate]) -> list[Predicate]:
        """The parts with what the heading says, where they do not say it themselves."""
        return [map_leaves(part, self._with) for part in parts] if any(self) else list(parts)

    def _with(self, leaf: Leaf) -> Predicate:
        if isinstance(leaf, Present) and self.status is not None and leaf.status == "active":
            leaf = replace(leaf, status=self.status)
        if isinstance(leaf, (Present, Compare)) and self.window is not None and leaf.window is None:
            return replace(leaf, window=self.window)
        return leaf


def heading_of(elements: Iterable[Any], text: str) -> Heading | None:
    """What the words of a heading say of its parts; None where they say more, or what is not understood."""
    statuses: set[str] = set()
    window: Window | None = None
    for element in elements:
        if element.__class__ is TimeNode:
            found = window_of(element.form, element.limits, element.unit, element.anchor)
            if found is None or window is not None:
                return None
            window = found
        elif element.__class__ is not Token:
            return None
        elif element.type == "STATUS":
            statuses.update(str(element.value).split("|"))
        elif element.type == "NEG":
            statuses.update(["history"] if "history" in text[element.start : element.end].lower() else [])
        elif element.type not in _SAYS_NOTHING and (element.type != "FILLER" or element.value):
            return None
    status = _status(statuses)
    return None if status == "unclear" else Heading(status, window)  # type: ignore[arg-type]  # a key of `statuses`


def _status(statuses: set[str]) -> str | None:
    if statuses <= {"active"}:
        return None
    if statuses <= {"active", "history"}:  # what was ever there is there now, too
        return "history"
    return statuses.pop() if len(statuses) == 1 else "unclear"


def timed_first(group: Any, text: str) -> Cut | None:
    """`within 6 months before screening: A, B`, cut at the colon behind the time with which it begins."""
    elements = elements_of(group)
    at = next((i for i, e in enumerate(elements) if e.__class__ is not Token or e.type not in _SAYS_NOTHING), None)
    if at is None or elements[at].__class__ is not TimeNode or at + 1 >= len(elements):
        return None
    behind = elements[at + 1]
    if behind.__class__ is not Token or text[behind.start : behind.end] != ":":
        return None
    return cut(group, lambda element, _: element is behind)


def asks_for_a_fact(part: Predicate) -> bool:
    """Whether a part asks for a condition or a treatment: what its heading says of it decides."""
    return isinstance(part, Present) or (isinstance(part, (AllOf, AnyOf)) and any(map(asks_for_a_fact, part.parts)))
