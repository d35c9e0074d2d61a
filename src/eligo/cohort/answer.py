"""What a test says of a patient, as columns: a truth, whether the plain evaluator has to decide, and why it is open."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.cohort.form import (
    FALSE,
    TRUE,
    UNKNOWN,
    Expr,
    IsNull,
    Value,
    all_of,
    any_of,
    bits_of,
    either,
    is_open,
    not_,
)
from eligo.namedtuple import NamedTuple
from eligo.truth import Reason, Truth

REASONS: tuple[Reason, ...] = tuple(Reason)
BIT_OF = {reason: 1 << place for place, reason in enumerate(REASONS)}
NOT_OPEN = Value(0, "count")


class InColumns(NamedTuple):
    """One answer as expressions.

    `truth` is NULL where it is UNKNOWN, and wherever `hand` is true: there columns do not know, and the patient is
    handed over to the plain evaluator. `hand` is never NULL. `why` is the bit of the reason where the truth is NULL
    (else of no meaning).
    """

    truth: Expr
    hand: Expr = FALSE
    why: Expr = NOT_OPEN


def reason(code: Reason) -> Value:
    """The bit of a reason."""
    return Value(BIT_OF[code], "count")


def reasons_in(bits: int) -> tuple[Reason, ...]:
    """The reasons of which the bits are set."""
    return tuple(one for one in REASONS if bits & BIT_OF[one])


def constant(truth: Truth, why: Reason | None = None) -> InColumns:
    """The same answer for everybody."""
    return InColumns(of_truth(truth), FALSE, reason(why) if why else NOT_OPEN)


def of_truth(truth: Truth) -> Value:
    """A truth as a constant."""
    return {Truth.MET: TRUE, Truth.NOT_MET: FALSE, Truth.UNKNOWN: UNKNOWN}[truth]


def decided(met: Expr, not_met: Expr) -> Expr:
    """The truth that is MET or NOT_MET by these conditions, and else UNKNOWN."""
    return either(met, TRUE, either(not_met, FALSE, UNKNOWN))


def chosen(condition: Expr, then: InColumns, otherwise: InColumns) -> InColumns:
    """One of two answers."""
    return InColumns(*(either(condition, one, other) for one, other in zip(then, otherwise, strict=True)))


def cases(pairs: Sequence[tuple[Expr, InColumns]], otherwise: InColumns) -> InColumns:
    """The answer of the first condition that is true."""
    for condition, answer in reversed(pairs):
        otherwise = chosen(condition, answer, otherwise)
    return otherwise


def both_agree(one: InColumns, other: InColumns) -> InColumns:
    """The answer that two share; UNKNOWN where they differ, and where either is."""
    same = any_of([all_of([one.truth, other.truth]), all_of([not_(one.truth), not_(other.truth)])])
    truth = either(same, one.truth, UNKNOWN)
    return InColumns(truth, any_of([one.hand, other.hand]), one.why)


def or_else(first: InColumns, second: InColumns) -> InColumns:
    """The second answer where the first one is open for sure; nothing where the first one is not sure."""
    ask = all_of([is_open(first.truth), not_(first.hand)])
    open_too = all_of([ask, is_open(second.truth)])
    return InColumns(
        either(ask, second.truth, first.truth),
        either(ask, second.hand, first.hand),
        either(open_too, first.why, NOT_OPEN),
    )


def all_met(answers: Sequence[InColumns]) -> InColumns:
    """Kleene `and` of answers; to be handed over where it is open and a part of it is not sure."""
    truth = all_of(answer.truth for answer in answers)
    hand = all_of([IsNull(truth), any_of(answer.hand for answer in answers)]) if truth != UNKNOWN else FALSE
    unsure = any_of(answer.hand for answer in answers)
    if unsure == FALSE:
        hand = FALSE
    elif truth == UNKNOWN:
        hand = unsure
    why = bits_of(either(is_open(answer.truth), answer.why, NOT_OPEN) for answer in answers)
    return InColumns(truth, hand, why)


HANDED = InColumns(UNKNOWN, TRUE)
