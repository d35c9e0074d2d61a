"""What a line or paragraph is: a section heading, a topic, a group's heading, a remark, or none of them.

Every function looks at one cleaned line; what stands around the line is the caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from eligo.dataclass import dataclass
from eligo.pages.layout import clean, key, layout, matches
from eligo.pages.leads import asks_any, takes_part
from eligo.regex import regex

SectionKind = Literal["container", "inclusion", "exclusion"]

_LONGEST_HEADING = 250  # characters
_NO_COLON = frozenset(("for", "of", "at", "related", "specific"))  # after a phrase, without a colon at the end
_WORD = regex(r"[\w&+'/-]+")
_NUMBERING = regex(r"(?:[ivx]{1,4}|[a-z]|[0-9]{1,2})(?:\.[0-9]{1,2})*[.)]?\s+(?=\w)")
_BRACKETS = regex(r"[()\[\]{},.:;\"“”]")
_INSIDE = regex(
    r"(?<=[\s.;)])(?:INCLUSION|EXCLUSION|Inclusion|Exclusion)\s+(?:CRITERIA|Criteria|criteria)\s?[:：]"
    r"|(?<=[.;)] )(?:INCLUSION|EXCLUSION|Inclusion|Exclusion)s?\s?[:：]"
    r"|(?<=\s)(?:DISEASE\s+CHARACTERISTICS|PATIENT\s+CHARACTERISTICS|PRIOR\s+CONCURRENT\s+THERAPY)\s?:"
)
_LEAST_LABELS = 2  # of different topics, in a text whose line breaks were lost
_LETTER_GROUP = regex(r"(?:or\s+)?([A-Z])[.):]\s+(\S.*)", re.IGNORECASE)
_COLON = regex("[:：]")
_BARE = regex(r"(?:inclusion|exclusion) criteria\s+(?=[A-Z][a-z])", re.IGNORECASE)
_NAMED_GROUP = regex(r"\b(?:in|into|to) the ((?:[\w()/-]+ ){1,8}(?:group|cohort|arm))\b")
_COMPARISON = regex(r"[<>≤≥=]|[0-9]\s*%")


@dataclass(frozen=True, slots=True)
class SectionHead:
    """A section heading: its kind, and the words before and after its phrase that may name a group."""

    kind: SectionKind
    before: str = ""
    after: str = ""


def read_section(line: str, marked: bool = False) -> SectionHead | None:
    """The section that a cleaned line opens, if it is nothing but a heading.

    >>> read_section("Key inclusion criteria for Part A:")
    SectionHead(kind='inclusion', before='', after='for Part A')
    >>> read_section("Meets the inclusion criteria of the parent study.") is None
    True
    """
    words = key(line)
    match = layout().section_phrase.search(words) if len(line) <= _LONGEST_HEADING else None
    if match is None:
        return None
    found = _Phrase(line, words[: match.start()].strip(), match[0], words[match.end() :].strip())
    if found.is_in_sentence or (marked and not found.is_plain):
        return None
    label = _group_before(found)
    if label is None or not _may_follow(found):
        return None
    printed = line.lstrip("# ")[: len(words)] if len(words) == len(words.lower()) else words
    return SectionHead(found.kind, printed[: match.start()].strip() if label else "", _name(printed[match.end() :]))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The phrase of a section in a line, with the words before and after it, all but the line in small letters."""

    line: str
    before: str
    phrase: str
    after: str

    @property
    def kind(self) -> SectionKind:
        kind: SectionKind = layout().section_of[self.phrase]  # type: ignore[assignment]  # the table holds the three
        return kind

    @property
    def colon(self) -> bool:
        return self.line.rstrip().endswith((":", "：", ":."))

    @property
    def is_in_sentence(self) -> bool:
        """Whether the line begins in small letters, as the rest of a sentence does, and is more than the phrase."""
        alone = self.phrase == self.line.strip() and " " in self.phrase
        return self.line[0].islower() and not self.colon and not alone

    @property
    def is_plain(self) -> bool:
        """Whether at most words behind it and a colon stand beside the phrase; a list item with more is an item."""
        return not self.before and (not self.after or (self.colon and self.kind != "container"))


def _name(words: str) -> str:
    return " ".join(_BRACKETS.sub(" ", words).split()).strip(" -–—/")


def _is_titled(words: Iterable[str]) -> bool:
    """Whether the words, but for short ones, begin with capitals."""
    return all(w[0].isupper() or len(w) < 4 for w in words)


def _group_before(found: _Phrase) -> str | None:
    """The words before the phrase that may name a group; None where they make a sentence."""
    before, table = found.before, layout()
    numbering = _NUMBERING.match(before + " x")
    if numbering:
        before = before[numbering.end() :]
    words = [w for w in _WORD.findall(before) if w not in table.qualifiers]
    if not words:
        return ""
    if " " not in found.phrase and found.phrase != "exclusions":
        return None
    if found.colon and table.lead_words.issuperset(words):
        return ""
    if len(words) > 6 or len(before) > 80:
        return None
    titled = _is_titled(w for w in _WORD.findall(found.line[: len(before)]) if not w[0].isdigit())
    return before if titled or found.colon else None


