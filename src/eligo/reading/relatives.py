"""What somebody else has: "family history of A or B" is one thing for each of A and B, none of the patient's own.

"Personal or family history of A" is either: A, or that thing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final

from eligo.data import grammar_data
from eligo.reading.statements import first_word
from eligo.reading.tokens import Token
from eligo.vocabulary.concepts import concepts

_JOINS: Final = frozenset(["OR", "AND", "COMMA", "SUCH"])
_TIMES: Final = frozenset(["WITHIN", "LASTING", "SINCE", "AGO", "AT", "BEFORE"])


@functools.cache
def _relatives() -> re.Pattern[str]:
    words = sorted(grammar_data("names.yaml")["relatives"], key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE)


@functools.cache
def _first_words() -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in grammar_data("names.yaml")["relatives"])


@functools.cache
def _own_words() -> frozenset[str]:
    return frozenset(grammar_data("names.yaml")["own"])


def relate(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each thing that a relative has as a concept of its own."""
    i = 0
    while i < len(tokens):
        begins = tokens[i].type == "FILLER" and first_word(text, tokens[i]) in _first_words()
        match = _relatives().match(text, tokens[i].start) if begins else None
        if match is None:
            i += 1
            continue
        first = next((j for j in range(i, len(tokens)) if tokens[j].start >= match.end()), len(tokens))
        things = _things(tokens, first)
        behind = tokens[things[-1] + 1 : things[-1] + 2] if things else []
        if things and not (len(things) > 1 and behind and behind[0].type in _TIMES):
            own = _says_own(tokens, i, text)
            for place in things:
                written = text[tokens[place].start : tokens[place].end]
                of_relative = concepts().named("condition", f"{match[0]} {written}")
                for token in (tokens[place], *_again(tokens, place)):
                    token.value = f"{token.value}|{of_relative}" if own else of_relative
            if own:
                begin = i - 2
                tokens[begin : things[0]] = [Token("STATUS", tokens[begin].start, tokens[things[0] - 1].end, "history")]
                i = begin
            else:
                tokens[things[0]].start = tokens[i].start
                del tokens[i : things[0]]
        i += 1
    return tokens


def _says_own(tokens: Sequence[Token], i: int, text: str) -> bool:
    """Whether what the patient has, or had, counts as well: "history or family history of", "personal or family"."""
    if i < 2 or tokens[i - 1].type not in ("OR", "AND"):
        return False
    before = tokens[i - 2]
    own = text[before.start : before.end].casefold().split()[-1:]
    return before.type in ("STATUS", "FILLER") and not _own_words().isdisjoint(own)


def _things(tokens: Sequence[Token], i: int) -> list[int]:
    """The places of the conditions that are listed from token `i` on, with a join between any two."""
    found: list[int] = []
    while i < len(tokens):
        while i < len(tokens) and tokens[i].type == "LIGHT":
            i += 1
        if i >= len(tokens) or not _is_condition(tokens[i]):
            break
        found.append(i)
        i = _behind_bracket(tokens, i + 1)
        if i >= len(tokens) or tokens[i].type not in _JOINS:
            break
        i += 1
    return found


def _again(tokens: Sequence[Token], i: int) -> Sequence[Token]:
    """The name in a bracket that is another one of the thing at `i`."""
    named = tokens[i + 2 : _behind_bracket(tokens, i + 1) - 1]
    return [token for token in named if token.type == "CONCEPT" and token.value == tokens[i].value]


def _behind_bracket(tokens: Sequence[Token], i: int) -> int:
    """The place behind a bracket of one name that begins at token `i`, as "(MTC)"; `i` where none does."""
    types = [token.type for token in tokens[i : i + 3]]
    return i + 3 if types[:1] == ["OPEN"] and types[2:] == ["CLOSE"] else i


def _is_condition(token: Token) -> bool:
    found = concepts().get(str(token.value).split("|")[0]) if token.type == "CONCEPT" else None
    return found is not None and found.kind in ("condition", "state")
