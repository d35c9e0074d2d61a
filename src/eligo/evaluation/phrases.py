"""Codes of what evidence rests on, or is open for, in; the words for them out, by `grammar/display.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal

from eligo.data import grammar_data


@functools.cache
def phrases(table: Literal["absent_by", "assumed", "details"]) -> Mapping[str, str]:
    """The words of a table, by code.

    >>> phrases("absent_by")["list_complete"], phrases("assumed")["list_complete"]
    ('list complete', 'assumed absent: list complete')
    """
    found: Mapping[str, str] = grammar_data("display.yaml")[table]
    if table != "assumed":
        return found
    return {**{code: f"assumed absent: {words}" for code, words in phrases("absent_by").items()}, **found}
