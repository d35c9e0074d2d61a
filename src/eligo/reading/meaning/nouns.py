"""Words that narrow without a noun of their own: they take that of the part beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import AnyOf, Leaf, Predicate, Present, Span, Window, map_leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import concept_named, named_without, opposed, words
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.edges import facts_named, narrowed_more, status_behind
from eligo.reading.meaning.facts import concept_of, kind_of, may_be_of
from eligo.reading.meaning.joining import all_of, any_of, excludes, facts_of
from eligo.reading.meaning.modifiers import PAST, begun, narrows, over, qualified, statuses_of, there
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import NONE, Mark, Modifiers, Said, folded
from eligo.reading.meaning.times import window_for
from eligo.vocabulary.concepts import concepts

_TENSES: Final = frozenset(["now", "planned", "meanwhile", "history", "undergoing"])


def with_nouns(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`active or chronic infection`, `history or suspicion of stroke`, `schizophrenia, unstable`."""
    if all(s.body is not None for s in said):
        return said, marks
    kept: list[Said] = []
    between: list[Mark] = []
    kept_or = False  # `uncontrolled, significant or active A`: one of all
    for i in range(len(said) - 1, -1, -1):  # from the noun back to what lacks it
        part = said[i]
        after = kept[0] if kept else None
        behind = bool(i) and part.body is None and _is_of_before(context, part, marks[i - 1])
        if part.body is None and after is not None and _takes(after) and not behind:
            mark = between[0] if between[0][1] or not kept_or else (",", "or")
            made = _before(context, part, after, mark)
            if made is not None:
                kept[0] = made
                kept_or = mark[1] == "or"
                between = between[1:]
                if i:
                    between.insert(0, marks[i - 1])
                continue
        kept.insert(0, part)
        kept_or = False
        if i:
            between.insert(0, marks[i - 1])
    return _behind(context, kept, between)


def _takes(after: Said) -> bool:
    return after.what in ("fact", "joined") and after.body is not None and facts_of(after.body) is not None


def _before(context: Context, part: Said, after: Said, mark: Mark) -> Said | None:
    """Words before a noun that another part has."""
    lead, span = part.lead, hull([part.span, after.span])
    if after.lead.negated and not lead.negated:
        return None
    if after.lead.statuses and any(not narrows(q, concept_of(f)) for q in lead.qualifiers for f in facts_named(after)):
        return None  # `diet-controlled or taking A`
    if _beside_adjectives(lead, after, mark):
        return _of_last_noun(context, part, after, span)
    own = after.lead
    negated = lead.negated or own.negated
    if _is_choice(context, lead, after, mark):
        if _unnamed(context, lead, after):
            return None
        return replace(_either(context, lead, after), span=span, lead=Modifiers(negated=negated))
    qualifiers = (*lead.qualifiers, *own.qualifiers)
    statuses = lead.statuses or own.statuses
    merged = Modifiers(negated, lead.hedged or own.hedged, statuses, qualifiers, lead.window or own.window)
    behind = _behind_noun(after)
    body = map_leaves(_with(context, after, merged), lambda leaf: narrowed_more(leaf, behind))
    return replace(after, body=body, span=span, lead=merged, bare=False)


def _is_choice(context: Context, lead: Modifiers, after: Said, mark: Mark) -> bool:
    """Whether one word or the other is meant: `severe or acute A`; `active, known or suspected A`."""
    if mark[1] or _opposed(lead, after):
        return mark[1] != "and" or _opposed(lead, after)
    facts = facts_named(after) if lead.statuses else []
    first = next((fact.span[0] for fact in facts if fact.span is not None), after.span[0])
    return " or " in context.text[after.span[0] : first].lower()


def _beside_adjectives(lead: Modifiers, after: Said, mark: Mark) -> bool:
    """`systemic or skin disease`, `systemic, hepatic or renal disease`: it shares no more than the last noun."""
    narrows = lead.qualifiers and after.bare and not after.adjectives
    several = after.body.__class__ is AnyOf  # names that share words
    return bool(narrows and after.what == "fact" and (mark[1] == "or" or (mark == (",", "") and several)))


