"""A part with the negation or the hedge that stands over it."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.criteria import (
    MEASURING,
    AllOf,
    Always,
    AnyOf,
    Compare,
    Leaf,
    Not,
    OneOf,
    Predicate,
    Present,
    Unparsed,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.facts import kinds_in
from eligo.reading.meaning.joining import all_of, any_of, without
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import NONE, Said
from eligo.reading.meaning.times import Time, elapsed
from eligo.vocabulary.variables import variables


def wrapped(context: Context, said: Said) -> Said:
    """The part as it is meant alone."""
    if not _under(said):
        return said
    return replace(said, body=wrapped_run(context, [said]), lead=NONE, examples=())


def meant(context: Context, said: Said) -> Predicate | None:
    """What the part says alone."""
    return wrapped_run(context, [said]) if _under(said) else said.body


def _under(said: Said) -> bool:
    """Whether something stands over the part, or beside it, that its body does not have yet."""
    if said.body is None or (said.lead == NONE and not said.examples and not said.whom):
        return False
    return said.what != "joined" or said.lead.negated or bool(said.examples)


def wrapped_run(context: Context, run: Sequence[Said], *, had: bool = False) -> Predicate:
    """Parts that stand under the negation or hedge of the first of them.

    `stable angina or > 6 months after a stent` means those who `had` one: of anybody else it would say nothing.
    """
    first = run[0]
    bodies = [any_of([s.body, *s.examples]) if s.examples else s.body for s in run if s.body is not None]
    if first.lead.hedged:
        span = hull(s.span for s in run)
        return _hedged(context, context.written(span), span, bodies)
    body = bodies[0] if len(bodies) == 1 else any_of(bodies)
    if not first.lead.negated or isinstance(body, Always):
        return all_of([*first.whom, body]) if first.whom else body
    if first.since is not None and (had or _most_likely_had(context, body)):
        return _long_ago(body, first.since)
    return all_of([*first.whom, negated(context, body, hull(s.span for s in run), first)])


def _most_likely_had(context: Context, body: Predicate) -> bool:
    """Whether what must be over is of those who had it: a condition may be, by a second reading."""
    return kinds_in(leaves(body)) == {"condition"} and not context.take(Alternative.HAD)


def _long_ago(body: Predicate, since: Time) -> Predicate:
    """The facts of a body, so long ago."""

    def long_ago(leaf: Leaf) -> Predicate:
        return replace(leaf, window=elapsed(since, True)) if isinstance(leaf, Present) else leaf

    return map_leaves(body, long_ago)


def negated(context: Context, body: Predicate, span: tuple[int, int], said: Said) -> Predicate:
    """The negation of a body; of what is not understood, the whole of it."""
    if isinstance(body, Unparsed):
        return context.unparsed(span, *context.why(body.span))
    if isinstance(body, Not):
        return body.part
    first = next(leaves(body)).span
    if first and "(" in context.text[span[0] : first[0]]:  # `not (A for more than 3 days)` denies just that
        return Not(body)
    return without(context, body)


def _hedged(context: Context, text: str, span: tuple[int, int], bodies: list[Predicate]) -> Predicate:
    """`with or without X` restricts nothing; where X has a limit, the limit may be meant."""
    always = Always(text, span=span)
    limited: list[Compare | OneOf] = [x for b in bodies for x in leaves(b) if isinstance(x, MEASURING)]
    if not limited or len(bodies) > 2 or context.take(Alternative.HEDGED_LIMIT):
        return always
    graded = variables().get(limited[0].variable or "")
    concept = graded.concept if graded is not None else None
    body: Predicate = limited[0] if len(limited) == 1 else AllOf(tuple(limited))
    return AnyOf((Not(Present(concept)), body)) if concept else body
