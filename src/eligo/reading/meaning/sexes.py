"""What is said for women and men apart, to what it says for both."""

from __future__ import annotations

from dataclasses import replace

from eligo.criteria import AllOf, Always, AnyOf, Compare, IfThen, OneOf, Predicate
from eligo.reading.meaning.context import hull
from eligo.reading.meaning.joining import all_of
from eligo.reading.meaning.said import Mark, Said, folded


def by_sex(said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`>= 40 g/day for men or >= 20 g/day for women` is a limit for each; `women and men aged 18` an age for both."""
    return folded(said, marks, _of_both)


def _of_both(first: Said, second: Said, mark: Mark) -> Said | None:
    if not first.sex or not second.sex or first.sex == second.sex or first.lead.negated or second.lead.negated:
        return None
    body = _for_each(first.body, second.body) if second.continues else _for_both(first, second)
    if body is None:
        return None
    return replace(second, body=body, span=hull([first.span, second.span]), sex=None, continues=False)


def _for_each(first: Predicate | None, second: Predicate | None) -> Predicate | None:
    """Two limits on one value, each for one sex: both must hold of whom they speak."""
    if isinstance(first, IfThen) and isinstance(second, IfThen):
        return all_of([first, second])
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


def _for_both(first: Said, second: Said) -> Predicate | None:
    """What is said of the second holds for both; only `women and men` restricts nothing."""
    if not isinstance(first.body, OneOf) or first.body.variable != "sex":
        return None
    if isinstance(second.body, OneOf) and second.body.variable == "sex":
        return Always("both sexes", span=hull([first.span, second.span]))
    if isinstance(second.body, AllOf) and isinstance(second.body.parts[0], OneOf):
        return all_of(list(second.body.parts[1:]))
    return None
