"""The points where a sentence allows two readings, and a negation, which is the commonest of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from eligo.criteria import Leaf, Not, Predicate, Present, Window, map_leaves

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
        lasting = leaf.window.lasting if isinstance(leaf, Present) and leaf.window is not None else None
        if lasting is None or lasting.op not in ("ge", "gt") or not choices.take("free", _FREE):
            return leaf
        assert isinstance(leaf, Present)
        assert leaf.window is not None
        return replace(leaf, window=Window(within=lasting.duration, anchor=leaf.window.anchor))

    return Not(map_leaves(body, free))
