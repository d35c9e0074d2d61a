"""The words of `grammar/*.yaml` as one trie over atoms: what each phrase may be, for the tokeniser to choose from.

Compiled when a data file changes, and kept by `eligo.cache`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from eligo.cache import cached, digest
from eligo.data import grammar_data, grammar_state
from eligo.reading.atoms import phrase_key

Entry = list[Any]  # role, value, the exact spelling where case counts
Trie = dict[str, Any]

END: Final = ""  # the key under which a trie node keeps its roles: role to value
EXACT: Final = " "  # the key for those whose case counts: spelling, role, value

# The statuses of a thing that is there; `used` and `awaited` are said of treatments, and `found` of a diagnosis,
# of which a time behind it is.
PLAIN_STATUSES: Final = frozenset(["active", "found", "used", "awaited"])

_FORM: Final = b"34"
_FILES: Final = ("phrases.yaml", "variables.yaml", "concepts.yaml", "units.yaml")


def trie() -> Trie:
    """The trie of all phrases; a node holds its roles under the keys END and EXACT."""
    found: Trie = _lexicon()["trie"]
    return found


_WORDS: Final[dict[str, frozenset[str]]] = {}  # asked for at nearly every word: machine code finds them here by itself


def words(kind: str) -> frozenset[str]:
    """A plain list of words of phrases.yaml, such as `modifiers`."""
    found = _WORDS.get(kind)
    if found is None:
        found = _WORDS[kind] = frozenset(_lexicon()["words"][kind])
    return found


def any_phrase(phrases: Iterable[str]) -> str:
    """A pattern of one of some phrases, the longest first."""
    found = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return f"(?:{'|'.join(map(re.escape, found))})"


@functools.cache
def name_words(*keys: str) -> frozenset[str]:
    """The words of plain lists of names.yaml together, such as `not_asked`."""
    data = grammar_data("names.yaml")
    return frozenset(word for key in keys for word in data[key])


@functools.lru_cache(1024)
def concept_named(phrase: str) -> str | None:
    """The concept that exactly this phrase names in running text."""
    return _role_of(phrase, "CONCEPT")


def variable_named(phrase: str) -> str | None:
    """The variable that exactly this phrase names in running text."""
    return _role_of(phrase, "VAR")


def relation_named(phrase: str) -> str | None:
    """The relation that exactly this phrase states: `due to`."""
    return _role_of(phrase, "REL")


def is_of_some(written: str) -> bool:
    """Whether words such as `for women` begin as those do of whom alone something is asked."""
    return not words("of_some").isdisjoint(written.casefold().split()[:1])


def is_sex(word: str) -> bool:
    """Whether a word alone tells of which sex somebody is: `women`."""
    return "SEX" in _roles_of(word)


def is_scale(phrase: str) -> bool:
    """Whether exactly this phrase says that something is counted in grades: `stage`, `class`."""
    return "GRADE" in _roles_of(phrase)


@functools.lru_cache(4096)
def begins(word: str, role: str) -> bool:
    """Whether a phrase that plays the role begins with the word: `in` the last, `within`."""
    todo = [trie().get(word.lower(), {})]
    while todo:
        node = todo.pop()
        if role in node.get(END, {}):
            return True
        todo += [below for atom, below in node.items() if atom not in (END, EXACT)]
    return False


def _role_of(phrase: str, role: str) -> str | None:
    found: str | None = _roles_of(phrase).get(role)
    return found


@functools.lru_cache(4096)
def _roles_of(phrase: str) -> dict[str, Any]:
    node = trie()
    for atom in phrase_key(phrase):
        if atom not in node:
            return {}
        node = node[atom]
    found: dict[str, Any] = node.get(END, {})
    return found


@functools.lru_cache(1024)
def qualifiers_in(name: str) -> tuple[str, ...]:
    """The qualifiers that are part of a name: acute hepatitis, intra-articular steroids."""
    atoms = phrase_key(name)
    found = (_qualifier_at(atoms[i:]) for i in range(len(atoms)))
    return tuple(qualifier for qualifier, _ in found if qualifier is not None)


def named_without(name: str) -> str | None:
    """The concept that a name means without the qualifier that it begins with; None where it begins with none."""
    atoms = phrase_key(name)
    _, length = _qualifier_at(atoms)
    return concept_named(" ".join(atoms[length:])) if length else None


def _qualifier_at(atoms: Sequence[str]) -> tuple[str | None, int]:
    """The longest qualifier at the beginning, and how many atoms it has."""
    node = trie()
    found: tuple[str | None, int] = (None, 0)
    for i, atom in enumerate(atoms, start=1):
        if atom not in node:
            break
        node = node[atom]
        if "QUAL" in node.get(END, {}):
            found = node[END]["QUAL"], i
    return found


def measured_by(concept: str) -> list[str]:
    """The variables whose value states the concept."""
    found: list[str] = [*_lexicon()["measured_by"].get(concept, []), *_lexicon()["measured_by_side"].get(concept, {})]
    return found


def measured_in(unit: str) -> str | None:
    """The variable that alone is measured in the unit: drinks per week."""
    found: str | None = _lexicon()["measured_in"].get(unit)
    return found


def belongs_to(variable: str) -> list[str]:
    """The concepts of which alone the variable says something: a virus load of its hepatitis."""
    found: list[str] = _lexicon()["belongs_to"].get(variable, [])
    return found


def alternates(some: set[str], others: set[str]) -> bool:
    """Whether values of the two are asked for in place of each other: creatinine or its clearance."""
    return any(some & set(group) and others & set(group) for group in _lexicon()["alternates"])


def opposed(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one of some qualifiers and one of others exclude each other: acute, chronic."""
    return any(a != b and a in group and b in group for group in _lexicon()["opposed"] for a in some for b in others)


