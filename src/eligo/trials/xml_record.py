"""A record in the registry's older XML (`clinical_study`) in, the same record in the shape of API v2 out."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from eligo.errors import EligoError, Place, Problem
from eligo.regex import regex
from eligo.trials.fields import read_date

_START = regex(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<", re.DOTALL)
_HELP = "save one study of the registry as XML: a document with `clinical_study` around it"


def is_xml(text: str) -> bool:
    """Whether a text is XML rather than a page that shows some."""
    return _START.match(text) is not None and text.rstrip().endswith(">")


def read_xml(text: str, file: str | None = None) -> dict[str, Any]:
    """Read one record; raise `EligoError` where the text is none."""
    # No record of the registry has a document type, and only a document type can define entities that grow.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise EligoError(Problem("not-a-record", "the XML has a document type, as no record has", Place(file), _HELP))
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        place = Place(file, line, column + 1)
        raise EligoError(Problem("xml-syntax", "the XML cannot be read from here on", place, _HELP)) from None
    if root.tag != "clinical_study":
        raise EligoError(Problem("not-a-record", "the XML is no record of the registry", Place(file), _HELP))

    def words(*paths: str) -> str | None:
        return next((t for p in paths if (t := (root.findtext(p) or "").strip())), None)

    def every(path: str) -> list[str]:
        return [text for part in root.findall(path) if (text := (part.text or "").strip())]

    healthy = words("eligibility/healthy_volunteers")
    date = words("last_update_posted", "lastchanged_date", "last_update_submitted")
    eligibility = {
        "eligibilityCriteria": words("eligibility/criteria/textblock"),
        "studyPopulation": words("eligibility/study_pop/textblock"),
        "minimumAge": words("eligibility/minimum_age"),
        "maximumAge": words("eligibility/maximum_age"),
        "sex": words("eligibility/gender", "eligibility/sex"),
        "genderDescription": words("eligibility/gender_description"),
        "healthyVolunteers": None if healthy is None else healthy.lower().startswith(("accepts", "yes")),
    }
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": words("id_info/nct_id"),
                "briefTitle": words("brief_title"),
                "officialTitle": words("official_title"),
            },
            "statusModule": {
                "lastUpdatePostDateStruct": {"date": read_date(date) if date else None},
                "overallStatus": words("overall_status"),
            },
            "conditionsModule": {"conditions": every("condition")},
            "designModule": {"phases": _phases(every("phase"))},
            "contactsLocationsModule": {"locations": [{"country": one} for one in every("location_countries/country")]},
            "eligibilityModule": {k: v for k, v in eligibility.items() if v is not None},
        }
    }


def _phases(phases: list[str]) -> list[str]:
    """The phases one by one, as the newer records have them."""
    return [one for phase in phases for one in (["NA"] if phase == "N/A" else phase.split("/"))]
