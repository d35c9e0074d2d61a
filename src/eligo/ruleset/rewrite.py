"""A rule set file and its new content in, the new file out: what did not change stays as its author wrote it.

Comments go where their parts go (`Moves`). A criterion that is the same before and after keeps its lines, byte for
byte, and so do the comments at the end of a list; everything else is written in the canonical form. Which comments are
a criterion's and which are its list's is for `format` to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from eligo.criteria import Criterion
from eligo.dataclass import dataclass, replace
from eligo.regex import regex
from eligo.ruleset import RuleSet, dumps, loads
from eligo.ruleset.format import Comment, comments, own_lines, start_lines, with_comments
from eligo.yamltext import Path

Moves = Mapping[Path, Path]  # where a part was, and where it is now; what is inside it goes along
LISTS = ("criteria", "removed")

_DASH = regex(r"( *)- +\S")
_SOURCE_ITEM = regex(r"^(\s*(?:- +)?source_item: )[^#\n]*?( *#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one criterion, with the comments above it."""

    start: int
    end: int
    indent: int


def rewrite(text: str, ruleset: RuleSet, moves: Moves) -> str:
    """The file that says `ruleset`, with the comments and the untouched lines of `text`."""
    old = loads(text)
    if old == ruleset:
        return text
    found = [replace(c, path=_moved(c.path, moves)) for c in comments(text)]
    canonical = dumps(ruleset)
    written = with_comments(canonical, found)
    closing = {path: lines for path, lines in _closing(text).items() if _criterion(ruleset, (*path, 0))}
    others = [c for c in found if c.where != "after" or c.path not in closing]
    kept = _with_kept_lines(text, with_comments(canonical, others), old, ruleset, moves, closing)
    # The canonical form is always right; lines are kept only where that loses nothing and says the same.
    return kept if kept is not None and loads(kept) == ruleset and _words(comments(kept)) == _words(found) else written


def _words(found: Iterable[Comment]) -> Counter[str]:
    """The words of comments; two that end on one line are joined, so words are counted, not comments."""
    return Counter(" ".join(c.text for c in found).replace("#", " ").split())


def _moved(path: Path, moves: Moves) -> Path:
    for depth in range(len(path), 0, -1):
        if path[:depth] in moves:
            return (*moves[path[:depth]], *path[depth:])
    return path


def _closing(text: str) -> dict[Path, list[str]]:
    """The lines of comments that stand at the end of a list of criteria and belong to the list itself."""
    lines = text.split("\n")
    found: dict[Path, list[str]] = {}
    for line, comment in own_lines(text).items():
        if comment.where == "after" and len(comment.path) == 1 and comment.path[0] in LISTS:
            found.setdefault(comment.path, []).append(lines[line])
    return found


def _with_kept_lines(
    text: str, written: str, old: RuleSet, new: RuleSet, moves: Moves, closing: Mapping[Path, list[str]]
) -> str | None:
    """The written text with the old lines of what is the same; None where criteria have no lines of their own."""
    before, after = _blocks(text), _blocks(written)
    if before is None or after is None or len({b.indent for b in before.values()}) != 1:
        return None
    indent = next(iter(before.values())).indent
    same = _same(text, before, old, new, moves)
    lines = written.split("\n")
    last = {path[:1]: path for path in after}
    result, at = list[str](), 0
    for path, block in sorted(after.items(), key=lambda item: item[1].start):
        result += lines[at : block.start]
        fresh = [" " * indent + line if line else line for line in lines[block.start : block.end]]
        result += same.get(path) or fresh
        if path == last[path[:1]]:
            result += closing.get(path[:1], ())
        at = block.end
    return "\n".join([*result, *lines[at:]])


def _same(text: str, blocks: Mapping[Path, _Block], old: RuleSet, new: RuleSet, moves: Moves) -> dict[Path, list[str]]:
    """The old lines of each criterion that is the same, by its new place; its place in the source may be another."""
    lines = text.split("\n")
    found: dict[Path, list[str]] = {}
    for path, block in blocks.items():
        goal = _moved(path, moves)
        was, now = _criterion(old, path), _criterion(new, goal)
        if was is None or now is None or replace(was, source_item=now.source_item) != now:
            continue
        own = "\n".join(lines[block.start : block.end])
        if was.source_item != now.source_item:
            own = _SOURCE_ITEM.sub(rf"\g<1>{now.source_item}\g<2>", own, count=1)
        found[goal] = own.split("\n")
    return found


def _criterion(ruleset: RuleSet, path: Path) -> Criterion | None:
    name, index = path
    found = ruleset.criteria if name == "criteria" else ruleset.removed
    return found[index] if isinstance(index, int) and index < len(found) else None


def _blocks(text: str) -> dict[Path, _Block] | None:
    """The lines of each criterion by its path; None where criteria are not written one below the other."""
    lines = text.split("\n")
    starts, alone = start_lines(text), own_lines(text)
    tops = sorted({line for path, line in starts.items() if len(path) == 1} | {len(lines)})
    blocks: dict[Path, _Block] = {}
    for name in LISTS:
        if (name,) not in starts:
            continue
        begin = starts[name,] + 1
        paths = sorted((p for p in starts if len(p) == 2 and p[0] == name), key=lambda p: int(p[1]))
        for path, following in zip(paths, [*paths[1:], None], strict=True):
            dash = _DASH.match(lines[starts[path]])
            if dash is None or starts[path] < begin:
                return None
            limit = starts[following] if following else next(t for t in tops if t > starts[path])
            end = _end(lines, starts[path], limit, {i for i, c in alone.items() if c.path[:2] != path})
            blocks[path] = _Block(begin, end, len(dash[1]))
            begin = end
    return blocks


def _end(lines: list[str], start: int, limit: int, foreign: set[int]) -> int:
    """The line after a criterion and its own comments; behind them stand blank lines and the comments of others."""
    end = limit
    while end > start + 1 and (not lines[end - 1].strip() or end - 1 in foreign):
        end -= 1
    return end


def block_of(text: str, path: Path) -> tuple[int, int] | None:
    """The first line of a criterion, and the line after it; None where it has no lines of its own."""
    block = (_blocks(text) or {}).get(path)
    return (block.start, block.end) if block else None
