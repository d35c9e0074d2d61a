"""Lists inside one line: `4. ... 5. ...` cut into blocks, and `<1> ... <2> ...` cut into the pieces of an item.

A number or letter counts as a list mark only in its order, outside brackets, and not after a word that it belongs to
("grade 3").
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from eligo.dataclass import dataclass, replace
from eligo.pages.headings import read_section
from eligo.pages.layout import announces_list, clean, connector, key, layout
from eligo.pages.leads import asks_any
from eligo.pages.lines import Block, Mark, read_mark
from eligo.regex import regex

# One mark that may stand inside a line, or a bracket.
_CANDIDATE = regex(
    r"(?P<whole>\\?<\s?[0-9]{1,2}\s?\\?>|[(（](?:[0-9]{1,2}|[a-z]|[ivx]{2,5})[)）]|[①-⑳])"
    r"|(?P<open>[(（\[])|(?P<close>[)）\]])"
    r"|(?<![\w.,(-])(?P<half>(?:[0-9]{1,2}|[a-z]|[ivx]{2,5})\\?[)）.、]\.?(?=\s|[A-Z≥≤<>]))"
)
_GLYPH = regex(r"(?<=[\s.:;,)])[•●■⬤➢➤►✓✔❖◆▪◦](?!\w?\))")
_DASH = regex(r"(?<=\s)[-–—]\s+(?=[A-Z≥≤<>(])")
# Between the items of a list in one line: dashes, of which one alone is part of a sentence, or semicolons.
_SEPARATORS = (re.compile(r"\s+[-–—]\s+(?![0-9])"), re.compile(r"\s*;\s+"))
# What any list of pieces begins with: a cheap look before the thorough one.
_FIRST = regex(r"(?<!\w)[1ai]\\?[)）>.、]|[①•●■⬤➢➤►✓✔❖◆▪◦]")
_LEAST_WORDS = 4  # letters: "criteria a) and b)" names two pieces, it does not list them
_LONGEST_LINE = 2000  # characters of a list whose items are only separated
_PROVEN_ORDINAL = 4  # from here on an inline number is a list number even where the next line repeats it


@dataclass(frozen=True, slots=True)
class _FoundItem:
    mark: Mark
    start: int
    body: int


def cut_siblings(text: str, blocks: list[Block]) -> list[Block]:
    """Blocks in which list items that were run together in one line are blocks of their own."""
    result: list[Block] = []
    for index, block in enumerate(blocks):
        following = next((b for b in blocks[index + 1 : index + 2]), None)
        alone = block.cut and index > 0 and _is_plain_section(clean(text[slice(*blocks[index - 1].span)]))
        result.extend(_cut(text, block, following, alone))
    return result


def _is_plain_section(words: str) -> bool:
    return key(words) not in layout().topical and read_section(words) is not None


def cut_run_on(text: str, block: Block) -> list[Block]:
    """A paragraph whose line breaks were lost, cut before each word with which an item usually begins."""
    starts = [m.end() for m in layout().run_on.finditer(text, block.body, block.end)] if block.mark is None else []
    if not starts:
        return [block]
    ends = [*starts, block.end]
    pieces = [replace(block, end=block.body + len(text[block.body : ends[0]].rstrip()))]
    for start, end in itertools.pairwise(ends):
        pieces.append(replace(block, start=start, body=start, end=start + len(text[start:end].rstrip()), cut=True))
    return pieces


def _cut(text: str, block: Block, following: Block | None, alone: bool) -> list[Block]:
    """The items of one block; it is `alone` where it stands in the line of its section's heading."""
    mark = block.mark
    found = list(_glyphs(text, block)) or (list(_separated(text, block)) if alone else [])
    if not found and mark is not None and mark.ordinal is not None:
        found = list(_numbers(text, block, mark, following))
    return _split(block, found) if found else [block]


def _glyphs(text: str, block: Block) -> Iterator[_FoundItem]:
    """The bullets inside a block, unless its words announce a list: then they are pieces of the item."""
    pattern = _DASH if block.cut and block.mark and block.mark.style in "-–—" else _GLYPH
    for match in pattern.finditer(text, block.body, block.end):
        first = text[max(block.body, match.start() - 40) : match.start()]
        if announces_list(first):
            return
        yield _FoundItem(block.mark or Mark(match.group()[0]), match.start(), _after(text, match.end(), block.end))


def _separated(text: str, block: Block) -> Iterator[_FoundItem]:
    """The separators of a list in one line behind its heading, `Inclusion: age over 18 - no cancer - consent`."""
    words = text[block.body : block.end]
    if block.mark is not None or len(words) > _LONGEST_LINE or ":" in words or asks_any(words):
        return
    found = [match for match in _separators(words) if match.end() < len(words)]
    if any(_goes_on(words[match.end() :].lower()) for match in found):
        return
    for match in found:
        yield _FoundItem(Mark(match.group().strip()), block.body + match.start(), block.body + match.end())


def _separators(words: str) -> list[re.Match[str]]:
    """The separators outside of brackets, all of one kind: that of which there are enough for a list."""
    depths = itertools.accumulate((c in "([") - (c in ")]") for c in words)
    outside = "".join(c if depth <= 0 else "x" for c, depth in zip(words, depths, strict=True))
    return next((m for p in _SEPARATORS if len(m := list(p.finditer(outside))) > (p is _SEPARATORS[0])), [])


