"""What came of inputs in, the figures of a run out, by kind; those of several parts of a run add up."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.fuzz.hostile import Found
from bench.fuzz.kinds import KINDS
from bench.fuzz.laws import LAWS
from eligo.machine_code import is_compiled

Figures = dict[str, Any]  # as JSON data

_TOLD = 30  # seconds between two words about how far it is
_SUMS = ("seconds", "processor_seconds", "in_a_process_of_their_own")
_SAME = ("seed", "all_inputs", "reader")  # in all parts of one run


def processor() -> float:
    """The seconds of the processor that this process and those that it began have used."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Tally:
    """The figures of a run as they come, or of one part of it: `part` is its number and how many there are."""

    def __init__(self, seed: int, every: int, part: tuple[int, int]) -> None:
        self.seed, self.every, self.part = seed, every, part
        self.begun, self.told = time.monotonic(), time.monotonic()
        self.kinds = dict[str, Found]()
        self.findings = Counter[str]()
        self.first = dict[str, int]()

    def add(self, found: Found) -> None:
        """Add what came of some inputs; say it at once where it is a finding."""
        total = self.kinds.setdefault(found.kind, Found(found.kind))
        total.count += found.count
        total.seconds += found.seconds
        total.apart += found.apart
        total.slowest = max(total.slowest, found.slowest)
        total.memory = max(total.memory, found.memory)
        for what, number in found.findings:
            key = f"{found.kind}: {what}"
            self.findings[key] += 1
            if self.first.setdefault(key, number) == number:
                print(f"{key}: number {number}, kept as {found.kept.get(what)}", flush=True)
        if time.monotonic() - self.told > _TOLD:
            self.told = time.monotonic()
            print(f"{sum(k.count for k in self.kinds.values())} inputs", file=sys.stderr, flush=True)

    def data(self) -> Figures:
        """The figures so far."""
        findings = [{"finding": k, "times": n, "first": self.first[k]} for k, n in sorted(self.findings.items())]
        return {
            "seed": self.seed,
            "all_inputs": self.every,
            "part": list(self.part),
            "reader": "compiled" if is_compiled("reading") else "not compiled",
            "seconds": round(time.monotonic() - self.begun, 1),
            "processor_seconds": round(processor(), 1),
            "in_a_process_of_their_own": sum(kind.apart for kind in self.kinds.values()),
            "kinds": {name: _kind(self.kinds[name]) for name in (*KINDS, *LAWS) if name in self.kinds},
            "findings": findings,
        }


def _kind(found: Found) -> Figures:
    seconds, number = found.slowest
    return {
        "inputs": found.count,
        "seconds_of_one_core": round(found.seconds, 2),
        "slowest": {"seconds": round(seconds, 3), "number": number},
        "memory_mb": found.memory,
    }


def joined(parts: Sequence[Figures]) -> Figures:
    """The figures of several parts of one run together; raise `ValueError` where they are not that."""
    first = parts[0]
    for key in _SAME:
        if any(part[key] != first[key] for part in parts):
            raise ValueError(f"the parts are of runs with another {key}")
    if len({tuple(part["part"]) for part in parts}) < len(parts) or len({part["part"][1] for part in parts}) > 1:
        raise ValueError("the files are not different parts of one run")
    found = {key: first[key] for key in _SAME} | {"parts": sorted(part["part"] for part in parts)}
    found |= {key: round(sum(part[key] for part in parts), 1) for key in _SUMS}
    names = [name for name in (*KINDS, *LAWS) if any(name in part["kinds"] for part in parts)]
    found["kinds"] = {name: _together([p["kinds"][name] for p in parts if name in p["kinds"]]) for name in names}
    by_name = dict[str, list[Figures]]()
    for part in parts:
        for one in part["findings"]:
            by_name.setdefault(one["finding"], []).append(one)
    found["findings"] = [
        {"finding": name, "times": sum(one["times"] for one in same), "first": min(one["first"] for one in same)}
        for name, same in sorted(by_name.items())
    ]
    return found


def _together(kinds: Sequence[Figures]) -> Figures:
    return {
        "inputs": sum(kind["inputs"] for kind in kinds),
        "seconds_of_one_core": round(sum(kind["seconds_of_one_core"] for kind in kinds), 2),
        "slowest": max((kind["slowest"] for kind in kinds), key=lambda slowest: float(slowest["seconds"])),
        "memory_mb": max(kind["memory_mb"] for kind in kinds),
    }


def lines(data: Figures) -> Iterator[str]:
    """The figures as a table."""
    yield f"{'kind':<10} {'inputs':>9} {'a second of a core':>19} {'slowest s':>10} {'MB':>5} {'findings':>9}"
    for name, kind in data["kinds"].items():
        rate = kind["inputs"] / max(kind["seconds_of_one_core"], 1e-9)
        findings = sum(one["times"] for one in data["findings"] if one["finding"].startswith(f"{name}: "))
        slowest = kind["slowest"]["seconds"]
        yield f"{name:<10} {kind['inputs']:>9} {rate:>19.1f} {slowest:>10} {kind['memory_mb']:>5} {findings:>9}"
    inputs = sum(kind["inputs"] for kind in data["kinds"].values())
    seconds, busy = data["seconds"], data["processor_seconds"]
    yield f"{inputs} inputs, seed {data['seed']}, {seconds} s, {inputs / max(seconds, 1e-9):.1f} a second"
    yield f"{busy} s of the processor, {inputs / max(busy, 1e-9):.0f} inputs in each of them"
    apart, memory = data["in_a_process_of_their_own"], max((k["memory_mb"] for k in data["kinds"].values()), default=0)
    yield f"{apart} of them in a process of their own too; at most {memory} MB; reader {data['reader']}"
    yield from (f"{found['times']:6} {found['finding']}" for found in data["findings"])
    if not data["findings"]:
        yield "no findings"


def told(data: Figures, file: Path) -> int:
    """Print the figures and write them as JSON; 1 where something was found."""
    print("\n".join(lines(data)))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return 1 if data["findings"] else 0
