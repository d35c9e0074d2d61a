"""What the parts of one item share: its text and kind, names of limits, notes, reasons, the account of words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from eligo.criteria import Predicate, Span, Unparsed, Window
from eligo.reading.bind import BoundLimits
from eligo.reading.meaning.readings import Alternative, Choices
from eligo.reading.meaning.said import Said
from eligo.reading.tokens import Token
from eligo.reading.tree import Branch, Element, Limits, Node
from eligo.truth import Kind

Role = str  # leaf, modifier, join, note, unparsed, grammar


class Account(NamedTuple):
    """What a stretch of the text is to the reading."""

    span: Span
    role: Role


class Context:
    """One item while it is read; `read` is the reading of any node, which a bracket or a list asks for its parts."""

    def __init__(
        self,
        text: str,
        kind: Kind,
        tokens: Sequence[Token],
        bound: list[BoundLimits],
        choices: Choices,
        read: Callable[[Context, Node], Said],
    ) -> None:
        self.text, self.kind, self.choices = text, kind, choices
        self._read = read
        self.bound = {b.limits.span[0]: b for b in bound}
        self.starts = sorted(self.bound) if bound else []
        self.named = sorted(name.span for b in bound for name in b.names) if bound else []
        self.tokens = tokens
        self.types = frozenset([t.type for t in tokens])
        self.depth = 0  # brackets: what stands in one narrows what is before it
        self.notes: list[str] = []
        self.unknown: list[str] = []
        self.reasons: dict[Span, tuple[str, Span]] = {}  # what is not understood: why, and the words that are to blame
        self.account: list[tuple[Span, Role]] = []  # plain, since most readings never show it

    def read(self, node: Node) -> Said:
        """What a node of the tree says."""
        return self._read(self, node)

    def inside(self, node: Node) -> Said:
        """What stands in a bracket."""
        self.depth += 1
        try:
            return self._read(self, node)
        finally:
            self.depth -= 1

    def take(self, alternative: Alternative) -> bool:
        """Whether the likelier of two readings is taken."""
        return self.choices.take(alternative)

    def written(self, span: Span) -> str:
        """The text there."""
        return self.text[span[0] : span[1]]

    # --- what is not understood

    def unparsed(self, span: Span, code: str, words: Span | None = None) -> Unparsed:
        """The text of a span as not understood, for a reason."""
        self.reasons[span] = (code, words or span)
        return Unparsed(self.written(span), span=span)

    def unread(self, span: Span, code: str, words: Span | None = None, *, exception: bool = False) -> Said:
        """The same as a part of a sentence."""
        return Said(self.unparsed(span, code, words), span, "unread", exception=exception)

    def unread_with(self, one: Said, span: Span, code: str, words: Span | None, time: Window | None) -> Said:
        """A part and what it takes in as not understood; its own modifiers may reach further still."""
        body = self.unparsed(span, code, words)
        return Said(body, span, "unread", one.lead, time=time, tainted=one.tainted, noun_last=True)

    def why(self, span: Span | None) -> tuple[str, Span | None]:
        """Why a span was not understood."""
        return self.reasons.get(span or (0, 0), ("unknown-words", None))

    def count(self, elements: Iterable[Element | Token], role: Role) -> None:
        """Enter words into the account."""
        self.account += [(place(element), role) for element in elements]

    def note(self, span: Span, said: str) -> None:
        """Keep the words of a span as a note, and what it says of them."""
        self.account.append((span, "note"))
        self.notes.append(said)

    def only_note(self, span: Span, said: str) -> None:
        """The same, where what was read of the words counts for nothing."""
        self.account = [entry for entry in self.account if not span[0] <= entry[0][0] < span[1]]
        self.note(span, said)

    # --- limits and their names

    def names(self, limits: Limits) -> bool:
        """Whether the limits have a name."""
        bound = self.bound.get(limits.span[0])
        return bound is not None and bool(bound.names)

    def tested(self, elements: Sequence[Element]) -> frozenset[str | None]:
        """The variables that the limits among the elements, brackets included, are on."""
        found: set[str | None] = set()
        for element in elements:
            if element.__class__ is not Token:
                start, end = place(element)
                for i in range(bisect_left(self.starts, start), bisect_left(self.starts, end)):
                    found.update(name.variable for name in self.bound[self.starts[i]].names)
        return frozenset(found)

    def tokens_in(self, span: Span) -> list[Token]:
        """The tokens that begin there."""
        return [token for token in self.tokens if span[0] <= token.start < span[1]]

    def names_any(self, span: Span) -> bool:
        """Whether a concept or a variable is named there."""
        return self.has(span, "CONCEPT", "VAR")

    def names_several(self, span: Span) -> bool:
        """Whether more than one concept or variable is named there."""
        return sum(token.type in ("CONCEPT", "VAR") for token in self.tokens_in(span)) > 1

    def names_sex(self, span: Span) -> bool:
        """Whether men or women are named there."""
        return self.has(span, "SEX")

    def has(self, span: Span, *types: str) -> bool:
        """Whether a token of one of the types begins there."""
        return any(t.type in types and span[0] <= t.start < span[1] for t in self.tokens)

    def consumed(self, element: Element) -> bool:
        """Whether the element is (part of) the name of a limit."""
        if not self.named:
            return False
        start, end = place(element)
        i = bisect_right(self.named, (start, 1 << 60))
        near = self.named[max(0, i - 2) : i + 1]
        return any((a <= start and end <= b) or (start <= a and b <= end) for a, b in near)


def place(element: Element | Token) -> Span:
    """Where an element stands."""
    if isinstance(element, Token):
        return element.start, element.end
    return element.span


def span_of(node: Node) -> Span | None:
    """The first and last place that a node covers; None for an empty one."""
    elements = elements_of(node)
    return (place(elements[0])[0], place(elements[-1])[1]) if elements else None


def extent(node: Node) -> Span:
    """The same, where an empty one lies at the start of the text."""
    return span_of(node) or (0, 0)


def filled(nodes: Iterable[Node]) -> list[Node]:
    """The nodes that are not empty."""
    return [node for node in nodes if elements_of(node)]


def elements_of(node: Node) -> list[Element]:
    """All elements in reading order; brackets stay whole."""
    found: list[Element] = []
    todo: list[Node] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, Branch):
            todo.extend(reversed(one.parts))
        else:
            found.extend(one.elements)
    return found


def marks_of(node: Node) -> list[Token]:
    """All words and marks that join parts of it; brackets stay whole."""
    if not isinstance(node, Branch):
        return []
    return [*node.marks, *(mark for part in node.parts for mark in marks_of(part))]


def hull(spans: Iterable[Span | None]) -> Span:
    """From the first to the last of the spans."""
    known = [span for span in spans if span is not None]
    start, end = known[0]
    for first, last in known:
        start, end = min(start, first), max(end, last)
    return start, end


def bodies_of(said: Iterable[Said]) -> list[Predicate]:
    """The predicates of the parts that have one."""
    return [part.body for part in said if part.body is not None]


def has_or(node: Node) -> bool:
    """Whether `or` joins items of the list."""
    return _joined_by(node, "OR", "or")


def has_and(node: Node) -> bool:
    """Whether `and` joins items of the list."""
    return _joined_by(node, "AND", "and")


def _joined_by(node: Node, type_: str, value: str) -> bool:
    if not isinstance(node, Branch) or node.rule not in ("semicolons", "commas", "chain"):
        return False
    found = any(m.type == type_ or m.value == value for m in node.marks)
    return found or any(_joined_by(part, type_, value) for part in node.parts)
