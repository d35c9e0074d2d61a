"""How well comparisons are read: `python -m bench.accuracy GOLD_FOLDER` prints precision, recall and F1 on a gold file.

GOLD_FOLDER holds `score.py` and annotated lines in `lct*.jsonl`; `--errors` lists those that are not read as annotated.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.measure import Measure
from eligo.reading.parse import read_comparisons

FLOORS = {("bounds", "P"): 0.96, ("bounds", "F1"): 0.95, ("attributed", "F1"): 0.91}


def main() -> int:
    """Score every gold file of the folder."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("gold", type=Path)
    arguments.add_argument("--errors", action="store_true")
    options = arguments.parse_args()
    score = _scorer(options.gold / "score.py")
    for path in sorted(options.gold.glob("lct*.jsonl")):
        rows = score.load(path)
        predicted = _predicted(rows)
        if options.errors:
            _print_errors(score, rows, predicted)
        for name, figures in score.score_lct(rows, predicted).items():
            print(f"{path.name} {name:10} " + " ".join(f"{k} {v}" for k, v in figures.items()))
    return 0


def measure(gold: Path) -> Iterator[Measure]:
    """Give precision, recall and F1 on every gold file of the folder; some have a floor."""
    score = _scorer(gold / "score.py")
    for path in sorted(gold.glob("lct*.jsonl")):
        rows = score.load(path)
        for name, figures in score.score_lct(rows, _predicted(rows)).items():
            for figure in ("P", "R", "F1"):
                floor = FLOORS.get((name, figure))
                title = f"reading {path.stem}, {name} {figure}"
                yield Measure(title, figures[figure], "", floor, at_least=True, floor=True)


def _predicted(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {r["id"]: [c.as_json() for c in read_comparisons(r["text"])] for r in rows}


def _scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        sys.exit(f"no scorer at {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _print_errors(score: ModuleType, rows: list[dict[str, Any]], predicted: dict[str, list[dict[str, Any]]]) -> None:
    for row in rows:
        one = score.score_lct([row], predicted)
        if any(figures["fp"] or figures["fn"] for figures in one.values()):
            marks = " ".join(f"{name} fp {f['fp']} fn {f['fn']}" for name, f in one.items())
            print(f"{marks} | {row['text'].strip()}")
            for fact in row["facts"]:
                print("     gold", fact["name"], fact["op"], fact["values"], fact["unit"])
            for c in predicted[row["id"]]:
                print(
                    "     read",
                    c["name"],
                    c["low"],
                    c["low_inclusive"],
                    c["high"],
                    c["high_inclusive"],
                    c["values"],
                    c["unit"],
                )


if __name__ == "__main__":
    sys.exit(main())
