"""Every kind of finding is triggered by the cases that it is for, and by none of those beside them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.check import check_text
from eligo.cli import main

CASES = Path(__file__).parent / "cases" / "check"
HEAD = "trial: X\ntitle: made up\n"


def _cases(key: str) -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['why']}")
        for path in sorted(CASES.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text("utf-8"))[key]
    ]


@pytest.mark.parametrize(("code", "case"), _cases("finds"))
def test_a_mistake_is_found_at_its_criteria(code: str, case: dict[str, Any]) -> None:
    found = [f for f in check_text(HEAD + case["rules"]).findings if f.code == code]

    assert [set(f.criteria) for f in found] == [set(case.get("criteria", ()))]
    assert all(place.line for place in found[0].places)
    assert found[0].help


@pytest.mark.parametrize(("code", "case"), _cases("silent"))
def test_what_is_right_beside_it_is_left_alone(code: str, case: dict[str, Any]) -> None:
    checked = check_text(HEAD + case["rules"])

    assert [str(f.as_problem()) for f in checked.findings] == []
    assert checked.ruleset is not None


def test_every_kind_of_finding_has_its_cases(root: Path) -> None:
    codes = {"limit-without-unit"}  # said by the reader of the file
    for path in (root / "src" / "eligo" / "check").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count("-") == 1:
                codes |= {node.value} if node.value.replace("-", "").isalpha() and node.value.islower() else set()
    codes |= {"contradiction", "subsumed", "vacuous", "unparsed"} | {"excludes-everyone"}

    assert {path.stem for path in CASES.glob("*.yaml")} == codes


def test_every_problem_of_form_is_named_with_its_line_before_any_meaning() -> None:
    text = HEAD + "criteria:\n- {id: I1, kind: inclusion, text: t, when: {concept: ascitis}, nots: []}\n"

    checked = check_text(text + "- {id: E1, kind: exclusion, text: t, when: {always: any sex}}\n")

    assert [(f.code, f.places[0].line) for f in checked.findings] == [("unknown-key", 4)]
    assert checked.failed


def test_a_note_that_says_why_explains_a_finding() -> None:
    when = "{variable: age, op: ge, limit: 0, unit: a}"
    rules = f"criteria:\n- {{id: I1, kind: inclusion, text: t, notes: [%s], when: {when}}}\n"

    silent = check_text(HEAD + rules % "'check vacuous: the protocol says so'")
    wrong_code = check_text(HEAD + rules % "'check subsumed: the protocol says so'")
    without_reason = check_text(HEAD + rules % "'check vacuous:'")

    assert (len(silent.findings), len(silent.explained)) == (0, 1)
    assert (len(wrong_code.findings), len(wrong_code.explained)) == (1, 0)
    assert len(without_reason.findings) == 1


def test_shipped_rule_sets_have_no_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)

    assert data["rule_sets"] == 5
    assert data["errors"] == 0
    undecided = {"ambiguity-unresolved", "unit-inferred"}  # what only a reviewer can decide
    assert [f for f in data["findings"] if f["code"] not in undecided] == []


def test_a_clean_rule_set_gives_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "X.yaml").write_text(
        HEAD + "criteria:\n- {id: I1, kind: inclusion, text: t, when: {concept: ascites}}\n"
    )

    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("1 rule set, 1 criterion: 0 errors, 0 warnings, 0 explained\n", "")


def test_errors_give_exit_code_5_and_both_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        "criteria:",
        "- {id: I1, kind: inclusion, text: t, when: {concept: liver_cancer}}",
        "- {id: E1, kind: exclusion, text: t, when: {concept: malignancy}}",
    ]
    (tmp_path / "X.yaml").write_text(HEAD + "\n".join(lines))

    assert main(["check", str(tmp_path), "--json"]) == 5
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["criteria"] == ["I1", "E1"]
    assert [place["line"] for place in finding["places"]] == [4, 5]


def test_one_unreadable_file_does_not_hide_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "A.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "B.yaml").write_text(
        HEAD + "criteria:\n- {id: I1, kind: inclusion, text: t, when: {concept: ascites}}\n"
    )

    assert main(["check", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "1 rule set" in out
    assert "UTF-8" in err
