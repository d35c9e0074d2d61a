"""Criteria against each other, in every arm: pairs that nobody can pass, criteria and branches made idle by others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from eligo.check.findings import CheckedItem, CheckFinding, CheckSubject, context_of
from eligo.check.logic import LogicBranch, LogicContext, called, certain, impossible, or_branches

Holds = Callable[[LogicContext], bool]


def check_contradictions(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Criteria that no patient can pass together."""
    seen = set[frozenset[str]]()
    for arm, items in subject.regions:
        for item in items:
            clash = _clash(item)
            if clash(LogicContext()):
                continue  # by itself already
            others = _because(item, items, clash)
            if others is None or (names := frozenset((item.id, *(o.id for o in others)))) in seen:
                continue
            seen.add(names)
            yield _contradiction(subject, arm, item, others)


def _clash(item: CheckedItem) -> Holds:
    """Whether the criterion cannot be passed in a context."""
    if item.included:
        return lambda context: impossible(item.node, context)
    return lambda context: certain(item.node, context)


def _contradiction(
    subject: CheckSubject, arm: str | None, item: CheckedItem, others: tuple[CheckedItem, ...]
) -> CheckFinding:
    found = sorted((item, *others), key=lambda i: i.index)
    names = " and ".join(f"{i.criterion.kind} `{i.id}`" for i in found)
    where = f" (arm {arm})" if arm and any(i.criterion.cohort for i in found) else ""
    message = f"{names} cannot be passed together{where}"
    fix = "no patient can pass; look at the limits and at the kinds of the concepts, or ask the sponsor"
    return subject.finding("contradiction", "error", message, *found, path=("when",), fix=fix)


def check_subsumed(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Criteria that other criteria make idle: whoever passes those passes these."""
    idle = set[str]()
    for item in subject.items:
        if item.criterion.origin == "registry":
            continue
        passes = _passes(item)
        if passes(LogicContext()):
            continue
        in_arms = [tuple(i for i in usable if i.id not in idle) for usable in _usable(subject, item)]
        others = _merged([None if context_of(some).broken else _because(item, some, passes) for some in in_arms])
        if others is None:
            continue
        idle.add(item.id)
        names = " and ".join(f"`{o.id}`" for o in others)
        message = f"{item.criterion.kind} `{item.id}` adds nothing to {names}"
        fix = "whoever passes the others passes this one; is a limit wrong?"
        yield subject.finding("subsumed", "warning", message, item, *others, path=("when",), fix=fix)


def _passes(item: CheckedItem) -> Holds:
    """Whether the criterion is passed by everybody in a context."""
    if item.included:
        return lambda context: certain(item.node, context)
    return lambda context: impossible(item.node, context)


def check_dead_branches(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Branches of an `any` that the other criteria rule out in every arm."""
    for item in subject.items:
        for branch in or_branches(item.node):
            if _dead(branch)(LogicContext()):
                continue  # by itself already
            others = _merged([_killers(item, some, branch) for some in _usable(subject, item)])
            if others is None or _passes(item)(context_of(_all_but(subject, item))):
                continue
            names = " and ".join(f"`{o.id}`" for o in others)
            message = f"{called(branch.node)} in {item.criterion.kind} `{item.id}` cannot be true beside {names}"
            fix = "nobody who passes the others can have it; is a limit or a concept wrong?"
            yield subject.finding("dead-branch", "warning", message, item, *others, path=branch.node.path, fix=fix)


def _dead(branch: LogicBranch) -> Holds:
    """Whether the branch cannot be true in a context."""
    return lambda context: impossible(branch.node, context.plus(branch.beside))


def _killers(item: CheckedItem, items: tuple[CheckedItem, ...], branch: LogicBranch) -> tuple[CheckedItem, ...] | None:
    """The fewest other criteria of an arm that rule the branch out; None where they rule out each other."""
    whole = context_of(tuple(i for i in items if i is not item)).plus(branch.beside)
    return None if whole.broken else _because(item, items, _dead(branch))


def _all_but(subject: CheckSubject, item: CheckedItem) -> tuple[CheckedItem, ...]:
    arm = item.criterion.cohort
    return tuple(i for i in subject.items if i is not item and i.criterion.cohort in (None, arm))


def _usable(subject: CheckSubject, item: CheckedItem) -> Iterator[tuple[CheckedItem, ...]]:
    """The criteria of each arm that the item is in which can be a reason: all but the registry's."""
    for _, items in subject.regions:
        if item in items:
            yield tuple(i for i in items if i.criterion.origin != "registry")


def _merged(reasons: Sequence[tuple[CheckedItem, ...] | None]) -> list[CheckedItem] | None:
    """The reasons of all arms together; None where an arm has none, or there is no arm."""
    if not reasons or None in reasons:
        return None
    return list(dict.fromkeys(item for some in reasons for item in some or ()))


def _because(item: CheckedItem, items: tuple[CheckedItem, ...], holds: Holds) -> tuple[CheckedItem, ...] | None:
    """The fewest of the other criteria that make it so: one, else a set that none can be left out of; None for none."""
    others = tuple(i for i in items if i is not item)
    if not holds(context_of(others)):
        return None
    for other in others:
        if holds(context_of((other,))):
            return (other,)
    chosen = list(others)
    for other in others:  # leave out whatever it takes not
        if holds(context_of(tuple(o for o in chosen if o is not other))):
            chosen.remove(other)
    return tuple(chosen)
