"""Expressions of `form` as expressions of polars."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING

from eligo.cohort.form import (
    And,
    Arithmetic,
    BitsOf,
    ColumnName,
    Compared,
    Expr,
    HasBits,
    HasWord,
    If,
    IsIn,
    IsNull,
    Negated,
    Op,
    Or,
    Type,
    Value,
)

if TYPE_CHECKING:
    import polars as pl

_SIDES: dict[Op, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
}


def in_polars(expression: Expr) -> pl.Expr:
    """The expression for polars, of which `and` and `or` with null are Kleene logic."""
    import polars as pl  # lazily: only a cohort needs it

    match expression:
        case ColumnName(name):
            return pl.col(name)
        case Value(value, kind):
            return pl.lit(value, dtype=_type(kind))
        case And(parts):
            return functools.reduce(operator.and_, map(in_polars, parts))
        case Or(parts) | BitsOf(parts):
            return functools.reduce(operator.or_, map(in_polars, parts))
        case Negated(part):
            return ~in_polars(part)
        case IsNull(part):
            return in_polars(part).is_null()
        case IsIn(part, words):
            return in_polars(part).is_in(list(words))
        case If(condition, then, otherwise):
            return pl.when(in_polars(condition)).then(in_polars(then)).otherwise(in_polars(otherwise))
        case Compared(op, left, right):
            return _SIDES[op](in_polars(left), in_polars(right))
        case Arithmetic(how, left, right):
            one, other = in_polars(left), in_polars(right)
            return one + other if how == "plus" else one - other if how == "minus" else one * other
    return _of_sets(expression)


def _of_sets(expression: HasWord | HasBits) -> pl.Expr:
    import polars as pl  # lazily, as above

    match expression:
        case HasWord(column, word):
            return pl.col(column).list.contains(word)
        case HasBits(column, bits):
            return (pl.col(column) & bits) != 0


def _type(kind: Type) -> pl.DataType:
    import polars as pl  # lazily, as above

    types: dict[Type, pl.DataType] = {
        "bool": pl.Boolean(),
        "number": pl.Float64(),
        "count": pl.Int64(),
        "word": pl.String(),
        "day": pl.Date(),
    }
    return types[kind]
