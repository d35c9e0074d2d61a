"""Synthetic patients as records in, patients a second and memory of a whole `eligo screen` out.

`python -m bench.patients` writes seeded records to a temporary folder and screens them; none of them is a person.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

AS_OF = date(2026, 11, 20)
FEWEST, MOST_MEMORY = 2000, 300  # patients a second, megabytes

# Name as a laboratory may print it: lowest and highest value, digits, unit, the share of patients in whom it is known.
LABS: dict[str, tuple[float, float, int, str, float]] = {
    "Total bilirubin": (8, 500, 0, "umol/L", 0.9),
    "INR": (0.9, 3.5, 2, "1", 0.8),
    "PTA": (15, 110, 0, "%", 0.4),
    "PLT": (10, 300, 0, "10*9/L", 0.9),
    "Albumin": (20, 48, 0, "g/L", 0.8),
    "Creatinine": (0.5, 3.4, 2, "mg/dL", 0.9),
    "Sodium": (125, 145, 0, "mmol/L", 0.7),
    "Hemoglobin": (70, 160, 0, "g/L", 0.9),
    "ALT": (10, 600, 0, "U/L", 0.8),
    "Lactate": (0.5, 6, 1, "mmol/L", 0.3),
    "SpO2": (88, 100, 0, "%", 0.6),
}
CONDITIONS = {
    "cirrhosis": 0.3,
    "acute on chronic liver failure": 0.5,
    "hepatitis B": 0.6,
    "ascites": 0.5,
    "hepatic encephalopathy": 0.2,
    "gastrointestinal bleeding": 0.2,
    "hepatocellular carcinoma": 0.05,
    "alcohol abuse": 0.15,
}
ABSENT = ("HIV infection", "pregnancy", "sepsis", "tuberculosis")


def records(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """So many patients of a liver ward in the native format."""
    luck = random.Random(seed)
    return [_record(luck, number) for number in range(count)]


def _record(luck: random.Random, number: int) -> dict[str, Any]:
    def day(most: int) -> str:
        return (AS_OF - timedelta(days=luck.randrange(most))).isoformat()

    observations = []
    for name, (low, high, digits, unit, known) in LABS.items():
        for _ in range(luck.choice((1, 1, 2)) if luck.random() < known else 0):
            value = round(luck.uniform(low, high), digits)
            observations.append({"variable": name, "value": value, "unit": unit, "date": day(60)})
    conditions = [
        {"concept": c, "status": "active", "onset": day(900)} for c, p in CONDITIONS.items() if luck.random() < p
    ]
    return {
        "id": f"synthetic-{number:06}",
        "as_of": AS_OF.isoformat(),
        "birth_date": day(25000),
        "sex": luck.choice(("male", "female")),
        "observations": observations,
        "conditions": conditions,
        "absent": [c for c in ABSENT if luck.random() < 0.5],
    }


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write the records, one a line."""
    luck = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(_record(luck, number)) + "\n")


def measure(count: int, *options: str, command: str = "screen") -> tuple[float, float]:
    """Seconds and megabytes of one whole `eligo screen`, or another command, over so many patients."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "patients.jsonl"
        write(source, count)
        begun = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "eligo", command, str(source), "--json", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            most = 0.0
            while process.poll() is None:
                most = max(most, _memory(process.pid))
                time.sleep(0.05)
        return time.perf_counter() - begun, most


def _memory(pid: int) -> float:
    """Megabytes of a process and its children; what they share counts once (Linux; elsewhere 0)."""
    total = 0.0
    for one in (pid, *_children(pid)):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text("utf-8")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
    return total


def _children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
    except OSError:
        return []


def main() -> int:
    """Print the figures, and say by the exit code whether they are what is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="patients (default: 10000)")
    args = parser.parse_args()
    print(f"{args.count} patients, shipped trials, {os.cpu_count()} cores")
    failed = False
    for title, options in (("verdicts, blockers, open", ("--brief",)), ("every finding", ())):
        seconds, memory = measure(args.count, *options)
        rate = args.count / seconds
        print(f"{title:<26} {seconds:6.1f} s  {rate:7.0f} patients/s  {memory:5.0f} MB")
        failed |= memory > MOST_MEMORY or (bool(options) and rate < FEWEST)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
