"""A name or code of a record in, the variable or concept that it means out, or what is wrong with it.

A concept's name may carry its grade (`NYHA class III heart failure`) or words that narrow it (`severe infection`).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.jsontext import shown
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.variables import Variable, variables

_CODED = re.compile(r"\s*([^|\s]+)\s*\|\s*([^|\s]+)\s*")
_LONG_NUMBER = re.compile(r"[0-9][0-9.,]{2,}")


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a terminology, in place of a name."""

    system: str
    code: str


Name = str | Code


@dataclass(frozen=True, slots=True)
class Found:
    """The concept of a name, with what else the name states: an ordinal and its grades from low to high, qualifiers."""

    concept: Concept
    grade: tuple[str, float, float] | None = None
    qualifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a name means nothing here."""

    code: str
    message: str
    help: str


def find_variable(name: Name) -> Variable | Trouble:
    """Find a variable by id, name, synonym or LOINC code."""
    coded = _coded(name)
    if coded:
        help_ = "the system known here is LOINC (`http://loinc.org`)"
        found = variables().by_code(coded.system, coded.code)
        return found or Trouble("variable-unknown", f"no variable has the code `{shown(coded.code)}`", help_)
    word = str(name)
    found = variables().find(word)
    if found:
        return found
    concept = concepts().find(word)
    if concept:
        help_ = f"`{concept.id}` is a {concept.kind}: list it under `conditions`, or under `absent`"
    else:
        help_ = variables().suggest(word) or "`eligo variables` lists what is known"
    return Trouble("variable-unknown", f"unknown variable {quoted(word)}", help_)


def find_concept(name: Name) -> Found | Trouble:
    """Find a concept by id, name, synonym or code; attestations are none that a record can list."""
    coded = _coded(name)
    if coded:
        concept = concepts().by_code(coded.system, coded.code)
        if concept is None:
            help_ = "give the name instead, or check the system and the code"
            return Trouble("concept-unknown", f"no concept has the code `{shown(coded.code)}`", help_)
        found: Found | None = Found(concept)
    else:
        found = _by_words(str(name))
    if found is None:
        return _unknown(str(name))
    if found.concept.kind == "attestation":
        message = f"`{found.concept.id}` is an attestation"
        return Trouble("concept-attestation", message, "state it under `attested`")
    return found


def plain_qualifier(words: str) -> str:
    """Write a qualifier as rules do (`poorly controlled` is `uncontrolled`), where it is one that they know.

    >>> plain_qualifier("Poorly controlled"), plain_qualifier("puzzling")
    ('uncontrolled', 'puzzling')
    """
    key = " ".join(words.casefold().replace("-", " ").split())
    return _qualifiers().get(key, key)


def written(name: Name) -> str:
    """The name as the record has it."""
    return name if isinstance(name, str) else f"{name.system}|{name.code}"


def quoted(word: str) -> str:
    """A name as messages show it: a number within it may be a patient's value."""
    return f"`{shown(_LONG_NUMBER.sub('...', word))}`"


def _coded(name: Name) -> Code | None:
    """A code, given as such or as `system|code`."""
    if isinstance(name, Code):
        return name
    match = _CODED.fullmatch(name) if "|" in name else None
    return Code(match[1], match[2]) if match else None


def _by_words(text: str) -> Found | None:
    concept = concepts().find(text)
    if concept:
        return Found(concept)
    graded = concepts().find_graded(text)
    if graded:
        concept, variable, grade = graded
        low, high = grade if isinstance(grade, tuple) else (grade, grade)
        return Found(concept, (variable, low, high))
    words = text.split()
    for end in range(1, len(words)):
        qualifier = " ".join(words[:end])
        concept = concepts().find(" ".join(words[end:]))
        if concept and plain_qualifier(qualifier) in _qualifiers().values():
            return Found(concept, qualifiers=(plain_qualifier(qualifier),))
    return None


def _unknown(word: str) -> Trouble:
    variable = variables().find(word)
    if variable:
        help_ = f"`{variable.id}` is a variable: give its value under `observations`"
    else:
        help_ = concepts().suggest(word) or "use a name that a protocol would use"
    return Trouble("concept-unknown", f"unknown concept {quoted(word)}", help_)


@functools.cache
def _qualifiers() -> dict[str, str]:
    """Each way to write a qualifier, and the word that rules use for it."""
    path = data_dir("grammar") / "phrases.yaml"
    text = path.read_bytes()

    def build() -> dict[str, str]:
        from eligo.yamltext import read_yaml  # lazily: a warm start needs no YAML

        table: dict[str, list[str]] = read_yaml(text.decode(), path.name).data["qualifiers"]
        return {phrase.replace("-", " "): word for word, phrases in table.items() for phrase in [word, *phrases]}

    found: dict[str, str] = cached("qualifiers", digest([b"1", text]), build)
    return found
