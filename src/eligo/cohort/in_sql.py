"""Expressions of `form` as expressions of SQL, for any dialect that sqlglot writes."""

from __future__ import annotations

import math
from datetime import date
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
    Or,
    Type,
    Value,
)

if TYPE_CHECKING:
    from sqlglot import exp

_TYPES: dict[Type, str] = {"bool": "BOOLEAN", "number": "DOUBLE", "count": "BIGINT", "word": "TEXT", "day": "DATE"}


def column(name: str, table: str | None = None) -> exp.Column:
    """A column by its name; the point in the names of stages becomes what every dialect takes."""
    from sqlglot import exp  # lazily: only SQL needs it

    return exp.column(name.replace(".", "_"), table=table, quoted=True)


def named(part: exp.Expr, name: str) -> exp.Expr:
    """A part under the name of a column."""
    from sqlglot import exp  # lazily, as above

    return exp.alias_(part, name.replace(".", "_"), quoted=True)


def constant(value: Value) -> exp.Expr:
    """A constant, with its type where the text of it does not tell it."""
    from sqlglot import exp  # lazily, as above

    found = value.value
    if found is None:
        return exp.cast(exp.Null(), _TYPES[value.type])
    if isinstance(found, bool):
        return exp.Boolean(this=found)
    if isinstance(found, date):
        return exp.cast(exp.Literal.string(found.isoformat()), "DATE")
    if isinstance(found, str):
        return exp.Literal.string(found)
    if value.type == "count":
        return exp.Literal.number(int(found))
    if math.isinf(found):
        return exp.cast(exp.Literal.string("Infinity" if found > 0 else "-Infinity"), "DOUBLE")
    return exp.cast(exp.Literal.number(repr(float(found))), "DOUBLE")


def in_sql(expression: Expr) -> exp.Expr:
    """The expression for SQL, of which `and` and `or` with NULL are Kleene logic."""
    from sqlglot import exp  # lazily, as above

    match expression:
        case ColumnName(name):
            return column(name)
        case Value():
            return constant(expression)
        case And(parts):
            return exp.and_(*map(in_sql, parts))
        case Or(parts):
            return exp.or_(*map(in_sql, parts))
        case Negated(part):
            return exp.not_(in_sql(part))
        case IsNull(part):
            return exp.Paren(this=exp.Is(this=_closed(part), expression=exp.Null()))
        case If(condition, then, otherwise):
            return exp.Case().when(in_sql(condition), in_sql(then)).else_(in_sql(otherwise))
        case IsIn(part, words):
            return exp.In(this=_closed(part), expressions=[exp.Literal.string(word) for word in words])
    return _of_values(expression)


def _of_values(expression: Expr) -> exp.Expr:
    from sqlglot import exp  # lazily, as above

    match expression:
        case HasWord(name, word):
            return exp.ArrayContains(this=column(name), expression=exp.Literal.string(word))
        case HasBits(name, bits):
            both = exp.BitwiseAnd(this=column(name), expression=exp.Literal.number(bits))
            return exp.NEQ(this=exp.Paren(this=both), expression=exp.Literal.number(0))
        case BitsOf(parts):
            found = _closed(parts[0])
            for part in parts[1:]:
                found = exp.BitwiseOr(this=found, expression=_closed(part))
            return exp.Paren(this=found)
        case Compared(op, left, right):
            sides = {"lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE, "eq": exp.EQ}
            return sides[op](this=_closed(left), expression=_closed(right))
        case Arithmetic(how, left, right):
            signs = {"plus": exp.Add, "minus": exp.Sub, "times": exp.Mul}
            return signs[how](this=_closed(left), expression=_closed(right))
    raise TypeError("no such expression")


def _closed(part: Expr) -> exp.Expr:
    """A part that binds as one, whatever stands beside it."""
    from sqlglot import exp  # lazily, as above

    made = in_sql(part)
    return made if isinstance(part, ColumnName | Value | If | BitsOf | IsNull) else exp.Paren(this=made)
