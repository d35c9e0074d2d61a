"""One leaf in the form of a rule set, as plain data, to the leaf itself, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from eligo.criteria import LEAF, Leaf
from eligo.errors import EligoError, Place, Problem
from eligo.ruleset.code import from_node
from eligo.ruleset.nodes import Node
from eligo.ruleset.words import check_words

_ADAPTER: TypeAdapter[Any] = TypeAdapter(Node)
_HELP = "a leaf is written as in a rule set: see `eligo schema ruleset`"


def read_leaf(data: Mapping[str, Any]) -> Leaf:
    """Read a leaf; raise `EligoError` with every problem.

    >>> read_leaf({"concept": "ascites"}).concept
    'ascites'
    """
    try:
        node = _ADAPTER.validate_python(data)
    except ValidationError as error:
        raise EligoError(map(_problem, error.errors(include_url=False, include_input=False))) from None
    problems = list[Problem]()
    leaf = from_node(node, "", lambda path: Place(path=".".join(map(str, path)) or None), problems)
    if not isinstance(leaf, LEAF):
        problems.append(Problem("leaf", "this joins several leaves, and an answer is to one", help=_HELP))
    else:
        problems += check_words(leaf)
    if problems:
        raise EligoError(dict.fromkeys(problems))
    return cast(Leaf, leaf)


def _problem(error: Mapping[str, Any]) -> Problem:
    last = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return Problem("unknown-key", f"unknown key `{last}`", Place(path=last), _HELP)
    if error["type"] == "missing":
        return Problem("missing-key", f"the key `{last}` is missing", help=_HELP)
    return Problem("ruleset-value", f"`{last}` does not fit", Place(path=last or None), _HELP)
