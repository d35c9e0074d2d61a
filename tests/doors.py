"""What the tests of the commands share: made-up rules and records, and commands run in this process."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from eligo.cli import main

DOORS = Path(__file__).parent / "cases" / "doors"
RULES = str(DOORS / "rules")
PATIENT = str(DOORS / "patients" / "low_platelets.json")
VALUE = "98765"  # stands in records as a value, and so may stand in no error message


@dataclass(frozen=True)
class Result:
    """What a command gave; a traceback is never right."""

    code: int
    out: str
    err: str


class Run:
    """Runs commands as a shell would, in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._patch = capsys, monkeypatch
        for name in ("ELIGO_RULES", "ELIGO_DEBUG"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Result:
        """Run `eligo ARGUMENTS`."""
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main([str(a) for a in arguments])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return Result(code, out, err)
