"""The text of `ages.yaml` in, the tables of `ages` out; what is wrong comes in one error, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from eligo.criteria import DAYS_IN
from eligo.errors import EligoError, Problem, did_you_mean
from eligo.regex import regex
from eligo.vocabulary.concepts_inherited import nearest
from eligo.vocabulary.curated import Curated
from eligo.vocabulary.variable import VariableKind
from eligo.vocabulary.variables import Variables
from eligo.yamltext import YamlText, read_yaml

NEVER, LIFE = "never", "life"
_KEYS = ("results", "answers", "lasts", "event", "visit", "denied")
# What a person's answer may be about.
ABOUT = frozenset(("condition", "procedure", "medication", "state", "link", "measurement", "attestation", "criterion"))
_LENGTH = regex(r"[1-9][0-9]* (d|wk|mo|a)")


def read(text: str, file: str, concepts: Curated, variables: Variables) -> dict[str, Any]:
    """Check the file, and give each variable and each concept its own length of time."""
    reader = _AgesReader(read_yaml(text, file), file)
    made = reader.read(concepts, variables)
    if reader.problems:
        raise EligoError(sorted(reader.problems, key=lambda p: p.place.line or 0))
    return made


class _AgesReader:
    """Keeps the problems."""

    def __init__(self, source: YamlText, file: str) -> None:
        self.source, self.file = source, file
        self.problems: list[Problem] = []

    def read(self, concepts: Curated, variables: Variables) -> dict[str, Any]:
        data = self.source.data if isinstance(self.source.data, dict) else {}
        self.check_keys(data)
        kinds: tuple[str, ...] = get_args(VariableKind)
        of_results = self.lengths(data, "results", NEVER, {*kinds, *(v.id for v in variables)})
        of_concepts = self.lengths(data, "lasts", LIFE, {c.id for c in concepts})
        of_answers = self.lengths(data, "answers", NEVER, ABOUT)
        for about in sorted(ABOUT - of_answers.keys()):
            self.complain("age-missing", f"`answers` does not say how old one on a `{about}` may be", "answers")
        if self.problems:
            return {}
        results = {v.id: of_results.get(v.id, of_results.get(v.kind, NEVER)) for v in variables}
        lasts = _inherited(of_concepts, concepts, data["event"])
        return {
            "results": _ending(results, NEVER),
            "lasts": _ending(lasts, LIFE),
            "life": [name for name, length in lasts.items() if length == LIFE],
            "answers": _ending(of_answers, NEVER),
            "event": data["event"],
            "visit": data["visit"],
            "denied": _days(data["denied"]),
        }

    def check_keys(self, data: Mapping[str, Any]) -> None:
        """Look for keys that are not known, and for the lengths of time that stand alone."""
        for key in data:
            if key not in _KEYS:
                self.complain("unknown-key", f"unknown key `{key}`", key, help_=did_you_mean(key, _KEYS))
        for key in ("event", "visit", "denied"):
            if not _LENGTH.fullmatch(str(data.get(key))):
                self.complain("age-length", f"`{key}` must be a length of time", key)

    def lengths(self, data: Mapping[str, Any], key: str, endless: str, known: Iterable[str]) -> dict[str, str]:
        """Turn a table of names by length into one of lengths by name."""
        known = set(known)
        found: dict[str, str] = {}
        for length, names in self.rows(data, key):
            if length != endless and not _LENGTH.fullmatch(length):
                self.complain(
                    "age-length", f"`{length}` is not a length of time", key, length, help_="write it like 90 d"
                )
            for name in names:
                if name not in known:
                    self.complain(
                        "unknown-name", f"unknown name `{name}`", key, length, help_=did_you_mean(name, known)
                    )
                elif found.setdefault(name, length) != length or names.count(name) > 1:
                    self.complain("name-twice", f"`{name}` stands twice", key, length)
        return found

    def rows(self, data: Mapping[str, Any], key: str) -> Iterator[tuple[str, list[str]]]:
        table = data.get(key)
        if not isinstance(table, dict):
            self.complain("age-shape", f"`{key}` must map lengths of time to lists of names", key)
            return
        for length, names in table.items():
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                yield str(length), names
            else:
                self.complain("age-shape", f"`{length}` must hold a list of names", key, str(length))

    def complain(self, code: str, message: str, *path: str, help_: str | None = None) -> None:
        self.problems.append(Problem(code, message, self.source.place(path, self.file), help_))


def _ending(lengths: Mapping[str, str], endless: str) -> dict[str, str]:
    """The lengths without those that have no end."""
    return {name: length for name, length in lengths.items() if length != endless}


def _inherited(stated: Mapping[str, str], concepts: Curated, event: str) -> dict[str, str]:
    """The length of each concept that has one: its own, else the shortest of the nearest above it."""
    parents = {concept.id: concept.parents for concept in concepts}
    events = {concept.id for concept in concepts if concept.aspect == "event"}
    of_events = {name: length for name, length in stated.items() if name in events}
    found = {}
    for name in parents:
        lengths = nearest(name, of_events if name in events else stated, parents)
        if lengths:
            found[name] = min(lengths, key=_days)
        elif name in events:
            found[name] = event
    return found


def _days(length: str) -> float:
    if length == LIFE:
        return float("inf")
    value, unit = length.split()
    units: Mapping[str, float] = {str(name): days for name, days in DAYS_IN.items()}
    return int(value) * units[unit]
