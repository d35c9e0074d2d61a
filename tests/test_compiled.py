"""The compiled reader reads as its sources do, to the last character, and is left alone once they have changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from eligo.machine_code import is_compiled
from eligo.yamltext import read_yaml

TESTS = Path(__file__).parent
needs_compiled = pytest.mark.skipif(
    not is_compiled("reading"), reason="the reader is not compiled from these sources: make compile"
)


def _parsed(lines: bytes, **environment: str) -> bytes:
    command = [sys.executable, "-m", "eligo", "parse", "--jsonl", "-"]
    done = subprocess.run(command, input=lines, capture_output=True, check=True, env=os.environ | environment)
    assert done.stderr == b""
    return done.stdout


@needs_compiled
def test_the_compiled_reader_reads_our_cases_as_its_sources_do() -> None:
    cases = [read_yaml(path.read_text("utf-8")).data for path in sorted((TESTS / "cases" / "parse").rglob("*.yaml"))]
    texts = [case["text"] for file in cases for case in file]
    assert len(texts) > 300
    lines = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts)).encode()

    assert _parsed(lines) == _parsed(lines, ELIGO_PURE="1")


@needs_compiled
@pytest.mark.shared
def test_the_compiled_reader_reads_real_lines_as_its_sources_do(shared: Path) -> None:
    lines = (shared / "gold" / "lct_dev.jsonl").read_bytes()

    assert _parsed(lines) == _parsed(lines, ELIGO_PURE="1")


@needs_compiled
def test_changed_sources_are_read_as_they_are(tmp_path: Path, root: Path) -> None:
    for name in ("src", "grammar", "rules"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    changed = tmp_path / "src" / "eligo" / "reading" / "tokens.py"
    ask = [sys.executable, "-c", "import eligo.reading as r; print(r.__file__, len(r.__path__) > 1)"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src")}

    before = subprocess.run(ask, capture_output=True, check=True, env=environment).stdout.split()
    changed.write_text(changed.read_text("utf-8") + "\n", "utf-8")
    after = subprocess.run(ask, capture_output=True, check=True, env=environment).stdout.split()

    assert [Path(os.fsdecode(found[0])).is_relative_to(tmp_path) for found in (before, after)] == [True, True]
    assert [before[1], after[1]] == [b"True", b"False"]
