"""Blocks to groups: each stretch of list items with its section, its arm and the heading that governs it.

First every block gets a role (section, arm, heading, remark or item), looking at its neighbours; then the roles are read in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from eligo.criteria import Span
from eligo.reading.headings import (
    GroupName,
    SectionHead,
    asks_all,
    asks_any,
    excludes,
    group_of_line,
    group_of_section,
    inner_headings,
    is_for_everyone,
    is_lead,
    is_mostly_lead,
    is_negated,
    is_remark,
    is_topic,
    read_section,
    split_heading,
    starts_group,
)
from eligo.reading.inline import cut_siblings
from eligo.reading.layout import clean, connector, key, layout
from eligo.reading.lines import Block, read_blocks, read_mark
from eligo.truth import Kind

_LONGEST = 600  # characters: a longer block is an item
_LONGEST_NAME = 80

RoleName = Literal["section", "arm", "heading", "remark", "item"]


@dataclass(frozen=True, slots=True)
class Arm:
    """A group of patients that the criteria tell apart: a patient needs one of them.

    `lead` is the sentence that says who belongs to it, where the source has one: the arm's population criterion.
    """

    id: str
    label: str
    lead: str | None
    spans: tuple[Span, ...]


@dataclass(slots=True)
class Group:
    """List items under one heading of one section and arm."""

    section: Kind
    cohort: str | None
    heading: str | None
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Sections:
    """The groups of a text, its arms, and the places of headings and remarks."""

    groups: list[Group]
    arms: tuple[Arm, ...]
    headings: list[Span]
    remarks: list[Span]


@dataclass(slots=True)
class _Part:
    """A block with its words and its role."""

    block: Block
    words: str | None  # None for a long block
    role: RoleName = "item"
    section: Kind | None = None  # that the part opens
    heading: str | None = None
    group: GroupName | None = None
    lead: str | None = None  # the words about the arm


def read_groups(text: str, stretches: list[Span]) -> Sections:
    """Read the stretches of a text as criteria."""
    blocks = [b for a, z in stretches for b in _blocks(text, a, z)]
    parts = [_Part(b, clean(text[b.body : b.end]) if b.end - b.start <= _LONGEST else None) for b in blocks]
    _Roles(parts).assign()
    _settle_arms(text, parts)
    return _Reader(text, parts).read()


def _blocks(text: str, start: int, end: int) -> list[Block]:
    """The blocks of one stretch, each heading and each list item on its own."""
    found: list[Block] = []
    for block in read_blocks(text, start, end, _is_heading_line):
        edges = [block.start]
        for a, z in inner_headings(text[block.start : block.end]):
            edges += [block.start + a, block.start + z]
        edges.append(block.end)
        found.extend(_heading_apart(text, block, edges))
    return cut_siblings(text, found)


def _is_heading_line(line: str) -> bool:
    words = clean(line)
    head = read_section(words) if words[:1].isupper() and words[-1] != "." else None
    return head is not None and not head.after


def _heading_apart(text: str, block: Block, edges: list[int]) -> list[Block]:
    """The pieces of a block between the edges; a heading at the start of a piece is a piece of its own."""
    length = split_heading(text[block.body : edges[1]], block.mark is not None)
    if length is not None:
        edges.insert(1, block.body + length)
    if len(edges) == 2:
        return [block]
    pieces = []
    for a, z in zip(edges, edges[1:], strict=False):
        while a < z and text[a].isspace():
            a += 1
        last = z
        while last > a and text[last - 1].isspace():
            last -= 1
        if a == last:
            continue
        if a == block.start:
            pieces.append(replace(block, end=last))
            continue
        found = read_mark(text, a, last)
        mark, body = found if found else (None, a)
        pieces.append(Block(a, body, last, block.column, block.column + body - a, mark, True, True))
    return pieces


class _Roles:
    """Gives each part its role."""

    def __init__(self, parts: list[_Part]) -> None:
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
            elif part.words == "":  # a mark without words
                part.role = "remark"
            self._first = part.role == "section"
            if part.section:
                self._section = part.section
            if part.role in ("section", "arm", "heading"):
                self._open.clear()
            elif part.block.mark:
                while self._open and self._open[-1].column >= part.block.column:
                    self._open.pop()
                self._open.append(part.block)

    def _assign(self, part: _Part, words: str, following: Block | None) -> None:
        marked = part.block.mark is not None
        head = read_section(words, marked)
        if is_remark(words):
            part.role = "remark"
        elif head:
            self._open_section(part, head, words)
        elif marked:
            mark = part.block.mark
            group = group_of_line(f"{mark.number}. {words}", strict=False) if mark and words.endswith(":") and mark.number.isalpha() else None
            if group and group.explicit:
                part.role, part.group = "arm", group
        elif not self._stands_in_item(part.block, following):
            self._assign_paragraph(part, words, following)

    def _open_section(self, part: _Part, head: SectionHead, words: str) -> None:
        part.role = "section"
        part.section = "exclusion" if head.kind == "exclusion" else "inclusion"
        part.group = group_of_section(head)
        plain = not head.before and not head.after and key(words) not in layout().topical
        part.heading = None if plain or part.group else words.rstrip(" :：")

    def _stands_in_item(self, block: Block, following: Block | None) -> bool:
        """Whether an indented paragraph belongs to the list item before it, and heads nothing that follows."""
        if not any(block.column > b.column + 1 for b in self._open):
            return False
        return following is not None and following.column >= block.column

    def _assign_paragraph(self, part: _Part, words: str, following: Block | None) -> None:
        colon = words.endswith((":", "："))
        heads = following is not None and following.mark is not None and words[-1] not in ".;,!?)" 
        if connector(words):
            return
        group = group_of_line(words, strict=not colon) if colon or heads or _ends_bracket(words, following) else None
        begun = None if group or colon else starts_group(words)
        if group:
            part.role, part.group = "arm", group
        elif begun:
            part.role, (part.group, part.lead) = "arm", begun
        elif colon:
            self._assign_colon(part, words)
        elif heads and is_topic(words, colon=False):
            part.role, part.heading = "heading", words

    def _assign_colon(self, part: _Part, words: str) -> None:
        """Decide whether a paragraph that ends in a colon opens the exclusions, is a mere heading, or an item with items below it."""
        heading = words.rstrip(" :：")
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


def _ends_bracket(words: str, following: Block | None) -> bool:
    return words.endswith(")") and following is not None and following.mark is not None


# --- arms that only their neighbours show


def _settle_arms(text: str, parts: list[_Part]) -> None:
    """Find the arms that `OR` joins and headings that repeat an arm's name; a single arm that nothing calls one is a heading."""
    first = 0
    for index, part in enumerate(parts):
        if part.role == "section":
            first = index + 1
        elif part.role == "arm" and part.group and part.group.letter == "B" and part.words and part.words.lower().startswith("or "):
            _first_arm(parts, first, index)
        elif part.role == "item" and not part.block.mark and part.words and connector(part.words) == "or":
            _joined_arms(parts, first, index)
    named = {p.group.identity: p.group for p in parts if p.group}
    for part in parts:
        if part.role == "heading" and part.heading and (group := named.get(GroupName(part.heading).identity)):
            part.role, part.group = "arm", group
        elif part.role == "item" and part.words and part.block.mark is None:
            _repeated_arm(part, part.words, named)
    for group in _no_arms([p.group for p in parts if p.group]):
        for part in parts:
            if part.group and part.group.identity == group.identity:
                part.heading, part.group = (part.words or "").rstrip(" :："), None
                part.role = "heading" if part.role == "arm" else part.role


