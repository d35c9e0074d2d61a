"""The validated tree of a rule set file to its predicate; what does not fit together is a problem with its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from eligo.bounds import is_countable
from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Bound,
    Compare,
    Duration,
    Excepted,
    IfThen,
    Leaf,
    Limit,
    Not,
    Number,
    OneOf,
    Op,
    Predicate,
    Present,
    Related,
    Span,
    TimeUnit,
    Unparsed,
    Window,
)
from eligo.errors import Place, Problem
from eligo.regex import regex
from eligo.ruleset.nodes import (
    AllNode,
    AlwaysNode,
    AnyNode,
    AtLeastNode,
    AttestNode,
    CompareNode,
    ExceptedNameNode,
    ExceptedNode,
    IfThenNode,
    NamedNode,
    NotNode,
    OneOfNode,
    PresentNode,
    RelatedNode,
    ThingNode,
    UnparsedNode,
    Windowed,
    Words,
)
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named, statement_id

RANGE_KEYS: tuple[Op, ...] = ("gt", "ge", "lt", "le")
AGE = "age"
PlaceOf = Callable[[tuple[str | int, ...]], Place]

_EQUIVALENT = regex(r"(-?[0-9]+(?:\.[0-9]+)?) ?(.*)")


def from_node(node: Any, text: str, place: PlaceOf, problems: list[Problem]) -> Predicate:
    """The predicate of a validated node; what does not fit together goes to `problems`."""

    def inside(part: Any, *path: str | int) -> Predicate:
        return from_node(part, text, lambda p: place((*path, *p)), problems)

    if isinstance(node, AllNode):
        return AllOf(tuple(inside(p, "all", i) for i, p in enumerate(node.all)))
    if isinstance(node, AnyNode):
        return AnyOf(tuple(inside(p, "any", i) for i, p in enumerate(node.any)))
    if isinstance(node, AtLeastNode):
        if node.at_least > len(node.of):
            problems.append(Problem("at-least", "`at_least` asks for more parts than there are", place(())))
        return AtLeast(node.at_least, tuple(inside(p, "of", i) for i, p in enumerate(node.of)))
    if isinstance(node, NotNode):
        return Not(inside(node.not_, "not"))
    if isinstance(node, IfThenNode):
        return IfThen(inside(node.if_, "if"), inside(node.then, "then"))
    return _leaf(node, text, place, problems)


def _leaf(node: Any, text: str, place: PlaceOf, problems: list[Problem]) -> Leaf:
    span = _span(node, text, place, problems)
    if isinstance(node, PresentNode | NamedNode):
        return _present(node, span)
    if isinstance(node, RelatedNode):
        what = _present(node.what, _span(node.what, text, lambda p: place(("what", *p)), problems))
        to = _present(node.to, _span(node.to, text, lambda p: place(("to", *p)), problems))
        return Related(what, node.related, to, span)
    if isinstance(node, AttestNode):
        return Attest(node.attest if node.kind is None else statement_id(node.kind, node.attest), span)
    if isinstance(node, AlwaysNode):
        return Always(node.always, span)
    if isinstance(node, UnparsedNode):
        return Unparsed(node.unparsed, span)
    if isinstance(node, OneOfNode):
        _named(node, place, problems)
        return OneOf(node.variable, tuple(node.in_), node.name, span)
    return _compare(node, span, place, problems)


def _present(node: PresentNode | NamedNode, span: Span | None) -> Present:
    but_not = tuple(_excepted(part) for part in node.but_not)
    concept = _concept(node)
    head = node.head if isinstance(node, NamedNode) and is_named(concept) else None
    return Present(concept, node.status, node.qualifier, _window(node), node.count, span, but_not, head)


def _excepted(part: str | ExceptedNode | ExceptedNameNode) -> Excepted:
    return Excepted(concepts().canonical(part)) if isinstance(part, str) else Excepted(_concept(part), part.qualifier)


def _concept(node: PresentNode | NamedNode | ExceptedNode | ExceptedNameNode) -> str:
    """The concept's id; a name that the vocabulary or the dictionary has learnt since is what it has for it."""
    if isinstance(node, NamedNode | ExceptedNameNode):
        return concepts().named(node.kind, node.named)
    return concepts().canonical(node.concept)


def _at(node: CompareNode) -> str | None:
    """The id of the concept on whose first day an age is meant."""
    at = node.at.concept if isinstance(node.at, ThingNode) else node.at
    return concepts().canonical(at) if at is not None else None


