"""What a record can say of a thing, as its parts; what stands on either side of a day is said together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from eligo.namedtuple import NamedTuple

Side = Literal["after", "on", "before"]

THERE = frozenset({"present", "present now"})


class Told(NamedTuple):
    """What a record says of a thing: `what` is so (on one `side` of a `day`), and the `kinds` that narrow it.

    What was before a day, but after an earlier one that makes a difference too, is so `since` that one.

    >>> str(Told("present", ("severe",))), str(Told("last", ("severe",), "after", "2026-10-20"))
    ('present, severe', 'last after 2026-10-20, severe')
    >>> str(Told("last", (), "before", "2026-10-20", "2026-08-20"))
    'last after 2026-08-20 and before 2026-10-20'
    """

    what: str
    kinds: tuple[str, ...] = ()
    side: Side | None = None
    day: str | None = None
    since: str | None = None

    @property
    def head(self) -> str:
        """It without what narrows it."""
        if self.side is None or self.day is None:
            return self.what
        return _days_told(self.what, _Span.of(self.side, self.day, self.since))

    def __str__(self) -> str:
        return ", ".join([self.head, *self.kinds])

    def as_json(self) -> dict[str, Any]:
        """The parts as data; what does not apply is left out."""
        return {key: list(part) if key == "kinds" else part for key, part in self._asdict().items() if part}

    def narrowed(self, *kinds: str) -> Told:
        """The same of kinds of the thing."""
        return self._replace(kinds=(*self.kinds, *kinds))

    def is_kind_of(self, other: Told) -> bool:
        """Whether this is a narrower one than the other: "present, severe" than "present"."""
        return self.head == other.head and set(other.kinds) < set(self.kinds)


class _Span(NamedTuple):
    """The days from one to another, each with whether it is one of them; None where there is no end."""

    low: str | None
    low_closed: bool
    high: str | None
    high_closed: bool

    @classmethod
    def of(cls, side: Side, day: str, since: str | None) -> _Span:
        """The days on a side of a day."""
        if side == "after":
            return cls(day, False, None, False)
        return cls(day, True, day, True) if side == "on" else cls(since, False, day, False)


class Together(NamedTuple):
    """What is said in one phrase, and the answers that it stands for."""

    told: Told
    of: tuple[Told, ...]


def together(answers: Iterable[Told]) -> list[Told]:
    """Join the answers that differ only in the days, where these follow each other.

    >>> days = [Told("last", (), side, "2026-10-20") for side in ("on", "before")]
    >>> list(map(str, together([Told("ruled out"), *days, Told("last", ("severe",), "after", "2026-10-20")])))
    ['ruled out', 'last on or before 2026-10-20', 'last after 2026-10-20, severe']
    >>> later = Told("last", (), "after", "2026-10-20"), Told("last", (), "on", "2026-10-20")
    >>> list(map(str, together([*later, Told("last", (), "before", "2026-10-20", "2026-08-20")])))
    ['last after 2026-08-20']
    """
    return list(dict.fromkeys(one.told for one in joined(answers)))


def joined(answers: Iterable[Told]) -> list[Together]:
    """The same, each with the answers that it stands for."""
    found: dict[tuple[str, tuple[str, ...]], list[Told]] = {}
    for answer in answers:
        found.setdefault((answer.what, answer.kinds), []).append(answer)
    said = []
    for (what, kinds), alike in found.items():
        dated = {_Span.of(one.side, one.day, one.since): one for one in alike if one.side and one.day}
        said += [Together(one, (one,)) for one in alike if not (one.side and one.day)]
        said += [
            Together(Told(_days_told(what, run), kinds) if len(of) > 1 else of[0], tuple(of))
            for run, of in _runs(dated)
        ]
    return said


def _runs(spans: dict[_Span, Told]) -> list[tuple[_Span, list[Told]]]:
    """The spans, latest first, each run of those that follow each other as one."""
    runs: list[tuple[_Span, list[Told]]] = []
    for span in sorted(spans, key=lambda s: (s.high is None, s.high or "", s.high_closed), reverse=True):
        last = runs[-1][0] if runs else None
        if last and last.low is not None and last.low == span.high and last.low_closed != span.high_closed:
            joined_span = _Span(span.low, span.low_closed, last.high, last.high_closed)
            runs[-1] = joined_span, [*runs[-1][1], spans[span]]
        else:
            runs.append((span, [spans[span]]))
    return runs


def _days_told(what: str, span: _Span) -> str:
    """The days in words: "last on or after 2026-10-20"; every day there was is "in the past"."""
    if span.low is None and span.high is None:
        return "in the past"
    if span.low == span.high:
        return f"{what} on {span.low}"
    ends = []
    if span.low is not None:
        ends.append(f"{'on or ' if span.low_closed else ''}after {span.low}")
    if span.high is not None:
        ends.append(f"{'on or ' if span.high_closed else ''}before {span.high}")
    return f"{what} {' and '.join(ends)}"
