"""How the code is built: import circles, the size of the reader, and where each phenomenon of a sentence is decided.

`python -m bench.shape [--json]` prints a table. All of it is read from the sources; nothing is run but the parser.
"""

from __future__ import annotations

import argparse
import ast
import functools
import io
import json
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from bench.imports import circles, graph, modules
from bench.measure import Measure

ROOT = Path(__file__).resolve().parents[1]
READER = ("scope.py", "clauses.py", "line.py", "heads.py", "meaning/*.py")  # tokens to predicate; the tree is Lark's
TREE = "tree.py"
MOST_BRANCHES = 15
# What of the predicate a phenomenon gives: a node kind, and the field that holds it.
PHENOMENA = {
    "windows": ("Window", "window"),
    "negation": ("Not", ""),
    "conditions": ("IfThen", ""),
    "exceptions": ("Excepted", "but_not"),
}
_OF_PREDICATE = "eligo.criteria"
_NO_CODE = frozenset(
    [tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER]
)
_RULE = re.compile(r"^(\w+):(.*(?:\n(?!\S).*)*)", re.MULTILINE)
_TERMINAL = re.compile(r"\b[A-Z]+\b")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Lines(NamedTuple):
    """The size of modules; `code` is without blank lines, comments and docstrings."""

    modules: int
    physical: int
    code: int


class Complex(NamedTuple):
    """A function and how many branches it has, `and` and `or` among them."""

    module: str
    function: str
    branches: int


class Decided(NamedTuple):
    """Where a phenomenon is decided: modules that make its node, that give one on as a field, that only know it."""

    makes: list[str]
    gives: list[str]
    knows: list[str]


class Join(NamedTuple):
    """A rule of the grammar that joins, its terminals, and the module of `meaning/` with the function of its name."""

    rule: str
    terminals: list[str]
    module: str | None


@dataclass(frozen=True, slots=True)
class Shape:
    """All that is counted."""

    circles: list[list[str]]
    counted: list[str]  # the modules that are counted as the reader
    reader: Lines
    any_in_tree: int
    any_in_meaning: int
    functions: list[Complex]
    decided: dict[str, Decided]
    joins: list[Join]


@functools.cache
def shape(root: Path = ROOT) -> Shape:
    """The shape of the sources of a checkout."""
    reading = root / "src" / "eligo" / "reading"
    meaning = sorted((reading / "meaning").glob("*.py"))
    counted = [path for pattern in READER for path in sorted(reading.glob(pattern))]
    return Shape(
        circles(graph(root)),
        [path.relative_to(reading).as_posix() for path in counted],
        lines(path.read_text("utf-8") for path in counted),
        uses_of_any((reading / TREE).read_text("utf-8")),
        sum(uses_of_any(path.read_text("utf-8")) for path in meaning),
        [c for path in modules(root) for c in _complex(path, root)],
        {name: _decided(reading, *of) for name, of in PHENOMENA.items()},
        joins((root / "grammar" / "criterion.lark").read_text("utf-8"), _functions(meaning)),
    )


def measure() -> Iterator[Measure]:
    """The figures that should stay small."""
    found = shape()
    yield Measure("circles of imports", len(found.circles), "", 0, floor=True)
    yield Measure("lines of code from tokens to predicate", found.reader.code, "")
    yield Measure(f"functions with more than {MOST_BRANCHES} branches", len(found.functions), "")


# --- lines


def lines(sources: Iterator[str]) -> Lines:
    """Count the lines of modules."""
    counts = [(len(text.splitlines()), code_lines(text)) for text in sources]
    return Lines(len(counts), sum(physical for physical, _ in counts), sum(code for _, code in counts))


def code_lines(source: str) -> int:
    r"""How many lines hold code: no blank lines, no comments alone, no docstrings.

    >>> code_lines('def f():\n    "what it gives"\n\n    # why\n    return 1\n')
    2
    """
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            held.update(range(token.start[0], token.end[0] + 1))
    return len(held - _docstrings(ast.parse(source)))


def _docstrings(tree: ast.Module) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, Function)) and ast.get_docstring(node) is not None:
            found.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return found


# --- types and branches


def uses_of_any(source: str) -> int:
    r"""How often `Any` stands in the code, its import left out.

    >>> uses_of_any("from typing import Any\nx: Any = 1\ny: list[Any] = []")
    2
    """
    return sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(ast.parse(source)))


