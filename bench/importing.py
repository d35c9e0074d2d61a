"""How fast `eligo import` takes in a registry, and how fast the rule sets load: `python -m bench.importing`.

`--records DIR` names registry records (JSON, one a file); copies of them, each with an id and numbers of its own, are
imported from a zip by one process and by two, then once more, when all is done, with what was noted of it and without.
`--old SRC` does the same with the sources of another checkout. Then the rule sets are loaded as a screening does it:
from the YAML, from the plans in the cache, and, to compare, from one file that holds all plans.
"""

from __future__ import annotations

import argparse
import json
import marshal
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.work import record
from eligo.plan import Plan
from eligo.screening import load_rules

ROOT = Path(__file__).resolve().parents[1]
MADE_UP = 150  # records, where none are named
_NUMBER = re.compile(r"(?<![\d.])\d{1,5}(?![\d.])")


class Cost(NamedTuple):
    """Seconds by the clock and of the processor, and the megabytes of the largest process."""

    wall: float
    used: float
    most: float


def write(folder: Path | None, count: int, path: Path) -> None:
    """Write so many records as files of a zip."""
    given = [json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))] if folder else []
    given = given or [record(number, 1) for number in range(MADE_UP)]
    luck = random.Random(1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{number:06}.json", json.dumps(_copy(given[number % len(given)], number, luck)))


def _copy(given: Any, number: int, luck: random.Random) -> Any:
    made = json.loads(json.dumps(given))
    protocol = made["protocolSection"]
    protocol["identificationModule"]["nctId"] = f"NCT{number:08}"
    design = protocol.get("eligibilityModule", {})
    if "eligibilityCriteria" in design:
        design["eligibilityCriteria"] = _NUMBER.sub(
            lambda found: str(int(found[0]) + luck.randrange(3)), design["eligibilityCriteria"]
        )
    return made


def run(source: Path, rules: Path, cache: Path | str, *options: str, code: Path = ROOT / "src") -> Cost:
    """Do one import, in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(code), "ELIGO_CACHE": str(cache)}
    command = [sys.executable, "-m", "eligo", "import", str(source), "--rules", str(rules), *options]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "the import failed"
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def imports(source: Path, folder: Path, old: Path | None) -> Iterator[tuple[str, Cost]]:
    """Give what imports of the source cost; the rule sets of all must be the same."""
    cache = folder / "cache"
    if old is not None:
        yield "old sources, new folder", run(source, folder / "old", cache, code=old)
        yield "old sources, again", run(source, folder / "old", cache, code=old)
    for count in ("1", "2"):
        yield f"{count} processes, new folder", run(source, folder / count, cache, "--processes", count)
    yield "2 processes, again", run(source, folder / "2", cache, "--processes", "2")
    yield "2 processes, again, without a cache", run(source, folder / "2", "", "--processes", "2")
    found = [_contents(path) for path in (folder / "1", folder / "2", folder / "old") if path.is_dir()]
    assert all(one == found[0] for one in found), "the rule sets are not the same"


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def loads(rules: Path, folder: Path) -> Iterator[tuple[str, float]]:
    """Give the seconds of the processor in which the rule sets of a folder are loaded."""
    os.environ["ELIGO_CACHE"] = ""
    load_rules()  # what every start loads
    yield "from YAML, without a cache", _seconds(lambda: load_rules(rules))
    os.environ["ELIGO_CACHE"] = str(folder / "plans")
    yield "from YAML, filling the cache", _seconds(lambda: load_rules(rules))
    yield "from plans in the cache", _seconds(lambda: load_rules(rules))
    path = folder / "one.bin"
    path.write_bytes(marshal.dumps(json.loads(json.dumps([plan.to_json() for plan in load_rules(rules).plans]))))
    yield "from one file, none checked", _seconds(lambda: list(map(Plan.from_json, marshal.loads(path.read_bytes()))))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, metavar="DIR")
    parser.add_argument("--count", type=int, default=2000, metavar="N", help="how many records (default: 2000)")
    parser.add_argument("--old", type=Path, metavar="SRC", help="the folder `src` of another checkout")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="eligo-import-"))
    try:
        source = folder / "records.zip"
        write(args.records, args.count, source)
        print(f"{args.count} records, {source.stat().st_size / 1e6:.0f} MB")
        run(source, folder / "first", folder / "cache")  # fills the caches of the words
        for name, cost in imports(source, folder, args.old):
            each = 1000 * cost.used / args.count
            said = f"{args.count / cost.wall:7.0f} a second, {each:6.2f} ms of the processor each, {cost.most:4.0f} MB"
            print(f"import, {name:<36} {said}", flush=True)
        for name, used in loads(folder / "2", folder):
            print(f"load, {name:<38} {1000 * used / args.count:6.2f} ms of the processor each", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
