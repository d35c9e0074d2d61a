"""Taking part in another trial, in whatever words: "has participated in a study of an investigational drug or device".

What stands between the deed and the trial tells of what sort a trial may be, and what follows what is tried in one:
none of it names another thing. "This study" is the trial itself, and no other one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from eligo.data import grammar_data
from eligo.reading.lexicon import name_words
from eligo.reading.tokens import Token

_CONCEPT = "clinical_trial_participation"
_WHOLE = frozenset(["CONCEPT", "FILLER", "LIGHT", "QUAL", "STATUS", "OTHER", "OR", "AND"])
_GOING_ON = frozenset(["FILLER", "CONCEPT", "VAR", "QUAL"])  # behind the trial these say more of it


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
def _trials() -> tuple[str, ...]:
    """What one of the words for a trial holds, the shortest."""
    words: list[str] = grammar_data("names.yaml")["trials"]
    return tuple(word for word in words if not any(other != word and other in word for other in words))


def _may_name_trial(text: str) -> bool:
    """Whether the pattern is worth a try; only in ASCII are letters of either case as many."""
    said = text.lower() if text.isascii() else ""
    return not said or any(word in said for word in _trials())


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
        if not inside or any(tokens[i].type not in _WHOLE for i in inside) or tokens[inside[-1]].end != end:
            continue
        first, behind = tokens[inside[0]], tokens[inside[-1] + 1 : inside[-1] + 2]
        if behind and (
            behind[0].type in _GOING_ON
            or text[behind[0].start : behind[0].end].casefold() in name_words("telling_of_trials")
        ):
            continue
        if not _is_another(found[0]):
            continue
        kept = first.type == "STATUS" and _is_past(text[first.start : first.end])  # `have participated in`
        if kept and len(inside) > 1:
            start = tokens[inside[1]].start
        elif first.start < start and first.type != "STATUS":
            continue
        else:
            start = min(start, first.start)
        made = Token("CONCEPT", start, end, _CONCEPT)
        tokens[inside[0] : inside[-1] + 1] = [first, made] if kept else [made]
    return tokens
