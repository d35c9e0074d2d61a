"""Lists: units between commas, `and` and `or`; how far the modifiers of each reach, and what joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eligo.criteria import (
    MEASURING,
    AllOf,
    Always,
    AnyOf,
    Attest,
    Compare,
    Not,
    OneOf,
    Predicate,
    Present,
    Span,
    Unparsed,
    leaves,
)
from eligo.reading.lexicon import alternates, belongs_to, measured_by, words
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.counts import counted
from eligo.reading.meaning.exceptions import another, plain
from eligo.reading.meaning.joining import all_of, any_of, category, default, facts_of, is_unread, measures
from eligo.reading.meaning.nouns import with_nouns
from eligo.reading.meaning.reach import runs, spread
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Mark, Said
from eligo.reading.meaning.sexes import by_sex
from eligo.reading.meaning.wrapping import wrapped, wrapped_run
from eligo.reading.tree import Branch, Node
from eligo.vocabulary.variables import variables


def commas(context: Context, node: Branch) -> Said:
    """Parts between commas; what stands between two of them may itself be joined by `and` and `or`."""
    return joined(context, *_parts(context, node))


def chain(context: Context, node: Branch) -> Said:
    """Parts joined by `and` and `or` alone."""
    return joined(context, *_parts(context, node))


def _parts(context: Context, node: Branch) -> tuple[list[Said], list[Mark]]:
    """What stands between commas, `and` and `or`, and the mark between each two."""
    parts: list[Said] = []
    marks: list[Mark] = []
    for i, part in enumerate(node.parts):
        if i:
            mark = node.marks[i - 1]
            marks.append(
                (",", mark.value if mark.value in ("and", "or") else "")
                if node.rule == "commas"
                else ("", mark.type.lower())
            )
        if isinstance(part, Branch) and part.rule == "chain":
            inner, between = _parts(context, part)
            parts += inner
            marks += between
        else:
            parts.append(context.read(part))
    return parts, marks


def each(context: Context, node: Branch, *, shared: bool) -> list[Said]:
    """The parts of a list that stands below a heading, one by one; each with its neighbours' modifiers if `shared`."""
    said, marks = settled(context, *_parts(context, node), shared=shared)
    if len({word for _, word in marks if word}) > 1:
        return [wrapped(context, joined(context, said, marks))]
    found: list[Said] = []
    for run, _ in runs(context, said, marks):
        under = run[0].lead.negated or run[0].lead.hedged
        for some in [run] if under else [[part] for part in run]:
            whole = wrapped(context, some[0])
            if len(some) > 1:
                whole = replace(whole, body=wrapped_run(context, some), span=hull(s.span for s in some))
            found.append(whole)
    return found


def apart(context: Context, node: Node) -> list[Said]:
    """The parts of a list, each by itself."""
    if isinstance(node, Branch) and node.rule in ("commas", "chain"):
        return [wrapped(context, part) for part in _parts(context, node)[0]]
    return []


def joined(context: Context, parts: Sequence[Said], marks: Sequence[Mark]) -> Said:
    """What the parts of a list say together."""
    said, between = settled(context, parts, marks)
    if len(said) == 1:
        return said[0]
    span = hull(s.span for s in said)
    body = _combined(context, said, between)
    if isinstance(body, AnyOf) and _half_negated(body.parts):
        return context.unread(span, "negation")
    return Said(body, span, "joined", time=said[-1].time, quantifier=_quantifier(said))


def settled(
    context: Context, parts: Sequence[Said], marks: Sequence[Mark], *, shared: bool = True
) -> tuple[list[Said], list[Mark]]:
    """The parts with the nouns and modifiers that they share; one part where they cannot be told apart."""
    said, between = _without_empty(parts, marks)
    if not said:
        span = hull(p.span for p in parts) if parts else (0, len(context.text))
        return [Said(None, span, "empty", bare=True)], []
    span = hull(s.span for s in said)
    if any(s.exception for s in said):
        blamed = next(s for s in said if s.exception)
        return [context.unread(span, "exception", context.why(blamed.span)[1], exception=True)], []
    said, between = with_nouns(context, said, between)
    opinion = _opinion(said, between)
    if opinion is not None:
        others = said[:-1], between[:-1]
        rest = joined(context, *(others if opinion is said[-1] else (said[1:], between[1:])))
        body = wrapped(context, rest).body
        if body is not None and opinion.body is not None and not rest.exception:
            return [Said(all_of([body, opinion.body]), span, "joined")], []
    said, between = _absorbed(context, said, between)
    said, between = _objects(context, said, between)
    said, between = by_sex(_of_the_same(said), between)
    if len(said) == 1:
        return said, []
    if any(s.what == "allowed" for s in said) or any(s.body is None for s in said):
        return [context.unread(span, "shared-words", exception=any(s.what == "allowed" for s in said))], []
    if _half_the_patients(context, said):
        return [context.unread(span, "unclear-relation")], []
    said = spread(context, said, between) if shared else said
    said = _judged(context, said, between)
    return said, between[: len(said) - 1]


