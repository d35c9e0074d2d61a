"""`grammar/variables.yaml` in, `Variables` out: what has a value, how it is written, measured and bounded.

The YAML file is read and checked only when it changed; otherwise the ready-made form, spellings included, comes from
the cache, and a variable is made when it is asked for.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.errors import did_you_mean

VariableKind = Literal["quantity", "ratio", "ordinal", "score", "duration", "count", "category"]
Sex = Literal["male", "female"]

LOINC_SYSTEMS = frozenset({"http://loinc.org", "https://loinc.org", "loinc", "ln", "urn:oid:2.16.840.1.113883.6.1"})

_FORM = b"5"  # of the cached data: another form must not meet an old cache
_GREEK = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "λ": "lambda", "µ": "u", "μ": "u"}
)
_BRITISH = (
    ("haem", "hem"),
    ("aemi", "emi"),
    ("oest", "est"),
    ("oeso", "eso"),
    ("oede", "ede"),
    ("foet", "fet"),
    ("faec", "fec"),
    ("pnoea", "pnea"),
    ("leuco", "leuko"),
    ("tumour", "tumor"),
    ("ised", "ized"),
    ("isation", "ization"),
    ("analogue", "analog"),
)
_NOT_SPELLING = re.compile(r"[^a-z0-9%#]+")
_WORD = re.compile(r"[a-z0-9%#]+")
_BRACKET = re.compile(r"[()\[\]]")
_GRADE_WORD = re.compile(r"^(?:grades?|class|stage|level|type|score)(?=.)")


def spelling_key(text: str) -> str:
    """What stays of a spelling when case, blanks and punctuation do not count; `%` and `#` do.

    >>> spelling_key("γ-Glutamyl transferase"), spelling_key("Lymphocytes, %")
    ('gammaglutamyltransferase', 'lymphocytes%')
    """
    return _NOT_SPELLING.sub("", _plain(text))


def name_key(text: str) -> str:
    """The `spelling_key` of a name in the singular and in American spelling.

    >>> name_key("Haemoglobin"), name_key("platelet counts") == name_key("Platelets count")
    ('hemoglobin', True)
    """
    return "".join(map(_singular, _words(text)))


def _plain(text: str) -> str:
    # NFKD takes accents and subscripts apart (Müllerian, PaO₂); what is left over falls out with the punctuation.
    return unicodedata.normalize("NFKD", text.casefold().translate(_GREEK))


def _words(text: str) -> list[str]:
    plain = _plain(text)
    if not plain.isascii():
        plain = plain.encode("ascii", "ignore").decode()
    for british, american in _BRITISH:
        plain = plain.replace(british, american)
    return _WORD.findall(plain)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "ius" else word


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

    `unit` and `units` are UCUM (`1` for what has no unit); `units` are all that are accepted, the canonical one first.
    `conversions` give (scale, offset) to the canonical unit where neither dimension nor molar mass does. `synonyms`
    count everywhere, `exact` ones in running text only in just this case (`PT`, `Na`), `labels` only in records (`T4`,
    which in a text may be a stage). `specimens` are the words that may stand with a synonym (`serum`). `grades` maps
    the labels of an ordinal to numbers, `values` those of a category to its values, both by `spelling_key`. `concept`
    is what an ordinal grades.
    """

    id: str
    name: str
    kind: VariableKind
    unit: str = "1"
    synonyms: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    molar_mass: float | None = None
    conversions: Mapping[str, Sequence[float]] = field(default_factory=dict)
    plausible: tuple[float, float] | None = None
    references: tuple[Reference, ...] = ()
    grades: Mapping[str, int | float] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    concept: str | None = None
    specimens: tuple[str, ...] = ()
    question: str | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """The name and all that stands for it in records."""
        return (self.name, *self.synonyms, *self.exact, *self.labels)

    def takes(self, unit: str) -> bool:
        """Whether the unit, in UCUM, is one of those that are accepted as they are."""
        return unit == self.unit or unit in self.units

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
        self._rows: dict[str, str] = data["variables"]
        self._made: dict[str, Variable] = {}
        self._by_key: dict[str, str] = data["keys"]
        self._by_loinc: dict[str, str] = data["loinc"]
        self._specimen_words = frozenset(data["specimen_words"])
        self._filler_words = frozenset(data["filler_words"])

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

    def suggest(self, word: str) -> str | None:
        """A help text with the known spellings nearest to `word`, or None where none is near."""
        return did_you_mean(word, (text for v in self for text in v.spellings))

    def synonym_items(self) -> Iterator[tuple[str, str, bool]]:
        """Every spelling that counts in running text, with its variable's id and whether its case counts."""
        for v in self:
            yield v.name, v.id, False
            yield from ((text, v.id, False) for text in v.synonyms)
            yield from ((text, v.id, True) for text in v.exact)

    def _variable(self, id_: str) -> Variable:
        made = self._made.get(id_)
        if made is None:
            made = self._made[id_] = _thaw(json.loads(self._rows[id_]))
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
        return [w for w in map(_singular, _words(text)) if w not in self._filler_words]


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


def freeze(found: Sequence[Variable], specimen_words: Sequence[str], filler_words: Sequence[str]) -> dict[str, Any]:
    """The JSON form of `Variables`: the indexes made once, and a text per variable that is read when it is needed."""
    return {
        "variables": {v.id: json.dumps(_row(v), ensure_ascii=False) for v in found},
        "keys": {name_key(text): v.id for v in found for text in (v.id, *v.spellings)},
        "loinc": {code: v.id for v in found for code in v.loinc},
        "specimen_words": list(specimen_words),
        "filler_words": list(filler_words),
    }


def _row(variable: Variable) -> dict[str, Any]:
    return {name: part for name, part in asdict(variable).items() if part}


def _thaw(row: dict[str, Any]) -> Variable:
    parts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in row.items()}
    parts["references"] = tuple(Reference(**r) for r in row.get("references", ()))
    return Variable(**parts)
