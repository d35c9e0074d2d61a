"""Raw tokens to tokens with one type each: a word that may play several parts is settled by its neighbours.

This lets the grammar look one token ahead only: `and` between two limits becomes JOIN, `to` between two numbers TO.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Final

from eligo.reading.asks import ASKS, NUMBER_END, TYPE, flipped
from eligo.reading.enumerators import SEPARATORS, may_enumerate, pointed, subitem
from eligo.reading.lexicon import classes_of, words
from eligo.reading.neighbours import LETTERS, TIME_CODES, Neighbours, closed, paired_brackets
from eligo.reading.numbers import Number
from eligo.reading.sides import JUDGING, judge_after, judge_comparator
from eligo.reading.tokens import Token, first_word
from eligo.vocabulary.variables import Variable, variables

_WAITING: Final = frozenset(
    ["ABOVE", "COMP", "AGECOMP", "TOCOMP", "BETWEEN", "TO", "JOIN", "WITHIN", "LASTING", "TIMES"]
)


def settle(raw: list[Token], text: str) -> list[Token]:
    """Give every token its type; neighbouring filler becomes one token."""
    return Chooser(raw, text).run()


class Chooser(Neighbours):
    """One pass over the raw tokens, left to right; types on the left are settled, roles on the right are not."""

    __slots__ = ()

    def __init__(self, raw: list[Token], text: str) -> None:
        raw = closed(raw, text)
        super().__init__(raw, text)
        self.partners = paired_brackets(raw, text)
        self.pointed = pointed(raw, text)

    def run(self) -> list[Token]:
        """Settle every token."""
        raw, out = self.raw, self.out
        i = 0
        listed = self._may_list()  # else only its start may enumerate
        while i < len(raw):
            token = raw[i]
            if (listed or not out) and may_enumerate(self, i, token) and (taken := subitem(self, i)):
                if self.waiting and self.prev() == "JOIN":
                    out[-1].type = "AND"
                self.waiting = False
                out.append(Token("SUBITEM", token.start, raw[i + taken - 1].end))
                i += taken
                continue
            if token.type == "":
                self._phrase(i, token)
            else:
                _SETTLE[token.type](self, i, token)
            i += 1
            kind = self._wait(token) if self.waiting else token.type
            if kind in _WAITING:
                self.waiting = True
            if kind == "FILLER" or kind == "MERGED":
                self._merge(token)
            else:
                out.append(token)
        return out

    def _may_list(self) -> bool:
        """Whether the text has a mark with which an enumerator in the middle of it begins or ends."""
        text = self.text
        return bool(self.pointed) or ")" in text or ("<" in text and ">" in text) or not text.isascii()

    def _merge(self, token: Token) -> None:
        """Add a token that is part of the one before it, or filler, which is so only behind other filler."""
        last = self.out[-1] if self.out else None
        if token.type == "MERGED":
            self.out[-1].end = token.end
        elif last is None or last.type != "FILLER":
            self.out.append(token)
        else:
            last.end = token.end
            if token.value is not None:
                last.value = max(last.value, token.value, key=WEIGHT.index)

    def _word(self, i: int, token: Token) -> None:
        token.type, token.value = "FILLER", None
        if token.end - token.start == 1:
            self._letter_grade(token)

    def _number(self, i: int, token: Token) -> None:
        self.between -= self.between > 0

    def _unit(self, i: int, token: Token) -> None:
        if token.value in TIME_CODES and self.says_old(token):
            token.type = "AGEUNIT"

    def _nothing(self, i: int, token: Token) -> None:
        """Leave a full stop as it is."""

    def _wait(self, token: Token) -> str:
        """The type of a token between a comparator and its number."""
        kind = token.type
        if kind in ("NUM", "REF") or (kind == "UNIT" and any(t.type == "WITHIN" for t in self.out[-3:])):
            self.waiting = False
        elif kind not in _WAITING and kind not in ("MERGED", "TIMES"):
            if kind == "OPEN":  # its partner opens nothing any more
                self.partners.pop(self.partners.pop(id(token)))
            token.type = kind = "SKIP"
        return kind

    def _letter_grade(self, token: Token) -> None:
        """`Child-Pugh B`, `Child-Pugh score of B`: a letter after the name of an ordinal is a grade of it."""
        letter = self.text[token.start]
        if letter not in LETTERS:
            return
        of = self.prev() == "LIGHT" and self.written(self.out[-1]) in words("before_a_letter")
        named = self.out[-1 - of] if len(self.out) > of else None
        if named is not None and named.type == "VAR" and (classes := classes_of(str(named.value))):
            self.ordinal = variables().get(classes)
        elif self.prev() not in _BEFORE_GRADE and not (of and named is not None and named.type == "VAR"):
            return
        grade = self.ordinal.grades.get(letter.lower()) if self.ordinal is not None else None
        if grade is not None and self.ordinal is not None and named is not None:
            token.type, token.value, self.graded = "NUM", Number(grade, token.end, label=letter), True
            named.value = self.ordinal.id if named.type == "VAR" else named.value

    # --- looking around

    # --- by kind of raw token

    def _mark(self, i: int, token: Token) -> None:
        mark = token.value
        token.value = None
        if mark in "([{":
            token.type = "OPEN" if id(token) in self.partners else "LIGHT"
        elif mark in ")]}":
            implied = token.start == token.end
            token.type = "CLOSE" if id(token) in self.partners else "MERGED" if implied else "LIGHT"
        elif mark == ",":
            self._separate(i, token, "COMMA")
        elif mark == ";":
            self._separate(i, token, "SEMI")
        elif mark == ".":
            if self._ends_sentence(token):
                self._separate(i, token, "STOP")
            else:
                token.type = "LIGHT"
        elif mark in "-/'&+" and self._inside_word(token):
            token.type, token.value = "FILLER", None
        else:
            token.type = "LIGHT"

    def _inside_word(self, token: Token) -> bool:
        """Whether a mark stands inside a word that no phrase knows: `PHQ-9`, `mother/child`."""
        after = self.text[token.end : token.end + 1]
        return bool(self.out) and self.out[-1].type == "FILLER" and self.out[-1].end == token.start and after.isalnum()

    def _ends_sentence(self, token: Token) -> bool:
        after = self.text[token.end : token.end + 2]
        if self.out and self.out[-1].end == token.start and self._abbreviated(token.start):  # `Dr. Zorblax`
            return after.strip() == ""
        return after.strip() == "" or (after[0].isspace() and not after[1:].islower())

    def _abbreviated(self, end: int) -> bool:
        written = self.text[max(0, end - 12) : end].lower().replace("(", " ").split()
        return bool(written) and written[-1] in words("abbreviated")

    def _separate(self, i: int, token: Token, kind: str) -> None:
        token.type = "JOIN" if kind == "COMMA" and self.joins(i) else kind
        if token.type != "JOIN":
            self.graded = self.graded and kind == "COMMA"
            self.between = 0
            if kind == "COMMA" and self.prev() == "TRAIL":  # `A or, without B, C`
                word = self.out.pop()
                token.start, token.value = word.start, word.value

    def joins(self, i: int) -> bool:
        """Whether a connective stands between two limits on one name: `>= 18 and <= 70`, `I or II`."""
        if self.prev() not in NUMBER_END or (self.prev() == "UNIT" and self.out[-2].type in ("WITHIN", "SKIP")):
            return False
        j = i + 1
        while self.may(j, "AND", "OR") and not self.may(j, "COMP", "NUM") and j < i + 3:
            j += 1
        if self.may(j, "COMP", "AGECOMP"):
            return self.number_ahead(j + 1)
        if self.may(j, "NUM", "NUMBER") or (self.may(j, "ROMAN") and self.upper(self.raw[j])):
            return self._number_joins(i, j)
        if self.may(j, "WORD"):
            return self.graded and self.prev() == "NUM" and self.letter_ahead(j)
        return self.graded and self.may(j, "GRADE") and self.number_ahead(j + 1)

    def _number_joins(self, i: int, j: int) -> bool:
        """Whether the number at `j` is another limit, seen from what stands behind it and behind the one before."""
        if self.may(j, "NUM") and self.number_after_word(j):
            return True
        if self.prev() == "NUM" and self.counted(j + 1):
            return True
        if self.may(j + 1, "UNIT", "TIMEUNIT", "AGEUNIT"):
            return self.prev() == "UNIT" and (
                self.raw[j + 1].value == self.out[-1].value or self._stated_again(i, self.raw[j + 1])
            )
        return self.graded and self.prev() in ("NUM", "UNIT")

    def _stated_again(self, i: int, unit: Token) -> bool:
        """`> 1.5 mg/dL or 133 umol/L`: the same limit in another unit."""
        said = self.out[-1].value
        timed = unit.type != "UNIT" or unit.value in TIME_CODES or said in TIME_CODES
        compared = len(self.out) > 2 and self.out[-3].type in ("COMP", "SKIP")
        return not timed and compared and not self.may(i, "AND")

    def _phrase(self, i: int, token: Token) -> None:
        if token.end - token.start == 1 and self._single(i, token):
            return
        before = self.prev()
        for role, value in token.roles.items():
            asked = ASKS.get(role)
            if asked is not None:
                behind, test = asked
                if (behind is not None and before not in behind) or (test is not None and not test(self, i)):
                    continue
            token.value = value
            token.type = kind = TYPE.get(role, role)
            then = _THEN.get(kind)
            if then is not None:
                then(self, i, token)
            return
        self._shorten(i, token)

    def _shorten(self, i: int, token: Token) -> None:
        """A phrase that fits nowhere: its first word alone, and what the rest of it makes."""
        if "TIMES" in token.roles and (reference := self._said_before(i)) is not None:
            token.type, token.value = "REF", reference
            return
        if " " in self.text[token.start : token.end] and (shorter := first_word(self.text, token)):
            self.raw[i + 1 : i + 1] = shorter[1:]
            token.end, token.roles = shorter[0].end, shorter[0].roles
            if token.roles:
                self._phrase(i, token)
                return
        roles = token.roles
        # A comparator that compares nothing may still turn the sentence: `liver function below Child-Pugh A`.
        token.type, token.value = "FILLER", roles.get("LOGIC", "comparator" if "COMP" in roles else None)
        self.graded = False

    def _said_before(self, i: int) -> str | None:
        """`> 2.5 x ULN or > 5 x if A`: of what the number behind a second sign is a multiple, as the first one is."""
        if self.prev() != "NUM" or self.may(i + 1, "NUM", "UNIT", "TIMEUNIT", "WORD"):
            return None
        since = itertools.takewhile(lambda t: t.type not in ("STOP", "SUBITEM", "SEMI", "VAR"), reversed(self.out))
        return next((str(t.value) for t in since if t.type == "REF" and t.value in ("ULN", "LLN")), None)

    def _single(self, i: int, token: Token) -> bool:
        """Settle a phrase of one character where it is part of a word, or a grade's letter."""
        mark = self.text[token.start]
        graded = mark in "Aa" and self.prev() == "NUM" and self.out[-1].end == token.start  # `3A` is no grade 3
        if graded or (mark in "-/'&+" and self._inside_word(token)):
            token.type, token.value = "FILLER", None
        elif mark == "+" and self.prev() == "NUM" and self._plus_grade(token):
            token.type = "MERGED"  # 2+
        elif mark == "-" and self.prev() == "NUM" and self.may(i + 1, "TIMES", "REF"):
            token.type = "MERGED"  # 1.5-fold
        elif mark == "-" and self.prev() == "UNIT" and self.may(i + 1, "OLD", "AGEUNIT"):
            self.out[-1].type, token.type = "AGEUNIT", "MERGED"  # 18-year-old
        else:
            self._letter_grade(token)
        return bool(token.type)

    def _plus_grade(self, token: Token) -> bool:
        """Whether the plus right behind a number is part of a grade, by the name before: `IHC 2+`."""
        number = self.out[-1]
        if number.end != token.start or number.value.value not in range(5):
            return False
        name = next((t for t in reversed(self.out) if t.type in ("VAR", "FILLER", "CONCEPT")), None)
        if name is None:
            return False
        written = self.written(name).split()
        return name.value in words("plus_grades") or not words("plus_grades").isdisjoint(written)

    # --- what a word does once its type is settled

    def _between(self, i: int, token: Token) -> None:
        self.between = 2

    def _remember(self, i: int, token: Token) -> None:
        """What was named last, for the numbers that follow."""
        kind = token.type
        self.graded = kind in ("VAR", "GRADE")
        if kind == "VAR":
            self.ordinal = _ordinal(token.value)

    def _light(self, i: int, token: Token) -> None:
        if self.prev() in _ANCHORS and self.may(i + 1, "EVENT"):
            token.type = "MERGED"  # before the screening

    def _compare(self, i: int, token: Token) -> None:
        if token.value in JUDGING:
            judge_comparator(self, i, token)
        if token.type == "COMP" and self._adds_to_normal(i, token):
            token.type = "ABOVE"
        elif token.type == "COMP" and flipped(self, i):
            token.type = "FLIP"
        elif token.type == "COMP" and self.prev() == "COMP":
            self.out[-1].value = _AND_EQUAL.get((self.out[-1].value, token.value), token.value)
            token.type = "MERGED"
        elif self.prev() == "TO":
            token.type = "TOCOMP"

    def _adds_to_normal(self, i: int, token: Token) -> bool:
        """`4 s above ULN`: so much more than the limit of normal, where no comma stands between."""
        side = token.value in ("gt", "lt") and self.text[token.start].isalpha()
        return side and self.prev() in ("NUM", "UNIT") and self.reference_ahead(i + 1)

    def _change_behind(self, i: int, token: Token) -> None:
        """`PT prolonged by > 4 s`: a small word behind its name; its value tells what it makes of the limit."""
        if self.prev() in ("VAR", "CLOSE"):
            token.type = "LIGHT"

    def _word_number(self, i: int, token: Token) -> None:
        self.between -= self.between > 0
        value = token.value
        finer = value.replace(" ", "") if isinstance(value, str) else None  # `IIIB`
        token.value = Number(_ROMAN[value.split()[0]] if finer else value, token.end, finer=finer)

    def _connect(self, i: int, token: Token) -> None:
        """`and` and `or` where they join; after a separator they are part of it, at an edge they are LEAD or TRAIL."""
        token.value = token.type.lower()
        before = self.prev()
        if self.joins(i):
            if before == "JOIN":
                self.out[-1].value = token.value
                token.type = "MERGED"
            else:
                token.type = "JOIN"
        elif before in ("COMMA", "SEMI", "STOP", "JOIN") and self.out[-1].value is None:
            self.out[-1].value = token.value
            token.type = "MERGED"
        elif before in SEPARATORS:
            token.type = "LEAD"
        elif self._at_edge(i + 1):
            token.type = "TRAIL"

    def _at_edge(self, i: int) -> bool:
        if i >= len(self.raw):
            return True
        token = self.raw[i]
        return token.type == "STOP" or (token.type == "MARK" and token.value in ",;.)]}") or self.may(i, "AND", "OR")


