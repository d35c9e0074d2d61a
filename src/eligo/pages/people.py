"""Whom an item is asked of, where that is not every patient: other people, and some of the patients.

A heading or the beginning of a sentence in; the people that it names out. The words stand in `grammar/documents.yaml`.
"""

from __future__ import annotations

from typing import Literal

from eligo.dataclass import dataclass
from eligo.pages.layout import key, layout
from eligo.pages.leads import excludes
from eligo.regex import regex

Standing = Literal["companion", "apart", "well"]

_WORD = regex(r"[\w&+'/-]+")
_BREAK = regex(r"[()\[\]:：,;]|\s[-–—]\s")
_LONGEST, _LONGEST_NAME = 12, 250  # words, characters


@dataclass(frozen=True, slots=True)
class Population:
    """Other people than the patients, as the source names them.

    A `companion` (donor, caregiver) takes part beside a patient, so that a person has to say whether there is one who
    fits; as below a further heading, of which nobody knows whom it means. Nothing that is asked of people
    `apart` (controls, staff) bears on the patient. Who is `well` is apart only where the trial names its patients.
    """

    name: str
    standing: Standing


def other_people(name: str) -> Population | None:
    """The other people that a heading names; None where it names the patients, or nobody.

    >>> other_people("Inclusion criteria for healthy controls")
    Population(name='healthy controls', standing='apart')
    >>> other_people("Recipients of a kidney of a living donor") is other_people("Control of pain") is None
    True
    """
    for segment in _BREAK.split(name[:_LONGEST_NAME]):
        words = _named(segment)
        if words:
            standing = _standing(words) if len(words) <= _LONGEST else None
            return Population(" ".join(words), standing) if standing else None
    return None


def speaks_of_controls(line: str) -> Population | None:
    """The controls of whom a sentence speaks: `Healthy controls must be free of dementia`."""
    found = other_people(line)
    return found if found and found.standing == "apart" and "control" in found.name else None


def names_patients(line: str) -> bool:
    """Whether a heading names patients, and no other people."""
    words = _WORD.findall(key(line))
    return not layout().patients.isdisjoint(words) and other_people(line) is None


def is_about_patients(limit: str) -> bool:
    """Whether the words that limit a list name patients, and no sex or age of them."""
    return names_patients(limit) and layout().scope_people.isdisjoint(_WORD.findall(key(limit)))


def _named(segment: str) -> list[str]:
    """The words of a segment that name people, without those around them that name nobody, such as `Group B`."""
    table = layout()
    words = _WORD.findall(segment.lower())
    while words and (words[0] in table.idle_people or _is_letter(words[0])):
        words = words[1:]
    end = next((i for i, word in enumerate(words) if i and word in table.people_ends), len(words))
    words = words[:end]
    while len(words) > 1 and (words[-1] in table.idle_people or _is_letter(words[-1])):
        if " ".join(words[-2:]) in table.apart:  # "control group"
            break
        words = words[:-1]
    return words


def _is_letter(word: str) -> bool:
    return len(word) == 1 or set(word) <= set("ivx") or word.isdigit()


def _standing(words: list[str]) -> Standing | None:
    """What the people are to the patients, by the last word, or the last two, of their name."""
    table = layout()
    if not table.patients.isdisjoint(words[:-1]) or "and" in words or "or" in words:
        return None
    ends = (words[-1], " ".join(words[-2:]))
    if any(end in table.companions for end in ends):
        return "companion"
    well = not table.well.isdisjoint(words) and words[-1] in table.well_people
    if any(end in table.apart for end in ends) or (well and words[-1] in ("control", "controls")):
        return "apart"
    return "well" if well else None


def scope(heading: str) -> str | None:
    """Which of the patients a heading is for, in its own words; None where it is for all of them.

    >>> scope("Additional inclusion criteria for patients with HIV"), scope("Exclusion criteria for patients")
    ('For patients with HIV', None)
    """
    for pattern in layout().scopes:
        match = pattern.search(heading.strip(" :："))
        if match:
            words = _WORD.findall(match["who"].lower())
            people = layout().people | layout().scope_people
            if excludes(heading) or not layout().common.isdisjoint(words):
                return None
            if not people.isdisjoint(words) and not _names_nobody(words):
                named_alone = heading.lower().startswith(match["who"].lower())
                return match["who"] if named_alone else f"For {match['who']}"
    return None


def _names_nobody(words: list[str]) -> bool:
    """Whether the words are those that any heading has: `study participants`."""
    return all(word in layout().empty for word in words)


def value_label(heading: str | None, text: str) -> str | None:
    """The heading, where it says what the value is of with which the text begins: `Age` above `18 and over`."""
    if heading is None or key(heading) not in layout().value_labels:
        return None
    small = text.lower()
    return heading if small[:1].isdigit() or small.startswith(layout().value_starts) else None
