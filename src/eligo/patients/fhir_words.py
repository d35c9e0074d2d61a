"""Codes and names of FHIR resources in, what they mean out: a variable, concepts, and the words of `grammar/fhir.yaml`.

Codes go first. A name counts where no code is known, and is marked as such. Whatever shape the JSON has, nothing here
raises: a part that is not what FHIR says is as good as missing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from eligo.data import grammar_data
from eligo.dataclass import dataclass, replace
from eligo.namedtuple import NamedTuple
from eligo.patients.codes import is_of_none, verdict
from eligo.patients.diagnostic_tests import find_test, names_a_finding
from eligo.patients.marks import Mark, read_marks, together
from eligo.patients.model import ListName
from eligo.patients.names import Code, Found, Name, Trouble, find_concept, find_in_vocabulary, find_variable
from eligo.regex import regex
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import LOINC_SYSTEMS, variables

Json = Mapping[str, Any]

# `Creatinine [Mass/volume] in Serum or Plasma by ...`: what is measured, and in what.
_LONG_LOINC = regex(r"([^\[\]]+?) \[[^\]]*\](?: \([^)]*\))? in ([A-Za-z ]+?)(?: by .*| --.*)?")
_BRACKETS = regex(r"\s*\[[^\]]*\]")
# A drug as RxNorm names it, `12 HR aspirin 81 MG Oral Tablet [Brand]`: between the amounts stands the ingredient.
_LEADING_AMOUNT = regex(r"^(?:[0-9.]+ (?:HR|ML|MG|ACTUAT) )+")
_TRAILING_AMOUNT = regex(r"\s[0-9][0-9.,]*(?:\s?(?:MG|MCG|UNT|ML|MEQ|MMOL|%|G|IU)\b.*|$)", re.IGNORECASE)
OF_NONE = "of-no-condition"  # why a code is not needed
_CONDITION_KINDS = frozenset({"condition", "state"})


@dataclass(frozen=True, slots=True)
class Absences:
    """Codes that record that there is nothing of a kind; see `grammar/fhir.yaml`."""

    systems: list[str]
    ruled_out: Mapping[str, list[str]]
    complete: Mapping[ListName, list[str]]
    none: Mapping[ListName, list[str]]
    unknown: Mapping[ListName, list[str]]


@dataclass(frozen=True, slots=True)
class Absence:
    """What one such code says: concepts that are ruled out; lists that are complete, have nothing, or are not known."""

    ruled_out: tuple[str, ...] = ()
    complete: tuple[ListName, ...] = ()
    none: tuple[ListName, ...] = ()
    unknown: tuple[ListName, ...] = ()


@dataclass(frozen=True, slots=True)
class FhirWords:
    """What the words of FHIR mean: see the head of `grammar/fhir.yaml`."""

    read: Mapping[str, str | None]
    unread: frozenset[str]
    why: Mapping[str, str]
    statuses: Mapping[str, Mapping[str, str]]
    inpatient: frozenset[str]
    partial: Mapping[str, frozenset[str]]
    negations: frozenset[str]
    absences: Absences
    allergies: Mapping[str, str]
    tags: re.Pattern[str]

    def status(self, table: str, word: str | None) -> str:
        """What a status says: `suspected` for a word that is not listed, `dates` where there is none."""
        return "dates" if word is None else self.statuses[table].get(word, "suspected")


@functools.cache
def words() -> FhirWords:
    """Load the words of FHIR."""
    data = grammar_data("fhir.yaml")
    tags = re.compile(rf"\s*\((?:{'|'.join(map(re.escape, data['tags']))})\)\s*$")
    return FhirWords(
        data["read"],
        frozenset(data["unread"]),
        data["why"],
        data["statuses"],
        frozenset(data["inpatient"]),
        {key: frozenset(found) for key, found in data["partial"].items()},
        frozenset(data["negations"]),
        Absences(**data["absences"]),
        data["allergies"],
        tags,
    )


# --- JSON of whatever shape


def obj(data: Any) -> Json:
    """The object, or an empty one."""
    return data if isinstance(data, dict) else {}


def objects(data: Any) -> list[Json]:
    """The objects of a list; one object alone counts as a list of it."""
    if isinstance(data, dict):
        return [data]
    return [part for part in data if isinstance(part, dict)] if isinstance(data, list) else []


def text_of(data: Any) -> str | None:
    """The text, where it is one and not blank."""
    return data.strip() or None if isinstance(data, str) else None


def code_word(concept: Any) -> str | None:
    """The first code of a CodeableConcept (a status), or the code itself."""
    if isinstance(concept, str):
        return text_of(concept)
    found = (text_of(coding.get("code")) for coding in objects(obj(concept).get("coding")))
    return next((code for code in found if code), None)


MODIFIED = "it is modified in a way that is not known here"


def modifiers(resource: Json) -> list[str]:
    """The names of what modifies a resource in a way that nobody here knows: modifier extensions, implicit rules.

    They stand in the resource or in one of its parts. A resource with one must not be taken for what it seems to say.
    """
    held = [part for part in (resource, *_parts(resource)) if "modifierExtension" in part]
    if not held and "implicitRules" not in resource:
        return []
    urls = [text_of(extension.get("url")) for part in held for extension in objects(part["modifierExtension"])]
    rules = ["implicitRules"] if resource.get("implicitRules") else []
    return list(dict.fromkeys([*rules, *((url or "without a name").rstrip("/").rsplit("/", 1)[-1] for url in urls)]))


def _parts(resource: Json) -> list[Json]:
    found = list[Json]()
    for value in resource.values():
        if type(value) is dict:
            found.append(value)
        elif type(value) is list:
            found += [part for part in value if type(part) is dict]
    return found


# --- what a CodeableConcept means


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a CodeableConcept means: names for the builder with what marks them, or why it means nothing here.

    `alone` is its name where nobody knows it.
    """

    names: tuple[Name, ...] = ()
    mark: Mark | None = None
    by_name: bool = False
    reason: str = ""
    text: str = ""
    alone: str | None = None


