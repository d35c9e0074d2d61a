"""A criterion's tree and the truths of its leaves in, its truth out, with the leaves that make it so."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.plan import PlannedJoin, Tree
from eligo.truth import Truth, all_of, any_of, at_least, not_

# The truth of a part, what it is without the assumptions, and the codes of those of the leaves that make it so.
Rested = tuple[Truth, Truth, frozenset[str]]
NONE: frozenset[str] = frozenset()


def deciding(tree: Tree, truths: list[Truth]) -> tuple[Truth, frozenset[int]]:
    """The truth of a tree, and the leaves that make it so: those of each part that has the truth of its whole."""
    if not isinstance(tree, PlannedJoin):
        return truths[tree], frozenset((tree,))
    parts = [deciding(part, truths) for part in tree.parts]
    if tree.how == "not":
        return not_(parts[0][0]), parts[0][1]
    truth = _joined(tree, [truth for truth, _ in parts])
    return truth, frozenset[int]().union(*(leaves for one, leaves in parts if one is truth))


def rested(tree: Tree, leaves: Sequence[Rested]) -> Rested:
    """The truth of a tree, with and without what its leaves assume, in one walk; the codes are of those that decide."""
    if not isinstance(tree, PlannedJoin):
        return leaves[tree]
    parts = [rested(part, leaves) for part in tree.parts]
    if tree.how == "not":
        truth, without, codes = parts[0]
        return not_(truth), not_(without), codes
    truth = _joined(tree, [part[0] for part in parts])
    marked = [part for part in parts if part[0] is not part[1] or part[2]]
    if not marked:
        return truth, truth, NONE
    return (
        truth,
        _joined(tree, [part[1] for part in parts]),
        NONE.union(*(codes for one, _, codes in marked if one is truth)),
    )


def _joined(tree: PlannedJoin, truths: list[Truth]) -> Truth:
    """The truth of a tree by those of its parts."""
    if tree.how == "at_least":
        return at_least(tree.count, truths)
    return all_of(truths) if tree.how == "all" else any_of(truths)


def enough(tree: Tree, truths: list[Truth]) -> tuple[Truth, frozenset[int]]:
    """The truth of a tree, and a smallest set of leaves that make it so, whatever the others are."""
    if not isinstance(tree, PlannedJoin):
        return truths[tree], frozenset((tree,))
    parts = [enough(part, truths) for part in tree.parts]
    if tree.how == "not":
        return not_(parts[0][0]), parts[0][1]
    # All of n are at least n of them, and any is at least one.
    count = {"all": len(parts), "any": 1, "if": 1}.get(tree.how, tree.count)
    truth = at_least(count, [one for one, _ in parts])
    needed = count if truth is Truth.MET else len(parts) - count + 1 if truth is Truth.NOT_MET else len(parts)
    alike = sorted((leaves for one, leaves in parts if one is truth), key=lambda leaves: (len(leaves), sorted(leaves)))
    return truth, frozenset[int]().union(*alike[: max(needed, 0)])


def conditions(tree: Tree, truths: list[Truth]) -> dict[int, Truth]:
    """The leaves of the conditions under which something is asked, each with whether its condition holds."""
    if not isinstance(tree, PlannedJoin):
        return {}
    found: dict[int, Truth] = {}
    if tree.how == "if":
        holds, _ = deciding(tree.parts[0], truths)
        found = dict.fromkeys(_places(tree.parts[0]), not_(holds))
    for part in tree.parts:
        found |= conditions(part, truths)
    return found


def _places(tree: Tree) -> list[int]:
    return [place for part in tree.parts for place in _places(part)] if isinstance(tree, PlannedJoin) else [tree]
