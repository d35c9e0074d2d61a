"""`grammar/variables.yaml` in, `Variables` out: what has a value, how it is written, measured and bounded.

The YAML file is read and checked only when it changed; otherwise the ready-made form, spellings included, comes from
the cache, and a variable is made when it is asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.regex import regex
from eligo.vocabulary.nearest import Names, did_you_mean_name
from eligo.vocabulary.variable import Reference, Variable, freeze, name_key, singular, spelling_key, thaw, words_of

__all__ = ["LOINC_SYSTEMS", "Reference", "Variable", "Variables", "load", "spelling_key", "variables"]

LOINC_SYSTEMS = frozenset({"http://loinc.org", "https://loinc.org", "loinc", "ln", "urn:oid:2.16.840.1.113883.6.1"})

_FORM = b"5"  # of the cached data: another form must not meet an old cache
_MOST_KEPT = 1024  # words for which the nearest known ones are kept
_BRACKET = regex(r"[()\[\]]")


class Variables:
    """All variables, found by id, by any spelling and by code."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._rows: dict[str, str] = data["variables"]
        self._made: dict[str, Variable] = {}
        self._by_key: dict[str, str] = data["keys"]
        self._by_loinc: dict[str, str] = data["loinc"]
        self._specimen_words = frozenset(data["specimen_words"])
        self._filler_words = frozenset(data["filler_words"])
        self._suggest = functools.lru_cache(_MOST_KEPT)(self._suggested)  # the same slips come in many records

    def __iter__(self) -> Iterator[Variable]:
        return map(self._variable, self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._rows

    def get(self, id_: str) -> Variable | None:
        """The variable with this id."""
        return self._variable(id_) if id_ in self._rows else None

    def find(self, word: str, specimen: str | None = None) -> Variable | None:
        """The variable that a record calls `word`: its id or any spelling; case, blanks and punctuation do not count.

        A specimen, within the word (`Albumin, Urine`) or beside it, must be one that the variable is measured in.
        """
        beside = self._kept(specimen or "")
        id_ = self._spelled(word, beside)
        if id_ is None and "(" in word:  # `Aspartate aminotransferase (AST)`: all parts must name the same
            parts = {self._spelled(part, beside) for part in _BRACKET.split(word) if part.strip()}
            id_ = parts.pop() if len(parts) == 1 else None
        return self._variable(id_) if id_ else None

    def by_code(self, system: str, code: str) -> Variable | None:
        """The variable with this code; LOINC is the only system that is known."""
        known = system.strip().lower().rstrip("/") in LOINC_SYSTEMS
        return self.get(self._by_loinc.get(code.strip(), "")) if known else None

    @functools.cached_property
    def names(self) -> Names:
        """All spellings, for the search of those that are near to a word."""
        return Names((text, variable.id) for variable in self for text in variable.spellings)

    def suggest(self, word: str) -> str | None:
        """A help text with the known spellings nearest to `word`, or None where none is near."""
        return self._suggest(word)

    def _suggested(self, word: str) -> str | None:
        return did_you_mean_name(word, self.names)

    def synonym_items(self) -> Iterator[tuple[str, str, bool]]:
        """Every spelling that counts in running text, with its variable's id and whether its case counts."""
        for v in self:
            yield v.name, v.id, False
            yield from ((text, v.id, False) for text in v.synonyms)
            yield from ((text, v.id, True) for text in v.exact)

    def _variable(self, id_: str) -> Variable:
        made = self._made.get(id_)
        if made is None:
            made = self._made[id_] = thaw(self._rows[id_])
        return made

    def _spelled(self, text: str, beside: list[str]) -> str | None:
        """The id that a spelling names as it is, without its words for specimens, or with these in front."""
        id_ = self._by_key.get(name_key(text))
        if id_ is not None and self._measured_in(id_, beside):
            return id_
        words = self._kept(text)
        inside = [w for w in words if w in self._specimen_words]
        rest = [w for w in words if w not in self._specimen_words]
        for front in ([], inside, beside):
            id_ = self._by_key.get("".join([*front, *rest]))
            if rest and id_ is not None and self._measured_in(id_, [*inside, *beside]):
                return id_
        return None

    def _measured_in(self, id_: str, words: list[str]) -> bool:
        return all(w in self._variable(id_).specimens for w in words)

    def _kept(self, text: str) -> list[str]:
        """The words that say something."""
        return [w for w in map(singular, words_of(text)) if w not in self._filler_words]


@functools.cache
def variables() -> Variables:
    """The variables of `grammar/variables.yaml`."""
    return load(data_dir("grammar") / "variables.yaml")


def load(path: Path) -> Variables:
    """The variables of a file; every problem of the file in one EligoError."""
    text = path.read_bytes()

    def build() -> dict[str, Any]:
        from eligo.vocabulary.variables_file import read  # lazily: a warm start needs no YAML

        return _frozen(*read(text.decode(), path.name))

    return Variables(cached("variables", digest([_FORM, text]), build))


def _frozen(found: Sequence[Variable], specimen_words: Sequence[str], filler_words: Sequence[str]) -> dict[str, Any]:
    """The JSON form of `Variables`: the indexes made once, and a text per variable that is read when it is needed."""
    return {
        "variables": {v.id: freeze(v) for v in found},
        "keys": {name_key(text): v.id for v in found for text in (v.id, *v.spellings)},
        "loinc": {code: v.id for v in found for code in v.loinc},
        "specimen_words": list(specimen_words),
        "filler_words": list(filler_words),
    }
