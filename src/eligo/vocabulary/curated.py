"""`grammar/concepts.yaml` in, `Curated` out: what a patient has, had or takes, by name or code, and its is-a parents.

This is the vocabulary, which is made by hand. `eligo.vocabulary.concepts` finds more ids: those of the dictionary, and
of what is known by its name alone. The YAML file is read and checked only when it changed; otherwise keys, ancestors
and codes come from the cache.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.vocabulary.concept import Concept, ConceptKind, code_key, thaw, word_key, words_of
from eligo.vocabulary.nearest import Names, did_you_mean_name
from eligo.vocabulary.series import Series

__all__ = ["Concept", "Curated", "Grade", "GradeRange", "curated", "table"]

Grade = int | float
GradeRange = tuple[Grade, Grade]

_FORM = b"11"  # of the cached data: another form must not meet an old cache
_MOST_KEPT = 1024  # words for which the nearest known ones are kept
_MOST_KEYS = 4096  # names whose key is kept: one name is looked for in several places
_SHORTEST_PREFIX = 3  # the categories of ICD-10 and the groups of ATC


class Curated:
    """All concepts in the order of the file, found by id, by any name and by code."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self._rows: dict[str, str] = data["concepts"]
        self._made: dict[str, Concept] = {}  # few of the many are ever asked for
        self._kinds: dict[str, ConceptKind] = data["kinds"]
        self._kinds_below: dict[str, frozenset[ConceptKind | None]] = {}
        self._grades: dict[str, str] = data["grades"]
        self._by_key: dict[str, str] = data["keys"]
        self._ancestors = _IdSets(data["ancestors"])
        self._descendants = _IdSets(data["descendants"])
        self._by_code: dict[str, dict[str, str | None]] = data["codes"]
        self._systems: dict[str, str] = data["systems"]
        self._prefixed = frozenset(data["prefixes"])
        self._graded: dict[str, Any] = data["graded"]
        self._spellings: list[list[str]] = data["spellings"]
        self._key = functools.lru_cache(_MOST_KEYS)(functools.partial(word_key, spellings=self._spellings))
        self.series = {of: Series(tuple(words), ids) for of, (words, ids) in data["series"].items()}
        self._suggest = functools.lru_cache(_MOST_KEPT)(self._suggested)  # the same slips come in many records

    def __iter__(self) -> Iterator[Concept]:
        return (concept for id_ in self._rows if (concept := self.get(id_)))

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id: object) -> bool:  # noqa: A002 - the word of the interface
        return id in self._rows

    def get(self, id: str) -> Concept | None:  # noqa: A002 - the word of the interface
        """Find a concept by its id."""
        found = self._made.get(id)
        if found is None and id in self._rows:
            found = self._made[id] = thaw(self._rows[id])
        return found

    def kind(self, id: str) -> ConceptKind | None:  # noqa: A002 - the word of the interface
        """Say of what kind a concept is, without reading the rest of it."""
        return self._kinds.get(id)

    def kinds(self, id: str) -> frozenset[ConceptKind | None]:  # noqa: A002 - the word of the interface
        """Say of which kinds a concept and all that are a kind of it are."""
        known = self._kinds_below.get(id)
        if known is None:
            known = frozenset(map(self.kind, self.descendants(id)))
            if id in self._rows:  # of what is beyond the vocabulary there is no end
                self._kinds_below[id] = known
        return known

    def grades(self, ids: Iterable[str]) -> dict[str, str]:
        """Pick the concepts that an ordinal grades, each with its variable, without reading the rest of them."""
        return {id_: self._grades[id_] for id_ in sorted(ids) if id_ in self._grades}

    def find(self, word: str) -> Concept | None:
        """Find the concept that is written `word`: case, hyphens, plural and British spelling do not count.

        >>> curated().find("Oesophageal-Varices").id
        'esophageal_varices'
        """
        id_ = self._by_key.get(self.key(word))
        return self.get(id_) if id_ is not None else None

    def key(self, word: str) -> str:
        """Give what counts of a name when two are compared."""
        return self._key(word)

    @property
    def spellings(self) -> list[list[str]]:
        """What is replaced by what before two names are compared."""
        return self._spellings

    def by_code(self, system: str, code: str) -> Concept | None:
        """Find the concept of a code; in ICD-10 and ATC the longest known code that it begins with.

        The system is a short name (`snomed`, `icd10`, `rxnorm`, `atc`) or one of the URIs that FHIR gives it.
        """
        short = self.system(system)
        if short is None:
            return None
        codes, plain = self._by_code.get(short, {}), code_key(code)
        shortest = _SHORTEST_PREFIX if short in self._prefixed else len(plain)
        for length in range(len(plain), shortest - 1, -1):
            if plain[:length] in codes:
                return self.get(codes[plain[:length]] or "")
        return None

    def system(self, name: str) -> str | None:
        """The short name of a system that a record names in any of its ways."""
        return self._systems.get(name.strip().lower().rstrip("/"))

    def names_of_system(self, short: str) -> list[str]:
        """List the names, in small letters, of the system that a short name stands for."""
        return [name.rstrip("/") for name, of in self._systems.items() if of == short]

    @functools.cached_property
    def names(self) -> Names:
        """All words for a concept, for the search of those that are near to a word."""
        return Names((text, concept.id) for concept in self for text in concept.words)

    def suggest(self, word: str) -> str | None:
        """Name the known words nearest to `word`, as a help text; None where none is near."""
        return self._suggest(word)

    def _suggested(self, word: str) -> str | None:
        return did_you_mean_name(word, self.names)

    def ancestors(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """List all that a concept is, itself among them; nothing for an unknown id."""
        return self._ancestors[id]

    def descendants(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """List all that are a kind of the concept, itself among them; nothing for an unknown id."""
        return self._descendants[id]

    def synonym_items(self) -> Iterator[tuple[str, str, bool]]:
        """Give every way to write a concept with its id, and whether its case counts in running text."""
        for concept in self:
            for text in (concept.name, *concept.synonyms):
                yield text, concept.id, False
            for text in concept.exact:
                yield text, concept.id, True

    def find_graded(self, name: str) -> tuple[Concept, str, Grade | GradeRange] | None:
        """Find the concept, the ordinal and the grade (or lowest and highest) of a graded name; None where it is none.

        >>> concept, variable, grade = curated().find_graded("moderate to severe ascites")
        >>> concept.id, variable, grade
        ('ascites', 'ascites_grade', (2, 3))
        """
        words = words_of(name)
        for size in range(len(words) - 1, 0, -1):
            for start in range(len(words) - size + 1):
                concept = self.find(" ".join(words[start : start + size]))
                rest = words[:start] + words[start + size :]
                if concept is None:
                    continue
                line = self.ancestors(concept.id)
                for variable, rule in self._graded.items():
                    if concept.grade_variable == variable or not line.isdisjoint(rule["concepts"]):
                        grade = _grade(rest, rule)
                        if grade is not None:
                            return concept, variable, grade
        return None


class _IdSets(dict[str, frozenset[str]]):
    """Sets of ids by an id, each split from its text when it is first asked for; an unknown id has none."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, id_: str) -> frozenset[str]:
        text = self._texts.get(id_)
        if text is None:
            return frozenset()
        found = self[id_] = frozenset(text.split(" "))
        return found


def _grade(words: list[str], rule: Mapping[str, Any]) -> Grade | GradeRange | None:
    """Read the words left around a concept's name as a grade; None where one of them is not of the rule."""
    labels = rule["labels"]
    known = {**rule["levels"], **labels}
    said = [w for w in words if w not in rule["joins"]]
    values = [w for w in said if w not in rule["words"]]
    # A bare number is a grade only beside a word that says so; a label (moderate) is one by itself.
    enough = labels if len(said) == len(values) else known
    if not values or not all(w in enough for w in values):
        return None
    found = [known[w] for w in values]
    low = min(f[0] if isinstance(f, list) else f for f in found)
    high = max(f[1] if isinstance(f, list) else f for f in found)
    return low if low == high else (low, high)


@functools.cache
def curated() -> Curated:
    """Load the concepts of `grammar/concepts.yaml`."""
    return Curated(table(data_dir("grammar") / "concepts.yaml"))


def table(path: Path) -> Mapping[str, Any]:
    """What `Curated` is made of, from a file; every problem of the file comes in one EligoError."""
    text = path.read_bytes()

    def build() -> dict[str, Any]:
        from eligo.vocabulary.concepts_file import read  # lazily: a warm start needs no YAML

        return read(text.decode(), path.name)

    found: dict[str, Any] = cached("concepts", digest([_FORM, text]), build)
    return found
