"""A time that must have gone by: `at least 4 weeks since prior chemotherapy or radiotherapy`.

Who never had it has nothing to wait for. So the sentence rules out what is more recent, the last time included.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eligo.criteria import AllOf, AnyOf, Bound, Not, Op, Predicate, Present, Window, leaves
from eligo.reading.lexicon import words
from eligo.reading.sexes import any_of
from eligo.reading.splits import cut, span_of
from eligo.reading.times import duration_of_time
from eligo.reading.tokens import Token
from eligo.reading.tree import Clause, Group
from eligo.reading.tree import Window as TimeNode
from eligo.vocabulary.concepts import concepts

if TYPE_CHECKING:
    from eligo.reading.meaning import Reader

_SOONER: dict[Op, Op] = {"ge": "lt", "gt": "le"}
_HAD = "who never had it may take part, or only who had it so long ago"


def elapsed(reader: Reader, group: Group) -> Predicate | None:
    """What a list says that begins with a time since something; None where it does not."""
    if "SINCE" not in reader.types:
        return None
    first = group.parts[0].parts[0]
    found = cut(group, lambda element, _: not _light(element))
    if found is None or found[1] not in first.elements or not _since(found[1]):
        return None
    _, node, rest = found
    stated = duration_of_time(node.limits)
    said = reader.clauses(rest) if span_of(rest) is not None else None
    facts = _facts(said)
    if stated is None or stated[0] == "eq" or not facts:
        return reader.unparsed(span_of(group), "time", node.span)
    op, duration = stated
    had = op not in _SOONER or _presupposed(first, reader.text)
    if not had and all(_condition(fact) for fact in facts):
        had = not reader.choices.take("since", _HAD)
    window = Window(ago=Bound(op if had else _SOONER[op], duration))
    dated = any_of([replace(fact, status="history", window=window) for fact in facts])
    return dated if had else Not(dated)


def _light(element: Any) -> bool:
    return element.__class__ is Token and element.type in ("LIGHT", "LEAD")


def _since(element: Any) -> bool:
    """Whether the element is a time since what follows it."""
    anchor = element.anchor if element.__class__ is TimeNode and element.form == "timed" else None
    return anchor is not None and anchor.side == "SINCE" and anchor.event is None


def _presupposed(clause: Clause, text: str) -> bool:
    """`since the diagnosis of A`: the patients have A."""
    span = span_of(clause) or (0, 0)
    return any(word in words("presupposing") for word in text[span[0] : span[1]].lower().split())


def _facts(said: Predicate | None) -> list[Present]:
    """The facts of a plain list; nothing where there is more in it than facts without a time."""
    if not isinstance(said, (Present, AnyOf, AllOf)):
        return []
    found = list(leaves(said))
    facts = [leaf for leaf in found if isinstance(leaf, Present) and leaf.window is None and leaf.status != "planned"]
    nested = not isinstance(said, Present) and any(isinstance(part, Not) for part in said.parts)
    return facts if len(facts) == len(found) and not nested else []


def _condition(fact: Present) -> bool:
    """Whether it is something that befalls a patient, and not a treatment."""
    known = concepts().get(fact.concept)
    return known is not None and known.kind == "condition"
