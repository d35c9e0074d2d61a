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
from eligo.evaluation.replies import ANSWERED
from eligo.evaluation.trees import NONE, Rested, rested
from eligo.patients.model import Reply, Result
from eligo.plan import Tree
from eligo.truth import Truth

# The codes, in the order in which they are told; `grammar/display.yaml` has their words.
ASSUMED = ("list_complete", "assumed_by_caller", "link_assumed", "default_range", "score_part")
DEFAULT = ", default"  # the end of the detail of a limit of normal that is nobody's own


def assumptions(answer: Answer, outcome: Outcome, chart: Chart) -> tuple[str, ...]:
    """The codes of `ASSUMED` for what an outcome takes for granted; nothing for one that is UNKNOWN."""
    truth, _, detail, basis = outcome
    if truth is Truth.UNKNOWN:
        return ()
    if isinstance(answer, Presence):  # it rests on entries, and on what is silent
        return (detail,) if detail in ASSUMED else ()
    found = {detail, *_of_derived(basis)}
    if _at_default(answer, basis, chart):
        found.add("default_range")
    return tuple(code for code in ASSUMED if code in found)


def _of_derived(basis: tuple[Basis, ...]) -> Iterator[str | None]:
    """The codes of what was worked out: its own, and that of what it was worked out from."""
    for part in basis:
        if isinstance(part, Derived):
            yield part.detail
            if any(map(_is_assumed, _parts(part))):
                yield "score_part"


def _at_default(answer: Answer, basis: tuple[Basis, ...], chart: Chart) -> bool:
    """Whether a limit that the answer was held against is a multiple of a default, or lies above one."""
    if not isinstance(answer, Comparison) or not answer.relative or not basis:
        return False
    reading = basis[0]
    if not isinstance(reading, Result | Derived):
        return False
    normals = (answer.resolve(limit, reading, chart) for limit, _ in answer.relative)
    return any(normal is not None and normal.source == "default" for normal in normals)


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
    tests, chart, guessing = answers.tests, answers.chart, answers.guessing
    leaves = list[Rested]()
    for number in numbers:
        outcome = answers.outcome(number)
        codes = assumptions(tests[number], outcome, chart) if guessing >> number & 1 else ()
        leaves.append((outcome[0], Truth.UNKNOWN, frozenset(codes)) if codes else (outcome[0], outcome[0], NONE))
    truth, without, used = rested(tree, leaves)
    if truth is Truth.UNKNOWN or without is not Truth.UNKNOWN or not used:
        return ()
    return tuple(code for code in ASSUMED if code in used)


def resting_on_answers(tree: Tree, numbers: Sequence[int], answers: Answers) -> tuple[Reply, ...]:
    """The answers of persons that a tree's truth rests on: none where it would be the same without any."""
    given = answers.given
    if given is None or given.tests.keys().isdisjoint(numbers):
        return ()
    leaves = list[Rested]()
    for place, outcome in enumerate(map(answers.outcome, numbers)):
        said = outcome[2] == ANSWERED
        leaves.append((outcome[0], Truth.UNKNOWN if said else outcome[0], frozenset([str(place)]) if said else NONE))
    truth, without, used = rested(tree, leaves)
    if truth is Truth.UNKNOWN or truth is without:
        return ()
    voices = (voice for place in sorted(map(int, used)) for voice in given.tests[numbers[place]])
    return tuple(dict.fromkeys(voice.reply for voice in voices))
