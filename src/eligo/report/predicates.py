"""A predicate in, indented lines out: what was understood of a sentence, for a person to check."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Compare,
    IfThen,
    Leaf,
    Not,
    OneOf,
    Predicate,
    Present,
    Related,
    Unparsed,
    Window,
)
from eligo.report.measures import SHORT, Manner, limits_words, number, window_words
from eligo.report.sentences import other_than
from eligo.report.terms import concept_name, variable_name


def predicate_lines(predicate: Predicate, indent: str = "") -> Iterator[str]:
    """One line a leaf, below the word that joins it to its neighbours.

    >>> list(predicate_lines(AnyOf((Present("cirrhosis"), Attest("informed_consent")))))
    ['any of', '  cirrhosis', '  to attest: informed consent']
    """
    match predicate:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            yield f"{indent}{_join(predicate)}"
            for part in parts:
                yield from predicate_lines(part, f"{indent}  ")
        case IfThen(condition, then):
            yield f"{indent}if"
            yield from predicate_lines(condition, f"{indent}  ")
            yield f"{indent}then"
            yield from predicate_lines(then, f"{indent}  ")
        case Not(AllOf() | AnyOf() | AtLeast() | Not() | IfThen() as part):
            yield f"{indent}not"
            yield from predicate_lines(part, f"{indent}  ")
        case Not(part):
            (line,) = predicate_lines(part)
            yield f"{indent}not {line}"
        case _:
            yield f"{indent}{leaf_words(predicate)}"


def _join(predicate: AllOf | AnyOf | AtLeast) -> str:
    if isinstance(predicate, AtLeast):
        return f"at least {predicate.count} of"
    return "all of" if isinstance(predicate, AllOf) else "any of"


def leaf_words(leaf: Leaf, manner: Manner = SHORT) -> str:
    """One part of a predicate, in a line."""
    match leaf:
        case Compare():
            name = variable_name(leaf.variable) if leaf.variable else f"{leaf.name} (not in the vocabulary)"
            picked = {"any": ["any value"], "lowest": ["lowest value"], "highest": ["highest value"]}.get(leaf.pick, [])
            at = [f"on the day on which {concept_name(leaf.at)} began"] if leaf.at else []
            notes = [*at, *(["unit inferred"] if leaf.unit_inferred else []), *picked, *_window(leaf.window, manner)]
            return f"{name} {limits_words(leaf.limits, manner, number)}{_noted(notes)}"
        case OneOf():
            name = variable_name(leaf.variable) if leaf.variable else f"{leaf.name} (not in the vocabulary)"
            return f"{name} one of {', '.join(map(number, leaf.values))}"
        case Present():
            return _present(leaf, manner)
        case Related(what, relation, to):
            return f"{_present(what, manner)}, {relation.replace('_', ' ')}: {_present(to, manner)}"
        case Attest():
            return f"to attest: {concept_name(leaf.topic)}"
        case Always():
            return "asks for nothing" + (f": {leaf.note}" if leaf.note else "")
        case Unparsed():
            return f"not understood: {leaf.text}"


def _present(leaf: Present, manner: Manner) -> str:
    notes = [leaf.qualifier] if leaf.qualifier else []
    notes += [leaf.status] if leaf.status != "active" else []
    notes += [f"at least {leaf.count} times"] if leaf.count > 1 else []
    notes += _window(leaf.window, manner, ahead=leaf.status == "planned")
    return f"{concept_name(leaf.concept)}{other_than(leaf)}{_noted(notes)}"


def _window(window: Window | None, manner: Manner, ahead: bool = False) -> list[str]:
    return [] if window is None else [window_words(window, ahead, manner)]


def _noted(notes: list[str]) -> str:
    return f" ({', '.join(notes)})" if notes else ""
