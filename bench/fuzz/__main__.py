"""Try hostile inputs of every kind, and what may not change the answers about random patients.

`python -m bench.fuzz [--inputs N] [--seed S] [--kind KIND] [--minutes M] [--keep DIR] [--json FILE]`. A finding is an
internal error or a traceback, an exit code that is not what the output says, a run of more than five seconds or a
gigabyte, a character that steers a terminal, JSON that is none, a planted value in an error message, another answer in
a process of its own, or a broken law. It is made as small as it stays a finding, and kept as a file that
`tests/test_fuzz.py` runs from then on. The same seed gives the same inputs. Prints a table, and writes it as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.fuzz.findings import KEPT
from bench.fuzz.hostile import Found, Hostile
from bench.fuzz.kinds import KINDS, inputs
from bench.fuzz.laws import LAWS, Lawful
from bench.fuzz.run import run, settle, unsettle
from bench.fuzz.workers import Task, reports
from eligo.commands.crowd import cores
from eligo.machine_code import is_compiled

CHUNK, PATIENTS = 12_000, 100  # inputs and patients of one task
LAWFUL = 50  # one of so many inputs is a random patient, whom the laws are tried with
APART = 2000  # one of so many inputs runs in a process of its own too
ENDED = 143  # as a shell counts a signal to end: 128 + its number
_TOLD = 30  # seconds between two words about how far it is


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print what was found, and give 1 where something was."""
    args = _arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))  # its processes and its folder go too
    folder = settle()
    kinds = [kind for kind in args.kind or KINDS if kind in KINDS]
    hostile = Hostile(args.seed, kinds, folder, args.keep, APART)
    lawful = Lawful(args.seed, folder, args.keep)
    try:
        for _, _, made in inputs(range(100), args.seed):  # what processes are forked from has read what they need
            run(made, folder / "run")
        tally = _Tally(args.seed)
        end = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")

        def work(task: Task, say: Any) -> None:
            (lawful if task.what == "laws" else hostile).work(task, say)

        def died(task: Task, number: int) -> Found:
            return (lawful if task.what == "laws" else hostile).died(task, number)

        every = _tasks(args.inputs, kinds, not args.kind or "laws" in args.kind, end)
        code = 0
        try:
            for found in reports(every, work, args.processes, died):
                tally.add(found)
        except SystemExit:  # told to end: what was tried counts
            code = ENDED
    finally:
        unsettle(folder)
    print("\n".join(tally.lines()))
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(tally.data(), indent=2) + "\n", "utf-8")
    return code or (1 if tally.findings else 0)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--kind", action="append", choices=(*KINDS, "laws"), help="this kind only; repeatable")
    parser.add_argument("--minutes", type=float, metavar="M", help="begin with nothing new after so many")
    parser.add_argument("--processes", type=int, default=cores(), metavar="N", help="use so many cores (default: all)")
    parser.add_argument("--keep", type=Path, default=KEPT, metavar="DIR", help="where findings are kept")
    parser.add_argument("--json", type=Path, default=Path("build/fuzz.json"), metavar="FILE", help="where to write")
    return parser.parse_args(argv)


def _tasks(count: int, kinds: Sequence[str], laws: bool, end: float) -> Iterator[Task]:
    """Chunks of inputs, and between them patients for the laws; none begins after the end."""
    patients = (count // LAWFUL if kinds else count) if laws else 0
    left = count - patients
    at = who = 0
    while (at < left or who < patients) and time.monotonic() < end:
        if at < left:
            yield Task("inputs", range(at, min(at + CHUNK, left)))
            at += CHUNK
        most = patients if at >= left else at * patients // left
        while who < most and time.monotonic() < end:
            yield Task("laws", range(who, min(who + PATIENTS, most)))
            who = min(who + PATIENTS, most)


def _processor() -> float:
    """The seconds of the processor that this process and those that it began have used."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class _Tally:
    """The figures of a run, by kind."""

    def __init__(self, seed: int) -> None:
        self.seed, self.begun, self.told = seed, time.monotonic(), time.monotonic()
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

    def data(self) -> dict[str, Any]:
        """The figures as JSON data."""
        seconds = time.monotonic() - self.begun
        count = sum(kind.count for kind in self.kinds.values())
        slowest, number, slow = max(((*k.slowest, k.kind) for k in self.kinds.values()), default=(0.0, -1, ""))
        return {
            "seed": self.seed,
            "reader": "compiled" if is_compiled("reading") else "not compiled",
            "inputs": count,
            "seconds": round(seconds, 1),
            "inputs_a_second": round(count / seconds, 1),
            "processor_seconds": round(_processor(), 1),
            "memory_mb": max((kind.memory for kind in self.kinds.values()), default=0),
            "slowest": {"seconds": round(slowest, 3), "kind": slow, "number": number},
            "in_a_process_of_their_own": sum(kind.apart for kind in self.kinds.values()),
            "kinds": {name: self._kind(name) for name in (*KINDS, *LAWS) if name in self.kinds},
            "findings": [{"finding": k, "times": n, "first": self.first[k]} for k, n in sorted(self.findings.items())],
        }

    def _kind(self, name: str) -> dict[str, Any]:
        kind = self.kinds[name]
        return {
            "inputs": kind.count,
            "a_second_of_one_core": round(kind.count / max(kind.seconds, 1e-9), 1),
            "slowest_s": round(kind.slowest[0], 3),
            "memory_mb": kind.memory,
            "findings": sum(n for key, n in self.findings.items() if key.startswith(f"{name}: ")),
        }

    def lines(self) -> Iterator[str]:
        """The figures as a table."""
        data = self.data()
        yield f"{'kind':<10} {'inputs':>9} {'a second of a core':>19} {'slowest s':>10} {'MB':>5} {'findings':>9}"
        for name, kind in data["kinds"].items():
            count, rate, slowest, used, findings = kind.values()
            yield f"{name:<10} {count:>9} {rate:>19} {slowest:>10} {used:>5} {findings:>9}"
        busy = data["processor_seconds"]
        yield f"{data['inputs']} inputs, seed {self.seed}, {data['seconds']} s, {data['inputs_a_second']} a second"
        yield f"{busy} s of the processor, {data['inputs'] / busy:.0f} inputs in each of them"
        apart = data["in_a_process_of_their_own"]
        yield f"{apart} of them in a process of their own too; at most {data['memory_mb']} MB; reader {data['reader']}"
        yield from (f"{found['times']:6} {found['finding']}" for found in data["findings"])
        if not data["findings"]:
            yield "no findings"


if __name__ == "__main__":
    sys.exit(main())
