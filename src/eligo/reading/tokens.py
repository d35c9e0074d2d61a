"""Text in, tokens out: every character in exactly one of them, words joined to the longest phrases of the data files.

A token first carries all roles that its phrase may play; `roles.py` then chooses one by the neighbours.
"""

from __future__ import annotations

import re
from typing import Any, Final

from eligo.bounds import MOST_DIGITS, is_countable
from eligo.reading.atoms import atoms, fold
from eligo.reading.lexicon import END, EXACT, begins, trie
from eligo.reading.numbers import Number, read_number, runs_on
from eligo.reading.units_in_text import find_unit

Roles = dict[str, Any]
NO_ROLES: Final[Roles] = {}  # of a word that no phrase knows, and of every mark, number and unit
LACKS_NOUN: Final[Roles] = {"LACKS_NOUN": True}  # of a name that is whole only with the last word of another one
NO_NAME: Final[Roles] = {"NO_NAME": True}  # of words of which nobody can tell whether they are a name or a part of one


class Token:
    """A stretch of text, its type (a terminal of the grammar), and what it stands for."""

    __slots__ = ("end", "roles", "start", "type", "value")

    def __init__(self, type_: str, start: int, end: int, value: Any = None, roles: Roles = NO_ROLES) -> None:
        self.type = type_
        self.start = start
        self.end = end
        self.value = value
        self.roles = roles

    @property
    def span(self) -> tuple[int, int]:
        """Its place in the text, under the name that every other element has it."""
        return self.start, self.end

    def __repr__(self) -> str:
        return f"{self.type}[{self.start}:{self.end}]" + (f"={self.value}" if self.value is not None else "")


_DIGITS: Final = frozenset("0123456789")
_GRADE_ENDS: Final = frozenset("iv012345")
_NOT_FOUND: Final = (None, 0, 0)
_BETWEEN: Final = (
    4  # blanks and hyphens that may stand between two words of a phrase; more are a rule, or the end of a line
)
_PADDING: Final = ["\0"] * (_BETWEEN + 2)  # no phrase holds it: it ends each without a look at how many atoms there are


def scan(text: str) -> list[Token]:
    """Split the text into raw tokens; words that no phrase knows have no roles."""
    folded = fold(text)
    parts = atoms(folded)
    count = len(parts)
    parts += _PADDING
    root = trie()
    tokens: list[Token] = []
    i = pos = 0
    while i < count:
        part = parts[i]
        if part == " ":
            pos += 1
            i += 1
            continue
        node = root.get(part)
        if part[0] in _DIGITS and not _named(node, parts, i, pos, text):
            i, pos = _number(text, folded, parts, i, pos, tokens)
            continue
        if node is None and part.endswith("'s"):
            node = root.get(part[:-2])
        found, taken, end = _longest(node, parts, i, pos, text) if node is not None else _NOT_FOUND
        if found is None:
            pos += len(part)
            i += 1
            _unknown(text, part, pos, tokens)
            continue
        if taken > 1:
            found, taken, end = _shorter(found, taken, end, parts, i, pos, text)
            if not found:
                pos += len(part)
                i += 1
                _unknown(text, part, pos, tokens)
                continue
        tokens.append(Token("", pos, end, None, found))
        pos = end
        i += taken
        if "NUMBER" in found or "WITHIN" in found or ("AFTER" in found and _follows_number(tokens)):
            i, pos = _unit(text, folded, parts, i, pos, tokens)
    return tokens


def _follows_number(tokens: list[Token]) -> bool:
    """Whether the last token stands right behind a number, and may have its unit behind it: `2 or more weeks`."""
    return len(tokens) > 1 and (tokens[-2].type == "NUM" or "NUMBER" in tokens[-2].roles)


