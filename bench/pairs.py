"""One patient against one trial, in process: the verdict alone, and the verdict with every finding explained.

All example patients meet all shipped trials; a figure is the time of all pairs divided by their number, the best of several
rounds, so that other work on the machine counts as little as it can.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Measure
from eligo.explain import explain
from eligo.patients.native import read_file
from eligo.screening import load_rules

ROUNDS = 200
ROOT = Path(__file__).resolve().parents[1]


def measure(rounds: int = ROUNDS) -> Iterator[Measure]:
    """Give the microseconds per pair."""
    engine = load_rules(ROOT / "rules").engine()
    patients = [read_file(path) for path in sorted((ROOT / "patients_examples").glob("*.json"))]
    pairs = len(patients) * len(engine.trials)

    def verdicts() -> None:
        for patient in patients:
            engine.verdicts(patient)

    def explanations() -> None:
        for patient in patients:
            explain(engine, patient)

    def as_json() -> None:
        for patient in patients:
            explain(engine, patient).as_json()

    yield Measure("verdict, per patient and trial", _best(verdicts, rounds) / pairs * 1e6, "us", target=5.0)
    yield Measure("verdict and explanation, per patient and trial", _best(explanations, rounds) / pairs * 1e6, "us", 20.0)
    yield Measure("the same as JSON data, per patient and trial", _best(as_json, rounds // 10 or 1) / pairs * 1e6, "us")


def _best(work: Callable[[], None], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
