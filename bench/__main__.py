"""Measure what the project promises: prints a table, writes it as JSON, and fails where a target is missed by much.

`python -m bench [--json FILE]`. Targets are for one core of a machine that does nothing else; figures of a busy one are
shown against them, but only one past twice its target makes the run fail.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench import speed, startup
from bench.measure import Measure
from eligo.explain import explain

MUCH = 2.0
PATIENTS = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Run all measurements."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), metavar="FILE", help="where to write")
    args = parser.parse_args(argv)
    measures = [*_pairs(), *startup.measure()]
    width = max(len(m.name) for m in measures)
    for m in measures:
        target = f"  target {m.target:g} {m.unit}: {'kept' if m.good else 'missed'}" if m.target is not None else ""
        print(f"{m.name:<{width}}  {m.value:8.2f} {m.unit:<2}{target}")
    data = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "measures": [asdict(m) for m in measures],
    }
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return 1 if any(m.target is not None and m.value > MUCH * m.target for m in measures) else 0


def _pairs() -> Iterator[Measure]:
    """Give the microseconds for a pair of a patient and a trial that states criteria."""
    engine, patients = speed.engine(), speed.patients(PATIENTS)
    trials = sum(bool(trial.plan.criteria) for trial in engine.trials)
    verdict = speed.per_pair(engine.verdicts, patients, trials)
    yield Measure("verdict of a patient and a trial", verdict, "us", speed.TARGETS["verdict"])
    explanation = speed.per_pair(lambda p: explain(engine, p), patients, trials)
    yield Measure("verdict and explanation of a patient and a trial", explanation, "us", speed.TARGETS["explanation"])


if __name__ == "__main__":
    sys.exit(main())
