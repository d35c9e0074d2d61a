"""Try hostile inputs of every kind, and what may not change the answers about random patients.

`python -m bench.fuzz [--inputs N] [--seed S] [--part I/N] [--kind KIND] [--minutes M] [--keep DIR] [--json FILE]`. A
finding is an internal error or a traceback, an exit code that is not what the output says, a run of more than five
seconds or a gigabyte, a character that steers a terminal, JSON that is none, a planted value in an error message,
another answer in a process of its own, or a broken law. It is made as small as it stays a finding, and kept as a file
that `tests/test_fuzz.py` runs from then on. The same seed gives the same inputs. Prints a table, and writes it as JSON.

A long run can be done in parts, at other times or on other machines: `--part 3/8` is the third of eight equal ones, and
`--sum FILE...` adds the figures of those that are done. One that was stopped goes on with the parts that are missing.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.fuzz.findings import KEPT
from bench.fuzz.hostile import Found, Hostile
from bench.fuzz.kinds import KINDS, inputs
from bench.fuzz.laws import Lawful
from bench.fuzz.run import run, settle, unsettle
from bench.fuzz.tally import Tally, joined, told
from bench.fuzz.workers import Task, reports
from eligo.commands.crowd import cores

CHUNK, PATIENTS = 12_000, 100  # inputs and patients of one task
LAWFUL = 50  # one of so many inputs is a random patient, whom the laws are tried with
APART = 2000  # one of so many inputs runs in a process of its own too
ENDED = 143  # as a shell counts a signal to end: 128 + its number


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print what was found, and give 1 where something was."""
    args = _arguments(argv)
    if args.sum:
        try:
            return told(joined([json.loads(path.read_text("utf-8")) for path in args.sum]), args.json)
        except ValueError as error:
            sys.exit(str(error))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))  # its processes and its folder go too
    folder = settle()
    kinds = [kind for kind in args.kind or KINDS if kind in KINDS]
    hostile = Hostile(args.seed, kinds, folder, args.keep, APART)
    lawful = Lawful(args.seed, folder, args.keep)
    try:
        for _, _, made in inputs(range(100), args.seed):  # what processes are forked from has read what they need
            run(made, folder / "run")
        tally = Tally(args.seed, args.inputs, args.part)
        end = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")

        def work(task: Task, say: Any) -> None:
            (lawful if task.what == "laws" else hostile).work(task, say)

        def died(task: Task, number: int) -> Found:
            return (lawful if task.what == "laws" else hostile).died(task, number)

        every = _tasks(args.inputs, kinds, not args.kind or "laws" in args.kind, end, args.part)
        code = 0
        try:
            for found in reports(every, work, args.processes, died):
                tally.add(found)
        except SystemExit:  # told to end: what was tried counts
            code = ENDED
    finally:
        unsettle(folder)
    found = told(tally.data(), args.json)  # of what was tried until it was told to end, too
    return code or found


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    help_text = "do the I-th of N equal parts of the inputs (default: 1/1, all)"
    parser.add_argument("--part", type=_part, default=(1, 1), metavar="I/N", help=help_text)
    parser.add_argument("--sum", type=Path, nargs="+", metavar="FILE", help="add the figures of parts, and try nothing")
    parser.add_argument("--kind", action="append", choices=(*KINDS, "laws"), help="this kind only; repeatable")
    parser.add_argument("--minutes", type=float, metavar="M", help="begin with nothing new after so many")
    parser.add_argument("--processes", type=int, default=cores(), metavar="N", help="use so many cores (default: all)")
    parser.add_argument("--keep", type=Path, default=KEPT, metavar="DIR", help="where findings are kept")
    parser.add_argument("--json", type=Path, default=Path("build/fuzz.json"), metavar="FILE", help="where to write")
    return parser.parse_args(argv)


def _part(text: str) -> tuple[int, int]:
    """Read which part of how many."""
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"`{text}` is not a part; write 1/8 to 8/8")
    return int(number), int(count)


def _tasks(count: int, kinds: Sequence[str], laws: bool, end: float, part: tuple[int, int] = (1, 1)) -> Iterator[Task]:
    """Chunks of inputs, and between them patients for the laws, of one part of all; none begins after the end."""
    patients = (count // LAWFUL if kinds else count) if laws else 0
    number, parts = part
    (first, left), (who, last) = (
        (whole * (number - 1) // parts, whole * number // parts) for whole in (count - patients, patients)
    )
    at, begun = first, who
    while (at < left or who < last) and time.monotonic() < end:
        if at < left:
            yield Task("inputs", range(at, min(at + CHUNK, left)))
            at += CHUNK
        most = last if at >= left else begun + (at - first) * (last - begun) // (left - first)
        while who < most and time.monotonic() < end:
            yield Task("laws", range(who, min(who + PATIENTS, most)))
            who = min(who + PATIENTS, most)


if __name__ == "__main__":
    sys.exit(main())
