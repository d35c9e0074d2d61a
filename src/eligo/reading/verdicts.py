"""A sentence that says itself whom it keeps out: "patients with gout are excluded", "... will be excluded if pregnant".

What it says of a patient is what stands before that, or behind its `if`; the words of the verdict, and why it is so,
say no more than the list that the item stands in. What is so in an inclusion is what nobody may have.
"""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

from eligo.criteria import Not, Predicate
from eligo.data import grammar_data
from eligo.dataclass import replace
from eligo.reading.item import ItemReading
from eligo.reading.lexicon import any_phrase

_WORD: Final = r"[^\W_]"


class KeptOut(NamedTuple):
    """Where in a text the words stand that are said of a patient, and those that only say why, if any."""

    said: tuple[int, int]
    why: tuple[int, int] | None


class _VerdictWords(NamedTuple):
    cues: frozenset[str]  # without one of these in it no text is worth a closer look
    behind: re.Pattern[str]
    before: re.Pattern[str]
    turning: re.Pattern[str]


@functools.cache
def _words() -> _VerdictWords:
    data = grammar_data("sentences.yaml")

    def any_of(kind: str) -> str:
        return any_phrase(data[kind])

    trial = rf"(?:\s+{any_of('from_what')})*"
    verdict = rf"{any_of('excluding')}(?!{_WORD}){trial}"
    flags = re.IGNORECASE
    return _VerdictWords(
        frozenset(phrase.split()[-1] for phrase in data["excluding"]),
        re.compile(rf"[\s,]+{verdict}(?P<why>\W+{any_of('verdict_reasons')}\s[^.;]+)?[\s.;]*$", flags),
        re.compile(rf"\W*(?:all |any |the )?{any_of('people')}\s+{verdict}\s+(?:if|when)\s+", flags),
        re.compile(rf"(?<!{_WORD}){any_of('turning_verdicts')}(?!{_WORD})", flags),
    )


def verdict_of(text: str) -> KeptOut | None:
    """What one sentence says of those whom it keeps out; None where it says nothing of the kind, or more.

    >>> verdict_of("Patients with gout are excluded.")
    KeptOut(said=(0, 18), why=None)
    """
    words, folded = _words(), text.casefold()
    if not any(cue in folded for cue in words.cues):
        return None
    found = words.behind.search(text)
    if found is not None:
        said = 0, found.start()
        why = found.span("why") if found["why"] else None
    else:
        found = words.before.match(text)
        if found is None:
            return None
        said, why = (found.end(), len(text)), None
    rest = text[slice(*said)]
    if not rest.strip() or ". " in rest or words.turning.search(text[: found.start()] + " " + rest):
        return None
    return None if why is not None and words.turning.search(text[slice(*why)]) else KeptOut(said, why)


def denied(reading: ItemReading) -> ItemReading:
    """The reading of what nobody may have, of one of what is said."""
    ambiguity = reading.ambiguity
    if ambiguity is not None:
        ambiguity = replace(ambiguity, readings=tuple(map(_without, ambiguity.readings)))
    return reading._replace(predicate=_without(reading.predicate), ambiguity=ambiguity)


def _without(predicate: Predicate) -> Predicate:
    return predicate.part if isinstance(predicate, Not) else Not(predicate)
