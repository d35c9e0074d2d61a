"""The one door for ids of what a patient has, had or takes: of the vocabulary, of the dictionary, or a name alone.

The order of trust is that of `docs/dictionary.md`. The dictionary is opened when an id or a name asks for it that the
vocabulary does not have, and not before. What a terminology puts an entry under never decides: `ancestors` are what was
reviewed, `may_be` and `above` all else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from eligo.regex import regex
from eligo.vocabulary.concept import Aspect, Concept, ConceptKind
from eligo.vocabulary.curated import Curated, curated, table
from eligo.vocabulary.named import (
    USUAL_ASPECT,
    NamedKind,
    is_named,
    is_statement,
    name_of,
    named_concept,
    named_id,
)
from eligo.vocabulary.own_names import forget_with_names

if TYPE_CHECKING:
    from eligo.vocabulary.dictionary import Dictionary, Entry

__all__ = ["Concept", "Concepts", "concepts", "is_entry", "is_outside", "load"]

_MOST_OUTSIDE = 4096  # things beyond the vocabulary that are kept
_ENTRY = regex(r"[A-Z][A-Z0-9]*:\S+|site:\S.*")


def is_outside(id: str) -> bool:  # noqa: A002 - the word of the interface
    """Whether an id is of a thing that the vocabulary does not have: an entry of the dictionary, or a name alone.

    >>> is_outside("MONDO:0015924"), is_outside("condition:keratoconus"), is_outside("ascites")
    (True, True, False)
    """
    return ":" in id


def is_entry(id: str) -> bool:  # noqa: A002 - the word of the interface
    """Whether an id has the form of those of entries of the dictionary.

    >>> is_entry("MONDO:0015924"), is_entry("condition:keratoconus"), is_entry("ascites")
    (True, False, False)
    """
    return ":" in id and _ENTRY.fullmatch(id) is not None


class Concepts(Curated):
    """The concepts of the vocabulary, in the order of its file, and beyond them all that has an id.

    To list, to search and to suggest are of the vocabulary alone; the dictionary does that for itself.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self._outside = functools.lru_cache(_MOST_OUTSIDE)(self._found_outside)
        forget_with_names(self._outside.cache_clear)

    def __contains__(self, id: object) -> bool:  # noqa: A002 - the word of the interface
        return super().__contains__(id) or (isinstance(id, str) and is_outside(id) and self.get(id) is not None)

    def get(self, id: str) -> Concept | None:  # noqa: A002 - the word of the interface
        """Find what has an id; an entry that is a concept of the vocabulary is found as that.

        >>> concepts().get("MONDO:0015924").id, concepts().get("MONDO:0009937").name
        ('pulmonary_arterial_hypertension', 'pulmonary venoocclusive disease')
        """
        found = self._made.get(id)
        if found is not None or not is_outside(id):
            return found or super().get(id)
        return self._outside(id)

    def _found_outside(self, id: str) -> Concept | None:  # noqa: A002 - the word of the interface
        """Find a thing that the vocabulary does not have; what is found is asked for again and again."""
        if is_named(id):
            return named_concept(id)
        entry = self.entry(id)
        if entry is None:
            return None
        return super().get(entry.concept) if entry.concept is not None else self._of_entry(entry)

    def entry(self, id: str) -> Entry | None:  # noqa: A002 - the word of the interface
        """Find the entry of the dictionary that has an id."""
        return _dictionary().get(id) if is_entry(id) else None

    def canonical(self, id: str) -> str:  # noqa: A002 - the word of the interface
        """The id that a thing goes by: of an entry that is a concept of the vocabulary, that concept's."""
        entry = self.entry(id)
        return entry.concept if entry is not None and entry.concept is not None else id

    def kind(self, id: str) -> ConceptKind | None:  # noqa: A002 - the word of the interface
        """Say of what kind a thing is, without reading the rest of a concept."""
        kind = self._kinds.get(id)
        if kind is not None or not is_outside(id):
            return kind
        beyond = self.get(id)
        return None if beyond is None else beyond.kind

    def find(self, word: str) -> Concept | None:
        """Find what is written `word` in the vocabulary, or has that id.

        >>> concepts().find("Oesophageal-Varices").id, concepts().find("MONDO:0009937").id
        ('esophageal_varices', 'MONDO:0009937')
        """
        if is_named(word):
            kind, name = name_of(word)
            return self.get(word if is_statement(word) else self.named(cast(NamedKind, kind), name))
        return super().find(word) or (self.get(word) if is_entry(word) else None)

    def find_beyond(self, name: str) -> Concept | None:
        """Find the thing of a name that the vocabulary does not have, in the dictionary.

        >>> concepts().find_beyond("Dressler's syndrome").id, concepts().find_beyond("ascites")
        ('MONDO:0001049', None)
        """
        return self._listed(name) if super().find(name) is None else None

    def _listed(self, name: str) -> Concept | None:
        """Find the thing that the dictionary has under a name."""
        entry = _dictionary().find(name)
        return self.get(entry.id) if entry is not None else None

    def by_code_beyond(self, system: str, code: str) -> Concept | None:
        """Find the thing that has a code in the dictionary."""
        entry = _dictionary().by_code(system, code)
        return self.get(entry.id) if entry is not None else None

    def named(self, kind: NamedKind, name: str) -> str:
        """Give the id of a thing by its kind and name: the vocabulary's, else the dictionary's, else one of the name.

        Of the vocabulary and of the dictionary only what is of that kind.

        >>> [concepts().named("condition", name) for name in ("Ascites", "Dressler syndrome", "Zorblax-diseases")]
        ['ascites', 'MONDO:0001049', 'condition:zorblax disease']
        """
        known = super().find(name) or self._listed(name)
        fits = known is not None and (known.kind == kind or (kind == "condition" and known.kind == "state"))
        return known.id if known is not None and fits else named_id(kind, name)

    def ancestors(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """List all that a thing is, itself among them; nothing for an unknown id."""
        found = super().ancestors(id)
        if found or not is_outside(id):
            return found
        if is_named(id):
            return frozenset((id,))
        entry = self.entry(id)
        if entry is None:
            return frozenset()
        return _dictionary().is_a(id) | (frozenset((id,)) if entry.concept is None else frozenset())

    def descendants(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """List all that is a kind of a concept in the vocabulary, itself among them; nothing for an unknown id.

        An entry or a name has no kinds, since what a terminology puts below an entry need not be one.
        """
        found = super().descendants(id)
        if found or not is_outside(id):
            return found
        same = self.get(id)
        return frozenset() if same is None else super().descendants(same.id) or frozenset((id,))

    def may_be(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The concepts that an entry may be a kind of beyond `ancestors`, as far as is known; nothing of any other."""
        return _dictionary().may_be(id) if is_entry(id) else frozenset()

    def above(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The entries that a terminology puts an entry under, itself among them; this decides nothing."""
        return _dictionary().ancestors(id) if is_entry(id) else frozenset()

    def below(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The concepts that a terminology puts under an entry, with all their kinds; this decides nothing."""
        found = _dictionary().concepts_below(id) if is_entry(id) else ()
        return frozenset[str]().union(*map(super().descendants, found))

    def _of_entry(self, entry: Entry) -> Concept:
        """An entry that the vocabulary lacks, as a concept: its parents are what was reviewed."""
        stated = _dictionary().is_a(entry.id)
        above = (found for id_ in stated if (found := super(Concepts, self).get(id_)))
        broader = frozenset[str]().union(*(self.ancestors(parent) for one in above for parent in one.parents))
        parents = tuple(sorted(stated - broader))
        known = [found for id_ in parents if (found := super(Concepts, self).get(id_))]
        aspects = {found.aspect for found in known}
        aspect: Aspect = aspects.pop() if len(aspects) == 1 else USUAL_ASPECT.get(entry.kind, "state")
        others = tuple(name for name in entry.names if name != entry.name)
        # Whether a condition waxes and wanes nobody has said, but of what it is a kind of.
        fluctuates = entry.kind == "condition" and all(one.fluctuates or one.kinds_fluctuate for one in known)
        return Concept(
            entry.id,
            entry.name,
            entry.kind,
            others,
            codes=entry.codes,
            parents=parents,
            aspect=aspect,
            fluctuates=fluctuates,
        )


def _dictionary() -> Dictionary:
    """The dictionary, with the site's own names before it."""
    return _opener()()


@functools.cache  # an import takes longer than most look-ups
def _opener() -> Callable[[], Dictionary]:
    from eligo.vocabulary.dictionary import dictionary  # lazily: most rules and records name nothing of it

    return dictionary


@functools.cache
def concepts() -> Concepts:
    """The door to all concepts; what it lists are those of `grammar/concepts.yaml`."""
    return Concepts(curated().data)


def load(path: Path) -> Concepts:
    """Load the concepts of a file; every problem of the file comes in one EligoError."""
    data: Mapping[str, Any] = table(path)
    return Concepts(data)
