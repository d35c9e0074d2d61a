"""Native patient JSON: cases as files (what is read, what is refused and how), laws, the examples by schema."""

from __future__ import annotations

import copy
import functools
import json
import random
import re
import string
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import eligo
from eligo.errors import EligoError, Problem
from eligo.files import MAX_BYTES
from eligo.patients import dates
from eligo.patients.form import is_well_formed
from eligo.patients.model import Fact, PartialDate, Patient, Result
from eligo.patients.native import json_schema, read_file, read_patient
from eligo.patients.schema import Record, check
from eligo.patients.values import _read_before, read_quantity
from eligo.truth import Reason
from eligo.vocabulary.units import convert
from eligo.vocabulary.variables import variables

CASES = Path(__file__).parent / "cases" / "patients"
EXAMPLES = Path(__file__).parents[1] / "patients_examples"
ACCEPTED = sorted((CASES / "accept").glob("*.json"))
REJECTED = sorted((CASES / "reject").glob("*.json"))
EXAMPLE_FILES = sorted(EXAMPLES.glob("*.json"))
AS_OF = date(2026, 11, 20)
_SIMILAR = re.compile(r"(did you mean `[^`]+`).*")  # the nearest name stands in the cases, not those after it


# --- a patient as text, for cases that people read


def describe(patient: Patient) -> str:
    """One line for each thing that is known of the patient."""
    lines = [f"patient {patient.id}, as of {patient.as_of}"]
    if patient.birth:
        lines.append(f"born {patient.birth.first} to {patient.birth.last}")
    if patient.sex:
        lines.append(f"sex {patient.sex}")
    lines += [_result(r) for results in patient.results.values() for r in results]
    lines += [_fact(f) for facts in patient.facts.values() for f in facts]
    lines += [f"absent {concept}" for concept in sorted(patient.absent)]
    lines += [f"complete {name}" for name in sorted(patient.complete)]
    lines += [f"attested {topic}: {held}" for topic, held in patient.attested.items()]
    lines += [f"warning {warning}" for warning in patient.warnings]
    return "\n".join(lines) + "\n"


def _result(result: Result) -> str:
    if result.low == result.high:
        value = f"{result.low:g}"
    else:
        value = (
            f"{'[' if result.low_closed else '('}{result.low:g}, {result.high:g}{']' if result.high_closed else ')'}"
        )
    if result.reference_low is not None or result.reference_high is not None:
        value += f", normal {result.reference_low:g} to {result.reference_high:g}"
    problem = f": {result.problem.value}, {result.detail}" if result.problem else ""
    return f"result {result.variable} {value} from `{result.written}` on {result.date or 'as_of'}{problem}"


def _fact(fact: Fact) -> str:
    words = f" ({', '.join(fact.qualifiers)})" if fact.qualifiers else ""
    days = f"{fact.start or '?'} to {fact.end or '?'}"
    return f"{fact.kind} {fact.concept}{words} {fact.status}, {days}, from `{fact.written}`"


def _compare_or_record(path: Path, text: str, record: bool) -> None:
    if record:
        path.write_text(text, "utf-8")

    assert path.read_text("utf-8") == text


@pytest.fixture
def record(request: pytest.FixtureRequest) -> bool:
    """Whether the goldens are to be written anew."""
    return bool(request.config.getoption("--record"))


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda p: p.stem)
def test_an_accepted_record_gives_this_patient(case: Path, record: bool) -> None:
    patient = read_patient(case.read_bytes(), case.name, lenient=case.stem.startswith("lenient_"))

    _compare_or_record(case.with_suffix(".txt"), describe(patient), record)


@pytest.mark.parametrize("case", REJECTED, ids=lambda p: p.stem)
def test_a_rejected_record_gives_these_problems_with_place_and_help(case: Path, record: bool) -> None:
    with pytest.raises(EligoError) as error:
        read_patient(case.read_bytes(), case.name)

    _compare_or_record(case.with_suffix(".txt"), _SIMILAR.sub(r"\1 ...", f"{error.value}\n"), record)
    for problem in error.value.problems:
        assert problem.place.file == case.name
        assert problem.help
        assert not problem.message.endswith(".")


