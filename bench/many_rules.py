"""Rule sets like real ones, as many as are asked for: drafts of registry records with numbers and names of their own.

A copy differs from its draft in most limits and windows, in a part of its concepts and statements, and in how it is
listed, so that copies share about as much as trials of one field do. It stands in no repository: it holds the words of
registry pages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from eligo.trials.importing import import_document
from eligo.trials.sources import documents
from eligo.vocabulary.concepts import concepts

ROOT = Path(__file__).resolve().parents[1]
_SLOT = re.compile(
    r"(?P<start>\b(?P<key>limit|lt|le|gt|ge|within|concept|attest|named): '?)(?P<value>[^,}'\n]+)"
    r"|^trial: \S+|^listing: .*\n(?:  .*\n)*|sha256: [0-9a-f]{64}",
    re.MULTILINE,
)
_READINGS = re.compile(r"^  ambiguous:\n(?:   .*\n|  - .*\n)*", re.MULTILINE)  # they repeat what a copy changes
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_STATUSES = ("RECRUITING",) * 6 + ("NOT_YET_RECRUITING", "ACTIVE_NOT_RECRUITING", "COMPLETED", None)
_PHASES = (("PHASE1",), ("PHASE2",), ("PHASE3",), ("PHASE2", "PHASE3"), ("PHASE4",), ("NA",), ())
_COUNTRIES = ("Austria", "Brazil", "Canada", "France", "Germany", "India", "Japan", "Kenya", "Spain", "United States")
_AGES = (("ADULT", "OLDER_ADULT"), ("ADULT", "OLDER_ADULT"), ("CHILD",), ("CHILD", "ADULT", "OLDER_ADULT"), ())
_OTHER_CONCEPT, _OTHER_WORDS, _OTHER_LIMIT = 0.2, 0.3, 0.7  # how often
_WORDINGS = 400  # of one statement

Piece = str | Callable[[random.Random, int], str]


def drafts(records: Path | None, folder: Path) -> list[str]:
    """The drafts of all registry records of a folder; without one, the rule sets that come with eligo."""
    if records is None or not records.is_dir():
        return [
            path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*.yaml")) if ".cases" not in path.name
        ]
    for document in documents(str(records)):
        import_document(document, document.page(), folder)
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))]


def copies(texts: Sequence[str], count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """So many rule sets with their ids: the drafts in turn, each copy with numbers and names of its own."""
    pieces = [_pieces(text) for text in texts]
    luck = random.Random(seed)
    for number in range(count):
        made = [one if isinstance(one, str) else one(luck, number) for one in pieces[number % len(pieces)]]
        yield f"NCT{number:08}", "".join(made)


def write(texts: Sequence[str], count: int, folder: Path, seed: int = 1) -> None:
    """Write copies as files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for trial, text in copies(texts, count, seed):
        (folder / f"{trial}.yaml").write_text(text, "utf-8")


def _pieces(text: str) -> list[Piece]:
    """A draft as what stays and what each copy has of its own."""
    text, last = _READINGS.sub("", text), 0
    found: list[Piece] = []
    for match in _SLOT.finditer(text):
        found += [text[last : match.start()], _slot(match)]
        last = match.end()
    return [*found, text[last:]]


def _slot(match: re.Match[str]) -> Piece:
    """What a copy has in place of a part that is not the same in all."""
    if match["key"] is None:
        if match[0].startswith("trial"):
            return lambda _, number: f"trial: NCT{number:08}"
        if match[0].startswith("sha256"):
            return lambda _, number: f"sha256: {number:064x}"
        return lambda luck, _: _listing(luck)
    start, value = match["start"], match["value"]
    if match["key"] == "concept":
        return _concept(start, value)
    if match["key"] in ("attest", "named"):
        return _words(start, value)
    number = _NUMBER.match(value)
    if number is None:
        return match[0]
    written, rest = number[0], value[number.end() :]
    if match["key"] == "within":
        return lambda luck, _: f"{start}{max(1, int(float(written)) + luck.choice((0, 0, 0, 1, -1, 2)))}{rest}"
    leaf = match.string.rfind("{", 0, match.start())  # both bounds of a range change alike
    return lambda _, number: f"{start}{_limit(written, random.Random(number * 7919 + leaf))}{rest}"


def _words(start: str, words: str) -> Piece:
    if " " not in words:  # a word of the vocabulary
        return start + words
    return lambda luck, _: start + (f"part {luck.randrange(_WORDINGS)} " * (luck.random() < _OTHER_WORDS)) + words


def _limit(written: str, luck: random.Random) -> str:
    if luck.random() > _OTHER_LIMIT:
        return written
    digits = len(written.partition(".")[2])
    return f"{float(written) * luck.choice((0.8, 0.9, 0.95, 1.05, 1.1, 1.2)):.{digits}f}"


def _concept(start: str, name: str) -> Piece:
    known = concepts().get(name)
    if known is None or ":" in name:
        return start + name
    alike = [one.id for one in concepts() if one.kind == known.kind and ":" not in one.id]
    return lambda luck, _: start + (luck.choice(alike) if luck.random() < _OTHER_CONCEPT else name)


def _listing(luck: random.Random) -> str:
    status, phases = luck.choice(_STATUSES), luck.choice(_PHASES)
    countries, ages = luck.sample(_COUNTRIES, luck.randrange(4)), luck.choice(_AGES)
    parts = [f"status: {status}"] if status else []
    for name, values in (("phases", phases), ("countries", countries), ("age_groups", ages)):
        parts += [f"{name}: [{', '.join(values)}]"] if values else []
    return f"listing: {{{', '.join(parts)}}}\n" if parts else ""
