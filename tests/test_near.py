"""How far a value is from its limit, and what is near: sign, units, the margin's end; and no verdict changes."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from eligo.criteria import Compare, Limit, Predicate
from eligo.errors import EligoError
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.evaluation.comparing import SIDES, slack
from eligo.evaluation.evidence import Evidence
from eligo.explain import explain
from eligo.margin import Margin, read_margin
from eligo.patients.model import PartialDate, Patient, Result
from eligo.truth import Truth
from eligo.vocabulary.units import convert, to_canonical
from eligo.vocabulary.variables import variables
from tests.doors import Run
from tests.evaluating import finding, patient, plan_of, rules, screen
from tests.strategies import AS_OF, QUANTITIES, ages, comparisons, patients, policies, predicates
from tests.test_other_units import accepted

ROOT = Path(__file__).resolve().parents[1]
TREES = yaml.safe_load((ROOT / "tests" / "cases" / "near" / "trees.yaml").read_text("utf-8"))
law = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def _evidence(leaf: Predicate, who: Patient, how: Policy | None = None) -> Evidence:
    (trial,) = explain(Engine([plan_of(leaf)], how), who).trials
    return trial.findings[0].evidence[0]


# --- the distance


@law
@given(comparisons() | ages, patients(), policies)
def test_the_sign_of_a_distance_agrees_with_the_truth(leaf: Compare, who: Patient, how: Policy) -> None:
    found = _evidence(leaf, who, how)
    assume(found.apart is not None and found.truth is not Truth.UNKNOWN)
    assert isinstance(found.test, Compare)
    assert found.apart is not None
    apart = float(found.apart.value)
    sides = [SIDES[limit.op](apart, True, apart, True, 0, 0) for limit in found.test.limits]

    assert found.truth in sides
    if len(sides) == 1:
        assert sides == [found.truth]


@law
@given(st.sampled_from(sorted(QUANTITIES)), st.data())
def test_a_distance_is_zero_exactly_at_the_limit(name: str, data: st.DataObject) -> None:
    limit = float(data.draw(st.sampled_from(QUANTITIES[name])))
    value = data.draw(st.sampled_from([limit, limit + slack(limit) / 2, limit * (1 + 1e-8), limit * 0.999, limit + 1]))
    leaf = Compare(name, (Limit("ge", limit),))
    found = _evidence(leaf, Patient("x", AS_OF, results={name: (Result(name, value, value, value=value),)}))

    assert (found.distance == 0) == (abs(value - limit) <= slack(limit))


@law
@given(st.sampled_from(("total_bilirubin", "creatinine", "albumin", "fio2")), st.data())
def test_a_distance_in_the_protocols_unit_is_the_canonical_one(name: str, data: st.DataObject) -> None:
    variable = variables().get(name)
    assert variable is not None
    unit = data.draw(st.sampled_from([u for u in accepted(variable) if u != variable.unit]))
    value, limit = (data.draw(st.sampled_from(QUANTITIES[name])) for _ in "ab")
    written = convert(limit, variable.unit, unit, variable)
    found = _evidence(Compare(name, (Limit("lt", written, unit),)), _with(name, value)).apart
    assert found is not None
    assert found.own is not None

    back = to_canonical(float(found.own), unit, variable) - to_canonical(0, unit, variable)
    assert math.isclose(back, found.value, rel_tol=1e-9, abs_tol=1e-9)
    assert (found.own > 0, found.own < 0) == (found.value > 0, found.value < 0)
    assert found.unit == unit


def _with(name: str, value: float, **more: Any) -> Patient:
    return Patient("x", AS_OF, results={name: (Result(name, value, value, value=value, **more),)})


def test_a_distance_under_a_logarithm_is_that_of_the_logarithms() -> None:
    variable = variables().get("hbv_dna")
    assert variable is not None
    leaf = Compare("hbv_dna", (Limit("lt", 3, "log10 [IU]/mL"),))
    found = _evidence(leaf, _with("hbv_dna", 100_000)).apart

    assert found is not None
    assert (found.value, found.own, found.unit) == (99_000, 2, "log10 [IU]/mL")


def test_a_distance_from_a_multiple_is_told_in_multiples() -> None:
    leaf = Compare("alt", (Limit("lt", 2, of="ULN"),))
    found = _evidence(leaf, _with("alt", 100, reference_high=40)).as_json()

    assert (found["distance"], found["distance_own"]) == (20, {"value": 0.5, "unit": "x ULN"})
    assert found["distance_relative"] == 0.25


def test_a_distance_of_the_canonical_unit_stands_alone() -> None:
    found = _evidence(Compare("inr", (Limit("gt", 1.5),)), _with("inr", 1.46)).as_json()

    assert (found["distance"], found["distance_relative"]) == (-0.04, -0.02667)
    assert "distance_own" not in found


def test_a_limit_of_zero_has_no_relative_distance() -> None:
    leaf = Compare("hepatic_encephalopathy_grade", (Limit("gt", 0),))
    found = _evidence(leaf, _with("hepatic_encephalopathy_grade", 2)).as_json()

    assert found["distance"] == 2
    assert "distance_relative" not in found


@pytest.mark.parametrize(
    ("birth", "limit", "distance", "own"),
    [
        (date(1978, 11, 21), Limit("ge", 48, "a"), -1, None),
        (date(1978, 11, 20), Limit("ge", 48, "a"), 0, None),
        (date(2026, 4, 20), Limit("lt", 6, "mo"), 1 / 12, {"value": 1, "unit": "mo"}),
        (date(2026, 5, 21), Limit("ge", 0.5, "a"), -1 / 12, {"value": -1, "unit": "mo"}),
        (date(2026, 11, 6), Limit("gt", 2, "wk"), 0, {"value": 0, "unit": "wk"}),
        (date(2026, 11, 6), Limit("le", 10, "d"), 4 / 365.25, {"value": 4, "unit": "d"}),
    ],
)
def test_a_distance_of_ages_counts_completed_units_of_the_limit(
    birth: date, limit: Limit, distance: float, own: dict[str, Any] | None
) -> None:
    who = Patient("x", date(2026, 11, 20), birth=PartialDate(birth, birth))
    found = _evidence(Compare("age", (limit,)), who).as_json()

    assert math.isclose(found["distance"], distance, rel_tol=1e-9, abs_tol=1e-12)
    assert found.get("distance_own") == own


def test_an_age_that_is_known_only_in_part_has_no_distance() -> None:
    who = Patient("x", date(2026, 11, 20), birth=PartialDate(date(2026, 1, 1), date(2026, 12, 31)))
    found = _evidence(Compare("age", (Limit("lt", 30, "mo"),)), who)

    assert found.truth is Truth.MET
    assert found.distance is None


# --- the margin


@pytest.mark.parametrize("case", TREES, ids=lambda case: case["claim"])
def test_near_is_what_blocks_by_little(case: dict[str, Any]) -> None:
    who = patient(
        labs={"PLT": "18 10*9/L", "INR": 1.45, "TBil": "400 umol/L", "weight": "71 kg"},
        birth_date="1978-04-02",
        conditions=[{"concept": "jaundice"}],
    )
    ruleset = rules([{"id": "I1", "kind": case["kind"], "when": case["when"]}])
    (trial,) = screen(ruleset, who, Policy(margin=Margin(0.1, True))).as_json()["trials"]
    (found,) = trial["criteria"]

    assert [e["variable"] for e in found["evidence"] if "near" in e] == case["near"]
    assert trial.get("near", False) is case["miss"]
    assert all(e["margin"] == "10 %" for e in found["evidence"] if "near" in e)


@pytest.mark.parametrize(
    ("value", "margin", "near"),
    [
        (18, Margin(0.1, True), True),
        (17.999, Margin(0.1, True), False),
        (18, Margin(2, False), True),
        (17.9, Margin(2, False), False),
        (19.9, Margin(0.1, False), True),
        (19.89, Margin(0.1, False), False),
    ],
)
def test_the_end_of_a_margin_is_within_it(value: float, margin: Margin, near: bool) -> None:
    leaf = {"variable": "platelets", "op": "ge", "limit": 20, "unit": "10*9/L"}
    found = finding(leaf, patient(labs={"PLT": f"{value} 10*9/L"}), Policy(margins={"platelets": margin}))

    assert ("near" in found.as_json()["evidence"][0]) is found.is_near is near


def test_a_limit_that_is_not_reached_by_equality_is_near_with_any_margin() -> None:
    leaf = {"variable": "platelets", "op": "gt", "limit": 20, "unit": "10*9/L"}

    assert finding(leaf, patient(labs={"PLT": "20 10*9/L"}), Policy(margin=Margin(1e-6, True))).is_near


@pytest.mark.parametrize(("values", "near"), [((1.4, 1.45), True), ((1.1, 1.45), False)])
def test_all_results_of_a_day_have_to_be_near(values: tuple[float, ...], near: bool) -> None:
    who = patient(observations=[{"variable": "INR", "value": v, "date": "2026-11-19"} for v in values])
    found = finding({"variable": "inr", "op": "gt", "limit": 1.5}, who, Policy(margin=Margin(0.1, True)))

    assert found.truth is Truth.NOT_MET
    assert found.is_near is near


def test_of_any_values_below_a_limit_the_farthest_may_not_be_near() -> None:
    who = patient(observations=[{"variable": "INR", "value": v, "date": f"2026-11-1{v:.0f}"} for v in (1.0, 3.9)])
    leaf = {"variable": "inr", "op": "lt", "limit": 4, "pick": "any"}
    ruleset = rules([{"id": "E1", "kind": "exclusion", "when": leaf}])
    (trial,) = screen(ruleset, who, Policy(margin=Margin(0.1, True))).as_json()["trials"]

    assert trial["blocks"] == ["E1"]
    assert "near" not in trial


@law
@given(st.lists(predicates, min_size=1, max_size=4), patients(), st.sampled_from((0.02, 0.5)))
def test_a_margin_changes_no_truth_and_marks_only_what_blocks(
    found: list[Predicate], who: Patient, share: float
) -> None:
    plans = [plan_of(*found, kind="exclusion")]
    (plain,), (marked,) = (
        explain(Engine(plans, how), who).as_json()["trials"] for how in (None, Policy(margin=Margin(share, True)))
    )
    near = [(f, e) for f in marked["criteria"] for e in f["evidence"] if e.pop("near", False)]

    for criterion, evidence in near:
        assert criterion["bearing"] == "blocks"
        assert evidence["decides"]
        assert evidence.pop("margin") == f"{share * 100:g} %"
    missed = marked.pop("near", False)
    assert not missed or near
    assert marked == plain


@law
@given(comparisons(), patients())
def test_a_larger_margin_marks_no_less(leaf: Compare, who: Patient) -> None:
    found = [_near_with(leaf, who, share) for share in (0.01, 0.1, 1, 100)]

    assert found == sorted(found)


def _near_with(leaf: Compare, who: Patient, share: float) -> bool:
    (trial,) = explain(Engine([plan_of(leaf)], Policy(margin=Margin(share, True))), who).trials
    return trial.findings[0].is_near


def _armed(of_a: dict[str, Any], of_b: dict[str, Any], common: float) -> dict[str, Any]:
    """A trial with two arms, and a common criterion with this least number of platelets."""
    ruleset = rules(
        [
            {"id": "A.I1", "cohort": "A", "when": of_a},
            {"id": "B.I1", "cohort": "B", "when": of_b},
            {"id": "I1", "when": {"variable": "platelets", "op": "ge", "limit": common, "unit": "10*9/L"}},
        ],
        cohorts=[{"id": "A", "label": "a"}, {"id": "B", "label": "b"}],
    )
    who = patient(labs={"PLT": "18 10*9/L", "INR": 1.45}, absent=["history of ascites"])
    data: dict[str, Any] = screen(ruleset, who, Policy(margin=Margin(0.1, True))).as_json()
    return data


NEAR_ARM = {"variable": "inr", "op": "gt", "limit": 1.5}
FAR_ARM = {"concept": "ascites"}


@pytest.mark.parametrize(
    ("arms", "common", "near", "near_arms"),
    [
        ((NEAR_ARM, FAR_ARM), 10, True, ["A"]),
        ((NEAR_ARM, FAR_ARM), 20, True, ["A"]),
        ((NEAR_ARM, FAR_ARM), 30, False, ["A"]),
        ((FAR_ARM, {"concept": "ascites", "status": "history"}), 20, False, []),
    ],
)
def test_one_near_arm_and_near_common_criteria_make_a_near_miss(
    arms: tuple[dict[str, Any], dict[str, Any]], common: float, near: bool, near_arms: list[str]
) -> None:
    data = _armed(*arms, common)
    (trial,) = data["trials"]

    assert trial["verdict"] == "INELIGIBLE"
    assert trial.get("near", False) is near
    assert [arm["id"] for arm in trial["arms"] if arm.get("near")] == near_arms
    assert data["counts"]["near"] == near


# --- the option


@pytest.mark.parametrize(
    ("text", "variable", "margin"),
    [
        ("5%", None, Margin(0.05, True)),
        ("platelets=10 %", "platelets", Margin(0.1, True)),
        ("INR=0.1", "inr", Margin(0.1, False)),
        ("bilirubin=5 umol/L", "total_bilirubin", Margin(5, False)),
        ("hemoglobin = 1 g/dL", "hemoglobin", Margin(10, False)),
        ("temperature=0.9 [degF]", "temperature", Margin(0.5, False)),
        ("PTA=5%", "prothrombin_activity", Margin(0.05, True)),
        ("PTA=5", "prothrombin_activity", Margin(5, False)),
        ("age=6 mo", "age", Margin(0.5, False)),
    ],
)
def test_a_margin_is_read_as_a_share_or_a_distance(text: str, variable: str | None, margin: Margin) -> None:
    assert read_margin(text) == (variable, margin)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0.1", "margin"),
        ("soon", "margin"),
        ("-5%", "margin"),
        ("0%", "margin"),
        ("INR=", "margin"),
        ("plateletz=5%", "unknown-variable"),
        ("platelets=5 kg", "unit-mismatch"),
        ("hbv_dna=0.5 log10 IU/mL", "margin-unit"),
    ],
)
def test_what_is_no_margin_is_refused(text: str, code: str, run: Run) -> None:
    with pytest.raises(EligoError) as refused:
        read_margin(text)
    result = run("screen", ROOT / "patients_examples" / "low_platelets.json", f"--margin={text}")

    assert [problem.code for problem in refused.value.problems] == [code]
    assert (result.code, result.out) == (1, "")


def _near_of(run: Run, *options: str) -> list[str]:
    """The ids of the criteria of one trial that are near."""
    example = ROOT / "patients_examples" / "low_platelets.json"
    out = run("screen", example, "--trial", "NCT03460795", "--trial", "NCT05727722", "--json", *options).out
    return [
        f["id"] for t in json.loads(out)["trials"] for f in t["criteria"] if any("near" in e for e in f["evidence"])
    ]


def test_the_command_line_goes_before_the_site_and_a_variable_before_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: A\nvariables: {PLT: {margin: {percent: 10}}}", "utf-8")
    site = ("--site", str(tmp_path / "site.yaml"))

    assert _near_of(run) == []
    assert _near_of(run, *site) == ["E7"]
    assert _near_of(run, *site, "--margin", "platelets=1") == []
    assert _near_of(run, *site, "--margin", "1%") == ["E7"]
    assert _near_of(run, "--margin", "1%", "--margin", "PLT=2") == ["E7"]
    assert _near_of(run, "--margin", "60%", "--margin", "PLT=1") == ["I5", "A.I3"]


def test_text_says_how_near_and_to_what(run: Run) -> None:
    example = ROOT / "patients_examples" / "low_platelets.json"
    table = run("screen", example, "--trial", "NCT05727722", "--margin", "PLT=2").out
    audit = run("audit", example, "NCT05727722", "--margin", "PLT=2").out

    table = " ".join(table.split())
    assert "near miss: platelets were 18000 /µL (18 × 10⁹/L) on 2026-11-19, and exclusion 7 (E7) excludes" in table
    assert "below 20 × 10⁹/L, a near miss (2 × 10⁹/L below the limit, margin 2 × 10⁹/L)" in table
    assert "limit < 20 × 10⁹/L, near: 2 × 10⁹/L below the limit, margin 2 × 10⁹/L" in " ".join(audit.split())
    assert "near miss: platelets were" in audit
