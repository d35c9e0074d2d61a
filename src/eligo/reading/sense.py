"""A predicate to one that can be meant: no idle alternatives, nothing said twice, nothing that nobody satisfies.

A wrong predicate is worse than none: what contradicts itself, or holds for everybody, is kept as not understood.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from eligo.criteria import (
    MEASURING,
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
    Span,
    Unparsed,
    leaves,
    with_parts,
)
from eligo.dataclass import replace
from eligo.errors import EligoError
from eligo.reading.lexicon import weaker_opinions, words
from eligo.truth import Kind
from eligo.vocabulary import ranges
from eligo.vocabulary.allowed import Key, domain, values_of
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.ranges import Ranges

SEX: Final = Key("sex")
_PLAIN: Final = frozenset([Present, Unparsed, *MEASURING])
_WITHOUT_VALUE: Final = frozenset([Present, Attest, Always, Unparsed])


class Sensible(NamedTuple):
    """What is left of a predicate, the reason code of each span that is no longer understood, and notes."""

    predicate: Predicate
    reasons: dict[Span, str]
    notes: list[str]


def make_sense(predicate: Predicate, kind: Kind, text: str) -> Sensible:
    """Take out what says nothing, and what cannot be meant."""
    if predicate.__class__ in _PLAIN or (isinstance(predicate, Always) and kind == "inclusion"):
        return Sensible(predicate, {}, [])
    guard = _Guard(text)
    made = guard.clean(guard.turned(predicate, kind == "exclusion"))
    if kind == "exclusion" and isinstance(made, Always):
        made = guard.unparsed(made, "only-a-hedge")
    return Sensible(made, guard.reasons, guard.notes)


class _Guard:
    def __init__(self, text: str) -> None:
        self.text = text
        self.reasons: dict[Span, str] = {}
        self.notes: list[str] = []

    def turned(self, predicate: Predicate, against: bool) -> Predicate:
        """The predicate without what would count against a patient who is willing, able or informed.

        No trial excludes who gives consent: a word before it that nobody knows has turned its sense.
        """
        if isinstance(predicate, Attest):
            return (
                self.unparsed(predicate, "negation")
                if against and predicate.topic in words("favourable")
                else predicate
            )
        if isinstance(predicate, Not):
            part = self.turned(predicate.part, not against)
            return predicate if part is predicate.part else Not(part)
        if isinstance(predicate, IfThen):
            return replace(predicate, then=self.turned(predicate.then, against))
        if isinstance(predicate, (AllOf, AnyOf, AtLeast)):
            return with_parts(predicate, [self.turned(part, against) for part in predicate.parts])
        return predicate

    def clean(self, predicate: Predicate) -> Predicate:
        """The predicate without the parts that cannot be meant."""
        if isinstance(predicate, AllOf):
            return self._all(predicate)
        if isinstance(predicate, AnyOf):
            return self._any(predicate)
        if isinstance(predicate, AtLeast):
            parts = tuple(self.clean(p) for p in predicate.parts)
            made = AtLeast(predicate.count, parts)
            return self.unparsed(made, "idle") if any(isinstance(p, Always) for p in parts) else made
        if isinstance(predicate, Not):
            part = self.clean(predicate.part)
            if isinstance(part, Always):
                return self.unparsed(part, "only-a-hedge")
            kinds = {leaf.__class__ for leaf in leaves(part)}
            if Attest in kinds and Present in kinds:  # `unwilling to comply, or pregnant`
                return self.unparsed(part, "negation")
            return part if isinstance(part, Unparsed) and part != predicate.part else Not(part)
        return predicate

    def unparsed(self, predicate: Predicate, code: str) -> Predicate:
        """The words of a predicate as not understood."""
        spans = [leaf.span for leaf in leaves(predicate) if leaf.span is not None]
        span = (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else (0, len(self.text))
        self.reasons[span] = code
        return Unparsed(self.text[span[0] : span[1]], span=span)

    def _all(self, whole: AllOf) -> Predicate:
        parts = _said_once([self.clean(p) for p in whole.parts])
        said = [p for p in parts if not isinstance(p, Always)]
        if not said:
            return parts[0]
        made = parts[0] if len(parts) == 1 else AllOf(tuple(parts))
        if len(said) > 1 and contradict(said):
            return self.unparsed(made, "contradiction")
        return self.unparsed(made, "idle") if len(said) > 1 and _limited_twice(said) else made

    def _any(self, whole: AnyOf) -> Predicate:
        parts = _said_once([self.clean(p) for p in whole.parts])
        whom = [p.condition for p in parts if isinstance(p, IfThen)]
        if len(parts) > 1 and len(whom) == len(parts) and disjoint(whom):  # `<= 450 (men) or <= 470 (women)`
            return AllOf(tuple(parts))
        said = [p for p in parts if not isinstance(p, Always)]
        if not said:
            return parts[0]
        for part in parts:
            if isinstance(part, Always):
                self._leave_out(part)
        made = said[0] if len(said) == 1 else AnyOf(tuple(said))
        return self.unparsed(made, "idle") if len(said) > 1 and _cover(said) else made

    def _leave_out(self, idle: Always) -> None:
        words = self.text[idle.span[0] : idle.span[1]] if idle.span else idle.note
        self.notes.append(f"`{words}` restricts nothing and is left out of the alternatives")


def _said_once(parts: list[Predicate]) -> list[Predicate]:
    """The parts without those that repeat another one, and without an opinion that a stronger one takes in."""
    topics = {p.topic for p in parts if isinstance(p, Attest)}
    weaker = {w for topic in topics for w in weaker_opinions(topic)}
    kept: list[Predicate] = []
    for part in parts:
        repeated = not isinstance(part, (Unparsed, Always)) and part in kept
        if not repeated and not (isinstance(part, Attest) and part.topic in weaker):
            kept.append(part)
    return kept


def contradict(parts: Sequence[Predicate]) -> bool:
    """Whether the parts cannot hold together: limits without a common value, different sexes, a fact and its absence.

    A limit that no value can reach by itself is left for a person to see.
    """
    flat = list(_flat(parts, AllOf))
    if any(isinstance(p, Not) and p.part in flat for p in flat):
        return True
    known: dict[Key, Ranges] = {}
    for part in flat:
        found = _of_sex(part) if isinstance(part, AnyOf) else _allowed(part)
        if found is None or not found[1]:
            continue
        key, allowed = found
        both = ranges.intersect(known.get(key, ranges.ALL), allowed)
        if not both:
            return True
        known[key] = both
    return False


def _limited_twice(parts: Sequence[Predicate]) -> bool:
    """`flow > 5 mL/s and 15 mL/s`: whether two limits differ in the number alone, and so one says nothing."""
    limits = [part for part in _flat(parts, AllOf) if isinstance(part, Compare) and len(part.limits) == 1]
    return len({_without_number(limit) for limit in limits}) < len(limits)


def _without_number(part: Compare) -> Compare:
    return replace(part, limits=tuple(replace(limit, value=0.0) for limit in part.limits), equivalent=None)


def _of_sex(either: AnyOf) -> tuple[Key, Ranges] | None:
    """The sexes of alternatives that all presuppose one: `postmenopausal or surgically sterile women`."""
    together: Ranges = ()
    for part in either.parts:
        allowed = [found[1] for p in _flat([part], AllOf) if (found := _allowed(p)) is not None and found[0] == SEX]
        if not allowed:
            return None
        together = ranges.union(together, allowed[0])
    return SEX, together


def apart(one: Predicate, other: Predicate) -> bool:
    """Whether two groups of patients have nobody in common, and are told apart by the same things."""
    if one.__class__ in _WITHOUT_VALUE and other.__class__ in _WITHOUT_VALUE:
        return False
    return _shape(one) == _shape(other) and contradict([one, other])


def alternatives(parts: list[Predicate], either: Callable[[list[Predicate]], Predicate]) -> list[Predicate]:
    """Neighbours that nobody can satisfy together as alternatives: `children of 2-5 and adults of 18`."""
    made: list[Predicate] = []
    run: list[Predicate] = []
    for part in parts:
        if run and all(apart(one, part) for one in run):
            run.append(part)
            continue
        made += [either(run)] if len(run) > 1 else run
        run = [part]
    return made + ([either(run)] if len(run) > 1 else run)


def _cover(parts: Sequence[Predicate]) -> bool:
    """Whether one of the parts always holds: limits that leave no value out, both sexes, a fact and its absence."""
    flat = list(_flat(parts, AnyOf))
    if any(isinstance(p, Not) and p.part in flat for p in flat):
        return True
    by_key: dict[Key, list[Ranges]] = {}
    for part in flat:
        found = _allowed(part) if not isinstance(part, Present) else None
        if found is not None:
            by_key.setdefault(found[0], []).append(found[1])
    for key, allowed in by_key.items():
        whole = domain(key)
        if len(allowed) > 1 and not any(ranges.within(whole, one) for one in allowed):
            together: Ranges = ()
            for one in allowed:
                together = ranges.union(together, one)
            if ranges.within(whole, together):
                return True
    return False


def _flat(parts: Sequence[Predicate], level: type[AllOf] | type[AnyOf]) -> Iterator[Predicate]:
    for part in parts:
        if isinstance(part, (AllOf, AnyOf)) and isinstance(part, level):
            yield from _flat(part.parts, level)
        else:
            yield part


def _allowed(part: Predicate) -> tuple[Key, Ranges] | None:
    """The values that a leaf allows, or the sex that its concept presupposes."""
    if isinstance(part, MEASURING):
        try:
            return values_of(part)
        except EligoError:  # a unit that does not fit
            return None
    concept = concepts().get(part.concept) if isinstance(part, Present) else None
    if concept is None or concept.sex is None:
        return None
    return values_of(OneOf("sex", (concept.sex,)))


def _shape(predicate: Predicate) -> list[tuple[str, str]]:
    """What a predicate is about, without its values."""
    found = []
    for leaf in leaves(predicate):
        if isinstance(leaf, MEASURING):
            found.append(("value", leaf.variable or leaf.name or ""))
        elif isinstance(leaf, Present):
            found.append(("fact", leaf.concept))
        elif isinstance(leaf, Attest):
            found.append(("attest", leaf.topic))
        else:
            found.append(("words", ""))
    return sorted(found)


def disjoint(parts: Sequence[Predicate]) -> bool:
    """Whether no two of the limits on one variable have a value in common: `< 50 and > 100` names both sides."""
    return all(contradict([a, b]) for a, b in itertools.combinations(parts, 2))
