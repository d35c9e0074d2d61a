"""Pairs of sentences in, whether they are read alike out: the laws of reading, each with what it holds against what.

`same`: the two readings are equal, or bear alike on every synthetic patient. `marked`: one of them is marked as
ambiguous. `person`: one of them leaves a part to a person, and decides nothing that the other does not. `different`:
the same words are silently read in two ways. Only `read_parts`, `read_item` and the import of a page are asked, so
that the laws hold for any reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from eligo.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Attest,
    Compare,
    Leaf,
    Not,
    OneOf,
    Predicate,
    Unparsed,
    leaves,
    map_leaves,
    presences,
)
from eligo.patients.model import Patient
from eligo.reading.parse import read_item, read_parts
from eligo.reading.render import render
from eligo.trials import read_trial
from eligo.trials.importing import draft
from eligo.truth import Bearing, Kind
from eligo.vocabulary.named import is_named, is_statement, name_of
from tests.bearings import bearings, patients
from tests.sentences import Pair, Swap, parts

Verdict = Literal["same", "marked", "person", "different"]
VERDICTS: tuple[Verdict, ...] = ("same", "marked", "person", "different")

_WORD = re.compile(r"[^\W_]+")
_HEADINGS = {"inclusion": "Inclusion Criteria:", "exclusion": "Exclusion Criteria:"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What one side of a pair comes to: the words, on which side of the protocol, and what they say."""

    words: str
    kind: Kind
    predicate: Predicate
    marked: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a part of it is left to a person."""
        return any(
            isinstance(leaf, Unparsed) or _is_unknown(leaf) or _is_named(leaf) for leaf in leaves(self.predicate)
        )


def _is_unknown(leaf: object) -> bool:
    """Whether a limit is of a quantity that the vocabulary does not have: no record answers it."""
    return isinstance(leaf, Compare | OneOf) and leaf.variable is None


def _is_named(leaf: Leaf) -> bool:
    """Whether a leaf, or an exception of it, is known by its words alone: nothing else in a record answers it."""
    asked = [leaf.topic] if isinstance(leaf, Attest) else []
    for fact in presences(leaf):
        asked += [fact.concept, *(part.concept for part in fact.but_not)]
    return any(map(is_named, asked))


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with its two readings and what the law says of them."""

    pair: Pair
    verdict: Verdict
    one: Heard
    other: Heard


def check(pair: Pair) -> Verdict:
    """What the pair's law says of it."""
    return judge(pair).verdict


def judge(pair: Pair) -> Judged:
    """Read both sides of a pair, and weigh them."""
    one, other = _SIDES[pair.law](pair)
    if pair.law == "account":
        verdict: Verdict = "same" if every_word_has_a_place(pair) else "different"
    else:
        verdict = weigh(one, other, less=pair.law == "less")
    return Judged(pair, verdict, one, other)


def weigh(one: Heard, other: Heard, *, less: bool = False) -> Verdict:
    """Compare two readings; with `less` the other one may know less than the first, never more.

    What decides where the other reading is open is excused only by a part of the other that is left to a person. With
    `less`, what is known by its words alone is such a part: an unknown word makes no test of anything else.
    """
    if less:
        one, other = _without_names(one), _without_names(other)
    one, other = _in_plain_words(one), _in_plain_words(other)
    if one.kind == other.kind and without_order(one.predicate) == without_order(other.predicate):
        return "same"
    if isinstance(other.predicate, Unparsed) or (isinstance(one.predicate, Unparsed) and not less):
        return "person"  # what decides nothing contradicts nothing
    unlike = set[tuple[Bearing, ...]]()
    for found in bearings(((one.predicate, one.kind), (other.predicate, other.kind)), _meeting(one, other)):
        if found[0] is found[1]:
            continue
        if one.marked or other.marked:
            return "marked"
        if Bearing.OPEN not in found:
            return "different"
        unlike.add(found)
    if not unlike:
        return "person" if one.is_open or other.is_open else "same"
    if any(found[1] is Bearing.OPEN for found in unlike) and not other.is_open:
        return "different"
    if any(found[0] is Bearing.OPEN for found in unlike) and (less or not one.is_open):
        return "different"
    return "person"


def _in_plain_words(side: Heard) -> Heard:
    """The reading with each statement without its marks: what a person is asked is the same with a comma in it."""

    def plain(leaf: Leaf) -> Leaf:
        if not isinstance(leaf, Attest) or not is_statement(leaf.topic):
            return leaf
        kind, words = name_of(leaf.topic)
        return replace(leaf, topic=f"{kind}:{' '.join(_WORD.findall(words))}")

    return replace(side, predicate=map_leaves(side.predicate, plain))


def _without_names(side: Heard) -> Heard:
    """The reading with all that is known by its words alone as parts that are not understood."""

    def plain(leaf: Leaf) -> Leaf:
        return Unparsed(render(leaf)) if _is_named(leaf) else leaf

    found = map_leaves(side.predicate, plain)
    whole = all(isinstance(leaf, Unparsed) for leaf in leaves(found))
    return replace(side, predicate=Unparsed(side.words) if whole else found)


def _meeting(one: Heard, other: Heard) -> list[Patient]:
    return patients([one.predicate, other.predicate])


