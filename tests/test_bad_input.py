"""Whatever comes in, an error that names its place comes out, no value of a patient, and no traceback."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.doors import DOORS, PATIENT, RULES, VALUE, Run

ROOT = Path(__file__).resolve().parents[1]


# --- bad records


def _record(**parts: Any) -> str:
    return json.dumps({"id": "x", "as_of": "2026-11-20"} | parts)


BAD_RECORDS: dict[str, tuple[str | bytes, str]] = {
    "broken": ('{"id": "x",\n "as_of": "2026-11-20"\n "sex": "male"}', ":3:2: error[json-syntax]"),
    "cut_off": ('{"id": "x", "labs": {"INR": 1.', ":1:"),
    "duplicate_key": ('{"id": "x",\n"as_of": "2026-11-20", "id": "y"}', ":2:24"),
    "duplicate_lab": (
        f'{{"as_of": "2026-11-20", "labs": {{"INR": 1,\n "INR": {VALUE}}}}}',
        ":2:2: error",
    ),
    "not_an_object": ("[1]", ":1:1: error[wrong-type]"),
    "unknown_key": (_record(labz={"INR": VALUE}), "did you mean `labs`"),
    "unknown_variable": (_record(labs={"plateletz": VALUE}), ' at labs["#1"]: error'),
    "unknown_concept": (_record(conditions=[{"concept": "cirrhosiss"}]), "did you mean `cirrhosis`"),
    "wrong_type": (_record(labs=VALUE), " at labs: error"),
    "unit_that_does_not_fit": (_record(labs={"platelets": f"{VALUE} kg"}), "the unit `kg` does not fit `platelets`"),
    "unknown_unit": (_record(labs={"platelets": f"{VALUE} foo"}), "the unit is not known"),
    "nan": ('{"as_of": "2026-11-20",\n"labs": {"INR": NaN}}', ":2:17: error[json-number]"),
    "infinity": ('{"as_of": "2026-11-20",\n"labs": {"INR": -Infinity}}', ":2:"),
    "overflow": ('{"as_of": "2026-11-20",\n"labs": {"INR": 1e999}}', ":2:17: error[json-number]"),
    "negative": (_record(labs={"INR": -98765}), "at labs.INR: error[value-implausible]"),
    "future": (
        _record(observations=[{"variable": "INR", "value": 1.2, "date": "2026-12-24"}]),
        "at observations: error[after-as-of]",
    ),
    "born_after_as_of": (_record(birth_date="2027-01-01"), " at birth_date: error[birth-after-as-of]"),
    "no_day": ('{"id": "x"}', "error[as-of-missing]"),
    "empty": ("", "error[json-empty]"),
    "blank": (" \n\t", "error[json-empty]"),
    "utf16": (_record().encode("utf-16"), "UTF-16"),
    "latin1": ('{"id": "Zoë"}'.encode("latin-1"), ":1:11: error[json-encoding]"),
    "nested": ("[" * 50_000, "error[json-depth]"),
    "binary": (bytes(range(256)) * 40, "error[json"),
    "half_a_character": (b'{"id": "\\ud800", "as_of": "2026-11-20"}', "error[json-character]"),
}
IN_PART = {"unit_that_does_not_fit", "unknown_unit", "negative", "future"}  # the patient is screened without the entry


@pytest.mark.parametrize("name", BAD_RECORDS)
def test_a_bad_record_gives_an_error_that_names_its_place(name: str, run: Run, tmp_path: Path) -> None:
    content, message = BAD_RECORDS[name]
    path = tmp_path / f"{name}.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for command in (["screen", str(path)], ["audit", str(path), "NCT00000001"]):
        result = run(*command, "--rules", RULES)

        assert result.code == (14 if name in IN_PART else 1)
        assert str(path) in result.err
        assert message in result.err
        assert VALUE not in result.err


def test_fifty_megabytes_of_junk_are_refused_at_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "junk.json"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    result = run("screen", path, "--rules", RULES)

    assert (result.code, result.out) == (1, "")
    assert f"{path}: error[file-too-large]" in result.err


def test_a_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    result = run("screen", tmp_path / "gone.json", "--rules", RULES)

    assert (result.code, result.out) == (1, "")
    assert f"{tmp_path / 'gone.json'}: error[file-missing]" in result.err


def test_a_bad_record_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    shutil.copy(PATIENT, tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{", "utf-8")
    shutil.copy(PATIENT, tmp_path / "c.json")
    result = run("screen", tmp_path, "--rules", RULES, "--json")

    assert result.code == 10
    assert [json.loads(line)["patient"] for line in result.out.splitlines()] == ["low_platelets"] * 2
    problem, summary = map(json.loads, result.err.splitlines())
    assert problem["place"]["file"] == str(tmp_path / "b.json")
    assert (summary["summary"]["patients"], summary["summary"]["not_read"]) == (2, 1)


def test_a_flaw_in_a_record_that_a_lenient_caller_accepts_is_a_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(_record(labs={"platelets": f"{VALUE} kg", "plateletz": VALUE}), "utf-8")
    result = run("screen", tmp_path / "a.json", "--rules", RULES, "--lenient")

    assert result.code == 4
    assert result.err.count(": warning[") == 2
    assert VALUE not in result.err


def test_later_entries_are_no_error_where_the_caller_gives_the_day(run: Run) -> None:
    result = run("screen", PATIENT, "--rules", RULES, "--as-of", "2026-11-01")

    assert result.code == 0
    assert "warning[after-as-of]" in result.err


# --- bad rules


BAD_RULES: dict[str, tuple[str | bytes, str]] = {
    "broken": ("trial: NCT00000009\ncriteria: [", "bad.yaml:"),
    "duplicate_key": ("trial: NCT00000009\ntitle: a\ntitle: b\n", "bad.yaml:3:1"),
    "unknown_key": (
        "trial: NCT00000009\ntitle: a\nstates_no_criteria: true\ncohortz: []\n",
        "bad.yaml:4:1 at cohortz: error[unknown-key]",
    ),
    "empty": ("", "the file is empty"),
    "not_utf8": ("title: é".encode("latin-1"), "not UTF-8"),
    "twice_the_same_trial": ((DOORS / "rules" / "NCT00000002.yaml").read_bytes(), "error[duplicate-trial]"),
}


@pytest.mark.parametrize("name", BAD_RULES)
def test_good_rules_are_used_where_one_file_is_broken(name: str, run: Run, tmp_path: Path) -> None:
    content, message = BAD_RULES[name]
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "bad.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run("screen", PATIENT, "--rules", tmp_path / "rules")

    assert result.code == 10
    assert result.out == run("screen", PATIENT, "--rules", RULES).out
    assert message in result.err
    assert f"{tmp_path / 'rules'}/" in result.err


def test_rules_that_are_all_broken_are_reported_and_nothing_is_screened(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("trial: NCT00000009\nop: >\n  x\n y", "utf-8")
    result = run("screen", PATIENT, "--rules", tmp_path)

    assert result.code == 1
    assert "NCT" not in result.out
    assert "  | " in result.err or " | " in result.err


def test_a_folder_without_rules_is_an_error(run: Run, tmp_path: Path) -> None:
    result = run("screen", PATIENT, "--rules", tmp_path)

    assert (result.code, result.out) == (1, "")
    assert f"{tmp_path}: error[no-rules]" in result.err


def test_cases_beside_rules_are_no_rules(run: Run, tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "NCT00000001.cases.yaml").write_text("cases: []\n", "utf-8")

    assert run("screen", PATIENT, "--rules", tmp_path / "rules").err == ""


def test_rules_come_from_the_environment_where_no_option_names_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_RULES", RULES)

    assert run("screen", PATIENT).out == run("screen", PATIENT, "--rules", RULES).out


# --- the HTML page


def test_the_page_is_written_whole_and_nothing_is_printed(run: Run, tmp_path: Path) -> None:
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", tmp_path / "a.html")

    assert (result.code, result.out) == (3, "")
    assert (tmp_path / "a.html").read_text("utf-8").endswith("</html>\n")
    assert (
        run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", "-").out == (tmp_path / "a.html").read_text()
    )


@pytest.mark.parametrize("target", [".", "no_folder/a.html", "file/a.html", "\0.html", "x" * 300])
def test_a_page_that_cannot_be_written_leaves_nothing_behind(run: Run, tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", f"{tmp_path}/{target}")

    assert (result.code, result.out) == (1, "")
    assert "error[write]" in result.err
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_page_that_fails_half_way_leaves_the_old_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.html").write_text("old", "utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", tmp_path / "a.html")

    assert result.code == 1
    assert "no space left on device" in result.err
    assert (tmp_path / "a.html").read_text("utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_to_a_page_stays_a_link(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real.html").write_text("old", "utf-8")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", tmp_path / "link.html")

    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_device_is_written_to_and_not_replaced(run: Run) -> None:
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", "/dev/null")

    assert result.code == 3
    assert not Path("/dev/null").is_file()


YAML_SLIPS = {
    "a: [1,": "a value is missing, or a bracket is not closed",
    "a: {b: 1": "a comma or a closing bracket is missing",
    "a: b: c": "a colon stands where none can",
    "a:\n\t- b": "a tab indents the line",
    "a: 'x": "a closing quote is missing",
    "- a\nb: 1": "a list goes on as something else",
    "a: - b": "a list begins behind a key",
    "a: *x": "a word begins with `*`",
    "a: &": "a word begins with `&` or `*`",
    "--- a\n--- b": "a second document begins",
    'a: "\\q"': "a backslash stands before what it cannot stand before",
    "a: \x00": "a control character stands in it",
}


@pytest.mark.parametrize("text", YAML_SLIPS)
def test_a_slip_in_a_rule_set_is_told_in_our_words_with_help(text: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    result = run("check", tmp_path / "x.yaml")

    assert "error[yaml-syntax]: the YAML cannot be read: " in result.err
    assert YAML_SLIPS[text] in result.err
    assert "  help: " in result.err


def test_a_key_of_a_rule_set_is_suggested_where_it_belongs(run: Run, tmp_path: Path) -> None:
    criterion = "- {id: I1, kind: inclusion, txt: a, text: a, when: {concept: ascites}}"
    (tmp_path / "x.yaml").write_text(f"trial: X\ntitle: a\ncohortz: []\ncriteria:\n{criterion}\n", "utf-8")
    result = run("check", tmp_path / "x.yaml")

    assert "did you mean `cohorts`?" in result.err
    assert "did you mean `text`?" in result.err


def test_an_empty_file_and_one_that_was_cut_off_say_what_to_do(run: Run, tmp_path: Path) -> None:
    for name, text, words in (
        ("a.json", "", "`eligo new FILE` makes one"),
        ("b.json", '{"id": "x", "labs": {"INR": 1.', "the file ends too early"),
        ("c.yaml", "", "`eligo import FILE --rules DIR` makes one of a page"),
        ("d.yaml", "- a\n", "this is no rule set"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
        command = ("check",) if name.endswith("yaml") else ("screen", "--rules", RULES)
        assert words in " ".join(run(*command, tmp_path / name).err.split())


@pytest.mark.parametrize(
    ("words", "help_"),
    [
        (["sceen", PATIENT], "did you mean `screen`?"),
        (["why", PATIENT], "did you mean `eligo screen PATIENT --why TRIAL`?"),
        (["validate", RULES], "did you mean `eligo check`?"),
        (["xyzzy"], "`eligo --help` lists all commands"),
        (["screen", PATIENT, "--trials", "X"], "did you mean `--trial`?"),
        (["screen", PATIENT, "--rule=X"], "did you mean `--rules`?"),
        (["audit", PATIENT, "--htm", "page.html"], "did you mean `--html`?"),
    ],
)
def test_an_unknown_command_or_option_is_told_with_the_nearest(words: list[str], help_: str, run: Run) -> None:
    result = run(*words)

    assert (result.code, result.out) == (2, "")
    assert f"\n  help: {help_}\n" in result.err


def test_keys_that_others_use_lead_to_those_that_are_meant(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(_record(meds=["lactulose"], dx=["ascites"], gender="male", DOB="1970"), "utf-8")
    found = run("screen", tmp_path / "x.json", "--rules", RULES).err

    for key in ("medications", "conditions", "sex", "birth_date"):
        assert f"did you mean `{key}`?" in found
