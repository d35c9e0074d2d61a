"""What is taken out: `A other than B`, `A unless B`, `B is allowed`, and another one than the trial's own condition."""

from __future__ import annotations

from typing import TypeGuard

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    Compare,
    Excepted,
    Leaf,
    Not,
    Predicate,
    Present,
    Span,
    Window,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.conditions import if_holds, instead
from eligo.reading.meaning.context import Context, elements_of, hull
from eligo.reading.meaning.facts import TREATMENTS, facts_in, is_one_of, kind_of, kinds_in, may_be, related
from eligo.reading.meaning.joining import all_of, any_of, facts_of, has_unread, in_last, is_unread, limited, measures
from eligo.reading.meaning.modifiers import timed
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tokens import Token
from eligo.reading.tree import Branch, Node, type_of
from eligo.vocabulary.concepts import concepts, is_outside
from eligo.vocabulary.named import is_named


def but(context: Context, node: Branch) -> Said:
    """`A other than B`."""
    said = context.read(node.parts[0])
    for mark, part in zip(node.marks, node.parts[1:], strict=True):
        beside = _beside(context, said, part)
        if beside is not None:
            said = beside
            continue
        left = _with_those_left(context, said, mark, part)
        if left is not None:
            said = left
            continue
        taken = _with_examples(context, mark, context.read(part))
        if _names_another(part) or _may_go_on(said, taken, part):
            return context.unread(hull([said.span, taken.span]), "exception", taken.span, exception=True)
        said = taken_out(context, said, taken)
    return said


def _with_those_left(context: Context, head: Said, mark: Token, node: Node) -> Said | None:
    """`A other than B, including C`: C is one of those that are left; None for any other exception."""
    if not isinstance(node, Branch) or node.rule != "examples" or [m.value for m in node.marks] != ["such"]:
        return None
    if context.written((mark.start, mark.end)).lower().strip(" ,;(") not in words("left") or head.lead.negated:
        return None
    first, more = node.parts
    said, examples = taken_out(context, head, context.read(first)), wrapped(context, context.read(more))
    if said.body is None or examples.body is None or said.exception or examples.exception:
        return None
    span = hull([said.span, examples.span])
    choice = examples.body.parts if isinstance(examples.body, AllOf) else (examples.body,)  # `including C and D`
    return replace(said, body=any_of([said.body, *choice]), span=span, bare=False, what="joined")


def _names_another(node: Node) -> bool:
    """`surgery except appendectomy, or any other major surgery`: behind the comma stands what is not taken out."""
    if not isinstance(node, Branch) or node.rule not in ("commas", "chain"):
        return False
    firsts = [next((e for e in elements_of(p) if type_of(e) not in ("LIGHT", "OR", "AND")), None) for p in node.parts]
    return any(first is not None and type_of(first) == "OTHER" for first in firsts[1:])


def _beside(context: Context, head: Said, node: Node) -> Said | None:
    """`A other than B, or C`, as an exclusion: C is none of A, so that it excludes too; None where that is not sure."""
    if not _closed_by_or(node) or context.kind == "inclusion" or head.body is None:
        return None
    taken, more = (wrapped(context, context.read(part)) for part in node.parts)
    kinds = facts_of(taken.body) if taken.body is not None else None
    heads = facts_in(head.body)
    if not kinds or not all(_is_related(fact, heads) for fact in kinds) or not _is_something_else(more, heads):
        return None
    one = taken_out(context, head, taken)
    bodies = [one.body, more.body]
    return Said(any_of([b for b in bodies if b is not None]), hull([one.span, more.span]), "joined")


def _is_something_else(more: Said, heads: list[Present]) -> bool:
    """Whether it is of facts alone, and known that none of them could be taken out of the heads."""
    others = facts_in(more.body) if more.body is not None and not has_unread(more.body) else []
    return bool(others) and not any(_is_related(fact, heads) or not _is_none_of(fact, heads) for fact in others)


def _is_related(fact: Present, heads: list[Present]) -> bool:
    return any(related(fact.concept, head.concept) for head in heads)


def _is_none_of(fact: Present, heads: list[Present]) -> bool:
    """Whether it is known that a fact is of no kind that could be taken out of the heads."""
    if kind_of(fact) != "condition":
        return True
    known = not any(is_outside(each.concept) for each in (fact, *heads))
    return known and not any(may_be(fact.concept, head.concept) for head in heads)


