"""Importing trials: every form of a source, new versions of it, and what a person did in between is never lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eligo.criteria import Criterion
from eligo.errors import EligoError
from eligo.listing import Listing
from eligo.ruleset import RuleSet, dumps, load, loads
from eligo.ruleset.format import comments, format_text
from eligo.ruleset.rewrite import block_of
from eligo.trials.importing import Imported, import_document
from eligo.trials.sources import documents
from eligo.yamltext import read_yaml
from tests.doors import Run

CASES = Path(__file__).parent / "cases" / "importing"
FIRST, SECOND, LEGACY = CASES / "first.json", CASES / "second.json", CASES / "legacy.xml"
NAME = "NCT00000042.yaml"


def _import(source: Path, rules: Path) -> Imported:
    (document,) = documents(str(source))
    return import_document(document, document.page(), rules)


def _study(name: str, **eligibility: str) -> dict[str, Any]:
    return {"protocolSection": {"identificationModule": {"nctId": name}, "eligibilityModule": eligibility}}


TWO = [_study("NCT00000001", eligibilityCriteria="- Adult"), _study("NCT00000002", eligibilityCriteria="- Pregnancy")]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder for rule sets."""
    return tmp_path / "rules"


# --- every form of a source


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.json", json.dumps(TWO)),
        ("search.json", json.dumps({"studies": TWO, "nextPageToken": "x"})),
        ("records.jsonl", "\n".join(map(json.dumps, TWO)) + "\n"),
        ("lines.txt", "\n".join(map(json.dumps, TWO))),
    ],
)
def test_several_records_of_one_file_become_one_rule_set_each(
    run: Run, tmp_path: Path, rules: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)

    result = run("import", tmp_path / name, "--rules", rules)

    assert (result.code, result.err) == (0, "")
    assert sorted(p.name for p in rules.iterdir()) == ["NCT00000001.yaml", "NCT00000002.yaml"]
    assert "2 trials imported, 0 sources failed; items in: 2, criteria out: 2" in result.out


