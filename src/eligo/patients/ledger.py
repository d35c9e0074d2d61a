"""What became of every resource, row or entry of a record: used as something, not needed, or refused with a reason.

A source holds as many entries as its ledger has lines; nothing vanishes. A ledger names codes and places, never values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from eligo.dataclass import dataclass
from eligo.errors import Place, Problem
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient

Outcome = Literal["used", "not needed", "refused"]


class Took(NamedTuple):
    """What the builder did with one statement: the id it was used as, or the code and the words of why it was not."""

    outcome: Outcome
    what: str = ""
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger.

    `item` names the resource or row, `place` says where it is. `used_as` are ids of variables, concepts or parts of the
    patient; `by_name` says that a name was understood where no code was. `reason` is a code, `text` its words.
    """

    item: str
    place: Place
    outcome: Outcome
    used_as: tuple[str, ...] = ()
    by_name: bool = False
    reason: str = ""
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        """The entry as JSON data; what does not apply is left out."""
        place = {k: v for k in ("file", "line", "path") if (v := getattr(self.place, k)) is not None}
        data = {"item": self.item, "place": place, "outcome": self.outcome, "used_as": list(self.used_as)}
        more = {"by_name": self.by_name, "reason": self.reason, "text": self.text}
        return {key: value for key, value in {**data, **more}.items() if value not in ("", [], False, {})}


@dataclass(frozen=True, slots=True)
class Reading:
    """One patient of a source, or what kept it from being read; warnings stand among the problems, too.

    `strict` is the reading of a record that was written for eligo, in which what does not fit is somebody's mistake.
    """

    patient: Patient | None
    problems: tuple[Problem, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    strict: bool = False

    @property
    def failed(self) -> bool:
        """Whether something is wrong beyond warnings."""
        return any(p.severity == "error" for p in self.problems)


def entry_of(item: str, place: Place, taken: Sequence[Took], by_name: bool = False) -> LedgerEntry:
    """Sum up all that was done with one item: used where any of it was; what of it was refused stays visible."""
    used = tuple(dict.fromkeys(t.what for t in taken if t.outcome == "used"))
    others = [t for t in taken if t.outcome == "refused"] or [t for t in taken if t.outcome == "not needed"]
    reason, text = (others[0].reason, others[0].text) if others else ("", "")
    if used:
        return LedgerEntry(item, place, "used", used, by_name, reason, text)
    outcome: Outcome = others[0].outcome if others else "not needed"
    return LedgerEntry(item, place, outcome, (), False, reason or "nothing-stated", text or "it states nothing")


def counts(ledger: Iterable[LedgerEntry]) -> dict[Outcome, int]:
    """How many entries there are of each outcome."""
    found = Counter(entry.outcome for entry in ledger)
    outcomes: tuple[Outcome, ...] = ("used", "not needed", "refused")
    return {outcome: found[outcome] for outcome in outcomes}
