"""Worked examples as a reader would do them: the tasks and the clinic's night, each in one fresh folder."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = (DOCS / "tasks.md", DOCS / "nightly.md")
LEFT_OUT = "…"
SLOWEST = 60  # seconds of all commands of a task, on a busy machine
_BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^## ", re.MULTILINE)


@dataclass
class Task:
    """A section of a page: the files that it gives, and its commands with their outputs, in order."""

    page: Path
    title: str
    files: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)


def _tasks() -> Iterator[Task]:
    for page in PAGES:
        whole = page.read_text("utf-8")
        for part in _HEADING.split(whole) if page.stem == "tasks" else [whole]:
            task = Task(page, part.partition("\n")[0])
            for name, language, block in _BLOCK.findall(part):
                if name:
                    task.files[name] = block
                elif language == "console":
                    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                        command, _, output = step.partition("\n")
                        task.steps.append((command, output))
            if task.steps:
                yield task


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh folder beside the examples."""
    (tmp_path / "docs").symlink_to(DOCS)
    (tmp_path / "patients_examples").symlink_to(ROOT / "patients_examples")
    return tmp_path


def _run(command: str, folder: Path) -> tuple[str, int]:
    """What a reader sees: standard output, then standard error."""
    words = shlex.split(command)
    given = b""
    if "<" in words:
        at = words.index("<")
        given = (folder / words[at + 1]).read_bytes()
        del words[at : at + 2]
    start = [sys.executable, "-m", "eligo"] if words[0] == "eligo" else [sys.executable]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "ELIGO_PURE", "ELIGO_CACHE") if name in os.environ}
    env = kept | {"PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([*start, *words[1:]], input=given, capture_output=True, cwd=folder, env=env, check=False)
    return (done.stdout + done.stderr).decode("utf-8"), done.returncode


@pytest.mark.parametrize("task", list(_tasks()), ids=lambda task: f"{task.page.stem}: {task.title}")
def test_a_task_is_done_as_the_page_says(task: Task, folder: Path, request: pytest.FixtureRequest) -> None:
    for name, text in task.files.items():
        if not name.startswith("out/"):
            (folder / name).write_text(text, "utf-8")
    seconds = 0.0
    for command, shown in task.steps:
        started = time.perf_counter()
        output, code = _run(command, folder)
        seconds += time.perf_counter() - started

        assert code != 2, output
        assert "error[internal]" not in output
        if request.config.getoption("--record") and LEFT_OUT not in shown:
            text, line = task.page.read_text("utf-8"), f"$ {command}\n"
            task.page.write_text(text.replace(line + shown, line + output, 1), "utf-8")
        else:
            assert re.fullmatch(re.escape(shown).replace(LEFT_OUT, ".*"), output, re.DOTALL), output
    for name, text in task.files.items():
        if name.startswith("out/"):
            assert text.removesuffix("\n") in (folder / name).read_text("utf-8")
    assert seconds < SLOWEST


def test_there_are_ten_tasks_each_in_the_table() -> None:
    whole = (DOCS / "tasks.md").read_text("utf-8")
    titles = re.findall(r"^## (.*)$", whole, re.MULTILINE)

    assert len(titles) == 10
    assert [title for title in titles if f"| [{title}](#" not in whole] == []


def test_the_page_of_a_night_marks_what_is_new(folder: Path) -> None:
    for day, inbox in (("2026-11-20", "patients_examples"), ("2026-11-21", "docs/example/inbox")):
        _run(f"python docs/example/nightly.py {inbox} out {day}", folder)
    page = (folder / "out" / "matrix.html").read_text("utf-8")
    log = (folder / "out" / "log.txt").read_text("utf-8")

    assert page.count(", new</b>") == 1
    assert "64" not in log
    assert "24000" not in log
    shutil.rmtree(folder / "out")
