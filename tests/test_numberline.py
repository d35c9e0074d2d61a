"""Number lines: places keep the order of numbers, the marked side is the true one, labels never meet."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligo.report.axis import line_of, scale_of
from eligo.report.numberline import WIDTH, _Axis, _labels, _placed, _width, describe, number_line
from tests.measured import as_data

TRUE = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "=": lambda value, limit: value == limit,
}
NUMBERS = st.one_of(st.integers(0, 10**7), st.floats(0, 10**5).map(lambda x: float(f"{x:.6g}")))
VARIABLES = st.sampled_from(["platelets", "inr", "age", "meld", "alt", "hbv_dna", "organ_failures", "albi"])
UNITS = {"platelets": "10*9/L", "age": "a", "alt": "U/L", "hbv_dna": "[IU]/mL"}
Case = tuple[dict[str, Any], dict[str, Any]]  # a criterion of one comparison, and that comparison
KINDS = st.sampled_from(["inclusion", "exclusion"])


def _case(kind: str = "exclusion", truth: str = "MET", of: str | None = None, **evidence: Any) -> Case:
    """A criterion of one comparison, and that comparison."""
    part: dict[str, Any] = {"truth": truth, "decides": True, **evidence}
    if part["variable"] in UNITS:
        unit = UNITS[part["variable"]]
        limits = " and ".join(f"{limit} {unit}" for limit in part["limit"].split(" and "))
        part |= {"unit": unit, "limit": limits}
    part = as_data(part)
    return {"kind": kind, "truth": of or truth, "evidence": [part]}, part


def _platelets(value: float | str, **more: Any) -> Case:
    return _case(variable="platelets", value=value, limit="< 20", **more)


@given(VARIABLES, NUMBERS, NUMBERS, st.sampled_from(list(TRUE)))
def test_the_marked_side_is_where_the_words_are_true(variable: str, value: float, limit: float, sign: str) -> None:
    line = line_of(*_case(variable=variable, value=value, limit=f"{sign} {limit}"), "male")
    assert line is not None

    held = any(low <= (value, 0) and (value, 1) <= high for low, high in line.marked)
    assert held == TRUE[sign](value, limit)


@given(VARIABLES, NUMBERS, NUMBERS, st.sampled_from(list(TRUE)))
def test_places_keep_the_order_of_numbers(variable: str, value: float, limit: float, sign: str) -> None:
    line = line_of(*_case(variable=variable, value=value, limit=f"{sign} {limit}"), "male")
    assert line is not None
    scale = scale_of(line)
    numbers = sorted(line.numbers)
    places = [scale.at(number) for number in numbers]

    assert all(0 <= place <= 1 for place in places)
    assert sorted(places) == places
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks())


@given(VARIABLES, KINDS, NUMBERS, NUMBERS, NUMBERS, st.booleans())
def test_labels_stay_inside_and_never_meet(
    variable: str, kind: str, value: float, one: float, other: float, both: bool
) -> None:
    low, high = sorted((one, other))
    limit = f">= {low} and <= {high}" if both else f"< {low}"
    line = line_of(*_case(kind, variable=variable, value=value, limit=limit), "female")
    assert line is not None
    rows: dict[int, list[tuple[float, float]]] = {}
    for label, start, row in _placed(_labels(line, _Axis(line))):
        rows.setdefault(row, []).append((start, start + _width(label.text, bold=label.style == "limit")))

    for spans in rows.values():
        spans.sort()
        assert all(start >= 0 for start, _ in spans)
        assert all(end <= WIDTH + 1e-9 or start == 0 for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("kind", "part", "whole", "role"),
    [
        ("exclusion", "MET", "MET", "excludes"),
        ("exclusion", "NOT_MET", "NOT_MET", "excludes"),
        ("inclusion", "MET", "MET", "required"),
        ("inclusion", "NOT_MET", "MET", "excludes"),  # under a `not`
        ("exclusion", "MET", "NOT_MET", "required"),
        ("exclusion", "UNKNOWN", "UNKNOWN", "stated"),
    ],
)
def test_the_side_says_what_it_does_to_the_patient(kind: str, part: str, whole: str, role: str) -> None:
    line = line_of(*_platelets(18, kind=kind, truth=part, of=whole), None)

    assert line is not None
    assert line.role == role


def test_one_part_of_several_is_not_said_to_decide_alone() -> None:
    finding, part = _platelets(18)
    finding["evidence"].append({"truth": "UNKNOWN", "decides": False})
    asked = line_of({**finding, "kind": "inclusion"}, part, None)
    excluding, idle = line_of(finding, part, None), line_of(finding, {**part, "decides": False}, None)

    assert asked is not None
    assert excluding is not None
    assert idle is not None
    assert (asked.role, excluding.role, idle.role) == ("for", "against", "stated")


def test_a_multiple_is_drawn_at_the_resolved_limit_of_whoever_gave_it() -> None:
    part: dict[str, Any] = {"variable": "alt", "value": 300, "limit": "> 80", "limit_written": "> 2 x ULN"}
    finding, own = _case("inclusion", normal={"of": "ULN", "low": 40, "high": 40, "whose": "report"}, **part)
    line = line_of(finding, own, None)
    svg = number_line(finding, own, None, "x")

    assert line is not None
    assert line.limits[0].value == 80
    assert ">required &gt; 80 (2 × ULN)</text>" in svg
    assert ">normal up to 40 (report)</text>" in svg


def test_the_normal_range_says_whose_it_is_and_follows_the_sex() -> None:
    case = _case(variable="hemoglobin", value=101, limit=">= 90 g/L", unit="g/L")

    assert "normal 133–162 (default)" in number_line(*case, "male", "x")
    assert "normal 120–158 (default)" in number_line(*case, "female", "x")
    assert "normal" not in number_line(*case, None, "x")
    assert "Harrison" in number_line(*case, "male", "x")


def test_a_near_miss_is_drawn_apart_from_its_limit() -> None:
    for value in (18, 19, 21):
        line = line_of(*_platelets(value), None)
        assert line is not None
        assert abs(_Axis(line).x(value) - _Axis(line).x(20)) > 2


def test_wide_spans_are_logarithmic_and_say_so() -> None:
    wide = number_line(*_case("inclusion", variable="hbv_dna", value=1200000, limit=">= 2000"), None, "x")
    narrow = number_line(*_case("inclusion", variable="alt", value=70, limit="<= 80"), None, "x")

    assert "log scale" in wide
    assert "logarithmic" in wide
    assert "log" not in narrow


@pytest.mark.parametrize("value", ["< 30", "<= 30", "> 5", ">= 5", "8 to 14"])
def test_an_interval_is_a_bar_with_its_own_ends(value: str) -> None:
    line = line_of(*_platelets(value, truth="UNKNOWN"), None)
    svg = number_line(*_platelets(value, truth="UNKNOWN"), None, "x")

    assert line is not None
    assert math.isinf(line.low) == (value[0] == "<")
    assert math.isinf(line.high) == (value[0] == ">")
    assert 'class="span unknown"' in svg
    assert 'class="mark' not in svg
    assert "which decides nothing" in svg


def test_a_value_on_its_limit_and_one_just_below_are_told_apart() -> None:
    at, below = _platelets(20, truth="NOT_MET"), _platelets(19.9999999)
    shown = [re.findall(r'class="value"[^>]*>([^<]*)', number_line(*case, None, "x"))[0] for case in (at, below)]

    assert shown == ["20 × 10⁹/L", "19.9999999 × 10⁹/L"]


@pytest.mark.parametrize(
    "part",
    [
        {"variable": "sex", "value": "male", "limit": "one of female"},
        {"variable": "total_bilirubin", "value": 30, "unit": "umol/L", "limit": "> 1 x ULN"},
        {"variable": "inr", "limit": "> 1.5"},
        {"variable": "inr", "value": 1.7, "limit": "> 1.5 mg/dL"},
        {"variable": "not_there", "value": 1.7, "limit": "> 1.5"},
        {"variable": "hepatic_encephalopathy_grade", "value": 1, "status": "active"},
    ],
)
def test_what_has_no_number_to_compare_has_no_line(part: dict[str, Any]) -> None:
    evidence = as_data({"truth": "MET", "decides": True, **part})
    finding = {"kind": "inclusion", "truth": "MET", "evidence": [evidence]}

    assert number_line(finding, evidence, None, "x") == ""


def test_grades_stand_in_steps_with_their_letters() -> None:
    case = _case("inclusion", variable="child_pugh_class", value=3, limit="one of 2, 3")
    line = line_of(*case, None)
    svg = number_line(*case, None, "x")

    assert line is not None
    assert line.grades == (1, 2, 3)
    assert len(_Axis(line).marked(line)) == 2
    assert all(f">{letter}</text>" in svg for letter in "ABC")


def test_the_drawing_is_said_in_words() -> None:
    finding, part = _platelets(18, others=[{"value": 24}])
    line = line_of(finding, part, "male")
    assert line is not None
    title, description = describe(line, part)

    assert title == "platelets: patient 18 × 10⁹/L, limit < 20 × 10⁹/L"
    assert description.startswith(
        "Patient: 18 × 10⁹/L. Excludes: < 20 × 10⁹/L. Other results of that day: 24. Normal 165–415"
    )
    assert 'role="img" aria-labelledby="x-t x-d"' in number_line(finding, part, "male", "x")
