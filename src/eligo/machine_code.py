"""The machine code that the build makes of some packages: where it lies, and whether it does what the sources say.

It is taken only where it was made from these very sources; `ELIGO_PURE=1` takes the sources.
"""

from __future__ import annotations

import functools
import importlib
import os
from pathlib import Path

from eligo.cache import cached, digest

# Of each part the folders and files that its modules lie in, and those that they know the types of.
_CRITERIA = ("criteria/*.py", "truth.py")
_TYPES = (*_CRITERIA, "vocabulary/*.py")
PARTS = {
    "criteria": _CRITERIA,
    "reading": ("reading/**/*.py", *_TYPES),
    "evaluation": (
        *("evaluation/*.py", "evaluate/*.py", "explain/*.py", *_TYPES),
        *("plan.py", "margin.py", "standing.py", "patients/*.py", "answers/*.py"),
    ),
}


def sources_digest(part: str) -> str:
    """The digest of all that the machine code of a part is made from."""
    package = Path(__file__).parent
    return digest(path.read_bytes() for pattern in PARTS[part] for path in sorted(package.glob(pattern)))


def folder_of(part: str, package: str) -> list[str]:
    """Where the machine code of a package of a part lies; nowhere, if it was not made from these very sources."""
    made = _made(part)
    return [] if made is None else [str(made / package)]


def is_compiled(part: str) -> bool:
    """Whether a part runs as machine code."""
    return len(importlib.import_module(f"eligo.{part}").__path__) > 1


@functools.cache  # several packages of one part ask
def _made(part: str) -> Path | None:
    if os.environ.get("ELIGO_PURE"):
        return None
    try:
        made = importlib.import_module("eligo_compiled")
    except ImportError:
        return None
    of = getattr(made, "DIGESTS", {})  # older builds have none, and are of other sources
    # Reading the sources takes longer than all of their dates, on which what is cached hangs.
    fresh = of.get(part) == cached("sources", part, lambda: sources_digest(part))
    return Path(*made.__path__) if fresh else None
