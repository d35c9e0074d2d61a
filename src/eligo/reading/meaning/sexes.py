"""What is said for women and men apart, to what it says for both."""

from __future__ import annotations

import functools
from itertools import takewhile

from eligo.criteria import AllOf, Always, AnyOf, Attest, Compare, IfThen, OneOf, Predicate, Present, leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import belongs_to, is_of_some, is_sex, words
from eligo.reading.meaning.conditions import if_holds, of_one_sex, sex_of
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.joining import all_of, any_of, facts_of, is_of_sex
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Mark, Said, folded


def of_them(context: Context, said: list[Said]) -> list[Said]:
    """`Women who are pregnant, obese or unwilling to use contraception`: all of it is said of women."""
    first, *rest = said
    named = first.sex or next((each for each in ("female", "male") if _only_of(each, first.body)), None)
    if named is None:
        return said
    asked = _said_of(named, context, first, rest)
    if not asked or not context.take(Alternative.WHOM):
        return said
    sex = OneOf("sex", (named,), span=first.span)
    alone = context.kind == "inclusion" and _of_them_alone(context, first)
    return [_asked_of(context, sex, part, alone=alone) if part in asked else part for part in said]


def _of_them_alone(context: Context, part: Said) -> bool:
    """`a pregnancy test for women`: whether it is asked of them alone, and not of who else may take part."""
    sexes = [token for token in context.tokens_in(part.span) if token.type == "SEX"]
    return any(is_of_some(context.written(token.span)) for token in sexes)


def _said_of(sex: str, context: Context, first: Said, rest: list[Said]) -> list[Said]:
    """Which parts are said of those of whom the first one speaks; without `who`, only what belongs to its facts."""
    reached = takewhile(lambda part: part.sex is None and not _written(context, part, "adults"), rest)
    asked = [part for part in reached if part.body is not None and not _only_of(sex, part.body)]
    named = any(map(is_sex, context.written(first.span).lower().split()))  # not of `patients who are pregnant`
    if named and _written(context, first, "bond_that"):
        return asked
    if first.body is None or facts_of(first.body) is None:
        return []
    # `pregnant women, or unwilling to use contraception`
    return [part for part in asked if isinstance(part.body, Attest) and belongs_to(part.body.topic)]


def _asked_of(context: Context, sex: OneOf, part: Said, *, alone: bool) -> Said:
    """A part with those of whom it speaks; its negation does not hold for them."""
    if part.body is not None and alone:
        return replace(part, body=if_holds(context, sex, part.body), bare=False)
    if part.body is None or part.lead.negated:
        return replace(part, whom=(*part.whom, sex), bare=False)
    return replace(part, body=all_of([sex, part.body]), bare=False)


def _written(context: Context, part: Said, kind: str) -> bool:
    """Whether one of some words stands in a part: `women who are pregnant`, `patients with ascites`."""
    return not words(kind).isdisjoint(context.written(part.span).lower().split())


def _only_of(sex: str, body: Predicate | None) -> bool:
    """Whether it can be true of one sex alone."""
    match body:
        case AllOf(parts):
            return any(_only_of(sex, part) for part in parts)
        case AnyOf(parts):
            return all(_only_of(sex, part) for part in parts)
        case _:
            return isinstance(body, Present) and sex_of(body.concept) == sex


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
    asked = whom.span is not None and is_of_some(context.written(whom.span))
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
    return body if is_of_sex(body) else None


def _alike(one: Compare, other: Compare) -> bool:
    return one.variable == other.variable and one.name == other.name


def _for_both(first: Said, second: Said) -> Predicate | None:
    """What is said of the second holds for both; only `women and men` restricts nothing."""
    if not is_of_sex(first.body):
        return None
    if is_of_sex(second.body):
        return Always("both sexes", span=hull([first.span, second.span]))
    if isinstance(second.body, AllOf) and isinstance(second.body.parts[0], OneOf):
        return all_of(list(second.body.parts[1:]))
    return None
