"""What a bracket does to the words before it: repeats, defines, widens or narrows them, or repeats a limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eligo.criteria import (
    MEASURING,
    AllOf,
    AnyOf,
    Compare,
    Leaf,
    Limit,
    Not,
    Number,
    Predicate,
    Unparsed,
    leaves,
    map_leaves,
)
from eligo.errors import EligoError
from eligo.reading.leaves import fits, leaf_of
from eligo.reading.lexicon import measured_by
from eligo.reading.sometimes import if_then, obliges, ties, untied
from eligo.reading.splits import cut, elements_of, only_list, span_of, whole
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Group, Limits, Window
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.units import convert
from eligo.vocabulary.variables import variables

if TYPE_CHECKING:
    from eligo.reading.facts import ClauseState

_METHODS = frozenset(["CONCEPT", "FILLER", "OR", "AND", "COMMA"])
_SMALL = frozenset(["LIGHT", "NEG", "LEAD", "TRAIL"])
_TAKING_BACK = frozenset(["IF", "EXCEPT", "UNLESS"])
_NAMES = frozenset(["VAR", "FILLER", "CONCEPT", "GRADE", "QUAL"])


def read_bracket(state: ClauseState, i: int, bracket: Bracket) -> None:
    """Take the bracket at element `i` into what its clause says."""
    inner = [e for e in elements_of(bracket.item) if not (e.__class__ is Token and e.type in ("LIGHT", "TRAIL"))]
    first = inner[0] if inner else None
    if first is None or all(e.__class__ is Token and state.context.consumed(e) for e in inner):
        return
    kind = first.type if first.__class__ is Token else ""
    if kind == "EQUIV" and _equivalent(state, inner):
        return
    if any(e.__class__ is Token and e.type == "CITE" for e in inner):
        state.context.notes.append(
            f"`{state.text[bracket.span[0] : bracket.span[1]]}` names a source and is not tested"
        )
        return
    if _repeats(state, i, inner) or _other_unit(state, inner):
        return
    if len(inner) == 1 and first.__class__ is Window and state.narrow(first):
        return
    if _conditional(state, bracket, first):
        return
    if kind == "EXCEPT":
        _except(state, bracket)
        return
    if not state.atoms and state.statuses and all(e.__class__ is Token and e.type in _METHODS for e in inner):
        state.context.notes.append(
            f"`{state.text[bracket.span[0] : bracket.span[1]]}` names a method and is not tested"
        )
        return
    predicate = state.reader.inside(bracket.item)
    if kind == "SUCH" and first.value == "such":
        _widen(state, predicate)
    elif kind == "LEAD" and first.value == "or":
        _alternative(state, predicate)
    elif not _left_over(state, bracket, inner, predicate):
        _narrow(state, predicate)


def _left_over(state: ClauseState, bracket: Bracket, inner: list[Any], predicate: Predicate) -> bool:
    """Whether the bracket is not understood, beside words that are; what it may take back goes with it."""
    alone = (
        not state.atoms
        and not state.residual
        and all(e is bracket or (e.__class__ is Token and e.type in _SMALL) for e in state.elements)
    )
    if alone or not any(isinstance(leaf, Unparsed) for leaf in leaves(predicate)):
        return False
    state.residual.append(bracket)
    if any(e.__class__ is Token and e.type == "FILLER" and e.value == "exceptions" for e in inner):
        state.logic = "exceptions"
    elif any(e.__class__ is Limits or (e.__class__ is Token and e.type in _TAKING_BACK) for e in inner):
        state.logic = state.logic or "logic"  # it may change the limit before it
    return True


def _conditional(state: ClauseState, bracket: Bracket, first: Any) -> bool:
    """Take a bracket with a condition in it; one that begins with it and is not understood may change all before it."""
    if _instead(state, bracket):
        return True
    target = state.target()
    if not target or not ties(first, state.text):
        obliged = bool(target) and any(obliges(e, state.text) for e in elements_of(bracket.item))
        if obliged:  # `(fertile patients must use contraception)` is about others
            state.residual.append(bracket)
        return obliged
    condition = state.reader.inside(untied(bracket.item))
    stated = only_list(bracket.item)
    alone = stated is not None and len(stated.parts) == 1
    if alone and not any(isinstance(leaf, Unparsed) for leaf in leaves(condition)):
        target[-1] = if_then(state.context.kind, condition, state.made(target[-1]))
    else:
        state.residual.append(bracket)
        state.logic = state.logic or "logic"
    return True


def _instead(state: ClauseState, bracket: Bracket) -> bool:
    """`<= 2.5 x ULN (<= 5 x ULN if liver metastases)`: under a condition, another limit holds instead."""
    target = state.target()
    last = target[-1] if target else None
    if not isinstance(last, (Compare, AllOf, AnyOf)) or not all(isinstance(leaf, Compare) for leaf in leaves(last)):
        return False
    found = _condition_and_limit(bracket)
    if found is None:
        return False
    condition, limits, named = found
    other = state.context.bound.get(limits.span[0])
    leaf = leaf_of(other, state.text, state.reader.several) if other is not None else None
    if not isinstance(leaf, Compare):
        return False
    if named and any(isinstance(one, Compare) and one.variable != leaf.variable for one in leaves(last)):
        return False
    made = instead(last, leaf, state.reader.inside(condition), state.context.kind)
    if made is not None:
        target[-1] = made
    return made is not None


def _condition_and_limit(bracket: Bracket) -> tuple[Group, Limits, bool] | None:
    """The parts of `<= 5 x ULN if A`, or of `if A, AST <= 5 x ULN`, and whether the limit has a name of its own."""
    found = cut(bracket.item, lambda element, _: element.__class__ is Token and element.type in ("IF", "EXCEPT"))
    if found is None:
        return None
    stated, _, condition = found
    if all(e.__class__ is Token and e.type in _SMALL for e in elements_of(stated)):  # it comes first
        inner = only_list(condition)
        if inner is None or len(inner.parts) != 2 or inner.marks[0].value is not None:
            return None
        condition, stated = (whole(Group("list", (part,), ())) for part in inner.parts)
    limits = [e for e in elements_of(stated) if e.__class__ is Limits]
    words = [e for e in elements_of(stated) if not (e.__class__ is Token and e.type in _SMALL) and e not in limits]
    named = all(e.__class__ is Token and e.type == "VAR" for e in words)
    if len(limits) != 1 or span_of(condition) is None or not named:
        return None
    return condition, limits[0], bool(words)


def instead(said: Predicate, other: Compare, condition: Predicate, kind: Kind) -> Predicate | None:
    """What is said, with another limit in place of its own under a condition; None where it is no looser."""
    limits = other.limits
    for one in leaves(said):
        if not isinstance(one, Compare) or len(one.limits) != 1 or len(limits) != 1:
            return None
        if not _looser(one.limits[0], limits[0], kind):
            return None

    def either(one: Leaf) -> Predicate:
        assert isinstance(one, Compare)
        looser = replace(one, limits=limits, span=other.span)
        if kind == "exclusion":
            return AnyOf((looser, AllOf((one, Not(condition)))))
        return AnyOf((one, AllOf((condition, looser))))

    return map_leaves(said, either)


def _looser(limit: Limit, other: Limit, kind: Kind) -> bool:
    """Whether the other limit is on the same side and in the same unit, and lets more patients take part."""
    if (limit.of, limit.unit, limit.op[0]) != (other.of, other.unit, other.op[0]) or limit.op == "eq":
        return False
    upper = limit.op in ("lt", "le")
    return other.value > limit.value if upper == (kind == "inclusion") else other.value < limit.value


def _except(state: ClauseState, bracket: Bracket) -> None:
    """`(excluding screen failures)`: the words before it hold, and what stands in the bracket does not."""
    target = state.target()
    found = cut(bracket.item, lambda element, _: element.__class__ is Token and element.type == "EXCEPT")
    if not target or found is None or isinstance(target[-1], Compare):  # a limit may not hold for what is excepted
        state.residual.append(bracket)
        state.logic = "exceptions"
        return
    target[-1] = AllOf((state.made(target[-1]), Not(state.reader.inside(found[2]))))


def _equivalent(state: ClauseState, inner: list[Any]) -> bool:
    """`>= 12 mg/dL (equivalent to 205 umol/L)`: keep the second form with the first, and check that they agree."""
    limits = next((e for e in inner if e.__class__ is Limits), None)
    if limits is None or len(inner) != 2:
        return False
    return _second_unit(state, limits)


def _other_unit(state: ClauseState, inner: list[Any]) -> bool:
    """`>= 2 mg/dL (176.8 umol/L)`: the same limit again."""
    if len(inner) != 1 or inner[0].__class__ is not Limits or inner[0].limits[0].form not in ("bare", "compared"):
        return False
    return _second_unit(state, inner[0])


def _second_unit(state: ClauseState, limits: Limits) -> bool:
    target = state.target()
    last = target[-1] if target else None
    if not isinstance(last, Compare) or len(last.limits) != 1 or last.variable is None:
        return False
    variable = variables().get(last.variable)
    op, amount = limits.limits[0].bounds[0]
    unit = amount.unit.value if amount.unit is not None else None
    first = last.limits[0]
    if variable is None or unit is None or first.unit in (None, unit) or not fits(amount.number.value, unit, variable):
        return False
    if op not in ("eq", first.op):
        return False
    value = amount.number.value
    value = int(value) if value == int(value) else value
    target[-1] = replace(last, equivalent=Limit(first.op, value, unit))
    state.context.notes.append(_checked(first, value, unit, variable))
    return True


def _checked(first: Limit, value: Number, unit: str, variable: Any) -> str:
    stated = f"the source also states {value:g} {unit}"
    try:
        exact = convert(first.value, first.unit, unit, variable)
    except EligoError:
        return f"{stated}, which cannot be compared"
    near = abs(exact - value) <= 0.02 * max(abs(exact), abs(value))
    return f"{stated}; {first.value:g} {first.unit} is {exact:.4g} {unit}" + ("" if near else ", which does not agree")


def _repeats(state: ClauseState, i: int, inner: list[Any]) -> bool:
    """Whether the bracket gives only another name of what stands before it: `(ACLF)`."""
    if not all(e.__class__ is Token and e.type in _NAMES for e in inner):
        return False
    if len(inner) == 1 and inner[0].type == "FILLER" and not inner[0].value and i:
        written = state.text[inner[0].start : inner[0].end]
        return len(written.split()) <= 3 and any(c.isupper() for c in written[1:] or written)
    last = state.last_fact()
    found = [e.value for e in inner if e.type == "CONCEPT"]
    if last is None or len(found) != len(inner) or len(found) != 1:
        return False
    known = concepts()
    ids = last.concept.split("|")
    return any(found[0] in known.ancestors(id_) or found[0] in known.descendants(id_) for id_ in ids)


def _widen(state: ClauseState, predicate: Predicate) -> None:
    """`(e.g. A, B)`: what is named there counts; what is not understood there was only an example."""
    parts = predicate.parts if isinstance(predicate, AnyOf) else (predicate,)
    known = tuple(p for p in parts if not any(isinstance(leaf, Unparsed) for leaf in leaves(p)))
    if len(known) < len(parts):
        state.context.notes.append("an example in brackets was not understood and is left out")
    target = state.target()
    if known and target:
        target[-1] = AnyOf((state.made(target[-1]), *known))


def _alternative(state: ClauseState, predicate: Predicate) -> None:
    target = state.target()
    if target:
        target[-1] = AnyOf((state.made(target[-1]), predicate))
    else:
        target.append(predicate)


def _narrow(state: ClauseState, predicate: Predicate) -> None:
    """A limit or fact in brackets: what defines the concept before it, else one more condition."""
    target = state.target()
    last = state.last_fact()
    tested = {leaf.variable for leaf in leaves(predicate) if isinstance(leaf, MEASURING)}
    if last is not None and tested:
        concept = concepts().get(last.concept)
        stating = set(measured_by(last.concept))
        if concept is not None and concept.grade_variable:
            stating.add(concept.grade_variable)
        if tested <= stating | {"sex"}:
            if last.qualifiers or last.window:
                target[-1] = AllOf((state.made(last), predicate))
            else:
                state.context.notes.append(
                    f"`{concept.name if concept else last.concept}` is read as its stated limits"
                )
                target[-1] = predicate
            return
    if target:
        target[-1] = AllOf((state.made(target[-1]), predicate))
    else:
        target.append(predicate)
