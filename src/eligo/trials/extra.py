"""Packages that are installed only with an extra: the module, or an error that says how to get it."""

from __future__ import annotations

import importlib
from typing import Any

from eligo.errors import EligoError, Place, Problem


def needed(module: str, package: str, file: str) -> Any:
    """Import a module of the extra `documents`; raise `EligoError` where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        message = f"reading this file needs the package `{package}`, which is not installed"
        raise EligoError(Problem("extra-missing", message, Place(file), "pip install 'eligo[documents]'")) from None
