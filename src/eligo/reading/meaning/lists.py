"""Lists: units between commas, `and` and `or`; how far the modifiers of each reach, and what joins them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

from eligo.criteria import AllOf, AnyOf, Attest, Compare, Not, Predicate, Present, Span, Unparsed, leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.bonds import needing_too
from eligo.reading.meaning.connectives import combined
from eligo.reading.meaning.context import Context, hull
from eligo.reading.meaning.definitions import of_a_function, read_as_limits
from eligo.reading.meaning.examples import demanded
from eligo.reading.meaning.facts import kinds_in
from eligo.reading.meaning.joining import all_of, is_of_sex, is_unread, measures
from eligo.reading.meaning.nouns import with_nouns
from eligo.reading.meaning.reach import runs, spread
from eligo.reading.meaning.reach_times import with_last_time
from eligo.reading.meaning.said import Mark, Said, folded
from eligo.reading.meaning.sexes import by_sex, of_them
from eligo.reading.meaning.taking import absorbed, judged, objects, of_the_same, opinion, or_within
from eligo.reading.meaning.wrapping import wrapped, wrapped_run
from eligo.reading.tree import Branch, Node
from eligo.vocabulary.named import statement_id


def commas(context: Context, node: Branch) -> Said:
    """Parts between commas; what stands between two of them may itself be joined by `and` and `or`."""
    return joined(context, *parts_of(context, node))


def chain(context: Context, node: Branch) -> Said:
    """Parts joined by `and` and `or` alone."""
    return joined(context, *parts_of(context, node))


def parts_of(context: Context, node: Branch) -> tuple[list[Said], list[Mark]]:
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
            inner, between = parts_of(context, part)
            parts += inner
            marks += between
        else:
            parts.append(context.read(part))
    return parts, marks


def each(context: Context, node: Branch, *, shared: bool) -> list[Said]:
    """The parts of a list that stands below a heading, one by one; each with its neighbours' modifiers if `shared`."""
    said, marks = settled(context, *parts_of(context, node), shared=shared)
    demands = demanded(context, said)
    if demands:
        said, marks = said[: -len(demands)], marks[: -len(demands)]
    return [*_one_by_one(context, said, marks), *[wrapped(context, demand) for demand in demands]]


def _one_by_one(context: Context, said: list[Said], marks: list[Mark]) -> list[Said]:
    """The parts of a list that one word joins; else all of them as one."""
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
        return [wrapped(context, part) for part in parts_of(context, node)[0]]
    return []


def joined(context: Context, parts: Sequence[Said], marks: Sequence[Mark]) -> Said:
    """What the parts of a list say together."""
    said, between = settled(context, parts, marks)
    if len(said) == 1:
        return said[0]
    span = hull(s.span for s in said)
    body = combined(context, said, between)
    if isinstance(body, AnyOf) and _half_negated(body.parts):
        return context.unread(span, "negation")
    return Said(body, span, "joined", time=said[-1].time, quantifier=_quantifier(said))


def settled(
    context: Context, parts: Sequence[Said], marks: Sequence[Mark], *, shared: bool = True
) -> tuple[list[Said], list[Mark]]:
    """The parts with the nouns and modifiers that they share; one part where they cannot be told apart."""
    said, between = _without_empty(context, parts, marks)
    if not said:
        span = hull(p.span for p in parts) if parts else (0, len(context.text))
        return [Said(None, span, "empty", bare=True)], []
    blamed = next((s for s in said if s.exception), None)
    if blamed is not None:
        span = hull(s.span for s in said)
        return [context.unread(span, "exception", context.why(blamed.span)[1], exception=True)], []
    said, between = _without_title(context, said, between)
    said, between = with_nouns(context, or_within(context, said, between), between)
    judgement = _under_opinion(context, said, between)
    if judgement is not None:
        return [judgement], []
    said, between = _found_out(context, said, between)
    said, between = _asking_more(context, said, between)
    said, between = folded(said, between, lambda before, part, mark: needing_too(context, before, part, mark))
    said, between = absorbed(context, said, between)
    said, between = objects(context, said, between)
    if "ATTEST" in context.types:
        said = of_the_same(said)
    said, between = by_sex(context, of_them(context, said), between)
    if len(said) == 1:
        return said, []
    unclear = _not_told_apart(context, said)
    if unclear is not None:
        return [unclear], []
    said = spread(context, said, between) if shared else with_last_time(context, said, between)
    if "ATTEST" in context.types:
        said = judged(context, said, between)
    return said, between[: len(said) - 1]


