"""Which names are kept: those that can be read in a sentence and mean one thing there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from vocabularies.term import Term

_LONGEST = 8  # words: longer names are hardly written out in a sentence
_SHORTEST = 4  # letters and digits that count
# Zipf scale: the common logarithm of how often a word stands in a billion words.
_COMMON = 3.0  # a word of everyday English
_NAME_OF_MANY = 2.3  # a word that is more often a family, a firm or a place than the brand of a medicine
_EVERYDAY = 4.0  # a word that an abbreviation must not look like: ALL, MEN, NET
_RARE = 5  # letters that a rare word has at least, which makes it the name of a medicine
_WORD = re.compile(r"[^\W_]+")
# Of the many places of one disease in the genome (thrombocytopenia 2): a number behind a name is mostly another one.
_NUMBERED = re.compile(r"[0-9]+[A-Za-z]{0,2}")
_ROMAN = re.compile(r"[IVX]+")
_OPEN = re.compile(
    r"[,;:/()\[\]{}|&+*=<>%\"~^$#@!?]|\b(?:or|NOS|NEC|unspecified|obsolete|other|others)\b", re.IGNORECASE
)


class Names:
    """Judges names one by one; `refused` counts why names were left out."""

    def __init__(self, zipf: Mapping[str, float], words: Mapping[str, Any], key: Callable[[str], str]) -> None:
        self._zipf, self._key = zipf, key
        self._kept = {key(word) for word in words["keep"]}
        self._left = {key(word) for word in words["leave_out"]}
        self._raw, self._numbers = frozenset(words["raw"]), frozenset(words["numbered"])
        self.refused: Counter[str] = Counter()

    def good(self, name: str, term: Term) -> bool:
        """Whether a name of a term is one that a sentence can be read by."""
        why = self._fault(name, term)
        if why:
            self.refused[why] += 1
        return why is None

    def _fault(self, name: str, term: Term) -> str | None:
        key, words = self._key(name), _WORD.findall(name)
        if _OPEN.search(name):
            return "joined or open"
        if not name.isascii():
            return "not English"
        if len(key) < _SHORTEST or not any(len(w) > 1 and not w.isdigit() for w in words):
            return "too short"
        if len(words) > _LONGEST:
            return "too long"
        if key in self._kept:
            return None
        if key in self._left:
            return "left out by reading"
        if len(words) > 1 and _NUMBERED.fullmatch(words[-1]) and words[-2].casefold() not in self._numbers:
            return "number of a place in the genome"
        if any(w.isupper() and len(w) > 1 and not _ROMAN.fullmatch(w) and self._seen(w) >= _EVERYDAY for w in words):
            return "abbreviation like a word"
        return self._fault_of_medicine(name, words, term) if term.kind == "medication" else self._common(words, _COMMON)

    def _fault_of_medicine(self, name: str, words: list[str], term: Term) -> str | None:
        """Brands are made of anything; a name of a medicine is one by a word that is none of English."""
        if term.source == "MeSH":
            return self._common(words, _COMMON)
        if words[-1].casefold() in self._raw:
            return "raw material"
        rare = [w for w in words if len(w) >= _RARE and w.isalpha() and self._seen(w) < _COMMON]
        if not rare:
            return "common word"
        return self._common(words, _COMMON if name == term.name else _NAME_OF_MANY)

    def _common(self, words: list[str], limit: float) -> str | None:
        """Whether a name of one word is a common word of English."""
        if len(words) == 1 and max(self._seen(words[0]), self._seen(f"{words[0]}s")) >= limit:
            return "common word"
        return None

    def _seen(self, word: str) -> float:
        folded = word.casefold()
        return max(self._zipf.get(folded, 0.0), self._zipf.get(folded.removesuffix("s"), 0.0))
