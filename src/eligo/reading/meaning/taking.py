"""Parts of a list that take in their neighbours: opinions, attestations, words that are not understood, hedges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from eligo.criteria import (
    MEASURING,
    AllOf,
    Always,
    Attest,
    Compare,
    Leaf,
    Predicate,
    Present,
    leaves,
    map_leaves,
)
from eligo.dataclass import replace
from eligo.reading.lexicon import begins, belongs_to, measured_by, words
from eligo.reading.meaning.context import Context, bodies_of
from eligo.reading.meaning.counts import counted
from eligo.reading.meaning.edges import meanwhile_back
from eligo.reading.meaning.facts import facts_in
from eligo.reading.meaning.joining import all_of, any_of, facts_of, is_judgement, measures
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import NONE, Mark, Modifiers, Said
from eligo.reading.neighbours import is_time_unit
from eligo.reading.tokens import Token
from eligo.vocabulary.named import is_named, is_statement

_WORDS: Final = re.compile(r"[^\W\d_]+")


def opinion(said: Sequence[Said], marks: Sequence[Mark]) -> Said | None:
    """`A or B, in the opinion of the investigator`: an opinion with no noun of its own is of all before it."""
    for part, mark in ((said[-1], marks[-1:]), (said[0], marks[:1])):
        if mark == [(",", "")] and is_judgement(part.body) and not part.lead.any():
            return part
    return None


def or_within(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """`current A or within 4 weeks`: a time alone behind `or` is of the facts before it, which need not go on now."""
    *others, last = said
    time = last.lead.window
    alone = last.body is None and last.lead == Modifiers(window=time) and bool(others) and marks[-1][1] == "or"
    first = context.written(last.span).split(maxsplit=1)[:1]
    if time is None or not alone or not any(begins(word, "WITHIN") for word in first):
        return said
    if any(part.what != "fact" or part.lead.negated for part in others):
        return said

    def then(leaf: Leaf) -> Leaf:
        if not isinstance(leaf, Present):
            return leaf
        return replace(leaf, status="active" if leaf.status in ("now", "planned") else leaf.status, window=time)

    others = meanwhile_back(context, others) if others[-1].meanwhile else others
    again = [fact for body in bodies_of(others) for fact in facts_of(map_leaves(body, then)) or []]
    body = any_of(list(dict.fromkeys(again)))
    return [*others, replace(last, body=body, what="joined", lead=NONE)]


def judged(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
    """`A or zorblax that the investigator considers a risk`: the opinion may be of A too."""
    *others, last = said
    opinion = last.body
    if opinion is None or not is_judgement(opinion) or last.lead.negated or not _stands_behind(opinion, last):
        return said
    facts = all(part.what == "fact" and not part.lead.negated for part in others)
    if not facts or marks[-1][1] != "or" or context.take(Alternative.BEHIND):
        return said
    return [replace(p, body=all_of([p.body, opinion]), what="joined") if p.body is not None else p for p in others] + [
        last
    ]


def _stands_behind(opinion: Predicate, part: Said) -> bool:
    """Whether an opinion has words of its part before it."""
    span = next(leaves(opinion)).span
    return span is not None and span[0] > part.span[0]


def absorbed(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """What a person states takes in the words around it that say more of the same.

    Where a fact stands beside it, it takes in nothing: the fact alone would decide for all that is left out.
    """
    if len(said) < 2 or not any(map(_takes_words, said)):
        return said, marks
    opinions = [i for i, s in enumerate(said) if _judges(s)]
    places = [i for i, s in enumerate(said) if not (_idle(context, s) and _of_it(context, said, marks, i, opinions))]
    if len(places) == len(said):
        return said, marks
    kept = [said[i] for i in places]
    if any(not is_named(fact.concept) for body in bodies_of(kept) for fact in facts_in(body)):
        return said, marks
    return kept, [marks[i - 1] for i in places[1:]]


def _takes_words(said: Said) -> bool:
    """Whether a person states it; what is asked for in its own words has nothing to take in."""
    if said.what != "attest" or said.body is None:
        return said.what == "attest"
    return not any(isinstance(leaf, Attest) and is_statement(leaf.topic) for leaf in leaves(said.body))


def _idle(context: Context, said: Said) -> bool:
    """Whether a part is not understood and names nothing of the patient."""
    if said.lead.hedged or said.what == "attest":
        return False
    if said.body is None:
        return True
    if said.what != "unread" or said.tainted:
        return False
    return not context.names_any(said.span) and not context.names_sex(said.span)


def _of_it(context: Context, said: list[Said], marks: list[Mark], i: int, opinions: list[int]) -> bool:
    """Whether words that are not understood only say more of what a person states: visits, procedures, risks.

    An opinion takes in what it is said of ("a condition that, in the opinion ..."), and what is said of that behind it.
    """
    if said[i].body is None:
        return True
    tokens = context.tokens_in(said[i].span)
    if _counts(tokens):
        return False
    told = [set(_WORDS.findall(context.written(t.span).lower())) for t in tokens if t.type == "FILLER"]
    elaborating = words("elaborating")
    saying_no_more = elaborating | words("general_nouns") if opinions else elaborating
    if all(part <= saying_no_more for part in told):
        return True
    if opinions and opinions[0] < i:
        return any(part & elaborating for part in told)
    last = context.written(said[i].span).lower().split()[-1:]
    return i + 1 in opinions and marks[i] == (",", "") and not words("bond_that").isdisjoint(last)


def _counts(tokens: Sequence[Token]) -> bool:
    """Whether tokens hold a number, and no unit of time."""
    return any(t.type == "NUM" for t in tokens) and not any(map(is_time_unit, tokens))


def _judges(said: Said) -> bool:
    """Whether it is an opinion."""
    return said.what == "attest" and said.body is not None and any(map(is_judgement, leaves(said.body)))


def objects(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`allergy to aspirin or heparin`: a bare fact after words that are not understood may be their object."""
    kept, between = said[:1], marks[:0]
    for i, (part, mark) in enumerate(zip(said[1:], marks, strict=False), start=1):
        before = kept[-1]
        hedged = _hedged_too(context, before, part, mark, listed=_closed(said, marks, i))
        if hedged is not None:
            kept[-1] = hedged
        elif _defined_by(context, before, part, mark):
            kept[-1] = replace(part, span=(before.span[0], part.span[1]))
        elif _taken_in(context, before, part, mark):
            kept[-1] = _one_with(context, before, part)
            if between and not between[-1][1]:  # zorblax A, zorblax B or C: a list that `or` joins
                between[-1] = (between[-1][0], mark[1])
        else:
            between.append(mark)
            kept.append(part)
    return kept, between


