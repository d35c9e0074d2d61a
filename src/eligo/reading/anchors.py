"""The day that a time counts from, where no data file knows its words: "prior to the first planned dose of study drug".

What has only words of a trial's days is one of the events that are known. Any other is kept in its own words: then
nobody knows the day, and the time stays open.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from eligo.data import grammar_data
from eligo.reading.lexicon import words
from eligo.reading.tokens import Token

_TIMES: Final = frozenset(["BEFORE", "SINCE"])
_BACK: Final = frozenset(["WITHIN", "SINCE"])  # behind one of these a time is looked back over: "within 2 weeks of"
_WORDED: Final = frozenset(["FILLER", "EVENT", "LIGHT", "STATUS", "NUM"])
_ENDS: Final = frozenset(
    ["OR", "AND", "COMMA", "SEMI", "STOP", "CLOSE", "OPEN", "SUBITEM", "EXCEPT", "UNLESS", "IF", "COLON"]
)
_TODAY: Final = [["screening"], ["baseline"], ["enrollment"], ["randomization"]]
_OTHERWISE: Final = frozenset(["STATUS", "STOP", "SEMI", "SUBITEM", "WITHIN", "AGO", "SINCE", "BEFORE", "AT"])
_WORD: Final = re.compile(r"-?[^\W_]+(?:[-'’][^\W_]+)*")
_TOLD: Final = frozenset(["STATUS", "EVENT"])  # with one of these it is no day of its own
_MOST_WORDS: Final = 5  # of a day that is kept in its own words


class _AnchorWords(NamedTuple):
    """The words of the trial's days, which of them say which day it is, and what may stand before them."""

    of_events: frozenset[str]
    marks: frozenset[str]
    kinds: tuple[tuple[str, frozenset[str]], ...]
    before: frozenset[str]
    numbered: frozenset[str]


@functools.cache
def _words() -> _AnchorWords:
    data = grammar_data("names.yaml")
    kinds = tuple((event, frozenset(of)) for event, of in data["events_by_words"].items())
    lists = ("event_words", "event_marks", "before_event", "numbered_events")
    words, marks, before, numbered = (frozenset(data[key]) for key in lists)
    return _AnchorWords(words, marks, kinds, before, numbered)


def anchor(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each unknown day that a time counts from as one event."""
    i = 0
    while i < len(tokens):
        if tokens[i].type == "AT" and [token.value for token in tokens[i + 1 : i + 2]] in _TODAY:
            _as_of_today(tokens[:i], text)
        begin = _begin(tokens, i, text)
        end = _end(tokens, begin) if begin else 0
        value = _event(tokens[begin:end], text) if end > begin else None
        if value is not None:
            kind = "SINCE" if tokens[i].type == "SINCE" else "BEFORE"
            event = Token("EVENT", tokens[begin].start, tokens[end - 1].end, value)
            tokens[i:end] = [Token(kind, tokens[i].start, tokens[begin - 1].end), event]
        i += 1
    return tokens


def _as_of_today(before: Sequence[Token], text: str) -> None:
    """`had hypokalemia or A at screening`: the verb stands in the past tense, and what is meant is that day."""
    for token in reversed(before):
        if token.type == "STATUS" and text[token.start : token.end].casefold() in words("past_tense"):
            token.type, token.value = "LIGHT", None
        if token.type in _OTHERWISE:
            return


def _begin(tokens: Sequence[Token], i: int, text: str) -> int:
    """The place behind a word such as `before`, or `of` behind a length of time; 0 where there is none."""
    if tokens[i].type in _TIMES:
        return i + 1
    if tokens[i].type != "LIGHT" or i < 2 or tokens[i - 1].type != "UNIT" or tokens[i - 2].type != "NUM":
        return 0
    for end in (i + 2, i + 1):
        written = " ".join(text[tokens[i].start : tokens[min(end, len(tokens)) - 1].end].casefold().split())
        if end < len(tokens) and written in _words().before:
            return end if any(token.type in _BACK for token in tokens[max(0, i - 5) : i]) else 0
    return 0


def _end(tokens: Sequence[Token], i: int) -> int:
    """The end of the words that may name the day which begins with token `i`; `i` where something else follows them."""
    end = i
    while end < len(tokens) and tokens[end].type in _WORDED and tokens[end].value not in ("logic", "exceptions"):
        end += 1
    return end if end == len(tokens) or tokens[end].type in _ENDS else i


def _event(parts: Sequence[Token], text: str) -> str | None:
    """The event that the words name, or the words themselves; None where they name none, or are known already."""
    if all(token.type != "FILLER" for token in parts):
        return None
    written = _WORD.findall(text[parts[0].start : parts[-1].end].casefold())
    words = _words()
    marked = not words.marks.isdisjoint(written)
    if marked and words.of_events.issuperset(written):
        return next((event for event, of in words.kinds if not of.isdisjoint(written)), "enrollment")
    own = not marked and len(written) <= _MOST_WORDS and _names_day(parts, text)
    return " ".join(written) if own else None


def _names_day(parts: Sequence[Token], text: str) -> bool:
    """Whether words that no data file knows name a day of its own; a number only behind what is counted: `day 1`."""
    if parts[0].type != "FILLER" or any(token.type in _TOLD for token in parts):
        return False
    counted = [before for before, token in itertools.pairwise(parts) if token.type == "NUM"]
    return all(_last(token, text) in _words().numbered for token in counted)


def _last(token: Token, text: str) -> str:
    return text[token.start : token.end].casefold().split()[-1]