def test_a_zip_and_a_folder_give_what_their_files_give(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder" / "inner"
    folder.mkdir(parents=True)
    shutil.copy(FIRST, folder)
    shutil.copy(LEGACY, folder)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    with zipfile.ZipFile(tmp_path / "records.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"inner/{file.name}")

    assert run("import", tmp_path / "folder", "--rules", tmp_path / "a").code == 0
    assert run("import", tmp_path / "records.zip", "--rules", tmp_path / "b").code == 0
    for name in (NAME, "NCT00000043.yaml"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_a_trial_is_about_comes_from_its_record(rules: Path) -> None:
    about = ("acute_on_chronic_liver_failure", "cirrhosis", "Made-up Syndrome")

    assert _import(FIRST, rules).ruleset.conditions == about
    assert _import(LEGACY, rules).ruleset.conditions == ("cirrhosis", "hepatocellular_carcinoma")
    assert load(rules / NAME).conditions == about


def test_what_a_person_says_a_trial_is_about_stays(rules: Path) -> None:
    path = _import(FIRST, rules).path
    path.write_text(path.read_text("utf-8").replace("- Made-up Syndrome", "- ascites  # the synopsis says so"), "utf-8")
    again = _import(SECOND, rules)

    assert again.ruleset.conditions == ("acute_on_chronic_liver_failure", "cirrhosis", "ascites")
    assert "- ascites  # the synopsis says so" in path.read_text("utf-8")


def _of_record(folder: Path, rules: Path, **modules: Any) -> Listing:
    """How the trial of a record with these modules is listed after an import."""
    study = _study("NCT00000042", eligibilityCriteria="- Adult")
    study["protocolSection"] |= modules
    (folder / "record.json").write_text(json.dumps(study), "utf-8")
    return _import(folder / "record.json", rules).ruleset.listing


def test_how_a_trial_is_listed_follows_its_record_and_no_silence_takes_it_away(tmp_path: Path, rules: Path) -> None:
    recruiting = {"statusModule": {"overallStatus": "RECRUITING"}, "designModule": {"phases": ["PHASE2"]}}
    completed = {"statusModule": {"overallStatus": "COMPLETED"}}

    assert _of_record(tmp_path, rules, **recruiting) == Listing("RECRUITING", ("PHASE2",))
    assert load(rules / NAME).listing == Listing("RECRUITING", ("PHASE2",))
    assert _of_record(tmp_path, rules) == Listing("RECRUITING", ("PHASE2",))
    assert _of_record(tmp_path, rules, **completed) == Listing("COMPLETED")


def test_a_rule_set_of_before_gets_its_listing_of_the_same_record(tmp_path: Path, rules: Path) -> None:
    recruiting = {"statusModule": {"overallStatus": "RECRUITING"}}
    _of_record(tmp_path, rules, **recruiting)
    text = (rules / NAME).read_text("utf-8")
    without = text.replace("listing: {status: RECRUITING}\n", "").replace("title:", "# a note\ntitle:")
    (rules / NAME).write_text(without, "utf-8")

    assert load(rules / NAME).listing.is_silent
    assert _of_record(tmp_path, rules, **recruiting) == Listing("RECRUITING")
    assert (rules / NAME).read_text("utf-8") == text.replace("title:", "# a note\ntitle:")
    assert not _import(tmp_path / "record.json", rules).written


def test_the_older_xml_gives_items_fields_and_date(rules: Path) -> None:
    ruleset = _import(LEGACY, rules).ruleset

    assert [c.id for c in ruleset.criteria] == ["I1", "I2", "E1", "R.age", "R.sex", "R.healthy"]
    assert ruleset.source.version == "2031-03-04"
    assert ruleset.title == "A made-up trial in the older form"


def test_bare_criteria_take_their_trial_from_the_option(run: Run, rules: Path) -> None:
    result = run("import", "-", "--rules", rules, "--trial", "LOCAL-1", "--json", stdin=b"Exclusion Criteria:\n- HIV")

    assert json.loads(result.out)["items"] == 1
    assert load(rules / "LOCAL-1.yaml").criteria[0].kind == "exclusion"


def test_the_layout_of_a_record_s_json_does_not_count(tmp_path: Path, rules: Path) -> None:
    _import(FIRST, rules)
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"studies": [json.loads(FIRST.read_text())]}, indent=4))

    assert _import(other, rules).written is False


# --- what is wrong with a source changes nothing


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("cut.json", b'{"protocolSection": {', "json-syntax"),
        ("other.json", b'{"a": 1}', "not-a-record"),
        ("list.json", b"[3]", "not-a-record"),
        ("none.json", b'{"studies": []}', "no-documents"),
        ("nobody.txt", b"Inclusion Criteria:\n- Adult", "no-trial-id"),
        ("latin.txt", b"\xe9t\xe9", "encoding"),
        ("empty.txt", b"", "empty-document"),
        ("cut.xml", b"<clinical_study><id_info></clinical_study>", "xml-syntax"),
        ("other.xml", b"<html></html>", "not-a-record"),
        ("grows.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><clinical_study/>', "not-a-record"),
        ("broken.zip", b"PK\x03\x04 and no more", "zip"),
        ("up.json", json.dumps(_study("../up", eligibilityCriteria="- Adult")).encode(), "trial-id"),
        ("cases.json", json.dumps(_study("X.cases", eligibilityCriteria="- Adult")).encode(), "trial-id"),
    ],
)
def test_a_bad_source_is_reported_and_the_others_are_imported(
    run: Run, tmp_path: Path, rules: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)

    result = run("import", tmp_path / name, FIRST, "--rules", rules, "--json")

    problems = [json.loads(line) for line in result.err.splitlines()]
    assert result.code == 1
    assert problems[0]["code"] == code
    assert [p.name for p in rules.iterdir()] == [NAME]
    assert not (tmp_path / "up.yaml").exists()


