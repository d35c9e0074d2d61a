"""`grammar/qualifiers.yaml` in; out what a qualifier that a record states says about one that a rule asks for.

Qualifiers narrow a concept: severe, uncontrolled, in remission. Ways to write one come from `grammar/phrases.yaml` too.
"""

from __future__ import annotations

import functools
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.namedtuple import NamedTuple

_FILES = ("phrases.yaml", "qualifiers.yaml")


class QualifierRelations(NamedTuple):
    """The qualifiers of a fact that say that an asked one is so, and those that say that it is not."""

    implied_by: frozenset[str]
    contradicted_by: frozenset[str]


def qualifier_key(words: str) -> str:
    """The form in which qualifiers are compared: `High-risk` is `high risk`."""
    return " ".join(words.casefold().replace("-", " ").split())


@functools.lru_cache(maxsize=1024)
def plain_qualifier(words: str) -> str:
    """Write a qualifier as rules do (`poorly controlled` is `uncontrolled`), where it is one that they know.

    >>> plain_qualifier("Poorly controlled"), plain_qualifier("puzzling")
    ('uncontrolled', 'puzzling')
    """
    key = qualifier_key(words)
    found: str = _tables()["spelled"].get(key, key)
    return found


@functools.cache
def known_qualifiers() -> frozenset[str]:
    """All qualifiers, in the words of the rules."""
    return frozenset(_tables()["spelled"].values())


@functools.lru_cache(maxsize=1024)
def related(asked: str) -> QualifierRelations:
    """What other qualifiers say about the asked one, which is among those that imply it; its denial contradicts it.

    >>> "inactive" in related("active").contradicted_by, "poorly controlled" in related("active").implied_by
    (True, False)
    >>> denied("severe") in related("severe").contradicted_by
    True
    """
    plain = plain_qualifier(asked)
    implied, contradicted = _tables()["relations"].get(plain, ((), ()))
    return QualifierRelations(frozenset((plain, *implied)), frozenset((denied(plain), *contradicted)))


def denied(qualifier: str) -> str:
    """The qualifier of what is not of that kind: "not severe"."""
    return f"not {qualifier}"


@functools.cache
def _tables() -> dict[str, Any]:
    texts = [(data_dir("grammar") / name).read_bytes() for name in _FILES]

    def build() -> dict[str, Any]:
        from eligo.yamltext import read_yaml  # lazily: a warm start needs no YAML

        phrases, relations = (read_yaml(t.decode(), name).data for t, name in zip(texts, _FILES, strict=True))
        ways = [*phrases["qualifiers"].items(), *((word, row.get("same", ())) for word, row in relations.items())]
        named = [word for row in relations.values() for key in QualifierRelations._fields for word in row.get(key, ())]
        spelled = {phrase.replace("-", " "): word for word, several in ways for phrase in [word, *several]}
        return {
            "spelled": {**{word: word for word in named}, **spelled},
            "relations": {
                word: [row.get(key, []) for key in QualifierRelations._fields] for word, row in relations.items()
            },
        }

    tables: dict[str, Any] = cached("qualifiers", digest([b"2", *texts]), build)
    return tables
