"""Two items that were written without a mark between them, or with a dash: `surgery within 28 days Active bleeding`.

A capital in the middle of a sentence begins another item where the word is one that items begin with, small words
stand on both sides, and nothing before it waits for a noun. It has the end of a sentence before it, without a mark.
"""

from __future__ import annotations

import functools
import re

from eligo.data import grammar_data
from eligo.reading.tokens import Token


@functools.cache
def _pattern() -> re.Pattern[str]:
    """A word of small letters that may end an item, a blank, and behind it a word that begins one."""
    data = grammar_data("names.yaml")
    begin = "|".join(map(str.capitalize, data["item_beginnings"]))
    open_ = "|".join(map(re.escape, data["item_openings"]))
    ends = rf"(?<![\w/-])(?!(?:{open_})\s|[ivx]+\))[a-z][a-z-]+[a-z]\)?\s+(?:[-–—]\s+)?"
    return re.compile(rf"{ends}(?=(?:{begin})\s[a-z])")


def parted(tokens: list[Token], text: str) -> list[Token]:
    """The raw tokens, with the end of a sentence before each item that begins in the middle of one."""
    if not any(_may_begin(text, token.start) for token in tokens[1:]):  # the pattern is tried at each word
        return tokens
    at = 0
    for found in _pattern().finditer(text):
        while at < len(tokens) and tokens[at].start < found.end():
            at += 1
        if at < len(tokens) and tokens[at].start == found.end() and tokens[at - 1].end <= found.end():
            tokens.insert(at, Token("STOP", found.end(), found.end()))
            at += 1
    return tokens


def _may_begin(text: str, at: int) -> bool:
    """Whether a word with one capital begins there, behind a small letter or a bracket and a blank."""
    if not (text[at].isupper() and text[at + 1 : at + 2].islower() and text[at - 1].isspace()):
        return False
    last = text[:at].rstrip().rstrip("-–—").rstrip()[-1:]
    return last.islower() or last == ")"
