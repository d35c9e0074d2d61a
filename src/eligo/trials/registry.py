"""A registry record (ClinicalTrials.gov API v2 JSON) to a `Page`, whose spans point into the record's criteria text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eligo.criteria import Duration
from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import read_json
from eligo.listing import Listing, listed_as
from eligo.pages.document import Page, RegistryFields, read_criteria
from eligo.trials.fields import read_age, read_sex
from eligo.trials.pages import NO_TRIAL

_HELP = "save one study of the registry's API v2 as JSON: an object with `protocolSection`"


def read_record(source: str | bytes | Mapping[str, Any], file: str | None = None, trial: str | None = None) -> Page:
    """Read one record, as JSON text or as parsed data; `trial` names the trial where the record does not."""
    data = read_json(source, file) if isinstance(source, str | bytes) else source
    protocol = _protocol(data, file)
    names = _module(protocol, "identificationModule", file)
    status = _module(protocol, "statusModule", file)
    eligibility = _module(protocol, "eligibilityModule", file)
    name = trial or _text(names, "nctId") or _text(_module(names, "orgStudyIdInfo", file), "id")
    if name is None:
        place = Place(file, path="protocolSection.identificationModule.nctId")
        raise EligoError(Problem("no-trial-id", "the record does not say which trial it is about", place, NO_TRIAL))
    title = _text(names, "briefTitle") or _text(names, "officialTitle")
    posted = _text(_module(status, "lastUpdatePostDateStruct", file), "date") or _text(status, "lastUpdateSubmitDate")
    fields = _fields(eligibility, file)
    conditions = _words(_module(protocol, "conditionsModule", file), "conditions")
    listing = _listing(protocol)
    criteria = _text(eligibility, "eligibilityCriteria")
    if criteria is None:
        return Page(name, title, posted, fields, (), (), True, conditions=conditions, listing=listing)
    page = read_criteria(criteria, name, file)
    return Page(
        trial=name,
        title=title,
        updated=posted,
        registry=fields,
        arms=page.arms,
        items=page.items,
        states_no_criteria=page.states_no_criteria,
        headings=page.headings,
        remarks=page.remarks,
        text=criteria,
        conditions=conditions,
        listing=listing,
    )


def _protocol(data: Any, file: str | None) -> Mapping[str, Any]:
    """The protocol section of a study, or of the only study of a search's answer."""
    studies = data.get("studies") if isinstance(data, Mapping) else data
    if isinstance(studies, list):
        if len(studies) != 1:
            problem = Problem(
                "several-records", f"the file holds {len(studies)} records", Place(file), "give one record per file"
            )
            raise EligoError(problem)
        data = studies[0]
    protocol = data.get("protocolSection") if isinstance(data, Mapping) else None
    if not isinstance(protocol, Mapping):
        raise EligoError(Problem("not-a-record", "the JSON is no record of the registry", Place(file), _HELP))
    return protocol


def _module(parent: Mapping[str, Any], name: str, file: str | None) -> Mapping[str, Any]:
    """A part of the record; empty where it is missing."""
    part = parent.get(name, {})
    if not isinstance(part, Mapping):
        raise EligoError(Problem("not-a-record", f"`{name}` of the record is no object", Place(file, path=name), _HELP))
    return part


def _text(module: Mapping[str, Any], name: str) -> str | None:
    value = module.get(name)
    return value.strip() and value if isinstance(value, str) and value.strip() else None


def _words(module: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = module.get(name)
    found = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(" ".join(words.split()) for words in found if isinstance(words, str) and words.strip()))


def _listing(protocol: Mapping[str, Any]) -> Listing:
    """How the record lists the trial; what has another form there says nothing, since no verdict hangs on it."""

    def words(module: str, name: str) -> tuple[str, ...]:
        part = protocol.get(module)
        value = part.get(name) if isinstance(part, Mapping) else None
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        found = (listed_as(text) for text in texts if isinstance(text, str))
        return tuple(dict.fromkeys(word for word in found if word[:1].isalpha()))

    located = protocol.get("contactsLocationsModule")
    given = located.get("locations") if isinstance(located, Mapping) else None
    sites = given if isinstance(given, list) else []
    countries = {_text(site, "country") for site in sites if isinstance(site, Mapping)}
    return Listing(
        next(iter(words("statusModule", "overallStatus")), None),
        words("designModule", "phases"),
        tuple(sorted(name for name in countries if name)),
        words("eligibilityModule", "stdAges"),
    )


def _fields(module: Mapping[str, Any], file: str | None) -> RegistryFields:
    sex, healthy = _text(module, "sex"), module.get("healthyVolunteers")
    return RegistryFields(
        minimum_age=_age(module, "minimumAge", file),
        maximum_age=_age(module, "maximumAge", file),
        sex=read_sex(sex) if sex else None,
        healthy_volunteers=healthy if isinstance(healthy, bool) else None,
        gender_description=_text(module, "genderDescription"),
        study_population=_text(module, "studyPopulation"),
    )


def _age(module: Mapping[str, Any], name: str, file: str | None) -> Duration | None:
    """An age limit; an age that cannot be read is an error, because dropping it would widen the trial."""
    words = _text(module, name)
    if words is None:
        return None
    ages = read_age(words)
    if ages is None:
        place = Place(file, path=f"protocolSection.eligibilityModule.{name}")
        raise EligoError(Problem("age-unknown", f"`{words[:40]}` is no age", place, "write it like `18 Years`"))
    return ages.low
