"""A predicate as clauses, all of which must hold: what is sure to fail is seen at one stroke, before anything is run.

A clause is a choice of leaves, each of which must be MET or must be NOT_MET. Strong Kleene logic is a distributive
lattice with De Morgan's laws, so that the clauses have the predicate's truth, UNKNOWN too (Kleene 1952, section 64).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Final

from eligo.evaluation.answers import Answers, numbers
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.plan import PlannedJoin, Tree
from eligo.truth import Truth

Clause = tuple[int, int]  # bits of the tests one of which is to be MET, and of those one of which is to be NOT_MET

MOST: Final = 64  # clauses of one predicate; one with more stays a tree
MOST_TRIED: Final = 1024


def clauses_of(tree: Tree, numbers: Sequence[int], wanted: bool = True) -> list[Clause] | None:
    """The clauses of a tree over tests by number, or of its denial; None where they are too many."""
    if not isinstance(tree, PlannedJoin):
        bit = 1 << numbers[tree]
        return [(bit, 0) if wanted else (0, bit)]
    if tree.how == "not":
        return clauses_of(tree.parts[0], numbers, not wanted)
    parts = []
    for part in tree.parts:
        found = clauses_of(part, numbers, wanted)
        if found is None:
            return None
        parts.append(found)
    # At least k of n are MET where of each n - k + 1 one is; they are not where of each k one is not.
    count = {"all": len(parts), "any": 1, "if": 1}.get(tree.how, tree.count)
    return _one_of_each(parts, len(parts) - count + 1 if wanted else count)


def _one_of_each(parts: list[list[Clause]], size: int) -> list[Clause] | None:
    """The clauses that say that of each so many parts one holds."""
    some = itertools.combinations(parts, max(size, 0))
    chosen = itertools.chain.from_iterable(itertools.product(*few) for few in some)
    made: dict[Clause, None] = {}
    for tried, clauses in enumerate(chosen):
        met = failed = 0
        for one in clauses:
            met, failed = met | one[0], failed | one[1]
        made[met, failed] = None
        if len(made) > MOST or tried > MOST_TRIED:
            return None
    return list(made)


class Either:
    """A clause of several leaves: bits of those to be MET, of those to be NOT_MET, and of all, the quick ones first."""

    __slots__ = ("failed", "met", "ordered")

    def __init__(self, clause: Clause, costs: Sequence[int]) -> None:
        self.met, self.failed = clause
        self.ordered = by_cost(clause[0] | clause[1], costs)

    def truth(self, answers: Answers) -> Truth:
        """The truth of the clause; what is pending runs until one leaf is as it is to be."""
        if self.met and self.met & answers.met:
            return MET
        if self.failed and self.failed & (answers.met | answers.unknown | answers.pending) != self.failed:
            return MET
        for bits in self.ordered:
            waiting = answers.pending & bits
            while waiting:
                bit = waiting & -waiting
                waiting ^= bit
                truth = answers.run(bit.bit_length() - 1)
                if (truth is MET and self.met & bit) or (truth is NOT_MET and self.failed & bit):
                    return MET
        return UNKNOWN if answers.unknown & (self.met | self.failed) else NOT_MET


class Clauses:
    """Clauses that must all hold: `must` and `never` are those of one leaf, as bits, `choices` the others."""

    __slots__ = ("bits", "choices", "must", "never", "ordered")

    def __init__(self, clauses: Iterable[Clause], costs: Sequence[int]) -> None:
        self.must = self.never = self.bits = 0
        choices = []
        for clause in dict.fromkeys(clauses):
            met, failed = clause
            self.bits |= met | failed
            if not failed and met and not met & (met - 1):
                self.must |= met
            elif not met and failed and not failed & (failed - 1):
                self.never |= failed
            else:
                choices.append(Either(clause, costs))
        choices.sort(key=lambda one: max((costs[number] for number in numbers(one.met | one.failed)), default=0))
        self.choices = tuple(choices)
        self.ordered = by_cost(self.must | self.never, costs)

    def truth(self, answers: Answers) -> Truth:
        """The truth of all clauses together, looking no further than what fails."""
        # Sets of bits are numbers of any size, of which each step makes a new one: as few as can be.
        met, must, never, found = answers.met, self.must, self.never, MET
        if never and never & met:
            return NOT_MET
        held = must & met if must else 0
        if held == must and not never and not self.choices:
            return MET
        left_open = answers.unknown | answers.pending
        if held != must:
            lacking = must ^ held
            if lacking & left_open != lacking:
                return NOT_MET
            found = UNKNOWN
        if never and never & left_open:
            found = UNKNOWN
        if self.choices:
            chosen = self._chosen(met, met | left_open)
            if chosen is NOT_MET:
                return chosen
            if chosen is UNKNOWN:
                found = chosen
        return self._run(answers) if found is UNKNOWN and answers.pending & self.bits else found

    def _chosen(self, met: int, can: int) -> Truth:
        """The truth of the choices, by the tests that are MET and those that can be."""
        found = MET
        for choice in self.choices:
            if choice.met and choice.met & met:
                continue
            if choice.failed and choice.failed & can != choice.failed:
                continue
            if not (choice.met and choice.met & can) and (not choice.failed or choice.failed & met == choice.failed):
                return NOT_MET
            found = UNKNOWN
        return found

    def _run(self, answers: Answers) -> Truth:
        """The same where tests are pending: the quick ones first, none once one clause fails."""
        must, never = self.must, self.never
        for bits in self.ordered:
            waiting = answers.pending & bits
            while waiting:
                bit = waiting & -waiting
                waiting ^= bit
                truth = answers.run(bit.bit_length() - 1)
                if (truth is NOT_MET and must & bit) or (truth is MET and never & bit):
                    return NOT_MET
        found = UNKNOWN if must & ~answers.met or never & (answers.met | answers.unknown) else MET
        for choice in self.choices:
            truth = choice.truth(answers)
            if truth is NOT_MET:
                return truth
            if truth is UNKNOWN:
                found = truth
        return found


def by_cost(bits: int, costs: Sequence[int]) -> tuple[int, ...]:
    """The tests of these bits, those of one cost together, the quick ones first."""
    classes = dict.fromkeys(sorted(costs[number] for number in numbers(bits)))
    return tuple(sum(1 << number for number in numbers(bits) if costs[number] == cost) for cost in classes)