def _unknown(text: str, part: str, end: int, tokens: list[Token]) -> None:
    """Add a word or mark that no phrase knows; words run together, and an empty line parts sentences."""
    start = end - len(part)
    first = part[0]
    if not first.isalnum():
        if not first.isspace():
            tokens.append(Token("MARK", start, end, first))
        elif "\n\n" in part and tokens:
            tokens.append(Token("STOP", start, end))
        return
    if part[-1] in _GRADE_ENDS and first.isalpha() and _graded_word(text, part, start, tokens):
        return
    last = tokens[-1] if tokens else None
    if last is not None and last.type == "WORD" and last.end - last.start > 1 and len(part) > 1:
        last.end = end
    else:
        tokens.append(Token("WORD", start, end, first))


def _shorter(
    found: Roles, taken: int, end: int, parts: list[str], i: int, pos: int, text: str
) -> tuple[Roles, int, int]:
    """A phrase that takes too much is cut back: `or less than 5` holds a comparator."""
    part = parts[i]
    if part in ("or", "and") and ("AFTER" in found or "AGEAFTER" in found) and _goes_on(parts, i + taken):
        shorter = trie()[part].get(END)
        if shorter:
            return shorter, 1, pos + len(part)
    if "NEG" in found or begins(parts[i + taken - 1], "HEDGE"):
        return _not_into(found, taken, end, parts, i, pos, text)
    if ("STATUS" in found or "IF" in found) and _begins_hedge(parts, i + taken - 1, end, text):
        return trie()[part].get(END, NO_ROLES), 1, pos + len(part)
    return found, taken, end


def _begins_hedge(parts: list[str], i: int, end: int, text: str) -> bool:
    """`therapy with or without A`: whether the last word of a phrase is the first one of a hedge."""
    node = trie().get(parts[i])
    if node is None:
        return False
    roles, reach, _ = _longest(node, parts, i, end - len(parts[i]), text)
    return roles is not None and reach > 1 and "HEDGE" in roles


_GRADED_WORD: Final = re.compile(r"([a-z]{2,6}?)(iv|i{1,3}|[0-5])")


def _graded_word(text: str, part: str, pos: int, tokens: list[Token]) -> bool:
    """`ASAIII` is a name and a grade written in one word: add both."""
    found = _GRADED_WORD.fullmatch(part)
    node = trie().get(found[1]) if found else None
    if found is None or node is None:
        return False
    written = text[pos : pos + found.end(1)]
    roles = {role: value for spelling, role, value in node.get(EXACT, ()) if spelling == written} or node.get(END, {})
    if "VAR" not in roles:
        return False
    middle = pos + found.end(1)
    tokens.append(Token("", pos, middle, None, roles))
    grade = found[2]
    if grade.isdigit():
        tokens.append(Token("NUM", middle, pos + len(part), Number(int(grade), pos + len(part))))
    else:
        tokens.append(Token("", middle, pos + len(part), None, trie()[grade][END]))
    return True


def _named(node: dict[str, Any] | None, parts: list[str], i: int, pos: int, text: str) -> bool:
    """Whether a name begins with this number: `6-minute walk distance`."""
    if node is None:
        return False
    roles, taken, _ = _longest(node, parts, i, pos, text)
    return roles is not None and taken > 1 and ("VAR" in roles or "CONCEPT" in roles)


def _goes_on(parts: list[str], i: int) -> bool:
    """Whether the words that could close a limit go on to a number: `or less than`, `and under 75`."""
    while i < len(parts) and parts[i].isspace():
        i += 1
    return i < len(parts) and (parts[i][0].isdigit() or parts[i] in ("than", "the", "or", "=", "age", "that"))


def _not_into(
    found: Roles, taken: int, end: int, parts: list[str], i: int, pos: int, text: str
) -> tuple[Roles, int, int]:
    """`have no family to consent`, `with or without`: a phrase does not take the first word of a longer one."""
    root = trie()
    last, start = i + taken - 1, end - len(parts[i + taken - 1])
    node = root.get(parts[last])
    inner, reach, _ = _longest(node, parts, last, start, text) if node is not None else _NOT_FOUND
    shorter = root[parts[i]].get(END)
    inside = ("ATTEST", "CONCEPT", "HEDGE") if "NEG" in found else ("HEDGE",)
    if inner and reach > 1 and not inner.keys().isdisjoint(inside) and shorter:
        return shorter, 1, pos + len(parts[i])
    return found, taken, end