def _taken_in(context: Context, before: Said, part: Said, mark: Mark) -> bool:
    """Whether words that are not understood, a number or a stroke make one thing of two parts."""
    if part.what == "unread" and context.text[before.span[1] : part.span[0]].strip() == "/":
        return True
    denied = before.bonds[-1].kind == "without" if before.bonds else False
    if denied and part.what == "unread" and not mark[0]:  # `A without B or zorblax`
        return True
    if part.anew:
        return False
    if _shares_name(context, before, part, mark):
        return True
    free = (part.bare or before.tainted) and not (part.lead.negated or part.apart)
    return (before.what == "unread" and free) or counted(context, before, part, mark)


def _defined_by(context: Context, before: Said, part: Said, mark: Mark) -> bool:
    """`overweight or obesity (BMI > 25)`: the limit may say what both names mean, where it can state either."""
    facts = [before.body] if before.what == "fact" and isinstance(before.body, Present) else []
    if not facts or mark != ("", "or") or part.body is None or not measures(part.body):
        return False
    bracket = context.text.rfind("(", *part.span)
    named = [str(t.value) for t in context.tokens if t.type == "CONCEPT" and part.span[0] <= t.start < bracket]
    names = [fact.concept for fact in facts] + named
    on = {leaf.variable for leaf in leaves(part.body) if isinstance(leaf, MEASURING)}
    stated = bool(named) and all(on <= set(measured_by(name)) for name in names)
    return stated and context.take(Alternative.STATED)


def _shares_name(context: Context, before: Said, part: Said, mark: Mark) -> bool:
    """`weight loss or gain >= 5 kg`: a limit on one word that nobody knows may be on the name before it too."""
    limits = list(leaves(part.body)) if part.body is not None and part.what == "limit" else []
    unknown = [leaf.name for leaf in limits if isinstance(leaf, Compare) and leaf.variable is None and leaf.name]
    if mark[0] or before.what != "fact" or len(unknown) != 1 or len(unknown[0].split()) > 1:
        return False
    return len(context.written(before.span).split()) > 1 and not part.lead.any()


def _one_with(context: Context, before: Said, part: Said) -> Said:
    """Two parts that are not understood apart."""
    made = context.unread_with(before, (before.span[0], part.span[1]), "shared-words", part.span, part.time)
    return replace(made, lead=before.lead._replace(hedged=False)) if before.lead.hedged else made


def _small(part: Said) -> bool:
    """Whether it is no more than a name, or words that are not understood."""
    return part.bare or (part.what == "unread" and not part.tainted and not part.exception)


def _closed(said: Sequence[Said], marks: Sequence[Mark], i: int) -> bool:
    """Whether part `i` is of a list of three or more that a word closes: `with or without A, B and C`."""
    first = next((k for k in range(i - 1, -1, -1) if said[k].hedge is not None), None)
    if first is None:
        return False
    for k in range(first + 1, len(said)):
        if not _small(said[k]):
            return False
        if marks[k - 1][1]:
            return k >= max(i, first + 2)
    return False


def _hedged_too(context: Context, before: Said, part: Said, mark: Mark, *, listed: bool) -> Said | None:
    """`with or without ascites or jaundice`: what is joined on without a comma, or in a list, restricts nothing."""
    if not _small(part) or (mark[0] and not (listed and context.take(Alternative.HEDGE))):
        return None
    whole = (before.span[0], part.span[1])
    if before.lead.hedged and part.what == "unread":
        return replace(before, span=whole)
    if before.hedge is None or not isinstance(before.body, AllOf):
        return None
    *rest, last = before.body.parts
    if not isinstance(last, Always):
        return None
    span = (before.hedge[0], part.span[1])
    hedge = Always(context.written(span), span=span)
    return replace(before, body=all_of([*rest, hedge]), span=whole, hedge=span)


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
