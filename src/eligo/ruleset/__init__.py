"""Rule sets, one YAML file per trial: read strictly, written in one form, compared with what they were.

The names below are imported when they are first used: predicates become data (`ruleset.data`) without YAML or pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eligo.ruleset.file import Cohort, RuleSet, Source, dumps, load, loads

__all__ = ["Cohort", "RuleSet", "Source", "dumps", "load", "loads"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `eligo.ruleset` has no attribute `{name}`")
    value = globals()[name] = getattr(importlib.import_module("eligo.ruleset.file"), name)
    return value
