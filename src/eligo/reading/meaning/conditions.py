"""What holds for some patients only: `B if A`, `if A, B`, `women of A must B`, and another limit under a condition.

Who does not have A need not have B. In an exclusion both must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    Attest,
    Compare,
    IfThen,
    Leaf,
    Limit,
    Not,
    OneOf,
    Predicate,
    Present,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import belongs_to, words
from eligo.reading.meaning.context import Context, bodies_of, extent, hull
from eligo.reading.meaning.facts import kind_of
from eligo.reading.meaning.joining import (
    all_of,
    any_of,
    comma_choice,
    facts_of,
    has_unread,
    in_last,
    is_of_sex,
    is_unread,
    measures,
)
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tree import Branch, Node
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named

_Pairs = list[tuple[Compare, Compare]]  # a limit, and another one on the same value


def if_then(context: Context, node: Branch) -> Said:
    """`B if A`, `B in patients with A`."""
    then, condition = wrapped(context, context.read(node.parts[0])), _of_each(context, node.parts[1])
    if is_unread(then.body) and context.has(then.span, "OR"):  # the condition may be of the last one alone
        return context.unread(hull([then.span, condition.span]), *context.why(then.span), exception=True)
    if _of_such_patients(context, node, then, condition) and context.take(Alternative.PATIENTS):
        return Said(all_of([b for b in (then.body, condition.body) if b is not None]), extent(node), "joined")
    return conditioned(context, then, condition, str(node.marks[0].value))


def _of_such_patients(context: Context, node: Branch, then: Said, condition: Said) -> bool:
    """`leukemia in patients >= 60 years`, as an inclusion: a disease is not asked of some patients alone."""
    word = context.written((node.marks[0].start, node.marks[0].end)).lower().strip(" ,;").split()[:1]
    if context.kind != "inclusion" or words("in_such").isdisjoint(word) or then.lead.negated or condition.body is None:
        return False
    facts = facts_of(then.body) if then.body is not None else None
    return bool(facts) and {kind_of(fact) for fact in facts or ()} == {"condition"} and not has_unread(condition.body)


def _of_each(context: Context, node: Node) -> Said:
    """A condition; `for women of A and men` is for each of them."""
    said = wrapped(context, context.read(node))
    groups = said.body.parts if isinstance(said.body, AllOf) else ()
    sexes = {sex_of(leaf.concept) if isinstance(leaf, Present) else None for leaf in groups}
    sexes |= {str(leaf.values[0]) for leaf in groups if is_of_sex(leaf)}
    return replace(said, body=any_of(groups)) if {"male", "female"} <= sexes else said


def if_first(context: Context, node: Branch) -> Said:
    """`If A, B`."""
    condition, then = wrapped(context, context.read(node.parts[0])), wrapped(context, context.read(node.parts[1]))
    return conditioned(context, then, condition, str(node.marks[0].value))


def conditioned(context: Context, then: Said, condition: Said, word: str) -> Said:
    """Something and the condition under which it holds; `given` asks for both."""
    span = hull([then.span if then.body is not None else None, condition.span])
    if then.body is None or condition.body is None:
        return context.unread(span, "exception", condition.span)
    if then.exception or condition.exception:
        return context.unread(span, "exception", condition.span, exception=True)
    under = condition.body
    if word == "given":
        return Said(all_of([then.body, under]), span, "joined")
    made = other_limit(context, then.body, under)
    parts = then.body.parts if isinstance(then.body, (AllOf, AnyOf)) else ()
    other = any(isinstance(part, IfThen) for part in parts[:-1])  # `A without C or B with C`: each has its own
    last_only = made is None and then.what == "joined" and (other or not context.take(Alternative.CONDITION))
    if last_only and isinstance(then.body, (AllOf, AnyOf)):
        made = in_last(then.body, lambda last: if_holds(context, under, last))
    return Said(made or if_holds(context, under, then.body), span, "joined")


def if_holds(context: Context, condition: Predicate, then: Predicate) -> Predicate:
    """The predicate of a condition and of what it asks for."""
    needless = isinstance(then, Not) == (context.kind == "inclusion") and _saidof_one_sex(condition, then)
    if isinstance(condition, Always) or needless:
        return then
    return all_of([condition, then]) if context.kind == "exclusion" else IfThen(condition, then)


def _saidof_one_sex(condition: Predicate, then: Predicate) -> bool:
    """`Females must not be pregnant`: what only they can be says of whom it speaks."""
    if not isinstance(condition, OneOf) or condition.variable != "sex":
        return False
    sexes = {sex_of(leaf.concept) if isinstance(leaf, Present) else None for leaf in leaves(then)}
    return len(sexes) == 1 and sexes <= set(condition.values)


def sex_of(concept: str) -> str | None:
    """The sex that only can have the concept."""
    known = concepts().get(concept)
    return known.sex if known else None


def must(context: Context, node: Branch) -> Said:
    """`Women of childbearing potential must use contraception`."""
    subject, duty = _subject(context, node.parts[0]), wrapped(context, context.read(node.parts[1]))
    span = hull([subject.span, duty.span if duty.body is not None else None])
    if subject.what == "empty" and not subject.lead.any() and context.names_sex(subject.span):
        return duty  # `male and female patients must use contraception`
    if subject.body is None or duty.body is None or context.kind == "exclusion":
        return context.unread(span, "unclear-relation", subject.span)
    if has_unread(subject.body):
        return context.unread(span, *context.why(next(leaves(subject.body)).span))
    found = list(leaves(subject.body))
    adults = all(isinstance(leaf, Compare) and leaf.variable == "age" for leaf in found)  # most likely all patients are
    alone = all(of_one_sex(leaf) or _owns(leaf, duty.body) for leaf in found)
    if not alone and context.take(Alternative.PATIENTS) == adults:
        return Said(all_of([subject.body, duty.body]), span, "joined")
    return Said(if_holds(context, subject.body, duty.body), span, "joined")


def _owns(leaf: Leaf, duty: Predicate) -> bool:
    """`patients of reproductive potential must use contraception`: what only they have a reason for."""
    asked = {owner for each in leaves(duty) if isinstance(each, Attest) for owner in belongs_to(each.topic)}
    return isinstance(leaf, Present) and leaf.concept in asked


def _subject(context: Context, node: Node) -> Said:
    """Of whom something is asked: of each group that is named, however they are joined.

    `men who smoke and have not had a vasectomy` are one group: what they have not is no other one.
    """
    if not isinstance(node, Branch) or node.rule not in ("chain", "commas"):
        return wrapped(context, context.read(node))
    said = [wrapped(context, context.read(part)) for part in node.parts]
    bodies = bodies_of(said)
    if len(bodies) < len(said) or any(isinstance(body, Not) for body in bodies[1:]):
        return wrapped(context, context.read(node))
    return Said(any_of(bodies), hull(s.span for s in said), "joined")


def of_one_sex(leaf: Leaf) -> bool:
    """Whether a leaf names patients of one sex, of whom something is asked."""
    if isinstance(leaf, Present):
        return sex_of(leaf.concept) is not None
    return is_of_sex(leaf)


def other_limit(context: Context, then: Predicate, condition: Predicate) -> Predicate | None:
    """`<= 2.5 x ULN or <= 5 x ULN if A`: the second limit holds under the condition; `< 9 or > 12 in A`: both do.

    Behind a comma, as in `A < 100, or 100-300 if B`, the second one does.
    """
    made = looser_limit(context, then, condition)
    if made is not None or _two_limits(then) is None:
        return made
    if isinstance(then, AnyOf) and comma_choice(context, then) is not None:
        return in_last(then, lambda last: if_holds(context, condition, last))
    return if_holds(context, condition, then)


def looser_limit(context: Context, then: Predicate, condition: Predicate) -> Predicate | None:
    """Each value with its second limit in place of the first one under a condition; None where both are asked."""
    pairs, join = _two_limits(then) or ([], all_of)
    if not pairs or any(first.limits[0].op[0] != second.limits[0].op[0] for first, second in pairs):
        return None
    made = [instead(first, second, condition, context.kind) for first, second in pairs]
    found = [one for one in made if one is not None]
    if not found and len(pairs) == 1 and comma_choice(context, then) is not None:
        return _for_some_too(context, *pairs[0], condition)
    if len(found) < len(pairs):
        return context.unparsed(hull(leaf.span for leaf in leaves(then)), "unclear-relation")
    return join(found)


def _for_some_too(context: Context, first: Compare, second: Compare, condition: Predicate) -> Predicate:
    """`eGFR < 30, or < 45 for subjects on A`, `NT-proBNP > 300, or > 900 in A`: a second limit that asks for more."""
    if context.kind == "exclusion":
        return any_of([first, all_of([condition, second])])
    return all_of([first, IfThen(condition, second)])


def _two_limits(then: Predicate) -> tuple[_Pairs, Callable[[list[Predicate]], Predicate]] | None:
    """The first and the second limit of each value that has two, one of which is enough, and what joins the values."""
    if isinstance(then, AllOf):
        each = [found for part in then.parts if (found := _two_limits(part)) is not None]
        known = [pairs for found in each for pairs in found[0]]
        return (known, all_of) if len(known) == len(each) == len(then.parts) else None
    if not isinstance(then, AnyOf):
        return None
    lists = [list(leaves(part)) for part in then.parts if isinstance(part, AllOf)]
    if len(lists) == len(then.parts) == 2:
        pairs, join = _paired(lists[0], lists[1]), all_of
    else:
        pairs, join = _by_value(then.parts), any_of
    return (pairs, join) if pairs is not None else None


def _by_value(parts: Sequence[Predicate]) -> _Pairs | None:
    """The two limits on each value among the parts; None where there are not just two, or a part is no limit."""
    limits: dict[str | None, list[Compare]] = {}
    for part in parts:
        if not isinstance(part, Compare):
            return None
        limits.setdefault(part.variable, []).append(part)
    if any(len(on_one) != 2 for on_one in limits.values()):
        return None
    return [(first, second) for first, second in limits.values()]


def _paired(first: list[Leaf], second: list[Leaf]) -> _Pairs | None:
    """The limits of two lists on the same values, value by value."""
    pairs = [(a, b) for a, b in zip(first, second, strict=False) if isinstance(a, Compare) and isinstance(b, Compare)]
    alike = len(first) == len(second) == len(pairs) and all(a.variable == b.variable for a, b in pairs)
    return pairs if alike else None


def instead(said: Predicate, other: Compare, condition: Predicate, kind: Kind) -> Predicate | None:
    """What is said, with another limit in place of its own under a condition; None where it is no looser."""
    limits = other.limits
    for one in leaves(said):
        if not isinstance(one, Compare) or len(one.limits) != 1 or len(limits) != 1:
            return None
        if not _looser(one.limits[0], limits[0], kind):
            return None

    def either(one: Leaf) -> Predicate:
        assert isinstance(one, Compare)
        looser = replace(one, limits=limits, span=other.span)
        if kind == "exclusion":
            return AnyOf((looser, AllOf((one, Not(condition)))))
        return AnyOf((one, AllOf((condition, looser))))

    return map_leaves(said, either)


def with_other_limits(context: Context, parts: Sequence[Predicate]) -> list[Predicate]:
    """`A <= 2.5. If B, A <= 5`: a looser limit under a condition takes the place of the one that stands before it."""
    made: list[Predicate] = []
    for part in parts:
        condition, then = _under_condition(context, part)
        limits = [leaf for leaf in leaves(then) if isinstance(leaf, Compare)] if then is not None else []
        changed = list(made)
        placed = bool(limits) and condition is not None and len(limits) == len(list(leaves(then or part)))
        for limit in limits:
            placed = placed and condition is not None and _placed(context, changed, limit, condition)
        if placed:
            made = changed
        else:
            made.append(part)
    return made


def _under_condition(context: Context, part: Predicate) -> tuple[Predicate | None, Predicate | None]:
    """The condition and the limits that hold under it, as a sentence of its own says them."""
    if isinstance(part, IfThen) and not measures(part.condition) and measures(part.then):
        return part.condition, part.then
    if context.kind == "exclusion" and isinstance(part, AllOf) and len(part.parts) == 2:
        first, second = part.parts
        if measures(second) and not measures(first) and not has_unread(first):
            return first, second
    return None, None


def _placed(context: Context, parts: list[Predicate], limit: Compare, condition: Predicate) -> bool:
    """Whether the limit takes the place of one on the same value among the parts, and then it does."""
    for i, part in enumerate(parts):
        own = part.parts if isinstance(part, (AllOf, AnyOf)) else (part,)
        for j, one in enumerate(own):
            if not isinstance(one, Compare) or limit.variable is None or one.variable != limit.variable:
                continue
            other = instead(one, limit, condition, context.kind)
            if other is None:
                return False
            replaced = [*own[:j], other, *own[j + 1 :]]
            parts[i] = (any_of if isinstance(part, AnyOf) else all_of)(replaced) if len(own) > 1 else other
            return True
    return False


def _looser(limit: Limit, other: Limit, kind: Kind) -> bool:
    """Whether the other limit is on the same side and in the same unit, and lets more patients take part."""
    if (limit.of, limit.unit, limit.op[0]) != (other.of, other.unit, other.op[0]) or limit.op == "eq":
        return False
    upper = limit.op in ("lt", "le")
    return other.value > limit.value if upper == (kind == "inclusion") else other.value < limit.value


def yet_to_come(context: Context, body: Predicate) -> Predicate:
    """`Elective cardiac surgery`, as an inclusion: what is about to be done, or to go on."""

    def change(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present) or leaf.span is None or leaf.status != "active" or leaf.window is not None:
            return leaf
        first = context.written(leaf.span).lower().split(maxsplit=1)[:1]
        known = concepts().get(leaf.concept)
        # A word of a name that is known tells what it is, and not when.
        of_name = known is not None and not is_named(known.id) and known.name.split()[:1] == first
        if kind_of(leaf) != "procedure" or words("yet_to_come").isdisjoint(first) or of_name:
            return leaf
        return any_of([replace(leaf, status="now"), replace(leaf, status="planned")])

    return map_leaves(body, change) if facts_of(body) is not None else body


def asked_of_some(context: Context, predicate: Predicate) -> Predicate:
    """`Negative pregnancy test`, as an inclusion: nobody asks it of men."""
    if isinstance(predicate, AllOf):
        return AllOf(tuple([asked_of_some(context, part) for part in predicate.parts]))
    parts = predicate.parts if isinstance(predicate, AnyOf) else (predicate,)  # `negative test, or postmenopausal`
    facts = [part for part in parts if isinstance(part, Present) and sex_of(part.concept) == "female"]
    if len(facts) < len(parts) or not any(fact.concept in words("asked_of_women") for fact in facts):
        return predicate
    context.notes.append("a pregnancy test is asked of women alone")
    return IfThen(OneOf("sex", ("female",), span=facts[0].span), predicate)
