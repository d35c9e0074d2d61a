"""A fact of a concept in, whether it is of the kind that is asked for out: by its qualifiers, and by what is excepted.

Both answer as votes do, for the one fact: it counts, it does not count, or the record leaves that open.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from eligo.criteria import STUDY_CONDITION, Excepted
from eligo.evaluation.chart import line_of
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact
from eligo.truth import Truth
from eligo.vocabulary.concepts import concepts, is_entry, is_outside
from eligo.vocabulary.named import is_named
from eligo.vocabulary.qualifiers import plain_qualifier, related
from eligo.vocabulary.relations import relations


class Qualified(NamedTuple):
    """A qualifier that is asked for: what a fact states that says so, and what says that it is not so."""

    implied_by: frozenset[str]
    contradicted_by: frozenset[str]

    def of(self, fact: Fact) -> Truth:
        """Whether the fact is so; open where it states neither, or both."""
        stated = {plain_qualifier(word) for word in fact.qualifiers}
        says, denies = not stated.isdisjoint(self.implied_by), not stated.isdisjoint(self.contradicted_by)
        return UNKNOWN if says is denies else MET if says else NOT_MET


def qualified(word: str | None) -> Qualified | None:
    """The test of a qualifier, None where none is asked for."""
    return None if word is None else Qualified(*related(word))


class ExceptedKind(NamedTuple):
    """One kind that does not count: it and its own kinds, what it is a kind of, and what is asked of it."""

    concept: str
    family: frozenset[str]
    line: frozenset[str]
    whole: bool  # it takes in all that is asked for, so that no name tells which entry is another one
    named: bool  # known by its name alone, so that any other entry may be of this kind
    qualified: Qualified | None

    def covers(self, fact: Fact, absent: Set[str]) -> tuple[Truth, str | None]:
        """Whether the fact is of this kind; where that is open, the code of why."""
        if fact.concept in self.family or (is_outside(fact.concept) and self.concept in line_of(fact.concept)):
            of_kind = self.qualified.of(fact) if self.qualified else MET
            if of_kind is UNKNOWN:
                return UNKNOWN, "excepted_qualifier"
            return (UNKNOWN, "excepted_whole") if of_kind is MET and self.whole else (of_kind, None)
        # What is broader may be of this kind, but where the record rules the kind out.
        may_be = self.named or fact.concept in self.line or self._may_be(fact.concept)
        return (UNKNOWN, "excepted_kind") if may_be and self.line.isdisjoint(absent) else (NOT_MET, None)

    def _may_be(self, recorded: str) -> bool:
        """Whether one of the two is an entry of the dictionary, of which nobody knows that they are not the same."""
        if is_outside(recorded):
            return relations().left_open_by(self.concept, recorded) is not None
        return is_entry(self.concept) and recorded in relations().open_to(self.concept).entries


class Exceptions(NamedTuple):
    """All kinds of a concept that do not count; `unstated` where the trial's own condition is one, but is not known."""

    parts: tuple[ExceptedKind, ...]
    unstated: bool

    @property
    def reads(self) -> frozenset[str]:
        """The ids of everything whose absence makes a difference."""
        return frozenset[str]().union(*(part.line for part in self.parts))

    def cover(self, fact: Fact, absent: Set[str]) -> tuple[Truth, str | None]:
        """Whether the fact is of a kind that does not count; where that is open, the code of why."""
        found = [part.covers(fact, absent) for part in self.parts]
        if any(truth is MET for truth, _ in found):
            return MET, None
        least = next((one for one in found if one[0] is UNKNOWN), (NOT_MET, None))
        return (UNKNOWN, "study_condition") if self.unstated and least[0] is NOT_MET else least

    def all_of(self, names: Iterable[str]) -> bool:
        """Whether each of the concepts is of a kind that does not count, whatever else the record says of it."""
        sure = [part.family for part in self.parts if part.qualified is None and not part.whole]
        return all(any(name in family for family in sure) for name in names)


def exceptions(concept: str, but_not: tuple[Excepted, ...]) -> Exceptions | None:
    """The exceptions of a concept, None where it has none."""
    if not but_not:
        return None
    known = concepts()
    parts = tuple(
        ExceptedKind(
            part.concept,
            known.descendants(part.concept),
            known.ancestors(part.concept),
            part.qualifier is None and part.concept in known.ancestors(concept),
            is_named(part.concept),
            qualified(part.qualifier),
        )
        for part in but_not
        if part.concept != STUDY_CONDITION
    )
    return Exceptions(parts, any(part.concept == STUDY_CONDITION for part in but_not))
