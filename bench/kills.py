"""Kill eligo at random moments, and fill its disk: nothing may be lost, cut, broken or left running.

`python -m bench.kills [--moments N] [--seed S] [--only KIND]`. The kinds of work are a bulk screening with workers, an
import into a folder that holds older versions, the formatting of a folder, and a review. Each is first done
undisturbed; then SIGKILL, SIGTERM, SIGHUP or SIGINT meets it, or SIGKILL one of its workers, somewhere in the time that
it took; after that it is done again, and has to come to the same end. The same seed gives the same moments of the same
signals; what runs at such a moment depends on the machine. Then each meets a full disk wherever it writes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.work import KINDS, PROMPT, REVIEWED, Done, Kind, begin, files_of
from eligo.ruleset import loads

ENDING = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
GONE = 2.0  # seconds after which no process may be left
LONGEST = 120.0  # seconds that any run may take
SMALL = 1024  # bytes that a file may have where the disk is said to be full
_SLOWLY = """
import os, time
while part := os.read(0, 8192):
    os.write(1, part)
    time.sleep(0.002)
"""
READERS: dict[str, tuple[str, ...]] = {  # of the output
    "none": (),  # it goes to a file
    "quick": ("cat",),
    "slow": (sys.executable, "-c", _SLOWLY),  # so that a signal mostly finds half of a write
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What meets a run: the signal, whether a worker gets it, after which share of its time; who reads its output.

    `unbuffered` is how containers set Python: what it writes is then not asked for again where only a part was taken.
    """

    number: signal.Signals
    to_worker: bool
    share: float
    reader: str
    unbuffered: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A kind of work, the folder that is ready for it, what it leaves when nobody disturbs it, and its seconds."""

    name: str
    kind: Kind
    folder: Path
    before: dict[str, bytes]
    done: Done
    seconds: float


def moments(kind: Kind, count: int, seed: str) -> Iterator[Moment]:
    """So many moments; each hangs on the seed alone."""
    chance = random.Random(seed)
    for _ in range(count):
        to_worker = kind.workers and chance.random() < 0.25
        number = signal.SIGKILL if to_worker else chance.choice(ENDING)
        yield Moment(number, to_worker, chance.random(), chance.choice(list(READERS)), chance.random() < 0.5)


# --- runs


def group(number: int) -> list[int]:
    """The processes of a group that are alive (Linux; elsewhere none is found)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, of = (entry / "stat").read_text("utf-8").rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of) == number and state != "Z":
            found.append(int(entry.name))
    return found


def prepared(name: str, folder: Path, size: int) -> Stage:
    """Make a kind of work ready, and do it once to know its end; the first time of all fills the caches."""
    kind, ready = KINDS[name], folder / name
    ready.mkdir()
    kind.prepare(ready, size)
    before = files_of(kind, ready)
    for _ in range(2):
        with _copy(ready) as copy:
            begun = time.monotonic()
            done = undisturbed(kind, copy)
            seconds = time.monotonic() - begun
    for file, content in done.files.items():
        loads(content.decode(), file)
    return Stage(name, kind, ready, before, done, seconds)


@contextlib.contextmanager
def _copy(ready: Path) -> Iterator[Path]:
    copy = ready.with_name(f"{ready.name}-at-work")
    shutil.copytree(ready, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy)


def undisturbed(kind: Kind, folder: Path, preexec_fn: Callable[[], None] | None = None) -> Done:
    """Do the work to its end."""
    with begin(kind, folder, subprocess.PIPE, subprocess.PIPE, preexec_fn=preexec_fn) as process:
        out, err = process.communicate(timeout=LONGEST)
    return Done(process.returncode, out, err, files_of(kind, folder))


