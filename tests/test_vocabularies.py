"""`python -m vocabularies.build` on small sources of its own: what gets in, what is joined, what is left out."""

from __future__ import annotations

import bz2
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from eligo.vocabulary.concepts import concepts
from vocabularies import build, drugs, icd, ontologies
from vocabularies.merging import Merger
from vocabularies.mesh import Mesh
from vocabularies.names import Names
from vocabularies.term import Kind, Source, Term

CHOICES: dict[str, Any] = {
    "mesh": {
        "condition": ["C01"],
        "procedure": ["E04"],
        "medication": ["D27"],
        "without": ["C22"],
        "medication_classes": ["D9"],
    },
    "words": {"keep": ["tremor"], "leave_out": ["rare disease"], "raw": ["pollen"], "numbered": ["type"]},
}
ZIPF = {"cold": 5.0, "tremor": 3.5, "men": 5.5, "rayos": 2.5, "ozempic": 2.9, "clear": 5.0, "eyes": 5.0, "pollen": 3.4}

DESCRIPTORS = "".join(
    "\t".join(row) + "\t\n"
    for row in (
        ("D1", "Foo Fever", "Fever, Foo|Foo Ague", "C01.100"),
        ("D2", "Barectomy", "Bar Removal", "E04.100|E04.200.300"),
        ("D3", "Foo Surgery", "", "E04.200"),
        ("D4", "Dog Fever", "", "C01.300|C22.100"),
        ("D5", "Quuxol", "Quuxolum|2,3-quux", "D02.100.200"),
        ("D6", "Zaps", "Zap Agents", "D27.100"),
        ("D9", "Quuxanes", "", "D02.100"),
    )
)
SUPPLEMENT = "C7\tsupplol\tsuppline\tD5\n"


def _names() -> Names:
    return Names(ZIPF, CHOICES["words"], concepts().key)


def _term(id_: str, name: str, *names: str, kind: Kind = "condition", source: Source = "MONDO") -> Term:
    return Term(id_, name, kind, source, list(names))


@pytest.mark.parametrize(
    ("name", "kind", "good"),
    [
        ("foo fever", "condition", True),
        ("cold", "condition", False),  # a word of everyday English
        ("colds", "condition", False),
        ("tremor", "condition", True),  # which was read, and kept
        ("rare diseases", "condition", False),  # which was read, and left out
        ("MEN type I", "condition", False),  # that can be read as men
        ("foo", "condition", False),
        ("foo fever, type 2", "condition", False),
        ("foo or bar fever", "condition", False),
        ("other foo fever", "condition", False),
        ("foo fever 2", "condition", False),  # as in a list of criteria
        ("foo fever type 2", "condition", True),
        ("fièvre foo", "condition", False),
        ("a b c d e f g h fever", "condition", False),
        ("quuxol acetate", "medication", True),
        ("ozempic", "medication", False),  # as common as the name of a place
        ("clear eyes", "medication", False),  # no word that is a medicine
        ("ragweed pollen", "medication", False),
    ],
)
def test_only_names_that_can_be_read_are_kept(name: str, kind: Kind, good: bool) -> None:
    assert _names().good(name, _term("A:1", "quuxol", kind=kind, source="DrugBank")) is good


def test_terms_of_one_name_are_one_entry() -> None:
    merger = Merger(concepts().key)
    merger.take([_term("MONDO:1", "foo fever", "foo ague")], share_names=False)
    merger.take([_term("MESH:D1", "Foo Ague", "Foo Fevers", "Ague of Foo", source="MeSH")])
    (entry,) = merger.finish(_names())

    assert (entry.id, entry.name) == ("MONDO:1", "foo fever")
    assert entry.names == ["foo fever", "foo ague", "Ague of Foo"]


def test_a_term_that_two_entries_are_called_by_is_neither() -> None:
    merger = Merger(concepts().key)
    merger.take([_term("MONDO:1", "foo fever"), _term("MONDO:2", "bar fever")], share_names=False)
    merger.take([_term("MESH:D1", "Quux", "foo fever", "bar fever", "quux fever", source="MeSH")])

    assert [(e.id, e.names) for e in merger.finish(_names())] == [
        ("MONDO:1", ["foo fever"]),
        ("MONDO:2", ["bar fever"]),
    ]


def test_a_name_of_two_things_names_neither_but_an_own_name_stays() -> None:
    merger = Merger(concepts().key)
    terms = [_term("MONDO:1", "foo fever", "quux ague"), _term("MONDO:2", "bar fever", "quux ague", "foo fever")]
    merger.take(terms, share_names=False)

    assert [(e.id, e.names) for e in merger.finish(_names())] == [
        ("MONDO:1", ["foo fever"]),
        ("MONDO:2", ["bar fever"]),
    ]


