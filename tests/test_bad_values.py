"""Values that are not what they should be, through the whole of `eligo screen`: nothing dropped, nothing guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.doors import Run

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "screen" / "bad_values.yaml").read_text("utf-8"))


def criterion(case: dict[str, Any]) -> dict[str, Any]:
    """An inclusion that asks for a value above the limit of the case."""
    limit, _, unit = case["above"].partition(" ")
    when = {"variable": case["variable"], "op": "gt", "limit": float(limit)} | ({"unit": unit} if unit else {})
    return {"id": "I1", "kind": "inclusion", "text": "above the limit", "when": when}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["claim"])
def test_a_value_decides_or_says_why_not(case: dict[str, Any], run: Run, tmp_path: Path) -> None:
    rules = {"trial": "NCT00000001", "title": "a trial", "criteria": [criterion(case)]}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules), "utf-8")
    observation = {"variable": case["variable"], "value": case["value"], "unit": case.get("unit")}
    record = {"id": "x", "as_of": "2026-11-20", "observations": [observation]}
    (tmp_path / "x.json").write_text(json.dumps(record), "utf-8")

    result = run("screen", tmp_path / "x.json", "--rules", tmp_path / "rules.yaml", "--json")
    text = run("screen", tmp_path / "x.json", "--rules", tmp_path / "rules.yaml")
    audit = run("audit", tmp_path / "x.json", "NCT00000001", "--rules", tmp_path / "rules.yaml")

    (trial,) = json.loads(result.out)["trials"]
    (finding,) = trial["criteria"]
    (evidence,) = finding["evidence"]
    told = [json.loads(line)["code"] for line in result.err.splitlines()]
    assert (finding["truth"], finding["reasons"]) == (case["truth"], [case["reason"]] if "reason" in case else [])
    assert told == ([case["told"]] if "told" in case else [])
    assert result.code == text.code == audit.code == case["code"]
    assert evidence["variable"] == case["variable"]
    assert str(evidence.get("written", evidence.get("value"))).startswith(str(case["value"]))
    words = " ".join(audit.out.split())
    if case.get("reason") == "unparsed":
        assert "the sentence was not understood" not in words
        assert "the value is not understood" in words
