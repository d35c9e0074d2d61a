"""The form of the native patient JSON as a pydantic model: its JSON Schema, and all that is wrong with a record.

The JSON Schema is made from the model, so what it allows is what is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from eligo.errors import Severity, did_you_mean
from eligo.jsontext import JsonPath
from eligo.patients.dates import HELP as DATE_HELP
from eligo.patients.form import NOTE, YES_NO, is_name, is_note, is_number, is_status, is_value, is_yes_or_no
from eligo.patients.model import ListName
from eligo.patients.notes import MOST_HELPED, Noted
from eligo.patients.status import STATUS
from eligo.patients.values import Number as AnyNumber

SCHEMA_ID = "eligo.patient/1"

_DATE = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?$"
_DATE_KEYS = frozenset({"as_of", "birth_date", "date", "onset", "abatement", "start", "end"})
_JSON_TYPES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}
_EXAMPLES = {  # of each key of a record, as people would write it
    "id": '`"id": "patient-1"`',
    "as_of": '`"as_of": "2026-11-20"`',
    "birth_date": '`"birth_date": "1978-04-02"`',
    "age": '`"age": 48`',
    "sex": '`"sex": "female"`',
    "labs": '`"labs": {"INR": 1.9, "platelets": "64 x10^9/L"}`',
    "observations": '`"observations": [{"variable": "INR", "value": 1.9, "date": "2026-11-19"}]`',
    "conditions": '`"conditions": ["ascites", {"concept": "hepatitis B", "onset": "2010-05"}]`',
    "procedures": '`"procedures": [{"concept": "liver transplantation", "date": "2024-01-02"}]`',
    "medications": '`"medications": ["prednisone"]`',
    "absent": '`"absent": ["HIV infection"]`',
    "complete": '`"complete": ["medications"]`',
    "attested": '`"attested": {"informed consent": true}`',
}
_LONGEST = 60  # characters of a word that is compared with known ones
_EXPECTED = {  # by the first word of pydantic's error type
    "string": "text",
    "bool": "true or false",
    "list": "a list",
    "dict": "an object",
    "model": "an object",
}


def _must_be(expected: str) -> PydanticCustomError:
    return PydanticCustomError("must_be", "{expected}", {"expected": expected})


def _in_full(entry: Any) -> Any:
    """An entry of a list of facts that is a bare name, as an object; anything else as it is."""
    return {"concept": entry} if is_name(entry) else entry


def _checked_by(check: Callable[[Any], bool], expected: str) -> PlainValidator:
    """A validator that lets pass what `check` knows, as it is."""

    def validate(value: Any) -> Any:
        if check(value):
            return value
        raise _must_be(expected)

    return PlainValidator(validate)


def _check_status(value: Any) -> Any:
    if is_status(value):
        return value
    raise PydanticCustomError("not_a_word", "") if isinstance(value, str) else _must_be("text")


def _check_yes_no(value: Any) -> Any:
    if is_yes_or_no(value):
        return value
    raise _must_be("`yes` or `no`")


_CODE_SCHEMA = {
    "type": "object",
    "description": "a code of a terminology",
    "properties": {
        "system": {"type": "string", "minLength": 1, "description": "URI or short name: http://loinc.org, icd10 ..."},
        "code": {"type": "string", "minLength": 1},
        "display": {"type": "string", "description": "for people; not read"},
    },
    "required": ["system", "code"],
    "additionalProperties": False,
}
_NAME_SCHEMA = {"anyOf": [{"type": "string", "minLength": 1, "description": "an id or any synonym"}, _CODE_SCHEMA]}

# The types are those of the data; the checks are `form`'s, so that both ways agree on the leaves.
Name = Annotated[
    str | dict[str, str],
    _checked_by(is_name, "a name, or an object with `system` and `code`"),
    WithJsonSchema(_NAME_SCHEMA),
]
Value = Annotated[
    str | AnyNumber | None,
    _checked_by(is_value, "a number or text"),
    WithJsonSchema({"type": ["number", "string", "null"]}),
]
Number = Annotated[AnyNumber | None, _checked_by(is_number, "a number"), WithJsonSchema({"type": ["number", "null"]})]
Status = Annotated[str | None, PlainValidator(_check_status), WithJsonSchema({"enum": [*STATUS, None]})]
YesNo = Annotated[str | None, PlainValidator(_check_yes_no), WithJsonSchema({"enum": [*YES_NO, None]})]
Day = Annotated[str, WithJsonSchema({"type": "string", "pattern": _DATE})]


def _day(description: str) -> Any:
    return Field(None, description=f"{description}: YYYY-MM-DD, YYYY-MM or YYYY")


class _Border(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Observation(_Border):
    """One value of a variable: a lab result, a vital sign, a score, a grade."""

    variable: Name
    value: Value = Field(description='a number, or text such as "18000 /uL", "<0.1 mg/dL", "grade 2"; null: not known')
    unit: str | None = Field(None, description="as the laboratory writes it; a value without its unit decides nothing")
    date: Day | None = _day("when it was measured; `as_of` where not given")
    low: Number = Field(None, description="lower limit of the report's own reference range, in the same unit")
    high: Number = Field(None, description="upper limit of the report's own reference range, in the same unit")
    range: str | None = Field(None, description='both limits as the report writes them, such as "5 - 40" or "< 30 U/L"')
    remark: str | None = Field(None, description="what the laboratory wrote beside it; shown, and not read")


class _Entry(_Border):
    concept: Name
    status: Status = Field(None, description="what is so on the day of `as_of`")
    severity: str | None = Field(None, description="a word such as mild or severe")
    qualifiers: list[str] = Field([], description="words that narrow the concept, such as uncontrolled")


class Condition(_Entry):
    """A disease, a finding or a state (pregnancy); active where neither status nor abatement say otherwise."""

    onset: Day | None = _day("when it began")
    abatement: Day | None = _day("when it ended")


class Procedure(_Entry):
    """Something that was done, or is planned; done where the status does not say otherwise."""

    date: Day | None = _day("when it was done, or is planned")
    start: Day | None = _day("when it began, for one that lasts")
    end: Day | None = _day("when it ended, for one that lasts")


class Medication(_Entry):
    """A medicine or a class of medicines; taken now where neither status nor end say otherwise."""

    start: Day | None = _day("the first day")
    end: Day | None = _day("the last day")


class Answer(_Border):
    """What a person answers to what rules ask: by whom, on which day, and to what."""

    asks: dict[str, Any] | None = Field(
        None, description="a leaf as rule sets write it (`eligo schema ruleset`), or a bare variable or quantity"
    )
    criterion: str | None = Field(None, description="a criterion as a whole: TRIAL/id")
    text_sha: str | None = Field(None, description="of the criterion's text, 12 hex digits; `eligo form` gives it")
    answer: YesNo = Field(None, description="whether it is so, as the leaf or the sentence is written")
    value: Value = Field(None, description="in place of `answer`: the value of the variable or quantity")
    unit: str | None = Field(None, description="the unit of the value")
    by: str = Field(description="who answers")
    date: Day = Field(description="the day of the answer: YYYY-MM-DD")
    note: str | None = Field(None, description="shown, and not read")


class PatientAnswer(Answer):
    """An answer beside the records, with the patient that it is of."""

    patient: str | None = Field(
        None, min_length=1, description="the id of the record, where the file names none for all"
    )


class AnswersFile(_Border):
    """What persons answered beside the records: all answers in one object, or one answer a line."""

    schema_: str | None = Field(None, alias="schema", description="eligo.answers/1")
    patient: str | None = Field(None, description="of all answers that name no other")
    answers: list[PatientAnswer]


class Record(_Border):
    """A patient as of a day. What is not stated is not known, and never counts as absent."""

    schema_: str | None = Field(None, alias="$schema", description="where editors find this schema; not read")
    id: str | None = Field(None, min_length=1, description="a pseudonym; it is printed with every answer")
    as_of: Day | None = Field(None, description="the day that the record describes: YYYY-MM-DD")
    birth_date: Day | None = _day("the date of birth")
    age: Value = Field(None, description='in place of the birth date: years, or text such as "7 months"')
    sex: str | None = Field(None, description="male or female; anything else leaves criteria on sex open")
    labs: dict[str, Value] = Field({}, description='short form of observations on the day of `as_of`: {"INR": 1.9}')
    observations: list[Observation] = []
    conditions: list[Annotated[Condition, BeforeValidator(_in_full, json_schema_input_type=Name | Condition)]] = []
    procedures: list[Annotated[Procedure, BeforeValidator(_in_full, json_schema_input_type=Name | Procedure)]] = []
    medications: list[Annotated[Medication, BeforeValidator(_in_full, json_schema_input_type=Name | Medication)]] = []
    absent: list[Name] = Field([], description="concepts that the record rules out")
    complete: list[ListName] = Field([], description="lists that name all there is: what they do not name is absent")
    attested: dict[str, bool] = Field(
        {}, description='what a person stated, by attestation or by criterion ("NCT01234567/E12")'
    )
    answers: list[Answer] = Field([], description="what persons answer to what rules ask, with who and when")


_ENTRIES: dict[str, type[_Border]] = {
    "observations": Observation,
    "conditions": Condition,
    "procedures": Procedure,
    "medications": Medication,
    "answers": Answer,
}
_FACTS = frozenset({"conditions", "procedures", "medications"})
_LISTS = frozenset({*_ENTRIES, "absent", "complete"})
_MAPS = frozenset({"labs", "attested"})


def patient_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the native patient JSON."""
    made = Record.model_json_schema()
    made["patternProperties"] = {f"^{NOTE}": {"description": "a note to people; not read"}}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": "eligo patient"}
    return {**head, **{key: part for key, part in made.items() if key not in head}}