def _closed_by_or(node: Node) -> TypeGuard[Branch]:
    """Whether two parts stand there, with a comma and `or`, or `and`, between them."""
    return isinstance(node, Branch) and node.rule == "commas" and [m.value for m in node.marks] in (["or"], ["and"])


def _may_go_on(said: Said, taken: Said, node: Node) -> bool:
    """`A other than B, or C`: behind the comma may stand what is not taken out, unless it is a kind of A."""
    facts = facts_of(taken.body) if taken.body is not None else None
    heads = facts_in(said.body) if said.body is not None else []
    one_of_them = facts and all(any(may_be(fact.concept, head.concept) for head in heads) for fact in facts)
    return _closed_by_or(node) and not one_of_them


def _with_examples(context: Context, mark: Token, taken: Said) -> Said:
    """`A except B (e.g. C)`: C is taken out too; behind `A other than B` it is one of those that are left."""
    facts = facts_of(taken.body) if taken.body is not None else None
    more = [example for example in taken.examples if not _kind_of_any(example, facts or [])]
    if taken.body is None or not more or context.written((mark.start, mark.end)).lower().strip(" ,;(") in words("left"):
        return taken
    if not context.take(Alternative.EXAMPLES):
        return taken
    return replace(taken, body=any_of([taken.body, *more]), examples=())


def taken_out(context: Context, head: Said, taken: Said) -> Said:
    """What is said, without the kinds that are taken out; a time behind them is of all."""
    span = hull([head.span, taken.span])
    both = _trusted(head, taken)
    if both is None:
        return context.unread(span, "exception", taken.span, exception=True)
    body, out = both
    if measures(body):  # a limit may not hold for what is taken out, or not be asked
        return context.unread(span, "exception", taken.span)
    time = taken.time
    if time is not None and time.within and head.time is None and context.take(Alternative.EXCEPTION):
        body, out = timed(body, time), _untimed(out, time)
        head = replace(head, time=time)
    excepted = _excepted(out)
    if excepted is None:
        recent = _recent(body, out)
        if recent is not None:
            return replace(head, body=recent, span=span, bare=False, what="joined")
        return replace(head, body=_open(context, body, out, taken.span), span=span, bare=False)
    if any(_treats(body, e) for e in excepted):
        return unless_holds(context, replace(head, body=body), replace(taken, body=out))
    made = _without_kinds(body, excepted)
    if made is None:
        return context.unread(span, "exception", taken.span)
    examples = [e for e in taken.examples if not _kind_of_any(e, facts_of(out) or [])]
    return replace(head, body=any_of([made, *examples]) if examples else made, span=span, bare=False, examples=())


def _trusted(head: Said, taken: Said) -> tuple[Predicate, Predicate] | None:
    """What is said and what is taken out of it; None where one of them may say something else."""
    if head.body is None or taken.body is None or head.exception or taken.exception or is_unread(head.body):
        return None
    return head.body, taken.body


def _untimed(body: Predicate, window: Window) -> Predicate:
    def change(leaf: Leaf) -> Predicate:
        return replace(leaf, window=None) if isinstance(leaf, Present) and leaf.window == window else leaf

    return map_leaves(body, change)


def _recent(head: Predicate, taken: Predicate) -> Predicate | None:
    """`surgery other than cataract surgery more than 4 weeks ago`: any other one, or that one within 4 weeks."""
    facts = facts_of(taken)
    if facts is None or not isinstance(head, Present) or head.window is not None:
        return None
    if head.status != "history" and kinds_in([head]) != {"procedure"}:  # it is of now, and so is what is taken out
        return None
    made: list[Predicate] = []
    for fact in facts:
        within = _within(head, fact)
        if within is None:
            return None
        made.append(within)
    own = tuple(Excepted(fact.concept) for fact in facts if fact.concept != head.concept)
    others = [replace(head, but_not=(*head.but_not, *own))] if len(own) == len(facts) else []
    return any_of([*others, *made])


def _within(head: Present, fact: Present) -> Present | None:
    """The head as a kind of it that is taken out where it is longer ago; None where something else is said of it."""
    ago = fact.window.ago if fact.window is not None else None
    if ago is None or ago.op != "gt" or fact != Present(fact.concept, window=Window(ago=ago)):
        return None
    known = concepts().get(fact.concept)
    if known is None or known.aspect != "event" or fact.concept not in concepts().descendants(head.concept):
        return None
    return replace(head, concept=fact.concept, window=Window(within=ago.duration))