def test_cases_name_every_kind_of_error() -> None:
    codes = {line.split("error[")[1].split("]")[0] for p in REJECTED for line in _lines(p) if ": error[" in line}

    assert {
        *("json-syntax", "json-empty", "json-encoding", "json-number", "json-character", "duplicate-key", "wrong-type"),
        *("as-of-missing", "date-format", "birth-after-as-of", "age-contradiction", "unknown-key", "key-missing"),
        *("variable-unknown", "concept-unknown", "concept-attestation", "attestation-unknown", "not-attestable"),
        *("unknown-word", "dates-order", "concept-contradiction", "attested-twice"),
    } <= codes


def _lines(case: Path) -> list[str]:
    return case.with_suffix(".txt").read_text("utf-8").splitlines()


# --- files


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(EligoError, match=r"no_such.json: error\[file-missing\]"):
        read_file(tmp_path / "no_such.json")
    with pytest.raises(EligoError, match=r"error\[file-folder\]"):
        read_file(tmp_path)
    with pytest.raises(EligoError, match=r"error\[file-unreadable\]"):
        read_file("null\0character.json")


def test_50_mb_of_junk_are_refused_at_once(tmp_path: Path) -> None:
    junk = tmp_path / "junk.json"
    with junk.open("wb") as file:
        file.truncate(50_000_000)
    started = time.process_time()

    with pytest.raises(EligoError, match=r"junk.json: error\[file-too-large\]"):
        read_file(junk)
    assert time.process_time() - started < 2
    assert MAX_BYTES < 50_000_000


def test_megabytes_of_unknown_names_are_refused_in_time() -> None:
    labs = {f"unknown {i}": i for i in range(30_000)}
    seen = [{"variable": f"unknown {i}", "value": i, "colour": "red"} for i in range(3_000)]
    started = time.process_time()

    for part in ({"labs": labs}, {"observations": seen}):
        with pytest.raises(EligoError):
            read_patient(json.dumps({"as_of": "2026-11-20"} | part))
    assert time.process_time() - started < 8


def test_texts_without_end_are_no_values_and_no_names() -> None:
    endless = "a" + " " * 200_000 + "b - c" + "(" * 10_000
    labs = dict.fromkeys(("INR", "HE grade", "PLT"), endless)
    patient = read_patient(json.dumps({"as_of": "2026-11-20", "labs": labs}))

    assert {r[0].problem for r in patient.results.values()} == {Reason.UNPARSED}
    with pytest.raises(EligoError, match="no concept has this name"):
        read_patient(json.dumps({"as_of": "2026-11-20", "absent": [endless]}))


def test_deep_nesting_is_refused_with_its_place() -> None:
    for opening in ("[", '{"a":'):
        with pytest.raises(EligoError, match=r"f.json:1:\d+: error\[json-depth\]"):
            read_patient(opening * 100_000, "f.json")


def test_the_file_name_is_the_id_where_the_record_has_none(tmp_path: Path) -> None:
    (tmp_path / "case_7.json").write_text('{"as_of": "2026-11-20"}')

    assert read_file(tmp_path / "case_7.json").id == "case_7"


def test_the_caller_s_day_goes_before_the_record_s() -> None:
    text = '{"id": "x", "as_of": "2026-11-20", "observations": [{"variable": "INR", "value": 2, "date": "2026-11-10"}]}'

    assert read_patient(text, as_of=date(2026, 11, 10)).as_of == date(2026, 11, 10)
    assert "inr" in read_patient(text, as_of=date(2026, 11, 10)).results
    assert "inr" not in read_patient(text, as_of=date(2026, 11, 9)).results
    assert read_patient('{"id": "x"}', as_of=AS_OF).as_of == AS_OF


# --- the schema


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


_WARNED = {"implausible_creatinine": ["value-implausible"], "creatinine_without_unit": ["unit-missing"]}


