"""Predicates in, what follows from them out: literals over value ranges and facts, contexts, certain and impossible.

Intervals per variable and the is-a of concepts, no solver: what is said to follow does, but not all that does is seen.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from eligo.check.implied import implies_leaf, name_of, sex_of, twins
from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Compare,
    IfThen,
    Not,
    OneOf,
    Predicate,
    Present,
    Related,
    Unparsed,
)
from eligo.dataclass import dataclass, field, replace
from eligo.namedtuple import NamedTuple
from eligo.vocabulary import ranges
from eligo.vocabulary.allowed import Key, domain, values_of
from eligo.vocabulary.ranges import Ranges

MOST_BRANCHES = 512

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """The value of a variable lies in the ranges."""

    key: Key
    ranges: Ranges
    path: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class LogicFact:
    """What a leaf asks for is so, or is not; one without a meaning here (unparsed, a link) only equals itself."""

    leaf: Present | Related | Attest | Unparsed | Compare | OneOf
    holds: bool = True
    path: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class LogicJoin:
    """At least `need` of the parts: all of them is `and`, one is `or`, none of none is true, one of none is false."""

    need: int
    parts: tuple[Node, ...]
    path: Path = field(default=(), compare=False)


Node = Values | LogicFact | LogicJoin
Literal = Values | LogicFact


def node_of(predicate: Predicate, path: Path = ("when",)) -> Node:
    """The predicate without `not`: negation goes down to the leaves."""
    match predicate:
        case AllOf(parts):
            return LogicJoin(len(parts), tuple(node_of(p, (*path, "all", i)) for i, p in enumerate(parts)), path)
        case AnyOf(parts):
            return LogicJoin(1, tuple(node_of(p, (*path, "any", i)) for i, p in enumerate(parts)), path)
        case AtLeast(count, parts):
            return LogicJoin(count, tuple(node_of(p, (*path, "of", i)) for i, p in enumerate(parts)), path)
        case Not(part):
            return negated(node_of(part, (*path, "not")))
        case IfThen(condition, then):
            unasked = negated(node_of(condition, (*path, "if")))
            return LogicJoin(1, (unasked, node_of(then, (*path, "then"))), path)
        case Always():
            return LogicJoin(0, (), path)
        case Compare() | OneOf():
            found = values_of(predicate)
            return Values(*found, path) if found else LogicFact(predicate, True, path)
    return LogicFact(predicate, True, path)


def negated(node: Node) -> Node:
    """What holds when the node does not."""
    if isinstance(node, Values):
        return replace(node, ranges=ranges.minus(domain(node.key), node.ranges))
    if isinstance(node, LogicFact):
        return replace(node, holds=not node.holds)
    return LogicJoin(len(node.parts) - node.need + 1, tuple(map(negated, node.parts)), node.path)


def literals(node: Node) -> Iterator[Literal]:
    """The literals that must hold for the node to hold."""
    if not isinstance(node, LogicJoin):
        yield node
    elif node.need == len(node.parts):
        for part in node.parts:
            yield from literals(part)


class LogicContext:
    """Literals that hold together; `broken` where they cannot."""

    __slots__ = ("broken", "facts", "known")

    def __init__(self, found: Iterable[Literal] = ()) -> None:
        self.known: dict[Key, Ranges] = {}
        self.facts: dict[LogicFact, None] = {}
        self.broken = False
        for literal in found:
            self.add(literal)

    def plus(self, found: Iterable[Literal]) -> LogicContext:
        """The context with more literals."""
        more = LogicContext()
        more.known, more.facts, more.broken = dict(self.known), dict(self.facts), self.broken
        for literal in found:
            more.add(literal)
        return more

    def add(self, literal: Literal) -> None:
        """Let a literal hold, with what it brings along: the grade of a concept, the sex that it presupposes."""
        if isinstance(literal, Values):
            self.known[literal.key] = ranges.intersect(self.value(literal.key), literal.ranges)
            self.broken = self.broken or not self.known[literal.key]
            return
        self.broken = self.broken or impossible(literal, self)
        self.facts[literal] = None
        for values in _brings(literal):
            self.add(values)

    def value(self, key: Key) -> Ranges:
        """What the value can still be."""
        return self.known.get(key) or (domain(key) if key not in self.known else ())


def _brings(fact: LogicFact) -> Iterator[Values]:
    if isinstance(fact.leaf, Present):
        for key, present in twins(fact.leaf, fact.holds):
            yield Values(key, present if fact.holds else ranges.minus(domain(key), present))
        sex = sex_of(fact.leaf) if fact.holds else None
        if sex is not None:
            yield Values(*sex)


def _twin(fact: LogicFact) -> Values | None:
    """The grade that says the same as the fact, where the concept has one."""
    for key, present in twins(fact.leaf, fact.holds, exact=True) if isinstance(fact.leaf, Present) else ():
        return Values(key, present if fact.holds else ranges.minus(domain(key), present))
    return None


def certain(node: Node, context: LogicContext) -> bool:
    """Whether the node holds wherever the context does."""
    if isinstance(node, Values):
        return ranges.within(context.value(node.key), node.ranges)
    if isinstance(node, LogicFact):
        twin = _twin(node)
        return any(_implies(f, node) for f in context.facts) or (twin is not None and certain(twin, context))
    parts = _merged(node.parts) if node.need == 1 else node.parts
    return sum(certain(p, context) for p in parts) >= node.need


def impossible(node: Node, context: LogicContext) -> bool:
    """Whether the node holds nowhere where the context does."""
    if isinstance(node, Values):
        return not ranges.intersect(context.value(node.key), node.ranges)
    if isinstance(node, LogicFact):
        return certain(negated(node), context) or _needs_other_sex(node, context)
    if sum(not impossible(p, context) for p in node.parts) < node.need:
        return True
    return node.need == len(node.parts) > 1 and context.plus(literals(node)).broken


def _needs_other_sex(fact: LogicFact, context: LogicContext) -> bool:
    sex = sex_of(fact.leaf) if fact.holds and isinstance(fact.leaf, Present) else None
    return sex is not None and not ranges.intersect(context.value(sex[0]), sex[1])


def _merged(parts: Sequence[Node]) -> list[Node]:
    """The branches of an `or`, those over one variable as one: `< 5` or `>= 5` is everything."""
    by_key: dict[Key, Ranges] = {}
    for part in parts:
        if isinstance(part, Values):
            by_key[part.key] = ranges.union(by_key.get(part.key, ()), part.ranges)
    return [Values(k, r) for k, r in by_key.items()] + [p for p in parts if not isinstance(p, Values)]


def _implies(one: LogicFact, other: LogicFact) -> bool:
    if one.holds != other.holds:
        return False
    narrow, broad = (one.leaf, other.leaf) if one.holds else (other.leaf, one.leaf)
    return implies_leaf(narrow, broad)


def implies(one: Node, other: Node) -> bool:
    """Whether `other` holds wherever `one` does, as far as can be seen in so many branches."""
    found = branches(one)
    return found is not None and all(b.broken or certain(other, b) for b in map(LogicContext, found))


def branches(node: Node) -> list[tuple[Literal, ...]] | None:
    """The ways in which the node can hold, each a set of literals; None for too many."""
    if not isinstance(node, LogicJoin):
        return [(node,)]
    parts = [branches(p) for p in node.parts]
    if math.comb(len(parts), max(node.need, 0)) > MOST_BRANCHES:
        return None
    found: list[tuple[Literal, ...]] = []
    for chosen in itertools.combinations(parts, max(node.need, 0)):
        ways: list[tuple[Literal, ...]] = [()]
        for part in chosen:
            if part is None or len(ways) * len(part) > MOST_BRANCHES:
                return None
            ways = [(*a, *b) for a in ways for b in part]
        found += ways
        if len(found) > MOST_BRANCHES:
            return None
    return found


def called(node: Node) -> str:
    """How to speak of a node: by its concept or variable where it is a leaf."""
    if isinstance(node, Values):
        return f"`{node.key.variable}`"
    return f"`{name_of(node.leaf)}`" if isinstance(node, LogicFact) else "a part"


def is_conditional(node: LogicJoin) -> bool:
    """Whether the node is something that is asked under a condition."""
    return bool(node.parts) and node.parts[-1].path == (*node.path, "then")


class LogicBranch(NamedTuple):
    """A branch of an `or`, with what holds beside it inside its own criterion."""

    node: Node
    beside: tuple[Literal, ...]


def or_branches(node: Node, beside: tuple[Literal, ...] = ()) -> Iterator[LogicBranch]:
    """Every branch of every `or` in the node; what is asked under a condition is no choice."""
    if not isinstance(node, LogicJoin):
        return
    every = node.need == len(node.parts)
    turned = (node.path.count("not") + node.path.count("if")) % 2
    for i, part in enumerate(node.parts):
        others = (p for j, p in enumerate(node.parts) if j != i) if every else ()
        around = (*beside, *(literal for p in others for literal in literals(p)))
        # Under a `not`, what is `or` here is `all` in the file: its parts are no branches.
        if not every and not turned and not is_conditional(node):
            yield LogicBranch(part, around)
        yield from or_branches(part, around)
