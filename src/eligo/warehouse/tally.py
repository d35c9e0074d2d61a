"""What became of all entries of all records of a warehouse, counted: the ledger, and the problems by their kind.

A ledger of one record has a line for each entry; this one counts them, since there are millions. It names no patient
and no word of a record: sources as they were given, kinds of entries, ids of variables and concepts, codes and reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from eligo.errors import Place, Problem, Severity
from eligo.namedtuple import NamedTuple
from eligo.patients.ledger import LedgerEntry, Outcome
from eligo.warehouse.reading import Unmapped

SCHEMA: Final = "eligo.warehouse-ledger/1"
MOST_TOLD: Final = 20  # problems of one kind that are told while the sources are read


class Kind(NamedTuple):
    """What entries are counted together."""

    kind: str
    outcome: Outcome
    reason: str
    text: str


Entries = Counter[Kind]


def counted(ledger: Iterable[LedgerEntry]) -> Entries:
    """How many entries there are of each kind."""
    return Counter(Kind(_kind(entry), entry.outcome, entry.reason, entry.text) for entry in ledger)


def _kind(entry: LedgerEntry) -> str:
    """The type of a resource, the table of a row, or the part of a record that an entry is."""
    kind = entry.item.split("/")[0].split("[")[0].split(".")[0]
    return "row" if kind.startswith("line ") else kind


class WarehouseTally:
    """The counts of all sources; errors are told at once, as many of a kind as anybody reads, warnings summed up."""

    def __init__(self) -> None:
        self.entries: dict[str, Entries] = {}
        self.unmapped = Counter[Unmapped]()
        self.problems = Counter[tuple[str, str, Severity]]()  # source, code, severity
        self.kept_back = Counter[tuple[str, str, Severity]]()  # of these
        self.first: dict[tuple[str, str, Severity], Problem] = {}
        self.failed = False
        self.patients = Counter[str]()
        self.unread = Counter[str]()

    def add(self, source: str, entries: Entries, unmapped: Mapping[Unmapped, int]) -> None:
        """Count what became of the entries of one record."""
        self.entries.setdefault(source, Counter()).update(entries)
        self.unmapped.update(unmapped)

    def tell(self, source: str, problems: Iterable[Problem], of_patient: bool) -> list[Problem]:
        """Count problems, and give those that are to be told at once: warnings of a patient are not."""
        told = []
        for problem in problems:
            kind = (source, problem.code, problem.severity)
            self.problems[kind] += 1
            self.first.setdefault(kind, problem)
            self.failed |= problem.severity == "error"
            if of_patient and problem.severity == "warning":
                self.kept_back[kind] += 1
            elif self.problems[kind] - self.kept_back[kind] <= MOST_TOLD:
                told.append(problem)
        return told

    def in_sum(self) -> list[Problem]:
        """What was not told at once: each kind of warning with how often it was given, and how many more errors."""
        return [
            summed
            for kind, count in sorted(self.problems.items())
            if (summed := _summed(self.first[kind], kind[0], self.kept_back[kind], count)) is not None
        ]

    def outcomes(self) -> dict[str, int]:
        """How many entries were used, were not needed, or were refused."""
        found = Counter[str]()
        for entries in self.entries.values():
            for kind, count in entries.items():
                found[kind.outcome] += count
        return {outcome: found[outcome] for outcome in ("used", "not needed", "refused")}

    def as_json(self) -> dict[str, Any]:
        """The ledger as JSON data, in an order that is always the same."""
        return {
            "schema": SCHEMA,
            "sources": [self._of_source(source) for source in sorted({*self.entries, *self.patients})],
            "unmapped": [
                _unmapped_json(one, count)
                for one, count in sorted(self.unmapped.items(), key=lambda pair: (-pair[1], pair[0].table, pair[0].id))
            ],
            "problems": [
                {"source": source, "code": code, "severity": severity, "count": count}
                for (source, code, severity), count in sorted(self.problems.items())
            ],
        }

    def _of_source(self, source: str) -> dict[str, Any]:
        entries = sorted(self.entries.get(source, Counter()).items())
        return {
            "source": source,
            "patients": self.patients[source],
            "not_read": self.unread[source],
            "entries": [{**{k: v for k, v in kind._asdict().items() if v}, "count": n} for kind, n in entries],
        }


def _unmapped_json(one: Unmapped, count: int) -> dict[str, Any]:
    found: dict[str, Any] = {"table": one.table, "concept_id": one.id, "rows": count}
    if one.concept is not None:
        found |= {"vocabulary": one.concept.vocabulary, "code": one.concept.code, "name": one.concept.name}
    return found


def _summed(first: Problem, source: str, kept_back: int, count: int) -> Problem | None:
    """One problem for all of its kind that were not told; None where all of them were."""
    if not kept_back:
        message = f"and {count - MOST_TOLD} more of this kind"
        return Problem(first.code, message, Place(source), None, first.severity) if count > MOST_TOLD else None
    if count == 1:
        return first
    message = f"{count} times, the first time: {first.message}"
    return Problem(first.code, message, Place(source), first.help, "warning")
