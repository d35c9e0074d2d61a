"""The shares that `eligo parse --stats` prints, on made-up documents of every form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eligo.reading.parse import read_item
from eligo.understood import Share, share_of
from tests.doors import DOORS, Run

CRITERIA = "Inclusion Criteria:\n- INR > 1.5\n- Signed informed consent\nExclusion Criteria:\n- Wavelets (plughs\n"
RECORD = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000009"},
        "eligibilityModule": {"eligibilityCriteria": CRITERIA, "minimumAge": "18 Years"},
    }
}
SHARES = {"coded": 1, "named": 0, "asked": 1, "partly": 0, "always": 0, "unread": 1}


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Age 18 to 70 years", "coded"),
        ("Pregnancy or INR > 1.5", "coded"),
        ("INR > 1.5 and signed informed consent", "asked"),
        ("INR > 1.5 and zorblax disease", "named"),
        ("INR > 1.5; zorblaxed quandrins", "asked"),
        ("INR > 1.5 and zorblaxed quandrins of cohort B", "partly"),
        ("Signed informed consent", "asked"),
        ("With or without ascites", "always"),
        ("Zorblaxed quandrins", "asked"),
        ("Risk of stroke or sepsis", "asked"),
        ("Risk of stroke or sepsis in cohort B", "unread"),
        ("Zorblax level > 5", "named"),
        ("Zorblax disease", "named"),
        ("", "unread"),
    ],
)
def test_an_item_counts_by_how_much_of_it_the_record_decides(text: str, share: Share) -> None:
    assert share_of(read_item(text, "inclusion").predicate) == share


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("record.json", json.dumps(RECORD, indent=1)),
        ("one_line.json", json.dumps(RECORD)),
        ("answer.json", json.dumps({"studies": [RECORD]}, indent=1)),
        ("records.jsonl", json.dumps(RECORD) + "\n\n"),
        ("legacy.jsonl", json.dumps({"trial": "NCT00000009", "criteria": CRITERIA}) + "\n"),
        ("plain.txt", CRITERIA),
        ("page.txt", f"NCT ID: NCT00000009\nTitle\nEligibility Criteria\n{CRITERIA}"),
    ],
)
def test_each_form_of_a_document_gives_the_same_shares(run: Run, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    result = run("parse", "--stats", "--json", tmp_path / name)
    figures = json.loads(result.out)

    assert (result.code, result.err) == (0, "")
    assert figures["shares"] == SHARES
    assert (figures["documents"], figures["items"], figures["reasons"]) == (1, 3, {"unknown-words": 1})
    assert json.loads(run("parse", "--stats", "--json", stdin=text.encode()).out) == figures


def test_lines_of_criteria_count_each_and_headings_do_not(run: Run, tmp_path: Path) -> None:
    rows = [{"id": str(i), "section": "inclusion", "text": line} for i, line in enumerate(CRITERIA.splitlines())]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    figures = json.loads(run("parse", "--stats", "--json", tmp_path / "rows.jsonl").out)

    assert (figures["items"], figures["shares"]) == (3, SHARES)


def test_a_folder_stands_for_its_files_and_the_commonest_come_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("- Zorblax\n- Quandrin\n- Zorblax\n- Plugh level > 5 mg/L", "utf-8")
    (tmp_path / "b.txt").write_text(CRITERIA, "utf-8")
    (tmp_path / "notes.csv").write_text("- Zorblax", "utf-8")
    figures = json.loads(run("parse", "--stats", "--json", tmp_path).out)
    text = run("parse", "--stats", tmp_path).out

    assert figures["documents"] == 2
    assert next(iter(figures["unknown_words"].items())) == ("zorblax", 2)
    assert figures["unknown_quantities"] == {"plugh level": 1}
    assert list(figures["reasons"].items()) == [("unknown-words", 4), ("unknown-quantity", 1)]
    assert "        2  zorblax\n" in text


def test_what_cannot_be_read_is_reported_and_the_others_count(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe- INR > 1.5")
    (tmp_path / "empty.txt").write_text("", "utf-8")
    (tmp_path / "rows.jsonl").write_text('{"text": "INR > 1.5"}\n{"text": 5}\n{"text": " "}\n[]\n{', "utf-8")
    result = run("parse", "--stats", "--json", tmp_path, tmp_path / "nowhere.txt", DOORS / "page.txt")
    figures = json.loads(result.out)
    problems = [json.loads(line) for line in result.err.splitlines()]

    assert result.code == 1
    assert (figures["documents"], figures["items"]) == (3, 7)
    assert [(p["code"], p["place"].get("line")) for p in problems] == [
        ("encoding", None),
        ("empty-document", None),
        ("json-line", 2),
        ("json-line", 4),
        ("json-line", 5),
        ("file", None),
    ]


def test_only_the_figures_take_several_sources(run: Run) -> None:
    for arguments in (("a", "b"), (), ("--jsonl", "a", "b"), ("--jsonl", "--stats", "a")):
        assert run("parse", *arguments).code == 2
