"""Things that no vocabulary has, known by the name alone that a text gives them.

Such a thing is a concept whose id is its kind and the words of its name: `condition:renal medullary carcinoma`. It is
nothing but itself: no code, no synonym, no parent, so that only an entry of exactly that name says anything of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Literal, cast

from eligo.vocabulary.concept import Aspect, Concept, word_key, words_of

NamedKind = Literal["condition", "procedure", "medication"]
NAMED_KINDS: tuple[NamedKind, ...] = ("condition", "procedure", "medication")
# How times with a kind of thing are meant, where nobody has said it of the thing itself.
USUAL_ASPECT: dict[str, Aspect] = {"procedure": "event", "medication": "exposure"}

_MARK = ":"


def is_named(id: str) -> bool:  # noqa: A002 - the word of the interface
    """Whether an id is of a thing that is known by its name alone.

    >>> is_named("condition:keratoconus"), is_named("ascites")
    (True, False)
    """
    kind, mark, name = id.partition(_MARK)
    return bool(mark and name) and kind in NAMED_KINDS


def named_id(kind: NamedKind, name: str, spellings: Iterable[Iterable[str]] = ()) -> str:
    """The id of a thing of a kind by its name: case, accents, hyphens and plurals of its words do not count.

    >>> named_id("condition", "Renal-Medullary Carcinomas")
    'condition:renal medullary carcinoma'
    """
    return kind + _MARK + " ".join(word_key(word, spellings) for word in words_of(name))


def name_of(id: str) -> tuple[NamedKind, str]:  # noqa: A002 - the word of the interface
    """The kind and the name of such an id.

    >>> name_of("procedure:zorblaxectomy")
    ('procedure', 'zorblaxectomy')
    """
    kind, _, name = id.partition(_MARK)
    return cast(NamedKind, kind), name


@functools.lru_cache(maxsize=4096)  # records bring any number of names
def named_concept(id: str) -> Concept:  # noqa: A002 - the word of the interface
    """The concept that such an id stands for."""
    kind, name = name_of(id)
    return Concept(id, name, kind, aspect=USUAL_ASPECT.get(kind, "state"))
