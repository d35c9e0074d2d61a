"""A path in a record in, the path as messages may name it out: no word of the record stands in it.

A key that is neither one of the format nor a name of the vocabulary may be anything, also a value or somebody's name.
"""

from __future__ import annotations

import functools
from typing import Any

from eligo.jsontext import JsonPath, masked, path_text
from eligo.patients.form import KEYS
from eligo.regex import regex
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named
from eligo.vocabulary.variables import variables

_LONGEST = 60  # characters of a key that may be a name of the vocabulary
_MOST_LOOKED_UP = 200  # keys of one record: of more, nobody reads the names
_NUMBER = regex(r"#[0-9]+")  # of a key


class PublicPaths:
    """The paths of one record, with the number of each key that may be a word of the patient's.

    >>> paths = PublicPaths({"labs": {"Mrs Doe": 1, "INR": 2}})
    >>> paths.of(("labs", "INR")), paths.of(("labs", "Mrs Doe")), paths.of(("labs", "Mr Doe"))
    (('labs', 'INR'), ('labs', '#1'), ('labs', '#?'))
    """

    def __init__(self, record: Any) -> None:
        self.record = record
        self._looked_up = 0
        self._numbers: dict[int, dict[str, int]] = {}  # of the keys of an object, by the identity of the object

    def of(self, path: JsonPath) -> JsonPath:
        """The path with numbers, counted from 1 within each object; `#?` for a key that is not there."""
        found: list[str | int] = []
        here = self.record
        for step in path:
            if isinstance(step, int):
                found.append(step)
                here = here[step] if isinstance(here, list) and step < len(here) else None
            else:
                found.append(step if self._is_public(step) else f"#{self._number(here, step)}")
                here = here.get(step) if isinstance(here, dict) else None
        return tuple(found)

    def text(self, path: JsonPath) -> str | None:
        """The path with numbers as people write it; None for the record as a whole."""
        return path_text(self.of(path), _masked) or None

    def _is_public(self, key: str) -> bool:
        if key in KEYS:
            return True
        self._looked_up += 1
        return self._looked_up <= _MOST_LOOKED_UP and _is_name(key)

    def _number(self, found: Any, key: str) -> int | str:
        if not isinstance(found, dict):
            return "?"
        if id(found) not in self._numbers:
            self._numbers[id(found)] = {name: number for number, name in enumerate(found, 1)}
        return self._numbers[id(found)].get(key, "?")


def _masked(step: str) -> str:
    return step if _NUMBER.fullmatch(step) else masked(step)


@functools.lru_cache(maxsize=4096)
def _is_name(key: str) -> bool:
    if len(key) > _LONGEST or is_named(key):
        return False
    return variables().find(key) is not None or concepts().find(key) is not None


def told(concept: str) -> str:
    """The id of a concept as messages may name it: what is known by its name alone may be any word.

    >>> told("ascites"), told("ability:able to swallow capsules")
    ('`ascites`', 'this')
    """
    return "this" if is_named(concept) else f"`{concept}`"
