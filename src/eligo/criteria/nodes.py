"""The predicate tree: what one eligibility item means, as a closed set of frozen node kinds.

`Compare`, `OneOf`, `Present`, `Related`, `Attest`, `Always` and `Unparsed` are leaves; `AllOf`, `AnyOf`, `AtLeast`,
`Not` and `IfThen` join them. A leaf keeps the span of its words in the criterion's text; spans do not count when two
predicates are compared.
"""

from __future__ import annotations

import hashlib
import math
import operator
from collections.abc import Callable, Iterator
from typing import Final, Literal

from eligo.dataclass import dataclass, field
from eligo.truth import Kind

Number = int | float
Op = Literal["lt", "le", "gt", "ge", "eq"]
TimeUnit = Literal["min", "h", "d", "wk", "mo", "a"]
Status = Literal["active", "now", "history", "suspected", "planned"]
Relation = Literal["requiring", "treated_with", "due_to", "unrelated_to", "associated_with"]
Normal = Literal["ULN", "LLN"]
Pick = Literal["latest", "any", "lowest", "highest"]
Span = tuple[int, int]

# A month and a year are means of the calendar; whole ones are counted by the calendar itself.
DAYS_IN: Final[dict[TimeUnit, float]] = {"min": 1 / 1440, "h": 1 / 24, "d": 1, "wk": 7, "mo": 30.4375, "a": 365.25}
STUDY_CONDITION: Final = "study_condition"  # what the trial itself is about: `RuleSet.conditions`
SYMBOL: Final[dict[Op, str]] = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "="}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in UCUM time units (`mo` is a calendar month, `a` a year)."""

    value: Number
    unit: TimeUnit

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"


NO_LIMIT: Final = Duration(math.inf, "a")  # how old a result may be where every age will do


@dataclass(frozen=True, slots=True)
class Bound:
    """A duration with a side: `gt 3 d` is longer than three days."""

    op: Op
    duration: Duration

    def __str__(self) -> str:
        return f"{self.op} {self.duration}"


@dataclass(frozen=True, slots=True)
class Window:
    """When something must have been; each part that is given must hold.

    `within` 3 mo: not longer before the anchor than three months, that day included (for a planned thing: after it).
    `ago` gt 6 mo: ended, or happened, more than six months before the anchor. `lasting` ge 3 d: went on for at least
    three days. `began` 6 mo: began, or was found, not longer before the anchor than six months; it may be over. The
    anchor is a word of the protocol (screening, consent, first dose, surgery), and screening means
    `as_of`; or it is the id of a concept, and then `within` counts from the day on which that concept began.
    """

    within: Duration | None = None
    ago: Bound | None = None
    lasting: Bound | None = None
    anchor: str = "screening"
    began: Duration | None = None

    @property
    def looks_back(self) -> bool:
        """Whether what is over by now may count."""
        return self.within is not None or self.ago is not None or self.began is not None


@dataclass(frozen=True, slots=True)
class Limit:
    """One side of a comparison: `op value unit`, or `op value x of`: ULN, LLN, baseline or a variable's id.

    `above` a limit of normal, the limit is that plus `value unit` (minus, where the value is negative).
    """

    op: Op
    value: Number
    unit: str | None = None
    of: str | None = None
    above: Normal | None = None


@dataclass(frozen=True, slots=True)
class Compare:
    """A variable against one limit, or against the two bounds of one range.

    `variable` is None for a quantity whose name is not in the vocabulary; `name` then holds the words. `equivalent`
    is the same limit as the source states it in another unit. `unit_inferred` marks a unit that the text left out.
    `pick` says which value of the window (or, without one, of the record) is meant. `at` is the concept on whose first
    day an age is meant; without it the age of the day of the screening is.
    INVARIANT: the two bounds of a range stand lower first, and share their unit, their `of` and their `above`.
    """

    variable: str | None
    limits: tuple[Limit, ...]
    name: str | None = None
    window: Window | None = None
    unit_inferred: bool = False
    equivalent: Limit | None = None
    span: Span | None = field(default=None, compare=False)
    pick: Pick = "latest"
    at: str | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """An ordinal (grades as numbers: III is 3, Child-Pugh B is 2) or a category (sex) that is one of the values."""

    variable: str | None
    values: tuple[Number | str, ...]
    name: str | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Excepted:
    """A kind of a concept that does not count; with a qualifier, only where that is so (treated skin cancer)."""

    concept: str
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """The patient has, had or takes the concept.

    `status`: active (now; for a procedure: at any time), now (going on at the screening, a procedure too), history
    (ever), suspected (diagnosed or suspected), planned.
    `qualifier`: a word that narrows it (severe, uncontrolled ...). `count`: at least so many times.
    `but_not`: kinds of it that do not count; `STUDY_CONDITION` among them is what the trial is about.
    The concept is of the vocabulary, or a thing that is known by its name alone (`eligo.vocabulary.named`); of such
    a one, `head` is the concept that a person knows it to be a kind of, whose absence rules it out.
    """

    concept: str
    status: Status = "active"
    qualifier: str | None = None
    window: Window | None = None
    count: int = 1
    span: Span | None = field(default=None, compare=False)
    but_not: tuple[Excepted, ...] = ()
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Two things of which the text says how they belong together: asthma requiring corticosteroids.

    Records rarely link two entries, so that both are there says less than the sentence asks; see `evaluation.relating`.
    """

    what: Present
    relation: Relation
    to: Present
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Attest:
    """What only a person can state; the topic is an id of `grammar/concepts.yaml` of kind attestation."""

    topic: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Always:
    """Text that restricts nothing ("with or without ascites"); `note` says why and does not count in comparisons."""

    note: str = field(default="", compare=False)
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unparsed:
    """Text that was not understood: kept, shown, UNKNOWN."""

    text: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the parts hold."""

    count: int
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Predicate


@dataclass(frozen=True, slots=True)
class IfThen:
    """What is asked only where a condition holds: it holds where the condition does not."""

    condition: Predicate
    then: Predicate


Leaf = Compare | OneOf | Present | Related | Attest | Always | Unparsed
Predicate = Leaf | AllOf | AnyOf | AtLeast | Not | IfThen


# A union in an `isinstance` is made anew at each call, which takes longer than the check. The most frequent come first.
LEAF: Final = (Unparsed, Present, Compare, OneOf, Attest, Always, Related)
JOINED: Final = (AllOf, AnyOf, AtLeast)
MEASURING: Final = (Compare, OneOf)


def without_bearing(kind: Kind, note: str) -> Predicate:
    """A predicate that keeps nobody out, whichever the kind; `note` says why the criterion asks nothing."""
    always = Always(note)
    return always if kind == "inclusion" else Not(always)


def leaves(predicate: Predicate) -> Iterator[Leaf]:
    """All leaves, in the order of the text."""
    # A list that is filled is much faster than generators in each other, and reading asks for leaves all the time.
    found: list[Leaf] = []
    _gather(predicate, found)
    return iter(found)


def _gather(predicate: Predicate, found: list[Leaf]) -> None:
    # Machine code compares the class with each of those that stand here; with a tuple by a name it goes through it.
    if isinstance(predicate, (AllOf, AnyOf, AtLeast)):
        for part in predicate.parts:
            _gather(part, found)
    elif isinstance(predicate, Not):
        _gather(predicate.part, found)
    elif isinstance(predicate, IfThen):
        _gather(predicate.condition, found)
        _gather(predicate.then, found)
    else:
        found.append(predicate)


def map_leaves(predicate: Predicate, change: Callable[[Leaf], Predicate]) -> Predicate:
    """The same tree with every leaf replaced by what `change` makes of it."""
    if isinstance(predicate, (AllOf, AnyOf, AtLeast)):
        return with_parts(predicate, [map_leaves(part, change) for part in predicate.parts])
    if isinstance(predicate, Not):
        return Not(map_leaves(predicate.part, change))
    if isinstance(predicate, IfThen):
        return IfThen(map_leaves(predicate.condition, change), map_leaves(predicate.then, change))
    return change(predicate)


def with_parts(joined: AllOf | AnyOf | AtLeast, parts: list[Predicate]) -> Predicate:
    """The same join of other parts; the join itself where they are its own."""
    if all(map(operator.is_, parts, joined.parts)):
        return joined
    return AtLeast(joined.count, tuple(parts)) if isinstance(joined, AtLeast) else type(joined)(tuple(parts))


def presences(leaf: Leaf) -> tuple[Present, ...]:
    """The concepts that a leaf asks for, each with what is asked of it."""
    if isinstance(leaf, Related):
        return (leaf.what, leaf.to)
    return (leaf,) if isinstance(leaf, Present) else ()


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """The readings that a sentence allows; `chosen` is the index of the one that the criterion uses."""

    why: str
    readings: tuple[Predicate, ...]
    chosen: int = 0


ReviewState = Literal["draft", "reviewed", "edited"]


@dataclass(frozen=True, slots=True)
class Review:
    """Who looked at the predicate: `edited` means that a person changed what was read, for the reason in `note`.

    `of` is a hash of what was reviewed (`eligo.standing`).
    """

    state: ReviewState = "draft"
    by: str | None = None
    date: str | None = None
    note: str | None = None
    of: str | None = None


Origin = Literal["text", "registry", "population"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One inclusion or exclusion item of a trial.

    `id` is I or E with the item's number in the source, with the arm before it (`A.I3`); `A.P` is an arm's
    population sentence;
    `R.` ids come from the registry's structured fields. `notes` say what the reader inferred or checked.
    `source_sha` is of the source's words, which `text` may say in other ones. `was` holds what the criterion was before
    the source changed, latest first, until a person has reviewed the new form.
    """

    id: str
    kind: Kind
    text: str
    predicate: Predicate
    cohort: str | None = None
    origin: Origin = "text"
    source_item: str | None = None
    review: Review = Review()
    ambiguous: Ambiguity | None = None
    notes: tuple[str, ...] = ()
    source_sha: str | None = None
    was: tuple[Criterion, ...] = ()


def text_sha(text: str) -> str:
    """A short hash of the words of a criterion; white space does not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]
