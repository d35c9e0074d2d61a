"""What stands above a list: `any of the following`, `A such as B`, `A: B`."""

from __future__ import annotations

import re

from eligo.criteria import (
    AllOf,
    AtLeast,
    Leaf,
    Not,
    Predicate,
    Present,
    Span,
    leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.conditions import if_holds, of_one_sex
from eligo.reading.meaning.context import (
    Context,
    bodies_of,
    extent,
    has_or,
)
from eligo.reading.meaning.definitions import definition, of_a_function, read_as_limits, states
from eligo.reading.meaning.exemplified import decides, exemplified, listed, over_all
from eligo.reading.meaning.facts import facts_in, implied, is_one_of
from eligo.reading.meaning.joining import (
    all_of,
    any_of,
    default,
    facts_of,
    has_unread,
    is_unread,
    measures,
    no_record_tells,
)
from eligo.reading.meaning.list_apart import list_apart
from eligo.reading.meaning.modifiers import over
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import NONE, Said
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tree import Branch, Node


def headed(context: Context, node: Branch) -> Said:
    """`Any of the following: A; B`, `History of: A, B`, `Hepatitis C: no`."""
    apart = list_apart(context, node, headed)
    if apart is not None:
        return apart
    head, below = node.parts
    said = context.read(head)
    answered = _answered(context, said, below) if said.body is not None else None
    if answered is not None:
        return replace(said, body=answered, span=extent(node), lead=NONE, bare=False, what="joined")
    # `or` between the items says how they are joined, where the heading does not
    whole = said.quantifier is None and context.kind == "inclusion" and has_or(below)
    chain = isinstance(below, Branch) and below.rule == "chain"  # `adolescents: history of A or B`
    items = [wrapped(context, context.read(below))] if whole else listed(context, below, shared=chain)
    return under(context, said, items, True, span=extent(node))


def _answered(context: Context, head: Said, node: Node) -> Predicate | None:
    """`Hepatitis C: no`, `Encephalopathy: none or mild`: answers to what the heading names."""
    parts = [context.read(part) for part in (node.parts if isinstance(node, Branch) else (node,))]
    plain = not isinstance(node, Branch) or (node.rule == "chain" and all(m.type == "OR" for m in node.marks))
    if not plain or any(part.body is not None or not part.lead.any() for part in parts):
        return None
    body = wrapped(context, head).body
    assert body is not None
    made = [over(body, part.lead, context.kind) for part in parts]
    return any_of([Not(b) if part.lead.negated else b for part, b in zip(parts, made, strict=True)])


def and_headed(context: Context, node: Branch) -> Said:
    """`A; any of the following: B; C`, `A and any of the following: B, C`."""
    parts = [wrapped(context, context.read(part)) for part in node.parts]
    bodies = bodies_of(parts)
    if any(s.exception for s in parts) or not bodies:
        return context.unread(extent(node), "exception", exception=True)
    word = str(node.marks[-1].value)
    join = all_of if word == "and" else any_of if word == "or" else None
    return Said(join(bodies) if join is not None else default(context, bodies), extent(node), "joined")


def under(context: Context, head: Said, items: list[Said], colon: bool, *, span: Span) -> Said:
    """A list with what its heading says of all of it, joined as the heading says."""
    bodies = bodies_of(items)
    if not bodies:
        return context.unread(span, "heading", head.span)
    if head.exception or any(s.exception for s in items):
        return context.unread(span, "exception", exception=True)
    if any(s.what == "allowed" for s in items):
        return context.unread(span, "permission")
    if head.body is None:
        each_one = over_all(context, head, bodies)
        if head.lead.negated:  # `none of the following`: not one of them
            return Said(Not(any_of(each_one)), span, "joined")
        return Said(quantified(context, head.quantifier, each_one, span), span, "joined")
    return _below_a_noun(context, head, bodies, colon, span)


def _below_a_noun(context: Context, head: Said, bodies: list[Predicate], colon: bool, span: Span) -> Said:
    if head.quantifier == "such":
        said = [Said(b, span, "joined") for b in bodies]
        return replace(exemplified(context, replace(head, quantifier=None), "below", said), span=span)
    head = wrapped(context, head) if head.quantifier is None else head
    assert head.body is not None
    if no_record_tells(head.body) and all(map(measures, bodies)) and of_a_function(context, head.span):
        read_as_limits(context, head.span)
        return Said(quantified(context, head.quantifier, bodies, span), span, "joined")
    if _is_unsure(context, head, head.body, bodies):
        return context.unread(span, "heading", head.span)
    if head.quantifier is not None:
        return Said(_of_a_number(context, head, bodies, span), span, "joined")
    body = quantified(context, None, bodies, span)
    if not colon and not _for_whom(context, head.span):
        return Said(default(context, [head.body, *bodies]), span, "joined")
    return Said(_titled(context, head.body, bodies, body, head.span), span, "joined")


def _of_a_number(context: Context, head: Said, bodies: list[Predicate], span: Span) -> Predicate:
    """`A with any of the following: B, C`; `any of the following heart diseases within 1 year: B, C`."""
    assert head.body is not None
    listed_kind = _names_what_is_listed(context, head)
    if listed_kind:
        context.note(head.span, f"`{context.written(head.span)}` says what is listed")
        above = replace(head, lead=head.lead._replace(window=head.time or head.lead.window))
        bodies = over_all(context, above, bodies)
    body = any_of(bodies) if head.lead.negated else quantified(context, head.quantifier, bodies, span)
    made = body if listed_kind else all_of([head.body, body])
    return Not(made) if head.lead.negated else made


def _names_what_is_listed(context: Context, head: Said) -> bool:
    """Whether the noun of a heading stands behind `any of the following`, and so tells what sort of things follow."""
    facts = facts_of(head.body) if head.body is not None else None
    following = next((t for t in context.tokens_in(head.span) if t.type == "FOLLOWING"), None)
    if not facts or following is None:
        return False
    return all(fact.span is not None and fact.span[0] >= following.end for fact in facts)


def _is_unsure(context: Context, head: Said, body: Predicate, bodies: list[Predicate]) -> bool:
    """Whether words of a heading that are not understood may say of whom, or how, what stands below is asked."""
    if has_unread(body) and _ends_in(context, head.span, "telling_whom"):
        return True
    return is_unread(body) and (head.lead.negated or decides(context, head, bodies) or _tells_whom(context, head.span))


def _tells_whom(context: Context, span: Span) -> bool:
    """Whether a heading says of whom, or under which condition, what follows holds: `any contact person who is:`."""
    return _names_people(context, span) or _ends_in(context, span, "leading_on") or _for_whom(context, span)


def _for_whom(context: Context, span: Span) -> bool:
    """`For healthy volunteers: A`: whether a heading begins with a word that says of whom what follows is asked."""
    first, *_ = context.written(span).lower().split()
    if first in words("for_whom"):
        return True
    for token in reversed([t for t in context.tokens if t.end <= span[0]]):
        if token.type != "LIGHT":
            return False
        if context.written((token.start, token.end)).lower() in words("for_whom"):
            return True
    return False


def _ends_in(context: Context, span: Span, kind: str) -> bool:
    return not words(kind).isdisjoint(context.written(span).lower().rstrip(" ,;:").split()[-1:])


def _names_people(context: Context, span: Span) -> bool:
    """`Zorblax participants: A, B`: what follows is said of some patients."""
    return any(word in words("adults") for word in re.findall(r"[a-z]+", context.written(span).lower()))


def _titled(context: Context, head: Predicate, items: list[Predicate], body: Predicate, span: Span) -> Predicate:
    """`Heart disease: A, B`: a title of what follows it, or a condition of its own that they are examples of."""
    if implied(head, body):  # `WOCBP: pregnant or lactating`
        return body
    whom = _whom(context, head, span)
    if whom is not None:
        return if_holds(context, whom, body)
    if _ends_in(context, span, "telling_whom"):
        return all_of([head, body])  # `patients with A who: B`
    stated = states(head, body)
    if stated or facts_of(head) is None or measures(body):
        defines = stated or context.kind == "inclusion"
        return definition(context, head, body, False) if defines else any_of([head, *items])
    if _says_again(head, items):
        return body
    both = any_of([head, *items]) if context.kind == "exclusion" else all_of([head, body])
    narrower = context.kind == "inclusion" or any(_narrowed(leaf) for leaf in leaves(body))
    return body if context.take(Alternative.TITLE) == narrower else both


def _whom(context: Context, head: Predicate, span: Span) -> Predicate | None:
    """Of whom alone a title asks, as `women of childbearing potential: A` does; of several groups, of each of them."""
    if _for_whom(context, span):
        return head
    if not _names_people(context, span) or not all(of_one_sex(leaf) for leaf in leaves(head)):
        return None
    if isinstance(head, AllOf) and all(isinstance(part, Present) for part in head.parts):
        return any_of(head.parts)
    return head


def _says_again(head: Predicate, items: list[Predicate]) -> bool:
    """`Alcohol abuse: history of alcohol abuse within 1 year`: each item is of what the heading names."""
    named = facts_in(head)
    return all(
        any(is_one_of(leaf, named) for leaf in leaves(item)) and any(map(_narrowed, leaves(item))) for item in items
    )


def _narrowed(leaf: Leaf) -> bool:
    """Whether a leaf asks for more than that a concept is there now."""
    return (
        not isinstance(leaf, Present)
        or leaf.window is not None
        or leaf.qualifier is not None
        or leaf.status != "active"
    )


def quantified(context: Context, quantifier: str | int | None, parts: list[Predicate], span: Span) -> Predicate:
    """The items joined as the heading says: any, all, at least so many."""
    if isinstance(quantifier, int):
        if quantifier > len(parts):
            return context.unparsed(span, "heading")
        return AtLeast(quantifier, tuple(parts)) if quantifier > 1 else any_of(parts)
    if quantifier == "any":
        return any_of(parts)
    return all_of(parts) if quantifier == "every" else default(context, parts)


# --- such as
