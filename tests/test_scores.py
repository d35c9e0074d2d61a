"""Scores: published figures, every limit of the organ failure table, and what partial knowledge still decides."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.vocabulary.scores import FEMALE, MALE, SCORES, Interval, bounds, leaf_inputs
from eligo.vocabulary.scoring import BILIRUBIN_MASS, CREATININE_MASS, EVERYTHING
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import variables

CASES = Path(__file__).parent / "cases" / "scores"
ORGANS = yaml.safe_load((CASES / "organ_failures.yaml").read_text("utf-8"))
VALUES = yaml.safe_load((CASES / "values.yaml").read_text("utf-8"))


def canonical(variable: str, value: float, unit: str) -> float:
    """Convert a value of a case into the variable's canonical unit."""
    known = variables().get(variable)
    assert known is not None
    return to_canonical(value, unit, known)


def known(**values: float) -> dict[str, Interval]:
    """Make points of what is known exactly."""
    return {key: Interval(value, value) for key, value in values.items()}


@pytest.mark.parametrize(("score", "inputs", "expected"), [(s, *row) for s, rows in VALUES.items() for row in rows])
def test_a_score_has_the_value_of_its_paper(score: str, inputs: dict[str, float], expected: float) -> None:
    assert SCORES[score].compute(**inputs) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("changes", "points", "failing", "grade"), ORGANS["cases"])
def test_organ_failures_and_grade_change_exactly_at_the_published_limits(
    changes: dict[str, float | None], points: int, failing: int, grade: int
) -> None:
    values = {"spo2_fio2_ratio": None} | ORGANS["well"] | changes
    for variable in ("total_bilirubin", "creatinine"):
        values[variable] = canonical(variable, values[variable], "mg/dL")
    assert SCORES["clif_c_of"].compute(**values) == points
    assert SCORES["organ_failures"].compute(**values) == failing
    assert SCORES["aclf_grade"].compute(**values) == grade


def test_every_score_has_a_case() -> None:
    of_organs = {"clif_c_of", "organ_failures", "aclf_grade"}  # the table above

    assert set(SCORES) - set(VALUES) == of_organs


def test_every_score_names_its_paper_and_says_what_it_does() -> None:
    for name, score in SCORES.items():
        assert score.variable == name
        assert score.source
        assert score.inputs


def test_units_and_molar_masses_are_those_of_the_vocabulary() -> None:
    checked = 0
    for score in SCORES.values():
        for id_, unit in ((score.variable, score.unit), *((item.id, item.unit) for item in score.inputs)):
            variable = variables().get(id_)
            if variable is not None and variable.kind != "category":
                assert unit == variable.unit, id_
                checked += 1
    assert checked > 60
    for id_, mass in (("total_bilirubin", BILIRUBIN_MASS), ("creatinine", CREATININE_MASS)):
        found = variables().get(id_)
        assert found is not None
        assert found.molar_mass == float(mass)


def test_an_input_that_is_nothing_to_the_vocabulary_brings_its_own_plausible_range() -> None:
    for score in SCORES.values():
        for item in score.inputs:
            variable = variables().get(item.id)
            in_vocabulary = variable is not None and variable.plausible is not None
            assert item.role == "fact" or item.plausible or in_vocabulary, (score.variable, item.key)


# Partial knowledge


MELD_INPUTS = {"total_bilirubin": 205.2, "creatinine": 100.0, "inr": 2.0}


def test_full_knowledge_gives_one_value() -> None:
    found = bounds("meld", known(**MELD_INPUTS, renal_replacement_therapy=0))
    assert found == Interval(25, 25)


def test_unknown_dialysis_leaves_meld_open_upwards_only() -> None:
    assert bounds("meld", known(**MELD_INPUTS)) == Interval(25, 37)


def test_missing_inr_leaves_the_least_meld_decided() -> None:
    found = bounds("meld", known(total_bilirubin=205.2, creatinine=400.0, renal_replacement_therapy=0))
    assert found.low == 29
    assert found.high == 40


def test_nothing_known_gives_the_whole_range() -> None:
    assert bounds("child_pugh_score", {}) == Interval(5, 15)
    assert bounds("child_pugh_class", {}) == Interval(1, 3)
    assert bounds("aclf_grade", {}) == Interval(0, 3)


def test_three_failing_organs_decide_the_grade_whatever_the_rest_is() -> None:
    failing = known(total_bilirubin=300, creatinine=300, inr=3)
    assert bounds("aclf_grade", failing) == Interval(3, 3)
    assert bounds("organ_failures", failing) == Interval(3, 6)


