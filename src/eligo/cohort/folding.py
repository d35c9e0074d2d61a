"""An expression and what is known of a warehouse in, a shorter expression with the same values out.

Most facts that rules ask for are in no record of a warehouse, and most variables are measured in none: what cannot be
is left out before any row is looked at.
"""

from __future__ import annotations

from collections.abc import Callable

from eligo.cohort.form import (
    FALSE,
    TRUE,
    And,
    Arithmetic,
    BitsOf,
    Compared,
    Expr,
    If,
    IsIn,
    IsNull,
    Negated,
    Or,
    Value,
    all_of,
    any_of,
    bits_of,
    either,
    is_open,
    not_,
    value_of,
)

Known = Callable[[Expr], Expr | None]  # what a column, or a question of one, is for sure; None where that is not known


def folded(expression: Expr, known: Known, kept: dict[Expr, Expr] | None = None) -> Expr:
    """The expression with everything known put in; `kept` are expressions that were folded before."""
    done = {} if kept is None else kept
    found = done.get(expression)
    if found is None:
        found = done[expression] = _folded(expression, known, done)
    return found


def _folded(expression: Expr, known: Known, done: dict[Expr, Expr]) -> Expr:
    sure = known(expression)
    if sure is not None:
        return sure
    match expression:
        case And(parts):
            return all_of(folded(part, known, done) for part in parts)
        case Or(parts):
            return any_of(folded(part, known, done) for part in parts)
        case Negated(part):
            return not_(folded(part, known, done))
        case IsNull(part):
            return is_open(folded(part, known, done))
        case If(condition, then, otherwise):
            asked = folded(condition, known, done)
            return _choice(asked, folded(then, known, done), folded(otherwise, known, done))
        case BitsOf(parts):
            return bits_of(folded(part, known, done) for part in parts)
    return _of_values(expression, known, done)


def _choice(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """A choice, which is the condition itself where it says whether it holds."""
    if (then, otherwise) == (TRUE, FALSE) and _never_null(condition):
        return condition
    return either(condition, then, otherwise)


def _never_null(expression: Expr) -> bool:
    match expression:
        case IsNull():
            return True
        case Negated(part):
            return _never_null(part)
        case And(parts) | Or(parts):
            return all(map(_never_null, parts))
        case If(_, then, otherwise):
            return _never_null(then) and _never_null(otherwise)
        case Value(value, _):
            return value is not None
    return type(expression).__name__ in ("HasWord", "HasBits")


def _of_values(expression: Expr, known: Known, done: dict[Expr, Expr]) -> Expr:
    """Comparisons and sums: constants where all that they are made of is."""
    match expression:
        case Compared(op, left, right):
            pair = Compared(op, folded(left, known, done), folded(right, known, done))
            made: Expr = pair
            parts, kind = (pair.left, pair.right), "bool"
        case Arithmetic(how, left, right):
            sums = Arithmetic(how, folded(left, known, done), folded(right, known, done))
            made, parts, kind = sums, (sums.left, sums.right), "number"
        case IsIn(part, words):
            one = folded(part, known, done)
            made, parts, kind = IsIn(one, words), (one, one), "bool"
        case _:
            return expression
    if any(isinstance(part, Value) and part.value is None for part in parts):
        return Value(None, "bool" if kind == "bool" else "number")
    if kind == "bool" and all(isinstance(part, Value) for part in parts):
        return Value(value_of(made, {}), "bool")
    return made
