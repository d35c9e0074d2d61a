"""Blocks to a tree: which list item stands below which, from indentation, the style of the marks, and their numbers.

Where a text keeps its indentation, that decides; where it was lost, a list after which another goes on stands below it.
"""

from __future__ import annotations

from collections.abc import Sequence

from eligo.dataclass import dataclass, field
from eligo.pages.headings import announces, is_choice
from eligo.pages.layout import announces_list, clean, connector, layout
from eligo.pages.lines import Block, Mark, bullet_rank

_DEEPEST = 12
_LOOK_AHEAD = 40


@dataclass(slots=True)
class Node:
    """A block with the paragraphs that go on with it and the items below it."""

    block: Block
    more: list[Block] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.block.start

    @property
    def lead_end(self) -> int:
        """Where the node's own words end."""
        return self.more[-1].end if self.more else self.block.end

    @property
    def end(self) -> int:
        """Where the node ends, with everything below it."""
        node = self
        while node.children:
            node = node.children[-1]
        return max(node.lead_end, self.lead_end)


@dataclass(slots=True)
class _Level:
    """A list that is open: where its marks stand, their style and last number, and its last item."""

    column: int
    body_column: int
    style: str
    ordinal: int | None
    node: Node
    siblings: list[Node]


class Outline:
    """The tree of the blocks of one stretch of items, built block by block."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self.top: list[Node] = []
        self._text, self._blocks = text, blocks
        self._levels: list[_Level] = []
        self._leftmost = _leftmost(blocks)
        self._noting = False  # after `Notes:` paragraphs go on with the item before
        for index, block in enumerate(blocks):
            if block.mark is None:
                self._paragraph(block)
            else:
                self._noting = False
                self._marked(block, index)

    # --- list items

    def _marked(self, block: Block, index: int) -> None:
        while self._levels and _side(block, self._levels[-1]) < 0:
            self._levels.pop()
        if not self._levels:
            self._open(block, self.top)
            return
        top = self._levels[-1]
        if _side(block, top) > 0 and not self._goes_on(block, top) and not self._is_ragged(block, index, top):
            self._open(block, top.node.children)
            return
        same = self._level_of(block)
        if same is not None:
            del self._levels[same + 1 :]
            self._next(block, self._levels[same])
        elif self._is_below(block, index, top):
            self._open(block, top.node.children)
        else:
            self._levels.pop()
            while self._levels and _side(block, self._levels[-1]) == 0 and _is_deeper(top.style, block.mark):
                top = self._levels.pop()
            self._open(block, top.siblings)

    def _goes_on(self, block: Block, level: _Level) -> bool:
        """Whether an indented number is the next one of the list around it, and no first one of a list below."""
        mark = block.mark
        return bool(
            mark
            and mark.ordinal
            and mark.ordinal > 1
            and level.style == mark.style
            and level.ordinal == mark.ordinal - 1
        )

    def _is_ragged(self, block: Block, index: int, level: _Level) -> bool:
        """Whether only the first mark of a list stands further left than the others, which are not below its words."""
        mark = block.mark
        same = mark is not None and mark.style == level.style and mark.ordinal is None
        inside = block.column < level.body_column and self._leftmost[index] > level.column + 1
        return same and inside and not opens(self._text, level.node)

    def _level_of(self, block: Block) -> int | None:
        """The open list at the block's column that the block goes on with, the innermost first."""
        mark = block.mark
        assert mark is not None
        fallback = None
        for index in range(len(self._levels) - 1, -1, -1):
            level = self._levels[index]
            if _side(block, level) < 0 or (_side(block, level) > 0 and index < len(self._levels) - 1):
                break
            if level.style != mark.style and not _is_variant(level, mark):
                continue
            if mark.ordinal is None or level.ordinal == mark.ordinal - 1:
                return index
            if fallback is None and not (mark.ordinal == 1 and opens(self._text, level.node)):
                fallback = index
        return fallback

    def _is_below(self, block: Block, index: int, top: _Level) -> bool:
        """Whether a list of another style, at the same column, stands below the open item."""
        mark, above = block.mark, top.node.block.mark
        if len(self._levels) >= _DEEPEST:
            return False
        if above is None or mark is None or opens(self._text, top.node):
            return True
        if mark.ordinal is None and above.ordinal is None:
            return (bullet_rank(mark.style) or 0) > (bullet_rank(above.style) or 0)
        if mark.ordinal == 1 and _rank(mark.style) > _rank(above.style) and above.ordinal is not None:
            return True
        return above.ordinal is not None and self._resumes(index, block, above.style, above.ordinal + 1)

    def _resumes(self, index: int, block: Block, style: str, ordinal: int) -> bool:
        """Whether a list goes on after the blocks from `index` on."""
        for later in self._blocks[index + 1 : index + _LOOK_AHEAD]:
            mark = later.mark
            if mark and mark.style == style and abs(later.column - block.column) <= 1:
                return mark.ordinal == ordinal
        return False

    def _open(self, block: Block, siblings: list[Node]) -> None:
        """Start a list with the block."""
        mark = block.mark
        if len(self._levels) >= _DEEPEST:
            self._next(block, self._levels[-1])
            return
        node = Node(block)
        siblings.append(node)
        style, ordinal = (mark.style, mark.ordinal) if mark else ("", None)
        self._levels.append(_Level(block.column, block.body_column, style, ordinal, node, siblings))

    def _next(self, block: Block, level: _Level) -> None:
        """Go on with a list."""
        level.node = Node(block)
        level.siblings.append(level.node)
        level.column, level.body_column = block.column, block.body_column
        level.ordinal = block.mark.ordinal if block.mark else None

    # --- paragraphs

    def _paragraph(self, block: Block) -> None:
        words = clean(self._text[block.start : min(block.end, block.start + 80)])
        around = self._around(block)
        small = bool(self._levels) and words[:1].islower()
        if around is not None:
            del self._levels[around + 1 :]
            node = self._levels[around].node
            if node.children or (opens(self._text, node) and not _continues(words)):
                node.children.append(Node(block))
            else:
                node.more.append(block)
        elif self.top and (self._noting or _continues(words)):
            self._noting = self._noting or words.endswith(":")
            _last(self.top[-1]).more.append(block)
        elif small and not self._levels[0].style:
            del self._levels[1:]
            self.top[-1].children.append(Node(block))
        elif small and self._is_broken(_last(self.top[-1])):
            _last(self.top[-1]).more.append(block)
        else:
            self._apart(block)

    def _around(self, block: Block) -> int | None:
        """The open list in whose item an indented paragraph stands; None where it stands in none."""
        found = (i for i in range(len(self._levels) - 1, -1, -1) if block.column > self._levels[i].column + 1)
        index = next(found, None)
        return index if index is not None and self._levels[index].style else None

    def _apart(self, block: Block) -> None:
        """Put a paragraph beside the items before it; what follows stands below it only where it announces a list."""
        self._levels.clear()
        self._open(block, self.top)
        words = clean(self._text[block.body : block.end])
        if not is_choice(words) and not (opens(self._text, self.top[-1]) and announces(words)):
            self._levels.clear()

    def _is_broken(self, node: Node) -> bool:
        """Whether a node's words stop in the middle of a sentence."""
        return self._text[node.lead_end - 1] not in ".;:!?"


