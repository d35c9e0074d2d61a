"""The text of `ancestors.yaml` in, its statements out; what is wrong comes in one error, line by line.

Whether the entries are there is not looked up here, since that would open the dictionary; a test does.
"""

from __future__ import annotations

from typing import Any

from eligo.errors import EligoError, Problem, did_you_mean
from eligo.vocabulary.concept import singular_words
from eligo.vocabulary.curated import Curated
from eligo.yamltext import Path, YamlText, read_yaml

_TABLES = ("unsaid", "is")
_KEYS = ("entry", "concept", "named", "but_not")

Statement = tuple[str, str, list[list[str]], list[str], list[str]]


def read(text: str, file: str, known: Curated) -> list[list[Any]]:
    """Check the file against the vocabulary; give each statement as the parts of `Reviewed`, its entry first."""
    return _AncestorsReader(read_yaml(text, file), file, known).read()


class _AncestorsReader:
    """Keeps the problems that were found so far."""

    def __init__(self, source: YamlText, file: str, known: Curated) -> None:
        self.source, self.file, self.known = source, file, known
        self.problems: list[Problem] = []

    def read(self) -> list[list[Any]]:
        data = self.row(self.source.data, (), _TABLES)
        unsaid = {word for text in self.texts(data, "unsaid", ()) for word in singular_words(text)}
        rows = data.get("is") or []
        if not isinstance(rows, list):
            self.complain("ancestor-shape", "`is` must be a list", ("is",))
            rows = []
        made = [self.statement(row, unsaid, ("is", i)) for i, row in enumerate(rows)]
        seen: set[tuple[str, str]] = set()
        for i, (entry, concept, *_) in enumerate(made):
            if (entry, concept) in seen:
                self.complain("ancestor-twice", f"`{entry}` is said to be `{concept}` twice", ("is", i))
            seen.add((entry, concept))
        if self.problems:
            raise EligoError(sorted(self.problems, key=lambda p: p.place.line or 0))
        return [list(statement) for statement in made]

    def statement(self, row: Any, unsaid: set[str], path: Path) -> Statement:
        row = self.row(row, path, _KEYS)
        concept = str(row.get("concept"))
        if concept not in self.known:
            self.complain(
                "unknown-concept", f"unknown concept `{concept}`", (*path, "concept"), self.known.suggest(concept)
            )
        phrases = [_phrase(text) for text in self.texts(row, "named", path)]
        # A line that asks for a word wants it.
        left = sorted(unsaid - {word for phrase in phrases for word in phrase})
        return self.id(row.get("entry"), (*path, "entry")), concept, phrases, left, self.ids(row, path)

    def ids(self, row: dict[str, Any], path: Path) -> list[str]:
        return [self.id(id_, (*path, "but_not", i)) for i, id_ in enumerate(self.texts(row, "but_not", path))]

    def id(self, value: Any, path: Path) -> str:
        terminology, _, number = str(value).partition(":")
        if not terminology or not number:
            self.complain("ancestor-shape", f"`{value}` is no id of an entry", path, "write it like MONDO:0004992")
        return str(value)

    def row(self, value: Any, path: Path, keys: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.complain("ancestor-shape", "this must be a mapping", path)
            return {}
        for key in value:
            if key not in keys:
                self.complain("unknown-key", f"unknown key `{key}`", (*path, key), did_you_mean(key, keys))
        return value

    def texts(self, row: dict[str, Any], key: str, path: Path) -> list[str]:
        value = row.get(key) or []
        if isinstance(value, list) and all(isinstance(text, str) and text for text in value):
            return value
        self.complain("ancestor-shape", f"`{key}` must be a list of words", (*path, key))
        return []

    def complain(self, code: str, message: str, path: Path, help_: str | None = None) -> None:
        self.problems.append(Problem(code, message, self.source.place(path, self.file), help_))


def _phrase(text: str) -> list[str]:
    """The words of a phrase; of the end of a word, that alone with its hyphen."""
    return [text.casefold()] if text.startswith("-") else singular_words(text)
