"""Numbers that tell kinds of one thing apart: `HCV infection, genotype 1, 2 or 4`, `chronic GT1a HCV`.

`series` of `grammar/concepts.yaml` says which things have such kinds, and which words stand before a number of one. A
list of numbers, each with the word or without, becomes one token for several concepts, as `hepatitis A or E` does. The
list ends where a number is none of the series.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from eligo.reading.lexicon import concept_named
from eligo.reading.tokens import Token
from eligo.vocabulary.concepts import concepts

_CHRONIC: Final = re.compile(r"\bchronic(?:ally)?[ -]+$", re.IGNORECASE)
_DENIED: Final = re.compile(r"(?:\bnon|\bnot|\bother than|\bexcept|\bmixed)[ -]*$", re.IGNORECASE)
_BEHIND: Final = r"(?: virus)?(?: ?\([A-Z]{2,5}\))?(?:[ -]infection)?(?: ?[,(] ?| with | of |[ -])"
# What stands behind a number that is none of a kind: "1.5", "2 prior treatments".
_COUNTED: Final = (
    r"\w|\.\d|\s*%|[ -](?:or (?:more|less|fewer|greater)|prior|previous|times?|years?|months?|weeks?|days?|doses?|"
    r"cycles?|courses?|lines?)\b"
)
_INFECTION: Final = re.compile(r"[- ]?infections?\b", re.IGNORECASE)


class _Patterns(NamedTuple):
    """How the numbers of a series are written: a list of them, behind the name and before it; one number; a range."""

    behind: re.Pattern[str]
    before: re.Pattern[str]
    one: re.Pattern[str]
    span: re.Pattern[str]


@functools.cache
def _patterns(of: str) -> _Patterns:
    series = concepts().series[of]
    number = "(?:" + _either(n if n[0].isdigit() else rf"(?<![^\W_]){n}" for n in series.ids) + rf")(?!{_COUNTED})"
    word = f"(?:{_either(series.words)})"
    named = rf"{word}[ -]*(?:\({word}\)[ -]*)?"
    join = r"-?(?: ?[,/] ?(?:and |or |and/or )?| (?:and|or|and/or) |-)"
    several = rf"{named}{number}(?:{join}(?:{named})?{number})*"
    return _Patterns(
        re.compile(rf"{_BEHIND}({several})(?: ?\({word}[ -]?{number}\))?\)?", re.IGNORECASE),
        re.compile(rf"\b({several})[ -]+(?:chronic )?$", re.IGNORECASE),
        re.compile(number, re.IGNORECASE),
        re.compile(rf"({number}) ?[-–] ?({number})", re.IGNORECASE),
    )


def _either(choices: Iterable[str]) -> str:
    return "|".join(sorted(choices, key=len, reverse=True))


def numbered(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each name of what has numbered kinds, and the numbers beside it, as the kinds that they are."""
    i = 0
    while i < len(tokens):
        if tokens[i].type == "CONCEPT":
            _take(tokens, i, text)
        i += 1
    return tokens


class _Kinds(NamedTuple):
    """The kinds that numbers beside a name say, and the stretch of it all."""

    ids: list[str]
    start: int
    end: int


def _take(tokens: list[Token], i: int, text: str) -> None:
    """Make a token the kinds that the numbers behind it, or before it, say; leave it where they say none."""
    token = tokens[i]
    of = _has_kinds().get(str(token.value))
    said = (_behind(token, of, text) or _before(token, of, text)) if of is not None else None
    if said is not None and said.ids and _holds(tokens, said.start, said.end):
        token.start, token.end = said.start, _with_infection(said.end, text)
        token.value = "|".join(dict.fromkeys(said.ids))
        _give_way(tokens, token, text)


@functools.cache
def _has_kinds() -> Mapping[str, str]:
    """What each concept is a numbered kind of, and itself what has such kinds."""
    series = concepts().series
    return {id_: of for of in series for id_ in (of, *series[of].ids.values())}


def _behind(token: Token, of: str, text: str) -> _Kinds | None:
    """`HCV infection (genotype 1 or 4)`."""
    found = _patterns(of).behind.match(text, _end_of_name(token, of, text))
    if found is None:
        return None
    ends_outside = found[0].count(")") > found[0].count("(")  # of a bracket that began before the name
    return _Kinds(_ids(of, found[1]), token.start, max(token.end, found.end() - ends_outside))


def _before(token: Token, of: str, text: str) -> _Kinds | None:
    """`chronic genotype 1 or 4 HCV infection`."""
    found = _patterns(of).before.search(text, 0, token.start) if token.value == of else None
    if found is None or _DENIED.search(text, 0, found.start()) is not None:
        return None
    chronic = _CHRONIC.search(text, 0, found.start())
    if chronic is None:
        return _Kinds(_ids(of, found[1]), found.start(), token.end)
    lasting = concept_named(f"chronic {text[token.start : token.end]}")
    known = lasting is not None and lasting in concepts().series
    return _Kinds(_ids(lasting, found[1]), chronic.start(), token.end) if lasting and known else None


def _end_of_name(token: Token, of: str, text: str) -> int:
    """Where the name ends whose numbers are sought: before the first number, where the token has one already."""
    if token.value == of:
        return token.end
    first = re.compile(rf"{_BEHIND}(?:{'|'.join(concepts().series[of].words)})", re.IGNORECASE)
    found = first.search(text, token.start, token.end)
    return found.start() if found is not None else token.end


def _ids(of: str, listed: str) -> list[str]:
    """The concepts of the numbers of a list, a range with all that lie between its ends."""
    patterns, ids = _patterns(of), concepts().series[of].ids
    plain = {number.casefold(): id_ for number, id_ in ids.items()}
    found: list[str] = []
    at = 0
    while (one := patterns.one.search(listed, at)) is not None:
        span = patterns.span.match(listed, one.start())
        if span is not None and span[1].isdigit() and span[2].isdigit() and int(span[1]) < int(span[2]):
            found += [plain[str(n)] for n in range(int(span[1]), int(span[2]) + 1) if str(n) in plain]
            at = span.end()
        else:
            found.append(plain[one[0].casefold()])
            at = one.end()
    return found


def _with_infection(end: int, text: str) -> int:
    """The end of the name with "infection" behind it."""
    found = _INFECTION.match(text, end)
    return found.end() if found is not None else end


def _holds(tokens: list[Token], start: int, end: int) -> bool:
    """Whether a stretch cuts through no other token."""
    return all(t.end <= start or t.start >= end or (start <= t.start and t.end <= end) or _is_words(t) for t in tokens)


def _is_words(token: Token) -> bool:
    return token.type == "FILLER" and token.value is None


def _give_way(tokens: list[Token], made: Token, text: str) -> None:
    """Take out the tokens that a name took in, and so much of those that go on before or behind it."""
    kept = list[Token]()
    for token in tokens:
        if token is made or token.end <= made.start or token.start >= made.end:
            kept.append(token)
        elif token.start < made.start:
            token.end = len(text[: made.start].rstrip())
            kept.append(token)
        elif token.end > made.end:
            token.start = made.end + len(text[made.end :]) - len(text[made.end :].lstrip())
            kept.append(token)
    tokens[:] = kept
