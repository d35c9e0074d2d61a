"""Things and statements that no vocabulary has, known by the words alone that a text gives them.

Such a thing is a concept whose id is its kind and its name: `condition:renal medullary carcinoma`. It is nothing but
itself: no code, no synonym, no parent, so that only an entry of exactly that name says anything of it. In the same way
a statement is an attestation: `ability:able to swallow capsules`.
"""

from __future__ import annotations

import functools
from typing import Literal, cast

from eligo.data import grammar_data
from eligo.vocabulary.concept import Aspect, Concept, singular, word_key, words_of

NamedKind = Literal["condition", "procedure", "medication"]
StatementKind = Literal["ability", "willingness", "circumstance", "judgement", "statement"]
NAMED_KINDS: tuple[NamedKind, ...] = ("condition", "procedure", "medication")
STATEMENT_KINDS: tuple[StatementKind, ...] = ("ability", "willingness", "circumstance", "judgement", "statement")
# How times with a kind of thing are meant, where nobody has said it of the thing itself.
USUAL_ASPECT: dict[str, Aspect] = {"procedure": "event", "medication": "exposure"}

_MARK = ":"
_KINDS = frozenset((*NAMED_KINDS, *STATEMENT_KINDS))
# What a person agrees to, or thinks, in another sentence is another; so is what words mean that nobody knows.
_OF_ONE_SENTENCE = frozenset(("willingness", "judgement", "statement"))


def is_named(id: str) -> bool:  # noqa: A002 - the word of the interface
    """Whether an id is of what is known by its words alone.

    >>> is_named("condition:keratoconus"), is_named("ability:able to swallow capsules"), is_named("ascites")
    (True, True, False)
    """
    kind, mark, name = id.partition(_MARK)
    return bool(mark and name) and kind in _KINDS


def is_statement(id: str) -> bool:  # noqa: A002 - the word of the interface
    """Whether an id is of a statement.

    >>> is_statement("condition:keratoconus"), is_statement("ability:able to swallow capsules")
    (False, True)
    """
    return is_named(id) and id.partition(_MARK)[0] in STATEMENT_KINDS


def named_id(kind: NamedKind, name: str) -> str:
    """The id of a thing of a kind by its name: case, accents, hyphens and the plural of its last word do not count.

    >>> named_id("condition", "Renal-Medullary Carcinomas")
    'condition:renal medullary carcinoma'
    """
    words = words_of(name)
    if words and is_noun_of_names(words[-1]):  # of another word nobody knows whether its `s` is one of a plural
        words[-1] = singular(words[-1])
    return kind + _MARK + " ".join(words)


def statement_id(kind: StatementKind, words: str) -> str:
    """The id of a statement by its words: case and blanks do not count.

    >>> statement_id("circumstance", "Owns  a smartphone")
    'circumstance:owns a smartphone'
    """
    return kind + _MARK + " ".join(words.casefold().split())


def quantity_key(name: str) -> str:
    """The form in which quantities are compared that are known by their name alone.

    >>> quantity_key("Peripheral-Neuropathy grades")
    'peripheral neuropathy grade'
    """
    return " ".join(word_key(word, ()) for word in words_of(name))


def name_of(id: str) -> tuple[str, str]:  # noqa: A002 - the word of the interface
    """The kind and the words of such an id.

    >>> name_of("procedure:zorblaxectomy")
    ('procedure', 'zorblaxectomy')
    """
    kind, _, name = id.partition(_MARK)
    return kind, name


def is_noun_of_names(word: str) -> bool:
    """Whether a word is one of the nouns that tell of what kind a thing is.

    >>> is_noun_of_names("Disorders"), is_noun_of_names("asthma")
    (True, False)
    """
    return singular(word.casefold()) in _nouns()


@functools.cache
def _nouns() -> frozenset[str]:
    """The nouns that names end in, in the singular."""
    kinds = grammar_data("names.yaml")["kinds"]
    return frozenset(noun for kind in NAMED_KINDS for noun in kinds[kind]["nouns"])


@functools.cache
def _for_one_trial() -> frozenset[str]:
    """The words that make a statement one of a single trial."""
    return frozenset(grammar_data("names.yaml")["for_one_trial"])


@functools.lru_cache(maxsize=4096)  # records bring any number of names
def named_concept(id: str) -> Concept:  # noqa: A002 - the word of the interface
    """The concept that such an id stands for."""
    kind, name = name_of(id)
    if is_statement(id):
        alone = kind in _OF_ONE_SENTENCE or not _for_one_trial().isdisjoint(words_of(name))
        return Concept(id, name, "attestation", per_criterion=alone)
    # Of a condition nobody knows whether it waxes and wanes, so that `active` is asked for as it is said.
    aspect = USUAL_ASPECT.get(kind, "state")
    return Concept(id, name, cast(NamedKind, kind), aspect=aspect, fluctuates=kind == "condition")