def _of_the_same(said: list[Said]) -> list[Said]:
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


def _quantifier(said: Sequence[Said]) -> str | int | None:
    return next((s.quantifier for s in said if s.quantifier is not None), None)


def _without_empty(parts: Sequence[Said], marks: Sequence[Mark]) -> tuple[list[Said], list[Mark]]:
    """The parts that say something; a comma and a word with nothing between them are one mark."""
    kept: list[Said] = []
    between: list[Mark] = []
    pending: Mark | None = None
    for i, part in enumerate(parts):
        if i:
            comma, word = marks[i - 1]
            pending = (comma or (pending[0] if pending else ""), word or (pending[1] if pending else ""))
        if part.body is None and part.bare:
            continue
        if kept:
            between.append(pending or ("", "and"))
        kept.append(part)
        pending = None
    return kept, between


# --- what takes in its neighbours


def _opinion(said: Sequence[Said], marks: Sequence[Mark]) -> Said | None:
    """`A or B, in the opinion of the investigator`: an opinion with no noun of its own is of all before it."""
    for part, mark in ((said[-1], marks[-1:]), (said[0], marks[:1])):
        alone = isinstance(part.body, Attest) and not part.lead.any() and mark == [(",", "")]
        if alone and isinstance(part.body, Attest) and part.body.topic in words("judgements"):
            return part
    return None


def _judged(context: Context, said: list[Said], marks: Sequence[Mark]) -> list[Said]:
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


