"""Changes of a rule set in, lines for people out: "Exclusion 7 (E7) tightened: platelets < 20 -> < 30 × 10⁹/L"."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.check.changes import Change
from eligo.check.parts import PartChange, part_changes
from eligo.criteria import Compare, Leaf, Limit
from eligo.report.display import criterion
from eligo.report.measures import SHORT, Manner, limits_words, number
from eligo.report.predicates import leaf_words
from eligo.report.terminal import wrap
from eligo.report.terms import variable_name

# What the kinds of a change are called where that is another word.
KIND = {
    "changed": "changed, neither tightened nor loosened as far as can be seen",
    "new": "is new",
    "removed": "is gone",
    "arm new": "is new, with all its criteria",
    "arm removed": "is gone, with all its criteria",
    "rewritten": "rewritten, with the same meaning",
    "reworded only": "reworded only",
    "unit only": "in another unit only",
}
# The same before the name of what changed.
WHICH = {"new": "new", "removed": "removed", "arm new": "new", "arm removed": "removed", "unit only": "converted"}


def change_lines(change: Change, width: int) -> Iterator[str]:
    """The criterion, the way it changed and its parts that did; below them both texts, where they differ."""
    parts = part_words(change)
    text = f"{_name(change)} {KIND.get(change.kind, change.kind)}{f': {parts}' if parts else ''}"
    yield from wrap(text, width, "  ", "    ")
    same = [c.text for c in change.old] == [c.text for c in change.new]
    for sign, criteria in (("-", change.old), ("+", change.new)):
        for one in criteria if not same else ():
            yield from wrap(one.text, width, f"    {sign} ", "      ")


def part_words(change: Change, manner: Manner = SHORT) -> str:
    """The parts that changed, each in a few words; nothing where all of a criterion came or went, or no part did.

    A part that only one version has is one more or one less; of one that both have, the limits are told.
    """
    if len(change.old) != 1 or len(change.new) != 1 or change.kind == "reworded only":
        return ""
    return "; ".join(_part(part, manner) for part in part_changes(change.old[0].predicate, change.new[0].predicate))


def cause(change: Change) -> str:
    """A change as the cause of something: "the tightened exclusion 7 (E7)"."""
    return f"the {WHICH.get(change.kind, change.kind)} {_what(change)}"


def _what(change: Change) -> str:
    return f"arm {change.id}" if change.kind in ("arm new", "arm removed") else criterion(change.id)


def _name(change: Change) -> str:
    renamed = change.old and change.new and change.old[0].id != change.new[0].id
    name = _what(change)
    return f"{name[0].upper()}{name[1:]}{f', before {criterion(change.old[0].id)},' if renamed else ''}"


def _part(part: PartChange, manner: Manner) -> str:
    old, new = part.old, part.new
    if isinstance(old, Compare) and isinstance(new, Compare) and _alike_but_for_limits(old, new):
        before, after = _bounds_that_differ(old, new)
        shared = {limit.unit for limit in (*before, *after)}
        bare = shared.pop() if len(shared) == 1 else None  # said once, behind the limits after the change
        said = limits_words(before, manner, number, bare), limits_words(after, manner, number)
        return f"{_measured(new)} {' -> '.join(said)}"
    if old is not None and new is not None:
        return f"{leaf_words(old, manner)} -> {leaf_words(new, manner)}"
    return f"also {leaf_words(new, manner)}" if new is not None else f"no longer {_words_of(old, manner)}"


def _words_of(leaf: Leaf | None, manner: Manner) -> str:
    return leaf_words(leaf, manner) if leaf is not None else ""


def _measured(leaf: Compare) -> str:
    return variable_name(leaf.variable) if leaf.variable else leaf.name or ""


def _alike_but_for_limits(old: Compare, new: Compare) -> bool:
    return (old.variable, old.name, old.window, old.pick, old.at) == (
        new.variable,
        new.name,
        new.window,
        new.pick,
        new.at,
    )


def _bounds_that_differ(old: Compare, new: Compare) -> tuple[tuple[Limit, ...], tuple[Limit, ...]]:
    """The limits of both, without the bound of a range that is the same in both."""
    before = tuple(limit for limit in old.limits if limit not in new.limits)
    after = tuple(limit for limit in new.limits if limit not in old.limits)
    return (before, after) if before and after else (old.limits, new.limits)
