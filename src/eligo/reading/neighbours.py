"""A token's neighbours: types on its left are settled, what stands on its right may still play several roles."""

from __future__ import annotations

import re
from typing import Final

from eligo.criteria import DAYS_IN
from eligo.reading.tokens import Token
from eligo.vocabulary.variables import Variable, variables

TIME_CODES: Final = frozenset(DAYS_IN)
SKIPPED: Final = frozenset(["LINK", "ABOUT", "GRADE", "LIGHT", "AGEUNIT"])

_AFTER_NUMBER: Final = frozenset(["TIMEUNIT", "AGEUNIT", "OLD", "SCOREUNIT", "REF", "TIMES"])
_OLD_ENDINGS: Final = ("old", "age", "yo", "y/o", "olds", "y.o", "y.o.", "gestation", "amenorrhea")
_MAX_DEPTH: Final = 12  # brackets: no person nests them deeper
LETTERS: Final = frozenset("ABCDE")  # letters that name a grade; I and V are Roman numerals


def _named_inside(id_: str | None) -> bool:
    """Whether the name may stand between a comparator and its number: `over the age of 18`, `> NYHA class II`."""
    if id_ is None or id_ == "age":
        return id_ is not None
    variable = variables().get(id_)
    return variable is not None and variable.kind in ("ordinal", "score")


def is_count(id_: str | None) -> bool:
    """Whether it is a variable that is counted: prior lines of therapy."""
    variable = variables().get(id_ or "")
    return variable is not None and variable.kind == "count"


def is_time_unit(token: Token | None) -> bool:
    """Whether it is a unit of time, which makes a length of time of the number before it."""
    return token is not None and token.type == "UNIT" and token.value in TIME_CODES


