"""However a run ends, no line is cut, no process stays behind, and no verdict or traceback is made of a stream."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from bench.patients import write
from eligo.commands.crowd import BATCH, in_order
from eligo.ending import Ended, emit, signals
from tests.doors import PATIENT, RULES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of POSIX")

SCREEN = ["screen", PATIENT, "--rules", RULES, "--json"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture(autouse=True, scope="module")
def heeded() -> Iterator[None]:
    """Signals as a terminal leaves them: a shell's background jobs ignore some, and hand that on to what they start."""
    heard: dict[signal.Signals, Any] = {
        signal.SIGHUP: signal.SIG_DFL,
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, handler) for number, handler in heard.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _begin(arguments: list[str], **more: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "eligo", *arguments]
    return subprocess.Popen(command, env=ENVIRONMENT, start_new_session=True, **more)


def _group(group: int) -> list[int]:
    """The processes of a group that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, pgrp = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(pgrp) == group and state != "Z":
                found.append(int(entry.name))
    return found


def _until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crowd") / "patients.jsonl"
    write(path, 100 * BATCH)
    return path


def _screening(crowd: Path, out: IO[bytes], *more: str) -> subprocess.Popen[bytes]:
    """A bulk screening that has begun to print, with its workers."""
    process = _begin(["screen", str(crowd), "--json", "--processes", "2", *more], stdout=out, stderr=subprocess.PIPE)
    assert _until(lambda: Path(out.name).stat().st_size > 100_000)
    return process


def _whole(path: Path) -> list[Any]:
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda n: n.name)
def test_a_signal_ends_a_bulk_run_after_a_whole_line(number: signal.Signals, crowd: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        process = _screening(crowd, out)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 128 + number
    assert b"Traceback" not in err
    assert _whole(tmp_path / "out")
    assert _until(lambda: not _group(process.pid), 2)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes of a group are not known")
def test_workers_die_with_a_parent_that_is_killed(crowd: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        process = _screening(crowd, out)
        assert _until(lambda: len(_group(process.pid)) == 3)
        process.kill()
        process.wait()

    assert _until(lambda: not _group(process.pid), 2)
    assert process.stderr is not None
    process.stderr.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes of a group are not known")
def test_a_worker_that_is_killed_costs_no_patient(crowd: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        process = _screening(crowd, out, "--brief")
        worker = next(found for found in _group(process.pid) if found != process.pid)
        os.kill(worker, signal.SIGKILL)
        _, err = process.communicate(timeout=300)

    ids = [line["patient"] for line in _whole(tmp_path / "out")]
    assert ids == [f"synthetic-{n:06}" for n in range(100 * BATCH)]
    assert process.returncode in (0, 3, 4)
    assert b"killed" not in err


def _deadly(batch: list[int]) -> list[int]:
    if 100 in batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


def _start(_: object) -> None:
    return


def test_only_the_job_that_kills_its_process_is_given_up() -> None:
    found = list(in_order(range(5 * BATCH), _deadly, _start, None, 2, lambda job: -job))

    assert found == [-n if n == 100 else n for n in range(5 * BATCH)]


def test_a_signal_waits_for_the_line_that_is_being_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = sys.stdout.write

    def interrupted(text: str) -> int:
        whole(text[:3])
        os.kill(os.getpid(), signal.SIGTERM)
        return whole(text[3:])

    monkeypatch.setattr(sys.stdout, "write", interrupted)
    with pytest.raises(Ended) as end, signals():
        emit('{"a": 1}\n')

    assert end.value.number == signal.SIGTERM
    assert capsys.readouterr().out == '{"a": 1}\n'


STREAMS = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])  # as containers often are


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More of them than a pipe holds when they are read."""
    path = tmp_path_factory.mktemp("sentences") / "lines.jsonl"
    rows = ({"id": n, "section": "inclusion", "text": f"{n} {'words ' * 60}"} for n in range(600))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@STREAMS
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how much a pipe holds is not known")
def test_a_signal_cuts_no_write_that_waits_for_a_slow_reader(sentences: Path, unbuffered: str) -> None:
    environment = {**ENVIRONMENT, "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "eligo", "parse", "--jsonl", str(sentences), "--processes", "1"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        full = process.stdout.fileno()
        assert _until(lambda: _waiting(full) >= PIPE - 4096)
        time.sleep(0.2)  # it waits now for somebody to read
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 128 + signal.SIGTERM
    assert err == b""
    assert len(out) > PIPE
    assert [json.loads(line)["id"] for line in out.splitlines()] == list(range(out.count(b"\n")))
    assert out.endswith(b"\n")


PIPE = 64 * 1024  # bytes that one holds


def _waiting(handle: int) -> int:
    """The bytes that a pipe holds."""
    import fcntl
    import struct
    import termios

    held: bytes = fcntl.ioctl(handle, termios.FIONREAD, b"\0" * 4)
    (size,) = struct.unpack("i", held)
    assert isinstance(size, int)
    return size


@STREAMS
def test_an_output_that_does_not_fit_is_an_error(tmp_path: Path, unbuffered: str) -> None:
    import resource

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    with (tmp_path / "out").open("wb") as out:
        environment = {**ENVIRONMENT, "PYTHONUNBUFFERED": unbuffered}
        command = [sys.executable, "-m", "eligo", "schema", "patient"]
        done = subprocess.run(
            command, env=environment, stdout=out, stderr=subprocess.PIPE, preexec_fn=small_files, check=False
        )

    assert done.returncode == 1
    assert b"error[system]: the system says: file too large" in done.stderr


def test_a_stream_that_does_not_wait_is_made_to(sentences: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    command = [sys.executable, "-m", "eligo", "parse", "--jsonl", str(sentences)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        time.sleep(0.5)  # so that the pipe is full before anything is taken
        with open(reading, "rb") as pipe:  # noqa: PTH123 - it has no path
            out = pipe.read()
        _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (0, b"")
    assert out.count(b"\n") == 600


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-", "2>/dev/full", "<&- 2>&-"])
@pytest.mark.parametrize("more", ["", "--lenient --margin 5%"])
def test_a_closed_or_full_stream_turns_no_verdict(closed: str, more: str) -> None:
    command = f'"$0" -m eligo screen "$1" "$1" --rules "$2" --json {more} {closed}'
    shell = ["/bin/sh", "-c", command, sys.executable, PATIENT, RULES]
    done = subprocess.run(shell, env=ENVIRONMENT, capture_output=True, timeout=120, check=False)

    assert done.returncode == 0
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"Exception" not in done.stdout + done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_an_error_and_no_traceback() -> None:
    with Path("/dev/full").open("wb") as full:
        done = _begin(SCREEN, stdout=full, stderr=subprocess.PIPE)
        _, err = done.communicate(timeout=60)

    assert done.returncode == 1
    assert json.loads(err)["code"] == "system"


INTERRUPTED_IMPORT = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
from eligo.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["eligo.cli", "argparse", "eligo.ending", "eligo.errors"])
def test_an_interrupt_while_the_commands_are_imported_shows_no_traceback(module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED_IMPORT, module]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, timeout=60, check=False)

    assert done.returncode == -signal.SIGINT
    assert done.stderr == b""


class _Referred:
    """Something that can be referred to weakly."""


def test_a_signal_in_code_that_cannot_raise_ends_the_run_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    def met(_: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    referred = _Referred()
    reference = weakref.ref(referred, met)

    with pytest.raises(Ended), signals():
        del referred

    assert reference() is None
    assert capsys.readouterr().err == ""