def branches(function: ast.AST) -> int:
    r"""How many ways part in a function: if, loop, except, case, condition, and each further `and` and `or`.

    >>> branches(ast.parse("if a and b or c:\n    x = [y for y in z if y]"))
    5
    """
    count = 0
    for node in _own(function):
        if isinstance(node, (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)):
            count += 1
        elif isinstance(node, ast.comprehension):
            count += 1 + len(node.ifs)
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
    return count


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a function but those of functions inside it, which are counted on their own."""
    todo = list(ast.iter_child_nodes(function))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, Function):
            todo.extend(ast.iter_child_nodes(node))


def _complex(path: Path, root: Path) -> Iterator[Complex]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function) and (count := branches(node)) > MOST_BRANCHES:
            yield Complex(path.relative_to(root / "src" / "eligo").as_posix(), node.name, count)


# --- phenomena


def _decided(reading: Path, kind: str, field: str) -> Decided:
    found = Decided([], [], [])
    for path in sorted(reading.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        named = _names_of(tree, kind)
        if any(isinstance(call.func, ast.Name) and call.func.id in named for call in calls):
            where = found.makes
        elif any(key.arg == field for call in calls for key in call.keywords):
            where = found.gives
        elif named:
            where = found.knows
        else:
            continue
        where.append(path.relative_to(reading).as_posix())
    return found


def _names_of(tree: ast.Module, kind: str) -> set[str]:
    """What a module calls a node kind of the predicate."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == _OF_PREDICATE
        for alias in node.names
        if alias.name == kind
    }


# --- joins


def joins(grammar: str, functions: dict[str, str]) -> list[Join]:
    """The rules that join: those that have a terminal, but for the list of words that an element may be."""
    found = []
    for rule, body in _RULE.findall(re.sub(r"//.*", "", grammar)):
        terminals = sorted(set(_TERMINAL.findall(body)))
        if terminals and rule != "_word":
            found.append(Join(rule, terminals, functions.get(rule)))
    return found


def _functions(paths: Sequence[Path]) -> dict[str, str]:
    """The functions of the modules, each with its module."""
    return {
        node.name: path.stem
        for path in paths
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


# --- printing


def table(found: Shape) -> Iterator[str]:
    """The shape, line by line."""
    yield f"import circles: {len(found.circles)}"
    yield from (f"  {' -> '.join(circle)}" for circle in found.circles)
    reader = found.reader
    yield f"from tokens to predicate: {reader.code} lines of code of {reader.physical}, in {reader.modules} modules"
    yield f"  counted: {', '.join(found.counted)}"
    yield f"uses of Any: {found.any_in_tree} in {TREE}, {found.any_in_meaning} in meaning/"
    yield f"functions with more than {MOST_BRANCHES} branches, `and` and `or` counted: {len(found.functions)}"
    yield from (
        f"  {c.branches:3}  {c.module}: {c.function}" for c in sorted(found.functions, key=lambda c: -c.branches)
    )
    for name, decided in found.decided.items():
        yield f"{name}: made in {', '.join(decided.makes)}"
        yield from (
            f"  {how} {', '.join(where)}"
            for how, where in (("given on in", decided.gives), ("known in", decided.knows))
            if where
        )
    without = sum(join.module is None for join in found.joins)
    yield f"rules that join: {len(found.joins)}, without a function of the same name: {without}"
    for join in found.joins:
        yield f"  {join.rule:<12} {' '.join(join.terminals):<40} {f'meaning/{join.module}.py' if join.module else '-'}"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the shape."""
    parser = argparse.ArgumentParser(prog="python -m bench.shape", description=__doc__)
    parser.add_argument("--json", action="store_true", help="as JSON")
    args = parser.parse_args(argv)
    found = shape()
    print(json.dumps(_plain(found), indent=2) if args.json else "\n".join(table(found)))
    return 1 if found.circles else 0


def _plain(found: Shape) -> dict[str, object]:
    """The shape as JSON data, with the names of all parts."""
    return asdict(found) | {
        "reader": found.reader._asdict(),
        "functions": [c._asdict() for c in found.functions],
        "decided": {name: decided._asdict() for name, decided in found.decided.items()},
        "joins": [join._asdict() for join in found.joins],
    }


if __name__ == "__main__":
    sys.exit(main())
