"""A finding in, the smallest input that still gives it out, and a file that `tests/test_fuzz.py` runs from then on."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from bench.fuzz.judge import wrong
from bench.fuzz.kinds import CASES, Input
from bench.fuzz.run import run

KEPT = CASES / "fuzz"
_TRIALS, _SECONDS = 400, 60  # runs, and their time, to make one finding smaller


def finding(made: Input, folder: Path) -> str | None:
    """What is wrong with how an input is taken; None where nothing is."""
    return wrong(made, run(made, folder))


def smaller(made: Input, what: str, check: Callable[[Input], str | None]) -> Input:
    """The input with everything taken out of its files that the finding does not need."""
    left, end = _TRIALS, time.monotonic() + _SECONDS
    for name in made.files:
        size = max(len(made.files[name]) // 2, 1)
        while size and left > 0 and time.monotonic() < end:
            at = 0
            while at < len(made.files[name]) and left > 0:
                content = made.files[name]
                less = made._replace(files={**made.files, name: content[:at] + content[at + size :]})
                left -= 1
                if check(less) == what:
                    made = less
                else:
                    at += size
            size //= 2
    return made


def keep(made: Input, what: str, folder: Path = KEPT) -> Path:
    """Write a finding as a file: what was wrong, the arguments, the files and standard input in base64."""
    files = {name: base64.b64encode(content).decode() for name, content in made.files.items()}
    data: dict[str, object] = {"finding": what, "arguments": made.arguments, "files": files}
    if made.stdin:
        data["stdin"] = base64.b64encode(made.stdin).decode()
    return write_case(data, f"{made.arguments[0]}_{what}", folder)


def write_case(data: dict[str, object], title: str, folder: Path) -> Path:
    """Write a case under a name that says what it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^a-zA-Z0-9]+', '_', title).strip('_').lower()[:60]}.json"
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    return path


def kept(path: Path) -> Input:
    """The input of a file that `keep` wrote."""
    data = json.loads(path.read_text("utf-8"))
    files = {name: base64.b64decode(content) for name, content in data["files"].items()}
    return Input(files, tuple(data["arguments"]), stdin=base64.b64decode(data.get("stdin", "")))
