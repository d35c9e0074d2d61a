"""Cases beside rule sets: they are read strictly, they pass, they cover every leaf, and they notice a slip."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.mutation import mutants, tally
from eligo.cases.boundary import points
from eligo.cases.file import CaseFile, read_cases
from eligo.cases.run import Report, run_cases
from eligo.cli import main
from eligo.errors import EligoError
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.patients.native import read_patient
from eligo.plan import compile_rules
from eligo.report.sentences import sentence
from eligo.ruleset import RuleSet, load, loads
from eligo.truth import Truth

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "rules").glob("*.cases.yaml"))
SENTENCES = yaml.safe_load((ROOT / "tests" / "cases" / "sentences.yaml").read_text("utf-8"))
RULES = """\
trial: X
title: made up
criteria:
- {id: I1, kind: inclusion, text: t, when: {any: [{variable: inr, op: gt, limit: 1.5}, {concept: ascites}]}}
- {id: E1, kind: exclusion, text: t, when: {variable: platelets, op: lt, limit: 20, unit: 10*9/L}}
"""
CASES = """\
trial: X
as_of: 2026-01-15
patients:
  fit: {labs: {INR: 2, PLT: 64 10*9/L}, absent: [ascites]}
cases:
- {case: fits, from: fit, verdict: ELIGIBLE, blocks: [], open: []}
"""


def _rules_of(cases: Path) -> RuleSet:
    return load(cases.with_name(cases.name.replace(".cases", "")))


def _cases_of(path: Path) -> CaseFile:
    return read_cases(path.read_text("utf-8"), str(path))


def _run(more: str = "") -> Report:
    return run_cases(compile_rules(loads(RULES)), read_cases(CASES + more).cases)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_the_cases_of_shipped_trials_pass_and_cover_every_leaf(path: Path) -> None:
    report = run_cases(compile_rules(_rules_of(path)), _cases_of(path).cases)

    assert report.failures == ()
    assert report.uncovered == ()
    assert report.cases >= 8


def test_every_shipped_rule_set_has_cases() -> None:
    rules = {p.stem for p in (ROOT / "rules").glob("*.yaml") if not p.name.endswith(".cases.yaml")}

    assert {p.name.removesuffix(".cases.yaml") for p in SHIPPED} == rules


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_a_slip_in_a_shipped_rule_set_makes_a_case_fail(path: Path) -> None:
    result = tally(_rules_of(path), _cases_of(path).cases)

    assert [(m.criterion, m.kind, m.what) for m in result.survivors] == [] or result.share >= 95


def test_a_slip_that_no_case_notices_survives() -> None:
    result = tally(loads(RULES), read_cases(CASES).cases)

    assert {m.kind for m in result.survivors} == {"limit", "operator"}


def test_a_case_that_fails_without_a_slip_notices_none() -> None:
    wrong = read_cases(CASES.replace("ELIGIBLE", "INELIGIBLE")).cases

    assert tally(loads(RULES), wrong).killed == 0


def test_every_kind_of_slip_is_made() -> None:
    kinds = {m.kind for path in SHIPPED for m in mutants(_rules_of(path))}

    assert kinds == {"side", "join", "limit", "operator", "not"}


def test_what_comes_out_otherwise_is_named_criterion_by_criterion() -> None:
    report = _run(
        "- {case: low, from: fit, patient: {labs: {PLT: 10 10*9/L}}, verdict: ELIGIBLE, blocks: [I1, I9], open: []}\n"
    )

    assert report.failed == 1
    assert [f.message.partition(";")[0] for f in report.failures] == [
        "the verdict is INELIGIBLE, not ELIGIBLE",
        "there is no criterion `I9`",
        "`I1` is passes",
        "`E1` is blocks",
    ]
    assert {f.place.line for f in report.failures} == {7}


def test_what_no_case_showed_is_listed_leaf_by_leaf() -> None:
    gaps = {(u.criterion, u.leaf): set(u.missing) for u in _run().uncovered}

    assert gaps == {
        ("I1", 0): {Truth.NOT_MET, Truth.UNKNOWN},
        ("I1", 1): {Truth.MET, Truth.UNKNOWN},
        ("E1", 0): {Truth.MET, Truth.UNKNOWN},
    }
    assert _run().coverage == pytest.approx(100 / 3)


def test_single_findings_may_be_expected_alone() -> None:
    assert _run("- {case: unknown, from: fit, without: [PLT], findings: {E1: open, I1: passes}}\n").failures == ()


def test_a_case_adds_to_its_patient_and_takes_away() -> None:
    more = """\
