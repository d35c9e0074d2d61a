"""Raw tokens to fewer: a number that is written twice (`three (3)`), or in two units (`37 weeks 6 days`), is one.

So is one with `(inclusive)` behind it, and a comparator with its sign behind it: `at least (>=)`.
"""

from __future__ import annotations

from eligo.reading.tokens import Token


def joined_numbers(raw: list[Token]) -> list[Token]:
    """The tokens with such numbers as one."""
    raw = _without_repeats(raw)
    before = [raw[i - 1] for i, token in enumerate(raw) if token.type == "NUM" and i > 1]
    if not any(t.value == "(" or t.type == "UNIT" or "AND" in (t.roles or ()) for t in before):
        return raw  # as nearly always: no number goes on with another one
    made: list[Token] = []
    i, count = 0, len(raw)
    while i < count:
        token = raw[i]
        if (token.type == "NUM" or (token.roles and "NUMBER" in token.roles)) and i + 3 < count:
            taken = _twice(raw, i) or _days(raw, i)
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


_REPEATED = frozenset(["INCLUSIVE", "COMP"])


def _adds_nothing(tokens: list[Token]) -> bool:
    """Whether a bracket of one word says that the number before it is included, or the comparator before it again."""
    before, opening, word, closing = tokens
    roles, marks = word.roles or {}, (opening.value, closing.value)
    if marks == ("(", ")") and "INCLUSIVE" in roles and _ends_number(before):
        return True
    op = roles.get("COMP")
    return op is not None and marks in (("(", ")"), ("[", "]")) and (before.roles or {}).get("COMP") == op


def _ends_number(token: Token) -> bool:
    return token.type in ("NUM", "UNIT") or "OLD" in (token.roles or ())


def _twice(raw: list[Token], i: int) -> int:
    """`three (3)`: how many tokens the number takes; its end moves behind the bracket."""
    mark, number, last = raw[i + 1 : i + 4]
    if number.type != "NUM" or mark.type != "MARK" or last.type != "MARK" or (mark.value, last.value) != ("(", ")"):
        return 0
    roles = raw[i].roles or {}
    value = roles["NUMBER"] if "NUMBER" in roles else raw[i].value.value
    if value != number.value.value:
        return 0
    raw[i].end = last.end
    return 4


def _days(raw: list[Token], i: int) -> int:
    """`37 weeks (and) 6 days`: how many tokens the time takes; its unit moves behind the days."""
    if raw[i].type != "NUM" or not _is_unit(raw[i + 1], "wk"):
        return 0
    j = i + 2
    if raw[j].roles and "AND" in (raw[j].roles or {}):
        j += 1
    if j + 1 >= len(raw) or raw[j].type != "NUM" or not _is_unit(raw[j + 1], "d"):
        return 0
    days = raw[j].value.value
    if days not in range(7):
        return 0
    raw[i].value = raw[i].value._replace(value=raw[i].value.value + days / 7, mixed=True)
    raw[i + 1].end = raw[j + 1].end
    return j + 2 - i


def _is_unit(token: Token, code: str) -> bool:
    return token.type == "UNIT" and token.value == code
