"""The text of `variables.yaml` in, checked `Variable`s out; all that is wrong comes in one error, with its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, get_args

from eligo.dataclass import fields
from eligo.errors import EligoError, Problem, did_you_mean
from eligo.regex import regex
from eligo.vocabulary.variable import Reference, Variable, VariableKind, name_key, spelling_key
from eligo.yamltext import YamlText, read_yaml

Path = tuple[str, ...]
Read = tuple[list[Variable], list[str], list[str]]

_TOP = ("specimens", "filler_words", "sources", "variables")
_KEYS = sorted({f.name for f in fields(Variable)} - {"id", "specimens", "references"} | {"specimen", "reference"})
_REFERENCE_KEYS = ("low", "high", "sex", "source")
_MAPS = ("conversions", "grades", "values")
_ID = regex(r"[a-z][a-z0-9_]*")
_LOINC = regex(r"\d{1,7}-\d")


def read(text: str, file: str) -> Read:
    """The variables, the words for specimens, and the words that say nothing beside a name."""
    reader = _VariablesReader(read_yaml(text, file), file)
    found = reader.read()
    if reader.problems:
        raise EligoError(sorted(reader.problems, key=lambda p: p.place.line or 0))
    return found


def check_digit_fits(code: str) -> bool:
    """Say whether the last digit of a LOINC code is the mod-10 (Luhn) check digit of the others.

    >>> check_digit_fits("1975-2"), check_digit_fits("1975-3")
    (True, False)
    """
    body, _, digit = code.partition("-")
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body))]
    return (10 - sum(d // 10 + d % 10 for d in doubled)) % 10 == int(digit)


class _VariablesReader:
    """What was seen so far: problems, spellings and codes with the variable and line that first had them."""

    def __init__(self, text: YamlText, file: str) -> None:
        self.text = text
        self.file = file
        self.problems: list[Problem] = []
        self.spellings: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.specimens: dict[str, Any] = {}
        self.sources: dict[str, Any] = {}

    def read(self) -> Read:
        top = self.mapping(self.text.data, (), _TOP)
        self.specimens = self.mapping(top.get("specimens", {}), ("specimens",))
        self.sources = self.mapping(top.get("sources", {}), ("sources",))
        bodies = self.mapping(top.get("variables", {}), ("variables",))
        found = [v for id_, body in bodies.items() if (v := self.variable(id_, body)) is not None]
        specimen_words = sorted({name_key(word) for group in self.specimens.values() for word in group})
        return found, specimen_words, [name_key(word) for word in top.get("filler_words", [])]

    def complain(self, code: str, message: str, path: Path, help_: str | None = None) -> None:
        self.problems.append(Problem(code, message, self.text.place(path, self.file), help_))

    def line(self, id_: str) -> str:
        return f"see line {self.text.place(('variables', id_)).line}"

    def mapping(self, data: Any, path: Path, keys: Iterable[str] | None = None) -> dict[str, Any]:
        """The data as a mapping with known keys only; what is not gives a problem and stays out."""
        if not isinstance(data, dict):
            self.complain("wrong-shape", f"`{path[-1] if path else self.file}` must be a mapping", path)
            return {}
        known = list(data if keys is None else keys)
        for key in data:
            if key not in known:
                self.complain("unknown-key", f"unknown key `{key}`", (*path, key), did_you_mean(key, known))
        return {key: value for key, value in data.items() if key in known}

    def variable(self, id_: str, data: Any) -> Variable | None:
        path = ("variables", id_)
        before = len(self.problems)
        body = self.mapping(data, path, _KEYS)
        self.check_shape(id_, body, path)
        if len(self.problems) > before:
            return None
        group: str = body.get("specimen", "")
        if group and group not in self.specimens:
            self.complain(
                "unknown-word", f"unknown specimen `{group}`", (*path, "specimen"), did_you_mean(group, self.specimens)
            )
        unit = body.get("unit", "1")
        parts: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in body.items() if k in _PLAIN}
        parts["units"] = tuple(dict.fromkeys((unit, *body.get("units", ()), *body.get("conversions", {}))))
        parts["conversions"] = body.get("conversions", {})
        parts["grades"] = {spelling_key(label): number for label, number in body.get("grades", {}).items()}
        parts["values"] = {spelling_key(k): value for value, ks in body.get("values", {}).items() for k in (value, *ks)}
        references = self.references(body.get("reference", []), (*path, "reference"))
        variable = Variable(
            id=id_, references=references, specimens=tuple(map(name_key, self.specimens.get(group, ()))), **parts
        )
        self.check_words(variable, path)
        return variable

    def check_shape(self, id_: str, body: dict[str, Any], path: Path) -> None:
        """Every part has the right type, and those that each variable needs are there."""
        if not _ID.fullmatch(id_):
            self.complain("bad-id", f"`{id_}` is no id", path, "use small letters, digits and _")
        for key in ("name", "kind", "question"):
            if key not in body:
                self.complain("missing-key", f"`{id_}` has no `{key}`", path)
        for key, value in body.items():
            fits, what = _SHAPES[key]
            if not fits(value):
                self.complain("wrong-shape", f"`{key}` must be {what}", (*path, key))
            elif key in _MAPS:
                for name, part in value.items():
                    part_fits, part_what = _MAP_PARTS[key]
                    if not part_fits(part):
                        self.complain("wrong-shape", f"`{name}` must be {part_what}", (*path, key, name))
        if body.get("kind") == "ordinal" and not body.get("grades"):
            self.complain("missing-key", f"`{id_}` is an ordinal without `grades`", path)

    def references(self, data: Any, path: Path) -> tuple[Reference, ...]:
        made = []
        for one in data if isinstance(data, list) else [data]:
            parts = self.mapping(one, path, _REFERENCE_KEYS)
            low, high, sex, source = (parts.get(key) for key in _REFERENCE_KEYS)
            if not all(end is None or _is_number(end) for end in (low, high)) or (low is None and high is None):
                self.complain("wrong-shape", "a reference needs `low` or `high`, as numbers", path)
            elif sex not in (None, "male", "female"):
                self.complain("unknown-word", f"unknown sex `{sex}`", path, "use male or female")
            elif source not in self.sources:
                self.complain("unknown-word", f"unknown source `{source}`", path, "describe it under `sources`")
            else:
                made.append(Reference(low, high, sex, self.sources[source]))
        return tuple(made)

    def check_words(self, variable: Variable, path: Path) -> None:
        """The kind is known; a spelling or code belongs to one variable only, and comes once."""
        kinds = get_args(VariableKind)
        if variable.kind not in kinds:
            self.complain(
                "unknown-word", f"unknown kind `{variable.kind}`", (*path, "kind"), did_you_mean(variable.kind, kinds)
            )
        seen: set[str] = set()
        for text in variable.spellings:
            written = text if text in variable.exact else text.casefold()
            if written in seen:
                self.complain("duplicate-spelling", f"`{text}` of `{variable.id}` is given twice", path)
            seen.add(written)
        if not all(map(name_key, variable.spellings)):
            self.complain("wrong-shape", f"`{variable.id}` has a spelling without letters and digits", path)
        if "" in variable.grades or "" in variable.values:
            self.complain("wrong-shape", f"`{variable.id}` has a label without letters and digits", path)
        # Variants of one variable that differ in blanks, hyphens or number help the tokeniser.
        for text in (variable.id, *variable.spellings):
            owner = self.spellings.setdefault(name_key(text), variable.id)
            if owner != variable.id:
                self.complain("duplicate-spelling", f"`{text}` already spells `{owner}`", path, self.line(owner))
        for code in variable.loinc:
            here = (*path, "loinc")
            if not _LOINC.fullmatch(code) or not check_digit_fits(code):
                self.complain("bad-code", f"`{code}` is no LOINC code: its check digit does not fit", here)
            elif self.codes.setdefault(code, variable.id) != variable.id or variable.loinc.count(code) > 1:
                self.complain("duplicate-code", f"`{code}` is given twice", here, self.line(self.codes[code]))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_range(value: Any) -> bool:
    return _is_pair(value) and value[0] < value[1]


Shape = tuple[Callable[[Any], bool], str]

_SHAPES: dict[str, Shape] = {
    **dict.fromkeys(("name", "kind", "unit", "concept", "specimen", "question"), (_is_text, "a text")),
    **dict.fromkeys(("synonyms", "exact", "labels", "loinc", "units"), (_is_texts, "a list of texts")),
    **dict.fromkeys(_MAPS, (lambda value: isinstance(value, dict), "a mapping")),
    "molar_mass": (_is_number, "a number"),
    "plausible": (_is_range, "two numbers, the smaller one first"),
    "abnormal": (lambda value: value in ("high", "low"), "`high` or `low`"),
    "reference": (lambda value: isinstance(value, dict | list), "a mapping or a list of them"),
}
_MAP_PARTS: dict[str, Shape] = {
    "conversions": (_is_pair, "two numbers, scale and offset"),
    "grades": (_is_number, "a number"),
    "values": (_is_texts, "a list of labels"),
}
_PLAIN = (
    "name",
    "kind",
    "unit",
    "synonyms",
    "exact",
    "labels",
    "loinc",
    "molar_mass",
    "plausible",
    "concept",
    "abnormal",
    "question",
)