def test_a_value_known_only_to_be_high_is_taken_up_to_what_is_plausible() -> None:
    open_ended = {"weight": Interval(100, math.inf), "height": Interval(200, 200)}
    assert bounds("body_mass_index", open_ended) == Interval(25, 175)
    open_ended = {"weight": Interval(-math.inf, 100), "height": Interval(200, 200)}
    assert bounds("body_mass_index", open_ended).high == 25


def test_an_input_that_is_itself_a_score_follows_from_its_own_inputs() -> None:
    gases = known(pao2=60, fio2=0.4)
    assert bounds("pao2_fio2_ratio", gases) == Interval(150, 150)
    well = known(
        **{k: v for k, v in ORGANS["well"].items() if k not in ("pao2_fio2_ratio", "mean_arterial_pressure")}
        | {"systolic_blood_pressure": 120, "diastolic_blood_pressure": 80}
    )
    assert bounds("clif_c_of", well | gases) == Interval(8, 8)
    assert bounds("clif_c_of", well) == Interval(6, 8)


def test_saturation_stands_for_blood_gases_only_where_those_are_missing() -> None:
    well = known(**{k: v for k, v in ORGANS["well"].items() if k != "pao2_fio2_ratio"})
    assert bounds("clif_c_of", well | known(oxygen_saturation=90, fio2=0.6)) == Interval(8, 8)
    assert bounds("clif_c_of", well | known(oxygen_saturation=90, fio2=0.6, pao2=400)) == Interval(6, 6)


def test_leaves_of_a_score_are_its_inputs_and_theirs() -> None:
    keys = {leaf.key for leaf in leaf_inputs("clif_c_aclf")}
    assert {"age", "clif_c_of", "pao2_fio2_ratio", "pao2", "fio2", "systolic_blood_pressure"} <= keys


def test_a_sum_that_has_no_sense_says_nothing() -> None:
    assert bounds("fib4", known(age=50, ast=40, alt=-1, platelets=100)) == EVERYTHING


GRADES = {"hepatic_encephalopathy_grade": 4, "ascites_grade": 3}


@st.composite
def completions(draw: st.DrawFn) -> tuple[str, dict[str, Interval], dict[str, float]]:
    """Draw a score, what is known of its inputs, and one way in which the record may be completed."""
    name = draw(st.sampled_from(sorted(SCORES)))
    box: dict[str, Interval] = {}
    whole: dict[str, float] = {}
    for item in SCORES[name].inputs:
        variable = variables().get(item.id)
        low, high = item.plausible or (variable and variable.plausible) or (0, 1)
        if item.role == "fact" or item.id == "sex":
            numbers = st.sampled_from([MALE, FEMALE])
        elif item.id in GRADES:
            numbers = st.integers(0, GRADES[item.id]).map(float)
        else:
            numbers = st.floats(low, high).map(lambda x: float(f"{x:.6g}"))
        least, inside, most = sorted((draw(numbers), draw(numbers), draw(numbers)))
        whole[item.key] = inside
        kind = draw(st.sampled_from(["point", "interval", "missing"]))
        if kind == "point":
            box[item.key] = Interval(inside, inside)
        elif kind == "interval":
            box[item.key] = Interval(least, most)
    return name, box, whole


def holds(interval: Interval, value: float) -> bool:
    """Say whether a value lies in an interval, but for the last of its 12 digits."""
    slack = 1e-11 * abs(value) if math.isfinite(value) else 0
    return interval.low - slack <= value <= interval.high + slack


@given(completions())
@settings(max_examples=600, deadline=None)
def test_bounds_hold_every_completion_of_the_record(case: tuple[str, dict[str, Interval], dict[str, float]]) -> None:
    name, box, whole = case
    values: dict[str, float | None] = dict(whole)
    for item in SCORES[name].inputs:
        if item.instead_of is not None:
            chosen = item.instead_of not in box and item.key in box
            values[item.instead_of if chosen else item.key] = None
    try:
        value = SCORES[name].compute(**values)
    except (ArithmeticError, ValueError):
        return
    found = bounds(name, box)
    assert math.isnan(value) or holds(found, value)


@given(completions())
@settings(deadline=None)
def test_knowing_more_never_widens_the_bounds(case: tuple[str, dict[str, Interval], dict[str, float]]) -> None:
    name, box, whole = case
    if any(item.instead_of for item in SCORES[name].inputs):
        return  # learning the blood gases replaces the saturation by another measure
    before = bounds(name, box)
    after = bounds(name, {key: Interval(value, value) for key, value in whole.items()})
    assert after == EVERYTHING or (holds(before, after.low) and holds(before, after.high))


# Figures of others, in ../shared


def rows(shared: Path, name: str) -> list[dict[str, str]]:
    """Read a table of the shared figures."""
    return list(csv.DictReader((shared / "data" / "scores" / f"{name}.csv").read_text("utf-8").splitlines()))


