"""The example patients: each gives the answer that its file is there to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eligo.criteria import Duration
from eligo.patients.native import read_file
from eligo.screening import Policy, Rules, load_rules, screen
from eligo.truth import Reason
from eligo.yamltext import read_yaml

TESTS = Path(__file__).parent
EXAMPLES = sorted((TESTS.parent / "patients_examples").glob("*.json"))
POINTS: dict[str, Any] = read_yaml((TESTS / "cases" / "examples.yaml").read_text("utf-8")).data


@pytest.fixture(scope="module")
def rules() -> Rules:
    """The rules that come with eligo."""
    return load_rules()


def test_every_example_has_a_point() -> None:
    assert [p.stem for p in EXAMPLES] == sorted(POINTS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_shows_its_point(example: Path, rules: Rules) -> None:
    found = {t.plan.trial: t for t in screen(read_file(example), rules).trials}

    for trial, point in POINTS[example.stem].items():
        shown: dict[str, Any] = {"verdict": found[trial].verdict.value}
        shown |= {key: list(getattr(found[trial], key)) for key in ("blocks", "open") if key in point}
        if "arms" in point:
            shown["arms"] = {arm.id: arm.verdict.value for arm in found[trial].arms}
        assert (trial, shown) == (trial, point)


def test_a_stale_inr_decides_nothing_where_the_caller_says_how_old_is_too_old(rules: Rules) -> None:
    patient = read_file(TESTS.parent / "patients_examples" / "stale_inr.json")
    trials = screen(patient, rules, Policy(max_age=Duration(14, "d"))).trials
    trial = next(t for t in trials if t.plan.trial == "NCT06884904")

    assert trial.open == ("I2",)
    assert Reason.STALE in next(f for f in trial.findings if f.criterion.id == "I2").reasons
