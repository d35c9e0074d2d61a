"""A time that is stated twice, once in half-lives: "within 30 days or 5 half-lives, whichever is longer".

No record tells the half-lives of what somebody took. What is known is that the longer of the two is no shorter than the
one that is stated in days: who took it within these days did so within the longer one. Of the shorter one it is known
that nobody did so who did not within these days.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from eligo.criteria import AllOf, AnyOf, Predicate, Present, Span, Unparsed, leaves
from eligo.data import grammar_data
from eligo.reading.item import ItemReading
from eligo.reading.meaning.context import Account
from eligo.reading.meaning.joining import has_unread


class TwoTimes(NamedTuple):
    """A text with the time in half-lives blanked, where its words stood, and whether the longer time counts."""

    text: str
    span: Span
    longer: bool


@functools.cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """The half-lives behind another time, those before one, and which of the two counts."""
    data = grammar_data("names.yaml")["half_lives"]
    number = rf"(?:\d+|{'|'.join(data['numbers'])})"
    unit = rf"(?:(?:x|times)\s+)?(?:the\s+)?(?:(?:{'|'.join(data['kinds'])})\s+)*half[- ]?li(?:fe|ves)"
    of = rf"(?:\s+of\s+(?:the\s+)?(?:{'|'.join(data['of_what'])})(?:\s+(?:{'|'.join(data['of_what'])}))*)?"
    lead = r"(?:within\s+|at\s+least\s+|approximately\s+)*"
    sides = "|".join((*data["longer"], *data["shorter"]))
    which = rf",?\s*\(?which\s?ever\s+(?:is|was)\s+(?:the\s+)?(?P<which>{sides})\b\)?,?"
    flags = re.IGNORECASE
    return (
        re.compile(rf"\s*\(?\bor\s+{lead}{number}\s*(?P<word>{unit}){of}", flags),
        re.compile(rf"{number}\s*(?P<word>{unit}){of}\s+or\s+(?:within\s+)?", flags),
        re.compile(which, flags),
    )


def two_times(text: str) -> TwoTimes | None:
    """The text without the time in half-lives; None where it has none, or several.

    >>> two_times("Warfarin within 7 days or 5 half-lives, whichever is longer").longer
    True
    """
    if "half" not in text.casefold():
        return None
    behind, before, which = _patterns()
    counts = which.search(text)
    found = behind.search(text) or before.search(text)
    if (
        counts is None
        or found is None
        or len(re.findall(r"(?i)half[- ]?li", text)) != 1
        or which.search(text, counts.end())
    ):
        return None
    blanked = text
    for start, end in (found.span(), counts.span()):
        blanked = blanked[:start] + " " * (end - start) + blanked[end:]
    if blanked.count("(") != blanked.count(")"):
        return None
    longer = counts["which"].casefold() in grammar_data("names.yaml")["half_lives"]["longer"]
    return TwoTimes(blanked, found.span("word"), longer)


def with_half_lives(reading: ItemReading, two: TwoTimes, text: str) -> ItemReading | None:
    """The reading of the blanked text with what the half-lives leave open; None where that is not known."""
    predicate = reading.predicate
    timed = any(
        isinstance(leaf, Present) and leaf.window is not None and leaf.window.within for leaf in leaves(predicate)
    )
    if not timed or reading.ambiguity is not None or has_unread(predicate) or not _rules_out(predicate):
        return None
    left = Unparsed(text[slice(*two.span)], span=two.span)
    join = AnyOf if two.longer else AllOf
    account = sorted((*reading.account, Account(two.span, "unparsed")), key=lambda entry: entry.span)
    return reading._replace(predicate=join((predicate, left)), account=tuple(account) if reading.account else ())


def _rules_out(predicate: Predicate) -> bool:
    """Whether it only grows with the time: no part of it is denied, and none is asked of some alone."""
    if isinstance(predicate, (AllOf, AnyOf)):
        return all(map(_rules_out, predicate.parts))
    return isinstance(predicate, Present)
