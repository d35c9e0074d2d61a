"""A condition where it stands: `if A, B`, `B if A`, `B in patients with A`, `in women`; or only an introduction."""

from __future__ import annotations

import itertools
from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.line import ENDS, LIMIT, TAKEN, LinePass
from eligo.reading.tokens import Token

_NO_LIST_AT_ALL: Final = frozenset(["OPEN", "IF", "UNLESS", "EXCEPT"])
_NO_LIST: Final = LIMIT | _NO_LIST_AT_ALL | {"VAR"}  # with these it is no list of facts
_PARTS: Final = frozenset(["STOP", "SEMI", "SUBITEM"])
_JOINED: Final = frozenset(["COMMA", "AND", "OR"])
_TIMES: Final = frozenset(["WITHIN", "BEFORE", "SINCE", "AGO", "LASTING"])
_DESCRIBING: Final = frozenset(["CONCEPT", "QUAL", "STATUS", "FILLER", "NEG"])  # of whom a sex is said


def condition(line: LinePass, i: int, token: Token) -> None:
    """`if`, `in patients with`: before what it holds for, behind it, or only an introduction."""
    if token.value == "who":
        _introduced(line, token) if not line.core else line.unused(token, "logic")
        return
    if line.bound or line.first:
        line.unused(token)
        return
    begins, again = line.begins(), _joined_on(line)
    if (begins or again) and _then_ahead(line, i) >= 0 and not line.deep():
        _condition_first(line, token, again)
    elif begins and not _behind_a_part(line) and not line.bracket_begins():
        _introduced(line, token) if token.value == "in" else line.unused(token)
    elif _behind_something(line) and not line.deep():
        line.take_separator(token)
        token.type, line.tied = "IF", not line.bracket_begins()
        line.scope(token)
    else:
        line.unused(token)


def _behind_something(line: LinePass) -> bool:
    """`B if A`, `B (if A)`."""
    return (line.said or line.bracket_begins()) and line.previous() not in ("AND", "OR")


def _joined_on(line: LinePass) -> bool:
    """`B, and if A`: another condition after what was said."""
    last = line.out[-1] if line.out else None
    if last is None or not line.said:
        return False
    return last.type in ("AND", "OR") or (last.type in TAKEN and last.value in ("and", "or"))


def _behind_a_part(line: LinePass) -> bool:
    """`B; in patients with A`."""
    return line.said and line.previous() == "SEMI"


def _condition_first(line: LinePass, token: Token, again: bool) -> None:
    """`if A, B`: what comes next is asked of some only, up to its comma."""
    if again:
        mark = line.out[-1]
        mark.value = mark.value or mark.type.lower()
        mark.type = "NEXT"
    token.type, line.first, line.tied, line.scoped = "IFFIRST", True, False, "IFFIRST"
    line.join(token)


def _then_ahead(line: LinePass, i: int) -> int:
    """The place of the comma or colon behind `if A`, where something comes behind it; else -1."""
    return line.same_level(i, lambda j, t: (t.type == "COMMA" and _goes_on(line, j)) or line.is_colon(t))


def _goes_on(line: LinePass, j: int) -> bool:
    following = line.ahead(j)
    return following is not None and following.type not in ENDS


def _introduced(line: LinePass, token: Token) -> None:
    token.type = "WHO"
    line.out.append(token)


def sex(line: LinePass, i: int, token: Token) -> None:
    """`in women of childbearing potential` is a condition; `in women` alone is part of its unit."""
    comma = bool(line.tokens[i + 1 : i + 2]) and line.tokens[i + 1].type == "COMMA" and line.begins()  # `for women, A`
    if (
        line.sexed(token)
        and (comma or line.follows(i, _DESCRIBING) or _aged(line, i))
        and (
            line.said
            or line.bracket_begins()
            or line.same_level(i, lambda j, t: t.type == "COMMA" or line.is_colon(t)) >= 0
        )
    ):
        mark = Token("IF", token.start, token.start, "in")
        condition(line, i - 1, mark)
        if mark.type == "FILLER":  # it can do nothing where it stands
            token.type, token.value = "FILLER", mark.value
        if mark.type in ("FILLER", "WHO"):  # no word stands for it
            line.out.pop()
    line.add(token)


