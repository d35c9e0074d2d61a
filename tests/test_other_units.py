"""A patient whose results are in other units is the same patient: every finding of every shipped trial stays."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligo.patients.model import Patient, Result
from eligo.patients.native import read_patient
from eligo.screening import Rules, load_rules, screen
from eligo.vocabulary.units import convert
from eligo.vocabulary.variables import Variable, variables

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "patients_examples").glob("*.json"))
Choose = Callable[[Variable], str]


@pytest.fixture(scope="module")
def shipped() -> Rules:
    """The rule sets that come with eligo."""
    return load_rules(ROOT / "rules")


def accepted(variable: Variable) -> list[str]:
    """Every unit that the variable lists."""
    return list(dict.fromkeys((variable.unit, *variable.units, *variable.conversions)))


def in_other_units(patient: Patient, record: dict[str, Any], choose: Choose) -> str:
    """The record with every result that could be read written in the unit that `choose` gives for its variable."""
    kept = [o for o in record.get("observations", ()) if o["value"] is None]
    rest = {name: value for name, value in record.get("labs", {}).items() if value is None}
    observations: list[dict[str, Any]] = []
    for results in patient.results.values():
        for result in results:
            variable = variables().get(result.variable)
            assert variable is not None
            written = {"variable": result.variable, "value": result.value, "unit": result.unit}
            if result.problem is None and not math.isnan(result.low) and variable.kind != "ordinal":
                written |= _rewritten(result, variable, choose(variable))
            if result.date is not None:
                written["date"] = str(result.date)
            observations.append({key: value for key, value in written.items() if value is not None})
    return json.dumps(record | {"labs": rest, "observations": [*kept, *observations]})


def _rewritten(result: Result, variable: Variable, unit: str) -> dict[str, Any]:
    low, high, least, most = (
        end if end is None or math.isinf(end) else convert(end, variable.unit, unit, variable)
        for end in (result.low, result.high, result.reference_low, result.reference_high)
    )
    value: object = low
    if low == -math.inf:
        value = f"{'<=' if result.high_closed else '<'} {high}"
    elif high == math.inf:
        value = f"{'>=' if result.low_closed else '>'} {low}"
    elif low != high:
        value = f"{low} - {high}"
    return {"value": value, "unit": unit, "low": least, "high": most}


def outline(patient: Patient, rules: Rules) -> list[Any]:
    """All that may not change: verdicts, truths, reasons, what decides, and the distance to the limit."""
    return [
        (
            trial.plan.trial,
            trial.verdict,
            trial.blocks,
            trial.open,
            [
                (f.truth, f.bearing, f.reasons, [(e.truth, e.reason, e.detail) for e in f.evidence])
                for f in trial.findings
            ],
        )
        for trial in screen(patient, rules).trials
    ]


def read(text: str, example: Path) -> Patient:
    """The patient of a record."""
    return read_patient(text, example.name)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_accepted_unit_gives_the_same_findings(example: Path, shipped: Rules) -> None:
    text = example.read_text("utf-8")
    patient, record = read(text, example), json.loads(text)
    before = outline(patient, shipped)
    measured = [v for name in patient.results if (v := variables().get(name)) is not None]
    for turn in range(max((len(accepted(v)) for v in measured), default=0)):
        other = in_other_units(patient, record, lambda v, turn=turn: accepted(v)[turn % len(accepted(v))])  # type: ignore[misc]  # mypy does not see defaults of a lambda

        assert outline(read(other, example), shipped) == before, turn


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mix_of_units_gives_the_same_findings(example: Path, shipped: Rules, data: st.DataObject) -> None:
    text = example.read_text("utf-8")
    patient = read(text, example)
    other = in_other_units(patient, json.loads(text), lambda v: data.draw(st.sampled_from(accepted(v))))

    assert outline(read(other, example), shipped) == outline(patient, shipped)


def test_the_examples_have_units_to_change() -> None:
    """Otherwise the tests above would prove nothing."""
    changed = set()
    for example in EXAMPLES:
        for name in read(example.read_text("utf-8"), example).results:
            variable = variables().get(name)
            if variable is not None and len(accepted(variable)) > 1:
                changed.add(name)

    assert len(changed) > 8
