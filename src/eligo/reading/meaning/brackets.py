"""What a bracket does to the words before it: names them again, defines, widens, narrows or excepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import AllOf, Attest, Compare, IfThen, OneOf, Predicate, leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import words
from eligo.reading.meaning.bonds import tie
from eligo.reading.meaning.conditions import if_holds, instead, of_one_sex, sex_of
from eligo.reading.meaning.context import Context, elements_of, has_and, has_or, place
from eligo.reading.meaning.definitions import (
    Gloss,
    definition,
    of_a_function,
    of_nothing,
    read_as_limits,
    without_repeats,
)
from eligo.reading.meaning.examples import counting, explains, note_causes, of_causes, one_by_one, plain_list
from eligo.reading.meaning.exceptions import permits_another, permitted, taken_out, unless_holds
from eligo.reading.meaning.exemplified import exemplified, named
from eligo.reading.meaning.grading import grade_in_bracket
from eligo.reading.meaning.joining import all_of, any_of, has_unread, is_unread, measures
from eligo.reading.meaning.limited import another_quantity, obliges, of_a_part, of_another_time
from eligo.reading.meaning.lists import apart
from eligo.reading.meaning.measures import time
from eligo.reading.meaning.relations import bond_of
from eligo.reading.meaning.restated import abbreviation, causes, initials_of, repeats, second_unit, source, written_out
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.state import UnitState
from eligo.reading.meaning.times import of_today, time_of
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Branch, Clause, Element, Limits, Node, TimeNode

_SMALL: Final = frozenset(["LIGHT", "LEAD", "TRAIL", "FRESH", "WHO", "SKIP"])


def bracket(unit: UnitState, i: int, node: Bracket) -> None:
    """Take the bracket at element `i` into what its unit says."""
    inner = [e for e in elements_of(node.item) if not (isinstance(e, Token) and e.type in _SMALL)]
    context = unit.context
    if _behind_another(unit):
        unit.unused(node)
        return
    if node.word is not None:
        if node.word.type != "OR" or not _instead_for_some(unit, i, node, inner):
            _scoped(unit, node, node.word)
        return
    if not inner:
        context.count((node,), "leaf")
        return
    for rule in (
        another_quantity,
        grade_in_bracket,
        _names,
        second_unit,
        source,
        of_a_part,
        causes,
        obliges,
        repeats,
        _time,
        _qualifies,
        _for_some,
        _instead_for_some,
    ):
        if rule(unit, i, node, inner):
            return
    _read(unit, node, inner)


def _behind_another(unit: UnitState) -> bool:
    """`ascites - kidney failure (creatinine > 2)`: whether a second fact, which is not understood, stands between."""
    if unit.fact_span is None or not unit.is_fact():
        return False
    end = unit.fact_span[1]
    return any(isinstance(e, Token) and e.type == "CONCEPT" and e.start >= end for e in unit.residue)


def _names(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """Whether it is part of the name of a limit."""
    if not all(isinstance(e, Token) and unit.context.consumed(e) for e in inner):
        return False
    if unit.is_fact() and unit.fact_span is not None and initials_of(unit, unit.fact_span, inner):
        unit.ids = None  # `ASA (physical status by the American Society of Anesthesiologists) 1-3`
        unit.nouns.pop()
    unit.context.count((node,), "leaf")
    return True


def _read(unit: UnitState, node: Bracket, inner: Sequence[Element]) -> None:
    """A bracket that says something of its own."""
    context = unit.context
    said = context.inside(node.item)
    if said.what == "allowed":
        _permitted(unit, said)
        return
    said = wrapped(context, said)
    if said.body is None:
        unit.unused(node)
        return
    if isinstance(unit.last, Attest) and explains(unit.last, [said]) and not any(isinstance(e, Limits) for e in inner):
        context.count((node,), "note")
        context.notes.append("what explains a statement of the patient is not tested")
        return
    body = said.body
    if unit.is_fact():
        body = without_repeats(unit.made(), of_nothing(context, body))
    if unit.nouns and has_unread(body):
        _left_over(unit, node, said, inner)
    elif unit.last is None:
        _without_noun(unit, node, body)
    elif written_out(unit, body):
        pass
    elif unit.is_fact() and not measures(body):
        _gloss(unit, node, body, inner)
    else:
        _limits(unit, node, unit.last, body)


def _without_noun(unit: UnitState, node: Bracket, body: Predicate) -> None:
    """What stands behind words that are no noun; `inadequate renal function (creatinine > 2)` is that limit."""
    unit.nouns.append(body)
    before = [element for element in unit.residue if isinstance(element, Token)]
    if not before or len(before) < len(unit.residue) or unit.negated or unit.statuses or not measures(body):
        return
    first = next(e for e in unit.elements if not isinstance(e, Token) or e.type not in _SMALL)
    span = (place(first)[0], node.span[0])
    if of_a_function(unit.context, span):
        read_as_limits(unit.context, span)
        unit.residue, unit.logic = [], None


def _gloss(unit: UnitState, node: Bracket, body: Predicate, inner: Sequence[Element]) -> None:
    """Facts behind a fact: what they are to it is told when all that is said of it is known."""
    if unit.gloss is not None:
        unit.unused(node)
        return
    either = has_or(node.item) or any("|" in str(e.value) for e in inner if isinstance(e, Token))
    unit.gloss = Gloss(body, either, not either and not has_and(node.item))


def _limits(unit: UnitState, node: Bracket, last: Predicate, body: Predicate) -> None:
    """Limits behind a fact or a limit."""
    other = _for_others(unit, last, body)
    if other is not None:
        unit.replace_last(other)
    elif of_another_time(last, body, node):
        unit.unused(node)
    else:
        head = unit.made()
        said = definition(unit.context, head, body, unit.negated, beside=False)
        unit.defined = head if measures(said) and not measures(head) else None
        unit.replace_last(said)


def _for_others(unit: UnitState, last: Predicate, inner: Predicate) -> Predicate | None:
    """`>= 55 kg (women: >= 50 kg)`: a looser limit of some is in place of the one before it, another is theirs too."""
    match inner:
        case IfThen(OneOf() as whom, Compare() as limit) | AllOf((OneOf() as whom, Compare() as limit)):
            pass
        case _:
            return None
    own = {leaf.variable for leaf in leaves(last) if isinstance(leaf, Compare)}
    if whom.variable != "sex" or own != {limit.variable} or not measures(last):
        return None
    kind = unit.context.kind
    made = instead(last, limit, whom, kind)
    if made is not None:
        return made
    join = all_of if kind == "inclusion" else any_of
    return join([last, if_holds(unit.context, whom, limit)])


def _left_over(unit: UnitState, node: Bracket, said: Said, inner: Sequence[Element]) -> None:
    """A bracket that is not understood, beside words that are; what it may take back goes with it."""
    takes_back = any(isinstance(e, Limits) for e in inner) or said.exception
    if unit.is_fact() and not takes_back and not said.tainted and _only_a_name(unit, node, inner):
        unit.context.count((node,), "note")
        return
    unit.unused(node, "exceptions" if said.exception else "logic" if takes_back else None)


def _only_a_name(unit: UnitState, node: Bracket, inner: Sequence[Element]) -> bool:
    """Whether it holds nothing but an abbreviation."""
    return len(inner) == 1 and abbreviation(unit.context.text, inner[0])


# --- words of scope at its start: (if A), (except B), (e.g. C), (with D)


def _scoped(unit: UnitState, node: Bracket, word: Token) -> None:
    context = unit.context
    if unit.last is None:
        unit.unused(node, "exceptions" if word.type in ("EXCEPT", "UNLESS", "IF") else "logic")
        return
    span = unit.fact_span or (node.span[0], node.span[0])
    head = Said(unit.made(), span, "fact" if unit.is_fact() else "limit", unit.modifiers(), time=unit.window)
    if word.type == "SUCH":
        _such(unit, node, word, head)
        return
    said = context.inside(node.item)
    if said.body is None:
        unit.unused(node, "logic")
        return
    if word.type == "BOND" and unit.is_fact():
        unit.bonds.append(bond_of(context, str(word.value), said))
        return
    made = _with_bracket(context, head, str(word.value), said, word.type)
    if made is None or is_unread(made):
        unit.unused(node, "exceptions" if word.type in ("EXCEPT", "UNLESS") else "logic")
    else:
        context.count((word,), "join")
        unit.replace_last(made)


def _with_bracket(context: Context, head: Said, word: str, said: Said, rule: str) -> Predicate | None:
    """What stands before a bracket, with what the word at its start makes of the two; None where that is not known."""
    if rule == "EXCEPT":
        return taken_out(context, head, replace(said, time=None)).body  # a time in the bracket stays there
    if rule == "UNLESS":
        return unless_holds(context, head, said, absent=word == "absent").body
    assert head.body is not None
    if rule == "BOND":
        return tie(context, head.body, bond_of(context, word, said))
    inner = wrapped(context, said).body
    assert inner is not None
    if rule == "OR":
        return any_of([head.body, inner])
    if has_unread(inner):
        return None
    return all_of([head.body, inner]) if word == "given" else if_holds(context, inner, head.body)


def _such(unit: UnitState, node: Bracket, word: Token, head: Said) -> None:
    context = unit.context
    if word.value == "such" and of_causes(context, node.span[0]) and plain_list(node.item):
        note_causes(context, node.span)
        return
    items = named(context, node.item, str(word.value))
    if word.value == "such" and unit.is_fact():
        if any(item.exception for item in items):
            unit.unused(node, "exceptions")
            return
        if any(item.body is not None and has_unread(item.body) for item in items):
            items = one_by_one(context, unit.made(), items, apart(context, node.item))
        context.count((word,), "join")
        unit.examples += tuple(counting(context, unit.made(), items, negated=unit.negated))
        return
    made = exemplified(context, head, str(word.value), items)
    if made.body is None or is_unread(made.body):
        unit.unused(node)
    else:
        unit.replace_last(made.body)


def _permitted(unit: UnitState, said: Said) -> None:
    if unit.last is None:
        unit.residue.extend(unit.elements)
        return
    made = permitted(unit.context, Said(unit.made(), unit.fact_span or said.span, "fact"), said)
    another = made.body == unit.made() and permits_another(unit.context, said, unit.fact_span or said.span)
    if another or made.body is None or made.exception or is_unread(made.body):
        unit.unused(unit.elements[-1], "exceptions")
    else:
        unit.replace_last(made.body)


# --- another form of what stands before it


def _time(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    if len(inner) == 1 and of_today(inner[0]) and unit.nouns:
        unit.context.count((node,), "modifier")
        return True
    if len(inner) != 1 or not isinstance(inner[0], (Limits, TimeNode)):
        return False
    if isinstance(inner[0], Limits):  # `chronic hepatitis (> 6 months)`
        return not unit.context.names(inner[0]) and not unit.groups and unit.narrow(inner[0])
    if inner[0].limits is not None and unit.context.names(inner[0].limits):  # `(> 10 g/dL before surgery)`
        return False
    if isinstance(unit.last, Compare):
        time(unit, inner[0])
        return True
    if unit.last is None:
        return _time_ahead(unit, inner[0])
    return unit.narrow(inner[0])


def _time_ahead(unit: UnitState, node: TimeNode) -> bool:
    """`recent (within 6 months) stroke`: the time of the noun that comes."""
    found = time_of(node)
    narrowed = (unit.qualifiers or unit.statuses) and not unit.residue and unit.early is None
    if found is None or found.form != "within" or not narrowed:
        return False
    time(unit, node)
    return True


def _qualifies(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`infection (severe)`, `hepatitis B (active)`."""
    tokens = [e for e in inner if isinstance(e, Token) and e.type in ("QUAL", "STATUS")]
    if len(tokens) < len(inner) or not isinstance(node.item, Clause) or not unit.is_fact():
        return False
    for token in tokens:
        (unit.behind if token.type == "QUAL" else unit.statuses).append(str(token.value))
    unit.context.count(inner, "modifier")
    return True


