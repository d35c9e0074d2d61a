"""The text of `variables.yaml` in, checked `Variable`s out; all that is wrong comes in one error, each problem with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, get_args

import yaml

from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.vocabulary.variables import Reference, Variable, VariableKind, spelling_key

_TOP = ("specimens", "filler_words", "sources", "variables")
_KEYS = sorted({f.name for f in fields(Variable)} - {"id", "specimens", "references"} | {"specimen", "reference"})
_REFERENCE_KEYS = ("low", "high", "sex", "source")
_TEXTS = ("name", "kind", "unit", "concept", "specimen", "question")
_LISTS = ("synonyms", "exact", "loinc", "units")
_MAPS = ("conversions", "grades", "values")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_LOINC = re.compile(r"\d{1,7}-\d")

Path = tuple[str, ...]


class _Loader(yaml.CSafeLoader):
    """Types only `true`, `false` and plain decimal numbers; `no`, `on`, dates and `012` stay text."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - yaml's own attribute


for _name, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), list(_first))


def read(text: str, file: str) -> tuple[list[Variable], list[str], list[str]]:
    """The variables, the words for specimens, and the words that say nothing beside a name."""
    reader = _Reader(file)
    found = reader.read(text)
    if reader.problems:
        raise EligoError(sorted(reader.problems, key=lambda p: p.place.line or 0))
    return found


