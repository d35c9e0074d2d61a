"""Heads, words of scope and tails in, thousands of sentences out: what the laws of reading are held to.

The parts are data (`tests/cases/laws/sentences.yaml`), the names are the vocabulary's. A sentence hangs on its law and
number alone, and a name on what it is drawn for, so that one more concept in the vocabulary changes few sentences.
"""

from __future__ import annotations

import functools
import random
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from eligo.truth import Kind
from eligo.vocabulary.concepts import Concept, concepts
from eligo.yamltext import read_yaml

FILE = Path(__file__).parent / "cases" / "laws" / "sentences.yaml"
KINDS: tuple[Kind, ...] = ("inclusion", "exclusion")

_SLOT = re.compile(r"\{([a-z]+)\}")
_MIX = 2654435761  # a large odd number: neighbours come to lie far apart
_FEWEST_KINDS = 3  # of a concept that is drawn as a class


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences (or a list and its parts) of which a law says how they are read.

    `what` is the phenomenon: a word of scope, a form of list. The others belong to single laws: `count` of a choice,
    `place` of a bullet, `swap` of the concept that stands for another one.
    """

    law: str
    what: str
    kind: Kind
    texts: tuple[str, ...]
    count: int = 0
    place: int = 0
    swap: Swap | None = None


class Swap(NamedTuple):
    """One concept for another, by id and by name."""

    old: str
    new: str
    old_name: str
    new_name: str


class Named(NamedTuple):
    """A concept by its name, with what makes its place in the order of a draw."""

    id: str
    name: str
    mark: int


class Drawn(NamedTuple):
    """A name in a sentence, and where it stands."""

    slot: str
    named: Named
    start: int


@functools.cache
def parts() -> dict[str, Any]:
    """The heads, words of scope and tails."""
    found: dict[str, Any] = read_yaml(FILE.read_text("utf-8"), FILE.name).data
    return found


# --- names


@functools.cache
def _pool(kind: str) -> tuple[Named, ...]:
    """The concepts of a kind whose names can stand in any sentence, in the order of the file."""
    return tuple(Named(c.id, c.name, zlib.crc32(c.id.encode())) for c in concepts() if c.kind == kind and _is_plain(c))


def _is_plain(concept: Concept) -> bool:
    """Whether the name joins nothing, and is no other concept with a qualifier before it."""
    if concept.sex or concept.grade_variable or concept.name in concept.ambiguous:
        return False
    words = concept.name.casefold().replace("-", " ").split()
    if not all(word.isalpha() for word in words) or not {*parts()["joining"], *parts()["qualifiers"]}.isdisjoint(words):
        return False
    return all(concepts().find(f"{word} {concept.name}") is None for word in parts()["qualifiers"])


@functools.cache
def _classes() -> tuple[Named, ...]:
    return tuple(n for n in _pool("condition") if len(_members(n.id)) >= _FEWEST_KINDS)


@functools.cache
def _members(id_: str) -> tuple[Named, ...]:
    below = concepts().descendants(id_) - {id_}
    return tuple(n for n in _pool("condition") if n.id in below)


def _group(id_: str) -> tuple[object, ...]:
    """What concepts share that may stand for each other: their kind and, where they have one, their aspect."""
    concept = concepts().get(id_)
    return concept and concept.kind, getattr(concept, "aspect", None), getattr(concept, "fluctuates", None)


class Draw:
    """Fills templates by the luck of a name; no two names of one draw are kinds of each other, but for classes."""

    def __init__(self, name: str) -> None:
        self.luck = random.Random(name)
        self._key = zlib.crc32(name.encode())
        self._used: set[str] = set()
        self._taken: set[str] = set()  # what is used, and all that is a kind of it or that it is a kind of
        self._class: str | None = None
        self._turn = 0

    def fill(self, template: str) -> str:
        """The template with a name or number in each slot."""
        return self.filled(template)[0]

    def filled(self, template: str) -> tuple[str, list[Drawn]]:
        """The filled template, and its names with their places."""
        text, drawn, end = "", list[Drawn](), 0
        for match in _SLOT.finditer(template):
            text += template[end : match.start()]
            slot, end = match[1], match.end()
            if slot in parts()["slots"]:
                text += self.luck.choice(parts()["slots"][slot])
                continue
            named = self._name(slot)
            drawn.append(Drawn(slot, named, len(text)))
            text += named.name
        return text + template[end:], drawn

    def _name(self, slot: str) -> Named:
        if slot == "member":
            named = self._least(n for n in _members(self._class or "") if n.id not in self._used)
            self._used.add(named.id)
            return named
        pool = _classes() if slot == "class" else _pool(slot)
        named = self._least(n for n in pool if n.id not in self._taken)
        self._used.add(named.id)
        self._taken |= concepts().ancestors(named.id) | concepts().descendants(named.id)
        self._class = named.id if slot == "class" else self._class
        return named

    def other(self, id_: str) -> Named:
        """A name that may stand where the concept stands."""
        concept = concepts().get(id_)
        pool = _pool(concept.kind) if concept else ()
        group = _group(id_)
        return self._least(n for n in pool if n.id not in self._taken and _group(n.id) == group)

    def _least(self, pool: Iterator[Named]) -> Named:
        """The one that comes first in the order of this turn: one more in the pool seldom changes which that is."""
        self._turn += 1
        key = zlib.crc32(self._turn.to_bytes(4, "big"), self._key)
        return min(pool, key=lambda named: ((named.mark ^ key) * _MIX) & 0xFFFFFFFF)

    def head(self, groups: Sequence[str]) -> str:
        """A head of one of the groups, as a template."""
        found: str = self.luck.choice(parts()["heads"][self.luck.choice(groups)])
        return found

    def joined(self, joint: dict[str, Any]) -> tuple[str, str]:
        """A head and a tail that a word of scope can join, as templates."""
        return self.head(joint["heads"]), self.luck.choice(parts()["tails"][self.luck.choice(joint["tails"])])

    def sentence(self) -> str:
        """A sentence with a word of scope or without one, as a template."""
        if self.luck.random() < 0.4:
            return self.head(list(parts()["heads"]))
        joint = self.luck.choice(parts()["joints"])
        head, tail = self.joined(joint)
        return f"{head} {joint['word']} {tail}"


# --- pairs of each law


def _punctuation(number: int, draw: Draw) -> Pair:
    joint = parts()["joints"][number % len(parts()["joints"])]
    others = parts()["punctuation"]["others"]
    other = others[number // len(parts()["joints"]) % len(others)]
    head, tail = (draw.fill(template) for template in draw.joined(joint))
    kind = draw.luck.choice(KINDS)
    said = [form.format(head=head, word=joint["word"], tail=tail) for form in (parts()["punctuation"]["plain"], other)]
    return Pair("punctuation", joint["word"], kind, tuple(said))


def _order(number: int, draw: Draw) -> Pair:
    one, other = draw.fill(draw.sentence()), draw.fill(draw.sentence())
    return Pair("order", "; ", KINDS[number % 2], (f"{one}; {other}", f"{other}; {one}"))


def _choice(number: int, draw: Draw) -> Pair:
    form = parts()["choices"][number % len(parts()["choices"])]
    bare = form.get("bare", False)
    said = [draw.fill(draw.head(parts()["bare"]) if bare else draw.sentence()) for _ in range(3)]
    if bare:  # an `or` of its own would be one of the list
        said = [draw.fill("{condition}") if re.search(r"\b(or|and)\b|,", text) else text for text in said]
    return Pair("choice", form["words"], "inclusion", (form["words"].format(*said), *said), count=form["count"])


def _context(number: int, draw: Draw) -> Pair:
    said = draw.fill(draw.sentence())
    place = number % 6 - 1  # -1 is the only bullet
    others = dict[str, None]()
    while place >= 0 and len(others) < 4:
        text = draw.fill(draw.head(parts()["bare"]))
        others |= {text: None} if text != said else {}
    what = "one of five bullets" if others else "the only bullet"
    return Pair("context", what, KINDS[number // 6 % 2], (said, *others), place=place)


def _substitution(number: int, draw: Draw) -> Pair:
    while True:
        text, drawn = draw.filled(draw.sentence())
        free = [d for d in drawn if d.slot not in ("class", "member")]
        if free:
            break
    slot, old, start = draw.luck.choice(free)
    new = draw.other(old.id)
    other = text[:start] + new.name + text[start + len(old.name) :]
    swap = Swap(old.id, new.id, old.name, new.name)
    return Pair("substitution", slot, KINDS[number % 2], (text, other), swap=swap)


def _rendering(number: int, draw: Draw) -> Pair:
    return Pair("rendering", "a sentence", KINDS[number % 2], (draw.fill(draw.sentence()),))


def _account(number: int, draw: Draw) -> Pair:
    return Pair("account", "a sentence", KINDS[number % 2], (draw.fill(draw.sentence()),))


def _less(number: int, draw: Draw) -> Pair:
    text = draw.fill(draw.sentence())
    return less(text, KINDS[number % 2], draw.luck)


def less(text: str, kind: Kind, luck: random.Random) -> Pair:
    """The sentence, and the same with an unknown word at one place."""
    words = text.split()
    place, word = luck.randint(0, len(words)), luck.choice(parts()["unknown"])
    return Pair("less", word, kind, (text, " ".join([*words[:place], word, *words[place:]])))


def _negation(number: int, draw: Draw) -> Pair:
    phenomena = parts()["negation"]["phenomena"]
    what = list(phenomena)[number % len(phenomena)]
    said = draw.fill(draw.luck.choice(phenomena[what]))
    no = draw.luck.choice(parts()["negation"]["words"])
    return Pair("negation", what, "inclusion", (no.format(said), said))


_MAKERS: dict[str, Callable[[int, Draw], Pair]] = {
    "punctuation": _punctuation,
    "order": _order,
    "choice": _choice,
    "context": _context,
    "substitution": _substitution,
    "account": _account,
    "rendering": _rendering,
    "less": _less,
    "negation": _negation,
}
LAWS = tuple(_MAKERS)


def pairs(law: str, count: int) -> Iterator[Pair]:
    """So many pairs of a law; the first ones are the same, however many are asked for."""
    for number in range(count):
        yield _MAKERS[law](number, Draw(f"{law} {number}"))
