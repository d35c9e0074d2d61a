"""`grammar/ancestors.yaml` in: which branches of the dictionary's terminologies are kinds of which concept, as reviewed."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.vocabulary.concepts import Concepts, concepts

__all__ = ["Reviewed", "load", "reviewed"]

_FORM = b"1"  # of the cached data: another form must not meet an old cache


class Reviewed(NamedTuple):
    """What a person stated of a branch: it is a kind of the concept, but for these entries and what is below them."""

    concept: str
    but_not: frozenset[str]


@functools.cache
def reviewed() -> Mapping[str, tuple[Reviewed, ...]]:
    """The statements of `grammar/ancestors.yaml`, by the id of the entry at the top of the branch."""
    return load(data_dir("grammar") / "ancestors.yaml", concepts())


def load(path: Path, known: Concepts) -> Mapping[str, tuple[Reviewed, ...]]:
    """Load the statements of a file; every problem of the file comes in one EligoError."""
    text = path.read_bytes()

    def build() -> list[list[Any]]:
        from eligo.vocabulary.ancestors_file import read  # lazily: a warm start needs no YAML

        return read(text.decode(), path.name, known)

    of_concepts = (data_dir("grammar") / "concepts.yaml").read_bytes()
    rows = cached("ancestors", digest([_FORM, text, of_concepts]), build)
    found: dict[str, tuple[Reviewed, ...]] = {}
    for id_, concept, but_not in rows:
        found[id_] = (*found.get(id_, ()), Reviewed(concept, frozenset(but_not)))
    return found


def ids(statements: Mapping[str, tuple[Reviewed, ...]]) -> Iterator[str]:
    """All entries that the statements name."""
    for id_, rows in statements.items():
        yield id_
        for row in rows:
            yield from sorted(row.but_not)
