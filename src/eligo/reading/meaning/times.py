"""Times to windows: within, ago, lasting, ahead, by what the thing is: an event, a state or an exposure."""

from __future__ import annotations

from typing import Final, NamedTuple, cast, get_args

from eligo.bounds import LONGEST_DAYS
from eligo.criteria import DAYS_IN, Bound, Duration, Op, TimeUnit, Window
from eligo.reading.meaning.facts import TREATMENTS
from eligo.reading.tree import Amount, Anchor, Limits, TimeNode
from eligo.vocabulary.concepts import concepts

_UNITS: Final = frozenset(get_args(TimeUnit))
_PASSED: Final = frozenset(["diagnosis", "surgery", "admission", "delivery"])  # events that lie before screening
SCREENING: Final = "screening"
_SOONER: Final[dict[Op, Op]] = {"ge": "lt", "gt": "le"}
LONG: Final = ("ge", "gt")


_OF_TODAY: Final = frozenset(["screening", "enrollment", "consent", "baseline", "randomization", "admission"])


def of_today(element: object) -> bool:
    """`at screening`, `on the day of consent`: when all of it is asked, so that it says nothing more."""
    return isinstance(element, Anchor) and element.side == "AT" and element.event in _OF_TODAY


class Time(NamedTuple):
    """A time as it is written: its form (within, ahead, lasting, timed, alone), one length, and the anchor."""

    form: str
    op: Op
    duration: Duration
    anchor: str = SCREENING
    side: str | None = None

    @property
    def ahead(self) -> bool:
        """Whether it lies in the future: `within the next 6 months`."""
        return self.form == "ahead"

    @property
    def since(self) -> bool:
        """Whether it is the time since what follows it: `at least 4 weeks since A`."""
        return self.form == "timed" and self.side == "SINCE" and self.anchor == SCREENING


def time_of(node: TimeNode | Limits) -> Time | None:
    """The one length of time that a node states; None where it states none, or several."""
    if isinstance(node, Limits):
        stated = length_of(node)
        return Time("alone", *stated) if stated is not None and node.limits[0].form != "bare" else None
    anchor = node.anchor
    event = anchor.event if anchor is not None and anchor.event else SCREENING
    side = anchor.side if anchor is not None else None
    if node.limits is None:
        if node.unit is None or node.unit.value not in _UNITS:
            return None
        return Time(node.form, "le", Duration(1, node.unit.value), event, side)
    stated = length_of(node.limits)
    if stated is None or not _placed(node.form, stated[0], anchor, event):
        return None
    return Time(node.form, *stated, event, side)


def _placed(form: str, op: Op, anchor: Anchor | None, event: str) -> bool:
    """Whether it lies before something that is known, and not after something that is still to come."""
    if anchor is None:
        return True
    if form == "within":
        return anchor.side != "SINCE" or event in _PASSED
    if form == "timed":
        behind = anchor.side == "SINCE" and anchor.event is not None and event not in _PASSED
        return anchor.side != "AT" and not behind
    return anchor.side != "SINCE" or anchor.event is not None  # `for six months after A`


def length_of(limits: Limits | None) -> tuple[Op, Duration] | None:
    """The one length of time that the limits state, with its operator."""
    if limits is None or len(limits.limits) != 1 or len(limits.limits[0].bounds) != 1:
        return None
    op, amount = limits.limits[0].bounds[0]
    duration = _duration(amount)
    return (op, duration) if duration is not None else None


def _duration(amount: Amount) -> Duration | None:
    unit = amount.unit.value if amount.unit is not None else None
    value = amount.number.value
    if unit is None or unit not in _UNITS or amount.of is not None or amount.in_parts:
        return None
    if value < 0 or value * DAYS_IN[unit] > LONGEST_DAYS:
        return None
    return Duration(int(value) if value == int(value) else value, cast(TimeUnit, unit))


def window_for(time: Time, concept: str, past: bool) -> Window | None:
    """The window that the time is for a concept; `past`: the text says that it is of the past. None where it is none.

    An event was within or ago; a state or an exposure goes on for so long, and began so long ago.
    """
    known = concepts().get(concept)
    aspect = known.aspect if known is not None else "state"
    if time.form in ("within", "ahead"):
        return Window(within=time.duration, anchor=time.anchor)
    if time.form == "lasting" or not (aspect == "event" or past or _counts_back(time, aspect)):
        return _lasting(time)
    treats = known is not None and known.kind in TREATMENTS
    if time.op in LONG or (time.op == "lt" and treats):  # the day itself is none of `< 28 days`
        return Window(ago=Bound(time.op, time.duration), anchor=time.anchor)
    return Window(within=time.duration, anchor=time.anchor)


def _counts_back(time: Time, aspect: str) -> bool:
    """Whether a time behind what goes on says when it was, and not for how long: `dialysis more than 4 weeks ago`."""
    if time.op in LONG:
        return time.form == "timed" and time.side == "AGO" and aspect != "state"
    return time.form == "timed"


def _lasting(time: Time) -> Window:
    """The window of what goes on for so long."""
    return Window(lasting=Bound("ge" if time.op == "eq" else time.op, time.duration), anchor=time.anchor)


def window_of_value(time: Time) -> Window | None:
    """The window of a measured value."""
    if time.form in ("within", "timed", "alone") and time.op not in LONG:
        return Window(within=time.duration, anchor=time.anchor)
    if time.form == "lasting":
        return _lasting(time)
    return Window(ago=Bound(time.op, time.duration), anchor=time.anchor) if time.form == "timed" else None


def elapsed(time: Time, had: bool) -> Window:
    """The window of what happened so long ago; unless only those who `had` it are meant, of what is more recent."""
    return Window(ago=Bound(time.op if had else _SOONER[time.op], time.duration), anchor=time.anchor)


def rules_out(time: Time) -> bool:
    """Whether so much time must have gone by: who never had it has nothing to wait for."""
    return time.op in _SOONER


def both(first: Window | None, second: Window) -> Window | None:
    """Two times of one fact together; None where they say the same thing twice."""
    if first is None:
        return second
    if (first.within and second.within) or (first.ago and second.ago) or (first.lasting and second.lasting):
        return None
    return Window(
        second.within or first.within, second.ago or first.ago, second.lasting or first.lasting, second.anchor
    )
