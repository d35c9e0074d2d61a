"""Protocols as files: the section of the criteria, its numbers and tables, its places, and what is refused."""

from __future__ import annotations

import builtins
import importlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from eligo.errors import EligoError
from eligo.ruleset import load
from eligo.trials import extra
from eligo.trials.protocol import Paragraph, read_protocol
from eligo.trials.sources import documents
from tests.doors import Run
from tests.protocols import docx_bytes, pdf_bytes

TRIAL = "NCT00000042"
WORD = [
    ("h1", "Synopsis"),
    ("p", f"Protocol {TRIAL} of a made-up drug"),
    ("p", "Inclusion Criteria ............ 5"),
    ("p", "Exclusion Criteria ............ 6"),
    ("h1", "Study Population"),
    ("p", "Whom we look for."),
    ("h2", "Inclusion Criteria"),
    ("p", "Participants are eligible only if all of the following criteria apply:"),
    ("1.*", "Gout for more than a year"),
    ("1.", "Adequate function of the organs:"),
    ("1.", "Written consent"),
    ("a)", "before any procedure"),
    ("a)", "in the own hand"),
    ("h2", "Exclusion Criteria"),
    ("1.*", "Pregnancy"),
    ("1.", "One of these:"),
    ("bullet", "dialysis"),
    ("bullet", "kidney stones"),
    ("h2", "Lifestyle Considerations"),
    ("p", "No grapefruit."),
    ("h1", "Study Intervention"),
    ("p", "A tablet a day."),
]
TABLES = {
    0: [["Inclusion criteria", "Gout"], ["Exclusion criteria", "Pregnancy"]],
    9: [["Parameter", "Limit"], ["Platelets", "≥ 60 x 10^9/L"], ["INR", "< 1.6"]],
}
HEADER = "Made-up Study of Gout   Version 1"
PDF = [
    [HEADER, f"Protocol {TRIAL}", "5.1 Inclusion Criteria ........ 2", "5.2 Exclusion Criteria ........ 3", "Page 1"],
    [
        HEADER,
        "5 STUDY POPULATION",
        "5.1 Inclusion Criteria",
        "1. Gout for more than a year, with urate crystals in a joint or with two flares that were seen by the",
        "Investigator",
        "2. Platelets of at least 60 x 10^9/L",
        "Page 2",
    ],
    [
        HEADER,
        "3. Written consent",
        "5.2 Exclusion Criteria",
        "1. Pregnancy",
        "2. Dialysis",
        "5.3 Lifestyle Considerations",
        "No grapefruit",
        "6 STUDY INTERVENTION",
        "Page 3",
    ],
    [HEADER, "Nothing more", "Page 4"],
]  # fmt: skip


@pytest.fixture
def word(tmp_path: Path) -> Path:
    pytest.importorskip("docx", reason="python-docx is not installed (pip install '.[documents]')")
    file = tmp_path / "protocol.docx"
    file.write_bytes(docx_bytes(WORD, TABLES))
    return file


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    pytest.importorskip("pypdf", reason="pypdf is not installed (pip install '.[documents]')")
    file = tmp_path / "protocol.pdf"
    file.write_bytes(pdf_bytes(PDF))
    return file


def test_a_word_document_gives_the_items_of_its_section_with_word_s_numbers(word: Path) -> None:
    (document,) = documents(str(word))
    page = document.page()

    assert page.trial == TRIAL
    assert [(item.id, item.text, page.place_of(item.span)) for item in page.items] == [
        ("I1", "Gout for more than a year", "paragraph 13"),
        ("I2", "Adequate function of the organs: • Platelets | ≥ 60 x 10^9/L • INR | < 1.6", "paragraph 14"),
        ("I3", "Written consent a) before any procedure b) in the own hand", "paragraph 21"),
        ("E1", "Pregnancy", "paragraph 25"),
        ("E2", "One of these: • dialysis • kidney stones", "paragraph 26"),
    ]
    assert page.notes == (
        "the criteria are those from paragraph 11 on; criteria stand at paragraph 2 too, and were not read",
    )


def test_a_pdf_gives_the_items_of_its_section_with_their_pages(pdf: Path) -> None:
    (document,) = documents(str(pdf))
    page = document.page()

    assert [(item.id, item.text[-22:], page.place_of(item.span)) for item in page.items] == [
        ("I1", "en by the Investigator", "page 2"),
        ("I2", "of at least 60 x 10^9/L"[-22:], "page 2"),
        ("I3", "Written consent", "page 3"),
        ("E1", "Pregnancy", "page 3"),
        ("E2", "Dialysis", "page 3"),
    ]
    assert page.notes[1] == f"taken as headers and footers of pages: `{HEADER}`, `Page 1`"


