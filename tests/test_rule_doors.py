"""Which rule sets a command works on: those of a file or a folder, and of them the trials that are chosen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.doors import Run

ROOT = Path(__file__).resolve().parents[1]
PATIENT = ROOT / "patients_examples" / "low_platelets.json"
TWO = ("NCT04822922", "NCT05948982")
OF_ALL = {
    "screen": ("screen", PATIENT),
    "next": ("next", PATIENT, "--each"),
    "audit": ("audit", PATIENT),
    "answer": ("answer", PATIENT, "--list", "--json"),
    "form": ("form",),
    "new": ("new", "-", "--template", "--as-of", "2026-11-20"),
    "check": ("check",),
    "fmt": ("fmt", "--check", "--json"),
    "test": ("test",),
}
OF_ONE = {
    "explain": ("explain",),
    "cases": ("cases", "--json"),
    "review": ("review", "--list"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two trials with their cases, one of them in a file of another name."""
    rules = tmp_path / "rules"
    rules.mkdir()
    for trial, name in zip(TWO, (TWO[0], "hbv"), strict=True):
        for end in (".yaml", ".cases.yaml"):
            shutil.copy(ROOT / "rules" / f"{trial}{end}", rules / f"{name}{end}")
    return rules


@pytest.mark.parametrize("command", OF_ALL)
def test_a_file_a_trial_and_all_but_the_other_are_the_same(command: str, run: Run, folder: Path) -> None:
    words = OF_ALL[command]
    by_file = run(*words, "--rules", folder / f"{TWO[0]}.yaml", *(("--trial", TWO[0]) if command == "form" else ()))
    by_trial = run(*words, "--rules", folder, "--trial", TWO[0].lower())
    by_others = run(*words, "--rules", folder, "--exclude-trial", TWO[1])

    assert by_file.code not in (1, 2), by_file.err
    assert by_file == by_trial == by_others


@pytest.mark.parametrize("command", OF_ALL)
def test_an_unknown_trial_is_named_with_the_nearest(command: str, run: Run, folder: Path) -> None:
    result = run(*OF_ALL[command], "--rules", folder, "--trial", "NCT0482292")

    assert (result.code, result.out) == (1, "")
    assert f"did you mean `{TWO[0]}`?" in result.err or f'did you mean `{TWO[0]}`?"' in result.err


@pytest.mark.parametrize("command", OF_ALL)
def test_no_trial_left_is_an_error(command: str, run: Run, folder: Path) -> None:
    result = run(*OF_ALL[command], "--rules", folder, "--exclude-trial", TWO[0], "--exclude-trial", TWO[1])

    assert result.code == 1
    assert "no trial is left" in result.err


@pytest.mark.parametrize("command", OF_ONE)
def test_one_trial_is_named_by_its_id_its_file_or_by_being_alone(command: str, run: Run, folder: Path) -> None:
    words, file = OF_ONE[command], folder / f"{TWO[0]}.yaml"
    results = [
        run(*words, TWO[0], "--rules", folder),
        run(*words, "--trial", TWO[0], "--rules", folder),
        run(*words, file),
        run(*words, "--rules", file),
    ]
    unnamed = run(*words, "--rules", folder)

    assert results[0].code == 0
    assert results[0].out
    assert all(result == results[0] for result in results)
    assert unnamed.code == 1
    assert f"name one of {TWO[0]}, hbv" in unnamed.err


def test_versions_of_one_trial_are_compared_alone(run: Run, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "new")
    file = tmp_path / "new" / f"{TWO[0]}.yaml"
    file.write_text(file.read_text("utf-8").replace("le: 70", "le: 60"), "utf-8")
    chosen = run("diff", folder, tmp_path / "new", "--trial", TWO[0])
    others = run("diff", folder, tmp_path / "new", "--exclude-trial", TWO[0])
    unknown = run("diff", folder, tmp_path / "new", "--trial", "NCT0482292")

    assert "age" in chosen.out
    assert TWO[0] not in others.out
    assert (unknown.code, f"did you mean `{TWO[0]}`?" in unknown.err) == (1, True)