def _under_opinion(context: Context, said: list[Said], marks: list[Mark]) -> Said | None:
    """`A or B, in the opinion of the investigator`: all of the others, and the opinion."""
    judgement = opinion(said, marks)
    if judgement is None or judgement.body is None:
        return None
    others = (said[:-1], marks[:-1]) if judgement is said[-1] else (said[1:], marks[1:])
    rest = _together(context, *others)
    if rest is None:
        return None
    return Said(all_of([rest[0], judgement.body]), hull(s.span for s in said), "joined")


def _together(context: Context, said: Sequence[Said], marks: Sequence[Mark]) -> tuple[Predicate, Span] | None:
    """What parts say together, and where, so that more can be asked beside all of them; None where it is not known."""
    whole = wrapped(context, joined(context, said, marks))
    return None if whole.body is None or whole.exception else (whole.body, whole.span)


@functools.cache
def _openings(kind: str) -> tuple[str, ...]:
    """The words of a list with the blank behind them: how a part of some kind begins."""
    return tuple(f"{word} " for word in words(kind))


def _found_out(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`A, confirmed by B or C`: what found A out is no alternative to it, and is stated by a person."""
    for i in range(1, len(said) - 1):
        if marks[i - 1] != (",", ""):
            continue
        written = context.written((said[i - 1].span[1], said[i].span[1])).lstrip(" ,")
        if not written.lower().startswith(_openings("found_out")):
            continue
        end = i + 1
        while end < len(said) and _is_means(context, said[end]):
            end += 1
        if end == i + 1 and not _is_means(context, said[i]):
            continue
        before = _together(context, said[:i], marks[: i - 1])
        if before is None or is_unread(before[0]):
            continue
        stated = (said[i].span[1] - len(written), said[end - 1].span[1])
        how = Attest(statement_id("statement", context.written(stated)), span=stated)
        both = Said(all_of([before[0], how]), hull([before[1], stated]), "joined")
        return [both, *said[end:]], marks[end - 1 :]
    return said, marks


def _is_means(context: Context, part: Said) -> bool:
    """Whether a part names a means of finding something out: `a liver biopsy`, and no disease."""
    last = context.written(part.span).lower().rstrip(" .)").split()[-1:]
    found = leaves(part.body) if part.body is not None else ()
    return bool(last) and last[0] in words("means_of_finding") and "condition" not in kinds_in(found)


def _asking_more(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`A or B, despite C`: what begins so behind a comma is no other alternative, but asked for beside them."""
    for i in range(len(said) - 1, 0, -1):
        if marks[i - 1] != (",", "") or not _asks_more(context, said[:i], said[i]):
            continue
        before = _together(context, said[:i], marks[: i - 1])
        more = wrapped(context, said[i]).body
        if before is None or more is None:
            continue
        span = hull([before[1], said[i].span])
        both = Said(all_of([before[0], more]), span, "joined", quantifier=_quantifier(said[:i]))
        return [both, *said[i + 1 :]], marks[i:]
    return said, marks


def _asks_more(context: Context, before: Sequence[Said], part: Said) -> bool:
    """Whether a part tells in which circumstances what stands before it is meant: despite a treatment, while on one.

    Behind values, what begins with `on`, `with` or `without` does so too.
    """
    first, *others = context.written(part.span).lower().split()
    begins = " ".join([first, *others]).startswith(_openings("asking_more"))
    tried = isinstance(part.body, Attest) and not words("despite").isdisjoint(others)  # `uncontrolled despite C`
    beside = first in words("beside_values") and not part.lead.hedged and all(s.what == "limit" for s in before)
    return begins or tried or beside


def _not_told_apart(context: Context, said: Sequence[Said]) -> Said | None:
    """The whole list as not understood, where what one part says may be of another."""
    permits = any(s.what == "allowed" for s in said)
    if permits or any(s.body is None for s in said):
        return context.unread(hull(s.span for s in said), "shared-words", exception=permits)
    half = next(filter(None, (_half_said(context, *two) for two in itertools.pairwise(said))), None)
    if half is not None:
        return context.unread(hull(s.span for s in said), "shared-words", half)
    if ("SEX" in context.types and _half_the_patients(context, said)) or _other_ages(context, said):
        return context.unread(hull(s.span for s in said), "unclear-relation")
    return None


def _half_said(context: Context, before: Said, part: Said) -> Span | None:
    """Where of two parts one says what may be of the other: a second time for some, the end of `who are or may be`."""
    if before.time is not None and part.lead.window is not None and _for_some(context, part):
        return part.span
    if _shares_a_limit(context, before, part):
        return part.span
    return before.span if before.what == "subject" and _unfinished(context, before) else None


def _shares_a_limit(context: Context, before: Said, part: Said) -> bool:
    """`triptan or opioid use > 10 days`, `grade >= 2 neuropathy or diarrhea`: a limit that may be of both."""
    if before.what == "fact" and before.bare and part.what == "limit":
        written = context.written(part.span).lower().split()
        return not words("using_up").isdisjoint(written)
    if before.what == "limit" and part.what == "fact" and part.bare and before.body is not None:
        quantities = [leaf.name for leaf in leaves(before.body) if isinstance(leaf, Compare) and leaf.name]
        first = context.written(before.span).lower().split()[:1]
        graded = any(not words("grading").isdisjoint(name.lower().split()[-1:]) for name in quantities)
        return graded and not words("grading").isdisjoint(first)
    return False


def _without_title(context: Context, said: list[Said], marks: list[Mark]) -> tuple[list[Said], list[Mark]]:
    """`adequate marrow function, neutrophils >= 1.5`: words that tell how a function is, before its limits."""
    title, *rest = said
    apposed = bool(rest) and marks[0] == (",", "") and title.what in ("attest", "unread") and not title.lead.negated
    if not apposed or any(s.what != "limit" for s in rest) or not of_a_function(context, title.span):
        return said, marks
    read_as_limits(context, title.span)
    return rest, marks[1:]


def _unfinished(context: Context, part: Said) -> bool:
    """`women who are or may be pregnant`: whether words behind a name say that more is said of it."""
    behind = context.text[part.span[1] :].lower().split(maxsplit=1)[:1]
    return not words("unfinished").isdisjoint([*context.written(part.span).lower().split()[-1:], *behind])


def _for_some(context: Context, part: Said) -> bool:
    """`A within 28 days, or within 14 days for B`: whether a second time is said of A where there is B."""
    return part.what == "fact" and "for" in context.written(part.span).lower().split()


def _quantifier(said: Sequence[Said]) -> str | int | None:
    return next((s.quantifier for s in said if s.quantifier is not None), None)


def _without_empty(context: Context, parts: Sequence[Said], marks: Sequence[Mark]) -> tuple[list[Said], list[Mark]]:
    """The parts that say something; a comma and a word with nothing between them are one mark.

    What stands behind a name that shares the next limit joins names: `bilirubin <= 2, ALT or AST <= 5 x ULN`.
    """
    kept: list[Said] = []
    between: list[Mark] = []
    pending: Mark | None = None
    for i, part in enumerate(parts):
        if i and not (pending and context.names_any(parts[i - 1].span)):
            comma, word = marks[i - 1]
            pending = (comma or (pending[0] if pending else ""), word or (pending[1] if pending else ""))
        if part.silent:
            continue
        if kept:
            between.append(pending or ("", "and"))
        kept.append(part)
        pending = None
    return kept, between


def _half_the_patients(context: Context, said: Sequence[Said]) -> bool:
    """`men, and zorblax women over 40`, `women, zorblax, and men`: a sex, and the other, beside unread words."""
    unread = [s for s in said if s.what == "unread"]
    if not unread:
        return False
    bodies = [(s.what, s.body) for s in said if s.body is not None]
    sexes = [(what, leaf) for what, body in bodies for leaf in leaves(body) if is_of_sex(leaf)]
    both = len({leaf.values for what, leaf in sexes if what == "subject"}) > 1
    return both or (bool(sexes) and any(context.names_sex(s.span) for s in unread))


def _other_ages(context: Context, said: Sequence[Said]) -> bool:
    """`adults and adolescents with zorblax`: some by their age alone, and others beside words not understood."""
    if "GROUP" not in context.types or context.kind == "exclusion":
        return False
    some = any(s.what == "subject" and isinstance(s.body, Compare) for s in said)
    return some and any(s.what == "unread" and context.has(s.span, "GROUP") for s in said)


def _half_negated(parts: Sequence[Predicate]) -> bool:
    """`no prior A, or active B`: the negation of the first part may reach over facts behind it."""
    first, *rest = parts
    if not isinstance(first, Not):
        return False
    if measures(first.part):  # `no INR > 2 or zorblax`
        return any(isinstance(p, Unparsed) for p in rest)
    if not all(isinstance(leaf, Present) for leaf in leaves(first.part)):
        return False
    return any(map(_affirms, rest))


def _affirms(part: Predicate) -> bool:
    """Whether a part of a list is of what is there: a fact, a limit, or both beside each other."""
    parts = part.parts if isinstance(part, AllOf) else (part,)
    return all(isinstance(one, (Present, Compare, Unparsed)) for one in parts)
