"""Raw tokens to fewer: a number that is written twice (`three (3)`), or in two units (`37 weeks 6 days`), is one.

So is one with `(inclusive)` behind it, and a comparator with its sign behind it: `at least (>=)`. What two names make
together, and what stands beside a limit and is none, is settled here too: all before any token has its type.
"""

from __future__ import annotations

from typing import Final

from eligo.reading.asides import joined_visits, without_asides
from eligo.reading.ratios import joined_names, named_once
from eligo.reading.tokens import Token


def joined_numbers(raw: list[Token]) -> list[Token]:
    """The tokens with such numbers, names and asides as one each."""
    roles: set[str] = set()
    numbers = False
    for token in raw:
        if token.roles:
            roles.update(token.roles)
        elif token.type == "NUM":
            numbers = True
    if "VAR" in roles:
        raw = named_once(raw)
    if "VAR" in roles and not _PARTING.isdisjoint(roles):
        raw = joined_names(raw)
    if "EVENT" in roles and "AT" in roles:
        raw = joined_visits(raw)
    if not numbers:
        return raw
    raw = _without_brackets(_without_hyphens(_without_repeats(raw)) if "TO" in roles else _without_repeats(raw))
    if _may_go_on(raw):
        raw = _one_of_two(raw)
    return without_asides(_extremes(raw) if "EXTREME" in roles else raw, roles)


_PARTING: Final = frozenset(["SLASH", "RATIO"])
_GOING_ON: Final = frozenset(["AND", "AFTER", "OUT_OF"])


def _may_go_on(raw: list[Token]) -> bool:
    """Whether a number stands where it may go on with one before it, as hardly any does."""
    before = [raw[i - 1] for i, token in enumerate(raw) if token.type == "NUM" and i > 1]
    return any(t.value in ("(", ",") or t.type == "UNIT" or not _GOING_ON.isdisjoint(t.roles) for t in before)


def _one_of_two(raw: list[Token]) -> list[Token]:
    """The tokens with each number that goes on with another one as one."""
    made: list[Token] = []
    i, count = 0, len(raw)
    while i < count:
        token = raw[i]
        if (token.type == "NUM" or (token.roles and "NUMBER" in token.roles)) and i + 2 < count:
            taken = _twice(raw, i) or _days(raw, i) or _out_of(raw, i)
            if taken:
                made += raw[i : i + 2] if raw[i + 1].type == "UNIT" else raw[i : i + 1]
                i += taken
                continue
        made.append(token)
        i += 1
    return made


def _without_repeats(raw: list[Token]) -> list[Token]:
    """`50 kg (inclusive) and 90 kg`, `less than or equal to (<=) 2`: the bracket belongs to what stands before it."""
    said = [i for i, t in enumerate(raw) if t.roles and not _REPEATED.isdisjoint(t.roles) and 1 < i < len(raw) - 1]
    taken = [i for i in said if _adds_nothing(raw[i - 2 : i + 2])]
    if not taken:
        return raw
    for i in taken:
        raw[i - 2].end = raw[i + 1].end
    left_out = {j for i in taken for j in (i - 1, i, i + 1)}
    return [t for i, t in enumerate(raw) if i not in left_out]


_REPEATED: Final = frozenset(["INCLUSIVE", "COMP"])


def _adds_nothing(tokens: list[Token]) -> bool:
    """Whether a bracket of one word says that the number before it is included, or the comparator before it again."""
    before, opening, word, closing = tokens
    roles, marks = word.roles, (opening.value, closing.value)
    if marks == ("(", ")") and "INCLUSIVE" in roles and _ends_number(before):
        return True
    op = roles.get("COMP")
    return op is not None and marks in _BRACKETS and before.roles.get("COMP") == op


_BRACKETS: Final = (("(", ")"), ("[", "]"))


def _ends_number(token: Token) -> bool:
    return token.type in ("NUM", "UNIT") or "OLD" in token.roles


def _without_hyphens(raw: list[Token]) -> list[Token]:
    """`between 20- and 60-years`: a hyphen that hangs on a number belongs to it."""
    hanging = [i for i, token in enumerate(raw) if i and raw[i - 1].type == "NUM" and _hangs(raw, i, token)]
    for i in hanging:
        raw[i - 1].end = raw[i].end
    return [t for i, t in enumerate(raw) if i not in hanging] if hanging else raw


