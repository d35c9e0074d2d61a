"""Conversions cost little: no pint where none is needed, and each limit of a rule set is converted once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from eligo import plan
from eligo.criteria import Compare, leaves
from eligo.patients.native import read_file
from eligo.ruleset import load
from eligo.screening import load_rules, screen
from eligo.vocabulary import units
from eligo.vocabulary.variables import Variable

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "patients_examples" / "low_platelets.json"
RULES = """\
trial: NCT00000001
title: a trial
criteria:
- {id: I1, kind: inclusion, text: bilirubin, when: {variable: total_bilirubin, op: gt, limit: 20, unit: umol/L}}
- {id: E1, kind: exclusion, text: platelets, when: {variable: platelets, op: lt, limit: 20, unit: 10*9/L}}
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The modules that a process has loaded after one command."""
    code = f"import sys; from eligo.cli import main; main({list(arguments)!r}); print(*sys.modules, file=sys.stderr)"
    env = {"ELIGO_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, text=True)
    return set(done.stderr.split())


def test_a_record_in_canonical_units_needs_no_pint_even_at_the_first_start(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    labs = {"total_bilirubin": "30 umol/L", "platelets": "64 10*9/L", "INR": 1.2}
    (tmp_path / "x.json").write_text(json.dumps({"id": "x", "as_of": "2026-11-20", "labs": labs}), "utf-8")
    arguments = ("screen", str(tmp_path / "x.json"), "--rules", str(tmp_path / "rules.yaml"))

    first = loaded(tmp_path, *arguments)

    assert "eligo.vocabulary.units" in first
    assert "pint" not in first


def test_other_common_units_need_pint_at_the_first_start_alone(tmp_path: Path) -> None:
    arguments = ("screen", str(EXAMPLE), "--rules", str(ROOT / "rules"))

    assert "pint" in loaded(tmp_path, *arguments)
    assert "pint" not in loaded(tmp_path, *arguments)


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("NCT*[0-9].yaml")), ids=lambda path: path.stem)
def test_compiling_converts_each_limit_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset = load(path)
    seen = Counter[str]()

    def counting(value: float, unit: str | None, variable: Variable) -> float:
        seen[variable.id] += 1
        return units.to_canonical(value, unit, variable)

    monkeypatch.setattr(plan, "to_canonical", counting)
    plan.compile_rules(ruleset)

    limits = Counter(
        leaf.variable
        for criterion in ruleset.criteria
        for leaf in leaves(criterion.predicate)
        if isinstance(leaf, Compare)
        for limit in (*leaf.limits, leaf.equivalent)
        if limit is not None and limit.of is None and (limit.unit is not None or leaf.variable == "age")
    )
    assert seen == limits


def test_screening_converts_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    rules, patient = load_rules(ROOT / "rules"), read_file(EXAMPLE)
    screen(patient, rules)

    def refuse(*_: object) -> float:
        raise AssertionError("a limit was converted again")

    for module in (plan, units):
        monkeypatch.setattr(module, "to_canonical", refuse)
    monkeypatch.setattr(units, "convert", refuse)

    assert screen(patient, load_rules(ROOT / "rules")).trials