def test_an_abbreviation_needs_two_sources_and_no_other_meaning() -> None:
    merger = Merger(concepts().key)
    first = [_term("MONDO:1", "foo fever", "FOOF", "FOOX", "FOOY"), _term("MONDO:2", "bar fever")]
    first[1].loose = ["FOOX"]
    merger.take(first, share_names=False)
    merger.take([_term("MESH:D1", "foo fever", "FOOF", "FOOX", source="MeSH")])

    assert {e.id: e.names for e in merger.finish(_names())} == {
        "MONDO:1": ["foo fever", "FOOF"],
        "MONDO:2": ["bar fever"],
    }


def test_terms_that_a_source_holds_to_be_one_share_codes_and_only_shared_names() -> None:
    merger = Merger(concepts().key)
    mondo = _term("MONDO:1", "foo fever")
    mondo.same, mondo.codes = ["MESH:D1"], {"snomed": ["1"]}
    mesh = _term("MESH:D1", "Something else", source="MeSH")
    mesh.codes = {"mesh": ["D1"]}
    merger.take([mondo], share_names=False)
    merger.take([mesh])
    (entry,) = merger.finish(_names())

    assert entry.codes == {"mesh": ["D1"], "snomed": ["1"]}
    assert entry.names == ["foo fever"]


def test_a_code_of_two_entries_is_of_neither() -> None:
    merger = Merger(concepts().key)
    terms = [_term("MONDO:1", "foo fever"), _term("MONDO:2", "bar fever")]
    for term in terms:
        term.codes = {"icd10": ["A01"]}
    merger.take(terms, share_names=False)

    assert [entry.codes for entry in merger.finish(_names())] == [{}, {}]


def test_what_has_no_name_stays_only_above_what_has_one() -> None:
    merger = Merger(concepts().key)
    terms = [_term("MONDO:1", "by place, others"), _term("MONDO:2", "foo fever"), _term("MONDO:3", "no, name")]
    terms[1].parents = ["MONDO:1", "MONDO:9"]
    merger.take(terms, share_names=False)

    assert [(e.id, e.parents) for e in merger.finish(_names())] == [("MONDO:1", []), ("MONDO:2", ["MONDO:1"])]


def test_mondo_gives_human_diseases_with_codes_of_one_to_one() -> None:
    human = {ontologies.HUMAN: 1}
    newest = {
        "MONDO:1": {
            "label": "foo fever",
            "synonyms": ["foo ague"],
            "ancestors": {"MONDO:2": 1, **human},
            "deprecated": False,
        },
        "MONDO:2": {"label": "fever", "ancestors": human, "deprecated": False},
        "MONDO:3": {"label": "dog fever", "ancestors": {}, "deprecated": False},
        "MONDO:4": {"label": "old fever", "ancestors": human, "deprecated": True},
    }
    codes = [("SCTID", "1"), ("ICD10CM", "A01"), ("ICD10CM", "A02"), ("MESH", "D1"), ("DOID", "7"), ("UMLS", "C1")]
    older = [
        {"id": "1", "synonyms": ["FF"], "xrefs": [{"namespace": n, "id": i} for n, i in codes]},
        {"id": "2", "xrefs": [{"namespace": "ICD10CM", "id": "A00-A09"}, {"namespace": "MESH", "id": "D1"}]},
    ]
    terms = ontologies.mondo(json.dumps(newest).encode(), json.dumps(older).encode())

    assert [(t.id, t.names, t.codes, t.parents, t.same) for t in terms] == [
        (
            "MONDO:1",
            ["foo ague"],
            {"snomed": ["1"]},
            ["MONDO:2"],
            ["DOID:7"],
        ),  # two codes, and one of two terms, are none
        ("MONDO:2", [], {}, [], []),
    ]
    assert terms[0].loose == ["FF"]


def test_doid_gives_names_but_no_synonyms_and_no_codes_of_patients() -> None:
    references = [{"namespace": "SNOMEDCT_US_2023_03_01", "id": "1"}, {"namespace": "MESH", "id": "D1"}]
    rows = [{"id": "DOID:7", "name": "foo fever", "synonyms": ["hot foo"], "xrefs": references}]
    (term,) = ontologies.disease_ontology(json.dumps(rows).encode())

    assert (term.names, term.loose, term.codes, term.same) == ([], ["hot foo"], {"mesh": ["D1"]}, ["MESH:D1"])