- case: changed
  from: fit
  without: [ascites, PLT]
  patient: {labs: {INR: 1}, conditions: [{concept: ascites}]}
  findings: {I1: passes, E1: open}
"""
    assert _run(more).failures == ()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("- {case: a, from: fitt, verdict: ELIGIBLE}", "unknown-patient"),
        ("- {case: a, from: fit, without: [AST], verdict: ELIGIBLE}", "nothing-to-remove"),
        ("- {case: a, from: fit, verdict: ELIGBLE}", "unknown-word"),
        ("- {case: a, from: fit, verdikt: ELIGIBLE, blocks: []}", "unknown-key"),
        ("- {case: a, from: fit}", "no-expectation"),
        ("- {case: fits, from: fit, verdict: ELIGIBLE}", "duplicate-case"),
        ("- {case: a, patient: {labs: {platlets: 3}}, verdict: ELIGIBLE}", "variable-unknown"),
        ("- {case: a, from: fit, verdict: ELIGIBLE, blocks: E1}", "cases-shape"),
    ],
)
def test_a_mistake_in_a_case_is_refused(more: str, code: str) -> None:
    with pytest.raises(EligoError) as error:
        read_cases(CASES + more)

    assert [p.code for p in error.value.problems] == [code]
    assert error.value.problems[0].place.line


def test_the_command_fails_on_a_failing_case_and_on_low_coverage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "X.yaml").write_text(RULES)
    (tmp_path / "X.cases.yaml").write_text(CASES)

    assert main(["test", str(tmp_path)]) == 5
    assert "I1 leaf 2 (ascites): never MET, UNKNOWN" in capsys.readouterr().out
    assert main(["test", str(tmp_path), "--coverage", "30"]) == 0
    (tmp_path / "X.cases.yaml").write_text(CASES.replace("ELIGIBLE", "INELIGIBLE"))
    assert main(["test", str(tmp_path / "X.yaml"), "--coverage", "30", "--json"]) == 5
    capsys.readouterr()


def test_cases_of_another_trial_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "X.yaml").write_text(RULES)
    (tmp_path / "X.cases.yaml").write_text(CASES.replace("trial: X", "trial: Y"))

    assert main(["test", str(tmp_path)]) == 1
    assert "other-trial" in capsys.readouterr().err


def test_the_truth_of_a_limit_changes_between_just_below_and_just_above() -> None:
    engine = Engine([compile_rules(loads(RULES))])
    truths: dict[tuple[str, str], Truth] = {}
    for point in points(loads(RULES), date(2026, 1, 15)):
        findings = explain(engine, read_patient(json.dumps(point.patient))).trials[0].findings
        finding = next(f for f in findings if f.criterion.id == point.criterion)
        truths[point.name, point.position] = finding.evidence[point.leaf].truth

    assert truths["inr", "just below"] is truths["inr", "at"] is Truth.NOT_MET
    assert truths["inr", "just above"] is Truth.MET
    assert truths["platelets", "just below"] is Truth.MET
    assert truths["platelets", "at"] is truths["platelets", "other unit"] is truths["platelets", "just above"]
    assert truths["platelets", "missing"] is Truth.UNKNOWN
    assert truths["ascites", "ruled out"] is Truth.NOT_MET


OTHER_NODES = [
    (
        {"concept": "malignancy", "but_not": [{"concept": "basal_cell_carcinoma", "qualifier": "treated"}]},
        [("present", "UNKNOWN"), ("excepted", "NOT_MET"), ("ruled out", "NOT_MET")],
    ),
    ({"concept": "dialysis", "status": "now"}, [("in progress", "MET"), ("over", "NOT_MET"), ("present", "UNKNOWN")]),
    (
        {"related": "requiring", "what": {"concept": "asthma"}, "to": {"concept": "systemic_corticosteroids"}},
        [("both", "MET"), ("the first", "UNKNOWN"), ("the first", "NOT_MET"), ("the second", "NOT_MET")],
    ),
    (
        {"variable": "age", "op": "ge", "limit": 30, "unit": "a", "at": "type_2_diabetes"},
        [("undated", "UNKNOWN"), ("just below", "NOT_MET"), ("at", "MET"), ("missing", "UNKNOWN")],
    ),
    (
        {"variable": "prothrombin_time", "op": "le", "limit": 4, "unit": "s", "above": "ULN"},
        [("just below", "MET"), ("at", "MET"), ("just above", "NOT_MET")],
    ),
    (
        {"variable": "creatinine", "op": "lt", "limit": -0.3, "unit": "mg/dL", "above": "LLN"},
        [("just below", "MET"), ("at", "NOT_MET"), ("just above", "NOT_MET")],
    ),
    (
        {"if": {"concept": "asthma"}, "then": {"concept": "ascites"}},
        [("present", "UNKNOWN"), ("ruled out", "MET"), ("present", "MET")],
    ),
]


@pytest.mark.parametrize(("when", "expected"), OTHER_NODES, ids=str)
def test_every_kind_of_node_has_boundary_patients(when: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    criterion = {"id": "I1", "kind": "inclusion", "text": "t", "when": when}
    ruleset = loads(json.dumps({"trial": "X", "title": "t", "criteria": [criterion]}))
    engine = Engine([compile_rules(ruleset)])
    found = [
        (point.position, explain(engine, read_patient(json.dumps(point.patient))).trials[0].findings[0].truth.name)
        for point in points(ruleset, date(2026, 1, 15))
    ]

    assert [pair for pair in expected if pair not in found] == []


@pytest.mark.parametrize("trial", [p.name.removesuffix(".cases.yaml") for p in SHIPPED])
def test_boundary_patients_can_be_frozen_as_cases(
    trial: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", trial, "--yaml"]) == 0
    frozen = capsys.readouterr().out
    if trial == "NCT05948982":  # states no criteria, so there are no boundaries
        assert frozen.splitlines()[1:] == ["cases:"]
        return
    path = tmp_path / f"{trial}.cases.yaml"
    path.write_text(frozen)

    report = run_cases(compile_rules(load(ROOT / "rules" / f"{trial}.yaml")), _cases_of(path).cases)

    assert report.failures == ()
    assert report.cases > 30
    assert main(["cases", trial]) == 0
    sheet = capsys.readouterr().out
    assert sheet.count("[ ]") == report.cases


@pytest.mark.parametrize("case", SENTENCES, ids=lambda c: c["says"])
def test_a_predicate_reads_as_a_sentence(case: dict[str, Any]) -> None:
    criterion = {"id": "I1", "kind": "inclusion", "text": "t", "when": case["when"]}
    ruleset = loads(json.dumps({"trial": "X", "title": "t", "criteria": [criterion]}))

    assert sentence(ruleset.criteria[0].predicate) == case["says"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_an_explained_rule_set_names_every_criterion_once(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ruleset = _rules_of(path)

    assert main(["explain", ruleset.trial]) == 0
    out = capsys.readouterr().out
    named = re.findall(r"^  [A-Z][^():]*(?::[^():]*)?\(([A-Z][A-Za-z0-9.]*)\):", out, re.MULTILINE)
    assert sorted(named) == sorted(c.id for c in ruleset.criteria)
    assert "name ____" in out


def test_the_examples_of_the_guide_work_together() -> None:
    blocks = re.findall(
        r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "rules.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    criterion, cases = blocks[0], blocks[-1]  # between them stand parts of other rule sets
    ruleset = loads(f"trial: NCT01234567\ntitle: t\ncriteria:\n{criterion}")

    report = run_cases(compile_rules(ruleset), read_cases(cases).cases)

    assert [(f.case, f.message) for f in report.failures] == []