def _hangs(raw: list[Token], i: int, token: Token) -> bool:
    if raw[i - 1].end != token.start or token.end - token.start > 1:
        return False
    following = raw[i + 1] if i + 1 < len(raw) else None
    joins = following is not None and {"AND", "TO"} <= following.roles.keys()
    return joins and "TO" in token.roles and following is not None and following.start > token.end


def _without_brackets(raw: list[Token]) -> list[Token]:
    """`between (20-28) weeks`, `> (3) mm`: brackets about a number that its comparator stands before."""
    left_out: set[int] = set()
    for i in range(1, len(raw) - 2):
        if raw[i].value != "(" or raw[i].type != "MARK":
            continue
        more = "PLUSMINUS" in raw[i + 1].roles and _ends_number(raw[i - 1])  # 23 (+/- 4)
        if not more and _LIMITING.isdisjoint(raw[i - 1].roles):
            continue
        end = next((j for j in range(i + 1, min(i + 7, len(raw))) if raw[j].value == ")"), 0)
        if end > i + 1 and all(_in_range(token) for token in raw[i + 1 + more : end]):
            raw[i + 1].start, raw[end - 1].end = raw[i].start, raw[end].end
            left_out |= {i, end}
    return [t for i, t in enumerate(raw) if i not in left_out] if left_out else raw


_LIMITING: Final = frozenset(["COMP", "BETWEEN"])


def _in_range(token: Token) -> bool:
    return token.type in ("NUM", "UNIT") or "TO" in token.roles


_WORDS_BETWEEN: Final = 5  # how many words the name of what has an extreme may have


def _extremes(raw: list[Token]) -> list[Token]:
    """`minimum lesion length of 10 mm`: the extreme stands before its name, and the limit is where the number is."""
    for i, token in enumerate(raw):
        if "EXTREME" not in token.roles:
            continue
        for j in range(i + 2, min(i + 2 + _WORDS_BETWEEN, len(raw) - 1)):
            roles = raw[j].roles
            if "COMP" in roles and roles["COMP"][0] == token.roles["EXTREME"][0]:
                token.roles = {"LIGHT": None}  # a minimum of at least
                break
            if raw[j + 1].type == "NUM" and "LINK" in roles and "TO" not in roles:
                op = token.roles["EXTREME"]
                token.roles = {"LIGHT": None}
                raw[j].roles = {"COMP": op}
                break
            if raw[j].type not in ("WORD", "") or not _LIMITING.isdisjoint(roles) or "AND" in roles or "OR" in roles:
                break
    return raw


def _twice(raw: list[Token], i: int) -> int:
    """`three (3)`: how many tokens the number takes; its end moves behind the bracket."""
    if i + 3 >= len(raw):
        return 0
    mark, number, last = raw[i + 1 : i + 4]
    if number.type != "NUM" or mark.type != "MARK" or last.type != "MARK" or (mark.value, last.value) != ("(", ")"):
        return 0
    roles = raw[i].roles
    value = roles["NUMBER"] if "NUMBER" in roles else raw[i].value.value
    if value != number.value.value:
        return 0
    raw[i].end = last.end
    return 4


def _out_of(raw: list[Token], i: int) -> int:
    """`4 out of 10`: how many tokens the points of a scale take; its end moves behind the highest one."""
    if "OUT_OF" not in raw[i + 1].roles or raw[i].type != "NUM" or raw[i + 2].type != "NUM":
        return 0
    raw[i].end = raw[i + 2].end
    return 3


def _days(raw: list[Token], i: int) -> int:
    """`37 weeks (and) 6 days`: how many tokens the time takes; its unit moves behind the days."""
    if raw[i].type != "NUM" or i + 3 >= len(raw) or not _is_unit(raw[i + 1], "wk"):
        return 0
    j = i + 2
    plus = "AFTER" in raw[j].roles and raw[j].end - raw[j].start == 1
    if plus or "AND" in raw[j].roles or raw[j].value == ",":
        j += 1
    if j + 1 >= len(raw) or raw[j].type != "NUM" or not _is_unit(raw[j + 1], "d"):
        return 0
    days = raw[j].value.value
    if days not in range(7):
        return 0
    weeks = raw[i].value.value
    raw[i].value = raw[i].value._replace(value=weeks + days / 7, mixed=True, days=int(weeks) * 7 + int(days))
    raw[i + 1].end = raw[j + 1].end
    return j + 2 - i


def _is_unit(token: Token, code: str) -> bool:
    return token.type == "UNIT" and token.value == code
