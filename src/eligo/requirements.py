"""Trials in, what of a record their criteria look at out: by code and look-back, as a FHIR Library and as searches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from eligo.criteria import DAYS_IN, Compare, Duration, OneOf, Present, Related, Window
from eligo.namedtuple import NamedTuple
from eligo.patients.answers import findings_data
from eligo.patients.diagnostic_tests import all_tests
from eligo.plan import Plan, Test
from eligo.report.display import concept_name, variable_name
from eligo.vocabulary.ages import result_age
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import SCORES, ScoreInput, leaf_inputs
from eligo.vocabulary.variables import variables

LOINC = "http://loinc.org"
PERSON = frozenset({"age", "sex"})
MEDICATIONS = ("MedicationRequest", "MedicationStatement")
RESOURCES = {
    "condition": ("Condition",),
    "state": ("Condition",),
    "procedure": ("Procedure",),
    "medication": MEDICATIONS,
}
_LIBRARY_TYPE = {"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "module-definition"}
_WHEN = {
    "Observation": "effective",
    "Condition": "onset",
    "Procedure": "performed",
    "MedicationRequest": "authoredOn",
    "MedicationStatement": "effective",
}
_PATIENT = {"type": "Patient", "mustSupport": ["birthDate", "gender"]}
OBSERVATIONS = "observations"
MOST_CODES = 60  # of one search, whose address has to fit everywhere
_UCUM = "http://unitsofmeasure.org"


class Needed(NamedTuple):
    """One thing that criteria look at: in resources of a type, with these codes, not older than so many days.

    `days` is None where it may be of any time.
    """

    resource: str
    name: str
    codes: tuple[tuple[str, str], ...]
    days: int | None = None


def needed(plans: Iterable[Plan]) -> list[Needed]:
    """What the criteria of trials look at, each once, with the longest look-back of all that ask for it."""
    found: dict[tuple[str, str], Needed] = {}
    for plan in plans:
        for test in plan.tests:
            for one in _of_test(test):
                key = one.resource, one.name
                found[key] = one._replace(days=_longer(one, found.get(key, one)))
    return [found[key] for key in sorted(found)]


def _longer(one: Needed, other: Needed) -> int | None:
    return None if one.days is None or other.days is None else max(one.days, other.days)


def _of_test(test: Test) -> Iterator[Needed]:
    match test:
        case Compare(variable=str(variable)):
            yield from _of_variable(variable, _days(test.window.within if test.window else None), test.window is None)
            if test.at is not None:
                yield from _of_concept(test.at, None)
        case OneOf(variable=str(variable)):
            yield from _of_variable(variable, None, True)
        case Present():
            yield from _of_concept(test.concept, _back(test.window))
        case Related():
            for one in (test.what, test.to):
                yield from _of_concept(one.concept, _back(one.window))


def _of_variable(variable: str, days: int | None, usual: bool) -> Iterator[Needed]:
    """A variable, and what it can be worked out from; `usual` says that no time of its own is asked for."""
    if variable in PERSON:
        return
    for id_ in dict.fromkeys((variable, *(leaf.id for leaf in _leaves(variable) if leaf.role != "fact"))):
        known = variables().get(id_)
        if known is not None and id_ not in PERSON:
            codes = tuple((LOINC, code) for code in known.loinc)
            yield Needed("Observation", variable_name(id_), codes, _days(result_age(id_)) if usual else days)
    for leaf in _leaves(variable):
        if leaf.role == "fact":
            yield from _of_concept(leaf.id, None)


def _leaves(variable: str) -> tuple[ScoreInput, ...]:
    return leaf_inputs(variable) if variable in SCORES else ()


def _of_concept(concept: str, days: int | None) -> Iterator[Needed]:
    """A concept with all that is a kind of it; and the tests whose answers say something of these."""
    kinds = concepts().descendants(concept) or frozenset([concept])
    of_kind: dict[str, list[tuple[str, str]]] = {}
    for id_ in sorted(kinds):
        known = concepts().get(id_)
        if known is not None:
            for resource in RESOURCES.get(known.kind, ()):
                of_kind.setdefault(resource, []).extend(_uris(known.codes))
    for resource, codes in of_kind.items():
        yield Needed(resource, concept_name(concept), tuple(dict.fromkeys(codes)), days)
    for name, of_test in _tests_of(kinds):
        yield Needed("Observation", name, of_test, None)


def _uris(codes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The codes with the addresses of their systems."""
    for short, code in codes:
        for uri in concepts().names_of_system(short):
            if uri.startswith("http"):
                yield uri, code


