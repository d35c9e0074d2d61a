"""Patients by chance in, where eligo's ways to an answer disagree out, with and without compiled code: nowhere.

`python -m bench.agree [--patients N] [--seed N]`: the shipped trials, under five policies each. Two processes do it,
one of them with the sources as they are (`ELIGO_PURE=1`), and what both say of all patients must be the same too.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time

from bench.speed import plans
from eligo.evaluate import Engine
from eligo.machine_code import is_compiled
from tests.agreeing import POLICIES, Records, disagreements
from tests.plain import Plain

SHOWN = 20  # disagreements


def judge(count: int, seed: int) -> int:
    """Try so many patients under each policy in this process, and print what disagrees and the hash of all verdicts."""
    begun, found, said = time.perf_counter(), 0, hashlib.sha256()
    for place, policy in enumerate(POLICIES):
        engine, plain = Engine(plans(), policy), Plain(plans(), policy)
        records = Records(plans(), seed + place)
        for _ in range(count):
            patient = records.patient()
            for line in disagreements(engine, plain, patient):
                found += 1
                if found <= SHOWN:
                    print(f"policy {place}: {line}\n  {patient}", flush=True)
            said.update(repr([verdict.value for verdict in engine.verdicts(patient)]).encode())
    how = "compiled" if is_compiled("evaluation") else "not compiled"
    seconds = time.perf_counter() - begun
    print(f"{how}: {count} patients under {len(POLICIES)} policies, {found} disagreements, {seconds:.0f} s", flush=True)
    print(f"verdicts {said.hexdigest()}", flush=True)
    return 1 if found else 0


def main() -> int:
    """Try all; the exit code is 1 where any disagrees."""
    parser = argparse.ArgumentParser(prog="python -m bench.agree", description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000, help="under each policy (default: 100000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", action="store_true", help="in this process alone, compiled or not as it is")
    args = parser.parse_args()
    if args.here:
        return judge(args.patients, args.seed)
    command = [sys.executable, "-m", "bench.agree", "--here", f"--patients={args.patients}", f"--seed={args.seed}"]
    ways = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | more) for more in _WAYS]
    said = [way.communicate()[0] for way in ways]
    print("".join(said), end="")
    if len({text.splitlines()[-1] for text in said if text}) != 1:
        print("the compiled code and the sources give other verdicts")
        return 1
    return max(way.returncode for way in ways)


_WAYS: tuple[dict[str, str], ...] = ({}, {"ELIGO_PURE": "1"})

if __name__ == "__main__":
    raise SystemExit(main())
