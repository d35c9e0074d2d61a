"""Parts to what they say together, and what is said for women and men apart to what it says for both."""

from __future__ import annotations

from eligo.criteria import AllOf, Always, AnyOf, Compare, OneOf, Predicate
from eligo.reading.pieces import Piece
from eligo.reading.sense import alternatives


def any_of(parts: list[Predicate]) -> Predicate:
    """One of the parts holds."""
    flat = [q for p in parts for q in (p.parts if isinstance(p, AnyOf) else (p,))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def all_of(parts: list[Predicate]) -> Predicate:
    """Every part holds; groups of patients that have nobody in common are alternatives."""
    flat = [q for p in alternatives(parts, any_of) for q in (p.parts if isinstance(p, AllOf) else (p,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def for_each_sex(first: Predicate | None, second: Predicate | None) -> Predicate | None:
    """`AllOf(sex, rest, limit)` and `AllOf(other sex, limit)` as the rest and either of the two."""
    if not isinstance(first, AllOf) or not isinstance(second, AllOf) or len(second.parts) != 2:
        return None
    sex, *rest = first.parts
    other = second.parts[1]
    limit = next((p for p in rest if isinstance(p, Compare) and isinstance(other, Compare) and _alike(p, other)), None)
    if not isinstance(sex, OneOf) or limit is None:
        return None
    return all_of([*(p for p in rest if p is not limit), AnyOf((AllOf((sex, limit)), second))])


def _alike(one: Compare, other: Compare) -> bool:
    return one.variable == other.variable and one.name == other.name


def of_both_sexes(first: Piece, second: Piece) -> Predicate | None:
    """`women and men aged 18`: what is said of the second holds for both; only `women and men` restricts nothing."""
    if not isinstance(first.predicate, OneOf) or first.predicate.variable != "sex":
        return None
    if isinstance(second.predicate, OneOf) and second.predicate.variable == "sex" and first.span and second.span:
        return Always("both sexes", span=(first.span[0], second.span[1]))
    if isinstance(second.predicate, AllOf) and isinstance(second.predicate.parts[0], OneOf):
        return all_of(list(second.predicate.parts[1:]))
    return None
