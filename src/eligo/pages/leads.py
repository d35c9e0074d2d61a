"""What a lead says of the list below it: `patients who meet any of the following will be excluded`.

Every function looks at one cleaned line; what stands around the line is the caller's business.
"""

from __future__ import annotations

import re

from eligo.pages.layout import key, layout, matches
from eligo.regex import regex

_LONGEST = 250  # characters
_WORD = regex(r"[\w&+'/-]+")
_TAKES_PART = regex(r"eligib|inclu|exclu|enrol|participat|randomi|precluded|take part", re.IGNORECASE)


def is_lead(line: str) -> bool:
    """Whether a line that ends in a colon is made of words about taking part only.

    >>> is_lead("Patients who meet any of the following will be excluded:"), is_lead("Confirmed cirrhosis and all of:")
    (True, False)
    """
    if len(line) > _LONGEST:
        return False
    return all(w in layout().lead_words or w[0].isdigit() for w in _WORD.findall(key(line)))


def asks_any(line: str) -> bool:
    """Whether a lead asks for one of the items below it."""
    return matches(layout().any_of, key(line))


def asks_all(line: str) -> bool:
    """Whether a lead asks for all of the items below it, and not for any."""
    return matches(layout().all_of, key(line)) and not asks_any(line)


def excludes(line: str) -> bool:
    """Whether a lead says that who meets what follows cannot take part."""
    words = key(line)
    return len(line) <= _LONGEST and matches(layout().exclusion, words) and not matches(layout().not_exclusion, words)


def is_negated(line: str) -> bool:
    """Whether a lead denies what follows: its items are not read under a mere heading."""
    words = key(line)
    for phrase in layout().not_denying:
        words = words.replace(phrase, " ")
    return not layout().denying.isdisjoint(_WORD.findall(words))


def turns(line: str) -> bool:
    """Whether a lead takes what follows out of what it says, or denies it: `except:`, `none of the following:`."""
    return matches(layout().excepting, key(line)) or is_negated(line)


def takes_part(line: str) -> bool:
    """Whether a lead speaks of who can or cannot take part."""
    return _TAKES_PART.search(line) is not None


def is_mostly_lead(line: str) -> bool:
    """Whether a line has few words beside those of a lead: the first paragraph of a section then heads it."""
    if len(line) > _LONGEST:
        return False
    words = [w in layout().lead_words or w[0].isdigit() for w in _WORD.findall(key(line))]
    return len(words) > 5 and sum(words) >= 0.75 * len(words) and takes_part(line)
