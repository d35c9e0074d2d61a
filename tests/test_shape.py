"""`python -m bench.shape` counts what it says: small sources with known figures, and the sources as they are."""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path

import pytest

from bench.imports import modules
from bench.shape import Join, branches, code_lines, joins, main, shape, uses_of_any

SOURCE = '''"""A module."""

from typing import Any  # a word on it

# why
TEXT = """two
lines"""


def f(a: Any, b: list[Any]) -> int:
    """What it gives."""

    return (
        1
        if a and b
        else 2
    )
'''


def test_lines_of_code_are_without_blanks_comments_and_docstrings() -> None:
    assert code_lines(SOURCE) == 9


def test_any_is_counted_where_it_is_used() -> None:
    assert uses_of_any(SOURCE) == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", 0),
        ("if a: pass", 1),
        ("if a: pass\nelif b: pass\nelse: pass", 2),
        ("if a and b or c: pass", 3),
        ("x = [y for y in z if y and w]", 3),
        ("for x in y:\n  while z: pass", 2),
        ("try: pass\nexcept E: pass\nexcept F: pass", 2),
        ("match x:\n  case 1: pass\n  case _: pass", 2),
        ("x = a if b else c", 1),
        ("def inner():\n  if a: pass", 0),  # which is counted on its own
    ],
)
def test_branches_are_counted_with_their_connectives(source: str, expected: int) -> None:
    assert branches(ast.parse(source)) == expected


def test_a_rule_that_joins_is_found_with_its_terminals_and_its_function() -> None:
    grammar = "a: b (AND b\n   | OR b)*   // NOT this\nb: c COMMA\nc: d\n_word: VAR\n"

    assert joins(grammar, {"a": "lists"}) == [Join("a", ["AND", "OR"], "lists"), Join("b", ["COMMA"], None)]


def test_every_rule_that_joins_has_a_function_of_its_name() -> None:
    found = {join.rule: join.module for join in shape().joins}

    assert found["if_then"] == "conditions"
    assert [rule for rule, module in found.items() if module is None] == []


def test_a_phenomenon_is_found_where_its_node_is_made() -> None:
    decided = shape().decided

    assert decided["conditions"].makes == ["meaning/conditions.py"]
    assert "meaning/times.py" in decided["windows"].makes
    assert "meaning/exceptions.py" in decided["exceptions"].makes
    assert all(found.makes for found in decided.values())
    assert all(set(found.makes).isdisjoint([*found.gives, *found.knows]) for found in decided.values())


def test_no_function_of_the_reader_has_more_branches_than_a_person_follows() -> None:
    assert [found for found in shape().functions if found.module.startswith("reading/")] == []


def test_the_shape_is_printed_and_given_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert main(["--json"]) == 0
    data = json.loads(capsys.readouterr().out)

    assert printed.startswith("import circles: 0\n")
    assert data["circles"] == []
    assert data["reader"]["modules"] == len(data["counted"])
    assert 0 < data["reader"]["code"] < data["reader"]["physical"]
    assert {"scope.py", "line.py", "heads.py", "meaning/conditions.py"} <= set(data["counted"])
    assert all(f"{c['branches']:3}  {c['module']}: {c['function']}\n" in printed for c in data["functions"])


def test_no_function_outside_reading_has_more_branches_than_a_reader_can_hold() -> None:
    complex_ = [f"{c.module}: {c.function}" for c in shape().functions if not c.module.startswith("reading/")]

    assert complex_ == []


# --- what machine code looks up


def test_constants_of_the_compiled_reader_are_final(root: Path) -> None:
    """Machine code looks the name of any other one up each time."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    part = project["tool"]["hatch"]["build"]["hooks"]["custom"]["parts"]["reading"]
    compiled = [p for pattern in part["modules"] for p in (root / "src").glob(pattern) if p.name not in part["left"]]
    plain = [
        f"{path.name}: {name.id}"
        for path in compiled
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and name.id.isupper()
    ]

    assert len(compiled) > 80
    assert plain == []


# --- names of classes


def test_no_class_name_stands_for_two_things(root: Path) -> None:
    found: dict[str, list[str]] = {}
    for path in modules(root):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(path.name)

    assert {name: places for name, places in found.items() if len(places) > 1} == {}
