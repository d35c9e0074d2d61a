"""One item's tree to its reading: predicate, comparisons, the other reading where there is one, notes, account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from eligo.criteria import Ambiguity, Leaf, Not, Predicate, Present, Related, Span, Unparsed, leaves, map_leaves
from eligo.reading.bind import BoundLimits
from eligo.reading.compare import comparisons
from eligo.reading.comparison import StatedComparison
from eligo.reading.meaning import rules
from eligo.reading.meaning.account import account_of
from eligo.reading.meaning.context import Account, Context
from eligo.reading.meaning.modifiers import settled, there
from eligo.reading.meaning.readings import Alternative, Choices
from eligo.reading.sense import make_sense
from eligo.reading.share import MOST_TOKENS
from eligo.reading.tokens import Token
from eligo.reading.tree import Node
from eligo.truth import Kind

_MOST_READINGS: Final = 4  # more of them no person compares


class NotRead(NamedTuple):
    """Why a part was not understood: a code, the part, and the words that are to blame."""

    code: str
    span: Span
    text: str
    words: str


class ItemReading(NamedTuple):
    """What one item says.

    `unknown` are names of quantities that the vocabulary does not have; `not_read` has an entry for each `Unparsed`;
    `account` tells for each stretch of words what it is to the reading.
    """

    predicate: Predicate
    comparisons: tuple[StatedComparison, ...]
    ambiguity: Ambiguity | None = None
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    account: tuple[Account, ...] = ()


def read_tree(
    tree: Node, bound: list[BoundLimits], tokens: Sequence[Token], text: str, kind: Kind, *, why: bool = True
) -> ItemReading:
    """What the tree says with the names of its limits, read once more the other way where the sentence allows it."""
    if len(tokens) > MOST_TOKENS:
        return too_long(text, comparisons(bound, text))
    choices = Choices()
    context, predicate = _read(tree, tokens, text, kind, bound, choices)
    ambiguity: Ambiguity | None = None
    if choices.met and predicate.__class__ is not Unparsed:
        ambiguity = _others(
            predicate, tuple(choices.met), lambda flipped: _read(tree, tokens, text, kind, bound, flipped)[1]
        )
    return ItemReading(
        predicate,
        comparisons(bound, text) if bound else (),
        ambiguity,
        () if isinstance(predicate, Unparsed) else tuple(dict.fromkeys(context.notes)),
        tuple(dict.fromkeys(context.unknown)),
        _not_read(predicate, context, text),
        account_of(predicate, context, tokens) if why else (),
    )


def _others(first: Predicate, met: tuple[Alternative, ...], read: Callable[[Choices], Predicate]) -> Ambiguity | None:
    """The other readings beside the first: each alternative taken the other way by itself, and all of them together."""
    flips = [frozenset([alternative]) for alternative in met]
    if len(met) > 1:
        flips.append(frozenset(met))
    readings = [first]
    for flipped in flips:
        other = read(Choices(flipped))
        # what leaves more to a person than the first is no reading to choose
        if (
            other.__class__ is not Unparsed
            and other not in readings
            and len(readings) < _MOST_READINGS
            and _open(other) <= _open(first)
        ):
            readings.append(other)
    if len(readings) == 1:
        return None
    return Ambiguity("; ".join(alternative.value for alternative in met), tuple(readings))


def _open(predicate: Predicate) -> int:
    return sum(leaf.__class__ is Unparsed for leaf in leaves(predicate))


def _read(
    tree: Node,
    tokens: Sequence[Token],
    text: str,
    kind: Kind,
    bound: list[BoundLimits],
    choices: Choices,
) -> tuple[Context, Predicate]:
    context = Context(text, kind, tokens, bound, choices, rules.read)
    if kind == "inclusion" and _goes_on(tokens):  # `creatinine <= 1.5 x ULN, or`: what else is enough stands elsewhere
        return context, context.unparsed((tokens[0].start, tokens[-1].end), "logic", _place(tokens[-1]))
    predicate = _sensible(context, _found(context, settled(rules.item(context, tree))))
    lost = next((token for token in _outside(predicate, tokens) if not _accounted(context, token)), None)
    if lost is not None:
        return context, context.unparsed((tokens[0].start, tokens[-1].end), "unclear-relation", _place(lost))
    if predicate.__class__ is Unparsed or all(leaf.__class__ is Unparsed for leaf in leaves(predicate)):
        predicate = _one_unparsed(predicate, context, tokens)
    return context, predicate


def _outside(predicate: Predicate, tokens: Sequence[Token]) -> list[Token]:
    """The names of concepts in no leaf: those of exceptions, abbreviations and days, and those that were lost."""
    if predicate.__class__ is Unparsed:
        return []
    spans = [span for leaf in leaves(predicate) for span in _spans(leaf)]
    named = [token for token in tokens if token.type == "CONCEPT"]
    return [t for t in named if not any(start <= t.start and t.end <= end for start, end in spans)]


def _spans(leaf: Leaf) -> list[Span]:
    """Where a leaf stands; a relation where each of its sides does."""
    both = (leaf, leaf.what, leaf.to) if isinstance(leaf, Related) else (leaf,)
    return [one.span for one in both if one.span is not None]


def _accounted(context: Context, token: Token) -> bool:
    """Whether the account has the words, as a part of something else than what was not understood."""
    return any(start <= token.start and token.end <= end for (start, end), _ in context.account)


def _found(context: Context, predicate: Predicate) -> Predicate:
    """`malignancy diagnosed within 5 years`: what rules out was found in that time, or was there in it."""
    rules_out = context.kind == "exclusion" or isinstance(predicate, Not)
    if not rules_out or not any(_began(leaf) for leaf in leaves(predicate)) or context.take(Alternative.FOUND):
        return predicate
    return map_leaves(predicate, lambda leaf: there(leaf) if isinstance(leaf, Present) else leaf)


def _began(leaf: Leaf) -> bool:
    return isinstance(leaf, Present) and leaf.window is not None and leaf.window.began is not None


def _goes_on(tokens: Sequence[Token]) -> bool:
    """Whether the item ends in `or`."""
    last = next((t for t in reversed(tokens) if t.value or t.type != "LIGHT"), None)
    return last is not None and (last.type == "OR" or (last.type in ("LIGHT", "COMMA", "SEMI") and last.value == "or"))


def _place(token: Token) -> Span:
    return token.start, token.end


def _sensible(context: Context, predicate: Predicate) -> Predicate:
    """The predicate without what cannot be meant, with the reasons."""
    made = make_sense(predicate, context.kind, context.text)
    for span, code in made.reasons.items():
        context.reasons[span] = (code, span)
    context.notes += made.notes
    return made.predicate


def too_long(text: str, found: tuple[StatedComparison, ...] = ()) -> ItemReading:
    """The reading of an item that is longer than any criterion."""
    whole = NotRead("too-long", (0, len(text)), text, "")
    return ItemReading(Unparsed(text, span=(0, len(text))), found, not_read=(whole,))


def nothing(tokens: Sequence[Token], text: str) -> ItemReading:
    """The reading of an item that says nothing that is known, without a word on why."""
    span = (tokens[0].start, tokens[-1].end) if tokens else (0, len(text))
    return ItemReading(Unparsed(text[span[0] : span[1]], span=span), ())


def unread(tokens: Sequence[Token], text: str) -> ItemReading:
    """The reading of an item in which no word is known that could say anything."""
    span = (tokens[0].start, tokens[-1].end) if tokens else (0, len(text))
    words = text[span[0] : span[1]]
    blamed = next((t for t in tokens if t.type == "FILLER"), None)
    code = "unknown-words" if blamed is not None else "nothing-stated"
    first = blamed or (tokens[0] if tokens else None)
    reason = NotRead(code, span, words, text[first.start : first.end] if first is not None else text)
    return ItemReading(Unparsed(words, span=span), (), not_read=(reason,), account=(Account(span, "unparsed"),))


def _one_unparsed(predicate: Predicate, context: Context, tokens: Sequence[Token]) -> Unparsed:
    """The whole item as one part that is not understood, for the reason of the first."""
    first = next(leaves(predicate))
    span = (tokens[0].start, tokens[-1].end) if tokens else (0, len(context.text))
    reasons = context.reasons
    reasons[span] = reasons.get(first.span or span, ("unknown-words", span))
    return Unparsed(context.text[span[0] : span[1]], span=span)


def _not_read(predicate: Predicate, context: Context, text: str) -> tuple[NotRead, ...]:
    found = []
    for leaf in leaves(predicate):
        if isinstance(leaf, Unparsed) and leaf.span is not None and text[leaf.span[0] : leaf.span[1]] == leaf.text:
            code, (start, end) = context.reasons.get(leaf.span, ("unknown-words", leaf.span))
            found.append(NotRead(code, leaf.span, leaf.text, text[start:end]))
    return tuple(found)
