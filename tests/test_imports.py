"""Imports run downwards only: the flow of the design is the order of the modules, and none comes back to itself."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

# Each line may import from the lines above it and from its own line.
ORDER = (
    "errors truth",
    "__init__",
    "data cache textfile yamltext jsontext",
    "criteria",
    "vocabulary",
    "pages",
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
# The two halves of what reads prose, and who may use them; neither half needs the other.
HALVES = ("pages", "reading")
USE_READING = {"trials", "commands", "cli", "__main__"}
# Imports that close a circle. The list only gets shorter: what is taken apart goes from here, and nothing is added.
_YAML = "lazy, a warm start reads no YAML; what the file is read into could have a module of its own"
_STATE = "for a type only: the state of a reading is handed down; the reader of items is being rebuilt"
CIRCLES = {
    ("eligo.cache", "eligo"): "the version is in every key, and the package names for types what it loads lazily",
    ("eligo.vocabulary.concepts", "eligo.vocabulary.concepts_file"): _YAML,
    ("eligo.vocabulary.variables", "eligo.vocabulary.variables_file"): _YAML,
    ("eligo.reading.lexicon", "eligo.reading.lexicon_file"): _YAML,
    ("eligo.patients.sources", "eligo.patients.pool"): "lazy, most sources hold no loose resource",
    ("eligo.reading.asks", "eligo.reading.neighbours"): _STATE,
    ("eligo.reading.brackets", "eligo.reading.facts"): _STATE,
    ("eligo.reading.conditions", "eligo.reading.meaning"): _STATE,
    ("eligo.reading.elapsed", "eligo.reading.meaning"): _STATE,
    ("eligo.reading.facts", "eligo.reading.meaning"): _STATE,
    ("eligo.reading.reasons", "eligo.reading.facts"): _STATE,
    ("eligo.reading.words_in_clause", "eligo.reading.meaning"): _STATE,
}

Graph = Mapping[str, frozenset[str]]


def _modules(root: Path) -> list[Path]:
    return sorted((root / "src" / "eligo").rglob("*.py"))


def _imports(path: Path) -> list[tuple[str, str]]:
    """Every import of the file, at the top, for types only or inside a function: a module, and a name from it or ""."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


@functools.cache
def _graph(root: Path) -> Graph:
    """Each module with those of eligo that it imports; that a module has its package loaded is no import."""
    paths = {".".join(p.relative_to(root / "src").with_suffix("").parts): p for p in _modules(root)}
    modules = {name.removesuffix(".__init__"): path for name, path in paths.items()}
    found = {}
    for own, path in modules.items():
        named = {f"{m}.{name}" if f"{m}.{name}" in modules else m for m, name in _imports(path)}
        found[own] = frozenset(named & modules.keys() - {own})
    return found


def _part(module: str) -> str:
    """The module or package directly below eligo."""
    return module.split(".")[1] if "." in module else "__init__"


def _circle(graph: Graph) -> list[str]:
    """The modules of a circle, each imported by the next; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def _without(graph: Graph, imports: Iterable[tuple[str, str]]) -> Graph:
    left_out = set(imports)
    return {own: frozenset(o for o in others if (own, o) not in left_out) for own, others in graph.items()}


def _reached(graph: Graph, start: str) -> set[str]:
    """All that a module imports, and what these import, and so on."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        new = graph[ahead.pop()] - reached
        reached |= new
        ahead += new
    return reached


def test_modules_import_only_from_above(root: Path) -> None:
    # The package itself (`eligo/__init__.py`) holds nothing but names that load lazily, so they may point anywhere.
    wrong = [
        f"{own} imports {other}"
        for own, others in _graph(root).items()
        for other in sorted(others)
        if own != "eligo" and LEVEL[_part(other)] > LEVEL[_part(own)]
    ]

    assert wrong == []


def test_no_module_imports_itself_by_any_way_round(root: Path) -> None:
    assert _circle(_without(_graph(root), CIRCLES)) == []


def test_no_package_imports_itself_by_any_way_round(root: Path) -> None:
    packages: dict[str, frozenset[str]] = {}
    for own, others in _without(_graph(root), CIRCLES).items():
        packages[_part(own)] = packages.get(_part(own), frozenset()) | {_part(o) for o in others} - {_part(own)}

    assert _circle(packages) == []


@pytest.mark.parametrize("circle", CIRCLES, ids=" ".join)
def test_what_is_let_pass_still_closes_a_circle(root: Path, circle: tuple[str, str]) -> None:
    own, other = circle
    graph = _graph(root)

    assert other in graph.get(own, ()), "it is not imported any more: drop it"
    assert own in _reached(_without(graph, CIRCLES), other), "it closes no circle any more: drop it"


def test_a_circle_is_found() -> None:
    a, b, c = map(frozenset, ("b", "c", "a"))

    assert sorted(set(_circle({"a": a, "b": b, "c": c}))) == ["a", "b", "c"]
    assert _circle(_without({"a": a, "b": b, "c": c}, [("c", "a")])) == []


def test_prose_is_read_only_on_the_way_to_rule_sets(root: Path) -> None:
    graph = _graph(root)
    of_half = {half: {m for m in graph if _part(m) == half} for half in HALVES}
    allowed = {half: {half} | USE_READING for half in HALVES}
    wrong = [
        f"{module} reaches {half}"
        for module in graph
        for half in HALVES
        if _part(module) not in allowed[half] and of_half[half] & _reached(graph, module)
    ]

    assert all(of_half.values())
    assert wrong == []


@pytest.mark.parametrize("library", BORDERS)
def test_libraries_stay_behind_their_border(root: Path, library: str) -> None:
    package = root / "src" / "eligo"
    users = {
        path.relative_to(package).as_posix()
        for path in _modules(root)
        if any(name.split(".")[0] == library for name, _ in _imports(path))
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
