"""How fast `eligo parse --jsonl` reads: lines of JSON in, lines a second of the whole process on one core out.

`python -m bench.bulk FILE`. Bytecode is compiled and the caches are filled, as on any second start.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Measure

ROUNDS = 3
FEWEST = 8000  # lines a second


def measure(source: Path, rounds: int = ROUNDS) -> Iterator[Measure]:
    """Give the lines a second of the fastest round, and of the processor's time in it, which others disturb less."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    lines = source.read_bytes().count(b"\n")
    times = [_seconds(source, env) for _ in range(rounds + 1)][1:]
    name = f"eligo parse --jsonl, {lines} lines"
    yield Measure(f"{name}, whole process", lines / min(wall for wall, _ in times), "/s", FEWEST, at_least=True)
    yield Measure(f"{name}, processor time", lines / min(used for _, used in times), "/s")


def _seconds(source: Path, env: dict[str, str]) -> tuple[float, float]:
    """The time of a whole process: by the clock, and of the processor."""
    used, start = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "eligo", "parse", "--jsonl", "--processes", "1", str(source)]
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - start, os.times()
    return wall, after.children_user + after.children_system - used.children_user - used.children_system


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    for m in measure(parser.parse_args().file):
        print(f"{m.name}: {m.value:.0f} {m.unit}")


if __name__ == "__main__":
    main()