def _open(context: Context, head: Predicate, taken: Predicate, span: Span) -> Predicate:
    """What is taken out is not understood: what is left of the head is for a person to say."""
    return all_of([head, Not(taken if is_unread(taken) else context.unparsed(span, "exception"))])


def _excepted(taken: Predicate) -> list[Excepted] | None:
    """The kinds that are taken out; None where more is said of them."""
    parts = taken.parts if isinstance(taken, (AnyOf, AllOf)) else (taken,)
    found: list[Excepted] = []
    for part in parts:
        if isinstance(part, AnyOf) and (inner := _excepted(part)) is not None:
            found += inner
        elif isinstance(part, Present) and part.window is None and part.count == 1 and not part.but_not:
            if part.status not in ("active", "now", "history"):
                return None
            found.append(Excepted(part.concept, part.qualifier))
        else:
            return None
    return list(dict.fromkeys(found))


def _kind_of_any(example: Predicate, taken: list[Present]) -> bool:
    return any(is_one_of(fact, taken) for fact in facts_of(example) or [])


def _treats(head: Predicate, excepted: Excepted) -> bool:
    """Whether what is taken out is a treatment, and the head a condition: `hypothyroidism except on levothyroxine`."""
    known = concepts().get(excepted.concept)
    return known is not None and known.kind in TREATMENTS and not kinds_in(leaves(head)) & TREATMENTS


def _without_kinds(head: Predicate, excepted: list[Excepted]) -> Predicate | None:
    """The facts without the kinds; among several facts, each kind is taken out of those that it is a kind of."""
    facts = facts_in(head)
    if not facts:
        return None
    several = len({f.concept for f in facts}) > 1
    if several and not all(any(related(f.concept, e.concept) for f in facts) for e in excepted):
        return None

    def change(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present):
            return leaf
        alone = len(facts) == 1 or is_named(leaf.concept)  # of a name alone nobody knows its kinds
        own = [e for e in excepted if alone or related(leaf.concept, e.concept)]
        return replace(leaf, but_not=(*leaf.but_not, *own)) if own else leaf

    return map_leaves(head, change)


# --- unless


def unless(context: Context, node: Branch) -> Said:
    """`A unless B`."""
    head, absent = context.read(node.parts[0]), node.marks[0].value == "absent"
    beside = _or_besides(context, head, node.parts[1], absent=absent)
    if beside is not None:
        return beside
    return unless_holds(context, head, wrapped(context, context.read(node.parts[1])), absent=absent)


def _or_besides(context: Context, head: Said, node: Node, *, absent: bool) -> Said | None:
    """`A unless B, or C`, as an exclusion: C may exclude as A does, most likely where it is of the kind of A."""
    if not _closed_by_or(node) or context.kind == "inclusion" or head.body is None or node.marks[0].value != "or":
        return None
    taken, more = (wrapped(context, context.read(part)) for part in node.parts)
    if taken.body is None or more.body is None or taken.exception or more.exception:
        return None
    kinds = kinds_in(facts_in(head.body))
    alike = kinds_in(facts_in(more.body)) == kinds != kinds_in(facts_in(taken.body))
    if context.take(Alternative.JOINED_ON) != alike:
        return None
    one = unless_holds(context, head, taken, absent=absent)
    return Said(any_of([b for b in (one.body, more.body) if b is not None]), hull([one.span, more.span]), "joined")


def unless_holds(context: Context, head: Said, taken: Said, *, absent: bool = False) -> Said:
    """Who has B need not have A; in an exclusion, A excludes only without B.

    `platelets >= 50 in the absence of transfusion` asks for both: a treatment that makes the value does not excuse it.
    `ALP <= 2.5 x ULN in the absence of metastases` is a limit for those without.
    """
    span = hull([head.span if head.body is not None else None, taken.span])
    both = _trusted(head, taken)
    if both is None:
        return context.unread(span, "exception", taken.span, exception=True)
    body, out = both
    demands = context.kind == "exclusion" or (absent and not TREATMENTS.isdisjoint(kinds_in(leaves(out))))

    def joined(last: Predicate) -> Predicate:
        if demands:
            return all_of([last, Not(out)])
        return if_holds(context, Not(out), last) if absent else any_of([last, out])

    other = _condition_and_limit(out)
    if absent and isinstance(out, AnyOf) and limited(out) & limited(body):  # `A <= 2 without B, or A <= 5 with it`
        return context.unread(span, "exception", taken.span, exception=True)
    if other is not None and measures(body):
        made = instead(body, other[1], other[0], context.kind)
        return Said(made, span, "joined") if made is not None else context.unread(span, "exception", taken.span)
    if head.what == "joined" and isinstance(body, (AllOf, AnyOf)) and not context.take(Alternative.CONDITION):
        return Said(in_last(body, joined), span, "joined")
    if context.kind == "inclusion" and not head.lead.negated:
        return Said(joined(body), span, "joined")
    return replace(head, body=all_of([body, Not(out)]), span=span, bare=False)


