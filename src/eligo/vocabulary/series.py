"""Concepts that differ in a number alone, written once: `hcv_genotype_{}`, of 1, 1a, 1b and so on.

A template gives one entry for each of its numbers, which stands wherever the template has `{}`. `(a|b|)` in a synonym
are choices. A number that goes on from another (1b from 1) makes a kind of it; any other makes a kind of what the
template is `of`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from eligo.namedtuple import NamedTuple
from eligo.regex import regex

__all__ = ["KEYS", "LISTS", "Series", "entries"]

LISTS = ("words", "numbers", "synonyms", "parents")
KEYS = frozenset((*LISTS, "of", "name"))

_HOLE = "{}"
_CHOICES = regex(r"\(([^()]*)\)")


class Series(NamedTuple):
    """The concepts of a series by their number, and the words that stand before a number in a sentence."""

    words: tuple[str, ...]
    ids: Mapping[str, str]


def entries(id_: str, template: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each number of a series with the id and the entry of its concept, as if it had been written out.

    >>> of = {"of": "gout", "numbers": ["1", "1a"], "name": "gout {}", "synonyms": ["(tophus|tophi|) grade {}"]}
    >>> [(id_, entry["parents"]) for _, id_, entry in entries("gout_{}", of)]
    [('gout_1', ['gout']), ('gout_1a', ['gout_1'])]
    >>> next(entries("gout_{}", of))[2]["synonyms"]
    ['tophus grade 1', 'tophi grade 1', 'grade 1']
    """
    numbers = [str(number) for number in template["numbers"]]
    for number in numbers:
        begun = max((n for n in numbers if n != number and number.startswith(n)), key=len, default=None)
        above = template["of"] if begun is None else id_.replace(_HOLE, begun.casefold())
        further = (parent.replace(_HOLE, number.casefold()) for parent in template.get("parents", ()))
        synonyms = [name.replace(_HOLE, number) for text in template.get("synonyms", ()) for name in _expanded(text)]
        name = template["name"].replace(_HOLE, number)
        yield (
            number,
            id_.replace(_HOLE, number.casefold()),
            {"name": name, "synonyms": synonyms, "parents": [above, *further]},
        )


def _expanded(text: str) -> Iterator[str]:
    """Every text that the choices of a text give."""
    pieces = _CHOICES.split(text)  # the odd ones are choices
    for chosen in itertools.product(*(piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces))):
        yield " ".join("".join(chosen).split())
