"""Two names as one: `AST/ALT ratio` is a quotient, `FEV1/FVC` a variable of its own, `(AST)/(ALT)` two names.

A quotient of two variables is a name whose id is both ids with a slash between them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from eligo.reading.lexicon import ratio_of
from eligo.reading.tokens import Token
from eligo.vocabulary.variables import variables

_BY: Final = "/"


class _Named(NamedTuple):
    """A variable with the bracket that repeats it, and the place behind both."""

    id: str
    start: int
    end: int
    after: int
    bracketed: bool


_AGAIN: Final = frozenset(["(", ")", "[", "]", ","])


def named_once(raw: list[Token]) -> list[Token]:
    """The tokens with each name as one with the brackets that say it more than once again: `(AST, SGOT)`."""
    made: list[Token] = []
    for i, token in enumerate(raw):
        if made and token.start < made[-1].end:
            continue
        id_ = token.roles.get("VAR") if token.roles else None
        end = _same_end(raw, i + 1, id_) if id_ is not None else i + 1
        same = end > i + 4  # one name in a bracket is met where names meet
        made.append(Token("", token.start, raw[end - 1].end, None, {"VAR": id_}) if same else token)
    return made


def _same_end(raw: list[Token], i: int, id_: str) -> int:
    """The place behind the brackets from `i` on that hold other words for one variable alone."""
    depth, end = 0, i
    for j in range(i, len(raw)):
        mark = raw[j].value if raw[j].type == "MARK" else None
        if raw[j].roles.get("VAR") != id_ and mark not in _AGAIN and "SLASH" not in raw[j].roles:
            break
        depth += (mark in ("(", "[")) - (mark in (")", "]"))
        if depth < 0 or (depth == 0 and mark not in (")", "]")):
            break
        end = j + 1 if depth == 0 else end
    return end


def joined_names(raw: list[Token]) -> list[Token]:
    """The tokens with the two names of a quotient as one, and without the brackets about two names."""
    made: list[Token] = []
    i = 0
    while i < len(raw):
        found = _quotient(raw, i) or _two_names(raw, i)
        if found is None:
            made.append(raw[i])
            i += 1
        else:
            tokens, i = found
            made += tokens
    return made


def quotient(id_: str | None) -> tuple[str, str] | None:
    """The two variables of a quotient; None where the id is not one.

    >>> quotient("ast/alt"), quotient("ast")
    (('ast', 'alt'), None)
    """
    above, by, below = (id_ or "").partition(_BY)
    return (above, below) if by else None


def _quotient(raw: list[Token], i: int) -> tuple[list[Token], int] | None:
    """`ratio of AST to ALT`."""
    if "RATIO" not in raw[i].roles or i + 3 >= len(raw) or "LINK" not in raw[i + 1].roles:
        return None
    above = _named(raw, i + 2)
    parted = above is not None and above.after < len(raw) and not _PARTS.isdisjoint(raw[above.after].roles)
    below = _named(raw, above.after + 1) if above is not None and parted else None
    if above is None or below is None or below.id == above.id:
        return None
    return [_joined(above.id, below.id, raw[i].start, below.end, ratio=True)], below.after


_PARTS: Final = frozenset(["TO", "SLASH", "AND"])


def _two_names(raw: list[Token], i: int) -> tuple[list[Token], int] | None:
    """`AST/ALT ratio`, `(AST)/(ALT)`: one name, or two without brackets."""
    above = _named(raw, i)
    between = _between(raw, above.after) if above is not None else None
    if above is None or between is None:
        return None
    by, behind = between
    below = _named(raw, behind)
    if below is not None and below.id == above.id and "SLASH" in by.roles:  # `AST (...)/SGOT`
        return [Token("", above.start, below.end, None, {"VAR": above.id})], below.after
    if below is None or below.id == above.id:
        return None
    word = raw[below.after] if below.after < len(raw) else None
    if word is not None and "RATIO" in word.roles:
        return [_joined(above.id, below.id, above.start, word.end, ratio=True)], below.after + 1
    if "SLASH" not in by.roles:
        return None
    known = ratio_of(above.id, below.id)
    if known is not None:
        return [Token("", above.start, below.end, None, {"VAR": known})], below.after
    if not above.bracketed and not below.bracketed:
        return None
    first = Token("", above.start, above.end, None, {"VAR": above.id})
    return [first, by, Token("", below.start, below.end, None, {"VAR": below.id})], below.after


def _between(raw: list[Token], at: int) -> tuple[Token, int] | None:
    """The mark or word at `at` that may part two names, and the place behind it; None where there is none."""
    if at >= len(raw):
        return None
    hyphens = [token.end - token.start for token in raw[at : at + 3]] == [1, 2, 1] and "TO" in raw[at + 1].roles
    by = raw[at + 1] if hyphens else raw[at]  # `bilirubin-to-albumin`
    if "SLASH" not in by.roles and "TO" not in by.roles and by.value != ":":
        return None
    return by, at + 3 if hyphens else at + 1


def _joined(above: str, below: str, start: int, end: int, *, ratio: bool) -> Token:
    """The name of a quotient; an unknown one where the two are not measured alike."""
    known = ratio_of(above, below)
    if known is not None:
        return Token("", start, end, None, {"VAR": known})
    one, other = variables().get(above), variables().get(below)
    alike = one is not None and other is not None and one.unit == other.unit and one.kind == other.kind
    if alike:
        return Token("", start, end, None, {"VAR": f"{above}{_BY}{below}"})
    return Token("WORD", start, end, None)


def _named(raw: list[Token], i: int) -> _Named | None:
    """The variable at `i`: alone, in brackets, or with a bracket behind it that repeats it."""
    if i >= len(raw):
        return None
    id_ = raw[i].roles.get("VAR")
    if id_ is None:
        if raw[i].value != "(" or i + 2 >= len(raw) or raw[i + 2].value != ")":
            return None
        inner = raw[i + 1].roles.get("VAR")
        return _Named(inner, raw[i].start, raw[i + 2].end, i + 3, True) if inner else None
    again = raw[i + 1 : i + 4]
    repeated = len(again) == 3 and (again[0].value, again[2].value) == ("(", ")") and again[1].roles.get("VAR") == id_
    if repeated:
        return _Named(id_, raw[i].start, again[2].end, i + 4, True)
    return _Named(id_, raw[i].start, raw[i].end, i + 1, False)
