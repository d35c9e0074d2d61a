"""What a part of a sentence says, with its modifiers as data, before it is known how far each of them reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from eligo.criteria import Predicate, Span, Window
from eligo.dataclass import dataclass
from eligo.reading.meaning.times import Time

What = Literal["fact", "limit", "attest", "subject", "joined", "mixed", "allowed", "unread", "empty"]
Anew = Literal["", "any", "other"]
Mark = tuple[str, str]  # between two parts: a comma or nothing, and the word (and, or) or nothing


class Modifiers(NamedTuple):
    """What stands before a noun, or above a list, and may hold for what follows.

    `statuses` and `qualifiers` are values of `grammar/phrases.yaml`; `window` is a time that stands in front.
    """

    negated: bool = False
    hedged: bool = False
    statuses: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    window: Window | None = None

    def any(self) -> bool:
        """Whether there is any."""
        return self != NONE


NONE: Final = Modifiers()


class Bond(NamedTuple):
    """What stands behind a fact and belongs to it: with, without, that, or a relation."""

    kind: str
    body: Predicate
    span: Span
    window: Window | None = None


@dataclass(init=False, slots=True)
class Said:
    """A part of a sentence: its body, its modifiers, where it stands. Nothing writes into one that is made.

    `body` is None where there is no noun. `lead` stands before the noun and may reach over what follows, `time` and
    `bonds` stand behind it and may reach back. `bare`: it has nothing before its noun,
    so it takes what the part before it has. `apart`: it begins with a verb (`and has`), so nothing reaches over its
    start. `quantifier` is that of a heading: any, all, a count.
    """

    body: Predicate | None
    span: Span
    what: What
    lead: Modifiers
    bare: bool
    apart: bool
    anew: Anew  # what stands behind such a word does not reach back over it
    time: Window | None
    when: Time | None  # the time as it is written, which is another window for another kind of thing
    meanwhile: bool  # `during the study` stands behind it
    lost_time: bool  # not understood, with a time that is not understood either
    bonds: tuple[Bond, ...]
    examples: tuple[Predicate, ...]  # that stand in a bracket behind the fact, and count too
    whom: tuple[Predicate, ...]  # of whom it speaks, where a negation stands behind them and does not hold for them
    sex: str | None  # for whom the last limit holds
    continues: bool  # its limits are on a name that stands before it
    exception: bool  # a word such as `however`: nothing of the sentence can be trusted
    tainted: bool  # not understood, and with a word that may reach further
    noun_last: bool  # not understood words stand before its noun, which may be one of several objects
    either: tuple[Modifiers, ...]  # words before its noun of which one is meant: `untreated or uncontrolled A`
    adjectives: tuple[str, ...]  # qualifiers that are part of its name: acute hepatitis, topical steroids
    narrowed: tuple[str, ...]  # qualifiers that stand behind its noun: `diabetes requiring treatment`
    used: bool  # its qualifiers narrow what is done with it: `chronic use of A`
    pair: str | None  # both, either
    quantifier: str | int | None
    hedge: Span | None  # it ends in `with or without ...`
    defines: Predicate | None  # the fact whose meaning its limits tell
    since: Time | None  # it is of what must have been so long ago

    def __init__(  # what `dataclass` would make is not compiled, and takes twenty times as long
        self,
        body: Predicate | None,
        span: Span,
        what: What,
        lead: Modifiers = NONE,
        bare: bool = False,
        apart: bool = False,
        anew: Anew = "",
        time: Window | None = None,
        when: Time | None = None,
        meanwhile: bool = False,
        lost_time: bool = False,
        bonds: tuple[Bond, ...] = (),
        examples: tuple[Predicate, ...] = (),
        whom: tuple[Predicate, ...] = (),
        sex: str | None = None,
        continues: bool = False,
        exception: bool = False,
        tainted: bool = False,
        noun_last: bool = False,
        either: tuple[Modifiers, ...] = (),
        adjectives: tuple[str, ...] = (),
        narrowed: tuple[str, ...] = (),
        used: bool = False,
        pair: str | None = None,
        quantifier: str | int | None = None,
        hedge: Span | None = None,
        defines: Predicate | None = None,
        since: Time | None = None,
    ) -> None:
        self.body, self.span, self.what, self.lead = body, span, what, lead
        self.bare, self.apart, self.anew, self.time = bare, apart, anew, time
        self.when, self.meanwhile, self.lost_time = when, meanwhile, lost_time
        self.bonds, self.examples = bonds, examples
        self.whom, self.sex, self.continues, self.exception = whom, sex, continues, exception
        self.tainted, self.noun_last, self.either, self.adjectives = tainted, noun_last, either, adjectives
        self.narrowed, self.used, self.pair, self.quantifier = narrowed, used, pair, quantifier
        self.hedge, self.defines, self.since = hedge, defines, since

    @property
    def silent(self) -> bool:
        """Whether it says nothing at all."""
        return self.body is None and self.bare


def folded(
    said: Sequence[Said], marks: Sequence[Mark], one_of: Callable[[Said, Said, Mark], Said | None]
) -> tuple[list[Said], list[Mark]]:
    """The parts, where `one_of` makes one of two neighbours, or does not; the mark between them goes with it."""
    kept = list(said[:1])
    between: list[Mark] = []
    for part, mark in zip(said[1:], marks, strict=False):
        one = one_of(kept[-1], part, mark)
        if one is not None:
            kept[-1] = one
        else:
            kept.append(part)
            between.append(mark)
    return kept, between
