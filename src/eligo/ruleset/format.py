"""The text of a rule set file in, its canonical form out, with every comment kept beside what it was written beside.

The form is that of `ruleset.dumps`. A comment belongs to a part of the data (by its path), so it finds its place again
whatever lines the canonical form has; where two comments end on one line, they are joined, never dropped. Behind the
last item of a list, a comment that is deeper than the dashes belongs to the item; one as deep as them, to the list.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import Literal

import yaml

from eligo.dataclass import dataclass, field
from eligo.ruleset import dumps, loads
from eligo.yamltext import Path

Where = Literal["before", "after", "beside", "opening", "end"]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, from its `#`, and where: before, after or beside the part at `path`, or beside its opening."""

    text: str
    where: Where
    path: Path = ()


@dataclass(slots=True)
class _Layout:
    """Where the parts of a text stand: (line, column) of each start, and of the end of each scalar or closed flow."""

    starts: list[tuple[tuple[int, int], Path]] = field(default_factory=list)
    ends: list[tuple[tuple[int, int], Path]] = field(default_factory=list)
    dashes: dict[Path, int] = field(default_factory=dict)  # the column of the dashes of each list that has them


def format_text(text: str, file: str | None = None) -> str:
    r"""The canonical form of a rule set file; raise `EligoError` where it is none.

    >>> format_text("trial: X # mine\ntitle:   t\nstates_no_criteria: true\nsource: {}\n")
    'trial: X  # mine\ntitle: t\nsource: {}\nstates_no_criteria: true\n'
    """
    canonical = dumps(loads(text, file))
    found = list(comments(text))
    return with_comments(canonical, found)


def comments(text: str) -> Iterator[Comment]:
    """Every comment of a YAML text, in order."""
    return (comment for _, comment in _placed(text))


def own_lines(text: str) -> dict[int, Comment]:
    """The lines, counted from 0, that hold nothing but a comment, and that comment."""
    lines = text.split("\n")
    return {line: comment for line, comment in _placed(text) if lines[line].lstrip().startswith("#")}


def _placed(text: str) -> Iterator[tuple[int, Comment]]:
    """Every comment with its line."""
    lines = text.split("\n")
    layout = _layout(text)
    start_marks = [mark for mark, _ in layout.starts]
    end_marks = [mark for mark, _ in layout.ends]
    gap, shallowest = (-1, -1), 0
    for line, column in _comment_marks(text):
        words = lines[line][column:].rstrip()
        following = bisect.bisect_left(start_marks, (line, column))
        before = bisect.bisect_right(end_marks, (line, column)) - 1
        if lines[line][:column].strip():
            ended = before >= 0 and end_marks[before][0] == line
            path = layout.ends[before][1] if ended else _opened(layout, line)
            yield line, Comment(words, "beside" if ended else "opening", path)
        else:
            # Behind a comment that is no longer inside a part, a deeper one is not inside it again.
            shallowest = min(shallowest, column) if gap == (following, before) else column
            gap = following, before
            yield line, _alone(words, shallowest, layout, lines, gap)


def _alone(words: str, column: int, layout: _Layout, lines: list[str], gap: tuple[int, int]) -> Comment:
    """The comment of a line of its own, which stands before the start and after the end that the gap numbers."""
    following, before = gap
    last = layout.ends[before] if before >= 0 else None
    if following == len(layout.starts):
        return Comment(words, "after", _around(last[1], column, layout)) if column and last else Comment(words, "end")
    (line, _), path = layout.starts[following]
    indent = len(lines[line]) - len(lines[line].lstrip())
    opened = last and following > 0 and layout.starts[following - 1][0] > last[0]
    if column > indent and last and not opened:
        return Comment(words, "after", _around(last[1], column, layout))
    return Comment(words, "before", path)


def _around(path: Path, column: int, layout: _Layout) -> Path:
    """The part that has just ended; or the list around it, where the column is no deeper than the list's dashes."""
    return next((path[:i] for i in range(len(path)) if column <= layout.dashes.get(path[:i], -1)), path)


def _opened(layout: _Layout, line: int) -> Path:
    """The last part that begins on a line which ends no part: `criteria:  # three of them`."""
    return next((path for mark, path in reversed(layout.starts) if mark[0] <= line), ())


