"""The test of a concept as columns: what facts, denials, grades and silence say, as in `evaluation/presence.py`.

Where two of these meet in a way that is rare (a fact against a denial, a second entry, an anchor) the answer is left to
the plain evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable

from eligo.cohort.answer import HANDED, InColumns, cases, constant, reason
from eligo.cohort.form import (
    FALSE,
    TRUE,
    UNKNOWN,
    Compared,
    Expr,
    HasWord,
    Value,
    all_of,
    any_of,
    known,
    not_,
)
from eligo.cohort.latest import Latest, since
from eligo.cohort.layout import Bits, ColumnLayout, sex
from eligo.cohort.readings import beyond
from eligo.cohort.voters import AnchorDays, MayBe, Voter, reach_in_days
from eligo.dataclass import dataclass
from eligo.evaluation.chart import first_day
from eligo.evaluation.presence import Presence
from eligo.evaluation.relating import TREATS, Relating
from eligo.evaluation.window import shift
from eligo.truth import Reason, Truth
from eligo.vocabulary.relations import Sign

_NOW = ("active", "now", "suspected")
_NOT_STATED = constant(Truth.UNKNOWN, Reason.NOT_STATED)
_NO = constant(Truth.NOT_MET)
_YES = constant(Truth.MET)


@dataclass(frozen=True, slots=True)
class Presented:
    """A test of a concept in the columns of a layout; `assumed` is where silence counts by the caller's word alone."""

    answer: InColumns
    assumed: Expr


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the record says of one concept, each as a condition."""

    bits: Bits
    rule: Expr
    graded: Expr
    left_open: Expr
    unclear: Expr
    anchored: _Anchored


def present(test: Presence, layout: ColumnLayout, *, with_grades: bool = True) -> Presented:
    """The answer of a test; without its grades it is what the rest of the record says."""
    grades = test.grades if with_grades else ()
    own = test.own_grades if with_grades else ()
    bits = layout.votes(test)
    signs = [_sign(sign, test, layout) for sign in dict.fromkeys(test.signs)]
    by_grade, anchored = _grades(test, grades, layout), _anchored(test, layout, bits)
    parts = _Parts(
        bits,
        any_of([bits.has("rule"), _other_sex(test), *_ruled_by_grade(test, own, layout)]),
        by_grade.some,
        any_of([bits.has("open"), anchored.left_open, *(shown for shown, _ in signs), by_grade.unsure]),
        any_of([*(unclear for _, unclear in signs), by_grade.unclear]),
        anchored,
    )
    lists = _lists(test, layout)
    answer = _weighed(test, parts, lists)
    hand = any_of([bits.has("hand"), anchored.hand, by_grade.hand])
    said = bits.has("yes", "over", "soft", "stale", "hard", "undated", "timed", "no", "open")
    silent = not_(any_of([said, anchored.left_open, parts.rule]))
    return Presented(cases([(hand, HANDED)], answer), all_of([silent, lists.by_caller]))


def _weighed(test: Presence, parts: _Parts, lists: _Lists) -> InColumns:
    bits, rule, timed = parts.bits, parts.rule, parts.anchored
    yes, no = any_of([bits.has("yes", "over"), timed.near, timed.near_over]), any_of([bits.has("no"), timed.far])
    hard = any_of([bits.has("hard", "undated"), timed.unknown])
    unsure = any_of([bits.has("soft", "stale"), hard, timed.suspected, timed.stale])
    silent = cases([(parts.left_open, _NOT_STATED), (parts.unclear, HANDED), *lists.cases], _NOT_STATED)
    not_affirmed = cases(
        [
            (all_of([unsure, any_of([not_(rule), hard])]), _open(bits, timed)),
            (rule, _NO),
            (all_of([no, not_(unsure), bits.has("refuted")]), _NO),
            (all_of([no, not_(unsure), parts.left_open]), _NOT_STATED),
            (all_of([no, not_(unsure), parts.unclear]), HANDED),
            (all_of([no, not_(unsure)]), _NO),
        ],
        silent,
    )
    if test.test.count > 1:  # how many there are is not counted here
        return cases([(any_of([yes, unsure]), HANDED)], not_affirmed)
    unlisted = all_of([lists.complete, not_(parts.left_open)])
    if test.voting.exceptions is not None:  # a grade does not say of which kind it is
        return cases([(parts.graded, HANDED), (yes, _affirmed(parts))], not_affirmed)
    by_grade = cases(
        [
            (rule, _NOT_STATED),
            (all_of([yes, bits.has("refuted")]), HANDED),
            (yes, _YES),
            (parts.unclear, HANDED),
            (any_of([unlisted, no]), _NOT_STATED),
        ],
        _YES,
    )
    return cases([(parts.graded, by_grade), (yes, _affirmed(parts))], not_affirmed)


def _affirmed(parts: _Parts) -> InColumns:
    """The answer where a fact makes it hold, unless the record also says the opposite."""
    refuted, goes_on = parts.bits.has("refuted"), any_of([parts.bits.has("yes"), parts.anchored.near])
    return cases([(all_of([parts.rule, goes_on]), _NOT_STATED), (refuted, HANDED)], _YES)


def _open(bits: Bits, timed: _Anchored) -> InColumns:
    stale = constant(Truth.UNKNOWN, Reason.STALE)
    undated = constant(Truth.UNKNOWN, Reason.MISSING)
    return cases(
        [
            (any_of([bits.has("hard", "soft"), timed.suspected]), _NOT_STATED),
            (any_of([bits.has("undated"), timed.unknown]), undated),
            (any_of([bits.has("stale"), timed.stale]), stale),
        ],
        _NOT_STATED,
    )


@dataclass(frozen=True, slots=True)
class _Lists:
    """What silence says: the answers in their order; that the record's lists are complete; that the caller says so."""

    cases: list[tuple[Expr, InColumns]]
    complete: Expr
    by_caller: Expr


