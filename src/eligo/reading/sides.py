"""`Better` and `worse` to the side of a limit that they mean, which depends on whether the scale rises or falls."""

from __future__ import annotations

from typing import Final

from eligo.reading.lexicon import words
from eligo.reading.neighbours import Neighbours
from eligo.reading.tokens import Token

JUDGING: Final = ("better", "worse")


def judge_comparator(c: Neighbours, i: int, token: Token) -> None:
    """`worse than 20/100` is less, `worse than class II` more; where nothing says which, it is no limit."""
    named, worse = c.last_named(), token.value == "worse"
    scale = c.ordinal if c.graded else None
    fraction = any(t.type == "NUM" and t.value.second is not None for t in c.raw[i + 1 : i + 3])
    if named in words("rising") or (fraction and named is None):
        token.value = "lt" if worse else "gt"
    elif scale is not None or named in words("falling"):
        token.value = "gt" if worse else "lt"
    else:
        token.type, token.value = "FILLER", "logic"


def judge_after(c: Neighbours, i: int, token: Token) -> None:
    """`class B or better` is a lower grade, `a score of 70 or better` a greater number."""
    if token.value not in JUDGING:
        return
    if any(t.type == "NUM" and t.value.value < 0 for t in c.out[-2:]):  # -6 dioptres or worse
        token.type, token.value = "FILLER", "logic"
        return
    worse, named = token.value == "worse", c.last_named()
    scale = c.ordinal if c.graded else None
    rising = named in words("rising")
    falls = scale is not None or named in words("falling")
    lower = falls or c.prev() == "QUAL" or any(t.type == "GRADE" for t in c.out[-3:])
    token.value = "le" if (rising if worse else lower and not rising) else "ge"
