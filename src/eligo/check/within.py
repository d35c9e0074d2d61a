"""One criterion at a time: sentences that always or never hold, and parts that can never matter."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.check.findings import CheckedItem, CheckFinding, CheckSubject, restricts
from eligo.check.logic import (
    LogicContext,
    LogicJoin,
    Node,
    called,
    certain,
    impossible,
    is_conditional,
    literals,
    or_branches,
)


def check_sentences(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Criteria that nobody passes, or everybody, whatever the record says."""
    nothing = LogicContext()
    for item in subject.items:
        never, always = impossible(item.node, nothing), certain(item.node, nothing)
        if item.included and never:
            message = f"nobody can satisfy inclusion `{item.id}`"
            fix = "its parts contradict each other, or lie outside what is plausible"
            yield subject.finding("never-satisfied", "error", message, item, path=("when",), fix=fix)
        elif not item.included and always:
            message = f"exclusion `{item.id}` applies to everybody"
            fix = "an exclusion that always applies leaves no patient; write what it excludes"
            yield subject.finding("excludes-everyone", "error", message, item, path=("when",), fix=fix)
        elif (always or never) and restricts(item.node) and item.criterion.origin != "registry":
            what = "holds for" if item.included else "applies to"
            who = "everybody" if item.included else "nobody"
            fix = "write `always:` with the reason where this is meant"
            yield subject.finding("vacuous", "warning", f"`{item.id}` {what} {who}", item, path=("when",), fix=fix)


def check_branches(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Branches of `any` that cannot be true beside the rest of their criterion, and parts that others make idle."""
    for item in subject.items:
        if impossible(item.node, LogicContext()):
            continue
        for branch in or_branches(item.node):
            if impossible(branch.node, LogicContext(branch.beside)):
                message = f"{called(branch.node)} in `any` of `{item.id}` can never be true"
                fix = "it contradicts the rest of the criterion, or what is plausible"
                yield subject.finding("dead-branch", "warning", message, item, path=branch.node.path, fix=fix)
        yield from _idle(subject, item, item.node)


def _idle(subject: CheckSubject, item: CheckedItem, node: Node) -> Iterator[CheckFinding]:
    """Parts of one `all` or `any` that say no more than another part of it says."""
    if not isinstance(node, LogicJoin):
        return
    for part in node.parts:
        yield from _idle(subject, item, part)
    if node.need not in (1, len(node.parts)) or is_conditional(node):
        return
    every = node.need == len(node.parts)
    gone = set[int]()
    for i, one in enumerate(node.parts):
        for j, other in enumerate(node.parts):
            if i == j or j in gone or i in gone or not (restricts(one) and restricts(other)):
                continue
            # In `any` the narrower part is idle, in `all` the broader one.
            idle, by = (other, one) if every else (one, other)
            if _within(one, other):
                gone.add(j if every else i)
                message = f"{called(idle)} in `{item.id}` says nothing that another part does not say"
                fix = f"line {subject.place(item, by.path).line} already says it"
                yield subject.finding("idle-part", "warning", message, item, path=idle.path, fix=fix)


def _within(one: Node, other: Node) -> bool:
    found = tuple(literals(one))
    return bool(found) and certain(other, LogicContext(found)) and not LogicContext(found).broken
