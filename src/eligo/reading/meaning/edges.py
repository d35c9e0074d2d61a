"""The edges of a list: what its first or its last part says, which may be said of the parts beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, cast

from eligo.criteria import AllOf, Attest, Leaf, Predicate, Present, Span, Window, map_leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import PLAIN_STATUSES, concept_named, name_words, qualifiers_in, words
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.facts import TREATMENTS, kind_of, kinds_in, may_be_of
from eligo.reading.meaning.joining import all_of, any_of, facts_of, is_judgement
from eligo.reading.meaning.modifiers import PAST, narrows, over
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Mark, Modifiers, Said, What
from eligo.reading.meaning.times import SCREENING
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import NamedKind, is_named, is_noun_of_names, name_of, named_id

_PLAINLY: Final = PLAIN_STATUSES | {"now"}  # statuses that say no more than that something is given


def facts_named(said: Said) -> Sequence[Present]:
    """The facts of a part that is a fact, or a choice of facts; none where it says more."""
    return [] if said.body is None else facts_of(said.body) or []


def led(context: Context, part: Said, lead: Modifiers) -> Said:
    """A part with what stands before another one; it goes on to the next one from there."""
    assert part.body is not None
    own = part.lead
    kept = own._replace(
        statuses=lead.statuses or own.statuses,
        window=own.window or lead.window,
        qualifiers=own.qualifiers or lead.qualifiers,
    )
    others = tuple(over(example, lead, context.kind, context.text) for example in part.examples)
    return replace(part, body=over(part.body, lead, context.kind, context.text), examples=others, lead=kept)


def reached(said: Sequence[Said], free: Callable[[Said], bool], among: Sequence[What] = ("fact",)) -> list[int]:
    """The facts, or what is `among` them, right before the last part that the condition leaves free, first to last."""
    found: list[int] = []
    for i in range(len(said) - 2, -1, -1):
        part = said[i]
        if part.what == "unread" and part.time is None and not part.lost_time:
            continue
        if part.what not in among or not free(part):
            break
        found.insert(0, i)
    return found


def with_first_word(context: Context, before: Sequence[Said], part: Said, mark: Mark) -> Said:
    """`hepatic adenoma or carcinoma`: a carcinoma of the liver, where that is a kind of what the second word names.

    Between commas, as in `diabetic neuropathy, retinopathy`, it most likely is any.
    """
    first, second = _with_two_words(context, before), part.body
    if first is None or not isinstance(second, Present) or second.span is None:
        return part
    if not part.bare or part.what != "fact":
        return part
    word, *rest = first.split()
    id_ = concept_named(f"{word} {context.written(second.span)}") if not qualifiers_in(word) else None
    if id_ is None or not _is_more_closely(id_, second.concept):
        return part
    general = bool(mark[0]) or rest[-1].lower() in words("general_nouns") or concept_named(" ".join(rest)) is not None
    if context.take(Alternative.FIRST_WORD) == general:  # lung disease or infection: most likely any
        return part
    return replace(part, body=replace(second, concept=id_, span=second.span))


def _with_two_words(context: Context, before: Sequence[Said]) -> str | None:
    """The words of the last name before a part that has more than one; names of one word may stand between."""
    for i in range(len(before) - 1, -1, -1):
        body = before[i].body
        if not isinstance(body, Present) or body.span is None or before[i].what != "fact":
            return None
        between = context.text[body.span[1] :].lstrip()[:1]
        written = context.written(body.span)
        if between == "/":  # eczema/dermatitis
            return None
        if " " in written:
            return written
        if not before[i].bare:
            return None
    return None


def _is_more_closely(concept: str, named: str) -> bool:
    """Whether a concept is a kind of what a name means; `ideation` behind `suicide attempt` is no name by itself."""
    return concept != named and (is_named(named) or may_be_of(concept, named))


def with_participle(context: Context, before: Said, part: Said) -> Said:
    """`uncorrected A or B`, `cardiac A or B`: an adjective that no data file knows may be of both, a participle is.

    So may be a compound; two names that a slash joins most likely share it: `anti-cancer A/B`.
    """
    first, second = before.body, part.body
    if not (isinstance(first, Present) and isinstance(second, Present)) or not part.bare:
        return part
    if not (is_named(first.concept) or is_named(second.concept)):  # names that are known are not cut apart
        return part
    if first.span is None or second.span is None or kind_of(first) != kind_of(second):
        return part
    slashed = context.text[first.span[1] : second.span[0]].strip() == "/"
    written = context.written(second.span)
    found = _compound(context.written(first.span).lower(), slashed=slashed) or _narrowing(context, first, second)
    if found is None or context.take(Alternative.FIRST_WORD) != found.likely:
        return part
    id_ = concepts().named(cast(NamedKind, kind_of(first)), f"{found.word} {written}")
    return replace(part, body=replace(second, concept=id_))


class _First(NamedTuple):
    """The word that a name begins with, which may be of the next name too; `likely`: it most likely is."""

    word: str
    likely: bool


def _narrowing(context: Context, first: Present, second: Present) -> _First | None:
    """The adjective of the first name that may be of the second too."""
    assert first.span is not None
    assert second.span is not None
    written = context.written(second.span)
    alone = is_named(second.concept) and " " not in written
    class_only = alone and is_noun_of_names(written)  # `spinal fracture or tumor`: hardly any tumor
    if not (alone or is_named(first.concept)):
        return None
    name = name_of(first.concept)[1] if is_named(first.concept) else context.written(first.span).lower()
    found = _adjective(name, alone=alone or (kind_of(second) == "condition" and is_noun_of_names(written)))
    return found._replace(likely=True) if found is not None and class_only else found


def _compound(written: str, *, slashed: bool) -> _First | None:
    """The compound that a name begins with, which may stand before any other: `anti-cancer herbs`."""
    word, _, rest = written.partition(" ")
    beginning, hyphen, _ = word.partition("-")
    compound = word in words("compounds") or (bool(hyphen) and beginning in words("compound_beginnings"))
    likely = slashed or word.endswith(tuple(words("participles")))
    return _First(word, likely) if rest and compound and not qualifiers_in(word) else None


def _adjective(name: str, *, alone: bool) -> _First | None:
    """The adjective before what is a name without it, by the way in which it ends.

    `alone`: one word stands behind that no data file knows, as in `cardiac angioplasty or stenting`, or that names no
    more than a kind of things, as in `gastric ulceration or bleeding`.
    """
    word, _, rest = name.partition(" ")
    participle = word.endswith(tuple(words("participles")))
    if not participle and not word.endswith(tuple(words("adjective_ends"))):
        return None
    named = concept_named(rest) is not None or (alone and bool(rest) and " " not in rest)
    return _First(word, participle) if named and not qualifiers_in(word) else None


def with_past(context: Context, before: Said, part: Said) -> Said:
    """`history of A (INR > 2) or B (BMI > 40)`: that B once was counts beside its limit too."""
    past = tuple(status for status in before.lead.statuses if status in PAST)
    if part.defines is None or part.body is None or not past or part.lead.any() or part.apart or part.anew:
        return part
    once = over(part.defines, Modifiers(statuses=past), context.kind)
    return replace(part, body=any_of([once, part.body]), lead=part.lead._replace(statuses=past))


def opinion_back(context: Context, said: list[Said]) -> list[Said]:
    """`asthma or abnormality that in the opinion of the investigator may harm`: the opinion is most likely on both."""
    last = said[-1]
    opinion = _opinion(last)
    if isinstance(last.body, Attest) and not _names_another(context.written(last.span)):
        opinion = None
    among: tuple[What, ...] = ("fact", "limit", "attest")
    run = reached(said, lambda part: _opinion(part) is None, among) if opinion is not None else []
    if opinion is None or not run or not context.take(Alternative.BEHIND):
        return said
    made = list(said)
    judged = _from_its_start(context, opinion)
    for i in run:
        body = said[i].body
        if body is not None:
            made[i] = replace(said[i], body=all_of([body, judged]))
    return made


def _from_its_start(context: Context, opinion: Attest) -> Attest:
    """`abnormality which in the judgment of the investigator ...`: the opinion, without what it is on."""
    start, end = cast(Span, opinion.span)
    found = next((word for word in words("bond_that") if f" {word} " in context.written((start, end)).lower()), None)
    if found is None:
        return opinion
    return replace(opinion, span=(start + context.written((start, end)).lower().index(f" {found} ") + 1, end))


def _names_another(written: str) -> bool:
    """Whether an opinion is of what it names first, as the things before it are: not `any other condition that ...`."""
    first, *rest = written.lower().split()
    return first not in name_words("indefinite") and not {"that", "which"}.isdisjoint(rest)


def _opinion(part: Said) -> Attest | None:
    """The opinion that a part asks for besides what it names."""
    inner = part.body.parts if isinstance(part.body, AllOf) else (part.body,)
    found = next((leaf for leaf in inner if isinstance(leaf, Attest) and is_judgement(leaf)), None)
    told = found is not None and (len(inner) > 1 or part.what == "attest")
    return found if told else None


def complement_back(context: Context, said: list[Said]) -> list[Said]:
    """`spondylitis or unknown arthropathy at the target disc`: what an unknown name ends with may be said of all."""
    last = said[-1].body
    if len(said) < 2 or not isinstance(last, Present) or last.span is None:
        return said
    kind, named = kind_of(last), is_named(last.concept)
    complement = _complement(context.written(last.span))
    if kind is None or not (named or any(is_named(fact.concept) for part in said[:-1] for fact in facts_named(part))):
        return said
    run = reached(said, lambda part: _takes_complement(context, part, kind)) if complement else []
    if not run or context.take(Alternative.COMPLEMENT):
        return said
    made = list(said)
    for i in run:
        fact = facts_named(said[i])[0]
        name = f"{context.written(cast(Span, fact.span))} {complement}"
        made[i] = replace(said[i], body=replace(fact, concept=named_id(cast(NamedKind, kind), name)))
    return made


def _complement(written: str) -> str:
    """What a name ends with that may be said of others: `of the hip`."""
    found = written.split()
    return next((" ".join(found[i:]) for i, word in enumerate(found) if i and word in words("complements")), "")


def _takes_complement(context: Context, part: Said, kind: str) -> bool:
    """Whether a part is one thing of the kind, in its own words, and without a complement."""
    facts = facts_named(part)
    free = part.bare or part.lead == Modifiers(negated=True)
    if not free or len(facts) != 1 or facts[0].span is None or kind_of(facts[0]) != kind:
        return False
    written = context.written(facts[0].span)
    in_own_words = not is_named(facts[0].concept) or len(name_of(facts[0].concept)[1].split()) == len(written.split())
    return in_own_words and not _complement(written)


def narrowed_back(context: Context, said: list[Said]) -> list[Said]:
    """`cataract or glaucoma in the study eye`, `A or B requiring treatment`: what narrows the last from behind.

    It most likely narrows all of them where nothing else stands before the last; a part of the body narrows what is of
    one sort.
    """
    last = said[-1]
    narrowed = last.narrowed
    reaches = bool(narrowed) and last.anew != "any"
    run = reached(said, lambda part: _narrows_all(narrowed, part, last)) if reaches else []
    if not run:
        return said
    facts = facts_named(last)
    if words("sites").isdisjoint(narrowed):
        likely = not last.lead.qualifiers
    else:
        likely = all(_of_one_sort(fact, facts) for i in run for fact in facts_named(said[i]))
    if context.take(Alternative.BEHIND) != likely:
        return said
    return [_narrowed_too(part, narrowed) if i in run else part for i, part in enumerate(said)]


def _narrows_all(narrowed: Sequence[str], part: Said, last: Said) -> bool:
    """Whether all facts of a part can be narrowed so, and none of them is narrowed yet, or is the last one again."""
    facts = facts_named(part)
    if part.narrowed or not facts or {fact.concept for fact in facts} & {fact.concept for fact in facts_named(last)}:
        return False
    if words("sites").isdisjoint(narrowed) and (part.time or (not part.bare and part.lead.qualifiers)):
        return False
    return all(_takes(one, fact) for fact in facts for one in narrowed)


def _takes(qualifier: str, fact: Present) -> bool:
    """Whether a word behind a noun can narrow a fact: a part of the body what is of the body, others what is alike."""
    if qualifier in words("sites"):
        return kind_of(fact) in ("condition", "procedure")
    return narrows(qualifier, concepts().get(fact.concept))


def _of_one_sort(fact: Present, others: Sequence[Present]) -> bool:
    """Whether a fact falls under the same class as one of the others, or one of them is known by its name alone."""
    classes = concepts().ancestors(fact.concept) - {fact.concept}
    unknown = not classes or any(is_named(o.concept) and kind_of(o) == kind_of(fact) for o in others)
    return unknown or any(not classes.isdisjoint(concepts().ancestors(other.concept)) for other in others)


def _narrowed_too(part: Said, narrowed: tuple[str, ...]) -> Said:
    """A part and its examples, each of them narrowed so too."""
    assert part.body is not None
    examples = tuple(map_leaves(example, lambda leaf: narrowed_more(leaf, narrowed)) for example in part.examples)
    return replace(part, body=map_leaves(part.body, lambda leaf: narrowed_more(leaf, narrowed)), examples=examples)


def narrowed_more(leaf: Leaf, qualifiers: tuple[str, ...]) -> Leaf:
    """A fact with what narrows it from behind, besides what narrows it already."""
    if not isinstance(leaf, Present) or set(qualifiers) <= {leaf.qualifier}:
        return leaf
    return replace(leaf, qualifier=" ".join((*([leaf.qualifier] if leaf.qualifier else []), *qualifiers)))


def exception_back(said: list[Said]) -> list[Said]:
    """`active A or a history of A (except B)`: what is taken out of the last is taken out of the same thing before."""
    taken = {fact.concept: fact.but_not for fact in facts_named(said[-1]) if fact.but_not}
    if not taken:
        return said

    def without(leaf: Leaf) -> Predicate:
        same = isinstance(leaf, Present) and not leaf.but_not and leaf.concept in taken
        return replace(leaf, but_not=taken[leaf.concept]) if same and isinstance(leaf, Present) else leaf

    run = set(reached(said, lambda part: True))
    return [
        replace(part, body=map_leaves(part.body, without)) if i in run and part.body is not None else part
        for i, part in enumerate(said)
    ]


def anchor_back(said: Sequence[Said]) -> list[Said]:
    """`A within 28 days or B within 14 days of enrollment`: both are counted from the day that stands behind them."""
    made, anchor = list(said), SCREENING
    for i in range(len(said) - 1, -1, -1):
        time = said[i].time if said[i].when is not None and said[i].what == "fact" else None
        if time is not None and time.anchor in words("days_of_the_trial"):
            anchor = time.anchor
        elif anchor != SCREENING and _without_day(said[i]):
            made[i] = _counted_from(said[i], anchor)
    return made


def _without_day(part: Said) -> bool:
    """Whether a part has a time of its own that is counted from no day that stands beside it.

    `chemotherapy < 3 weeks or surgery < 2 weeks before enrollment`: how long ago, and no length of time.
    """
    when = part.when
    if when is None or part.body is None or when.side is not None:
        return False
    return when.form == "within" or (when.form == "alone" and when.op in ("lt", "le"))


def _counted_from(part: Said, anchor: str) -> Said:
    """A part with the days of its facts counted from another one."""

    def change(leaf: Leaf) -> Predicate:
        window = leaf.window if isinstance(leaf, Present) else None
        if window is None or window.anchor != SCREENING:
            return leaf
        if window.lasting is not None and part.when is not None and part.when.form == "alone":
            window = Window(within=part.when.duration)
        return replace(cast(Present, leaf), window=replace(window, anchor=anchor))

    assert part.body is not None
    assert part.time is not None
    return replace(part, body=map_leaves(part.body, change), time=replace(part.time, anchor=anchor))


def meanwhile_back(context: Context, said: Sequence[Said]) -> list[Said]:
    """`use of A or B during the study`: when something is given holds for what is given before it too."""
    made = list(said)
    last = facts_named(said[-1])
    if not last or not kinds_in(last) <= TREATMENTS:
        return made
    for i in reached(said, lambda part: part.time is None and _PLAINLY.issuperset(part.lead.statuses)):
        facts = facts_named(said[i])
        if facts and kinds_in(facts) <= TREATMENTS:
            plain = any_of([replace(fact, status="active") for fact in facts])
            made[i] = led(context, replace(said[i], body=plain), Modifiers(statuses=("meanwhile",)))
    return made


def status_back(context: Context, said: Sequence[Said]) -> list[Said]:
    """`A or B, current or previous`: a status behind the last name is most likely that of the names before it too."""
    statuses = status_behind(said[-1])
    run = reached(said, lambda part: part.time is None and part.bare and not part.lead.any()) if statuses else []
    if not run or not context.take(Alternative.BEHIND):
        return list(said)
    lead = Modifiers(statuses=statuses)
    return [led(context, part, lead) if i in run else part for i, part in enumerate(said)]


def status_behind(part: Said) -> tuple[str, ...]:
    """The status that stands behind a name: of now, or of the past."""
    statuses = part.lead.statuses
    behind = part.what == "fact" and part.bare and part.body is not None
    return statuses if behind and {"now", "history", "planned"}.issuperset(statuses) else ()
