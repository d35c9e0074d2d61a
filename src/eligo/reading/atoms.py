"""A text into atoms: words, numbers, runs of comparison signs and single marks, each with its place.

Full-width and look-alike characters are folded one to one first, so that offsets stay those of the text.
"""

from __future__ import annotations

import re
from typing import Final

_FOLD: Final[dict[int, str]] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width forms
    **dict.fromkeys((0xA0, 0x2007, 0x2008, 0x2009, 0x200A, 0x202F, 0x3000, 0x200B, 0xFEFF), " "),
    **dict.fromkeys((0x2028, 0x85), "\n"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣\xad"), "-"),
    **dict.fromkeys(map(ord, "’‘`´"), "'"),
    **dict.fromkeys(map(ord, "“”„"), '"'),
    **dict.fromkeys(map(ord, "～∼〜"), "~"),
    **dict.fromkeys(map(ord, "≦⩽"), "≤"),
    **dict.fromkeys(map(ord, "≧⩾"), "≥"),
    **dict.fromkeys(map(ord, "˂﹤‹"), "<"),
    **dict.fromkeys(map(ord, "˃﹥›"), ">"),
    **dict(zip(map(ord, "µ，；。、：（）【】∗х✕"), "μ,;.,:()[]*x×", strict=True)),
}

ATOM: Final = re.compile(
    r"(?:than|least)(?=\d)"  # greater than100
    r"|\d+(?:[.,]\d+)*"  # a number as it is written; its meaning is settled in numbers.py
    r"|[^\W\d_]+[^\W_]*(?:'s\b)?"  # a word, which may hold digits: hba1c, fev1
    r"|\s+"
    r"|[<>=≤≥≮≯]+(?:/=)?"
    r"|_+|."
    r"|\n",
    re.DOTALL,
)
# The same for text in ASCII, where letters need no look at what Unicode says of them: half the time.
_ASCII_ATOM: Final = re.compile(
    r"\s+|than(?=[0-9])|least(?=[0-9])|[a-z]+(?:[0-9][a-z0-9]*)?(?:'s\b)?|[0-9]+(?:[.,][0-9]+)*|[<>=]+(?:/=)?|_+|.",
    re.DOTALL,
)


def fold(text: str) -> str:
    """The text in lower case with look-alikes folded; as long as the text itself.

    >>> fold("ＡＧＥ≧18，years")
    'age≥18,years'
    """
    lower = text.lower() if text.isascii() else text.translate(_FOLD).lower()
    if len(lower) != len(text):  # a few letters grow when they are lowered; those stay as they are
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text.translate(_FOLD))
    return lower


def atoms(folded: str) -> list[str]:
    """All atoms, blanks included: joined they are the folded text again."""
    return (_ASCII_ATOM if folded.isascii() else ATOM).findall(folded)


def phrase_key(phrase: str) -> list[str]:
    """The atoms of a phrase without blanks and without hyphens inside it, as the tokeniser compares them."""
    found = [a for a in atoms(fold(phrase)) if not a.isspace()]
    inner = [a for a in found if a != "-"]
    return inner if len(inner) > 0 else found