def _compare(node: CompareNode, span: Span | None, place: PlaceOf, problems: list[Problem]) -> Compare:
    _named(node, place, problems)
    limits, window = _limits(node, place, problems), _window(node)
    if node.of is not None and node.above is not None:
        problems.append(Problem("limits", "a limit is `of` something or `above` it, not both", place(("above",))))
    if node.at is not None and node.variable != AGE:
        help_text = "only `variable: age` can be meant as of the day on which something began"
        problems.append(Problem("at-without-age", "`at` belongs to an age alone", place(("at",)), help_text))
    elif node.at is not None and (window is not None or node.pick is not None):
        message = "an age at an event has its day, and takes neither a window nor `pick`"
        problems.append(Problem("at-with-window", message, place(("at",))))
    equivalent = _equivalent(node, limits, place, problems)
    pick = node.pick or "latest"
    return Compare(node.variable, limits, node.name, window, node.unit_inferred, equivalent, span, pick, _at(node))


def _limits(node: CompareNode, place: PlaceOf, problems: list[Problem]) -> tuple[Limit, ...]:
    """One limit, or the two bounds of a range."""
    bounds = [(op, cast(Number, value)) for op in RANGE_KEYS if (value := getattr(node, op)) is not None]
    if node.op is not None and node.limit is not None and not bounds:
        bounds, complete = [(node.op, node.limit)], True
    else:
        complete = node.op is None and node.limit is None
    limits: tuple[Limit, ...] = tuple(Limit(op, value, node.unit, node.of, node.above) for op, value in bounds)
    if not complete or not 1 <= len(limits) <= 2 or _same_side(limits):
        help_text = "write `op:` and `limit:`, or one lower (`ge`, `gt`) and one upper bound (`le`, `lt`)"
        problems.append(
            Problem("limits", "a comparison needs one limit or the two bounds of a range", place(()), help_text)
        )
        limits = (Limit("eq", 0),)
    if len(limits) == 2 and limits[0].value > limits[1].value:
        problems.append(Problem("empty-range", "the lower bound lies above the upper one", place(())))
    return limits


def _equivalent(node: CompareNode, limits: tuple[Limit, ...], place: PlaceOf, problems: list[Problem]) -> Limit | None:
    if node.equivalent is None:
        return None
    found = _EQUIVALENT.fullmatch(node.equivalent)
    if found is None or len(limits) != 1 or not is_countable(float(found[1])):
        problems.append(Problem("equivalent", "`equivalent` is one number with a unit", place(("equivalent",))))
        return None
    return Limit(limits[0].op, _number(found[1]), found[2] or None)


def _same_side(limits: tuple[Limit, ...]) -> bool:
    return len(limits) == 2 and limits[0].op[0] == limits[1].op[0]


def _named(node: CompareNode | OneOfNode, place: PlaceOf, problems: list[Problem]) -> None:
    if (node.variable is None) == (node.name is None):
        help_text = "write `variable:` with an id, or `quantity:` with the words where the vocabulary has none"
        message = "a comparison needs a variable or a quantity, not both"
        problems.append(Problem("variable", message, place(()), help_text))


def _number(text: str) -> Number:
    return float(text) if "." in text else int(text)


def _duration(text: str) -> Duration:
    value, unit = text.split(" ")
    return Duration(_number(value), cast(TimeUnit, unit))


def _bound(text: str) -> Bound:
    op, rest = text.split(" ", 1)
    return Bound(cast(Op, op), _duration(rest))


def _window(node: Windowed) -> Window | None:
    if not (node.within or node.ago or node.lasting or node.began or node.anchor):
        return None
    return Window(
        _duration(node.within) if node.within else None,
        _bound(node.ago) if node.ago else None,
        _bound(node.lasting) if node.lasting else None,
        node.anchor or "screening",
        _duration(node.began) if node.began else None,
    )


def _span(node: Words, text: str, place: PlaceOf, problems: list[Problem]) -> Span | None:
    if node.words is None:
        return None
    start = -1
    for _ in range(node.nth or 1):
        start = text.find(node.words, start + 1)
        if start < 0:
            problems.append(
                Problem(
                    "words",
                    f"the words `{node.words}` do not stand in `text`",
                    place(("words",)),
                    "copy them from `text`",
                )
            )
            return None
    return start, start + len(node.words)