def _of_last_noun(context: Context, part: Said, after: Said, span: Span) -> Said:
    """A noun, and what the words before narrow of it."""
    assert after.body is not None
    first = _narrowed_noun(context, part, after)
    if first is None and part.lead.negated:
        return context.unread(span, "shared-words", part.span)
    shared = Modifiers(statuses=part.lead.statuses, window=after.time)
    body = any_of([first or context.unparsed(part.span, "shared-words"), after.body])
    lead = Modifiers(negated=part.lead.negated)
    return replace(after, body=over(body, shared, context.kind), span=span, lead=lead, bare=False, what="joined")


def _narrowed_noun(context: Context, part: Said, after: Said) -> Present | None:
    """The last words of the name that are a name, narrowed; None where none are."""
    facts = facts_of(after.body) if after.body is not None else None
    written = context.written(facts[-1].span).split() if facts and facts[-1].span is not None else []
    for k in range(1, len(written)):
        id_ = concept_named(" ".join(written[k:]))
        own = len(facts or ()) > 1 and any(fact.concept == id_ for fact in facts or ())
        if id_ is not None and facts and not own and may_be_of(facts[-1].concept, id_):
            return Present(id_, qualifier=" ".join(part.lead.qualifiers), span=part.span)
    return _qualified(facts[0], part.lead) if len(written) == 1 and facts else None  # no noun is left to share


def _either(context: Context, lead: Modifiers, after: Said) -> Said:
    """The noun with one word or the other: `severe or acute A`, and `severe or chronic hepatitis`."""
    assert after.body is not None
    own, body = after.lead, after.body
    if _status_of_both(lead, after):
        own = own._replace(statuses=lead.statuses)
        body = over(body, Modifiers(statuses=lead.statuses), context.kind)
    if _first_of_several(lead, after) and context.take(Alternative.QUALIFIER):
        body = _narrowed(body, lead.qualifiers[:1])
    made = either_of([_instead(context, after, lead), body])
    either = (lead._replace(negated=False), *(after.either or (own._replace(negated=False),)))
    if after.adjectives and lead.qualifiers and not own.qualifiers:  # the second word is of this noun alone
        either = tuple(each._replace(qualifiers=()) for each in either)
    return replace(after, body=made, bare=False, what="fact", either=either)


def _status_of_both(lead: Modifiers, after: Said) -> bool:
    """`history of severe or acute A`: whether a status stands before two words that narrow."""
    narrows = lead.qualifiers and (after.lead.qualifiers or after.adjectives or after.either)
    return bool(lead.statuses and narrows and not after.lead.statuses)


def _first_of_several(lead: Modifiers, after: Said) -> bool:
    """`severe chronic or active infection`: whether a word that narrows stands before the two of which one is meant."""
    several = len(lead.qualifiers) > 1 or (lead.qualifiers and lead.statuses and not after.adjectives)
    own = after.lead.qualifiers
    shares = not own or opposed(lead.qualifiers[-1:], own)  # `severe acute or chronic infection`
    return bool(several and shares and not opposed(lead.qualifiers[:1], own))  # not `active acute or chronic infection`


def either_of(bodies: Sequence[Predicate]) -> Predicate:
    """One of several; what was ever there takes in what is there now."""
    facts = [body for body in bodies if isinstance(body, Present)]
    ever = next((fact for fact in facts if fact.status == "history"), None)
    if ever is None or len(facts) < len(bodies):
        return any_of(list(bodies))
    rest = [fact for fact in facts if fact.status not in ("active", "now") or replace(fact, status="history") != ever]
    return any_of(list(dict.fromkeys(rest)))