def _lists(test: Presence, layout: ColumnLayout) -> _Lists:
    part = any_of(map(_in_part, sorted(test.beside)))
    lists = sorted(test.lists)
    if lists == ["names"]:
        return _Lists([(TRUE, _NOT_STATED)], FALSE, FALSE)
    whole = [all_of([HasWord("complete", one), not_(_in_part(one))]) for one in lists]
    said = [not_(_in_part(one)) if one in layout.policy.assume_absent else FALSE for one in lists]
    both = all_of(any_of(pair) for pair in zip(whole, said, strict=True))
    complete = all_of([all_of(whole), not_(part)])
    by_caller = all_of([both, any_of(said), not_(all_of(whole)), not_(part)])
    return _Lists([(part, _NOT_STATED), (all_of(whole), _NO), (by_caller, _NO)], complete, by_caller)


def _in_part(name: str) -> Expr:
    return HasWord("in_part", name)


def _other_sex(test: Presence) -> Expr:
    if test.sex is None:
        return FALSE
    return all_of([known(sex()), not_(Compared("eq", sex(), Value(test.sex, "word")))])


@dataclass(frozen=True, slots=True)
class _Grades:
    """What grades say: some, nothing for sure, several values at once; `hand` where it is of another day."""

    some: Expr
    unsure: Expr
    unclear: Expr
    hand: Expr


def _grades(test: Presence, grades: Iterable[str], layout: ColumnLayout) -> _Grades:
    if not test.may_be_graded:
        return _Grades(FALSE, FALSE, FALSE, FALSE)
    tables = [layout.value(grade) for grade in grades]
    if test.test.window is not None:
        return _Grades(FALSE, FALSE, FALSE, any_of(table.there() for table in tables))
    return _Grades(
        any_of(table.some() for table in tables),
        any_of(table.unsure() for table in tables),
        any_of(table.unclear() for table in tables),
        any_of(table.unclear() for table in tables),
    )


