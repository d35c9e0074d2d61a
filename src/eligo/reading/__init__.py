"""From an item to its predicate: the text becomes tokens, the tokens a tree, the tree a predicate.

The build makes machine code of these modules where it can (hatch_build.py). It is taken where it was made from these
very sources, and does the same; `ELIGO_PURE=1` takes the sources.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from eligo.cache import digest


def sources_digest() -> str:
    """The digest of all that the compiled modules were made from: the reader, and what it knows the types of."""
    here = Path(__file__).parent
    package = here.parent
    typed = [package / "criteria.py", package / "truth.py", *sorted(package.glob("vocabulary/*.py"))]
    return digest(path.read_bytes() for path in (*sorted(here.rglob("*.py")), *typed))


def compiled() -> bool:
    """Whether the modules are machine code."""
    return len(__path__) > 1


def folder_of_compiled(part: str) -> list[str]:
    """Where the machine code of a part of this package lies; nowhere, if it was not made from these very sources."""
    if os.environ.get("ELIGO_PURE"):
        return []
    try:
        made = importlib.import_module("eligo_compiled")
    except ImportError:
        return []
    return [str(Path(*made.__path__) / part)] if sources_digest() == made.SOURCES else []


__path__ = [*folder_of_compiled("reading"), *__path__]
