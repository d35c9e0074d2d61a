"""Statements in, rows of the last ones out, in a Spark session: `python -m tests.spark STATEMENTS.json ROWS.json`."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

Rows = list[list[object]]


def ran(statements: Sequence[str], asked_last: Sequence[str], folder: Path) -> list[Rows]:
    """The rows of each of the last statements; skip the test, with the reason, where there is no Spark or no Java."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install '.[spark]')")
    if shutil.which("java") is None:
        pytest.skip("there is no Java for Spark (openjdk-17-jre-headless)")
    asked, told = folder / "statements.json", folder / "rows.json"
    asked.write_text(json.dumps([list(statements), list(asked_last)]), "utf-8")
    command = [sys.executable, "-m", "tests.spark", str(asked), str(told)]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        pytest.fail("\n".join(line for line in made.stdout.splitlines() if not line.lstrip().startswith("at "))[-3000:])
    found: list[Rows] = json.loads(told.read_text("utf-8"))
    return found


def main() -> None:
    """Run the statements, and write the rows of the last ones."""
    from pyspark.sql import SparkSession  # type: ignore[import-not-found,unused-ignore]  # here alone, where it is there

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1")
    builder = builder.config("spark.driver.memory", "3g")
    # Few rows in wide stages: compiling them would take most of the time.
    builder = builder.config("spark.sql.codegen.wholeStage", "false")
    builder = builder.config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    session = builder.getOrCreate()
    try:
        statements, asked_last = json.loads(Path(sys.argv[1]).read_text("utf-8"))
        for statement in statements:
            session.sql(statement)
        rows = [[list(row) for row in session.sql(last).collect()] for last in asked_last]
        Path(sys.argv[2]).write_text(json.dumps(rows), "utf-8")
    finally:
        session.stop()


if __name__ == "__main__":
    main()
