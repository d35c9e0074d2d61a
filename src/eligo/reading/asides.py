"""What stands beside a limit and is none: the ends of a scale (`on the 0-10 scale`), and how a value is found.

Such a stretch becomes one small word, so that the name and its limit find each other over it; a method is a note.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eligo.reading.tokens import Token
from eligo.vocabulary.variables import variables

_Taken = Callable[[list[Token], int], int]  # how many tokens are taken from a place on
_EVENT: Final = {"EVENT": "screening"}
_ASIDE: Final = {"LIGHT": "aside"}
_BETWEEN: Final = {"LIGHT": "method"}
_BEHIND: Final = {"NOTED": "measured"}


def without_asides(raw: list[Token], roles: set[str]) -> list[Token]:
    """The tokens, which have these roles, with each such stretch as one."""
    if "METHOD" in roles:
        raw = _merged(raw, _method_between, _BETWEEN)
        raw = _merged(raw, _method_behind, _BEHIND)
    if "TO" in roles and any(token.type == "NUM" and token.value.value in (0, 1) for token in raw):
        raw = _merged(raw, _scale, _ASIDE)
    return raw


def _merged(raw: list[Token], taken_at: _Taken, roles: dict[str, str]) -> list[Token]:
    made: list[Token] = []
    i = 0
    while i < len(raw):
        taken = taken_at(raw, i)
        if taken:
            made.append(Token("", raw[i].start, raw[i + taken - 1].end, None, roles))
        else:
            made.append(raw[i])
        i += taken or 1
    return made


def _may(raw: list[Token], i: int, *roles: str) -> bool:
    return 0 <= i < len(raw) and not raw[i].roles.keys().isdisjoint(roles)


def _mark(raw: list[Token], i: int, marks: str) -> bool:
    return 0 <= i < len(raw) and raw[i].type == "MARK" and raw[i].value in marks


# --- how a value is found


def _method_between(raw: list[Token], i: int) -> int:
    """`ejection fraction by echocardiography or MUGA >= 50 %`: how many tokens the method at `i` takes."""
    taken = _method(raw, i) if i and _may(raw, i, "BY_METHOD") and not _may(raw, i - 1, "METHOD") else 0
    if not taken:
        return 0
    named = raw[i - 1].type == "WORD" or _may(raw, i - 1, "VAR", "CONCEPT", "LINK") or _mark(raw, i - 1, ")")
    limit = i + taken + _mark(raw, i + taken, "([")  # `QTc on electrocardiogram (> 450 ms)`
    return taken if named and _limit_follows(raw, limit) else 0


def _method_behind(raw: list[Token], i: int) -> int:
    """`>= 50 % by echocardiography`, `>= 60 mL/min (MDRD)`: how many tokens the method at `i` takes."""
    if not i:
        return 0
    opens = _mark(raw, i - 1, "([")
    taken = _method(raw, i) if opens or _may(raw, i, "BY_METHOD") else 0
    if not taken or not (_limited(raw, i - 1 - opens) or (opens and _may(raw, i - 2, "VAR"))):
        return 0
    closes = _mark(raw, i + taken, ")]")
    return taken if closes == opens and (opens or _part_ends(raw, i + taken)) else 0


def _method(raw: list[Token], i: int) -> int:
    """How many tokens a method takes, or several, with the word that introduces it: `by the MDRD equation`."""
    j = i + _may(raw, i, "BY_METHOD")
    j += j > i and _may(raw, j, "LINK", "LIGHT") and not _may(raw, j, "METHOD")
    if not _may(raw, j, "METHOD"):
        return 0
    j += 1
    while _may(raw, j, "AND", "OR", "SLASH") and _may(raw, j + 1, "METHOD"):
        j += 2
    return j - i


def _limited(raw: list[Token], i: int) -> bool:
    """Whether a limit ends here."""
    return i >= 0 and (raw[i].type in ("NUM", "UNIT") or _may(raw, i, "REF", "TIMEUNIT", "SCOREUNIT", "AFTER"))


def _part_ends(raw: list[Token], i: int) -> bool:
    return i >= len(raw) or raw[i].type in ("MARK", "STOP") or _may(raw, i, "AND", "OR", "WITHIN", "AT")


def _limit_follows(raw: list[Token], i: int) -> bool:
    """Whether a comparator or a range comes next, but for a small word."""
    for j in (i, i + 1):
        if _may(raw, j, "COMP", "BETWEEN") or (j < len(raw) and raw[j].type == "NUM"):
            return True
        if not _may(raw, j, "LINK", "LIGHT"):
            return False
    return False


# --- when all of it is asked


def joined_visits(raw: list[Token]) -> list[Token]:
    """The tokens, with `screening or baseline` behind `at` as one."""
    return _merged(raw, _visits, _EVENT)


def _visits(raw: list[Token], i: int) -> int:
    """How many tokens the visits take that begin at `i`."""
    if not _visit(raw, i) or not _may(raw, i - 1, "AT") or not _may(raw, i + 1, "AND", "OR", "SLASH"):
        return 0
    j = i + 2 + _may(raw, i + 2, "AT")
    return j + 1 - i if _visit(raw, j) else 0


def _visit(raw: list[Token], i: int) -> bool:
    return _may(raw, i, "EVENT") and raw[i].roles["EVENT"] in ("screening", "baseline", "enrollment")


# --- the ends of a scale


def _scale(raw: list[Token], i: int) -> int:
    """How many tokens the ends of a scale take that begins at `i`; 0 where there is none."""
    if _mark(raw, i, "(["):
        return _scale_in_bracket(raw, i)
    if raw[i].type != "NUM":
        return 0
    taken = _ends(raw, i)
    if not taken or not (i and i + taken <= len(raw)):
        return 0
    if not _may(raw, i - 1, "COMP") and (_may(raw, i + taken, "SCALE") or _is_score(raw, i + taken)):
        return taken + (not _may(raw, i + taken, "VAR"))  # on the 0-10 scale
    back = i - 1
    while _may(raw, back, "BETWEEN", "LINK") and not _may(raw, back, "SCALE"):
        back -= 1
    article = _may(raw, back, "SCALE") and _may(raw, back - 1, "ON_SCALE")
    return taken if article else 0  # on a scale of 0 to 10


def _is_score(raw: list[Token], i: int) -> bool:
    variable = variables().get(raw[i].roles.get("VAR", "")) if i < len(raw) else None
    return variable is not None and variable.kind == "score"


def _ends(raw: list[Token], i: int) -> int:
    """How many tokens the range at `i` takes that begins with 0 or 1, a word for points included."""
    if i + 2 >= len(raw) or raw[i].type != "NUM" or raw[i + 2].type != "NUM" or not _may(raw, i + 1, "TO"):
        return 0
    if raw[i].value.value not in (0, 1) or raw[i + 2].value.value <= raw[i].value.value:
        return 0
    points = _may(raw, i + 3, "SCOREUNIT") or (i + 3 < len(raw) and raw[i + 3].value == "{score}")
    return 4 if points else 3


_ABOUT_RANGE: Final = ("BETWEEN", "SCALE", "GRADE", "LINK", "LIGHT")


def _scale_in_bracket(raw: list[Token], i: int) -> int:
    """`score (range 0-42) >= 16`, `score >= 10 (0 to 27)`: how many tokens the bracket takes."""
    j = i + 1
    while _may(raw, j, *_ABOUT_RANGE) and raw[j].type == "":
        j += 1
    taken = _ends(raw, j)
    if not taken or not _mark(raw, j + taken, ")]"):
        return 0
    end = j + taken + 1
    limited = raw[i - 1].type == "NUM" or (i > 1 and raw[i - 2].type == "NUM" and raw[i - 1].value == "{score}")
    return end - i if i and (limited or _comparator_follows(raw, end)) else 0


def _comparator_follows(raw: list[Token], i: int) -> bool:
    for j in (i, i + 1, i + 2):
        if _may(raw, j, "COMP"):
            return True
        if not _may(raw, j, "LINK", "LIGHT", "GRADE", "SCALE"):
            return False
    return False