def liver_inputs(row: dict[str, str]) -> dict[str, float]:
    """Convert a row of the MELD tables."""
    found = {
        "total_bilirubin": canonical("total_bilirubin", float(row["bilirubin"]), "mg/dL"),
        "creatinine": canonical("creatinine", float(row["creatinine"]), "mg/dL"),
        "inr": float(row["inr"]),
        "renal_replacement_therapy": float(row["on_dialysis"] == "true"),
    }
    if "sodium" in row:
        found["sodium"] = float(row["sodium"])
    if "albumin" in row:
        found["albumin"] = canonical("albumin", float(row["albumin"]), "g/dL")
        found["sex"] = FEMALE if row["sex"] == "female" else MALE
    return found


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "score"), [("meld-cases", "meld"), ("meld-na-cases", "meld_na"), ("meld3-cases", "meld_3")]
)
def test_meld_scores_agree_with_figures_worked_out_by_hand(shared: Path, table: str, score: str) -> None:
    for row in rows(shared, table):
        assert SCORES[score].compute(**liver_inputs(row)) == float(row["expected_score"]), row


@pytest.mark.shared
def test_child_pugh_agrees_with_figures_worked_out_by_hand(shared: Path) -> None:
    ascites = {"none": 0, "mild": 1, "moderate_severe": 3}
    brain = {"none": 0, "grade_1_2": 1, "grade_3_4": 3}
    for row in rows(shared, "child-pugh-cases"):
        points = SCORES["child_pugh_score"].compute(
            total_bilirubin=canonical("total_bilirubin", float(row["bilirubin"]), "mg/dL"),
            albumin=canonical("albumin", float(row["albumin"]), "g/dL"),
            inr=float(row["inr"]),
            ascites_grade=ascites[row["ascites"]],
            hepatic_encephalopathy_grade=brain[row["encephalopathy"]],
        )
        assert points == float(row["expected_score"]), row
        assert SCORES["child_pugh_class"].compute(child_pugh_score=points) == " ABC".index(row["expected_class"])


NAMES = {
    "INR": ("inr", "1"),
    "bilirubin_umol_L": ("total_bilirubin", "umol/L"),
    "bilirubin_mg_dL": ("total_bilirubin", "mg/dL"),
    "creatinine_umol_L": ("creatinine", "umol/L"),
    "creatinine_mg_dL": ("creatinine", "mg/dL"),
    "sodium_mmol_L": ("sodium", "mmol/L"),
    "albumin_g_dL": ("albumin", "g/dL"),
    "ast_U_L": ("ast", "U/L"),
    "platelets_10e9_L": ("platelets", "10*9/L"),
    "wbc_10e9_L": ("white_blood_cells", "10*9/L"),
    "weight_kg": ("weight", "kg"),
    "age": ("age", "a"),
}
PLAIN = {"dialysis": "renal_replacement_therapy", "ast_uln": "ast_uln", "clif_c_of": "clif_c_of"}


def vector_inputs(text: str) -> Iterator[tuple[str, float]]:
    """Convert the inputs of a row of mixed scores."""
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name in NAMES:
            variable, unit = NAMES[name]
            yield variable, canonical(variable, float(value), unit)
        elif name == "sex":
            yield "sex", FEMALE if value == "F" else MALE
        elif name != "ethnicity":
            yield PLAIN[name], float(value)


@pytest.mark.shared
def test_scores_agree_with_the_figures_of_other_programs(shared: Path) -> None:
    for row in rows(shared, "liver_renal_vectors"):
        expected = float(row["expected"])
        half = 0.5 * 10 ** -len(row["expected"].partition(".")[2])
        if row["score"].endswith("_to_umol_L"):
            analyte = {"bilirubin": "total_bilirubin", "creatinine": "creatinine"}[row["score"].partition("_")[0]]
            found = canonical(analyte, float(row["inputs"].partition("=")[2]), "mg/dL")
        else:
            name = {"ckd_epi_2009": "egfr_ckd_epi_2009", "cockcroft_gault": "creatinine_clearance"}.get(row["score"])
            found = SCORES[name or row["score"]].compute(**dict(vector_inputs(row["inputs"])))
        # MELD and its kin are whole numbers here, and unrounded in some of the programs.
        tolerance = 0.5 if row["score"].startswith(("meld", "ukeld")) else max(half, 5e-4 * abs(expected))
        assert abs(found - expected) <= tolerance + 1e-9, row


def test_corners_are_few_enough_to_try_all() -> None:
    assert max(2 ** len(score.inputs) for score in SCORES.values()) <= 512
