"""Many rule sets like real ones in, what an index of them costs out: to make, to open, for the next patient, in memory.

`python -m bench.index [--rules 60000] [--records DIR]` makes drafts of the registry records of DIR (else the shipped
rule sets), copies them with numbers and names of their own (`bench.many_rules`), and measures whole processes: the
first patient on a cold start, and what each further one adds, with all verdicts written as JSON. The same is done for a
third of the rule sets. `--agree N` holds the verdicts of N patients against those of the evaluator, for all trials.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from bench import many_rules, patients
from bench.measure import Measure
from eligo.evaluate import Engine
from eligo.index.screened import IndexScreener
from eligo.plan import Plan, compile_rules
from eligo.ruleset import loads
from tests.agreeing import Records

ROOT = Path(__file__).resolve().parents[1]
RECORDS = ROOT.parent / "shared" / "data" / "registry_v2"
FEW, MANY = 1, 11  # patients
ROUNDS = 3
RULES = 2000  # of `make bench`
_AT_ONCE = 2000  # plans of one evaluator
# What 60,000 rule sets may take; fewer are held to it too.
COLD, NEXT, MEMORY, SIZE, GROWTH = 2.0, 100.0, 400.0, 50.0, 3.0


class Taken(NamedTuple):
    """What a process took: wall seconds, seconds of the processor, most megabytes."""

    seconds: float
    processor: float
    megabytes: float


def taken(*arguments: str) -> Taken:
    """Run `eligo ARGUMENTS`; the output goes nowhere."""
    search = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "eligo", *arguments],
        env={**os.environ, "PYTHONPATH": search},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode in (1, 2):
        raise RuntimeError(f"eligo {' '.join(arguments)} gave {process.returncode}")
    return Taken(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measures(count: int, folder: Path, texts: Sequence[str]) -> Iterator[Measure]:
    """The figures of an index of so many rule sets, which are left in the folder."""
    named = f"index of {count} rule sets"
    many_rules.write(texts, count, folder / "rules")
    index = str(folder / "trials.index")
    made = taken("index", str(folder / "rules"), "-o", index)
    again = taken("index", str(folder / "rules"), "-o", index)
    few, more = folder / "few.jsonl", folder / "more.jsonl"
    patients.write(few, FEW)
    patients.write(more, MANY)
    runs = [(_screened(few, index), _screened(more, index)) for _ in range(ROUNDS)]
    cold = min(first.seconds for first, _ in runs)
    # By the processor: the difference of two long runs is lost in what else a machine does.
    first, second = (min(run[place].processor for run in runs) for place in (0, 1))
    further = (second - first) / (MANY - FEW)
    yield Measure(f"{named}: made", made.seconds, "s")
    yield Measure(f"{named}: made, memory of the first process", made.megabytes, "MB")
    yield Measure(f"{named}: brought up to date, nothing changed", again.seconds, "s")
    yield Measure(f"{named}: file", Path(index).stat().st_size / 1e6, "MB", SIZE)
    yield Measure(f"{named}: first patient, cold", cold, "s", COLD)
    yield Measure(f"{named}: each further patient", further * 1000, "ms", NEXT)
    yield Measure(f"{named}: memory", max(second.megabytes for _, second in runs), "MB", MEMORY)
    found = min(taken("find", str(few), "--index", index).seconds for _ in range(ROUNDS))
    yield Measure(f"{named}: eligo find, cold", found, "s", COLD)


def _screened(records: Path, index: str) -> Taken:
    return taken("screen", str(records), "--index", index, "--json")


def grown(count: int, folder: Path, texts: Sequence[str]) -> Iterator[Measure]:
    """The figures of all rule sets, and how many times the seconds of a third of them each further patient takes."""
    further = {}
    for size in (count // 3, count):
        for found in measures(size, folder / str(size), texts):
            if found.name.endswith("each further patient"):
                further[size] = found.value
            if size == count:
                yield found
    growth = further[count] / max(further[count // 3], 1e-9)
    yield Measure(f"three times the rule sets ({count}), each further patient", growth, "x", GROWTH)


def plans(folder: Path) -> Iterator[list[Plan]]:
    """The plans of the rule sets of a folder, some at a time."""
    paths = sorted(folder.glob("*.yaml"))
    for at in range(0, len(paths), _AT_ONCE):
        texts = [path.read_bytes() for path in paths[at : at + _AT_ONCE]]
        yield [compile_rules(loads(text.decode()), hashlib.sha256(text).hexdigest()) for text in texts]


def disagreements(count: int, folder: Path, seed: int = 1) -> tuple[int, int]:
    """Hold the verdicts of so many patients against the evaluator's: how many pairs there are, how many differ."""
    screener = IndexScreener(folder / "trials.index")
    place = {name: number for number, name in enumerate(screener.index.names.all())}
    people, pairs, different = None, 0, 0
    for some in plans(folder / "rules"):
        if people is None:
            records = Records(some, seed)
            # Statements on single criteria would make every trial one for the evaluator.
            records.attested = [name for name in records.attested if "/" not in name]
            people = [records.patient() for _ in range(count)]
            said = [screener.screen(patient).verdicts() for patient in people]
        engine = Engine(some)
        numbers = [place[plan.trial] for plan in some]
        for patient, verdicts in zip(people, said, strict=True):
            for number, verdict in zip(numbers, engine.verdicts(patient), strict=True):
                pairs += 1
                different += verdicts[number] != verdict.value
        del engine
        gc.collect()
    return pairs, different


def measure(count: int = RULES, records: Path | None = RECORDS) -> Iterator[Measure]:
    """The figures, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from grown(count, folder, many_rules.drafts(records, folder / "drafts"))


def main() -> int:
    """Print the figures; 1 where a verdict differs or a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.index", description=__doc__)
    parser.add_argument("--rules", type=int, default=RULES, metavar="N", help=f"rule sets (default: {RULES})")
    parser.add_argument("--records", type=Path, default=RECORDS, metavar="DIR", help="records of the registry (JSON)")
    parser.add_argument("--agree", type=int, default=0, metavar="N", help="hold the verdicts of N patients, too")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave rule sets and index in this folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = args.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        texts = many_rules.drafts(args.records, folder / "drafts")
        found = []
        for one in grown(args.rules, folder, texts):
            found.append(one)
            print(
                f"{one.name:<70} {one.value:9.{one.digits}f} {one.unit:<3}{'' if one.good else ' MISSED'}", flush=True
            )
        pairs, different = disagreements(args.agree, folder / str(args.rules)) if args.agree else (0, 0)
    if args.agree:
        print(f"{args.agree} patients, {pairs} verdicts: {different} are others than the evaluator's")
    if args.json:
        rows = [asdict(one) for one in found]
        data = {"measures": rows, "patients": args.agree, "verdicts": pairs, "different": different}
        args.json.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return 1 if different or not all(one.good for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
