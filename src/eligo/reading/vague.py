"""What tells of no thing, as a statement: "any other clinically significant illness within 4 weeks".

No record has such a thing by name, and no vocabulary can: where a whole part of an item says no more than of what kind
something is, how bad and when, a person answers it in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from eligo.reading.lexicon import name_words, words
from eligo.reading.naming import tells_nothing
from eligo.reading.neighbours import is_time_unit
from eligo.reading.tokens import Token
from eligo.vocabulary.named import statement_id

_ENDS: Final = frozenset(["STOP", "SEMI"])
_BEFORE: Final = frozenset(["LIGHT", "WHO", "FRESH", "NEG"])
_NARROWING: Final = frozenset(
    ["LIGHT", "FRESH", "QUAL", "OTHER", "STATUS", "FILLER", "NOTED", "UNTESTED", "OR", "AND", "COMMA"]
)
_SEPARATING: Final = frozenset(["COMMA", "SEMI"])
_JOINING: Final = frozenset(["OR", "AND", "COMMA", "NEG", "FRESH"])
_OPINION: Final = "investigator_judgement"
_AHEAD: Final = frozenset(["LIGHT", "FRESH", "QUAL", "OTHER", "STATUS", "COMMA", "OR", "AND"])
_UNTOLD: Final = frozenset(
    [
        "OLD",
        "AGECOMP",
        "AGEUNIT",
        "VAR",
        "SUCH",
        "SUBITEM",
        "COLON",
        "FOLLOWING",
        "PERMIT",
        "EXCEPT",
        "UNLESS",
        "HEDGE",
        "IF",
    ]
)
_TIMES: Final = frozenset(["WITHIN", "NUM", "UNIT", "BEFORE", "AT", "SINCE", "EVENT", "AGO", "LASTING"])
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def judge(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each part that tells of no thing as one statement."""
    if all(token.type != "FILLER" or token.value is not None for token in tokens):
        return tokens
    out: list[Token] = []
    for part, end in _parts(tokens, text):
        start = _start(part, text)
        denied = any(token.type == "NEG" for token in part[:start])
        if _tells_nothing(part[start:], text) or _describes(part[start:], denied, text):
            span = part[start].start, part[-1].end
            opinion = any(token.type == "ATTEST" for token in part[start:])
            id_ = _OPINION if opinion else statement_id("judgement", text[slice(*span)])
            part[start:] = [Token("ATTEST", *span, id_)]
        out += [*part, *end]
    return out


def _parts(tokens: Sequence[Token], text: str) -> Iterator[tuple[list[Token], list[Token]]]:
    """The parts of an item, each with what ends it; no separator ends one before what something is like."""
    begin = 0
    for i, token in enumerate(tokens):
        described = token.type == "SEMI" and i + 1 < len(tokens) and _tells_how(tokens[i + 1], text)
        if token.type in _ENDS and not described:
            yield list(tokens[begin:i]), [token]
            begin = i + 1
    yield list(tokens[begin:]), []


def _start(part: Sequence[Token], text: str) -> int:
    """The place of the first word that is more than of whom it is, and whether it is so."""
    before = name_words("before_statements")
    for i, token in enumerate(part):
        if token.type in _BEFORE:
            continue
        written = _words_of(token, text) if token.type in ("FILLER", "STATUS") else ()
        if not written or not before.issuperset(written):
            return i
    return len(part)


def _tells_nothing(part: Sequence[Token], text: str) -> bool:
    """Whether a part says no more than of what kind something is, how bad, and when."""
    kinds = [token for token in part if token.type == "FILLER"]
    if not kinds or not all(token.type in _NARROWING or _is_time(part, i) for i, token in enumerate(part)):
        return False
    nothing = all(token.value is None and tells_nothing(_words_of(token, text)) for token in kinds)
    return nothing and not _obliges(part, text)


def _describes(part: Sequence[Token], denied: bool, text: str) -> bool:
    """Whether a part begins with no more than a kind of things, and goes on with what they are like.

    A negation before it denies no more than one thing, so that nothing may be joined to it.
    """
    place = next((i for i, token in enumerate(part) if token.type not in _AHEAD), len(part))
    rest = _behind_kind(part[place], text) if place + 1 < len(part) else None
    if rest is None or _says_more(part, text):
        return False
    if denied and not _JOINING.isdisjoint(token.type for token in part):
        return False
    if rest:
        return rest[0] in name_words("describing")
    behind = part[place + 2 :] if part[place + 1].type in _SEPARATING else part[place + 1 :]
    return bool(behind) and _tells_how(behind[0], text)


def _behind_kind(token: Token, text: str) -> list[str] | None:
    """The words of a token behind those that tell only of a kind of things; None where it begins with no such word."""
    if token.type != "FILLER" or token.value not in (None, "logic"):
        return None
    written = _words_of(token, text)
    kinds = next((i for i, word in enumerate(written) if not tells_nothing([word])), len(written))
    return written[kinds:] if kinds else None


def _says_more(part: Sequence[Token], text: str) -> bool:
    """Whether a part says what no words on a thing do: a value, a list, a condition, a duty, what a person states."""
    for token in part:
        stated = token.type == "ATTEST" and token.value != _OPINION
        if stated or token.type in _UNTOLD or text[token.start : token.end] == ":":
            return True
    return _obliges(part, text)


def _tells_how(token: Token, text: str) -> bool:
    """Whether a token begins to say what something is like: "requiring treatment"."""
    return next(iter(_words_of(token, text)), "") in name_words("describing")


def _obliges(part: Sequence[Token], text: str) -> bool:
    """`the screening value must be obtained`: what the trial does."""
    return any(not words("obligations").isdisjoint(_words_of(token, text)) for token in part)


def _is_time(part: Sequence[Token], i: int) -> bool:
    """Whether a token is of a time; a number only with a unit of time behind it."""
    token = part[i]
    if token.type == "NUM":
        return i + 1 < len(part) and is_time_unit(part[i + 1])
    return is_time_unit(token) if token.type == "UNIT" else token.type in _TIMES


def _words_of(token: Token, text: str) -> list[str]:
    return _WORD.findall(text[token.start : token.end].casefold())
