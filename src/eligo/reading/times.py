"""Time nodes of the syntax tree to `Window`: within, ago and lasting, with their anchor."""

from __future__ import annotations

from typing import cast, get_args

from eligo.criteria import Bound, Duration, Op, TimeUnit, Window
from eligo.reading.tokens import Token
from eligo.reading.tree import Amount, Anchor, Limits

_UNITS = frozenset(get_args(TimeUnit))
_PASSED = frozenset(["diagnosis", "surgery", "admission", "delivery"])  # events that lie before screening
_DEFAULT_ANCHOR = "screening"


def window_of(form: str, limits: Limits | None, unit: Token | None, anchor: Anchor | None) -> Window | None:
    """The window that a time states; None where it is not one length of time.

    `form` is within, lasting or timed (limits with an anchor, or limits alone).
    """
    event = anchor.event if anchor is not None and anchor.event else _DEFAULT_ANCHOR
    if limits is None:
        if unit is None or unit.value not in _UNITS:
            return None
        return Window(within=Duration(1, unit.value), anchor=event)
    stated = duration_of_time(limits)
    if stated is None:
        return None
    op, duration = stated
    if form == "within" and anchor is not None and anchor.side == "SINCE" and event not in _PASSED:
        return None
    if form == "within":
        return Window(within=duration, anchor=event)
    if form == "lasting" or anchor is None:
        return Window(lasting=Bound("ge" if op == "eq" else op, duration), anchor=event)
    return _before(op, duration, anchor, event)


def duration_of_time(limits: Limits | None) -> tuple[Op, Duration] | None:
    """The one length of time that the limits state, with its operator."""
    if limits is None or len(limits.limits) != 1 or len(limits.limits[0].bounds) != 1:
        return None
    op, amount = limits.limits[0].bounds[0]
    duration = _duration(amount)
    return (op, duration) if duration is not None else None


def _before(op: Op, duration: Duration, anchor: Anchor, event: str) -> Window | None:
    """`3 months before`: within; `more than 3 months before`: ago."""
    if anchor.side == "AT":
        return None
    if anchor.side == "SINCE" and op not in ("gt", "ge") and event not in _PASSED:
        return None  # after something that is still to come, or that is not named
    if op in ("gt", "ge"):
        return Window(ago=Bound(op, duration), anchor=event)
    return Window(within=duration, anchor=event)


def _duration(amount: Amount) -> Duration | None:
    unit = amount.unit.value if amount.unit is not None else None
    value = amount.number.value
    if unit not in _UNITS or amount.of is not None or value < 0:
        return None
    return Duration(int(value) if value == int(value) else value, cast(TimeUnit, unit))
