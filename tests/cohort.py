"""Columns and the plain evaluator on the same patients: where the two differ, before and after the hand-over."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from eligo.cohort.criteria import criterion_columns
from eligo.cohort.handover import HandOver, criteria_of, decide, patched
from eligo.cohort.run import Columns
from eligo.cohort.source import Source
from eligo.evaluate import Engine
from eligo.patients.model import Patient
from eligo.truth import Truth
from eligo.warehouse.store import write

TRUTHS = {None: Truth.UNKNOWN, True: Truth.MET, False: Truth.NOT_MET}


class Row(NamedTuple):
    """A criterion of a patient: by columns alone, whether it is handed over, what comes of it, and what is right."""

    key: str
    columns: Truth
    handed: bool
    decided: Truth
    plain: Truth


def rows(engine: Engine, patients: Sequence[Patient], folder: Path) -> Iterator[Row]:
    """Every criterion of every patient."""
    write(patients, folder)
    source = Source(folder)
    hand_over, criteria = HandOver(source, engine), criteria_of(engine)
    for day in source.days():
        frame = Columns(source, engine, day).frame(0, len(patients))
        found = [decide(engine, job, criteria) for job in hand_over.jobs(frame, source.concepts())]
        after = patched(frame, found, hand_over.columns)
        for before, then in zip(frame.iter_rows(named=True), after.iter_rows(named=True), strict=True):
            answers = engine.answers(patients[before["person"]])
            for place, trial in enumerate(engine.trials):
                for number, ready in enumerate(trial.criteria):
                    truth, hand, _ = criterion_columns(place, number)
                    handed = bool(before[hand] or before["whole"])
                    yield Row(ready.key, TRUTHS[before[truth]], handed, TRUTHS[then[truth]], ready.truth(answers))


def differences(engine: Engine, patients: Sequence[Patient]) -> list[Row]:
    """What breaks the law: a truth that is another one in the end, or one that columns say and that is not so."""
    with tempfile.TemporaryDirectory() as folder:
        return [row for row in rows(engine, patients, Path(folder)) if _differs(row)]


def _differs(row: Row) -> bool:
    unknown = row.columns is Truth.UNKNOWN
    early = row.columns is not row.plain and not (unknown and row.handed)
    return row.decided is not row.plain or early
