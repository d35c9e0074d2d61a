"""The whole process `eligo screen one.json`, beside `python -c "import pydantic, yaml"`, in the same run.

The two take turns, so that a busy machine slows both; the figure that counts is their ratio. Both have their bytecode
compiled and eligo its caches filled, as on any second start.
"""

from __future__ import annotations

import os
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
SCREEN = [sys.executable, "-m", "eligo", "screen", str(ROOT / "patients_examples" / "low_platelets.json")]


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
    yield Measure("eligo screen one.json / that import", ratio, "x", target=2.0)


def _seconds(command: Sequence[str], env: Mapping[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - start
    if done.returncode in (1, 2):
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return seconds