@pytest.mark.parametrize("example", EXAMPLE_FILES, ids=lambda p: p.stem)
def test_every_example_fits_the_schema_and_warns_only_where_that_is_its_point(example: Path) -> None:
    patient = read_file(example)

    assert patient.id == example.stem
    assert patient.as_of == AS_OF
    assert [w.split(": ")[1] for w in patient.warnings] == _WARNED.get(example.stem, [])
    _validator().validate(json.loads(example.read_text("utf-8")))


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda p: p.stem)
def test_what_is_read_fits_the_schema(case: Path) -> None:
    if case.stem not in (
        "lenient_unknown_words",
        "every_status",
    ):  # unknown keys; words in another case than the schema's
        _validator().validate(json.loads(case.read_text("utf-8-sig")))


@pytest.mark.parametrize("name", ["unknown_keys", "unknown_words", "wrong_types", "bad_dates"])
def test_what_has_a_wrong_form_does_not_fit_the_schema(name: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        _validator().validate(json.loads((CASES / "reject" / f"{name}.json").read_text("utf-8")))


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def test_a_right_record_is_read_without_pydantic() -> None:
    code = "import sys, eligo.patients.native as n; n.read_file(sys.argv[1]); print('pydantic' in sys.modules)"
    command = [sys.executable, "-c", code, str(EXAMPLES / "low_platelets.json")]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("case", [*ACCEPTED, *EXAMPLE_FILES, *REJECTED], ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_the_quick_check_and_the_model_agree(case: Path) -> None:
    try:
        data = json.loads(case.read_bytes())
    except ValueError:
        assert case in REJECTED
        return
    if isinstance(data, dict):
        assert is_well_formed(data) == (not check(data)[1])


def test_every_key_of_the_schema_is_described() -> None:
    schema = json_schema()
    undescribed = [
        f"{name}.{key}"
        for name, part in [("", schema), *schema["$defs"].items()]
        for key, found in part["properties"].items()
        if not {"description", "$ref", "items"} & found.keys() and key not in ("variable", "concept")
    ]

    assert undescribed == []


def test_the_examples_are_listed_with_their_point() -> None:
    readme = (EXAMPLES / "README.md").read_text("utf-8")

    assert len(EXAMPLE_FILES) >= 16
    assert [p.name for p in EXAMPLE_FILES if f"`{p.name}`" not in readme] == []


def test_low_platelets_is_the_patient_of_the_readme() -> None:
    patient = read_file(EXAMPLES / "low_platelets.json")
    platelets = patient.results["platelets"][0]

    assert (platelets.low, platelets.written, str(platelets.date)) == (18, "18000 /uL", "2026-11-19")
    assert patient.sex == "male"
    assert patient.birth is not None
    assert dates.age_between(patient.birth, patient.as_of, "a") == (48, 48)


# --- generated records

_NAMES = {
    "variable": ["INR", "PLT", "creatinine", "TBil", "albumin", "HE grade"],
    "concept": ["hepatitis B", "ascites", "sepsis"],
}
_UNITS = {"PLT": "x10^9/L", "creatinine": "mg/dL", "TBil": "umol/L", "albumin": "g/L"}
_DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 15)).map(date.isoformat)
_STATUS = st.sampled_from([None, "active", "resolved", "suspected", "planned"])


@st.composite
def _observations(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(_NAMES["variable"]))
    value = draw(st.integers(0, 4)) if name == "HE grade" else draw(st.integers(1, 6000)) / 10
    return {"variable": name, "value": value, "unit": _UNITS.get(name), "date": draw(st.none() | _DAYS)}


@st.composite
def _records(draw: st.DrawFn) -> dict[str, Any]:
    conditions = st.builds(
        lambda c, s, o: {"concept": c, "status": s, "onset": o},
        st.sampled_from(_NAMES["concept"]),
        _STATUS,
        st.none() | _DAYS,
    )
    return {
        "id": "generated",
        "as_of": "2026-11-20",
        "observations": draw(st.lists(_observations(), max_size=8)),
        "conditions": draw(st.lists(conditions, max_size=5)),
        "absent": draw(st.lists(st.sampled_from(["fatigue", "vomiting", "anorexia"]), max_size=3)),
    }


def _without_warnings(patient: Patient) -> tuple[Any, ...]:
    parts = (
        patient.birth,
        patient.sex,
        dict(patient.results),
        dict(patient.facts),
        sorted(patient.absent),
        patient.attested,
    )
    return (repr(parts), sorted(w.split(": ", 1)[-1] for w in patient.warnings))


