"""Strict JSON: what is read is what the standard parser reads, and what is refused has its line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.errors import EligoError
from eligo.files import read_bytes
from eligo.jsontext import JsonPath, path_text, read_json, shown, survey

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
_LAYOUT = st.sampled_from([None, 1, "\t"])


@settings(max_examples=150, deadline=None)
@given(_JSON, _LAYOUT, st.booleans())
def test_json_is_read_back(data: Any, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)

    assert read_json(text) == data
    assert read_json(text.encode()) == data
    assert read_json(b"\xef\xbb\xbf" + text.encode()) == data


@settings(max_examples=150, deadline=None)
@given(_JSON, _LAYOUT)
def test_every_part_has_its_place(data: Any, indent: int | str | None) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    places = survey(text).places

    assert set(places) == {path for path, _ in _parts(data)}
    for path, value in _parts(data):
        line, column = places[path]
        rest = "\n".join(text.split("\n")[line - 1 :])[column - 1 :]
        key = json.dumps(path[-1], ensure_ascii=False) if path and isinstance(path[-1], str) else ""
        assert rest.startswith(key or json.dumps(value, ensure_ascii=False)[:1])


def _parts(data: Any, path: JsonPath = ()) -> list[tuple[JsonPath, Any]]:
    found = [(path, data)]
    if isinstance(data, dict):
        found += [part for key, value in data.items() for part in _parts(value, (*path, key))]
    if isinstance(data, list):
        found += [part for i, value in enumerate(data) for part in _parts(value, (*path, i))]
    return found


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{"a": 1, "a": 2}', "duplicate-key", 1, 10),
        ('{"a": [{"b": 1,\n "b": 1}]}', "duplicate-key", 2, 2),
        ('{"a": 1, "\\u0061": 2}', "duplicate-key", 1, 10),
        ("[1,\n NaN]", "json-number", 2, 2),
        ("[-Infinity]", "json-number", 1, 2),
        ("[1e999]", "json-number", 1, 2),
        ("[" + "9" * 5000 + "]", "json-number", 1, 2),
        ('{"a": }', "json-syntax", 1, 7),
        ("[1] [2]", "json-syntax", 1, 5),
        ('["a\nb"]', "json-syntax", 1, 4),
        ('[1, "\\ud800"]', "json-character", 1, 5),
        ('["\ud800"]', "json-character", 1, 2),
    ],
)
def test_what_is_refused_has_its_place(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(EligoError) as error:
        read_json(text, "f.json")
    problem = error.value.problems[0]

    assert (problem.code, problem.place.file) == (code, "f.json")
    assert (problem.place.line, problem.place.column) == (line, column)


def test_all_duplicates_and_numbers_are_reported_at_once() -> None:
    with pytest.raises(EligoError) as error:
        read_json('{"a": NaN, "b": {"c": 1, "c": Infinity}, "b": 0}')

    assert [p.place.path for p in error.value.problems] == ["a", "b.c", "b.c", "b"]


def test_a_long_text_with_a_duplicate_key_is_refused_without_a_scan() -> None:
    text = "[" + "{}," * 600_000 + '{"a": 1, "a": 2}]'
    with pytest.raises(EligoError, match="a key appears twice") as error:
        read_json(text, "long.json")

    assert error.value.problems[0].place.line is None


def test_the_size_limit_holds_for_files_and_texts(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"[1, 2, 3]")

    assert read_bytes(file, 9) == b"[1, 2, 3]"
    with pytest.raises(EligoError, match=r"a.json: error\[file-too-large\]: the file is larger than 8 bytes"):
        read_bytes(file, 8)
    with pytest.raises(EligoError, match=r"error\[file-too-large\]"):
        read_json("[1, 2, 3]", max_bytes=8)


def test_the_encodings_that_are_no_utf_8_are_named() -> None:
    for encoding, name in (
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-16-be", "UTF-16"),
        ("utf-32-le", "UTF-32"),
    ):
        with pytest.raises(EligoError, match=f"the file is in .*{name}"):
            read_json('{"a": 1}'.encode(encoding))
    with pytest.raises(EligoError, match="Latin-1"):
        read_json('{"a": "é"}'.encode("latin-1"))


def test_words_of_a_file_are_shown_on_one_printable_line() -> None:
    assert shown("a\x1b[31mb\nc") == "a?[31mb?c"
    assert len(shown("x" * 500)) == 60
    assert path_text(("a b", 0, "c", 'd"e')) == '["a b"][0].c["d\\"e"]'