def _may_follow(found: _Phrase) -> bool:
    """Whether the words after the phrase may belong to a heading: none, or a few that make no sentence."""
    if not found.after:
        return True
    words, table = _WORD.findall(found.after), layout()
    first = words[0] if words else ""
    if " " not in found.phrase and found.after[0] not in "(:-–/[" and not (found.colon and first in table.follow):
        return False
    if len(words) > 16 or found.line.rstrip().endswith((".", ";")) or _COMPARISON.search(found.after):
        return False
    return found.after[0] in table.follow or _goes_on(found, words)


def _goes_on(found: _Phrase, words: list[str]) -> bool:
    """Whether a heading goes on with the words: with whom it is for, or with what any heading of a section says."""
    table = layout()
    first, last = (words[0], words[-1]) if words else ("", "")
    sure = found.colon or (first in _NO_COLON and last not in table.sentence_ends)
    if (first in table.follow and sure) or (found.colon and not table.arm_words.isdisjoint(words)):
        return True
    return table.lead_words.issuperset(words) and (found.colon or len(found.phrase.split()) > 3)


def split_heading(raw: str, marked: bool) -> int | None:
    """Where the words after `Inclusion criteria:` begin in a raw block; None where it does not start with a heading."""
    bare = _BARE.match(raw)
    if bare and not marked and read_section(clean(raw[:_LONGEST_HEADING])) is None and ":" not in raw[:60]:
        return bare.end()
    found = _COLON.search(raw, 0, _LONGEST_HEADING)
    colon = found.start() if found else -1
    if colon < 0 or not raw[colon + 1 :].strip(" .:\t\r\n"):
        return None
    head = read_section(clean(raw[: colon + 1]), marked)
    if head is None or (marked and head.before) or (head.kind == "container" and " " not in key(clean(raw[:colon]))):
        return None
    rest = clean(raw[colon + 1 : colon + 1 + _LONGEST_HEADING])
    if (
        rest.endswith(":") and len(rest.split()) <= 4 and len(raw) < 100
    ):  # "EXCLUSION CRITERIA: FOLLOW-UP:" is one heading
        return None
    return colon + 1


def inner_headings(raw: str) -> list[tuple[int, int]]:
    """Where section headings stand inside a raw block whose line breaks were lost."""
    found: list[tuple[int, int]] = []
    if ":" not in raw and "：" not in raw:
        return found
    for match in _INSIDE.finditer(raw, 1):
        if not raw[match.end() :].strip():
            continue
        before = raw[max(0, match.start() - 40) : match.start()].rstrip()
        last = before.rsplit(None, 1)[-1].lower() if before else ""
        if any(map(str.isalnum, before)) and last not in layout().qualifiers and last not in layout().lead_words:
            found.append(match.span())
    return found


def inner_labels(raw: str) -> list[tuple[int, int]]:
    """Where the labels of fields stand in a raw block whose line breaks were lost: `Age: 18 Renal: ...`.

    Only where the first one stands at the start of the block, or right after the heading of a section.
    """
    found = [match.span() for match in layout().label.finditer(raw)] if ":" in raw else []
    if len({raw[a:b] for a, b in found}) < _LEAST_LABELS:
        return []
    before = raw[: found[0][0]].rstrip()
    return found if not before or (before[-1] == ":" and _ends_in_heading(before[:-1])) else []


def _ends_in_heading(words: str) -> bool:
    """Whether the phrase of a section stands at the end of some words."""
    end = key(clean(words[-_LONGEST_HEADING:]))
    return any(match.end() == len(end) for match in layout().section_phrase.finditer(end))


def is_remark(line: str) -> bool:
    """Whether the line says nothing about the patient: page furniture, or that the protocol has more criteria."""
    words = _BRACKETS.sub("", key(line)) if len(line) <= _LONGEST_HEADING * 2 else ""
    return bool(words) and matches(layout().remark, words)


def is_topic(line: str, colon: bool) -> bool:
    """Whether a short line only names a topic: `Hepatic:`, or in capitals without a colon."""
    words, table = _WORD.findall(line), layout()
    if not _asks_nothing(line, words):
        return False
    if colon or (words[0][0].isupper() and words[0].lower() in table.topic_starts) or key(line) in table.topics:
        return True
    return (_is_titled(words) and words[-1].lower() in table.topic_ends) or (line.isupper() and len(line) > 3)


def _asks_nothing(line: str, words: list[str]) -> bool:
    """Whether a line is as short as a name, and has no words of a requirement, a choice or the rest of a sentence."""
    table = layout()
    longest = table.subheading_words * (2 if words and words[0].lower() in table.topic_starts else 1)
    if not 0 < len(words) <= longest or _COMPARISON.search(line) or asks_any(line):
        return False
    small = [w.lower() for w in words]
    return not is_choice(line) and small[0] not in table.continues and table.not_topics.isdisjoint(small)


def is_choice(line: str) -> bool:
    """Whether a heading announces alternatives, so that its list is one item: `Eligible diagnoses:`."""
    return matches(layout().choices, key(line))


