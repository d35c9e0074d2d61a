"""A term as one source has it, before terms of several sources become one entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["condition", "procedure", "medication"]
Source = Literal["MONDO", "DOID", "MeSH", "ICD-10-CM", "DrugBank"]


@dataclass(slots=True)
class Term:
    """One term: its id (`MONDO:0015924`), its name, its other exact names, its codes and its parents by id.

    `loose` are names that the source does not call exact; they never name an entry, they only show that a name is
    not clear. `same` are ids of other sources that the source holds to be the same, one to one.
    """

    id: str
    name: str
    kind: Kind
    source: Source
    names: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    codes: dict[str, list[str]] = field(default_factory=dict)
    parents: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)

    @property
    def all_names(self) -> list[str]:
        """The name and the other exact names."""
        return [self.name, *self.names]