@settings(max_examples=60, deadline=None)
@given(_records(), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_nothing(data: dict[str, Any], chance: random.Random) -> None:
    shuffled = {k: chance.sample(v, len(v)) if isinstance(v, list) else v for k, v in data.items()}
    shuffled = dict(chance.sample(list(shuffled.items()), len(shuffled)))

    assert _without_warnings(read_patient(json.dumps(shuffled))) == _without_warnings(read_patient(json.dumps(data)))


@settings(max_examples=40, deadline=None)
@given(_records())
def test_results_are_sorted_and_none_lies_after_the_day(data: dict[str, Any]) -> None:
    patient = read_patient(json.dumps(data))
    later = sum(1 for o in data["observations"] if o["date"] and o["date"] > data["as_of"])

    for results in patient.results.values():
        days = [r.date.last if r.date else AS_OF for r in results]
        assert days == sorted(days, reverse=True)
        assert max(days) <= AS_OF
    counted = [w for w in patient.warnings if w.startswith("observations: after-as-of")]
    assert counted == (
        [f"observations: after-as-of: {_entries(later)} after `as_of`, and what lies there does not count"]
        if later
        else []
    )


def _entries(count: int) -> str:
    return "1 entry lies" if count == 1 else f"{count} entries lie"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["platelets", "creatinine", "total_bilirubin", "albumin", "hemoglobin", "lactate"]), st.data())
def test_another_unit_gives_the_same_result(name: str, data: st.DataObject) -> None:
    variable = variables().get(name)
    assert variable is not None
    assert variable.plausible is not None
    low, high = variable.plausible
    value = data.draw(st.integers(int(low) + 1, int(high)))
    unit = data.draw(st.sampled_from(variable.units))
    other = convert(value, variable.unit, unit, variable)
    as_is, converted = (_one(name, v, u) for v, u in ((value, variable.unit), (other, unit)))

    assert as_is.problem is None
    assert converted.problem is None
    assert converted.low == pytest.approx(as_is.low, rel=1e-11)
    assert round(converted.low, 6) == round(as_is.low, 6)


def _one(name: str, value: float, unit: str | None) -> Result:
    text = json.dumps({"as_of": "2026-11-20", "observations": [{"variable": name, "value": value, "unit": unit}]})
    return read_patient(text).results[name][0]


def test_a_limit_in_another_unit_is_exact() -> None:
    assert _one("total_bilirubin", 12, "mg/dL").low == _one("total_bilirubin", 120, "mg/L").low
    assert _one("platelets", 20000, "/uL").low == 20
    assert _one("creatinine", 2, "mg/dL").low == _one("creatinine", 0.02, "g/L").low


# --- no value in any message

_SECRET = st.integers(100_003, 899_999)


@settings(max_examples=60, deadline=None)
@given(_SECRET, st.sampled_from(ACCEPTED + REJECTED))
def test_no_value_of_a_broken_record_reaches_a_message(secret: int, case: Path) -> None:
    """Every number and date of the cases becomes a secret one; then it is looked for in all that is said."""
    data = case.read_bytes().replace(b"1.9", str(secret).encode()).replace(b"64 ", f"{secret} ".encode())
    data = data.replace(b'"2026-11-2', f'"{secret}-11-2'.encode())

    assert str(secret) not in _said(data)


@settings(max_examples=30, deadline=None)
@given(
    _SECRET,
    st.sampled_from(
        ["{}", "{} mg/dL", "<{}", "{} {}", "{}/{} mmHg", "a {} b", "-{}", "{},{}", "mg {}", "{} furlong", "grade {}"]
    ),
)
def test_no_value_of_a_lab_reaches_a_message(secret: int, form: str) -> None:
    value = form.replace("{}", str(secret))
    labs = dict.fromkeys(("INR", "PLT", "creatinine", "HE grade", "Child-Pugh", "age", "sex"), value)
    seen = [{"variable": "INR", "value": value, "unit": value, "date": value, "low": secret, "high": -secret}]
    named = [
        {"concept": value, "status": value, "onset": value},
        {"concept": "fatigue", "severity": value, "onset": value},
    ]
    whole = {"id": value, "as_of": "2026-11-20", "birth_date": value, "age": value, "sex": value}
    for part in (
        {"labs": labs},
        {"observations": seen},
        {"conditions": named},
        {"absent": [value]},
        {"complete": [value]},
    ):
        assert str(secret) not in _said(json.dumps(whole | part))
        assert str(secret) not in _said(json.dumps({"as_of": "2026-11-20"} | part))


