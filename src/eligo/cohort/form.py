"""The one form in which rules meet tables: expressions over named columns, with NULL as UNKNOWN.

`and`, `or` and `not` of SQL and of polars are strong Kleene logic where NULL is UNKNOWN, so that a criterion needs no
other form for either. What an engine does with an expression is settled here by `value_of`, which tests hold against
the engines. No column holds NaN (which is greater than every number in some engines and unlike itself in others).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from eligo.dataclass import dataclass

Scalar = bool | int | float | str | date | None
Type = Literal["bool", "number", "count", "word", "day"]
Op = Literal["lt", "le", "gt", "ge", "eq"]


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column of the table that the expression is over."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """A constant; a NULL has a type too, which some dialects want to know."""

    value: Scalar
    type: Type


@dataclass(frozen=True, slots=True)
class And:
    """Kleene `and`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Kleene `or`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """Kleene `not`."""

    part: Expr


@dataclass(frozen=True, slots=True)
class Compared:
    """Two numbers, days or words side by side; NULL where one of them is."""

    op: Op
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether there is no value; never NULL itself."""

    part: Expr


@dataclass(frozen=True, slots=True)
class IsIn:
    """Whether a word is one of these; NULL where there is none."""

    part: Expr
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasWord:
    """Whether a list of words has this one; the list is never NULL."""

    column: str
    word: str


@dataclass(frozen=True, slots=True)
class HasBits:
    """Whether any of these bits is set in a whole number, which is never NULL."""

    column: str
    bits: int


@dataclass(frozen=True, slots=True)
class If:
    """One value where the condition is true, the other one where it is false or NULL."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers added, subtracted or multiplied; NULL where one of them is."""

    how: Literal["plus", "minus", "times"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class BitsOf:
    """All bits that are set in any of these whole numbers, none of which is NULL."""

    parts: tuple[Expr, ...]


Expr = ColumnName | Value | And | Or | Negated | Compared | IsNull | IsIn | HasWord | HasBits | If | Arithmetic | BitsOf

TRUE, FALSE, UNKNOWN = Value(True, "bool"), Value(False, "bool"), Value(None, "bool")


def number(value: float) -> Value:
    """A number as a constant."""
    return Value(float(value), "number")


def all_of(parts: Iterable[Expr]) -> Expr:
    """Kleene `and` of any number of parts: true for none."""
    left = [part for part in dict.fromkeys(parts) if part != TRUE]
    if FALSE in left:
        return FALSE
    return And(tuple(left)) if len(left) > 1 else left[0] if left else TRUE


def any_of(parts: Iterable[Expr]) -> Expr:
    """Kleene `or` of any number of parts: false for none."""
    left = [part for part in dict.fromkeys(parts) if part != FALSE]
    if TRUE in left:
        return TRUE
    return Or(tuple(left)) if len(left) > 1 else left[0] if left else FALSE


def not_(part: Expr) -> Expr:
    """Kleene `not`."""
    if isinstance(part, Value):
        return part if part.value is None else FALSE if part.value else TRUE
    return part.part if isinstance(part, Negated) else Negated(part)


def known(part: Expr) -> Expr:
    """Whether a value is there."""
    return not_(IsNull(part))


def either(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """One of two values; the same expression without the choice where there is none."""
    if condition == TRUE or then == otherwise:
        return then
    return otherwise if condition in (FALSE, UNKNOWN) else If(condition, then, otherwise)


def is_true(part: Expr) -> Expr:
    """Whether a truth is MET: never NULL."""
    return either(part, TRUE, FALSE)


def is_false(part: Expr) -> Expr:
    """Whether a truth is NOT_MET: never NULL."""
    return either(not_(part), TRUE, FALSE)


def is_open(part: Expr) -> Expr:
    """Whether a truth is UNKNOWN: never NULL."""
    if isinstance(part, Value):
        return TRUE if part.value is None else FALSE
    return IsNull(part)


def bits_of(parts: Iterable[Expr]) -> Expr:
    """All bits of any number of whole numbers."""
    left = [part for part in dict.fromkeys(parts) if part != Value(0, "count")]
    return BitsOf(tuple(left)) if len(left) > 1 else left[0] if left else Value(0, "count")


def columns_of(expression: Expr) -> set[str]:
    """The names of all columns of an expression."""
    found, left = set[str](), [expression]
    while left:
        one = left.pop()
        if isinstance(one, ColumnName):
            found.add(one.name)
        elif isinstance(one, HasWord | HasBits):
            found.add(one.column)
        else:
            left += parts_of(one)
    return found


def parts_of(expression: Expr) -> Sequence[Expr]:
    """The expressions of which an expression is made."""
    match expression:
        case And(parts) | Or(parts) | BitsOf(parts):
            return parts
        case Negated(part) | IsNull(part) | IsIn(part, _):
            return (part,)
        case Compared(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case If(condition, then, otherwise):
            return (condition, then, otherwise)
    return ()


def with_parts(expression: Expr, parts: Sequence[Expr]) -> Expr:
    """The same expression of other parts, as many as it has."""
    match expression:
        case And() | Or() | BitsOf():
            return type(expression)(tuple(parts))
        case Negated() | IsNull():
            return type(expression)(parts[0])
        case IsIn(_, words):
            return IsIn(parts[0], words)
        case Compared(op):
            return Compared(op, *parts)
        case Arithmetic(how):
            return Arithmetic(how, *parts)
        case If():
            return If(*parts)
    return expression


def value_of(expression: Expr, row: Mapping[str, object]) -> Scalar:
    """What an expression is for one row: the meaning that every engine has to give it."""
    match expression:
        case ColumnName(name):
            return _scalar(row[name])
        case Value(value, _):
            return value
        case And(parts) | Or(parts):
            return _joined(isinstance(expression, Or), [value_of(part, row) for part in parts])
        case Negated(part):
            found = value_of(part, row)
            return None if found is None else not found
        case IsNull(part):
            return value_of(part, row) is None
        case IsIn(part, words):
            found = value_of(part, row)
            return None if found is None else found in words
        case If(condition, then, otherwise):
            return value_of(then if value_of(condition, row) else otherwise, row)
        case Compared(op, left, right):
            return _compared(op, value_of(left, row), value_of(right, row))
        case Arithmetic(how, left, right):
            return _arithmetic(how, value_of(left, row), value_of(right, row))
    return _of_sets(expression, row)


def _of_sets(expression: HasWord | HasBits | BitsOf, row: Mapping[str, object]) -> Scalar:
    match expression:
        case HasWord(column, word):
            words = row[column]
            return isinstance(words, list | tuple | frozenset) and word in words
        case HasBits(column, bits):
            return bool(_whole(_scalar(row[column])) & bits)
        case BitsOf(parts):
            found = 0
            for part in parts:
                found |= _whole(value_of(part, row))
            return found


def _joined(either_: bool, values: list[Scalar]) -> Scalar:
    if either_ in [bool(value) for value in values if value is not None]:
        return either_
    return None if None in values else not either_


def _compared(op: Op, left: Scalar, right: Scalar) -> bool | None:
    if left is None or right is None:
        return None
    if op == "eq":
        return left == right
    below, above = _orders(left, right)
    return {"lt": below, "le": not above, "gt": above, "ge": not below}[op]


def _orders(left: Scalar, right: Scalar) -> tuple[bool, bool]:
    if isinstance(left, date) and isinstance(right, date):
        return left < right, left > right
    if isinstance(left, str) and isinstance(right, str):
        return left < right, left > right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left < right, left > right
    raise TypeError("values of two kinds cannot be compared")


def _arithmetic(how: str, left: Scalar, right: Scalar) -> float | None:
    if left is None or right is None:
        return None
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise TypeError("only numbers can be added")
    return left + right if how == "plus" else left - right if how == "minus" else left * right


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, bool | int | float | str | date):
        return value
    raise TypeError("a list is no single value")


def _whole(value: Scalar) -> int:
    if not isinstance(value, int):
        raise TypeError("only a whole number has bits")
    return value
