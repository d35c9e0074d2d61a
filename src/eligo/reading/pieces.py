"""What a clause says before its neighbours are known: the piece, and the facts that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from eligo.criteria import AllOf, AnyOf, Compare, Predicate, Present, Span, Status, Window, leaves
from eligo.reading.leaves import merged


@dataclass(slots=True)
class Piece:
    """What a clause says, before its leading negation, hedge or status is spread over the clauses that follow it."""

    predicate: Predicate | None
    span: Span | None
    kind: str  # fact, compare, attest, mixed, unparsed, empty
    negated: bool = False
    hedged: bool = False
    status: Status | None = None
    qualifier: str | None = None
    bare: bool = False  # one fact and no modifier of its own: it takes those of the clause before
    window: Window | None = None  # a time at the end that may hold for the facts before it too
    exception: bool = False  # a word such as `unless`: nothing of the sentence can be trusted
    concept: str | None = None
    continues: bool = False  # limits on a name of the clause before
    sex: str | None = None  # for whom the last limit holds
    tainted: bool = False  # not understood, and with a negation that may reach further
    hedge_last: bool = False  # it ends in `with or without ...`
    several: bool = False  # more than one fact: what is joined on belongs to the last of them
    timed: bool = False  # not understood, with a time in it
    modifiers: tuple[tuple[str, str], ...] = ()  # of a clause of nothing else: `severe active`, which lacks its noun


@dataclass(slots=True)
class Fact:
    concept: str
    span: Span
    status: Status | None
    statuses: tuple[str, ...]
    qualifiers: list[str]
    window: Window | None = None

    def predicate(self, default: Status | None) -> Predicate:
        qualifier = " ".join(dict.fromkeys(self.qualifiers)) or None
        statuses = self.statuses or (self.status or default or "active",)
        made: list[Predicate] = [
            Present(concept, cast(Status, status), qualifier, self.window, span=self.span)
            for concept in self.concept.split("|")
            for status in statuses
        ]
        return made[0] if len(made) == 1 else AnyOf(tuple(made))


def merge_ranges(parts: list[Predicate]) -> list[Predicate]:
    """`18 <= age <= 70`: two limits on one variable next to each other are one range."""
    if len(parts) != 2 or not all(isinstance(p, Compare) and p.variable is not None for p in parts):
        return parts
    first, second = parts
    same = isinstance(first, Compare) and isinstance(second, Compare) and first.variable == second.variable
    both = merged(parts) if same else None
    return [both] if both is not None else parts


def join_parts(parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def both_windows(first: Window | None, second: Window) -> Window | None:
    """Two times of one fact together; None where they say the same thing twice."""
    if first is None:
        return second
    if (first.within and second.within) or (first.ago and second.ago) or (first.lasting and second.lasting):
        return None
    return Window(
        second.within or first.within, second.ago or first.ago, second.lasting or first.lasting, second.anchor
    )


def span_of_all(pieces: list[Piece]) -> Span | None:
    """From the first to the last of the pieces."""
    spans = [piece.span for piece in pieces if piece.span]
    return (spans[0][0], spans[-1][1]) if spans else None


def undated(pieces: list[Piece]) -> list[Piece]:
    """The facts without a time with which a list ends, the last one first."""
    run: list[Piece] = []
    for piece in reversed(pieces):
        if piece.kind == "unparsed" and not piece.timed:
            continue
        if piece.kind != "fact" or not isinstance(piece.predicate, Present) or piece.predicate.window is not None:
            break
        run.append(piece)
    return run


def any_fact(pieces: list[Piece]) -> bool:
    """Whether one of the pieces says something of the patient that a record can hold."""
    found = [leaf for piece in pieces if piece.predicate is not None for leaf in leaves(piece.predicate)]
    return any(isinstance(leaf, Present) for leaf in found)


def with_noun(first: Piece, second: Piece, mark: tuple[str, str]) -> Piece | None:
    """`active or chronic infection`: one word that narrows takes the noun of the clause after it."""
    fact = second.predicate
    if len(first.modifiers) != 1 or mark != ("", "or") or not isinstance(fact, Present) or second.negated:
        return None
    ((kind, value),) = first.modifiers
    if not first.span or not second.span or (kind == "STATUS" and value != "active"):
        return None
    span = (first.span[0], second.span[1])
    if kind == "STATUS":
        other = replace(fact, status="active", qualifier=None, span=span)
    else:
        other = replace(fact, qualifier=value, span=span)
    return replace(second, predicate=AnyOf((other, fact)), span=span, bare=False, concept=None, several=True)