class Neighbours:
    """Looks left and right of a place among the raw tokens."""

    __slots__ = ("between", "enumerated", "graded", "ordinal", "out", "partners", "pointed", "raw", "text", "waiting")

    def __init__(self, raw: list[Token], text: str) -> None:
        self.raw = raw
        self.text = text
        self.out: list[Token] = []
        self.between = 0  # how many numbers an open `between` still waits for
        self.ordinal: Variable | None = None  # the ordinal that was named last
        self.graded = False  # what was named last is counted in grades
        self.waiting = False  # a comparator still waits for its number: small words before it are SKIP
        self.enumerated = False  # the item begins with `(1)`: more may follow without a separator
        self.pointed: frozenset[int] = frozenset()  # where the numbers of a list stand that is written in one line
        self.partners: dict[int, int] = {}

    def prev(self) -> str:
        """The type of the token on the left, or the empty string at the start."""
        return self.out[-1].type if self.out else ""

    def may(self, i: int, *roles: str) -> bool:
        """Whether raw token `i` may play one of the roles, or has one of the types."""
        if not 0 <= i < len(self.raw):
            return False
        token = self.raw[i]
        return token.type in roles or not token.roles.keys().isdisjoint(roles)

    def written(self, token: Token) -> str:
        """The words of a token, in lower case."""
        return self.text[token.start : token.end].lower()

    def says_old(self, token: Token) -> bool:
        """Whether a unit of time says that it counts an age: `years old`."""
        return self.written(token).endswith(_OLD_ENDINGS)

    def last_named(self) -> str | None:
        """The variable that was named last."""
        return next((str(token.value) for token in reversed(self.out) if token.type == "VAR"), None)

    def number_ahead(self, i: int, reach: int = 5) -> bool:
        """Whether a number comes next, but for small words."""
        graded = False
        for j, token in enumerate(self.raw[i : i + reach], i):
            roles = token.roles
            if token.type == "NUM" or "NUMBER" in roles or ("FACTOR" in roles and self.multiplies(j)):
                return True
            if "ROMAN" in roles and (graded or self.upper(token)):
                return True
            if token.type == "MARK" and token.value in ("-", "~", '"', "'", "\\"):
                continue
            graded = graded or "GRADE" in roles
            if not SKIPPED.isdisjoint(roles) or _named_inside(roles.get("VAR")):
                continue
            return False
        return False

    def multiplies(self, i: int) -> bool:
        """Whether a word such as `twice` multiplies a limit of normal: `twice the ULN`."""
        return self.may(i + 1, "REF") or (self.may(i + 1, "TIMES", "LINK", "LIGHT") and self.may(i + 2, "REF"))

    def range_ahead(self, i: int) -> bool:
        """Whether a number, a word that may part two numbers, and another number come next."""
        stage = 0
        for j, token in enumerate(self.raw[i : i + 14], i):
            roles = token.roles
            if token.type == "NUM" or "NUMBER" in roles or "ROMAN" in roles:
                stage = 1
            elif stage == 1 and (token.type in ("UNIT", "AGEUNIT") or not _AFTER_NUMBER.isdisjoint(roles)):
                continue
            elif stage == 1 and "TO" in roles:
                return self.number_ahead(j + 1) or (self.may(j + 1, "COMP") and self.number_ahead(j + 2))
            elif stage == 1:
                return False
        return False

    def number_after_word(self, j: int) -> bool:
        """Whether the number at `j` is bounded by a word behind it: `65 or younger`."""
        for token in self.raw[j + 1 : j + 4]:
            roles = token.roles
            if "AGEAFTER" in roles or "AFTER" in roles:
                return self.prev() in ("AFTER", "AGEAFTER")
            if token.type not in ("UNIT", "AGEUNIT") and "OLD" not in roles:
                return False
        return False

    def counted(self, i: int) -> bool:
        """Whether what is counted comes next: `one prior line`, `one or two prior lines`."""
        if self.may(i, "OR") and self.may(i + 1, "NUM", "NUMBER"):
            i += 2
        return self.may(i, "VAR") and is_count(self.raw[i].roles.get("VAR"))

    def reference_ahead(self, i: int) -> bool:
        """Whether a limit of normal, or the times sign before one, comes next."""
        for token in self.raw[i : i + 3]:
            roles = token.roles
            if "REF" in roles and roles["REF"] not in ("baseline", "predicted"):
                return True
            if SKIPPED.isdisjoint(roles):
                return False
        return False

    def time_ahead(self, i: int, reach: int = 5) -> bool:
        """Whether a unit of time comes soon."""
        for token in self.raw[i : i + reach]:
            if token.type == "UNIT":
                return token.value in TIME_CODES
            roles = token.roles
            if "TIMEUNIT" in roles:
                return True
            if token.type in ("WORD", "STOP") or (token.type == "MARK" and token.value in ",;."):
                return False
        return False

    def is_time(self, i: int) -> bool:
        """Whether raw token `i` is a unit of time."""
        return self.may(i, "TIMEUNIT") or (self.may(i, "UNIT") and self.raw[i].value in TIME_CODES)

    def letter_ahead(self, i: int) -> bool:
        """Whether a letter comes that is a grade of the ordinal named last."""
        if i >= len(self.raw) or self.ordinal is None:
            return False
        letter = self.text[self.raw[i].start : self.raw[i].end]
        return letter in LETTERS and letter.lower() in self.ordinal.grades

    def upper(self, token: Token) -> bool:
        """Whether a Roman numeral is written in capitals."""
        return self.text[token.start : token.end].rstrip("abcABC ").isupper()

    def char_before(self, place: int) -> str:
        """The last character before `place` that is not blank."""
        for at in range(place - 1, max(-1, place - 20), -1):
            if not self.text[at].isspace():
                return self.text[at]
        return " "


_GOES_ON: Final = re.compile(r"[;\n()\[\]{}]|\.\s+\S")


def closed(raw: list[Token], text: str) -> list[Token]:
    """The tokens with a bracket that the text leaves open closed at its end, where nothing but its words follow."""
    start = max(text.rfind("("), text.rfind("["))
    if start < 1 or _GOES_ON.search(text, start + 1):
        return raw
    end = len(text.rstrip())
    last = Token("MARK", end, end, ")" if text[start] == "(" else "]")
    made = [*raw, last]
    return made if id(last) in paired_brackets(made, text) else raw


def paired_brackets(raw: list[Token], text: str) -> dict[int, int]:
    """The places of the brackets that have a partner, and the partner's; not deeper than a person would nest them."""
    if text.isascii() and "(" not in text and "[" not in text and "{" not in text:
        return {}
    stack: list[int] = []
    paired: dict[int, int] = {}
    for i, token in enumerate(raw):
        if token.type == "MARK":
            mark = token.value
            if mark in "([{":
                stack.append(i)
            elif mark in ")]}" and stack and raw[stack[-1]].value == {")": "(", "]": "[", "}": "{"}[mark]:
                start = stack.pop()
                if len(stack) < _MAX_DEPTH:
                    a, b = id(raw[start]), id(token)
                    paired[a], paired[b] = b, a
    return paired
