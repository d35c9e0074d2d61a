"""The trees of criteria over the answers of tests, and what comes of them as expressions: reasons and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from eligo.cohort.answer import NOT_OPEN, InColumns
from eligo.cohort.form import (
    FALSE,
    UNKNOWN,
    Arithmetic,
    ColumnName,
    Compared,
    Expr,
    Value,
    all_of,
    any_of,
    bits_of,
    either,
    is_false,
    is_open,
    is_true,
    not_,
)
from eligo.evaluate.engine import Ready, Trial
from eligo.plan import Tree

Truths = Callable[[int], Expr]  # the truth of a test, by its number


def truth_of(tree: Tree, numbers: Sequence[int], truths: Truths) -> Expr:
    """The truth of a tree over tests by number."""
    if isinstance(tree, int):
        return truths(numbers[tree])
    parts = [truth_of(part, numbers, truths) for part in tree.parts]
    if tree.how == "all":
        return all_of(parts)
    if tree.how in ("any", "if"):
        return any_of(parts)
    if tree.how == "not":
        return not_(parts[0])
    return _at_least(tree.count, parts)


def _at_least(count: int, parts: Sequence[Expr]) -> Expr:
    """MET where so many parts are, NOT_MET where so many can no longer become it."""
    if count <= 0:
        return Value(True, "bool")
    if count > len(parts):
        return FALSE
    met = _counted(is_true(part) for part in parts)
    possible = _counted(not_(is_false(part)) for part in parts)
    enough, too_few = Compared("ge", met, Value(count, "count")), Compared("lt", possible, Value(count, "count"))
    return either(enough, Value(True, "bool"), either(too_few, FALSE, UNKNOWN))


def _counted(conditions: Iterable[Expr]) -> Expr:
    total: Expr = Value(0, "count")
    for condition in conditions:
        total = Arithmetic("plus", total, either(condition, Value(1, "count"), Value(0, "count")))
    return total


def reasons_of(tree: Tree, numbers: Sequence[int], truths: Truths, whys: Truths) -> Expr:
    """The bits of the reasons of all parts that keep a tree open; 0 where it is decided."""
    if isinstance(tree, int):
        return either(is_open(truths(numbers[tree])), whys(numbers[tree]), NOT_OPEN)
    parts = bits_of(reasons_of(part, numbers, truths, whys) for part in tree.parts)
    whole = truth_of(tree, numbers, truths)
    return either(is_open(whole), parts, NOT_OPEN)


def answer_columns(number: int) -> tuple[str, str, str]:
    """The names of the columns of a test: its truth, whether it is handed over, why it is open."""
    return f"t{number}", f"h{number}", f"w{number}"


def criterion_columns(place: int, criterion: int) -> tuple[str, str, str]:
    """The names of the columns of a criterion of a trial, as above."""
    return f"c{place}_{criterion}", f"x{place}_{criterion}", f"r{place}_{criterion}"


def truth_column(number: int) -> Expr:
    """The column of the truth of a test."""
    return ColumnName(f"t{number}")


def reason_column(number: int) -> Expr:
    """The column of why a test is open."""
    return ColumnName(f"w{number}")


def handed(ready: Ready, answers: Sequence[InColumns]) -> Expr:
    """Whether a criterion is for the plain evaluator: open, with a test of which columns are not sure."""
    truth = truth_of(ready.criterion.tree, ready.numbers, truth_column)
    unsure = [ColumnName(f"h{number}") for number in dict.fromkeys(ready.numbers) if answers[number].hand != FALSE]
    return all_of([is_open(truth), any_of(unsure)]) if unsure else FALSE


def passes(ready: Ready, column: Expr) -> Expr:
    """Whether a criterion passes (true), blocks (false) or is open, by its truth."""
    return column if ready.criterion.kind == "inclusion" else not_(column)


def verdict_of(trial: Trial, passing: Callable[[int], Expr]) -> Expr:
    """Eligible (true), ineligible (false) or undetermined, by what each criterion does."""
    by_arm: dict[str | None, list[Expr]] = {}
    for place, ready in enumerate(trial.criteria):
        by_arm.setdefault(ready.criterion.cohort, []).append(passing(place))
    common = all_of(by_arm.get(None, []))
    arms = [all_of(by_arm.get(arm.id, [])) for arm in trial.plan.arms]
    found = all_of([common, any_of(arms)]) if arms else common
    return either(is_false(found), FALSE, UNKNOWN) if trial.unstated else found
