"""A condition and what it asks for: `if A, B`; `B in women of A`; `women of A must B`.

Who does not have A need not have B. In an exclusion both must hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eligo.criteria import AnyOf, Compare, Predicate, Unparsed, leaves
from eligo.reading.brackets import instead
from eligo.reading.sexes import all_of, any_of
from eligo.reading.sometimes import SUBJECT, if_then, names_some, obliges, sex_of, ties, untied
from eligo.reading.splits import elements_of, place, span_of
from eligo.reading.tokens import Token
from eligo.reading.tree import Clause, Group, Limits

if TYPE_CHECKING:
    from eligo.reading.meaning import Reader

_ASKS = frozenset(["ATTEST", "NEG"])
_PATIENTS = "what is said of these patients may be asked of them alone, or all may have to be such patients"


def conditional(reader: Reader, group: Group) -> Predicate | None:
    """What a list of clauses says that holds for some patients only; None where it names no such patients."""
    if reader.depth:
        return None
    if reader.types & {"IF", "SEX"} and (found := _led(reader, group) or _tied(reader, group)):
        return found
    return _obliged(reader, group) if "CONCEPT" in reader.types or "SEX" in reader.types else None


def _led(reader: Reader, group: Group) -> Predicate | None:
    """`If A, B`."""
    if len(group.parts) < 2 or group.marks[0].value is not None or not names_some(group.parts[0], reader.text):
        return None
    first, rest = group.parts[0], Group(group.level, group.parts[1:], group.marks[1:])
    if elements_of(first)[0].value == "in" and not any(map(_asks, elements_of(rest))):
        return None  # `for patients with A, B or C`
    if span_of(rest) is None:
        return None
    return if_then(reader.kind, reader.clauses(untied(_list(first))), reader.clauses(rest))


def _asks(element: Any) -> bool:
    return element.__class__ is Limits or (element.__class__ is Token and element.type in _ASKS)


def _tied(reader: Reader, group: Group) -> Predicate | None:
    """`B if A`, `B in women`."""
    elements = _only_clause(group)
    at = [i for i, element in enumerate(elements) if i and ties(element, reader.text)]
    if len(at) != 1 or sum(e.__class__ is Token and e.type == "SEX" for e in elements) > 1:
        return None
    before, after = elements[: at[0]], elements[at[0] :]
    if _light(before) or (_light(after[1:]) and after[0].type != "SEX"):
        return None
    then, condition = reader.clauses(_clause(before)), reader.clauses(untied(_clause(after)))
    if any(isinstance(leaf, Unparsed) for part in (then, condition) for leaf in leaves(part)):
        return None
    if any(e.__class__ is Limits and len(e.limits) > 1 for e in before):
        made = _other_limit(reader, then, condition)
        return made or reader.unparsed(span_of(group), "unclear-relation", place(elements[at[0]]))
    return if_then(reader.kind, condition, then)


def _other_limit(reader: Reader, then: Predicate, condition: Predicate) -> Predicate | None:
    """`<= 2.5 x ULN or <= 5 x ULN if A`: the second limit holds under the condition; `< 9 or > 12 in A`: both do."""
    if not isinstance(then, AnyOf) or len(then.parts) != 2:
        return None
    first, second = then.parts
    if not isinstance(first, Compare) or not isinstance(second, Compare):
        return None
    if first.variable != second.variable:
        return None
    if first.limits[0].op[0] != second.limits[0].op[0]:
        return if_then(reader.kind, condition, then)
    return instead(first, second, condition, reader.kind)


def _obliged(reader: Reader, group: Group) -> Predicate | None:
    """`Women of childbearing potential must use contraception`."""
    if reader.kind == "exclusion":
        return None
    clauses = group.parts[0].parts
    k, at = next(
        ((k, i) for k, c in enumerate(clauses) for i, e in enumerate(c.elements) if k + i and obliges(e, reader.text)),
        (0, 0),
    )
    subjects = [*(clause.elements for clause in clauses[:k]), clauses[k].elements[:at]]
    before = [element for elements in subjects for element in elements]
    tokens = [e for e in before if e.__class__ is Token]
    kinds = {e.type for e in tokens}
    of_one_sex = any(e.type == "CONCEPT" and sex_of(e.value) for e in tokens)
    if "SEX" not in kinds and not of_one_sex and not {"IF", "CONCEPT"} <= kinds:
        return None
    if len(tokens) < len(before) or not kinds <= SUBJECT:
        blamed = next(e for e in before if e.__class__ is not Token or e.type not in SUBJECT)
        return reader.unparsed(span_of(group), "unclear-relation", place(blamed)) if "SEX" in kinds else None
    chain = Group("chain", (Clause(clauses[k].elements[at:]), *clauses[k + 1 :]), group.parts[0].marks[k:])
    rest = Group(group.level, (chain, *group.parts[1:]), group.marks)
    if _light(elements_of(rest)):
        return None
    condition = any_of([reader.clauses(_clause(elements)) for elements in subjects if not _light(elements)])
    then = reader.clauses(rest)
    if "SEX" not in kinds and not of_one_sex and not reader.choices.take("patients", _PATIENTS):
        return all_of([condition, then])
    return if_then(reader.kind, condition, then)


def _only_clause(group: Group) -> Sequence[Any]:
    """The elements of a list of a single clause; nothing of any other."""
    chains = [chain for chain in group.parts if span_of(chain) is not None]
    return chains[0].parts[0].elements if len(chains) == 1 and len(chains[0].parts) == 1 else ()


def _light(elements: Sequence[Any]) -> bool:
    return all(e.__class__ is Token and e.type in ("LIGHT", "LEAD", "TRAIL") for e in elements)


def _clause(elements: Sequence[Any]) -> Group:
    return _list(Group("chain", (Clause(tuple(elements)),), ()))


def _list(chain: Group) -> Group:
    return Group("list", (chain,), ())
