"""A word that is not known in, the known names nearest to it out: each thing once, and no name near to any word.

Near is what was misspelled, and what has the word as one of its own (`consent`: informed consent). Abbreviations of two
letters are near to anything and so are left out; a short word has to be nearer than a long one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

_SHORTEST = 3  # letters of a name, and of a word that may be one of a name's own
_MOST = 3
_NEAR, _NEAR_WHEN_SHORT, _SHORT = 0.72, 0.79, 5  # likeness that is enough, and in a word of so few letters
_WITHIN = 0.12  # how much less like than the best one another may be
_OTHER_START = 0.06  # few misspell the first letter
_PART, _EACH_WORD_MORE = 0.9, 0.03
_WORD_NEAR = 0.8
_REST_NEAR = 0.6  # what is left of two names without their common words (`disease`), which make any two alike
_SAME_START = 2  # letters by which two words may be of one stem
_SWAPPED = 0.9  # two letters beside each other changed places
_WORDS = re.compile(r"[^\W_]+")


class Near(NamedTuple):
    """A known name, what it is a name of, and how like it is to what was asked for: 1 is the same."""

    likeness: float
    name: str
    id: str


def nearest(word: str, names: Iterable[tuple[str, str]]) -> list[Near]:
    """The names nearest to a word, the nearest first; `names` are names, each with the id of what it names.

    >>> [near.name for near in nearest("platlets", [("platelets", "plt"), ("platelet count", "plt"), ("PL", "x")])]
    ['platelets']
    """
    from difflib import SequenceMatcher  # lazily: only a mistake needs it

    asked = word.casefold().strip()
    words = _words(asked)
    enough = _NEAR_WHEN_SHORT if len(asked) <= _SHORT else _NEAR
    matcher = SequenceMatcher(b=asked, autojunk=False)
    best: dict[str, Near] = {}
    for name, id_ in names:
        known = name.casefold()
        if len(known) < _SHORTEST or known == asked:
            continue
        likeness = _as_part(words, known)
        if not likeness:
            penalty = 0 if known[:1] == asked[:1] else _OTHER_START
            matcher.set_seq1(known)
            if matcher.real_quick_ratio() - penalty < enough or matcher.quick_ratio() - penalty < enough:
                continue
            likeness = _SWAPPED if _is_swapped(asked, known) else matcher.ratio() - penalty
            if likeness >= enough and not _rest_is_near(asked, known):
                continue
        if likeness >= enough and (id_ not in best or likeness > best[id_].likeness):
            best[id_] = Near(likeness, name, id_)
    found = sorted(best.values(), key=lambda near: (-near.likeness, -_same_start(near.name.casefold(), asked)))
    return [near for near in found if near.likeness >= found[0].likeness - _WITHIN][:_MOST]


def did_you_mean_one_of(found: Iterable[str]) -> str | None:
    """A help text that names what was found, each as it is to be said; None where that is nothing.

    >>> did_you_mean_one_of(["`INR`", "the condition `ascites`"])
    'did you mean `INR` or the condition `ascites`?'
    """
    text = " or ".join(found)
    return f"did you mean {text}?" if text else None


def did_you_mean_name(word: str, names: Iterable[tuple[str, str]]) -> str | None:
    """A help text with the names nearest to a word, each in backticks."""
    return did_you_mean_one_of(f"`{near.name}`" for near in nearest(word, names))


def _as_part(asked: frozenset[str], known: str) -> float:
    """How like a name is that has the words asked for among its own, one of several maybe misspelled; 0 for others."""
    found = [word for word in asked if len(word) >= _SHORTEST and word in known]
    if not found or len(found) < max(1, len(asked) - 1):
        return 0  # quickly: few names have the letters at all
    words = _words(known)
    rest = asked - words
    if len(asked) >= len(words) or len(rest) > 1 or rest == asked:
        return 0
    spelled = max((_likeness(word, other) for word in rest for other in words - asked), default=1.0)
    return _PART * spelled - _EACH_WORD_MORE * (len(words) - len(asked)) if spelled >= _WORD_NEAR else 0


def _is_swapped(asked: str, known: str) -> bool:
    """Whether two letters beside each other changed places, and all others are the same."""
    if len(asked) != len(known):
        return False
    first = next((i for i, (a, b) in enumerate(zip(asked, known, strict=True)) if a != b), 0)
    return asked[:first] + asked[first : first + 2][::-1] + asked[first + 2 :] == known


def _rest_is_near(asked: str, known: str) -> bool:
    """Whether two names are alike without the words that both have."""
    common = _words(asked) & _words(known)
    left, right = (" ".join(word for word in _WORDS.findall(name) if word not in common) for name in (asked, known))
    if not common or not left or not right:
        return True
    return _same_start(left, right) >= _SAME_START or _likeness(left, right) >= _REST_NEAR


def _same_start(one: str, other: str) -> int:
    """With how many letters both begin."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _likeness(word: str, other: str) -> float:
    from difflib import SequenceMatcher  # lazily, as above

    return SequenceMatcher(None, word, other, autojunk=False).ratio()


@functools.lru_cache(maxsize=1 << 14)
def _words(name: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(name))
