"""A variable: something with a value; how it is written, measured and bounded, and the keys of its names."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from eligo.dataclass import dataclass, field
from eligo.regex import regex

VariableKind = Literal["quantity", "ratio", "ordinal", "score", "duration", "count", "category"]
Sex = Literal["male", "female"]

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
_NOT_SPELLING = regex(r"[^a-z0-9%#]+")
_WORD = regex(r"[a-z0-9%#]+")
_GRADE_WORD = regex(r"^(?:grades?|class|stage|level|type|score)(?=.)")


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
    return "".join(map(singular, words_of(text)))


def _plain(text: str) -> str:
    # NFKD takes accents and subscripts apart (Müllerian, PaO₂); what is left over falls out with the punctuation.
    return unicodedata.normalize("NFKD", text.casefold().translate(_GREEK))


def words_of(text: str) -> list[str]:
    """The words of a name, in American spelling, without accents and case."""
    plain = _plain(text)
    if not plain.isascii():
        plain = plain.encode("ascii", "ignore").decode()
    for british, american in _BRITISH:
        plain = plain.replace(british, american)
    return _WORD.findall(plain)


def singular(word: str) -> str:
    """The word without the s of its plural."""
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
    is what an ordinal grades. `abnormal` is `high` where only a high value is: `normal` is then up to the upper limit;
    `low` where only a low value is.
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
    abnormal: str | None = None
    specimens: tuple[str, ...] = ()
    question: str | None = None

    def __hash__(self) -> int:
        return hash(self.id)

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


def freeze(variable: Variable) -> str:
    """Turn a variable into a row of JSON text, which is read when it is asked for."""
    from dataclasses import asdict  # lazily: a warm start writes nothing

    row = {name: part for name, part in asdict(variable).items() if part}
    return json.dumps(row, ensure_ascii=False)


def thaw(text: str) -> Variable:
    """The variable of such a row."""
    row: dict[str, Any] = json.loads(text)
    parts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in row.items()}
    parts["references"] = tuple(Reference(**r) for r in row.get("references", ()))
    return Variable(**parts)
