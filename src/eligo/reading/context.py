"""What the clauses of one item share: the names of the limits, the notes, and why something was not understood."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from eligo.criteria import Span, Unparsed
from eligo.reading.bind import Bound
from eligo.reading.splits import place
from eligo.reading.tokens import Token
from eligo.reading.tree import Limits
from eligo.truth import Kind


class ItemContext:
    """Which limits have which names, what stands in a bracket, and what is to be reported."""

    def __init__(self, text: str, kind: Kind, bound: list[Bound]) -> None:
        self.text = text
        self.kind = kind
        self.bound = {b.limits.span[0]: b for b in bound}
        self.starts = sorted(self.bound)
        self.named = sorted(name.span for b in bound for name in b.names)
        self.notes: list[str] = []
        self.unknown: list[str] = []
        self.reasons: dict[Span, tuple[str, Span]] = {}  # what is not understood: why, and the words that are to blame

    def unparsed(self, span: Span, code: str, words: Span | None = None) -> Unparsed:
        """The text of a span as not understood, for a reason."""
        self.reasons[span] = (code, words or span)
        return Unparsed(self.text[span[0] : span[1]], span=span)

    def names(self, limits: Limits) -> bool:
        """Whether the limits have a name."""
        bound = self.bound.get(limits.span[0])
        return bound is not None and bool(bound.names)

    def tested(self, elements: Sequence[Any]) -> frozenset[str | None]:
        """The variables that the limits among the elements, brackets included, are on."""
        found: set[str | None] = set()
        for element in elements:
            if element.__class__ is not Token:
                start, end = place(element)
                for i in range(bisect_left(self.starts, start), bisect_left(self.starts, end)):
                    found.update(name.variable for name in self.bound[self.starts[i]].names)
        return frozenset(found)

    def consumed(self, element: Any) -> bool:
        """Whether the element is (part of) the name of a limit."""
        if not self.named:
            return False
        start, end = place(element)
        i = bisect_right(self.named, (start, 1 << 60))
        near = self.named[max(0, i - 2) : i + 1]
        return any((a <= start and end <= b) or (start <= a and b <= end) for a, b in near)
