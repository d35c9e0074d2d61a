"""The syntax tree of one item: what the grammar built from the tokens, before it means anything.

Reading asks for the class of a node, and for what it holds, all the time. The nodes are classes of the compiler's own,
with an `__init__` written out, since it makes nothing of that of a dataclass; each is equal to itself alone.
"""

from __future__ import annotations

from typing import Final, NamedTuple, final

from eligo.criteria import Normal, Op, Span
from eligo.criteria import Number as Value
from eligo.dataclass import dataclass
from eligo.reading.numbers import Number
from eligo.reading.tokens import Token


class Amount(NamedTuple):
    """A number with its unit, or with what it is a multiple of; `age` is the place of a word such as `old`."""

    number: Number
    span: Span
    unit: Token | None = None
    of: str | None = None
    age: Span | None = None
    give: Value | None = None  # 5 +/- 2
    above: Normal | None = None  # so much more than the limit of normal
    below: Normal | None = None  # so much less

    @property
    def in_parts(self) -> bool:
        """Whether it is no one number but a fraction (`1/5`), a list (`1,5,2`) or a span (`5 +/- 2`).

        Its first part alone says something else.
        """
        return self.number.second is not None or len(self.number.several) > 2 or self.give is not None


class WrittenLimit(NamedTuple):
    """One limit or range: each bound is an operator with its amount; a bare amount has the operator eq.

    `form`: compared, ranged, bounded (by a word after it), bare, beyond (`above ULN`: no number), or vague: a range
    with a sign that fits neither end (`> 5-10`).
    `age` is the place of a word that makes the number an age.
    """

    form: str
    bounds: tuple[tuple[Op, Amount], ...]
    span: Span
    age: Span | None = None
    inside: tuple[Token, ...] = ()  # small words between the comparator and its number


@final
@dataclass(init=False, eq=False, slots=True)
class Limits:
    """Limits on one name, with the words that join them."""

    limits: tuple[WrittenLimit, ...]
    joins: tuple[str, ...]
    span: Span

    def __init__(self, limits: tuple[WrittenLimit, ...], joins: tuple[str, ...], span: Span) -> None:
        self.limits, self.joins, self.span = limits, joins, span

    def of(self, limits: tuple[WrittenLimit, ...]) -> Limits:
        """The same words with other limits."""
        return Limits(limits, self.joins, self.span)


@final
@dataclass(init=False, eq=False, slots=True)
class Anchor:
    """Before, since or at an event, or `ago`."""

    side: str
    event: str | None
    span: Span

    def __init__(self, side: str, event: str | None, span: Span) -> None:
        self.side, self.event, self.span = side, event, span


@final
@dataclass(init=False, eq=False, slots=True)
class TimeNode:
    """`within` or `lasting` a time, or (`timed`) limits with an anchor; `in the last year` has a unit and no limits."""

    form: str
    limits: Limits | None
    unit: Token | None
    anchor: Anchor | None
    span: Span

    def __init__(self, form: str, limits: Limits | None, unit: Token | None, anchor: Anchor | None, span: Span) -> None:
        self.form, self.limits, self.unit, self.anchor, self.span = form, limits, unit, anchor, span


@final
@dataclass(init=False, eq=False, slots=True)
class CountOf:
    """At least so many of what follows."""

    limits: Limits
    following: Token
    span: Span

    def __init__(self, limits: Limits, following: Token, span: Span) -> None:
        self.limits, self.following, self.span = limits, following, span


@final
@dataclass(init=False, eq=False, slots=True)
class Clause:
    """What stands between two joins: one fact or limit with its own modifiers."""

    elements: tuple[Element, ...]

    def __init__(self, elements: tuple[Element, ...]) -> None:
        self.elements = elements


@final
@dataclass(init=False, eq=False, slots=True)
class Branch:
    """Parts that a rule of the grammar joins, and the words or marks that join them."""

    rule: str
    parts: tuple[Node, ...]
    marks: tuple[Token, ...]

    def __init__(self, rule: str, parts: tuple[Node, ...], marks: tuple[Token, ...]) -> None:
        self.rule, self.parts, self.marks = rule, parts, marks


@final
@dataclass(init=False, eq=False, slots=True)
class Bracket:
    """An item in brackets; `word` is the word of scope with which it begins: `(if A)`."""

    item: Node
    word: Token | None
    span: Span

    def __init__(self, item: Node, word: Token | None, span: Span) -> None:
        self.item, self.word, self.span = item, word, span


Node = Clause | Branch
Element = Token | Limits | TimeNode | Anchor | CountOf | Bracket


def type_of(element: Element | None) -> str:
    """The type of a token; the empty string for anything that the grammar built."""
    return element.type if isinstance(element, Token) else ""


def amounts(limits: Limits) -> list[Amount]:
    """All amounts of the limits, in reading order."""
    return [amount for limit in limits.limits for _, amount in limit.bounds]


_APART: Final = {"sub_items": "far", "sentences": "far", "semicolons": "near", "and_headed": "near", "parted": "near"}
_IN_A_ROW: Final = frozenset(["commas", "chain", "target", "related"])  # the units of these may share one limit


def units(node: Node) -> list[tuple[Clause, str]]:
    """All units in reading order, brackets not entered, each with what parts it from the one before.

    That is a full stop or an enumerator (`far`), a semicolon (`near`), a word of scope (`scope`), or nothing.
    """
    found: list[tuple[Clause, str]] = []
    _add_units(node, "", found)
    return found


def _add_units(node: Node, apart: str, found: list[tuple[Clause, str]]) -> None:
    if isinstance(node, Clause):
        found.append((node, apart))
        return
    own = _APART.get(node.rule, "" if node.rule in _IN_A_ROW else "scope")
    for i, part in enumerate(node.parts):
        _add_units(part, own if i and own else apart if not i else "", found)
