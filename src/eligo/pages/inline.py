"""Lists inside one line: `4. ... 5. ...` cut into blocks, and `<1> ... <2> ...` cut into the pieces of an item.

A number or letter counts as a list mark only in its order, outside brackets, and not after a word that it belongs to
("grade 3").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from eligo.pages.layout import announces_list, clean, layout
from eligo.pages.lines import Block, Mark, read_mark

# One mark that may stand inside a line, or a bracket.
_CANDIDATE = re.compile(
    r"(?P<whole>\\?<\s?[0-9]{1,2}\s?\\?>|[(（](?:[0-9]{1,2}|[a-z]|[ivx]{2,5})[)）]|[①-⑳])"
    r"|(?P<open>[(（\[])|(?P<close>[)）\]])"
    r"|(?<![\w.,(-])(?P<half>(?:[0-9]{1,2}|[a-z]|[ivx]{2,5})\\?[)）.、]\.?(?=\s|[A-Z≥≤<>]))"
)
_GLYPH = re.compile(r"(?<=[\s.:;,)])[•●■⬤➢➤►✓✔❖◆▪◦](?!\w?\))")
_DASH = re.compile(r"(?<=\s)[-–—]\s+(?=[A-Z≥≤<>(])")
# What any list of pieces begins with: a cheap look before the thorough one.
_FIRST = re.compile(r"(?<!\w)[1ai]\\?[)）>.、]|[①•●■⬤➢➤►✓✔❖◆▪◦]")
_LEAST_WORDS = 4  # letters: "criteria a) and b)" names two pieces, it does not list them
_PROVEN_ORDINAL = 4  # from here on an inline number is a list number even where the next line repeats it


@dataclass(frozen=True, slots=True)
class _Found:
    mark: Mark
    start: int
    body: int


def cut_siblings(text: str, blocks: list[Block]) -> list[Block]:
    """Blocks in which list items that were run together in one line are blocks of their own."""
    result: list[Block] = []
    for index, block in enumerate(blocks):
        following = next((b for b in blocks[index + 1 : index + 2]), None)
        result.extend(_cut(text, block, following))
    return result


def _cut(text: str, block: Block, following: Block | None) -> list[Block]:
    mark = block.mark
    found = list(_glyphs(text, block))
    if not found and mark is not None and mark.ordinal is not None:
        found = list(_numbers(text, block, mark, following))
    return _split(block, found) if found else [block]


def _glyphs(text: str, block: Block) -> Iterator[_Found]:
    """The bullets inside a block, unless its words announce a list: then they are pieces of the item."""
    pattern = _DASH if block.cut and block.mark and block.mark.style in "-–—" else _GLYPH
    for match in pattern.finditer(text, block.body, block.end):
        first = text[max(block.body, match.start() - 40) : match.start()]
        if announces_list(first):
            return
        yield _Found(block.mark or Mark(match.group()[0]), match.start(), _after(text, match.end(), block.end))


def _numbers(text: str, block: Block, mark: Mark, following: Block | None) -> Iterator[_Found]:
    """The marks that go on with the block's own number."""
    expected = (mark.ordinal or 0) + 1
    if mark.number.isdigit() and text.find(str(expected), block.body, block.end) < 0:
        return
    repeated = proven = None
    if following and following.mark and following.mark.style == mark.style:
        repeated, proven = following.mark.ordinal, (following.mark.ordinal or 0) - 1
    for found in _candidates(text, block.body, block.end):
        style_fits = (found.mark.style, found.mark.ordinal) == (mark.style, expected) or found.mark.other == (
            mark.style,
            expected,
        )
        if not style_fits or (expected == repeated and expected < _PROVEN_ORDINAL):
            continue
        first = text[found.body : found.body + 1]
        sure = first.isupper() or first in "≥≤<>" or expected in (proven, repeated)
        if mark.style == "1." and not sure and (expected < _PROVEN_ORDINAL or not first.isalpha()):
            continue
        yield replace(found, mark=Mark(mark.style, found.mark.number, expected))
        expected += 1
    if proven == expected and mark.style in ("1.", "1)"):
        # The next line proves that a number is missing: it may stand here without its stop.
        bare = re.compile(rf"(?<=[a-z,;.)]\s){expected}\s+(?=[A-Z])").search(text, block.body, block.end)
        if bare:
            yield _Found(Mark(mark.style, str(expected), expected), bare.start(), bare.end())


def _split(block: Block, found: list[_Found]) -> list[Block]:
    starts = [f.start for f in found]
    first = replace(block, end=starts[0])
    rest = [
        Block(f.start, f.body, end, block.column, block.body_column, f.mark, False, True)
        for f, end in zip(found, [*starts[1:], block.end], strict=True)
    ]
    return [first, *rest]


@dataclass(frozen=True, slots=True)
class Pieces:
    """An item that lists pieces inside its text: where its own words end, and the pieces as blocks."""

    lead_end: int
    blocks: tuple[Block, ...]


def cut_pieces(text: str, start: int, end: int) -> Pieces | None:
    """The pieces `(1) ... (2) ...` of an item's words, or None; of several such lists the one that starts first."""
    if not _FIRST.search(text, start, end):
        return None
    chains: dict[str, list[_Found]] = {}
    for found in _candidates(text, start, end):
        for style, ordinal in (
            (found.mark.style, found.mark.ordinal),
            *([found.mark.other] if found.mark.other else []),
        ):
            chain = chains.setdefault(style, [])
            if ordinal == len(chain) + 1:
                chain.append(replace(found, mark=Mark(style, found.mark.number, ordinal)))
    for match in _GLYPH.finditer(text, start, end):
        chains.setdefault(match.group(), []).append(
            _Found(Mark(match.group()), match.start(), _after(text, match.end(), end))
        )
    lists = [c for style, c in chains.items() if len(c) > 1 and style != "1." and _has_words(text, c, end)]
    lists += [c for style, c in chains.items() if style == "1." and len(c) > 2 and _has_words(text, c, end)]
    if not lists:
        return None
    chain = min(lists, key=lambda c: c[0].start)
    ends = [*(f.start for f in chain[1:]), end]
    return Pieces(
        chain[0].start, tuple(Block(f.start, f.body, e, 0, 0, f.mark) for f, e in zip(chain, ends, strict=True))
    )


def _has_words(text: str, chain: list[_Found], end: int) -> bool:
    ends = [*(f.start for f in chain[1:]), end]
    return all(
        e - f.body > 60 or sum(map(str.isalpha, clean(text[f.body : e]))) >= _LEAST_WORDS
        for f, e in zip(chain, ends, strict=True)
    )


def _candidates(text: str, start: int, end: int) -> Iterator[_Found]:
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
                yield _Found(found[0], match.start(), found[1])


def _after(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at
