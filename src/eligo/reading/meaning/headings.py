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
    filled,
    has_and,
    has_or,
    hull,
    span_of,
)
from eligo.reading.meaning.definitions import definition, exampled, may_be_kinds, of_a_function, read_as_limits, states
from eligo.reading.meaning.edges import led
from eligo.reading.meaning.examples import (
    asks_more,
    besides,
    demanded,
    demands_them,
    explains,
    happens_to,
    leads_of,
    named_qualifier,
    note_causes,
    of_causes,
    of_its_sort,
    plain_list,
    required_like,
)
from eligo.reading.meaning.facts import TREATMENTS, facts_in, implied, is_one_of, kinds_in
from eligo.reading.meaning.joining import (
    all_of,
    any_of,
    asks_for_a_fact,
    default,
    facts_of,
    has_unread,
    is_unread,
    measures,
    no_record_tells,
)
from eligo.reading.meaning.list_apart import list_apart
from eligo.reading.meaning.lists import each, joined
from eligo.reading.meaning.meant import meant, two_definitions
from eligo.reading.meaning.modifiers import over, timed
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import NONE, Modifiers, Said
from eligo.reading.meaning.told import in_full, told, told_how, told_last
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


def listed(context: Context, node: Node, *, shared: bool = True) -> list[Said]:
    """The items of a list below its heading: parts between semicolons, else between commas and connectives."""
    if isinstance(node, Branch) and node.rule in ("semicolons", "parted"):
        return [wrapped(context, context.read(part)) for part in filled(node.parts)]
    if isinstance(node, Branch) and node.rule in ("commas", "chain"):
        return each(context, node, shared=shared)
    return [wrapped(context, context.read(node))]


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
        each_one = _over_all(context, head, bodies)
        if head.lead.negated:  # `none of the following`: not one of them
            return Said(Not(any_of(each_one)), span, "joined")
        return Said(quantified(context, head.quantifier, each_one, span), span, "joined")
    return _below_a_noun(context, head, bodies, colon, span)


def _over_all(context: Context, head: Said, bodies: list[Predicate]) -> list[Predicate]:
    """The items below a heading without a noun, each with what it says of all of them."""
    return [over(body, head.lead, context.kind, context.text) for body in bodies]


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
        bodies = _over_all(context, above, bodies)
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
    return is_unread(body) and (head.lead.negated or _decides(context, head, bodies) or _tells_whom(context, head.span))


def _decides(context: Context, head: Said, bodies: list[Predicate]) -> bool:
    """Whether a heading that is not understood decides what is meant by what follows it."""
    return head.tainted or (context.kind == "inclusion" and any(map(asks_for_a_fact, bodies)))


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


def examples(context: Context, node: Branch, lead: Modifiers = NONE) -> Said:
    """`A such as B, C`: each of them counts. `A, i.e. B`: B is what is meant. `lead` stands before such a list."""
    two = two_definitions(node)
    if two is not None:
        said = examples(context, two[0], lead)
        return joined(context, [said, examples(context, two[1], said.lead)], [("", "or")])
    return _with_each(context, node, lead)


def _with_each(context: Context, node: Branch, lead: Modifiers) -> Said:
    """A head with one list of examples after another."""
    said = context.read(node.parts[0])
    if said.bare and said.what == "fact" and lead.statuses:
        said = led(context, said, Modifiers(statuses=lead.statuses))
    for mark, part in zip(node.marks, node.parts[1:], strict=True):
        if said.body is not None and _says_nothing(context, part):  # `A, including:` above enumerated examples
            return replace(said, quantifier="such" if mark.value == "such" else "listed", bare=False)
        causes = mark.value == "such" and said.body is not None and of_causes(context, mark.start)
        if causes and plain_list(part):
            note_causes(context, hull([mark.span, span_of(part)]))
        elif (causes and said.what != "attest") or (mark.value == "means" and asks_more(part)):
            return context.unread(extent(node), "heading", extent(part))
        else:
            said = _with_one(context, said, mark.value, part, extent(node))
    return said


def _with_one(context: Context, head: Said, word: object, part: Node, whole: Span) -> Said:
    """A head with what stands behind one such word."""
    how = told_how(context, head, part, whole) if word == "that" else None
    return how or _with_items(context, head, str(word), named(context, part, str(word)))


def _with_items(context: Context, head: Said, word: str, items: list[Said]) -> Said:
    """A head with its examples, and what is asked for behind them."""
    if word == "means" and is_unread(head.body) and _is_clause(context, head):
        span = hull([head.span, *(item.span for item in items)])
        return context.unread(span, "heading", head.span)
    demands = demanded(context, items)
    said = exemplified(context, head, word, items[: len(items) - len(demands)])
    return besides(context, said, demands) if demands else said