@settings(max_examples=40, deadline=None)
@given(_SECRET, st.integers(0, 400), st.sampled_from('{}[],:"x\\'))
def test_no_value_of_broken_json_reaches_a_message(secret: int, place: int, sign: str) -> None:
    text = (
        (CASES / "accept" / "every_part.json")
        .read_text("utf-8")
        .replace("1.9", str(secret))
        .replace("262", str(secret))
    )

    assert str(secret) not in _said(text[:place] + sign + text[place:])


def _said(data: str | bytes) -> str:
    """All messages and warnings of a record, whether it is read or not."""
    said: list[str] = []
    for lenient in (False, True):
        try:
            said += read_patient(data, "f.json", lenient=lenient).warnings
        except EligoError as error:
            said += [str(error), "".join(traceback.format_exception(error))]
    return "\n".join(said)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | st.text(alphabet='{}[]":,0123456789.eE-+ntf\\u d8"', max_size=40).map(str.encode)
)
def test_junk_gives_an_error_and_nothing_else(junk: bytes) -> None:
    _said(junk)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(string.printable, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_lowercase, max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = sorted(json_schema()["properties"])


@settings(max_examples=120, deadline=None)
@given(
    st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=5), st.sampled_from([*_KEYS]), st.lists(_JSON, max_size=2)
)
def test_any_json_under_our_keys_is_read_or_refused(data: dict[str, Any], key: str, items: list[Any]) -> None:
    _said(json.dumps({"as_of": "2026-11-20", **data, key: items}))


_WHOLE = [
    json.loads((CASES / "accept" / f"{name}.json").read_bytes()) for name in ("every_part", "codes", "every_status")
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_WHOLE), st.lists(st.tuples(st.integers(0, 200), _JSON | st.just(...)), min_size=1, max_size=2))
def test_the_quick_check_and_the_model_agree_on_spoilt_records(data: Any, changes: list[tuple[int, Any]]) -> None:
    """Parts of a good record are replaced by any JSON, or (by ...) get a key that does not belong there."""
    data = copy.deepcopy(data)
    for place, new in changes:
        parts = list(_parts(data))
        holder, key = parts[place % len(parts)]
        if new is ... and isinstance(holder[key], dict):
            holder[key]["surplus"] = 1
        elif new is not ...:
            holder[key] = new

    assert is_well_formed(data) == _valid(data) == (not check(data)[1])


def _valid(data: Any) -> bool:
    try:
        Record.model_validate(data)
    except ValidationError:
        return False
    return True


def _parts(data: Any) -> Iterator[tuple[Any, Any]]:
    """Each part as the list or object that holds it and its key there."""
    for key in range(len(data)) if isinstance(data, list) else list(data):
        yield data, key
        if isinstance(data[key], list | dict):
            yield from _parts(data[key])


# --- ages and dates


@settings(max_examples=200, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 110), st.sampled_from(["a", "mo", "wk", "d"]))
def test_an_age_and_its_days_of_birth_agree_to_the_day(day: date, age: int, unit: dates.AgeUnit) -> None:
    birth = dates.born(age, unit, day)

    assert birth is not None
    assert dates.age_between(birth, day, unit) == (age, age)
    assert dates.completed(birth.first - timedelta(days=1), day, unit) == age + 1
    if birth.last < day:
        assert dates.completed(birth.last + timedelta(days=1), day, unit) == age - 1


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1000, 1, 1)))
def test_a_date_is_read_as_it_is_printed(day: date) -> None:
    text = day.isoformat()

    assert dates.read_date(text) == PartialDate(day, day)
    assert str(dates.read_date(text[:7])) == text[:7]
    assert str(dates.read_date(text[:4])) == text[:4]


