"""A cohort of many synthetic patients: seconds and memory of `eligo cohort`, and where it differs from single records.

`python -m bench.cohort measure` counts a warehouse of 1,000,000 patients (`bench.warehouse`) with the shipped trials
and with one of them, beside a query for that one trial by hand and the plain evaluator. `python -m bench.cohort differ`
holds every criterion of so many random patients against the evaluation of their records, by several policies.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import warehouse
from eligo.cohort.handover import HandOver, criteria_of, decide, patched
from eligo.cohort.run import Columns
from eligo.cohort.source import Warehouse
from eligo.criteria import Duration
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.patients.model import Patient
from eligo.screening import load_rules
from eligo.truth import Truth
from eligo.warehouse.store import read_back

TRIAL = "NCT06884904"
MOST_SECONDS, MOST_MEMORY, MOST_OF_ONE, MOST_RATIO = 20.0, 1000.0, 4.0, 1.5
AT_ONCE = 12_500  # patients in one warehouse that is compared
PLAIN = 2000  # patients of whom the plain evaluator's time is told
_TRUTHS = {None: Truth.UNKNOWN, True: Truth.MET, False: Truth.NOT_MET}
POLICIES = (
    Policy(),
    Policy(max_age=Duration(20, "a")),
    Policy(max_age=Duration(14, "d"), max_ages={"inr": Duration(2, "d")}),
    Policy(assume_absent=frozenset({"conditions", "procedures", "medications"})),
)


# --- how long, how much memory


class Cost(NamedTuple):
    """What a process took, its children included."""

    cpu: float
    wall: float
    megabytes: float
    told: str


def cost(command: Sequence[str]) -> Cost:
    """Run Python with these arguments, and tell what it took."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        told, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"`{' '.join(command)}` ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.perf_counter() - begun, _peak(told), told)


def _peak(told: str) -> float:
    """The most memory that a process says it had, in its last line."""
    last = told.rstrip().rpartition("\n")[2]
    return float(last.removeprefix("peak ")) if last.startswith("peak ") else 0.0


_COHORT = """
import resource, sys
from eligo.cli import main
code = main(sys.argv[1:])
print("peak", max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024)
raise SystemExit(code)
"""


def measure(folder: Path) -> bool:
    """Print the figures; whether all are as promised."""
    asked = {
        "five trials": ["cohort", "--warehouse", str(folder), "--json"],
        "five trials, no curves": ["cohort", "--warehouse", str(folder), "--json", "--no-curves"],
        f"{TRIAL}, no curves": ["cohort", "--trial", TRIAL, "--warehouse", str(folder), "--json", "--no-curves"],
    }
    costs = {name: cost(["-c", _COHORT, *args]) for name, args in asked.items()}
    costs[f"{TRIAL}, by hand"] = cost(["-m", "bench.cohort_by_hand", str(folder)])
    for name, one in costs.items():
        print(f"{name:<28} {one.cpu:6.1f} CPU s  {one.wall:6.1f} s  {one.megabytes:6.0f} MB")
    one, hand = costs[f"{TRIAL}, no curves"], costs[f"{TRIAL}, by hand"]
    print(f"{'ratio to the query by hand':<28} {one.cpu / hand.cpu:6.2f}")
    _compared(one.told, hand.told)
    _plain(folder)
    whole = costs["five trials, no curves"]
    return (
        whole.cpu <= MOST_SECONDS
        and whole.megabytes <= MOST_MEMORY
        and one.cpu <= MOST_OF_ONE
        and one.cpu <= MOST_RATIO * hand.cpu
    )


def _compared(told: str, by_hand: str) -> None:
    """Print the counts of both side by side."""
    (trial,), other = json.loads(told.partition("\n")[0])["trials"], json.loads(by_hand.partition("\n")[0])
    for criterion in trial["criteria"]:
        mine = [criterion[word] for word in ("passes", "blocks", "open")]
        theirs = other.get(criterion["id"])
        if theirs is not None and theirs != mine:
            print(f"  {criterion['id']}: {mine} (passes, blocks, open); by hand {theirs}")
    print(f"  possible: {trial['eligible']['possible']}; by hand {other['possible']}")


