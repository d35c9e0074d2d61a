"""eligo: eligibility criteria of clinical trials as reviewable rules; read, screen, explain.

    rules = eligo.load_rules()
    for patient in eligo.read(path):
        screening = eligo.screen(patient, rules)

The names below are imported when they are first used, so that `import eligo` stays light.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import Any

    from eligo.errors import EligoError, Problem
    from eligo.patients.native import read_file, read_patient
    from eligo.patients.readers import read
    from eligo.screening import Policy, Rules, audit, load_rules, screen
    from eligo.version import __version__

__all__ = [
    "EligoError",
    "Policy",
    "Problem",
    "Rules",
    "__version__",
    "audit",
    "load_rules",
    "read",
    "read_file",
    "read_patient",
    "screen",
]

_HOME = {
    "EligoError": "eligo.errors",
    "Problem": "eligo.errors",
    "Policy": "eligo.screening",
    "Rules": "eligo.screening",
    "audit": "eligo.screening",
    "load_rules": "eligo.screening",
    "screen": "eligo.screening",
    "__version__": "eligo.version",
    "read": "eligo.patients.readers",
    "read_file": "eligo.patients.native",
    "read_patient": "eligo.patients.native",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module `eligo` has no attribute `{name}`")
    value = globals()[name] = getattr(importlib.import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
