"""What tests of FHIR share: bundles around resources, and one read from a text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from eligo.patients.bundles import read_bundle as read_raw
from eligo.patients.jobs import Raw
from eligo.patients.ledger import Reading

AS_OF = date(2026, 11, 20)
CASES = Path(__file__).parent / "cases" / "fhir"


def bundle(*resources: Mapping[str, Any], id_: str = "p") -> dict[str, Any]:
    """A Bundle of a patient born 1978-04-02 and what is given."""
    patient = {"resourceType": "Patient", "id": id_, "birthDate": "1978-04-02", "gender": "male"}
    entries = [{"resource": dict(resource)} for resource in (patient, *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def read_bundle(made: Mapping[str, Any], as_of: date | None = AS_OF) -> Reading:
    """Read a Bundle, as of `AS_OF` where nothing else is said."""
    return read_raw(Raw(json.dumps(made, default=str).encode(), "bundle.json"), as_of)


def write(path: Path, made: Mapping[str, Any]) -> None:
    """Write a Bundle to a file."""
    path.write_text(json.dumps(made, default=str), "utf-8")
