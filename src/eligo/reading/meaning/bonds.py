"""What is bound to a fact, put into the predicate: asked beside it, ruled out, or related to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from eligo.criteria import (
    AllOf,
    AnyOf,
    Attest,
    Leaf,
    Not,
    Predicate,
    Present,
    Related,
    Relation,
    Status,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.definitions import unqualified
from eligo.reading.meaning.facts import TREATMENTS, concept_of, facts_in, implied, is_one_of, kinds_in
from eligo.reading.meaning.joining import all_of, any_of, facts_of, has_unread, is_unread
from eligo.reading.meaning.said import Bond, Mark, Said
from eligo.vocabulary.named import statement_id

_PLAIN: Final = frozenset(["without", "that"])
_NEEDED: Final = TREATMENTS | {"state"}


def tie(context: Context, body: Predicate, bond: Bond) -> Predicate:
    """A body and what is asked beside it."""
    if bond.kind == "without":
        return all_of([body, _without(bond.body)])
    if bond.kind == "with" and _named_more_closely(body, bond.body):
        return bond.body
    if _tells_whom(body, bond):
        context.notes.append("who is meant is told by what is said of them, and not tested besides")
        return bond.body
    if bond.kind == "with":
        return _beside(context, body, bond)
    stated = all(isinstance(leaf, Attest) for leaf in leaves(body))  # `serious illness requiring A`
    if bond.kind in _PLAIN or is_unread(bond.body) or stated:
        return all_of([body, bond.body])
    if isinstance(bond.body, AnyOf) and has_unread(bond.body):  # `requiring zorblax treatment or A`
        join = all_of if bond.kind == "unrelated_to" else any_of
        return join([tie(context, body, bond._replace(body=part)) for part in bond.body.parts])
    return _relate(context, body, bond)


def _beside(context: Context, body: Predicate, bond: Bond) -> Predicate:
    """What is there with something: `a trial with an investigational drug`, `history of A with B`.

    Who took part in a trial with interferon need not have had it.
    """
    if _is_course(body) and kinds_in(leaves(bond.body)) <= TREATMENTS:
        given = {fact.concept for fact in facts_in(bond.body)} <= words("given_in_trials")
        if not given:
            return all_of([body, context.unparsed(bond.span, "unclear-relation")])
        return _relate(context, body, bond._replace(kind="associated_with"))
    return all_of([body, _as_long_ago(body, bond.body)])


def _as_long_ago(body: Predicate, beside: Predicate) -> Predicate:
    """`history of A with B`: what was there with something of the past is asked of the past too."""
    facts = _facts(body) or []
    past = bool(facts) and all(fact.status == "history" for fact in facts)

    def change(leaf: Leaf) -> Leaf:
        now = isinstance(leaf, Present) and leaf.status == "active" and leaf.window is None
        return replace(leaf, status="history") if past and now and isinstance(leaf, Present) else leaf

    return map_leaves(beside, change)


def _tells_whom(body: Predicate, bond: Bond) -> bool:
    """`women of childbearing potential who are pregnant`: what is said of them tells who they are."""
    return bond.kind in ("with", "that") and not isinstance(bond.body, Not) and implied(body, bond.body)


def _is_course(body: Predicate) -> bool:
    """`a trial with a new drug`: whether what is taken in its course is of it, and not of everything else."""
    found = [concept_of(fact) for fact in _facts(body) or []]
    return bool(found) and all(c is not None and c.aspect == "exposure" and c.kind not in TREATMENTS for c in found)


def _without(body: Predicate) -> Not:
    """`without A and B`: with neither."""
    several = isinstance(body, AllOf) and all(isinstance(part, Present) for part in body.parts)
    return Not(any_of(body.parts) if several and isinstance(body, AllOf) else body)


def _relate(context: Context, body: Predicate, bond: Bond) -> Predicate:
    """The facts of a body, each in a relation to what is bound to it; what is no fact stands in none that is known."""
    relation = cast(Relation, {"from": "associated_with", "definition": "requiring"}.get(bond.kind, bond.kind))
    if bond.kind == "definition":  # `severe pain, defined as requiring opioids`: what is required says how bad it is
        body = unqualified(body)
    what, to = (bond.body, body) if bond.kind == "from" else (body, bond.body)
    if _facts(to) is None or not facts_in(what):  # `lipase > 100 U/L due to surgery`
        return all_of([body, context.unparsed(bond.span, "unclear-relation")])

    def change(leaf: Leaf) -> Predicate:
        return _to_each(leaf, relation, to) if isinstance(leaf, Present) else leaf

    return map_leaves(what, change)


def _named_more_closely(body: Predicate, other: Predicate) -> bool:
    """`active infection with hepatitis B or C`: what stands behind is that infection."""
    if not isinstance(body, Present) or body.status != "active" or body.qualifier is not None:
        return False
    kinds = _facts(other) or []
    return bool(kinds) and not (body.window or body.but_not) and all(is_one_of(kind, [body]) for kind in kinds)


def _facts(body: Predicate) -> list[Present] | None:
    """The facts of a body that is a fact, or a choice or list of facts; None where it is more."""
    parts = body.parts if isinstance(body, (AnyOf, AllOf)) else (body,)
    facts = [part for part in parts if isinstance(part, Present)]
    return facts if len(facts) == len(parts) else None


def _to_each(what: Present, relation: Relation, to: Predicate) -> Predicate:
    """The relation to one fact, to one of several, or to all of them; status and time are of both."""
    if isinstance(to, AnyOf) and relation != "unrelated_to":  # unrelated to A or B: to either
        return any_of([_to_each(what, relation, part) for part in to.parts])
    if isinstance(to, (AllOf, AnyOf)):
        return all_of([_to_each(what, relation, part) for part in to.parts])
    assert isinstance(to, Present)
    window = what.window or to.window
    own = what.window  # how long the first goes on is not how long the second does
    shared = window if own is None or own.within is not None or own.ago is not None else to.window
    status: Status = "history" if what.status == "history" and to.status == "active" else to.status
    return Related(
        replace(what, window=window), relation, replace(to, status=status, window=shared), span=_span(what, to)
    )


def _span(what: Present, to: Present) -> tuple[int, int] | None:
    return hull([what.span, to.span]) if what.span and to.span else None


def needing_too(context: Context, before: Said, part: Said, mark: Mark) -> Said | None:
    """`infection requiring treatment or hospitalization`: what is joined on is needed for it too; else None."""
    if mark[0] or part.body is None or not _is_needed(part):
        return None
    if isinstance(before.body, Attest):
        return _stated_too(context, before, part)
    facts = facts_of(before.body) if before.body is not None and before.what == "fact" else None
    need = _need(facts or []) if not before.lead.negated else None
    if need is None:
        return None
    assert facts is not None
    plain = [_without_need(fact, need) for fact in facts]
    more = tie(context, any_of(plain), Bond("requiring", part.body, part.span))
    own = any_of([replace(fact, window=fact.window or part.time) for fact in facts])
    body = (any_of if mark[1] == "or" or context.kind == "exclusion" else all_of)([own, more])
    return replace(before, body=body, span=hull([before.span, part.span]), bare=False, time=part.time or before.time)


def _stated_too(context: Context, before: Said, part: Said) -> Said | None:
    """`serious illness requiring treatment or hospitalization`: one statement in its own words."""
    if words("needs").isdisjoint(before.narrowed):
        return None
    span = hull([before.span, part.span])
    stated = Attest(statement_id("statement", context.written(span)), span=span)
    return replace(before, body=stated, span=span, bare=False)


def _without_need(fact: Present, need: str) -> Present:
    return replace(fact, qualifier=(fact.qualifier or "").removesuffix(need).strip() or None)


def _need(facts: Sequence[Present]) -> str | None:
    """The qualifier at the end of all of them that tells what they are treated with."""
    return next((n for n in words("needs") if facts and all((f.qualifier or "").endswith(n) for f in facts)), None)


def _is_needed(part: Said) -> bool:
    """Whether a part names only what can be needed: a treatment, a stay in hospital."""
    needed = facts_in(part.body) if part.body is not None and part.what == "fact" and part.bare else []
    return bool(needed) and kinds_in(needed) <= _NEEDED