def _aged(line: LinePass, i: int) -> bool:
    """Whether an age comes next: `in women over 50 years`; else the limit is of a value: `in women < 12 g/dL`."""
    for token in line.tokens[i + 1 : i + 8]:
        if token.type in ("AGECOMP", "AGEUNIT", "OLD", "AGEAFTER") or (token.type == "VAR" and token.value == "age"):
            return True
        if token.type == "UNIT":
            return bool(token.value == "a")
        if token.type not in LIMIT and token.type not in ("TO", "SKIP", "LIGHT", "JOIN", "AFTER"):
            return False
    return False


def for_some(line: LinePass, i: int, written: str) -> bool:
    """`for smokers, B`, `in diabetic patients, B`, `B in diabetic patients`: whether a small word says of whom B is."""
    first, *article = written.split()
    if first not in words("of_whom") or not words("articles").issuperset(article):
        return False
    end = _people(line, i + 1)
    if line.begins() and not line.bracket_begins():
        anybody = end < 0 and not article and first in words("for_whom") and line.follows(i, _ONE)
        return _comma_next(line, i + 2 if anybody else end)
    return end > 0 and line.limited() and _ends_whom(line, end)


def _comma_next(line: LinePass, i: int) -> bool:
    """Whether a comma stands at `i`, and something behind it."""
    return 0 < i < len(line.tokens) - 1 and line.tokens[i].type == "COMMA"


def _ends_whom(line: LinePass, i: int) -> bool:
    """Whether nothing more can be said of the people before `i`: the sentence ends, or the next limit begins."""
    if i == len(line.tokens) or line.tokens[i].type in _ENDS_WHOM:
        return True
    return line.tokens[i].type == "COMMA" and line.follows(i, LIMIT | {"VAR"})


def names_people(line: LinePass, token: Token) -> bool:
    """Whether a token ends in a word for people: `cirrhotic patients`, `population`."""
    last = line.written(token).split()[-1:]
    return bool(last) and (last[0] in words("adults") or last[0] in words("populations"))


_ONE: Final = frozenset(["CONCEPT"])
_ENDS_WHOM: Final = frozenset(["STOP", "SEMI", "SUBITEM", "CLOSE"])
_LIKE: Final = frozenset(["CONCEPT", "QUAL", "STATUS", "NEG"])


def _people(line: LinePass, begin: int) -> int:
    """The place behind words that say which people are meant: `diabetic patients`; -1 where they are none."""
    end = begin
    while end < len(line.tokens) and line.tokens[end].type in _LIKE | {"LIGHT"}:
        token = line.tokens[end]
        if names_people(line, token) and (token.type == "CONCEPT" or end > begin):
            return end + 1 if any(t.type == "CONCEPT" for t in line.tokens[begin : end + 1]) else -1
        if token.type == "LIGHT" and line.written(token).split()[-1] not in words("articles"):
            return -1
        end += 1
    return -1


def ends_list(line: LinePass, i: int, following: Token) -> bool:
    """Let a bracket with a word of scope at the end of a list of facts be no bracket; whether it is one.

    So is one of limits on one variable: `INR > 2 or INR > 3 (if A)` gives the limit for whom A holds.
    """
    if line.stack or not _behind_list(line, following):
        return False
    closing = _closes_part(line, i)
    inner = {t.type for t in line.tokens[i + 1 : closing]}
    timed = following.type == "EXCEPT" and not inner.isdisjoint(_TIMES)  # a time in the bracket stays there
    if closing < 0 or "OPEN" in inner or timed:
        return False
    for token in (line.tokens[i], line.tokens[closing]):
        token.type = "LIGHT"
        token.value = None
    line.add(line.tokens[i])
    return True


def _behind_list(line: LinePass, following: Token) -> bool:
    """Whether a list of facts stands before, or, before a condition, one of limits on one variable."""
    before = list(itertools.takewhile(lambda t: t.type not in _PARTS, reversed(line.out)))
    types = {t.type for t in before}
    measured = [t.value for t in before if t.type == "VAR"]
    in_its_place = following.type == "IF" and len(measured) > 1 and len(set(measured)) == 1
    return not types.isdisjoint(_JOINED) and types.isdisjoint(_NO_LIST_AT_ALL if in_its_place else _NO_LIST)


def _closes_part(line: LinePass, i: int) -> int:
    """The place behind `i` where a bracket is closed, in writing, at the end of a part; else -1."""
    closing = next((j for j in range(i + 1, len(line.tokens)) if line.tokens[j].type == "CLOSE"), -1)
    behind = line.tokens[closing + 1 : closing + 2]
    implied = closing >= 0 and line.tokens[closing].start == line.tokens[closing].end
    return -1 if implied or (behind and behind[0].type not in _PARTS) else closing
