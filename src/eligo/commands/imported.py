"""What an import did to the file of one trial: a line for people, and JSON data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eligo.criteria import Unparsed, leaves
from eligo.dataclass import dataclass
from eligo.trials.importing import Imported
from eligo.understood import SHARES, share_of

# What an import lists of the criteria, by their ids, and how it is said.
_LISTED = (
    ("new", "new"),
    ("changed", "changed, to be reviewed again"),
    ("removed", "no longer in the source"),
    ("restored", "in the source again"),
    ("not_understood", "not understood, or not in all parts"),
    ("ambiguous", "ambiguous"),
)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The trial, how many items its source has, and how many criteria its file; `classes` are counts, as `SHARES`.

    `classes` are of the criteria that stand for items of the source's text. `merged` says that a file was there which
    came of other words.
    """

    trial: str
    file: str
    written: bool
    merged: bool
    items: int
    criteria: int
    classes: tuple[int, ...]
    not_understood: tuple[str, ...]
    ambiguous: tuple[str, ...]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The report as JSON data."""
        return {
            "trial": self.trial,
            "file": self.file,
            "written": self.written,
            "items": self.items,
            "criteria": self.criteria,
            "classes": dict(zip(SHARES, self.classes, strict=True)),
            "not_understood": list(self.not_understood),
            "ambiguous": list(self.ambiguous),
            "new": list(self.new),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "restored": list(self.restored),
        }

    def line(self) -> str:
        """The report on one line."""
        parts = [f"{self.criteria} criteria"]
        for name, words in _LISTED:
            ids: Sequence[str] = getattr(self, name)
            if ids:
                parts.append(f"{len(ids)} {words} ({', '.join(ids)})")
        state = "unchanged" if not self.written else "updated" if self.merged else "written"
        return f"{self.file}: {state}; {'; '.join(parts)}"


def report_of(imported: Imported) -> ImportReport:
    """What there is to tell of an import."""
    criteria, merged = imported.ruleset.criteria, imported.merged
    said = [c for c in criteria if c.origin == "text" and (c.source_item or c.source_sha)]
    classes = [share_of(c.predicate) for c in said]
    return ImportReport(
        imported.ruleset.trial,
        str(imported.path),
        imported.written,
        merged is not None,
        imported.items,
        len(criteria),
        tuple(map(classes.count, SHARES)),
        tuple(c.id for c in criteria if any(isinstance(part, Unparsed) for part in leaves(c.predicate))),
        tuple(c.id for c in criteria if c.ambiguous),
        *((merged.new, merged.changed, merged.removed, merged.restored) if merged else ()),
    )


@dataclass(slots=True)
class ImportTotals:
    """The reports of a run, summed up."""

    trials: int = 0
    failed: int = 0
    items: int = 0
    classes: tuple[int, ...] = (0,) * len(SHARES)

    def add(self, report: ImportReport) -> None:
        """Count a trial."""
        self.trials += 1
        self.items += report.items
        self.classes = tuple(a + b for a, b in zip(self.classes, report.classes, strict=True))

    def lines(self) -> Iterator[str]:
        """The sums in words."""
        out = sum(self.classes)
        yield ""
        yield (
            f"{self.trials} trials imported, {self.failed} sources failed; items in: {self.items}, criteria out: {out}"
        )
        if out:
            counts = zip(SHARES, self.classes, strict=True)
            yield ", ".join(f"{name} {count} ({100 * count / out:.0f} %)" for name, count in counts)