def _is_clause(context: Context, head: Said) -> bool:
    """Whether what is explained says something of its own: `symptoms that the investigator deems related to A`."""
    return not words("bond_that").isdisjoint(context.written(head.span).lower().split())


def named(context: Context, node: Node, word: str) -> list[Said]:
    """The examples behind such words, one by one; what a word means is one thing, joined as it says itself."""
    if word not in ("means", "that"):
        return listed(context, node)
    kind = context.kind
    if has_and(node):  # a definition asks for all that it joins, in an exclusion too
        context.kind = "inclusion"
    said = wrapped(context, context.read(node))
    context.kind = kind
    return [said]


def _says_nothing(context: Context, node: Node) -> bool:
    span = span_of(node)
    return span is None or not any(c.isalnum() for c in context.written(span))


def exemplified(context: Context, head: Said, word: str, items: list[Said]) -> Said:
    """What stands before such words, with the examples or the definition behind them."""
    bodies = bodies_of(items)
    span = hull([head.span, *(s.span for s in items)])
    if not bodies or head.exception or any(s.exception for s in items):
        return context.unread(span, "heading", head.span, exception=head.exception)
    if head.body is None:
        made = any_of(_over_all(context, head, bodies))
        return Said(made, span, "joined", head.lead if head.lead.negated else NONE)
    if explains(head.body, items):
        context.notes.append("what explains a statement of the patient is not tested")
        return replace(head, span=span)
    if word == "means":
        return meant(context, head, bodies, span)
    if word == "that":
        return told(context, head, any_of(bodies), span)
    if word == "with":
        return replace(head, body=all_of([head.body, any_of(bodies)]), span=span, bare=False)
    if is_unread(head.body) and _decides(context, head, bodies):
        return context.unread(span, "heading", head.span)
    if word == "such":
        return _with_such(context, replace(head, span=span), items)
    return _with_examples(context, replace(head, span=span), word, items)


def _with_such(context: Context, head: Said, items: list[Said]) -> Said:
    """`A such as B, C`."""
    if happens_to(context, head):
        return context.unread(head.span, "heading")
    last = told_last(head)
    if last is not None and head.body is not None:
        return replace(head, body=in_full(context, head.body, last, head.span))
    return _with_examples(context, head, "such", items)


def _with_examples(context: Context, head: Said, word: str, items: list[Said]) -> Said:
    """`severe disease such as A, B`: each is meant as the heading is; a time behind the last may be of all."""
    assert head.body is not None
    body, lead, time = head.body, _said_of_examples(context, head, word), items[-1].time
    if time is not None and lead.window is None and context.take(Alternative.TIME) == _taken(body):
        body, lead, head = timed(body, time), lead._replace(window=time), replace(head, time=time)
    examples = _examples(context, head, body, word, items)
    own = [lead._replace(qualifiers=())]
    leads = leads_of(head, lead, word, kinds=may_be_kinds(body, any_of(bodies_of(items))))
    meant = [
        any_of(list(dict.fromkeys(exampled(context, example, one, body) for one in (leads if bare else own))))
        for example, bare in examples
    ]
    if word == "such" and demands_them(context, head, items):
        return replace(head, body=all_of([body, *meant]), bare=False, what="joined")
    if isinstance(body, Not) and not head.lead.negated:  # `no A or B, including C`: the examples are denied too
        made: Predicate = Not(any_of([body.part, *meant]))
    else:
        like = required_like(body, [example for example, _ in examples]) if word != "below" else None
        made = like or any_of([body, *meant])
    return replace(head, body=made, bare=False, what="joined")


def _said_of_examples(context: Context, head: Said, word: str) -> Modifiers:
    """What a heading says of its examples too; what is enumerated below it says itself how bad it is."""
    lead = head.lead._replace(window=head.time or head.lead.window)
    if word == "below":
        return lead._replace(qualifiers=tuple(q for q in lead.qualifiers if q not in words("severities")))
    return lead if lead.qualifiers else lead._replace(qualifiers=named_qualifier(context, head))


def _examples(
    context: Context, head: Said, body: Predicate, word: str, items: list[Said]
) -> list[tuple[Predicate, bool]]:
    """The examples that count, each with whether what narrows the heading narrows it too."""
    found: list[tuple[Predicate, bool]] = []
    for item in items:
        example = item.body
        if example is not None and word == "such":
            example = of_its_sort(context, body, example, negated=head.lead.negated, alone=False)
        if example is not None:
            found.append((example, item.bare or item.what == "joined"))
    return found


def _taken(body: Predicate) -> bool:
    """Whether it is of what is taken or done, where a time behind the examples is most likely that of all."""
    facts = facts_in(body)
    return bool(facts) and kinds_in(facts) <= TREATMENTS
