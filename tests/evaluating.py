"""What tests of the evaluator share: case files, rule sets from a few lines, a plan met by a patient."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from eligo import ruleset
from eligo.criteria import Criterion, Duration, Predicate
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.explain import Finding, Screening, explain
from eligo.patients.model import Patient
from eligo.patients.native import read_patient
from eligo.plan import Plan, compile_rules
from eligo.ruleset import RuleSet
from eligo.vocabulary.variables import Reference

AS_OF = "2026-11-20"
CASES = Path(__file__).parent / "cases" / "evaluate"


def cases(folder: Path = CASES) -> list[Any]:
    """Every case of the folder's files, with its file and claim as the id."""
    import pytest  # here, so that benches can use this module without it

    return [
        pytest.param(case, id=f"{file.stem}: {case['claim']}")
        for file in sorted(folder.glob("*.yaml"))
        for case in yaml.safe_load(file.read_text("utf-8"))
    ]


def patient(data: Mapping[str, Any] | None = None, **more: Any) -> Patient:
    """A patient of the native format, as of `AS_OF` where nothing else is said."""
    return read_patient(json.dumps({"id": "case", "as_of": AS_OF, **(data or {}), **more}, default=str))


def policy(data: Mapping[str, Any] | None) -> Policy:
    """A policy: `max_age`, `max_ages`, `assume_absent`, `ranges`."""
    data = data or {}
    ranges = {
        name: tuple(Reference(r.get("low"), r.get("high"), r.get("sex"), "the site") for r in found)
        for name, found in data.get("ranges", {}).items()
    }
    ages = {name: _duration(text) for name, text in data.get("max_ages", {}).items()}
    max_age = _duration(data["max_age"]) if "max_age" in data else None
    return Policy(max_age, ages, frozenset(data.get("assume_absent", ())), ranges)


def _duration(text: str) -> Duration:
    value, unit = text.split()
    return Duration(int(value), unit)  # type: ignore[arg-type]  # a case file has only time units here


def rules(criteria: Iterable[Mapping[str, Any]], **more: Any) -> RuleSet:
    """A rule set from criteria of which only the interesting keys are given."""
    full = [{"kind": "inclusion", "text": "the text", **criterion} for criterion in criteria]
    data = {"trial": "NCT00000001", "title": "a trial", **more, "criteria": full}
    return ruleset.loads(yaml.safe_dump(data, sort_keys=False))


def plan_of(*predicates: Predicate, trial: str = "NCT00000001", kind: str = "inclusion") -> Plan:
    """A plan with one criterion for each predicate."""
    found = (Criterion(f"I{i}", kind, "the text", p) for i, p in enumerate(predicates, 1))  # type: ignore[arg-type]  # a literal
    return compile_rules(RuleSet(trial, "a trial", criteria=tuple(found)))


def screen(plan: Plan | RuleSet, who: Patient, how: Policy | None = None) -> Screening:
    """The screening of one plan; what goes through the cache's JSON form must come out of it the same."""
    made = plan if isinstance(plan, Plan) else compile_rules(plan)
    thawed = Plan.from_json(json.loads(json.dumps(made.to_json())))
    assert thawed == made
    return explain(Engine([thawed], how), who)


def finding(when: Mapping[str, Any], who: Patient, how: Policy | None = None, **more: Any) -> Finding:
    """The finding of one inclusion of a rule set that says `more`."""
    (trial,) = screen(rules([{"id": "I1", "when": dict(when)}], **more), who, how).trials
    return trial.findings[0]
