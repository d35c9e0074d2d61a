"""Headings and what stands below them: `history of any of the following within 6 months:` holds for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from eligo.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Leaf,
    Not,
    Predicate,
    Present,
    Status,
    Unparsed,
    Window,
    leaves,
    map_leaves,
)
from eligo.reading.lists import ListReader
from eligo.reading.sexes import all_of, any_of
from eligo.reading.splits import Cut, cut, elements_of, only, place, span_of
from eligo.reading.times import window_of
from eligo.reading.tokens import Token
from eligo.reading.tree import Choice, Group
from eligo.reading.tree import Window as TimeNode

LIGHT = frozenset(["LIGHT", "IF", "STATUS", "LEAD", "TRAIL", "SEX"])

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


def unread(said: Predicate) -> bool:
    """Whether nothing of it is understood."""
    return all(isinstance(leaf, Unparsed) for leaf in leaves(said))


def asks_for_a_fact(part: Predicate) -> bool:
    """Whether a part asks for a condition or a treatment: what its heading says of it decides."""
    return isinstance(part, Present) or (isinstance(part, (AllOf, AnyOf)) and any(map(asks_for_a_fact, part.parts)))


def heading(element: Any, following: Any) -> bool:
    """Whether an element is `any of the following`."""
    return element.__class__ is Choice or (element.__class__ is Token and element.type == "FOLLOWING")


def such(element: Any, following: Any) -> bool:
    """Whether an element is `such as`."""
    return element.__class__ is Token and element.type == "SUCH"


class HeadingReader(ListReader):
    """Reads headings and what stands below them."""

    def sentences(self, group: Any) -> Predicate:
        """What the sentences of an item say together."""
        raise NotImplementedError

    def part(self, group: Group) -> Predicate:
        """What stands between two full stops."""
        raise NotImplementedError

    def listed(self, group: Group) -> list[Predicate]:
        """The items of a list after its heading."""
        raise NotImplementedError

    def governed(self, head: Group, parts: list[Predicate]) -> Predicate:
        """A heading and its sub-items: `any of the following:`, `including:`, or the first item of them."""
        if span_of(head) is None:
            return self.default(parts)
        found = cut(head, heading)
        if found is not None:
            before, mark, after = found
            of_after = elements_of(after) if self._ends_in_colon(after) else ()
            if span_of(after) is not None and not of_after and not self._light(after):
                said = self.sentences(after)
                if self._decides(said, parts):
                    return self._unread_with(head)
                parts = [said, *parts]
            over_all = heading_of((*self._says_of_all(before), *of_after), self.text)
            if over_all is None:
                return self._unread_with(head)
            return self._head(before, self._quantified(mark, over_all.over(parts)))
        found = cut(head, such)
        if found is not None:
            before, _, after = found
            if span_of(after) is not None and not self._light(after):
                parts = [self.sentences(after), *parts]
            return any_of([self.sentences(before), *parts]) if not self._light(before) else self.default(parts)
        if self._light(head):
            return self.default(parts)
        said = self.sentences(head)
        if self._decides(said, parts):
            return self._unread_with(head)
        if self._ends_in_colon(head):
            return self._head(head, self.default(parts), said)
        return self.default([said, *parts])

    def _decides(self, said: Predicate, parts: Sequence[Predicate]) -> bool:
        """Whether what is not understood above a list says if its conditions are asked for."""
        return self.kind == "inclusion" and unread(said) and any(map(asks_for_a_fact, parts))

    def _unread_with(self, head: Group) -> Predicate:
        """The list below a heading that is not understood, which could mean anything by it."""
        span = span_of(head) or (0, 0)
        return self.unparsed((span[0], len(self.text)), "heading", span)

    def _head(self, before: Any, parts: Predicate, said: Predicate | None = None) -> Predicate:
        """The words before `the following` hold too, where they say anything; `said` is what, where it is known."""
        if span_of(before) is None or self._light(before):
            return parts
        negated = [e for e in elements_of(before) if e.__class__ is Token and e.type == "NEG"]
        if len(negated) == 1 and self._light(before, LIGHT | {"NEG"}):
            return Not(parts)
        head = said or self.sentences(before)
        if negated and any(isinstance(leaf, Unparsed) for leaf in leaves(head)):
            start = (span_of(before) or (0, 0))[0]
            return self.unparsed((start, len(self.text)), "negation", place(negated[0]))
        return all_of([head, parts])

    def _says_of_all(self, before: Any) -> Sequence[Any]:
        """The words before `the following` that are about all of it: `history of`, `no`."""
        return elements_of(before) if self._light(before, LIGHT | {"NEG"}) else ()

    def _quantified(self, mark: Any, parts: list[Predicate]) -> Predicate:
        if mark.__class__ is Choice:
            limit = mark.limits.limits[0]
            op, amount = limit.bounds[0]
            count = int(amount.number.value)
            if op in ("ge", "eq") and limit.form in ("compared", "bare", "bounded") and 0 < count <= len(parts):
                return AtLeast(count, tuple(parts)) if count > 1 else any_of(parts)
            if op == "gt" and count < len(parts):
                return AtLeast(count + 1, tuple(parts))
            return self.unparsed(mark.span, "heading")
        if mark.value == "any":
            return any_of(parts)
        return all_of(parts) if mark.value == "all" and self._says_all(mark) else self.default(parts)

    def _says_all(self, mark: Token) -> bool:
        written = self.text[mark.start : mark.end].lower()
        return any(word in written.split() for word in ("all", "both", "each", "every"))

    def _timed(self, group: Group) -> Predicate | None:
        """`Within 6 months before screening: A, B`."""
        found = timed_first(group, self.text)
        if found is None or span_of(found[2]) is None:
            return None
        said = heading_of(elements_of(found[0]), self.text)
        return said.over([self.part(found[2])])[0] if said else self.unparsed(span_of(group), "heading")

    def _under_heading(self, group: Group, before: Any, mark: Any, after: Any) -> Predicate:
        """`Any of the following within 6 months: A, B`, in one sentence."""
        timed = timed_first(after, self.text)
        said_of_all = (*self._says_of_all(before), *(elements_of(timed[0]) if timed else ()))
        said = heading_of(said_of_all, self.text)
        if said is None:
            return self.unparsed(span_of(group), "heading")
        return self._head(before, self._quantified(mark, said.over(self.listed(timed[2] if timed else after))))

    def _ends_in_colon(self, group: Any) -> bool:
        end = (span_of(group) or (0, 0))[1]
        return self.text[end - 1 : end] == ":"

    def _light(self, group: Any, types: frozenset[str] = LIGHT) -> bool:
        """Whether a group holds only words that say nothing."""
        return only(group, types)
