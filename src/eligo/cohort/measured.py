"""The test of a value as columns: what is recorded, what the rest of the record says against it, and other sources."""

from __future__ import annotations

from eligo.cohort.answer import HANDED, InColumns, both_agree, cases, chosen, constant, or_else, reason
from eligo.cohort.calendar import born_until
from eligo.cohort.form import (
    FALSE,
    TRUE,
    UNKNOWN,
    ColumnName,
    Compared,
    Expr,
    IsIn,
    Value,
    all_of,
    any_of,
    either,
    is_false,
    is_true,
    known,
    not_,
    number,
)
from eligo.cohort.latest import Latest
from eligo.cohort.layout import ColumnLayout, sex
from eligo.cohort.presences import Presented, present
from eligo.cohort.readings import at_range, chosen_of, compared, is_relative
from eligo.cohort.scores import ValueInput
from eligo.cohort.voters import Voter
from eligo.criteria import Compare, OneOf, Op
from eligo.criteria import Present as Asked
from eligo.evaluation.ages import AgeThen
from eligo.evaluation.comparing import Choice, Comparison
from eligo.evaluation.picking import Picked
from eligo.evaluation.presence import presence
from eligo.patients.dates import AgeUnit
from eligo.truth import Reason, Truth
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import Variable, variables

_MISSING = constant(Truth.UNKNOWN, Reason.MISSING)
_INFINITE = float("inf")


def measured(place: int, test: Compare | OneOf, answer: Comparison | Choice, layout: ColumnLayout) -> InColumns:
    """The answer of a comparison or a choice of values; `place` tells its columns from others."""
    window = answer.window
    if isinstance(answer, Picked) or (window is not None and (window.ago or window.lasting or window.began)):
        return _left_to_evaluator(answer.variable, layout)
    table = layout.value(answer.variable, window)
    held = _held(answer, layout)
    recorded = table.ask(str(place), held)
    variable = variables().get(answer.variable)
    if variable is None or window is not None:
        return recorded
    if variable.concept is None:
        return _or_score(place, answer, recorded, layout)
    return _graded(place, test, answer, _Recorded(table, recorded, variable), layout)


def _left_to_evaluator(variable: str, layout: ColumnLayout) -> InColumns:
    """What columns do not do: open where there is no value that could count."""
    return chosen(layout.any_value(variable, TRUE), HANDED, _MISSING)


def _held(answer: Comparison | Choice, layout: ColumnLayout) -> InColumns:
    if isinstance(answer, Choice):
        return chosen_of(answer)
    return compared(answer, layout.policy, layout.as_of, layout.units.get(answer.variable, ()))


def _or_score(place: int, answer: Comparison | Choice, recorded: InColumns, layout: ColumnLayout) -> InColumns:
    """The recorded value, else the one that other values give."""
    if answer.variable not in SCORES:
        return recorded
    return or_else(recorded, layout.score(place, answer))


class _Recorded:
    """The recorded grade: its table, what it says, and which variable it is."""

    def __init__(self, table: Latest, answer: InColumns, variable: Variable) -> None:
        self.table, self.answer, self.variable = table, answer, variable


def _graded(
    place: int, test: Compare | OneOf, answer: Comparison | Choice, found: _Recorded, layout: ColumnLayout
) -> InColumns:
    """A grade: what the rest of the record says against it leaves it open; an open one the concept may imply."""
    table, variable = found.table, found.variable
    if isinstance(test, Compare) and is_relative(test):
        return chosen(table.there(), HANDED, _MISSING)
    asked = presence(Asked(variable.concept or ""))
    none, some = (at_range(answer, low, high, layout.blank) for low, high in ((0.0, 0.0), (1.0, _most(variable))))
    recorded = _undisputed(found, present(asked, layout, with_grades=False), none, some)
    if answer.variable in SCORES:
        recorded = or_else(recorded, layout.score(place, answer))
    whole = present(asked, layout).answer
    # A record at odds with itself has both grades, which says something only where they say the same.
    at_odds = HANDED if none.truth == some.truth != UNKNOWN else _MISSING
    implied = cases([(whole.hand, HANDED), (whole.truth, some), (not_(whole.truth), none)], at_odds)
    return or_else(recorded, implied)


