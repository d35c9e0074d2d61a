"""One item's tree to its reading: predicate, comparisons, the other reading where there is one, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eligo.criteria import Ambiguity, Predicate, Span, Unparsed, leaves
from eligo.reading.bind import bind
from eligo.reading.choices import Choices
from eligo.reading.compare import comparisons
from eligo.reading.comparison import Comparison
from eligo.reading.meaning import Reader
from eligo.reading.sense import make_sense
from eligo.reading.share import MOST_TOKENS
from eligo.reading.tokens import Token
from eligo.reading.tree import Group
from eligo.truth import Kind

_LIMITS = frozenset(["NUM", "REF", "NORMAL"])  # without any of these there is no limit


class NotRead(NamedTuple):
    """Why a part was not understood: a code, the part, and the words that are to blame."""

    code: str
    span: Span
    text: str
    words: str


class ItemReading(NamedTuple):
    """What one item says.

    `unknown` are names of quantities that the vocabulary does not have; `not_read` has an entry for each `Unparsed`.
    """

    predicate: Predicate
    comparisons: tuple[Comparison, ...]
    ambiguity: Ambiguity | None = None
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    not_read: tuple[NotRead, ...] = ()


def read_tree(tree: Group, tokens: Sequence[Token], text: str, kind: Kind, *, why: bool = True) -> ItemReading:
    """What the tree says, read once more the other way where the sentence allows it."""
    types = frozenset([t.type for t in tokens])
    bound = bind(tree, text) if types & _LIMITS else []
    if len(tokens) > MOST_TOKENS:
        return too_long(text, comparisons(bound, text))
    choices = Choices()
    reader = Reader(text, kind, bound, choices, types)
    predicate = _sensible(reader, reader.read(tree, tokens))
    if predicate.__class__ is Unparsed or all(leaf.__class__ is Unparsed for leaf in leaves(predicate)):
        predicate = _one_unparsed(predicate, reader, tokens, text)
    ambiguity: Ambiguity | None = None
    if choices.met and predicate.__class__ is not Unparsed:
        second = Reader(text, kind, bound, Choices(frozenset(choices.met)), types)
        other = _sensible(second, second.read(tree, tokens))
        if other != predicate:
            ambiguity = Ambiguity("; ".join(choices.met.values()), (predicate, other))
    return ItemReading(
        predicate,
        comparisons(bound, text) if bound else (),
        ambiguity,
        tuple(dict.fromkeys(reader.context.notes)),
        tuple(dict.fromkeys(reader.context.unknown)),
        _not_read(predicate, reader, text) if why else (),
    )


def _sensible(reader: Reader, predicate: Predicate) -> Predicate:
    """The predicate without what cannot be meant, with the reasons."""
    made = make_sense(predicate, reader.kind, reader.text)
    for span, code in made.reasons.items():
        reader.context.reasons[span] = (code, span)
    reader.context.notes += made.notes
    return made.predicate


def too_long(text: str, found: tuple[Comparison, ...] = ()) -> ItemReading:
    """The reading of an item that is longer than any criterion."""
    whole = NotRead("too-long", (0, len(text)), text, "")
    return ItemReading(Unparsed(text, span=(0, len(text))), found, not_read=(whole,))


def nothing(tokens: Sequence[Token], text: str) -> ItemReading:
    """The reading of an item that says nothing that is known, without a word on why."""
    span = (tokens[0].start, tokens[-1].end) if tokens else (0, len(text))
    return ItemReading(Unparsed(text[span[0] : span[1]], span=span), ())


def unread(tokens: Sequence[Token], text: str) -> ItemReading:
    """The reading of an item in which no word is known that could say anything."""
    if not tokens:
        return ItemReading(
            Unparsed(text, span=(0, len(text))), (), not_read=(NotRead("nothing-stated", (0, len(text)), text, text),)
        )
    span = (tokens[0].start, tokens[-1].end)
    blamed = next((t for t in tokens if t.type == "FILLER"), tokens[0])
    words = text[span[0] : span[1]]
    reason = NotRead(
        "unknown-words" if blamed.type == "FILLER" else "nothing-stated", span, words, text[blamed.start : blamed.end]
    )
    return ItemReading(Unparsed(words, span=span), (), not_read=(reason,))


def _one_unparsed(predicate: Predicate, reader: Reader, tokens: Sequence[Token], text: str) -> Unparsed:
    """The whole item as one part that is not understood, for the reason of the first."""
    first = next(leaves(predicate))
    span = (tokens[0].start, tokens[-1].end) if tokens else (0, len(text))
    reasons = reader.context.reasons
    reasons[span] = reasons.get(first.span or span, ("unknown-words", span))
    return Unparsed(text[span[0] : span[1]], span=span)


def _not_read(predicate: Predicate, reader: Reader, text: str) -> tuple[NotRead, ...]:
    found = []
    for leaf in leaves(predicate):
        if isinstance(leaf, Unparsed) and leaf.span is not None and text[leaf.span[0] : leaf.span[1]] == leaf.text:
            code, (start, end) = reader.context.reasons.get(leaf.span, ("unknown-words", leaf.span))
            found.append(NotRead(code, leaf.span, leaf.text, text[start:end]))
    return tuple(found)
