"""Strict YAML: text to plain data with the line of every part, or every problem of the text in one pass.

Only `true`, `false`, `null`, decimal integers and decimal fractions are not strings: `no`, `010`, `12:30` and `1e3`
stay the text that a person wrote. Duplicate keys, aliases, tags and several documents are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from eligo.bounds import is_countable
from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem
from eligo.regex import regex

Path = tuple[str | int, ...]

_INT = regex(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = regex(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_NUMBER = regex(rf"{_INT.pattern}|{_FLOAT.pattern}")
_HELP = "check the brackets, the colons and the indentation here and in the line above"
_UNSAID = ("it is not well formed", _HELP)
# What the parser complains of, by words of it: what is wrong in ours, and what helps.
_COMPLAINTS = {
    "expected node content": ("a value is missing, or a bracket is not closed", _HELP),
    "expected ',' or": ("a comma or a closing bracket is missing", "close the bracket, and part its parts by commas"),
    "mapping values are not allowed": (
        "a colon stands where none can",
        "put text with a colon in quotes; check the indentation here, and the line above",
    ),
    "cannot start any token": (
        "a word begins with a sign that YAML keeps for itself, or a tab indents the line",
        "put text that begins with %, @ or ` in quotes; indent by spaces",
    ),
    "unexpected end of stream": ("a closing quote is missing", "look for text in quotes above"),
    "expected '-' indicator": ("a list goes on as something else", "begin each item with `- `, at one indentation"),
    "sequence entries are not allowed": ("a list begins behind a key", "begin a list on a line of its own"),
    "expected ':'": ("a colon is missing", "a key and its value need a colon between them"),
    "expected <block end>": ("the indentation is not that of the lines above", "indent parts of one thing alike"),
    "undefined alias": ("a word begins with `*`", "put it in quotes"),
    "alphabetic or numeric": ("a word begins with `&` or `*`", "put it in quotes"),
    "another document": ("a second document begins", "keep one document in a file"),
    "escape character": ("a backslash stands before what it cannot stand before", "use single quotes"),
}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_TAG = regex(r"(?:^|[\s\[{,])!", re.MULTILINE)
_MAX_DEPTH = 60


@dataclass(slots=True)
class YamlText:
    """The data of a YAML text, and where each part of it stands."""

    data: Any
    lines: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path, file: str | None = None) -> Place:
        """The line and column of the part at `path`, or of its nearest part that has one."""
        dotted = ".".join(map(str, path)) or None
        while path and path not in self.lines:
            path = path[:-1]
        line, column = self.lines.get(path, (1, 1))
        return Place(file, line, column, dotted)


def read_yaml(text: str, file: str | None = None) -> YamlText:
    """Read one YAML document; raise `EligoError` with all duplicate keys and forms that are refused."""
    loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        message, help_ = _said(error.problem or "")
        raise EligoError(Problem("yaml-syntax", f"the YAML cannot be read: {message}", place, help_)) from None
    except (yaml.YAMLError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        reason = "it is nested too deeply" if nested else "a control character stands in it"
        raise EligoError(Problem("yaml-syntax", f"the YAML cannot be read: {reason}", Place(file), _HELP)) from None
    result, problems = YamlText(None), list(_tags(text, loader, file)) if _TAG.search(text) else []
    if node is not None:
        result.data = _construct(node, (), result.lines, problems, file, set())
    if problems:
        raise EligoError(problems)
    return result


def _said(problem: str) -> tuple[str, str]:
    """The parser's complaint in our words, and what helps."""
    return next((said for words, said in _COMPLAINTS.items() if words in problem), _UNSAID)


def _tags(text: str, loader: Any, file: str | None) -> Iterator[Problem]:
    """Every tag that somebody wrote: it would make another thing of a part than what stands there."""
    for event in yaml.parse(text, Loader=loader):
        if getattr(event, "tag", None) is not None:
            mark = event.start_mark
            place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
            yield Problem("yaml-tag", "a part has a tag", place, "write it without")


def _construct(
    node: yaml.Node,
    path: Path,
    lines: dict[Path, tuple[int, int]],
    problems: list[Problem],
    file: str | None,
    seen: set[int],
) -> Any:
    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1, ".".join(map(str, path)) or None)
    lines[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in seen:
        problems.append(Problem("yaml-alias", "a part is repeated by an alias", place, "write it out"))
        return None
    if len(path) > _MAX_DEPTH:
        problems.append(Problem("yaml-nesting", "a part is nested too deeply", place))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_construct(v, (*path, i), lines, problems, file, seen) for i, v in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            here = Place(file, key_node.start_mark.line + 1, key_node.start_mark.column + 1, place.path)
            if not isinstance(key_node, yaml.ScalarNode) or key == "<<":
                problems.append(Problem("yaml-key", "a key must be a plain word", here))
            elif key in mapping:
                problems.append(Problem("duplicate-key", f"the key `{key}` appears twice", here, "keep one of the two"))
            else:
                mapping[key] = _construct(value_node, (*path, key), lines, problems, file, seen)
                lines[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        return mapping
    assert isinstance(node, yaml.ScalarNode)  # the three kinds of node are all there are
    if not node.style and _NUMBER.fullmatch(node.value) and not is_countable(float(node.value)):
        problems.append(Problem("yaml-number", "the number is larger than any that is measured", place))
        return None
    return _scalar(node.value, node.style)


def _scalar(text: str, style: str | None) -> str | int | float | bool | None:
    if style:  # quoted or block: always text (a plain one has None, or "" from the C loader)
        return str(text)
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else str(text)