@lru_cache(4096)
def _tests_of(kinds: frozenset[str]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    stated = findings_data()["tests"]
    found = []
    for test in all_tests():
        means = {concept for said in test.means.values() for concepts_ in said.values() for concept in concepts_}
        codes = tuple((LOINC, str(code)) for code in stated.get(test.id, {}).get("loinc", ()))
        if codes and not kinds.isdisjoint(means):
            found.append((test.name, codes))
    return tuple(found)


def _back(window: Window | None) -> int | None:
    if window is None or window.ago is not None:
        return None
    return _days(window.within or window.began)


def _days(length: Duration | None) -> int | None:
    """A length of time in days, no shorter than it is; None for one without end."""
    if length is None:
        return None
    days = length.value * DAYS_IN[length.unit]
    return int(days) + 1 if days < 100_000 else None


# --- as FHIR


def library(plans: Iterable[Plan]) -> dict[str, object]:
    """The Library of trials: a data requirement for each thing that they look at."""
    listed = list(plans)
    return {
        "resourceType": "Library",
        "status": "active",
        "type": {"coding": [_LIBRARY_TYPE]},
        "title": f"Data requirements of {', '.join(plan.trial for plan in listed)}",
        "dataRequirement": [_PATIENT, *map(_requirement, needed(listed))],
    }


def _requirement(one: Needed) -> dict[str, object]:
    coded = [{"system": system, "code": code, "display": one.name} for system, code in one.codes]
    path = "medication" if one.resource in MEDICATIONS else "code"
    codes = {"path": path, "code": coded or [{"display": one.name}]}
    found: dict[str, object] = {"type": one.resource, "codeFilter": [codes]}
    if one.days is not None:
        length = {"value": one.days, "unit": "days", "system": _UCUM, "code": "d"}
        found["dateFilter"] = [{"path": _WHEN[one.resource], "valueDuration": length}]
    return found


def searches(plans: Iterable[Plan], patient: str = "{{context.patientId}}") -> dict[str, str]:
    """What of a patient is to be had, as searches by the name of what they find; Observations by their codes.

    Lists are asked for whole, since only a whole list says what is not on it.
    """
    wanted = needed(plans)
    resources = {one.resource for one in wanted}
    codes = {f"{system}|{code}" for one in wanted if one.resource == "Observation" for system, code in one.codes}
    found = {"patient": f"Patient/{patient}"}
    for number, part in enumerate(_parts(sorted(codes)), 1):
        found[f"{OBSERVATIONS}{number}"] = f"Observation?patient={patient}&code={','.join(part)}"
    if "Condition" in resources:
        found["conditions"] = f"Condition?patient={patient}"
        found["allergies"] = f"AllergyIntolerance?patient={patient}"
    if "Procedure" in resources:
        found["procedures"] = f"Procedure?patient={patient}"
    if "MedicationRequest" in resources:
        found["medicationRequests"] = f"MedicationRequest?patient={patient}"
        found["medicationStatements"] = f"MedicationStatement?patient={patient}"
    return found


def _parts(codes: Iterable[str]) -> Iterator[list[str]]:
    left = iter(codes)
    while part := list(islice(left, MOST_CODES)):
        yield part