def _for_some(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`(women)`, `(patients under 16 years of age)`: of whom it is asked."""
    if not unit.nouns or not isinstance(node.item, Clause):
        return False
    if unit.is_fact():
        return _of_women(unit, node, inner)
    sexes = all(isinstance(e, Token) and e.type in ("SEX", "GROUP") for e in inner)
    first = node.item.elements[0]
    people = isinstance(first, Token) and unit.written(first).lower() in words("adults")
    if not sexes and not people:
        return False
    said = unit.context.inside(node.item)
    if said.body is None or has_unread(said.body):
        return False
    of_age = all(isinstance(leaf, (OneOf, Compare)) and leaf.variable in ("sex", "age") for leaf in leaves(said.body))
    if not of_age:
        return False
    unit.replace_last(if_holds(unit.context, said.body, unit.made()))
    return True


def _of_women(unit: UnitState, node: Bracket, inner: Sequence[Element]) -> bool:
    """`negative pregnancy test (women of childbearing potential)`, where it is asked for."""
    named = isinstance(inner[0], Token) and (inner[0].type == "SEX" or sex_of(str(inner[0].value)) is not None)
    if not named or unit.context.kind == "exclusion" or unit.negated:
        return False
    said = wrapped(unit.context, unit.context.inside(node.item))
    if said.body is None or not all(of_one_sex(leaf) for leaf in leaves(said.body)):
        return False
    unit.replace_last(if_holds(unit.context, said.body, unit.made()))
    return True


def _instead_for_some(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`<= 2.5 x ULN (<= 5 x ULN if liver metastases)`: under a condition, another limit holds instead."""
    last = unit.last
    if last is None or not measures(last):
        return False
    item: Node = node.item
    if not isinstance(item, Branch) or item.rule not in ("if_then", "if_first", "unless"):
        return False
    one, other = item.parts
    limit, condition = (other, one) if item.rule == "if_first" else (one, other)
    stated = unit.context.inside(limit)
    if not isinstance(stated.body, Compare) or stated.what != "limit" or stated.lead.negated:
        return False
    own = {leaf.variable for leaf in leaves(last) if isinstance(leaf, Compare)}
    named = not stated.continues
    if named and own != {stated.body.variable}:
        return False
    under = wrapped(unit.context, unit.context.inside(condition))
    if under.body is None:
        return False
    made = instead(last, stated.body, under.body, unit.context.kind)
    if made is None:
        unit.unused(node, "logic")
    else:
        unit.nouns[-1] = made
    return True
