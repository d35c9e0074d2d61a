"""One leaf in the form of a rule set, as plain data, to the leaf itself, or to all that is wrong with it.

The data are what an answer in a patient's record asks, so that what is wrong is told without a word of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from eligo.criteria import LEAF, Leaf
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.ruleset.code import from_node
from eligo.ruleset.nodes import Node
from eligo.ruleset.words import check_words

_ADAPTER: TypeAdapter[Any] = TypeAdapter(Node)
_HELP = "a leaf is written as in a rule set: see `eligo schema ruleset`"
# What the problems of rule files say that name a word; the help of the first ones names what the vocabulary has.
_NEAREST = {
    "unknown-concept": "no such concept or statement is known",
    "unknown-variable": "no such variable is known",
    "unit-not-ucum": "the unit is not one of UCUM",
}
_WORDLESS = {
    "words": "the words do not stand in the text",
    "concept-kind": "this is a concept where a statement is asked for, or the other way round",
    "unit-mismatch": "the unit does not fit the variable",
}


def read_leaf(data: Mapping[str, Any]) -> Leaf:
    """Read a leaf; raise `EligoError` with every problem.

    >>> read_leaf({"concept": "ascites"}).concept
    'ascites'
    """
    try:
        node = _ADAPTER.validate_python(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise EligoError(dict.fromkeys(_problem(one, data) for one in found)) from None
    problems = list[Problem]()
    leaf = from_node(node, "", lambda path: Place(path=".".join(map(str, path)) or None), problems)
    if isinstance(leaf, LEAF):
        problems += check_words(leaf)
    problems = [_without_words(problem) for problem in problems]
    if not isinstance(leaf, LEAF):
        problems.append(Problem("leaf", "this joins several leaves, and an answer is to one", help=_HELP))
    if problems:
        raise EligoError(dict.fromkeys(problems))
    return cast(Leaf, leaf)


def _without_words(problem: Problem) -> Problem:
    """A problem of a leaf of a rule file as one of a record."""
    if problem.code in _NEAREST:
        return replace(problem, message=_NEAREST[problem.code])
    return replace(problem, message=_WORDLESS.get(problem.code, "this does not fit"), help=_HELP)


def _problem(error: Mapping[str, Any], data: Any) -> Problem:
    """One problem of the form; the place of an unknown key is what holds it."""
    path = _steps(error["loc"], data)
    if error["type"] == "extra_forbidden":
        return Problem("unknown-key", "no such key is known", _place(path[:-1]), _HELP)
    if error["type"] == "missing":
        return Problem("missing-key", f"the key `{error['loc'][-1]}` is missing", _place(path), _HELP)
    return Problem("ruleset-value", "this does not fit", _place(path), _HELP)


def _steps(loc: tuple[str | int, ...], data: Any) -> list[str | int]:
    """The steps of a place that are in the data; others are names of what it was tried as, which may be keys as well.

    >>> _steps(("concept", "status", "str"), {"concept": "ascites", "status": 1})
    ['status']
    """
    if not loc:
        return []
    step, rest = loc[0], loc[1:]
    without = _steps(rest, data)
    is_key = isinstance(data, dict) and step in data
    is_index = isinstance(data, list) and isinstance(step, int) and step < len(data)
    taken = [step, *_steps(rest, data[step])] if is_key or is_index else []
    return taken if len(taken) > len(without) else without


def _place(path: list[str | int]) -> Place:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return Place(path=text.removeprefix(".") or None)
