"""The whole process `eligo screen one.json`, beside `python -c "import pydantic, yaml"`, in the same run.

The two take turns, so that a busy machine slows both; the figure that counts is their ratio. Both have their bytecode
compiled and eligo its caches filled, as on any second start.

`python -m bench.startup --beside FOLDER` compares this checkout with another one (with a `.venv` of its own), in turns
too: the milliseconds of the processor, which count on a machine that others use, the least and the median.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.measure import Measure

ROUNDS = 15
ROOT = Path(__file__).resolve().parents[1]
IMPORT = [sys.executable, "-c", "import pydantic, yaml"]
PATIENT = str(ROOT / "patients_examples" / "low_platelets.json")
SCREEN = [sys.executable, "-m", "eligo", "screen", PATIENT]
COMPARED = {
    "import pydantic, yaml": IMPORT[1:],
    "eligo --help": ["-m", "eligo", "--help"],
    "eligo screen": SCREEN[1:],
    "eligo next": ["-m", "eligo", "next", PATIENT],
    "eligo parse": ["-m", "eligo", "parse", "--jsonl", "-"],
}


def measure(rounds: int = ROUNDS) -> Iterator[Measure]:
    """Give the seconds of both processes and their ratio."""
    with tempfile.TemporaryDirectory() as cache:
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        env |= {"ELIGO_CACHE": cache, "PYTHONPYCACHEPREFIX": str(Path(cache) / "bytecode")}
        cold = _seconds(SCREEN, env)
        _seconds(IMPORT, env)
        pairs = [(_seconds(IMPORT, env), _seconds(SCREEN, env)) for _ in range(rounds)]
    imports, screens = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(screen / imported for imported, screen in pairs)
    yield Measure("import pydantic and yaml, whole process", imports * 1e3, "ms")
    yield Measure("eligo screen one.json, first start, caches empty", cold * 1e3, "ms")
    yield Measure("eligo screen one.json, whole process", screens * 1e3, "ms")
    yield Measure("eligo screen one.json / that import", ratio, "x", target=1.5)


def _seconds(command: Sequence[str], env: Mapping[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        command, env=env, cwd=ROOT, input=b"", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode in (1, 2):
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return seconds


def compare(other: Path, rounds: int) -> None:
    """Print what each command takes here and in another checkout."""
    with tempfile.TemporaryDirectory() as cache:
        used: dict[tuple[str, Path], list[float]] = {}
        for turn in range(rounds + 1):
            for name, words in COMPARED.items():
                for root in (other, ROOT):
                    python = root / ".venv" / "bin" / "python"
                    own = str(Path(cache) / root.name)
                    env = os.environ | {"ELIGO_CACHE": own, "PYTHONPYCACHEPREFIX": f"{own}/bytecode"}
                    env |= {"PYTHONPATH": str(root / "src")}
                    seconds = _processor([str(python), *words], env)
                    if turn:  # the first one fills the caches
                        used.setdefault((name, root), []).append(seconds * 1e3)
        for (name, root), times in used.items():
            print(f"{name:<22} {root.name:<12} least {min(times):6.1f} ms, median {statistics.median(times):6.1f} ms")


def _processor(command: Sequence[str], env: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _seconds(command, {k: v for k, v in env.items() if k != "PYTHONDONTWRITEBYTECODE"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Compare two checkouts."""
    parser = argparse.ArgumentParser(prog="python -m bench.startup", description=__doc__)
    parser.add_argument("--beside", type=Path, required=True, metavar="FOLDER", help="another checkout")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    args = parser.parse_args()
    compare(args.beside.resolve(), args.rounds)


if __name__ == "__main__":
    main()