def _instead(context: Context, after: Said, lead: Modifiers) -> Predicate:
    """The noun with the words of the part that lacks it, in place of its own of the same kind."""
    assert after.body is not None

    def change(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present):
            return leaf
        noun = _without_adjective(context, leaf, lead, after) if _of_the_rest(lead, after) else leaf
        narrowed = _noun_narrowed(context, leaf, lead)
        if narrowed is not None and not context.take(Alternative.NOUN):
            return narrowed
        bare = replace(_without_status(noun, lead, after.lead), qualifier=_kept(leaf.qualifier, lead, after.lead))
        return over(bare, above, context.kind) if lead.statuses or lead.window else _qualified(bare, shared)

    own = after.lead.qualifiers
    behind = _behind_noun(after)
    rest = own[1:] if (lead.qualifiers or lead.statuses) and not opposed(lead.qualifiers, own[1:]) else ()
    # `relapsed or refractory advanced A`
    shared = lead._replace(qualifiers=tuple(dict.fromkeys((*lead.qualifiers, *rest))))
    above = lead if lead.qualifiers else shared  # `history or symptoms of severe A`
    made = map_leaves(after.body, change)
    return map_leaves(made, lambda leaf: narrowed_more(leaf, behind)) if behind else made


def _without_status(noun: Present, lead: Modifiers, own: Modifiers) -> Present:
    """A noun without what its own status made of it, where one of the two parts has a status."""
    if lead.statuses or own.statuses:
        noun = replace(noun, status="active")
    if lead.statuses and "found" not in lead.statuses:
        noun = there(noun)  # `history of or diagnosed with A within 6 months`
    if "now" in lead.statuses and "now" not in own.statuses:  # `ongoing or severe infection within 12 weeks`
        noun = replace(noun, window=None)
    return noun


def _kept(qualifier: str | None, lead: Modifiers, own: Modifiers) -> str | None:
    """What still narrows a noun without its own words, where others take their place."""
    if lead.qualifiers or qualifier == "active" or (own.qualifiers and not own.statuses):
        return None
    waxing = lead.statuses and "waxing" in own.statuses  # `history of or active severe A`
    return qualifier.removesuffix(" active") if qualifier and waxing else qualifier


def _behind_noun(after: Said) -> tuple[str, ...]:
    """What narrows a noun from behind, and so each that shares it: `chronic or acute infection requiring treatment`."""
    facts = facts_of(after.body) if after.body is not None else None
    narrowed = facts[0].qualifier if facts and len({fact.qualifier for fact in facts}) == 1 else None
    before = " ".join(after.lead.qualifiers)
    rest = narrowed.removeprefix(before).strip() if narrowed and narrowed.startswith(before) else ""
    return () if rest in ("", "active") else (rest,)


def _narrowed(body: Predicate, qualifiers: Sequence[str]) -> Predicate:
    """A body with more qualifiers where it is about a disease that goes on: `severe` over `active hepatitis B`."""

    def change(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present) or leaf.status not in ("active", "now") or kind_of(leaf) != "condition":
            return leaf
        own = leaf.qualifier or ""
        more = [word for word in qualifiers if word not in own.split()]  # `significant history of significant A`
        return replace(leaf, qualifier=" ".join((*more, *([own] if own else []))))

    return map_leaves(body, change)


def _noun_narrowed(context: Context, leaf: Present, lead: Modifiers) -> Present | None:
    """`opportunistic or serious bacterial infection`: the noun of a name with the word before it, which is a name."""
    if leaf.span is None or not lead.qualifiers:
        return None
    *others, word = lead.qualifiers
    if word in words("stages"):  # `metastatic or recurrent breast cancer` is of one tumor
        return None
    written = context.written(leaf.span).split()
    for k in range(1, len(written)):
        noun = " ".join(written[k:])
        id_, general = concept_named(f"{word} {noun}"), concept_named(noun)
        if id_ is not None and general is not None and id_ != leaf.concept and may_be_of(leaf.concept, general):
            return replace(leaf, concept=id_, qualifier=" ".join(others) or None)
    return None


def _of_the_rest(lead: Modifiers, after: Said) -> bool:
    """`severe or chronic hepatitis`, `diagnosed or congenital A`: an adjective in a name stands where another word may.

    In `severe or frequent chronic pain` it stands behind one, and is of both unless the first word is its opposite.
    """
    found = len(lead.statuses) == 1 and not after.lead.any()  # `active or chronic hepatitis`
    return found or (bool(lead.qualifiers) and (not after.lead.qualifiers or _opposed(lead, after)))


