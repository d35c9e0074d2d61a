"""What a record can say of a thing, as its parts; what stands on either side of a day is said together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from eligo.namedtuple import NamedTuple

Side = Literal["after", "on", "before"]

_TOGETHER = {
    frozenset(("after", "on", "before")): "in the past",
    frozenset(("after", "on")): "last on or after {}",
    frozenset(("on", "before")): "last on or before {}",
}


class Told(NamedTuple):
    """What a record says of a thing: `what` is so (on one `side` of a `day`), and the `kinds` that narrow it.

    >>> str(Told("present", ("severe",))), str(Told("last", ("severe",), "after", "2026-10-20"))
    ('present, severe', 'last after 2026-10-20, severe')
    """

    what: str
    kinds: tuple[str, ...] = ()
    side: Side | None = None
    day: str | None = None

    @property
    def head(self) -> str:
        """It without what narrows it."""
        return f"{self.what} {self.side} {self.day}" if self.side else self.what

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


def together(answers: Iterable[Told]) -> list[Told]:
    """Join the answers that differ only in their side of one day.

    >>> days = [Told("last", (), side, "2026-10-20") for side in ("on", "before")]
    >>> list(map(str, together([Told("ruled out"), *days, Told("last", ("severe",), "after", "2026-10-20")])))
    ['ruled out', 'last on or before 2026-10-20', 'last after 2026-10-20, severe']
    """
    found: dict[tuple[str, str | None, tuple[str, ...]], list[Told]] = {}
    for answer in answers:
        found.setdefault((answer.what, answer.day, answer.kinds), []).append(answer)
    said = []
    for (_, day, kinds), alike in found.items():
        words = _TOGETHER.get(frozenset(answer.side for answer in alike if answer.side))
        said += alike if words is None else [Told(words.format(day), kinds)]
    return list(dict.fromkeys(said))
