"""`grammar/ancestors.yaml` in: which branches of the dictionary are kinds of which concept, as reviewed."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.namedtuple import NamedTuple
from eligo.vocabulary.concept import singular_words
from eligo.vocabulary.curated import Curated, curated

__all__ = ["Reviewed", "load", "reviewed"]

_FORM = b"2"  # of the cached data: another form must not meet an old cache
_ENDING = "-"  # before a phrase that is the end of a word


class Reviewed(NamedTuple):
    """What a person stated of a branch: what of it has such a name is a kind of the concept.

    `named` are phrases as lists of words, one of which the name must have (any name, where there is none), `unsaid`
    words of which it may have none, `but_not` entries that are no such kind, with all below them.
    """

    concept: str
    named: tuple[tuple[str, ...], ...] = ()
    unsaid: frozenset[str] = frozenset()
    but_not: frozenset[str] = frozenset()

    def holds(self, name: str, line: frozenset[str]) -> bool:
        """Whether it is said of an entry with that name, which stands below all of `line` and is one of them."""
        words = singular_words(name)
        if not self.unsaid.isdisjoint(words) or not line.isdisjoint(self.but_not):
            return False
        return not self.named or any(_has(words, phrase) for phrase in self.named)


def _has(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words of a name hold a phrase, or one of them ends as it does."""
    if phrase[0].startswith(_ENDING):
        return any(word.endswith(phrase[0][1:]) for word in words)
    size = len(phrase)
    return any(tuple(words[i : i + size]) == tuple(phrase) for i in range(len(words) - size + 1))


@functools.cache
def reviewed() -> Mapping[str, tuple[Reviewed, ...]]:
    """The statements of `grammar/ancestors.yaml`, by the id of the entry at the top of the branch."""
    return load(data_dir("grammar") / "ancestors.yaml", curated())


def load(path: Path, known: Curated) -> Mapping[str, tuple[Reviewed, ...]]:
    """Load the statements of a file; every problem of the file comes in one EligoError."""
    text = path.read_bytes()

    def build() -> list[list[Any]]:
        from eligo.vocabulary.ancestors_file import read  # lazily: a warm start needs no YAML

        return read(text.decode(), path.name, known)

    of_concepts = (data_dir("grammar") / "concepts.yaml").read_bytes()
    found: dict[str, tuple[Reviewed, ...]] = {}
    for id_, concept, named, unsaid, but_not in cached("ancestors", digest([_FORM, text, of_concepts]), build):
        phrases = tuple(map(tuple, named))
        found[id_] = (*found.get(id_, ()), Reviewed(concept, phrases, frozenset(unsaid), frozenset(but_not)))
    return found


def ids(statements: Mapping[str, Iterable[Reviewed]]) -> Iterator[str]:
    """All entries that the statements name."""
    for id_, rows in statements.items():
        yield id_
        for row in rows:
            yield from sorted(row.but_not)
