"""Trials in, a record to fill in out: every value that they ask for with its units, every fact that they ask about.

What is not known stays `null`. A key that begins with `#` is a note to whoever fills it in, and is not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from eligo.plan import Plan
from eligo.report.display import concept_name, criterion_of
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.suggest import PART_OF_RECORD
from eligo.worksheet.items import FormItem, items_of

Value = str | None | list[str] | dict[str, str | None]

_MOST_CRITERIA = 3  # that a note names
_LISTS = ("conditions", "procedures", "medications")
_HOW = "fill in what is known and leave null what is not; the notes behind # are not read"
_VALUE = "a number with its unit, as the laboratory wrote it"


def template(plans: Iterable[Plan], id_: str, as_of: str) -> str:
    """The record as JSON text, ready to be screened as it is."""
    items = items_of(plans)
    data: dict[str, Value] = {"# how": _HOW, "id": id_, "as_of": as_of}
    data |= {"# birth_date": 'YYYY-MM-DD, or "age" in its place', "birth_date": None, "# sex": "male or female"}
    data |= {"sex": None, "# labs": _VALUE, "labs": dict(_labs(items))}
    asked = _names(items)
    for part in _LISTS:
        data[f"# {part}"] = f"which of these? {', '.join(asked[part])}" if asked[part] else "none is asked about"
        data[part] = []
    data |= {"# absent": "which of all these does the patient not have?", "absent": []}
    data |= {"# complete": f"which lists name all there is? {', '.join(_LISTS)}", "complete": []}
    if asked["attested"]:
        data["# attested"] = f'what a person states, as "name": true or false: {", ".join(asked["attested"])}'
    return json.dumps(data | {"attested": {}}, indent=1, ensure_ascii=False) + "\n"


def _labs(items: Iterable[FormItem]) -> Iterator[tuple[str, str | None]]:
    """Each value that is asked for, with a note of its units and of whose it is."""
    for item in items:
        if item.asks is not None and "variable" in item.asks and item.subject is not None:
            yield f"# {item.subject}", f"{item.takes()}; for {_whose(item)}"
            yield item.subject, None


def _whose(item: FormItem) -> str:
    more = len(item.criteria) - _MOST_CRITERIA
    named = "; ".join(map(criterion_of, list(item.criteria)[:_MOST_CRITERIA]))
    return f"{named} and {more} more" if more > 0 else named


def _names(items: Iterable[FormItem]) -> dict[str, list[str]]:
    """What is asked about, by the part of the record in which it is stated."""
    found: dict[str, dict[str, None]] = {part: {} for part in (*_LISTS, "attested")}
    for item in items:
        asks = item.asks or {}
        topics = [asks[key] for key in ("concept", "attest") if isinstance(asks.get(key), str)]
        for concept in filter(None, map(concepts().get, topics)):
            if concept.kind != "attestation" or not concept.per_criterion:
                found[PART_OF_RECORD[concept.kind]][concept_name(concept.id)] = None
    return {part: list(names) for part, names in found.items()}
