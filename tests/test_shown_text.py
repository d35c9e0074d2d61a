"""Whatever stands in a file or an argument, what is printed steers no terminal and turns no letters around."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from eligo.report.jsonline import json_line
from eligo.report.terminal import clean_line
from tests.doors import Run

FORGED = "\nFORGED"  # a line end within a text would make a line of its own
HOSTILE = (FORGED, "\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\u202e", "\u2066", "\u200b", "\x7f", "\x08")
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _rules(folder: Path, evil: str) -> None:
    quoted = json.dumps(f"a{evil}b")  # JSON is YAML, escapes too
    words = json.dumps(f"Platelets{evil} below 20")
    (folder / "NCT00000001.yaml").write_text(
        f"""trial: NCT00000001
title: {quoted}
source: {{registry: {quoted}, version: 2025-01-01, sha256: {"0" * 64}}}
conditions: [{quoted}]
cohorts:
- {{id: A, label: {quoted}}}
criteria:
- id: I1
  kind: inclusion
  text: {words}
  notes: [{quoted}]
  review: {{state: reviewed, by: {quoted}, date: "2026-01-01", note: {quoted}}}
  when: {{variable: platelets, op: lt, limit: 20, unit: 10*9/L}}
- id: A.I2
  kind: inclusion
  cohort: A
  text: {quoted}
  when: {{unparsed: {quoted}}}
""",
        "utf-8",
    )
    (folder / "NCT00000001.cases.yaml").write_text(
        f"""trial: NCT00000001
cases:
- case: {quoted}
  patient: {{as_of: 2026-11-20}}
  verdict: ELIGIBLE
""",
        "utf-8",
    )


@pytest.mark.parametrize("evil", HOSTILE, ids=ascii)
def test_nothing_that_is_printed_steers_the_terminal(evil: str, run: Run, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    _rules(rules, evil)
    labs = {f"PLT{evil}": "18 x10^9/L", "INR": f"1{evil}5"}
    record: dict[str, object] = {"id": f"p{evil}1", "as_of": "2026-11-20", "labs": labs}
    record["conditions"] = [{"concept": f"asc{evil}ites"}]
    (tmp_path / "p.json").write_text(json.dumps(record), "utf-8")
    (tmp_path / "page.txt").write_text(f"Inclusion Criteria:\n\n* INR > 1.5 {evil}\n* asc{evil}ites\n", "utf-8")
    trial = rules / "NCT00000001.yaml"
    patient = [str(tmp_path / "p.json"), "--lenient", "--rules", str(rules)]
    calls: list[list[str]] = [
        ["explain", "NCT00000001", "--rules", str(rules)],
        ["cases", "NCT00000001", "--rules", str(rules)],
        ["cases", "NCT00000001", "--rules", str(rules), "--yaml"],
        ["test", str(rules)],
        ["check", str(rules)],
        ["diff", str(trial), str(trial)],
        ["review", "NCT00000001", "--rules", str(rules), "--list"],
        ["screen", *patient],
        ["screen", *patient, "--why", "NCT00000001"],
        ["audit", *patient[:1], "NCT00000001", *patient[1:]],
        ["next", *patient],
        ["patient", *patient[:2], "--all"],
        ["parse", str(tmp_path / "page.txt")],
        ["parse", f"INR {evil} > 1.5"],
        ["screen", f"gone{evil}.json"],
        ["screen", *patient, "--trial", f"NCT{evil}"],
        ["variables", f"plate{evil}"],
        ["screen", *patient, f"--as-of={evil}"],
        ["screen", *patient, f"--{evil}"],
        [f"scr{evil}een"],
    ]
    for call in calls:
        for more in ([], ["--json"]):
            result = run(*call, *more)

            assert not STEERS.search(result.out), (call, more)
            assert not STEERS.search(result.err), (call, more)
            assert FORGED not in result.out + result.err, (call, more)
            assert "internal" not in result.err, (call, more)


@pytest.mark.parametrize("evil", [*HOSTILE, "\U000e0041", "\u2028"], ids=ascii)
def test_json_says_the_same_with_what_is_hidden_escaped(evil: str) -> None:
    line = json_line({"a": [evil, "é 漢 µ"]})

    assert line.isprintable()
    assert json.loads(line) == {"a": [evil, "é 漢 µ"]}
    assert "é 漢 µ" in line


def test_json_has_no_number_that_json_does_not_have() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        json_line({"a": float("inf")})


def test_our_own_colours_are_kept_and_no_others() -> None:
    text = "\x1b[31;1mred\x1b[0m \x1b[2J\x1b[8m\nand more"

    assert clean_line(text, colour=True) == "\x1b[31;1mred\x1b[0m \ufffd[2J\ufffd[8m and more"
    assert "\x1b" not in clean_line(text)