def _disturbed(stage: Stage, moment: Moment, folder: Path) -> tuple[Done, list[int]]:
    """Do the work until the moment comes; gives also the processes that are left some time after its end."""
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        program = READERS[moment.reader]
        reader = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=out) if program else None
        stream = reader.stdin if reader and reader.stdin else out
        process = begin(stage.kind, folder, stream, err, unbuffered=moment.unbuffered)
        if reader and reader.stdin:
            reader.stdin.close()
        time.sleep(moment.share * stage.seconds)
        number = next((one for one in group(process.pid) if one != process.pid), None) if moment.to_worker else None
        with contextlib.suppress(ProcessLookupError):  # it has come to its end
            os.kill(number or process.pid, 0 if moment.to_worker and number is None else moment.number)
        process.wait(LONGEST)
        end = time.monotonic() + GONE
        while (left := group(process.pid)) and time.monotonic() < end:
            time.sleep(0.02)
        if reader:
            reader.wait(LONGEST)
    out_, err_ = (folder / "out").read_bytes(), (folder / "err").read_bytes()
    return Done(process.returncode, out_, err_, files_of(stage.kind, folder)), left


# --- what is wrong


def faults(stage: Stage, moment: Moment) -> list[str]:
    """What is wrong with how the work ends that a signal meets, and with the next time that it is done."""
    with _copy(stage.folder) as folder:
        done, left = _disturbed(stage, moment, folder)
        found = [f"processes are left: {len(left)}"] if left else []
        if _has_begun(done, moment):
            found += [*_wrong_end(stage, moment, done), *_wrong_files(stage, done, moment.number == signal.SIGKILL)]
        if stage.kind.folder:
            again = undisturbed(stage.kind, folder)
            if again.code != stage.done.code:
                found.append(f"the next run ends with {again.code}")
            if {n: f for n, f in again.files.items() if n[0] != "."} != stage.done.files:
                found.append("the next run does not come to the same end")
    return found


def _has_begun(done: Done, moment: Moment) -> bool:
    """Whether eligo was running; an interrupt while the interpreter itself starts is answered by that."""
    if moment.number != signal.SIGINT or done.code not in (-signal.SIGINT, 1):
        return True
    return not (b"KeyboardInterrupt" in done.err and b"cli.py" not in done.err and not done.out)


def _wrong_end(stage: Stage, moment: Moment, done: Done) -> Iterator[str]:
    ends = {stage.done.code}
    if not moment.to_worker:  # a signal before eligo has begun, or after its end, is answered by the system
        ends |= {-moment.number} if moment.number == signal.SIGKILL else {-moment.number, 128 + moment.number}
    if done.code not in ends:
        yield f"exit code {done.code}"
    if done.out != stage.done.out[: len(done.out)]:
        yield "the output is not the beginning of the whole"
    if done.out and not done.out.endswith(b"\n") and not stage.kind.answers:
        yield "the last line is cut"
    if done.code == stage.done.code and done.out != stage.done.out:
        yield "a run that ends as if it were whole is not"
    if b"Traceback" in done.err or b"internal" in done.err or b"Exception" in done.err:
        yield f"a traceback or an internal error: {done.err[-300:].decode(errors='replace')}"


def _wrong_files(stage: Stage, done: Done, killed: bool) -> Iterator[str]:
    for name, content in done.files.items():
        if name[0] == ".":
            if not killed:
                yield f"`{name}` is left"
        elif stage.kind.answers:
            yield from _wrong_review(done, content)
        elif content not in (stage.before.get(name), stage.done.files.get(name)):
            yield f"`{name}` is neither the old nor the new one"
    for name in stage.before.keys() - done.files.keys():
        yield f"`{name}` is gone"


def _wrong_review(done: Done, content: bytes) -> Iterator[str]:
    loads(content.decode())
    asked = max((int(number) for number in PROMPT.findall(done.out)), default=0)
    kept = len(REVIEWED.findall(content))
    if kept < asked - 1:
        yield f"{asked - 1} answers were taken, {kept} are kept"
    if kept > asked:
        yield f"{kept} answers are kept, {asked} were asked for"


# --- a full disk


