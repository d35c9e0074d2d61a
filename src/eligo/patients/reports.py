"""What stands beside a value in a report in, what it says of it out: its range of normal, or that it is doubtful.

A laboratory may state several ranges, by sex, by age or in words; the one that holds for the patient is used.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping
from typing import Literal

from eligo.data import grammar_data
from eligo.namedtuple import NamedTuple
from eligo.patients.plausible import NO_RANGE, UNKNOWN_RANGE, Ends
from eligo.patients.values import read_quantity
from eligo.regex import regex

Sex = Literal["male", "female"]
Fits = bool | None  # whether a range is for the patient; None where that is not known

_PARTS = regex(r"[;\n]|,(?=\s*[A-Za-z])")
_BRACKETS = regex(r"^[(\[]\s*(.*?)\s*[)\]]$", re.DOTALL)
_WORD = regex(r"(?<![a-z/])[a-z]+(?![a-z/%])")


class Stated(NamedTuple):
    """One range that a report states, whether it is for the patient, and by how much it is told whom it is for."""

    ends: Ends
    fits: Fits = True
    told: int = 0


class ReportWords(NamedTuple):
    """The words of `grammar/reports.yaml`."""

    sexes: Mapping[str, Sex]
    anybody: frozenset[str]
    normal: frozenset[str]
    other: tuple[str, ...]
    upper: tuple[str, ...]
    lower: tuple[str, ...]
    doubts: tuple[str, ...]


@functools.cache
def report_words() -> ReportWords:
    """Load the words."""
    data = grammar_data("reports.yaml")
    sexes: dict[str, Sex] = {word: sex for sex, several in data["sexes"].items() for word in several}
    longest_first = {
        key: tuple(sorted(data[key], key=len, reverse=True)) for key in ("other", "upper", "lower", "doubts")
    }
    return ReportWords(sexes, frozenset(data["anybody"]), frozenset(data["normal"]), **longest_first)


def is_doubted(remark: str) -> bool:
    """Whether a remark says that the value beside it is not to be relied on.

    >>> is_doubted("Platelet clumps seen"), is_doubted("fasting sample")
    (True, False)
    """
    text = " ".join(remark.casefold().split())
    return any(re.search(rf"\b{re.escape(word)}", text) for word in report_words().doubts)


def kind_of(text: str) -> bool | None:
    """Whether the words for a range say that it is one of normal (or of another kind); None where they say neither."""
    plain = " ".join(text.casefold().split())
    if any(re.search(rf"\b{re.escape(word)}", plain) for word in report_words().other):
        return False
    return True if any(word in plain for word in report_words().normal) else None


def group_fits(words: Iterable[str], sex: Sex | None) -> tuple[Fits, int] | None:
    """Whether a range for this group is for the patient, and whether it names a sex; None for any other group."""
    named = set[Sex]()
    for word in words:
        plain = word.strip().casefold()
        if plain in report_words().sexes:
            named.add(report_words().sexes[plain])
        elif plain not in report_words().anybody:
            return None
    if len(named) != 1:
        return True, 0
    return (None if sex is None else sex in named), 1


def chosen(stated: Iterable[Stated]) -> Ends:
    """The range that holds for the patient: the one that is told most exactly; unknown where several could be it."""
    possible = [one for one in stated if one.fits is not False and one.ends != NO_RANGE]
    told = max((one.told for one in possible if one.fits), default=0)
    left = {one.ends for one in possible if one.told >= told or one.fits is None}
    return left.pop() if len(left) == 1 else UNKNOWN_RANGE if left else NO_RANGE


def range_in(text: str, sex: Sex | None) -> Ends | None:
    """The range for the patient that a text states; None where the text is none, or is one of another kind.

    >>> range_in("M: < 40, F: < 30", "female"), range_in("see below", None)
    (Ends(low=None, high=30, unit=None), None)
    """
    found = ranges_in(text, sex)
    return chosen(found) if found else None


def ranges_in(text: str, sex: Sex | None) -> list[Stated]:
    """The ranges that a text states: `5 - 40 U/L`, `< 30`, `M: up to 40; F: up to 30`; none where it is no range.

    >>> ranges_in("men < 40 U/L; women < 30 U/L", "female")[1]
    Stated(ends=Ends(low=None, high=30, unit='U/L'), fits=True, told=1)
    """
    if kind_of(text) is False:
        return []
    found = []
    for part in _parts(text.strip()):
        sexes = [word for word in _WORD.findall(part.casefold()) if word in report_words().sexes]
        group = group_fits(sexes, sex)
        ends = _ends(_without_names(part))
        if ends is None or group is None:
            return []
        found.append(Stated(ends, *group))
    return found


def _parts(text: str) -> list[str]:
    """The ranges of a text, each with the words that say whom it is for: `M: < 40 / F: < 30` are two."""
    sexes = "|".join(re.escape(word) for word in sorted(report_words().sexes, key=len, reverse=True) if word.isalpha())
    marked = re.sub(rf"([0-9][^;\n]*?)\s*[\s/]\s*(?=(?:{sexes})\b\s*[:=<>≤≥(0-9])", r"\1;", text, flags=re.IGNORECASE)
    return _PARTS.split(marked)


def _without_names(part: str) -> str:
    """The range without the words that say whom and what it is for: `Adult men: < 40 U/L` is `< 40 U/L`."""
    words = report_words()
    names = sorted((*words.sexes, *words.anybody, *words.normal), key=len, reverse=True)
    plain = re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})\b(?![/%])", " ", part, flags=re.IGNORECASE)
    plain = re.sub(r"\(\s*\)|\[\s*\]", " ", plain)
    plain = re.sub(r"[(\[]([^()\[\]0-9]+)[)\]]$", r"\1", plain.strip(" :=,")).strip()
    return re.sub(r"\s[x×*]\s*(?=10\s?[\^*])", " ", plain)  # the power of ten belongs to the unit


def _ends(text: str) -> Ends | None:
    """The ends of a range in words."""
    inside = _BRACKETS.match(text)
    text = inside[1] if inside else text
    plain = text.casefold()
    words = report_words()
    for word in sorted((*words.upper, *words.lower), key=len, reverse=True):
        if plain.startswith(word):
            read = read_quantity(text[len(word) :].strip(" :"))
            if read is None or read.low != read.high or not math.isfinite(read.low):
                return None
            return Ends(None, read.low, read.unit) if word in words.upper else Ends(read.low, None, read.unit)
    read = read_quantity(text)
    if read is None or read.low == read.high or not (math.isfinite(read.low) and math.isfinite(read.high)):
        return None
    return Ends(read.low, read.high, read.unit)