def first_word(text: str, token: Token) -> list[Token]:
    """A phrase that does not fit where it stands, cut again: its first word alone, and what the rest of it makes."""
    written = fold(text[token.start : token.end])
    parts = atoms(written)
    node = trie().get(parts[0])
    first = Token("", token.start, token.start + len(parts[0]), None, (node or NO_ROLES).get(END, NO_ROLES))
    rest = scan(text[first.end : token.end])
    for other in rest:
        other.start += first.end
        other.end += first.end
    return [first, *rest]


def _longest(node: dict[str, Any], parts: list[str], i: int, pos: int, text: str) -> tuple[Roles | None, int, int]:
    """The roles of the longest phrase that begins at atom `i`, how many atoms it takes, and where it ends."""
    following = parts[i + 2] if parts[i + 1] == " " else parts[i + 1]
    if following not in node and following.isalnum() and EXACT not in node:  # as mostly: no longer phrase begins here
        return node.get(END), 1, pos + len(parts[i])
    found: Roles | None = None
    taken = 0
    end = start = pos
    here = pos + len(parts[i])
    j = i
    while True:
        roles = node.get(END) if EXACT not in node else _with_exact(node, text[start:here])
        if roles:
            found, taken, end = roles, j + 1 - i, here
        j += 1
        following = parts[j]
        if following == " " and parts[j + 1] != "-":  # as nearly always
            here += 1
            j += 1
            following = parts[j]
        elif following == "-" or following.isspace():
            j, here = _behind_gap(parts, j, here)
            following = parts[j]
            if following.isspace():
                break
        below = node.get(following) or (node.get(following[:-2]) if following.endswith("'s") else None)
        if below is None:
            break
        node = below
        here += len(following)
    return found, taken, end


def _with_exact(node: dict[str, Any], written: str) -> Roles:
    """The roles of a phrase; those whose case counts only where it is written so."""
    mine = {role: value for spelling, role, value in node[EXACT] if spelling == written}
    return {**node.get(END, NO_ROLES), **mine}


def _behind_gap(parts: list[str], j: int, here: int) -> tuple[int, int]:
    """The atom and the place behind the blanks and hyphens at atom `j`, no more of them than may stand in a phrase."""
    most = j + _BETWEEN
    while j < most and (parts[j] == "-" or parts[j].isspace()):
        here += len(parts[j])
        j += 1
    return j, here


def _number(text: str, folded: str, parts: list[str], i: int, pos: int, tokens: list[Token]) -> tuple[int, int]:
    """Add the number at atom `i` and the unit after it; give the next atom and its place."""
    digits = parts[i]
    number = read_number(folded, pos, digits) if len(digits) <= MOST_DIGITS else None
    end = runs_on(text, number.end if number else pos + len(digits))
    if number is None or end > number.end or not is_countable(number.value):
        next_, end = _skip_to(parts, i, pos, end)
        tokens.append(Token("WORD", pos, end, digits))
        return next_, end
    if pos and _inside_name(folded, pos, tokens):
        tokens.append(Token("WORD", pos, pos + len(digits), digits))
        return i + 1, pos + len(digits)
    next_, end = _skip_to(parts, i, pos, number.end)
    following = folded[end : end + 3]
    if following[:2] in ("st", "nd", "rd", "th") and not following[2:].isalpha():
        return _ordinal(folded, parts, next_, pos, end, number, tokens)
    if following[:1] == ":" and following[1:2].isdigit():  # 10:40 is a time of day
        skipped = len(digits) + 1 + len(parts[next_ + 1])
        tokens.append(Token("WORD", pos, pos + skipped, digits))
        return next_ + 2, pos + skipped
    sign = _sign(folded, pos, tokens) if pos and folded[pos - 1] == "-" else 1
    if not sign:
        tokens.append(Token("WORD", pos, end, digits))
        return next_, end
    if sign > 0:
        tokens.append(Token("NUM", pos, end, number))
    else:
        tokens[-1].type, tokens[-1].end, tokens[-1].roles = "NUM", end, NO_ROLES
        tokens[-1].value = number._replace(value=-number.value)
    return _unit(text, folded, parts, next_, end, tokens)