@functools.lru_cache(1024)
def _ordinal(id_: str) -> Variable | None:
    """The variable, where it is counted in grades."""
    variable = variables().get(id_)
    return variable if variable is not None and variable.kind == "ordinal" else None


_Step = Callable[[Chooser, int, Token], None]
# What is done with each raw token that is no phrase, and with each phrase once its type is settled.
_SETTLE: Final[dict[str, _Step]] = {
    "WORD": Chooser._word,
    "MARK": Chooser._mark,
    "NUM": Chooser._number,
    "UNIT": Chooser._unit,
    "STOP": Chooser._nothing,
}
_THEN: Final[dict[str, _Step]] = {
    **dict.fromkeys(("VAR", "GRADE", "CONCEPT", "FILLER"), Chooser._remember),
    **dict.fromkeys(("AND", "OR"), Chooser._connect),
    **dict.fromkeys(("COMP", "AGECOMP"), Chooser._compare),
    "AFTER": judge_after,
    "BETWEEN": Chooser._between,
    "CHANGE": Chooser._change_behind,
    "NUM": Chooser._word_number,
    "LIGHT": Chooser._light,
}
_ANCHORS: Final = frozenset(["BEFORE", "SINCE", "AT"])
_AND_EQUAL: Final = {("lt", "eq"): "le", ("gt", "eq"): "ge", ("eq", "lt"): "le", ("eq", "gt"): "ge"}  # "less than = 14"
WEIGHT: Final = (
    None,
    "others",
    "comparator",
    "turning",
    "logic",
    "exceptions",
)  # what a word in filler does, from nothing to most
_BEFORE_GRADE: Final = frozenset(["VAR", "GRADE", "JOIN", "TO", "SKIP", "COMP"])
_ROMAN: Final = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6}
