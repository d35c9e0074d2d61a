"""The examples in docstrings: each prints what it says. They are read from the sources, which hold them in any case."""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"


def _examples() -> Iterator[doctest.DocTest]:
    parser = doctest.DocTestParser()
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (text := ast.get_docstring(node)):
                test = parser.get_doctest(text, {}, f"{module}.{getattr(node, 'name', '')}", str(path), None)
                if test.examples:
                    yield test


EXAMPLES = list(_examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_in_a_docstring_is_true(example: doctest.DocTest) -> None:
    module = example.name.rpartition(".")[0]
    example.globs = vars(importlib.import_module(module)) | {"__name__": module}
    told: list[str] = []

    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=told.append)

    assert told == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 30
