"""How `and`, `or` and commas join the parts of a list, and which of them binds closer."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.criteria import (
    MEASURING,
    AllOf,
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
from eligo.dataclass import replace
from eligo.reading.lexicon import alternates, measured_by
from eligo.reading.meaning.another import another, plain
from eligo.reading.meaning.context import Context, bodies_of, hull
from eligo.reading.meaning.definitions import graded
from eligo.reading.meaning.facts import kind_of
from eligo.reading.meaning.joining import (
    all_of,
    any_of,
    category,
    comma_choice,
    default,
    facts_of,
    has_unread,
    is_of_sex,
    is_unread,
    measures,
    one_of,
)
from eligo.reading.meaning.reach import runs
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Mark, Said
from eligo.reading.meaning.wrapping import wrapped_run
from eligo.vocabulary.named import is_named


def combined(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> Predicate:
    """Runs under one negation first, then `or` and `and` by the strength of their separators."""
    said, marks = _apart_at_commas(context, said, marks)
    parts: list[Predicate] = []
    seps: list[Mark] = []
    apart = list(runs(context, said, marks))
    waits = all(run[0].since is not None and run[0].lead.negated for run, _ in apart)
    had = not waits and _is_choice(context, said, [mark for _, mark in apart[1:]])
    for run, mark in apart:
        if parts:
            seps.append(mark)
        parts.append(_distinguished(run, wrapped_run(context, _of_any(run), had=had), parts, mark, context))
    if len(parts) == 1:
        return parts[0]
    if waits:  # `at least 4 weeks since A or at least 2 weeks since B`: each of them has to be over
        return all_of(parts)
    paired = _paired(said, parts, seps)
    if paired is not None:
        return paired
    span = hull(s.span for s in said)
    if not _joins_all(context, parts, seps):
        return _grouped(context, parts, seps, span)
    return _uniform(context, parts, next((word for _, word in seps if word), ""), span)


def _apart_at_commas(
    context: Context, said: Sequence[Said], marks: Sequence[Mark]
) -> tuple[Sequence[Said], Sequence[Mark]]:
    """`age >= 18, or >= 12 and weight >= 40`: two limits on one value with a comma between them are two parts."""
    made: list[Said] = []
    between: list[Mark] = []
    for i, part in enumerate(said):
        choice = comma_choice(context, part.body) if part.what == "limit" and marks and len(said) > 1 else None
        between += [marks[i - 1]] if i else []
        if choice is None:
            made.append(part)
            continue
        made += [replace(part, body=one, span=one.span or part.span) for one in choice]
        between += [(",", "or")] * (len(choice) - 1)
    return made, between


def _is_choice(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> bool:
    """Whether one of several things is enough, all of them understood: `> 6 months after A` then is of who had A."""
    if context.kind != "inclusion" or all(word != "or" for _, word in marks):
        return False
    return not any(map(has_unread, bodies_of(said)))


def _joins_all(context: Context, parts: list[Predicate], marks: Sequence[Mark]) -> bool:
    """Whether all parts are of one list; else what no comma parts binds closer."""
    if not _of_one_join(parts, marks) and not _closed_list(context, parts, marks):
        return False
    return context.kind == "exclusion" or not _two_of_several(context, parts, marks)


def _paired(said: Sequence[Said], parts: list[Predicate], marks: Sequence[Mark]) -> Predicate | None:
    """`both A and B`, `either A or B`."""
    pair = next((s.pair for s in said if s.pair), None)
    if pair is None or any(word not in ("", "and" if pair == "both" else "or") for _, word in marks):
        return None
    return all_of(parts) if pair == "both" else any_of(parts)


def _of_one_join(parts: Sequence[Predicate], marks: Sequence[Mark]) -> bool:
    """Whether one word joins all parts, or commas join parts of one sort."""
    words_ = [word for _, word in marks]
    if len(set(words_) - {""}) > 1 or not all(comma for comma, word in marks if not word):
        return False
    return all(words_) or len({category(p) for p in parts if not is_unread(p)}) <= 1


def _closed_list(context: Context, parts: Sequence[Predicate], marks: Sequence[Mark]) -> bool:
    """`A, B and C`, as an exclusion: a list that its last word closes, whatever its parts are.

    So is `postmenopausal, sterile or willing to use contraception` as an inclusion; in `has A, able to B or to C` the
    first part may be asked for besides.
    """
    if len(marks) < 2 or any(mark != (",", "") for mark in marks[:-1]):
        return False
    if context.kind == "exclusion":
        return True
    sorts = [_sort(part) for part in parts]
    if marks[-1][1] != "or" or "limit" in sorts:
        return False
    return set(sorts[1:-1]) <= {"", sorts[0]} or not context.take(Alternative.AND_OR)


def _sort(part: Predicate) -> str:
    """Whether it is of facts or of what a person states, of whichever sex; empty for what is not understood."""
    if is_unread(part):
        return ""
    said = [leaf for leaf in leaves(part) if not is_of_sex(leaf)]
    return "limit" if any(isinstance(leaf, MEASURING) for leaf in said) else category(all_of(said))


def _two_of_several(context: Context, parts: list[Predicate], marks: Sequence[Mark]) -> bool:
    """`platelets > 100, creatinine < 2 or clearance > 40, bilirubin < 2`: whether `or` joins only what is beside it."""
    if not any(mark == (",", "") for mark in marks) or ("", "or") not in marks or (",", "or") in marks:
        return False
    limits = all(measures(part) for part in parts)
    if is_unread(parts[-1]) and all(map(measures, parts[:-1])):  # `A < 2, B > 50 or zorblax`
        return context.take(Alternative.AND_OR)
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
    mixed = _two_words(context, made, outer, span)
    if mixed is not None:
        return mixed
    word = next((w for w in reversed(outer) if w), "")
    if word == "and" and context.kind == "exclusion" and not any(map(_measured, made)):
        return any_of(made) if context.take(Alternative.AND_EXCLUDES) else all_of(made)  # `A and B, and C`
    return _uniform(context, made, word, span)


def _two_words(context: Context, parts: list[Predicate], outer: Sequence[str], span: Span) -> Predicate | None:
    """`A, B, and C, or D`: the list that the first word closes is one thing, most likely; None for one word alone."""
    said = [word for word in outer if word]
    if len(set(said)) < 2:
        return None
    first = outer.index(said[0])
    behind = parts[first + 2 :]
    if not context.take(Alternative.AND_OR):  # the second word is of the last of these
        last = _uniform(context, [parts[first + 1], *behind], said[-1], span)
        return _uniform(context, [*parts[: first + 1], last], said[0], span)
    closed = _uniform(context, parts[: first + 2], said[0], span)
    return _uniform(context, [closed, *behind], said[-1], span)


def _measured(body: Predicate) -> bool:
    return any(isinstance(leaf, MEASURING) for leaf in leaves(body))


def _of_any(run: Sequence[Said]) -> list[Said]:
    """`no A or other B`: under one negation, another B than A and A are any B."""
    made = list(run[:1])
    for part in run[1:]:
        before = bodies_of(made)
        one_of = part.anew == "other" and part.body is not None and another(part.body, before) != part.body
        made.append(replace(part, body=plain(part.body)) if one_of and part.body is not None else part)
    return made


def _distinguished(
    run: Sequence[Said], body: Predicate, before: list[Predicate], mark: Mark, context: Context
) -> Predicate:
    """`A and no other B`: another one than A; in a choice, any."""
    if not before or not any(s.anew for s in run):
        return body
    either = mark[1] == "or" or (context.kind == "exclusion" and not run[0].lead.negated)
    if either:  # `A or another B`, where A is a B, is any B
        besides = another(body, _at_other_times(body, before))
        alone = {kind_of(fact) for fact in facts_of(body) or [] if is_named(fact.concept)} & _kinds_of(before)
        if besides != body:
            return besides
        return plain(body) if alone or another(body, before) != body else body
    return another(body, before)


def _kinds_of(parts: Sequence[Predicate]) -> set[str | None]:
    """The kinds of the facts in a list: `stroke or other cardiac event`, where nobody knows what the second one is."""
    return {kind_of(fact) for part in parts for fact in facts_of(part) or []}


def _at_other_times(body: Predicate, before: Sequence[Predicate]) -> list[Predicate]:
    """`A within 2 months or any other B within 3 months`: an A of longer ago is not meant by the second."""
    own = {fact.window for fact in facts_of(body) or []}
    facts = [fact for part in before for fact in facts_of(part) or []]
    return [fact for fact in facts if own and fact.window and fact.window not in own]


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
    join = {"or": lambda p: one_of(p), "and": lambda p: _and(context, p, span)}
    inner = [g[0] if len(g) == 1 else join[tight](g) for g in groups]
    return inner[0] if len(inner) == 1 else join[loose](inner)


def _and(context: Context, parts: list[Predicate], span: Span) -> Predicate:
    """Parts that `and` joins: in an exclusion each of them may exclude."""
    if context.kind == "inclusion" or len(parts) < 2:
        return all_of(parts)
    known = [p for p in parts if not isinstance(p, Unparsed)]
    if len(known) < len(parts) and all(facts_of(p) or category(p) == "attest" for p in known):
        return context.unparsed(span, "and-in-exclusion")
    told = all(_tells(p) or _of_an_age(context, p) for p in parts)
    several = len(parts) > 2 and not all(map(measures, parts))
    return any_of(parts) if (told or several) and context.take(Alternative.AND_EXCLUDES) else all_of(parts)


def _tells(part: Predicate) -> bool:
    """Whether a part tells of a fact, or of one and what a person states of it, or of several, some of them known."""
    if not isinstance(part, (AllOf, AnyOf)):
        return bool(facts_of(part))
    if not any(map(facts_of, part.parts)):
        return False
    if isinstance(part, AnyOf):
        return all(isinstance(one, (Present, Unparsed)) for one in part.parts)
    if all(isinstance(one, (Present, Attest, Compare, OneOf)) for one in part.parts):
        return True
    told = [one.part if isinstance(one, Not) else one for one in part.parts]  # `those with A who are not on B`
    return all(isinstance(one, (Present, Attest)) for one in told)


def _of_an_age(context: Context, part: Predicate) -> bool:
    """`children and pregnancy`: people who are named by their age, without a number."""
    if not isinstance(part, Compare) or part.variable != "age" or part.span is None:
        return False
    return not any(character.isdigit() for character in context.written(part.span))


def _uniform(context: Context, parts: list[Predicate], word: str, span: Span) -> Predicate:
    if word == "or":
        return one_of(parts)
    if word == "and":
        return _and(context, parts, span)
    return _apposed(context, parts)


def _apposed(context: Context, parts: list[Predicate]) -> Predicate:
    """Parts between commas alone: a condition and the value that states or grades it, else a list."""
    head, *rest = parts
    if rest and is_of_sex(head):  # if female, pregnancy or lactation
        return all_of([head, default(context, rest)])
    if rest and isinstance(head, Present) and all(map(measures, rest)):
        if {variable for part in rest for variable in _tested(part)} <= set(measured_by(head.concept)):
            stated = head.qualifier is None and context.take(Alternative.STATED)
            return all_of(rest if stated else parts)
        narrows = context.kind == "exclusion" and len(rest) == 1 and graded(rest[0])
        if narrows and context.take(Alternative.NARROWED):
            return all_of(parts)
    return default(context, parts)
