"""The one pass that carries modifiers over the parts of a list; how far each reaches is the table of `modifiers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eligo.criteria import (
    MEASURING,
    STUDY_CONDITION,
    Attest,
    Excepted,
    Leaf,
    Predicate,
    Present,
    Related,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import END, belongs_to, concept_named, trie, words
from eligo.reading.meaning.bonds import tie
from eligo.reading.meaning.context import Context, bodies_of, hull
from eligo.reading.meaning.edges import (
    anchor_back,
    complement_back,
    exception_back,
    facts_named,
    led,
    meanwhile_back,
    narrowed_back,
    opinion_back,
    reached,
    status_back,
    with_first_word,
    with_participle,
    with_past,
)
from eligo.reading.meaning.facts import TREATMENTS, concept_of, facts_in, kinds_in
from eligo.reading.meaning.joining import any_of, is_unread
from eligo.reading.meaning.modifiers import displaced, is_route, narrows, over
from eligo.reading.meaning.nouns import either_of
from eligo.reading.meaning.reach_times import MAY_BE_TIMED, happens, time_back, within_chains
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Bond, Mark, Modifiers, Said, What
from eligo.vocabulary.concepts import concepts


def spread(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> list[Said]:
    """Each part with the modifiers of its neighbours that hold for it too."""
    anew = bool(said[-1].lead.statuses)  # `A or had B that ...`: what stands behind is most likely of B alone
    forward = _forward(context, list(said), marks)
    return _back(context, forward, marks, anew=anew)


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
    anew = [part.lead.statuses == ("history",) for part in said]  # `asthma, history of stroke, or anemia`
    for i in range(1, len(said)):
        j = _carrying(said, i)
        before, part = said[j], with_first_word(context, said[:i], said[i], marks[i - 1])
        before = _before_noun(before, behind=behind[j])
        part = with_past(context, before, with_participle(context, before, part))
        said[i] = part
        if part.body is not None and part.what == "fact" and not part.apart and not part.lead.negated:
            either = i == len(said) - 1 and marks[-1][1] == "or" and (i == 1 or anew[j])
            said[i] = _under_words(context, _with_routes(before), part, part.body, either=either)
    return said


def _under_words(context: Context, before: Said, part: Said, body: Predicate, *, either: bool) -> Said:
    """A fact under the words before the fact before it."""
    if before.either and _shares_either(context, before, part):
        made = either_of([over(body, each, context.kind, context.text) for each in before.either])
        return replace(part, body=made, either=before.either)
    if part.meanwhile and "planned" in before.lead.statuses and part.lead.statuses == ("meanwhile",):
        return replace(part, body=_planned(part))  # `expected to need A or B during the study`
    if _other_too(context, before, part):  # `other medical or psychiatric illness`
        part = replace(part, body=map_leaves(body, _other))
    lead = _lead_of(context, before, part, either=either)
    return replace(led(context, part, lead), used=before.used) if lead.any() else part


def _carrying(said: Sequence[Said], i: int) -> int:
    """The place of the part before part `i` whose words may go on; what is not understood in between ends nothing."""
    j = i - 1
    while j and said[j].what == "unread" and not (said[j].lead.any() or said[j].apart or said[j].tainted):
        j -= 1
    return j


def _before_noun(part: Said, *, behind: bool) -> Said:
    """A part with its status only where that does not stand behind its noun."""
    return replace(part, lead=part.lead._replace(statuses=())) if behind else part


def _lead_of(context: Context, before: Said, part: Said, *, either: bool) -> Modifiers:
    """What stands before a noun and holds for the next one; `either`: one of two is enough, the last ones."""
    free = (_has_no_time(before, part) or _is_result(context, part)) and not _both_any(context, before, part)
    free = free and not _with_more(context, part)  # `on dialysis or with a kidney transplant`
    alone = either and _told_more(context, before)
    return Modifiers(
        statuses=_statuses(context, before, part, either=either) if free else (),
        qualifiers=() if alone else _shared_qualifiers(context, before, part),
        window=before.lead.window if part.bare else None,
    )


def _with_more(context: Context, part: Said) -> bool:
    """Whether a part is joined on by words that say that something is there together with it."""
    before = context.text[: part.span[0]].lower().rstrip()
    return any(before.endswith(f" {word}") for word in words("or_with"))


def _both_any(context: Context, before: Said, part: Said) -> bool:
    """`any history of A, any B`: whether each begins with a word behind which all begins anew."""
    return part.anew == "any" and context.written(before.span).split(maxsplit=1)[0].lower() in words("anew")


def _other_too(context: Context, before: Said, part: Said) -> bool:
    """Whether two names share a noun, or are one, and the first is of another thing than that of the trial."""
    facts, own = facts_named(before), facts_named(part)
    if not (facts and own and part.bare) or any(Excepted(STUDY_CONDITION) not in fact.but_not for fact in facts):
        return False
    if {fact.concept for fact in facts} == {fact.concept for fact in own}:
        return True  # `concurrent malignancy, or malignancy in the last 3 years`
    written = [context.written(fact.span) for fact in facts if fact.span is not None]
    return len(written) == len(facts) and all(concept_named(one) is None and " " not in one for one in written)


def _other(leaf: Leaf) -> Leaf:
    if not isinstance(leaf, Present) or Excepted(STUDY_CONDITION) in leaf.but_not:
        return leaf
    return replace(leaf, but_not=(*leaf.but_not, Excepted(STUDY_CONDITION)))


def _planned(part: Said) -> Predicate:
    """The facts of a part, each of them once, as what is planned."""
    return any_of(list(dict.fromkeys(replace(fact, status="planned") for fact in facts_named(part))))


def _has_no_time(before: Said, part: Said) -> bool:
    """Whether a part has no status of its own: `prior A or treatment with B` is of treatments of before.

    `active tuberculosis` has one as part of its name.
    """
    if any("STATUS" in trie().get(word, {}).get(END, ()) for word in part.adjectives[:1]):
        return False
    if part.lead.statuses != ("used",):
        return not part.lead.statuses
    facts = [*facts_named(before), *facts_named(part)]
    return bool(facts) and kinds_in(facts) <= TREATMENTS


def _is_result(context: Context, part: Said) -> bool:
    """`HCV antibody (anti-HCV) positive`: whether the word behind a name tells what was found, and not when."""
    last = context.written(part.span).lower().split()[-1:]
    return part.bare and part.lead.statuses == ("active",) and not words("results_of_tests").isdisjoint(last)


def _statuses(context: Context, before: Said, part: Said, *, either: bool) -> tuple[str, ...]:
    """The status before a noun; of several words of which one is meant, that of all: `history of severe or acute A`.

    `active` tells how a disease is, as an adjective before the next one does: `active A, chronic hepatitis B`; what
    happens is not active. Behind another disease, it may be of that alone.
    """
    several = {each.statuses for each in before.either}
    found = next(iter(several)) if len(several) == 1 else before.lead.statuses
    own = part.adjectives or part.lead.qualifiers or part.narrowed or happens(part)
    disease = either and kinds_in(facts_named(part)) == {"condition"}
    if disease and found == ("history",) and context.text[before.span[1] :].lstrip()[:1] == ",":
        return found if context.take(Alternative.QUALIFIER) else ()  # `prior stroke, or anemia`
    if own or (found == ("waxing",) and not context.take(Alternative.QUALIFIER)):
        return tuple([one for one in found if one != "waxing"])
    return found


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


def _back(context: Context, said: list[Said], marks: Sequence[Mark], *, anew: bool) -> list[Said]:
    """What stands behind the last noun holds for the nouns before it, or only for it, where that begins `anew`."""
    last = said[-1]
    if last.lost_time and (run := reached(said, lambda part: part.time is None)):
        return [*said[: run[0]], _whole(context, said[run[0] :])]
    said = anchor_back(said)
    said = within_chains(context, said, marks)
    if last.time is not None and last.what in MAY_BE_TIMED:
        said = time_back(context, said, marks)
    if not (last.apart or last.anew):
        said = opinion_back(context, said)
    if last.what == "fact":
        said = exception_back(narrowed_back(context, complement_back(context, said)))
    said = meanwhile_back(context, said) if last.meanwhile else status_back(context, said)
    if last.bonds and not last.apart and (not last.anew or _given_for(said) or _judges_others(last)):
        said = _bonds_back(context, said, anew=anew)
    return said


def _given_for(said: Sequence[Said]) -> bool:
    """`A, B or any C for D`: whether all are treatments, and D is what they are given for."""
    return {bond.kind for bond in said[-1].bonds} == {"due_to"} and _kinds(said) <= TREATMENTS


def _judges_others(last: Said) -> bool:
    """`A or other B that may harm`: whether what is said of another one is judged, and so may be of both."""
    return last.anew == "other" and all(bond.kind == "that" for bond in last.bonds)


def _bonds_back(context: Context, said: list[Said], *, anew: bool) -> list[Said]:
    """`A or B requiring C`: what is bound to the last part is bound to those before it too."""
    # `serious condition or psychiatric illness that may interfere`: what is judged may be what a person states
    judged = all(bond.kind == "that" and isinstance(bond.body, Attest) for bond in said[-1].bonds)
    among: tuple[What, ...] = ("fact", "limit", "attest") if judged else ("fact", "limit")
    run = [i for i in reached(said, lambda part: not part.bonds, among) if said[i].body is not None]
    bonds = [bond for bond in said[-1].bonds if not _of_last_only(bond, said[-1], [said[i] for i in run])]
    if (
        not run
        or not bonds
        or context.take(Alternative.BEHIND) != all(_likely_of_all(bond, anew=anew) for bond in bonds)
    ):
        return said
    made = list(said)
    for i in run:
        made[i] = _bound(context, said[i], bonds)
    return made


def _likely_of_all(bond: Bond, *, anew: bool) -> bool:
    """Not so `pregnant, or women who are B`; what is not understood, or judged, is of all of them.

    Nor so where a status stands before the last alone: `stroke, or current atrial fibrillation treated with A`.
    """
    judged = is_unread(bond.body) or isinstance(bond.body, Attest)
    return judged or not (anew or bond.kind == "that")


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
