"""`grammar/variables.yaml` in, `Variables` out: what has a value, how it is written, measured and bounded.

The YAML file is read and checked only when it changed; otherwise the ready-made form, spellings included, comes from the cache.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.errors import did_you_mean

VariableKind = Literal["quantity", "ratio", "ordinal", "score", "duration", "count", "category"]
Sex = Literal["male", "female"]

LOINC_SYSTEMS = frozenset({"http://loinc.org", "https://loinc.org", "loinc", "ln", "urn:oid:2.16.840.1.113883.6.1"})

_FORM = b"1"  # of the cached data: another form must not meet an old cache
_GREEK = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "λ": "lambda", "µ": "u", "μ": "u"}
)
_NOT_SPELLING = re.compile(r"[^a-z0-9%#]+")
_GRADE_WORD = re.compile(r"^(?:grades?|class|stage|level|type|score)(?=.)")
_WORD = re.compile(r"[^\s,;:()\[\]|]+")


def spelling_key(text: str) -> str:
    """What stays of a spelling when case, blanks and punctuation do not count; `%` and `#` do.

    >>> spelling_key("γ-Glutamyl transferase"), spelling_key("Lymphocytes, %")
    ('gammaglutamyltransferase', 'lymphocytes%')
    """
    return _NOT_SPELLING.sub("", unicodedata.normalize("NFKD", text.casefold().translate(_GREEK)))


@dataclass(frozen=True, slots=True)
class Reference:
    """A default reference range in the canonical unit, for one sex or for both, with its published source."""

    low: float | None
    high: float | None
    sex: Sex | None
    source: str


@dataclass(frozen=True, slots=True)
class Variable:
    """Something with a value.

    `unit` and `units` are UCUM (`1` for what has no unit); `units` are all that are accepted, the canonical one first. `conversions`
    give (scale, offset) to the canonical unit where neither dimension nor molar mass does. `exact` are the synonyms that count in
    running text only in just this case (`PT`, `Na`). `grades` maps the labels of an ordinal to numbers, `values` the labels of a
    category to its values, both by `spelling_key`. `concept` is what an ordinal grades. `specimens` are the words that may stand with
    a synonym (`serum`).
    """

    id: str
    name: str
    kind: VariableKind
    unit: str = "1"
    synonyms: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    molar_mass: float | None = None
    conversions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    plausible: tuple[float, float] | None = None
    references: tuple[Reference, ...] = ()
    grades: Mapping[str, int | float] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    concept: str | None = None
    specimens: tuple[str, ...] = ()
    question: str | None = None

    def reference(self, sex: str | None = None) -> Reference | None:
        """Pick the default reference range for `sex`; None where it depends on a sex that is not known."""
        return next((r for r in self.references if r.sex is None or r.sex == sex), None)

    def grade(self, label: str) -> int | float | None:
        """Turn a label (`III`, `Class B`, `2`) into its number, or None where there is no such grade."""
        key = spelling_key(label)
        return self.grades.get(key, self.grades.get(_GRADE_WORD.sub("", key)))

    def value(self, label: str) -> str | None:
        """Turn a label of a category (`M`) into its value (`male`), or None where there is none."""
        return self.values.get(spelling_key(label))


class Variables:
    """All variables, found by id, by any spelling and by code."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._by_id = {row[0]: _thaw(row) for row in data["variables"]}
        self._by_key: dict[str, str] = data["keys"]
        self._by_loinc: dict[str, str] = data["loinc"]
        self._specimen_words = frozenset(data["specimen_words"])
        self._filler_words = frozenset(data["filler_words"])

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def get(self, id: str) -> Variable | None:  # noqa: A002 - the word of the interface
        """The variable with this id."""
        return self._by_id.get(id)

    def find(self, word: str, specimen: str | None = None) -> Variable | None:
        """The variable that a record calls `word`: id, name or synonym, in any case, punctuation and spacing.

        A specimen, within the word (`Albumin, Urine`) or beside it, must be one that the variable is measured in.
        """
        beside = self._words(specimen) if specimen else []
        id = self._by_key.get(spelling_key(word))  # noqa: A001
        if id is None:
            words = self._words(word)
            beside += [w for w in words if w in self._specimen_words]
            id = self._by_key.get(spelling_key(" ".join(w for w in words if w not in self._specimen_words)))  # noqa: A001
        variable = self._by_id.get(id) if id else None
        if variable is None or not all(w in variable.specimens for w in beside):
            return None
        return variable

    def by_code(self, system: str, code: str) -> Variable | None:
        """The variable with this code; LOINC is the only system that is known."""
        known = system.strip().lower().rstrip("/") in LOINC_SYSTEMS
        return self._by_id.get(self._by_loinc.get(code.strip(), "")) if known else None

    def suggest(self, word: str) -> str | None:
        """A help text with the known spellings nearest to `word`, or None where none is near."""
        return did_you_mean(word, (text for text, _, _ in self.synonym_items()))

    def synonym_items(self) -> Iterator[tuple[str, str, bool]]:
        """Every spelling with its variable's id, and whether its case counts in running text."""
        for v in self:
            yield v.name, v.id, False
            yield from ((text, v.id, False) for text in v.synonyms)
            yield from ((text, v.id, True) for text in v.exact)

    def _words(self, text: str) -> list[str]:
        return [w for w in _WORD.findall(text.casefold()) if w not in self._filler_words]


@functools.cache
def variables() -> Variables:
    """The variables of `grammar/variables.yaml`."""
    return load(data_dir("grammar") / "variables.yaml")


def load(path: Path) -> Variables:
    """The variables of a file; every problem of the file in one EligoError."""
    text = path.read_bytes()

    def build() -> dict[str, Any]:
        from eligo.vocabulary.variables_file import read  # lazily: a warm start needs no YAML

        return freeze(*read(text.decode(), path.name))

    return Variables(cached("variables", digest([_FORM, text]), build))


def freeze(found: list[Variable], specimen_words: list[str], filler_words: list[str]) -> dict[str, Any]:
    """The JSON form of `Variables`: a row per variable, and the indexes made once."""
    keys = {spelling_key(text): v.id for v in found for text in (v.id, v.name, *v.synonyms, *v.exact)}
    return {
        "variables": [_row(v) for v in found],
        "keys": keys,
        "loinc": {code: v.id for v in found for code in v.loinc},
        "specimen_words": specimen_words,
        "filler_words": filler_words,
    }


def _row(variable: Variable) -> list[Any]:
    row = [getattr(variable, f.name) for f in fields(Variable)]
    row[_REFERENCES] = [[r.low, r.high, r.sex, r.source] for r in variable.references]
    return row


_REFERENCES = [f.name for f in fields(Variable)].index("references")


def _thaw(row: list[Any]) -> Variable:
    parts = [tuple(part) if isinstance(part, list) else part for part in row]
    parts[_REFERENCES] = tuple(Reference(*r) for r in row[_REFERENCES])
    return Variable(*parts)