def test_two_sources_that_differ_for_one_trial_are_refused(run: Run, rules: Path) -> None:
    result = run("import", FIRST, SECOND, "--rules", rules)

    assert result.code == 1
    assert "error[trial-twice]" in result.err
    assert load(rules / NAME).source.version == "2031-01-10"


def test_an_older_version_does_not_replace_a_newer_one(run: Run, rules: Path) -> None:
    run("import", SECOND, "--rules", rules)
    before = (rules / NAME).read_bytes()

    result = run("import", FIRST, "--rules", rules)

    assert result.code == 1
    assert "error[older-source]" in result.err
    assert (rules / NAME).read_bytes() == before


def test_a_file_that_does_not_load_is_left_alone(run: Run, rules: Path) -> None:
    rules.mkdir()
    (rules / NAME).write_text("trial: [half\n")

    assert run("import", FIRST, "--rules", rules).code == 1
    assert (rules / NAME).read_text() == "trial: [half\n"


def test_without_a_folder_nothing_goes_to_the_rules_of_eligo(run: Run) -> None:
    result = run("import", FIRST)

    assert result.code == 1
    assert "--rules DIR" in result.err


# --- killed at any moment


@pytest.mark.parametrize("failure", [OSError("disk full"), KeyboardInterrupt()], ids=["error", "interrupt"])
@pytest.mark.parametrize(
    ("owner", "name"),
    [(tempfile, "mkstemp"), (os, "fdopen"), (os, "fsync"), (Path, "chmod"), (Path, "replace")],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_an_import_that_dies_while_it_writes_leaves_the_old_file_whole(
    owner: Any, name: str, failure: BaseException, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _import(FIRST, rules)
    before = (rules / NAME).read_bytes()

    def die(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        with pytest.raises((EligoError, KeyboardInterrupt)):
            _import(SECOND, rules)

    assert (rules / NAME).read_bytes() == before
    assert _import(SECOND, rules).written is True


# --- a new version of the source


def test_a_new_version_marks_what_is_new_changed_and_gone(run: Run, rules: Path) -> None:
    run("import", FIRST, "--rules", rules)
    result = run("import", SECOND, "--rules", rules, "--json")
    data = json.loads(result.out)
    ruleset = load(rules / NAME)
    by_id = {c.id: c for c in ruleset.criteria}

    assert {k: data[k] for k in ("new", "changed", "removed")} == {
        "new": ["I2-2"],
        "changed": ["I3", "R.age"],
        "removed": ["E2"],
    }
    assert [c.id for c in ruleset.criteria[:5]] == ["I1", "I2-2", "I2", "I3", "I4"]
    assert (by_id["I2"].source_item, by_id["I3"].was[0].text) == ("inclusion 3", "Platelets above 50 x 10^9/L")
    assert [c.text for c in ruleset.removed] == ["HIV infection"]


def test_what_a_later_version_has_again_comes_back_with_its_review(run: Run, tmp_path: Path, rules: Path) -> None:
    run("import", FIRST, "--rules", rules)
    file = rules / NAME
    file.write_text(_reviewed(file.read_text(), "E2"))
    run("import", SECOND, "--rules", rules)
    third = json.loads(FIRST.read_text())
    third["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"] = "2031-09-01"
    (tmp_path / "third.json").write_text(json.dumps(third))

    data = json.loads(run("import", tmp_path / "third.json", "--rules", rules, "--json").out)
    ruleset = load(file)
    back = next(c for c in ruleset.criteria if c.id == "E2")

    assert data["restored"] == ["E2"]
    assert (back.text, back.review.by) == ("HIV infection", "A. Reader")
    assert [c.id for c in ruleset.removed] == ["I2-2"]
    # Both earlier forms of what changed twice are there, latest first.
    assert [w.text for w in next(c for c in ruleset.criteria if c.id == "I3").was] == [
        "Platelets above 40 x 10^9/L",
        "Platelets above 50 x 10^9/L",
    ]


def test_words_that_a_person_put_otherwise_are_still_the_same_item(rules: Path) -> None:
    _import(FIRST, rules)
    file = rules / NAME
    text = file.read_text().replace("text: Cirrhosis of any cause", "text: Liver of any Cirrhosis of any cause kind")
    file.write_text(text)

    merged = _import(SECOND, rules).merged

    assert merged is not None
    assert "I1" not in merged.changed
    assert load(file).criteria[0].text == "Liver of any Cirrhosis of any cause kind"


def test_a_person_s_own_criterion_stays(rules: Path) -> None:
    _import(FIRST, rules)
    file = rules / NAME
    own = "- id: X1\n  kind: exclusion\n  text: Lives too far away\n  when: {attest: investigator_judgement}\n"
    file.write_text(file.read_text() + own)

    _import(SECOND, rules)

    assert own in file.read_text()


def test_cases_and_screening_ignore_what_was_removed(run: Run, rules: Path) -> None:
    run("import", FIRST, "--rules", rules)
    run("import", SECOND, "--rules", rules)
    shown = run("explain", "NCT00000042", "--rules", rules).out
    screening = json.loads(
        run("screen", "-", "--rules", rules, "--json", stdin=b'{"id": "a", "as_of": "2031-07-01"}').out
    )

    assert "E2" not in [c["id"] for c in screening["trials"][0]["criteria"]]
    assert "No longer in the source, and not screened for:" in shown
    assert "HIV infection" in shown
    assert "before the change" in shown


# --- whatever a person did in between


def _reviewed(text: str, name: str) -> str:
    head, mark, rest = text.partition(f"- id: {name}\n")
    return head + mark + rest.replace("{state: draft}", "{state: reviewed, by: A. Reader, date: '2031-01-20'}", 1)


def _draft() -> str:
    with tempfile.TemporaryDirectory() as folder:
        _import(FIRST, Path(folder))
        return (Path(folder) / NAME).read_text()


DRAFT = _draft()
NAMES = [c.id for c in loads(DRAFT).criteria]


def _same(one: str, other: str) -> bool:
    try:
        return bool(read_yaml(one).data == read_yaml(other).data)
    except EligoError:
        return False


@st.composite
def _edited(draw: st.DrawFn) -> str:
    """The draft after a person reviewed, reordered, indented and commented it."""
    head, _, body = DRAFT.partition("criteria:\n")
    blocks = ["- id:" + b for b in body.split("- id:")[1:]]
    text = head + "criteria:\n" + "".join(draw(st.permutations(blocks)))
    for name in draw(st.sets(st.sampled_from(NAMES))):
        text = _reviewed(text, name)
    lines = text.split("\n")
    if draw(st.booleans()):
        at = lines.index("criteria:") + 1
        lines[at:] = ["  " + line if line else line for line in lines[at:]]
    text = "\n".join(lines)
    for number in range(draw(st.integers(0, 6))):
        lines = text.split("\n")
        place = draw(st.integers(0, len(lines) - 1))
        comment = f"# remark{number} of hers"
        if draw(st.booleans()):
            lines.insert(place, " " * draw(st.sampled_from([0, 1, 2, 4, 7])) + comment)
        else:
            lines[place] += "  " + comment
        changed = "\n".join(lines)
        text = changed if _same(changed, text) else text
    return text


def _words(text: str) -> Counter[str]:
    return Counter(" ".join(c.text for c in comments(text)).replace("#", " ").split())


def _block(text: str, ruleset: RuleSet, name: str) -> str:
    """The lines of a criterion without its number in the source, which may change."""
    lines = block_of(text, ("criteria", [c.id for c in ruleset.criteria].index(name)))
    assert lines is not None
    return re.sub(r"source_item: [^#\n]*?( *#.*)?\n", r"\1", "\n".join(text.split("\n")[slice(*lines)]))


def _closed_by(closing: str) -> str:
    """The draft, indented, with I1, behind which the new version has another item, as its last criterion."""
    head, _, body = DRAFT.partition("criteria:\n")
    blocks = sorted(("- id:" + b for b in body.split("- id:")[1:]), key=lambda b: b.startswith("- id: I1\n"))
    return head + "criteria:\n" + "".join(f"  {line}\n" for line in "".join(blocks).splitlines()) + closing


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_edited())
@example(_closed_by("  # remark0 of hers"))
@example(_closed_by(" # remark0 of hers"))
@example(_closed_by("    # remark0 of hers\n  # remark1 of hers\n    # remark2 of hers\n"))
@example(_closed_by("# remark0 of hers\n    # remark1 of hers\n"))
@example(_closed_by("").replace("\n  - id: I3\n", "\n  # remark0 of hers\n    # remark1 of hers\n  - id: I3\n"))
def test_an_import_keeps_everything_that_a_person_did(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        file.write_text(text)
        assert _import(FIRST, Path(folder)).written is False
        assert file.read_text() == text

        merged = _import(SECOND, Path(folder)).merged
        new = file.read_text()
        assert _import(SECOND, Path(folder)).written is False
    assert merged is not None
    before, after = loads(text), loads(new)

    assert _words(new) == _words(text)
    assert _words(format_text(new)) == _words(text)
    assert loads(format_text(new)) == after
    _assert_each_is_there(before, after)
    kept = [c.id for c in before.criteria if c.id not in (*merged.changed, *merged.removed)]
    assert [c.id for c in after.criteria if c.id in kept] == kept  # in the order of the person
    for name in kept:
        assert _block(new, after, name) == _block(text, before, name)


@pytest.mark.parametrize("indent", [" ", "  "])
def test_a_comment_as_deep_as_the_dashes_stays_at_the_end_of_the_list(tmp_path: Path, indent: str) -> None:
    file = tmp_path / NAME
    file.write_text(_closed_by(f"    # of I1\n{indent}# of the list\n    # also of the list"))
    _import(SECOND, tmp_path)
    text = file.read_text()
    last = [c.id for c in loads(text).criteria][-2:]

    assert last == ["I1", "I2-2"]
    assert "\n    # of I1\n  - id: I2-2\n" in text
    assert f"\n{indent}# of the list\n    # also of the list\nremoved:\n" in text


def test_a_comment_above_a_criterion_goes_with_it_also_where_a_deeper_one_follows(tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_text(DRAFT.replace("- id: E2\n", "# of E2\n  # also of E2\n- id: E2\n"))
    _import(SECOND, tmp_path)

    assert "removed:\n# of E2\n  # also of E2\n- id: E2\n" in file.read_text()


def _assert_each_is_there(before: RuleSet, after: RuleSet) -> None:
    forms = [*after.criteria, *after.removed, *(w for c in after.criteria for w in c.was)]
    said = [(c.id, c.text, c.predicate, c.review, c.notes) for c in forms]
    assert all((c.id, c.text, c.predicate, c.review, c.notes) in said for c in before.criteria)


# --- the registry


@pytest.mark.shared
def test_the_registry_s_records_import_in_one_command(shared: Path, tmp_path: Path, run: Run) -> None:
    source = shared / "data" / "registry_v2"
    result = run("import", source, "--rules", tmp_path, "--json")
    files = {p: p.read_bytes() for p in tmp_path.iterdir()}
    rows = [json.loads(line) for line in result.out.splitlines()]

    assert (result.code, result.err) == (0, "")
    assert len(rows) == len(files) == len(list(source.glob("*.json")))
    for row in rows:
        assert sum(row["classes"].values()) == row["items"] > 0
    assert sum(sum(row["classes"][k] for k in ("coded", "named", "partly")) for row in rows) > 0.25 * sum(
        row["items"] for row in rows
    )

    again = run("import", source, "--rules", tmp_path)
    assert again.code == 0
    assert f"{len(files)} trials imported, 0 sources failed" in again.out
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == files


def test_a_draft_s_earlier_forms_survive_the_file(rules: Path) -> None:
    _import(FIRST, rules)
    ruleset: RuleSet = _import(SECOND, rules).ruleset
    changed: list[Criterion] = [c for c in ruleset.criteria if c.was]

    assert changed
    assert loads(dumps(ruleset)) == ruleset
