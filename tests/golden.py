"""Whole outputs kept as files under tests/goldens: compared, or written anew with `pytest --record`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "goldens"


@dataclass(frozen=True)
class Golden:
    """Compares outputs with their files; `record` writes the files instead, and every changed line is to be read."""

    record: bool

    def check(self, name: str, actual: str) -> None:
        """Compare with (or write) the file of that name."""
        path = FOLDER / name
        if self.record:
            path.write_text(actual, "utf-8")
            return
        expected = path.read_text("utf-8") if path.exists() else ""
        assert actual == expected, f"{name} changed: if that is right, run `pytest --record` and read the difference"
