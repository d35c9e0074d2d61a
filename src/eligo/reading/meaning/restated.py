"""A bracket that says once more what stands before it: an abbreviation, another unit, another scale, a source."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from eligo.criteria import MEASURING, Compare, Limit, Number, Predicate, Present
from eligo.dataclass import replace
from eligo.errors import EligoError
from eligo.reading.leaves import fits
from eligo.reading.lexicon import words
from eligo.reading.meaning.context import place
from eligo.reading.meaning.examples import note_causes, of_causes, plain_list
from eligo.reading.meaning.state import UnitState
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Element, Limits, TimeNode, WrittenLimit, type_of
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.units import convert
from eligo.vocabulary.variables import Variable, variables

_BOTH: Final = 2  # limits of a range
_ROUNDED: Final = 0.02  # of a value: as far apart may the same limit be in two units
_METHODS: Final = frozenset(["CONCEPT", "FILLER", "OR", "AND", "COMMA"])
_FACTS: Final = frozenset(["ATTEST"])
_NAMING: Final = frozenset(["CONCEPT", "FILLER", "VAR", ""])
_CITING: Final = frozenset(["CITE", "NOTED"])
_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 10  # words that an abbreviation stands for


def source(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`(according to ...)`, `(confirmed by endoscopy within 3 months)`: a source or a method, and when that was."""
    kind = _kind_of_source(unit, inner)
    if kind is None:
        return False
    unit.context.count((node,), "note")
    unit.context.notes.append(f"`{unit.context.written(node.span)}` names {kind} and is not tested")
    return True


def _kind_of_source(unit: UnitState, inner: Sequence[Element]) -> str | None:
    """Whether a bracket names a source, or a method; None where it says something else."""
    types = {type_of(e) for e in inner}
    plain = all(isinstance(e, (Token, TimeNode)) for e in inner) and types.isdisjoint(_FACTS)
    said = [type_of(e) for e in itertools.takewhile(lambda e: type_of(e) not in _CITING, inner)]
    if plain and len(said) < len(inner) and _NAMING.isdisjoint(said):  # `(T2-T4 as defined by ...)` says more
        measured = any(isinstance(e, Token) and e.value == "measured" for e in inner)
        return "a method" if measured else "a source"
    span = (place(inner[0])[0], place(inner[-1])[1])
    if not words("repeating").isdisjoint(unit.context.written(span).lower().split()):
        return None  # `confirmed on at least two occasions`: one value is not enough
    method = not unit.nouns and bool(unit.statuses) and types <= _METHODS
    return "a method" if method or _how(unit.text, inner) else None


