"""How a registry lists a trial beside its criteria: whether it recruits, its phases, countries and age groups.

The words are those of the registry (ClinicalTrials.gov: `NOT_YET_RECRUITING`, `PHASE2`, `OLDER_ADULT`), in capitals and
with `_` for what stands between words. What a record does not state is empty, and says nothing.
"""

from __future__ import annotations

from eligo.dataclass import dataclass
from eligo.regex import regex

_BETWEEN = regex(r"[^A-Z0-9]+")
_NUMBERED = regex(r"\b(PHASE) +([0-9])")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a registry states of a trial; None and nothing where it is silent."""

    status: str | None = None
    phases: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    age_groups: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the registry states nothing of all this."""
        return not (self.status or self.phases or self.countries or self.age_groups)


def listed_as(words: str) -> str:
    """The registry's spelling of a status, a phase or an age group.

    >>> listed_as("Not yet recruiting"), listed_as("Phase 2"), listed_as("older adult")
    ('NOT_YET_RECRUITING', 'PHASE2', 'OLDER_ADULT')
    """
    return _BETWEEN.sub("_", _NUMBERED.sub(r"\1\2", words.upper())).strip("_")
