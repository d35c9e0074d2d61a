"""What earlier imports of a folder came to, by the bytes that they read: what is done already is not read again.

It is a shortcut and nothing else: it counts only while the source has the same bytes, the file of the trial the same
ones, and eligo and its words are as they were. Without it, the same comes of reading all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from eligo.cache import digest
from eligo.commands.imported import ImportReport
from eligo.data import data_dir, grammar_state
from eligo.errors import EligoError
from eligo.files import read_bytes
from eligo.keptlines import KeptLines
from eligo.namedtuple import NamedTuple
from eligo.trials.pieces import Piece
from eligo.vocabulary.own_names import names_state


class DoneImport(NamedTuple):
    """The trial of an import, the hash of its source, and what was told of it."""

    sha256: str
    report: ImportReport


class ImportMemory:
    """What is known of a folder of rule sets; `trial` is what the caller names the sources."""

    def __init__(self, rules: Path, trial: str | None) -> None:
        self._rules, self._trial = rules, trial or ""
        grammar = sorted(path.name for path in data_dir("grammar").iterdir() if path.is_file())
        parts = [str(rules.resolve()).encode(), names_state(), grammar_state(grammar)]
        self._lines = KeptLines("import", digest(parts))

    def key(self, piece: Piece) -> str:
        """What a piece is known by: its bytes, how they are read, and what the caller says of them."""
        how = "record" if piece.is_record else Path(piece.file).suffix.lower()
        return digest([how.encode(), self._trial.encode(), piece.data])[:32]

    def known(self, key: str) -> list[DoneImport] | None:
        """What an import of a piece would say, where nothing has changed since the last one; else None."""
        found = self._lines.get(key)
        if found is None:
            return None
        done = list[DoneImport]()
        for source, text, *report in found:
            file = self._rules / f"{report[0]}.yaml"
            if _sha256(file) != text:
                return None
            trial, items, criteria, *lists = report
            classes, not_understood, ambiguous = map(tuple, lists)
            told = ImportReport(trial, str(file), False, False, items, criteria, classes, not_understood, ambiguous)
            done.append(DoneImport(source, told))
        return done

    def keep(self, key: str, done: Sequence[DoneImport], texts: Sequence[str]) -> None:
        """Remember what came of a piece, with the texts that the files of its trials have now."""
        rows = []
        for (source, report), text in zip(done, texts, strict=True):
            lists = (report.classes, report.not_understood, report.ambiguous)
            row = [source, hashlib.sha256(text.encode()).hexdigest(), report.trial, report.items, report.criteria]
            rows.append([*row, *lists])
        self._lines.add(key, rows)

    def close(self) -> None:
        """Close what is kept."""
        self._lines.close()


def _sha256(file: Path) -> str | None:
    try:
        return hashlib.sha256(read_bytes(file, regular=True)).hexdigest()
    except EligoError:
        return None
