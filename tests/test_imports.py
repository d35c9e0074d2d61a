"""Imports run downwards only: the flow of the design is the order of the modules, and none comes back to itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bench.imports import circles, graph, imports, modules, reached

# Each line may import from the lines above it and from its own line.
ORDER = (
    "dataclass namedtuple regex",
    "errors truth version ending isolation",
    "__init__",
    "bounds files data cache keptlines machine_code textfile yamltext jsontext",
    "criteria standing listing",
    "vocabulary",
    "pages",
    "understood wording reading",
    "ruleset",
    "check",
    "trials",
    "patients",
    "margin site",
    "plan",
    "evaluation",
    "answers",
    "evaluate",
    "explain",
    "outlook",
    "cases",
    "report",
    "screening",
    "record requirements worksheet",
    "warehouse",
    "cohort index",
    "commands",
    "service",
    "cli",
    "__main__",
)
LEVEL = {name: level for level, line in enumerate(ORDER) for name in line.split()}
BORDERS = {
    "lark": {"reading/table.py"},
    "pint": {"vocabulary"},
    "pydantic": {"ruleset", "site.py", "patients", "report"},
    "polars": {"warehouse", "cohort", "commands/warehouse.py"},
    "sqlglot": {"cohort"},
    "duckdb": {"warehouse/omop_duckdb.py"},
    "psycopg": {"warehouse/omop_postgres.py"},
    "numpy": {"index"},
    "starlette": {"service"},
    "uvicorn": {"service/command.py"},
    "jinja2": {"service/pages.py"},
    "markupsafe": {"service"},
    "sqlite3": {"service/state.py"},
}
# The two halves of what reads prose, and who may use them; neither half needs the other.
HALVES = ("pages", "reading")
USE_READING = {"trials", "commands", "service", "cli", "__main__"}


def _part(module: str) -> str:
    """The module or package directly below eligo."""
    return module.split(".")[1] if "." in module else "__init__"


def test_modules_import_only_from_above(root: Path) -> None:
    # The package itself (`eligo/__init__.py`) holds nothing but names that load lazily, so they may point anywhere.
    wrong = [
        f"{own} imports {other}"
        for own, others in graph(root).items()
        for other in sorted(others)
        if own != "eligo" and LEVEL[_part(other)] > LEVEL[_part(own)]
    ]

    assert wrong == []


def test_no_module_imports_itself_by_any_way_round(root: Path) -> None:
    assert circles(graph(root)) == []


def test_no_package_imports_itself_by_any_way_round(root: Path) -> None:
    packages: dict[str, frozenset[str]] = {}
    for own, others in graph(root).items():
        packages[_part(own)] = packages.get(_part(own), frozenset()) | {_part(o) for o in others} - {_part(own)}

    assert circles(packages) == []


def test_a_circle_is_found() -> None:
    a, b, c = map(frozenset, ("b", "c", "a"))

    assert circles({"a": a, "b": b, "c": c, "d": a}) == [["a", "b", "c"]]
    assert circles({"a": a, "b": b, "c": frozenset(), "d": a}) == []


def test_prose_is_read_only_on_the_way_to_rule_sets(root: Path) -> None:
    found = graph(root)
    of_half = {half: {m for m in found if _part(m) == half} for half in HALVES}
    allowed = {half: {half} | USE_READING for half in HALVES}
    wrong = [
        f"{module} reaches {half}"
        for module in found
        for half in HALVES
        if _part(module) not in allowed[half] and of_half[half] & reached(found, module)
    ]

    assert all(of_half.values())
    assert wrong == []


@pytest.mark.parametrize("library", BORDERS)
def test_libraries_stay_behind_their_border(root: Path, library: str) -> None:
    package = root / "src" / "eligo"
    users = {
        path.relative_to(package).as_posix()
        for path in modules(root)
        if any(name.split(".")[0] == library for name, _ in imports(path))
    }
    outside = {u for u in users if not any(u == b or u.startswith(f"{b}/") for b in BORDERS[library])}

    assert users, f"nothing imports {library} any more: drop it"
    assert outside == set()


def test_every_module_says_what_it_does(root: Path) -> None:
    silent = [
        p.name
        for p in modules(root)
        if p.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]

    assert silent == []


def test_modules_stay_small(root: Path) -> None:
    large = {p.name: n for p in modules(root) if (n := len(p.read_text("utf-8").splitlines())) > 420}

    assert large == {}
