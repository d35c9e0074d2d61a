"""A name or code of a record in, the variable or concept that it means out, or what is wrong with it.

A concept's name may carry its grade (`NYHA class III heart failure`), words that narrow it (`severe infection`) or
marks (`HCC?`, `no ascites`), and a code may say that it is over: both come with what is found. What the vocabulary
does not have is looked for in the dictionary; what that does not have either is a thing known by its name alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from eligo.data import grammar_data
from eligo.dataclass import dataclass, replace
from eligo.patients.codes import read_code
from eligo.patients.marks import Mark, Marked, all_together, read_marks
from eligo.patients.places import told
from eligo.regex import regex
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.named import NamedKind, is_named, named_id
from eligo.vocabulary.own_names import forgotten_with_names
from eligo.vocabulary.qualifiers import known_qualifiers, plain_qualifier
from eligo.vocabulary.suggest import PART_OF_RECORD, Wanted, elsewhere, suggest
from eligo.vocabulary.variables import Variable, variables

_CODED = regex(r"\s*([^|\s]+)\s*\|\s*([^|\s]+)\s*")
UNKNOWN_CONCEPT = "concept-unknown"
_KEPT = 4096  # names whose meaning is kept: records of one source use the same ones again and again
_LONGEST = 200  # characters of a name: what is longer is no name, and looking for its like would take long


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a terminology, in place of a name."""

    system: str
    code: str


Name = str | Code