def full(stage: Stage) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with how the work meets a full disk, for each place that may be full."""
    with _copy(stage.folder) as folder, Path("/dev/full").open("wb") as none:
        with begin(stage.kind, folder, none, subprocess.PIPE) as process:
            err = process.communicate(timeout=LONGEST)[1]
        done = Done(process.returncode, b"", err, files_of(stage.kind, folder))
        yield "standard output", [*_wrong_failure(done), *_wrong_files(stage, done, killed=False)]
    with _copy(stage.folder) as folder, Path("/dev/full").open("wb") as none:
        with begin(stage.kind, folder, subprocess.PIPE, none) as process:
            out = process.communicate(timeout=LONGEST)[0]
        same = (process.returncode, out) == (stage.done.code, stage.done.out)
        yield "standard error", [] if same else [f"exit code {process.returncode}, or another output"]
    for unbuffered in (False, True):
        with _copy(stage.folder) as folder, (folder / "out").open("wb") as file:
            with begin(stage.kind, folder, file, subprocess.PIPE, unbuffered, preexec_fn=_small_files) as process:
                err = process.communicate(timeout=LONGEST)[1]
            done = Done(process.returncode, b"", err, files_of(stage.kind, folder))
            failed = _wrong_failure(done) if stage.kind.folder or len(stage.done.out) > SMALL else ()
            place = "output past a limit" + (", unbuffered" if unbuffered else "")
            yield place, [*failed, *_wrong_files(stage, done, killed=False)]
    if stage.kind.folder is None:
        return
    with _copy(stage.folder) as folder:
        done = undisturbed(stage.kind, folder, preexec_fn=_small_files)
        yield "files past a limit", [*_wrong_failure(done), *_wrong_files(stage, done, killed=False)]
    with _copy(stage.folder) as folder, _small_disk(folder / stage.kind.folder) as why_not:
        if why_not:
            yield f"a small disk (not tried: {why_not})", []
        else:
            done = undisturbed(stage.kind, folder)
            done = done._replace(files={n: f for n, f in done.files.items() if n != _FILLER})
            yield "a small disk", [*_wrong_failure(done), *_wrong_files(stage, done, killed=False)]


def _wrong_failure(done: Done) -> Iterator[str]:
    if done.code != 1:
        yield f"exit code {done.code}"
    if b"no space left" not in done.err and b"file too large" not in done.err:
        yield f"the error does not say why: {done.err[-300:].decode(errors='replace')}"
    if b"Traceback" in done.err or b"internal" in done.err or b"Exception" in done.err:
        yield "a traceback or an internal error"


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL))


_FILLER = "filler"


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[str | None]:
    """Put a folder on a disk of its own that has no room for another file; gives why that cannot be done."""
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    pages = 8 + sum(1 + len(content) // 4096 for content in held.values())
    command = ["mount", "-t", "tmpfs", "-o", f"size={pages * 4}k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, check=False, text=True)
    except OSError as error:
        yield str(error)
        return
    if made.returncode:
        yield made.stderr.strip()
        return
    try:
        for name, content in held.items():
            (folder / name).write_bytes(content)
        with contextlib.suppress(OSError), (folder / _FILLER).open("wb", buffering=0) as filler:
            while filler.write(b"x" * 512):
                pass
        yield None
    finally:
        subprocess.run(["umount", str(folder)], check=True)


# --- all of it


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print what was found, and give 1 where something was."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--moments", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--only", action="append", choices=KINDS, metavar="KIND", help="this kind only; repeatable")
    parser.add_argument("--size", type=int, default=48, metavar="N", help="records, rule sets, criteria of each kind")
    args = parser.parse_args(argv)
    kinds, seen = args.only or list(KINDS), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        for kind in kinds:
            stage = prepared(kind, Path(name), args.size)
            for moment in moments(stage.kind, args.moments // len(kinds), f"{args.seed}/{kind}"):
                _tell(kind, str(moment), faults(stage, moment), seen)
            for place, found in full(stage):
                _tell(kind, f"full: {place}", found, seen)
                print(f"{kind}, full: {place}: {'; '.join(found) or 'good'}")
            print(f"{kind}: {stage.seconds:.1f} s undisturbed, {args.moments // len(kinds)} moments, {seen[kind]} bad")
    return 1 if seen else 0


def _tell(kind: str, what: str, found: list[str], seen: Counter[str]) -> None:
    if found:
        seen[kind] += 1
        print(f"{kind}, {what}: {'; '.join(found)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
