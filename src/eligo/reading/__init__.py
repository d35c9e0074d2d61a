"""From an item to its predicate: the text becomes tokens, the tokens a tree, the tree a predicate."""

from __future__ import annotations

from eligo.machine_code import folder_of

__path__ = [*folder_of("reading", "reading"), *__path__]