def announces(line: str) -> bool:
    """Whether a paragraph that ends in a colon says that a list of its own follows."""
    return matches(layout().announcing, key(line)) or asks_any(line)


# --- groups


@dataclass(frozen=True, slots=True)
class GroupName:
    """The name of a group of patients as printed, with its letter or number.

    `explicit`: a word like `part` says that it is a group; `letters` are all letters and numbers after such words.
    """

    name: str
    letter: str | None = None
    explicit: bool = False
    letters: frozenset[str] = frozenset()

    @property
    def identity(self) -> str:
        """What is left of the name when words without meaning are gone: equal for the same group."""
        table = layout()
        words = [w for w in _WORD.findall(self.name) if w.lower() not in table.empty or (len(w) == 1 and w.isupper())]
        return " ".join(w.lower().removesuffix("s") for w in words)


def group_of_section(head: SectionHead) -> GroupName | None:
    """The group that a section heading names: `Inclusion criteria for Part A`."""
    for words in (head.after, head.before):
        if not words:
            continue
        found = _group(words, words)
        belongs = words is head.after and words.lower().startswith(("for ", "of ", "in "))
        if found and (found.explicit or belongs or _has_people(words)):
            return found
    return None


def group_of_line(line: str, strict: bool) -> GroupName | None:
    """The group that a heading of its own names: `Part B only:`, `Healthy volunteers:`; `strict` without a colon."""
    words = line.rstrip(" :：.")
    named_group = _NAMED_GROUP.search(words) if not strict and len(words) <= _LONGEST_HEADING else None
    if named_group and takes_part(words):
        words = named_group[1]
    if len(_WORD.findall(words)) > 12 or _COMPARISON.search(words):
        return None
    found = _lettered(line, words) or _group(words, words)
    if found is None or found.explicit:
        return found
    named = (_has_people(words) or named_group is not None) and len(_WORD.findall(words)) <= 8
    titled = words.lower().startswith("for ") or _is_titled(_WORD.findall(words))
    return found if named and (titled or not strict) else None


def _lettered(line: str, words: str) -> GroupName | None:
    """The group of `B. Healthy volunteers` or `OR B. ...`; other words after a letter are an item."""
    found = _LETTER_GROUP.fullmatch(words)
    if found and (line.lower().startswith("or ") or _has_people(words) or _designations(words)):
        return GroupName(_trimmed(found[2]), found[1].upper(), True)
    return None


def is_for_everyone(line: str) -> bool:
    """Whether a heading ends a group's list: `All participants:`, `Both:`."""
    table, words = layout(), _WORD.findall(key(line))
    rest = [w for w in words if w not in table.empty or w in table.people]
    if not rest or rest[0] not in table.common or len(words) > 12 or not table.not_topics.isdisjoint(words):
        return False
    return _has_people(line) or all(w in table.common | table.arm_words for w in rest)


def starts_group(line: str) -> tuple[GroupName, str] | None:
    """`Part 2 (Cohort H): confirmed diagnosis ...`: the group, and the words about it."""
    head, colon, rest = line.partition(":")
    if not colon or not rest.strip() or len(head) > 60:
        return None
    found = group_of_line(head + ":", strict=True)
    return (found, rest.strip()) if found and found.explicit and not _designations(rest) else None


def _group(words: str, printed: str) -> GroupName | None:
    """The group in the words, or None where they hold for everyone or are about something else."""
    table, lower = layout(), _WORD.findall(words.lower())
    if table.common & {*lower} or not lower:
        return None
    letters = _designations(words)
    if letters:
        return GroupName(_trimmed(printed), letters[0] if len(letters) == 1 else None, True, frozenset(letters))
    if table.not_arms & {*lower} or all(w in table.empty for w in lower):
        return None
    if table.not_arms_alone & {*lower} and not _has_people(words):
        return None
    return GroupName(_trimmed(printed))


def _designations(words: str) -> list[str]:
    """The letters and numbers after words like `part`: A and B of `Parts A and B`."""
    found, open_ = [], False
    for token in _WORD.findall(words):
        if token.lower() in layout().arm_words:
            open_ = True
        elif open_ and _is_designation(token):
            found.append(token.upper() if len(token) == 1 else token)
        else:
            open_ = open_ and token.lower() in ("and", "or", "to", "&")
    return list(dict.fromkeys(found))


def _is_designation(word: str) -> bool:
    small = word.lower()
    return (
        (len(word) == 1 and word != "a")
        or set(small[:-1] or small) <= set("ivx")
        or (small[0].isdigit() and len(small) <= 3)
    )


def _has_people(words: str) -> bool:
    return not layout().people.isdisjoint(_WORD.findall(words.lower()))


def _trimmed(name: str) -> str:
    """A group's name without what is not part of it: `For healthy subjects only` is `healthy subjects`."""
    first, comma, rest = name.partition(",")
    if comma and _designations(first) and not _designations(rest):
        name = first
    words = name.strip(" -–—:.").split()
    while words and words[0].lower() in ("for", "in", "of", "the", "only"):
        words = words[1:]
    while words and words[-1].lower() in ("only", "group", "following", "below", "per", "specific"):
        words = words[:-1]
    return " ".join(words)
