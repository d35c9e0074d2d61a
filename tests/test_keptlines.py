"""What is kept by lines is found again, and what is not whole or not ours is as if it were not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from eligo import keptlines
from eligo.keptlines import KeptLines


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELIGO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _add(**data: object) -> None:
    lines = KeptLines("import", "key")
    for name, value in data.items():
        lines.add(name, value)
    lines.close()


def _get(*names: str) -> list[object]:
    lines = KeptLines("import", "key")
    found = [lines.get(name) for name in names]
    lines.close()
    return found


def test_the_last_data_of_a_name_are_found(folder: Path) -> None:
    _add(a=[1, "x y"], b={"c": None})
    _add(a=2)

    assert _get("a", "b", "c") == [2, {"c": None}, None]


def test_another_key_and_other_code_have_their_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _add(a=1)

    other = KeptLines("import", "other")
    assert other.get("a") is None
    other.close()
    monkeypatch.setattr(keptlines, "code_state", lambda: b"other")
    assert _get("a") == [None]


@pytest.mark.parametrize("cut", range(2, 24))
def test_what_a_killed_run_left_of_a_line_is_ignored(folder: Path, cut: int) -> None:
    _add(a=1, b=22)
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:-cut])
    _add(c=3)

    assert _get("a", "b", "c") == [1, None, 3]


def test_a_line_with_another_byte_is_ignored(folder: Path) -> None:
    _add(a=100, b=200)
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes().replace(b"100", b"101"))

    assert _get("a", "b") == [None, 200]


def test_a_file_in_which_most_lines_are_replaced_begins_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keptlines, "_DEAD", 2)
    for number in range(5):
        _add(a=number)
    (file,) = folder.iterdir()

    assert _get("a") == [None]
    assert file.read_bytes() == b""


@pytest.mark.parametrize("place", ["", "/dev/null/cache"])
def test_where_nothing_can_be_kept_nothing_is_found(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_CACHE", place)
    _add(a=1)

    assert _get("a") == [None]


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    _add(a=1)
    (file,) = folder.iterdir()
    file.unlink()
    file.mkdir()
    _add(a=1)

    assert _get("a") == [None]
