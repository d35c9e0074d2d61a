"""A code of a diagnosis in, what it says beside its concept out: over, not so, of another edition of ICD-10.

All of it is data (`grammar/codes.yaml`), whose head names the sources.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from eligo.data import grammar_data
from eligo.namedtuple import NamedTuple
from eligo.patients.marks import Mark
from eligo.regex import regex

_NOT_OF_A_CODE = regex(r"[^A-Z0-9]")
_SHARED = 4  # characters of an ICD-10 code that all editions share


class CodeSaid(NamedTuple):
    """What a code says: the system and the code to look up, or its concept; a mark and a qualifier."""

    system: str
    code: str
    concept: str | None = None
    mark: Mark | None = None
    qualifier: str | None = None


class _Rule(NamedTuple):
    edition: str
    codes: re.Pattern[str]
    concept: str | None
    mark: Mark | None
    qualifier: str | None


@functools.lru_cache(maxsize=4096)
def read_code(system: str, code: str) -> CodeSaid:
    """Read what a code says.

    >>> read_code("http://hl7.org/fhir/sid/icd-10-cm", "C91.01")
    CodeSaid(system='icd10', code='C910', concept=None, mark='over', qualifier='in remission')
    >>> read_code("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "K74.6").code
    'K746'
    """
    edition = edition_of(system)
    if edition is None:
        concept = _further().get((system.strip().lower().rstrip("/"), code.strip()))
        return CodeSaid(system, code, concept)
    plain = _NOT_OF_A_CODE.sub("", code.upper())
    shared = plain if edition == "cm" else plain[:_SHARED]
    for rule in _rules():
        match = rule.codes.fullmatch(plain) if rule.edition in (edition, "any") else None
        if match:
            looked_up = match[1] if rule.codes.groups else shared
            return CodeSaid("icd10", looked_up, rule.concept, rule.mark, rule.qualifier)
    return CodeSaid("icd10", shared)


@functools.lru_cache(maxsize=4096)
def is_of_none(system: str, code: str) -> bool:
    """Whether a code stands among diagnoses, but is of no condition of the patient.

    >>> [is_of_none("http://hl7.org/fhir/sid/icd-10-cm", code) for code in ("Z80.0", "C18.9")]
    [True, False]
    """
    nothing, edition = _data()["nothing"], edition_of(system)
    if edition is None:
        return "snomed" in system.lower() and code.strip() in map(str, nothing["snomed"])
    plain = _NOT_OF_A_CODE.sub("", code.upper())
    return any(re.fullmatch(pattern, plain) for pattern in (*nothing["any"], *nothing[edition]))


@functools.lru_cache(maxsize=256)
def edition_of(system: str) -> str | None:
    """The edition of ICD-10 that a system is, `cm` or `who`; None for another system."""
    name = system.strip().lower().rstrip("/")
    data = _data()
    if re.search(data["not"], name):
        return None
    editions: dict[str, list[str]] = data["editions"]
    return next((edition for edition, ways in editions.items() if any(re.search(way, name) for way in ways)), None)


def verdict(url: str, code: str) -> Mark | None:
    """What an extension of a coding says of how sure a diagnosis is."""
    data = _data()["verdicts"]
    known = any(word in url.lower() for word in data["extension"])
    mark: Mark | None = data["codes"].get(code.strip().upper()) if known else None
    return mark


@functools.cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(row["edition"], re.compile(row["codes"]), row.get("concept"), row.get("mark"), row.get("qualifier"))
        for row in _data()["says"]
    )


@functools.cache
def _further() -> dict[tuple[str, str], str]:
    from eligo.vocabulary.concepts import concepts  # lazily: most records have no code that needs it

    return {
        (name, str(code)): concept
        for short, rows in _data()["further"].items()
        for concept, codes in rows.items()
        for code in codes
        for name in concepts().names_of_system(short)
    }


@functools.cache
def _data() -> Any:
    return grammar_data("codes.yaml")
