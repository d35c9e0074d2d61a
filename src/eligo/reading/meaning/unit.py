"""A unit to what it says: one fact, limit or statement with the modifiers before and behind it.

Word by word, each is a modifier, the noun, or a word of grammar; what is none of these leaves the unit to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeGuard, cast

from eligo.criteria import MEASURING, Always, Attest, Compare, OneOf, Predicate, Present, Span, Window, leaves
from eligo.dataclass import replace
from eligo.reading.leaves import merged
from eligo.reading.lexicon import duration_of, words
from eligo.reading.meaning.brackets import bracket
from eligo.reading.meaning.context import Context, hull, place
from eligo.reading.meaning.definitions import allows_none, definition, exampled, of_nothing, of_something, states_normal
from eligo.reading.meaning.grading import with_condition
from eligo.reading.meaning.joining import all_of, measures
from eligo.reading.meaning.measures import choice, is_qualifier, limit, time
from eligo.reading.meaning.modifiers import PAST, fact_of
from eligo.reading.meaning.reasons import reason_of
from eligo.reading.meaning.relations import bound_to
from eligo.reading.meaning.said import Modifiers, Said, What
from eligo.reading.meaning.state import UnitState
from eligo.reading.meaning.subjects import beyond_negation, conditional, men_too, one_sex, subject, without_limit
from eligo.reading.meaning.times import elapsed, of_today, rules_out
from eligo.reading.meaning.words import word
from eligo.reading.tokens import Token
from eligo.reading.tree import Anchor, Bracket, Clause, CountOf, Element, Limits, TimeNode
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import StatementKind, is_statement, statement_id

_NOT_NOW: Final = PAST | {"planned"}


def unit(context: Context, node: Clause) -> Said:
    """What stands between two joins."""
    return read(UnitState(context, node))


def read(state: UnitState) -> Said:
    """Go through the elements."""
    for i, element in enumerate(state.elements):
        if isinstance(element, Token):
            word(state, i, element)
        elif isinstance(element, Limits):
            limit(state, element)
        elif isinstance(element, TimeNode):
            time(state, element)
        elif isinstance(element, Bracket):
            bracket(state, i, element)
        elif isinstance(element, Anchor):
            if of_today(element) or _until_today(state, element):
                state.context.count((element,), "modifier")
            else:
                state.residue.append(element)
        elif isinstance(element, CountOf):
            choice(state, element)
        if state.cited or state.hedge is not None:  # what follows is part of it
            break
    if state.hedge is not None:  # a time behind `with or without A` may be of what stands before it
        state.residue.extend(e for e in state.elements[i + 1 :] if isinstance(e, TimeNode))
        state.hedge = (state.hedge[0], place(state.elements[-1])[1])
    return _said(state)


def _until_today(state: UnitState, anchor: Anchor) -> bool:
    """`heart rate < 50 prior to randomization`: a value, or what a test found, is the last one before that."""
    last, fact = state.last, state.ids
    measured = isinstance(last, MEASURING) or (fact is not None and set(fact.split("|")) <= words("found_by_a_test"))
    return measured and anchor.side == "BEFORE" and of_today(Anchor("AT", anchor.event, anchor.span))


def _said(state: UnitState) -> Said:
    """What the elements say together, once all of them are read."""
    span = _extent(state)
    if span is None:
        return Said(None, (0, 0), "empty", bare=True)
    if state.since is not None:
        return _elapsed(state, span)
    nouns = [state.fact() if state.ids is not None and i == state.fact_at else n for i, n in enumerate(state.nouns)]
    nouns = [_counted_when(state, noun) for noun in nouns]
    state.residue.extend(_left_over(state, nouns))
    if state.residue:
        return _not_understood(state, nouns, span)
    return _understood(state, nouns, span)


def _counted_when(state: UnitState, noun: Predicate) -> Predicate:
    """`more than one episode of severe hypoglycemia within a year`: the time of the fact is that of what is counted."""
    if not isinstance(noun, Compare) or noun.variable is not None or noun.window is not None or state.window is None:
        return noun
    counts = noun.limits[0].unit is None and noun.limits[0].of is None
    return replace(noun, window=state.window) if counts and state.ids is not None else noun


def _left_over(state: UnitState, nouns: list[Predicate]) -> list[Element]:
    """What is understood by itself, and has nothing that it could be said of: a time, a name, a word beside a grade."""
    times = state.elements if state.early is not None and nouns else []
    left: list[Element] = [*[e for e in times if isinstance(e, TimeNode)], *without_limit(state, nouns)]
    if state.ids is None and _any_of_something(nouns):
        left += [e for e in state.elements if isinstance(e, Token) and e.type == "QUAL"]
    return left


def _any_of_something(nouns: list[Predicate]) -> bool:
    """Whether a value of whatever stands beside it, such as a grade, is among what is said."""
    return any(of_something(leaf) for noun in nouns for leaf in leaves(noun))


def _understood(state: UnitState, nouns: list[Predicate], span: Span) -> Said:
    whom = subject(state, nouns)
    if not nouns and not whom:
        return _empty(state, span)
    nouns = [with_condition(state, noun) for noun in nouns]
    nouns = _together(state, [_in_all_words(state, noun, span) for noun in nouns])
    body, beyond = _of_whom(state, nouns, whom)
    body = men_too(state, body)
    if state.hedge is not None:
        body = all_of([body, Always(state.context.written(state.hedge), span=state.hedge)])
    said = Said(
        body,
        span,
        _what(state, nouns) if nouns else "subject",
        state.modifiers(),
        bare=_bare(state),
        apart=state.apart,
        anew=state.anew,
        time=_time(state, nouns),
        meanwhile=state.meanwhile,
        whom=beyond,
        sex=one_sex(state),
        continues=_continues(state),
        adjectives=state.adjectives,
        narrowed=tuple(state.behind),
        used=state.used,
        pair=state.pair,
        quantifier=state.quantifier,
        hedge=state.hedge,
        defines=state.defined,
        examples=_like_it(state),
        when=state.when,
    )
    for bond in state.bonds:
        said = bound_to(state.context, said, bond)
    return said


def _in_all_words(state: UnitState, noun: Predicate, span: Span) -> Predicate:
    """`history (within 6 months) of inadequate response`: a statement takes in when and how it is meant.

    So does what its own words alone tell, as in `uncontrolled intercurrent illness`: they are what is signed. A
    negation before it stays one.
    """
    if not isinstance(noun, Attest) or len(state.nouns) != 1 or state.negated:
        return noun
    narrowed = bool(state.qualifiers or state.behind)
    if not is_statement(noun.topic):  # what a person states in the protocol's words
        known = concepts().get(noun.topic) if narrowed else None
        whole = state.meanwhile or (known is not None and known.per_criterion)
        return replace(noun, span=span) if whole else noun
    if state.window is None and state.early is None and not narrowed:
        return noun
    kind = cast(StatementKind, noun.topic.partition(":")[0])
    return Attest(statement_id(kind, state.context.written(span)), span=span)


def _together(state: UnitState, nouns: list[Predicate]) -> list[Predicate]:
    """The fact and the limits as what they are beside each other."""
    if state.ids is None:
        _untested(state, nouns)
    elif any(allows_none(noun) for noun in nouns):
        span = hull(leaf.span for noun in nouns for leaf in leaves(noun) if leaf.span is not None)
        return [state.context.unparsed(span, "unclear-relation")]
    else:
        nouns = [noun if i == state.fact_at else of_nothing(state.context, noun) for i, noun in enumerate(nouns)]
        if len(nouns) == 2 and state.fact_at == 0:  # `hypokalemia K < 2.8`
            nouns = [definition(state.context, nouns[0], nouns[1], state.negated)]
    return [_once(state, noun) for noun in _merged(nouns)]


def _of_whom(
    state: UnitState, nouns: list[Predicate], whom: list[Predicate]
) -> tuple[Predicate, tuple[Predicate, ...]]:
    """What is asked of them, and those of them for whom a negation behind them does not hold."""
    if beyond_negation(state, nouns, whom):
        return conditional(state, nouns, []), tuple(whom)
    return conditional(state, nouns, whom), ()


def _bare(state: UnitState) -> bool:
    """Whether it is one fact with nothing before its noun."""
    fact = state.ids is not None and len(state.nouns) == 1 and state.hedge is None
    return fact and not state.own_words and not state.sexes


def _untested(state: UnitState, nouns: list[Predicate]) -> None:
    """`stable creatinine < 2 mg/dL`: what narrows a value is in no record; the number decides."""
    limited = any(isinstance(e, Limits) for e in state.elements) and _what(state, nouns) == "limit"
    named = [leaf.span for noun in nouns for leaf in leaves(noun) if leaf.span is not None]
    for token in [element for element in state.elements if limited and is_qualifier(element)]:
        inside = any(a <= token.start < b for a, b in named)
        if not (inside or state.context.consumed(token)):
            state.context.count((token,), "note")
            state.context.notes.append(f"`{state.written(token)}` is not tested")


def _once(state: UnitState, noun: Predicate) -> Predicate:
    """`history of NYHA class IV`, `anticipated stay >= 24 h`: what a value was or will be no value of today tells.

    How often something was (`undergone > 2 operations`) is of the past by itself.
    """
    if not isinstance(noun, MEASURING) or noun.span is None or _NOT_NOW.isdisjoint(state.statuses):
        return noun
    known = noun.variable is not None
    tells = noun.variable in words("whenever") if known else not _was(state, noun, noun.span)
    return noun if tells else state.context.unparsed(noun.span, "time")


def _was(state: UnitState, noun: Compare | OneOf, span: Span) -> bool:
    """Whether words before an unknown quantity say that it was: a grade, or what has a unit behind "history of"."""
    before = (
        token
        for token in state.elements
        if isinstance(token, Token) and token.type == "STATUS" and token.end <= span[0] and str(token.value) in _NOT_NOW
    )
    said = [state.written(token).casefold() for token in before]
    graded = not words("of_a_state").isdisjoint((noun.name or "").casefold().split())
    measured = isinstance(noun, Compare) and any(limit.unit is not None for limit in noun.limits)
    return bool(said) and (graded or (measured and any("history" in words_ for words_ in said)))


def _like_it(state: UnitState) -> tuple[Predicate, ...]:
    """The examples in a bracket, with what is said of the fact that they are examples of."""
    if not state.examples:
        return ()
    lead = state.modifiers()._replace(qualifiers=(*state.qualifiers, *state.behind), window=state.window)
    return tuple(exampled(state.context, example, lead) for example in state.examples)


def _time(state: UnitState, nouns: list[Predicate]) -> Window | None:
    """The time behind the noun, which may be of the nouns before it too."""
    if state.ids is not None:
        return None if state.own_time else state.window
    last = nouns[-1] if nouns else None
    return last.window if isinstance(last, Compare) else None


def _what(state: UnitState, nouns: list[Predicate]) -> What:
    if len(nouns) == 1 and nouns[0].__class__ is Present:  # as most are
        return "fact" if state.ids is not None else "mixed"
    kinds = {leaf.__class__ for noun in nouns for leaf in leaves(noun)}
    if Attest in kinds:
        return "attest"
    if kinds == {Present} and state.ids is not None and len(nouns) == 1:
        return "fact"
    return "limit" if kinds <= {Compare, OneOf, Always} else "mixed"


def _empty(state: UnitState, span: Span) -> Said:
    lead = state.modifiers()
    return Said(
        None,
        span,
        "empty",
        lead,
        bare=not lead.any() and state.quantifier is None and not state.but_not,
        apart=state.apart,
        anew=state.anew,
        when=None if state.early is None else state.so_long(state.early),
        pair=state.pair,
        quantifier=None if state.sexes or state.groups else state.quantifier,
    )


def _elapsed(state: UnitState, span: Span) -> Said:
    """`at least 4 weeks since A`: who never had it has nothing to wait for."""
    assert state.since is not None
    presupposed = any(w in words("presupposing") for w in state.context.written(span).lower().split())
    if state.residue or len(state.nouns) != 1 or state.ids is None or state.since.op == "eq":
        return state.context.unread(span, "time", place(state.elements[0]))
    had = presupposed or not rules_out(state.since)
    window = elapsed(state.since, had)
    past = Modifiers(statuses=("history",), qualifiers=(*state.qualifiers, *state.behind))
    fact = fact_of(state.ids, past, window, state.fact_span or span, state.context.kind, state.but_not)
    lead = Modifiers(not had, False, ("history",), (), window)
    return Said(fact, span, "fact", lead, time=None, since=None if presupposed else state.since)


def _extent(state: UnitState) -> Span | None:
    """From the first to the last element that is more than a mark."""
    more = [
        e for e in state.elements if not isinstance(e, Token) or e.type != "LIGHT" or state.text[e.start].isalnum()
    ] or list(state.elements)
    return (place(more[0])[0], place(more[-1])[1]) if more else None


def _continues(state: UnitState) -> bool:
    """Whether all limits of the unit are on a name that stands before it."""
    limits = [e for e in state.elements if isinstance(e, Limits)]
    if not limits:
        return False
    first = place(state.elements[0])[0]
    bound = [state.context.bound.get(e.span[0]) for e in limits]
    return all(b is not None and b.names and b.names[0].span[1] <= first for b in bound)


def _not_understood(state: UnitState, nouns: list[Predicate], span: Span) -> Said:
    """What a person states takes in words that are not understood, limits stay tests beside them; facts do not."""
    lead = state.modifiers()
    if _takes_in(state, nouns):
        _note_unknown(state)
        people = subject(state, nouns) if state.logic != "others" else []  # `an adult relative has signed`
        body, whom = _of_whom(state, nouns, people)
        return Said(body, span, "attest", lead, whom=whom, apart=state.apart, anew=state.anew)
    code, blamed = reason_of(state.residue, state.logic, state.context)
    if _stay_tests(state, nouns):
        rest = (place(state.residue[0])[0], place(state.residue[-1])[1])
        state.context.count(state.residue, "unparsed")
        left = state.context.unparsed(rest, code, blamed)
        body = conditional(state, [*nouns, left], subject(state, nouns))
        return Said(body, span, "mixed", lead, continues=_continues(state))
    state.context.count(state.elements, "unparsed")
    return Said(
        state.context.unparsed(span, code, blamed),
        span,
        "unread",
        lead,
        apart=state.apart,
        anew=state.anew,
        time=state.window or lead.window,
        lost_time=_loses_time(state),
        exception=state.logic == "exceptions",
        tainted=state.logic in ("others", "turning", "logic", "exceptions") or state.negated,
        noun_last=_fact_last(state),
        quantifier=state.quantifier,
    )


def _takes_in(state: UnitState, nouns: list[Predicate]) -> bool:
    """Whether it is what a person states, and the words that are not understood name nothing else."""
    if not nouns or not isinstance(nouns[0], Attest) or is_statement(nouns[0].topic):
        return False
    lasting = {duration_of(n.topic) for n in nouns if isinstance(n, Attest)}  # `no response after 3 days' treatment`
    counted = any(isinstance(e, Limits) or (_names(e) and e.value not in lasting) for e in state.residue)
    if counted or not all(isinstance(n, (Attest, Compare)) for n in nouns) or _narrows_people(state):
        return False
    return state.logic in (None, "others", "turning" if _judges(nouns) else None)


def _note_unknown(state: UnitState) -> None:
    """Words of an attestation that nobody knows are part of what the person states."""
    state.context.count(state.residue, "leaf")
    for element in state.residue:
        if isinstance(element, Token) and element.type == "FILLER":
            written = state.written(element)
            if not words("elaborating") >= set(written.lower().split()):
                state.context.notes.append(f"`{written}` is part of what a person states")


def _narrows_people(state: UnitState) -> bool:
    """`zorblax patients unwilling to use contraception`: whether nobody can tell of which patients it is said."""
    pairs = zip(state.elements, state.elements[1:], strict=False)
    return any(
        word in state.residue and isinstance(people, Token) and state.written(people).lower() in words("adults")
        for word, people in pairs
    )


def _stay_tests(state: UnitState, nouns: list[Predicate]) -> bool:
    """Whether it consists of limits that hold whatever the words mean that are not understood."""
    if state.logic or state.negated or state.sexes:  # of which women a limit is asked is not understood
        return False
    lost = any(isinstance(e, (Limits, TimeNode)) for e in state.residue)
    return bool(nouns) and not lost and not _any_of_something(nouns) and all(map(measures, nouns))


def _names(element: Element) -> TypeGuard[Token]:
    """Whether it names something of the patient, which no attestation takes in."""
    return isinstance(element, Token) and element.type in ("CONCEPT", "VAR")


def _judges(nouns: Sequence[Predicate]) -> bool:
    """Whether an opinion is asked for: what it finds to interfere or to prevent is its own."""
    return all(isinstance(n, Attest) and n.topic in words("judgements") for n in nouns)


def _loses_time(state: UnitState) -> bool:
    """Whether a time is among what is not understood, or what it is before: `4 weeks prior to zorblax`."""
    if any(isinstance(e, TimeNode) for e in state.residue):
        return True
    for element, following in zip(state.elements, state.elements[1:], strict=False):
        if isinstance(element, TimeNode) and following in state.residue and element.anchor is not None:
            return element.anchor.event is None and element.anchor.side == "BEFORE"
    return False


def _fact_last(state: UnitState) -> bool:
    """Whether it ends in a fact: `reaction to aspirin`, of which more objects may follow."""
    for element in reversed(state.elements):
        if isinstance(element, Token):
            if element.type in ("CONCEPT", "VAR"):
                return True
            if element.type == "FILLER":
                return False
    return False


def _merged(nouns: list[Predicate]) -> list[Predicate]:
    """`18 <= age <= 70`: two limits on one variable next to each other are one range."""
    if len(nouns) > 1 and all(states_normal(nouns[0], noun) for noun in nouns[1:]):
        nouns = nouns[1:]
    if len(nouns) != 2:
        return nouns
    first, second = nouns
    if not isinstance(first, Compare) or not isinstance(second, Compare) or first.variable is None:
        return nouns
    found = merged(nouns) if first.variable == second.variable else None
    return [found] if found is not None else nouns
