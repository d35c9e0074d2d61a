"""A cache is only a shortcut: it holds what this very code derived from this very source, and no more than it may."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eligo import cache
from eligo.cache import cached, code_state

ROOT = Path(__file__).resolve().parents[1]
DERIVES = """
from eligo.cache import cached
from eligo import derived
print(cached("plan", "key", derived.value))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELIGO_CACHE", str(tmp_path))
    return tmp_path


def test_a_second_run_takes_what_the_first_made(folder: Path) -> None:
    assert cached("plan", "a", lambda: {"x": 1}) == {"x": 1}
    assert cached("plan", "a", lambda: {"x": 2}) == {"x": 1}


def test_other_code_makes_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached("plan", "a", lambda: 1)
    monkeypatch.setattr(cache, "code_state", lambda: b"other")

    assert cached("plan", "a", lambda: 2) == 2


def test_an_upgrade_with_the_same_version_derives_anew(folder: Path) -> None:
    package = folder / "src" / "eligo"
    shutil.copytree(ROOT / "src" / "eligo", package, ignore=shutil.ignore_patterns("__pycache__"))
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "ELIGO_CACHE": str(folder / "cache")}
    said = []
    for value in ("old", "old", "new!"):
        text = f'def value(): return "{value}"\n'
        if not (package / "derived.py").exists() or (package / "derived.py").read_text() != text:
            (package / "derived.py").write_text(text)
        done = subprocess.run(
            [sys.executable, "-c", DERIVES], env=environment, capture_output=True, check=True, text=True
        )
        said.append(done.stdout.strip())

    assert said == ["old", "old", "new!"]


def test_the_state_of_the_code_names_every_module() -> None:
    state = code_state().decode()

    assert all(f"{path.name}:" in state for path in (ROOT / "src" / "eligo").rglob("*.py"))


def test_only_so_many_files_of_a_kind_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_KEPT", 5)
    cached("lexicon", "a", lambda: 1)
    for i in range(12):
        cached("plan", str(i), functools.partial(int, i))
        for age, path in enumerate(sorted(folder.glob("plan-*.bin"), key=lambda p: p.stat().st_mtime, reverse=True)):
            os.utime(path, (1_000_000 - age, 1_000_000 - age))

    assert len(list(folder.glob("plan-*.bin"))) == 5
    assert len(list(folder.glob("lexicon-*.bin"))) == 1
    assert cached("plan", "11", lambda: -1) == 11


def test_where_there_are_many_files_not_each_write_looks_at_all_of_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_KEPT", 160)
    looks, whole = 0, Path.glob

    def counted(path: Path, pattern: str) -> Iterator[Path]:
        nonlocal looks
        looks += pattern.startswith("plan")
        return whole(path, pattern)

    monkeypatch.setattr(Path, "glob", counted)
    for i in range(400):
        cached("plan", str(i), functools.partial(int, i))

    assert looks < 100
    assert 160 <= len(list(folder.iterdir())) <= 160 + 160 // 16 + 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder: Path) -> None:
    cached("plan", "a", lambda: 1)
    (kept,) = folder.iterdir()
    kept.unlink()
    os.mkfifo(kept)

    assert cached("plan", "a", lambda: 2) == 2
    assert cached("plan", "a", lambda: 3) == 2


def test_what_a_killed_run_left_is_taken_away(folder: Path) -> None:
    (folder / ".new-abc").write_bytes(b"half")
    (folder / ".new-now").write_bytes(b"half")
    os.utime(folder / ".new-abc", (1_000_000, 1_000_000))
    cached("plan", "a", lambda: 1)

    assert sorted(p.name for p in folder.glob(".new-*")) == [".new-now"]
