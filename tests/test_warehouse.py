"""Patients as tables: what is written is what is read back, in the order that the tables promise."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from eligo.dataclass import replace
from eligo.errors import Place
from eligo.patients.model import Fact, PartialDate, Patient, Reply, Result
from eligo.patients.plausible import NAN
from eligo.truth import Reason
from eligo.warehouse.runs import Writer
from eligo.warehouse.store import read_back, write
from eligo.warehouse.tables import COLUMNS, ORDER, TABLES, file_of
from tests.strategies import patients

DAY = PartialDate(date(2026, 11, 1), date(2026, 11, 1))
MONTH = PartialDate(date(2026, 10, 1), date(2026, 10, 31))

words = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.integers() | st.floats(allow_nan=False)
ends = st.floats(allow_nan=False) | st.integers(-(2**53), 2**53) | st.just(NAN)
days = st.none() | st.builds(PartialDate, st.dates(), st.dates())
odd_results = st.builds(
    Result,
    variable=st.just("inr"),
    low=ends,
    high=ends,
    low_closed=st.booleans(),
    high_closed=st.booleans(),
    date=days,
    written=words,
    value=st.none() | numbers | words,
    unit=st.none() | words,
    reference_low=st.none() | ends,
    reference_high=st.none() | ends,
    problem=st.none() | st.sampled_from(Reason),
    detail=st.none() | words,
    remark=st.none() | words,
)
odd_facts = st.builds(
    Fact,
    concept=st.just("named:condition:x"),
    kind=st.sampled_from(("condition", "procedure", "medication")),
    status=st.sampled_from(("active", "resolved", "suspected", "planned", "refuted")),
    start=days,
    end=days,
    qualifiers=st.lists(words, max_size=2).map(tuple),
    written=words,
    visit=st.booleans(),
)
replies = st.builds(
    Reply,
    by=words,
    day=st.dates(),
    asks=st.none() | words,
    criterion=st.none() | words,
    text_sha=st.none() | words,
    answer=st.none() | st.booleans(),
    value=st.none() | numbers | words,
    unit=st.none() | words,
    note=st.none() | words,
    place=st.builds(Place, st.none() | words, st.none() | st.integers(1, 9), span=st.none() | st.just((1, 2))),
)


@st.composite
def odd_patients(draw: st.DrawFn) -> Patient:
    """A patient of whose parts each may be anything that the model can hold."""
    ids = st.frozensets(words, max_size=2)
    return replace(
        draw(patients()),
        id=draw(words),
        as_of=draw(st.dates()),
        results={"inr": tuple(draw(st.lists(odd_results, min_size=1, max_size=3)))},
        superseded={"inr": tuple(draw(st.lists(odd_results, min_size=1, max_size=2)))},
        facts={"named:condition:x": tuple(draw(st.lists(odd_facts, min_size=1, max_size=2)))},
        absent=draw(ids),
        never=draw(ids),
        complete=draw(ids),
        in_part=draw(ids),
        attested=draw(st.dictionaries(words, st.booleans(), max_size=2)),
        warnings=tuple(draw(st.lists(words, max_size=2))),
        ending=tuple(draw(st.lists(st.tuples(odd_facts, odd_facts), max_size=1))),
        identifiers=draw(st.dictionaries(words, words, max_size=1)),
        replies=tuple(draw(st.lists(replies, max_size=1))),
    )


def _in_words(patient: Patient) -> str:
    """A patient as text, in which a whole number differs from one that is not."""
    parts = {name: getattr(patient, name) for name in Patient.__slots__}
    in_order = {
        name: sorted(part.items()) if isinstance(part, dict) else sorted(part) if isinstance(part, frozenset) else part
        for name, part in parts.items()
    }
    return repr(in_order)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(patients() | odd_patients(), max_size=5), st.sampled_from((1, 7, 10_000)))
def test_a_patient_that_is_written_and_read_back_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, these: list[Patient], most_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    writer = Writer(folder, most_rows)
    for patient in these:
        writer.add(patient)

    counts = writer.close()

    found = list(read_back(folder))
    assert found == these
    assert list(map(_in_words, found)) == list(map(_in_words, these))
    assert counts.person == len(these)
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{table}.parquet" for table in TABLES)
    if these:
        assert list(read_back(folder, [len(these) - 1])) == these[-1:]
    _check_order(folder)


def _check_order(folder: Path) -> None:
    """The tables have their columns, stand in their order, and hold no NaN."""
    for table in TABLES:
        frame = pl.read_parquet(file_of(folder, table))
        assert frame.columns == list(COLUMNS[table])
        assert frame.equals(frame.sort(ORDER[table]))
        for column in frame.select(pl.col(pl.Float64)).iter_columns():
            assert not column.is_nan().any()


def _one(*results: Result) -> Patient:
    return Patient("one", date(2026, 11, 20), results={results[0].variable: results} if results else {})


def test_the_columns_say_what_a_value_is(tmp_path: Path) -> None:
    write(
        [
            _one(
                Result("platelets", 18.0, 18.0, date=DAY, written="18 10*9/L", value=18, unit="10*9/L"),
                Result("platelets", -math.inf, 10.0, False, False, MONTH, "<10", "<10"),
                Result("platelets", NAN, NAN, written="many", value="many", problem=Reason.UNPARSED, detail="why"),
                Result("platelets", 1.0, 1.0, value=1.0, unit="", reference_low=NAN, reference_high=300.0),
            )
        ],
        tmp_path,
    )

    plain, censored, words_, range_ = pl.read_parquet(file_of(tmp_path, "observation")).iter_rows(named=True)

    assert (plain["low"], plain["high"], plain["number"], plain["unit"]) == (18, 18, 18, "10*9/L")
    assert (plain["written"], plain["first"], plain["last"]) == (None, date(2026, 11, 1), date(2026, 11, 1))
    assert (censored["low"], censored["high"], censored["high_closed"]) == (-math.inf, 10, False)
    assert (censored["first"], censored["last"]) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (words_["low"], words_["high"], words_["problem"], words_["text"]) == (None, None, "unparsed", "many")
    assert (range_["own_low"], range_["own_low_unusable"], range_["own_high"]) == (None, True, 300)
    assert (range_["first"], range_["last"], range_["written"]) == (None, None, "")


def test_the_same_patients_give_the_same_bytes_however_much_memory_there_is(tmp_path: Path) -> None:
    these = [replace(_one(*(Result("inr", n, n, date=DAY, value=n) for _ in range(3))), id=f"p{n}") for n in range(40)]
    found = []
    for number, most_rows in enumerate((10, 33, 10_000)):
        folder = tmp_path / str(number)
        folder.mkdir()
        writer = Writer(folder, most_rows)
        for patient in these:
            writer.add(patient)
        writer.close()
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})

    assert found[0] == found[1] == found[2]
