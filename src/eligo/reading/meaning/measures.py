"""The limits and times of a unit: what is measured, when something was, and how long it went on."""

from __future__ import annotations

from typing import Final, TypeGuard

from eligo.criteria import Attest, Compare, Limit, OneOf, Op, Predicate, leaves
from eligo.dataclass import replace
from eligo.reading.bind import BoundLimits
from eligo.reading.leaves import leaf_of
from eligo.reading.lexicon import duration_of, words
from eligo.reading.meaning.context import place
from eligo.reading.meaning.joining import all_of, is_judgement, several_values
from eligo.reading.meaning.modifiers import fact_of, strongest
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Modifiers
from eligo.reading.meaning.state import UnitState
from eligo.reading.meaning.times import Time, both, time_of, window_of_value
from eligo.reading.neighbours import is_count
from eligo.reading.tokens import Token
from eligo.reading.tree import CountOf, Element, Limits, TimeNode, amounts
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named
from eligo.vocabulary.variables import variables

_AGES: Final = frozenset(["age", "gestational_age"])
_PEOPLE: Final = frozenset(["WHO", "SEX", "GROUP"])
_WORD: Final = 24  # characters before a name, in which the word before it lies


def choice(state: UnitState, node: CountOf) -> None:
    """`at least 2 of the following`."""
    first = node.limits.limits[0]
    op, amount = first.bounds[0]
    count = int(amount.number.value)
    whole = count == amount.number.value and not amount.in_parts
    if not whole:
        state.residue.append(node)
        state.note_logic("logic")
    elif op in ("ge", "eq") and first.form in ("compared", "bare", "bounded") and count > 0:
        state.quantifier = count
    elif op == "gt":
        state.quantifier = count + 1
    else:
        state.residue.append(node)
        state.note_logic("logic")
    state.own_words += 1
    state.context.count((node,), "join")


def limit(state: UnitState, limits: Limits) -> None:
    """A limit on what has a name, or the time of a fact: `kidney transplantation >= 12 months`."""
    bound = state.context.bound.get(limits.span[0])
    if bound is None or not bound.names or _duration_alone(state, bound):
        found = time_of(limits)
        if found is None or state.ids is None or not state.time_of_fact(found, limits):
            state.residue.append(limits)
        return
    if _of_a_dose(state, limits, bound):
        return
    leaf = _measured(state, bound, limits)
    if leaf is None:
        state.residue.append(limits)
        return
    state.context.count((limits,), "leaf")
    for name in bound.names:
        if name.variable is None and any(isinstance(x, (Compare, OneOf)) and not x.variable for x in leaves(leaf)):
            state.context.unknown.append(state.context.written(name.span))
    _measured_when(state, bound)
    if state.early is not None and isinstance(leaf, Compare):
        leaf, state.early = replace(leaf, window=window_of_value(state.early)), None
    state.nouns.append(leaf)


def _measured(state: UnitState, bound: BoundLimits, limits: Limits) -> Predicate | None:
    """What is asked of a value; None where the unit does not say enough for it."""
    leaf = leaf_of(bound, state.text, lambda parts, word: several_values(state.context, parts, word))
    if isinstance(leaf, Compare) and leaf.variable in _AGES and _behind_event(state, bound, limits):
        return _at_event(state, leaf)
    return None if leaf is None else _in_full(state, bound, _counted(state, leaf))


def _behind_event(state: UnitState, bound: BoundLimits, limits: Limits) -> bool:
    """`stroke at age < 50`: whether an age stands behind a fact and a word for the moment at which it happened."""
    if state.ids is None:
        return False
    start = min(bound.names[0].span[0], limits.span[0])
    at = next((i for i, e in enumerate(state.elements) if place(e)[0] == start), 0)
    before = state.elements[at - 1] if at else None
    return isinstance(before, Token) and before.type == "LIGHT" and state.written(before).lower() in words("at_event")


def _at_event(state: UnitState, leaf: Compare) -> Compare | None:
    """An age as that of the fact's first day; None where no leaf says of what it is.

    "Patients with asthma at 18 years of age or older" are so old today, unless the asthma was found then. The weeks of
    a pregnancy are those of today only beside the pregnancy, or those at which somebody was born.
    """
    assert state.ids is not None
    elements = [e for e in state.elements if isinstance(e, Token)]
    found = any(e.type == "STATUS" and e.value == "found" for e in elements)
    if leaf.variable != "age":
        own = any(e.value == "born" for e in elements)
        own = own or all("pregnancy" in concepts().ancestors(id_) for id_ in state.ids.split("|"))
        return leaf if own else None
    if not found and any(e.type in _PEOPLE or state.written(e).lower() in words("adults") for e in elements):
        return leaf
    known = not is_named(state.ids) and concepts().get(state.ids) is not None  # a name may be what a relative has
    return replace(leaf, at=state.ids) if known else None


