"""Columns and the plain evaluator on the same patients: where the two differ, before and after the hand-over."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.cohort import Row, rows
from eligo.evaluate import Engine
from eligo.patients.model import Patient
from eligo.warehouse.store import write


def differences(engine: Engine, patients: Sequence[Patient]) -> list[Row]:
    """What breaks the law: a truth that is another one in the end, or one that columns say and that is not so."""
    with tempfile.TemporaryDirectory() as folder:
        write(patients, Path(folder))
        return [row for row in rows(engine, Path(folder), patients) if row.differs]