def _comment_marks(text: str) -> Iterator[tuple[int, int]]:
    """Line and column of each `#` that begins a comment: what stands between the tokens."""
    lines = text.split("\n")
    last = (0, 0)
    for token in yaml.scan(text, Loader=_LOADER):
        start, end = token.start_mark, token.end_mark
        yield from _between(lines, last, (start.line, start.column))
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            head = lines[start.line].find(" #", start.column)
            if head >= 0:  # a block of text may have a comment after its `|`
                yield start.line, head + 1
        last = max(last, (end.line, end.column))
    yield from _between(lines, last, (len(lines) - 1, len(lines[-1])))


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    for line in range(start[0], min(end[0] + 1, len(lines))):
        first = start[1] if line == start[0] else 0
        last = end[1] if line == end[0] else len(lines[line])
        column = lines[line].find("#", first, last)
        if column >= 0:
            yield line, column


def _layout(text: str) -> _Layout:
    layout = _Layout()
    node = yaml.compose(text, Loader=_LOADER)
    if node is not None:
        _lay(node, (), layout)
    layout.starts.sort(key=lambda item: item[0])
    layout.ends.sort(key=lambda item: item[0])
    return layout


def _lay(node: yaml.Node, path: Path, layout: _Layout) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            own = (*path, str(key.value))
            layout.starts.append(((key.start_mark.line, key.start_mark.column), own))
            _lay(value, own, layout)
    elif isinstance(node, yaml.SequenceNode):
        if not node.flow_style:
            layout.dashes[path] = node.start_mark.column
        for i, part in enumerate(node.value):
            # The dash stands before the part, on the same line.
            layout.starts.append(((part.start_mark.line, max(part.start_mark.column - 2, 0)), (*path, i)))
            _lay(part, (*path, i), layout)
    # A block of mappings or of lines ends where the next token begins, which is no place for a comment.
    flowing = getattr(node, "flow_style", None)
    block_text = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    if not block_text and (isinstance(node, yaml.ScalarNode) or flowing):
        layout.ends.append(((node.end_mark.line, node.end_mark.column), path))


def start_lines(text: str) -> dict[Path, int]:
    """The line, counted from 0, on which each part of a YAML text begins."""
    return {path: mark[0] for mark, path in reversed(_layout(text).starts)}


def with_comments(text: str, found: list[Comment]) -> str:
    """Put the comments into a canonical text; give it back as it is where there are none."""
    if not found:
        return text
    lines = text.rstrip("\n").split("\n")
    layout = _layout(text)
    starts = {path: mark[0] for mark, path in reversed(layout.starts)}
    # What was a flow may be a block now: its end is that of its last part.
    ends = {path[:depth]: mark[0] for mark, path in layout.ends for depth in range(1, len(path) + 1)}
    inside = _inside_scalars(text)
    above: dict[int, list[str]] = {}
    below: dict[int, list[str]] = {}
    beside: dict[int, list[str]] = {}
    for comment in found:
        if comment.where == "end":
            below.setdefault(len(lines), []).append(comment.text)
            continue
        path = _known(comment.path, starts)
        line = starts.get(path, 0)
        if comment.where == "before":
            above.setdefault(line, []).append(comment.text)
            continue
        last = line if comment.where == "opening" else ends.get(path, line)
        while last in inside:
            last += 1
        (below if comment.where == "after" else beside).setdefault(last, []).append(comment.text)
    written = []
    for i, line_text in enumerate(lines):
        indent = line_text[: len(line_text) - len(line_text.lstrip())]
        written += [indent + c for c in above.get(i, ())]
        written.append("  ".join([line_text, *beside.get(i, ())]))
        deeper = _indent_of_part(lines, i)
        written += [deeper + c for c in below.get(i, ())]
    return "\n".join([*written, *below.get(len(lines), ())]) + "\n"


def _indent_of_part(lines: list[str], line: int) -> str:
    """The indentation under which a comment after this line still belongs to it: deeper than what follows."""
    own = lines[line]
    following = lines[line + 1] if line + 1 < len(lines) else ""
    width = max(len(own) - len(own.lstrip()), 2)
    next_width = len(following) - len(following.lstrip())
    return " " * max(width, next_width + 2 if width <= next_width else width)


def _inside_scalars(text: str) -> set[int]:
    """The lines whose end lies inside a scalar of several lines, where a comment would become text."""
    inside = set[int]()
    for token in yaml.scan(text, Loader=_LOADER):
        if isinstance(token, yaml.ScalarToken):
            inside |= set(range(token.start_mark.line, token.end_mark.line))
    return inside


def _known(path: Path, starts: dict[Path, int]) -> Path:
    """The part itself, or the nearest part around it that the canonical form has."""
    while path and path not in starts:
        path = path[:-1]
    return path