def _in_full(state: UnitState, bound: BoundLimits, leaf: Predicate) -> Predicate:
    """`persistent proteinuria > grade 2`: what narrows a quantity without a variable is part of its name."""
    if not isinstance(leaf, (Compare, OneOf)) or leaf.variable is not None or not leaf.name or leaf.span is None:
        return leaf
    start = bound.names[0].span[0]
    at = next((i for i, e in enumerate(state.elements) if place(e)[0] == start), 0)
    own = at
    while own and is_qualifier(state.elements[own - 1]):
        own -= 1
    if own == at or leaf.span[0] < start:
        return leaf
    before = state.elements[own:at]
    first = place(before[0])[0]
    del state.qualifiers[len(state.qualifiers) - len(before) :]
    state.context.count(before, "leaf")
    return replace(leaf, name=f"{state.text[first:start]}{leaf.name}", span=(first, leaf.span[1]))


def is_qualifier(element: Element) -> TypeGuard[Token]:
    """Whether it is a word that narrows what stands behind it."""
    return isinstance(element, Token) and element.type == "QUAL"


def _counted(state: UnitState, leaf: Predicate) -> Predicate:
    """`one prior line of therapy`: just one, or at least one."""
    if not isinstance(leaf, OneOf) or len(leaf.values) != 1 or isinstance(leaf.values[0], str):
        return leaf
    if not is_count(leaf.variable):
        return leaf
    exact = state.context.take(Alternative.COUNTED) == (state.context.kind == "inclusion")
    return Compare(leaf.variable, (Limit("eq" if exact else "ge", leaf.values[0]),), span=leaf.span)


def _of_a_dose(state: UnitState, limits: Limits, bound: BoundLimits) -> bool:
    """`prednisone > 10 mg`: who takes more takes it; how much is in no record."""
    name, ops = bound.names[0], {op for one in limits.limits for op, _ in one.bounds}
    concept = concepts().get(name.concept or "") if len(bound.names) == 1 and name.variable is None else None
    if concept is None or concept.kind != "medication" or not ops <= {"gt", "ge"} or state.ids is not None:
        return False
    units = {amount.unit.value if amount.unit is not None else "" for amount in amounts(limits)}
    if not units <= words("dose_units"):
        return False
    lead = Modifiers(statuses=strongest(state.statuses))
    drug = fact_of(concept.id, lead, None, name.span, state.context.kind)
    state.context.count((limits,), "unparsed")
    state.nouns.append(all_of([drug, state.context.unparsed(limits.span, "unit-does-not-fit")]))
    return True


def _measured_when(state: UnitState, bound: BoundLimits) -> None:
    """`fasting triglycerides > 150`: where the variable is not that of its state alone, a note says so."""
    for name in bound.names:
        variable = variables().get(name.variable or "")
        if variable is None:
            continue
        before = state.text[max(0, name.span[0] - _WORD) : name.span[0]].split()[-1:]
        written = {word.strip("(,;:").lower() for word in [*before, *state.context.written(name.span).split()]}
        for word in sorted(written & words("states_of_measuring") - set(variable.name.lower().split())):
            state.context.notes.append(f"`{word}` is not tested")


def _duration_alone(state: UnitState, bound: BoundLimits) -> bool:
    """`arthritis of at least 3 months duration`: the name of the limit is only that it is a length of time."""
    written = [state.context.written(name.span).lower() for name in bound.names]
    return state.ids is not None and all(w in words("mere_duration") for w in written)


def time(state: UnitState, node: TimeNode) -> None:
    """A time of the fact or value before it, or of the one that comes."""
    bound = state.context.bound.get(node.limits.span[0]) if node.limits is not None else None
    if bound is not None and bound.names and node.limits is not None:
        limit(state, node.limits)
        state.at_event = node.anchor is not None and node.anchor.side == "AT" and bound.names[0].variable == "age"
        return
    found = time_of(node)
    last = state.nouns[-1] if state.nouns else None
    if found is None:
        state.residue.append(node)
    elif last is None:
        _time_first(state, found, node)
    elif isinstance(last, Compare):
        _time_of_value(state, last, found, node)
    elif isinstance(last, Attest) and not (state.ids is not None and is_judgement(last)):
        # what a person states includes its time; what is judged has one of its own
        _duration(state, last, found)
        state.context.count((node,), "modifier")
    elif state.ids is None or not state.time_of_fact(found, node):
        state.residue.append(node)


def _time_of_value(state: UnitState, last: Compare, found: Time, node: TimeNode) -> None:
    window = window_of_value(found)
    made = both(last.window, window) if window is not None else None
    if made is None:
        state.residue.append(node)
        return
    state.nouns[-1] = replace(last, window=made)
    state.context.count((node,), "modifier")


def _time_first(state: UnitState, found: Time, node: TimeNode) -> None:
    state.own_words += 1
    state.context.count((node,), "modifier")
    if found.since:
        state.since = found
    elif state.early is None:
        state.early = found
    else:
        state.residue.append(node)


def _duration(state: UnitState, attest: Attest, found: Time) -> None:
    variable = duration_of(attest.topic)
    if variable is not None and found.form in ("lasting", "alone"):
        op: Op = "ge" if found.op == "eq" else found.op
        state.nouns.append(Compare(variable, (Limit(op, found.duration.value, found.duration.unit),), span=attest.span))
