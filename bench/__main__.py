"""Measure what the project promises: prints a table, writes it as JSON, and fails where accuracy is below its floor.

`python -m bench [--json FILE]`. Targets of speed are for one core of a machine that does nothing else; a missed one is
shown, and fails nothing. What needs the annotated lines is measured where they lie beside the checkout (../shared).
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench import accuracy, bulk, index, laws, patients, registry, shape, speed, startup
from bench.measure import Measure
from eligo.machine_code import is_compiled

READER = "compiled" if is_compiled("reading") else "not compiled"
PAIRED, SCREENED, ASKED = 200, 4000, 100  # patients
LONGEST_ASKING = 1.0  # seconds, the start of the process included
SHARED = Path(__file__).resolve().parents[2] / "shared"


def main(argv: Sequence[str] | None = None) -> int:
    """Run all measurements."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), metavar="FILE", help="where to write")
    args = parser.parse_args(argv)
    measures = [*speed.pairs(speed.patients(PAIRED)), *startup.measure(), *_screening(), *index.measure()]
    measures += [*_reading(), *shape.measure()]
    print(f"the reader is {READER}")
    width = max(len(m.name) for m in measures)
    for m in measures:
        print(f"{m.name:<{width}}  {m.value:9.{m.digits}f} {m.unit:<4}{_target(m)}")
    data = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "reader": READER,
        "measures": [asdict(m) for m in measures],
    }
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return 1 if any(m.failed for m in measures) else 0


def _target(m: Measure) -> str:
    if m.target is None:
        return ""
    target = f"{'at least ' if m.at_least else ''}{m.target:g} {m.unit}".rstrip()
    return f"  target {target}: {'kept' if m.good else 'missed'}"


def _screening() -> Iterator[Measure]:
    """Give the patients a second of a whole process on all cores, its start included."""
    seconds, _ = patients.measure(SCREENED, "--brief")
    yield Measure(f"eligo screen, {SCREENED} patients", SCREENED / seconds, "/s", patients.FEWEST, at_least=True)
    asking = min(patients.measure(ASKED, command="next")[0] for _ in range(3))
    yield Measure(f"eligo next, {ASKED} patients and five trials", asking, "s", LONGEST_ASKING)


def _reading() -> Iterator[Measure]:
    """Give how well and how fast lines are read, how ages agree with the registry's fields, and which laws are kept."""
    yield laws.measure()
    if SHARED.is_dir():
        yield from accuracy.measure(SHARED / "gold")
        yield registry.measure(SHARED / "data" / "registry_v2")
        yield from bulk.measure(SHARED / "gold" / "lct_dev.jsonl")


if __name__ == "__main__":
    sys.exit(main())