@dataclass(frozen=True, slots=True)
class Found:
    """The concept of a name, with what else the name states: an ordinal and its grades from low to high, and so on.

    `others` are the concepts that the name may mean just as well; then it is known of none. `ever`: its marks speak
    of all of the past.
    """

    concept: Concept
    grade: tuple[str, float, float] | None = None
    qualifiers: tuple[str, ...] = ()
    mark: Mark | None = None
    others: tuple[Concept, ...] = ()
    ever: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a name means nothing here; `help` looks for similar names only when it is asked."""

    code: str
    message: str
    help: Callable[[], str]


@functools.lru_cache(maxsize=_KEPT)
def find_variable(name: Name) -> Variable | Trouble:
    """Find a variable by id, name, synonym or LOINC code."""
    coded = _coded(name)
    if coded:
        found = variables().by_code(coded.system, coded.code)
        help_ = "the system known here is LOINC (http://loinc.org)"
        return found or Trouble("variable-unknown", "no variable has this code", lambda: help_)
    word = str(name)
    found = variables().find(word) if len(word) <= _LONGEST else None
    return found or Trouble("variable-unknown", "no variable has this name", lambda: _variable_help(word))


@forgotten_with_names
@functools.lru_cache(maxsize=_KEPT)
def find_concept(name: Name) -> Found | Trouble:
    """Find a concept by id, name, synonym or code, in the vocabulary, else in the dictionary; no attestation is one."""
    found = find_in_vocabulary(name)
    if isinstance(found, Found) or found.code != UNKNOWN_CONCEPT:
        return found
    coded = _coded(name)
    beyond = _by_code_beyond(coded) if coded else _by_words(str(name), _beyond)
    return beyond if isinstance(beyond, Found) else found


@forgotten_with_names
@functools.lru_cache(maxsize=_KEPT)
def find_in_vocabulary(name: Name) -> Found | Trouble:
    """Find a concept in the vocabulary alone."""
    coded = _coded(name)
    found = _by_code(coded) if coded else _by_words(str(name), _by_plain_words)
    if isinstance(found, Found) and found.concept.kind == "attestation":
        message = f"{told(found.concept.id)} is an attestation"
        return Trouble("concept-attestation", message, lambda: "state it under `attested`, as true or false")
    return found


def by_name_alone(name: Name, kind: NamedKind) -> Found | None:
    """The thing that a name stands for by itself, where nobody knows the name; None for a code, and for no name.

    A mark that denies, or is the sign of a test, may be a part of such a name, which then says nothing.

    >>> found = by_name_alone("Zorblax-disease?", "condition")
    >>> found.concept.id, found.mark
    ('condition:zorblax disease', 'suspected')
    """
    if _coded(name) or len(str(name)) > _LONGEST:
        return None
    marked = read_marks(str(name))
    if marked is not None and marked.mark in ("refuted", "present"):
        return None
    id_ = named_id(kind, marked.name if marked else str(name))
    concept = concepts().get(id_) if is_named(id_) else None
    return Found(concept, mark=marked.mark if marked else None) if concept is not None else None


def find_attestation(name: str) -> Concept | Trouble:
    """Find what a person can state, by id, name or synonym."""
    concept = concepts().find(name) if len(name) <= _LONGEST else None
    if concept is None:
        return Trouble("attestation-unknown", "no attestation has this name", lambda: _attestation_help(name))
    if concept.kind != "attestation":
        message = f"{told(concept.id)} is a {concept.kind}, not an attestation"
        help_ = f"list it under `{PART_OF_RECORD[concept.kind]}`, or under `absent`"
        return Trouble("not-attestable", message, lambda: help_)
    return concept


def written(name: Name) -> str:
    """The name as the record has it."""
    return name if isinstance(name, str) else f"{name.system}|{name.code}"


def _coded(name: Name) -> Code | None:
    """A code, given as such or as `system|code`."""
    if isinstance(name, Code):
        return name
    match = _CODED.fullmatch(name) if "|" in name else None
    return Code(match[1], match[2]) if match else None


def _by_code(coded: Code) -> Found | Trouble:
    said = read_code(coded.system, coded.code)
    concept = concepts().get(said.concept) if said.concept else concepts().by_code(said.system, said.code)
    if concept:
        return Found(concept, qualifiers=(said.qualifier,) if said.qualifier else (), mark=said.mark)
    return Trouble(
        UNKNOWN_CONCEPT, "no concept has this code", lambda: "give the name instead, or check the system and the code"
    )


def _by_code_beyond(coded: Code) -> Found | None:
    """The entry of a code, with what the code says beside it."""
    said = read_code(coded.system, coded.code)
    concept = concepts().by_code_beyond(said.system, said.code)
    return Found(concept, qualifiers=(said.qualifier,) if said.qualifier else (), mark=said.mark) if concept else None


def _by_words(text: str, plain: Callable[[str], Found | Trouble]) -> Found | Trouble:
    """What a name means with its marks; `plain` finds what it means without any."""
    marked = read_marks(text)
    if marked is None:
        return plain(text)
    whole = _by_sign(marked) if marked.signed else plain(text)
    if isinstance(whole, Found) and (marked.mark != "over" or not whole.qualifiers):
        return whole
    found = plain(marked.name)
    if isinstance(found, Trouble):
        return Trouble(UNKNOWN_CONCEPT, "no concept has this name", found.help)
    over = (plain_qualifier(word) for word in marked.words) if marked.mark == "over" else ()
    stated = (word for word in over if word in known_qualifiers())
    said = all_together(found.mark, marked.mark)
    return replace(
        found, qualifiers=(*found.qualifiers, *stated), mark=None if said == "present" else said, ever=marked.ever
    )


def _by_sign(marked: Marked) -> Found | Trouble:
    """The concept of a test with its sign: `HCV Ab +` is a concept of its own."""
    word = {"present": " positive", "refuted": " negative"}.get(marked.mark, "?")
    concept = concepts().find(marked.name + word) if word != "?" else None
    return Found(concept) if concept else Trouble(UNKNOWN_CONCEPT, "", lambda: "")


def _by_plain_words(text: str) -> Found | Trouble:
    if len(text) <= _LONGEST:
        known = concepts().get(text) if "_" in text else None  # an id, whatever its words are short for
        found = Found(known) if known else short_names().get(concepts().key(text)) or _by_name(text)
        if found:
            return found
    return Trouble(UNKNOWN_CONCEPT, "no concept has this name", lambda: _concept_help(text))


def _beyond(text: str) -> Found | Trouble:
    """The entry of a name, which may have words before it that narrow it."""
    words = text.split() if len(text) <= _LONGEST else []
    for end in range(len(words)):
        qualifier = plain_qualifier(" ".join(words[:end]))
        if end and qualifier not in known_qualifiers():
            continue
        concept = concepts().find_beyond(" ".join(words[end:]))
        if concept is not None:
            return Found(concept, qualifiers=(qualifier,) if end else ())
    return Trouble(UNKNOWN_CONCEPT, "no concept has this name", lambda: _concept_help(text))


def _by_name(text: str) -> Found | None:
    """The concept of a name, which may carry a grade, or words before it that narrow it."""
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
        qualifier = plain_qualifier(" ".join(words[:end]))
        if qualifier in known_qualifiers() and (found := _by_name(" ".join(words[end:]))):
            return replace(found, qualifiers=(qualifier, *found.qualifiers))
    return None


@functools.cache
def short_names() -> Mapping[str, Found]:
    """What the names of `grammar/short_names.yaml` mean, by what counts of them when two are compared.

    >>> [c.id for c in short_names()["sah"].others], short_names()["sah"].mark
    (['severe_alcoholic_hepatitis'], 'suspected')
    """
    data, known = grammar_data("short_names.yaml"), concepts()
    several = {name: tuple(c for id_ in ids if (c := known.get(id_))) for name, ids in data["several"].items()}
    one = {name: (c,) for name, id_ in data["one"].items() if (c := known.get(id_))}
    return {
        known.key(name): Found(meant[0], mark="suspected" if len(meant) > 1 else None, others=meant[1:])
        for name, meant in (one | several).items()
    }


def _variable_help(word: str) -> str:
    return _help(word, "variable") or "`eligo variables` lists what is known, and `--lenient` leaves the value out"


def _concept_help(word: str) -> str:
    name_it = "use a name that a protocol would use; `eligo concepts WORD` looks for one, and"
    return _help(word, "concept") or f"{name_it} `--lenient` leaves the entry out"


def _attestation_help(word: str) -> str:
    return _help(word, "attestation") or "`eligo attestations` lists what can be stated; or write TRIAL/criterion"


def _help(word: str, wanted: Wanted) -> str | None:
    """What the word names elsewhere, or what it may have been meant for."""
    return (elsewhere(word, wanted) or suggest(word, wanted)) if len(word) <= _LONGEST else None
