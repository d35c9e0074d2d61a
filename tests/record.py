"""`python -m tests.record`: write all goldens and the outputs in docs/ anew; then read every changed line."""

import sys

import pytest

if __name__ == "__main__":
    sys.exit(
        pytest.main(
            ["--record", "-q", "tests/test_cli.py", "tests/test_report.py", "tests/test_page.py", "tests/test_docs.py"]
        )
    )
