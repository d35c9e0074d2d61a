"""Two versions of a criterion in, out which of its parts came, went, or took the place of another one.

Parts belong together where they are of the same variable, concept or statement; where one part of each version is
left, it took the place of the other.
"""

from __future__ import annotations

from eligo.criteria import Attest, Compare, Leaf, OneOf, Predicate, Present, Related, leaves
from eligo.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PartChange:
    """What became of one part of a criterion; without a version, `old` or `new` is None."""

    old: Leaf | None
    new: Leaf | None


def part_changes(old: Predicate, new: Predicate) -> list[PartChange]:
    """Every part that is not the same in both versions; none where only their join is another one."""
    before, after = list(leaves(old)), list(leaves(new))
    for leaf in list(before):
        if leaf in after:
            before.remove(leaf)
            after.remove(leaf)
    found = []
    for leaf in list(before):
        same = next((other for other in after if subject(other) == subject(leaf)), None)
        if same is not None and subject(leaf) is not None:
            found.append(PartChange(leaf, same))
            before.remove(leaf)
            after.remove(same)
    if len(before) == len(after) == 1:
        return [*found, PartChange(before[0], after[0])]
    return [*found, *(PartChange(leaf, None) for leaf in before), *(PartChange(None, leaf) for leaf in after)]


def subject(leaf: Leaf) -> tuple[str, ...] | None:
    """What a part is of; None for text that no rule can test."""
    match leaf:
        case Compare() | OneOf():
            return "measured", leaf.variable or leaf.name or ""
        case Present():
            return "concept", leaf.concept
        case Related(what, _, to):
            return "linked", what.concept, to.concept
        case Attest():
            return "stated", leaf.topic
    return None