def test_an_import_keeps_the_place_of_each_criterion(run: Run, pdf: Path, tmp_path: Path) -> None:
    result = run("import", pdf, "--rules", tmp_path)
    criteria = load(tmp_path / f"{TRIAL}.yaml").criteria

    assert result.code == 0
    assert [c.source_item for c in criteria][-2:] == ["exclusion 1, page 3", "exclusion 2, page 3"]
    assert run("import", pdf, "--rules", tmp_path).out.split(": ")[1].startswith("unchanged")


def test_a_zip_of_protocols_is_read_part_by_part(word: Path, pdf: Path, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(word, "word.docx")
        out.write(pdf, "print.pdf")

    assert [len(document.page().items) for document in documents(str(archive))] == [5, 5]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("scan.pdf", pdf_bytes([[], []]), "pdf-without-text"),
        ("broken.pdf", b"%PDF-1.4 nothing", "pdf"),
        ("no.pdf", b"plain words", "protocol-file"),
        ("no.docx", b"PK\x03\x04 nothing", "protocol-file"),
        ("other.pdf", pdf_bytes([["Statistical plan", "Nothing is said of patients"]]), "no-criteria-section"),
    ],
)  # fmt: skip
def test_what_is_no_protocol_is_refused_by_name(name: str, data: bytes, code: str, tmp_path: Path) -> None:
    pytest.importorskip("pypdf", reason="pypdf is not installed (pip install '.[documents]')")
    (tmp_path / name).write_bytes(data)
    (document,) = documents(str(tmp_path / name))

    assert [(p.code, Path(p.place.file or "").name) for p in document.problems] == [(code, name)]


def test_slips_in_a_pdf_are_not_told_in_its_own_words(pdf: Path, tmp_path: Path) -> None:
    pdf.write_bytes(pdf.read_bytes().replace(b"startxref\n", b"startxref\n9"))
    command = [sys.executable, "-m", "eligo", "import", str(pdf), "--rules", str(tmp_path / "rules")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def _zip(method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("one.txt", "Inclusion Criteria:\n\n* INR < 2\n" * 20)
        archive.writestr("two.txt", "Inclusion Criteria:\n\n* INR < 3\n" * 20)
    return stream.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_whatever_is_damaged_in_a_zip_is_named_and_the_rest_read(method: int, tmp_path: Path) -> None:
    whole, file = _zip(method), tmp_path / "all.zip"
    for at in range(0, len(whole), 6):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :])

        found = list(documents(str(file)))

        assert found
        assert "internal" not in {p.code for document in found for p in document.problems}, at


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise builtins.ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(EligoError) as caught:
        extra.needed("docx", "python-docx", "protocol.docx")

    (problem,) = caught.value.problems
    assert (problem.code, problem.place.file) == ("extra-missing", "protocol.docx")
    assert problem.help == "pip install 'eligo[documents]'"


def _lines(text: str) -> list[Paragraph]:
    return [Paragraph(line, f"line {n}") for n, line in enumerate(text.splitlines(), 1)]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("4.1 Inclusion Criteria\n1. Gout\n4.2 Exclusion Criteria\n1. Dialysis\n4.3 Stopping\nx", "1. Dialysis"),
        ("Inclusion Criteria\n1. Gout\nExclusion Criteria\n1. Dialysis\nStudy Procedures\nx", "1. Dialysis"),
        ("5.1 Inclusion Criteria\n5. Gout\n6. Surgery\n7. Consent", "7. Consent"),
        ("5.1 Inclusion Criteria\n5.1.1 Disease\nGout\n6 TREATMENT\nx", "Gout"),
        ("5.1 Inclusion Criteria\n1. Gout\n6 Treatment\nx", "1. Gout"),
    ],
)  # fmt: skip
def test_a_section_ends_where_another_topic_begins(text: str, last: str) -> None:
    assert read_protocol(_lines(text), file="x").text.splitlines()[-1] == last


def test_the_section_with_both_kinds_counts_before_a_longer_one() -> None:
    long = "1 Synopsis\nInclusion Criteria\n" + "a long story about gout " * 9 + "\n2 Design\nx\n"
    text = long + "4.1 Inclusion Criteria\n1. Gout\n4.2 Exclusion Criteria\n1. Dialysis"
    protocol = read_protocol(_lines(text), file="x")

    assert protocol.text.startswith("Inclusion Criteria\n1. Gout")
    assert protocol.notes == ("the criteria are those from line 6 on; criteria stand at line 2 too, and were not read",)
