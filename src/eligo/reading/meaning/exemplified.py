"""A thing and its examples, or what it means: `A such as B, C`, `A, i.e. B`, `A that is B`."""

from __future__ import annotations

from eligo.criteria import (
    Not,
    Predicate,
    Span,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import (
    Context,
    bodies_of,
    extent,
    filled,
    has_and,
    hull,
    span_of,
)
from eligo.reading.meaning.definitions import exampled, may_be_kinds
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
from eligo.reading.meaning.facts import TREATMENTS, facts_in, kinds_in
from eligo.reading.meaning.joining import (
    all_of,
    any_of,
    asks_for_a_fact,
    is_unread,
)
from eligo.reading.meaning.lists import each, joined
from eligo.reading.meaning.meant import meant, two_definitions
from eligo.reading.meaning.modifiers import over, timed
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import NONE, Modifiers, Said
from eligo.reading.meaning.told import in_full, told, told_how, told_last
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tree import Branch, Node


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
        made = any_of(over_all(context, head, bodies))
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
    if is_unread(head.body) and decides(context, head, bodies):
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


def listed(context: Context, node: Node, *, shared: bool = True) -> list[Said]:
    """The items of a list below its heading: parts between semicolons, else between commas and connectives."""
    if isinstance(node, Branch) and node.rule in ("semicolons", "parted"):
        return [wrapped(context, context.read(part)) for part in filled(node.parts)]
    if isinstance(node, Branch) and node.rule in ("commas", "chain"):
        return each(context, node, shared=shared)
    return [wrapped(context, context.read(node))]


def over_all(context: Context, head: Said, bodies: list[Predicate]) -> list[Predicate]:
    """The items below a heading without a noun, each with what it says of all of them."""
    return [over(body, head.lead, context.kind, context.text) for body in bodies]


def decides(context: Context, head: Said, bodies: list[Predicate]) -> bool:
    """Whether a heading that is not understood decides what is meant by what follows it."""
    return head.tainted or (context.kind == "inclusion" and any(map(asks_for_a_fact, bodies)))