class FhirAsked(NamedTuple):
    """What an Observation is about by its code: a variable, a test, a condition; or its value names what there is."""

    variable: Meaning
    test: Meaning
    condition: Meaning
    named_by_value: bool


def asked_by(concept: Any) -> FhirAsked:
    """What an Observation with this code is about."""
    return _asked(tuple(_codes(concept)), tuple(_labels(concept)))


@functools.lru_cache(maxsize=4096)
def _asked(codes: tuple[Code, ...], labels: tuple[str, ...]) -> FhirAsked:
    """Records of one source ask the same again and again, so what was worked out is kept."""
    return FhirAsked(
        _variable(codes, labels),
        _test(codes, labels),
        _concepts_by(find_in_vocabulary, codes, labels, "conditions", None) or _unknown(codes, labels),
        any(map(names_a_finding, codes)),
    )


def _variable(codes: tuple[Code, ...], labels: tuple[str, ...]) -> Meaning:
    known = {found.id: code for code in codes if not isinstance(found := find_variable(code), Trouble)}
    if len(known) > 1:
        ids = " and ".join(f"`{id_}`" for id_ in sorted(known))
        return Meaning(reason="codes-disagree", text=f"its codes mean different variables: {ids}")
    if known:
        return Meaning(tuple(known.values()))
    # A LOINC code says exactly what was measured. Beside one that is not known only the long name is trusted.
    only_long = any(code.system.lower().rstrip("/") in LOINC_SYSTEMS for code in codes)
    for label in labels:
        long = _LONG_LOINC.fullmatch(label)
        named = variables().find(long[1], long[2]) if long else None if only_long else variables().find(label)
        if named is not None and named.id != "sex":
            return Meaning((named.id,), by_name=True)
    return _unknown(codes, labels)


def _test(codes: tuple[Code, ...], labels: tuple[str, ...]) -> Meaning:
    """The test of a code; a name counts where no code is one."""
    code = next((code for code in codes if find_test(code)), None)
    if code is not None:
        return Meaning((code,))
    label = next((label for label in labels if find_test(label)), None)
    return Meaning((label,), by_name=True) if label else Meaning()


def absence_of(concept: Any) -> Absence | None:
    """What a code says that records an absence; None for a code of something that is there."""
    known = words().absences
    codes = {c.code for c in _codes(concept) if any(name in c.system.lower() for name in known.systems)}
    if not codes:
        return None
    ruled_out = tuple(concept for concept, ways in known.ruled_out.items() if not codes.isdisjoint(ways))
    complete, none, unknown = (
        tuple(name for name, ways in lists.items() if not codes.isdisjoint(ways))
        for lists in (known.complete, known.none, known.unknown)
    )
    found = Absence(ruled_out, complete, none, unknown)
    return found if found != Absence() else None


def concepts_of(concept: Any, list_name: str) -> Meaning:
    """The concepts of a Condition's, Procedure's or medication's code; all of its codes hold, so the nearest count."""
    return _concepts(tuple(_codes(concept)), tuple(_labels(concept)), list_name, _mark(concept))


def _concepts(codes: tuple[Code, ...], labels: tuple[str, ...], list_name: str, mark: Mark | None) -> Meaning:
    for find in (find_in_vocabulary, find_concept):  # any code or name of the vocabulary goes before the dictionary
        meaning = _concepts_by(find, codes, labels, list_name, mark)
        if meaning is not None:
            return meaning
    if list_name == "conditions" and _are_of_none(codes):
        return Meaning(reason=OF_NONE, text="it is of no condition of the patient")
    return replace(_unknown(codes, labels), mark=mark, alone=labels[0] if labels else None)