def test_mesh_gives_the_branches_that_were_chosen() -> None:
    terms = {t.id: t for t in Mesh(DESCRIPTORS, SUPPLEMENT).terms(CHOICES["mesh"])}

    assert {id_: term.kind for id_, term in terms.items()} == {
        "MESH:D1": "condition",
        "MESH:D2": "procedure",
        "MESH:D3": "procedure",
        "MESH:D6": "medication",
        "MESH:D9": "medication",  # a class of medicines that is not a branch of its own
    }
    assert terms["MESH:D2"].parents == ["MESH:D3"]


def _packed_drugs(rows: dict[str, dict[str, Any]], variants: dict[str, list[str]]) -> bytes:
    return bz2.compress(pickle.dumps({"drug_canonical_to_data": rows, "drug_variant_to_canonical": variants}))


def test_drugs_are_those_of_drugbank_with_names_of_its_own_and_of_mesh() -> None:
    rows = {
        "quuxol": {"name": "Quuxol", "drugbank_id": "DB1"},
        "supplol": {"name": "Supplol", "drugbank_id": "DB2", "wikipedia_url": "x"},
        "2,3-quux": {"name": "2,3-quux", "drugbank_id": "DB3"},
        "other": {"name": "Other", "mesh_id": "D5"},
    }
    variants = {"quuxan": ["quuxol"], "both": ["quuxol", "supplol"], "superol": ["supplol"]}
    terms = drugs.terms(_packed_drugs(rows, variants), Mesh(DESCRIPTORS, SUPPLEMENT))

    assert [(t.id, t.names, t.codes, t.parents) for t in terms] == [
        ("DRUGBANK:DB1", ["quuxan", "Quuxolum"], {"drugbank": ["DB1"], "mesh": ["D5"]}, ["MESH:D9"]),
        (
            "DRUGBANK:DB2",
            ["suppline"],
            {"drugbank": ["DB2"], "mesh": ["C7"]},
            [],
        ),  # what Wikipedia may have named is left
    ]


def test_a_pickle_with_anything_but_plain_data_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError):
        drugs.terms(bz2.compress(pickle.dumps(Path("x"))), Mesh(DESCRIPTORS, SUPPLEMENT))


def test_icd_gives_titles_that_are_names_under_the_next_that_is_one() -> None:
    def diag(code: str, title: str, below: str = "") -> str:
        return f"<diag><name>{code}</name><desc>{title}</desc>{below}</diag>"

    inner = diag("A01.1", "Other foo fever", diag("A01.11", "Blue foo fever"))
    section = diag("A01", "Foo fever", inner) + diag("S01", "Foo injury")
    text = f"<root><chapter><section>{section}</section></chapter></root>"

    assert [(t.id, t.name, t.parents) for t in icd.terms(text.encode())] == [
        ("ICD10CM:A01", "Foo fever", []),
        ("ICD10CM:A01.11", "Blue foo fever", ["ICD10CM:A01"]),
    ]


class _SmallSources(build.Sources):
    """Sources that nothing is downloaded for."""

    def __init__(self) -> None:
        """Nothing to open."""

    def terms(self, choices: Any) -> Any:
        """Two terms of one name."""
        yield [_term("MONDO:1", "foo fever")], False
        yield [_term("MESH:D1", "foo fever", "foo ague", source="MeSH")], True

    def zipf(self) -> dict[str, float]:
        """A few words."""
        return ZIPF


def test_a_build_gives_entries_and_a_head_that_counts_them() -> None:
    entries = build.build(_SmallSources())
    head = build.head(entries)

    assert [(e.id, e.name, e.names) for e in entries] == [("MONDO:1", "foo fever", ("foo fever", "foo ague"))]
    assert (head["kinds"], head["sources"], head["names"]) == ({"condition": 1}, {"MONDO": 1}, 2)
    assert all("==" in package for package in head["packages"])


def test_packages_are_downloaded_alone_and_by_their_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("subprocess.run", lambda command, check: asked.append(command))

    assert build.download(tmp_path) == tmp_path
    assert {"download", "--no-deps", "--only-binary=:all:", "--require-hashes", str(tmp_path)} <= set(asked[0])


def test_every_package_is_pinned_and_hashed() -> None:
    lines = (build.HERE / "packages.txt").read_text("utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]

    assert len(packages) == 5
    assert [line for line in packages if "==" not in line or "--hash=sha256:" not in line] == []
