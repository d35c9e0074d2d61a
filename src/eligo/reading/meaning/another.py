"""Another one than what stands before it in a list: `hepatocellular carcinoma and no other malignancy`."""

from __future__ import annotations

from eligo.criteria import STUDY_CONDITION, Excepted, Leaf, Predicate, Present, leaves, map_leaves, presences
from eligo.dataclass import replace
from eligo.reading.meaning.facts import belongs


def another(body: Predicate, before: list[Predicate]) -> Predicate:
    """`hepatocellular carcinoma and no other malignancy`: another one than what stands before it in the list."""
    named = [Excepted(presences(leaf)[0].concept) for part in before for leaf in leaves(part) if presences(leaf)]

    def change(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present) or Excepted(STUDY_CONDITION) not in leaf.but_not:
            return leaf
        own = tuple(e for e in named if belongs(leaf.concept, e.concept))
        rest = tuple(e for e in leaf.but_not if e.concept != STUDY_CONDITION)
        return replace(leaf, but_not=(*rest, *own)) if own else leaf

    return map_leaves(body, change)


def plain(body: Predicate) -> Predicate:
    """`A, B or another C`: beside the ones before it, another one is any."""

    def change(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present) or not leaf.but_not:
            return leaf
        return replace(leaf, but_not=tuple(e for e in leaf.but_not if e.concept != STUDY_CONDITION))

    return map_leaves(body, change)
