"""Codes of what evidence rests on, or is open for, in; the words for them out, by `grammar/display.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal

from eligo.data import grammar_data


@functools.cache
def phrases(table: Literal["assumed", "details"]) -> Mapping[str, str]:
    """The words of a table, by code.

    >>> phrases("assumed")["list_complete"]
    'assumed absent: list complete'
    """
    found: Mapping[str, str] = grammar_data("display.yaml")[table]
    return found
