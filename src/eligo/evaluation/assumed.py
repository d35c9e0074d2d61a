"""One outcome in, the assumptions out that it rests on: a complete list, a default limit, a link, a part of a score.

An assumption is what neither the record nor the rules say. What rests on one is no more certain than it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eligo.evaluation.answers import Answer, Answers
from eligo.evaluation.chart import Basis, Chart, Derived, Outcome, Ruled
from eligo.evaluation.comparing import Comparison, Measured
from eligo.evaluation.presence import Presence
from eligo.evaluation.relating import Relating
from eligo.evaluation.trees import deciding
from eligo.patients.model import Result
from eligo.plan import Tree
from eligo.truth import Truth

# The codes, in the order in which they are told.
ASSUMED = {
    "list_complete": "assumed absent: list complete",
    "assumed_by_caller": "assumed absent: by the caller",
    "link_assumed": "both are in the record; that one is for the other is assumed",
    "default_range": "the limit of normal is a default",
    "score_part": "a part of it is assumed",
}
DEFAULT = ", default"  # the end of the detail of a limit of normal that is nobody's own


def assumptions(answer: Answer, outcome: Outcome, chart: Chart) -> tuple[str, ...]:
    """The codes of `ASSUMED` for what an outcome takes for granted; nothing for one that is UNKNOWN."""
    truth, _, detail, basis = outcome
    if truth is Truth.UNKNOWN:
        return ()
    found = {detail, *(part.detail for part in basis if isinstance(part, Derived))} & ASSUMED.keys()
    for part in basis:
        if isinstance(part, Derived) and part.inputs and any(map(_is_assumed, _parts(part))):
            found.add("score_part")
    if isinstance(answer, Comparison) and answer.relative and basis and isinstance(basis[0], Result | Derived):
        normals = (answer.resolve(limit, basis[0], chart) for limit, _ in answer.relative)
        if any(normal is not None and normal.source == "default" for normal in normals):
            found.add("default_range")
    return tuple(code for code in ASSUMED if code in found) if found else ()


def _parts(reading: Derived) -> Iterator[Basis]:
    """What a value was worked out from, through all that was worked out on the way."""
    for part in reading.inputs:
        yield part
        if isinstance(part, Derived):
            yield from _parts(part)


def _is_assumed(part: Basis) -> bool:
    if isinstance(part, Ruled):
        return part.assumed in ASSUMED
    return isinstance(part, Derived) and (
        part.detail in ASSUMED or (part.origin == "limit" and (part.detail or "").endswith(DEFAULT))
    )


def guesses(answer: Answer, silence_counts: bool) -> bool:
    """Whether an answer may rest on an assumption, where silence on a concept counts as absence, or does not."""
    if isinstance(answer, Presence):
        return silence_counts
    relative = isinstance(answer, Comparison) and bool(answer.relative)
    return relative or isinstance(answer, Relating) or (isinstance(answer, Measured) and bool(answer.more))


def resting_on(tree: Tree, numbers: Sequence[int], answers: Answers) -> tuple[str, ...]:
    """The codes of the assumptions that a tree's truth rests on: none where it would be the same without any."""
    outcomes = [answers.outcome(number) for number in numbers]
    tests, chart, guessing = answers.tests, answers.chart, answers.guessing
    found = [
        assumptions(tests[number], outcome, chart) if guessing >> number & 1 else ()
        for number, outcome in zip(numbers, outcomes, strict=True)
    ]
    if not any(found):
        return ()
    without = [Truth.UNKNOWN if codes else outcome[0] for codes, outcome in zip(found, outcomes, strict=True)]
    truth, places = deciding(tree, [outcome[0] for outcome in outcomes])
    if truth is Truth.UNKNOWN or deciding(tree, without)[0] is not Truth.UNKNOWN:
        return ()
    used = {code for place in places for code in found[place]}
    return tuple(code for code in ASSUMED if code in used)
