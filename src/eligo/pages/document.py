"""A document to its items: the text of eligibility criteria becomes a `Page` of arms and items, and nothing is lost.

INVARIANT: every character that is not blank lies in an item, a heading, an arm, a remark or a registry field; what no
rule knows is an item.
"""

from __future__ import annotations

import bisect
from collections import Counter
from typing import Literal

from eligo.criteria import Duration, Span
from eligo.dataclass import dataclass, replace
from eligo.errors import EligoError, Place, Problem
from eligo.listing import Listing
from eligo.pages.inline import cut_pieces
from eligo.pages.layout import announces_list, clean
from eligo.pages.leads import asks_all, asks_any, excludes, is_lead, is_negated, takes_part, turns
from eligo.pages.outline import Node, Outline, opens
from eligo.pages.people import Population, names_patients, other_people, scope, speaks_of_controls, value_label
from eligo.pages.sections import Arm, Group, read_groups
from eligo.regex import regex
from eligo.truth import Kind

Sex = Literal["all", "female", "male"]

_DEEPEST_PIECE = 3
_LONGEST_LEAD, _SHORTEST_LEAD = 250, 4  # characters, words
_LONGEST_END = 100  # characters in which an item says that alternatives follow
_SHAPES = (("(", "({})"), ("<", "<{}>"), (")", "{})"), (".", "{}."))
_STRAY = regex(r"^[.,;:•–—-]\s+")