def restating(some: set[str], others: set[str]) -> bool:
    """Whether the two are other scales of the same thing: ECOG and Karnofsky."""
    return any(some <= set(group) and others <= set(group) for group in _lexicon()["restating"]) and not some & others


def least_limit(variable: str) -> float | None:
    """The lowest limit that a protocol may set, in the canonical unit; None where nothing is said."""
    found: float | None = _lexicon()["least_limits"].get(variable)
    return found


def measured_side(concept: str, variable: str) -> str | None:
    """The side (low, high) of the variable on which it states the concept."""
    found: str | None = _lexicon()["measured_by_side"].get(concept, {}).get(variable)
    return found


def duration_of(attestation: str) -> str | None:
    """The variable that a time beside the attestation limits."""
    found: str | None = _lexicon()["duration_of"].get(attestation)
    return found


def weaker_opinions(attestation: str) -> list[str]:
    """The attestations that add nothing beside this one."""
    found: list[str] = _lexicon()["weaker_opinions"].get(attestation, [])
    return found


def score_of(ordinal: str) -> str | None:
    """The score behind an ordinal, whose numbers lie beyond the grades: `Child-Pugh >= 7`."""
    found: str | None = _lexicon()["score_of"].get(ordinal)
    return found


def classes_of(score: str) -> str | None:
    """The ordinal whose letters may stand behind the name of a score: `Child-Pugh score B`."""
    known: dict[str, str] = _lexicon()["score_of"]
    return next((ordinal for ordinal, of in known.items() if of == score), None)


def predicted_of(variable: str) -> str | None:
    """The variable that states another one in percent of what is predicted."""
    found: str | None = _lexicon()["predicted_of"].get(variable)
    return found


def other_by_method(variable: str) -> dict[str, list[str]]:
    """The variables that one becomes where a method stands behind its name, each with words of such methods."""
    found: dict[str, list[str]] = _lexicon()["other_by_method"].get(variable, {})
    return found


def ratio_of(above: str, below: str) -> str | None:
    """The variable that is the quotient of two others."""
    found: str | None = _lexicon()["ratio_of"].get(f"{above}/{below}")
    return found


_KNOWN: Final[dict[str, Any]] = {}  # all of it, once it is read


def _lexicon() -> dict[str, Any]:
    if not _KNOWN:
        _KNOWN.update(cached("lexicon", digest([_FORM, grammar_state(_FILES)]), _build))
    return _KNOWN


def _build() -> dict[str, Any]:
    from eligo.reading.lexicon_file import compile_lexicon  # lazily: a warm start needs no YAML

    return compile_lexicon()
