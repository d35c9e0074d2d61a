"""Whether a time is the age of the patient or of something else: `stroke < 6 weeks old`, `2 years of work`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eligo.reading.lexicon import words
from eligo.reading.tokens import Token
from eligo.reading.tree import WrittenLimit, type_of

COUNTED: Final = frozenset(["CONCEPT", "VAR", "QUAL", "STATUS", "FILLER"])
# Below it a number of nothing is rather one of what follows: `patients must have at least one lesion`.
YOUNG: Final = 10


def age_of_thing(text: str, before: Sequence[Any], limit: WrittenLimit, unit: str | None) -> bool:
    """Whether the limit, with these elements before it, is on the age of a thing: `biopsy older than 6 months`."""
    if limit.age is None or unit is None:
        return False
    tokens = [e for e in before if isinstance(e, Token)]
    if not any(e.type in ("CONCEPT", "FILLER") for e in tokens):
        return False
    written = text[limit.age[0] : limit.age[1]].lower()
    if " " in written and written[:3] in ("old", "you"):  # `older than`
        return unit != "a"
    if not written.endswith("old") or any(_person(text, e) for e in tokens):
        return False
    nearest = next(e for e in reversed(tokens) if e.type not in ("LIGHT", "SKIP"))
    return bool(nearest.type == "CONCEPT" and (unit != "a" or _young(limit)))


def _young(limit: WrittenLimit) -> bool:
    op, amount = limit.bounds[0]
    return len(limit.bounds) == 1 and op in ("lt", "le") and amount.number.value < YOUNG


def _person(text: str, token: Token) -> bool:
    return token.type == "SEX" or not words("adults").isdisjoint(text[token.start : token.end].lower().split())


def of_something(text: str, behind: Sequence[Any]) -> bool:
    """Whether a time, with these elements behind it, is that of something: `at least 2 years of experience`."""
    if len(behind) < 2 or not all(type_of(e) for e in behind):
        return False
    of, noun = behind
    return bool(text[of.start : of.end].lower() == "of" and noun.type in COUNTED)