def _undisputed(found: _Recorded, rest: Presented, none: InColumns, some: InColumns) -> InColumns:
    """What a recorded grade says beside the rest of the record, which may say the opposite."""
    is_some, is_zero, against = found.table.some(), found.table.zero(), rest.answer.truth
    return cases(
        [
            (all_of([any_of([is_some, is_zero]), rest.answer.hand]), HANDED),
            (all_of([is_some, not_(against), not_(rest.assumed)]), _conflict(found.answer, none)),
            (all_of([is_zero, against]), _conflict(found.answer, some)),
        ],
        found.answer,
    )


def graded_input(variable: Variable, layout: ColumnLayout) -> ValueInput:
    """A grade as an input of a score: the recorded one with what speaks against it, else the one that is implied."""
    table = layout.value(variable.id)
    recorded = table.input()
    asked = presence(Asked(variable.concept or ""))
    rest, whole = present(asked, layout, with_grades=False), present(asked, layout).answer
    is_some, is_zero, against = table.some(), table.zero(), rest.answer.truth
    also_none = all_of([is_some, is_false(against), not_(rest.assumed)])
    also_some = all_of([is_zero, is_true(against)])
    silent, most = not_(recorded.there), _most(variable)

    def implied(of_some: float) -> Expr:
        return either(whole.truth, number(of_some), either(not_(whole.truth), number(0), Value(None, "number")))

    low = either(silent, implied(1), either(also_none, number(0), recorded.low))
    high = either(silent, implied(most), either(also_some, number(most), recorded.high))
    unclear = [
        recorded.unclear,
        all_of([any_of([is_some, is_zero]), rest.answer.hand]),
        all_of([silent, whole.hand]),
    ]
    return ValueInput(variable.id, low, high, recorded.there, any_of(unclear))


def _conflict(one: InColumns, other: InColumns) -> InColumns:
    return both_agree(one, other)._replace(why=reason(Reason.NOT_STATED))


def _most(variable: Variable) -> float:
    return max(variable.grades.values(), default=_INFINITE)


# --- ages and sex


def age(test: Compare, layout: ColumnLayout) -> InColumns:
    """The answer of a comparison with the age of today, by the days on which the patient can be born."""
    first, today = ColumnName("birth_first"), Value(layout.as_of, "day")
    last = either(Compared("gt", ColumnName("birth_last"), today), today, ColumnName("birth_last"))
    truths = []
    for limit in test.limits:
        unit = "a" if limit.unit is None else limit.unit
        truths.append(_aged(limit.op, float(limit.value), unit, first, last, layout))
    truth = all_of(truths)
    stated = layout.any_value("age", TRUE)
    return cases([(known(first), InColumns(truth, FALSE, reason(Reason.MISSING))), (stated, HANDED)], _MISSING)


def _aged(op: Op, value: float, unit: str, first: Expr, last: Expr, layout: ColumnLayout) -> Expr:
    """Whether an age is on a side of a limit: of completed units, so that every limit is a day of birth."""
    least, above = -int(-value // 1), int(value // 1) + 1  # the first whole age at or above the limit, and above it
    reached, passed = (Value(born_until(age, _unit(unit), layout.as_of), "day") for age in (least, above))
    at_least = _sides(Compared("le", last, reached), Compared("gt", first, reached))
    beyond = _sides(Compared("le", last, passed), Compared("gt", first, passed))
    if op == "ge":
        return at_least
    if op == "gt":
        return beyond
    if op == "lt":
        return not_(at_least)
    return not_(beyond) if op == "le" else all_of([at_least, not_(beyond)])


def _unit(unit: str) -> AgeUnit:
    units: dict[str, AgeUnit] = {"a": "a", "mo": "mo", "wk": "wk", "d": "d"}
    return units[unit]


def _sides(met: Expr, not_met: Expr) -> Expr:
    return either(met, TRUE, either(not_met, FALSE, UNKNOWN))


def age_then(test: AgeThen, layout: ColumnLayout) -> InColumns:
    """The answer of an age at an event: open without any entry, else left to the plain evaluator."""
    bits = layout.bits(("age", test.concept), lambda: Voter(test.concept, test))
    return chosen(bits.has("hand"), HANDED, _MISSING)


def of_sex(test: OneOf) -> InColumns:
    """The answer of a choice of the patient's sex."""
    words = tuple(sorted(value for value in test.values if isinstance(value, str)))
    unknown = constant(Truth.MET) if {"male", "female"} <= set(words) else _MISSING
    found = InColumns(either(IsIn(sex(), words), TRUE, FALSE) if words else FALSE)
    return chosen(known(sex()), found, unknown)
