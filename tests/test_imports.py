"""Imports run downwards only: the flow of the design is the order of the modules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

# Each line may import from the lines above it and from its own line.
ORDER = (
    "errors truth",
    "__init__",
    "data cache textfile yamltext jsontext",
    "criteria",
    "vocabulary",
    "wording reading",
    "ruleset",
    "check",
    "trials",
    "patients",
    "margin site",
    "plan",
    "evaluation",
    "evaluate",
    "explain",
    "outlook",
    "cases",
    "report",
    "screening",
    "record",
    "commands",
    "cli",
    "__main__",
)
LEVEL = {name: level for level, line in enumerate(ORDER) for name in line.split()}
BORDERS = {
    "lark": {"reading/table.py"},
    "pint": {"vocabulary"},
    "pydantic": {"ruleset", "site.py", "patients", "report"},
}


def _modules(root: Path) -> list[Path]:
    return sorted((root / "src" / "eligo").rglob("*.py"))


def _level(part: str) -> int:
    # The package itself (`from eligo import __version__`) holds nothing but names that load lazily.
    return LEVEL[part]


def _imports(path: Path) -> list[str]:
    """Every module that the file names in an import, at the top or inside a function."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            found.append(node.module or "")
    return found


def test_modules_import_only_from_above(root: Path) -> None:
    wrong = []
    for path in _modules(root):
        own = path.relative_to(root / "src" / "eligo").parts[0].removesuffix(".py")
        if own == "__init__":
            continue  # the public names; they load lazily, so they may point anywhere
        for name in _imports(path):
            if name.startswith("eligo."):
                other = name.split(".")[1]
                if _level(other) > _level(own):
                    wrong.append(f"{own} imports {other}")

    assert wrong == []


@pytest.mark.parametrize("library", BORDERS)
def test_libraries_stay_behind_their_border(root: Path, library: str) -> None:
    package = root / "src" / "eligo"
    users = {
        path.relative_to(package).as_posix()
        for path in _modules(root)
        if any(name == library or name.startswith(f"{library}.") for name in _imports(path))
    }
    outside = {u for u in users if not any(u == b or u.startswith(f"{b}/") for b in BORDERS[library])}

    assert users, f"nothing imports {library} any more: drop it"
    assert outside == set()


def test_every_module_says_what_it_does(root: Path) -> None:
    silent = [
        p.name
        for p in _modules(root)
        if p.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]

    assert silent == []


def test_modules_stay_small(root: Path) -> None:
    large = {p.name: n for p in _modules(root) if (n := len(p.read_text("utf-8").splitlines())) > 420}

    assert large == {}
