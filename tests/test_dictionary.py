"""The dictionary: found by name, id and code, true to its table, and trusted no further than it was reviewed."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
import time
import zlib
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo import cache
from eligo.data import data_dir
from eligo.errors import EligoError
from eligo.vocabulary import ancestors
from eligo.vocabulary.ancestors import Reviewed, reviewed
from eligo.vocabulary.ancestors_file import read as read_ancestors
from eligo.vocabulary.concept import word_key
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.dictionary import Dictionary, dictionary, shipped
from eligo.vocabulary.dictionary_file import FORMS, Pack, packed, read_table, write_table
from eligo.vocabulary.entry import Entry, freeze, is_abbreviation, thaw
from eligo.vocabulary.relations import relations
from eligo.vocabulary.variables import variables

MEGABYTE = 1_000_000
SPELLINGS = [["oe", "e"]]
GOUT = Entry("A:1", "gout", "condition", ("gout", "urate arthritis"), (("icd10", "M10.0"),), ("A:2",), "A")
OEDEMA = Entry("A:2", "oedema", "condition", ("oedema", "FOOX", "wet foot disease"), (), (), "A")
UNNAMED = Entry("A:3", "disease by place", "condition", (), (), (), "A")


@pytest.fixture(scope="module")
def table() -> tuple[dict[str, object], list[Entry]]:
    return read_table((data_dir("vocabularies") / "dictionary.tsv.xz").read_bytes())


# --- the table of the repository


def test_the_table_is_what_its_first_line_says(table: tuple[dict[str, object], list[Entry]]) -> None:
    head, entries = table
    kinds: dict[str, int] = {}
    sources: dict[str, int] = {}
    for entry in entries:
        kinds[entry.kind] = kinds.get(entry.kind, 0) + 1
        source = entry.id.partition(":")[0]
        sources[source] = sources.get(source, 0) + 1

    assert head["kinds"] == kinds
    assert head["sources"] == sources
    assert head["names"] == sum(len(entry.names) for entry in entries)


def test_the_page_says_how_much_there_is(root: Path, table: tuple[dict[str, object], list[Entry]]) -> None:
    text = (root / "docs" / "dictionary.md").read_text("utf-8")
    kinds, sources = table[0]["kinds"], table[0]["sources"]
    assert isinstance(kinds, dict)
    assert isinstance(sources, dict)

    assert [n for n in [*kinds.values(), *sources.values(), table[0]["names"]] if f"{n:,}" not in text] == []


def test_a_changed_table_is_refused() -> None:
    whole = write_table({"names": 1}, [GOUT])
    changed = lzma.compress(lzma.decompress(whole).replace(b"arthritis", b"arthrosis"))

    assert read_table(whole) == ({"names": 1} | read_table(whole)[0], [GOUT])
    for table in (changed, whole[:-10], b"no table"):
        with pytest.raises(ValueError, match="table"):
            read_table(table)


def test_every_name_is_of_one_entry_and_every_parent_is_there(table: tuple[dict[str, object], list[Entry]]) -> None:
    entries, spellings = table[1], concepts().spellings
    by_id = {entry.id: entry for entry in entries}
    owners: dict[str, set[str]] = {}
    for entry in entries:
        for name in entry.names:
            owners.setdefault(word_key(name, spellings), set()).add(entry.id)

    assert len(by_id) == len(entries)
    assert [key for key, ids in owners.items() if len(ids) > 1] == []
    assert [entry.id for entry in entries if not set(entry.parents) <= by_id.keys()] == []


def test_no_entry_is_above_itself(table: tuple[dict[str, object], list[Entry]]) -> None:
    above = {entry.id: set(entry.parents) for entry in table[1]}
    while True:  # take away whatever has nothing above it; what stays goes round
        top = [id_ for id_, parents in above.items() if not parents & above.keys()]
        if not top:
            break
        for id_ in top:
            del above[id_]

    assert above == {}


def test_no_name_is_short_or_written_like_several(table: tuple[dict[str, object], list[Entry]]) -> None:
    names = [name for entry in table[1] for name in entry.names]

    assert [name for name in names if len(word_key(name, ())) < 4] == []
    assert [name for name in names if any(mark in name for mark in ",;:/()|\t\n")] == []
    assert {name.casefold() for name in names}.isdisjoint({"others", "mass", "cold", "lead", "gold", "water", "oxygen"})


def test_only_codes_that_may_be_passed_on_are_there(table: tuple[dict[str, object], list[Entry]]) -> None:
    systems = {system for entry in table[1] for system, _ in entry.codes}
    snomed = {entry.id.partition(":")[0] for entry in table[1] if any(system == "snomed" for system, _ in entry.codes)}

    assert systems == {"snomed", "icd10", "mesh", "drugbank"}
    assert snomed == {"MONDO"}  # which publishes them as its own cross references
    assert {entry.id.partition(":")[0] for entry in table[1]} == {"MONDO", "DOID", "MESH", "ICD10CM", "DRUGBANK"}


def test_the_credits_name_every_package_and_source(root: Path, table: tuple[dict[str, object], list[Entry]]) -> None:
    notice = (root / "vocabularies" / "NOTICE.md").read_text("utf-8")
    packages = table[0]["packages"]
    assert isinstance(packages, list)

    assert [name for package in packages for name in package.split("==") if name not in notice] == []
    for credit in ("CC BY 4.0", "CC0 1.0", "Courtesy of the U.S. National Library of Medicine", "DrugBank", "SNOMED"):
        assert credit in notice


def test_the_table_and_what_is_built_of_it_stay_small(root: Path) -> None:
    file = packed(read_table((root / "vocabularies" / "dictionary.tsv.xz").read_bytes())[1], concepts().spellings)

    assert (root / "vocabularies" / "dictionary.tsv.xz").stat().st_size < 6 * MEGABYTE
    assert len(zlib.compress(file, 6)) < 8 * MEGABYTE  # as a wheel packs it


# --- the file that is looked up


@pytest.fixture
def small() -> Pack:
    return Pack(packed([GOUT, OEDEMA, UNNAMED], SPELLINGS))


def test_an_entry_is_a_line_of_text() -> None:
    assert thaw(freeze(GOUT)) == GOUT
    assert thaw(freeze(UNNAMED)) == UNNAMED


def test_entries_are_found_by_name_id_and_code(small: Pack) -> None:
    def named(text: str) -> Entry | None:
        return small.named(word_key(text, SPELLINGS), text)

    assert (named("Gouts"), named("urate-arthritis"), named("edema")) == (GOUT, GOUT, OEDEMA)
    assert (named("FOOX"), named("foox")) == (OEDEMA, None)  # the case of an abbreviation counts
    assert (named("disease by place"), named("urate"), named("")) == (None, None, None)
    assert (small.get("A:1"), small.get("A:9"), small.get("icd10 M100")) == (GOUT, None, None)
    assert (small.by_code("icd10", "m10.0"), small.by_code("icd10", "M10")) == (GOUT, None)
    assert list(small) == [GOUT, OEDEMA, UNNAMED]
    assert [entry.id for entry in small.search("FOOT")] == ["A:2"]


def test_a_damaged_file_is_refused() -> None:
    whole = packed([GOUT], SPELLINGS)

    for broken in (b"", b"{}\n", whole[:-1], whole + b"x", whole.replace(b'"form": 1', b'"form": 0', 1)):
        with pytest.raises((ValueError, KeyError)):
            Pack(broken)


def test_a_file_of_a_machine_with_another_order_of_bytes_is_read() -> None:
    line, _, body = packed([GOUT, OEDEMA], SPELLINGS).partition(b"\n")
    head, swapped = json.loads(line), bytearray(body)
    for name, (start, count) in head["parts"].items():
        if name != "rows":
            part = array(FORMS[name], body[start : start + count * array(FORMS[name]).itemsize])
            part.byteswap()
            swapped[start : start + count * part.itemsize] = part.tobytes()
    head["order"] = "big" if sys.byteorder == "little" else "little"
    pack = Pack(json.dumps(head).encode() + b"\n" + swapped)

    assert list(pack) == [GOUT, OEDEMA]
    assert pack.named("gout", "gout") == GOUT
    assert pack.sizes("urate") == 0b10


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abcdefgh ", min_size=4, max_size=20), min_size=1, max_size=30, unique=True))
def test_whatever_is_packed_is_found(names: list[str]) -> None:
    entries = [Entry(f"A:{i}", name, "condition", (name,)) for i, name in enumerate(names) if word_key(name, ())]
    pack = Pack(packed(entries, ()))
    first: dict[str, str] = {}
    for entry in entries:
        first.setdefault(word_key(entry.name, ()), entry.id)

    for entry in entries:
        found = pack.named(word_key(entry.name, ()), entry.name)
        assert found is not None
        assert found.id == first[word_key(entry.name, ())]


# --- looking up


def test_names_are_found_however_they_are_spelled() -> None:
    found = {text: dictionary().find(text) for text in ("Dressler's syndrome", "dressler syndromes", "COPD", "copd")}

    assert {text: entry.id for text, entry in found.items() if entry} == {
        "Dressler's syndrome": "MONDO:0001049",
        "dressler syndromes": "MONDO:0001049",
        "COPD": "MONDO:0005002",
    }


def test_the_longest_name_that_begins_at_a_word_is_found() -> None:
    words = [
        *("prior", "pulmonary", "veno-occlusive", "disease", "or"),
        *("non-", "small", "cell", "lung", "carcinoma"),
    ]

    assert [dictionary().longest(words, i) is not None for i in (0, 1, 2, 3)] == [False, True, False, False]
    found = dictionary().longest(words, 1)
    assert found is not None
    assert (found[0].id, found[1]) == ("MONDO:0009937", 4)
    found = dictionary().longest(words, 5)
    assert found is not None
    assert (found[0].concept, found[1]) == ("non_small_cell_lung_cancer", 10)
    assert dictionary().longest(["alopecia"]) is not None
    assert dictionary().longest(["-", "+"], 0) is None


@pytest.mark.parametrize(
    "name",
    [
        *("pulmonary veno-occlusive disease", "pulmonary veno-occlusive disease -", "non- small cell lung carcinoma"),
        *("alopecia", "pulmonary", "disease or", "- alopecia", "-", "zorblax disease", "severe alopecia"),
    ],
)
def test_the_last_name_is_the_longest_one_that_ends_where_the_words_do(name: str) -> None:
    words = name.split()
    found = (dictionary().longest(words, start) for start in range(len(words)))
    whole = (entry for entry, end in filter(None, found) if end == len(words))

    assert dictionary().last(words) == next(whole, None)


def test_the_vocabulary_goes_before_the_dictionary() -> None:
    entry = dictionary().find("kidney failure")

    assert entry is not None
    assert entry.concept == "kidney_failure"
    assert "renal insufficiency" in (dictionary()._packs[0].get(entry.id) or GOUT).names
    assert dictionary().find("renal insufficiency") is None  # another concept, says the vocabulary
    assert dictionary().find("hemoglobin") is None  # a variable


def test_nothing_that_is_found_has_another_meaning_in_the_vocabulary() -> None:
    for entry in dictionary():
        for name in entry.names:
            concept = concepts().find(name)
            if (concept is not None and concept.id != entry.concept) or variables().find(name):
                assert dictionary().find(name) is None, name


NARROWER_WIDER_OR_OTHER = [
    "asystole",
    "fructose intolerance",
    "healthcare-associated pneumonia",
    "hyperlipoproteinemia type II",
    "hypoglycemic",
    "ischemic encephalopathy",
    "Lewy body disease",
    "major affective disorder",
    "medullary carcinoma",
    "phospholipids",
]


@pytest.mark.parametrize("name", NARROWER_WIDER_OR_OTHER)
def test_a_name_of_something_else_than_the_entry_finds_nothing(name: str) -> None:
    assert dictionary().find(name) is None


def test_entries_have_the_codes_of_records() -> None:
    entry = dictionary().by_code("http://snomed.info/sct", "11399002")

    assert entry is not None
    assert (entry.id, entry.concept) == ("MONDO:0015924", "pulmonary_arterial_hypertension")
    assert dictionary().by_code("mesh", "D000081029") == entry
    assert dictionary().by_code("nothing", "11399002") is None


# --- what an entry is, and may be


def test_every_reviewed_branch_is_there() -> None:
    assert [id_ for id_ in ancestors.ids(reviewed()) if dictionary().get(id_) is None] == []


def test_the_vocabulary_agrees_with_every_reviewed_branch() -> None:
    """Where an entry of a branch is a concept, the vocabulary calls that concept a kind of what the branch is."""
    wrong = []
    for entry in dictionary():
        line = dictionary().ancestors(entry.id) if entry.concept else frozenset()
        rows = (row for above in line for row in reviewed().get(above, ()) if row.holds(entry.name, line))
        wrong += [
            (entry.name, row.concept) for row in rows if row.concept not in concepts().ancestors(str(entry.concept))
        ]

    assert wrong == []


def test_a_branch_holds_only_where_the_name_says_so_too() -> None:
    known = dictionary()
    named = {
        entry.name: known.is_a(entry.id) for entry in known if entry.name in ("aniridia 2", "Merkel cell carcinoma")
    }
    in_situ = known.find("bladder carcinoma in situ")

    assert "malignancy" not in named["aniridia 2"]  # which MONDO has below carcinoma
    assert known.ancestors("MONDO:0014937") >= {"MONDO:0004993"}
    assert in_situ is not None
    assert "malignancy" not in known.is_a(in_situ.id)


@pytest.mark.parametrize(
    ("id_", "concept"),
    [
        ("MONDO:0016332", "cardiomyopathy"),  # the heart of an athlete
        ("MONDO:0043969", "dystonia"),  # nocturnal paroxysmal dystonia, an epilepsy
        ("MONDO:0003575", "malignancy"),  # comedocarcinoma, mostly in situ
        ("MONDO:0003697", "malignancy"),  # non-invasive verrucous carcinoma of the penis
    ],
)
def test_what_is_called_like_a_kind_of_a_concept_may_be_none(id_: str, concept: str) -> None:
    assert concept not in dictionary().is_a(id_)


def test_a_concept_that_a_terminology_puts_below_an_entry_may_be_that() -> None:
    """Of an entry that is classified; one that is not is never ruled out by what a record does not say."""
    known = dictionary()
    same = [one for one in known if (own := concepts().get(one.concept or "")) is not None and one.name == own.name]
    pairs = {(up, str(entry.concept)) for entry in same for up in known.ancestors(entry.id) - {entry.id}}
    beyond = [(up, id_) for up, id_ in pairs if (above := known.get(up)) is not None and above.concept is None]
    classified = [(up, id_) for up, id_ in beyond if not relations().is_unclassified(up)]

    assert len(classified) > 1000
    assert [(up, id_) for up, id_ in classified if id_ not in relations().open_to(up).entries] == []


def test_what_a_terminology_only_puts_somewhere_may_be_that() -> None:
    known = dictionary()

    assert "neutropenia" in known.may_be("MONDO:0012548")  # Kostmann syndrome
    assert known.is_a("MONDO:0012548") == frozenset()
    assert known.is_a("MONDO:0014937") == frozenset()
    assert "malignancy" in known.may_be("MONDO:0014937")
    assert (known.is_a("A:1"), known.may_be("A:1"), known.ancestors("A:1")) == (frozenset(),) * 3


def test_an_entry_that_is_a_concept_is_what_the_vocabulary_says() -> None:
    assert dictionary().is_a("MONDO:0015924") == concepts().ancestors("pulmonary_arterial_hypertension")
    assert dictionary().may_be("MONDO:0015924") == frozenset()


def test_what_is_excepted_from_a_branch_is_so_with_all_below_it() -> None:
    row = Reviewed("malignancy", (("-carcinoma",), ("lung", "cancer")), frozenset({"situ"}), frozenset({"A:2"}))

    assert row.holds("Adenocarcinomas of the lung", frozenset({"A:1"}))
    assert row.holds("small cell lung cancer", frozenset({"A:1"}))
    assert not row.holds("lung carcinoma in situ", frozenset({"A:1"}))
    assert not row.holds("lung tumor", frozenset({"A:1"}))
    assert not row.holds("adenocarcinoma", frozenset({"A:1", "A:2"}))
    assert Reviewed("malignancy").holds("anything", frozenset())


def test_mistakes_in_the_reviewed_list_come_with_their_lines() -> None:
    text = "unsaid: [in situ]\nis:\n  - {entry: MONDO, concept: malignanci, nmed: [x]}\n  - 5\n"

    with pytest.raises(EligoError) as error:
        read_ancestors(text, "ancestors.yaml", concepts())

    assert [(p.code, p.place.line) for p in error.value.problems] == [
        ("unknown-key", 3),
        ("unknown-concept", 3),
        ("ancestor-shape", 3),
        ("ancestor-shape", 4),
        ("unknown-concept", 4),
        ("ancestor-shape", 4),
    ]


# --- how it is kept


def test_a_damaged_file_of_the_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_CACHE", str(tmp_path))
    count = len(shipped())
    (kept,) = tmp_path.glob("dictionary-*.bin")
    kept.write_bytes(kept.read_bytes()[:1000])

    assert len(shipped()) == count
    assert len(Pack.opened(kept)) == count


def test_without_a_cache_it_is_made_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_CACHE", "")

    assert isinstance(cache.cached_file("dictionary", "x", lambda: b"made"), bytes)


def test_opening_is_quick_and_reads_little() -> None:
    shipped()
    started = time.process_time()
    pack = shipped()
    assert time.process_time() - started < 0.1
    assert len(pack) > 30_000


def test_nothing_opens_the_dictionary_that_does_not_ask_for_it() -> None:
    program = (
        "import sys; from eligo.cli import main; main(['screen', 'patients_examples/low_platelets.json', '--json'])\n"
        "print('eligo.vocabulary.dictionary' in sys.modules, file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=data_dir("rules").parent)

    assert run.stderr.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NSCLC", True),
        ("COVID-19", True),
        ("PEComa", True),
        ("CADASIL syndrome", False),
        ("gout", False),
        ("19", False),
    ],
)
def test_abbreviations_are_known_by_their_capitals(name: str, expected: bool) -> None:
    assert is_abbreviation(name) is expected


def test_more_entries_go_before_those_that_are_there() -> None:
    own = Entry("site:1", "Dressler's syndrome", "condition", ("Dressler's syndrome",))
    known: Dictionary = dictionary().before([own])

    assert (known.find("Dressler syndrome") or GOUT).id == "site:1"
    assert (known.get("MONDO:0001049") or GOUT).name == (dictionary().get("MONDO:0001049") or OEDEMA).name
    assert len(known) == len(dictionary()) + 1
