"""Taking part in another trial, in whatever words: "has participated in a study of an investigational drug or device".

What stands between the deed and the trial tells of what sort a trial may be, and what follows what is tried in one:
none of it names another thing. "This study" is the trial itself, and no other one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Final

from eligo.data import grammar_data
from eligo.reading.lexicon import name_words
from eligo.reading.tokens import Token

_CONCEPT: Final = "clinical_trial_participation"
_WHOLE: Final = frozenset(["CONCEPT", "FILLER", "LIGHT", "QUAL", "STATUS", "OTHER", "OR", "AND"])
_GOING_ON: Final = frozenset(["FILLER", "CONCEPT", "VAR", "QUAL"])  # behind the trial these say more of it


@functools.cache
def _pattern() -> re.Pattern[str]:
    data = grammar_data("names.yaml")
    deed, into, other, trial, of, tried = (
        _any(data[key]) for key in ("trial_deeds", "into_trials", "other_trials", "trials", "of_trials", "tried")
    )
    between = r"[\s,/()-]+"
    told = rf"(?:{between}(?:{of}){between}(?:(?:{tried}){between})*(?:{tried})\b)?"
    return re.compile(rf"\b(?:{deed})\s+(?:{into})\s+(?:(?:{other}){between})*?(?:{trial})\b{told}", re.IGNORECASE)


@functools.cache
def _shortest(key: str) -> tuple[str, ...]:
    """The words of a list without those that hold another one of it."""
    words: list[str] = grammar_data("names.yaml")[key]
    return tuple(word for word in words if not any(other != word and other in word for other in words))


def _may_name_trial(text: str) -> bool:
    """Whether the pattern is worth a try; only in ASCII are letters of either case as many."""
    said = text.lower() if text.isascii() else ""
    return not said or (
        any(word in said for word in _shortest("trials")) and any(deed in said for deed in _shortest("trial_deeds"))
    )


def _is_another(said: str) -> bool:
    """Whether it is any trial, and not the one that the sentence is of: "consent to participate in study"."""
    words = set(re.split(r"[\s,/()-]+", said.casefold()))
    return not words.isdisjoint(name_words("indefinite"))


def _is_past(said: str) -> bool:
    return any(deed in said.casefold() for deed in name_words("past_deeds"))


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def take_part(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each such stretch as the one concept; a status that holds the deed stays one."""
    for found in _pattern().finditer(text) if _may_name_trial(text) else ():
        start, end = found.span()
        inside = [i for i, t in enumerate(tokens) if t.start < end and t.end > start]
        if not inside or not _is_another(found[0]) or _tells_more(tokens[inside[-1] + 1 : inside[-1] + 2], text):
            continue
        made = _made([tokens[i] for i in inside], start, end, text)
        if made is not None:
            tokens[inside[0] : inside[-1] + 1] = made
    return tokens


def _tells_more(behind: Sequence[Token], text: str) -> bool:
    """Whether the token behind a trial, where there is one, says more of it."""
    telling = name_words("telling_of_trials")
    return any(t.type in _GOING_ON or text[t.start : t.end].casefold() in telling for t in behind)


def _made(inside: Sequence[Token], start: int, end: int, text: str) -> list[Token] | None:
    """The tokens of a stretch as the concept, behind a status of the past; None where one says or takes in more."""
    first = inside[0]
    if any(token.type not in _WHOLE for token in inside) or inside[-1].end != end:
        return None
    if first.type != "STATUS":
        return [Token("CONCEPT", start, end, _CONCEPT)] if first.start >= start else None
    if len(inside) > 1 and _is_past(text[first.start : first.end]):  # `have participated in`
        return [first, Token("CONCEPT", inside[1].start, end, _CONCEPT)]
    return [Token("CONCEPT", min(start, first.start), end, _CONCEPT)]
