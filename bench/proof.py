"""Small worlds in, where eligo's look ahead and trying everything disagree out: nowhere, in ten thousand of each kind.

`python -m bench.proof [--cases N] [--kind next|changes|expiry]`; the tests try the first few of the same worlds.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from tests.test_outlook import change_disagreements, expiry_disagreements, next_disagreements

KINDS: dict[str, Callable[[int], list[str]]] = {
    "next": next_disagreements,
    "expiry": expiry_disagreements,
    "changes": change_disagreements,
}


def main() -> int:
    """Try every case; the exit code is 1 where any disagrees."""
    parser = argparse.ArgumentParser(prog="python -m bench.proof", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="of each kind (default: 10000)")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only this kind; repeatable (default: all)")
    args = parser.parse_args()
    failed = False
    for kind in args.kind or KINDS:
        begun = time.perf_counter()
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            found = list(itertools.chain.from_iterable(pool.map(KINDS[kind], range(args.cases), chunksize=50)))
        seconds = time.perf_counter() - begun
        print(f"{kind:<8} {args.cases} cases, {len(found)} disagreements, {seconds:.0f} s", flush=True)
        print("\n".join(found[:20]), end="\n" if found else "")
        failed |= bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