def _no_arms(groups: list[GroupName]) -> list[GroupName]:
    """The groups that tell nobody apart: one that takes in all others (`Parts 1 and 2`), and a single one that nothing calls an arm."""
    named = {g.identity: g for g in groups}
    every = frozenset().union(*(g.letters for g in named.values()))
    wide = [g for g in named.values() if len(g.letters) > 1 and g.letters == every]
    left = [g for g in named.values() if g not in wide]
    return wide + (left if len(left) == 1 and not left[0].explicit else [])


def _first_arm(parts: list[_Part], first: int, index: int) -> None:
    """What stands before `OR B.` in its section is arm A; its first paragraph is the sentence about it."""
    if first < index and not any(p.role == "arm" for p in parts[first:index]):
        lead = parts[first]
        if lead.block.mark is None and lead.words:
            lead.role, lead.lead = "arm", lead.words.rstrip(" :：")
            lead.group = GroupName(lead.words.rstrip(" :：."), "A", True)


def _joined_arms(parts: list[_Part], first: int, index: int) -> None:
    """Two headings with nothing but `OR` between their lists head two arms."""
    before = next((p for p in reversed(parts[first:index]) if p.role in ("heading", "arm")), None)
    after = parts[index + 1] if index + 1 < len(parts) else None
    if before and after and after.role in ("heading", "arm") and before.block.column == after.block.column:
        parts[index].role = "heading"
        for part in (before, after):
            if part.role == "heading" and part.heading:
                part.role, part.group = "arm", GroupName(part.heading, None, True)