def _concepts_by(
    find: Callable[[Name], Found | Trouble],
    codes: tuple[Code, ...],
    labels: tuple[str, ...],
    list_name: str,
    mark: Mark | None,
) -> Meaning | None:
    """What one way to find concepts finds: by the codes, else by the names."""
    known = dict[str, Code]()
    for code in codes:
        found = find(code)
        if isinstance(found, Found):
            known.setdefault(found.concept.id, code)
    if known:
        broader = {above for id_ in known for above in concepts().ancestors(id_) - {id_}}
        return Meaning(tuple(code for id_, code in sorted(known.items()) if id_ not in broader), mark)
    names = dict[str, str]()
    for label in labels:
        for name in _ingredients(label) if list_name == "medications" else _plain_names(label):
            named = find(name)
            if isinstance(named, Found) and _of_list(named.concept.kind, list_name):
                names.setdefault(named.concept.id, name)
        if names:
            return Meaning(tuple(names.values()), mark, by_name=True)
    return None


def _are_of_none(codes: tuple[Code, ...]) -> bool:
    return bool(codes) and all(is_of_none(code.system, code.code) for code in codes)


def _mark(concept: Any) -> Mark | None:
    """What marks a coded diagnosis: the words that a person put beside it, and how sure it is said to be."""
    marks = [
        found
        for coding in objects(obj(concept).get("coding"))
        for extension in objects(coding.get("extension"))
        if (found := verdict(str(extension.get("url")), str(_coded_value(extension))))
    ]
    text = text_of(obj(concept).get("text")) or ""
    marked = read_marks(text)
    if marked is not None:
        named = find_concept(text)
        if (isinstance(named, Found) and named.mark) or (marked.signed and marked.mark == "suspected"):
            marks.append(marked.mark)
    return together(marks) if marks else None


def _coded_value(extension: Json) -> Any:
    return extension.get("valueCode") or code_word({"coding": [obj(extension.get("valueCoding"))]})


def allergy_of(concept: Any) -> Meaning:
    """The allergy of an AllergyIntolerance, whose code is an allergy or the substance."""
    for code in _codes(concept):
        found = find_in_vocabulary(code)
        if isinstance(found, Found) and found.concept.kind in _CONDITION_KINDS:
            return Meaning((code,))
    substances = list(_labels(concept))
    for code in _codes(concept):
        found = find_in_vocabulary(code)
        if isinstance(found, Found):
            substances.append(found.concept.name)
    for label in substances:
        for name in _plain_names(label):
            for phrase in (name, f"{name} allergy", f"allergy to {name}"):
                named = find_in_vocabulary(phrase)
                if isinstance(named, Found) and named.concept.kind in _CONDITION_KINDS:
                    return Meaning((phrase,), by_name=True)
    return _unknown(tuple(_codes(concept)), tuple(_labels(concept)))


def _of_list(kind: str, list_name: str) -> bool:
    if list_name == "conditions":
        return kind in _CONDITION_KINDS
    return kind == list_name.removesuffix("s")


def _unknown(codes: Iterable[Code], labels: Iterable[str]) -> Meaning:
    if not codes and not labels:
        return Meaning(reason="no-code", text="it has no code and no name")
    return Meaning(reason="not-in-vocabulary", text="nothing in the vocabulary has this code or name")


def _codes(concept: Any) -> Iterator[Code]:
    for coding in objects(obj(concept).get("coding")):
        system, code = text_of(coding.get("system")), text_of(coding.get("code"))
        if system and code:
            yield Code(system, code)


def _labels(concept: Any) -> Iterator[str]:
    """The names of a CodeableConcept, each once."""
    found = [coding.get("display") for coding in objects(obj(concept).get("coding"))]
    yield from dict.fromkeys(label for raw in [obj(concept).get("text"), *found] if (label := text_of(raw)))


def _plain_names(label: str) -> Iterable[str]:
    """The label, and what it is without the marks of its terminology."""
    bare = words().tags.sub("", label)
    return dict.fromkeys((label, bare, _BRACKETS.sub("", bare)))


def _ingredients(label: str) -> Iterable[str]:
    """The label, and the ingredients that it names.

    >>> list(_ingredients("Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet"))[1:]
    ['Amoxicillin', 'Clavulanate']
    """
    bare = _BRACKETS.sub("", label)
    parts = (_TRAILING_AMOUNT.sub("", _LEADING_AMOUNT.sub("", part.strip())).strip() for part in bare.split(" / "))
    return dict.fromkeys(name for name in (label, *parts) if name)