def _plain(folder: Path) -> None:
    """Print how fast the plain evaluator is, with the reading of rows and without it."""
    engine = load_rules().engine()
    begun = time.process_time()
    people = list(read_back(folder, range(PLAIN)))
    read = time.process_time() - begun
    begun = time.process_time()
    for patient in people:
        engine.verdicts(patient)
    spent = time.process_time() - begun
    count = Warehouse(folder).count()
    print(f"{'plain evaluator, five trials':<28} {spent / PLAIN * count:6.0f} CPU s by {PLAIN} of {count} patients")
    print(f"{'and their rows read back':<28} {read / PLAIN * count:6.0f} CPU s")


# --- where columns and the evaluator differ


class Row(NamedTuple):
    """A criterion of a patient: by columns alone, whether it is handed over, what comes of it, and what is right."""

    person: int
    key: str
    columns: Truth
    handed: bool
    decided: Truth
    plain: Truth

    @property
    def differs(self) -> bool:
        """Whether it is another one in the end, or columns say what is not so."""
        early = self.columns is not self.plain and not (self.columns is Truth.UNKNOWN and self.handed)
        return self.decided is not self.plain or early


def rows(engine: Engine, folder: Path, patients: Sequence[Patient]) -> Iterator[Row]:
    """Every criterion of every patient, who are those of a warehouse."""
    source = Warehouse(folder)
    hand_over, criteria = HandOver(source, engine), criteria_of(engine)
    concepts = source.concepts()
    for day in source.days():
        frame = Columns(source, engine, day).frame(0, len(patients))
        found = [decide(engine, job, criteria) for job in hand_over.jobs(frame, concepts)]
        after = patched(frame, found, hand_over.columns)
        for before, then in zip(frame.iter_rows(named=True), after.iter_rows(named=True), strict=True):
            person = before["person"]
            answers = engine.answers(patients[person])
            for ready, (truth, hand, _) in zip(criteria, hand_over.columns, strict=True):
                handed = bool(before[hand] or before["whole"])
                truths = _TRUTHS[before[truth]], handed, _TRUTHS[then[truth]], ready.truth(answers)
                yield Row(person, ready.key, *truths)


def differ(count: int, seed: int) -> Counter[str]:
    """What was compared and what differs, over so many patients, of whom each policy has a share."""
    found: Counter[str] = Counter()
    for number, policy in enumerate(POLICIES):
        engine, left = load_rules().engine(policy), count // len(POLICIES)
        while left:
            at_once = min(left, AT_ONCE)
            seed, left = seed + 1, left - at_once
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name) / "warehouse"
                warehouse.write(folder, at_once, seed)
                for row in rows(engine, folder, list(read_back(folder))):
                    found["criteria"] += 1
                    found["handed over"] += row.handed
                    found["different"] += row.differs
                    if row.differs:
                        print(f"policy {number}, seed {seed}, {row}")
            found["patients"] += at_once
    return found


def main() -> int:
    """Measure, or compare; the exit code is 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("measure", "differ"))
    parser.add_argument("--count", type=int, help="patients (default: 1000000 to measure, 100000 to compare)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--warehouse", type=Path, metavar="DIR", help="measure this one, as `bench.warehouse` makes it")
    args = parser.parse_args()
    if args.what == "differ":
        found = differ(args.count or 100_000, args.seed)
        print(", ".join(f"{count} {name}" for name, count in found.items()))
        return 1 if found["different"] else 0
    if args.warehouse:
        return 0 if measure(args.warehouse) else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "warehouse"
        warehouse.write(folder, args.count or 1_000_000, args.seed)
        return 0 if measure(folder) else 1


if __name__ == "__main__":
    raise SystemExit(main())
