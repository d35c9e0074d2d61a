"""The points where a sentence allows two readings, and a negation, which is the commonest of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

from eligo.criteria import Leaf, Not, Predicate, Present, Window, map_leaves

_LONG = ("ge", "gt")
_FREE = "the negation may ask for so long a time without it, or deny only what lasted so long"


@dataclass(slots=True)
class Choices:
    """The points where a sentence allows two readings: which were met, and which way each is taken."""

    flipped: frozenset[str] = frozenset()
    met: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, why: str) -> bool:
        """Whether the likelier reading is taken; remembers that there was a choice."""
        self.met[name] = why
        return name not in self.flipped


def without(body: Predicate, choices: Choices) -> Predicate:
    """The negation of a predicate; `no alcohol for at least 6 months` asks for so long a time without it."""

    def free(leaf: Leaf) -> Predicate:
        window = leaf.window if isinstance(leaf, Present) else None
        if window is None or window.lasting is None or window.within is not None or window.lasting.op not in _LONG:
            return leaf
        if not choices.take("free", _FREE):
            return leaf
        return replace(cast(Present, leaf), window=Window(within=window.lasting.duration, anchor=window.anchor))

    return Not(map_leaves(body, free))
