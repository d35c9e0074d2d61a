"""What `grammar/omop.yaml` says: the tables and columns of OMOP that are read, and what concepts of the model mean."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from eligo.data import grammar_data
from eligo.dataclass import dataclass
from eligo.patients.model import ListName

PERSON: Final = "person"
VISITS: Final = "visit_occurrence"
CONCEPT: Final = "concept"
INSTALL: Final = "install it with `pip install 'eligo[cohort]'`"
# The columns, by eligo's names, that hold ids of concepts.
CONCEPT_ROLES: Final = ("concept", "source_concept", "value_concept", "unit")


@dataclass(frozen=True, slots=True)
class TableWords:
    """One table: its columns by eligo's names, those that it cannot do without, and the list its rows belong to."""

    needed: Mapping[str, str]
    more: Mapping[str, str]
    list: ListName | None = None
    may_be_missing: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """All columns, by eligo's names."""
        return {**self.needed, **self.more}


@dataclass(frozen=True, slots=True)
class OmopWords:
    """The whole file; see its head."""

    tables: Mapping[str, TableWords]
    concept: TableWords
    systems: Mapping[str, str]
    genders: Mapping[int, str]
    operators: Mapping[int, str]
    stays: frozenset[int]
    problem_lists: frozenset[int]
    statuses: Mapping[int, str]
    histories: frozenset[int]
    finding_classes: frozenset[str]

    @property
    def clinical(self) -> tuple[str, ...]:
        """The tables whose rows are of persons."""
        return tuple(name for name in self.tables if name != PERSON)


@functools.cache
def omop_words() -> OmopWords:
    """Load the words of OMOP."""
    data = grammar_data("omop.yaml")
    return OmopWords(
        {name: TableWords(**table) for name, table in data["tables"].items()},
        TableWords(**data["concept"]),
        data["systems"],
        {int(id_): word for id_, word in data["genders"].items()},
        {int(id_): sign for id_, sign in data["operators"].items()},
        frozenset(data["stays"]),
        frozenset(data["problem_lists"]),
        {int(id_): word for id_, word in data["statuses"].items()},
        frozenset(data["histories"]),
        frozenset(data["finding_classes"]),
    )


def wanted() -> dict[str, TableWords]:
    """Every table that is read, with its columns."""
    return {**omop_words().tables, CONCEPT: omop_words().concept}