def _ruled_by_grade(test: Presence, own: Iterable[str], layout: ColumnLayout) -> list[Expr]:
    if test.test.status not in _NOW or test.test.window is not None:
        return []
    return [layout.value(grade).zero() for grade in own]


def _sign(sign: Sign, test: Presence, layout: ColumnLayout) -> tuple[Expr, Expr]:
    """Whether a value is a sign of the concept, and whether that cannot be told."""
    window = test.test.window
    back = window is not None and window.looks_back
    if not back and test.test.status != "history":
        table: Latest = layout.value(sign.variable)
        name = f"{sign.op}{sign.limit:.12g}"
        return table.flag(name, all_of([table.usable, beyond(sign.op, sign.limit)]), "any"), table.unclear()
    within = (window.within or window.began) if window is not None and back else None
    first = shift(layout.as_of, within, -1) if within is not None else None
    oldest = first_day(layout.as_of, layout.policy.stated_age(sign.variable))
    shown = layout.any_value(sign.variable, all_of([since(first, oldest, layout.as_of), beyond(sign.op, sign.limit)]))
    timed = window is not None and back and window.ago is not None
    return (FALSE, layout.any_value(sign.variable, TRUE)) if timed else (shown, FALSE)


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What facts say whose time counts from another one; `unknown` is of those without it, or of no known day."""

    near: Expr = FALSE
    near_over: Expr = FALSE
    suspected: Expr = FALSE
    far: Expr = FALSE
    stale: Expr = FALSE
    unknown: Expr = FALSE
    left_open: Expr = FALSE
    hand: Expr = FALSE


def _anchored(test: Presence, layout: ColumnLayout, bits: Bits) -> _Anchored:
    """The facts of a test whose window counts from when a concept began."""
    if not test.voting.anchor:
        return _Anchored(unknown=bits.has("timed"))
    anchor, left = AnchorDays(test.voting.anchor), MayBe(test)
    days = layout.bits(("anchor", anchor.reads), lambda: Voter("", anchor))
    others = layout.bits(("left open", test.test), lambda: Voter(test.concept, left))
    begun, reach = days.has("yes"), reach_in_days(test.test.window)
    alone = not_(begun)
    own, beside = (layout.from_anchor(one, days, reach) for one in (bits, others))
    may_be = any_of([beside.near, beside.near_over, beside.near_suspected, beside.stale, beside.either])
    unsure = any_of([own.unclear, bits.has("undated"), beside.unclear, others.has("open")])
    return _Anchored(
        all_of([begun, own.near]),
        all_of([begun, own.near_over]),
        all_of([begun, own.near_suspected]),
        all_of([begun, own.far]),
        all_of([begun, own.stale]),
        any_of([all_of([alone, bits.has("timed")]), all_of([begun, own.either])]),
        any_of([all_of([alone, others.has("timed", "open")]), all_of([begun, may_be])]),
        all_of([begun, unsure]),
    )


def related(test: Relating, what: InColumns, to: InColumns) -> InColumns:
    """The answer of a link by those of its two sides; whether their times meet is left to the plain evaluator."""
    unrelated = test.relation == "unrelated_to"
    both = HANDED if test.relation in TREATS else _NOT_STATED
    unsure = any_of([what.hand, to.hand])
    pairs = [(not_(what.truth), _NO)]
    if not unrelated:
        pairs.append((all_of([not_(to.truth), not_(what.hand)]), _NO))
    pairs.append((unsure, HANDED))
    open_ = InColumns(UNKNOWN, FALSE, reason(Reason.NOT_STATED))
    met = all_of([what.truth, to.truth])
    pairs.append((met, both))
    if unrelated:
        pairs.append((all_of([what.truth, not_(to.truth)]), _YES))
    return cases(pairs, open_)
