"""Many records at once: on all cores and one by one the same comes of them, and a run that was ended goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.work import record
from eligo.commands import import_many
from eligo.commands.import_many import import_all
from eligo.trials.pieces import MAX_BYTES, Piece, pieces
from eligo.trials.sources import Document, documents_of
from tests.doors import Run

ROOT = Path(__file__).resolve().parents[1]
COUNT = 40
LONGEST = 60.0  # seconds that a run may take to write its first files


def _lines(count: int = COUNT, version: int = 1) -> list[str]:
    return [json.dumps(record(number, version)) for number in range(count)]


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Many records, one a line."""
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(_lines()), "utf-8")
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pieces whose documents are read, in this process."""
    names = list[str]()

    def counted(piece: Piece) -> Iterator[Document]:
        names.append(piece.file)
        return documents_of(piece)

    monkeypatch.setattr(import_many, "documents_of", counted)
    return names


# --- the same from one process and from two


def _mixed(folder: Path) -> None:
    """Every kind of source: lines, a list, a zip, files; one broken, one twice, one in other words."""
    lines = _lines()
    (folder / "a.jsonl").write_text("\n".join([*lines[:10], "{broken", *lines[10:20]]), "utf-8")
    (folder / "b.json").write_text(f"[{','.join(lines[20:30])}]", "utf-8")
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        for number, line in enumerate(lines[30:]):
            archive.writestr(f"{number}.json", line)
        archive.writestr("lines.ndjson", "\n".join(lines[:3]))
    (folder / "d.json").write_text(json.dumps(record(5, 2)), "utf-8")
    (folder / "e.json").write_bytes(b"\xff\xfe")


def test_two_processes_write_and_say_what_one_does(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    _mixed(tmp_path / "in")
    found = []
    for count in ("1", "2"):
        place = tmp_path / count
        place.mkdir()
        result = run("import", tmp_path / "in", "--rules", place / "rules", "--processes", count)
        found.append((result.code, result.out.replace(str(place), ""), result.err, _files(place / "rules")))

    assert found[0] == found[1]
    code, out, err, files = found[0]
    assert code == 1
    assert len(files) == COUNT
    assert out.count(": written;") == COUNT
    assert out.count(": unchanged;") == 3
    assert [line.partition(": error")[0] for line in err.splitlines() if ": error" in line] == [
        f"{tmp_path}/in/{name}" for name in ("a.jsonl:11:1:2", "d.json", "e.json")
    ]
    assert "43 trials imported, 3 sources failed" in out


def test_a_large_list_is_parted_into_its_records(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    (tmp_path / "list.json").write_text(f'{{"studies": [{",".join(_lines(3))}, 5]}}', "utf-8")
    whole = run("import", tmp_path / "list.json", "--rules", tmp_path / "whole")
    once = len(read)
    monkeypatch.setattr("eligo.trials.sources._LARGE", 10)
    parted = run("import", tmp_path / "list.json", "--rules", tmp_path / "other")

    assert (once, len(read) - once) == (1, 4)
    assert _files(tmp_path / "other") == _files(tmp_path / "whole")
    assert parted.err == whole.err
    assert parted.out.replace("/other/", "/whole/") == whole.out


# --- going on


def _killed(source: Path, rules: Path, after: Callable[[], bool], number: int) -> int:
    arguments = [sys.executable, "-m", "eligo", "import", source, "--rules", rules, "--processes", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(list(map(str, arguments)), env=environment, stdout=subprocess.PIPE) as process:
        end = time.monotonic() + LONGEST
        while not after() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        process.send_signal(number)
        process.communicate()
    return process.returncode


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_import_goes_on_where_it_was_ended(
    run: Run, tmp_path: Path, source: Path, read: list[str], number: signal.Signals
) -> None:
    source.write_text("\n".join(_lines(4 * COUNT)), "utf-8")
    rules = tmp_path / "rules"
    code = _killed(source, rules, lambda: len(list(rules.glob("NCT*"))) > 10, number)
    before = list(rules.glob("NCT*"))
    result = run("import", source, "--rules", rules, "--processes", "1")

    assert code == (-number if number == signal.SIGKILL else 128 + number)
    assert 10 < len(before) < 4 * COUNT
    assert result.code == 0
    assert result.out.count(": unchanged;") == len(before)
    assert len(read) in (4 * COUNT - len(before), 4 * COUNT - len(before) + 1)  # the last one may not be noted
    run("import", source, "--rules", tmp_path / "undisturbed")
    assert {path.name: path.read_bytes() for path in sorted(rules.glob("NCT*"))} == _files(tmp_path / "undisturbed")


def test_what_is_done_is_said_again_but_not_read(run: Run, tmp_path: Path, source: Path, read: list[str]) -> None:
    first = run("import", source, "--rules", tmp_path / "rules", "--json", "--processes", "1")
    count = len(read)
    again = run("import", source, "--rules", tmp_path / "rules", "--json")

    assert len(read) == count == COUNT
    assert list(map(json.loads, again.out.splitlines())) == [
        json.loads(line) | {"written": False} for line in first.out.splitlines()
    ]


def test_without_a_cache_all_is_read_and_the_same_is_said(
    run: Run, tmp_path: Path, source: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", source, "--rules", tmp_path / "rules", "--processes", "1")
    again = run("import", source, "--rules", tmp_path / "rules", "--processes", "1")
    count = len(read)
    monkeypatch.setenv("ELIGO_CACHE", "")

    assert run("import", source, "--rules", tmp_path / "rules", "--processes", "1") == again
    assert len(read) == 2 * count


def _edited(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("criteria:\n", "# mine\ncriteria:\n"), "utf-8")


def _gone(file: Path) -> None:
    file.unlink()


def _broken(file: Path) -> None:
    file.write_text("trial: [\n", "utf-8")


@pytest.mark.parametrize(("change", "said"), [(_edited, "unchanged"), (_gone, "written"), (_broken, None)])
def test_a_file_that_is_no_longer_what_was_written_is_looked_at_again(
    run: Run, tmp_path: Path, source: Path, read: list[str], change: Callable[[Path], None], said: str | None
) -> None:
    rules = tmp_path / "rules"
    run("import", source, "--rules", rules, "--processes", "1")
    read.clear()
    file = rules / "NCT00000007.yaml"
    change(file)
    content = file.read_bytes() if file.exists() else None
    result = run("import", source, "--rules", rules, "--processes", "1")

    assert read == [f"{source}:8"]
    assert (file.read_bytes() == content) == (content is not None)
    assert [line.split()[1] for line in result.out.splitlines() if str(file) in line] == ([f"{said};"] if said else [])
    assert result.code == (0 if said else 1)


def test_a_record_that_has_changed_is_read_again_and_a_person_s_work_stays(
    run: Run, tmp_path: Path, source: Path, read: list[str]
) -> None:
    rules = tmp_path / "rules"
    run("import", source, "--rules", rules, "--processes", "1")
    read.clear()
    _edited(rules / "NCT00000002.yaml")
    lines = _lines()
    lines[2] = json.dumps(record(2, 2))
    source.write_text("\n".join(lines), "utf-8")
    result = run("import", source, "--rules", rules, "--processes", "1")

    assert read == [f"{source}:3"]
    assert "NCT00000002.yaml: updated;" in result.out
    assert "# mine\n" in (rules / "NCT00000002.yaml").read_text("utf-8")


def test_what_the_caller_says_of_a_source_counts_too(run: Run, tmp_path: Path, read: list[str]) -> None:
    (tmp_path / "a.txt").write_text("Inclusion Criteria:\n- INR below 2\n", "utf-8")
    for name in ("ONE", "TWO"):
        assert run("import", tmp_path / "a.txt", "--rules", tmp_path / "rules", "--trial", name).code == 0

    assert sorted(_files(tmp_path / "rules")) == ["ONE.yaml", "TWO.yaml"]
    assert len(read) == 2


# --- as many as there are


def test_records_are_taken_only_a_little_ahead_of_what_is_told(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = 0

    def counted(name: str, max_bytes: int) -> Iterator[Piece]:
        nonlocal taken
        for piece in pieces(name, max_bytes):
            taken += 1
            yield piece

    monkeypatch.setattr(import_many, "pieces", counted)
    told = import_all([str(source)], tmp_path / "rules", None, MAX_BYTES, 1)

    assert [taken - done for done, _ in enumerate(told)] == [
        min(COUNT, -(-(done + 1) // 8) * 8) - done for done in range(COUNT)
    ]


def test_the_limit_of_size_is_that_of_a_line(run: Run, tmp_path: Path, source: Path) -> None:
    lines = _lines(3)
    long = json.dumps({**record(1, 1), "more": "x" * 700_000})
    source.write_text("\n".join([lines[0], long, lines[2]] * 3), "utf-8")
    result = run("import", source, "--rules", tmp_path / "rules", "--max-size", "1")

    assert source.stat().st_size > 2_000_000
    assert (result.code, sorted(_files(tmp_path / "rules"))) == (0, [f"NCT0000000{n}.yaml" for n in range(3)])


def test_a_line_that_is_no_text_is_refused_alone(run: Run, tmp_path: Path, source: Path) -> None:
    one, two = (line.encode() for line in _lines(2))
    source.write_bytes(b"\xef\xbb\xbf" + one + b"\r\n\xff{}\n\n" + two + b"\n")
    result = run("import", source, "--rules", tmp_path / "rules")

    assert result.code == 1
    assert result.err.startswith(f"{source}:2: error[encoding]: the file is not UTF-8 (byte 0)\n")
    assert len(_files(tmp_path / "rules")) == 2


def test_of_lines_in_a_damaged_part_of_a_zip_none_is_used(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl", "\n".join(_lines(3)))
        archive.writestr("b.json", _lines(4)[3])
    path.write_bytes(path.read_bytes().replace(b"made up, number 2", b"made up, number 7", 1))
    result = run("import", path, "--rules", tmp_path / "rules")

    assert result.err.startswith(f"{path}/a.jsonl: error[zip]: this part of the zip is damaged or locked\n")
    assert sorted(_files(tmp_path / "rules")) == ["NCT00000003.yaml"]


def test_on_a_terminal_it_is_shown_how_far_of_how_many_it_has_come(
    run: Run, tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_FIRST", "_EVERY"):
        monkeypatch.setattr(f"eligo.commands.progress.{name}", 0.0)
    with zipfile.ZipFile(tmp_path / "records.zip", "w") as archive:
        for number, line in enumerate(_lines()):
            archive.writestr(f"{number}.json", line)
    quiet = run("import", source, "--rules", tmp_path / "quiet")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    lines, parts = (run("import", name, "--rules", tmp_path / name.stem) for name in (source, tmp_path / "records.zip"))

    assert quiet.err == ""
    assert "\r32 trials, " in lines.err
    assert f"\r32 of {COUNT} trials, " in parts.err
