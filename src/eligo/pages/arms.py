"""Parts to arms: the groups of patients that only their neighbours show, and those that tell nobody apart after all."""

from __future__ import annotations

from eligo.namedtuple import NamedTuple
from eligo.pages.headings import GroupName
from eligo.pages.layout import connector, layout
from eligo.pages.parts import Part
from eligo.pages.people import Population, names_patients, other_people

_LONGEST_NAME = 80
_SECOND = frozenset(("B", "2", "II"))


def settle_arms(parts: list[Part]) -> None:
    """Give the role of an arm to what `OR` joins and what repeats a name; take it from what tells nobody apart."""
    _set_others_apart(parts)
    _join_arms(parts)
    named = {p.group.identity: p.group for p in parts if p.group}
    for part in parts:
        if part.block.mark is None and part.words and part.role in ("heading", "item"):
            _repeated_arm(part, part.words, named)
    unneeded = _no_arms({p.group.identity: p.group for p in parts if p.group})
    for part in parts:
        if part.group and part.group.identity in unneeded:
            part.heading, part.group = (part.words or "").rstrip(" :："), None
            part.role = "heading" if part.role == "arm" else part.role


def _set_others_apart(parts: list[Part]) -> None:
    """Find the headings that speak of other people than the patients; they name no arm.

    Where nothing is asked of anybody else, they are whom the trial is about.
    """
    spoken = [_spoken(_head(part, after)) for part, after in zip(parts, [*parts[1:], None], strict=False)]
    if not any(heading.patients for heading in spoken):  # then those who are well may be whom the trial is about
        spoken = [heading.without("well") for heading in spoken]
    if not any(heading.others for heading in spoken) or not _asks_the_patients(parts, spoken):
        return
    for part, heading in zip(parts, spoken, strict=True):
        part.others, part.ends_others = heading.others, heading.patients
        if heading.others or (heading.patients and part.role == "item"):
            part.group, part.heading = None, part.heading or heading.words.rstrip(" :：")
            part.role = part.role if part.role == "section" else "heading"


class _Spoken(NamedTuple):
    """Of whom the words of a heading speak: of the patients, of other people, or of nobody."""

    words: str = ""
    patients: bool = False
    others: Population | None = None

    def without(self, standing: str) -> _Spoken:
        """The same, but for other people of this standing."""
        return self._replace(others=None) if self.others and self.others.standing == standing else self


def _spoken(words: str | None) -> _Spoken:
    return _Spoken(words, names_patients(words), other_people(words)) if words else _Spoken()


def _head(part: Part, following: Part | None) -> str | None:
    """The words of a heading, or of a short line right above the heading of a section; None for any other part."""
    if part.role in ("arm", "section", "heading"):
        return part.group.name if part.group else part.heading
    above = following is not None and following.role == "section" and following.section == "inclusion"
    if part.role == "item" and part.block.mark is None and above and part.words:
        return part.words if len(part.words.split()) <= layout().subheading_words else None
    return None


def _asks_the_patients(parts: list[Part], spoken: list[_Spoken]) -> bool:
    """Whether some inclusion item is not of other people."""
    section, others = "inclusion", False
    for part, heading in zip(parts, spoken, strict=True):
        if part.section:
            section, others = part.section, False
        if heading.others or heading.patients:
            others = bool(heading.others)
        elif part.role == "item" and section == "inclusion" and not others:
            return True
    return False


def _join_arms(parts: list[Part]) -> None:
    """Find the arms before and after an `OR`, section by section."""
    first: Part | None = None  # of the section
    heading: Part | None = None  # the last paragraph of the section
    known = False  # whether the section has named an arm
    for index, part in enumerate(parts):
        if part.role == "section":
            first, heading, known = None, None, False
            continue
        first = first or part
        if part.role == "arm":
            if not known and first is not part and _is_second(part):
                _name_first(first)
            known = True
        if part.block.mark is None and part.role == "item" and part.words and connector(part.words) == "or":
            _join(heading, part, parts[index + 1] if index + 1 < len(parts) else None)
        elif part.block.mark is None:
            heading = part


def _is_second(part: Part) -> bool:
    """Whether `OR B.` names the arm, so that arm A stands before it."""
    return part.group is not None and part.group.letter in _SECOND and (part.words or "").lower().startswith("or ")


def _name_first(lead: Part) -> None:
    """What stands before `OR B.` is arm A; its first paragraph is the sentence about it."""
    if lead.block.mark is None and lead.words:
        lead.role, lead.lead = "arm", lead.words.rstrip(" :：")
        lead.group = GroupName(lead.words.rstrip(" :：."), "A", True)


def _join(before: Part | None, connecting: Part, after: Part | None) -> None:
    """Two headings with nothing but `OR` between their lists head two arms."""
    if before and after and before.block.column == after.block.column and _may_name(before) and _may_name(after):
        connecting.role = "heading"
        for part in (before, after):
            if part.group is None:
                part.role, part.group = "arm", GroupName((part.words or "").rstrip(" :："), None, True)


def _may_name(part: Part) -> bool:
    words = part.words or ""
    short = 0 < len(words.split()) <= layout().subheading_words and words[-1] not in ".;," and not connector(words)
    if part.role == "section":  # `OR` left over right before the exclusions
        return False
    return part.role in ("heading", "arm") or (part.block.mark is None and short)


def _repeated_arm(part: Part, words: str, named: dict[str, GroupName]) -> None:
    """A paragraph that is an arm's name heads its list; after a name and a dash comes the sentence about the arm."""
    if len(words) <= _LONGEST_NAME and (group := named.get(GroupName(words).identity)):
        part.role, part.group = "arm", group
        return
    name, dash, rest = words.partition(":")
    if not dash or len(name) > _LONGEST_NAME:
        name, dash, rest = words.partition(" - ")
    found = named.get(GroupName(name).identity) if dash and rest.strip() and len(name) <= _LONGEST_NAME else None
    if part.role == "item" and found and found.identity:
        part.role, part.group, part.lead = "arm", found, rest.strip()


def _no_arms(named: dict[str, GroupName]) -> set[str]:
    """The groups that tell nobody apart: one that takes in all others, and a single one that nothing calls an arm."""
    every = frozenset().union(*(g.letters for g in named.values()))
    wide = {name for name, g in named.items() if len(g.letters) > 1 and g.letters == every}
    left = [name for name in named if name not in wide]
    return wide | ({left[0]} if len(left) == 1 and not named[left[0]].explicit else set())
