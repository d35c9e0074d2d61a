"""A name as people write it in a record in, the bare name and what its marks say of it out: `HCC?` is suspected.

The words and signs are data (`grammar/marks.yaml`). Whatever the marks are, none makes more of a name than it says.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from eligo.data import grammar_data
from eligo.dataclass import dataclass
from eligo.namedtuple import NamedTuple
from eligo.regex import regex

Mark = Literal["suspected", "refuted", "history", "over", "present"]
_PART = regex(r"[^\W_]+|\S")
_LONGEST = 200  # characters of a name: what is longer is none


class Marked(NamedTuple):
    """A name without its marks; `signed` where a sign and not only a word marks it, `words` are those of the marks.

    `ever` where one of them speaks of all of the past, so that what is denied with it never was.
    """

    name: str
    mark: Mark
    signed: bool
    words: tuple[str, ...] = ()
    ever: bool = False


@dataclass(frozen=True, slots=True)
class _Marks:
    """The marks of the file: what each sign and word says, and the patterns that find them."""

    anywhere: Mapping[str, Mark]
    harmless: str
    ever: frozenset[str]
    said: Mapping[str, Mapping[str, Mark]]
    begins: Mapping[str, frozenset[str]]  # what a mark of a table begins with: a sign, or letters
    patterns: tuple[tuple[str, bool, str], ...]


@functools.lru_cache(maxsize=4096)
def read_marks(text: str) -> Marked | None:
    """Take the marks off a name; None for a name without any.

    >>> read_marks("? cirrhosis"), read_marks("cirrhosis")
    (Marked(name='cirrhosis', mark='suspected', signed=True, words=('?',), ever=False), None)
    """
    if len(text) > _LONGEST:
        return None
    marks, name = _marks(), text.strip()
    found: list[Mark] = [marks.anywhere[sign] for sign in marks.anywhere if sign in name]
    words = [sign for sign in marks.anywhere if sign in name]
    signed = bool(found)
    for sign in words:
        name = re.sub(rf"\s*[(\[]?\s*{re.escape(sign)}+\s*[)\]]?\s*", " ", name).strip()
    while found_mark := _found_mark(name, marks):
        name, mark, word, is_sign = found_mark
        found.append(mark)
        words.append(word)
        signed = signed or is_sign
    if name and not _plain_at_ends(name, marks.harmless):  # a sign that nobody knows
        found.append("suspected")
        signed = True
    return Marked(name, together(found), signed, tuple(words), not marks.ever.isdisjoint(words)) if found else None


def _found_mark(name: str, marks: _Marks) -> tuple[str, Mark, str, bool] | None:
    """The name without one mark, what the mark and its words say, and whether it is a sign; None where it has none."""
    for table, is_sign, pattern in marks.patterns:
        if marks.begins[table].isdisjoint(_PART.findall(name.casefold())):
            continue  # as most names
        match = _compiled(pattern).fullmatch(name)
        if match is not None and match["name"].strip():
            word = " ".join(match["mark"].casefold().split())
            return match["name"].strip(), marks.said[table][word], word, is_sign
    return None


def _plain_at_ends(name: str, harmless: str) -> bool:
    return all(end.isalnum() or end in harmless or end in "+-" for end in (name[0], name[-1]))


def together(found: Sequence[Mark]) -> Mark:
    """What several marks say together: `no h/o` rules out, `? s/p` suspects."""
    if "suspected" in found or found.count("refuted") > 1:
        return "suspected"
    order: tuple[Mark, ...] = ("refuted", "history", "over")
    return next((mark for mark in order if mark in found), "present")


def all_together(*marks: Mark | None) -> Mark | None:
    """What marks of several places say together; None where there is none."""
    found = [mark for mark in marks if mark is not None]
    return together(found) if found else None


@functools.cache
def _marks() -> _Marks:
    data = grammar_data("marks.yaml")
    signs = data["signs"]
    ever = frozenset(word.casefold() for word in data["ever"])
    said: dict[str, dict[str, Mark]] = {
        "sign before": _turned(signs["before"]),
        "sign after": _turned(signs["after"]),
        "before": _turned(data["before"]),
        "after": _turned(data["after"]),
    }
    before, after = _one_of(said["before"]), _one_of(said["after"])
    signs_before, signs_after = _one_of(said["sign before"]), _one_of(said["sign after"])
    patterns = (
        ("sign after", True, rf"(?P<name>.*?)\s*[(\[]\s*(?P<mark>{signs_after})\s*[)\]]"),
        ("sign after", True, rf"(?P<name>.*?[\w)\]])\s*(?P<mark>{signs_after})"),
        ("sign before", True, rf"[(\[]\s*(?P<mark>{signs_before})\s*[)\]]\s*(?P<name>.*)"),
        ("sign before", True, rf"(?P<mark>{signs_before})\s*(?P<name>\w.*)"),
        ("before", False, rf"[(\[]?(?P<mark>{before})(?:[)\]:\s]+|-(?=\w))(?P<name>\w.*)"),
        ("after", False, rf"(?P<name>.*?)\s*[(\[]\s*(?P<mark>{after})\s*[)\]]"),
        ("after", False, rf"(?P<name>.*?\S)(?:\s*[,:=–]\s*|\s+-?\s*)(?P<mark>{after})"),
    )
    begins = {table: _begins(words) for table, words in said.items()}
    return _Marks(_turned(signs["anywhere"]), signs["harmless"], ever, said, begins, patterns)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern made ready, which takes long for one of all the words; most names need none."""
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def _begins(words: Iterable[str]) -> frozenset[str]:
    """What the marks begin with, as the parts of a name are found."""
    return frozenset(_PART.findall(word)[0] for word in words)


def _turned(table: Mapping[str, list[str]]) -> dict[str, Mark]:
    known: tuple[Mark, ...] = get_args(Mark)
    return {word.casefold(): mark for mark in known for word in table.get(mark, ())}


def _one_of(words: Mapping[str, Mark]) -> str:
    """A pattern for one of the words, the longest first; any blanks stand for a blank."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, word.split())) for word in ordered)
