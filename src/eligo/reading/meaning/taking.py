"""Parts of a list that take in their neighbours: opinions, attestations, words that are not understood, hedges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eligo.criteria import AllOf, Always, Attest, Predicate, Present, leaves
from eligo.reading.lexicon import belongs_to, words
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.counts import counted
from eligo.reading.meaning.joining import all_of
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Mark, Said


def opinion(said: Sequence[Said], marks: Sequence[Mark]) -> Said | None:
    """`A or B, in the opinion of the investigator`: an opinion with no noun of its own is of all before it."""
    for part, mark in ((said[-1], marks[-1:]), (said[0], marks[:1])):
        alone = isinstance(part.body, Attest) and not part.lead.any() and mark == [(",", "")]
        if alone and isinstance(part.body, Attest) and part.body.topic in words("judgements"):
            return part
    return None


def judged(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """`A or zorblax that the investigator considers a risk`: the opinion may be of A too."""
    last = said[-1]
    opinion = last.body
    if not isinstance(opinion, Attest) or opinion.topic not in words("judgements") or opinion.span is None:
        return said
    behind = opinion.span[0] > last.span[0] and not last.lead.negated
    run = [i for i, part in enumerate(said[:-1]) if part.what == "fact" and not part.lead.negated]
    if not behind or len(run) < len(said) - 1 or marks[-1][1] != "or" or context.take(Alternative.BEHIND):
        return said
    return [
        replace(p, body=all_of([p.body, opinion]), what="joined") if p.body is not None else p for p in said[:-1]
    ] + [last]


def absorbed(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """What a person states takes in the words around it that are not understood.

    Where a fact stands beside it, it takes in nothing: the fact alone would decide for all that is left out.
    """
    if len(said) < 2 or not any(s.what == "attest" for s in said):
        return said, marks
    kept = [s for s in said if s.what == "attest" or s.lead.hedged or not (s.body is None or _idle(context, s))]
    facts = any(isinstance(leaf, Present) for s in kept if s.body is not None for leaf in leaves(s.body))
    if len(kept) == len(said) or facts:
        return said, marks
    places = [i for i, s in enumerate(said) if any(s is k for k in kept)]
    return kept, [marks[i - 1] for i in places[1:]]


def _idle(context: Context, said: Said) -> bool:
    """Whether a part is not understood and names nothing of the patient."""
    return (
        said.what == "unread"
        and not said.tainted
        and not context.names_any(said.span)
        and not context.names_sex(said.span)
    )


def objects(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`allergy to aspirin or heparin`: a bare fact after words that are not understood may be their object."""
    kept: list[Said] = []
    between: list[Mark] = []
    for i, part in enumerate(said):
        if not kept:
            kept.append(part)
            continue
        before, mark = kept[-1], marks[i - 1]
        if (before.hedge is not None or before.lead.hedged) and _hedged_too(context, kept, part, mark):
            continue
        object_of = (
            before.what == "unread"
            and (part.bare or before.tainted)
            and not part.lead.negated
            and not (part.apart or part.anew)
        )
        over_all = not part.anew and counted(context, before, part, mark)
        slashed = part.what == "unread" and context.text[before.span[1] : part.span[0]].strip() == "/"
        if object_of or slashed or over_all:
            span = (before.span[0], part.span[1])
            whole = context.unread(span, "shared-words", part.span)
            if between and mark[1] and not between[-1][1]:
                between[-1] = (between[-1][0], mark[1])
            kept[-1] = replace(
                whole, lead=before.lead._replace(hedged=False), time=part.time, tainted=before.tainted, noun_last=True
            )
            continue
        between.append(mark)
        kept.append(part)
    return kept, between


def _hedged_too(context: Context, kept: list[Said], part: Said, mark: Mark) -> bool:
    """`with or without ascites or jaundice`: what is joined on without a comma restricts nothing either."""
    before = kept[-1]
    small = part.bare or (part.what == "unread" and not part.tainted and not part.exception)
    if mark[0] or not small:
        return False
    if before.lead.hedged and part.what == "unread":
        kept[-1] = replace(before, span=(before.span[0], part.span[1]))
        return True
    if before.hedge is None or not isinstance(before.body, AllOf):
        return False
    *rest, last = before.body.parts
    if not isinstance(last, Always):
        return False
    span = (before.hedge[0], part.span[1])
    hedge = Always(context.text[span[0] : span[1]], span=span)
    kept[-1] = replace(before, body=all_of([*rest, hedge]), span=(before.span[0], part.span[1]), hedge=span)
    return True


def of_the_same(said: list[Said]) -> list[Said]:
    """`women of childbearing potential without contraception, or not willing to use it`: both are said of them."""
    made: list[Said] = []
    whom: dict[str, Predicate] = {}  # by what is asked of them alone
    for part in said:
        found = list(leaves(part.body)) if part.body is not None else []
        topics = {leaf.topic for leaf in found if isinstance(leaf, Attest)}
        for leaf in found:
            if isinstance(leaf, Present):
                whom.update((topic, leaf) for topic in topics if leaf.concept in belongs_to(topic))
        alone = len(found) == 1 and bool(topics)
        owner = whom.get(next(iter(topics))) if alone else None
        made.append(replace(part, whom=(owner,)) if owner is not None and not part.whom and not part.sex else part)
    return made
