"""`python -m tests.record`: write all goldens and the outputs in docs/ anew; then read every changed line."""

import sys

import pytest

RECORDED = ("cli", "report", "page", "docs", "tasks")

if __name__ == "__main__":
    sys.exit(pytest.main(["--record", "-q", *(f"tests/test_{name}.py" for name in RECORDED)]))
