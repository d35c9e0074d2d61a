"""The time behind the last of a list, which may be the time of what stands before it too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import Predicate
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.edges import facts_named, reached
from eligo.reading.meaning.facts import concept_of, facts_in, goes_on
from eligo.reading.meaning.joining import facts_of
from eligo.reading.meaning.modifiers import PAST, begun, over
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Mark, Modifiers, Said, What
from eligo.reading.meaning.times import Time, window_for
from eligo.vocabulary.named import is_named

# What a person states has a time here only where it judges a fact that has one.
MAY_BE_TIMED: Final[frozenset[What]] = frozenset(["fact", "unread", "joined", "mixed", "attest"])


def with_last_time(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> list[Said]:
    """`any of the following: A, B or C within 1 year`: parts that share nothing else may share the time of the last."""
    last = said[-1]
    timed = last.time is not None and last.time.lasting is None and last.what in MAY_BE_TIMED
    return time_back(context, list(said), marks) if timed else list(said)


def within_chains(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """`A, B or C within 1 year, D`: a time in the middle of a list holds for what one word joins right before it.

    So it does for a list of its own that a comma and a word close: `A, B, or C within 1 year or D`.
    """
    made = list(said)
    for i in range(1, len(said) - 1):
        time, start = made[i].time, _chain_before(marks, i)
        if time is None or time.lasting is not None or made[i].what != "fact" or start == i:
            continue
        following = made[i + 1]  # `A or B within 4 weeks or planned C`
        anew = bool(following.lead.statuses or following.time)
        of_facts = following.what not in ("attest", "limit")
        # `A or B within 4 weeks or C`
        if of_facts and marks[i] == marks[i - 1] and not _closed(marks, i) and context.take(Alternative.TIME) != anew:
            continue
        made[start : i + 1] = time_back(context, made[start : i + 1], marks[start:i])
    return made


def _chain_before(marks: Sequence[Mark], i: int) -> int:
    """The place of the first part of what one word joins, or a comma and a word close, up to part `i`; `i` for none."""
    mark = marks[i - 1]
    closed = bool(mark[0] and mark[1]) and (_closed(marks, i) or marks[i] != mark)
    if mark[0] and not closed:
        return i
    start = i
    alike = {mark, (mark[0], ""), ("", mark[1])} if closed else {mark}  # `A and/or B, and/or C within 1 year`
    while start and marks[start - 1] in alike:
        start -= 1
    return start


def _closed(marks: Sequence[Mark], i: int) -> bool:
    """`A, B, or C within 1 year, or D`: whether part `i` ends a list that a comma and a word close."""
    return i > 1 and all(marks[i - 1]) and marks[i - 2] == (marks[i - 1][0], "")


def time_back(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    last = said[-1]
    run = _may_take_time(context, said)
    if not run or not _takes_time(context, said, run, marks):
        run = _without_comma(said, run, marks)
    if not run:
        return said
    lead = Modifiers(window=last.time)
    if any(fact.status == "planned" for fact in facts_named(last)):
        lead, run = lead._replace(statuses=("planned",)), [i for i in run if said[i].bare]
    return [_timed(part, lead, last.when, context) if i in run else part for i, part in enumerate(said)]


def _may_take_time(context: Context, said: list[Said]) -> list[int]:
    """The parts before the last that its time may be of too."""
    last = said[-1]
    run = reached(said, lambda part: _has_no_own_time(context, part))
    if last.what == "unread" and any(not said[i].bare and PAST.isdisjoint(said[i].lead.statuses) for i in run):
        return []  # current smoker, or cessation of zorblax within 6 months
    run = _of_one_clause(said, [i for i in run if not _goes_on(said[i]) and not _named_again(said[i], last)])
    if last.lead.negated:  # `stroke and no seizures for 6 months`: of what is denied alone
        return [i for i in run if said[i].lead.negated]
    return run


def _without_comma(said: Sequence[Said], run: Sequence[int], marks: Sequence[Mark]) -> list[int]:
    """`A, or B or C within 6 months`: those before the last that no comma parts from it, where one parts others."""
    first = next((i for i in range(len(marks), 0, -1) if all(marks[i - 1])), 0)
    return [i for i in run if i >= first] if first and first < len(said) - 1 else []


def _named_again(part: Said, last: Said) -> bool:
    """`current A, or history of A within 6 months`: whether a part is of the same thing, at another time."""
    if (
        part.lead.statuses == last.lead.statuses and not part.bonds
    ):  # `a stroke or cerebrovascular accident within 6 months`
        return False
    own, other = (
        {leaf.concept for leaf in facts_in(one.body)} if one.body is not None else set() for one in (part, last)
    )
    return not own.isdisjoint(other)


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
    events = happens(last) or any(is_named(fact.concept) for fact in facts_named(last))  # whatever it may be
    apart = last.apart and any(said[i].lead.statuses != last.lead.statuses for i in run)
    unsure = apart or last.anew or any(comma for comma, _ in marks) or (events and _stay(said, run))
    return not unsure or context.take(Alternative.TIME)


def happens(part: Said) -> bool:
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
