"""Parts to groups: each stretch of list items with its section, its arm and the heading that governs it."""

from __future__ import annotations

import itertools
import string

from eligo.criteria import Span
from eligo.dataclass import dataclass, field, replace
from eligo.pages.arms import settle_arms
from eligo.pages.headings import GroupName, is_for_everyone
from eligo.pages.layout import clean
from eligo.pages.lines import Block
from eligo.pages.parts import Part, read_parts
from eligo.pages.people import Population, is_about_patients, scope
from eligo.truth import Kind


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
    others: Population | None = None  # of whom its items are asked, where these are not the patients
    scope: str | None = None  # of which patients alone they are asked, in the words of the heading


@dataclass(slots=True)
class Sections:
    """The groups of a text, its arms, and the places of headings and remarks."""

    groups: list[Group]
    arms: tuple[Arm, ...]
    headings: list[Span]
    remarks: list[Span]


def read_groups(text: str, stretches: list[Span]) -> Sections:
    """Read the stretches of a text as criteria."""
    parts = read_parts(text, stretches)
    settle_arms(parts)
    return _SectionReader(text, parts).read()


class _SectionReader:
    """Reads the parts in order, with the section, arm and heading that are open."""

    def __init__(self, text: str, parts: list[Part]) -> None:
        self._text, self._parts = text, parts
        self._result = Sections([], (), [], [])
        self._open = Group("inclusion", None, None)
        self._holding: Population | None = None  # the other people of whom the sections below speak
        self._names: dict[str, GroupName] = {}
        self._ids: dict[str, str] = {}
        self._taken: set[str] = set()
        self._letters = itertools.chain(string.ascii_uppercase, (f"A{i}" for i in itertools.count(1)))
        self._leads: dict[str, str] = {}
        self._spans: dict[str, list[Span]] = {}

    def read(self) -> Sections:
        """The groups, arms, headings and remarks."""
        index = 0
        while index < len(self._parts):
            index = self._read(index)
        self._close(self._open.section, None, None)
        _widen_lone_scopes(self._result.groups)
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
                self._read_heading(part, part.heading, self._parts[index + 1 : index + 2])
        elif part.role == "section":
            self._read_section(part)
        else:
            return self._read_arm(index)
        return index + 1

    def _read_heading(self, part: Part, heading: str, following: list[Part]) -> None:
        """Open the list under a heading; over a section, other people are spoken of until somebody else is named."""
        everyone = part.ends_others or is_for_everyone(heading)
        cohort = None if part.others or is_for_everyone(heading) else self._open.cohort
        others = part.others or (None if everyone else self._open.others)
        if others and not part.others:  # it may be of the patients again: left to a person, as what is asked of a donor
            others = replace(others, standing="companion")
        if everyone or part.others:
            self._holding = part.others if following and following[0].role == "section" else None
        self._close(self._open.section, cohort, heading, others)

    def _read_section(self, part: Part) -> None:
        if part.others or part.group or part.ends_others:
            self._holding = part.others if part.is_container else None
        cohort = self._arm(part) if part.group else None
        self._close(part.section or "inclusion", cohort, part.heading, part.others or self._holding)
        if not part.group:
            self._result.headings.append(part.block.span)

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

    def _arm(self, part: Part) -> str:
        """The id of the part's arm, which is noted where it is new."""
        group = part.group
        assert group is not None
        name = group.identity
        if name not in self._ids:
            letter = group.letter
            while letter is None or letter in self._taken:
                letter = next(self._letters)
            self._taken.add(letter)
            self._ids[name], self._names[name], self._spans[name] = letter, group, []
        self._spans[name].append(part.block.span)
        return self._ids[name]

    def _close(self, section: Kind, cohort: str | None, heading: str | None, others: Population | None = None) -> None:
        """End the open group and start another."""
        if self._open.blocks:
            self._result.groups.append(self._open)
        limited = scope(heading) if heading and cohort is None and others is None else None
        self._open = Group(section, cohort, heading, others=others, scope=limited)


def _widen_lone_scopes(groups: list[Group]) -> None:
    """Take a heading as one for all patients where it is whom the trial is about.

    So it is where nothing else stands in its section, and where the others of whom the source speaks are no patients.
    """
    others = any(group.others for group in groups)
    for group in groups:
        beside = any(g.section == group.section and not g.scope and not g.others for g in groups)
        if group.scope and (not beside or (others and is_about_patients(group.scope))):
            group.scope = None
