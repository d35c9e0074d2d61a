"""`grammar/documents.yaml` to a `Layout`: the headings, labels, list marks and furniture that documents are read by.

A warm start reads JSON from the cache; patterns are compiled when the first document is read.
"""

from __future__ import annotations

import functools
import html
import re
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.regex import regex

_ESCAPE = regex(r"\\(?=[!-/:-@\[-`{-~])")
_EMPHASIS = regex(r"\*\*|__")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_ANNOUNCED = regex(r"(?::|：|\bfollowing|\bas follows|\bbelow)\s*$", re.IGNORECASE)
_END = " \t:：.;,?-–—|"


class Layout:
    """The words of the file by name, as sets, with the patterns that are made of them."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        sections, arms = data["sections"], data["arms"]
        self.qualifiers = frozenset(sections["qualifiers"])
        self.topical = frozenset(sections["topical"])
        self.follow = tuple(sections["follow"])
        self.section_of = {p: kind for kind in ("container", "inclusion", "exclusion") for p in sections[kind]}
        self.section_phrase = _any_phrase(self.section_of)
        self.sentence_ends = frozenset(sections["sentence_ends"])
        self.exclusion = _patterns(sections["exclusion_patterns"])
        self.not_exclusion = _patterns(sections["exclusion_unless_patterns"])
        self.lead_words = frozenset(data["lead_words"].split())
        self.any_of = _patterns(data["any_of_patterns"])
        self.all_of = _patterns(data["all_of_patterns"])
        self.denying, self.not_denying = frozenset(data["denying"]), tuple(data["not_denying"])
        self.excepting = _patterns(data["excepting_patterns"])
        self.announcing = _patterns(data["announcing_patterns"])
        self.not_topics = frozenset(data["not_topics"])
        self.topics = frozenset(data["topics"])
        self.topic_starts = frozenset(data["topic_starts"])
        self.topic_ends = frozenset(data["topic_ends"])
        self.subheading_words: int = data["subheading_words"]
        self.arm_words = frozenset(arms["words"])
        self.people = frozenset(arms["people"])
        self.common = frozenset(arms["common"])
        self.not_arms = frozenset(arms["not_arms"])
        self.not_arms_alone = frozenset(arms["not_arms_alone"])
        self.empty = frozenset(arms["empty"])
        self.connectors = frozenset(data["connectors"])
        self.continues = tuple(data["continues"])
        self.remark = _patterns(data["remark_patterns"])
        others = data["others"]
        self.companions, self.apart = frozenset(others["companions"]), frozenset(others["apart"])
        self.well, self.well_people = frozenset(others["well"]), frozenset(others["well_people"])
        self.patients = frozenset(others["patients"])
        self.people_ends, self.idle_people = frozenset(others["ends"]), frozenset(others["idle"])
        self.scopes = tuple(map(re.compile, data["scope_patterns"]))
        self.scope_people = frozenset(data["scope_people"])
        self.value_labels, self.value_starts = frozenset(data["value_labels"]), tuple(data["value_starts"])
        self.choices = _patterns(data["choice_patterns"])
        self.table_heads = frozenset(data["table_heads"])
        self.unfinished = frozenset(data["unfinished"])
        self.symbols = {0xF000 + int(code, 16): letter for code, letter in data["symbols"].items()}
        self.protocol_ends = frozenset(data["protocol_ends"])
        self.coded = frozenset(data["coded"])
        self.run_on = _run_on(data["run_on"])
        self.label = _label([*data["topics"], *data["value_labels"]])
        self.bullet_rank = {glyph: rank for rank, glyphs in enumerate(data["bullets"]) for glyph in glyphs}
        self.before_number = frozenset(data["before_number"])
        self.before_bare_number = frozenset(data["before_bare_number"]) | self.before_number


@functools.cache
def layout() -> Layout:
    """The layout of the data file."""
    path = data_dir("grammar") / "documents.yaml"
    raw = path.read_bytes()

    def build() -> Any:
        from eligo.yamltext import read_yaml  # lazy: a warm start reads no YAML

        return read_yaml(raw.decode("utf-8"), str(path)).data

    return Layout(cached("documents", digest([raw]), build))


def clean(raw: str) -> str:
    r"""The words of a piece of a page: without escapes, entities, emphasis, odd spaces and line breaks.

    >>> clean("albumin \\<35\u00a0g/L,\n   10\\^9 &gt; 2")
    'albumin <35 g/L, 10^9 > 2'
    """
    if "\\" in raw:
        raw = _ESCAPE.sub("", raw)
    if "&" in raw:
        raw = html.unescape(raw)
    if "**" in raw or "__" in raw:
        raw = _EMPHASIS.sub("", raw)
    if not raw.isascii():
        raw = raw.translate(_INVISIBLE).translate(layout().symbols)
    return " ".join(raw.split())


def key(text: str) -> str:
    """A cleaned line as the phrases of the data file are written: lower case, without the stops at its end."""
    return text.lower().replace("’", "'").rstrip(_END).lstrip("# ")


def connector(line: str) -> str | None:
    """The word that a line is made of, if it only joins two items: `--- OR ---` is `or`."""
    word = key(line).strip(_END + "-")
    return word if word in layout().connectors else None


def announces_list(end: str) -> bool:
    """Whether the end of some words says that a list follows."""
    return _ANNOUNCED.search(end) is not None


def matches(patterns: re.Pattern[str], line: str) -> bool:
    """Whether one of the patterns holds somewhere in a line."""
    return patterns.search(line) is not None


def _patterns(parts: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(parts))


def _run_on(words: list[str]) -> re.Pattern[str]:
    """Where an item begins anew in a text whose line breaks were lost: at one of the words, with a capital."""
    starts = "|".join(re.escape(w[0].upper() + w[1:]) for w in words) + "|" + "|".join(w.upper() for w in words)
    return re.compile(rf"(?<=[a-z0-9)%])\s+(?=(?:{starts})(?!\w))")


def _label(topics: list[str]) -> re.Pattern[str]:
    """A topic with a capital and a colon, inside a line."""
    ordered = sorted({t[0].upper() + t[1:] for t in topics}, key=len, reverse=True)
    words = "|".join(re.escape(t).replace("\\ ", r"\s+") for t in ordered)  # a line may break inside a label
    return re.compile(rf"(?<![\w/-])(?:{words})\s?:(?=\s)")


def _any_phrase(phrases: dict[str, str]) -> re.Pattern[str]:
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, ordered))})(?!\w)")
