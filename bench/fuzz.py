"""Try hostile inputs of every kind: `python -m bench.fuzz [--inputs N] [--seed S] [--kind KIND] [--keep DIR]`.

Each runs in this process, as a shell would run it. A finding is an internal error or a traceback, an exit code that the
command does not have, a run of more than a few seconds, a character that steers a terminal, JSON that is none, or a
planted value in an error message. It is made as small as it stays a finding, and kept as a file that
`tests/test_fuzz.py` runs from then on. The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.hostile import CASES, KINDS, SECRET, Input
from eligo.cli import main as eligo

SLOWEST = 5.0  # seconds
CODES = {0, 1, 3, 4, 5}
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
KEPT = CASES / "fuzz"
_TRIALS = 400  # runs to make one finding smaller


class _TooSlow(BaseException):
    """No code of eligo may take it for an error of its own."""


def finding(made: Input) -> str | None:
    """What is wrong with how an input is taken; None where nothing is."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, content in made.files.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_bytes(content)
        arguments = [str(CASES / "doors" / "rules") if word == "@rules" else word for word in made.arguments]
        out, err = io.StringIO(), io.StringIO()
        try:
            with _in_time(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = eligo(arguments)
        except _TooSlow:
            return "slow"
        except BaseException as error:  # nothing may leave
            return f"left: {type(error).__name__}"
    return _wrong(made, code, out.getvalue(), err.getvalue())


def _wrong(made: Input, code: int, out: str, err: str) -> str | None:
    told = re.search(r"unexpected (\w+ in [\w.]+)", err)
    if told:
        return f"internal: {told[1]}"
    if "Traceback" in err:
        return "traceback"
    if code not in CODES and not (code == 2 and err.startswith("usage: ")):
        return f"exit code {code}"
    if STEERS.search(out) or STEERS.search(err):
        return "steers the terminal"
    # Rules, profiles and mappings hold no patient; a line of them may be shown.
    public = [word.encode() for word in made.arguments] + [c for n, c in made.files.items() if n.endswith(".yaml")]
    if SECRET in err and not any(SECRET.encode() in content for content in public):
        return "a value in an error message"
    if "--json" in made.arguments or "--jsonl" in made.arguments:
        return _no_json(out)
    return None


def _no_json(out: str) -> str | None:
    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        for line in out.split("\n"):
            if line.startswith("{"):
                json.loads(line, parse_constant=refuse)
    except ValueError:
        return "no JSON"
    return None


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """Raise where the time of this process, not of the clock, is up."""

    def late(*_: object) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def smaller(made: Input, wrong: str, check: Callable[[Input], str | None] = finding) -> Input:
    """The input with everything taken out of its files that the finding does not need."""
    left = _TRIALS
    for name in made.files:
        size = max(len(made.files[name]) // 2, 1)
        while size and left > 0:
            at = 0
            while at < len(made.files[name]) and left > 0:
                content = made.files[name]
                less = made._replace(files={**made.files, name: content[:at] + content[at + size :]})
                left -= 1
                if check(less) == wrong:
                    made = less
                else:
                    at += size
            size //= 2
    return made


def keep(made: Input, wrong: str, folder: Path = KEPT) -> Path:
    """Write a finding as a file: what was wrong, the arguments, and the files in base64."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: base64.b64encode(content).decode() for name, content in made.files.items()}
    data = {"finding": wrong, "arguments": made.arguments, "files": files}
    name = re.sub(r"\W+", "_", f"{made.arguments[0]}_{wrong}").strip("_").lower()[:60]
    path = folder / f"{name}.json"
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    return path


def kept(path: Path) -> Input:
    """The input of a file that `keep` wrote."""
    data = json.loads(path.read_text("utf-8"))
    files = {name: base64.b64decode(content) for name, content in data["files"].items()}
    return Input(files, tuple(data["arguments"]))


def inputs(count: int, seed: int, kinds: Sequence[str]) -> Iterator[tuple[str, Input]]:
    """So many inputs, the kinds in turn; each hangs on the seed and its own number alone."""
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield kind, KINDS[kind](random.Random(f"{seed}/{number}/{kind}"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print what was found, and give 1 where something was."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--kind", action="append", choices=KINDS, help="this kind only; repeatable")
    parser.add_argument("--keep", type=Path, default=KEPT, metavar="DIR", help="where findings are kept")
    args = parser.parse_args(argv)
    began, seen = time.monotonic(), dict[str, int]()
    for name in ("ELIGO_RULES", "ELIGO_DEBUG"):
        os.environ.pop(name, None)
    for kind, made in inputs(args.inputs, args.seed, args.kind or list(KINDS)):
        wrong = finding(made)
        if wrong is None:
            continue
        key = f"{kind}: {wrong}"
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 1:
            path = keep(smaller(made, wrong), wrong, args.keep)
            print(f"{key}: {path}", flush=True)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{args.inputs} inputs, seed {args.seed}, {time.monotonic() - began:.0f} s, at most {used} MB")
    print("\n".join(f"{count:6} {key}" for key, count in sorted(seen.items())) or "no findings")
    return 1 if seen else 0


if __name__ == "__main__":
    sys.exit(main())
