"""Reviewing a draft in the terminal: every answer is written at once, and nothing else changes."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from eligo.criteria import Always, Attest, Not
from eligo.ruleset import load
from eligo.trials.importing import import_document
from eligo.trials.sources import documents
from tests.doors import Result, Run

CASES = Path(__file__).parent / "cases" / "importing"
TRIAL = "NCT00000042"
AMBIGUOUS = """\
trial: X
title: made up
criteria:
- id: I1
  kind: inclusion
  text: Cirrhosis and ascites or jaundice
  ambiguous:
    why: '`and` and `or` without brackets'
    chosen: 1
    readings:
    - all:
      - {concept: cirrhosis}
      - any: [{concept: ascites}, {concept: jaundice}]
    - any:
      - all: [{concept: cirrhosis}, {concept: ascites}]
      - {concept: jaundice}
  when:
    all:
    - {concept: cirrhosis}
    - any: [{concept: ascites}, {concept: jaundice}]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A draft with a person's comment."""
    (document,) = documents(str(CASES / "first.json"))
    path = import_document(document, document.page(), tmp_path).path
    path.write_text(path.read_text().replace("- id: I2", "# ask the sponsor\n- id: I2"))
    return path


def _review(run: Run, file: Path, keys: str) -> Result:
    arguments = ("review", TRIAL, "--rules", file.parent, "--by", "A. Reader", "--date", "2031-01-20")
    return run(*arguments, stdin=keys.encode())


def test_accepting_writes_state_name_and_day_and_nothing_else(run: Run, file: Path) -> None:
    before = file.read_text()
    result = _review(run, file, "a\nq\n")

    assert result.code == 0
    assert "1 criterion answered, 9 still open" in result.out
    of = load(file).criteria[0].review.of
    reviewed = f"{{state: reviewed, by: A. Reader, date: '2031-01-20', of: {of}}}"
    assert file.read_text() == before.replace("{state: draft}", reviewed, 1)


def test_an_answer_stays_when_the_input_ends(run: Run, file: Path) -> None:
    assert _review(run, file, "a\ns\na").code == 0
    assert [c.review.state for c in load(file).criteria[:4]] == ["reviewed", "draft", "reviewed", "draft"]


def test_what_a_person_has_to_state_becomes_an_attestation(run: Run, file: Path) -> None:
    result = _review(run, file, "t\nno such topic\nt\n\nq\n")
    criterion = load(file).criteria[0]

    assert "error[no-attestation]" in result.err
    assert criterion.predicate == Attest("investigator_judgement")
    assert (criterion.review.state, criterion.review.note) == ("edited", "left to a person to state")


def test_an_unknown_key_asks_again(run: Run, file: Path) -> None:
    before = file.read_text()
    result = _review(run, file, "yes\n9\nq\n")

    assert "a accept, w other words, e edit" in result.out
    assert "error[no-reading]" in result.err
    assert file.read_text() == before


def test_the_list_asks_nothing_and_shrinks_with_each_answer(run: Run, file: Path) -> None:
    _review(run, file, "a\nq\n")
    rows = [json.loads(x) for x in run("review", str(file), "--list", "--json").out.splitlines()]

    assert [row["id"] for row in rows][:2] == ["I2", "I3"]
    assert rows[0]["sentence"] == "Total bilirubin is above 85 umol/L."
    assert run("review", str(file), "--list").out.endswith("9 criteria are open\n")


def test_screening_of_reviewed_rules_only_refuses_drafts(run: Run, file: Path) -> None:
    patient = b'{"id": "a", "as_of": "2031-07-01"}'
    arguments = ("screen", "-", "--rules", file.parent, "--reviewed-only")

    text, data = run(*arguments[:-1], stdin=patient), run(*arguments[:-1], "--json", stdin=patient)
    assert "10 of 10 criteria are drafts" in " ".join(text.out.split())
    assert json.loads(data.out)["trials"][0]["drafts"] == 10
    refused = run(*arguments, stdin=patient)
    _review(run, file, "a\n" * 10)

    assert refused.code == 1
    assert f"error[drafts]: 10 of 10 criteria of `{TRIAL}`" in refused.err
    assert TRIAL not in refused.out
    after = run(*arguments, "--json", stdin=patient)
    assert (after.code, json.loads(after.out)["trials"][0].get("drafts")) == (4, None)


def _editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    script = tmp_path / "editor.py"
    script.write_text(f"import pathlib, sys\np = pathlib.Path(sys.argv[1])\n{code}\n")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", shlex.join([sys.executable, str(script)]))


