"""A predicate or a rule set in, plain sentences out, for a clinician who signs that this is what the protocol means.

Each sentence is made from the predicate alone, never from the protocol's words, so that both side by side show a slip.
"""

from __future__ import annotations

from collections.abc import Iterator

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Bound,
    Compare,
    Criterion,
    IfThen,
    Leaf,
    Limit,
    Not,
    OneOf,
    Op,
    Predicate,
    Present,
    Related,
    Unparsed,
    Window,
)
from eligo.evaluation.entries import called
from eligo.report.measures import LONG, Manner, duration_words, limits_words, number, quantity
from eligo.report.stated import other_than as excepted
from eligo.report.terms import concept_name, variable_name
from eligo.ruleset import RuleSet
from eligo.vocabulary.variables import variables

MOST_IN_LINE = 3  # parts; more are read more easily as a list

_LENGTH: dict[Op, str] = {"lt": "less than", "le": "at most", "gt": "more than", "ge": "at least", "eq": "exactly"}
_OF = {"ULN": "the upper limit of normal", "LLN": "the lower limit of normal", "baseline": "the patient's first value"}


def sentence(predicate: Predicate, negative: bool = False, manner: Manner = LONG) -> str:
    """What the predicate says, as one sentence without a period, its units in the manner.

    >>> sentence(Compare("platelets", (Limit("lt", 20, "10*9/L"),)))
    'platelets are below 20 × 10⁹/L'
    """
    match predicate:
        case AllOf(parts):
            return _joined(parts, " or " if negative else " and ", negative, manner)
        case AnyOf(parts):
            return _joined(parts, " and " if negative else " or ", negative, manner)
        case AtLeast(count, parts):
            some = f"fewer than {count}" if negative else f"at least {count}"
            return f"{some} of these hold: {'; '.join(sentence(p, manner=manner) for p in parts)}"
        case Not(part):
            return sentence(part, not negative, manner)
        case IfThen(condition, then):
            if negative:
                return _joined((condition, Not(then)), " and ", False, manner)
            return f"asked only where {sentence(condition, manner=manner)}: {sentence(then, manner=manner)}"
    return _leaf(predicate, negative, manner)


def _joined(parts: tuple[Predicate, ...], word: str, negative: bool, manner: Manner) -> str:
    found = [sentence(p, negative, manner) for p in parts]
    if len(found) > MOST_IN_LINE:
        return f"{'one' if word == ' or ' else 'each'} of these is so: {'; '.join(found)}"
    nested = [isinstance(p.part if isinstance(p, Not) else p, AllOf | AnyOf | AtLeast | IfThen) for p in parts]
    inner = [f"({text})" if deep and len(parts) > 1 else text for text, deep in zip(found, nested, strict=True)]
    return word.join(inner)


def _leaf(leaf: Leaf, negative: bool, manner: Manner) -> str:
    match leaf:
        case Compare():
            return _compare(leaf, negative, manner)
        case OneOf():
            name, values = _variable(leaf.variable, leaf.name), _values(leaf)
            return (
                f"{name} is {'none' if negative else 'one'} of {values}"
                if "," in values
                else (f"{name} is {'not ' if negative else ''}{values}")
            )
        case Present():
            return _present(leaf, negative)
        case Related():
            return _related(leaf, negative)
        case Attest():
            return f"a person states that this is {'not ' if negative else ''}so: {concept_name(leaf.topic)}"
        case Always():
            return f"nothing is restricted{f' ({leaf.note})' if leaf.note else ''}"
        case Unparsed(text):
            return f'{"not: " if negative else ""}"{text}" (not understood; a person has to judge)'


def _variable(id: str | None, name: str | None) -> str:  # noqa: A002 - the word of the vocabulary
    return variable_name(id) if id else f"{name} (not in the vocabulary)"


def _compare(leaf: Compare, negative: bool, manner: Manner) -> str:
    name = _variable(leaf.variable, leaf.name)
    if leaf.at is not None:
        name = f"the {name} at which {concept_name(leaf.at)} began"
    verb = "are" if name.endswith("s") and not name.endswith(("ss", "is", "us")) else "is"
    limits = " and ".join(_limit(limit, manner) for limit in leaf.limits)
    inferred = " (the unit is not stated, but inferred)" if leaf.unit_inferred else ""
    if leaf.pick == "any":
        which = f"{'no' if negative else 'some'} value of {name}"
        return f"{which} is {limits}{_when(leaf.window, measured=True)}{inferred}"
    if leaf.pick != "latest":
        name, verb = f"the {leaf.pick} value of {name}", "is"
    return f"{name} {verb} {'not ' if negative else ''}{limits}{_when(leaf.window, measured=True)}{inferred}"


