"""Real eligibility lines in, pairs of the laws out that need no generated sentence; the lines stay in ../shared."""

from __future__ import annotations

import functools
import json
import random
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from eligo.truth import Kind
from tests.sentences import Pair, less, parts

Line = tuple[str, Kind]

_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.)]|[a-zA-Z][.)])\s+")
_SHORTEST, _LONGEST = 15, 160  # characters


@functools.cache
def lines(shared: Path) -> tuple[Line, ...]:
    """The lines that hold one whole item, without their marks, in an order that has nothing to do with their trials."""
    found = dict[Line, None]()
    for row in (shared / "gold" / "lct_dev.jsonl").read_text("utf-8").splitlines():
        line = json.loads(row)
        if line["section"] in ("inclusion", "exclusion") and _MARK.match(line["text"]):
            found[_clean(line["text"]), line["section"]] = None
    for row in (shared / "data" / "criteria_legacy_text.jsonl").read_text("utf-8").splitlines():
        found.update(dict.fromkeys(_items(json.loads(row)["criteria"])))
    kept = [line for line in found if _SHORTEST <= len(line[0]) <= _LONGEST and not line[0].endswith(":")]
    return tuple(sorted(kept, key=lambda line: (zlib.crc32(line[0].encode()), line)))


def _items(criteria: str) -> Iterator[Line]:
    """The items of a criteria text, their wraps taken out, below the heading of their section."""
    kind: Kind | None = None
    for paragraph in re.split(r"\n\s*\n", criteria):
        heading = paragraph.strip().casefold()
        if heading.endswith("criteria:"):
            kind = "exclusion" if "exclusion" in heading else "inclusion" if "inclusion" in heading else None
        elif kind and _MARK.match(paragraph):
            yield _clean(paragraph), kind


def _clean(text: str) -> str:
    return " ".join(_MARK.sub("", text).split()).rstrip(".;, ")


# --- pairs


@functools.cache
def _scoped() -> re.Pattern[str]:
    """A line with one word of scope, however it is punctuated."""
    words = sorted((j["word"] for j in parts()["joints"] if j.get("lines", True)), key=len, reverse=True)
    said = "|".join(map(re.escape, words))
    return re.compile(rf"([^.;:()]{{6,}}?)\s*[,;(]?\s*\b({said})\b\s+([^.;:()]{{4,}}?)\)?", re.IGNORECASE)


def _punctuation(found: tuple[Line, ...]) -> Iterator[Pair]:
    plain, others = parts()["punctuation"]["plain"], parts()["punctuation"]["others"]
    for number, (text, kind) in enumerate(found):
        if match := _scoped().fullmatch(text):
            said = dict(zip(("head", "word", "tail"), match.groups(), strict=True))
            other = others[number % len(others)]
            yield Pair("punctuation", said["word"].lower(), kind, (plain.format(**said), other.format(**said)))


def _order(found: tuple[Line, ...]) -> Iterator[Pair]:
    simple = [line for line in found if not set(line[0]) & set(";:")]
    for kind in ("inclusion", "exclusion"):
        texts = [text for text, section in simple if section == kind]
        for one, other in zip(texts[::2], texts[1::2], strict=False):
            yield Pair("order", "; ", kind, (f"{one}; {other}", f"{other}; {one}"))


def _less(found: tuple[Line, ...]) -> Iterator[Pair]:
    for text, kind in found:
        yield less(text, kind, random.Random(text))


def _alone(law: str) -> Callable[[tuple[Line, ...]], Iterator[Pair]]:
    return lambda found: (Pair(law, "a line", kind, (text,)) for text, kind in found)


_MAKERS: dict[str, Callable[[tuple[Line, ...]], Iterator[Pair]]] = {
    "punctuation": _punctuation,
    "order": _order,
    "context": _alone("context"),
    "account": _alone("account"),
    "rendering": _alone("rendering"),
    "less": _less,
}
LAWS = tuple(_MAKERS)


def pairs(shared: Path, law: str, count: int) -> list[Pair]:
    """So many pairs of a law (or as many as there are), taken evenly from all of its pairs."""
    found = list(_MAKERS[law](lines(shared)))
    step = max(len(found) // count, 1)
    return found[::step][:count]