def _absorbed(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
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


def _objects(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
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


def _half_the_patients(context: Context, said: Sequence[Said]) -> bool:
    """`men, and zorblax women over 40`: a sex alone, and the other one among words that are not understood."""
    found = [leaf for s in said if s.body is not None for leaf in leaves(s.body)]
    if not any(isinstance(leaf, OneOf) and leaf.variable == "sex" for leaf in found):
        return False
    return any(s.what == "unread" and context.names_sex(s.span) for s in said)


def _half_negated(parts: Sequence[Predicate]) -> bool:
    """`no prior A, or active B`: the negation of the first part may reach over facts behind it."""
    first, *rest = parts
    if not isinstance(first, Not) or not all(isinstance(leaf, Present) for leaf in leaves(first.part)):
        return False
    return any(isinstance(p, (Present, Compare, Unparsed)) for p in rest)


# --- and, or, commas


def _combined(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> Predicate:
    """Runs under one negation first, then `or` and `and` by the strength of their separators."""
    parts: list[Predicate] = []
    seps: list[Mark] = []
    pair = next((s.pair for s in said if s.pair), None)
    for run, mark in runs(context, said, marks):
        if parts:
            seps.append(mark)
        parts.append(_distinguished(run, wrapped_run(context, run), parts, mark, context))
    span = hull(s.span for s in said)
    if len(parts) == 1:
        return parts[0]
    if pair is not None and all(word in ("", "and" if pair == "both" else "or") for _, word in seps):
        return all_of(parts) if pair == "both" else any_of(parts)
    explicit = {word for _, word in seps if word}
    alike = len({category(p) for p in parts if not is_unread(p)}) <= 1
    if len(explicit) <= 1 and all(comma for comma, word in seps if not word) and (alike or all(w for _, w in seps)):
        if context.kind == "inclusion" and _two_of_several(context, parts, seps):
            return _grouped(context, parts, seps, span)
        return _uniform(context, parts, next(iter(explicit), ""), span)
    return _grouped(context, parts, seps, span)


def _two_of_several(context: Context, parts: list[Predicate], marks: Sequence[Mark]) -> bool:
    """`platelets > 100, creatinine < 2 or clearance > 40, bilirubin < 2`: whether `or` joins only what is beside it."""
    if not any(mark == (",", "") for mark in marks) or ("", "or") not in marks or (",", "or") in marks:
        return False
    limits = all(measures(part) for part in parts)
    if marks[-1] == (",", "") and limits:
        return True
    if marks[-1] == (",", ""):
        return context.take(Alternative.AND_OR)
    if not limits or alternates(_tested(parts[-2]), _tested(parts[-1])):
        return limits
    return not context.take(Alternative.AND_OR)


def _tested(body: Predicate) -> set[str]:
    return {leaf.variable or "" for leaf in leaves(body) if isinstance(leaf, MEASURING)}


def _grouped(context: Context, parts: list[Predicate], marks: Sequence[Mark], span: Span) -> Predicate:
    """`A and B, or C`: what no comma parts binds closer."""
    groups: list[list[Predicate]] = [[parts[0]]]
    inner: list[list[str]] = [[]]
    outer: list[str] = []
    for (comma, word), part in zip(marks, parts[1:], strict=True):
        if comma:
            outer.append(word)
            groups.append([part])
            inner.append([])
        else:
            inner[-1].append(word)
            groups[-1].append(part)
    made = [_without_commas(context, group, ws, span) for group, ws in zip(groups, inner, strict=True)]
    if len(made) == 1:
        return made[0]
    word = next((w for w in reversed(outer) if w), "")
    if word == "and" and context.kind == "exclusion" and not any(map(_measured, made)):
        return any_of(made) if context.take(Alternative.AND_EXCLUDES) else all_of(made)  # `A and B, and C`
    return _uniform(context, made, word, span)


def _measured(body: Predicate) -> bool:
    return any(isinstance(leaf, MEASURING) for leaf in leaves(body))


def _distinguished(
    run: Sequence[Said], body: Predicate, before: list[Predicate], mark: Mark, context: Context
) -> Predicate:
    """`A and no other B`: another one than A; in a choice, any."""
    if not before or not any(s.anew for s in run):
        return body
    either = mark[1] == "or" or (context.kind == "exclusion" and not run[0].lead.negated)
    if either:  # `A or another B`, where A is a B, is any B
        return plain(body) if another(body, before) != body else body
    return another(body, before)


def _without_commas(context: Context, parts: list[Predicate], joins: list[str], span: Span) -> Predicate:
    """Parts joined by `and` and `or` without commas; where both stand, either may bind closer.

    As an inclusion most writers mean `A and (B or C)`; as an exclusion, where each part may exclude, `(A and B) or C`.
    """
    if len(set(joins)) > 1:
        likelier = context.take(Alternative.AND_OR)
        or_first = likelier if context.kind == "inclusion" else not likelier
    else:
        or_first = False
    loose, tight = ("and", "or") if or_first else ("or", "and")
    groups: list[list[Predicate]] = [[parts[0]]]
    for word, part in zip(joins, parts[1:], strict=True):
        if (word or "and") == loose:
            groups.append([part])
        else:
            groups[-1].append(part)
    join = {"or": lambda p: any_of(p), "and": lambda p: _and(context, p, span)}
    inner = [g[0] if len(g) == 1 else join[tight](g) for g in groups]
    return inner[0] if len(inner) == 1 else join[loose](inner)


def _and(context: Context, parts: list[Predicate], span: Span) -> Predicate:
    if len(parts) > 1 and context.kind == "exclusion" and all(isinstance(p, Unparsed) or facts_of(p) for p in parts):
        if any(isinstance(p, Unparsed) for p in parts):
            return context.unparsed(span, "and-in-exclusion")
        if context.take(Alternative.AND_EXCLUDES):
            return any_of(parts)
    elif len(parts) > 2 and context.kind == "exclusion" and not any(map(_measured, parts)):
        return any_of(parts) if context.take(Alternative.AND_EXCLUDES) else all_of(parts)
    return all_of(parts)


def _uniform(context: Context, parts: list[Predicate], word: str, span: Span) -> Predicate:
    if word == "or":
        return any_of(parts)
    if word == "and":
        return _and(context, parts, span)
    return _apposed(context, parts)


def _apposed(context: Context, parts: list[Predicate]) -> Predicate:
    """Parts between commas alone: a condition and the value that states or grades it, else a list."""
    head, *rest = parts
    if rest and isinstance(head, OneOf) and head.variable == "sex":  # if female, pregnancy or lactation
        return all_of([head, default(context, rest)])
    values = [leaf for p in rest for leaf in leaves(p)]
    if isinstance(head, Present) and rest and all(isinstance(leaf, MEASURING) for leaf in values):
        tested = {leaf.variable for leaf in values if isinstance(leaf, MEASURING)}
        if tested <= set(measured_by(head.concept)):
            return all_of(rest) if head.qualifier is None and context.take(Alternative.STATED) else all_of(parts)
        graded = len(rest) == 1 and all(
            (v := variables().get(t or "")) is not None and v.kind == "ordinal" for t in tested
        )
        if context.kind == "inclusion" or (graded and context.take(Alternative.NARROWED)):
            return all_of(parts)
    return default(context, parts)