def _inside_name(folded: str, pos: int, tokens: list[Token]) -> bool:
    """Whether the digits are part of the word before them, and no number: `PHQ-9`, `COVID-19`, `item_3`."""
    if folded[pos - 1] == "_":
        return not _compares(tokens)
    return folded[pos - 1] == "-" and len(tokens) > 1 and tokens[-2].type == "WORD" and folded[pos - 2].isalnum()


def _compares(tokens: list[Token]) -> bool:
    """Whether the last token may be a comparator."""
    return bool(tokens) and "COMP" in tokens[-1].roles


def _ordinal(
    folded: str, parts: list[str], i: int, pos: int, end: int, number: Number, tokens: list[Token]
) -> tuple[int, int]:
    """`10th percentile` and `less than 5th` hold a number; any other ordinal is a word."""
    counts = folded[end + 2 :].lstrip()[:6] in ("percen", "centil") or _compares(tokens)
    tokens.append(Token("NUM" if counts else "WORD", pos, end + 2, number if counts else None))
    return i + 1, end + len(parts[i])


def _sign(folded: str, pos: int, tokens: list[Token]) -> int:
    """What the dash before a number makes of it: 1 or -1; 0 where it is no number behind its dashes."""
    if _negative(folded, pos, tokens):
        return -1
    return 0 if _signed_in_vain(pos, tokens) else 1


def _negative(folded: str, pos: int, tokens: list[Token]) -> bool:
    """Whether the dash before a number is its sign: after a comparator or an opening, with a blank before it."""
    if not tokens or tokens[-1].end != pos:
        return False
    roles = tokens[-2].roles if len(tokens) > 1 else NO_ROLES
    return "COMP" in roles or "BETWEEN" in roles or (("TO" in roles or "LINK" in roles) and folded[pos - 2].isspace())


def _signed_in_vain(pos: int, tokens: list[Token]) -> bool:
    """`> --1`, `within -5 weeks`: whether dashes touch the number that are neither its sign nor a range's."""
    at, end = len(tokens), pos
    while (
        at
        and tokens[at - 1].end == end
        and tokens[at - 1].end - tokens[at - 1].start == 1
        and "TO" in tokens[at - 1].roles
    ):
        at, end = at - 1, end - 1
    return 0 < at < len(tokens) and not _WAITS.isdisjoint(tokens[at - 1].roles)


_WAITS: Final = frozenset(["COMP", "AGECOMP", "WITHIN"])  # the number behind one of these is all that it has


def _skip_to(parts: list[str], i: int, pos: int, end: int) -> tuple[int, int]:
    """The atom after `end`; a number never ends inside an atom but for a power written in one word (`10e9`)."""
    while pos < end:
        pos += len(parts[i])
        i += 1
    return i, pos


def _unit(text: str, folded: str, parts: list[str], i: int, pos: int, tokens: list[Token]) -> tuple[int, int]:
    """Add the unit that begins at atom `i`, if there is one; give the next atom and its place."""
    found = find_unit(text, parts, i, pos) or _warm(text, parts, i, pos, tokens[-1])
    if found is None:
        return i, pos
    start, next_, end, code = found
    tokens.append(Token("UNIT", start, end, code))
    return next_, end


_FEVER: Final = 30  # a number so high with a C behind it is a temperature, and no grade


def _warm(text: str, parts: list[str], i: int, pos: int, number: Token) -> tuple[int, int, int, str] | None:
    """`38 C`: the unit that is a single letter, where the number can be a temperature."""
    if number.type != "NUM" or number.value.value < _FEVER or i + 2 >= len(parts):
        return None
    if parts[i] == " ":
        i, pos = i + 1, pos + 1
    return (pos, i + 1, pos + 1, "Cel") if parts[i] == "c" and text[pos] == "C" and parts[i + 1] != "-" else None
