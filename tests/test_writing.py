"""Two who write at once lose nothing of each other: what is replaced is what was read."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from eligo.cli import main
from eligo.commands import fmt
from eligo.errors import EligoError
from eligo.ruleset import load, loads
from eligo.ruleset.format import format_text
from eligo.textfile import replace_text, write_text
from eligo.trials import importing, merging
from eligo.trials.reviewing import accept
from tests.doors import RULES, Run

TRIAL = "NCT00000077"


def _record(version: int, *criteria: str) -> str:
    text = "Inclusion Criteria:\n\n" + "\n".join(f"* {c}" for c in criteria)
    status = {"lastUpdatePostDateStruct": {"date": f"2025-01-{version:02}"}}
    parts: dict[str, Any] = {"statusModule": status, "eligibilityModule": {"eligibilityCriteria": text, "sex": "ALL"}}
    parts["identificationModule"] = {"nctId": TRIAL, "briefTitle": "t"}
    return json.dumps({"protocolSection": parts})


def test_only_what_was_read_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    replace_text(path, None, "one")
    replace_text(path, "one", "two")
    for old in (None, "one"):
        with pytest.raises(EligoError, match="file-changed"):
            replace_text(path, old, "three")

    assert path.read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["a.yaml"]


def test_an_import_keeps_the_review_that_was_written_meanwhile(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, source = tmp_path / "rules", tmp_path / "source.json"
    source.write_text(_record(1, "INR > 1.5", "Ascites"), "utf-8")
    assert run("import", source, "--rules", rules).code == 0
    path = rules / f"{TRIAL}.yaml"
    source.write_text(_record(2, "INR > 1.5", "Ascites", "Jaundice"), "utf-8")
    whole, merges = merging.merge, 0

    def merge(*args: Any) -> Any:
        nonlocal merges
        merges += 1
        if merges == 1:  # somebody answers while the import is at work
            text = path.read_text("utf-8")
            write_text(path, accept(text, "I1", "Somebody", "2026-01-01"))
        return whole(*args)

    monkeypatch.setattr(importing, "merge", merge)
    result = run("import", source, "--rules", rules)

    found = {c.id: c for c in load(path).criteria}
    assert (result.code, merges) == (0, 2)
    assert found["I1"].review.by == "Somebody"
    assert found["I3"].text == "Jaundice"


def _import(source: str, rules: str, ready: Any) -> None:
    ready.wait()
    raise SystemExit(main(["import", source, "--rules", rules]))


def test_of_two_imports_at_once_the_newer_source_stays(tmp_path: Path) -> None:
    for turn in range(4):
        rules, ready = tmp_path / f"rules{turn}", multiprocessing.Barrier(2)
        running = []
        for version in (1, 2):
            source = tmp_path / f"{turn}-{version}.json"
            source.write_text(_record(version, "INR > 1.5", *["Ascites"] * (version - 1)), "utf-8")
            process = multiprocessing.Process(target=_import, args=(str(source), str(rules), ready))
            process.start()
            running.append(process)
        for process in running:
            process.join()
        older, newer = (process.exitcode for process in running)

        assert newer == 0
        assert load(rules / f"{TRIAL}.yaml").source.version == "2025-01-02"
        assert older in (0, 1)  # first, and brought up to date; or refused as the older one


def test_a_file_that_changed_while_it_was_formatted_is_left(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "NCT00000001.yaml"
    text = (Path(RULES) / "NCT00000001.yaml").read_text("utf-8")
    path.write_text("# a comment\n\n\n" + text, "utf-8")
    whole = format_text

    def slow(text: str, file: str) -> str:
        path.write_text(text.replace("# a comment", "# a newer comment"), "utf-8")
        return whole(text, file) + "\n# formatted\n"

    monkeypatch.setattr(fmt, "format_text", slow)
    result = run("fmt", path)

    assert result.code == 1
    assert "file-changed" in result.err
    assert "# a newer comment" in path.read_text("utf-8")
    assert loads(path.read_text("utf-8")).trial == "NCT00000001"