def answers_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an answers file."""
    made = AnswersFile.model_json_schema()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "eligo.answers/1",
        "title": "eligo answers",
    }
    return {**head, **{key: part for key, part in made.items() if key not in head}}


def check(data: Mapping[str, Any], lenient: bool = False) -> tuple[dict[str, Any], list[Noted]]:
    """Say what is wrong with the form of a record, and give the rest of it, with None for each list entry left out.

    Each part is checked alone, so that one that is wrong neither hides the others nor moves their places.
    """
    rest: dict[str, Any] = {}
    findings: list[Noted] = []
    for key, value in data.items():
        if is_note(key):
            continue
        if key in _LISTS and isinstance(value, list):
            found = [_one(key, (i,), [item], lenient, findings) for i, item in enumerate(value)]
            rest[key] = [kept[0] if kept else None for kept in found]
        elif key in _MAPS and isinstance(value, dict):
            rest[key] = {k: v for k, v in value.items() if _one(key, (), {k: v}, lenient, findings) is not None}
        elif (kept := _one(key, (), value, lenient, findings)) is not None:
            rest[key] = kept
    return rest, list(dict.fromkeys(findings))


def _one(key: str, index: tuple[int, ...], value: Any, lenient: bool, findings: list[Noted]) -> Any:
    """The value of one key where its form is right, or None; `index` is where the only item of a list really stands."""
    try:
        Record.model_validate({key: value})
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    else:
        return value
    extra = [e["loc"] for e in errors if e["type"] == "extra_forbidden"]
    for e in errors:
        path = e["loc"][:1] + (index + e["loc"][2:] if index and len(e["loc"]) > 1 else e["loc"][1:])
        findings.append(_finding(e, path, {key: value}, lenient, helped=len(findings) < MOST_HELPED))
    if not lenient or len(extra) < len(errors) or any(len(loc) < 3 for loc in extra):
        return None
    unknown = {loc[-1] for loc in extra}
    return [{k: v for k, v in value[0].items() if k not in unknown}]


# Keys that others use, by the key that is meant.
_OTHER_WORDS = {
    word: key
    for key, words in {
        "id": "mrn patient patient_id name pseudonym",
        "as_of": "date day asof index_date screening_date",
        "birth_date": "dob birthdate born date_of_birth birthday",
        "sex": "gender",
        "labs": "lab results laboratory values lab_results measurements vitals",
        "conditions": "diagnoses diagnosis dx problems problem_list history comorbidities diseases",
        "procedures": "surgeries operations interventions surgery",
        "medications": "meds drugs medicines medication prescriptions therapy",
        "absent": "negatives ruled_out denied negative excluded",
        "attested": "consents consent attestations statements",
        "start": "since from begin began",
        "end": "until to stopped",
    }.items()
    for word in words.split()
}


def _finding(error: ErrorDetails, path: JsonPath, data: Any, lenient: bool, helped: bool) -> Noted:
    """One problem in our words; of the data, only keys and the kind of what is there are named."""
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(_keys(error["loc"]), path, "warning" if lenient else "error", helped)
    if kind == "missing":
        last = str(path[-1])  # a key of the format
        return Noted("key-missing", f"the key `{last}` is missing", path[:-1], f"add `{last}`")
    found = data
    for step in error["loc"]:
        found = found[step]
    if kind in _WORDS:
        return _unknown_word(found, _WORDS[kind], path, helped)
    if kind == "string_too_short":
        return Noted("text-empty", "the text is empty", path, "write it, or leave out the key")
    return _wrong_type(error, path, found)


def _unknown_key(known: list[str], path: JsonPath, severity: Severity, helped: bool) -> Noted:
    word = str(path[-1])[:_LONGEST]
    meant = _OTHER_WORDS.get(word.casefold().replace(" ", "_"))
    near = f"did you mean `{meant}`?" if meant in known else did_you_mean(word, known) if helped else None
    help_ = near or "known keys: " + ", ".join(f"`{k}`" for k in known)
    return Noted("unknown-key", "no such key is known", path, help_, severity)


def _wrong_type(error: ErrorDetails, path: JsonPath, found: Any) -> Noted:
    """A value of another kind than the format has here; a text without words is a name that is not there."""
    kind = error["type"]
    of_entry = kind.startswith("model") and path[0] in _FACTS
    if isinstance(found, str) and (of_entry or (kind == "must_be" and not found.strip())):
        return Noted("text-empty", "the name is empty", path, "write the name, or leave out the entry")
    if of_entry:
        expected = "a name, or an object with `concept`"
    elif kind == "must_be":
        expected = str(error["ctx"]["expected"])
    else:
        expected = _EXPECTED.get(kind.split("_")[0], "something else")
    message = f"this must be {expected}, not {_JSON_TYPES.get(type(found), 'null')}"
    return Noted("wrong-type", message, path, _type_help(path, found))


# The words that the format knows, by the kind of the error that another one is.
_WORDS: dict[str, tuple[str, ...]] = {"not_a_word": tuple(STATUS), "literal_error": get_args(ListName)}


def _unknown_word(found: Any, words: Sequence[str], path: JsonPath, helped: bool) -> Noted:
    near = did_you_mean(found[:_LONGEST], words) if helped and isinstance(found, str) else None
    help_ = near or "one of " + ", ".join(f"`{w}`" for w in words)
    return Noted("unknown-word", "this word is not known here", path, help_)


def _keys(path: tuple[int | str, ...]) -> list[str]:
    """The keys that an object at this place may have."""
    model = _ENTRIES[str(path[0])] if len(path) > 1 else Record
    return [field.alias or name for name, field in model.model_fields.items()]


def _type_help(path: JsonPath, found: Any) -> str:
    if isinstance(found, dict | list) and path[0] == "labs" and len(path) > 1:
        return "give the value with its unit as one text, or list it under `observations`"
    if isinstance(found, int | float) and path[-1] in _DATE_KEYS:
        return DATE_HELP
    example = _EXAMPLES.get(str(path[0]))
    return f"write it like {example}" if example else "`eligo schema patient` shows the whole format"