def causes(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`cirrhosis of any etiology (hepatitis B, alcohol)`: what it may come from."""
    if not unit.nouns or not plain_list(node.item) or not of_causes(unit.context, node.span[0]):
        return False
    note_causes(unit.context, node.span)
    return True


def _how(text: str, inner: Sequence[Element]) -> bool:
    """`confirmed by ...`, `documented within 3 days`; `documented progression` is more than a method."""
    first = inner[0]
    if not isinstance(first, Token) or first.type != "STATUS":
        return False
    said = text[first.start : first.end].lower()
    by = text[first.end :].split(maxsplit=1)[0].strip(".,;()[]").lower() if text[first.end :].strip() else ""
    timed = len(inner) > 1 and isinstance(inner[1], TimeNode)
    return said in words("confirming") and (
        len(inner) == 1 or timed or by in words("by_method") or said.endswith(" by")
    )


def repeats(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """Whether the bracket gives only another name of what stands before it: `(ACLF)`."""
    if len(inner) != 1:
        return _nothing_new(unit, node)
    if _nothing_new(unit, node) or _same_variable(unit, node, inner[0]):
        return True
    limited = i > 0 and isinstance(unit.elements[i - 1], Limits)  # it is no other name of what is limited
    refers = i > 0 and _capitals(unit.text, inner[0]) and (limited or _refers(unit.text, inner[0]))
    short = i > 0 and abbreviation(unit.text, inner[0])
    if not short and not refers and not _is_kind_of(unit, inner[0]):
        return False
    limited = refers or (short and limited)
    unit.context.count((node,), "note" if limited else "leaf")
    if limited:
        unit.context.notes.append(f"`{unit.context.written(node.span)}` is not tested")
    return True


def _nothing_new(unit: UnitState, node: Bracket) -> bool:
    """`pancreatitis (acute or chronic)`: a bracket that narrows nothing, for it names all that there is."""
    written = " ".join(unit.context.written(node.span).casefold().strip("()[] ").split())
    if written not in words("narrowing_nothing") or (not unit.nouns and (unit.qualifiers or unit.statuses)):
        return False  # `active (acute or chronic) or uncontrolled infection`: the adjective would be lost
    unit.context.count((node,), "note")
    unit.context.notes.append(f"`{unit.context.written(node.span)}` is not tested")
    return True


def _same_variable(unit: UnitState, node: Bracket, element: Element) -> bool:
    """`performance status 0-1 (ECOG)`: whether it names once more what is limited before it."""
    last = unit.last
    if not isinstance(element, Token) or element.type != "VAR" or not isinstance(last, MEASURING):
        return False
    if element.value != last.variable:
        return False
    unit.context.count((node,), "leaf")
    return True


def _is_kind_of(unit: UnitState, element: Element) -> bool:
    """Whether the fact before a bracket is a kind of the concept in it."""
    if unit.ids is None or not unit.is_fact() or not isinstance(element, Token) or element.type != "CONCEPT":
        return False
    return any(element.value in concepts().ancestors(id_) for id_ in unit.ids.split("|"))


def abbreviation(text: str, element: Element) -> bool:
    """Whether it can be short for what stands before it: each of its few words has a capital within.

    It begins as one of the words before it does: `melanoma (BRAF V600E)` says which melanoma is meant.
    """
    if not _capitals(text, element):
        return False
    written = text[element.span[0] : element.span[1]].split()
    if not all(any(c.isupper() for c in word[1:] or word) or word.isdigit() for word in written):
        return False
    before = _WORD.findall(text[: element.span[0]].casefold())[-_LONGEST:]
    return any(word.startswith(written[0][0].casefold()) for word in before)


def _capitals(text: str, element: Element) -> bool:
    """Whether it is a few words that no data file knows, one of which has a capital within."""
    if not isinstance(element, Token) or element.type != "FILLER" or element.value:
        return False
    written = text[element.start : element.end]
    return len(written.split()) <= 3 and any(c.isupper() for c in written[1:] or written)


def _refers(text: str, element: Element) -> bool:
    """Whether it names another place of the protocol: `(see Appendix A)`."""
    return not words("referring").isdisjoint(text[element.span[0] : element.span[1]].casefold().split())


def initials_of(unit: UnitState, span: tuple[int, int], inner: Sequence[Element]) -> bool:
    """Whether what stands before a bracket is short for the first words in it."""
    short = unit.context.written(span)
    start = min(place(e)[0] for e in inner)
    initials = "".join(
        word[0] for word in unit.text[start : max(place(e)[1] for e in inner)].split() if word[0].isupper()
    )
    return short.isupper() and initials.lower().startswith(short.lower())


def written_out(unit: UnitState, inner: Predicate) -> bool:
    """`MS (metabolic syndrome)`: the bracket writes the abbreviation out."""
    if not unit.is_fact() or unit.fact_span is None or not isinstance(inner, Present) or inner.span is None:
        return False
    short = unit.context.written(unit.fact_span)
    initials = "".join(word[0] for word in unit.context.written(inner.span).split())
    if not short.isupper() or short.lower() != initials.lower():
        return False
    unit.ids, unit.fact_span = inner.concept, inner.span
    unit.nouns[-1] = Present(unit.ids, span=unit.fact_span)
    return True


def second_unit(unit: UnitState, i: int, node: Bracket, inner: Sequence[Element]) -> bool:
    """`>= 12 mg/dL (equivalent to 205 umol/L)`: the same limit again; keep it, and check that the two agree."""
    last, again = unit.last, _one_limit(inner)
    if len(inner) == 1 and isinstance(inner[0], Limits) and len(inner[0].limits[0].bounds) == _BOTH:
        return isinstance(last, Compare) and _second_range(unit, node, last, inner[0].limits)
    if again is None or not isinstance(last, Compare) or len(last.limits) != 1 or last.variable is None:
        return False
    variable, first = variables().get(last.variable), last.limits[0]
    op, amount = again.bounds[0]
    value = amount.number.value
    code = amount.unit.value if amount.unit is not None else None
    if variable is None or code is None or first.unit in (None, code) or op not in ("eq", first.op):
        return False
    if not fits(value, code, variable):
        return False
    value = int(value) if value == int(value) else value
    unit.nouns[-1] = replace(last, equivalent=Limit(first.op, value, code))
    unit.context.notes.append(_checked(first, value, code, variable))
    unit.context.count((node,), "leaf")
    return True


def _second_range(unit: UnitState, node: Bracket, last: Compare, written: Sequence[WrittenLimit]) -> bool:
    """`7.0-10.0 % (53-86 mmol/mol)`: the same two limits again, where they agree."""
    variable, again = variables().get(last.variable or ""), written[0].bounds
    if variable is None or len(written) > 1 or len(last.limits) != _BOTH:
        return False
    for first, (_, amount) in zip(last.limits, again, strict=True):
        code = amount.unit or again[-1][1].unit
        if (
            code is None
            or first.unit in (None, code.value)
            or not _agrees(first, amount.number.value, code.value, variable)
        ):
            return False
    unit.context.notes.append(f"the source also states {unit.context.written(node.span).strip('()[] ')}")
    unit.context.count((node,), "leaf")
    return True


def _agrees(first: Limit, value: Number, unit: str, variable: Variable) -> bool:
    """Whether a value is a limit in another unit, as far as it is rounded."""
    try:
        exact = convert(first.value, first.unit, unit, variable)
    except EligoError:
        return False
    return abs(exact - value) <= _ROUNDED * max(abs(exact), abs(value))


def _one_limit(inner: Sequence[Element]) -> WrittenLimit | None:
    """The limit that a bracket consists of, with a word such as `equivalent` before it or not."""
    equivalent = isinstance(inner[0], Token) and inner[0].type == "EQUIV"
    limits = inner[-1]
    if not isinstance(limits, Limits) or len(inner) != (2 if equivalent else 1):
        return None
    return limits.limits[0] if equivalent or limits.limits[0].form in ("bare", "compared") else None


def _checked(first: Limit, value: Number, unit: str, variable: Variable) -> str:
    stated = f"the source also states {value:g} {unit}"
    try:
        exact = convert(first.value, first.unit, unit, variable)
    except EligoError:
        return f"{stated}, which cannot be compared"
    near = abs(exact - value) <= _ROUNDED * max(abs(exact), abs(value))
    return f"{stated}; {first.value:g} {first.unit} is {exact:.4g} {unit}" + ("" if near else ", which does not agree")
