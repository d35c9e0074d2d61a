"""Words that no data file knows, in a list of things of one kind: "heparin, zorblaxin or warfarin" are three drugs.

Such a word is a name of that kind as well, where it is all that stands between two joins, and the names on both sides
are one word each, so that none of them can lend it one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from eligo.reading.lexicon import name_words
from eligo.reading.naming import (
    is_adjective,
    is_in_or_of,
    is_made_here,
    is_nameable,
    is_noun,
    is_vague,
    kind_named_by,
    kind_of_word,
)
from eligo.reading.tokens import LACKS_NOUN, NO_NAME, Token
from eligo.vocabulary.concept import singular
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import NamedKind

_JOINS: Final = frozenset(["OR", "AND", "COMMA"])
_JOINED: Final = ["OR", "CONCEPT"], ["AND", "CONCEPT"]
_ENDS: Final = frozenset(["STOP", "SEMI", "CLOSE", "SUBITEM", "WITHIN", "BEFORE"])
_NARROWING: Final = frozenset(["STATUS", "QUAL"])
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LONGEST: Final = 5  # words


def name_listed(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each such word as a name; a class beside a name that may narrow it is none."""
    for i in range(len(tokens)):
        kind = _kind(tokens, i, text)
        if kind is not None:
            written = text[tokens[i].start : tokens[i].end]
            tokens[i] = Token("CONCEPT", tokens[i].start, tokens[i].end, concepts().named(kind, written))
    for i, token in enumerate(tokens):
        if token.type == "CONCEPT" and _is_narrowed(tokens, i, text):
            tokens[i] = Token("FILLER", token.start, token.end)
    return tokens


def _is_narrowed(tokens: Sequence[Token], i: int, text: str) -> bool:
    """Whether a class shares words with a name: "malignancy or metastasis of the brain", "brain infections or cancers".

    Nobody knows whether a malignancy of the brain is meant, or any.
    """
    if singular(text[tokens[i].start : tokens[i].end].casefold()) not in name_words("classes"):
        return False
    before, behind = tokens[max(0, i - 2) : i], tokens[i + 1 : i + 3]
    if [t.type for t in behind] in _JOINED and is_made_here(behind[1]):
        return is_in_or_of(text[behind[1].start : behind[1].end])
    if [t.type for t in reversed(before)] not in _JOINED or not is_made_here(before[0]):
        return False
    written = _WORD.findall(text[before[0].start : before[0].end].casefold())
    return len(written) > 1 and singular(written[-1]) in name_words("classes")


def _may_be_name(token: Token, text: str) -> bool:
    """Whether all words of a filler may be a name, and tell of a thing."""
    if token.value is not None or token.roles is LACKS_NOUN or token.roles is NO_NAME:
        return False
    said = text[token.start : token.end].casefold()
    words = _WORD.findall(said)
    plain = " ".join(words) == " ".join(said.split()) and 0 < len(words) <= _LONGEST
    return (
        plain
        and is_nameable(words)
        and not is_vague(words)
        and not is_adjective(words[-1])
        and all(map(is_noun, words))
    )


def _kind(tokens: Sequence[Token], i: int, text: str) -> NamedKind | None:
    """The kind of the names beside what may be one; None where they are of several, or may share a word with it."""
    if tokens[i].type != "FILLER":
        return None
    j = i - 1
    while j > 0 and tokens[j].type in _NARROWING:
        j -= 1
    listed = j > 0 and tokens[j].type in _JOINS and tokens[j - 1].type == "CONCEPT"
    behind = _behind(tokens, i)
    if not listed or behind is None or not _may_be_name(tokens[i], text):
        return None
    beside = [tokens[j - 1], *behind]
    kinds = {kind_named_by(token) for token in beside}
    if len(kinds) != 1 or any(len(text[t.start : t.end].split()) > 1 for t in beside):
        return None
    kind, words = kinds.pop(), _WORD.findall(text[tokens[i].start : tokens[i].end].casefold())
    return kind if kind_of_word(words[-1]) in (None, kind) and (len(words) == 1 or kind == "medication") else None


def _behind(tokens: Sequence[Token], i: int) -> list[Token] | None:
    """The name behind it, where a join stands between; none where the list ends; None where neither is so."""
    if i + 1 == len(tokens) or tokens[i + 1].type in _ENDS:
        return []
    if tokens[i + 1].type not in _JOINS or i + 2 >= len(tokens):
        return None
    return [tokens[i + 2]] if tokens[i + 2].type == "CONCEPT" else None
