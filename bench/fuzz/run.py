"""An input in, what came of it out: in this process, as a shell would run it, or in a process of its own."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from bench.fuzz.kinds import PLACES, ROOT, Input
from eligo.cli import main as eligo

WRITERS = {"fmt", "import", "review"}  # the commands that write rule sets
SLOWEST = 5.0  # seconds of the processor
_AGAIN = 0.5  # seconds after which a run that did not end is told so again


class Outcome(NamedTuple):
    """What a run gave: its exit code, its output and errors, its seconds; `left` says what left it instead."""

    code: int
    out: str
    err: str
    seconds: float
    left: str = ""


class _TooSlow(BaseException):
    """No code of eligo may take it for an error of its own."""


def settle() -> Path:
    """Make a folder to run in, in memory where there is one, and an environment that says nothing of the user's."""
    shared = Path("/dev/shm")
    base = Path(tempfile.mkdtemp(prefix="eligo-fuzz-", dir=shared if os.access(shared, os.W_OK) else None))
    folder = base / "in" / "in"  # so deep that what an input writes to `../../x` stays within the base
    (folder / "run").mkdir(parents=True)
    for name in ("ELIGO_DEBUG", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        os.environ.pop(name, None)
    # LANGUAGE spares argparse the search for translations.
    os.environ.update({"ELIGO_CACHE": str(base / "cache"), "LANGUAGE": "C"})
    return folder


def unsettle(folder: Path) -> None:
    """Take away what `settle` made."""
    shutil.rmtree(folder.parents[1], ignore_errors=True)


def _place(word: str, folder: Path) -> Path:
    """A copy of the folder that a word of the arguments stands for, since some inputs write to it."""
    copy = folder.with_name(f"{folder.name}{word}")
    if not copy.exists():
        shutil.copytree(PLACES[word], copy)
    return copy


def run(made: Input, folder: Path) -> Outcome:
    """Run it in this process, in a folder that is empty before and after."""
    with _in(made, folder):
        out, err = _stream(b""), _stream(b"")
        code, left, begun = 0, "", time.process_time()
        try:
            with _in_time(), _streams(_stream(made.stdin), out, err):
                code = eligo(_arguments(made, folder))
        except _TooSlow:
            left = "slow"
        except BaseException as error:  # nothing may leave
            left = f"left: {type(error).__name__}"
        seconds = time.process_time() - begun
    return Outcome(code, _written(out), _written(err), seconds, left)


def run_apart(made: Input, folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Outcome:
    """Run it in a process of its own, with more in its environment."""
    paths = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    with _in(made, folder):
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "eligo", *_arguments(made, folder)],
                input=made.stdin,
                capture_output=True,
                timeout=60,
                env={**os.environ, "PYTHONPATH": paths, **more},
            )
        except subprocess.TimeoutExpired:
            return Outcome(0, "", "", 60, "slow")
        seconds = time.monotonic() - begun
    out, err = (part.decode("utf-8", "replace") for part in (done.stdout, done.stderr))
    return Outcome(done.returncode, out, err, seconds)


def _arguments(made: Input, folder: Path) -> list[str]:
    return [str(_place(word, folder)) if word in PLACES else word for word in made.arguments]


def _stream(content: bytes) -> io.TextIOWrapper:
    """A stream in memory that behaves as one of a process does."""
    return io.TextIOWrapper(io.BytesIO(content), "utf-8")


def _written(stream: io.TextIOWrapper) -> str:
    with contextlib.suppress(ValueError):
        stream.flush()
    buffer: Any = stream.buffer
    return bytes(buffer.getvalue()).decode("utf-8", "replace")


@contextlib.contextmanager
def _streams(*streams: io.TextIOWrapper) -> Iterator[None]:
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


@contextlib.contextmanager
def _in(made: Input, folder: Path) -> Iterator[None]:
    """Be in the folder, with the files of the input and the small rules where none are named; leave nothing behind."""
    os.environ["ELIGO_RULES"] = str(_place("@rules", folder))
    with contextlib.chdir(folder):
        try:
            for name, content in made.files.items():
                path = Path(name)
                if "/" in name:
                    path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
            yield
        finally:
            if not WRITERS.isdisjoint(made.arguments):
                for word in PLACES:
                    shutil.rmtree(folder.with_name(f"{folder.name}{word}"), ignore_errors=True)
            with os.scandir() as entries:
                for entry in list(entries):
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        Path(entry.path).unlink()


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """Raise where the time that this process may work, not that of the clock, is up; and again where that was lost."""

    def late(*_: object) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SLOWEST, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