def without_order(predicate: Predicate) -> object:
    """What two predicates share that differ only in the order and nesting of their parts."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            how = type(predicate)
            return how, frozenset(without_order(part) for part in _flat(how, parts))
        case AtLeast(count, parts):
            return count, frozenset(Counter(map(without_order, parts)).items())
        case Not(part):
            return Not, without_order(part)
    return predicate


def _flat(how: type[AllOf | AnyOf], parts: tuple[Predicate, ...]) -> Iterator[Predicate]:
    for part in parts:
        if isinstance(part, how):
            yield from _flat(how, part.parts)
        else:
            yield part


def heard(text: str, kind: Kind) -> Heard:
    """What an item says, read alone."""
    reading = read_parts(text, kind)  # what is asked by the whole sentence is left to a person, in its own words
    return Heard(text, kind, reading.predicate, reading.ambiguity is not None)


# --- the two sides of each law


def _both(pair: Pair) -> tuple[Heard, Heard]:
    """The two sentences, each alone."""
    return heard(pair.texts[0], pair.kind), heard(pair.texts[1], pair.kind)


def _choice(pair: Pair) -> tuple[Heard, Heard]:
    """The choice of the sentences as they are read alone, and their list."""
    whole, *said = pair.texts
    read = [heard(text, pair.kind) for text in said]
    alone = tuple(r.predicate for r in read)
    chosen: Predicate = AtLeast(pair.count, alone)
    if pair.count in (1, len(alone)):
        chosen = AnyOf(alone) if pair.count == 1 else AllOf(alone)
    together = Heard(" | ".join(said), pair.kind, chosen, any(r.marked for r in read))
    return together, heard(whole, pair.kind)


def _context(pair: Pair) -> tuple[Heard, Heard]:
    """The sentence alone, with what is asked by the whole of it as an import asks it, and as a bullet of a page."""
    reading = read_item(pair.texts[0], pair.kind)
    alone = Heard(pair.texts[0], pair.kind, reading.predicate, reading.ambiguity is not None)
    return alone, _on_page(pair)


def _on_page(pair: Pair) -> Heard:
    """What the criteria say that an import makes of a bullet: all those that are not of another one."""
    said, *others = pair.texts
    place = max(pair.place, 0)
    bullets = "\n\n".join(f"- {text}" for text in (*others[:place], said, *others[place:]))
    page = f"NCT00000001\n\nEligibility Criteria\n\n{_HEADINGS[pair.kind]}\n\n{bullets}\n"
    criteria = draft(read_trial(page), page).criteria
    own = [c for c in criteria if c.origin == "text" and c.kind == pair.kind and c.text not in others]
    found = tuple(c.predicate for c in own)
    together: Predicate = AllOf(found) if pair.kind == "inclusion" else AnyOf(found)
    marked = any(c.ambiguous is not None for c in own)
    return Heard(said, pair.kind, found[0] if len(found) == 1 else together, marked)


def _substitution(pair: Pair) -> tuple[Heard, Heard]:
    """The sentence, and the one with the other concept, with that concept called as the first."""
    one, other = _both(pair)
    assert pair.swap is not None
    return one, replace(other, predicate=_renamed(other.predicate, pair.swap))


def _renamed(part: Any, swap: Swap) -> Any:
    """A predicate with the old concept in the place of the new one, whatever nodes it is made of."""
    if isinstance(part, str):
        return swap.old if part == swap.new else part.replace(swap.new_name, swap.old_name)
    if isinstance(part, tuple):
        return tuple(_renamed(one, swap) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: _renamed(getattr(part, f.name), swap) for f in fields(part)})
    return part


def _rendering(pair: Pair) -> tuple[Heard, Heard]:
    """The sentence, and its reading in words, read again."""
    one = heard(pair.texts[0], pair.kind)
    return one, heard(render(one.predicate), pair.kind)


def _account(pair: Pair) -> tuple[Heard, Heard]:
    one = heard(pair.texts[0], pair.kind)
    return one, replace(one, words=", ".join(_without_a_place(pair)))


def _negation(pair: Pair) -> tuple[Heard, Heard]:
    """The denial as an inclusion, and the thing as an exclusion."""
    return heard(pair.texts[0], "inclusion"), heard(pair.texts[1], "exclusion")


_SIDES: dict[str, Callable[[Pair], tuple[Heard, Heard]]] = {
    "punctuation": _both,
    "order": _both,
    "choice": _choice,
    "context": _context,
    "substitution": _substitution,
    "account": _account,
    "rendering": _rendering,
    "less": _both,
    "negation": _negation,
}


# --- the account of words


def gives_account() -> bool:
    """Whether a reading says of each word where it went."""
    return hasattr(read_item("ascites", "inclusion"), "account")


def every_word_has_a_place(pair: Pair) -> bool:
    """Whether each content word of the sentence lies in exactly one entry of its account."""
    return not _without_a_place(pair)


def _without_a_place(pair: Pair) -> list[str]:
    """The content words that lie in no entry of the account, or in several."""
    text = pair.texts[0]
    spans = [entry.span for entry in getattr(read_item(text, pair.kind), "account", ())]
    idle = frozenset(parts()["function_words"])
    found = []
    for match in _WORD.finditer(text):
        homes = sum(start <= match.start() and match.end() <= end for start, end in spans)
        if homes != 1 and match[0].casefold() not in idle:
            found.append(match[0])
    return found
