"""A criterion's predicate as a function of the answers, which runs what is pending only as far as it must."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from eligo.evaluation.answers import Answers
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.plan import PlannedJoin, Tree
from eligo.truth import Truth, at_least, not_

Holds = Callable[[Answers], Truth]

_NOT = tuple(not_(truth) for truth in Truth)


def bits_of(numbers: Iterable[int]) -> int:
    """The set of numbers as bits."""
    return sum(1 << number for number in set(numbers))


def predicate(tree: Tree, numbers: Sequence[int], costs: Sequence[int]) -> Holds:
    """The function for a tree over tests by number, each with its cost."""
    if isinstance(tree, int):
        return _one(numbers[tree])
    leaves = [numbers[part] for part in tree.parts if isinstance(part, int)]
    nested = [predicate(part, numbers, costs) for part in tree.parts if isinstance(part, PlannedJoin)]
    if tree.how == "all":
        return all_holds(leaves, nested, costs)
    if tree.how in ("any", "if"):
        return any_holds(leaves, nested, costs)
    parts = [*nested, *map(_one, leaves)]
    if tree.how == "not":
        (part,) = parts
        return lambda answers: _NOT[part(answers)]
    return lambda answers: at_least(tree.count, [part(answers) for part in parts])


def _one(number: int) -> Holds:
    """The truth of a single leaf."""
    bit = 1 << number

    def holds(answers: Answers) -> Truth:
        if answers.pending & bit:
            return answers.run(number)
        return MET if answers.met & bit else UNKNOWN if answers.unknown & bit else NOT_MET

    return holds


def all_holds(leaves: Iterable[int], nested: Sequence[Holds], costs: Sequence[int]) -> Holds:
    """Kleene `and` of leaves and of what is nested among them."""
    ordered, bits = _ordered(leaves, costs)

    def holds(answers: Answers) -> Truth:
        waiting = answers.pending & bits
        if (answers.met | answers.unknown | waiting) & bits != bits:
            return NOT_MET
        if waiting:
            for number, bit in ordered:
                if waiting & bit and answers.run(number) is NOT_MET:
                    return NOT_MET
        truth = MET if answers.met & bits == bits else UNKNOWN
        for part in nested:
            one = part(answers)
            if one is NOT_MET:
                return one
            if one is UNKNOWN:
                truth = one
        return truth

    return holds


def any_holds(leaves: Iterable[int], nested: Sequence[Holds], costs: Sequence[int]) -> Holds:
    """Kleene `or` of leaves and of what is nested among them."""
    ordered, bits = _ordered(leaves, costs)

    def holds(answers: Answers) -> Truth:
        if answers.met & bits:
            return MET
        waiting = answers.pending & bits
        if waiting:
            for number, bit in ordered:
                if waiting & bit and answers.run(number) is MET:
                    return MET
        truth = UNKNOWN if answers.unknown & bits else NOT_MET
        for part in nested:
            one = part(answers)
            if one is MET:
                return one
            if one is UNKNOWN:
                truth = one
        return truth

    return holds


def _ordered(leaves: Iterable[int], costs: Sequence[int]) -> tuple[tuple[tuple[int, int], ...], int]:
    """Tests with their bits, the quick ones first; and all the bits."""
    numbers = sorted(set(leaves), key=lambda number: costs[number])
    return tuple((number, 1 << number) for number in numbers), bits_of(numbers)
