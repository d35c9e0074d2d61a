"""The JSON Schemas of what `eligo warehouse` writes beside its tables: the manifest, the ledger, and what it prints.

The names are an interface: a change that could break a reader gives the schema a new number.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from eligo.report.form import StrictJson

Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
List = Literal["conditions", "procedures", "medications"]


class RowsOfTables(StrictJson):
    """How many rows each table has."""

    observation: Count
    fact: Count
    person: Count


class WarehouseManifest(StrictJson):
    """`warehouse.json`: what a warehouse is."""

    schema_: Literal["eligo.warehouse/1"] = Field(alias="schema")
    eligo: str = Field(description="the version that wrote it")
    grammar_sha256: Sha256 = Field(description="of all files of the grammar by which records were read")
    as_of: str | None = Field(description="the day that all records were read as of; null where each has its own")
    complete: list[List] = Field(description="lists that the site states to be complete")
    sources: list[str] = Field(description="as they were given; of a URL without user and password")
    rows: RowsOfTables
    sha256: dict[str, Sha256] = Field(description="of the files, by name")


class CountedEntries(StrictJson):
    """Entries of records of which the same became."""

    kind: str = Field(description="the type of a resource, the table of a row, or the part of a record")
    outcome: Literal["used", "not needed", "refused"]
    reason: str | None = Field(None, description="a code")
    text: str | None = Field(None, description="its words")
    count: Count


class SourceLedger(StrictJson):
    """What became of the entries of one source."""

    source: str
    patients: Count
    not_read: Count = Field(description="records that could not be read at all")
    entries: list[CountedEntries]


class UnmappedConcept(StrictJson):
    """A concept of OMOP that means nothing here; without more than its id where no concept table explains it."""

    table: str
    concept_id: int
    rows: Count
    vocabulary: str | None = None
    code: str | None = None
    name: str | None = None


class CountedProblem(StrictJson):
    """Problems of one kind."""

    source: str
    code: str
    severity: Literal["error", "warning"]
    count: Count


class WarehouseLedger(StrictJson):
    """`ledger.json`: what became of all entries of all records."""

    schema_: Literal["eligo.warehouse-ledger/1"] = Field(alias="schema")
    sources: list[SourceLedger]
    unmapped: list[UnmappedConcept] = Field(description="the most frequent first")
    problems: list[CountedProblem]


class OutcomeCounts(StrictJson):
    """How many entries of records were used, were not needed, or were refused."""

    used: Count
    not_needed: Count = Field(alias="not needed")
    refused: Count


class UnmappedCounts(StrictJson):
    """How many concepts mean nothing here, and how many rows name one of them."""

    concepts: Count
    rows: Count


class WarehouseSummary(StrictJson):
    """What `eligo warehouse --json` prints."""

    schema_: Literal["eligo.warehouse-summary/1"] = Field(alias="schema")
    warehouse: str = Field(description="the folder")
    rows: RowsOfTables
    entries: OutcomeCounts
    unmapped: UnmappedCounts
    not_read: Count


def json_schema() -> dict[str, Any]:
    """The JSON Schema of all three; `schema` says which one a document is."""
    of_any: TypeAdapter[object] = TypeAdapter(WarehouseManifest | WarehouseLedger | WarehouseSummary)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **of_any.json_schema(by_alias=True)}