@pytest.mark.parametrize(
    "text",
    ["03/04/2026", "4.3.2026", "2026-3-4", "20260304", "2026-W10", "2026-00", "0000", "", "٢٠٢٦", "2026-11-20T9"],
)
def test_a_date_that_could_be_misread_is_none(text: str) -> None:
    assert dates.read_date(text) is None


# --- numbers


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([",", " ", "'", "\u202f"]))
def test_grouped_thousands_are_the_number(number: int, sign: str) -> None:
    text = f"{number:,}".replace(",", sign)
    read = read_quantity(text)

    # `5 109` may be 5 x 10^9 whose signs were lost: it is left alone.
    assert read is None or (read.low, read.high) == (number, number)
    assert read is not None or (sign != "," and " 10" in f"{number:,}".replace(",", " "))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 999), st.integers(0, 9999).map(lambda n: f"{n:04}"), st.integers(1, 4))
def test_a_comma_that_groups_nothing_is_a_decimal_comma(whole: int, digits: str, length: int) -> None:
    fraction = digits[:length]
    read = read_quantity(f"{whole},{fraction}")
    grouped = length == 3 and whole > 0

    assert read is not None
    assert read.low == (int(f"{whole}{fraction}") if grouped else float(f"{whole}.{fraction}"))


def test_a_value_without_use_has_a_reason_and_a_detail() -> None:
    labs = {"INR": "trace", "PLT": 64, "creatinine": "-1 mg/dL", "TBil": "3 mmHg"}
    patient = read_patient(json.dumps({"as_of": "2026-11-20", "labs": labs}))
    problems = {name: results[0].problem for name, results in patient.results.items()}

    assert problems == {
        "inr": Reason.UNPARSED,
        "platelets": Reason.UNIT_UNKNOWN,
        "creatinine": Reason.IMPLAUSIBLE,
        "total_bilirubin": Reason.UNIT_UNKNOWN,
    }
    assert all(results[0].detail for results in patient.results.values())
    assert len(patient.warnings) == 4


def test_what_was_read_before_changes_nothing() -> None:
    seen = [{"variable": "ALT", "value": 30, "unit": "U/L", "low": low} for low in (0, -0.0, 0.0)]
    seen += [{"variable": "INR", "value": value} for value in (1, 1.0, "1", 0.0, -0.0, "0")]
    records = [json.dumps({"as_of": "2026-11-20", "observations": [one]}) for one in seen]

    def alone(record: str) -> str:
        _read_before.cache_clear()
        return repr(read_patient(record))

    assert [repr(read_patient(r)) for r in records] == [alone(r) for r in records]
    assert [repr(read_patient(r)) for r in reversed(records)] == [alone(r) for r in reversed(records)]


# --- any format


def test_python_reads_every_format_as_the_commands_do() -> None:
    formats = Path(__file__).parents[1] / "patients_examples" / "formats"
    found = {
        "native.json": list(eligo.read(formats / "native.json")),
        "bundle.json": list(eligo.read(formats / "bundle.json")),
        "long.csv": list(eligo.read(formats / "long.csv")),
        "wide.csv": list(eligo.read(formats / "wide.csv", mapping=formats / "wide.yaml")),
    }

    assert {name: len(patients) for name, patients in found.items()} == dict.fromkeys(found, 1)
    with pytest.raises(EligoError, match=r"error\[column-missing\]"):
        list(eligo.read(formats / "wide.csv"))


def test_python_goes_on_where_a_list_takes_what_is_wrong(tmp_path: Path) -> None:
    good = {"as_of": "2026-11-20", "labs": {"creatinine": "1.2"}}
    lines = [json.dumps(good | {"id": "a"}), "{", json.dumps(good | {"id": "b"})]
    (tmp_path / "many.ndjson").write_text("\n".join(lines), "utf-8")
    problems = list[Problem]()
    found = [patient.id for patient in eligo.read(tmp_path, problems=problems)]

    assert found == ["a", "b"]
    assert [problem.code for problem in problems] == ["unit-missing", "json-syntax", "unit-missing"]
    with pytest.raises(EligoError, match="json-syntax"):
        list(eligo.read(tmp_path))