def _condition_and_limit(taken: Predicate) -> tuple[Predicate, Compare] | None:
    """`liver metastases (<= 5 x ULN)`: the condition, and the limit that holds under it."""
    if isinstance(taken, AllOf) and len(taken.parts) == 2:
        condition, limit = taken.parts
        if isinstance(limit, Compare) and not measures(condition):
            return condition, limit
    return None


# --- permissions


def allowed(context: Context, node: Branch) -> Said:
    """`A is allowed`: an exception to what stands before it; as an inclusion of its own it restricts nothing."""
    said = context.read(node.parts[0])
    return replace(said, span=(said.span[0], node.marks[0].end), what="allowed", bare=False, lead=said.lead)


def alone(context: Context, said: Said) -> Said:
    """A permission with nothing before it."""
    if said.what != "allowed":
        return said
    if context.kind == "inclusion" and said.body is not None and not is_unread(said.body):
        return Said(Always(context.written(said.span), span=said.span), said.span, "joined")
    return context.unread(said.span, "permission")


def permitted(context: Context, head: Said, allowance: Said) -> Said:
    """What stands before a permission, without what is permitted."""
    span = hull([head.span, allowance.span])
    facts = facts_of(allowance.body) if allowance.body is not None else None
    if head.body is None or facts is None or allowance.lead.negated or is_unread(head.body):
        return context.unread(span, "permission", allowance.span, exception=True)
    if context.kind == "inclusion" and not head.lead.negated:
        context.notes.append(f"`{context.written(allowance.span)}` is a permission and is not tested")
        return replace(head, span=span)
    made = _without_permitted(head.body, facts)
    untold = made is head.body and allowance.anew != "other" and _may_be_kinds(facts_in(head.body), facts)
    if untold or (made is None and not facts_in(head.body)):  # `INR > 3; the use of aspirin is allowed`: of whom
        made = all_of([head.body, Not(context.unparsed(allowance.span, "permission"))])
    elif made is head.body:
        context.note(allowance.span, f"`{context.written(allowance.span)}` is a permission and is not tested")
    if made is None:
        return context.unread(span, "permission", allowance.span)
    return replace(head, body=made, span=span, bare=head.bare and made is head.body)


def permits_another(context: Context, allowance: Said, head: Span) -> bool:
    """Whether what is permitted is of the kind of something else that the sentence names before."""
    facts = facts_of(allowance.body) or [] if allowance.body is not None else []
    named = [t for t in context.tokens if t.type == "CONCEPT" and t.end <= allowance.span[0] and t.start != head[0]]
    return any(related(fact.concept, id_) for fact in facts for t in named for id_ in str(t.value).split("|"))


def _without_permitted(head: Predicate, facts: list[Present]) -> Predicate | None:
    """The head without the facts, or as it is where they are something else; None where that is not known."""
    heads = facts_in(head)
    if not heads:
        return None
    excepted = [Excepted(f.concept, f.qualifier) for f in facts if f.window is None]
    whole = len(excepted) == len(facts) and all(_is_kind(e, heads) for e in excepted)
    made = _without_kinds(head, excepted) if whole else None
    if made is not None:
        return made
    treated = all(fact.status != "history" for fact in facts)  # an operation of long ago treats nothing of today
    if treated and all(_treats(head, e) for e in excepted):
        return all_of([head, Not(any_of(list(facts)))])
    return None if any(related(f.concept, e.concept) for f in heads for e in excepted) else head


def _is_kind(excepted: Excepted, heads: list[Present]) -> bool:
    """Whether what is taken out is a kind of one of the facts."""
    return any(excepted.concept in concepts().descendants(fact.concept) for fact in heads)


def _may_be_kinds(heads: list[Present], facts: list[Present]) -> bool:
    """`abdominal surgery; appendectomy is acceptable`: whether nobody has reviewed how the two belong together."""
    return any(
        kind_of(head) == kind_of(fact) and (is_outside(head.concept) or is_outside(fact.concept))
        for head in heads
        for fact in facts
    )
