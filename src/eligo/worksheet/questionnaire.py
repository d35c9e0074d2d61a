"""Questions in, a FHIR R4 Questionnaire out; and a QuestionnaireResponse to it back to answers.

A question's `linkId` is its key, by which the response is read with the rules at hand: a sentence that was changed
since has another key, so that no answer passes to a text that nobody saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from eligo.errors import EligoError, Place, Problem
from eligo.report.actions import ACTIONS
from eligo.report.measures import LONG_CODED
from eligo.worksheet.entry import FilledEntry, Signed, entries_checked
from eligo.worksheet.items import FormItem

RESPONSE = "QuestionnaireResponse"
UCUM = "http://unitsofmeasure.org"


def questionnaire(items: Iterable[FormItem], trials: Iterable[str]) -> dict[str, Any]:
    """The questions as a Questionnaire, a group for each thing that a person does."""
    of_group: dict[str, list[FormItem]] = {}
    for item in items:
        of_group.setdefault(item.group, []).append(item)
    return {
        "resourceType": "Questionnaire",
        "status": "draft",
        "title": f"Eligibility: {', '.join(trials)}",
        "subjectType": ["Patient"],
        "item": [
            {"linkId": f"group-{name}", "text": heading, "type": "group", "item": list(map(_item, of_group[name]))}
            for name, heading in ACTIONS.items()
            if name in of_group
        ],
    }


def _item(item: FormItem) -> dict[str, Any]:
    serves = f" ({', '.join(item.criteria)})"
    data: dict[str, Any] = {"linkId": item.key, "text": item.question(LONG_CODED) + serves}
    if item.subject is None:
        return data | {"type": "boolean"}
    if item.choices:
        return data | {"type": "choice", "answerOption": [{"valueString": word} for word in item.choices]}
    if not item.units:
        return data | {"type": "decimal"}
    unit = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
    options = [{"url": unit, "valueCoding": {"system": UCUM, "code": one, "display": one}} for one in item.units]
    return data | {"type": "quantity", "extension": options}


def read_response(data: Any, file: str, items: Iterable[FormItem], signed: Signed) -> Iterator[FilledEntry | Problem]:
    """The answers of a QuestionnaireResponse, or what is wrong with each.

    The place is the `linkId`, or the number of a part that has none which is known.
    Raise `EligoError` where it is none.
    """
    if not isinstance(data, dict) or data.get("resourceType") != RESPONSE:
        message = f"this is no {RESPONSE}"
        raise EligoError(Problem("form-response", message, Place(file), "fill in what `eligo form` writes"))
    by_key = {item.key: item for item in items}
    own = Signed(signed.by or _author(data), signed.date or _day(data), signed.patient or _subject(data))
    for number, part in enumerate(_parts(data), 1):
        key = part.get("linkId")
        answers = part.get("answer")
        if not isinstance(answers, list) or not answers:
            continue
        item = by_key.get(key) if isinstance(key, str) else None
        place = Place(file, path=item.key if item is not None else f"#{number}")  # an unknown one may be any word
        if item is None:
            message = "no rules ask this, or not any more in these words, so the answer is not used"
            yield Problem("answer-lapsed", message, place, "ask again with a new form")
        elif len(answers) > 1 or not isinstance(answers[0], dict):
            yield Problem("form-cell", "this has not one answer", place, "keep one")
        else:
            yield from _entry(item, answers[0], place, own)


def _entry(item: FormItem, answer: Mapping[str, Any], place: Place, signed: Signed) -> Iterator[FilledEntry | Problem]:
    said = _said(answer)
    if said is None:
        yield Problem("form-cell", "this kind of answer is not read", place, f"it takes {item.takes(str)}")
        return
    if item.subject is None:
        value = said.get("value")
        said = {"answer": ("no", "yes")[value] if isinstance(value, bool) else value}
    data = {"asks": item.asks, "criterion": item.criterion, "text_sha": item.text_sha}
    data |= {"patient": signed.patient, "by": signed.by, "date": signed.date}
    yield from entries_checked({**data, **said}, lambda column: place)


def _said(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """The value of an answer, as far as one of its kind is read."""
    for key in ("valueBoolean", "valueDecimal", "valueInteger", "valueString"):
        if key in answer:
            return {"value": answer[key]}
    coding, quantity = answer.get("valueCoding"), answer.get("valueQuantity")
    if isinstance(coding, dict):
        return {"value": coding.get("code") or coding.get("display")}
    if isinstance(quantity, dict) and "value" in quantity:
        return {"value": quantity["value"], "unit": quantity.get("code") or quantity.get("unit")}
    return None


def _parts(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every item of a response, through all groups."""
    waiting = [data]
    while waiting:
        found = waiting.pop(0).get("item")
        for part in found if isinstance(found, list) else ():
            if isinstance(part, dict):
                yield part
                waiting.append(part)


def _author(data: Mapping[str, Any]) -> str | None:
    author = data.get("author")
    found = (author.get("display") or author.get("reference")) if isinstance(author, dict) else None
    return found if isinstance(found, str) else None


def _day(data: Mapping[str, Any]) -> str | None:
    authored = data.get("authored")
    return authored[:10] if isinstance(authored, str) else None


def _subject(data: Mapping[str, Any]) -> str | None:
    subject = data.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    return reference.rpartition("/")[2] if isinstance(reference, str) else None
