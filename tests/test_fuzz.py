"""Hostile inputs: what was once a finding is none any more, and a short run of new ones gives none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.fuzz import KEPT, finding, inputs, keep, kept, smaller
from bench.hostile import KINDS, Input

SHORT = 8 * len(KINDS)  # inputs; `make fuzz` runs many more


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.json")), ids=lambda p: p.stem)
def test_what_was_found_once_is_mended(path: Path) -> None:
    assert finding(kept(path)) is None


def test_a_short_run_finds_nothing() -> None:
    found = {(kind, wrong, made.arguments) for kind, made in inputs(SHORT, 7, list(KINDS)) if (wrong := finding(made))}

    assert found == set()


def test_the_same_seed_gives_the_same_inputs() -> None:
    assert list(inputs(50, 3, list(KINDS))) == list(inputs(50, 3, list(KINDS)))
    assert list(inputs(50, 3, list(KINDS))) != list(inputs(50, 4, list(KINDS)))


def test_a_finding_is_made_small_and_kept_as_it_is(tmp_path: Path) -> None:
    made = Input({"x.json": b"a" * 500 + b"bad" + b"c" * 300}, ("screen", "x.json"))

    def check(made: Input) -> str | None:
        return "bad" if b"bad" in made.files["x.json"] else None

    small = smaller(made, "bad", check)

    assert small.files == {"x.json": b"bad"}
    assert kept(keep(small, "bad", tmp_path)) == small


def test_an_error_that_nobody_expects_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("eligo.commands.convert.find_variable", broken)
    made = Input({}, ("convert", "2 mg/dL", "--variable", "creatinine"))

    assert (finding(made) or "").startswith("internal: KeyError")