def test_an_edit_keeps_what_the_person_wrote_with_the_reason(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "p.write_text(p.read_text().replace('concept: cirrhosis', 'concept: liver_disease') + '  # wider\\n')"
    _editor(tmp_path, monkeypatch, code)

    _review(run, file, "e\nthe sponsor says so\nq\n")
    criterion = load(file).criteria[0]

    assert (criterion.review.state, criterion.review.note) == ("edited", "the sponsor says so")
    assert "concept: liver_disease" in file.read_text()
    assert "# wider" in file.read_text()
    assert "# ask the sponsor\n- id: I2" in file.read_text()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "p.write_text(p.read_text().replace('concept: cirrhosis', 'concept: cirrosis'))",
            "unknown concept `cirrosis`",
        ),
        ("p.write_text('')", "no longer the one criterion"),
        ("p.write_text(p.read_text().replace('id: I1', 'id: I7'))", "no longer the one criterion"),
        ("sys.exit(1)", "did not work"),
    ],
)
def test_an_edit_that_would_not_load_changes_nothing(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    _editor(tmp_path, monkeypatch, code)
    before = file.read_text()

    result = _review(run, file, "e\nq\n")

    assert message in result.err
    assert file.read_text() == before


def test_choosing_a_reading_makes_it_the_predicate(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "X.yaml"
    file.write_text(AMBIGUOUS)
    run("review", str(file), "--by", "A. Reader", stdin=b"2\n")
    (criterion,) = load(file).criteria

    assert criterion.ambiguous is not None
    assert (criterion.ambiguous.chosen, criterion.review.state) == (1, "reviewed")
    assert criterion.predicate == criterion.ambiguous.readings[1]


def test_the_earlier_form_is_shown_and_goes_with_the_answer(run: Run, file: Path) -> None:
    (document,) = documents(str(CASES / "second.json"))
    import_document(document, document.page(), file.parent)

    result = _review(run, file, "s\ns\ns\na\nq\n")
    criterion = next(c for c in load(file).criteria if c.id == "I3")

    assert "before the change (draft): Platelets above 50 x 10^9/L" in result.out
    assert (criterion.was, criterion.review.state) == ((), "reviewed")


def test_a_file_that_someone_else_changes_is_not_overwritten(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"o = pathlib.Path({str(file)!r})\no.write_text(o.read_text() + '# theirs\\n')"
    _editor(tmp_path, monkeypatch, f"{other}\np.write_text(p.read_text() + '  # mine\\n')")

    result = _review(run, file, "e\nwhy not\nq\n")

    assert "error[file-changed]" in result.err
    assert file.read_text().endswith("# theirs\n")
    assert "# mine" not in file.read_text()


def test_what_is_no_criterion_stays_and_keeps_nobody_out(run: Run, file: Path) -> None:
    ids = [c.id for c in load(file).criteria]
    exclusion = next(i for i, c in enumerate(load(file).criteria) if c.kind == "exclusion")
    keys = "n\n\nn\nit is a title\n" + "s\n" * (exclusion - 1) + "n\nthe page's footer\nq\n"
    result = _review(run, file, keys)
    criteria = load(file).criteria

    assert "say why it is no criterion" in result.out
    assert [c.id for c in criteria] == ids
    assert [c.predicate for c in (criteria[0], criteria[exclusion])] == [Always(), Not(Always())]
    assert (criteria[0].review.state, criteria[0].review.by) == ("edited", "A. Reader")
    assert criteria[exclusion].review.note == "not a criterion: the page's footer"
    patient = file.parent / "patient.json"
    patient.write_text('{"id": "made-up", "as_of": "2031-01-20"}')
    screening = json.loads(run("screen", patient, "--rules", file.parent, "--json").out)
    bearings = {c["id"]: c["bearing"] for c in screening["trials"][0]["criteria"]}

    assert [bearings[ids[0]], bearings[ids[exclusion]]] == ["passes", "passes"]


def test_the_known_attestations_can_be_listed(run: Run, file: Path) -> None:
    listed = [json.loads(line)["id"] for line in run("review", "--attestations", "--json").out.splitlines()]

    assert {"informed_consent", "investigator_judgement"} <= {*listed}
    assert "informed_consent" in _review(run, file, "t\n?\nq\n").out
    assert run("review").code == 1


SEALED = """\
trial: X
title: made up
source: {}
criteria:
- id: E1
  kind: exclusion
  text: Platelets < 20 x 10^9/L
  review: {state: reviewed, by: A. Reader, date: '2031-01-20'}
  when: {variable: platelets, op: lt, limit: 20, unit: 10*9/L, words: Platelets < 20 x 10^9/L}
# ask the sponsor
- id: I1
  kind: inclusion
  text: Total bilirubin of 85 umol/L at most
  review: {state: edited, by: A. Reader, date: '2031-01-20', note: at most}
  when: {variable: total_bilirubin, op: le, limit: 85, unit: umol/L}
- id: I2
  kind: inclusion
  text: Ascites
  when: {concept: ascites}
"""


@pytest.mark.parametrize(
    ("criterion", "old", "new"),
    [("E1", "limit: 20", "limit: 30"), ("E1", "op: lt", "op: gt"), ("I1", "limit: 85", "limit: 8.5")],
)
def test_a_sealed_review_is_lost_with_any_change(run: Run, tmp_path: Path, criterion: str, old: str, new: str) -> None:
    file = tmp_path / "X.yaml"
    file.write_text(SEALED, "utf-8")
    before = run("check", file)
    sealed = run("review", "--seal", "--rules", tmp_path)
    text = file.read_text("utf-8")
    after = run("check", file)
    file.write_text(text.replace(old, new), "utf-8")
    changed = run("check", file, "--json")

    assert (before.code, "warning[review-unsealed]: 2 reviews" in before.err) == (0, True)
    assert sealed == Result(0, f"{file}: 2 reviews sealed\n", "")
    assert "review-unsealed" not in after.err
    assert re.sub(r", of: [0-9a-f]{12}", "", text) == SEALED
    assert run("review", "X", "--seal", "--rules", tmp_path).out == f"{file}: 0 reviews sealed\n"
    lost = {f["criteria"][0] for f in json.loads(changed.out)["findings"] if f["code"] == "review-lost"}
    assert (changed.code, lost) == (5, {criterion})


def test_a_review_that_its_words_contradict_is_not_sealed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "X.yaml"
    file.write_text(SEALED.replace("limit: 20", "limit: 30"), "utf-8")
    result = run("review", "X", "--rules", tmp_path, "--seal", "--json")

    assert result.code == 5
    assert json.loads(result.out) == {"file": str(file), "sealed": ["I1"], "left": ["E1"]}
    assert "words-disagree" in result.err
    assert [c.review.of is None for c in load(file).criteria] == [True, False, True]


NOT_UNDERSTOOD = """\
trial: X
title: made up
criteria:
- {id: I1, kind: inclusion, text: Blood clotting is fine, when: {unparsed: Blood clotting is fine}}
- {id: E1, kind: exclusion, text: HIV infection, when: {concept: hiv_infection}}
"""


def _asked(run: Run, tmp_path: Path, keys: str) -> Result:
    (tmp_path / "X.yaml").write_text(NOT_UNDERSTOOD)
    arguments = ("review", "X", "--rules", tmp_path, "--by", "A. Reader", "--date", "2031-01-20")
    return run(*arguments, stdin=keys.encode())


@pytest.mark.parametrize(("keys", "states"), [("a\nn\nq\n", ["draft", "draft"]), ("a\ny\nq\n", ["reviewed", "draft"])])
def test_what_is_not_understood_is_accepted_only_when_said_twice(
    run: Run, tmp_path: Path, keys: str, states: list[str]
) -> None:
    result = _asked(run, tmp_path, keys)

    assert "this is not understood in all parts, and stays open for every patient" in result.out
    assert [c.review.state for c in load(tmp_path / "X.yaml").criteria] == states


def test_the_last_answer_can_be_undone_and_is_asked_again(run: Run, tmp_path: Path) -> None:
    result = _asked(run, tmp_path, "u\nt\n\nu\nn\nfor the sites\na\n")
    first, second = load(tmp_path / "X.yaml").criteria

    assert "there is no answer to undo" in result.out
    assert isinstance(first.predicate, Always)
    assert (first.review.note, second.review.state) == ("not a criterion: for the sites", "reviewed")
    assert "2 criteria answered, 0 still open" in result.out


def test_a_sentence_in_other_words_is_read_shown_and_kept_beside_the_text_of_the_source(
    run: Run, tmp_path: Path
) -> None:
    result = _asked(run, tmp_path, "w\nINR below 2\nn\nw\nINR below 1.5\ny\nq\n")
    first = load(tmp_path / "X.yaml").criteria[0]

    assert "understood as: International normalized ratio is below 2." in result.out
    assert first.text == "Blood clotting is fine"
    assert (first.review.state, first.review.note) == ("edited", "in other words: INR below 1.5")
    assert "limit: 1.5" in (tmp_path / "X.yaml").read_text()
    assert run("check", tmp_path / "X.yaml").code == 0
