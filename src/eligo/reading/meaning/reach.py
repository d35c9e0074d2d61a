"""The one pass that carries modifiers over the parts of a list; how far each reaches is the table of `modifiers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from eligo.criteria import MEASURING, Attest, Leaf, Predicate, Present, Related, leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import belongs_to, words
from eligo.reading.meaning.bonds import tie
from eligo.reading.meaning.context import Context, bodies_of, hull
from eligo.reading.meaning.edges import (
    anchor_back,
    complement_back,
    exception_back,
    facts_named,
    led,
    meanwhile_back,
    opinion_back,
    reached,
    site_back,
    status_back,
    with_first_word,
    with_participle,
    with_past,
)
from eligo.reading.meaning.facts import TREATMENTS, concept_of, facts_in, goes_on, kinds_in
from eligo.reading.meaning.joining import any_of, facts_of, is_unread
from eligo.reading.meaning.modifiers import PAST, begun, displaced, is_route, narrows, over
from eligo.reading.meaning.nouns import either_of
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Bond, Mark, Modifiers, Said, What
from eligo.reading.meaning.times import Time, window_for
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named

_MAY_BE_TIMED: Final[frozenset[What]] = frozenset(["fact", "unread", "joined", "mixed"])


def spread(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> list[Said]:
    """Each part with the modifiers of its neighbours that hold for it too."""
    forward = _forward(context, list(said), marks)
    return _back(context, forward, marks)


def with_last_time(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> list[Said]:
    """`any of the following: A, B or C within 1 year`: parts that share nothing else may share the time of the last."""
    last = said[-1]
    timed = last.time is not None and last.time.lasting is None and last.what in _MAY_BE_TIMED
    return _time_back(context, list(said), marks) if timed else list(said)


def runs(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> Iterator[tuple[list[Said], Mark]]:
    """The parts that stand under one negation or hedge, with the mark before them."""
    i = 0
    while i < len(said):
        j = i + 1
        first = said[i]
        while (
            j < len(said)
            and (first.lead.negated or first.lead.hedged)
            and _under(context, first, said[j], marks[j - 1])
        ):
            j += 1
        yield list(said[i:j]), marks[i - 1] if i else ("", "")
        i = j


def _under(context: Context, first: Said, part: Said, mark: Mark) -> bool:
    """Whether a negation or hedge reaches over a part that has none of its own."""
    if part.lead.negated or part.lead.hedged or part.apart:
        return False
    if part.bare or part.continues:
        return True
    if first.lead.hedged:
        return part.what == "limit" and not context.take(Alternative.HEDGE)
    alike = _sort_of(context, first) == part.what and part.what in ("fact", "limit") and part.sex is None
    if not alike or mark not in (("", "or"), (",", "")):
        return False
    return not mark[0] or context.take(Alternative.NEGATED_LIST)


def _sort_of(context: Context, part: Said) -> str:
    """What a part is about; a fact that a limit defines is one: `no fever (defined as > 38 degrees) or asthma`."""
    first = next((t for t in context.tokens_in(part.span) if t.type in ("CONCEPT", "VAR")), None)
    return "fact" if part.what == "limit" and first is not None and first.type == "CONCEPT" else part.what


# --- forward: status, qualifier, a time in front


def _forward(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """What stands before a noun holds for the bare nouns behind it; a status behind a noun does not."""
    behind = [part.bare and bool(part.lead.statuses) for part in said]  # `stroke in the past, asthma`
    for i in range(1, len(said)):
        before, part = said[i - 1], with_first_word(context, said[i - 1], said[i], marks[i - 1])
        before = _before_noun(before, behind=behind[i - 1])
        part = with_past(context, before, with_participle(context, before, part))
        said[i] = part
        if part.body is None or part.what != "fact" or part.apart or part.lead.negated:
            continue
        before = _with_routes(before)
        if before.either and _shares_either(context, before, part):
            body = either_of([over(part.body, each, context.kind, context.text) for each in before.either])
            said[i] = replace(part, body=body, either=before.either)
            continue
        if part.meanwhile and "planned" in before.lead.statuses and part.lead.statuses == ("meanwhile",):
            said[i] = replace(part, body=_planned(part))  # `expected to need A or B during the study`
            continue
        lead = _lead_of(context, before, part, either=len(said) == 2 and marks[0][1] == "or")
        if lead.any():
            said[i] = replace(led(context, part, lead), used=before.used)
    return said


def _before_noun(part: Said, *, behind: bool) -> Said:
    """A part with its status only where that does not stand behind its noun."""
    return replace(part, lead=part.lead._replace(statuses=())) if behind else part


def _lead_of(context: Context, before: Said, part: Said, *, either: bool) -> Modifiers:
    """What stands before a noun and holds for the next one; `either`: there are two, of which one is enough."""
    free = _has_no_time(before, part) or _is_result(context, part)
    alone = either and _told_more(context, before)
    return Modifiers(
        statuses=_statuses(before, part) if free else (),
        qualifiers=() if alone else _shared_qualifiers(context, before, part),
        window=before.lead.window if part.bare else None,
    )


def _planned(part: Said) -> Predicate:
    """The facts of a part, each of them once, as what is planned."""
    return any_of(list(dict.fromkeys(replace(fact, status="planned") for fact in facts_named(part))))


def _has_no_time(before: Said, part: Said) -> bool:
    """Whether a part has no status of its own: `prior A or treatment with B` is of treatments of before."""
    if part.lead.statuses != ("used",):
        return not part.lead.statuses
    facts = [*facts_named(before), *facts_named(part)]
    return bool(facts) and kinds_in(facts) <= TREATMENTS


def _is_result(context: Context, part: Said) -> bool:
    """`HCV antibody (anti-HCV) positive`: whether the word behind a name tells what was found, and not when."""
    last = context.written(part.span).lower().split()[-1:]
    return part.bare and part.lead.statuses == ("active",) and not words("results_of_tests").isdisjoint(last)


def _statuses(before: Said, part: Said) -> tuple[str, ...]:
    """The status before a noun; of several words of which one is meant, that of all: `history of severe or acute A`.

    `active` tells how a disease is, as an adjective before the next one does: `active A, chronic hepatitis B`; what
    happens is not active.
    """
    either = {each.statuses for each in before.either}
    found = next(iter(either)) if len(either) == 1 else before.lead.statuses
    own = part.adjectives or part.lead.qualifiers or _happens(part)
    return tuple([one for one in found if one != "waxing"]) if own else found


def _shares_either(context: Context, before: Said, part: Said) -> bool:
    """`history of or known A, severe B`; `severe or acute A, B`: what narrows, most likely reaches over all."""
    if not any(each.qualifiers or each.window for each in before.either):
        return not part.lead.statuses
    return (
        part.bare
        and not (before.time and part.time)  # `oral or intravenous A within 2 weeks or B within 4 weeks`
        and all(_narrowing(each.qualifiers, before, part) == each.qualifiers for each in before.either)
        and context.take(Alternative.QUALIFIER)
    )


def _shared_qualifiers(context: Context, before: Said, part: Said) -> tuple[str, ...]:
    """`uncontrolled hypertension or diabetes`: most likely uncontrolled diabetes too.

    `chronic use of A or other B` is that of both; any other noun with a word of its own before it takes none.
    """
    if part.lead.qualifiers or not (before.used if part.anew else part.bare):
        return ()
    of_name = () if part.anew or (before.time and part.time) else _routes(before)
    qualifiers = _narrowing((*before.lead.qualifiers, *of_name), before, part)
    return qualifiers if qualifiers and context.take(Alternative.QUALIFIER) else ()


def _told_more(context: Context, part: Said) -> bool:
    """`severe asthma requiring steroids or stroke`: whether more than an abbreviation is told of a noun behind it."""
    _, opens, inner = context.written(part.span).partition("(")
    return bool(part.bonds) or (bool(opens) and not inner.rstrip(" )").isupper())


def _routes(said: Said) -> tuple[str, ...]:
    """How the medications that it names are given, as their names say."""
    given = kinds_in(facts_named(said)) == {"medication"}
    return tuple(q for q in dict.fromkeys(said.adjectives) if is_route(q)) if given else ()


def _with_routes(said: Said) -> Said:
    """`oral or intravenous antibiotics or antifungals`: names with several routes, of which one is meant."""
    routes = _routes(said) if not said.either and not said.lead.qualifiers else ()
    if len(routes) < 2:
        return said
    return replace(said, either=tuple(said.lead._replace(negated=False, qualifiers=(route,)) for route in routes))


def _narrowing(qualifiers: tuple[str, ...], before: Said, part: Said) -> tuple[str, ...]:
    """Those of the qualifiers that can narrow what both parts name; an adjective in the second one displaces them."""
    facts = [concept_of(fact) for said in (before, part) for fact in facts_named(said)]
    return tuple(
        word
        for word in qualifiers
        if facts
        and word not in words("of_the_first")
        and all(narrows(word, concept) for concept in facts)
        and not displaced(word, part.adjectives)
    )


# --- back: a time, and what is bound to the last part


def _back(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """What stands behind the last noun holds for the nouns before it, or only for it."""
    last = said[-1]
    if last.lost_time and (run := reached(said, lambda part: part.time is None)):
        return [*said[: run[0]], _whole(context, said[run[0] :])]
    if last.when is not None and last.what == "fact":
        said = anchor_back(said)
    said = _within_chains(context, said, marks)
    if last.time is not None and last.what in _MAY_BE_TIMED:
        said = _time_back(context, said, marks)
    if not (last.apart or last.anew):
        said = opinion_back(context, said)
    if last.what == "fact":
        said = exception_back(site_back(context, complement_back(context, said)))
    said = meanwhile_back(context, said) if last.meanwhile else status_back(context, said)
    if last.bonds and not last.apart and (not last.anew or _given_for(said)):
        said = _bonds_back(context, said, marks)
    return said


def _given_for(said: Sequence[Said]) -> bool:
    """`A, B or any C for D`: whether all are treatments, and D is what they are given for."""
    return {bond.kind for bond in said[-1].bonds} == {"due_to"} and _kinds(said) <= TREATMENTS


def _within_chains(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """`A, B or C within 1 year, D`: a time in the middle of a list holds for what one word joins right before it.

    So it does for a list of its own that a comma and a word close: `A, B, or C within 1 year or D`.
    """
    made = list(said)
    for i in range(1, len(said) - 1):
        time, start = made[i].time, _chain_before(marks, i)
        if time is None or time.lasting is not None or made[i].what != "fact" or start == i:
            continue
        following = made[i + 1]  # `A or B within 4 weeks or planned C`
        # `A or B within 4 weeks or C`
        anew = bool(following.lead.statuses or following.time)
        of_facts = following.what not in ("attest", "limit")
        if of_facts and marks[i] == marks[i - 1] and context.take(Alternative.TIME) != anew:
            continue
        made[start : i + 1] = _time_back(context, made[start : i + 1], marks[start:i])
    return made


def _chain_before(marks: Sequence[Mark], i: int) -> int:
    """The place of the first part of what one word joins, or a comma and a word close, up to part `i`; `i` for none."""
    mark = marks[i - 1]
    closed = bool(mark[0] and mark[1]) and marks[i] != mark
    if mark[0] and not closed:
        return i
    start = i
    while start and (marks[start - 1] == mark or (closed and marks[start - 1] == (mark[0], ""))):
        start -= 1
    return start


def _time_back(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    last = said[-1]
    run = reached(said, lambda part: _has_no_own_time(context, part))
    if last.what == "unread" and any(not said[i].bare and PAST.isdisjoint(said[i].lead.statuses) for i in run):
        return said  # current smoker, or cessation of zorblax within 6 months
    run = _of_one_clause(said, [i for i in run if not _goes_on(said[i])])
    if not run or not _takes_time(context, said, run, marks):
        return said
    lead = Modifiers(window=last.time)
    if any(fact.status == "planned" for fact in facts_named(last)):
        lead, run = lead._replace(statuses=("planned",)), [i for i in run if said[i].bare]
    return [_timed(part, lead, last.when, context) if i in run else part for i, part in enumerate(said)]


def _of_one_clause(said: Sequence[Said], run: list[int]) -> list[int]:
    """`has A or is on B or C within 7 days`: those of the parts that the last verb is of, where the first go on."""
    begins = max((i for i in (*run, len(said) - 1) if said[i].apart), default=0)
    before = [i for i in run if i < begins]
    told = any(not said[i].bare for i in before)
    return run[len(before) :] if told and _stay(said, before) else run


def _has_no_own_time(context: Context, part: Said) -> bool:
    """Whether neither a time stands beside a part, nor a word that no time is too long ago: `lifetime history of A`."""
    if part.time is not None or part.lead.window is not None:
        return False
    return words("for_ever").isdisjoint(context.written(part.span).lower().split(maxsplit=1)[:1])


def _goes_on(part: Said) -> bool:
    """`ongoing angina or stroke within 6 months`: whether all of it goes on now."""
    facts = facts_named(part)
    return bool(facts) and all(map(goes_on, facts))


def _takes_time(context: Context, said: Sequence[Said], run: Sequence[int], marks: Sequence[Mark]) -> bool:
    """Whether the time of the last part holds for the parts before it; where that is not sure, there is a choice."""
    last = said[-1]
    if last.anew == "any":  # stroke, or any surgery within 4 weeks
        return not context.take(Alternative.TIME)
    events = _happens(last) or any(is_named(fact.concept) for fact in facts_named(last))  # whatever it may be
    unsure = last.apart or last.anew or any(comma for comma, _ in marks) or (events and _stay(said, run))
    return not unsure or context.take(Alternative.TIME)


def _happens(part: Said) -> bool:
    """Whether it is of events alone."""
    return _aspects(part) == {"event"}


def _stay(said: Sequence[Said], run: Sequence[int]) -> bool:
    """Whether one of the parts is of what goes on, which is there now or not."""
    return any("state" in _aspects(said[i]) and PAST.isdisjoint(said[i].lead.statuses) for i in run)


def _aspects(part: Said) -> set[str]:
    return {concept.aspect for fact in facts_named(part) if (concept := concept_of(fact)) is not None}


def _timed(part: Said, lead: Modifiers, when: Time | None, context: Context) -> Said:
    """A fact and its examples with the time of another part."""
    assert part.body is not None
    past = not PAST.isdisjoint(part.lead.statuses)
    leads = [_as_long(body, lead, when, past) for body in (part.body, *part.examples)]
    body = begun(over(part.body, leads[0], context.kind), part.lead.statuses)
    examples = tuple(over(e, own, context.kind) for e, own in zip(part.examples, leads[1:], strict=True))
    return replace(part, body=body, examples=examples, time=leads[0].window)


def _as_long(body: Predicate, lead: Modifiers, when: Time | None, past: bool) -> Modifiers:
    """What reaches a body, with the time as it is of that: how long ago an event was is how long a state goes on."""
    facts = facts_of(body)
    if when is None or not facts:
        return lead
    return lead._replace(window=window_for(when, facts[0].concept, past) or lead.window)


def _bonds_back(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """`A or B requiring C`: what is bound to the last part is bound to those before it too."""
    # `serious condition or psychiatric illness that may interfere`: what is judged may be what a person states
    judged = all(bond.kind == "that" and isinstance(bond.body, Attest) for bond in said[-1].bonds)
    among: tuple[What, ...] = ("fact", "limit", "attest") if judged else ("fact", "limit")
    run = [i for i in reached(said, lambda part: not part.bonds, among) if said[i].body is not None]
    bonds = [bond for bond in said[-1].bonds if not _of_last_only(bond, said[-1], [said[i] for i in run])]
    if not run or not bonds or context.take(Alternative.BEHIND) != all(map(_likely_of_all, bonds)):
        return said
    made = list(said)
    for i in run:
        made[i] = _bound(context, said[i], bonds)
    return made


def _likely_of_all(bond: Bond) -> bool:
    """Not so `pregnant, or women who are B`; what is not understood, or judged, is of all of them."""
    return bond.kind != "that" or is_unread(bond.body) or isinstance(bond.body, Attest)


def _bound(context: Context, part: Said, bonds: list[Bond]) -> Said:
    """A part with what is bound to the last one."""
    body = part.body
    assert body is not None
    for bond in bonds:
        body = tie(context, body, bond)
    return replace(part, body=body, bonds=tuple(bonds))


def _of_last_only(bond: Bond, last: Said, others: Sequence[Said]) -> bool:
    """`cirrhosis or hepatitis B with HBV DNA > 2000`: the value can be of the last one only.

    `stroke, hospitalization for asthma`: what something is done for is of no disease beside it.
    """
    if bond.kind == "due_to" and _unlike(_kinds(others), _kinds([last])):
        return True
    if is_unread(bond.body):
        return False
    owners = {owner for leaf in leaves(bond.body) for owner in belongs_to(_about(leaf))}
    if not owners or last.body is None:
        return False
    facts = [fact for body in bodies_of(others) for fact in facts_in(body)]
    return owners.isdisjoint(id_ for fact in facts for id_ in concepts().ancestors(fact.concept))


def _unlike(others: set[str | None], last: set[str | None]) -> bool:
    """Whether one of two is of diseases and the other one is not: `transplantation, diabetes due to pancreatitis`."""
    return "condition" in others - last or (last == {"condition"} and not others.isdisjoint(TREATMENTS))


def _kinds(said: Sequence[Said]) -> set[str | None]:
    """The kinds of what the parts name; of what is related, those of the first."""
    found = [leaf for body in bodies_of(said) for leaf in leaves(body)]
    return kinds_in([leaf.what if isinstance(leaf, Related) else leaf for leaf in found])


def _about(leaf: Leaf) -> str:
    if isinstance(leaf, MEASURING):
        return leaf.variable or ""
    return leaf.concept if isinstance(leaf, Present) else leaf.topic if isinstance(leaf, Attest) else ""


def _whole(context: Context, said: Sequence[Said]) -> Said:
    """A time that is not understood may be of all of them."""
    span = hull(s.span for s in said)
    made = context.unread(span, "shared-words", said[-1].span)
    return replace(made, tainted=said[-1].tainted, lead=said[0].lead)
