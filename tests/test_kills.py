"""Work that a signal meets loses nothing: a few seeded moments of each kind, and moments counted in calls."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from bench.kills import faults, full, moments, prepared
from bench.work import KINDS
from eligo import textfile
from eligo.ending import SIGNALS, held, signals
from eligo.errors import Place
from eligo.isolation import Isolated
from tests.doors import PATIENT, RULES, Run

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes of a group are not known")

SIZE, MOMENTS = 8, 2


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Signals as a terminal leaves them."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_lost_at_a_few_moments(name: str, tmp_path: Path) -> None:
    stage = prepared(name, tmp_path, SIZE)

    assert [faults(stage, moment) for moment in moments(stage.kind, MOMENTS, "7")] == [[]] * MOMENTS


def test_nothing_is_lost_on_a_full_disk(tmp_path: Path) -> None:
    stage = prepared("import", tmp_path, SIZE)

    assert {place: found for place, found in full(stage) if found} == {}


def test_the_same_seed_gives_the_same_moments() -> None:
    kind = KINDS["screen"]

    assert list(moments(kind, 50, "3")) == list(moments(kind, 50, "3")) != list(moments(kind, 50, "4"))


class _AtCall:
    """Sends this process a signal when code of a file has been entered or left so many times."""

    def __init__(self, number: int, at: int, file: str) -> None:
        self.number, self.left, self.file = number, at, file

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        if frame.f_code.co_filename.endswith(self.file):
            self.left -= 1
            if not self.left:
                sys.setprofile(None)
                os.kill(os.getpid(), self.number)


def _with(profile: Callable[[FrameType, str, object], None], work: Callable[[], object]) -> None:
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize(("file", "count"), [("argparse.py", 12), (".py", 20)])
def test_a_signal_is_answered_at_any_call(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: str, count: int
) -> None:
    from eligo.cli import main

    arguments = ["screen", PATIENT, PATIENT, "--rules", RULES, "--json", "--brief", "--processes", "1"]
    whole = run(*arguments).out
    calls = _AtCall(0, -1, file)
    _with(calls, lambda: main(arguments))
    capsys.readouterr()
    chance = random.Random(5)
    for _ in range(count):
        number = chance.choice(SIGNALS)
        codes = list[int]()
        at = chance.randrange(1, -1 - calls.left)
        with contextlib.suppress(KeyboardInterrupt), signals():  # what comes before or after the command's own
            _with(_AtCall(number, at, file), lambda codes=codes: codes.append(main(arguments)))  # type: ignore[misc]
        out, err = capsys.readouterr()

        assert codes in ([], [128 + number]), (number, at)
        assert whole.startswith(out)
        assert "internal" not in err
        assert not out or out.endswith("\n")


def test_a_signal_that_comes_last_leaves_what_was_before(monkeypatch: pytest.MonkeyPatch) -> None:
    change, before = signal.signal, [lambda *_: None for _ in SIGNALS]
    for number, handler in zip(SIGNALS, before, strict=True):
        change(number, handler)

    def interrupted(number: int, handler: Callable[[int, FrameType | None], None]) -> None:
        change(number, handler)
        os.kill(os.getpid(), signal.SIGHUP)

    with contextlib.suppress(KeyboardInterrupt), signals():
        monkeypatch.setattr(signal, "signal", interrupted)
    monkeypatch.undo()

    assert [signal.getsignal(number) for number in SIGNALS] == before
    with signals():  # nothing of it is noted still
        pass


def test_what_other_code_makes_of_a_signal_is_no_problem_of_a_patient() -> None:
    def covered() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            raise AttributeError("left half made")

    with pytest.raises(KeyboardInterrupt), signals(), Isolated(Place("a.json")):
        covered()


def test_a_signal_waits_until_a_file_is_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sync = os.fsync

    def interrupted(handle: int) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        sync(handle)

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt), signals():
        textfile.write_text(tmp_path / "rules.yaml", "trial: X\n")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("rules.yaml", "trial: X\n")]


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        (tmp_path / "never").touch()

    with pytest.raises(KeyboardInterrupt), signals(), held():
        twice()

    assert not (tmp_path / "never").exists()


def test_what_a_killed_run_left_is_taken_away_by_the_next_that_writes(tmp_path: Path) -> None:
    file, old, young, others = (tmp_path / n for n in ("a.yaml", ".a.yaml.abcdefgh", ".a.yaml.zbcdefgh", ".b.yaml.x"))
    for path in (old, young, others):
        path.touch()
    for path in (old, others):
        os.utime(path, (0, 0))

    textfile.replace_text(file, None, "x")

    assert sorted(tmp_path.iterdir()) == sorted([file, young, others])


def test_an_answer_that_cannot_be_written_ends_the_review(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KINDS["review"].prepare(tmp_path, SIZE)

    def full_disk(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full_disk)
    result = run("review", "NCT00000007", "--rules", tmp_path / "rules", "--by", "A", stdin=b"a\na\n")

    assert result.code == 1
    assert "no space left" in result.err
    assert "make room" in result.err
    assert result.out.count(" [a accept") == 1


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["screen", "--help"], ["schema", "site"]])
def test_help_that_finds_no_room_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    from eligo.cli import main

    with Path("/dev/full").open("w", encoding="utf-8") as none:
        monkeypatch.setattr(sys, "stdout", none)
        code = main(arguments)

        assert code == 1
    assert "no space left" in capfd.readouterr().err
