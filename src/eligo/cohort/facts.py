"""The facts of persons in, the bits of all voters out: facts become kinds, and each kind is asked once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from eligo.cohort.layout import PER_WORD, ColumnLayout
from eligo.cohort.source import Persons, Warehouse
from eligo.cohort.voters import BITS, is_read, span_of
from eligo.errors import EligoError, Problem
from eligo.patients.model import Fact, PartialDate

if TYPE_CHECKING:
    import polars as pl

DAYS = ("start_first", "start_last", "end_first", "end_last")
KIND = ("concept", "kind", "status", "qualifiers", "visit")  # with classes of the days, what makes a kind of fact
_TIMED = ("concept", "status", "over", "outlasted")  # of a fact whose days count from an anchor
_KINDS = {"condition": 0, "procedure": 1, "medication": 2}
_STATUSES = {"active": 0, "resolved": 1, "suspected": 2, "planned": 3, "refuted": 4}
_CLASSES, _MOST_MARKS = 1 << 7, 1 << 10  # more than there are classes of days, and ways to qualify facts


class Facts:
    """What the facts of a warehouse say to the voters of a layout; what a kind of fact says is kept."""

    def __init__(self, source: Warehouse, layout: ColumnLayout) -> None:
        self.source, self.layout = source, layout
        self.cuts, self.blank = layout.cuts(), layout.blank
        if len(self.cuts) >= _CLASSES - 1:
            raise EligoError(Problem("too-many-kinds", "the rules name too many different times for columns"))
        everything = frozenset[str]().union(*(voter.reads for voter in layout.voters))
        self.concepts = [concept for concept in source.concepts() if is_read(concept, everything)]
        self._kinds: dict[int, list[int]] = {}
        self._marks: dict[str, int] = {}
        self._denials: dict[tuple[str, bool], list[int]] = {}
        self._voters: dict[str, list[int]] = {}

    @property
    def names(self) -> list[str]:
        """The columns of bits."""
        return [f"b{word}" for word in range(self.layout.words)]

    def bits(self, persons: Persons) -> pl.DataFrame:
        """The bits of each person, in their order, 0 for who has no facts; and how near to anchors facts are."""
        import polars as pl  # lazily: only a cohort needs it

        told = self._of_facts(persons)
        parts = [told.lazy(), self._of_denials(persons, "absent"), self._of_denials(persons, "never")]
        merged = (
            pl.concat([part.select("person", *self.names) for part in parts])
            .group_by("person")
            .agg(pl.col(name).bitwise_or() for name in self.names)
            .collect(engine="streaming")
        )
        found = persons.spread(merged.drop("person"), merged["person"]).with_columns(pl.col(self.names).fill_null(0))
        for place, (anchor, reach) in self.layout.anchored.items():
            near = self._from_anchor(told.lazy(), place, anchor, reach).collect()
            found = found.hstack(persons.spread(near.drop("person"), near["person"]))
        return found

    def _from_anchor(self, told: pl.LazyFrame, place: int, anchor: int, reach: int) -> pl.LazyFrame:
        """Whether any timed fact of a voter is near an anchor, or far, or whether that hangs on several anchors."""
        import polars as pl  # lazily, as above

        today, length = pl.lit(self.layout.as_of), pl.duration(days=reach)
        begun = [pl.col("start_first").alias("least"), pl.col("start_last").alias("most")]
        anchors = told.filter(self._has(anchor, "yes")).select("person", *begun)
        first, last = (pl.min_horizontal(f"start_{end}", today) for end in ("first", "last"))
        own, is_any = pl.col("span_end"), pl.col("span_start") == "any"
        start = [pl.when(is_any).then(pl.lit(date.min)).otherwise(first), pl.when(is_any).then(today).otherwise(last)]
        ends = [
            pl.when(own == "today")
            .then(today)
            .when(own == "own")
            .then(pl.min_horizontal(f"end_{which}", today))
            .when((own == "since") & (which == "last"))
            .then(today)
            .otherwise(begin)
            for which, begin in zip(("first", "last"), start, strict=True)
        ]
        rows = told.filter(self._has(place, "timed")).with_row_index("fact")
        rows = rows.with_columns(s1=start[0], s2=start[1], e1=ends[0], e2=ends[1]).join(anchors, on="person")
        near = (pl.col("most") - length <= pl.col("e1")) & (pl.col("s2") <= pl.col("least") + length)
        far = (pl.col("least") - length > pl.col("e2")) | (pl.col("s1") > pl.col("most") + length)
        per_fact = rows.group_by("person", "fact").agg(
            near=near.any(), far=far.all(), **{name: pl.col(name).first() for name in _TIMED}
        )
        near, far, suspected = pl.col("near"), pl.col("far"), pl.col("status") == "suspected"
        neither, own_concept = ~near & ~far, pl.col("concept") == self.layout.voters[place].concept
        named = {
            "near": near & ~suspected & ~pl.col("over"),
            "near_over": near & ~suspected & pl.col("over"),
            "near_suspected": near & suspected,
            "far": far & own_concept,
            "stale": neither & pl.col("outlasted"),
            "either": neither & ~pl.col("outlasted"),
        }
        return per_fact.group_by("person").agg(**{f"{name}{place}": one.any() for name, one in named.items()})

    def _has(self, place: int, name: str) -> pl.Expr:
        import polars as pl  # lazily, as above

        word, slot = divmod(place, PER_WORD)
        return (pl.col(f"b{word}") & (1 << (slot * len(BITS) + BITS.index(name)))) != 0

    def rows(self, persons: Persons) -> pl.DataFrame:
        """The facts of persons that any voter looks at, each with what makes it one of a kind."""
        import polars as pl  # lazily, as above

        person = pl.col("person")
        inside = (person >= persons.first) & (person < persons.last) & pl.col("concept").is_in(self.concepts)
        names = ("person", *KIND, *DAYS)
        facts = self.source.scan("fact").filter(inside).select(names).collect()
        if not persons.is_all:
            facts = facts.filter(person.is_in(persons.table["person"].implode()))
        return facts.with_columns(key=self._key(facts))

    def kinds(self, facts: pl.DataFrame) -> pl.DataFrame:
        """The kinds of facts that say anything: one fact that stands for each, the bits of it, and when it was so."""
        import polars as pl  # lazily, as above

        kinds = facts.select(pl.exclude("person")).unique("key", keep="any").sort("key")
        rows = [_fact(row) for row in kinds.iter_rows(named=True)]
        bits = [self._kind(fact, key) for fact, key in zip(rows, kinds["key"].to_list(), strict=True)]
        table = kinds.with_columns(_columns(self.names, bits))
        if self.layout.anchored:
            spans = [span_of(fact, self.layout.as_of) for fact in rows]
            table = table.with_columns(
                span_start=pl.Series([span and span.start for span in spans], dtype=pl.String()),
                span_end=pl.Series([span and span.end for span in spans], dtype=pl.String()),
                over=pl.Series([span and span.over for span in spans], dtype=pl.Boolean()),
                outlasted=pl.Series([span and span.outlasted for span in spans], dtype=pl.Boolean()),
            )
        return table.filter(pl.any_horizontal(pl.col(name) != 0 for name in self.names))

    def _of_facts(self, persons: Persons) -> pl.DataFrame:
        """The bits of each fact that says anything, with its days where anchors ask for them."""
        import polars as pl  # lazily, as above

        facts = self.rows(persons)
        told = self.kinds(facts)
        days = [*DAYS, "concept", "status"] if self.layout.anchored else []
        mine = [name for name in told.columns if name not in (*KIND, *DAYS)]
        joined = facts.lazy().select("person", "key", *days).join(told.lazy().select(mine), on="key")
        return joined.select(pl.exclude("key")).collect(engine="streaming")

    def _key(self, facts: pl.DataFrame) -> pl.Series:
        """What makes a fact one of a kind, as one number: its words, and the classes of its days."""
        import polars as pl  # lazily, as above

        for mark in facts.lazy().select(_marks()).unique().collect().to_series().to_list():
            self._marks.setdefault(mark, len(self._marks))
        if len(self._marks) >= _MOST_MARKS:
            raise EligoError(Problem("too-many-kinds", "the facts have too many different qualifiers for columns"))
        codes = (
            facts.lazy()
            .select(
                pl.col("concept").cast(pl.Enum(self.concepts)).to_physical().cast(pl.UInt64()).alias("concept"),
                pl.col("kind").replace_strict(_KINDS, default=len(_KINDS), return_dtype=pl.UInt64()),
                pl.col("status").replace_strict(_STATUSES, default=len(_STATUSES), return_dtype=pl.UInt64()),
                _marks().replace_strict(self._marks, return_dtype=pl.UInt64()).alias("marks"),
                pl.col("visit").cast(pl.UInt64()),
            )
            .collect()
        )
        same = (facts["start_first"] == facts["end_first"]) & (facts["start_last"] == facts["end_last"])
        key = codes["concept"]
        sizes = (("marks", _MOST_MARKS), ("kind", 4), ("status", 8), ("visit", 2))
        for name, size in sizes:
            key = key * size + codes[name]
        key = key * 2 + same.fill_null(value=False).cast(pl.UInt64())
        cuts = pl.Series(self.cuts, dtype=pl.Date())
        for day in DAYS:
            place = (cuts.search_sorted(facts[day], side="right") + 1).cast(pl.UInt64())
            key = key * _CLASSES + pl.select(pl.when(facts[day].is_not_null()).then(place).otherwise(0)).to_series()
        return key

    def _kind(self, fact: Fact, key: int) -> list[int]:
        """What one kind of fact says."""
        if key not in self._kinds:
            words = [0] * self.layout.words
            for place in self._asking(fact.concept):
                word, slot = divmod(place, PER_WORD)
                words[word] |= self.layout.voters[place].says(fact, self.blank) << (slot * len(BITS))
            self._kinds[key] = words
        return self._kinds[key]

    def _asking(self, concept: str) -> list[int]:
        """The voters that look at a concept."""
        if concept not in self._voters:
            voters = enumerate(self.layout.voters)
            self._voters[concept] = [place for place, voter in voters if is_read(concept, voter.reads)]
        return self._voters[concept]

    def _of_denials(self, persons: Persons, column: str) -> pl.LazyFrame:

        denied = persons.table.select("person", concept=column).explode("concept").drop_nulls("concept")
        table = self.denials(denied["concept"].unique().sort().to_list(), ever=column == "never")
        return denied.lazy().join(table.lazy(), on="concept").select("person", *self.names)

    def denials(self, names: Sequence[str], *, ever: bool) -> pl.DataFrame:
        """The bits of concepts that are denied, for all of the past (`ever`) or for today."""
        import polars as pl  # lazily, as above

        bits = [self._denial(name, ever=ever) for name in names]
        return pl.DataFrame({"concept": pl.Series(names, dtype=pl.String())}).with_columns(_columns(self.names, bits))

    def _denial(self, concept: str, *, ever: bool) -> list[int]:
        key = concept, ever
        if key not in self._denials:
            words = [0] * self.layout.words
            for place, voter in enumerate(self.layout.voters):
                word, slot = divmod(place, PER_WORD)
                words[word] |= voter.rules(concept, ever=ever) << (slot * len(BITS))
            self._denials[key] = words
        return self._denials[key]


def _marks() -> pl.Expr:
    """The qualifiers of a fact as one text."""
    import polars as pl  # lazily, as above

    some = pl.col("qualifiers").list.len() > 0
    return pl.when(some).then(pl.col("qualifiers").list.join("\n")).otherwise(pl.lit("")).alias("marks")


def _columns(names: Iterable[str], rows: list[list[int]]) -> list[pl.Series]:
    import polars as pl  # lazily, as above

    return [pl.Series(name, [row[place] for row in rows], dtype=pl.Int64()) for place, name in enumerate(names)]


def _fact(row: dict[str, object]) -> Fact:
    """The fact that stands for its kind."""
    marks = row["qualifiers"]
    return Fact(
        concept=str(row["concept"]),
        kind=row["kind"],  # type: ignore[arg-type]  # the words of the column are those of the model
        status=row["status"],  # type: ignore[arg-type]  # as above
        start=_days(row["start_first"], row["start_last"]),
        end=_days(row["end_first"], row["end_last"]),
        qualifiers=tuple(marks) if isinstance(marks, list) else (),
        visit=bool(row["visit"]),
    )


def _days(first: object, last: object) -> PartialDate | None:
    return PartialDate(first, last) if isinstance(first, date) and isinstance(last, date) else None
