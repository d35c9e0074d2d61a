"""The text of `ancestors.yaml` in, its statements out; what is wrong comes in one error, line by line.

Whether the entries are there is not looked up here, since that would open the dictionary; a test does.
"""

from __future__ import annotations

from typing import Any

from eligo.errors import EligoError, Problem, did_you_mean
from eligo.vocabulary.concepts import Concepts
from eligo.yamltext import Path, YamlText, read_yaml

_KEYS = ("entry", "concept", "but_not", "why")


def read(text: str, file: str, known: Concepts) -> list[list[Any]]:
    """Check the file against the vocabulary; give each statement as entry, concept and what is excepted."""
    return _Reader(read_yaml(text, file), file, known).read()


class _Reader:
    """Keeps the problems that were found so far."""

    def __init__(self, source: YamlText, file: str, known: Concepts) -> None:
        self.source, self.file, self.known = source, file, known
        self.problems: list[Problem] = []

    def read(self) -> list[list[Any]]:
        data = self.source.data
        if not isinstance(data, dict) or list(data) != ["is"] or not isinstance(data["is"], list):
            self.complain("ancestor-shape", "the file is a mapping with one list, `is`", ())
            data = {"is": []}
        rows = [self.statement(row, ("is", i)) for i, row in enumerate(data["is"])]
        seen: set[tuple[str, str]] = set()
        for i, (entry, concept, _) in enumerate(rows):
            if (entry, concept) in seen:
                self.complain("ancestor-twice", f"`{entry}` is said to be `{concept}` twice", ("is", i))
            seen.add((entry, concept))
        if self.problems:
            raise EligoError(sorted(self.problems, key=lambda p: p.place.line or 0))
        return [[entry, concept, but_not] for entry, concept, but_not in rows]

    def statement(self, row: Any, path: Path) -> tuple[str, str, list[str]]:
        if not isinstance(row, dict):
            self.complain("ancestor-shape", "this must be a mapping", path)
            return "", "", []
        for key in row:
            if key not in _KEYS:
                self.complain("unknown-key", f"unknown key `{key}`", (*path, key), did_you_mean(key, _KEYS))
        entry, concept, but_not = row.get("entry"), row.get("concept"), row.get("but_not") or []
        if not isinstance(entry, str) or not _is_id(entry):
            self.complain("ancestor-shape", "`entry` must be the id of an entry", (*path, "entry"), "such as MONDO:0004992")
            entry = ""
        if not isinstance(concept, str) or concept not in self.known:
            message = f"unknown concept `{concept}`"
            self.complain("unknown-concept", message, (*path, "concept"), self.known.suggest(str(concept)))
            concept = ""
        if not isinstance(but_not, list) or not all(isinstance(id_, str) and _is_id(id_) for id_ in but_not):
            self.complain("ancestor-shape", "`but_not` must be a list of ids", (*path, "but_not"))
            but_not = []
        return entry, concept, but_not

    def complain(self, code: str, message: str, path: Path, help_: str | None = None) -> None:
        self.problems.append(Problem(code, message, self.source.place(path, self.file), help_))


def _is_id(text: str) -> bool:
    terminology, _, number = text.partition(":")
    return bool(terminology and number)