def _limit(limit: Limit, manner: Manner) -> str:
    side = manner.sign[limit.op]
    if limit.of is not None:
        of = _OF.get(limit.of, variable_name(limit.of))
        return f"{side} {of}" if limit.value == 1 else f"{side} {number(limit.value)} times {of}"
    if limit.above is not None:
        apart, of = quantity(abs(limit.value), limit.unit, manner, number), _OF[limit.above]
        if limit.value > 0:
            return f"{_LENGTH[limit.op]} {apart} above {of}"
        return f"{side} {of}{f' minus {apart}' if limit.value else ''}"
    return limits_words([limit], manner, number)


def _values(leaf: OneOf) -> str:
    known = variables().get(leaf.variable) if leaf.variable else None
    labels: dict[float, str] = {}
    for label, value in known.grades.items() if known else ():
        labels.setdefault(float(value), label)
    found = [v if isinstance(v, str) else labels.get(float(v), number(v)).upper() for v in leaf.values]
    return ", ".join(found)


def _present(leaf: Present, negative: bool) -> str:
    every = "any " if leaf.but_not and not negative else ""
    return f"{every}{_what(leaf)} {_is_so(leaf, negative)}"


def _related(leaf: Related, negative: bool) -> str:
    """Both things under one verb where they are asked for alike, else each with its own."""
    what, to, link = leaf.what, leaf.to, leaf.relation.replace("_", " ")
    if (what.status, what.window) == (to.status, to.window):
        return f"{_what(what)} {link} {_what(to)} {_is_so(what, negative)}"
    return (
        f"{'not: ' if negative else ''}{_what(what)} {_is_so(what, False)}, {link} {_what(to)} that {_is_so(to, False)}"
    )


def _what(leaf: Present) -> str:
    return f"{' '.join(filter(None, (leaf.qualifier, concept_name(leaf.concept))))}{other_than(leaf)}"


def other_than(leaf: Present) -> str:
    """The kinds of a concept that do not count: " other than hepatitis B"; nothing where there are none."""
    return excepted([{"concept": part.concept, "qualifier": part.qualifier} for part in leaf.but_not])


def _is_so(leaf: Present, negative: bool) -> str:
    """The verb, with when and how often it must be so."""
    times = f", at least {leaf.count} times" if leaf.count > 1 else ""
    when = _when(leaf.window, ahead=leaf.status == "planned")
    looks_back = leaf.window is not None and leaf.window.looks_back
    verbs = {
        "planned": ("is planned", "is not planned"),
        "history": ("is or was present", "was never present"),
        "suspected": ("is present or suspected", "is neither present nor suspected"),
        "active": ("is present", "is not present"),
        "now": ("goes on now", "does not go on now"),
    }
    looks_back = looks_back and leaf.status in ("active", "history")
    verb = ("was present", "was not present") if looks_back else verbs[leaf.status]
    if leaf.window is not None and leaf.window.began:
        verb = ("began", "did not begin")
    return f"{verb[negative]}{when}{times}"


def _when(window: Window | None, measured: bool = False, ahead: bool = False) -> str:
    if window is None:
        return ""
    anchor = "screening" if window.anchor == "screening" else called(window.anchor).replace("_", " ")
    near = "of" if window.anchor != "screening" else "before"
    parts = [
        f"within {duration_words(length, LONG)} {near} {anchor}" for length in (window.within, window.began) if length
    ]
    if ahead and window.within and window.anchor == "screening":
        parts = [f"within the next {duration_words(window.within, LONG)}"]
    parts += [f"{_bound(window.ago)} before {anchor}"] if window.ago else []
    parts += [f"for {_bound(window.lasting)}"] if window.lasting else []
    return f"{', measured' if measured else ''} {', '.join(parts)}" if parts else ""


def _bound(bound: Bound) -> str:
    return f"{_LENGTH[bound.op]} {duration_words(bound.duration, LONG)}"


def criterion_sentence(criterion: Criterion, manner: Manner = LONG) -> str:
    """One criterion as a sentence."""
    text = sentence(criterion.predicate, manner=manner)
    return f"{text[:1].upper()}{text[1:]}."


def ruleset_sections(ruleset: RuleSet) -> Iterator[tuple[str, list[Criterion]]]:
    """The headings of the explained rule set, each with its criteria."""
    for arm in (None, *ruleset.cohorts):
        own = [c for c in ruleset.criteria if c.cohort == (arm.id if arm else None)]
        where = f" in arm {arm.id} ({arm.label})" if arm else " in any arm" if ruleset.cohorts else ""
        for kind, heading in (
            ("inclusion", f"To take part{where}, all of this must be so"),
            ("exclusion", f"Nobody takes part{where} of whom any of this is so"),
        ):
            found = [c for c in own if c.kind == kind]
            if found:
                yield heading, found