def _repeated_arm(part: _Part, words: str, named: dict[str, GroupName]) -> None:
    """A paragraph that starts with an arm's name and a dash or colon is the sentence about that arm."""
    name, dash, rest = words.partition(":")
    if not dash or len(name) > _LONGEST_NAME:
        name, dash, rest = words.partition(" - ")
    group = named.get(GroupName(name).identity) if dash and rest.strip() and len(name) <= _LONGEST_NAME else None
    if group and group.identity:
        part.role, part.group, part.lead = "arm", group, rest.strip()


# --- the roles in order


class _Reader:
    """Reads the parts in order, with the section, arm and heading that are open."""

    def __init__(self, text: str, parts: list[_Part]) -> None:
        self._text, self._parts = text, parts
        self._result = Sections([], (), [], [])
        self._open = Group("inclusion", None, None)
        self._names: dict[str, GroupName] = {}
        self._ids: dict[str, str] = {}
        self._leads: dict[str, str] = {}
        self._spans: dict[str, list[Span]] = {}

    def read(self) -> Sections:
        """The groups, arms, headings and remarks."""
        index = 0
        while index < len(self._parts):
            index = self._read(index)
        self._close(self._open.section, None, None)
        self._result.arms = tuple(
            Arm(self._ids[n], g.name, self._leads.get(n), tuple(self._spans[n])) for n, g in self._names.items()
        )
        return self._result

    def _read(self, index: int) -> int:
        """Read the part at `index`, and say which comes next."""
        part = self._parts[index]
        if part.role == "item":
            self._open.blocks.append(part.block)
        elif part.role == "remark":
            self._result.remarks.append(part.block.span)
        elif part.role == "heading":
            self._result.headings.append(part.block.span)
            if part.heading:
                cohort = None if is_for_everyone(part.heading) else self._open.cohort
                self._close(self._open.section, cohort, part.heading)
        elif part.role == "section":
            self._close(part.section or "inclusion", self._arm(part) if part.group else None, part.heading)
            if not part.group:
                self._result.headings.append(part.block.span)
        else:
            return self._read_arm(index)
        return index + 1

    def _read_arm(self, index: int) -> int:
        part = self._parts[index]
        self._close(self._open.section, self._arm(part), None)
        name = part.group.identity if part.group else ""
        wanted = self._open.section == "inclusion" and name not in self._leads
        if part.lead is not None:
            if wanted:
                self._leads[name] = part.lead
            else:
                self._spans[name].pop()
                self._open.blocks.append(part.block)
            return index + 1
        following = self._parts[index + 1 : index + 3]
        if wanted and len(following) == 2 and following[1].block.mark:
            lead = following[0]
            if lead.role == "item" and lead.block.mark is None:
                self._leads[name] = clean(self._text[lead.block.start : lead.block.end]).rstrip(" :：")
                self._spans[name].append(lead.block.span)
                return index + 2
        return index + 1

    def _arm(self, part: _Part) -> str:
        """The id of the part's arm, which is noted where it is new."""
        group = part.group
        assert group is not None
        name = group.identity
        if name not in self._ids:
            taken = set(self._ids.values())
            letters = [group.letter] if group.letter else []
            letters += [chr(ord("A") + i) for i in range(26)] + [f"A{i}" for i in range(1, len(taken) + 2)]
            self._ids[name] = next(x for x in letters if x not in taken)
            self._names[name], self._spans[name] = group, []
        self._spans[name].append(part.block.span)
        return self._ids[name]

    def _close(self, section: Kind, cohort: str | None, heading: str | None) -> None:
        """End the open group and start another."""
        if self._open.blocks:
            self._result.groups.append(self._open)
        self._open = Group(section, cohort, heading)
