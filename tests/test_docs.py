"""The documentation: every command and option is there, and every example gives what its page shows."""

from __future__ import annotations

import argparse
import io
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from eligo.cli import COMMANDS, build_parser, main
from tests.doors import DOORS

ROOT = Path(__file__).resolve().parents[1]
OWN_TEST = {"tasks.md", "nightly.md"}  # `test_tasks` runs them, the commands of a task in one folder
PAGES = [ROOT / "README.md", *(p for p in sorted((ROOT / "docs").glob("*.md")) if p.name not in OWN_TEST)]
DEMO = "eligo screen patients_examples/low_platelets.json"  # what `make demo` runs once it is set up
CLI = ROOT / "docs" / "cli.md"
LEFT_OUT = "…"
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A command of a page, and the output below it."""

    page: Path
    command: str
    output: str


def _examples() -> Iterator[Example]:
    for page in PAGES:
        for block in _CONSOLE.findall(page.read_text("utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                if command.startswith("eligo ") or command == "make demo":
                    yield Example(page, command, output)


def _section(command: str) -> str:
    """What the pages say of a command, under the heading with its name."""
    texts = (page.read_text("utf-8") for page in PAGES)
    return "".join(text.partition(f"\n## eligo {command}\n")[2].partition("\n## ")[0] for text in texts)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run examples in: the example patients, the pages of the docs, a page and lines to read."""
    for name in ("patients_examples", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(DOORS / "page.txt", tmp_path)
    shutil.copy(DOORS / "lines.jsonl", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ELIGO_RULES", raising=False)
    return tmp_path


def _run(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What a reader of the page sees: standard output and error of `eligo ... [< file]`, or of several."""
    seen = ""
    for part in (DEMO if command == "make demo" else command).split("; "):
        words = shlex.split(part)
        if "<" in words:
            at = words.index("<")
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(words[at + 1]).read_bytes())))
            del words[at : at + 2]
        assert words[0] == "eligo"
        code = main(words[1:])
        out, err = capsys.readouterr()
        assert code != 2, err
        seen += out + err
    return seen


@pytest.mark.parametrize("example", list(_examples()), ids=lambda e: e.command)
def test_an_example_gives_what_the_page_shows(
    example: Example,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    output = _run(example.command, monkeypatch, capsys)

    if request.config.getoption("--record") and LEFT_OUT not in example.output:
        text, command = example.page.read_text("utf-8"), f"$ {example.command}\n"
        example.page.write_text(text.replace(command + example.output, command + output), "utf-8")
    else:
        assert re.fullmatch(re.escape(example.output).replace(LEFT_OUT, ".*"), output, re.DOTALL), output


def test_the_makefile_runs_the_demo_that_the_readme_shows() -> None:
    assert f"/{DEMO};" in (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("page", [p for p in PAGES if _PYTHON.search(p.read_text("utf-8"))], ids=lambda p: p.name)
def test_the_python_of_a_page_runs(page: Path, folder: Path) -> None:
    for block in _PYTHON.findall(page.read_text("utf-8")):
        exec(compile(block, str(page), "exec"), {})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command: str) -> None:
    section = _section(command)
    if command in ("audit", "diff", "next"):  # their sections refer to the options of `screen`
        section += _section("screen")
    missing = [o for o in _options(command) if (f"`{o}" if o.startswith("-") else o) not in section]

    assert section
    assert missing == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_text_has_examples_that_are_commands(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([command, "--help"])
    out = capsys.readouterr().out
    examples = out.partition("examples:\n")[2].strip().splitlines()

    assert code == 0
    assert examples
    assert all(line.split()[:2] == ["eligo", command] for line in examples)


def _options(command: str) -> list[str]:
    parser = build_parser([command])
    chosen = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction)).choices[command]
    options = [o for a in chosen._actions for o in a.option_strings if o.startswith("--") and o != "--help"]
    return [*options, *(a.metavar for a in chosen._actions if not a.option_strings and isinstance(a.metavar, str))]
