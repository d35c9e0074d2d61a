"""Words that grade a thing beside its name: "class III heart failure" is of the classes that the thing has.

So are methods by which another value is meant: "GFR by Cockcroft-Gault" is a creatinine clearance.

So is an age that has no word for it, where a sentence begins with how many years somebody must have had at a day of the
trial: "patients >= 18 years at consent".
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

from eligo.reading.ages import YOUNG
from eligo.reading.lexicon import other_by_method, words
from eligo.reading.tokens import Token
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

_OF_GRADES: Final = frozenset(["NUM", "TO", "JOIN"])
_BY: Final = frozenset(["LIGHT", "CITE"])
_BEHIND_A_SCALE: Final = frozenset(["STOP", "SEMI", "COMMA", "CLOSE", "WITHIN", "AT", "AND", "OR"])
_PARTS: Final = frozenset(["STOP", "SEMI", "SUBITEM", "COMMA", "AND", "OR", "VAR"])
_ENDS: Final = frozenset(["STOP", "SEMI", "COMMA", "AND"])
_BEFORE_AGE: Final = frozenset(["LIGHT", "WHO", "SEX", "MUST", "COMMA", "COMP", "NUM", "TO", "BETWEEN"])
_OF_TODAY: Final = frozenset(["screening", "enrollment", "consent", "baseline", "randomization", "first_dose"])


def grade(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each such word as the name of the grades, and each such age as one."""
    for i, token in enumerate(tokens):
        if token.type == "GRADE":
            named = _grades_of(tokens, i, text)
            if named is not None:
                token.type, token.value = "VAR", named
        elif token.type == "VAR" and (others := other_by_method(str(token.value))):
            token.value = _by_method(tokens, i, others, text) or token.value
    i = 0
    while i < len(tokens):
        i = _named_again(tokens, i, text) if tokens[i].type == "VAR" else i + 1
    _age(tokens)
    return tokens


def _by_method(tokens: Sequence[Token], i: int, others: Mapping[str, Sequence[str]], text: str) -> str | None:
    """Which of the other variables the one at `i` is, by a method that its part names; None for none.

    The part ends before the next value, join or separator. A unit that the other is not measured in speaks against it.
    """
    part = list(itertools.takewhile(lambda t: t.type not in _PARTS, tokens[i + 1 :]))
    said = text[tokens[i].start : part[-1].end].casefold() if part else ""
    units = [str(token.value) for token in part if token.type == "UNIT"]
    for other, methods in others.items():
        variable = variables().get(other)
        fitting = variable is not None and {variable.unit, *variable.units}.issuperset(units)
        if fitting and any(method in said for method in methods):
            return other
    return None


def _named_again(tokens: list[Token], i: int, text: str) -> int:
    """The place behind the name at `i`. Take it as a note where the limit has its name already, or a better one.

    `performance status 0 or 1 using the ECOG scale`, `performance status: Karnofsky >= 80`.
    """
    begin = i
    while begin and (tokens[begin - 1].type in _BY or _written(tokens, begin - 1, text) == "using"):
        begin -= 1
    if 0 < begin < i and tokens[begin - 1].type == "NUM" and _ends(tokens, i + 1):
        before = next((t for t in reversed(tokens[:begin]) if t.type == "VAR"), None)
        if before is not None and before.value == tokens[i].value:
            tokens[begin : i + 1] = [Token("NOTED", tokens[begin].start, tokens[i].end, "measured")]
            return begin + 1
    if _is_title(tokens, i, text):
        for token in tokens[i : i + 2]:
            token.type, token.value = "LIGHT", None
    return i + 1


def _written(tokens: Sequence[Token], i: int, text: str) -> str:
    return text[tokens[i].start : tokens[i].end].casefold()


def _ends(tokens: Sequence[Token], i: int) -> bool:
    """Whether what is said of a limit ends before token `i`."""
    return i == len(tokens) or tokens[i].type in _BEHIND_A_SCALE


def _is_title(tokens: Sequence[Token], i: int, text: str) -> bool:
    """Whether a general name stands before the mark behind which the scale has its own."""
    if i + 2 >= len(tokens) or tokens[i + 2].type != "VAR":
        return False
    return _written(tokens, i, text) in words("general_scales") and _written(tokens, i + 1, text) in (":", "-")


def _grades_of(tokens: Sequence[Token], i: int, text: str) -> str | None:
    """The variable of the grades that begin at token `i`, by the thing right behind or right before them."""
    end = i + 1
    while end < len(tokens) and tokens[end].type in _OF_GRADES:
        end += 1
    thing = _graded_thing(tokens, i, end) if end > i + 1 else None
    named = _graded_by(str(thing.value)) if thing is not None else None
    known = variables().get(named) if named is not None else None
    return named if known is not None and _written(tokens, i, text) in known.name.casefold().split() else None


def _graded_thing(tokens: Sequence[Token], i: int, end: int) -> Token | None:
    """The name behind grades, or before them where nothing follows."""
    if end < len(tokens) and tokens[end].type == "CONCEPT":
        return tokens[end]
    before = i - 1 - (i > 1 and tokens[i - 1].type == "COMMA")
    last = end == len(tokens) or tokens[end].type == "STOP"
    return tokens[before] if last and before >= 0 and tokens[before].type == "CONCEPT" else None


def _graded_by(id_: str) -> str | None:
    """The variable that grades an ancestor of a concept; what grades the concept itself needs no name."""
    known = concepts().get(id_)
    if known is None or known.grade_variable:
        return None
    above = (concepts().get(one) for one in concepts().ancestors(id_))
    return next((one.grade_variable for one in above if one is not None and one.grade_variable), None)


def _age(tokens: Sequence[Token]) -> None:
    """Take the years of who takes part as an age, where nothing but these stands before the day."""
    for i, token in enumerate(tokens):
        if token.type not in _BEFORE_AGE and token.type != "UNIT":
            break
        if token.type == "UNIT" and token.value == "a":
            at = i + 1 + (i + 1 < len(tokens) and tokens[i + 1].type == "LIGHT")
            if _is_age(tokens[:i]) and [t.type for t in tokens[at : at + 2]] == ["AT", "EVENT"]:
                last = at + 2 == len(tokens) or tokens[at + 2].type in _ENDS
                if last and tokens[at + 1].value in _OF_TODAY:
                    token.type = "AGEUNIT"
            break


def _is_age(before: Sequence[Token]) -> bool:
    """Whether a comparison of numbers of years stands there, each of them that of a grown person."""
    numbers = [token.value.value for token in before if token.type == "NUM"]
    compared = any(token.type in ("COMP", "TO", "BETWEEN") for token in before)
    return compared and bool(numbers) and all(number >= YOUNG for number in numbers)