def _opposed(lead: Modifiers, after: Said) -> bool:
    """Whether words before a noun are kinds that exclude each other: `acute and chronic liver disease`."""
    return opposed(lead.qualifiers, (*after.lead.qualifiers, *after.adjectives))


def _unnamed(context: Context, lead: Modifiers, after: Said) -> bool:
    """`invasive or in situ melanoma of the eye`: without its adjective the second name may be none."""
    facts = facts_of(after.body) if after.body is not None else None
    return opposed(lead.qualifiers, after.adjectives) and any(_rest(context, fact) is None for fact in facts or ())


def _rest(context: Context, leaf: Present) -> str | None:
    """The concept that a name means without the adjective that it begins with."""
    known = concepts().get(leaf.concept)
    id_ = named_without(context.written(leaf.span)) if leaf.span is not None else None
    return id_ or (named_without(known.name) if known is not None else None)  # `chronic hepatitis B or C`


def _without_adjective(context: Context, leaf: Present, lead: Modifiers, after: Said) -> Present:
    """`acute or chronic liver disease`: what the first word narrows is named by the rest of the name."""
    id_ = _rest(context, leaf)
    if id_ is None or not (may_be_of(leaf.concept, id_) or _opposed(lead, after)):
        return leaf
    return replace(leaf, concept=id_)


def _qualified(leaf: Present, lead: Modifiers) -> Present:
    """`congenital` over the long QT syndrome is a concept of its own; over a coagulopathy it is a qualifier."""
    known = concepts().get(leaf.concept)
    narrowing = " ".join(dict.fromkeys(lead.qualifiers))
    id_ = concept_named(f"{narrowing} {known.name}") if known is not None and len(lead.qualifiers) == 1 else None
    if id_ is not None and id_ != leaf.concept and leaf.concept in concepts().ancestors(id_):
        return replace(leaf, concept=id_, qualifier=None)
    return replace(leaf, qualifier=narrowing or None)


def _with(context: Context, after: Said, lead: Modifiers) -> Predicate:
    """The noun with the words of both parts."""
    assert after.body is not None

    def change(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present):
            return leaf
        qualifier = " ".join(dict.fromkeys(lead.qualifiers)) or leaf.qualifier
        leaf = replace(leaf, qualifier=qualifier, window=leaf.window or lead.window)
        if not lead.statuses:
            return leaf
        made = statuses_of(lead.statuses, concept_of(leaf), context.kind)
        each = any_of(
            [replace(leaf, status=s, qualifier=qualified(leaf.qualifier, q, concept_of(leaf))) for s, q in made]
        )
        return begun(each, lead.statuses)

    return map_leaves(after.body, change)


