"""Columns and the plain evaluator on the same patients: where the two differ."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from eligo.cohort.criteria import criterion_columns
from eligo.cohort.run import Columns
from eligo.cohort.source import Source
from eligo.evaluate import Engine
from eligo.patients.model import Patient
from eligo.truth import Truth
from eligo.warehouse.store import write

TRUTHS = {None: Truth.UNKNOWN, True: Truth.MET, False: Truth.NOT_MET}


def rows(engine: Engine, patients: Sequence[Patient], folder: Path) -> Iterator[dict[str, object]]:
    """The rows of columns, one a patient, in their order."""
    write(patients, folder)
    source = Source(folder)
    found = dict[int, dict[str, object]]()
    for day in source.days():
        frame = Columns(source, engine, day).frame(0, len(patients))
        found |= {row["person"]: row for row in frame.iter_rows(named=True)}
    return (found[place] for place in range(len(patients)))


def differences(engine: Engine, patients: Sequence[Patient]) -> Iterator[tuple[str, Patient, Truth, Truth, bool]]:
    """Each criterion of which columns say another truth than the evaluator, or decide what they hand over."""
    with tempfile.TemporaryDirectory() as folder:
        for row, patient in zip(rows(engine, patients, Path(folder)), patients, strict=True):
            answers = engine.answers(patient)
            for place, trial in enumerate(engine.trials):
                for number, ready in enumerate(trial.criteria):
                    truth, hand, _ = criterion_columns(place, number)
                    found = TRUTHS[row[truth]]
                    handed = bool(row[hand] or row["whole"])
                    plain = ready.truth(answers)
                    if found is not (Truth.UNKNOWN if handed and found is Truth.UNKNOWN else plain):
                        yield ready.key, patient, plain, found, handed


__all__ = ["TRUTHS", "differences", "rows"]
