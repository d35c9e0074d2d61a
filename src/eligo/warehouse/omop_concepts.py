"""Ids of OMOP concepts in, their codes as FHIR codings out, by the concept tables of the source and of the site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from eligo.namedtuple import NamedTuple
from eligo.warehouse.omop_words import omop_words

if TYPE_CHECKING:
    import polars as pl

OMOP: Final = "omop"  # the system of an id that no concept table explains


class OmopConcept(NamedTuple):
    """One row of a concept table."""

    vocabulary: str
    code: str
    name: str
    kind: str | None = None  # its class

    def coding(self) -> dict[str, Any]:
        """The coding of FHIR."""
        system = omop_words().systems.get(self.vocabulary, f"{OMOP}:{self.vocabulary}")
        return {"system": system, "code": self.code, "display": self.name}


Concepts = Mapping[int, OmopConcept]


def found_in(tables: Iterable[pl.LazyFrame], ids: Iterable[int]) -> dict[int, OmopConcept]:
    """The concepts of these ids; the first table that has one says what it is."""
    import polars as pl  # lazily: only warehouses and cohorts need it

    wanted = set(ids)
    found: dict[int, OmopConcept] = {}
    for table in tables:
        left = pl.Series(sorted(wanted - found.keys()), dtype=pl.Int64)
        id_ = pl.col("concept").cast(pl.Int64, strict=False)
        rows = table.filter(id_.is_in(left.implode())).with_columns(id_).collect(engine="streaming")
        for row in rows.iter_rows(named=True):
            if row["code"] is not None and row["name"] is not None and row["vocabulary"] is not None:
                concept = OmopConcept(row["vocabulary"], str(row["code"]), row["name"], row.get("class"))
                found.setdefault(row["concept"], concept)
    return found


def codeable(ids: Iterable[int | None], source: str | None, concepts: Concepts) -> dict[str, Any]:
    """The CodeableConcept of a row: its concepts, the standard one first, and its words where they say more."""
    known = [id_ for id_ in ids if id_]
    codings = [concepts[id_].coding() for id_ in known if id_ in concepts]
    if not codings:
        codings = [{"system": OMOP, "code": str(id_)} for id_ in known]
        return {"coding": codings, **({"text": source} if source else {})}
    return {"coding": codings, **({"text": source} if source and _is_worded(source) else {})}


def _is_worded(source: str) -> bool:
    """Whether a source value is in words: one that is a code says nothing beside the concept."""
    return any(len(word) > _LETTERS and word.isalpha() for word in source.split())


_LETTERS = 3