def _behind(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`schizophrenia, unstable`: words behind a noun, after a comma; behind `A or B` they are most likely of both."""
    kept, between = _at_other_times(context, said, marks)
    run = _reached_behind(kept, between)
    if run is not None and context.take(Alternative.BEHIND):
        told = [_narrowed_behind(context, part, kept[-1], between[-1]) for part in kept[run:-1]]
        return [*kept[:run], *[one for one in told if one is not None]], between[:-1]
    kept, between = folded(kept, between, lambda *three: _narrowed_behind(context, *three))
    return [_lost(context, part) if part.body is None else part for part in kept] if between else kept, between


def _reached_behind(said: list[Said], marks: list[Mark]) -> int | None:
    """The place of the first of the nouns that words at the end of a list may be said of; None where it is one noun."""
    if len(said) < 3 or said[-1].body is not None or said[-1].lead.negated or marks[-1] != (",", ""):
        return None
    start = len(said) - 1
    while start and said[start - 1].bare and not said[start - 1].lead.any() and _takes(said[start - 1]):
        start -= 1
    return start if start < len(said) - 2 and marks[-2][1] == "or" else None


def _narrowed_behind(context: Context, before: Said, part: Said, mark: Mark) -> Said | None:
    """A noun with the words behind it."""
    if part.body is not None or part.lead.negated or mark != (",", "") or not _takes(before):
        return None
    window = _time_behind(before, part)
    lead = part.lead._replace(qualifiers=(*before.lead.qualifiers, *part.lead.qualifiers), window=window)
    own = before.lead._replace(statuses=before.lead.statuses or part.lead.statuses)
    body = begun(_with(context, before, lead), before.lead.statuses)
    return replace(before, body=body, span=hull([before.span, part.span]), time=window or before.time, lead=own)


def _time_behind(before: Said, part: Said) -> Window | None:
    """The time behind a noun and a comma, as it is of that noun: `chronic hepatitis B, diagnosed > 6 months ago`."""
    facts = facts_named(before)
    if part.when is None or not facts or {kind_of(fact) for fact in facts} != {"condition"}:
        return part.lead.window
    past = not PAST.isdisjoint((*before.lead.statuses, *part.lead.statuses))
    return window_for(part.when, facts[0].concept, past)


def _at_other_times(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`A or B within 4 weeks or in the next 6 months`, `A within 2 weeks or during the study`: each noun once more."""
    kept, between = said[:1], marks[:0]
    for i, (part, mark) in enumerate(zip(said[1:], marks, strict=False), start=1):
        ends = i == len(said) - 1 or bool(marks[i][1] and (part.lead.window or "meanwhile" in part.lead.statuses))
        if not (ends and mark[1] and _is_another_time(part, kept[-1]) and _takes(kept[-1])):
            kept.append(part)
            between.append(mark)
            continue
        start = len(kept) - 1
        back = _refers_back(context, part)
        while start and (
            _shares_times(context, kept[start - 1], kept[-1], between[start - 1]) or (back and _takes(kept[start - 1]))
        ):
            start -= 1
        shared = Modifiers(statuses=status_behind(kept[-1]), window=kept[-1].time)
        kept[start:] = [_again(context, one, shared, part, mark[1]) for one in kept[start:]]
    return kept, between


def _is_another_time(part: Said, before: Said) -> bool:
    """Whether a part has a time alone, beside another one."""
    lead, statuses = part.lead, set(part.lead.statuses)
    if part.body is not None or lead.negated or lead.qualifiers or statuses - _TENSES:
        return False
    return bool(statuses or (lead.window and (before.time or before.lead.statuses)))


def _is_of_before(context: Context, part: Said, mark: Mark) -> bool:
    """Whether a part without a noun is of what stands before it: a pronoun, or nothing but a time between commas."""
    alone = part.lead == Modifiers(window=part.lead.window) and part.lead.window is not None
    return _refers_back(context, part) or (alone and mark == (",", ""))


def _refers_back(context: Context, part: Said) -> bool:
    """Whether a pronoun stands in for what is named before: `or who have received these within 4 weeks`."""
    return not words("pronouns").isdisjoint(context.written(part.span).lower().split())


def _shares_times(context: Context, before: Said, last: Said, mark: Mark) -> bool:
    free = before.what == "fact" and before.time is None and (last.time is not None or bool(status_behind(last)))
    return free and (not mark[0] or context.take(Alternative.TIME))


def _again(context: Context, before: Said, shared: Modifiers, part: Said, word: str) -> Said:
    """A noun at the time that it shares with its neighbours, and at that of the part which has none."""
    assert before.body is not None
    lead = part.lead

    def anew(leaf: Leaf) -> Predicate:
        plainly = replace(leaf, window=None, status="active") if isinstance(leaf, Present) else leaf
        return over(plainly, lead, context.kind)

    each = [over(before.body, shared, context.kind), map_leaves(before.body, anew)]
    either = word == "or" or (excludes(context, before.lead.negated) and context.take(Alternative.AND_EXCLUDES))
    span = hull([before.span, part.span])
    return replace(before, body=any_of(each) if either else all_of(each), span=span, bare=False, what="joined")


def _lost(context: Context, part: Said) -> Said:
    """Words that narrow, and nothing that they could narrow."""
    made = context.unread(part.span, "nothing-stated")
    return replace(made, lead=part.lead, tainted=part.lead.negated or part.lead != NONE)