@dataclass(frozen=True, slots=True)
class RegistryFields:
    """What the registry states beside the criteria; None where the page does not say, or says `no limit`."""

    minimum_age: Duration | None = None
    maximum_age: Duration | None = None
    sex: Sex | None = None
    healthy_volunteers: bool | None = None
    gender_description: str | None = None
    study_population: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a section, with the items below it.

    `text` is the whole item, cleaned of escapes, odd spaces and hard wraps, its items below included (a bullet as `•`,
    a number or letter as printed); `lead` is the part before them, and equals `text` where there are none. `number` is
    the item's number as printed, or its position among the items of its section (and arm) where the source has only
    bullets. `id` is unique on the page: `I3`, `A.I3`, below it `I3.a`; where the source uses a number twice, the second
    is `I3-2`. `heading` is the nearest heading that governs the item. `span` is the place in the page's `text`, marks
    included. `others` are the people of whom the item is asked, where these are not the patients; below a heading
    that names them, ids begin with `O`. `scope` is what the heading adds to the words: for whom the item is, or what
    its value is of. `announced_by` is the item before it that announces alternatives or exceptions and has no list
    below it: this one may be of that list, and nothing on the page says so.
    """

    id: str
    section: Kind
    number: str
    cohort: str | None
    text: str
    lead: str
    span: Span
    children: tuple[Item, ...] = ()
    heading: str | None = None
    others: Population | None = None
    scope: str | None = None
    announced_by: str | None = None

    @property
    def sentence(self) -> str:
        """The item with what its heading adds: `Age: 18 and over`."""
        return f"{self.scope}: {self.text}" if self.scope else self.text


@dataclass(frozen=True, slots=True)
class Line:
    """A heading or a remark: its words and its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Page:
    """A trial's page, record or bare criteria text: whose it is, its registry fields, arms and items.

    Spans point into `text`. `trial` is None only for bare criteria without a name. `updated` is an ISO date, or the
    month of one. A remark is page furniture among the criteria, or a sentence such as that further criteria apply.
    `conditions` are what the trial is about, in the words of the registry's field. `places` are offsets in the text of
    a protocol, each with the page or paragraph that begins there; `notes` say what of a protocol was not read.
    `listing` is how the registry lists the trial beside all that.
    """

    trial: str | None
    title: str | None
    updated: str | None
    registry: RegistryFields
    arms: tuple[Arm, ...]
    items: tuple[Item, ...]
    states_no_criteria: bool
    headings: tuple[Line, ...] = ()
    remarks: tuple[Line, ...] = ()
    text: str = ""
    conditions: tuple[str, ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    listing: Listing = Listing()

    def place_of(self, span: Span) -> str | None:
        """Where in its document a stretch of the text begins: `page 41`."""
        index = bisect.bisect_right(self.places, span[0], key=lambda place: place[0])
        return self.places[index - 1][1] if index else None


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a stretch of criteria text holds."""

    arms: tuple[Arm, ...]
    items: tuple[Item, ...]
    headings: tuple[Line, ...]
    remarks: tuple[Line, ...]


def read_criteria(text: str, trial: str | None = None, file: str | None = None, name: Span | None = None) -> Page:
    r"""Read bare criteria text; what stands before the first heading counts as inclusion.

    `name` is the place of a line that only names the trial.

    >>> [(i.id, i.text) for i in read_criteria("Inclusion:\n- Age over 18\nExclusion:\n- Pregnancy").items]
    [('I1', 'Age over 18'), ('E1', 'Pregnancy')]
    """
    if not text.strip():
        raise EligoError(
            Problem("empty-document", "the document is empty", Place(file), "give a page, a record or criteria")
        )
    found = read_stretches(text, [(0, name[0]), (name[1], len(text))] if name else [(0, len(text))])
    return bare_page(text, trial, name, found, RegistryFields())


def bare_page(text: str, trial: str | None, name: Span | None, found: Criteria, registry: RegistryFields) -> Page:
    """The page of a text that is nothing but its criteria, and perhaps the registry's fields behind them."""
    return Page(
        trial=trial,
        title=None,
        updated=None,
        registry=registry,
        arms=found.arms,
        items=found.items,
        states_no_criteria=not found.items,
        headings=(*([Line(clean(text[slice(*name)]), name)] if name else []), *found.headings),
        remarks=found.remarks,
        text=text,
    )


def read_stretches(text: str, stretches: list[Span]) -> Criteria:
    """Read the criteria in some stretches of a text, in their order."""
    sections = read_groups(text, stretches)
    items, leads = _Items(text).read(sections.groups)
    return Criteria(
        sections.arms,
        tuple(items),
        tuple(Line(clean(text[a:b]), (a, b)) for a, b in sorted(sections.headings + leads)),
        tuple(Line(clean(text[a:b]), (a, b)) for a, b in sections.remarks),
    )


class _Items:
    """Makes the items of all groups, numbered within section and arm."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._items: list[Item] = []
        self._leads: list[Span] = []
        self._counts: dict[tuple[str, str | None, str | None], int] = {}
        self._used: dict[str, int] = {}
        self._announcing: tuple[str, Group | None] = ("", None)  # the last item that announces alternatives

    def read(self, groups: list[Group]) -> tuple[list[Item], list[Span]]:
        """The items, and the places of list items that turned out to be mere leads."""
        lists = Counter((g.section, g.cohort) for g in groups)
        for group in groups:
            top = Outline(self._text, group.blocks).top
            if lists[group.section, group.cohort] == 1 and self._is_misplaced(top):
                top = [Node(top[0].block), *top[0].children]
            for index, node in enumerate(top):
                rest = self._leading(node, group) if index + 1 < len(top) else None
                if rest is None:
                    self._add(node, group, len(top) == 1)
                group = rest or group  # a lead among the items governs those after it
        return self._items, self._leads

    def _leading(self, node: Node, group: Group) -> Group | None:
        """The group that goes on after an item that is a mere lead to its own siblings; None for any other item."""
        block = node.block
        if node.children or node.more or block.end - block.body > _LONGEST_LEAD:
            return None
        words = clean(self._text[block.body : block.end])
        ends_others = group.others is not None and names_patients(words)
        if not words.endswith(":") or not (
            ends_others or self._heads_others(words) or self._is_lead_of_all(words, group)
        ):
            return None
        self._leads.append(block.span)
        return _headed(group, words)

    def _is_lead_of_all(self, words: str, group: Group) -> bool:
        return takes_part(words) and self._is_mere_lead(words, group)

    def _heads_others(self, words: str) -> bool:
        """Whether the words of a list item name other people, and say nothing of them."""
        found = other_people(words)
        if found is None or found.standing == "well" or not words.endswith((":", "：")):
            return False
        return is_lead(words.lower().replace(found.name, " ", 1))

    def _is_misplaced(self, top: list[Node]) -> bool:
        """Whether all items of a section but the first stand below the first, whose words announce no list."""
        first = top[0].block.mark if len(top) == 1 else None
        if first is None or top[0].more or first.ordinal is not None or opens(self._text, top[0]):
            return False
        return all(c.block.mark and c.block.mark.ordinal is None for c in top[0].children)

    def _add(self, node: Node, group: Group, alone: bool = False) -> None:
        below, start = self._below_lead(node)
        words = clean(self._text[node.block.body : start]) if below and start - node.block.body <= _LONGEST_LEAD else ""
        lead = self._heads_others(words) or (self._is_mere_lead(words, group) and (alone or takes_part(words)))
        bare = start == node.block.body and not (node.block.mark and node.block.mark.ordinal)
        if not below or not (bare or lead):
            self._append(node, group)
            return
        if bare:  # nothing but the list: its own bullet goes to the first of its items
            below[0].block = replace(below[0].block, start=node.start)
        if words:
            group = _headed(group, words)
            self._leads.append((node.start, start))
        for child in below:
            self._add(child, group)

    def _append(self, node: Node, group: Group) -> None:
        """Make the node the next item of its section and arm."""
        place = (group.section, group.cohort, group.others.name if group.others else None)
        self._counts[place] = self._counts.get(place, 0) + 1
        number = _number(node, self._counts[place])
        prefix = "O." if group.others else f"{group.cohort}." if group.cohort else ""
        name = self._unused(f"{prefix}{group.section[0].upper()}{number}")
        item = self._item(node, group, name, number, 0)
        announcing, of = self._announcing
        self._items.append(replace(item, announced_by=announcing) if announcing and of is group else item)
        if _announces_apart(item):
            self._announcing = (item.id, group)

    def _below_lead(self, node: Node) -> tuple[list[Node], int]:
        """The items that a node would make if its own words were a mere lead, and where those words end."""
        if node.more or node.children:
            return ([] if node.more else node.children), node.block.end
        found = cut_pieces(self._text, node.block.body, node.block.end)
        return ([Node(b) for b in found.blocks], found.lead_end) if found else ([], node.block.end)

    def _is_mere_lead(self, words: str, group: Group) -> bool:
        """Whether the words of a list item only head the items below it."""
        if not words.endswith((":", "：", ".")) or not is_lead(words) or len(words.split()) < _SHORTEST_LEAD:
            return False
        excluding = excludes(words)
        grouped = asks_all(words) if excluding or group.section == "exclusion" else asks_any(words)
        return not grouped and (excluding or not is_negated(words))

    def _unused(self, name: str) -> str:
        """The name, or the name with a counter where the source uses its number again."""
        count = self._used.get(name, 0) + 1
        self._used[name] = count
        return name if count == 1 else f"{name}-{count}"

    # --- one item

    def _item(self, node: Node, group: Group, name: str, number: str, depth: int) -> Item:
        text, end = self._text, node.lead_end
        lead_end = end
        if node.children:
            children = tuple(self._below(child, group, name, i, depth) for i, child in enumerate(node.children, 1))
        else:
            lead_end, children = self._pieces(node.block.body, end, group, name, depth)
        lead = _words(text[node.block.body : lead_end])
        whole = _words(text[node.block.body : end])
        if node.children:
            whole = " ".join([whole, *(_printed(c, child) for c, child in zip(children, node.children, strict=True))])
        others = group.others or speaks_of_controls(lead)
        span = (node.start, node.end)
        scope = None if depth else _scope(group, whole)
        return Item(
            name, group.section, number, group.cohort, whole, lead, span, children, group.heading, others, scope
        )

    def _below(self, node: Node, group: Group, name: str, position: int, depth: int) -> Item:
        number = _number(node, position)
        return self._item(node, group, self._unused(f"{name}.{number}"), number, depth + 1)

    def _pieces(self, start: int, end: int, group: Group, name: str, depth: int) -> tuple[int, tuple[Item, ...]]:
        """The pieces that an item lists inside its own text, and where the words before them end."""
        found = cut_pieces(self._text, start, end) if depth < _DEEPEST_PIECE else None
        if found is None:
            return end, ()
        pieces = enumerate(found.blocks, 1)
        return found.lead_end, tuple(self._below(Node(block), group, name, i, depth + 1) for i, block in pieces)


def _announces_apart(item: Item) -> bool:
    """Whether an item without a list below it announces what is not asked for in each of its parts.

    So do alternatives (`one of the following:`), exceptions and what is denied; any other list may as well stand alone.
    """
    end = item.text[-_LONGEST_END:]
    if item.children or not announces_list(end):
        return False
    return turns(end) or (asks_any(end) if item.section == "inclusion" else asks_all(end))


def _scope(group: Group, words: str) -> str | None:
    """What the heading of a group adds to the words of an item."""
    if group.others:
        return group.heading or group.others.name
    return group.scope or value_label(group.heading, words)


def _headed(group: Group, lead: str) -> Group:
    """The group of what stands below a lead."""
    others = other_people(lead) or (None if names_patients(lead) else group.others)
    section: Kind = "exclusion" if excludes(lead) else group.section
    return Group(
        section, None if others else group.cohort, lead.rstrip(" :："), others=others, scope=scope(lead) or group.scope
    )


def _number(node: Node, position: int) -> str:
    """The number of an item as printed, or its position."""
    mark = node.block.mark
    return mark.number if mark and mark.number else str(position)


def _words(raw: str) -> str:
    """The cleaned words of an item, without the rest of a doubled list mark, and without the edge of a table."""
    words = _STRAY.sub("", clean(raw), count=1)
    return words.rstrip(" |") or words


def _printed(item: Item, node: Node) -> str:
    """An item below another as the whole text shows it: its number as printed, a bullet as `•`."""
    mark = node.block.mark
    if mark is None:
        return item.text
    shape = next((s for sign, s in _SHAPES if sign in mark.style), "{}")
    return f"{shape.format(mark.number) if mark.number else '•'} {item.text}"
