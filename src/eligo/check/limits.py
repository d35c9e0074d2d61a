"""Limits: plausible, with a unit, equal to their stated equivalent, without gap or overlap where two of them meet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from eligo.check.findings import CheckedItem, CheckFinding, CheckSubject, leaves_at
from eligo.check.logic import LogicJoin, Node, Path, Values
from eligo.criteria import Compare, Limit
from eligo.dataclass import replace
from eligo.errors import EligoError
from eligo.namedtuple import NamedTuple
from eligo.standing import review_state
from eligo.vocabulary.allowed import Key, canonical, domain
from eligo.vocabulary.ranges import LEAST, MOST, Cut
from eligo.vocabulary.units import difference_to_canonical, to_canonical
from eligo.vocabulary.variables import Variable, variables

# Protocols convert with rounded factors (17 umol/L for 1 mg/dL of bilirubin, not 17.1): this much is no other limit.
TOLERANCE = 0.01


def check_limits(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Limits outside what is plausible, limits whose unit was inferred, equivalents that are another limit."""
    for item in subject.items:
        for path, leaf in leaves_at(item.criterion.predicate):
            variable = variables().get(leaf.variable) if isinstance(leaf, Compare) and leaf.variable else None
            if variable is None or not isinstance(leaf, Compare):
                continue
            # Registries write 120 years and more for no limit at all.
            for limit in leaf.limits if item.criterion.origin != "registry" else ():
                yield from _implausible(subject, item, path, limit, variable)
            if leaf.unit_inferred and review_state(item.criterion) == "draft":
                unit = "years" if leaf.limits[0].unit == "a" else f"`{leaf.limits[0].unit}`"
                message = f"`{item.id}` states no unit for `{variable.id}`; what was inferred is {unit}"
                fix = "let a reviewer confirm the unit (`review:`)"
                yield subject.finding("unit-inferred", "warning", message, item, path=path, fix=fix)
            if leaf.equivalent is not None and not agree(leaf.limits[0], leaf.equivalent, variable):
                message = f"`{item.id}` states two limits for `{variable.id}` that are not the same"
                fix = "one of the two is a slip; ask the sponsor which, and drop the other"
                yield subject.finding("equivalent-differs", "error", message, item, path=path, fix=fix)


def _implausible(
    subject: CheckSubject, item: CheckedItem, path: Path, limit: Limit, variable: Variable
) -> Iterator[CheckFinding]:
    if limit.of is not None or limit.above is not None or variable.plausible is None:
        return
    low, high = variable.plausible
    value = canonical(limit, variable)[1]
    if value < low or value > high + (1 if variable.id == "age" or variable.kind == "count" else 0):
        unit = "" if variable.unit == "1" else f" {variable.unit}"
        message = f"`{item.id}` has a limit on `{variable.id}` that no value can reach"
        fix = f"plausible is {low:g} to {high:g}{unit}; is the unit right?"
        yield subject.finding("limit-implausible", "error", message, item, path=path, fix=fix)


def agree(limit: Limit, equivalent: Limit, variable: Variable) -> bool:
    """Whether two ways to state a limit are the same one, given how they are rounded.

    >>> agree(Limit("ge", 12, "mg/dL"), Limit("ge", 205, "umol/L"), variables().get("total_bilirubin"))
    True
    """
    if limit.of is not None:
        return True
    stated = limit, replace(equivalent, above=limit.above)
    try:
        one, other = (_canonical(each, variable) for each in stated)
        slack = min(_step(each, variable) / 2 for each in stated)
    except EligoError:
        return False  # a unit that does not fit
    return abs(one - other) <= max(slack, TOLERANCE * max(abs(one), abs(other)))


def _canonical(limit: Limit, variable: Variable) -> float:
    if limit.unit is None:
        return float(limit.value)
    convert = to_canonical if limit.above is None else difference_to_canonical
    return convert(limit.value, limit.unit, variable)


def _step(limit: Limit, variable: Variable) -> float:
    return abs(_canonical(_next(limit), variable) - _canonical(limit, variable))


def _next(limit: Limit) -> Limit:
    """The limit one step of its last written digit further."""
    text = f"{limit.value:.12g}"
    step = 10.0 ** -len(text.partition(".")[2]) if "e" not in text else abs(limit.value) * TOLERANCE
    return replace(limit, value=limit.value + step)


class _Edge(NamedTuple):
    """One end of what a leaf allows: below or above a cut."""

    item: CheckedItem
    key: Key
    above: bool
    cut: Cut
    path: Path


def check_boundaries(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Values at which an inclusion and an exclusion, or two arms, leave a gap or overlap: `> 5` here, `< 5` there."""
    edges = [edge for item in subject.items if item.criterion.origin != "registry" for edge in _edges(item, item.node)]
    for one, other in itertools.combinations(edges, 2):
        if one.item is other.item or one.key != other.key or one.above == other.above:
            continue
        code = _meeting(*((one, other) if one.above else (other, one)))
        if code is None or not _opposed(one.item, other.item):
            continue
        first, second = sorted((one, other), key=lambda e: e.item.index)
        what = "neither" if code == "boundary-gap" else "both"
        names = f"`{first.item.id}` and `{second.item.id}`"
        message = f"at the limit itself, {what} of {names} hold for `{one.key.variable}`"
        fix = "should one of the two include the limit?"
        yield subject.finding(code, "warning", message, first.item, second.item, path=first.path, fix=fix)


def _meeting(upper: _Edge, lower: _Edge) -> str | None:
    """How what lies above one limit meets what lies below another: with a gap or an overlap of one value, or well."""
    variable = variables().get(upper.key.variable)
    if variable is not None and (variable.id == "age" or variable.kind == "count"):
        between = round(upper.cut[0] - lower.cut[0], 9)  # whole units, so that the value between two limits is one step
        return {1: "boundary-gap", -1: "boundary-overlap"}.get(int(between)) if between == int(between) else None
    if upper.cut[0] != lower.cut[0] or upper.cut == lower.cut:
        return None
    return "boundary-gap" if upper.cut > lower.cut else "boundary-overlap"


def _opposed(one: CheckedItem, other: CheckedItem) -> bool:
    """Whether two criteria can share out values: inclusions do between arms, an exclusion with all of its own arm."""
    arms = {one.criterion.cohort, other.criterion.cohort}
    if one.included and other.included:
        return len(arms) == 2 and None not in arms
    return len(arms) == 1 or None in arms


def _edges(item: CheckedItem, node: Node) -> Iterator[_Edge]:
    if isinstance(node, LogicJoin):
        for part in node.parts:
            yield from _edges(item, part)
    elif isinstance(node, Values) and len(node.ranges) == 1:
        ((low, high),) = node.ranges
        least, most = _ends(node.key)
        if low > least:
            yield _Edge(item, node.key, True, low, node.path)
        if high < most:
            yield _Edge(item, node.key, False, high, node.path)


def _ends(key: Key) -> tuple[Cut, Cut]:
    whole = domain(key)
    return (whole[0][0], whole[-1][1]) if whole else (LEAST, MOST)
