"""What a definition says of the words before it: `heart failure, i.e. LVEF < 35 %`, `A as defined by B`."""

from __future__ import annotations

from eligo.criteria import AllOf, AnyOf, Predicate, Present, Span, Unparsed, leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import Context, elements_of
from eligo.reading.meaning.definitions import kinds_of, of_a_function, replaced, states
from eligo.reading.meaning.facts import belongs, facts_in, is_one_of
from eligo.reading.meaning.joining import all_of, any_of, default, excludes, facts_of, in_last, is_unread, measures
from eligo.reading.meaning.modifiers import PAST, over
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Said
from eligo.reading.tree import Branch, Limits


def meant(context: Context, head: Said, bodies: list[Predicate], span: Span) -> Said:
    """What stands before such words, with what they say that it means in its place."""
    assert head.body is not None
    body = bodies[0] if len(bodies) == 1 else default(context, bodies)
    if all(is_unread(b) and _source(context, b) for b in bodies):
        context.notes.append("a source that defines a word is named and not tested")
        return replace(head, span=span)
    if is_unread(body):
        return replace(head, body=all_of([head.body, body]), span=span, bare=False)
    if len(list(leaves(head.body))) > 1:
        return _last_means(context, head, body, span)
    if is_unread(head.body) and context.names_several(head.span):  # which of them is defined is not known
        made = (any_of if excludes(context, head.lead.negated) else all_of)([head.body, body])
        return replace(head, body=made, span=span, bare=False, what="joined")
    if _of_the_past(head) and measures(body):  # no value tells what was
        return replace(head, body=any_of([head.body, body]), span=span, bare=False, what="joined")
    return replace(head, body=_in_its_place(context, head, head.body, body), span=span, bare=False, what="joined")


def _in_its_place(context: Context, head: Said, said: Predicate, body: Predicate) -> Predicate:
    """What is meant, in place of what is said or besides it."""
    recent = tuple(one for one in head.lead.qualifiers if one in words("recent"))  # `recent A (i.e. B, C)`
    body = over(_each_excludes(context, head, body), head.lead._replace(qualifiers=recent), context.kind)
    if not measures(body) and not kinds_of(said, body) and not context.take(Alternative.NARROWED):
        return (any_of if excludes(context, head.lead.negated) else all_of)([said, body])
    return said if _less_closely(said, body) else replaced(context, said, body, head.lead.negated)


def _less_closely(head: Predicate, body: Predicate) -> bool:
    """`insulinoma, i.e. a tumor of the pancreas`: whether the words behind it say of what kind it is, and no more."""
    facts, others = facts_of(head) or [], facts_of(body) or []
    if len(facts) != 1 or len(others) != 1 or facts[0].concept == others[0].concept:
        return False
    return belongs(others[0].concept, facts[0].concept)


def _of_the_past(head: Said) -> bool:
    """Whether it asks for what once was, in words that are not understood."""
    return is_unread(head.body) and not PAST.isdisjoint(head.lead.statuses)


def two_definitions(node: Branch) -> tuple[Branch, Branch] | None:
    """`A defined by B or C defined by D`: each definition by itself; None for one."""
    between = node.parts[1] if len(node.marks) > 1 else None
    if not isinstance(between, Branch) or between.rule != "chain" or any(m.value != "means" for m in node.marks):
        return None
    *first, head = between.parts
    if between.marks[-1].type != "OR" or any(isinstance(element, Limits) for element in elements_of(head)):
        return None
    defines = first[0] if len(first) == 1 else Branch("chain", tuple(first), between.marks[:-1])
    return (
        Branch("examples", (node.parts[0], defines), node.marks[:1]),
        Branch("examples", (head, *node.parts[2:]), node.marks[1:]),
    )


def _each_excludes(context: Context, head: Said, body: Predicate) -> Predicate:
    """`liver disease, i.e. A and B`: each excludes. Limits may do so; most likely where a function is defined."""
    assert head.body is not None
    if not isinstance(body, AllOf) or not excludes(context, head.lead.negated):
        return body
    facts = facts_in(head.body)
    kinds = facts_of(AnyOf(body.parts)) is not None and any(is_one_of(leaf, facts) for leaf in leaves(body))
    if not kinds and not measures(body):
        return body
    likelier = kinds or of_a_function(context, head.span)
    return any_of(body.parts) if context.take(Alternative.AND_EXCLUDES) == likelier else body


def _last_means(context: Context, head: Said, body: Predicate, span: Span) -> Said:
    """`A, kidney failure, defined as creatinine > 2`: of several parts the last one, where the limits are of it."""
    assert head.body is not None
    parts = head.body.parts if isinstance(head.body, (AllOf, AnyOf)) else ()
    defined = parts and isinstance(parts[-1], Present) and states(parts[-1], body) and not head.lead.negated
    function = parts and isinstance(parts[-1], Unparsed) and _function(context, parts[-1]) and measures(body)
    if not (defined or function) or not isinstance(head.body, (AllOf, AnyOf)):
        return context.unread(span, "heading", head.span)  # which one is defined is not said
    made = in_last(head.body, lambda last: replaced(context, last, body, head.lead.negated))
    return replace(head, body=made, span=span, bare=False, what="joined")


def _function(context: Context, part: Unparsed) -> bool:
    return part.span is not None and of_a_function(context, part.span)


def _source(context: Context, body: Predicate) -> bool:
    text = " ".join(context.written(leaf.span) for leaf in leaves(body) if leaf.span)
    return any(word.lower().strip(".,;()") in words("citation_words") for word in text.split())
