"""`docs/reading.md` is true: what it names is there, and what it teaches the reader is read when its edits are made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.shape import shape
from eligo.yamltext import read_yaml

ROOT = Path(__file__).resolve().parents[1]
READING = ROOT / "src" / "eligo" / "reading"
PAGE = (ROOT / "docs" / "reading.md").read_text("utf-8")
CHECK = "import json, sys; from tests.test_reading import check; [check(case) for case in json.load(sys.stdin)]"

_EDITS = re.compile(r"^```diff\n--- (.+)\n((?:[ +-].*\n|\+\n)+)```$", re.MULTILINE)
_CASES = re.compile(r"^```yaml\n# (tests/.+)\n((?:.+\n)+)```$", re.MULTILINE)
_TAUGHT = frozenset(["neither", "nor"])  # which the page adds


def _prose() -> str:
    return re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)


def _marked(pattern: str) -> list[str]:
    """What stands in backticks and has this form."""
    return sorted({word for word in re.findall(r"`([^`\n]+)`", _prose()) if re.fullmatch(pattern, word)})


@pytest.mark.parametrize("name", _marked(r"[\w/]+(\.(py|md|yaml|lark)|/)"))
def test_a_file_that_the_page_names_is_there(name: str) -> None:
    assert any((folder / name).exists() for folder in (ROOT, READING, READING / "meaning"))


@pytest.mark.parametrize("name", [n for n in _marked(r"[A-Za-z_]+(\.[a-z_]+)?") if n not in _TAUGHT])
def test_a_name_in_the_page_is_one_of_the_reader(name: str) -> None:
    files = [*READING.rglob("*.py"), *(ROOT / "grammar").glob("*.*"), ROOT / "tests/cases/laws/sentences.yaml"]
    word = re.escape(name.split(".")[-1])
    wanted = re.compile(rf"\bdef {word}\b" if "." in name else rf"\b{word}\b")

    assert name.endswith((".md", ".py")) or any(wanted.search(path.read_text("utf-8")) for path in files)


def test_each_rule_has_its_function_where_the_page_says() -> None:
    rows = re.findall(r"^\| [^|]+ \| ((?:`\w+`(?:, )?)+) \| `meaning/(\w+)\.py` \|$", PAGE, re.MULTILINE)
    named = {rule: module for rules, module in rows for rule in re.findall(r"\w+", rules)}
    joins = {join.rule: join.module for join in shape().joins if join.rule != "choice"}  # which is part of a unit

    assert named == joins


def test_what_the_page_teaches_is_read(tmp_path: Path) -> None:
    for folder in ("src", "grammar", "vocabularies"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    edits = _EDITS.findall(PAGE)
    for name, lines in edits:
        path = tmp_path / name
        path.write_text(_edited(path.read_text("utf-8"), lines.splitlines()), "utf-8")
    cases = [case for name, text in _CASES.findall(PAGE) if (ROOT / name).exists() for case in read_yaml(text).data]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src"), "ELIGO_CACHE": str(tmp_path / "cache")}

    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        input=json.dumps(cases),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert len(edits) == PAGE.count("```diff")
    assert len(cases) == PAGE.count("- text: ") > 5
    assert done.returncode == 0, done.stderr


def _edited(text: str, lines: list[str]) -> str:
    """The text with the lines of an edit that begin with `-` in it replaced by those with `+`."""
    old, new = ("\n".join(line[1:] for line in lines if line[0] in marks) for marks in (" -", " +"))
    assert text.count(old) == 1, f"stands there {text.count(old)} times: {old}"
    return text.replace(old, new)
