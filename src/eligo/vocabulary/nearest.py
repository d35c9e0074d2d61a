"""A word that is not known in, the known names nearest to it out: each thing once, and no name near to any word.

Near is what was misspelled, and what has the word as one of its own (`consent`: informed consent). Abbreviations of two
letters are near to anything and so are left out; a short word has to be nearer than a long one.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator

from eligo.namedtuple import NamedTuple
from eligo.regex import regex

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
_ROUNDED = 1e-9  # what a product of fractions may be off by
_WORDS = regex(r"[^\W_]+")


class Near(NamedTuple):
    """A known name, what it is a name of, and how like it is to what was asked for: 1 is the same."""

    likeness: float
    name: str
    id: str


class Names:
    """Names that a word may be near to, each with the id of what it names, in the form in which they are compared.

    A word is like few of all names. Which ones can be near is found by the words and the letters that they share, so
    that only these are compared in full; a mistake in a record costs a millisecond, and many records have many.
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._names = [(name, id_, known) for name, id_ in names if len(known := name.casefold()) >= _SHORTEST]
        self._bits = dict[tuple[str, int], int]()
        self._of_length: dict[int, list[tuple[int, int]]] = {}  # which name, and its letters
        self._with_word: dict[str, list[int]] = {}
        for at, (_, _, known) in enumerate(self._names):
            self._of_length.setdefault(len(known), []).append((at, self._letters(known)))
            for word in _words(known):
                self._with_word.setdefault(word, []).append(at)

    def _letters(self, known: str) -> int:
        """The letters of a name as bits: one for the first time that it has a letter, another for the second."""
        letters = 0
        for letter, count in Counter(known).items():
            for time in range(count):
                letters |= 1 << self._bits.setdefault((letter, time), len(self._bits))
        return letters

    def _letters_asked(self, asked: str) -> int:
        every = ((letter, time) for letter, count in Counter(asked).items() for time in range(count))
        return sum(1 << self._bits[one] for one in every if one in self._bits)

    def _likely(self, asked: str, enough: float) -> Iterator[tuple[float, int]]:
        """Which names have letters enough in common with what was asked for, each with how like it is at the most."""
        letters, length = self._letters_asked(asked), len(asked)
        for other, known in self._of_length.items():
            least = enough * (length + other) / 2 - _ROUNDED
            if min(length, other) >= least:
                for at, own in known:
                    if (shared := (own & letters).bit_count()) >= least:
                        yield 2 * shared / (length + other) - self._penalty(asked, at), at

    def _penalty(self, asked: str, at: int) -> float:
        return 0 if self._names[at][2][:1] == asked[:1] else _OTHER_START

    def near(self, asked: str, enough: float) -> list[Near]:
        """The names that are so like what was asked for, in their order, without what is far less like it than others.

        Those that may be the most like it are compared first, so that most need not be compared at all.
        """
        from difflib import SequenceMatcher  # lazily: only a mistake needs it

        found = self._with_words(asked, enough)
        best = max((likeness for likeness, _ in found), default=0.0)
        matcher, done = SequenceMatcher(b=asked, autojunk=False), {at for _, at in found}
        for most, at in sorted(self._likely(asked, enough), reverse=True):
            if most < max(enough, best - _WITHIN):
                break
            known = self._names[at][2]
            if at in done or known == asked:
                continue
            matcher.set_seq1(known)
            likeness = _SWAPPED if _is_swapped(asked, known) else matcher.ratio() - self._penalty(asked, at)
            if likeness >= enough and _rest_is_near(asked, known):
                found.append((likeness, at))
                best = max(best, likeness)
        found.sort(key=lambda one: one[1])
        return [Near(likeness, *self._names[at][:2]) for likeness, at in found]

    def _with_words(self, asked: str, enough: float) -> list[tuple[float, int]]:
        """The names that have the words asked for among their own, each with how like it is."""
        words = _words(asked)
        sharing = {at for word in words for at in self._with_word.get(word, ())}
        every = ((_as_part(words, self._names[at][2]), at) for at in sharing)
        return [one for one in every if one[0] and one[0] >= enough]


def nearest(word: str, names: Names) -> list[Near]:
    """The names nearest to a word, the nearest first.

    >>> known = Names([("platelets", "plt"), ("platelet count", "plt"), ("PL", "x")])
    >>> [near.name for near in nearest("platlets", known)]
    ['platelets']
    """
    asked = word.casefold().strip()
    best: dict[str, Near] = {}
    for near in names.near(asked, _NEAR_WHEN_SHORT if len(asked) <= _SHORT else _NEAR):
        if near.id not in best or near.likeness > best[near.id].likeness:
            best[near.id] = near
    found = sorted(best.values(), key=lambda near: (-near.likeness, -_same_start(near.name.casefold(), asked)))
    return [near for near in found if near.likeness >= found[0].likeness - _WITHIN][:_MOST]


def did_you_mean_one_of(found: Iterable[str]) -> str | None:
    """A help text that names what was found, each as it is to be said; None where that is nothing.

    >>> did_you_mean_one_of(["`INR`", "the condition `ascites`"])
    'did you mean `INR` or the condition `ascites`?'
    """
    text = " or ".join(found)
    return f"did you mean {text}?" if text else None


def did_you_mean_name(word: str, names: Names) -> str | None:
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


def _likeness(word: str, other: str) -> float:
    from difflib import SequenceMatcher  # lazily, as above

    return SequenceMatcher(None, word, other, autojunk=False).ratio()


@functools.lru_cache(maxsize=1 << 14)
def _words(name: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(name))


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
    """By how many letters two words begin alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