class _Reader:
    """What was seen so far: problems, lines, spellings and codes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[Path, int] = {}
        self.spellings: dict[str, tuple[str, int]] = {}
        self.codes: dict[str, int] = {}
        self.sources: dict[str, Any] = {}

    def complain(self, code: str, message: str, path: Path, help: str | None = None) -> None:  # noqa: A002 - as in Problem
        while path and path not in self.lines:
            path = path[:-1]
        self.problems.append(Problem(code, message, Place(self.file, self.lines.get(path, 1)), help))

    def read(self, text: str) -> tuple[list[Variable], list[str], list[str]]:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            self.note_lines(root, ())
            data = loader.construct_document(root) if root else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)
            raise EligoError(Problem("yaml-syntax", f"not readable as YAML: {error.problem}", place)) from error
        finally:
            loader.dispose()
        data = self.mapping(data, (), _TOP)
        specimens = self.mapping(data.get("specimens", {}), ("specimens",))
        self.sources = self.mapping(data.get("sources", {}), ("sources",))
        bodies = self.mapping(data.get("variables", {}), ("variables",))
        found = [self.variable(id, body, specimens) for id, body in bodies.items()]  # noqa: A001 - the word of the file
        words = sorted({word for group in specimens.values() for word in group})
        return [v for v in found if v is not None], words, list(data.get("filler_words", []))

    def note_lines(self, node: yaml.Node | None, path: Path) -> None:
        """Remember the line of each key; a key that comes twice is a problem, since the second would win in silence."""
        for key_node, value in node.value if isinstance(node, yaml.MappingNode) else ():
            here = (*path, str(key_node.value))
            if here in self.lines:
                first = f"it is also on line {self.lines[here]}"
                self.lines[here] = key_node.start_mark.line + 1
                self.complain("duplicate-key", f"`{here[-1]}` is given twice", here, first)
            self.lines[here] = key_node.start_mark.line + 1
            self.note_lines(value, here)

    def mapping(self, data: Any, path: Path, keys: Iterable[str] | None = None) -> dict[str, Any]:
        """The data as a mapping with known keys only; what is not gives a problem and stays out."""
        if not isinstance(data, dict):
            self.complain("wrong-shape", f"`{path[-1] if path else self.file}` must be a mapping", path)
            return {}
        known = None if keys is None else list(keys)
        for key in data if known is not None else ():
            if key not in known:
                self.complain("unknown-key", f"unknown key `{key}`", (*path, str(key)), did_you_mean(str(key), known))
        return {str(k): v for k, v in data.items() if known is None or k in known}

    def variable(self, id: str, body: Any, specimens: dict[str, Any]) -> Variable | None:  # noqa: A002 - the word of the file
        path = ("variables", id)
        before = len(self.problems)
        body = self.mapping(body, path, _KEYS)
        self.check_shape(id, body, path)
        if len(self.problems) > before:
            return None
        group = body.pop("specimen", None)
        if group is not None and group not in specimens:
            self.complain("unknown-word", f"unknown specimen `{group}`", path, did_you_mean(group, specimens))
        references = self.references(body.pop("reference", []), path)
        unit = body.get("unit", "1")
        parts = {k: tuple(v) if isinstance(v, list) else v for k, v in body.items() if k not in _MAPS}
        parts["units"] = (unit, *body.get("units", ()), *body.get("conversions", {}))
        parts["conversions"] = {k: tuple(v) for k, v in body.get("conversions", {}).items()}
        parts["grades"] = {spelling_key(str(k)): v for k, v in body.get("grades", {}).items()}
        parts["values"] = {spelling_key(k): v for v, ks in body.get("values", {}).items() for k in (v, *ks)}
        variable = Variable(id=id, references=references, specimens=tuple(specimens.get(group, ())), **parts)
        self.check_words(variable, path)
        return variable

    def check_shape(self, id: str, body: dict[str, Any], path: Path) -> None:  # noqa: A002 - the word of the file
        """Every part has the right type, and those that each variable needs are there."""
        if not _ID.fullmatch(id):
            self.complain("bad-id", f"`{id}` is no id", path, "small letters, digits and _")
        for key in ("name", "kind", "question"):
            if key not in body:
                self.complain("missing-key", f"`{id}` has no `{key}`", path)
        for keys, fits, what in (
            (_TEXTS, lambda v: isinstance(v, str), "a text"),
            (_LISTS, lambda v: isinstance(v, list) and all(isinstance(x, str) for x in v), "a list of texts"),
            (_MAPS, lambda v: isinstance(v, dict), "a mapping"),
            (("molar_mass",), _is_number, "a number"),
            (("plausible",), lambda v: _is_numbers(v) and v[0] < v[1], "two numbers, the smaller one first"),
        ):
            for key in keys:
                if key in body and not fits(body[key]):
                    self.complain("wrong-shape", f"`{key}` must be {what}", (*path, key))
        for key in _MAPS:
            parts = body.get(key)
            fits, what = _MAP_PARTS[key]
            for name in parts if isinstance(parts, dict) else ():
                if not fits(parts[name]):
                    self.complain("wrong-shape", f"`{name}` must be {what}", (*path, key, str(name)))

    def references(self, data: Any, path: Path) -> tuple[Reference, ...]:
        here = (*path, "reference")
        made = []
        for one in data if isinstance(data, list) else [data]:
            parts = self.mapping(one, here, _REFERENCE_KEYS)
            ends = [parts.get("low"), parts.get("high")]
            if not all(e is None or _is_number(e) for e in ends) or ends == [None, None] or not parts.get("source"):
                self.complain("wrong-shape", "a reference needs `low` or `high` as numbers, and a `source`", here)
            elif parts.get("sex") not in (None, "male", "female"):
                self.complain("unknown-word", f"unknown sex `{parts['sex']}`", here, "male or female")
            elif parts["source"] not in self.sources:
                self.complain("unknown-word", f"unknown source `{parts['source']}`", here, "name it under `sources`")
            else:
                made.append(Reference(ends[0], ends[1], parts.get("sex"), self.sources[parts["source"]]))
        return tuple(made)

    def check_words(self, variable: Variable, path: Path) -> None:
        """Kinds are known; spellings and codes belong to one variable only, and come once."""
        if variable.kind not in get_args(VariableKind):
            self.complain("unknown-word", f"unknown kind `{variable.kind}`", (*path, "kind"), did_you_mean(variable.kind, get_args(VariableKind)))
        # Variants that differ in blanks or hyphens help the tokeniser; the same letters twice are a slip.
        texts = [variable.name, *variable.synonyms, *variable.exact]
        for text in dict.fromkeys(t for t in texts if [x.casefold() for x in texts].count(t.casefold()) > 1):
            self.complain("duplicate-spelling", f"`{text}` of `{variable.id}` is given twice", path)
        for text in (variable.id, *texts):
            owner, line = self.spellings.setdefault(spelling_key(text), (variable.id, self.lines[path]))
            if owner != variable.id:
                self.complain("duplicate-spelling", f"`{text}` already spells `{owner}`", path, f"see line {line}")
        for code in variable.loinc:
            if not _LOINC.fullmatch(code) or not check_digit_fits(code):
                self.complain("bad-code", f"`{code}` is no LOINC code: its check digit does not fit", (*path, "loinc"))
            elif code in self.codes:
                self.complain("duplicate-code", f"`{code}` is given twice", (*path, "loinc"), f"see line {self.codes[code]}")
            self.codes.setdefault(code, self.lines[path])


def check_digit_fits(code: str) -> bool:
    """Say whether the last digit of a LOINC code is the mod-10 (Luhn) check digit of the others.

    >>> check_digit_fits("1975-2"), check_digit_fits("1975-3")
    (True, False)
    """
    body, _, digit = code.partition("-")
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body))]
    return (10 - sum(d // 10 + d % 10 for d in doubled)) % 10 == int(digit)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(x, str) for x in value)


_MAP_PARTS = {
    "conversions": (_is_numbers, "two numbers, scale and offset"),
    "grades": (_is_number, "a number"),
    "values": (_is_texts, "a list of labels"),
}
