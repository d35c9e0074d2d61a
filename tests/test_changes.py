"""What an amendment changes, for whom, and which of its changes did it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.cases.flips import flips
from eligo.check.changes import apply, changes
from eligo.cli import main
from eligo.evaluate import Engine
from eligo.patients.native import read_file
from eligo.plan import compile_rules
from eligo.report.changes import change_lines, part_words
from eligo.ruleset import RuleSet, load, loads
from eligo.truth import Verdict
from tests.doors import DOORS

CASES = Path(__file__).parent / "cases" / "diff"
DOCS = Path(__file__).parents[1] / "docs"


def _ruleset(kind: str, when: Any, text: str = "a sentence") -> RuleSet:
    criterion = {"id": "I1", "kind": kind, "text": text, "when": when}
    return loads(json.dumps({"trial": "X", "title": "t", "criteria": [criterion]}))


def _versions() -> tuple[RuleSet, RuleSet]:
    return load(CASES / "before.yaml"), load(CASES / "after.yaml")


@pytest.mark.parametrize("case", yaml.safe_load((CASES / "kinds.yaml").read_text("utf-8")), ids=str)
def test_a_change_is_named_by_what_it_does_to_patients(case: dict[str, Any]) -> None:
    old, new = _ruleset(case["kind"], case["old"]), _ruleset(case["kind"], case["new"], "another sentence")

    assert [c.kind for c in changes(old, new)] == [case["change"]]


def test_what_the_trial_is_about_changes_what_is_another_disease() -> None:
    when = {"any": [{"concept": "malignancy", "but_not": ["study_condition"]}, {"concept": "ascites"}]}
    before = replace(_ruleset("exclusion", when), conditions=("lung_cancer",))
    after = replace(before, conditions=("breast_cancer",))
    (found,) = changes(before, after)
    other = _ruleset("exclusion", {"concept": "ascites"})

    assert (found.kind, found.matters) == ("changed", True)
    assert apply(before, after, [found]).conditions == ("breast_cancer",)
    assert apply(before, after, []).conditions == ("lung_cancer",)
    assert changes(replace(other, conditions=before.conditions), replace(other, conditions=after.conditions)) == ()


def test_a_new_review_is_no_change() -> None:
    old = load(CASES / "before.yaml")

    assert changes(old, old) == ()


def test_what_is_only_renumbered_is_recognised() -> None:
    renamed = [(c.old[0].id, c.new[0].id) for c in changes(*_versions()) if c.old and c.new]

    assert ("I4", "I3") in renamed


def test_a_criterion_that_becomes_an_exclusion_is_changed() -> None:
    old, new = _ruleset("inclusion", {"concept": "ascites"}), _ruleset("exclusion", {"concept": "ascites"})

    assert [c.kind for c in changes(old, new)] == ["changed"]


def test_a_whole_arm_is_one_change() -> None:
    text = "trial: X\ntitle: t\ncohorts: [%s]\ncriteria:\n%s"
    arm = "- {id: %s.I1, kind: inclusion, cohort: %s, text: t, when: {concept: %s}}\n"
    one = text % ("{id: A, label: a}", arm % ("A", "A", "ascites"))
    both = text % ("{id: A, label: a}, {id: B, label: b}", arm % ("A", "A", "ascites") + arm % ("B", "B", "jaundice"))

    assert [(c.kind, c.id) for c in changes(loads(one), loads(both))] == [("arm new", "B")]
    assert [(c.kind, c.id) for c in changes(loads(both), loads(one))] == [("arm removed", "B")]


def test_all_changes_together_give_the_new_version() -> None:
    old, new = _versions()

    made = apply(old, new, changes(old, new))

    assert {c.id: c for c in made.criteria} == {c.id: c for c in new.criteria}
    assert apply(old, new, []) == old


def test_the_worked_amendment_names_who_flips_and_why() -> None:
    old, new = _versions()
    patients = [read_file(path) for path in sorted((CASES / "patients").glob("*.json"))]

    found = {f.patient: f for f in flips(old, new, changes(old, new), patients)}

    assert {name: (f.old.value, f.new.value, [c.id for c in f.causes], f.together) for name, f in found.items()} == {
        "few_platelets": ("ELIGIBLE", "INELIGIBLE", ["I2"], False),
        "hiv_and_few_platelets": ("ELIGIBLE", "INELIGIBLE", ["I2", "E3"], False),
        "light": ("INELIGIBLE", "ELIGIBLE", ["I3"], False),
        "past_breast_cancer": ("ELIGIBLE", "INELIGIBLE", ["E2"], False),
        "sixty_eight": ("INELIGIBLE", "ELIGIBLE", ["I1"], False),
        "sixty_eight_and_light": ("INELIGIBLE", "ELIGIBLE", ["I1", "I3"], True),
    }


def test_the_causes_of_a_flip_give_the_new_verdict_by_themselves() -> None:
    old, new = _versions()
    patients = {p.id: p for p in (read_file(path) for path in sorted((CASES / "patients").glob("*.json")))}

    for flip in flips(old, new, changes(old, new), list(patients.values())):
        sets = [flip.causes] if flip.together else [(cause,) for cause in flip.causes]
        for chosen in sets:
            assert _verdict(apply(old, new, chosen), patients[flip.patient]) is flip.new
        if flip.together:
            for cause in flip.causes:
                rest = [c for c in flip.causes if c is not cause]
                assert _verdict(apply(old, new, rest), patients[flip.patient]) is not flip.new


def _verdict(ruleset: RuleSet, patient: Any) -> Verdict:
    return Engine([compile_rules(ruleset)]).verdicts(patient)[0]


def test_the_document_shows_what_the_command_prints(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    document = (DOCS / "amendment.md").read_text("utf-8")
    command = next(line for line in document.splitlines() if line.startswith("$ eligo diff"))

    assert main(command.removeprefix("$ eligo ").split()) == 0
    assert capsys.readouterr().out in document


def test_json_has_the_same_changes_and_flips(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(CASES / "before.yaml"), str(CASES / "after.yaml")]

    assert main(["diff", *files, "--patients", str(CASES / "patients"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [(c["id"], c["change"]) for c in data["changes"]] == [
        ("I1", "loosened"),
        ("I2", "tightened"),
        ("I3", "reworded only"),
        ("E1", "unit only"),
        ("E2", "tightened"),
        ("E3", "new"),
        ("I3", "removed"),
    ]
    assert len(data["flips"]) == 6


def test_the_part_that_changed_is_told_with_its_limits_before_and_after() -> None:
    case = {"variable": "platelets", "op": "lt", "limit": 20, "unit": "10*9/L"}
    old, new = _ruleset("exclusion", case), _ruleset("exclusion", {**case, "limit": 30})
    (change,) = changes(old, new)

    assert list(change_lines(change, 100)) == ["  Inclusion 1 (I1) tightened: platelets < 20 -> < 30 × 10⁹/L"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"variable": "age", "ge": 18, "le": 65, "unit": "a"}, {"variable": "age", "ge": 18, "le": 70, "unit": "a"},
         "age ≤ 65 -> ≤ 70 y"),
        ({"concept": "ascites"}, {"concept": "jaundice"}, "ascites -> jaundice"),
        ({"concept": "ascites"}, {"any": [{"concept": "ascites"}, {"concept": "jaundice"}]}, "also jaundice"),
        ({"all": [{"concept": "ascites"}, {"concept": "jaundice"}]}, {"concept": "ascites"}, "no longer jaundice"),
        ({"all": [{"concept": "ascites"}, {"concept": "jaundice"}]},
         {"any": [{"concept": "ascites"}, {"concept": "jaundice"}]}, ""),
    ],
)  # fmt: skip
def test_a_part_that_came_went_or_took_the_place_of_another_is_told(old: Any, new: Any, told: str) -> None:
    (change,) = changes(_ruleset("inclusion", old), _ruleset("inclusion", new))

    assert part_words(change) == told


def test_two_folders_are_compared_trial_by_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        for version in ("NCT00000002", "NCT00000003"):
            shutil.copy(DOORS / "rules" / f"{version}.yaml", tmp_path / name)
    (tmp_path / "old" / "NCT00000002.yaml").unlink()
    shutil.copy(CASES / "before.yaml", tmp_path / "old" / "a.yaml")
    shutil.copy(CASES / "after.yaml", tmp_path / "new" / "b.yaml")

    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "MADEUP-01  2025-03-01 -> 2025-11-15: 7 changes",
        "NCT00000002  is new",
        "1 trial without a change",
    ]
    assert main(["diff", str(tmp_path / "old"), str(CASES / "after.yaml")]) == 1
    assert "error[old-and-new]" in capsys.readouterr().err
