"""Blocks to parts: every block gets a role (section, arm, heading, remark or item), looking at its neighbours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Literal

from eligo.criteria import Span
from eligo.dataclass import dataclass, replace
from eligo.pages.headings import (
    GroupName,
    SectionHead,
    group_of_line,
    group_of_section,
    inner_headings,
    inner_labels,
    is_for_everyone,
    is_remark,
    is_topic,
    read_section,
    split_heading,
    starts_group,
)
from eligo.pages.inline import cut_run_on, cut_siblings
from eligo.pages.layout import clean, connector, key, layout
from eligo.pages.leads import asks_all, asks_any, excludes, is_lead, is_mostly_lead, is_negated, takes_part
from eligo.pages.lines import ROW, Block, cells, read_blocks, read_mark
from eligo.pages.people import Population
from eligo.truth import Kind

_SHORTEST_LEAD = 4  # words
_LONGEST = 600  # characters: a longer block is an item

RoleName = Literal["section", "arm", "heading", "remark", "item"]


@dataclass(slots=True)
class Part:
    """A block with its words and its role."""

    block: Block
    words: str | None  # None for a long block
    role: RoleName = "item"
    section: Kind | None = None  # that the part opens
    heading: str | None = None
    group: GroupName | None = None
    lead: str | None = None  # the words about the arm
    others: Population | None = None  # of whom the part speaks, where these are not the patients
    is_table_head: bool = False  # whether it only says what stands in the columns of a table
    is_container: bool = False  # whether sections follow under its heading
    ends_others: bool = False  # whether it speaks of the patients again


def read_parts(text: str, stretches: list[Span]) -> list[Part]:
    """The parts of some stretches of a text, with their roles."""
    blocks = [b for a, z in stretches for b in _blocks(text, a, z)]
    parts = [Part(b, clean(text[b.body : b.end]) if b.end - b.start <= _LONGEST else None) for b in blocks]
    for part in parts:
        if part.block.mark and part.block.mark.style == ROW:
            row = cells(text[slice(*part.block.span)])
            part.is_table_head = all(key(clean(cell)) in layout().table_heads for cell in row if cell)
    _Roles(parts).assign()
    return parts


def _blocks(text: str, start: int, end: int) -> list[Block]:
    """The blocks of one stretch, each heading and each list item on its own."""
    found: list[Block] = []
    for block in read_blocks(text, start, end, _is_heading_line):
        found.extend(_heading_apart(text, block))
    return cut_siblings(text, found)


def _is_heading_line(line: str) -> bool:
    words = clean(line)
    head = read_section(words) if words[-1:] != "." else None
    return head is not None and not head.after


def _heading_apart(text: str, block: Block) -> list[Block]:
    """A block in pieces, where headings of sections or labels of fields stand at its start or inside it."""
    raw = text[block.start : block.end]
    labels = inner_labels(raw) if block.mark is None else []
    edges = {block.start + at for span in (*inner_headings(raw), *labels) for at in span}
    length = split_heading(text[block.body : min(edges - {block.start}, default=block.end)], block.mark is not None)
    if length is not None:
        edges.add(block.body + length)
    if not edges:
        return [block]
    pieces = list(_pieces(text, block, sorted(edges | {block.start, block.end})))
    if labels or any(key(clean(text[p.start : p.end])) in layout().topical for p in pieces if len(pieces) > 1):
        return [part for piece in pieces for part in cut_run_on(text, piece)]
    return pieces


def _pieces(text: str, block: Block, edges: list[int]) -> Iterator[Block]:
    """The stretches between the edges as blocks, each with its own mark."""
    for a, z in itertools.pairwise(edges):
        words = text[a:z].strip()
        start = a + len(text[a:z]) - len(text[a:z].lstrip())
        if words and start == block.start:
            yield replace(block, end=start + len(words))
        elif words:
            mark, body = read_mark(text, start, start + len(words)) or (None, start)
            yield Block(start, body, start + len(words), block.column, block.column + body - start, mark, True, True)


class _Roles:
    """Gives each part its role."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self._section: Kind = "inclusion"
        self._open: list[Block] = []  # the list items that an indented paragraph may stand in, outermost first
        self._first = False  # of its section

    def assign(self) -> None:
        """Set the role of every part, in order."""
        for index, part in enumerate(self._parts):
            following = self._parts[index + 1].block if index + 1 < len(self._parts) else None
            if part.words:
                self._assign(part, part.words, following)
            if part.words == "" or (part.words and part.block.mark and not any(map(str.isalnum, part.words))):
                part.role = "remark"  # a mark without words, or invisible characters
            self._first = part.role == "section"
            if part.section:
                self._section = part.section
            if part.role in ("section", "arm", "heading"):
                self._open.clear()
            elif part.block.mark:
                while self._open and self._open[-1].column >= part.block.column:
                    self._open.pop()
                self._open.append(part.block)

    def _assign(self, part: Part, words: str, following: Block | None) -> None:
        mark = part.block.mark
        head = read_section(words, mark is not None)
        if is_remark(words) or part.is_table_head:
            part.role = "remark"
        elif head:
            self._open_section(part, head, words)
        elif mark:
            lettered = words.endswith(":") and mark.number.isalpha()
            group = group_of_line(f"{mark.number}. {words}", strict=False) if lettered else None
            if group and group.explicit:
                part.role, part.group = "arm", group
        elif not self._stands_in_item(part.block, following):
            self._assign_paragraph(part, words, following)

    def _open_section(self, part: Part, head: SectionHead, words: str) -> None:
        part.role = "section"
        part.is_container = head.kind == "container"
        part.section = "exclusion" if head.kind == "exclusion" else "inclusion"
        part.group = group_of_section(head)
        plain = not head.before and not head.after and key(words) not in layout().topical
        part.heading = None if plain or part.group else words.rstrip(" :：")

    def _stands_in_item(self, block: Block, following: Block | None) -> bool:
        """Whether an indented paragraph belongs to the list item before it, and heads nothing that follows."""
        if not any(block.column > b.column + 1 for b in self._open):
            return False
        return following is not None and following.column >= block.column

    def _assign_paragraph(self, part: Part, words: str, following: Block | None) -> None:
        colon = words.endswith((":", "："))
        listed = following is not None and following.mark is not None
        heads = listed and words[-1] not in ".;,!?)"
        if connector(words):
            return
        if colon and is_for_everyone(words):
            part.role, part.heading = "heading", words.rstrip(" :：")
            return
        arm = _arm(words, colon, heads or (listed and words.endswith(")")))
        if arm:
            part.role, (part.group, part.lead) = "arm", arm
        elif colon or (listed and is_lead(words) and (takes_part(words) or len(words.split()) >= _SHORTEST_LEAD)):
            self._assign_colon(part, words)
        elif heads and is_topic(words, colon=False):
            part.role, part.heading = "heading", words

    def _assign_colon(self, part: Part, words: str) -> None:
        """Decide whether a paragraph with a colon opens the exclusions, is a heading, or an item with others below."""
        heading = words.rstrip(" :：.")
        excluding = excludes(words)
        if excluding and self._section == "inclusion":
            part.role, part.section, part.heading = "section", "exclusion", heading
        elif is_lead(words) or (self._first and is_mostly_lead(words)):
            denied = is_negated(words) and not excluding
            grouped = asks_any(words) if self._section == "inclusion" else asks_all(words)
            if not denied and not grouped:
                part.role, part.heading = "heading", heading
        elif is_topic(words, colon=True) and not is_negated(words):
            part.role, part.heading = "heading", heading


def _arm(words: str, colon: bool, heads: bool) -> tuple[GroupName, str | None] | None:
    """The group that a paragraph names as the head of what follows, or begins to speak of, with its words about it."""
    group = group_of_line(words, strict=not colon) if colon or heads else None
    if group:
        return group, None
    return None if colon else starts_group(words)