def _goes_on(rest: str) -> bool:
    """Whether the words behind a separator go on with the sentence before it."""
    return rest.startswith(layout().continues) or bool(connector(rest.split(None, 1)[0]))


def _numbers(text: str, block: Block, mark: Mark, following: Block | None) -> Iterator[_FoundItem]:
    """The marks that go on with the block's own number."""
    expected = (mark.ordinal or 0) + 1
    if mark.number.isdigit() and text.find(str(expected), block.body, block.end) < 0:
        return
    below = _ordinal_below(mark, following)
    for found in _candidates(text, block.body, block.end):
        if (mark.style, expected) not in found.mark.readings or (expected == below and expected < _PROVEN_ORDINAL):
            continue
        if mark.style == "1." and not _begins_item(text[found.body : found.body + 1], expected, below):
            continue
        yield replace(found, mark=Mark(mark.style, found.mark.number, expected))
        expected += 1
    if expected == below - 1 and mark.style in ("1.", "1)"):
        # The next line proves that a number is missing: it may stand here without its stop.
        bare = re.compile(rf"(?<=[a-z,;.)]\s){expected}\s+(?=[A-Z])").search(text, block.body, block.end)
        if bare:
            yield _FoundItem(Mark(mark.style, str(expected), expected), bare.start(), bare.end())


def _ordinal_below(mark: Mark, following: Block | None) -> int:
    """The number with which the next line goes on with the list of the mark; 0 where it does not."""
    below = following.mark if following else None
    return below.ordinal or 0 if below and below.style == mark.style else 0


def _begins_item(first: str, expected: int, below: int) -> bool:
    """Whether a number with a stop is that of a list: by the character after it, or the number in the next line."""
    if first.isupper() or first in "≥≤<>" or expected in (below - 1, below):
        return True
    return expected >= _PROVEN_ORDINAL and first.isalpha()


def _split(block: Block, found: list[_FoundItem]) -> list[Block]:
    rest = [
        Block(f.start, f.body, end, block.column, block.body_column, f.mark, False, True)
        for f, end in _with_ends(found, block.end)
    ]
    return [replace(block, end=found[0].start), *rest]


def _with_ends(found: list[_FoundItem], end: int) -> Iterator[tuple[_FoundItem, int]]:
    """Each mark with the place where the words after it end: at the next mark."""
    return zip(found, [*(f.start for f in found[1:]), end], strict=True)


@dataclass(frozen=True, slots=True)
class Pieces:
    """An item that lists pieces inside its text: where its own words end, and the pieces as blocks."""

    lead_end: int
    blocks: tuple[Block, ...]


def cut_pieces(text: str, start: int, end: int) -> Pieces | None:
    """The pieces `(1) ... (2) ...` of an item's words, or None; of several such lists the one that starts first."""
    if not _FIRST.search(text, start, end):
        return None
    # Numbers with a stop are a list from the third on, since two may be something else.
    chains = {style: c for style, c in _chains(text, start, end).items() if len(c) > (2 if style == "1." else 1)}
    lists = [chain for chain in chains.values() if _has_words(text, chain, end)]
    if not lists:
        return None
    chain = min(lists, key=lambda c: c[0].start)
    return Pieces(chain[0].start, tuple(Block(f.start, f.body, e, 0, 0, f.mark) for f, e in _with_ends(chain, end)))


def _chains(text: str, start: int, end: int) -> dict[str, list[_FoundItem]]:
    """The marks of each style that follow each other in their order, from the first one on."""
    chains: dict[str, list[_FoundItem]] = {}
    for found in _candidates(text, start, end):
        for style, ordinal in found.mark.readings:
            chain = chains.setdefault(style, [])
            if ordinal == len(chain) + 1:
                chain.append(replace(found, mark=Mark(style, found.mark.number, ordinal)))
    for match in _GLYPH.finditer(text, start, end):
        glyph = Mark(match.group())
        chains.setdefault(glyph.style, []).append(_FoundItem(glyph, match.start(), _after(text, match.end(), end)))
    return chains


def _has_words(text: str, chain: list[_FoundItem], end: int) -> bool:
    return all(
        e - f.body > 60 or sum(map(str.isalpha, clean(text[f.body : e]))) >= _LEAST_WORDS
        for f, e in _with_ends(chain, end)
    )


def _candidates(text: str, start: int, end: int) -> Iterator[_FoundItem]:
    """Every number or letter that may be a list mark, outside of brackets."""
    depth = 0
    for match in _CANDIDATE.finditer(text, start, end):
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth = max(0, depth - 1)
        elif match["half"] and depth:
            depth -= match["half"].rstrip(".")[-1:] in (")", "）")
        elif not depth and (found := read_mark(text, match.start(), end)) and found[0].ordinal is not None:
            binders = layout().before_bare_number if found[0].style == "1." else layout().before_number
            before = text[max(start, match.start() - 24) : match.start()].split()
            if not before or before[-1].lower().strip("(") not in binders:
                yield _FoundItem(found[0], match.start(), found[1])


def _after(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at
