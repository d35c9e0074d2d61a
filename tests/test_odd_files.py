"""Pipes, devices, sockets and loops of links are refused by name, alone and in a folder, and nothing waits for them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from tests.doors import PATIENT, RULES, Run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and links of POSIX")

CRITERIA = "Inclusion Criteria:\n\n* Platelets below 20 x 10^9/L\n"
ODD = ("pipe", "to_pipe", "device", "loop", "broken", "socket")


def _odd(folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put one of each into a folder."""
    os.mkfifo(folder / f"pipe{suffix}")
    (folder / f"to_pipe{suffix}").symlink_to(f"pipe{suffix}")
    (folder / f"device{suffix}").symlink_to("/dev/zero")
    (folder / f"loop{suffix}").symlink_to(f"loop{suffix}")
    (folder / f"broken{suffix}").symlink_to("nowhere")
    (folder / "self").symlink_to(".")
    with monkeypatch.context() as patch, socket.socket(socket.AF_UNIX) as made:
        patch.chdir(folder)  # the whole name may be too long
        made.bind(f"socket{suffix}")


def test_a_folder_of_patients_says_what_is_no_record(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _odd(tmp_path, ".json", monkeypatch)
    os.mkfifo(tmp_path / "table.csv")
    shutil.copy(PATIENT, tmp_path / "good.json")

    result = run("screen", tmp_path, "--rules", RULES, "--json")

    assert result.code == 10
    assert result.out.count("\n") == 1
    assert all(f"/{name}.json" in result.err for name in ODD)
    assert "table.csv" in result.err
    assert "internal" not in result.err


@pytest.mark.parametrize("arguments", [["check"], ["fmt", "--check"], ["screen", PATIENT, "--json", "--rules"]])
def test_a_folder_of_rules_says_what_is_no_rule_set(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    _odd(tmp_path, ".yaml", monkeypatch)
    shutil.copy(Path(RULES) / "NCT00000001.yaml", tmp_path)

    result = run(*arguments, tmp_path)

    assert result.code == (13 if arguments[0] == "screen" else 1)
    assert all(f"/{name}.yaml" in result.err for name in ODD)
    assert "internal" not in result.err


def test_a_folder_of_sources_says_what_is_no_document(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    _odd(sources, ".txt", monkeypatch)
    os.mkfifo(sources / "packed.zip")
    (sources / "good.txt").write_text(CRITERIA, "utf-8")

    result = run("import", sources, "--rules", tmp_path / "rules", "--trial", "NCT00000001")

    assert result.code == 1
    assert (tmp_path / "rules" / "NCT00000001.yaml").is_file()
    assert all(f"/{name}.txt" in result.err for name in ODD)
    assert "packed.zip" in result.err
    assert "internal" not in result.err


@pytest.mark.parametrize("kind", ["pipe", "loop", "folder"])
def test_an_import_writes_over_nothing_that_is_no_rule_set(run: Run, tmp_path: Path, kind: str) -> None:
    (tmp_path / "page.txt").write_text(CRITERIA, "utf-8")
    target = tmp_path / "rules" / "NCT00000001.yaml"
    target.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(target)
    elif kind == "loop":
        target.symlink_to(target.name)
    else:
        target.mkdir()

    result = run("import", tmp_path / "page.txt", "--rules", target.parent, "--trial", "NCT00000001")

    assert result.code == 1
    assert "internal" not in result.err
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert not target.is_file()


def test_a_pipe_is_refused_where_it_would_be_read_twice(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for arguments in (["screen"], ["patient"], ["audit", "--verify"]):
        result = run(*arguments, tmp_path / "pipe")

        assert (result.code, "file-kind" in result.err) == (1, True)


def test_a_record_past_the_usual_limit_is_read_where_the_caller_allows_it(run: Run, tmp_path: Path) -> None:
    design = {"eligibilityCriteria": CRITERIA}
    names = {"nctId": "NCT00000009", "briefTitle": "t"}
    record = {"protocolSection": {"identificationModule": names, "eligibilityModule": design}, "more": "x" * 33 * 2**20}
    (tmp_path / "large.json").write_text(json.dumps(record), "utf-8")
    command: list[str | Path] = ["import", tmp_path / "large.json", "--rules", tmp_path / "rules"]

    assert "larger than 32 MB" in run(*command).err
    assert run(*command, "--max-size", "64").code == 0
