"""Words that share the end of a name behind them: "spine or brain surgery", "alcohol or zorblax abuse".

What is no name by itself, as an adjective or a part of the body, is one with the noun of the next, or with all that
stands behind the adjective there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.naming import (
    JOINS,
    WORD,
    is_adjective,
    is_made_here,
    is_nameable,
    kind_named_by,
    kind_of_word,
)
from eligo.reading.tokens import LACKS_NOUN, Token
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import NamedKind, is_named, is_noun_of_names

_JOINING: Final = re.compile(r"[,;/]|\b(?:and|or)\b")


def complete(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with such words as names of their own."""
    for i in range(len(tokens) - 1, 1, -1):
        name = _name_to_share(tokens[i], text)
        if name is None:
            continue
        kind = kind_named_by(tokens[i]) or "condition"
        j = i
        while j > 1 and tokens[j - 1].type in JOINS and _lacks_noun(tokens[j - 2], name[-1], text):
            j -= 2
            said = text[tokens[j].start : tokens[j].end]
            tokens[j] = Token("CONCEPT", tokens[j].start, tokens[j].end, _completed(said, name, kind))
    return tokens


def _name_to_share(token: Token, text: str) -> list[str] | None:
    """The words of a name of several, where others may share the last of them; of several names in one, the noun."""
    if token.type != "CONCEPT":
        return None
    said = text[token.start : token.end].casefold()
    written = WORD.findall(said) if not said.isalnum() else []
    if len(written) < 2 or not is_noun_of_names(written[-1]):
        return None
    return written[-1:] if _JOINING.search(said) else written


def _completed(said: str, name: Sequence[str], kind: NamedKind) -> str:
    """The id of what words name with the end of a name behind them: the longest known one, else with its noun alone.

    Where none is known, one adjective stands for another: "restrictive or obstructive parenchymal lung disease".
    """
    ends = [" ".join(name[k:]) for k in range(1, len(name))] or list(name)
    for end in ends:
        id_ = concepts().named(kind, f"{said} {end}")
        if not is_named(id_):
            return id_
    alike = len(ends) > 1 and is_adjective(said.casefold()) and is_adjective(name[0])
    return concepts().named(kind, f"{said} {ends[0] if alike else ends[-1]}")


def _lacks_noun(token: Token, noun: str, text: str) -> bool:
    """Whether a token tells which, and not what: an adjective, a part of the body, a drug before what comes of one."""
    if token.roles is LACKS_NOUN:
        return True
    if token.type == "CONCEPT" and noun in words("of_drugs"):
        return kind_named_by(token) == "medication" and is_made_here(token)
    if token.type != "FILLER" or token.value is not None:
        return False
    written = text[token.start : token.end].casefold()
    return is_adjective(written) and is_nameable([written]) and kind_of_word(written) is None
