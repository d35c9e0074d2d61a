"""One item's tree to its reading: the predicate, the comparisons, the other reading where there is one, notes and unknown words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eligo.criteria import Ambiguity, Predicate
from eligo.reading.bind import bind
from eligo.reading.compare import comparisons
from eligo.reading.comparison import Comparison
from eligo.reading.meaning import Choices, Reader
from eligo.reading.tree import Group
from eligo.truth import Kind


@dataclass(frozen=True, slots=True)
class ItemReading:
    """What one item says. `unknown` are the names of quantities that the vocabulary does not have."""

    predicate: Predicate
    comparisons: tuple[Comparison, ...]
    ambiguity: Ambiguity | None = None
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_tree(tree: Group, text: str, kind: Kind, children: Sequence[Predicate] = ()) -> ItemReading:
    """What the tree says; read once more the other way where the sentence allows it."""
    bound = bind(tree, text)
    choices = Choices()
    reader = Reader(text, kind, bound, choices)
    predicate = reader.read(tree, children)
    ambiguity: Ambiguity | None = None
    if choices.met:
        other = Reader(text, kind, bound, Choices(frozenset(choices.met))).read(tree, children)
        if other != predicate:
            ambiguity = Ambiguity("; ".join(choices.met.values()), (predicate, other))
    notes = tuple(dict.fromkeys(reader.clauses.notes))
    unknown = tuple(dict.fromkeys(reader.clauses.unknown))
    return ItemReading(predicate, comparisons(bound, text), ambiguity, notes, unknown)