def _is_deeper(style: str, mark: Mark | None) -> bool:
    """Whether a glyph usually stands deeper than the mark, which is a glyph too."""
    if mark is None or mark.ordinal is not None:
        return False
    return (bullet_rank(style) or 0) > (bullet_rank(mark.style) or 0)


def _is_variant(level: _Level, mark: Mark) -> bool:
    """Whether a number goes on with a list whose numbers look a little different: `3)` after `2.`."""
    next_ = mark.ordinal is not None and mark.ordinal > 1 and level.ordinal == mark.ordinal - 1
    return next_ and level.style.strip("().") == mark.style.strip("().")


def _leftmost(blocks: Sequence[Block]) -> list[int]:
    """For each block, the smallest column of a mark from there on."""
    columns, least = [], 10_000
    for block in reversed(blocks):
        least = min(least, block.column) if block.mark else least
        columns.append(least)
    return columns[::-1]


def _side(block: Block, level: _Level) -> int:
    """Whether the block stands left of a list's marks (-1), under them (0) or right of them (1)."""
    if not level.style:  # a paragraph: whatever follows stands below it
        return 1 if block.mark else 0
    if abs(block.column - level.column) <= 1 or block.body_column == level.body_column:
        return 0
    return 1 if block.column > level.column else -1


def opens(text: str, node: Node) -> bool:
    """Whether a node's words announce a list."""
    end = node.lead_end
    return announces_list(text[max(node.start, end - 30) : end])


def _rank(style: str) -> int:
    """How deep a style of numbers usually stands."""
    if style in ("A.", "I.", "A)", "I)") or style.startswith("#"):
        return 0
    if style == "1.":
        return 1
    return 2 if style == "1)" else 3


def _continues(words: str) -> bool:
    """Whether a paragraph goes on with the item before it."""
    small = words.lower().lstrip("(*[ ")
    if connector(words) or not any(map(str.isalnum, words)):
        return True
    return small.startswith(layout().continues) and not small[_prefix(small)].isalpha()


def _prefix(small: str) -> int:
    word = next(w for w in sorted(layout().continues, key=len, reverse=True) if small.startswith(w))
    return min(len(word), len(small) - 1)


def _last(node: Node) -> Node:
    while node.children:
        node = node.children[-1]
    return node
