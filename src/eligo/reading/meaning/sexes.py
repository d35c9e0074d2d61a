"""What is said for women and men apart, to what it says for both."""

from __future__ import annotations

import functools
from dataclasses import replace

from eligo.criteria import AllOf, Always, AnyOf, Compare, IfThen, OneOf, Predicate, Present, leaves
from eligo.reading.meaning.conditions import if_holds, of_one_sex
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.joining import all_of, any_of
from eligo.reading.meaning.said import Mark, Said, folded


def by_sex(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`>= 40 g/day for men or >= 20 g/day for women` is a limit for each; `women and men aged 18` an age for both."""
    return folded(said, marks, functools.partial(_of_both, context))


def _of_both(context: Context, first: Said, second: Said, mark: Mark) -> Said | None:
    if not first.sex or first.sex == second.sex or first.lead.negated or second.lead.negated:
        return None
    body = None
    if second.sex:
        body = _for_each(first.body, second.body) if second.continues else _for_both(first, second)
    body = body or _for_the_other_too(context, first.body, second)
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


def _for_the_other_too(context: Context, first: Predicate | None, second: Said) -> Predicate | None:
    """`contraception for men and women`: what is said of the first is said of both; who else is meant may be said."""
    whom, then = _whom(first)
    if whom is None or then is None:
        return None
    asked = whom.span is not None and context.written(whom.span).lower().startswith(("for ", "in "))
    if second.body is None or not asked:
        return None
    if _sex_in(second.body) is not None:
        return then
    if all(map(of_one_sex, leaves(second.body))):  # `men and women of childbearing potential`
        return if_holds(context, any_of([whom, second.body]), then)
    whom_else, more = _whom(second.body) if isinstance(second.body, AllOf) else (None, None)
    facts = more is not None and all(isinstance(leaf, Present) for leaf in leaves(more))
    return context.unparsed(second.span, "unclear-relation") if whom_else is not None and facts else None


def _whom(body: Predicate | None) -> tuple[OneOf | None, Predicate | None]:
    """The sex of whom something is asked, and what that is."""
    if isinstance(body, IfThen):
        return _sex_in(body.condition), body.then
    if isinstance(body, AllOf):
        return _sex_in(body.parts[0]), all_of(list(body.parts[1:]))
    return None, None


def _sex_in(body: Predicate) -> OneOf | None:
    return body if isinstance(body, OneOf) and body.variable == "sex" else None


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
