"""Which module of eligo imports which: read from the sources, imports for types alone and inside functions included."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from pathlib import Path

Graph = Mapping[str, frozenset[str]]


def modules(root: Path) -> list[Path]:
    """Every module of the package."""
    return sorted((root / "src" / "eligo").rglob("*.py"))


def imports(path: Path) -> list[tuple[str, str]]:
    """Every import of the file: a module, and a name from it or an empty one."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


@functools.cache
def graph(root: Path) -> Graph:
    """Each module with those of eligo that it imports; that a module has its package loaded is no import."""
    paths = {".".join(p.relative_to(root / "src").with_suffix("").parts): p for p in modules(root)}
    known = {name.removesuffix(".__init__"): path for name, path in paths.items()}
    found = {}
    for own, path in known.items():
        named = {f"{m}.{name}" if f"{m}.{name}" in known else m for m, name in imports(path)}
        found[own] = frozenset(named & known.keys() - {own})
    return found


def reached(graph: Graph, start: str) -> set[str]:
    """All that a module imports, and what these import, and so on."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = graph[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def circles(graph: Graph) -> list[list[str]]:
    """The groups of modules that all import one another by some way round; none where imports run one way only."""
    beyond = {own: reached(graph, own) for own in graph}
    groups = {tuple(sorted(m for m in beyond[own] if own in beyond[m])) for own in graph if own in beyond[own]}
    return sorted(map(list, groups))
